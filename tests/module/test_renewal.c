/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_renewal.c - the conversation that replaces a PIN, to the byte: with a grant, with the old
 * PIN, with contacts, with people who mistype, are slow, or are programs that know one answer only.
 * Environment: MODULE, the absolute path of pam_inpspin.so.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "stage.h"
#include "verdict.h"

#define N(a)    (sizeof(a) / sizeof(*(a)))
#define EXPIRED ((int)PAM_CHANGE_EXPIRED_AUTHTOK)
#define BOTH    (WIRE_MISSING_PHONE | WIRE_MISSING_EMAIL)

#define SHOW_IT "off:Il nuovo PIN e' NEW0-PXN5. Digitarlo per conferma: |"
#define REPLACE                                                                                    \
	"info:Il PIN temporaneo o scaduto va sostituito: annotare il PIN definitivo|"
#define CHANGED                                                                                    \
	"info:PIN cambiato: conservare il PIN definitivo, il precedente non vale piu'|"            \
	"info:Il PIN definitivo scade il 22/05/2026|"

#define BAD_PHONE "error:Non e' un numero di cellulare: riprovare (per esempio 333 1234567)|"
#define BAD_EMAIL "error:Non e' un indirizzo e-mail: riprovare (per esempio nome@esempio.it)|"

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

static void script(const struct fake_step *s, size_t n)
{
	fake_script(st.fake, s, n);
}

static bool all(const uint8_t *p, size_t n, uint8_t byte)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != byte)
			return false;
	return true;
}

/* The i-th request proves the old PIN by a grant, or by the PIN itself. */
static void assert_proof(unsigned int i, enum wire_type type, bool grant, const char *old)
{
	const struct wire_msg *m = fake_request(st.fake, i);
	const uint8_t *g = type == WIRE_RENEW_OPEN ? m->renew_open.grant : m->renew_commit.grant;

	assert_int_equal(m->type, type);
	assert_true(all(g, WIRE_GRANT_LEN, grant ? 0x5a : 0));
	assert_string_equal(type == WIRE_RENEW_OPEN ? m->renew_open.old : m->renew_commit.old, old);
	assert_string_equal(type == WIRE_RENEW_OPEN ? m->renew_open.cf : m->renew_commit.cf, CF);
}

/* ---- the whole conversation ---- */

static void test_first_login(void **state)
{
	struct fake_step s[] = { fake_renewal("NEW0PXN5", BOTH), fake_verdict(V_OK) };
	struct actor a = { .answers = { "OLDPIN", "333 123 4567", " Nome@Esempio.it ",
					"new0 pxn5" },
			   .n_answers = 4 };
	pam_handle_t *pamh = stage_granted(&st, "it", &a);
	const struct wire_renew_commit *q;

	(void)state;
	script(s, 2);
	assert_int_equal(pam_chauthtok(pamh, EXPIRED), PAM_SUCCESS);
	assert_string_equal(a.heard, REPLACE
			    "on:Numero di cellulare: |on:Indirizzo e-mail: |" SHOW_IT CHANGED);
	assert_int_equal(fake_asked(st.fake), 2); /* the grant spares a hash, and a question */
	assert_proof(0, WIRE_RENEW_OPEN, true, "");
	assert_proof(1, WIRE_RENEW_COMMIT, true, "");
	q = &fake_request(st.fake, 1)->renew_commit;
	assert_true(all(q->ticket, WIRE_TICKET_LEN, 0xa7));
	assert_string_equal(q->pin, "new0 pxn5");
	assert_string_equal(q->phone, "+393331234567");
	assert_string_equal(q->email, "Nome@Esempio.it");
	assert_string_equal(q->service, "it");

	stage_hush(&a); /* the grant is spent: now the old PIN is asked again */
	s[0] = fake_verdict(V_WRONG);
	script(s, 1);
	assert_int_equal(pam_chauthtok(pamh, 0), PAM_AUTH_ERR);
	assert_string_equal(a.heard, "off:PIN attuale: |");
	pam_end(pamh, PAM_SUCCESS);
}

