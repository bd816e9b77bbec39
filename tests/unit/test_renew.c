/* SPDX-License-Identifier: BSD-2-Clause */
/* test_renew.c - RENEW_OPEN and RENEW_COMMIT through serve(): what a new PIN takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "calendar.h"
#include "desk.h"
#include "ticket.h"

static const uint8_t no_grant[WIRE_GRANT_LEN];

static struct wire_msg opening(const uint8_t *grant, const char *old)
{
	struct wire_msg m = { .type = WIRE_RENEW_OPEN, .renew_open = { .cf = ANN, .service = "login" } };

	memcpy(m.renew_open.grant, grant, WIRE_GRANT_LEN);
	snprintf(m.renew_open.old, sizeof(m.renew_open.old), "%s", old);
	return m;
}

/* A commit that would go through: the PIN and the ticket of the last RENEWAL, contacts and all. */
static struct wire_msg closing(const uint8_t *grant, const char *old)
{
	struct wire_msg m = { .type = WIRE_RENEW_COMMIT,
			      .renew_commit = { .cf = ANN, .service = "login",
						.email = "anna@example.org", .phone = "+393331234567" } };

	assert_int_equal(desk.rep.type, WIRE_RENEWAL);
	memcpy(m.renew_commit.grant, grant, WIRE_GRANT_LEN);
	memcpy(m.renew_commit.ticket, desk.rep.renewal.ticket, WIRE_TICKET_LEN);
	snprintf(m.renew_commit.old, sizeof(m.renew_commit.old), "%s", old);
	snprintf(m.renew_commit.pin, sizeof(m.renew_commit.pin), "%s", desk.rep.renewal.pin);
	return m;
}

/* ANN with a temporary PIN, and the grant of a first login. */
static void temporary(uint8_t grant[static WIRE_GRANT_LEN])
{
	assert_int_equal(desk_issue(ANN, ANN_16, LEVEL_SEMPLICE), V_OK);
	assert_int_equal(desk_auth(ANN, ANN_16), V_MUST_CHANGE);
	memcpy(grant, desk.rep.verdict.grant, WIRE_GRANT_LEN);
	assert_memory_not_equal(grant, no_grant, WIRE_GRANT_LEN);
}

static void the_first_login_needs_both_contacts(void **state)
{
	uint8_t grant[WIRE_GRANT_LEN];
	struct wire_msg open, m, ok;
	char pin[17];

	(void)state;
	temporary(grant);
	open = opening(grant, "");
	assert_int_equal(desk_ask(&desk_root, &open), V_OK);
	assert_int_equal(desk.rep.renewal.missing, WIRE_MISSING_EMAIL | WIRE_MISSING_PHONE);
	assert_int_equal(strlen(desk.rep.renewal.pin), 8);
	snprintf(pin, sizeof(pin), "%s", desk.rep.renewal.pin);
	ok = closing(grant, "");
	m = ok;
	m.renew_commit.email[0] = '\0';
	assert_int_equal(desk_ask(&desk_root, &m), V_CONTACTS);
	m = ok;
	m.renew_commit.phone[0] = '\0';
	assert_int_equal(desk_ask(&desk_root, &m), V_CONTACTS);
	m = ok;
	snprintf(m.renew_commit.email, sizeof(m.renew_commit.email), "anna@@example");
	assert_int_equal(desk_ask(&desk_root, &m), V_CONTACTS);
	m = ok;
	snprintf(m.renew_commit.phone, sizeof(m.renew_commit.phone), "12");
	assert_int_equal(desk_ask(&desk_root, &m), V_CONTACTS);
	assert_int_equal(desk_auth(ANN, pin), V_WRONG); /* nothing is in force yet */
	assert_int_equal(desk_ask(&desk_root, &ok), V_OK);
	assert_int_equal(desk.rep.verdict.expires_s, calendar_add_months(desk.now_s, 6));
	assert_int_equal(desk_auth(ANN, pin), V_OK);
	assert_int_equal(desk_status(ANN)->missing, 0);
}

static void the_old_pin_works_until_the_new_one_is_typed_back(void **state)
{
	uint8_t grant[WIRE_GRANT_LEN];
	struct wire_msg open, m;

	(void)state;
	temporary(grant);
	open = opening(grant, "");
	for (int i = 0; i < 5; i++) /* as often as applications abort */
		assert_int_equal(desk_ask(&desk_root, &open), V_OK);
	m = closing(grant, "");
	snprintf(m.renew_commit.pin, sizeof(m.renew_commit.pin), "%s", ANN_16);
	assert_int_equal(desk_ask(&desk_root, &m), V_MISTYPED);
	snprintf(m.renew_commit.pin, sizeof(m.renew_commit.pin), "%s", "");
	assert_int_equal(desk_ask(&desk_root, &m), V_MISTYPED);
	assert_int_equal(desk_auth(ANN, ANN_16), V_MUST_CHANGE);
}

