/* SPDX-License-Identifier: BSD-2-Clause */
/* test_request.c - pratiche through serve(): what each applicant must bring, and what follows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "act.h"
#include "office.h"

static enum verdict ask_new(const struct wire_msg *m)
{
	struct wire_msg copy = *m;

	return desk_ask(&office_clerk, &copy);
}

static void every_category_opens_a_pratica(void **state)
{
	(void)state;
	for (int c = CATEGORY_LAVORATORE; c <= CATEGORY_PATRONATO; c++) {
		/* BOB: the matricola of an autonomo is his */
		struct wire_msg m = office_request(BOB, (enum category)c);
		const struct wire_pratica_is *p = &desk.rep.pratica_is;

		assert_int_equal(office_put(REGISTRY_PATRONATI, BOB, "", NULL), V_OK);
		assert_int_equal(ask_new(&m), V_OK);
		assert_int_equal(desk.rep.type, WIRE_PRATICA_IS);
		assert_int_equal(p->state, PRATICA_OPENED);
		assert_int_equal(p->category, c);
		assert_string_equal(p->cf, BOB);
		assert_int_equal(p->opened_by, office_clerk.uid);
		assert_int_equal(p->opened_s, desk.now_s);
		assert_int_equal(p->due_s, desk.now_s + WEEK_S);
		assert_int_equal(p->waiting, 1);
		assert_memory_equal(p->number, "2026-000000", 11);
		assert_int_equal(p->number[11], '0' + c);
		assert_int_equal(desk_status(BOB)->life, PIN_AWAITING);
		assert_int_equal(desk.rep.record.level, LEVEL_SEMPLICE);
		assert_int_equal(desk.rep.record.category, c);
		assert_int_equal(desk.rep.record.lapses_s, desk.now_s + (7 + 60 + 60) * DAY_S);
		assert_int_equal(desk.rep.record.missing, WIRE_MISSING_EMAIL | WIRE_MISSING_PHONE);
		assert_int_equal(desk_auth(BOB, BOB_16), V_WRONG);
		assert_int_equal(ask_new(&m), V_LIVE);
		assert_int_equal(desk_revoke(BOB), V_OK);
	}
	assert_int_equal(desk.events[EVENT_PRATICA], CATEGORY_PATRONATO);
}

static void numbers_begin_anew_with_the_year(void **state)
{
	(void)state;
	assert_memory_equal(office_new(ANN, CATEGORY_LAVORATORE), "2026-0000001-", 13);
	assert_memory_equal(office_new(BOB, CATEGORY_LAVORATORE), "2026-0000002-", 13);
	desk.now_s = 1798761599; /* 2026-12-31 23:59:59 UTC: all that came to nothing is over */
	assert_memory_equal(office_new(ANN, CATEGORY_LAVORATORE), "2026-0000003-", 13);
	desk.now_s++;
	assert_memory_equal(office_new(BOB, CATEGORY_LAVORATORE), "2027-0000001-", 13);
	assert_memory_equal(office_new(EVE, CATEGORY_LAVORATORE), "2027-0000002-", 13);
}

