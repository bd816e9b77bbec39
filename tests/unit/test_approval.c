/* SPDX-License-Identifier: BSD-2-Clause */
/* test_approval.c - firms and their intermediaries: documents, two pairs of eyes. Duplicates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "office.h"

/* A firm's pratica whose link was used. */
static const char *asked(const char *cf)
{
	const char *number = office_new(cf, CATEGORY_IMPRESA);

	office_deliver(TO_ELECTRONIC, ANN_16, number);
	assert_int_equal(office_confirm(number, FIRM, MATRICOLA), V_OK);
	assert_int_equal(office_state(number), PRATICA_ASKED);
	return number;
}

static void a_firm_gives_its_details_at_the_link(void **state)
{
	const char *number = office_new(ANN, CATEGORY_IMPRESA);

	(void)state;
	office_deliver(TO_ELECTRONIC, ANN_16, "t");
	assert_int_equal(office_confirm("t", NULL, NULL), V_DETAILS);
	assert_int_equal(office_confirm("t", "01234560588", MATRICOLA), V_DETAILS);
	assert_int_equal(office_confirm("t", FIRM, ""), V_DETAILS);
	assert_int_equal(office_confirm("t", FIRM, "M9"), V_REGISTRY);
	assert_int_equal(office_confirm("t", FIRM, MATRICOLA_2), V_REGISTRY); /* Bob's */
	assert_int_equal(office_confirm("t", FIRM_2, MATRICOLA), V_REGISTRY);
	assert_int_equal(office_state(number), PRATICA_OPENED);
	assert_int_equal(office_confirm("t", FIRM, MATRICOLA), V_OK); /* the link was not spent */
	assert_int_equal(office_show(number)->state, PRATICA_ASKED);
	assert_string_equal(desk.rep.pratica_is.company, FIRM);
	assert_int_equal(desk.rep.pratica_is.due_s, desk.now_s + PRATICA_DOCUMENTS_S);
	assert_int_equal(office_take(TO_POST), V_UNKNOWN);
	assert_int_equal(office_take(TO_ELECTRONIC), V_OK); /* which documents to send, and where */
	assert_int_equal(desk.rep.order_is.kind, ORDER_FORMS);
	assert_string_equal(desk.rep.order_is.number, number);
	assert_string_equal(desk.rep.order_is.cf, "");
	assert_int_equal(desk.rep.order_is.good_s, desk.now_s + PRATICA_DOCUMENTS_S);
	assert_int_equal(office_done(TO_ELECTRONIC, desk.rep.order_is.serial), V_OK);
	assert_int_equal(office_take(TO_ELECTRONIC), V_UNKNOWN);
}

static void a_sole_trader_is_a_firm(void **state)
{
	const char *number = office_new(BOB, CATEGORY_IMPRESA);

	(void)state;
	office_deliver(TO_ELECTRONIC, BOB_16, "t");
	assert_int_equal(office_confirm("t", BOB, MATRICOLA_2), V_OK);
	assert_string_equal(office_show(number)->company, BOB);
}

static void citizens_have_no_firm(void **state)
{
	(void)state;
	office_new(ANN, CATEGORY_LAVORATORE);
	office_deliver(TO_ELECTRONIC, ANN_16, "t");
	assert_int_equal(office_confirm("t", FIRM, MATRICOLA), V_DETAILS);
	assert_int_equal(office_confirm("t", NULL, NULL), V_OK);
}

static void two_operators_make_a_firms_pin(void **state)
{
	const char *number = asked(ANN);
	const uint64_t valid_s = desk.now_s + 400 * (uint64_t)DAY_S;

	(void)state;
	assert_int_equal(office_judge(&office_boss, number, true), V_STATE); /* of nothing */
	assert_int_equal(office_documents(&office_boss, number, valid_s), V_OK);
	assert_int_equal(office_show(number)->state, PRATICA_REVIEWED);
	assert_int_equal(desk.rep.pratica_is.recorded_by, office_boss.uid);
	assert_int_equal(office_judge(&office_boss, number, true), V_SELF);
	assert_int_equal(office_judge(&office_boss, number, false), V_SELF);
	assert_int_equal(office_judge(&office_clerk, number, true), V_DENIED);
	assert_int_equal(office_take(TO_POST), V_UNKNOWN);
	assert_int_equal(office_judge(&office_boss_2, number, true), V_OK);
	assert_int_equal(office_show(number)->state, PRATICA_PRINTING);
	assert_int_equal(desk.rep.pratica_is.judged_by, office_boss_2.uid);
	assert_int_equal(desk_status(ANN)->level, LEVEL_DISPOSITIVO);
	assert_int_equal(desk.rep.record.doc_kind, DOCUMENT_PATENTE);
	assert_int_equal(desk.rep.record.doc_until_s, valid_s);
	office_deliver(TO_POST, ANN_16 + 8, NULL);
	assert_int_equal(desk_auth(ANN, ANN_16), V_MUST_CHANGE);
	assert_int_equal(desk.rep.verdict.level, LEVEL_DISPOSITIVO);
	assert_int_equal(office_judge(&office_boss_2, number, true), V_STATE);
}

