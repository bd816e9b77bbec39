/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_conv.c - what a login asks and tells: prompts to the byte, answers of every kind and size.
 * Environment: MODULE, the absolute path of pam_inpspin.so.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
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
	stage_plain(&st, "en", "lang=en");
	stage_plain(&st, "quiet", "quiet");
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

/* ---- prompts and texts ---- */

static const struct {
	unsigned int code;
	uint32_t wait_s;
	const char *it, *en;
} told[] = {
	{ V_THROTTLED, 0, "Troppi tentativi: riprovare fra 1 secondo",
	  "Too many attempts: try again in 1 second" },
	{ V_THROTTLED, 30, "Troppi tentativi: riprovare fra 30 secondi",
	  "Too many attempts: try again in 30 seconds" },
	{ V_THROTTLED, 59, "Troppi tentativi: riprovare fra 59 secondi",
	  "Too many attempts: try again in 59 seconds" },
	{ V_THROTTLED, 60, "Troppi tentativi: riprovare fra 1 minuto",
	  "Too many attempts: try again in 1 minute" },
	{ V_THROTTLED, 61, "Troppi tentativi: riprovare fra 2 minuti",
	  "Too many attempts: try again in 2 minutes" },
	{ V_THROTTLED, 3540, "Troppi tentativi: riprovare fra 59 minuti",
	  "Too many attempts: try again in 59 minutes" },
	{ V_THROTTLED, 3541, "Troppi tentativi: riprovare fra 1 ora",
	  "Too many attempts: try again in 1 hour" },
	{ V_THROTTLED, 3601, "Troppi tentativi: riprovare fra 2 ore",
	  "Too many attempts: try again in 2 hours" },
	{ V_THROTTLED, 86400, "Troppi tentativi: riprovare fra 1 giorno",
	  "Too many attempts: try again in 1 day" },
	{ V_THROTTLED, UINT32_MAX, "Troppi tentativi: riprovare fra 49711 giorni",
	  "Too many attempts: try again in 49711 days" },
	{ V_BLOCKED, 0, "Troppi tentativi: chiamare l'assistenza",
	  "Too many attempts: call the help line" },
	{ V_LAPSED, 0, "PIN scaduto da troppo tempo: chiederne uno nuovo",
	  "The PIN expired too long ago: request a new one" },
	{ V_LEVEL, 0, "Questo servizio richiede il PIN dispositivo: chiederlo allo sportello",
	  "This service requires a PIN of level dispositivo: ask for it at the desk" },
	{ V_CATEGORY, 0, "Servizio non aperto a questa categoria di utenti: chiamare l'assistenza",
	  "This service is not open to your category of users: call the help line" },
	{ V_DELEGATION, 0, "Nessuna delega approvata per questo soggetto: chiederla allo sportello",
	  "There is no approved delegation for this subject: ask for one at the desk" },
};

static void login_hears(const char *service, int flags, const char *text)
{
	struct actor a = { .answers = { "x" }, .n_answers = 1 };
	char expected[512] = "off:PIN: |";

	if (text != NULL) {
		strncat(expected, "error:", sizeof(expected) - strlen(expected) - 1);
		strncat(expected, text, sizeof(expected) - strlen(expected) - 1);
		strncat(expected, "|", sizeof(expected) - strlen(expected) - 1);
	}
	stage_once(&st, service, CF, DO_AUTH, flags, &a);
	assert_string_equal(a.heard, expected);
}

static void test_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(told); i++) {
		struct fake_step s = fake_verdict(told[i].code);

		s.rep.verdict.wait_s = told[i].wait_s;
		script(s);
		login_hears("it", 0, told[i].it);
		login_hears("en", 0, told[i].en);
		login_hears("quiet", 0, NULL);
		login_hears("it", (int)PAM_SILENT, NULL);
	}
}

/* Whoever the person is, the question is the same; and most answers are never explained. */
static void test_silence_of_verdicts(void **state)
{
	(void)state;
	for (unsigned int code = 0; code < 256; code++) {
		bool tells = false;

		for (size_t i = 0; i < N(told); i++)
			tells |= told[i].code == code;
		if (tells || code == V_MISTYPED || code == V_STALE || code == V_CONTACTS)
			continue;
		script(fake_verdict(code));
		login_hears("it", 0, NULL);
		login_hears("en", 0, NULL);
	}
}

