/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_cf_change.c - a person gets another codice fiscale, through serve(): what becomes of the old
 * one, which changes are refused; and how long a provisional one is good.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "audit.h"
#include "calendar.h"
#include "office.h"

#define TMP   "12345671510" /* provisional, invented */
#define TMP_2 "12345672443"

static struct wire_msg a_change(const char *old, const char *new)
{
	struct wire_msg m = { .type = WIRE_CF_CHANGE,
			      .cf_change = { .doc_kind = DOCUMENT_CARTA_IDENTITA,
					     .doc_number = "CA00000AA",
					     .doc_issuer = "Comune di Prova",
					     .doc_until_s = desk.now_s + 1 } };

	snprintf(m.cf_change.old, sizeof(m.cf_change.old), "%s", old);
	snprintf(m.cf_change.new, sizeof(m.cf_change.new), "%s", new);
	return m;
}

static enum verdict change(const char *old, const char *new)
{
	struct wire_msg m = a_change(old, new);

	return desk_ask(&office_boss, &m);
}

static struct account account_of(const char *cf)
{
	struct account acc;

	assert_int_equal(account_get(&desk.sv.accounts, cf, &acc), 0);
	return acc;
}

static enum verdict request_new(const char *cf)
{
	struct wire_msg m = office_request(cf, CATEGORY_LAVORATORE);

	return desk_ask(&office_clerk, &m);
}

static void the_old_code_is_a_tombstone(void **state)
{
	char pin[17];
	const struct wire_record *r;

	(void)state;
	assert_int_equal(desk_issue(ANN, ANN_16, LEVEL_SEMPLICE), V_OK);
	desk_first_login(ANN, ANN_16, pin);
	assert_int_equal(desk_auth(ANN, pin), V_OK);
	assert_int_equal(change(ANN, BOB), V_OK);
	assert_int_equal(desk.events[EVENT_REPLACED], 1);
	assert_int_equal(desk_auth(ANN, pin), V_WRONG);
	r = desk_status(ANN);
	assert_int_equal(r->life, PIN_REVOKED);
	assert_string_equal(r->replaced_by, BOB);
	assert_string_not_equal(r->reason, "");
	/* For good, whatever way. */
	assert_int_equal(desk_issue(ANN, ANN_16, LEVEL_SEMPLICE), V_REPLACED);
	assert_int_equal(request_new(ANN), V_REPLACED);
	desk.now_s += 3000 * 86400ULL;
	assert_int_equal(desk_issue(ANN, ANN_16, LEVEL_SEMPLICE), V_REPLACED);
	assert_int_equal(request_new(ANN), V_REPLACED);
	assert_string_equal(desk_status(ANN)->replaced_by, BOB);
}

static void the_new_code_begins_with_nothing(void **state)
{
	char pin[17];

	(void)state;
	assert_int_equal(desk_issue(ANN, ANN_16, LEVEL_DISPOSITIVO), V_OK);
	desk_first_login(ANN, ANN_16, pin);
	assert_int_equal(change(ANN, BOB), V_OK);
	assert_int_equal(account_of(BOB).pin.rev, 0); /* nothing moved */
	assert_int_equal(desk_auth(BOB, pin), V_WRONG);
	assert_int_equal(desk_issue(BOB, BOB_16, LEVEL_SEMPLICE), V_OK);
	assert_string_equal(desk_status(BOB)->replaced_by, "");
	desk_first_login(BOB, BOB_16, pin);
	assert_int_equal(desk_auth(BOB, pin), V_OK);
	assert_int_equal(desk.rep.verdict.level, LEVEL_SEMPLICE);
}

static void the_audit_has_both_codes(void **state)
{
	struct wire_msg m = { .type = WIRE_AUDIT_HEAD };

	(void)state;
	assert_int_equal(desk_issue(ANN, ANN_16, LEVEL_SEMPLICE), V_OK);
	assert_int_equal(change(ANN, BOB), V_OK);
	desk_ask(&desk_admin, &m);
	m = (struct wire_msg){ .type = WIRE_AUDIT_GET,
			       .audit_get.serial = desk.rep.audit_end.serial };
	desk_ask(&desk_admin, &m);
	assert_int_equal(desk.rep.audit_is.verb, WIRE_CF_CHANGE);
	assert_int_equal(desk.rep.audit_is.uid, office_boss.uid);
	assert_string_equal(desk.rep.audit_is.cf, ANN);
	assert_string_equal(desk.rep.audit_is.object, BOB);
	assert_non_null(strstr(desk.rep.audit_is.detail, "CA00000AA"));
}