/* Whoever recorded the documents last may not judge them. */
static void later_documents_have_another_recorder(void **state)
{
	const char *number = asked(ANN);

	(void)state;
	assert_int_equal(office_documents(&office_boss, number, desk.now_s + 1000), V_OK);
	assert_int_equal(office_documents(&office_boss_2, number, desk.now_s + 1000), V_OK);
	assert_int_equal(office_judge(&office_boss_2, number, true), V_SELF);
	assert_int_equal(office_judge(&office_boss, number, true), V_OK);
}

static enum verdict documents(const char *number, uint8_t kind, const char *doc_number,
			      const char *fax, uint8_t sha)
{
	struct wire_msg m = { .type = WIRE_REQUEST_DOCUMENTS,
			      .request_documents = { .doc_kind = kind, .sha256 = { sha } } };

	snprintf(m.request_documents.number, sizeof(m.request_documents.number), "%s", number);
	snprintf(m.request_documents.doc_number, sizeof(m.request_documents.doc_number), "%s",
		 doc_number);
	snprintf(m.request_documents.fax, sizeof(m.request_documents.fax), "%s", fax);
	if (kind != 0) {
		snprintf(m.request_documents.doc_issuer, sizeof(m.request_documents.doc_issuer),
			 "X");
		m.request_documents.doc_until_s = desk.now_s + 1000;
	}
	return desk_ask(&office_clerk, &m);
}

static void documents_are_good_when_recorded_and_when_judged(void **state)
{
	const char *number = asked(ANN);

	(void)state;
	assert_int_equal(office_documents(&office_clerk, number, desk.now_s), V_DOCUMENT);
	assert_int_equal(documents(number, 9, "N1", "", 1), V_DOCUMENT);
	assert_int_equal(documents(number, DOCUMENT_PATENTE, "", "", 1), V_DOCUMENT);
	assert_int_equal(documents(number, DOCUMENT_PATENTE, "N\n1", "", 1), V_DOCUMENT);
	assert_int_equal(documents(number, 0, "", "", 0), V_DOCUMENT); /* nothing came */
	assert_int_equal(documents(number, 0, "N1", "F1", 0), V_DOCUMENT);
	assert_int_equal(documents("2026-0000009-A", 0, "", "F1", 0), V_UNKNOWN);
	assert_int_equal(office_state(number), PRATICA_ASKED);
	assert_int_equal(office_documents(&office_clerk, number, desk.now_s + 10), V_OK);
	desk.now_s += 10;
	assert_int_equal(office_judge(&office_boss, number, true), V_DOCUMENT);
	assert_int_equal(desk_status(ANN)->level, LEVEL_SEMPLICE);
	assert_int_equal(office_state(number), PRATICA_REVIEWED);
	assert_int_equal(documents(number, 0, "", "F1", 0), V_OK);
	assert_int_equal(office_judge(&office_boss, number, true), V_DOCUMENT); /* it is there still */
	assert_int_equal(office_documents(&office_clerk, number, desk.now_s + 10), V_OK);
	assert_int_equal(office_judge(&office_boss, number, true), V_OK);
	assert_int_equal(desk_status(ANN)->level, LEVEL_DISPOSITIVO);
	assert_int_not_equal(desk.rep.record.doc_kind, 0);
}

