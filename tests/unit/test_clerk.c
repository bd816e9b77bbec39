/* SPDX-License-Identifier: BSD-2-Clause */
/* test_clerk.c - operators' requests through serve(): what they may do, and what they are told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "audit.h"
#include "desk.h"

static struct wire_msg an_issue(void)
{
	return (struct wire_msg){ .type = WIRE_ISSUE,
				  .issue = { .cf = ANN, .category = CATEGORY_IMPRESA,
					     .level = LEVEL_SEMPLICE, .ops = desk.sv.conf->passes,
					     .mem_kib = desk.sv.conf->memory_kib } };
}

static void the_cost_is_what_issue_wants(void **state)
{
	struct wire_msg m = { .type = WIRE_COST };

	(void)state;
	desk_ask(&desk_admin, &m);
	assert_int_equal(desk.rep.type, WIRE_COST_IS);
	assert_int_equal(desk.rep.cost_is.ops, 1);
	m = an_issue();
	m.issue.ops = desk.rep.cost_is.ops + 1;
	m.issue.mem_kib = desk.rep.cost_is.mem_kib;
	assert_int_equal(desk_ask(&desk_admin, &m), V_COST);
	m.issue.ops = 1;
	m.issue.mem_kib++;
	assert_int_equal(desk_ask(&desk_admin, &m), V_COST);
	m.issue.mem_kib--;
	assert_int_equal(desk_ask(&desk_admin, &m), V_OK);
	assert_int_equal(desk_status(ANN)->category, CATEGORY_IMPRESA);
}

static void unknown_codes_are_refused(void **state)
{
	struct wire_msg m;

	(void)state;
	for (unsigned int code = 0; code < 256; code++) {
		m = an_issue();
		m.issue.category = (uint8_t)code;
		if (code == 0 || code > CATEGORY_PATRONATO)
			assert_int_equal(desk_ask(&desk_admin, &m), V_BAD);
		m = an_issue();
		m.issue.level = (uint8_t)code;
		if (code == 0 || code > LEVEL_DISPOSITIVO)
			assert_int_equal(desk_ask(&desk_admin, &m), V_BAD);
		m = an_issue();
		m.issue.doc_kind = (uint8_t)code;
		if (code != 0) /* a document without number, issuer, validity */
			assert_int_equal(desk_ask(&desk_admin, &m), V_DOCUMENT);
	}
	assert_int_equal(desk_auth(ANN, ANN_16), V_WRONG);
}

/* One letter has both halves: two operators answer for it. Root alone answers for itself. */
static void one_operator_issues_another_countersigns(void **state)
{
	const struct peer clerk = { ROLE_ADMIN, true, 1001, DUTY_HELPDESK | DUTY_APPROVER };
	const struct peer chief = { ROLE_ADMIN, true, 1002, DUTY_APPROVER };
	struct wire_msg m = { .type = WIRE_ISSUE_RELEASE, .issue_release.cf = ANN };

	(void)state;
	assert_int_equal(desk_ask(&chief, &m), V_UNKNOWN);
	assert_int_equal(desk_issue_by(&clerk, ANN, ANN_16, LEVEL_SEMPLICE), V_OK);
	assert_int_equal(desk_status(ANN)->life, PIN_AWAITING);
	assert_int_equal(desk_status(ANN)->held, 1);
	assert_int_equal(desk.rep.record.issued_by, 1001);
	m.issue_release.issued_by = 1001;
	m.issue_release.gen = desk.rep.record.gen;
	assert_int_equal(desk_auth(ANN, ANN_16), V_WRONG);
	assert_int_equal(desk_ask(&clerk, &m), V_SELF);
	assert_int_equal(desk_auth(ANN, "ZZZZZZZZ"), V_WRONG);
	assert_int_equal(desk_ask(&chief, &m), V_OK);
	assert_int_equal(desk_status(ANN)->held, 0);
	assert_int_equal(desk_auth(ANN, ANN_16), V_MUST_CHANGE);
	assert_int_equal(desk_ask(&chief, &m), V_STATE);
	desk_revoke(ANN);
	assert_int_equal(desk_issue(ANN, ANN_16, LEVEL_SEMPLICE), V_OK);
	assert_int_equal(desk_auth(ANN, ANN_16), V_MUST_CHANGE);
	assert_int_equal(desk_ask(&clerk, &m), V_STATE);
}