/* One thing wrong with a request that is right for its category. */
static const struct {
	enum category category;
	size_t at; /* of the member that is spoilt */
	const char *bytes;
	size_t n;
	enum verdict want;
} wrongs[] = {
#define AT(field, bytes) offsetof(struct wire_request_new, field), bytes, sizeof(bytes) - 1
	{ CATEGORY_LAVORATORE, AT(category, "\0"), V_DETAILS },
	{ CATEGORY_LAVORATORE, AT(category, "\x7"), V_DETAILS },
	{ CATEGORY_LAVORATORE, AT(subtype, "\x1"), V_DETAILS },
	{ CATEGORY_LAVORATORE, AT(gestione, "\0"), V_DETAILS },
	{ CATEGORY_LAVORATORE, AT(gestione, "\x4"), V_DETAILS },
	{ CATEGORY_LAVORATORE, AT(fonte, "\0"), V_DETAILS },
	{ CATEGORY_LAVORATORE, AT(fonte, "\x7"), V_DETAILS },
	{ CATEGORY_LAVORATORE, AT(channel, "\0"), V_DETAILS },
	{ CATEGORY_LAVORATORE, AT(channel, "\x4"), V_DETAILS },
	{ CATEGORY_LAVORATORE, AT(email, "\0"), V_DETAILS },
	{ CATEGORY_LAVORATORE, AT(email, " "), V_DETAILS },
	{ CATEGORY_LAVORATORE, AT(email, "a@example.org\n"), V_DETAILS },
	{ CATEGORY_LAVORATORE, AT(email, "a@b.it, c@d.it\0"), V_DETAILS },
	{ CATEGORY_LAVORATORE, AT(phone, "333 1234567"), V_DETAILS },
	{ CATEGORY_LAVORATORE, AT(phone, "+39"), V_DETAILS },
	{ CATEGORY_LAVORATORE, AT(by_sms, "\x1"), V_DETAILS },
	{ CATEGORY_LAVORATORE, AT(by_sms, "\x2"), V_DETAILS },
	{ CATEGORY_LAVORATORE, AT(english, "\x2"), V_DETAILS },
	{ CATEGORY_PENSIONATO, AT(matricola, MATRICOLA_2), V_DETAILS },
	{ CATEGORY_PENSIONATO, AT(addr_town, "ROMA"), V_DETAILS },
	{ CATEGORY_IMPRESA, AT(addr_name, "ROSSI"), V_DETAILS },
	{ CATEGORY_IMPRESA, AT(subtype, "\0"), V_DETAILS },
	{ CATEGORY_IMPRESA, AT(subtype, "\x3"), V_DETAILS },
	{ CATEGORY_IMPRESA, AT(subtype, "\x8"), V_DETAILS },
	{ CATEGORY_IMPRESA, AT(matricola, MATRICOLA), V_DETAILS },
	{ CATEGORY_INTERMEDIARIO, AT(subtype, "\x2"), V_DETAILS },
	{ CATEGORY_INTERMEDIARIO, AT(addr_name, "\0"), V_DETAILS },
	{ CATEGORY_INTERMEDIARIO, AT(addr_street, "\0"), V_DETAILS },
	{ CATEGORY_INTERMEDIARIO, AT(addr_town, "\0"), V_DETAILS },
	{ CATEGORY_INTERMEDIARIO, AT(addr_town, "20121\nMILANO"), V_DETAILS },
	{ CATEGORY_INTERMEDIARIO, AT(addr_name, "Piet\xe0 "), V_DETAILS },
	{ CATEGORY_AUTONOMO, AT(matricola, "\0"), V_DETAILS },
	{ CATEGORY_AUTONOMO, AT(matricola, "M9\0"), V_REGISTRY },
	{ CATEGORY_AUTONOMO, AT(matricola, MATRICOLA), V_REGISTRY }, /* the firm's */
	{ CATEGORY_PATRONATO, AT(english, "\x1"), V_REGISTRY },
#undef AT
};

static void what_is_not_right_is_refused(void **state)
{
	struct wire_msg m;

	(void)state;
	for (size_t i = 0; i < sizeof(wrongs) / sizeof(*wrongs); i++) {
		m = office_request(BOB, wrongs[i].category);
		memcpy((char *)&m.request_new + wrongs[i].at, wrongs[i].bytes, wrongs[i].n);
		if (ask_new(&m) != wrongs[i].want)
			fail_msg("row %zu: %d", i, desk.rep.verdict.code);
	}
	assert_int_equal(office_take(TO_ELECTRONIC), V_UNKNOWN);
	assert_int_equal(desk_auth(BOB, BOB_16), V_WRONG);
	assert_int_equal(desk.events[EVENT_PRATICA], 0);
}

