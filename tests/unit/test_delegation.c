/* SPDX-License-Identifier: BSD-2-Clause */
/* test_delegation.c - who may act for whom, from the request to its end, and at every login. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "desk.h"
#include "dossier.h"

#define FIRM   "01234560587" /* invented companies */
#define FIRM_2 "07654320154"
#define DAY_S  86400u

static const struct peer clerk = { ROLE_ADMIN, true, 1001, DUTY_HELPDESK },
			 boss = { ROLE_ADMIN, true, 1002, DUTY_HELPDESK | DUTY_APPROVER },
			 boss_2 = { ROLE_ADMIN, true, 1003, DUTY_APPROVER },
			 auditor = { ROLE_ADMIN, true, 1004, DUTY_AUDITOR };

static enum verdict add(const struct peer *who, const char *cf, const char *company, uint64_t until_s)
{
	struct wire_msg m = { .type = WIRE_DELEGATION_ADD, .delegation_add.until_s = until_s };

	snprintf(m.delegation_add.cf, sizeof(m.delegation_add.cf), "%s", cf);
	snprintf(m.delegation_add.company, sizeof(m.delegation_add.company), "%s", company);
	return desk_ask(who, &m);
}

static enum verdict approve(const struct peer *who, const char *cf, const char *company)
{
	struct wire_msg m = { .type = WIRE_DELEGATION_APPROVE };

	snprintf(m.delegation_approve.cf, sizeof(m.delegation_approve.cf), "%s", cf);
	snprintf(m.delegation_approve.company, sizeof(m.delegation_approve.company), "%s", company);
	return desk_ask(who, &m);
}

static enum verdict revoke_for(const char *cf, const char *company, const char *reason)
{
	struct wire_msg m = { .type = WIRE_DELEGATION_REVOKE };

	snprintf(m.delegation_revoke.cf, sizeof(m.delegation_revoke.cf), "%s", cf);
	snprintf(m.delegation_revoke.company, sizeof(m.delegation_revoke.company), "%s", company);
	snprintf(m.delegation_revoke.reason, sizeof(m.delegation_revoke.reason), "%s", reason);
	return desk_ask(&clerk, &m);
}

static enum verdict get(const char *cf, uint32_t index)
{
	struct wire_msg m = { .type = WIRE_DELEGATION_GET, .delegation_get.index = index };

	snprintf(m.delegation_get.cf, sizeof(m.delegation_get.cf), "%s", cf);
	return desk_ask(&clerk, &m);
}

/* The row of the one delegation that cf has. */
static const struct wire_delegation_is *only(const char *cf)
{
	assert_int_equal(get(cf, 1), V_UNKNOWN);
	assert_int_equal(get(cf, 0), V_OK);
	assert_int_equal(desk.rep.type, WIRE_DELEGATION_IS);
	return &desk.rep.delegation_is;
}

static uint64_t acts(void)
{
	struct wire_msg m = { .type = WIRE_AUDIT_HEAD };

	desk_ask(&auditor, &m);
	assert_int_equal(desk.rep.type, WIRE_AUDIT_END);
	return desk.rep.audit_end.serial;
}

/* A login that says whom it acts for; empty: nobody else. */
static enum verdict login_for(const char *cf, const char *pin, const char *service, const char *company)
{
	struct wire_msg m = { .type = WIRE_AUTHENTICATE };

	snprintf(m.authenticate.cf, sizeof(m.authenticate.cf), "%s", cf);
	snprintf(m.authenticate.pin, sizeof(m.authenticate.pin), "%s", pin);
	snprintf(m.authenticate.service, sizeof(m.authenticate.service), "%s", service);
	snprintf(m.authenticate.on_behalf_of, sizeof(m.authenticate.on_behalf_of), "%s", company);
	return desk_ask(&desk_root, &m);
}

static enum verdict authorize_for(const char *cf, const char *service, const char *company)
{
	struct wire_msg m = { .type = WIRE_AUTHORIZE };

	snprintf(m.authorize.cf, sizeof(m.authorize.cf), "%s", cf);
	snprintf(m.authorize.service, sizeof(m.authorize.service), "%s", service);
	snprintf(m.authorize.on_behalf_of, sizeof(m.authorize.on_behalf_of), "%s", company);
	return desk_ask(&desk_root, &m);
}

static void service(const char *name, enum conf_on_behalf behalf)
{
	struct conf *c = desk.sv.conf;

	desk_service(name, LEVEL_SEMPLICE, ~0u, (uid_t)-1);
	c->services[c->n_services - 1].on_behalf_of = (uint8_t)behalf;
}

