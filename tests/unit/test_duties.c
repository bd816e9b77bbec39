/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_duties.c - every verb by every socket and every set of duties, against a table written here
 * on its own. What is not in the table is denied; a verb that is not in it fails the test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "desk.h"
#include "dossier.h"
#include "verbs.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

#define FIRM "01234560587"

enum {
	H = DUTY_HELPDESK,
	A = DUTY_APPROVER,
	V = DUTY_AUDITOR,
	E = DUTY_ELECTRONIC,
	P = DUTY_POST,
	W = DUTY_PORTAL
};

static const struct right {
	enum wire_type type;
	enum role role;
	unsigned int duties; /* any of these */
} rights[] = {
	/* Who logs people in has no duties: what is asked there needs a PIN, or says nothing. */
	{ WIRE_AUTHENTICATE, ROLE_AUTH, 0 },
	{ WIRE_AUTHORIZE, ROLE_AUTH, 0 },
	{ WIRE_RENEW_OPEN, ROLE_AUTH, 0 },
	{ WIRE_RENEW_COMMIT, ROLE_AUTH, 0 },
	{ WIRE_SELF_STATUS, ROLE_AUTH, 0 },
	{ WIRE_SELF_CONVERT, ROLE_AUTH, 0 },
	{ WIRE_SELF_CONTACTS, ROLE_AUTH, 0 },
	{ WIRE_PING, ROLE_AUTH, 0 },
	/* The desk. */
	{ WIRE_COST, ROLE_ADMIN, H | A },
	{ WIRE_STATUS, ROLE_ADMIN, H | A },
	{ WIRE_SOURCE_GET, ROLE_ADMIN, H | A },
	{ WIRE_REVOKE, ROLE_ADMIN, H | A },
	{ WIRE_UNLOCK, ROLE_ADMIN, H | A },
	{ WIRE_REMIND, ROLE_ADMIN, H | A },
	{ WIRE_SERVICE_TEST, ROLE_ADMIN, H | A },
	{ WIRE_CONVERT_ASK, ROLE_ADMIN, H | A },
	{ WIRE_REQUEST_NEW, ROLE_ADMIN, H | W },
	{ WIRE_REQUEST_CONFIRM, ROLE_ADMIN, H | W },
	{ WIRE_REQUEST_DOCUMENTS, ROLE_ADMIN, H | A },
	{ WIRE_REQUEST_ADDRESS, ROLE_ADMIN, H | A },
	{ WIRE_REQUEST_DUPLICATE, ROLE_ADMIN, H },
	{ WIRE_REQUEST_CANCEL, ROLE_ADMIN, H | A },
	{ WIRE_REQUEST_SHOW, ROLE_ADMIN, H | A },
	{ WIRE_REQUEST_NEXT, ROLE_ADMIN, H | A },
	{ WIRE_REQUEST_RESEND, ROLE_ADMIN, H },
	{ WIRE_RECOVER, ROLE_ADMIN, H | W },
	{ WIRE_RECOVER_CONFIRM, ROLE_ADMIN, H | W },
	{ WIRE_DELEGATION_ADD, ROLE_ADMIN, H | A },
	{ WIRE_DELEGATION_REVOKE, ROLE_ADMIN, H | A },
	{ WIRE_DELEGATION_GET, ROLE_ADMIN, H | A },
	{ WIRE_REGISTRY_GET, ROLE_ADMIN, H | A },
	/* What gives somebody something. */
	{ WIRE_ISSUE, ROLE_ADMIN, H | A },
	{ WIRE_ISSUE_RELEASE, ROLE_ADMIN, A },
	{ WIRE_CONVERT, ROLE_ADMIN, A },
	{ WIRE_CONVERT_JUDGE, ROLE_ADMIN, A },
	{ WIRE_CF_CHANGE, ROLE_ADMIN, A },
	{ WIRE_REQUEST_JUDGE, ROLE_ADMIN, A },
	{ WIRE_DELEGATION_APPROVE, ROLE_ADMIN, A },
	{ WIRE_REGISTRY_BEGIN, ROLE_ADMIN, A },
	{ WIRE_REGISTRY_PUT, ROLE_ADMIN, A },
	{ WIRE_REGISTRY_DONE, ROLE_ADMIN, A },
	/* Who looks over their shoulders. */
	{ WIRE_AUDIT_GET, ROLE_ADMIN, V },
	{ WIRE_AUDIT_HEAD, ROLE_ADMIN, V },
	{ WIRE_AUDIT_CHECK, ROLE_ADMIN, V },
	{ WIRE_SERVICE_GET, ROLE_ADMIN, H | A | V },
	{ WIRE_STATS, ROLE_ADMIN, H | A | V },
	{ WIRE_STAT_GET, ROLE_ADMIN, H | A | V },
	/* Who carries halves. */
	{ WIRE_ORDER_TAKE, ROLE_COURIER, E | P },
	{ WIRE_ORDER_HALF, ROLE_COURIER, E | P },
	{ WIRE_ORDER_DONE, ROLE_COURIER, E | P },
	{ WIRE_ORDER_FAILED, ROLE_COURIER, E | P },
};