/* Signed forms say who asks (C10). What comes later takes nothing of what came before. */
static void papers_add_up(void **state)
{
	const char *number = asked(ANN);

	(void)state;
	assert_int_equal(documents(number, 0, "", "", 1), V_OK); /* forms alone, as a file */
	assert_int_equal(documents(number, 0, "", "F1", 0), V_OK);
	assert_string_equal(office_show(number)->fax, "F1");
	assert_false(sodium_is_zero(desk.rep.pratica_is.sha256, 32));
	assert_int_equal(desk.rep.pratica_is.doc_kind, 0);
	assert_int_equal(office_documents(&office_clerk, number, desk.now_s + 10), V_OK);
	assert_int_equal(documents(number, 0, "", "F2", 0), V_OK);
	assert_string_equal(office_show(number)->fax, "F2");
	assert_false(sodium_is_zero(desk.rep.pratica_is.sha256, 32));
	assert_int_not_equal(desk.rep.pratica_is.doc_kind, 0);
	assert_string_not_equal(desk.rep.pratica_is.doc_number, "");
	assert_int_equal(office_judge(&office_boss, number, true), V_OK);
	number = asked(BOB);
	assert_int_equal(documents(number, 0, "", "F1", 0), V_OK);
	assert_int_equal(office_judge(&office_boss, number, true), V_OK);
	assert_int_equal(desk_status(BOB)->level, LEVEL_DISPOSITIVO);
	assert_int_equal(desk.rep.record.doc_kind, 0);
}

static void documents_come_in_sixty_days(void **state)
{
	const char *number = asked(ANN);

	(void)state;
	desk.now_s += PRATICA_DOCUMENTS_S - 1;
	assert_int_equal(office_state(number), PRATICA_ASKED);
	desk.now_s++;
	assert_int_equal(office_state(number), PRATICA_LAPSED);
	assert_int_equal(office_documents(&office_clerk, number, desk.now_s + 1), V_STATE);
	assert_int_equal(office_take(TO_ELECTRONIC),
			 V_UNKNOWN); /* the forms are not sent any more */
	office_new(ANN, CATEGORY_IMPRESA);
}

static void a_rejection_needs_a_reason_and_lets_another_try(void **state)
{
	const char *number = asked(ANN);
	struct wire_msg m = { .type = WIRE_REQUEST_JUDGE };

	(void)state;
	assert_int_equal(office_documents(&office_clerk, number, desk.now_s + 1), V_OK);
	snprintf(m.request_judge.number, sizeof(m.request_judge.number), "%s", number);
	assert_int_equal(desk_ask(&office_boss, &m), V_BAD);
	m.request_judge.approve = 2;
	assert_int_equal(desk_ask(&office_boss, &m), V_BAD);
	assert_int_equal(office_judge(&office_boss, number, false), V_OK);
	assert_int_equal(desk_status(ANN)->life, PIN_REVOKED);
	assert_string_equal(desk.rep.record.reason, "illegible");
	assert_int_equal(office_judge(&office_boss, number, true), V_STATE);
	office_new(ANN, CATEGORY_IMPRESA);
	assert_int_equal(office_show(number)->state, PRATICA_REJECTED);
	assert_string_equal(desk.rep.pratica_is.reason, "illegible");
}

static void an_intermediary_brings_an_address_and_asks_to_act(void **state)
{
	const char *number = office_new(EVE, CATEGORY_INTERMEDIARIO); /* no address on record */
	struct wire_msg m = { .type = WIRE_DELEGATION_GET, .delegation_get.cf = EVE };

	(void)state;
	office_deliver(TO_ELECTRONIC, ANN_16, "t");
	assert_int_equal(office_confirm("t", FIRM, MATRICOLA), V_OK);
	assert_int_equal(desk_ask(&office_clerk, &m), V_UNKNOWN); /* a link proves nothing */
	assert_int_equal(office_documents(&office_clerk_2, number, desk.now_s + 1), V_OK);
	assert_int_equal(desk_ask(&office_clerk, &m), V_UNKNOWN);
	assert_int_equal(office_judge(&office_boss, number, true), V_OK);
	assert_int_equal(desk_ask(&office_clerk, &m), V_OK);
	assert_string_equal(desk.rep.delegation_is.company, FIRM);
	assert_int_equal(desk.rep.delegation_is.made_by, office_clerk_2.uid); /* who saw the papers */
	assert_int_equal(office_take(TO_POST), V_OK);
	assert_string_equal(desk.rep.order_is.name, "Studio Prova");
	assert_string_equal(desk.rep.order_is.street, "Piazza Libert\xc3\xa0 3");
	assert_string_equal(desk.rep.order_is.town, "20121 MILANO MI");
	assert_int_equal(desk_ask(&office_clerk, &m), V_OK);
	assert_int_equal(desk.rep.delegation_is.approved, 0); /* that is another approval */
}