/* Each of them changes nothing. */
static void what_is_refused(void **state)
{
	struct wire_msg m;

	(void)state;
	assert_int_equal(change(ANN, BOB), V_UNKNOWN); /* nobody ever had a PIN for it */
	assert_int_equal(desk_issue(ANN, ANN_16, LEVEL_SEMPLICE), V_OK);
	assert_int_equal(change(ANN, ANN), V_BAD);
	assert_int_equal(change(ANN, FIRM), V_BAD);
	assert_int_equal(change(FIRM, ANN), V_BAD);
	m = a_change(ANN, BOB);
	m.cf_change.doc_until_s = desk.now_s;
	assert_int_equal(desk_ask(&office_boss, &m), V_DOCUMENT);
	m = a_change(ANN, BOB);
	m.cf_change.doc_kind = 0;
	assert_int_equal(desk_ask(&office_boss, &m), V_DOCUMENT);
	m = a_change(ANN, BOB);
	m.cf_change.doc_number[0] = '\0';
	assert_int_equal(desk_ask(&office_boss, &m), V_DOCUMENT);
	m = a_change(ANN, BOB);
	assert_int_equal(desk_ask(&office_clerk, &m), V_DENIED);
	assert_int_equal(desk_issue(BOB, BOB_16, LEVEL_SEMPLICE), V_OK);
	assert_int_equal(change(ANN, BOB), V_LIVE);
	assert_int_equal(desk_status(ANN)->life, PIN_TEMPORARY);
	assert_int_equal(desk_auth(ANN, ANN_16), V_MUST_CHANGE);
	assert_string_equal(desk_status(ANN)->replaced_by, "");
	assert_int_equal(desk_revoke(BOB), V_OK);
	assert_int_equal(change(ANN, BOB), V_OK);
}

/* ANN is now BOB, then EVE: a chain. Nothing leads back. */
static void there_are_chains_but_no_rings(void **state)
{
	(void)state;
	assert_int_equal(desk_issue(ANN, ANN_16, LEVEL_SEMPLICE), V_OK);
	assert_int_equal(change(ANN, BOB), V_OK);
	assert_int_equal(desk_issue(BOB, BOB_16, LEVEL_SEMPLICE), V_OK);
	assert_int_equal(change(BOB, ANN), V_REPLACED);
	assert_int_equal(desk_status(BOB)->life, PIN_TEMPORARY);
	assert_int_equal(change(BOB, EVE), V_OK);
	assert_int_equal(desk_issue(EVE, ANN_16, LEVEL_SEMPLICE), V_OK);
	assert_int_equal(change(EVE, ANN), V_REPLACED);
	assert_int_equal(change(EVE, BOB), V_REPLACED);
	assert_int_equal(change(ANN, EVE), V_REPLACED); /* once is enough */
	assert_string_equal(desk_status(ANN)->replaced_by, BOB);
	assert_string_equal(desk_status(BOB)->replaced_by, EVE);
}

/* The old one's PIN may have gone before; the reason then stays. */
static void a_lost_pin_is_no_obstacle(void **state)
{
	(void)state;
	assert_int_equal(desk_issue(ANN, ANN_16, LEVEL_SEMPLICE), V_OK);
	assert_int_equal(desk_revoke(ANN), V_OK);
	assert_int_equal(change(ANN, BOB), V_OK);
	assert_string_equal(desk_status(ANN)->reason, "lost");
	assert_string_equal(desk_status(ANN)->replaced_by, BOB);
}

/* Its halves are on their way: the link and the letter are worthless. */
static void a_pratica_dies_with_the_old_code(void **state)
{
	const char *number;

	(void)state;
	number = office_new(ANN, CATEGORY_LAVORATORE);
	office_deliver(TO_ELECTRONIC, ANN_16, "a token of Ann's");
	assert_int_equal(change(ANN, BOB), V_OK);
	assert_int_equal(office_state(number), PRATICA_CANCELLED);
	assert_int_equal(office_confirm("a token of Ann's", NULL, NULL), V_STATE);
	assert_int_equal(office_take(TO_POST), V_UNKNOWN);
	assert_int_equal(account_of(ANN).pin.verifier[0].alg, 0);
	assert_int_equal(request_new(BOB), V_OK);
}

/* ---- provisional ---- */

static void issue_until(const char *cf, char pin[static 17], uint64_t at_s)
{
	desk.now_s = at_s;
	assert_int_equal(desk_issue(cf, ANN_16, LEVEL_SEMPLICE), V_OK);
	desk_first_login(cf, ANN_16, pin);
	desk.sv.conf->expiry[CATEGORY_LAVORATORE] = 9; /* longer than the code is good */
}

