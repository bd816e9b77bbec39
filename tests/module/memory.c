/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memory.c - the module as it is shipped, in a program without sanitizers: running out of
 * memory lets nobody in and leaks nothing, ten thousand loadings leave no trace, and a stack of
 * 96 KiB is enough.
 * Environment: MODULE_RELEASE, the absolute path of the pam_inpspin.so that is installed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "stage.h"
#include "verdict.h"

static struct stage st;

/* ---- every allocation of the process ends here ---- */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);
void __libc_free(void *p);

static atomic_long live;     /* blocks */
static atomic_long count;    /* allocations since it was set */
static atomic_long fail_at;  /* the first that fails; 0: none */
static atomic_bool for_ever; /* and all after it */

static bool fails(void)
{
	long n = ++count;

	if (fail_at == 0 || n < fail_at || (n > fail_at && !for_ever))
		return false;
	errno = ENOMEM;
	return true;
}

#define PUBLIC __attribute__((visibility("default")))

PUBLIC void *malloc(size_t size)
{
	void *p = fails() ? NULL : __libc_malloc(size);

	live += p != NULL;
	return p;
}

PUBLIC void *calloc(size_t n, size_t size)
{
	void *p = fails() ? NULL : __libc_calloc(n, size);

	live += p != NULL;
	return p;
}

PUBLIC void *realloc(void *p, size_t size)
{
	void *q = fails() ? NULL : __libc_realloc(p, size);

	live += p == NULL && q != NULL;
	return q;
}

PUBLIC void free(void *p)
{
	live -= p != NULL;
	__libc_free(p);
}

/* ---- the stage ---- */

static int setup(void **state)
{
	const char *module = getenv("MODULE_RELEASE");

	(void)state;
	if (module == NULL || setenv("MODULE", module, 1) != 0) {
		fprintf(stderr, "MODULE_RELEASE must be the absolute path of pam_inpspin.so\n");
		return -1;
	}
	stage_open(&st);
	stage_plain(&st, "plain", "");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	stage_close(&st);
	return 0;
}

/* ---- out of memory ---- */

struct scene {
	enum stage_call what;
	size_t n;
	struct fake_step steps[3];
	int best; /* what it returns when nothing fails */
};

static bool allowed(int code)
{
	static const int codes[] = { PAM_AUTH_ERR,    PAM_AUTHINFO_UNAVAIL, PAM_BUF_ERR,
				     PAM_SYSTEM_ERR,  PAM_CONV_ERR,         PAM_SERVICE_ERR,
				     PAM_AUTHTOK_ERR, PAM_PERM_DENIED };

	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++)
		if (codes[i] == code)
			return true;
	return false;
}

/* Run the scene with the n-th allocation failing. false: there was no n-th. */
static bool starve(const struct scene *sc, long n, bool ever)
{
	struct actor a = { .answers = { FAKE_RIGHT, "333 1234567", "a@b.it", "NEW0PXN5" },
			   .n_answers = 4 };
	pam_handle_t *pamh = stage_start(&st, "plain", CF, &a);
	bool reached;
	int r;

	fake_script(st.fake, sc->steps, sc->n);
	assert_int_equal(pam_open_session(pamh, 0), PAM_SUCCESS); /* loads the module */
	count = 0;
	for_ever = ever;
	fail_at = n;
	r = stage_do(pamh, sc->what, 0);
	fail_at = 0;
	reached = count >= n;
	if (r == sc->best)
		assert_int_equal(fake_asked(st.fake), sc->n); /* pind said all it had to say */
	else
		assert_true(allowed(r));
	if (!reached)
		assert_int_equal(r, sc->best);
	pam_end(pamh, r);
	return reached;
}