static void a_delegation_on_record_is_left_alone(void **state)
{
	struct wire_msg add = { .type = WIRE_DELEGATION_ADD,
				.delegation_add = { .cf = EVE, .company = FIRM } },
			get = { .type = WIRE_DELEGATION_GET, .delegation_get.cf = EVE };
	const char *number;

	(void)state;
	assert_int_equal(desk_ask(&office_clerk_2, &add), V_OK);
	number = office_new(EVE, CATEGORY_INTERMEDIARIO);
	office_deliver(TO_ELECTRONIC, ANN_16, "t");
	assert_int_equal(office_confirm("t", FIRM, MATRICOLA), V_OK);
	assert_int_equal(office_documents(&office_clerk, number, desk.now_s + 1), V_OK);
	assert_int_equal(office_judge(&office_boss, number, true), V_OK);
	assert_int_equal(desk_ask(&office_clerk, &get), V_OK);
	assert_int_equal(desk.rep.delegation_is.made_by, office_clerk_2.uid);
}

/* Who judges is shown all of it; if it moves meanwhile, they look again. */
static void what_is_judged_is_what_was_seen(void **state)
{
	const char *number = asked(ANN);
	const struct wire_pratica_is *p = &desk.rep.pratica_is;
	struct wire_msg m = { .type = WIRE_REQUEST_JUDGE, .request_judge = { .approve = 1 } };

	(void)state;
	assert_int_equal(documents(number, DOCUMENT_PATENTE, "U1", "F1", 7), V_OK);
	office_show(number);
	assert_int_equal(p->doc_kind, DOCUMENT_PATENTE);
	assert_string_equal(p->doc_number, "U1");
	assert_string_equal(p->doc_issuer, "X");
	assert_int_equal(p->doc_until_s, desk.now_s + 1000);
	assert_string_equal(p->fax, "F1");
	assert_int_equal(p->sha256[0], 7);
	assert_string_equal(p->email, "someone@example.org");
	assert_string_equal(p->street, "Via Roma 1");
	assert_string_equal(p->town, "00144 ROMA RM");
	memcpy(m.request_judge.number, p->number, sizeof(p->number));
	m.request_judge.rev = p->rev;
	assert_int_equal(documents(number, DOCUMENT_PATENTE, "U2", "F1", 7), V_OK);
	assert_int_equal(desk_ask(&office_boss, &m), V_STALE);
	m.request_judge.approve = 0;
	m.request_judge.reason[0] = 'x';
	assert_int_equal(desk_ask(&office_boss, &m), V_STALE);
	assert_int_equal(office_state(number), PRATICA_REVIEWED);
	assert_int_equal(desk_status(ANN)->level, LEVEL_SEMPLICE);
	assert_int_equal(office_judge(&office_boss, number, true), V_OK);
}

static void a_duplicate_voids_the_letter_before(void **state)
{
	const char *number = office_issued(ANN, ANN_16);
	char again[17];

	(void)state;
	snprintf(again, sizeof(again), "%.8s%.8s", ANN_16, BOB_16 + 8);
	desk.now_s += DAY_S - 1;
	assert_int_equal(office_duplicate(number, ANN), V_LIMIT); /* it may still come */
	desk.now_s++;
	assert_int_equal(office_duplicate(number, BOB), V_UNKNOWN);
	assert_int_equal(office_duplicate("2026-0000009-A", ANN), V_UNKNOWN);
	assert_int_equal(office_duplicate(number, ANN), V_OK);
	assert_int_equal(office_duplicate(number, ANN), V_STATE); /* it is on its way */
	assert_int_equal(desk_auth(ANN, ANN_16), V_WRONG); /* whoever has the lost one */
	assert_int_equal(desk_status(ANN)->life, PIN_AWAITING);
	assert_int_equal(office_state(number), PRATICA_PRINTING);
	office_deliver(TO_POST, BOB_16 + 8, NULL);
	assert_int_equal(desk_auth(ANN, again), V_MUST_CHANGE);
	assert_int_equal(desk_status(ANN)->lapses_s, desk.now_s + 60 * DAY_S);
	assert_int_equal(office_take(TO_ELECTRONIC), V_OK); /* the mailbox is told */
	assert_int_equal(desk.rep.order_is.kind, ORDER_NOTICE);
	assert_string_equal(desk.rep.order_is.email, "someone@example.org");
	assert_int_equal(office_show(number)->duplicates, 1);
	for (int i = 0; i < 2; i++) {
		desk.now_s += DAY_S;
		assert_int_equal(office_duplicate(number, ANN), V_OK);
		office_deliver(TO_POST, ANN_16 + 8, NULL);
	}
	desk.now_s += DAY_S;
	assert_int_equal(office_duplicate(number, ANN), V_LIMIT);
}