static const enum wire_type all[] = {
#define MSG(NAME, name, code, doc) WIRE_##NAME,
#include "wire.def"
};

static const struct right *right_of(enum wire_type type)
{
	for (size_t i = 0; i < N(rights); i++)
		if (rights[i].type == type)
			return &rights[i];
	return NULL;
}

/* No verb has no row, and no row no verb. */
static void the_table_is_whole(void **state)
{
	size_t verbs = 0;

	(void)state;
	for (size_t i = 0; i < N(all); i++) {
		verbs += all[i] < 0x80;
		if (all[i] < 0x80 && right_of(all[i]) == NULL)
			fail_msg("0x%02x: whose duty is it?", (unsigned int)all[i]);
	}
	assert_int_equal(verbs, N(rights));
}

static void the_verbs_are_the_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(all); i++)
		for (int role = ROLE_AUTH; role <= ROLE_COURIER; role++) {
			const struct right *r = right_of(all[i]);
			const struct verb *v = verb_of(all[i], (enum role)role);

			assert_int_equal(v != NULL, r != NULL && r->role == (enum role)role);
			if (v != NULL)
				assert_int_equal(v->duties, r->duties);
		}
}

/* A question that makes sense from who has these duties: whatever its answer, it is not BAD. */
static struct wire_msg question(enum wire_type type, unsigned int duties)
{
	struct wire_msg m = { .type = type };

	switch (type) {
	case WIRE_REVOKE: snprintf(m.revoke.reason, sizeof(m.revoke.reason), "lost"); break;
	case WIRE_CONVERT_ASK: m.convert_ask.way = WAY_SEDE; break;
	case WIRE_CONVERT_JUDGE: m.convert_judge.approve = 1; break;
	case WIRE_ISSUE: m.issue.category = m.issue.level = 1; break;
	case WIRE_REQUEST_CONFIRM:
	case WIRE_ORDER_HALF:
	case WIRE_ORDER_DONE:
	case WIRE_REMIND:
	case WIRE_RECOVER_CONFIRM:
	case WIRE_SERVICE_GET:
	case WIRE_STAT_GET:
	case WIRE_AUDIT_GET:
	case WIRE_AUDIT_CHECK:
	case WIRE_REQUEST_NEXT:
	case WIRE_PING:
	case WIRE_COST:
	case WIRE_STATS:
	case WIRE_AUDIT_HEAD: return m;
	case WIRE_ORDER_TAKE: m.order_take.to = duties & E ? TO_ELECTRONIC : TO_POST; return m;
	case WIRE_ORDER_FAILED: snprintf(m.order_failed.trouble, 8, "no way"); return m;
	case WIRE_REGISTRY_BEGIN: m.registry_begin.registry = REGISTRY_PATRONATI; return m;
	case WIRE_REGISTRY_DONE: m.registry_done.registry = REGISTRY_PATRONATI; return m;
	case WIRE_REGISTRY_GET:
	case WIRE_REGISTRY_PUT:
		m.registry_put.registry = REGISTRY_PATRONATI; /* the same bytes in both */
		memcpy(type == WIRE_REGISTRY_PUT ? m.registry_put.code : m.registry_get.code, ANN, 17);
		return m;
	case WIRE_REQUEST_DUPLICATE:
		memcpy(m.request_duplicate.cf, ANN, 17);
		__attribute__((fallthrough));
	case WIRE_REQUEST_DOCUMENTS:
	case WIRE_REQUEST_JUDGE:
	case WIRE_REQUEST_ADDRESS:
	case WIRE_REQUEST_CANCEL:
	case WIRE_REQUEST_SHOW:
	case WIRE_REQUEST_RESEND:
		memcpy(m.request_show.number, "2026-0000123-T", 15); /* where it is in all of them */
		if (type == WIRE_REQUEST_CANCEL)
			snprintf(m.request_cancel.reason, sizeof(m.request_cancel.reason), "why");
		if (type == WIRE_REQUEST_JUDGE)
			m.request_judge.approve = 1;
		return m;
	case WIRE_CF_CHANGE: memcpy(m.cf_change.new, BOB, 17); break;
	case WIRE_DELEGATION_ADD: memcpy(m.delegation_add.company, FIRM, 12); break;
	case WIRE_DELEGATION_APPROVE: memcpy(m.delegation_approve.company, FIRM, 12); break;
	case WIRE_DELEGATION_REVOKE:
		memcpy(m.delegation_revoke.company, FIRM, 12);
		snprintf(m.delegation_revoke.reason, sizeof(m.delegation_revoke.reason), "why");
		break;
	default: break;
	}
	memcpy(m.status.cf, ANN, 17); /* the first field of the rest */
	return m;
}

