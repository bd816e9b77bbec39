/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_proof.c - what a renewal takes as proof of the old PIN, and when it asks again: grants that
 * are fresh, stale, of others; slow people; PAM_CHANGE_EXPIRED_AUTHTOK; conversations that break.
 * Environment: MODULE, the absolute path of pam_inpspin.so.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "stage.h"
#include "verdict.h"

#define N(a)    (sizeof(a) / sizeof(*(a)))
#define EXPIRED ((int)PAM_CHANGE_EXPIRED_AUTHTOK)
#define OLD     "off:PIN attuale: |"

static struct stage st;
static time_t later_s; /* how far ahead the module's clock for grants is */

/* The module's calls end here; its deadlines use another clock and stay real. */
__attribute__((visibility("default"))) int clock_gettime(clockid_t clock, struct timespec *ts)
{
	int r = (int)syscall(SYS_clock_gettime, clock, ts);

	if (r == 0 && clock == CLOCK_BOOTTIME)
		ts->tv_sec += later_s;
	return r;
}

static int setup(void **state)
{
	(void)state;
	stage_open(&st);
	stage_plain(&st, "it", "quiet");
	stage_plain(&st, "use", "quiet use_first_pass");
	stage_service(&st, "two",
		      "auth required @ quiet service=web\naccount required @ service=web\n"
		      "password required @ quiet\n");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	stage_close(&st);
	return 0;
}

static int rewind_clock(void **state)
{
	(void)state;
	later_s = 0;
	return 0;
}

static void script(const struct fake_step *s, size_t n)
{
	fake_script(st.fake, s, n);
}

/* With which proof did the i-th request come? A grant (0x5a), or the old PIN. */
static const char *proof(unsigned int i)
{
	const struct wire_msg *m = fake_request(st.fake, i);
	uint8_t grant = 0;
	const char *old = "(another request)";

	if (m->type == WIRE_RENEW_OPEN) {
		grant = m->renew_open.grant[0];
		old = m->renew_open.old;
	} else if (m->type == WIRE_RENEW_COMMIT) {
		grant = m->renew_commit.grant[WIRE_GRANT_LEN - 1];
		old = m->renew_commit.old;
	}
	return grant == 0x5a && old[0] == '\0' ? "(grant)" : old;
}

/* ---- grants ---- */

static void test_grant_is_stale(void **state)
{
	struct fake_step s[] = { fake_verdict(V_WRONG) };
	struct actor a = { .answers = { "OLDPIN" }, .n_answers = 1 };
	pam_handle_t *pamh = stage_granted(&st, "it", &a);

	(void)state;
	script(s, 1);
	later_s = 111;
	assert_int_equal(pam_chauthtok(pamh, 0), PAM_AUTH_ERR);
	assert_string_equal(a.heard, OLD);
	assert_int_equal(fake_request(st.fake, 0)->type, WIRE_AUTHENTICATE);
	pam_end(pamh, PAM_AUTH_ERR);
}

static void test_grant_is_fresh(void **state)
{
	struct fake_step s[] = { fake_verdict(V_STALE) };
	struct actor a = { .answers = { "OLDPIN" }, .n_answers = 1 };
	pam_handle_t *pamh = stage_granted(&st, "it", &a);

	(void)state;
	script(s, 1);
	later_s = 100;
	assert_int_equal(pam_chauthtok(pamh, 0), PAM_AUTHTOK_ERR);
	assert_string_equal(a.heard, "");
	assert_string_equal(proof(0), "(grant)");
	pam_end(pamh, PAM_AUTHTOK_ERR);
}

static void test_grant_of_others(void **state)
{
	struct fake_step s[] = { fake_verdict(V_WRONG) };
	struct actor a = { .answers = { "OLDPIN" }, .n_answers = 1 };
	pam_handle_t *pamh = stage_granted(&st, "it", &a);

	(void)state;
	script(s, 1);
	assert_int_equal(pam_set_item(pamh, PAM_USER, CF_OTHER), PAM_SUCCESS);
	assert_int_equal(pam_chauthtok(pamh, 0), PAM_AUTH_ERR);
	assert_string_equal(a.heard, OLD);
	pam_end(pamh, PAM_AUTH_ERR);

	a = (struct actor){ .answers = { "OLDPIN" }, .n_answers = 1 };
	pamh = stage_granted(&st, "two", &a); /* pind would not take it for another service */
	script(s, 1);
	assert_int_equal(pam_chauthtok(pamh, 0), PAM_AUTH_ERR);
	assert_string_equal(a.heard, OLD);
	pam_end(pamh, PAM_AUTH_ERR);
}

