/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_options.c - the line in pam.d, the user's name, and what of them reaches pind.
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

/* one byte too long for a socket */
#define PATH_OF_36  "/2345678901234567890123456789012345x"
#define PATH_OF_108 PATH_OF_36 PATH_OF_36 PATH_OF_36

/* ---- options ---- */

static void test_options_bad(void **state)
{
	static const char *const bad[] = {
		"nullok",
		"Quiet",
		"quiet=",
		"quiet=1",
		"debug=yes",
		"socket",
		"socket=",
		"socket=run/x",
		"timeout",
		"timeout=",
		"timeout=0",
		"timeout=61",
		"timeout=5s",
		"timeout=-1",
		"timeout=+5",
		"timeout=99999999999999999999",
		"lang=de",
		"lang=IT",
		"lang",
		"level=",
		"level=alto",
		"level=-",
		"user=both",
		"user=",
		"server_uid=",
		"server_uid=root",
		"server_uid=-1",
		"server_uid=4294967295",
		"server_uid=4294967296",
		"service=",
		"service=123456789012345678901234567890123",
		"=",
		"try_first_pass=no",
		"use_first_pas",
		"socket=" PATH_OF_108,
	};
	struct fake_step ok = fake_verdict(V_OK);

	(void)state;
	for (size_t i = 0; i < N(bad); i++) {
		struct actor a = { 0 };

		stage_script(&ok, 1);
		stage_plain(&stage, "bad", bad[i]);
		stage_forget();
		for (enum stage_call what = DO_AUTH; what <= DO_CHANGE; what++)
			assert_int_equal(stage_once(&stage, "bad", CF, what, 0, &a),
					 PAM_SERVICE_ERR);
		assert_int_equal(a.asked + a.told, 0);
		fake_settle(stage.fake);
		assert_int_equal(fake_connections(stage.fake), 0);
		assert_non_null(strstr(stage_log(), "see pam_inpspin(8)"));
		assert_memory_equal(strchr(strstr(stage_log(), "option"), '\'') + 1, bad[i],
				    strlen(bad[i]) < 64 ? strlen(bad[i]) : 64);
	}
}

static void test_options_good(void **state)
{
	struct fake_step ok = fake_verdict(V_OK);
	const struct wire_authenticate *q;

	(void)state;
	stage_script(&ok, 1);
	stage_plain(&stage, "good",
		    "timeout=60 timeout=1 lang=en level=dispositivo user=upper quiet debug "
		    "service=inps-online try_first_pass ignore_unavailable");
	assert_int_equal(stage_try("good", DO_AUTH), PAM_SUCCESS);
	q = &fake_request(stage.fake, 0)->authenticate;
	assert_string_equal(q->service, "inps-online");
	assert_string_equal(q->cf, CF);
	assert_string_equal(q->pin, "AB12CD34");
	assert_string_equal(q->on_behalf_of, "");
	assert_string_equal(q->rhost, "");
	assert_int_equal(q->level, 2);
	assert_int_equal(stage_try("good", DO_ACCT), PAM_SUCCESS);
	assert_string_equal(fake_request(stage.fake, 1)->authorize.service, "inps-online");
	assert_int_equal(fake_request(stage.fake, 1)->authorize.level, 2);

	stage_script(&ok, 1);
	assert_int_equal(stage_try("plain", DO_AUTH), PAM_SUCCESS);
	assert_string_equal(fake_request(stage.fake, 0)->authenticate.service, "plain");
	assert_int_equal(fake_request(stage.fake, 0)->authenticate.level, 0);
}

/* A service name that pind cannot have a policy for is not cut to another one's. */
static void test_service_too_long(void **state)
{
	static const char name[] = "a-service-name-of-thirty-three-by";
	struct fake_step ok = fake_verdict(V_OK);

	(void)state;
	assert_int_equal(strlen(name), 33);
	stage_script(&ok, 1);
	stage_plain(&stage, name, "");
	stage_forget();
	assert_int_equal(stage_try(name, DO_AUTH), PAM_SERVICE_ERR);
	assert_non_null(strstr(stage_log(), "set service="));
	fake_settle(stage.fake);
	assert_int_equal(fake_connections(stage.fake), 0);
	stage_plain(&stage, name, "service=short");
	assert_int_equal(stage_try(name, DO_AUTH), PAM_SUCCESS);
}

static void test_rhost(void **state)
{
	static const struct {
		const char *rhost, *sent;
	} rows[] = {
		{ "192.0.2.7", "192.0.2.7" },
		{ "", "" },
		{ "a\nb\x7f\x01", "a?b??" },
	};
	struct fake_step ok = fake_verdict(V_OK);
	struct actor a = { 0 };
	char longest[300];

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		pam_handle_t *pamh = stage_start(&stage, "plain", CF, &a);

		stage_script(&ok, 1);
		assert_int_equal(pam_set_item(pamh, PAM_RHOST, rows[i].rhost), PAM_SUCCESS);
		assert_int_equal(pam_authenticate(pamh, 0), PAM_SUCCESS);
		assert_string_equal(fake_request(stage.fake, 0)->authenticate.rhost, rows[i].sent);
		assert_int_equal(pam_acct_mgmt(pamh, 0), PAM_SUCCESS);
		assert_string_equal(fake_request(stage.fake, 1)->authorize.rhost, rows[i].sent);
		memset(longest, 'h', sizeof(longest) - 1);
		longest[sizeof(longest) - 1] = '\0';
		assert_int_equal(pam_set_item(pamh, PAM_RHOST, longest), PAM_SUCCESS);
		assert_int_equal(pam_authenticate(pamh, 0), PAM_SUCCESS);
		assert_int_equal(strlen(fake_request(stage.fake, 2)->authenticate.rhost), 128);
		pam_end(pamh, PAM_SUCCESS);
	}
}