static void a_delegate_is_somebody_else_with_papers(void **state)
{
	struct wire_msg m = { .type = WIRE_REQUEST_DUPLICATE,
			      .request_duplicate = { .cf = ANN,
						     .delegate = BOB,
						     .doc_kind = DOCUMENT_CARTA_IDENTITA,
						     .doc_number = "CA123",
						     .proxy = "D-7" } },
			bad, audit = { .type = WIRE_AUDIT_HEAD };
	const char *number = office_issued(ANN, ANN_16);

	(void)state;
	desk.now_s += DAY_S;
	snprintf(m.request_duplicate.number, sizeof(m.request_duplicate.number), "%s", number);
	for (int i = 0; i < 7; i++) {
		bad = m;
		switch (i) {
		case 0: memcpy(bad.request_duplicate.delegate, ANN, sizeof(ANN)); break;
		case 1: memcpy(bad.request_duplicate.delegate, FIRM, sizeof(FIRM)); break;
		case 2: bad.request_duplicate.delegate[0] = '\0'; break;
		case 3: bad.request_duplicate.doc_kind = 0; break;
		case 4: bad.request_duplicate.doc_kind = 9; break;
		case 5: bad.request_duplicate.doc_number[1] = '\n'; break;
		case 6: bad.request_duplicate.proxy[0] = '\0'; break;
		}
		assert_int_equal(desk_ask(&office_clerk, &bad), V_DETAILS);
	}
	assert_int_equal(desk_ask(&office_clerk, &m), V_OK);
	assert_int_equal(desk_ask(&desk_admin, &audit), V_OK);
	audit.type = WIRE_AUDIT_GET;
	audit.audit_get.serial = desk.rep.audit_end.serial;
	assert_int_equal(desk_ask(&desk_admin, &audit), V_OK);
	assert_int_equal(desk.rep.audit_is.verb, WIRE_REQUEST_DUPLICATE);
	assert_int_equal(desk.rep.audit_is.uid, office_clerk.uid);
	assert_string_equal(desk.rep.audit_is.cf, ANN);
	assert_string_equal(desk.rep.audit_is.object, number);
	assert_string_equal(desk.rep.audit_is.detail,
			    "to " BOB ", carta-identita CA123, proxy D-7");
}

static void no_duplicate_of_a_pin_that_was_used(void **state)
{
	const char *number = office_issued(ANN, ANN_16);
	char pin[17];

	(void)state;
	desk_first_login(ANN, ANN_16, pin);
	desk.now_s += DAY_S;
	assert_int_equal(office_duplicate(number, ANN), V_STATE);
	assert_int_equal(desk_auth(ANN, pin), V_OK);
}

int main(void)
{
#define HERE(name) cmocka_unit_test_setup_teardown(name, office_open, desk_close)
	static const struct CMUnitTest tests[] = {
		HERE(a_firm_gives_its_details_at_the_link),
		HERE(a_sole_trader_is_a_firm),
		HERE(citizens_have_no_firm),
		HERE(two_operators_make_a_firms_pin),
		HERE(later_documents_have_another_recorder),
		HERE(documents_are_good_when_recorded_and_when_judged),
		HERE(papers_add_up),
		HERE(documents_come_in_sixty_days),
		HERE(a_rejection_needs_a_reason_and_lets_another_try),
		HERE(an_intermediary_brings_an_address_and_asks_to_act),
		HERE(a_delegation_on_record_is_left_alone),
		HERE(what_is_judged_is_what_was_seen),
		HERE(a_duplicate_voids_the_letter_before),
		HERE(a_delegate_is_somebody_else_with_papers),
		HERE(no_duplicate_of_a_pin_that_was_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