/* login(1) and sudo try again on the same handle: a failure leaves nothing of what was before. */
static void test_grant_is_dropped(void **state)
{
	struct fake_step s[] = { fake_verdict(V_WRONG) };
	struct actor a = { .answers = { "OLDPIN" }, .n_answers = 1 };
	pam_handle_t *pamh = stage_granted(&st, "it", &a);

	(void)state;
	script(s, 1);
	assert_int_equal(pam_authenticate(pamh, 0), PAM_AUTH_ERR);
	assert_int_equal(pam_chauthtok(pamh, 0), PAM_AUTH_ERR);
	assert_string_equal(a.heard, "off:PIN: |" OLD);
	pam_end(pamh, PAM_AUTH_ERR);
}

/* ---- people who take their time ---- */

static char *slow(struct actor *a, const char *prompt)
{
	if (strstr(prompt, "NEW0") != NULL) {
		later_s += 300;
		return strdup("NEW0PXN5");
	}
	(void)a;
	return strdup("OLDPIN00");
}

/* The login's grant ran out while the new PIN was being copied: the old PIN takes its place. */
static void test_slow_after_login(void **state)
{
	struct fake_step s[] = { fake_renewal("NEW0PXN5", 0), fake_verdict(V_OK) };
	struct actor a = { .think = slow };
	pam_handle_t *pamh = stage_granted(&st, "it", &a);

	(void)state;
	script(s, 2);
	assert_int_equal(pam_chauthtok(pamh, EXPIRED), PAM_SUCCESS);
	assert_string_equal(a.heard,
			    "off:Il nuovo PIN e' NEW0-PXN5. Digitarlo per conferma: |" OLD);
	assert_string_equal(proof(0), "(grant)");
	assert_string_equal(proof(1), "OLDPIN00");
	pam_end(pamh, PAM_SUCCESS);
}

/* It was asked in this change already: not twice. */
static void test_slow_after_check(void **state)
{
	struct fake_step s[] = { fake_verdict(V_MUST_CHANGE), fake_renewal("NEW0PXN5", 0),
				 fake_verdict(V_OK) };
	struct actor a = { .think = slow };

	(void)state;
	script(s, 3);
	assert_int_equal(stage_once(&st, "it", CF, DO_CHANGE, 0, &a), PAM_SUCCESS);
	assert_int_equal(a.asked, 2);
	assert_string_equal(proof(1), "(grant)");
	assert_string_equal(proof(2), "OLDPIN00");
}

/* ---- PAM_CHANGE_EXPIRED_AUTHTOK ---- */

static void test_not_expired(void **state)
{
	struct fake_step s[] = { fake_verdict(V_OK) };
	struct actor a = { 0 };

	(void)state;
	script(s, 1);
	assert_int_equal(stage_once(&st, "it", CF, DO_CHANGE, EXPIRED, &a), PAM_SUCCESS);
	assert_string_equal(a.heard, ""); /* nothing was asked, nothing was changed */
	assert_int_equal(fake_asked(st.fake), 2);
	assert_int_equal(fake_request(st.fake, 0)->type, WIRE_AUTHORIZE);
	assert_int_equal(fake_request(st.fake, 1)->type, WIRE_AUTHORIZE);
}

/* Expired, or pind will not tell this uid without a PIN: the old one is asked. */
static void test_expired(void **state)
{
	static const unsigned int codes[] = { V_MUST_CHANGE, V_DENIED, V_WRONG };

	(void)state;
	for (size_t i = 0; i < N(codes); i++) {
		struct fake_step s[] = { fake_verdict(codes[i]), fake_verdict(V_MUST_CHANGE),
					 fake_renewal("NEW0PXN5", 0), fake_verdict(V_OK) };
		struct actor a = { .answers = { "OLDPIN", "NEW0PXN5" }, .n_answers = 2 };

		script(s, 4);
		assert_int_equal(stage_once(&st, "it", CF, DO_CHANGE, EXPIRED, &a), PAM_SUCCESS);
		assert_int_equal(a.asked, 2);
		assert_int_equal(fake_asked(st.fake), 4);
		assert_string_equal(proof(3), "(grant)");
	}
}