/* In between another clerk takes the PIN away and issues one: that is not countersigned with it. */
static void what_is_countersigned_is_what_was_issued(void **state)
{
	const struct peer clerk = { ROLE_ADMIN, true, 1001, DUTY_HELPDESK };
	const struct peer thief = { ROLE_ADMIN, true, 1003, DUTY_HELPDESK };
	const struct peer chief = { ROLE_ADMIN, true, 1002, DUTY_APPROVER };
	struct wire_msg m = { .type = WIRE_ISSUE_RELEASE,
			      .issue_release = { .cf = ANN, .issued_by = 1001 } },
			revoke = { .type = WIRE_REVOKE, .revoke = { .cf = ANN, .reason = "x" } };

	(void)state;
	assert_int_equal(desk_issue_by(&clerk, ANN, ANN_16, LEVEL_SEMPLICE), V_OK);
	m.issue_release.gen = desk_status(ANN)->gen;
	assert_int_equal(desk_ask(&thief, &revoke), V_OK);
	assert_int_equal(desk_issue_by(&thief, ANN, BOB_16, LEVEL_SEMPLICE), V_OK);
	assert_int_equal(desk_ask(&chief, &m), V_STALE);
	m.issue_release.gen = desk_status(ANN)->gen; /* who asks again says by whom */
	assert_int_equal(desk.rep.record.issued_by, 1003);
	assert_int_equal(desk_ask(&chief, &m), V_STALE);
	assert_int_equal(desk_auth(ANN, BOB_16), V_WRONG);
	assert_int_equal(desk_ask(&thief, &revoke), V_OK); /* by the same, but another */
	assert_int_equal(desk_issue_by(&clerk, ANN, BOB_16, LEVEL_SEMPLICE), V_OK);
	assert_int_equal(desk_ask(&chief, &m), V_STALE);
	m.issue_release.gen = desk_status(ANN)->gen;
	assert_int_equal(desk_ask(&chief, &m), V_OK);
	assert_int_equal(desk_auth(ANN, BOB_16), V_MUST_CHANGE);
}

static struct wire_msg with_document(uint64_t until_s)
{
	struct wire_msg m = an_issue();

	m.issue.level = LEVEL_DISPOSITIVO;
	m.issue.doc_kind = DOCUMENT_CARTA_IDENTITA;
	snprintf(m.issue.doc_number, sizeof(m.issue.doc_number), "CA00000AA");
	snprintf(m.issue.doc_issuer, sizeof(m.issue.doc_issuer), "Comune di Prova");
	m.issue.doc_until_s = until_s;
	return m;
}

static void dispositivo_needs_a_document_that_is_valid_now(void **state)
{
	struct wire_msg m = an_issue();

	(void)state;
	m.issue.level = LEVEL_DISPOSITIVO;
	assert_int_equal(desk_ask(&desk_admin, &m), V_DOCUMENT);
	m = with_document(desk.now_s);
	assert_int_equal(desk_ask(&desk_admin, &m), V_DOCUMENT);
	m = with_document(desk.now_s + 1);
	m.issue.doc_number[0] = '\0';
	assert_int_equal(desk_ask(&desk_admin, &m), V_DOCUMENT);
	m = with_document(desk.now_s + 1);
	m.issue.doc_issuer[0] = '\0';
	assert_int_equal(desk_ask(&desk_admin, &m), V_DOCUMENT);
	m = with_document(desk.now_s + 1);
	m.issue.doc_kind = 77;
	assert_int_equal(desk_ask(&desk_admin, &m), V_DOCUMENT);
	m = with_document(desk.now_s + 1);
	assert_int_equal(desk_ask(&desk_admin, &m), V_OK);
	assert_int_equal(desk_status(ANN)->level, LEVEL_DISPOSITIVO);
	assert_int_equal(desk.rep.record.doc_kind, DOCUMENT_CARTA_IDENTITA);
	assert_int_equal(desk.events[EVENT_ISSUED], 1);
}