static void test_english(void **state)
{
	struct fake_step s[] = { fake_renewal("NEW0PXN5TTTT0000", BOTH), fake_verdict(V_OK) };
	struct actor a = { .answers = { "OLDPIN", "+41 44 668 18 00", "name@example.org",
					"NEW0-PXN5-TTTT-0000" },
			   .n_answers = 4 };
	pam_handle_t *pamh = stage_granted(&st, "en", &a);

	(void)state;
	script(s, 2);
	assert_int_equal(pam_chauthtok(pamh, EXPIRED), PAM_SUCCESS);
	assert_string_equal(
		a.heard, "info:A temporary or expired PIN must be replaced: note down the "
			 "definitive PIN|on:Mobile number: |on:E-mail address: |"
			 "off:The new PIN is NEW0-PXN5-TTTT-0000. Type it to confirm: |"
			 "info:PIN changed: keep the definitive PIN, the previous one is no longer "
			 "valid|info:The definitive PIN expires on 2026-05-22|");
	pam_end(pamh, PAM_SUCCESS);
}

/* passwd(1): nobody has logged in on this handle. */
static void test_by_choice(void **state)
{
	struct fake_step s[] = { fake_verdict(V_OK), fake_renewal("NEW0PXN5", 0),
				 fake_verdict(V_OK) };
	struct actor a = { .answers = { "OLDP-1234", "NEW0PXN5" }, .n_answers = 2 };

	(void)state;
	script(s, 3);
	assert_int_equal(stage_once(&st, "it", CF, DO_CHANGE, 0, &a), PAM_SUCCESS);
	assert_string_equal(a.heard, "off:PIN attuale: |" SHOW_IT CHANGED);
	assert_string_equal(fake_request(st.fake, 0)->authenticate.pin, "OLDP-1234");
	assert_proof(1, WIRE_RENEW_OPEN, false, "OLDP-1234");
	assert_proof(2, WIRE_RENEW_COMMIT, false, "OLDP-1234");
	assert_string_equal(fake_request(st.fake, 2)->renew_commit.email, "");
	assert_string_equal(fake_request(st.fake, 2)->renew_commit.phone, "");

	/* the same with an expired PIN: pind's grant spares the later checks */
	a = (struct actor){ .answers = { "OLDP-1234", "NEW0PXN5" }, .n_answers = 2 };
	s[0] = fake_verdict(V_MUST_CHANGE);
	script(s, 3);
	assert_int_equal(stage_once(&st, "it", CF, DO_CHANGE, 0, &a), PAM_SUCCESS);
	assert_string_equal(a.heard, "off:PIN attuale: |" REPLACE SHOW_IT CHANGED);
	assert_proof(1, WIRE_RENEW_OPEN, true, "");
	assert_proof(2, WIRE_RENEW_COMMIT, true, "");
}

static void test_silent(void **state)
{
	struct fake_step s[] = { fake_verdict(V_MUST_CHANGE),
				 fake_renewal("NEW0PXN5", WIRE_MISSING_EMAIL), fake_verdict(V_OK) };
	static const char heard[] = "off:PIN attuale: |on:Indirizzo e-mail: |"
				    "on:Indirizzo e-mail: |" SHOW_IT SHOW_IT;
	static const struct actor person = {
		.answers = { "OLDPIN", "nobody", "a@b.it", "mistyped", "NEW0PXN5" }, .n_answers = 5
	};
	struct actor a = person;

	(void)state;
	script(s, 3);
	assert_int_equal(stage_once(&st, "quiet", CF, DO_CHANGE, 0, &a), PAM_SUCCESS);
	assert_string_equal(a.heard, heard);
	a = person;
	script(s, 3);
	assert_int_equal(stage_once(&st, "it", CF, DO_CHANGE, (int)PAM_SILENT, &a), PAM_SUCCESS);
	assert_string_equal(a.heard, heard);
	a = person; /* a program that shows no texts can still do it */
	a.tell_code = PAM_CONV_ERR;
	script(s, 3);
	assert_int_equal(stage_once(&st, "it", CF, DO_CHANGE, 0, &a), PAM_SUCCESS);
}

/* ---- contacts ---- */

static void test_contacts_again(void **state)
{
	struct fake_step s[] = { fake_renewal("NEW0PXN5", BOTH), fake_verdict(V_OK) };
	struct actor a = { .answers = { "OLDPIN", "0", "phone", "3331234567", "a", "a@", "a@b.it",
					"NEW0PXN5" },
			   .n_answers = 8 };
	pam_handle_t *pamh = stage_granted(&st, "it", &a);

	(void)state;
	script(s, 2);
	assert_int_equal(pam_chauthtok(pamh, EXPIRED), PAM_SUCCESS);
	assert_string_equal(
		a.heard, REPLACE
		"on:Numero di cellulare: |" BAD_PHONE "on:Numero di cellulare: |" BAD_PHONE
		"on:Numero di cellulare: |on:Indirizzo e-mail: |" BAD_EMAIL
		"on:Indirizzo e-mail: |" BAD_EMAIL "on:Indirizzo e-mail: |" SHOW_IT CHANGED);
	pam_end(pamh, PAM_SUCCESS);
}

