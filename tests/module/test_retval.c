/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_retval.c - what each entry point returns for every answer that pind can give.
 * Environment: MODULE, the absolute path of pam_inpspin.so.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "stage.h"
#include "verdict.h"

#define N(a) (sizeof(a) / sizeof(*(a)))

/* ---- every verdict, by the map of the design, written out again ---- */

static const struct row {
	unsigned int code;
	int auth, acct;
} map[] = {
	{ V_OK, PAM_SUCCESS, PAM_SUCCESS },
	{ V_MUST_CHANGE, PAM_SUCCESS, PAM_NEW_AUTHTOK_REQD },
	{ V_WRONG, PAM_AUTH_ERR, PAM_PERM_DENIED },
	{ V_THROTTLED, PAM_AUTH_ERR, PAM_PERM_DENIED },
	{ V_BLOCKED, PAM_AUTH_ERR, PAM_PERM_DENIED },
	{ V_LAPSED, PAM_ACCT_EXPIRED, PAM_ACCT_EXPIRED },
	{ V_LEVEL, PAM_PERM_DENIED, PAM_PERM_DENIED },
	{ V_CATEGORY, PAM_PERM_DENIED, PAM_PERM_DENIED },
	{ V_DELEGATION, PAM_PERM_DENIED, PAM_PERM_DENIED },
	{ V_DENIED, PAM_PERM_DENIED, PAM_PERM_DENIED },
	{ V_UNKNOWN, PAM_AUTH_ERR, PAM_PERM_DENIED },
	{ V_LIVE, PAM_AUTH_ERR, PAM_PERM_DENIED },
	{ V_REVOKED, PAM_AUTH_ERR, PAM_PERM_DENIED },
	{ V_DOCUMENT, PAM_AUTH_ERR, PAM_PERM_DENIED },
	{ V_COST, PAM_AUTH_ERR, PAM_PERM_DENIED },
	{ V_MISTYPED, PAM_AUTHTOK_ERR, PAM_PERM_DENIED },
	{ V_STALE, PAM_AUTHTOK_ERR, PAM_PERM_DENIED },
	{ V_CONTACTS, PAM_AUTHTOK_ERR, PAM_PERM_DENIED },
	{ V_BAD, PAM_SERVICE_ERR, PAM_SERVICE_ERR },
	{ V_BUSY, PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL },
	{ V_FAILED, PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL },
	/* never an answer to a login; if it were, no success */
	{ V_STATE, PAM_AUTH_ERR, PAM_PERM_DENIED },
	{ V_SELF, PAM_AUTH_ERR, PAM_PERM_DENIED },
	{ V_LIMIT, PAM_AUTH_ERR, PAM_PERM_DENIED },
	{ V_REGISTRY, PAM_AUTH_ERR, PAM_PERM_DENIED },
	{ V_DETAILS, PAM_AUTH_ERR, PAM_PERM_DENIED },
	{ V_BROKEN, PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL },
	{ V_REPLACED, PAM_AUTH_ERR, PAM_PERM_DENIED },
};

static struct row row_of(unsigned int code)
{
	for (size_t i = 0; i < N(map); i++)
		if (map[i].code == code)
			return map[i];
	return (struct row){ code, PAM_SERVICE_ERR, PAM_SERVICE_ERR };
}

static void test_authenticate(void **state)
{
	(void)state;
	for (unsigned int code = 0; code < 256; code++) {
		struct fake_step s = fake_verdict(code);

		stage_script(&s, 1);
		assert_int_equal(stage_try("plain", DO_AUTH), row_of(code).auth);
		assert_int_equal(fake_asked(stage.fake), 1);
		assert_int_equal(fake_request(stage.fake, 0)->type, WIRE_AUTHENTICATE);
	}
}

static void test_account(void **state)
{
	(void)state;
	for (unsigned int code = 0; code < 256; code++) {
		struct fake_step s = fake_verdict(code);

		stage_script(&s, 1);
		assert_int_equal(stage_try("plain", DO_ACCT), row_of(code).acct);
		assert_int_equal(fake_asked(stage.fake), 1);
		assert_int_equal(fake_request(stage.fake, 0)->type, WIRE_AUTHORIZE);
	}
}

/* The old PIN is asked and checked first: a verdict that lets nobody in ends the change there. */
static void test_change_check(void **state)
{
	(void)state;
	for (unsigned int code = 0; code < 256; code++) {
		struct fake_step s = fake_verdict(code);

		if (code == V_OK || code == V_MUST_CHANGE)
			continue;
		stage_script(&s, 1);
		assert_int_equal(stage_try("plain", DO_CHANGE), row_of(code).auth);
		assert_int_equal(fake_asked(stage.fake), 1);
		assert_int_equal(fake_request(stage.fake, 0)->type, WIRE_AUTHENTICATE);
	}
}

/* No verdict stands for a proposal: those that mean success elsewhere are nonsense here. */
static void test_change_open(void **state)
{
	(void)state;
	for (unsigned int code = 0; code < 256; code++) {
		struct fake_step s[] = { fake_verdict(V_OK), fake_verdict(code) };
		int auth = row_of(code).auth;

		stage_script(s, 2);
		assert_int_equal(stage_try("plain", DO_CHANGE),
				 auth == PAM_SUCCESS ? PAM_SERVICE_ERR : auth);
		assert_int_equal(fake_asked(stage.fake), 2);
		assert_int_equal(fake_request(stage.fake, 1)->type, WIRE_RENEW_OPEN);
	}
}