static void the_half_may_go_by_sms(void **state)
{
	struct wire_msg m = office_request(ANN, CATEGORY_LAVORATORE);

	(void)state;
	snprintf(m.request_new.phone, sizeof(m.request_new.phone), "+393331234567");
	m.request_new.english = 1;
	m.request_new.by_sms = 2;
	assert_int_equal(ask_new(&m), V_DETAILS);
	m.request_new.by_sms = 1;
	assert_int_equal(ask_new(&m), V_OK);
	assert_int_equal(office_take(TO_ELECTRONIC), V_OK);
	assert_int_equal(desk.rep.order_is.by_sms, 1);
	assert_int_equal(desk.rep.order_is.english, 1);
	assert_string_equal(desk.rep.order_is.phone, "+393331234567");
	assert_string_equal(desk.rep.order_is.email, "someone@example.org");
	office_deliver(TO_ELECTRONIC, ANN_16, "t");
	m.request_new.by_sms = 0;
	memcpy(m.request_new.cf, BOB, sizeof(BOB));
	assert_int_equal(ask_new(&m), V_OK);
	assert_int_equal(office_take(TO_ELECTRONIC), V_OK);
	assert_string_equal(desk.rep.order_is.phone, ""); /* it is not asked for */
}

static void only_persons_have_pratiche(void **state)
{
	struct wire_msg m = office_request(FIRM, CATEGORY_IMPRESA);

	(void)state;
	assert_int_equal(ask_new(&m), V_BAD);
	snprintf(m.request_new.cf, sizeof(m.request_new.cf), "RSSMRA85T10A562X");
	assert_int_equal(ask_new(&m), V_BAD);
}

static void a_citizen_gets_a_pin(void **state)
{
	char pin[17];
	const char *number = office_new(ANN, CATEGORY_LAVORATORE);

	(void)state;
	office_deliver(TO_ELECTRONIC, ANN_16, "t");
	assert_int_equal(office_state(number), PRATICA_OPENED);
	assert_int_equal(office_take(TO_POST),
			 V_UNKNOWN); /* nothing is printed before the link is used */
	assert_int_equal(office_confirm("t", NULL, NULL), V_OK);
	assert_int_equal(desk_status(ANN)->missing, WIRE_MISSING_PHONE);
	assert_int_equal(office_state(number), PRATICA_PRINTING);
	assert_int_equal(office_confirm("t", NULL, NULL), V_UNKNOWN); /* once */
	assert_int_equal(desk_auth(ANN, ANN_16), V_WRONG);
	desk.now_s += 3600;
	office_deliver(TO_POST, ANN_16 + 8, NULL);
	assert_int_equal(office_show(number)->state, PRATICA_SENT);
	assert_int_equal(desk.rep.pratica_is.sent_s, desk.now_s);
	assert_int_equal(desk_status(ANN)->life, PIN_TEMPORARY);
	assert_int_equal(desk.rep.record.lapses_s, desk.now_s + 60 * DAY_S);
	desk_first_login(ANN, ANN_16, pin);
	assert_int_equal(office_state(number), PRATICA_CONCLUDED);
	assert_int_equal(desk_status(ANN)->level, LEVEL_SEMPLICE);
	assert_int_equal(desk_auth(ANN, pin), V_OK);
	assert_int_equal(office_cancel(number),
			 V_STATE); /* a PIN that is its owner's is revoked, not this */
	assert_int_equal(desk_auth(ANN, pin), V_OK);
	assert_int_equal(desk_revoke(ANN), V_OK);
	office_new(ANN, CATEGORY_PENSIONATO); /* contacts of a lost PIN may be its thief's */
	assert_int_equal(desk_status(ANN)->missing, WIRE_MISSING_EMAIL | WIRE_MISSING_PHONE);
}

static void a_link_is_good_for_a_week(void **state)
{
	const char *number = office_new(ANN, CATEGORY_LAVORATORE);

	(void)state;
	desk.now_s += WEEK_S - 1;
	office_deliver(TO_ELECTRONIC, ANN_16, "t");
	assert_int_equal(office_confirm("u", NULL, NULL), V_UNKNOWN);
	assert_int_equal(office_confirm("", NULL, NULL), V_UNKNOWN);
	desk.now_s++;
	assert_int_equal(office_confirm("t", NULL, NULL), V_STALE);
	assert_int_equal(office_state(number), PRATICA_LAPSED);
	assert_int_equal(office_cancel(number), V_STATE);
}