static void test_expired_unavailable(void **state)
{
	struct fake_step s[] = { { .how = FAKE_CLOSE } };
	struct actor a = { 0 };

	(void)state;
	script(s, 1);
	assert_int_equal(stage_once(&st, "it", CF, DO_CHANGE, EXPIRED, &a), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(a.asked, 0);
	assert_int_equal(fake_asked(st.fake), 1);
}

/* ---- the old PIN from elsewhere ---- */

/* The module before us in the stack (here: ourselves) asked for it. */
static void test_old_item(void **state)
{
	struct fake_step s[] = { fake_verdict(V_OK), fake_verdict(V_OK), fake_verdict(V_WRONG) };
	struct actor a = { .answers = { "OLDPIN" }, .n_answers = 1 };

	(void)state;
	stage_service(&st, "twice",
		      "password required @ quiet\npassword required @ use_first_pass\n");
	script(s, 3);
	assert_int_equal(stage_once(&st, "twice", CF, DO_CHANGE, 0, &a), PAM_AUTH_ERR);
	assert_string_equal(a.heard, OLD);
	assert_string_equal(fake_request(st.fake, 1)->authenticate.pin, "OLDPIN");
	assert_string_equal(proof(2), "OLDPIN");
}

static void test_use_first_pass(void **state)
{
	struct fake_step s[] = { fake_verdict(V_OK) };
	struct actor a = { 0 };

	(void)state;
	script(s, 1);
	assert_int_equal(stage_once(&st, "use", CF, DO_CHANGE, 0, &a), PAM_AUTHTOK_RECOVERY_ERR);
	fake_settle(st.fake);
	assert_int_equal(a.asked + fake_connections(st.fake), 0);
}

/* Whose check was skipped because pind was away has no proof, and is not asked out of turn. */
static void test_no_proof(void **state)
{
	struct fake_step s[] = { fake_verdict(V_FAILED), fake_renewal("NEW0PXN5", 0) };
	struct actor a = { .answers = { "OLDPIN" }, .n_answers = 1 };

	(void)state;
	stage_service(&st, "away",
		      "password required @ ignore_unavailable\n"
		      "password required pam_permit.so\n");
	script(s, 2);
	stage_once(&st, "away", CF, DO_CHANGE, 0, &a);
	assert_int_equal(fake_asked(st.fake), 1);
	assert_int_equal(a.asked, 1);
}

/* ---- conversations that break ---- */

struct breaking {
	struct actor actor;
	unsigned int at; /* the prompt that fails */
	int code;
};

static char *breaks(struct actor *a, const char *prompt)
{
	struct breaking *b = (struct breaking *)a; /* actor is first */

	if (a->asked + 1 == b->at)
		a->code = b->code;
	if (strstr(prompt, "NEW0") != NULL)
		return strdup("NEW0PXN5");
	return strdup(strstr(prompt, "mail") != NULL ? "a@b.it" : "333 1234567");
}

static void test_breaks(void **state)
{
	static const struct {
		int code, expected;
	} rows[] = {
		{ PAM_CONV_ERR, PAM_CONV_ERR },
		{ PAM_CONV_AGAIN, PAM_INCOMPLETE },
		{ PAM_BUF_ERR, PAM_BUF_ERR },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		for (unsigned int at = 1; at <= 3;
		     at++) { /* phone, e-mail or new PIN: never asked */
			struct fake_step s[] = { fake_verdict(V_OK), fake_renewal("NEW0PXN5", 3),
						 fake_verdict(V_OK) };
			struct breaking b = { { .think = breaks, .litter = true },
					      at,
					      rows[i].code };

			script(s, 3);
			assert_int_equal(stage_once(&st, "it", CF, DO_CHANGE, 0, &b.actor),
					 rows[i].expected);
			assert_int_equal(fake_asked(st.fake), 2); /* nothing was committed */
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_grant_is_stale, rewind_clock),
		cmocka_unit_test_setup(test_grant_is_fresh, rewind_clock),
		cmocka_unit_test_setup(test_grant_of_others, rewind_clock),
		cmocka_unit_test_setup(test_grant_is_dropped, rewind_clock),
		cmocka_unit_test_setup(test_slow_after_login, rewind_clock),
		cmocka_unit_test_setup(test_slow_after_check, rewind_clock),
		cmocka_unit_test_setup(test_not_expired, rewind_clock),
		cmocka_unit_test_setup(test_expired, rewind_clock),
		cmocka_unit_test_setup(test_expired_unavailable, rewind_clock),
		cmocka_unit_test_setup(test_old_item, rewind_clock),
		cmocka_unit_test_setup(test_use_first_pass, rewind_clock),
		cmocka_unit_test_setup(test_no_proof, rewind_clock),
		cmocka_unit_test_setup(test_breaks, rewind_clock),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