static void test_account_texts(void **state)
{
	struct fake_step s = fake_verdict(V_LEVEL);
	struct actor a = { 0 };

	(void)state;
	script(s);
	assert_int_equal(stage_once(&st, "it", CF, DO_ACCT, 0, &a), PAM_PERM_DENIED);
	assert_string_equal(a.heard, "error:Questo servizio richiede il PIN dispositivo: "
				    "chiederlo allo sportello|");
	a = (struct actor){ 0 };
	assert_int_equal(stage_once(&st, "it", CF, DO_ACCT, (int)PAM_SILENT, &a), PAM_PERM_DENIED);
	assert_string_equal(a.heard, "");
}

static void test_warning(void **state)
{
	struct fake_step s = fake_verdict(V_OK);
	static const struct {
		uint8_t days;
		const char *service, *heard;
		int flags;
	} rows[] = {
		{ 0, "it", "", 0 },
		{ 1, "it", "info:Il PIN scade fra 1 giorno: poi si rinnova con il PIN attuale|", 0 },
		{ 14, "it", "info:Il PIN scade fra 14 giorni: poi si rinnova con il PIN attuale|", 0 },
		{ 255, "it", "info:Il PIN scade fra 255 giorni: poi si rinnova con il PIN attuale|", 0 },
		{ 1, "en", "info:The PIN expires in 1 day: then it is renewed with the current PIN|", 0 },
		{ 14, "en", "info:The PIN expires in 14 days: then it is renewed with the current PIN|", 0 },
		{ 14, "quiet", "", 0 },
		{ 14, "it", "", (int)PAM_SILENT },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct actor a = { 0 };

		s.rep.verdict.warn_days = rows[i].days;
		script(s);
		assert_int_equal(stage_once(&st, rows[i].service, CF, DO_ACCT, rows[i].flags, &a),
				 PAM_SUCCESS);
		assert_string_equal(a.heard, rows[i].heard);
		a = (struct actor){ .answers = { "x" }, .n_answers = 1 };
		assert_int_equal(stage_once(&st, "it", CF, DO_AUTH, 0, &a), PAM_SUCCESS);
		assert_string_equal(a.heard, "off:PIN: |"); /* only in the account phase */
		a = (struct actor){ .tell_code = PAM_CONV_ERR };
		assert_int_equal(stage_once(&st, "it", CF, DO_ACCT, 0, &a), PAM_SUCCESS);
	}
}

/* Programs that cannot show a text change nothing. */
static void test_deaf(void **state)
{
	struct actor a = { .answers = { "x" }, .n_answers = 1, .tell_code = PAM_CONV_ERR };

	(void)state;
	script(fake_verdict(V_LEVEL));
	assert_int_equal(stage_once(&st, "it", CF, DO_AUTH, 0, &a), PAM_PERM_DENIED);
	a.litter = true;
	assert_int_equal(stage_once(&st, "it", CF, DO_ACCT, 0, &a), PAM_PERM_DENIED);
	assert_int_equal(a.told, 2);
}

/* login(1) leaves the name to us: PAM asks for it, then we for the PIN. */
static void test_no_user(void **state)
{
	struct actor a = { .answers = { CF, "AB12CD34" }, .n_answers = 2 };

	(void)state;
	script(fake_verdict(V_OK));
	assert_int_equal(stage_once(&st, "it", NULL, DO_AUTH, 0, &a), PAM_SUCCESS);
	assert_string_equal(a.heard, "on:login:|off:PIN: |");
	assert_string_equal(fake_request(st.fake, 0)->authenticate.cf, CF);

	script(fake_verdict(V_OK));
	a = (struct actor){ .code = PAM_CONV_ERR };
	assert_int_not_equal(stage_once(&st, "it", NULL, DO_AUTH, 0, &a), PAM_SUCCESS);
	a = (struct actor){ .code = PAM_CONV_AGAIN };
	assert_int_equal(stage_once(&st, "it", NULL, DO_AUTH, 0, &a), PAM_INCOMPLETE);
	fake_settle(st.fake);
	assert_int_equal(fake_connections(st.fake), 0);
}