/* Only what is missing. */
static void test_one_contact(void **state)
{
	struct fake_step s[] = { fake_renewal("NEW0PXN5", WIRE_MISSING_PHONE), fake_verdict(V_OK) };
	struct actor a = { .answers = { "OLDPIN", "3331234567", "NEW0PXN5" }, .n_answers = 3 };
	pam_handle_t *pamh = stage_granted(&st, "it", &a);

	(void)state;
	script(s, 2);
	assert_int_equal(pam_chauthtok(pamh, EXPIRED), PAM_SUCCESS);
	assert_string_equal(a.heard, REPLACE "on:Numero di cellulare: |" SHOW_IT CHANGED);
	assert_string_equal(fake_request(st.fake, 1)->renew_commit.phone, "+393331234567");
	assert_string_equal(fake_request(st.fake, 1)->renew_commit.email, "");
	pam_end(pamh, PAM_SUCCESS);

	a = (struct actor){ .answers = { "OLDPIN", "a@b.it", "NEW0PXN5" }, .n_answers = 3 };
	pamh = stage_granted(&st, "it", &a);
	s[0].rep.renewal.missing = WIRE_MISSING_EMAIL;
	script(s, 2);
	assert_int_equal(pam_chauthtok(pamh, EXPIRED), PAM_SUCCESS);
	assert_string_equal(a.heard, REPLACE "on:Indirizzo e-mail: |" SHOW_IT CHANGED);
	assert_string_equal(fake_request(st.fake, 1)->renew_commit.phone, "");
	assert_string_equal(fake_request(st.fake, 1)->renew_commit.email, "a@b.it");
	pam_end(pamh, PAM_SUCCESS);
}

/* Programs that answer every ECHO_ON prompt with the user's name never see the new PIN. */
static void test_contacts_given_up(void **state)
{
	static const char phone[] = "on:Numero di cellulare: |", email[] = "on:Indirizzo e-mail: |";

	(void)state;
	for (unsigned int missing = 1; missing <= BOTH; missing++) {
		struct fake_step s[] = { fake_renewal("NEW0PXN5", missing), fake_verdict(V_OK) };
		struct actor a = { .answers = { "OLDPIN", CF }, .n_answers = 2 };
		pam_handle_t *pamh = stage_granted(&st, "it", &a);
		bool by_phone = (missing & WIRE_MISSING_PHONE) != 0;
		const char *ask = by_phone ? phone : email,
			   *again = by_phone ? BAD_PHONE : BAD_EMAIL;
		char heard[1024];

		script(s, 2);
		assert_int_equal(pam_chauthtok(pamh, EXPIRED), PAM_AUTHTOK_ERR);
		snprintf(heard, sizeof(heard), "%s%s%s%s%s%s%s", REPLACE, ask, again, ask, again,
			 ask, "error:Servono un cellulare e un indirizzo e-mail validi: ricominciare|");
		assert_string_equal(a.heard, heard);
		assert_int_equal(fake_asked(st.fake), 1);
		pam_end(pamh, PAM_AUTHTOK_ERR);
	}
}

/* ---- typing it back ---- */

static void test_mistyped(void **state)
{
	struct fake_step s[] = { fake_renewal("NEW0PXN5", 0), fake_verdict(V_OK) };
	struct actor a = { .answers = { "OLDPIN", "", "NEW0PXN", "NEWO-PXN5" }, .n_answers = 4 };
	pam_handle_t *pamh = stage_granted(&st, "it", &a);

	(void)state;
	script(s, 2);
	assert_int_equal(pam_chauthtok(pamh, EXPIRED), PAM_SUCCESS);
	assert_string_equal(a.heard, REPLACE SHOW_IT
			    "error:Non e' il PIN mostrato: riprovare|" SHOW_IT
			    "error:Non e' il PIN mostrato: riprovare|" SHOW_IT CHANGED);
	pam_end(pamh, PAM_SUCCESS);
}

