/* SPDX-License-Identifier: BSD-2-Clause */
/* test_convert.c - level dispositivo that is asked for, and judged by somebody else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "desk.h"

#define YEAR_S (365 * 86400)

static const struct peer clerk = { ROLE_ADMIN, true, 1000, DUTY_HELPDESK },
			 chief = { ROLE_ADMIN, true, 1001, DUTY_HELPDESK | DUTY_APPROVER },
			 other = { ROLE_ADMIN, true, 1002, DUTY_APPROVER };

static struct wire_msg asking(const char *cf, uint64_t until_s)
{
	struct wire_msg m = { .type = WIRE_CONVERT_ASK,
			      .convert_ask = { .way = WAY_FAX, .doc_kind = DOCUMENT_PASSAPORTO,
					       .doc_number = "YA12", .doc_issuer = "Questura",
					       .doc_until_s = until_s, .fax = "F-77",
					       .sha256 = { 1, 2, 3 } } };

	snprintf(m.convert_ask.cf, sizeof(m.convert_ask.cf), "%s", cf);
	return m;
}

static enum verdict ask_as(const struct peer *who, const char *cf, uint64_t until_s)
{
	struct wire_msg m = asking(cf, until_s);

	return desk_ask(who, &m);
}

static enum verdict judge_as(const struct peer *who, const char *cf, uint8_t approve,
			     const char *reason)
{
	struct wire_msg m = { .type = WIRE_CONVERT_JUDGE, .convert_judge = { .approve = approve } };

	if (strcmp(cf, EVE) != 0)
		m.convert_judge.rev = desk_status(cf)->rev;
	snprintf(m.convert_judge.cf, sizeof(m.convert_judge.cf), "%s", cf);
	snprintf(m.convert_judge.reason, sizeof(m.convert_judge.reason), "%s", reason);
	return desk_ask(who, &m);
}

/* At the desk, at once. */
static enum verdict convert_as(const struct peer *who, const char *cf, uint64_t until_s)
{
	struct wire_msg m = { .type = WIRE_CONVERT,
			      .convert = { .doc_kind = DOCUMENT_PASSAPORTO, .doc_number = "YA12",
					   .doc_issuer = "Questura", .doc_until_s = until_s } };

	snprintf(m.convert.cf, sizeof(m.convert.cf), "%s", cf);
	return desk_ask(who, &m);
}

/* ANN with her definitive PIN, and a request by fax that the clerk recorded. */
static void ask_for_ann(char pin[static 17])
{
	assert_int_equal(desk_issue(ANN, ANN_16, LEVEL_SEMPLICE), V_OK);
	desk_first_login(ANN, ANN_16, pin);
	assert_int_equal(ask_as(&clerk, ANN, desk.now_s + YEAR_S), V_OK);
}

static void nothing_is_asked(const char *cf)
{
	const struct wire_record *rec = desk_status(cf);

	assert_int_equal(rec->asked_s, 0);
	assert_int_equal(rec->asked_way, 0);
	assert_string_equal(rec->asked_number, "");
	assert_string_equal(rec->asked_fax, "");
	assert_int_equal(judge_as(&other, cf, 1, ""), rec->life == PIN_REVOKED ? V_REVOKED : V_STATE);
}

static void it_waits_and_is_approved(void **state)
{
	static const uint8_t sha[32] = { 1, 2, 3 };
	const struct wire_record *rec;
	char pin[17];

	(void)state;
	ask_for_ann(pin);
	rec = desk_status(ANN);
	assert_int_equal(rec->level, LEVEL_SEMPLICE);
	assert_int_equal(rec->doc_kind, 0);
	assert_int_equal(rec->asked_s, desk.now_s);
	assert_int_equal(rec->asked_by, 1000);
	assert_int_equal(rec->asked_way, WAY_FAX);
	assert_int_equal(rec->asked_kind, DOCUMENT_PASSAPORTO);
	assert_string_equal(rec->asked_number, "YA12");
	assert_string_equal(rec->asked_issuer, "Questura");
	assert_int_equal(rec->asked_until_s, desk.now_s + YEAR_S);
	assert_string_equal(rec->asked_fax, "F-77");
	assert_memory_equal(rec->asked_sha256, sha, sizeof(sha));
	assert_int_equal(desk_auth(ANN, pin), V_OK);
	assert_int_equal(desk.rep.verdict.level, LEVEL_SEMPLICE); /* not yet */

	assert_int_equal(judge_as(&chief, ANN, 1, ""), V_OK);
	rec = desk_status(ANN);
	assert_int_equal(rec->level, LEVEL_DISPOSITIVO);
	assert_int_equal(rec->doc_kind, DOCUMENT_PASSAPORTO);
	assert_int_equal(rec->doc_until_s, desk.now_s + YEAR_S);
	assert_int_equal(desk_auth(ANN, pin), V_OK);
	assert_int_equal(desk.rep.verdict.level, LEVEL_DISPOSITIVO);
	assert_int_equal(desk.events[EVENT_ASKED], 1);
	assert_int_equal(desk.events[EVENT_CONVERTED], 1);
	nothing_is_asked(ANN);
	assert_int_equal(ask_as(&clerk, ANN, desk.now_s + YEAR_S), V_STATE); /* nothing more to have */
}