static char *old_then_new(struct actor *a, const char *prompt)
{
	(void)prompt;
	return strdup(a->asked == 0 ? "AB12CD34" : "NEW0-PXN5");
}

static void test_change_commit(void **state)
{
	(void)state;
	for (unsigned int code = 0; code < 256; code++) {
		struct fake_step s[] = { fake_verdict(V_MUST_CHANGE), fake_renewal("NEW0PXN5", 0),
					 fake_verdict(code) };
		struct actor a = { .think = old_then_new };
		int auth = row_of(code).auth;

		stage_script(s, 3);
		assert_int_equal(stage_once(&stage, "plain", CF, DO_CHANGE, 0, &a),
				 auth == PAM_SUCCESS && code != V_OK ? PAM_SERVICE_ERR : auth);
		assert_int_equal(fake_asked(stage.fake), 3);
		assert_int_equal(fake_request(stage.fake, 2)->type, WIRE_RENEW_COMMIT);
	}
}

/* A proposal answers one question only. */
static void test_wrong_kind_of_reply(void **state)
{
	struct fake_step s = fake_renewal("NEW0PXN5", 0);

	(void)state;
	stage_script(&s, 1);
	assert_int_equal(stage_try("plain", DO_AUTH), PAM_SERVICE_ERR);
	assert_int_equal(stage_try("plain", DO_ACCT), PAM_SERVICE_ERR);
	assert_int_equal(stage_try("plain", DO_CHANGE), PAM_SERVICE_ERR);
}

/* ---- what the operator hears ---- */

static void test_verdicts_for_operators(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(map); i++) {
		struct fake_step s = fake_verdict(map[i].code);
		bool logged = map[i].code == V_DENIED || map[i].code == V_BAD ||
			      map[i].code == V_BUSY || map[i].code == V_FAILED ||
			      map[i].code == V_BROKEN;

		stage_script(&s, 1);
		stage_forget();
		stage_try("plain", DO_AUTH);
		assert_int_equal(strstr(stage_log(), "pind refuses") != NULL, logged);
	}
}

/* ---- ignore_unavailable ---- */

static void test_ignore_unavailable(void **state)
{
	static const struct {
		unsigned int verdict;
		bool ignored;
	} rows[] = { { V_BUSY, true }, { V_FAILED, true }, { V_WRONG, false }, { V_BAD, false } };

	(void)state;
	stage_service(&stage, "ignore",
		      "auth required @ ignore_unavailable\nauth required pam_permit.so\n"
		      "account required @ ignore_unavailable\n"
		      "account required pam_permit.so\n");
	stage_plain(&stage, "alone", "ignore_unavailable");
	for (size_t i = 0; i < N(rows); i++) {
		struct fake_step s = fake_verdict(rows[i].verdict);

		stage_script(&s, 1);
		assert_int_equal(stage_try("ignore", DO_AUTH) == PAM_SUCCESS, rows[i].ignored);
		assert_int_equal(stage_try("ignore", DO_ACCT) == PAM_SUCCESS, rows[i].ignored);
		assert_int_not_equal(stage_try("alone", DO_AUTH), PAM_SUCCESS); /* not alone */
		assert_int_not_equal(stage_try("alone", DO_ACCT), PAM_SUCCESS);
		assert_int_not_equal(stage_try("alone", DO_CHANGE), PAM_SUCCESS);
	}
}

/* pind goes away in the middle of a change: that is no success, even when it may be ignored. */
static void test_ignore_unavailable_update(void **state)
{
	struct fake_step s[] = { fake_verdict(V_OK), fake_renewal("NEW0PXN5", 0),
				 fake_verdict(V_FAILED) };
	struct actor a = { .think = old_then_new };

	(void)state;
	stage_service(&stage, "change",
		      "password required @ ignore_unavailable\n"
		      "password required pam_permit.so\n");
	stage_script(s, 3);
	assert_int_equal(stage_once(&stage, "change", CF, DO_CHANGE, 0, &a), PAM_AUTHINFO_UNAVAIL);
}

/* ---- the other entry points never ask anything ---- */

static void test_no_questions(void **state)
{
	static const int flags[] = { PAM_ESTABLISH_CRED, PAM_DELETE_CRED, PAM_REINITIALIZE_CRED,
				     PAM_REFRESH_CRED };
	struct fake_step s = fake_verdict(V_WRONG);
	struct actor a = { 0 };

	(void)state;
	stage_script(&s, 1);
	for (int i = 0; i < 100; i++) {
		int f = flags[(size_t)i % N(flags)];

		assert_int_equal(stage_once(&stage, "plain", CF, DO_SETCRED, f, &a), PAM_SUCCESS);
		assert_int_equal(stage_once(&stage, "plain", CF, DO_OPEN, 0, &a), PAM_SUCCESS);
		assert_int_equal(stage_once(&stage, "plain", CF, DO_CLOSE, 0, &a), PAM_SUCCESS);
	}
	assert_int_equal(a.asked + a.told, 0);
	fake_settle(stage.fake);
	assert_int_equal(fake_connections(stage.fake), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_authenticate),
		cmocka_unit_test(test_account),
		cmocka_unit_test(test_change_check),
		cmocka_unit_test(test_change_open),
		cmocka_unit_test(test_change_commit),
		cmocka_unit_test(test_wrong_kind_of_reply),
		cmocka_unit_test(test_verdicts_for_operators),
		cmocka_unit_test(test_ignore_unavailable),
		cmocka_unit_test(test_ignore_unavailable_update),
		cmocka_unit_test(test_no_questions),
	};

	return cmocka_run_group_tests(tests, stage_up, stage_down);
}
