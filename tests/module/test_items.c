/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_items.c - what a login takes from PAM and leaves there: stacked passwords, the environment,
 * the log.
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

static struct stage st;

static int setup(void **state)
{
	(void)state;
	stage_open(&st);
	stage_plain(&st, "it", "");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	stage_close(&st);
	return 0;
}

static void script(struct fake_step s)
{
	fake_script(st.fake, &s, 1);
}

/* ---- stacked passwords: the module itself is the one that asked before ---- */

static void stacked(const char *service, const unsigned int *codes, size_t n, struct actor *a,
		    int expected)
{
	struct fake_step s[4] = { 0 };

	for (size_t i = 0; i < n; i++)
		s[i] = fake_verdict(codes[i]);
	fake_script(st.fake, s, n);
	assert_int_equal(stage_once(&st, service, CF, DO_AUTH, 0, a), expected);
	assert_int_equal(fake_asked(st.fake), n);
}

static void test_try_first_pass(void **state)
{
	static const unsigned int right[] = { V_WRONG, V_OK }, again[] = { V_WRONG, V_WRONG, V_OK },
				  stop[] = { V_WRONG, V_FAILED }, wait[] = { V_WRONG, V_THROTTLED },
				  never[] = { V_WRONG, V_WRONG, V_WRONG };
	struct actor a = { .answers = { "FIRST", "SECOND" }, .n_answers = 2 };
	struct actor fresh = a;

	(void)state;
	stage_service(&st, "stacked", "auth optional @\nauth required @ try_first_pass\n");
	stacked("stacked", right, 2, &a, PAM_SUCCESS);
	assert_string_equal(a.heard, "off:PIN: |");
	assert_string_equal(fake_request(st.fake, 1)->authenticate.pin, "FIRST");

	a = fresh;
	stacked("stacked", again, 3, &a, PAM_SUCCESS);
	assert_string_equal(a.heard, "off:PIN: |off:PIN: |");
	assert_string_equal(fake_request(st.fake, 1)->authenticate.pin, "FIRST");
	assert_string_equal(fake_request(st.fake, 2)->authenticate.pin, "SECOND");

	a = fresh;
	stacked("stacked", stop, 2, &a, PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(a.asked, 1);
	a = fresh;
	stacked("stacked", wait, 2, &a, PAM_AUTH_ERR);
	assert_int_equal(a.asked, 1);
	a = fresh;
	stacked("stacked", never, 3, &a, PAM_AUTH_ERR);
	assert_int_equal(a.asked, 2);

	a = fresh; /* nobody asked before: ask */
	stage_plain(&st, "try", "try_first_pass");
	stacked("try", right + 1, 1, &a, PAM_SUCCESS);
	assert_string_equal(a.heard, "off:PIN: |");
}

static void test_use_first_pass(void **state)
{
	static const unsigned int right[] = { V_WRONG, V_OK }, wrong[] = { V_WRONG, V_WRONG };
	struct actor a = { .answers = { "FIRST", "SECOND" }, .n_answers = 2 };
	struct actor fresh = a;

	(void)state;
	stage_service(&st, "stacked",
		      "auth optional @\nauth required @ use_first_pass try_first_pass\n");
	stage_plain(&st, "use", "use_first_pass");
	stacked("stacked", right, 2, &a, PAM_SUCCESS);
	assert_int_equal(a.asked, 1);
	a = fresh;
	stacked("stacked", wrong, 2, &a, PAM_AUTH_ERR);
	assert_int_equal(a.asked, 1);
	a = fresh;
	script(fake_verdict(V_OK));
	assert_int_equal(stage_once(&st, "use", CF, DO_AUTH, 0, &a), PAM_AUTH_ERR);
	fake_settle(st.fake);
	assert_int_equal(fake_connections(st.fake), 0);
	assert_int_equal(a.asked, 0);
}

/* ---- the environment ---- */

static const char *env(pam_handle_t *pamh, const char *name)
{
	const char *value = pam_getenv(pamh, name);

	return value != NULL ? value : "(unset)";
}

static void assert_env(pam_handle_t *pamh, const char *cf, const char *level, const char *category,
		       const char *company, const char *expires)
{
	assert_string_equal(env(pamh, "INPSPIN_CF"), cf);
	assert_string_equal(env(pamh, "INPSPIN_LEVEL"), level);
	assert_string_equal(env(pamh, "INPSPIN_CATEGORY"), category);
	assert_string_equal(env(pamh, "INPSPIN_ON_BEHALF_OF"), company);
	assert_string_equal(env(pamh, "INPSPIN_EXPIRES"), expires);
}

static void test_environment(void **state)
{
	struct actor a = { .answers = { "x" }, .n_answers = 1 };
	pam_handle_t *pamh;
	const char *no = "(unset)";

	(void)state;
	stage_plain(&st, "any", "user=any");
	for (int what = DO_AUTH; what <= DO_ACCT; what++) {
		pamh = stage_start(&st, "any", CF_LOW "/" COMPANY, &a);
		script(fake_verdict(V_OK));
		assert_int_equal(stage_do(pamh, (enum stage_call)what, 0), PAM_SUCCESS);
		assert_env(pamh, CF, "dispositivo", "impresa", COMPANY, "2026-05-22");
		assert_int_equal(pam_set_item(pamh, PAM_USER, CF_OTHER), PAM_SUCCESS);
		script(fake_verdict(V_MUST_CHANGE));
		stage_do(pamh, (enum stage_call)what, 0);
		assert_env(pamh, CF_OTHER, "dispositivo", "impresa", no, no);
		script(fake_verdict(V_WRONG)); /* what is not so any more goes away */
		stage_do(pamh, (enum stage_call)what, 0);
		assert_env(pamh, no, no, no, no, no);
		pam_end(pamh, PAM_SUCCESS);
	}
}

static void test_expiry_dates(void **state)
{
	static const struct {
		uint64_t s;
		const char *day;
	} rows[] = {
		{ 1, "1970-01-01" },
		{ 86399, "1970-01-01" },
		{ 86400, "1970-01-02" },
		{ 951782400, "2000-02-29" },
		{ 1709251199, "2024-02-29" },
		{ 1709251200, "2024-03-01" },
		{ 1767225599, "2025-12-31" },
		{ 4107542400, "2100-03-01" },
		{ 4107542399, "2100-02-28" },
		{ 253402300799, "9999-12-31" },
		{ 253402300800, "(unset)" },
		{ UINT64_MAX, "(unset)" },
		{ 0, "(unset)" },
	};
	struct fake_step s = fake_verdict(V_OK);

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct actor a = { 0 };
		pam_handle_t *pamh = stage_start(&st, "it", CF, &a);

		s.rep.verdict.expires_s = rows[i].s;
		s.rep.verdict.level = 0;
		s.rep.verdict.category = 0;
		script(s);
		assert_int_equal(pam_acct_mgmt(pamh, 0), PAM_SUCCESS);
		assert_env(pamh, CF, "(unset)", "(unset)", "(unset)", rows[i].day);
		pam_end(pamh, PAM_SUCCESS);
	}
}

