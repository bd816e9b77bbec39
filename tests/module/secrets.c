/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * secrets.c - what is left of a PIN in the memory of a program, with the module as it is
 * shipped and no sanitizer: nothing.
 * Environment: MODULE_RELEASE, the absolute path of the pam_inpspin.so that is installed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stage.h"
#include "verdict.h"

#define MASK    0x55
#define PIN_LEN 8
#define BLANKS  24 /* typed before a PIN: free() itself writes over the first bytes of a block */

/* The PINs exist masked; unmasked only in what the person types, which the module frees. */
static const uint8_t old_masked[PIN_LEN] = { 'Q' ^ MASK, 'Z' ^ MASK, '7' ^ MASK, 'X' ^ MASK,
					     'K' ^ MASK, '4' ^ MASK, 'W' ^ MASK, 'M' ^ MASK };
static const uint8_t new_masked[PIN_LEN] = { 'H' ^ MASK, 'V' ^ MASK, '2' ^ MASK, 'T' ^ MASK,
					     '9' ^ MASK, 'R' ^ MASK, 'J' ^ MASK, 'B' ^ MASK };

static void unmask(char *out, const uint8_t masked[PIN_LEN])
{
	for (size_t i = 0; i < PIN_LEN; i++)
		out[i] = (char)(masked[i] ^ MASK);
	out[PIN_LEN] = '\0';
}

/* In the fake's process, which nobody searches. */
static void prepare(struct fake *f)
{
	char pin[PIN_LEN + 1];
	struct fake_step s[4] = {
		fake_verdict(V_OK), fake_verdict(V_OK), { .how = FAKE_REPLY }, fake_verdict(V_OK)
	};

	unmask(pin, new_masked);
	s[2] = fake_renewal(pin, 0);
	fake_script(f, s, 4);
}

/* A PIN stands as 8 bytes or, where it is shown, as 4, a hyphen and 4. */
static bool is_pin(const uint8_t *p, const uint8_t masked[PIN_LEN], size_t gap)
{
	if (gap == 1 && p[4] != '-')
		return false;
	for (size_t i = 0; i < PIN_LEN; i++)
		if ((p[i < 4 ? i : i + gap] ^ MASK) != masked[i])
			return false;
	return true;
}

static size_t search(const uint8_t *from, const uint8_t *to, const uint8_t masked[PIN_LEN],
		     size_t gap)
{
	size_t found = 0;

	for (const uint8_t *p = from; p + PIN_LEN + 1 <= to; p++)
		found += is_pin(p, masked, gap);
	return found;
}

/* How often it is in the writable memory of this process, fake's shared page excepted. */
static size_t count_pin(const uint8_t masked[PIN_LEN], size_t gap)
{
	static char line[512];
	size_t found = 0;
	FILE *maps = fopen("/proc/self/maps", "re");

	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps) != NULL) {
		uintptr_t from, to;
		char mode[5];

		if (sscanf(line, "%lx-%lx %4s", &from, &to, mode) == 3 && strcmp(mode, "rw-p") == 0)
			found += search((const uint8_t *)from, (const uint8_t *)to, masked, gap);
	}
	fclose(maps);
	return found;
}

static size_t stands(const uint8_t masked[PIN_LEN])
{
	return count_pin(masked, 0) + count_pin(masked, 1);
}

/* ---- what the person types ---- */

struct typist {
	int asked;
	bool gives_up; /* at the new PIN */
};

static char *watched; /* the answer that the module still has */
static size_t unwiped;

void __libc_free(void *p);

__attribute__((visibility("default"))) void free(void *p)
{
	if (p != NULL && p == watched) {
		for (size_t i = 0; i < BLANKS + PIN_LEN; i++)
			unwiped += watched[i] != '\0';
		watched = NULL;
	}
	__libc_free(p);
}