/* ---- who may have a PIN at all ---- */

static void refused_unheard(const char *service, const char *user)
{
	struct actor a = { 0 };

	for (int what = DO_AUTH; what <= DO_CHANGE; what++)
		assert_int_equal(stage_once(&stage, service, user, (enum stage_call)what, 0, &a),
				 PAM_USER_UNKNOWN);
	assert_int_equal(a.asked + a.told, 0);
	assert_null(strstr(stage_log(), "RSSMRA")); /* names are not logged */
	assert_null(strstr(stage_log(), "rssmra"));
}

static void test_user_unknown(void **state)
{
	static const char *const never[] = {
		/* whatever user= says */
		"root",
		"",
		"/",
		"RSSMRA85T10A562T",
		"RSSMRA85T10A562",
		"RSSMRA85T10A562SS",
		COMPANY,
		"12345670018",
		CF "/",
		CF "/x",
		CF "/" COMPANY "/",
		CF "//" COMPANY,
		"/" COMPANY,
		COMPANY "/" CF,
		CF "/12345670018",
		"RSSMRA85T10A562\xc3\x9f",
		CF "\x01",
		"0",
		"\"; rm -rf /\"",
		"RSSMRA85T10A562S%s%n",
	};
	static const char *const not_upper[] = { CF_LOW,         " " CF,
						 CF " ",         "RSSMRA 85T10 A562S",
						 CF "\n",        "RSSMRA85T10A562s",
						 CF "/ " COMPANY };
	static const char *const not_lower[] = { CF,         "Rssmra85t10a562s",
						 " " CF_LOW, CF_LOW "/" CF,
						 CF_LOW "s", CF_LOW " " };
	struct fake_step ok = fake_verdict(V_OK);
	char longest[4097];

	(void)state;
	memset(longest, 'A', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	stage_plain(&stage, "lower", "user=lower debug");
	stage_plain(&stage, "any", "user=any debug");
	stage_plain(&stage, "upper", "debug");
	stage_forget();
	stage_script(&ok, 1);
	for (size_t i = 0; i < N(never); i++) {
		refused_unheard("upper", never[i]);
		refused_unheard("lower", never[i]);
		refused_unheard("any", never[i]);
	}
	refused_unheard("upper", longest);
	refused_unheard("lower", longest);
	refused_unheard("any", longest);
	for (size_t i = 0; i < N(not_upper); i++)
		refused_unheard("upper", not_upper[i]);
	for (size_t i = 0; i < N(not_lower); i++)
		refused_unheard("lower", not_lower[i]);
	fake_settle(stage.fake);
	assert_int_equal(fake_connections(stage.fake), 0);
}

static void test_user_forms(void **state)
{
	static const struct {
		const char *service, *user, *cf, *company;
	} rows[] = {
		{ "plain", CF, CF, "" },
		{ "plain", "12345671510", "12345671510", "" }, /* provisional */
		{ "plain", "QXZKWJT5C52F839T", "QXZKWJT5C52F839T",
		  "" }, /* omocodia: another person */
		{ "plain", CF "/" COMPANY, CF, COMPANY },
		{ "plain", CF "/" CF_OTHER, CF, CF_OTHER },
		{ "lower", CF_LOW, CF, "" },
		{ "lower", CF_LOW "/" COMPANY, CF, COMPANY },
		{ "lower", "12345671510", "12345671510", "" },
		{ "any", CF, CF, "" },
		{ "any", CF_LOW, CF, "" },
		{ "any", " rSSmra 85t10 A562s \n", CF, "" },
		{ "any", CF_LOW " / " COMPANY " ", CF, COMPANY },
	};
	struct fake_step ok = fake_verdict(V_OK);

	(void)state;
	stage_plain(&stage, "lower", "user=lower");
	stage_plain(&stage, "any", "user=any");
	for (size_t i = 0; i < N(rows); i++) {
		struct actor a = { 0 };
		pam_handle_t *pamh = stage_start(&stage, rows[i].service, rows[i].user, &a);
		const void *user;

		stage_script(&ok, 1);
		assert_int_equal(pam_authenticate(pamh, 0), PAM_SUCCESS);
		assert_string_equal(fake_request(stage.fake, 0)->authenticate.cf, rows[i].cf);
		assert_string_equal(fake_request(stage.fake, 0)->authenticate.on_behalf_of,
				    rows[i].company);
		assert_int_equal(pam_acct_mgmt(pamh, 0), PAM_SUCCESS);
		assert_string_equal(fake_request(stage.fake, 1)->authorize.cf, rows[i].cf);
		assert_string_equal(fake_request(stage.fake, 1)->authorize.on_behalf_of,
				    rows[i].company);
		assert_int_equal(pam_get_item(pamh, PAM_USER, &user), PAM_SUCCESS);
		assert_string_equal(user, rows[i].user); /* never rewritten */
		pam_end(pamh, PAM_SUCCESS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options_bad),      cmocka_unit_test(test_options_good),
		cmocka_unit_test(test_service_too_long), cmocka_unit_test(test_rhost),
		cmocka_unit_test(test_user_unknown),     cmocka_unit_test(test_user_forms),
	};

	return cmocka_run_group_tests(tests, stage_up, stage_down);
}