static void conversion_lifts_and_revocation_lowers(void **state)
{
	(void)state;
	assert_int_equal(desk_convert(ANN, desk.now_s + 1), V_UNKNOWN);
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	assert_int_equal(desk_convert(ANN, desk.now_s), V_DOCUMENT);
	assert_int_equal(desk_status(ANN)->level, LEVEL_SEMPLICE);
	assert_int_equal(desk_convert(ANN, desk.now_s + 1), V_OK);
	assert_int_equal(desk_status(ANN)->level, LEVEL_DISPOSITIVO);
	assert_int_equal(desk_revoke(ANN), V_OK);
	assert_int_equal(desk_status(ANN)->life, PIN_REVOKED);
	assert_string_equal(desk.rep.record.reason, "lost");
	assert_int_equal(desk_revoke(ANN), V_OK); /* twice does no harm */
	assert_int_equal(desk_convert(ANN, desk.now_s + 1), V_REVOKED);
	assert_int_equal(desk_unlock(ANN), V_REVOKED);
	assert_int_equal(desk_issue(ANN, BOB_16, LEVEL_SEMPLICE), V_OK);
	assert_int_equal(desk_status(ANN)->level, LEVEL_SEMPLICE);
	assert_int_equal(desk.rep.record.doc_kind, 0);
	assert_string_equal(desk.rep.record.reason, "");
}

/* The contacts on a lost PIN may be its thief's: a new one asks for them anew. */
static void a_new_pin_forgets_the_contacts(void **state)
{
	char pin[17];

	(void)state;
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	assert_int_equal(desk_status(ANN)->missing, WIRE_MISSING_EMAIL | WIRE_MISSING_PHONE);
	desk_first_login(ANN, ANN_16, pin);
	assert_int_equal(desk_status(ANN)->missing, 0);
	desk_revoke(ANN);
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	assert_int_equal(desk_status(ANN)->missing, WIRE_MISSING_EMAIL | WIRE_MISSING_PHONE);
}

static void a_revocation_needs_a_reason_and_somebody(void **state)
{
	struct wire_msg m = { .type = WIRE_REVOKE, .revoke.cf = ANN };

	(void)state;
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	assert_int_equal(desk_ask(&desk_admin, &m), V_BAD);
	assert_int_equal(desk_auth(ANN, ANN_16), V_MUST_CHANGE);
	assert_int_equal(desk_revoke(EVE), V_UNKNOWN);
	assert_int_equal(desk_unlock(EVE), V_UNKNOWN);
	assert_int_equal(desk.events[EVENT_DECLINED], 2);
}

static void status_says_what_is_on_record(void **state)
{
	struct wire_msg m = { .type = WIRE_STATUS, .status.cf = EVE };
	const struct wire_record *r;
	uint64_t issued_s;
	char pin[17];

	(void)state;
	assert_int_equal(desk_ask(&desk_admin, &m), V_UNKNOWN);
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	issued_s = desk.now_s;
	r = desk_status(ANN);
	assert_int_equal(r->life, PIN_TEMPORARY);
	assert_int_equal(r->expires_s, 0);
	assert_int_equal(r->lapses_s, issued_s + 60 * 86400);
	assert_int_equal(r->seen_s, 0);
	desk.now_s += 100;
	desk_first_login(ANN, ANN_16, pin);
	desk.now_s += 100;
	desk_auth_at(&desk_web, ANN, pin, "web");
	desk_wrong(ANN);
	r = desk_status(ANN);
	assert_int_equal(r->life, PIN_ACTIVE);
	assert_int_equal(r->gate, PIN_OPEN);
	assert_int_equal(r->issued_s, issued_s);
	assert_int_equal(r->set_s, issued_s + 100);
	assert_int_equal(r->seen_s, issued_s + 200);
	assert_string_equal(r->seen_at, "web");
	assert_int_equal(r->fails, 1);
	assert_int_equal(r->fails_max, 10);
}