static void it_warns_from_the_fifth_month(void **state)
{
	const uint64_t first_s = desk.now_s;
	char pin[17], plain[17];

	(void)state;
	desk.sv.conf->expiry[CATEGORY_LAVORATORE] = 9;
	issue_until(TMP, pin, first_s);
	issue_until(BOB, plain, first_s);
	desk.now_s = calendar_add_months(first_s, 5) - 1;
	assert_int_equal(desk_auth(TMP, pin), V_OK);
	assert_int_equal(desk.rep.verdict.warn_days, 0);
	desk.now_s++;
	assert_int_equal(desk_auth(TMP, pin), V_OK);
	assert_int_equal(desk.rep.verdict.warn_days,
			 (calendar_add_months(first_s, 6) - desk.now_s) / DAY_S);
	assert_int_equal(desk_authorize(&desk_root, TMP, "login"), V_OK);
	assert_true(desk.rep.verdict.warn_days > 20);
	desk.now_s = calendar_add_months(first_s, 6) - 1;
	assert_int_equal(desk_auth(TMP, pin), V_OK);
	assert_int_equal(desk.rep.verdict.warn_days, 1);
	desk.now_s++; /* the code's end is past: now to the PIN's */
	assert_int_equal(desk_auth(TMP, pin), V_OK);
	assert_int_equal(desk.rep.verdict.warn_days,
			 (desk.rep.verdict.expires_s - desk.now_s + DAY_S - 1) / DAY_S);
	assert_int_equal(desk_auth(BOB, plain), V_OK);
	assert_int_equal(desk.rep.verdict.warn_days, 0);
}

static enum verdict renew(const char *cf, const char *old)
{
	struct wire_msg m = { .type = WIRE_RENEW_OPEN, .renew_open.service = "login" };

	snprintf(m.renew_open.cf, sizeof(m.renew_open.cf), "%s", cf);
	snprintf(m.renew_open.old, sizeof(m.renew_open.old), "%s", old);
	return desk_ask(&desk_root, &m);
}

static void it_is_renewed_until_the_sixth_month(void **state)
{
	const uint64_t first_s = desk.now_s;
	char pin[17];

	(void)state;
	desk.sv.conf->expiry[CATEGORY_LAVORATORE] = 9;
	issue_until(TMP, pin, first_s);
	desk.now_s = calendar_add_months(first_s, 6) - 1;
	assert_int_equal(renew(TMP, pin), V_OK);
	assert_int_equal(desk.rep.type, WIRE_RENEWAL);
	desk.now_s++;
	assert_int_equal(renew(TMP, pin), V_LAPSED);
	assert_int_equal(desk_auth(TMP, pin), V_OK); /* it has not expired */
	desk.now_s = calendar_add_months(first_s, 9);
	assert_int_equal(desk_auth(TMP, pin), V_LAPSED);
	assert_int_equal(desk_auth(TMP, "00000000"), V_WRONG);
	assert_int_equal(desk_authorize(&desk_root, TMP, "login"), V_LAPSED);
	assert_int_equal(renew(TMP, pin), V_LAPSED);
}

/* Another PIN for the same code has the same end. */
static void a_second_issue_does_not_begin_anew(void **state)
{
	const uint64_t first_s = desk.now_s;
	char pin[17];

	(void)state;
	issue_until(TMP, pin, first_s);
	assert_int_equal(desk_revoke(TMP), V_OK);
	desk.now_s = calendar_add_months(first_s, 5);
	assert_int_equal(request_new(TMP), V_OK);
	assert_int_equal(account_of(TMP).first_s, first_s);
	assert_int_equal(desk_revoke(TMP), V_OK);
	desk.now_s = calendar_add_months(first_s, 6);
	assert_int_equal(request_new(TMP), V_LAPSED);
	assert_int_equal(desk_issue(TMP, ANN_16, LEVEL_SEMPLICE), V_LAPSED);
	assert_int_equal(change(TMP, ANN), V_OK); /* the way out */
	assert_int_equal(desk_issue(ANN, ANN_16, LEVEL_SEMPLICE), V_OK);
	desk_first_login(ANN, ANN_16, pin);
	desk.now_s = calendar_add_months(desk.now_s, 7);
	assert_int_equal(desk_auth(ANN, pin), V_OK); /* a definitive one has no end */
	assert_int_equal(change(ANN, TMP), V_REPLACED);
	assert_int_equal(change(ANN, TMP_2), V_OK);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, office_open, desk_close)
	const struct CMUnitTest tests[] = {
		TEST(the_old_code_is_a_tombstone),
		TEST(the_new_code_begins_with_nothing),
		TEST(the_audit_has_both_codes),
		TEST(what_is_refused),
		TEST(there_are_chains_but_no_rings),
		TEST(a_lost_pin_is_no_obstacle),
		TEST(a_pratica_dies_with_the_old_code),
		TEST(it_warns_from_the_fifth_month),
		TEST(it_is_renewed_until_the_sixth_month),
		TEST(a_second_issue_does_not_begin_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