static void nobody_judges_what_they_recorded(void **state)
{
	char pin[17];

	(void)state;
	ask_for_ann(pin);
	assert_int_equal(ask_as(&chief, ANN, desk.now_s + YEAR_S), V_OK); /* the later one counts */
	assert_int_equal(judge_as(&chief, ANN, 1, ""), V_SELF);
	assert_int_equal(judge_as(&chief, ANN, 0, "blurred"), V_SELF);
	assert_int_equal(judge_as(&clerk, ANN, 1, ""), V_DENIED);
	assert_int_equal(convert_as(&chief, ANN, desk.now_s + YEAR_S), V_SELF); /* nor around that */
	assert_int_equal(desk_status(ANN)->level, LEVEL_SEMPLICE);
	assert_int_equal(judge_as(&other, ANN, 1, ""), V_OK);
	assert_int_equal(desk_status(ANN)->level, LEVEL_DISPOSITIVO);
}

static void a_rejection_has_a_reason_and_ends_it(void **state)
{
	char pin[17];

	(void)state;
	ask_for_ann(pin);
	assert_int_equal(judge_as(&other, ANN, 0, ""), V_BAD);
	assert_int_equal(judge_as(&other, ANN, 2, "what"), V_BAD);
	assert_int_equal(judge_as(&other, ANN, 0, "blurred"), V_OK);
	assert_int_equal(desk.events[EVENT_REJECTED], 1);
	nothing_is_asked(ANN);
	assert_int_equal(desk_status(ANN)->level, LEVEL_SEMPLICE);
	assert_int_equal(desk_status(ANN)->doc_kind, 0);
	assert_int_equal(ask_as(&clerk, ANN, desk.now_s + YEAR_S), V_OK); /* a better copy */
}

/* The day that counts is the one on which somebody decides. */
static void the_document_is_looked_at_twice(void **state)
{
	struct wire_msg m;
	char pin[17];

	(void)state;
	ask_for_ann(pin);
	assert_int_equal(ask_as(&clerk, ANN, desk.now_s), V_DOCUMENT);
	assert_int_equal(desk_status(ANN)->asked_until_s, desk.now_s + YEAR_S); /* the one before */
	assert_int_equal(ask_as(&clerk, ANN, desk.now_s + 10), V_OK);
	desk.now_s += 10;
	assert_int_equal(judge_as(&other, ANN, 1, ""), V_DOCUMENT);
	assert_int_equal(desk_status(ANN)->level, LEVEL_SEMPLICE);
	assert_int_equal(judge_as(&other, ANN, 0, "expired"), V_OK);
	m = asking(ANN, desk.now_s + YEAR_S);
	m.convert_ask.doc_kind = 99;
	assert_int_equal(desk_ask(&clerk, &m), V_DOCUMENT);
	m = asking(ANN, desk.now_s + YEAR_S);
	m.convert_ask.doc_number[0] = '\0';
	assert_int_equal(desk_ask(&clerk, &m), V_DOCUMENT);
	nothing_is_asked(ANN);
}

/* Only the owner asks online; a fax has a reference, a desk has none. */
static void the_way_is_said(void **state)
{
	struct wire_msg m;
	char pin[17];

	(void)state;
	ask_for_ann(pin);
	m = asking(ANN, desk.now_s + YEAR_S);
	m.convert_ask.fax[0] = '\0';
	assert_int_equal(desk_ask(&clerk, &m), V_BAD);
	m.convert_ask.way = WAY_ONLINE;
	assert_int_equal(desk_ask(&clerk, &m), V_BAD);
	m.convert_ask.way = WAY_SEDE;
	assert_int_equal(desk_ask(&clerk, &m), V_OK);
	assert_int_equal(desk_status(ANN)->asked_way, WAY_SEDE);
	snprintf(m.convert_ask.fax, sizeof(m.convert_ask.fax), "F-1");
	assert_int_equal(desk_ask(&clerk, &m), V_BAD);
}

static void revocation_ends_it_and_renewal_does_not(void **state)
{
	char pin[17];

	(void)state;
	ask_for_ann(pin);
	desk.now_s += 300;
	assert_int_equal(desk_auth(ANN, pin), V_OK);
	assert_int_equal(desk_unlock(ANN), V_OK);
	assert_int_equal(desk_status(ANN)->asked_by, 1000);
	assert_int_equal(desk_revoke(ANN), V_OK);
	nothing_is_asked(ANN);
	assert_int_equal(ask_as(&clerk, ANN, desk.now_s + YEAR_S), V_REVOKED);
	assert_int_equal(desk_issue(ANN, ANN_16, LEVEL_SEMPLICE), V_OK); /* the next PIN inherits nothing */
	nothing_is_asked(ANN);

	/* Asked for before the first login, it outlives the change of the PIN. */
	assert_int_equal(ask_as(&clerk, ANN, desk.now_s + YEAR_S), V_OK);
	desk_first_login(ANN, ANN_16, pin);
	assert_int_equal(desk_status(ANN)->asked_way, WAY_FAX);
	assert_int_equal(judge_as(&other, ANN, 1, ""), V_OK);
	assert_int_equal(desk_status(ANN)->level, LEVEL_DISPOSITIVO);
}