static int type_masked(int n, const struct pam_message **m, struct pam_response **resp, void *data)
{
	struct typist *t = data;
	bool new = strstr(m[0]->msg, "nuovo") != NULL;
	char *typed;

	*resp = NULL;
	if (new && t->gives_up)
		return PAM_CONV_ERR;
	*resp = calloc((size_t)n, sizeof(**resp));
	if (*resp == NULL || m[0]->msg_style != PAM_PROMPT_ECHO_OFF)
		return *resp == NULL ? PAM_BUF_ERR : PAM_SUCCESS;
	assert_null(watched); /* the last one was freed */
	typed = malloc(BLANKS + PIN_LEN + 1);
	assert_non_null(typed);
	memset(typed, ' ', BLANKS);
	unmask(typed + BLANKS, new ? new_masked : old_masked);
	watched = typed;
	(*resp)->resp = typed;
	t->asked++;
	return PAM_SUCCESS;
}

/* ---- tests ---- */

static struct stage st;

static int setup(void **state)
{
	const char *module = getenv("MODULE_RELEASE");

	(void)state;
	if (module == NULL || setenv("MODULE", module, 1) != 0) {
		fprintf(stderr, "MODULE_RELEASE must be the absolute path of pam_inpspin.so\n");
		return -1;
	}
	stage_open(&st);
	stage_plain(&st, "debug", "debug try_first_pass");
	stage_plain(&st, "plain", "");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	stage_close(&st);
	return 0;
}

/* A fresh fake with its script, and a handle. */
static pam_handle_t *begin(const char *service, struct typist *t)
{
	struct pam_conv conv = { type_masked, t };
	pam_handle_t *pamh = NULL;

	fake_stop(st.fake);
	st.fake = fake_start(st.sock, (uid_t)-1, prepare);
	assert_non_null(st.fake);
	assert_int_equal(pam_start_confdir(service, CF, &conv, st.dir, &pamh), PAM_SUCCESS);
	return pamh;
}

/* Call far down the stack, where the search itself does not write over what was left. */
static int far_down(int (*call)(pam_handle_t *pamh, int flags), pam_handle_t *pamh)
{
	volatile char space[256 << 10];
	int r;

	space[0] = 0;
	r = call(pamh, 0);
	space[sizeof(space) - 1] = 0;
	return r;
}

static void assert_clean(void)
{
	assert_int_equal(stands(old_masked), 0);
	assert_int_equal(stands(new_masked), 0);
	assert_int_equal(unwiped, 0);
	assert_null(watched);
	assert_null(strstr(stage_log(), CF));
}

static void test_search(void **state)
{
	char *probe = malloc(64);

	(void)state;
	assert_non_null(probe);
	unmask(probe + 5, old_masked);
	assert_int_equal(stands(old_masked), 1);
	memmove(probe + 10, probe + 9, 4);
	probe[9] = '-';
	assert_int_equal(stands(old_masked), 1);
	explicit_bzero(probe, 64);
	free(probe);
	assert_clean();
}

static void test_login_and_renewal(void **state)
{
	struct typist t = { 0 };
	pam_handle_t *pamh = begin("debug", &t);

	(void)state;
	assert_int_equal(far_down(pam_authenticate, pamh), PAM_SUCCESS);
	assert_clean();
	assert_int_equal(far_down(pam_chauthtok, pamh), PAM_SUCCESS);
	assert_int_equal(t.asked, 3);
	assert_clean();
	pam_end(pamh, PAM_SUCCESS);
	assert_clean();
}

/* The prompt with the new PIN in it is wiped even if nobody answers it. */
static void test_given_up(void **state)
{
	struct typist t = { .gives_up = true };
	pam_handle_t *pamh = begin("plain", &t); /* no logging over the traces */

	(void)state;
	assert_int_equal(far_down(pam_authenticate, pamh), PAM_SUCCESS);
	assert_int_equal(far_down(pam_chauthtok, pamh), PAM_CONV_ERR);
	assert_clean();
	pam_end(pamh, PAM_CONV_ERR);
	assert_clean();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_search),
		cmocka_unit_test(test_login_and_renewal),
		cmocka_unit_test(test_given_up),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