/* A row of STORE_LINK as a recovery would leave it. */
static enum verdict put_recovery(struct act *a, void *arg)
{
	struct link link = { .use = LINK_RECOVER, .cf = ANN, .due_s = a->now_s + DAY_S };
	uint8_t key[STORE_KEY_LEN], token[DOSSIER_TOKEN_LEN];

	memcpy(link.number, arg, sizeof(link.number));
	office_hash("recover", token);
	dossier_link_key(key, a->accounts->keys, token);
	act_put(a, &dossier_link, key, &link);
	return V_OK;
}

static void another_kind_of_link_confirms_nothing(void **state)
{
	char number[NUMBER_LEN + 1];

	(void)state;
	snprintf(number, sizeof(number), "%s", office_new(ANN, CATEGORY_LAVORATORE));
	assert_int_equal(act_run(&desk.sv.accounts, 0, 0, desk.now_s, put_recovery, number), V_OK);
	assert_int_equal(office_confirm("recover", NULL, NULL), V_UNKNOWN);
	assert_int_equal(office_state(number), PRATICA_OPENED);
}

/* Who never used the link is in nobody's way, not even in their own. */
static void a_pratica_that_lapsed_makes_room(void **state)
{
	const char *first = office_new(ANN, CATEGORY_LAVORATORE), *second;
	struct wire_msg m = office_request(ANN, CATEGORY_LAVORATORE);

	(void)state;
	office_deliver(TO_ELECTRONIC, ANN_16, "t");
	desk.now_s += WEEK_S - 1;
	assert_int_equal(ask_new(&m), V_LIVE);
	desk.now_s++;
	second = office_new(ANN, CATEGORY_PENSIONATO);
	assert_int_equal(office_state(first), PRATICA_LAPSED);
	assert_int_equal(office_state(second), PRATICA_OPENED);
	assert_int_equal(office_confirm("t", NULL, NULL), V_STALE);
	office_deliver(TO_ELECTRONIC, BOB_16, "u");
	assert_int_equal(office_confirm("u", NULL, NULL), V_OK);
	office_deliver(TO_POST, BOB_16 + 8, NULL);
	assert_int_equal(desk_auth(ANN, BOB_16), V_MUST_CHANGE);
	assert_int_equal(office_state(first), PRATICA_LAPSED);
}

static void a_letter_nobody_uses_lapses(void **state)
{
	const char *number = office_issued(ANN, ANN_16);

	(void)state;
	desk.now_s += 60 * DAY_S - 1;
	assert_int_equal(office_state(number), PRATICA_SENT);
	assert_int_equal(desk_auth(ANN, ANN_16), V_MUST_CHANGE);
	desk.now_s++;
	assert_int_equal(office_state(number), PRATICA_LAPSED);
	assert_int_equal(desk_auth(ANN, ANN_16), V_LAPSED);
	assert_int_equal(office_duplicate(number, ANN), V_STATE);
	office_new(ANN, CATEGORY_LAVORATORE);
	assert_int_equal(office_state(number), PRATICA_LAPSED);
	assert_int_equal(desk_auth(ANN, ANN_16), V_WRONG);
}