static void test_mistyped_given_up(void **state)
{
	static const char *const never[] = {
		"",         "NEW0PXN", "NEW0PXN55",           "NEW0PXN5NEW0PXN5",
		"NEW0PXN6", "OLDPIN",  "\b\n\r\177INCORRECT", CF
	};
	struct fake_step s[] = { fake_renewal("NEW0PXN5", 0), fake_verdict(V_OK) };

	(void)state;
	for (size_t i = 0; i < N(never); i++) {
		struct actor a = { .answers = { "OLDPIN", never[i] }, .n_answers = 2 };
		pam_handle_t *pamh = stage_granted(&st, "it", &a);

		script(s, 2);
		assert_int_equal(pam_chauthtok(pamh, EXPIRED), PAM_AUTHTOK_ERR);
		assert_string_equal(a.heard, REPLACE SHOW_IT
				    "error:Non e' il PIN mostrato: riprovare|" SHOW_IT
				    "error:Non e' il PIN mostrato: riprovare|" SHOW_IT
				    "error:Il PIN digitato non e' quello mostrato: non e' cambiato "
				    "nulla|");
		assert_int_equal(fake_asked(st.fake), 1);
		pam_end(pamh, PAM_AUTHTOK_ERR);
	}
}

/* sshd with passwords, dovecot, saslauthd...: the old PIN is their answer to everything. */
static void test_canned(void **state)
{
	static const char *const olds[] = { "OLDP1234", "oldp-1234", "0LDP 1234" };

	(void)state;
	for (unsigned int code = V_OK;; code = V_MUST_CHANGE) {
		struct fake_step s[] = { fake_verdict(code), fake_renewal("NEW0PXN5", 0),
					 fake_verdict(V_OK) };

		for (size_t i = 0; i < N(olds); i++) {
			struct actor a = { .answers = { "OLDP1234", olds[i] }, .n_answers = 2 };

			script(s, 3);
			stage_forget();
			assert_int_equal(stage_once(&st, "it", CF, DO_CHANGE, 0, &a),
					 PAM_AUTHTOK_ERR);
			assert_int_equal(a.asked, 2);
			assert_int_equal(fake_asked(st.fake), 2);
			assert_non_null(strstr(stage_log(),
					       "service it cannot change PINs: it answers "
					       "every prompt with the old one"));
		}
		if (code == V_MUST_CHANGE)
			break;
	}
}

/* The manual's stack for people with a PIN and local users; module stands for pam_unix. */
static void write_side_by_side(const char *name, const char *module)
{
	static const char *const rows[][2] = {
		{ "auth", "" }, { "account", "new_authtok_reqd=done " }, { "password", "" }
	};
	char text[1024] = "";

	for (size_t i = 0; i < N(rows); i++) {
		size_t len = strlen(text);

		snprintf(text + len, sizeof(text) - len,
			 "%s [success=done %suser_unknown=ignore default=die] @\n%s required %s\n",
			 rows[i][0], rows[i][1], rows[i][0], module);
	}
	stage_service(&st, name, text);
}

/* A first login there never comes to the local users' module, and they never to pind. */
static void test_side_by_side(void **state)
{
	struct fake_step s[] = { fake_renewal("NEW0PXN5", 0), fake_verdict(V_OK) };
	struct actor a = { .answers = { "OLDPIN", "NEW0PXN5" }, .n_answers = 2 }, b = { .asked = 0 };
	pam_handle_t *pamh;

	(void)state;
	write_side_by_side("cf", "pam_deny.so");
	write_side_by_side("local", "pam_permit.so");
	pamh = stage_granted(&st, "cf", &a);
	script(s, 2);
	assert_int_equal(pam_chauthtok(pamh, EXPIRED), PAM_SUCCESS);
	assert_string_equal(a.heard, REPLACE SHOW_IT CHANGED);
	pam_end(pamh, PAM_SUCCESS);
	assert_int_not_equal(stage_once(&st, "cf", "alice", DO_CHANGE, 0, &b), PAM_SUCCESS);
	assert_int_equal(stage_once(&st, "local", "alice", DO_CHANGE, 0, &b), PAM_SUCCESS);
	assert_int_equal(b.asked, 0);
	assert_int_equal(fake_asked(st.fake), 2); /* the two of the person with the PIN */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_login),       cmocka_unit_test(test_english),
		cmocka_unit_test(test_by_choice),         cmocka_unit_test(test_silent),
		cmocka_unit_test(test_contacts_again),    cmocka_unit_test(test_one_contact),
		cmocka_unit_test(test_contacts_given_up), cmocka_unit_test(test_mistyped),
		cmocka_unit_test(test_mistyped_given_up), cmocka_unit_test(test_canned),
		cmocka_unit_test(test_side_by_side),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