static void services_are_listed_as_they_are_read(void **state)
{
	struct wire_msg m = { .type = WIRE_SERVICE_GET };

	(void)state;
	desk_service("submit", LEVEL_DISPOSITIVO, 1u << CATEGORY_IMPRESA, 33);
	assert_int_equal(desk_ask(&desk_admin, &m), V_OK);
	assert_string_equal(desk.rep.service_is.name, "default");
	m.service_get.index = 1;
	assert_int_equal(desk_ask(&desk_admin, &m), V_OK);
	assert_string_equal(desk.rep.service_is.name, "submit");
	assert_int_equal(desk.rep.service_is.level, LEVEL_DISPOSITIVO);
	assert_int_equal(desk.rep.service_is.categories, 1u << CATEGORY_IMPRESA);
	assert_int_equal(desk.rep.service_is.peers, 1);
	assert_string_equal(desk.rep.service_is.peer_list, "33");
	m.service_get.index = 2;
	assert_int_equal(desk_ask(&desk_admin, &m), V_UNKNOWN);
	m.service_get.index = UINT32_MAX;
	assert_int_equal(desk_ask(&desk_admin, &m), V_UNKNOWN);
}

static enum verdict test_service(const char *cf, const char *service)
{
	struct wire_msg m = { .type = WIRE_SERVICE_TEST };

	snprintf(m.service_test.cf, sizeof(m.service_test.cf), "%s", cf);
	snprintf(m.service_test.service, sizeof(m.service_test.service), "%s", service);
	return desk_ask(&desk_admin, &m);
}

static void a_service_can_be_tried_for_a_person(void **state)
{
	char pin[17];

	(void)state;
	desk_service("imprese", LEVEL_SEMPLICE, ~0u, (uid_t)-1);
	desk.sv.conf->services[desk.sv.conf->n_services - 1].on_behalf_of = CONF_MUST_BEHALF;
	desk_service("pensioni", LEVEL_SEMPLICE, 1u << CATEGORY_PENSIONATO, (uid_t)-1);
	desk_service("submit", LEVEL_DISPOSITIVO, ~0u, (uid_t)-1);
	assert_int_equal(test_service(ANN, "login"), V_UNKNOWN);
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	assert_int_equal(test_service(ANN, "login"), V_MUST_CHANGE);
	assert_int_equal(test_service(ANN, "submit"), V_LEVEL);
	desk_first_login(ANN, ANN_16, pin);
	desk_wrong(ANN);
	assert_int_equal(test_service(ANN, "login"), V_OK);
	assert_int_equal(desk_spent(ANN), 1); /* it forgives nothing */
	assert_int_equal(test_service(ANN, "pensioni"), V_CATEGORY);
	assert_int_equal(test_service(ANN, "imprese"), V_DELEGATION); /* for oneself nobody is let in */
	desk_wrong(ANN);
	desk_wrong(ANN);
	assert_int_equal(test_service(ANN, "login"), V_THROTTLED);
	assert_int_equal(desk.rep.verdict.wait_s, 30);
	desk_unlock(ANN);
	desk.now_s += 365 * 86400ULL;
	assert_int_equal(test_service(ANN, "submit"), V_LAPSED);
	desk_revoke(ANN);
	assert_int_equal(test_service(ANN, "login"), V_REVOKED);
}

static uint64_t pool_until_s(void)
{
	struct wire_msg m = { .type = WIRE_SOURCE_GET };

	snprintf(m.source_get.cf, sizeof(m.source_get.cf), "%s", ANN);
	desk_ask(&desk_admin, &m);
	assert_int_equal(desk.rep.type, WIRE_SOURCE_IS);
	return desk.rep.source_is.until_s;
}