static void typed_back_as_people_type(void **state)
{
	uint8_t grant[WIRE_GRANT_LEN];
	struct wire_msg open, m;
	char *p;

	(void)state;
	temporary(grant);
	open = opening(grant, "");
	assert_int_equal(desk_ask(&desk_root, &open), V_OK);
	m = closing(grant, "");
	p = m.renew_commit.pin;
	memmove(p + 5, p + 4, 5);
	p[4] = '-';
	for (; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	assert_int_equal(desk_ask(&desk_root, &m), V_OK);
}

static void renewal_with_the_old_code(void **state)
{
	struct wire_msg open, m;
	char old[17], new[17];

	(void)state;
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	desk_convert(ANN, desk.now_s + 10);
	desk_first_login(ANN, ANN_16, old);
	desk.now_s = calendar_add_months(desk.now_s, 6) + 5; /* expired */
	open = opening(no_grant, "00000000");
	assert_int_equal(desk_ask(&desk_root, &open), V_WRONG);
	assert_int_equal(desk_spent(ANN), 1);
	open = opening(no_grant, old);
	assert_int_equal(desk_ask(&desk_root, &open), V_OK);
	assert_int_equal(desk.rep.renewal.missing, 0); /* the contacts are on record */
	snprintf(new, sizeof(new), "%s", desk.rep.renewal.pin);
	m = closing(no_grant, "00000000");
	assert_int_equal(desk_ask(&desk_root, &m), V_WRONG);
	snprintf(m.renew_commit.old, sizeof(m.renew_commit.old), "%s", old);
	m.renew_commit.email[0] = m.renew_commit.phone[0] = '\0';
	assert_int_equal(desk_ask(&desk_root, &m), V_OK);
	assert_int_equal(desk_auth(ANN, old), V_WRONG);
	assert_int_equal(desk_auth(ANN, new), V_OK);
	assert_int_equal(desk.rep.verdict.level, LEVEL_DISPOSITIVO); /* kept over the renewal */
	assert_int_equal(desk.events[EVENT_RENEWED], 2);
	assert_int_equal(desk_ask(&desk_root, &m), V_WRONG); /* the old one is no proof any more */
}

static void a_grant_is_for_one_person_caller_service_and_two_minutes(void **state)
{
	uint8_t grant[WIRE_GRANT_LEN];
	struct wire_msg m, open;

	(void)state;
	temporary(grant);
	desk_issue(BOB, BOB_16, LEVEL_SEMPLICE);
	open = opening(grant, ANN_16); /* a grant that fails does not fall back on the old PIN */
	m = open;
	snprintf(m.renew_open.cf, sizeof(m.renew_open.cf), "%s", BOB);
	assert_int_equal(desk_ask(&desk_root, &m), V_STALE);
	m = open;
	snprintf(m.renew_open.service, sizeof(m.renew_open.service), "other");
	assert_int_equal(desk_ask(&desk_root, &m), V_STALE);
	assert_int_equal(desk_ask(&desk_web, &open), V_STALE);
	for (size_t i = 0; i < WIRE_GRANT_LEN; i++) {
		m = open;
		m.renew_open.grant[i] ^= 1;
		assert_int_equal(desk_ask(&desk_root, &m), V_STALE);
	}
	desk.now_s += TICKET_GRANT_S - 1;
	assert_int_equal(desk_ask(&desk_root, &open), V_OK);
	desk.now_s += 1;
	assert_int_equal(desk_ask(&desk_root, &open), V_STALE);
	assert_int_equal(desk_spent(ANN), 0);
}

static void a_ticket_is_for_one_person_caller_service_and_ten_minutes(void **state)
{
	uint8_t grant[WIRE_GRANT_LEN];
	struct wire_msg m, open, ok;

	(void)state;
	temporary(grant);
	open = opening(grant, "");
	assert_int_equal(desk_ask(&desk_root, &open), V_OK);
	ok = closing(no_grant, ANN_16);
	m = ok;
	snprintf(m.renew_commit.service, sizeof(m.renew_commit.service), "other");
	assert_int_equal(desk_ask(&desk_root, &m), V_STALE);
	assert_int_equal(desk_ask(&desk_web, &ok), V_STALE);
	for (size_t i = 0; i < WIRE_TICKET_LEN; i++) {
		m = ok;
		m.renew_commit.ticket[i] ^= 0x80;
		assert_int_equal(desk_ask(&desk_root, &m), V_STALE);
	}
	assert_int_equal(desk_spent(ANN), 0); /* a bad ticket costs no attempt */
	desk.now_s += TICKET_S;
	assert_int_equal(desk_ask(&desk_root, &ok), V_STALE);
	desk.now_s -= 1; /* nobody committed the later time */
	assert_int_equal(desk_ask(&desk_root, &ok), V_OK);
}

static void one_renewal_voids_all_other_tickets(void **state)
{
	uint8_t grant[WIRE_GRANT_LEN];
	struct wire_msg open, first, second;

	(void)state;
	temporary(grant);
	open = opening(grant, "");
	assert_int_equal(desk_ask(&desk_root, &open), V_OK);
	first = closing(grant, "");
	assert_int_equal(desk_ask(&desk_root, &open), V_OK);
	second = closing(grant, "");
	assert_string_not_equal(first.renew_commit.pin, second.renew_commit.pin);
	assert_int_equal(desk_ask(&desk_root, &first), V_OK);
	assert_int_equal(desk_ask(&desk_root, &second), V_STALE);
	assert_int_equal(desk_ask(&desk_root, &first), V_STALE); /* nor twice the same */
	assert_int_equal(desk_ask(&desk_root, &open), V_STALE);
	assert_int_equal(desk_auth(ANN, first.renew_commit.pin), V_OK);
	assert_int_equal(desk_auth(ANN, second.renew_commit.pin), V_WRONG);
}

static void a_revocation_voids_grant_and_ticket(void **state)
{
	uint8_t grant[WIRE_GRANT_LEN];
	struct wire_msg open, m;

	(void)state;
	temporary(grant);
	open = opening(grant, "");
	assert_int_equal(desk_ask(&desk_root, &open), V_OK);
	m = closing(grant, "");
	desk_revoke(ANN);
	assert_int_equal(desk_ask(&desk_root, &m), V_STALE);
	assert_int_equal(desk_ask(&desk_root, &open), V_STALE);
	desk_issue(ANN, BOB_16, LEVEL_SEMPLICE);
	assert_int_equal(desk_ask(&desk_root, &m), V_STALE);
}

static void a_lapsed_pin_is_not_renewed(void **state)
{
	struct wire_msg open;
	char pin[17];

	(void)state;
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	desk_first_login(ANN, ANN_16, pin);
	desk.now_s = calendar_add_months(desk.now_s, 12);
	open = opening(no_grant, pin);
	assert_int_equal(desk_ask(&desk_root, &open), V_LAPSED);
}

static void sixteen_symbols_where_the_office_wants_them(void **state)
{
	char pin[17], first_half[9];

	(void)state;
	desk.sv.conf->simplified = 0;
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	desk_first_login(ANN, ANN_16, pin);
	assert_int_equal(strlen(pin), 16);
	desk.hashes = 0;
	assert_int_equal(desk_auth(ANN, pin), V_OK);
	assert_int_equal(desk.hashes, 2);
	snprintf(first_half, sizeof(first_half), "%.8s", pin);
	assert_int_equal(desk_auth(ANN, first_half), V_WRONG);
	pin[15] = pin[15] == '0' ? '1' : '0';
	assert_int_equal(desk_auth(ANN, pin), V_WRONG);
}

static void a_pin_has_nothing_of_the_codice_fiscale(void **state)
{
	uint8_t grant[WIRE_GRANT_LEN];
	struct wire_msg open;

	(void)state;
	temporary(grant);
	open = opening(grant, "");
	for (int i = 0; i < 200; i++) {
		assert_int_equal(desk_ask(&desk_root, &open), V_OK);
		for (size_t at = 0; at + 4 <= 8; at++) {
			char run[5];

			snprintf(run, sizeof(run), "%.4s", desk.rep.renewal.pin + at);
			assert_null(strstr(ANN, run));
		}
	}
}

static void no_memory_changes_nothing(void **state)
{
	uint8_t grant[WIRE_GRANT_LEN];
	struct wire_msg open, m;

	(void)state;
	temporary(grant);
	open = opening(grant, "");
	desk.fail_from = desk.hashes + 1;
	assert_int_equal(desk_ask(&desk_root, &open), V_FAILED);
	desk.fail_from = 0;
	assert_int_equal(desk_ask(&desk_root, &open), V_OK);
	m = closing(grant, "");
	desk.fail_from = desk.hashes + 1;
	assert_int_equal(desk_ask(&desk_root, &m), V_FAILED);
	desk.fail_from = 0;
	assert_int_equal(desk_ask(&desk_root, &m), V_OK);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, desk_open, desk_close)
	const struct CMUnitTest tests[] = {
		TEST(the_first_login_needs_both_contacts),
		TEST(the_old_pin_works_until_the_new_one_is_typed_back),
		TEST(typed_back_as_people_type),
		TEST(renewal_with_the_old_code),
		TEST(a_grant_is_for_one_person_caller_service_and_two_minutes),
		TEST(a_ticket_is_for_one_person_caller_service_and_ten_minutes),
		TEST(one_renewal_voids_all_other_tickets),
		TEST(a_revocation_voids_grant_and_ticket),
		TEST(a_lapsed_pin_is_not_renewed),
		TEST(sixteen_symbols_where_the_office_wants_them),
		TEST(a_pin_has_nothing_of_the_codice_fiscale),
		TEST(no_memory_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