static void test_out_of_memory(void **state)
{
	const struct scene scenes[] = {
		{ DO_AUTH, 1, { fake_verdict(V_OK) }, PAM_SUCCESS },
		{ DO_AUTH, 1, { fake_verdict(V_MUST_CHANGE) }, PAM_SUCCESS },
		{ DO_AUTH, 1, { fake_verdict(V_WRONG) }, PAM_AUTH_ERR },
		{ DO_AUTH, 1, { fake_verdict(V_THROTTLED) }, PAM_AUTH_ERR },
		{ DO_AUTH, 1, { { .how = FAKE_CLOSE } }, PAM_AUTHINFO_UNAVAIL },
		{ DO_ACCT, 1, { fake_verdict(V_OK) }, PAM_SUCCESS },
		{ DO_ACCT, 1, { fake_verdict(V_MUST_CHANGE) }, PAM_NEW_AUTHTOK_REQD },
		{ DO_ACCT, 1, { fake_verdict(V_LEVEL) }, PAM_PERM_DENIED },
		{ DO_CHANGE,
		  3,
		  { fake_verdict(V_MUST_CHANGE), fake_renewal("NEW0PXN5", 3), fake_verdict(V_OK) },
		  PAM_SUCCESS },
		{ DO_CHANGE,
		  3,
		  { fake_verdict(V_OK), fake_renewal("NEW0PXN5", 3), fake_verdict(V_STALE) },
		  PAM_AUTHTOK_ERR },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(scenes) / sizeof(*scenes); i++) {
		for (int ever = 0; ever <= 1; ever++) {
			long n = 1, before;

			(void)starve(&scenes[i], 1000, false);
			before = live;
			while (starve(&scenes[i], n, ever != 0)) {
				assert_int_equal(live, before); /* nothing leaks */
				n++;
			}
			assert_true(n > 1);
		}
	}
}

/* ---- loading and unloading ---- */

static size_t rss_pages(void)
{
	unsigned long size, rss = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	assert_non_null(f);
	assert_int_equal(fscanf(f, "%lu %lu", &size, &rss), 2);
	fclose(f);
	return rss;
}

static size_t lines_of(const char *path)
{
	FILE *f = fopen(path, "re");
	size_t n = 0;
	int c;

	assert_non_null(f);
	while ((c = fgetc(f)) != EOF)
		n += c == '\n';
	fclose(f);
	return n;
}

static size_t open_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	size_t n = 0;

	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

static void cycles(int n)
{
	for (int i = 0; i < n; i++) {
		struct actor a = { .answers = { i % 2 == 0 ? FAKE_RIGHT : "WRONG" },
				   .n_answers = 1 };
		int r = stage_once(&st, "plain", CF, DO_AUTH, 0, &a);

		assert_int_equal(r, i % 2 == 0 ? PAM_SUCCESS : PAM_AUTH_ERR);
	}
}

static void test_ten_thousand_loadings(void **state)
{
	struct fake_step s = { .how = FAKE_ORACLE, .rep = fake_verdict(V_WRONG).rep };
	size_t rss, maps, fds;
	long blocks;

	(void)state;
	fake_script(st.fake, &s, 1);
	cycles(500); /* what libc and the loader keep for good */
	rss = rss_pages();
	maps = lines_of("/proc/self/maps");
	fds = open_fds();
	blocks = live;
	cycles(10000);
	assert_int_equal(live, blocks);
	assert_int_equal(open_fds(), fds);
	assert_int_equal(lines_of("/proc/self/maps"), maps);
	assert_in_range(rss_pages(), 0, rss + 64);
}

/* ---- ocserv runs PAM on stacks of 96 KiB ---- */

static void *all_calls(void *arg)
{
	struct actor *a = arg;
	struct fake_step s[] = { fake_verdict(V_MUST_CHANGE), fake_verdict(V_OK),
				 fake_renewal("NEW0PXN5", 3), fake_verdict(V_OK) };
	pam_handle_t *pamh = stage_start(&st, "plain", CF, a);

	fake_script(st.fake, s, 4);
	if (pam_authenticate(pamh, 0) != PAM_SUCCESS || pam_acct_mgmt(pamh, 0) != PAM_SUCCESS ||
	    pam_chauthtok(pamh, 0) != PAM_SUCCESS)
		a = NULL;
	pam_end(pamh, PAM_SUCCESS);
	return a;
}

static void test_small_stack(void **state)
{
	struct actor a = { .answers = { FAKE_RIGHT, "333 1234567", "a@b.it", "NEW0PXN5" },
			   .n_answers = 4 };
	pthread_attr_t attr;
	pthread_t thread;
	void *done = NULL;

	(void)state;
	assert_int_equal(pthread_attr_init(&attr), 0);
	assert_int_equal(pthread_attr_setstacksize(&attr, 96 << 10), 0);
	assert_int_equal(pthread_create(&thread, &attr, all_calls, &a), 0);
	assert_int_equal(pthread_join(thread, &done), 0);
	assert_ptr_equal(done, &a);
	pthread_attr_destroy(&attr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_out_of_memory),
		cmocka_unit_test(test_ten_thousand_loadings),
		cmocka_unit_test(test_small_stack),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