static void a_wait_that_is_over_is_not_told(void **state)
{
	uint64_t until_s;

	(void)state;
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	for (int i = 0; i < 3; i++)
		desk_wrong(ANN);
	until_s = desk.now_s + 30;
	desk.now_s = until_s - 1;
	assert_int_equal(desk_status(ANN)->until_s, until_s);
	assert_int_equal(pool_until_s(), until_s);
	desk.now_s = until_s;
	assert_int_equal(desk_status(ANN)->until_s, 0);
	assert_int_equal(pool_until_s(), 0);
	assert_int_equal(desk_status(ANN)->fails, 3);
}

static void figures_count(void **state)
{
	struct wire_msg m = { .type = WIRE_STATS };

	(void)state;
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	desk_auth(ANN, ANN_16);
	desk_wrong(ANN);
	desk_wrong(EVE);
	desk_auth("nonsense", "");
	desk_ask(&desk_admin, &m);
	assert_int_equal(desk.rep.type, WIRE_STATS_ARE);
	assert_int_equal(desk.rep.stats_are.requests, 5);
	assert_int_equal(desk.rep.stats_are.accepted, 1);
	assert_int_equal(desk.rep.stats_are.wrong, 2);
	assert_int_equal(desk.rep.stats_are.bad, 1);
	assert_int_equal(desk.rep.stats_are.operators, 1);
}

/* The n-th act on record, "verb uid cf detail"; "" behind the last. */
static const char *act(uint64_t n)
{
	static char line[256];
	uint8_t key[STORE_KEY_LEN];
	struct audit_row row;
	struct store_row bytes;

	audit_key(key, n);
	assert_int_equal(desk.store->ops->get(desk.store, STORE_AUDIT, key, &bytes), 0);
	assert_int_equal(seal_get(desk.keys, &audit_row_kind, key, &bytes, &row), 0);
	if (bytes.rev == 0)
		return "";
	assert_true(row.entry.at_s == desk.now_s && row.entry.object[0] == '\0');
	snprintf(line, sizeof(line), "%02x %u %s %s", row.entry.verb, (unsigned int)row.entry.uid,
		 row.entry.cf, row.entry.detail);
	return line;
}

/* Changes and nothing else are on record; what was refused is not, nor what citizens do. */
static void every_change_is_on_record(void **state)
{
	const struct peer clerk = { ROLE_ADMIN, true, 1017, DUTY_HELPDESK };
	struct wire_msg m = { .type = WIRE_UNLOCK, .unlock.cf = ANN };

	(void)state;
	assert_int_equal(desk_revoke(ANN), V_UNKNOWN);
	assert_string_equal(act(1), "");
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	desk_issue(BOB, BOB_16, LEVEL_DISPOSITIVO);
	desk_wrong(ANN);
	desk_auth(ANN, ANN_16);
	desk_status(ANN);
	assert_int_equal(desk_ask(&clerk, &m), V_OK);
	desk_convert(ANN, desk.now_s);
	desk_convert(ANN, desk.now_s + 1);
	desk_revoke(ANN);
	assert_string_equal(act(1), "21 0 " ANN " desk, semplice, document none");
	assert_string_equal(act(2), "21 0 " BOB " desk, dispositivo, document patente");
	assert_string_equal(act(3), "24 1017 " ANN " ");
	assert_string_equal(act(4), "25 0 " ANN " passaporto");
	assert_string_equal(act(5), "23 0 " ANN " lost");
	assert_string_equal(act(6), "");
	assert_int_equal(desk.sv.stats.operators, 5);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, desk_open, desk_close)
	const struct CMUnitTest tests[] = {
		TEST(the_cost_is_what_issue_wants),
		TEST(unknown_codes_are_refused),
		TEST(one_operator_issues_another_countersigns),
		TEST(what_is_countersigned_is_what_was_issued),
		TEST(dispositivo_needs_a_document_that_is_valid_now),
		TEST(conversion_lifts_and_revocation_lowers),
		TEST(a_new_pin_forgets_the_contacts),
		TEST(a_revocation_needs_a_reason_and_somebody),
		TEST(status_says_what_is_on_record),
		TEST(services_are_listed_as_they_are_read),
		TEST(a_service_can_be_tried_for_a_person),
		TEST(a_wait_that_is_over_is_not_told),
		TEST(figures_count),
		TEST(every_change_is_on_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