static void from_request_to_end(void **state)
{
	const struct wire_delegation_is *d;
	uint64_t made_s = desk.now_s, until_s = desk.now_s + 30 * DAY_S;

	(void)state;
	assert_int_equal(approve(&boss, ANN, FIRM), V_UNKNOWN);
	assert_int_equal(revoke_for(ANN, FIRM, "why"), V_UNKNOWN);
	assert_int_equal(get(ANN, 0), V_UNKNOWN);
	assert_int_equal(add(&boss, ANN, FIRM, until_s), V_OK);
	assert_int_equal(add(&clerk, ANN, FIRM, 0), V_LIVE);
	d = only(ANN);
	assert_true(!d->approved && !d->revoked && d->made_s == made_s && d->until_s == until_s);
	assert_true(d->made_by == 1002 && d->approved_by == 0);
	assert_string_equal(d->company, FIRM);
	assert_int_equal(approve(&boss, ANN, FIRM), V_SELF);
	assert_int_equal(approve(&clerk, ANN, FIRM), V_DENIED);
	assert_int_equal(approve(&boss_2, ANN, FIRM), V_OK);
	d = only(ANN);
	assert_true(d->approved && d->approved_by == 1003 && d->made_by == 1002);
	assert_int_equal(add(&clerk, ANN, FIRM, 0), V_LIVE);
	assert_int_equal(revoke_for(ANN, FIRM, ""), V_BAD);
	assert_int_equal(revoke_for(ANN, FIRM, "proxy withdrawn"), V_OK);
	assert_int_equal(only(ANN)->revoked, 1);
	assert_int_equal(approve(&boss_2, ANN, FIRM), V_REVOKED);
	assert_int_equal(add(&clerk, ANN, FIRM, 0), V_OK); /* anew, and to be approved anew */
	d = only(ANN);
	assert_true(!d->approved && !d->revoked && d->made_by == 1001 && d->until_s == 0);
	assert_int_equal(approve(&boss, ANN, FIRM), V_OK);
}

static void root_cannot_be_two_operators(void **state)
{
	(void)state;
	assert_int_equal(add(&desk_admin, ANN, FIRM, 0), V_OK);
	assert_int_equal(approve(&desk_admin, ANN, FIRM), V_SELF);
	assert_int_equal(approve(&boss, ANN, FIRM), V_OK);
}

static void what_is_over_makes_place(void **state)
{
	(void)state;
	assert_int_equal(add(&clerk, ANN, FIRM, desk.now_s), V_BAD); /* over before it begins */
	assert_int_equal(add(&clerk, ANN, FIRM, desk.now_s + 10), V_OK);
	desk.now_s += 9;
	assert_int_equal(add(&clerk, ANN, FIRM, 0), V_LIVE);
	desk.now_s += 1;
	assert_int_equal(approve(&boss, ANN, FIRM), V_STATE);
	assert_int_equal(add(&clerk, ANN, FIRM, 0), V_OK);
	assert_int_equal(only(ANN)->until_s, 0);
}

static void nonsense_is_refused(void **state)
{
	static const char *const not_people[] = { "", FIRM, "rssmra85t10a562s", "RSSMRA85T10A562T" };
	static const char *const not_firms[] = { "", "01234560588", "0123456058", "IT01234560587", ANN };

	(void)state;
	for (size_t i = 0; i < sizeof(not_people) / sizeof(*not_people); i++) {
		assert_int_equal(add(&clerk, not_people[i], FIRM, 0), V_BAD);
		assert_int_equal(approve(&boss, not_people[i], FIRM), V_BAD);
		assert_int_equal(revoke_for(not_people[i], FIRM, "why"), V_BAD);
		assert_int_equal(get(not_people[i], 0), V_BAD);
	}
	for (size_t i = 0; i < sizeof(not_firms) / sizeof(*not_firms); i++) {
		assert_int_equal(add(&clerk, ANN, not_firms[i], 0), V_BAD);
		assert_int_equal(approve(&boss, ANN, not_firms[i]), V_BAD);
		assert_int_equal(revoke_for(ANN, not_firms[i], "why"), V_BAD);
	}
	assert_int_equal(add(&clerk, ANN, BOB, 0), V_OK); /* who trades under their own name */
	assert_int_equal(acts(), 1);
}