static void who_has_no_address_waits_for_it(void **state)
{
	const char *number = office_new(EVE, CATEGORY_LAVORATORE);
	struct wire_msg m = { .type = WIRE_REQUEST_ADDRESS };

	(void)state;
	snprintf(m.request_address.number, sizeof(m.request_address.number), "%s", number);
	assert_int_equal(desk_ask(&office_clerk, &m), V_STATE);
	office_deliver(TO_ELECTRONIC, ANN_16, "t");
	assert_int_equal(office_confirm("t", NULL, NULL), V_OK);
	assert_int_equal(office_state(number), PRATICA_PARKED);
	assert_int_equal(office_take(TO_POST), V_UNKNOWN);
	assert_int_equal(desk_ask(&office_clerk, &m), V_REGISTRY);
	assert_int_equal(office_state(number), PRATICA_PARKED);
	assert_int_equal(office_put(REGISTRY_INDIRIZZI, EVE, "", "Via Nuova 9"), V_OK);
	assert_int_equal(desk_ask(&office_clerk, &m), V_OK);
	assert_int_equal(office_take(TO_POST), V_OK);
	assert_string_equal(desk.rep.order_is.street, "Via Nuova 9");
	assert_string_equal(desk.rep.order_is.town, "00144 ROMA RM");
}

static void cancelling_takes_link_letter_and_pin(void **state)
{
	const char *number = office_new(ANN, CATEGORY_LAVORATORE);
	struct wire_msg m = { .type = WIRE_REQUEST_CANCEL };

	(void)state;
	snprintf(m.request_cancel.number, sizeof(m.request_cancel.number), "%s", number);
	assert_int_equal(desk_ask(&office_clerk, &m), V_BAD); /* why? */
	office_deliver(TO_ELECTRONIC, ANN_16, "t");
	assert_int_equal(office_cancel(number), V_OK);
	assert_int_equal(office_confirm("t", NULL, NULL), V_UNKNOWN);
	assert_int_equal(desk_status(ANN)->life, PIN_REVOKED);
	assert_string_equal(desk.rep.record.reason, "withdrawn");
	assert_int_equal(office_show(number)->state, PRATICA_CANCELLED);
	assert_string_equal(desk.rep.pratica_is.reason, "withdrawn");
	assert_int_equal(office_cancel(number), V_STATE);
	number = office_issued(ANN, ANN_16);
	assert_int_equal(office_cancel(number), V_OK); /* nobody had logged in yet */
	assert_int_equal(desk_auth(ANN, ANN_16), V_WRONG);
	assert_int_equal(office_cancel("2026-0000009-A"), V_UNKNOWN);
}

static void pratiche_are_listed_in_order(void **state)
{
	struct wire_msg m = { .type = WIRE_REQUEST_NEXT };
	const char *const cf[] = { ANN, BOB, EVE };

	(void)state;
	assert_int_equal(desk_ask(&office_clerk, &m), V_UNKNOWN);
	for (int i = 0; i < 3; i++)
		office_new(cf[i], CATEGORY_LAVORATORE);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(desk_ask(&office_clerk, &m), V_OK);
		assert_string_equal(desk.rep.pratica_is.cf, cf[i]);
		assert_int_equal(desk.rep.pratica_is.waiting, 0); /* not counted: SHOW does */
		memcpy(m.request_next.after, desk.rep.pratica_is.number, NUMBER_LEN + 1);
	}
	assert_int_equal(desk_ask(&office_clerk, &m), V_UNKNOWN);
	snprintf(m.request_next.after, sizeof(m.request_next.after), "nonsense");
	assert_int_equal(desk_ask(&office_clerk, &m), V_BAD);
}

int main(void)
{
#define HERE(name) cmocka_unit_test_setup_teardown(name, office_open, desk_close)
	static const struct CMUnitTest tests[] = {
		HERE(every_category_opens_a_pratica),   HERE(numbers_begin_anew_with_the_year),
		HERE(what_is_not_right_is_refused),     HERE(the_half_may_go_by_sms),
		HERE(only_persons_have_pratiche),       HERE(a_citizen_gets_a_pin),
		HERE(a_link_is_good_for_a_week),        HERE(another_kind_of_link_confirms_nothing),
		HERE(a_pratica_that_lapsed_makes_room), HERE(a_letter_nobody_uses_lapses),
		HERE(who_has_no_address_waits_for_it),  HERE(cancelling_takes_link_letter_and_pin),
		HERE(pratiche_are_listed_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