/* ---- answers ---- */

static char *long_answer(struct actor *a, const char *prompt)
{
	size_t len = a->n_answers;
	char *s = malloc(len + 1);

	(void)prompt;
	if (s != NULL) {
		memset(s, 'A', len);
		s[len] = '\0';
	}
	return s;
}

/* Every length is sent, as far as there is room: pind decides, and charges. */
static void test_lengths(void **state)
{
	static const size_t lens[] = { 0,  1,   8,   15,  16,  17,   63,     64,
				       65, 255, 256, 512, 513, 4096, 1 << 20 };

	(void)state;
	for (size_t i = 0; i < N(lens); i++) {
		struct actor a = { .think = long_answer, .n_answers = lens[i] };
		size_t sent = lens[i] < 64 ? lens[i] : 64;

		script(fake_verdict(V_WRONG));
		assert_int_equal(stage_once(&st, "it", CF, DO_AUTH, 0, &a), PAM_AUTH_ERR);
		assert_int_equal(strlen(fake_request(st.fake, 0)->authenticate.pin), sent);
		assert_string_equal(a.heard, "off:PIN: |");
	}
}

static void test_any_bytes(void **state)
{
	static const char *const pins[] = {
		"\b\n\r\177INCORRECT", "\x80\xff", "pin con spazi", "%s%n", "ab12cd34",
		"AB12CD34X",           "B12CD34"
	};

	(void)state;
	for (size_t i = 0; i < N(pins); i++) {
		struct actor a = { .answers = { pins[i] }, .n_answers = 1 };

		script((struct fake_step){ .how = FAKE_ORACLE, .rep = fake_verdict(V_WRONG).rep });
		assert_int_equal(stage_once(&st, "it", CF, DO_AUTH, 0, &a), PAM_AUTH_ERR);
		assert_string_equal(fake_request(st.fake, 0)->authenticate.pin, pins[i]);
	}
}

/* No answer is no PIN, and no question either. (Leaks are LeakSanitizer's to find.) */
static void test_no_answer(void **state)
{
	static const struct {
		int code, expected;
		bool litter;
	} rows[] = {
		{ PAM_CONV_ERR, PAM_CONV_ERR, false },
		{ PAM_CONV_ERR, PAM_CONV_ERR, true },
		{ PAM_CONV_AGAIN, PAM_INCOMPLETE, false },
		{ PAM_CONV_AGAIN, PAM_INCOMPLETE, true },
		{ PAM_BUF_ERR, PAM_BUF_ERR, false },
		{ PAM_BUF_ERR, PAM_BUF_ERR, true },
		{ PAM_ABORT, PAM_CONV_ERR, true },
		{ PAM_IGNORE, PAM_CONV_ERR, true },
		{ -1, PAM_CONV_ERR, true },
	};
	struct actor a = { .answers = { NULL }, .n_answers = 1 };
	struct pam_conv none = { NULL, NULL };
	pam_handle_t *pamh;

	(void)state;
	script(fake_verdict(V_OK));
	assert_int_equal(stage_once(&st, "it", CF, DO_AUTH, 0, &a), PAM_CONV_ERR);
	for (size_t i = 0; i < N(rows); i++) {
		a = (struct actor){ .answers = { "AB12CD34" },
				    .n_answers = 1,
				    .code = rows[i].code,
				    .litter = rows[i].litter };
		assert_int_equal(stage_once(&st, "it", CF, DO_AUTH, 0, &a), rows[i].expected);
	}
	assert_int_equal(pam_start_confdir("it", CF, &none, st.dir, &pamh), PAM_SUCCESS);
	assert_int_equal(pam_authenticate(pamh, 0), PAM_CONV_ERR);
	pam_end(pamh, PAM_CONV_ERR);
	fake_settle(st.fake);
	assert_int_equal(fake_connections(st.fake), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),         cmocka_unit_test(test_silence_of_verdicts),
		cmocka_unit_test(test_account_texts), cmocka_unit_test(test_warning),
		cmocka_unit_test(test_deaf),          cmocka_unit_test(test_no_user),
		cmocka_unit_test(test_lengths),       cmocka_unit_test(test_any_bytes),
		cmocka_unit_test(test_no_answer),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