static void each_change_is_on_record_and_nothing_else(void **state)
{
	struct wire_msg m = { .type = WIRE_AUDIT_GET };
	static const struct {
		uint8_t verb;
		uint32_t uid;
		const char *detail;
	} want[] = { { WIRE_DELEGATION_ADD, 1001, "" },
		     { WIRE_DELEGATION_APPROVE, 1002, "" },
		     { WIRE_DELEGATION_REVOKE, 1001, "lost trust" } };

	(void)state;
	add(&clerk, ANN, FIRM, 0);
	add(&clerk, ANN, FIRM, 0);         /* LIVE */
	approve(&boss, BOB, FIRM);         /* UNKNOWN */
	approve(&boss, ANN, FIRM);
	approve(&boss_2, ANN, FIRM);       /* OK already: the first approval stays */
	assert_int_equal(only(ANN)->approved_by, 1002);
	revoke_for(ANN, FIRM, "lost trust");
	revoke_for(ANN, FIRM, "again");    /* OK already */
	assert_int_equal(acts(), 3);
	assert_int_equal(desk.events[EVENT_DECLINED], 2);
	for (uint64_t i = 0; i < 3; i++) {
		m.audit_get.serial = i + 1;
		assert_int_equal(desk_ask(&auditor, &m), V_OK);
		assert_int_equal(desk.rep.audit_is.verb, want[i].verb);
		assert_int_equal(desk.rep.audit_is.uid, want[i].uid);
		assert_string_equal(desk.rep.audit_is.cf, ANN);
		assert_string_equal(desk.rep.audit_is.object, FIRM);
		assert_string_equal(desk.rep.audit_is.detail, want[i].detail);
	}
}

/* Each person's are listed, once each, and nobody else's. */
static void they_are_listed_by_person(void **state)
{
	unsigned int seen[3] = { 0 };
	static const char *const firms[] = { FIRM, FIRM_2, BOB };

	(void)state;
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(add(&clerk, ANN, firms[i], 0), V_OK);
	assert_int_equal(add(&clerk, BOB, FIRM, 0), V_OK);
	for (uint32_t i = 0; i < 3; i++) {
		assert_int_equal(get(ANN, i), V_OK);
		for (size_t f = 0; f < 3; f++)
			seen[f] += strcmp(desk.rep.delegation_is.company, firms[f]) == 0;
	}
	assert_true(seen[0] == 1 && seen[1] == 1 && seen[2] == 1);
	assert_int_equal(get(ANN, 3), V_UNKNOWN);
	assert_int_equal(get(ANN, UINT32_MAX), V_UNKNOWN);
	assert_string_equal(only(BOB)->company, FIRM);
	assert_int_equal(get(EVE, 0), V_UNKNOWN);
}

/* ---- logins ---- */

static void a_login_may_or_must_say_whom_it_acts_for(void **state)
{
	char pin[17];

	(void)state;
	service("may", CONF_MAY_BEHALF);
	service("must", CONF_MUST_BEHALF);
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	desk_first_login(ANN, ANN_16, pin);
	add(&clerk, ANN, FIRM, 0);
	approve(&boss, ANN, FIRM);
	assert_int_equal(login_for(ANN, pin, "login", ""), V_OK);
	assert_int_equal(login_for(ANN, pin, "login", FIRM), V_DELEGATION); /* the default is no */
	assert_int_equal(login_for(ANN, pin, "may", ""), V_OK);
	assert_int_equal(login_for(ANN, pin, "may", FIRM), V_OK);
	assert_int_equal(desk.rep.verdict.level, LEVEL_SEMPLICE);
	assert_int_equal(login_for(ANN, pin, "may", FIRM_2), V_DELEGATION);
	assert_int_equal(desk.rep.verdict.level, 0);
	assert_int_equal(login_for(ANN, pin, "must", ""), V_DELEGATION);
	assert_int_equal(login_for(ANN, pin, "must", FIRM), V_OK);
	assert_int_equal(login_for(ANN, pin, "must", FIRM_2), V_DELEGATION);
	assert_int_equal(login_for(ANN, pin, "must", ANN), V_DELEGATION); /* oneself is nobody else */
	assert_int_equal(login_for(ANN, pin, "must", "nonsense"), V_DELEGATION);
	assert_int_equal(desk_spent(ANN), 0); /* the PIN was right: no attempt is spent */
	assert_int_equal(authorize_for(ANN, "login", FIRM), V_DELEGATION);
	assert_int_equal(authorize_for(ANN, "may", FIRM), V_OK);
	assert_int_equal(authorize_for(ANN, "may", FIRM_2), V_DELEGATION);
	assert_int_equal(authorize_for(ANN, "must", ""), V_DELEGATION);
	assert_int_equal(authorize_for(ANN, "must", FIRM), V_OK);
}