/* What somebody with these duties is told. */
static void ask_as(enum wire_type type, const struct peer *who)
{
	struct wire_msg m = question(type, who->duties);
	const struct right *r = right_of(type);
	unsigned int denied = desk.events[EVENT_DENIED];
	enum verdict v;
	bool here = r != NULL && r->role == who->role;
	bool may = who->may && here && (r->role == ROLE_AUTH || (r->duties & who->duties) != 0);
	bool right;

	if (type == WIRE_ORDER_TAKE && (who->duties & (E | P)) == P)
		m.order_take.to = TO_POST; /* one's own orders */
	v = desk_ask(who, &m);
	right = !here ? v == V_BAD : !may ? v == V_DENIED : v != V_DENIED && v != V_BAD;
	if (!right)
		fail_msg("0x%02x by socket %d, duties %u, may %d: %s", (unsigned int)type, (int)who->role,
			 who->duties, who->may, verdict_name(v));
	assert_true(desk.events[EVENT_DENIED] - denied <= (here && !may)); /* once a minute: serve.c */
}

static void each_set_of_duties(enum wire_type type, enum role role)
{
	for (unsigned int bits = 0; bits <= 2 * DUTY_ALL + 1; bits++) {
		const struct peer who = { role, bits & 1, 0, bits >> 1 };

		ask_as(type, &who);
	}
}

static void everybody_asks_everything_everywhere(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(all); i++)
		for (int role = ROLE_AUTH; role <= ROLE_COURIER; role++)
			each_set_of_duties(all[i], (enum role)role);
}

/* What a public page may do, and nothing else of what the desk does. */
static void a_page_is_no_desk(void **state)
{
	unsigned int n = 0;

	(void)state;
	for (size_t i = 0; i < N(all); i++) {
		const struct verb *v = verb_of(all[i], ROLE_ADMIN);

		n += v != NULL && (v->duties & W) != 0;
	}
	assert_int_equal(n, 4);
}

/* Both halves in one pair of hands would be a PIN: nobody but root serves both couriers' orders. */
static void a_courier_has_one_half_to_carry(void **state)
{
	const struct peer mail = { ROLE_COURIER, true, 900, E }, press = { ROLE_COURIER, true, 901, P };
	struct wire_msg m = { .type = WIRE_ORDER_TAKE, .order_take.to = TO_ELECTRONIC };

	(void)state;
	assert_int_equal(desk_ask(&mail, &m), V_UNKNOWN);
	assert_int_equal(desk_ask(&press, &m), V_DENIED);
	m.order_take.to = TO_POST;
	assert_int_equal(desk_ask(&mail, &m), V_DENIED);
	assert_int_equal(desk_ask(&press, &m), V_UNKNOWN);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, desk_open, desk_close)
	const struct CMUnitTest tests[] = {
		TEST(the_table_is_whole),
		TEST(the_verbs_are_the_table),
		TEST(everybody_asks_everything_everywhere),
		TEST(a_page_is_no_desk),
		TEST(a_courier_has_one_half_to_carry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