/* Between a look and the judgement somebody puts another document in its place. */
static void what_is_judged_is_what_was_seen(void **state)
{
	struct wire_msg m = { .type = WIRE_CONVERT_JUDGE,
			      .convert_judge = { .cf = ANN, .approve = 1 } };
	char pin[17];

	(void)state;
	ask_for_ann(pin);
	m.convert_judge.rev = desk_status(ANN)->rev;
	assert_int_equal(ask_as(&clerk, ANN, desk.now_s + 10), V_OK);
	assert_int_equal(desk_ask(&other, &m), V_STALE);
	assert_int_equal(desk_status(ANN)->asked_until_s, desk.now_s + 10);
	assert_int_equal(desk.rep.record.level, LEVEL_SEMPLICE);
	m.convert_judge.rev = desk.rep.record.rev;
	assert_int_equal(desk_ask(&other, &m), V_OK);
}

/* One operator, who approves, too, issues and lifts: who countersigns must see the level. */
static void a_pin_that_waits_is_not_lifted(void **state)
{
	(void)state;
	assert_int_equal(desk_issue_by(&chief, ANN, ANN_16, LEVEL_SEMPLICE), V_OK);
	assert_int_equal(desk_status(ANN)->life, PIN_AWAITING);
	assert_int_equal(desk_convert(ANN, desk.now_s + YEAR_S), V_STATE);
	assert_int_equal(ask_as(&clerk, ANN, desk.now_s + YEAR_S), V_STATE);
	assert_int_equal(desk_status(ANN)->level, LEVEL_SEMPLICE);
	assert_int_equal(desk.rep.record.asked_s, 0);
}

/* In person and at once: what waited has been answered, too. */
static void at_the_desk_it_is_immediate(void **state)
{
	char pin[17];

	(void)state;
	ask_for_ann(pin);
	assert_int_equal(desk_convert(ANN, desk.now_s + YEAR_S), V_OK);
	assert_int_equal(desk_status(ANN)->level, LEVEL_DISPOSITIVO);
	nothing_is_asked(ANN);
}

static void nobody_has_nothing(void **state)
{
	(void)state;
	assert_int_equal(ask_as(&clerk, EVE, desk.now_s + YEAR_S), V_UNKNOWN);
	assert_int_equal(judge_as(&other, EVE, 1, ""), V_UNKNOWN);
	assert_int_equal(judge_as(&other, EVE, 0, "why"), V_UNKNOWN);
	assert_int_equal(ask_as(&clerk, "12345678903", desk.now_s + YEAR_S), V_BAD);
}

/* Each act is in the chain, with who did it and what for; what was refused is not. */
static void it_is_on_record(void **state)
{
	struct wire_msg head = { .type = WIRE_AUDIT_HEAD }, m = { .type = WIRE_AUDIT_GET };
	uint64_t last;
	char pin[17];

	(void)state;
	ask_for_ann(pin);
	assert_int_equal(judge_as(&clerk, ANN, 1, ""), V_DENIED);
	assert_int_equal(judge_as(&other, ANN, 0, "blurred"), V_OK);
	assert_int_equal(desk_ask(&desk_admin, &head), V_OK);
	last = desk.rep.audit_end.serial;
	m.audit_get.serial = last - 1;
	assert_int_equal(desk_ask(&desk_admin, &m), V_OK);
	assert_int_equal(desk.rep.audit_is.verb, WIRE_CONVERT_ASK);
	assert_int_equal(desk.rep.audit_is.uid, 1000);
	assert_string_equal(desk.rep.audit_is.cf, ANN);
	assert_string_equal(desk.rep.audit_is.detail, "fax F-77, passaporto");
	m.audit_get.serial = last;
	assert_int_equal(desk_ask(&desk_admin, &m), V_OK);
	assert_int_equal(desk.rep.audit_is.verb, WIRE_CONVERT_JUDGE);
	assert_int_equal(desk.rep.audit_is.uid, 1002);
	assert_string_equal(desk.rep.audit_is.detail, "rejected: blurred");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, desk_open, desk_close)
	const struct CMUnitTest tests[] = {
		TEST(it_waits_and_is_approved),
		TEST(nobody_judges_what_they_recorded),
		TEST(a_rejection_has_a_reason_and_ends_it),
		TEST(the_document_is_looked_at_twice),
		TEST(the_way_is_said),
		TEST(revocation_ends_it_and_renewal_does_not),
		TEST(what_is_judged_is_what_was_seen),
		TEST(a_pin_that_waits_is_not_lifted),
		TEST(at_the_desk_it_is_immediate),
		TEST(nobody_has_nothing),
		TEST(it_is_on_record),
	};

	return cmocka_run_group_tests_name("convert", tests, NULL, NULL);
}