static void only_an_approved_delegation_opens(void **state)
{
	char pin[17];

	(void)state;
	service("must", CONF_MUST_BEHALF);
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	assert_int_equal(login_for(ANN, ANN_16, "must", FIRM), V_DELEGATION); /* temporary, too */
	desk_first_login(ANN, ANN_16, pin);
	assert_int_equal(login_for(ANN, pin, "must", FIRM), V_DELEGATION);
	add(&clerk, ANN, FIRM, desk.now_s + 100);
	assert_int_equal(login_for(ANN, pin, "must", FIRM), V_DELEGATION);
	approve(&boss, ANN, FIRM);
	assert_int_equal(login_for(ANN, pin, "must", FIRM), V_OK);
	desk.now_s += 99;
	assert_int_equal(login_for(ANN, pin, "must", FIRM), V_OK);
	desk.now_s += 1;
	assert_int_equal(login_for(ANN, pin, "must", FIRM), V_DELEGATION);
	assert_int_equal(authorize_for(ANN, "must", FIRM), V_DELEGATION);
	add(&clerk, ANN, FIRM, 0);
	assert_int_equal(login_for(ANN, pin, "must", FIRM), V_DELEGATION);
	approve(&boss, ANN, FIRM);
	assert_int_equal(login_for(ANN, pin, "must", FIRM), V_OK);
	revoke_for(ANN, FIRM, "why");
	assert_int_equal(login_for(ANN, pin, "must", FIRM), V_DELEGATION);
	assert_int_equal(authorize_for(ANN, "must", FIRM), V_DELEGATION);
}

/* Domain rule 45: delegations are the codice fiscale's, not the PIN's. */
static void a_delegation_outlives_the_pin(void **state)
{
	char pin[17];

	(void)state;
	service("must", CONF_MUST_BEHALF);
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	add(&clerk, ANN, FIRM, 0);
	approve(&boss, ANN, FIRM);
	desk_revoke(ANN);
	assert_int_equal(login_for(ANN, ANN_16, "must", FIRM), V_WRONG);
	desk_issue(ANN, BOB_16, LEVEL_SEMPLICE);
	desk_first_login(ANN, BOB_16, pin);
	assert_int_equal(login_for(ANN, pin, "must", FIRM), V_OK);
	assert_int_equal(login_for(BOB, pin, "must", FIRM), V_WRONG);
}

/* Without the right PIN nobody learns who acts for whom: not by the answer, not by the work. */
static void a_wrong_pin_says_nothing_of_delegations(void **state)
{
	static const char *const people[] = { ANN, BOB, EVE };
	static const char *const firms[] = { "", FIRM, FIRM_2, "nonsense" };
	uint8_t first[WIRE_MAX];
	size_t len = 0;

	(void)state;
	service("must", CONF_MUST_BEHALF);
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	desk_issue(BOB, BOB_16, LEVEL_SEMPLICE);
	add(&clerk, ANN, FIRM, 0);
	approve(&boss, ANN, FIRM);
	for (size_t p = 0; p < 3; p++)
		for (size_t f = 0; f < 4; f++) {
			unsigned int hashes = desk.hashes;

			desk.now_s += DAY_S + 1; /* no waits, no repetitions */
			assert_int_equal(login_for(people[p], "ZZZZ9999", "must", firms[f]), V_WRONG);
			assert_int_equal(desk.hashes - hashes, 1);
			if (len == 0)
				memcpy(first, desk.bytes, len = desk.len);
			assert_int_equal(desk.len, len);
			assert_memory_equal(desk.bytes, first, len);
			desk_unlock(people[p]);
		}
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, desk_open, desk_close)
	const struct CMUnitTest tests[] = {
		TEST(from_request_to_end),
		TEST(root_cannot_be_two_operators),
		TEST(what_is_over_makes_place),
		TEST(nonsense_is_refused),
		TEST(each_change_is_on_record_and_nothing_else),
		TEST(they_are_listed_by_person),
		TEST(a_login_may_or_must_say_whom_it_acts_for),
		TEST(only_an_approved_delegation_opens),
		TEST(a_delegation_outlives_the_pin),
		TEST(a_wrong_pin_says_nothing_of_delegations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