/* The debug log says what happened, and of whom and with what nothing. */
static void test_debug_log(void **state)
{
	struct actor a = { .answers = { "AB12CD34" }, .n_answers = 1 };

	(void)state;
	stage_plain(&st, "debug", "debug");
	stage_forget();
	script(fake_verdict(V_LEVEL));
	assert_int_equal(stage_once(&st, "debug", CF "/" COMPANY, DO_AUTH, 0, &a), PAM_PERM_DENIED);
	assert_non_null(strstr(stage_log(), "service debug: pind says LEVEL"));
	script(fake_verdict(V_OK));
	assert_int_equal(stage_once(&st, "debug", CF "/" COMPANY, DO_ACCT, 0, &a), PAM_SUCCESS);
	assert_non_null(strstr(stage_log(), "service debug: pind says OK"));
	assert_non_null(strstr(stage_log(), "returns PAM_PERM_DENIED"));
	assert_non_null(strstr(stage_log(), "returns PAM_SUCCESS"));
	assert_null(strstr(stage_log(), "no codice fiscale"));
	assert_int_equal(stage_once(&st, "debug", "rssmra85t10a562s", DO_AUTH, 0, &a), PAM_USER_UNKNOWN);
	assert_non_null(strstr(stage_log(), "the user name is no codice fiscale as user= wants it"));
	assert_non_null(strstr(stage_log(), "returns PAM_USER_UNKNOWN"));
	assert_null(strstr(stage_log(), "rssmra"));
	assert_null(strstr(stage_log(), "AB12"));
	assert_null(strstr(stage_log(), "RSSMRA"));
	assert_null(strstr(stage_log(), COMPANY));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_try_first_pass), cmocka_unit_test(test_use_first_pass),
		cmocka_unit_test(test_environment),    cmocka_unit_test(test_expiry_dates),
		cmocka_unit_test(test_debug_log),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
