/* SPDX-License-Identifier: BSD-2-Clause */
/* test_lane.c - what may hash waits in line, what only reads never does, and equals are told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <sodium.h>

#include "desk.h"
#include "lane.h"

static const struct rota_label nobody;
static struct rota_label label;

static size_t pack(struct wire_msg *m, uint8_t in[static WIRE_MAX])
{
	size_t n;

	randombytes_buf(m->nonce, sizeof(m->nonce));
	assert_int_equal(wire_encode(m, in, WIRE_MAX, &n), 0);
	return n;
}

static enum lane lane_for(const struct peer *who, struct wire_msg *m)
{
	uint8_t in[WIRE_MAX];
	size_t n = pack(m, in);

	return lane_of(&desk.sv, who, in, n, &label);
}

static struct wire_msg login(const char *cf, const char *pin, const char *service,
			     const char *rhost)
{
	struct wire_msg m = { .type = WIRE_AUTHENTICATE };

	snprintf(m.authenticate.cf, sizeof(m.authenticate.cf), "%s", cf);
	snprintf(m.authenticate.pin, sizeof(m.authenticate.pin), "%s", pin);
	snprintf(m.authenticate.service, sizeof(m.authenticate.service), "%s", service);
	snprintf(m.authenticate.rhost, sizeof(m.authenticate.rhost), "%s", rhost);
	return m;
}

static struct rota_label label_of(const struct peer *who, struct wire_msg m)
{
	assert_int_equal(lane_for(who, &m), LANE_HASH);
	return label;
}

static const enum wire_type all[] = {
#define MSG(NAME, name, code, doc) WIRE_##NAME,
#include "wire.def"
};

/* What the verbs do that are neither logins nor mere questions; all the others are answered at once. */
static bool writes(enum wire_type type)
{
	static const enum wire_type those[] = {
		WIRE_ISSUE, WIRE_ISSUE_RELEASE, WIRE_REVOKE, WIRE_UNLOCK, WIRE_CONVERT, WIRE_CONVERT_ASK, WIRE_CONVERT_JUDGE, WIRE_CF_CHANGE, WIRE_REMIND,
		WIRE_RECOVER, WIRE_RECOVER_CONFIRM,
		WIRE_REQUEST_NEW,
		WIRE_REQUEST_CONFIRM, WIRE_REQUEST_DOCUMENTS, WIRE_REQUEST_JUDGE,
		WIRE_REQUEST_ADDRESS, WIRE_REQUEST_DUPLICATE, WIRE_REQUEST_CANCEL,
		WIRE_REQUEST_RESEND, WIRE_REQUEST_SHOW, WIRE_REQUEST_NEXT, WIRE_DELEGATION_ADD, WIRE_DELEGATION_APPROVE,
		WIRE_DELEGATION_REVOKE, WIRE_REGISTRY_BEGIN, WIRE_REGISTRY_PUT, WIRE_REGISTRY_DONE,
		WIRE_DELEGATION_GET, WIRE_AUDIT_CHECK, /* walks over many rows */
	};

	for (size_t i = 0; i < sizeof(those) / sizeof(*those); i++)
		if (those[i] == type)
			return true;
	return false;
}

static bool hashes(enum wire_type type)
{
	return type == WIRE_AUTHENTICATE || type == WIRE_RENEW_OPEN || type == WIRE_RENEW_COMMIT ||
	       type == WIRE_SELF_STATUS || type == WIRE_SELF_CONVERT || type == WIRE_SELF_CONTACTS;
}

static bool is_order(enum wire_type type)
{
	return type == WIRE_ORDER_TAKE || type == WIRE_ORDER_HALF || type == WIRE_ORDER_DONE ||
	       type == WIRE_ORDER_FAILED;
}

/* Each verb by who may ask it where; asked elsewhere, the refusal is immediate. */
static void every_verb_has_its_lane(void **state)
{
	const struct peer courier = { ROLE_COURIER, true, 44, DUTY_POST },
			  nobodies[] = { { ROLE_AUTH, false, 33, DUTY_ALL },
					 { ROLE_ADMIN, false, 33, DUTY_ALL },
					 { ROLE_COURIER, false, 33, DUTY_ALL },
					 { ROLE_ADMIN, true, 33, 0 },
					 { ROLE_COURIER, true, 33, 0 } };

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		struct wire_msg m = { .type = all[i] };

		assert_int_equal(lane_for(&desk_web, &m), hashes(all[i]) ? LANE_HASH : LANE_NOW);
		assert_int_equal(label.uid, 33);
		assert_int_equal(lane_for(&desk_admin, &m), writes(all[i]) ? LANE_WRITE : LANE_NOW);
		assert_int_equal(lane_for(&courier, &m), is_order(all[i]) ? LANE_WRITE : LANE_NOW);
		for (size_t n = 0; n < sizeof(nobodies) / sizeof(*nobodies); n++)
			assert_int_equal(lane_for(&nobodies[n], &m), LANE_NOW);
	}
}

/* Where there is a codice fiscale in front, it is Ann's. */
static bool begins_with_a_person(enum wire_type type)
{
	return (type < 0x40 && type != WIRE_PING && type != WIRE_REMIND) ||
	       (type >= WIRE_DELEGATION_ADD && type <= WIRE_DELEGATION_GET);
}

/* What the loop answers itself neither hashes nor commits, whatever the bytes. */
static void the_fast_lane_is_fast(void **state)
{
	uint64_t commits;

	(void)state;
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	desk_auth(ANN, ANN_16);
	commits = desk.sv.accounts.commits;
	desk.hashes = 0;
	for (int role = ROLE_AUTH; role <= ROLE_COURIER; role++)
		for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
			const struct peer who = { (enum role)role, true, 0, DUTY_ALL };
			struct wire_msg m = { .type = all[i] };

			if (begins_with_a_person(all[i]))
				memcpy(m.authorize.cf, ANN, 16);
			if (lane_for(&who, &m) == LANE_NOW)
				desk_ask(&who, &m);
		}
	assert_int_equal(desk.hashes, 0);
	assert_int_equal(desk.sv.accounts.commits, commits);
}

static void nonsense_is_answered_at_once(void **state)
{
	struct wire_msg m = login(ANN, "ABCD2345", "login", "");
	uint8_t in[WIRE_MAX];
	size_t n = pack(&m, in);

	(void)state;
	for (size_t len = 0; len < n; len++) {
		assert_int_equal(lane_of(&desk.sv, &desk_root, in, len, &label), LANE_NOW);
		assert_memory_equal(label.whole, nobody.whole, sizeof(label.whole));
		assert_memory_equal(label.person, nobody.person, sizeof(label.person));
	}
	assert_int_equal(lane_of(&desk.sv, &desk_root, in, n, &label), LANE_HASH);
}

/* Equal but for the nonce: one attempt. Any other difference: another. */
static void only_equals_are_equal(void **state)
{
	const struct rota_label one =
		label_of(&desk_root, login(ANN, "ABCD2345", "login", "10.0.0.1"));
	const struct rota_label others[] = {
		label_of(&desk_web, login(ANN, "ABCD2345", "login", "10.0.0.1")),
		label_of(&desk_root, login(BOB, "ABCD2345", "login", "10.0.0.1")),
		label_of(&desk_root, login(ANN, "ABCD2346", "login", "10.0.0.1")),
		label_of(&desk_root, login(ANN, "ABCD2345", "sshd", "10.0.0.1")),
		label_of(&desk_root, login(ANN, "ABCD2345", "login", "10.0.1.1")),
		label_of(&desk_root, login(ANN, "ABCD2345", "login10.0.0.1", "")),
	};
	struct rota_label same = label_of(&desk_root, login(ANN, "ABCD2345", "login", "10.0.0.1"));
	struct wire_msg more = login(ANN, "ABCD2345", "login", "10.0.0.1");

	(void)state;
	assert_memory_equal(&same, &one, sizeof(one));
	assert_memory_not_equal(one.whole, nobody.whole, sizeof(one.whole));
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		assert_memory_not_equal(others[i].whole, one.whole, sizeof(one.whole));
		assert_int_equal(memcmp(others[i].person, one.person, sizeof(one.person)) == 0,
				 i != 1);
	}
	same = label_of(&desk_root, login(ANN, "abcd-2345 ", "login", "10.0.0.200"));
	assert_memory_equal(&same, &one, sizeof(one)); /* the same symbols, from the same network */
	more.authenticate.level = 1;
	same = label_of(&desk_root, more);
	assert_memory_not_equal(same.whole, one.whole, sizeof(one.whole));
}

/* A renewal draws a PIN for who asks: it is never shared, but takes its turn with the person's. */
static void renewals_never_join(void **state)
{
	const struct rota_label one = label_of(&desk_root, login(ANN, "ABCD2345", "login", ""));
	struct wire_msg m = { .type = WIRE_RENEW_OPEN }, c = { .type = WIRE_RENEW_COMMIT },
			u = { .type = WIRE_UNLOCK };

	(void)state;
	memcpy(m.renew_open.cf, ANN, 16);
	memcpy(c.renew_commit.cf, ANN, 16);
	memcpy(u.unlock.cf, ANN, 16);
	assert_int_equal(lane_for(&desk_root, &m), LANE_HASH);
	assert_memory_equal(label.whole, nobody.whole, sizeof(label.whole));
	assert_memory_equal(label.person, one.person, sizeof(label.person));
	assert_int_equal(lane_for(&desk_root, &c), LANE_HASH);
	assert_memory_equal(label.whole, nobody.whole, sizeof(label.whole));
	assert_memory_equal(label.person, one.person, sizeof(label.person));
	assert_int_equal(lane_for(&desk_admin, &u), LANE_WRITE);
	assert_memory_equal(label.whole, nobody.whole, sizeof(label.whole));
}

/* What names nobody waits for nobody: a slow walk of one operator holds no other up. */
static void about_nobody_is_about_nobody(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		struct wire_msg m = { .type = all[i] };

		if (!writes(all[i]))
			continue;
		assert_int_equal(lane_for(&desk_admin, &m), LANE_WRITE);
		assert_memory_equal(label.person, nobody.person, sizeof(label.person));
	}
}

#define FLOOD 300

struct request { /* item first, as rota.h asks */
	struct rota_item item;
	struct wire_msg m;
	struct peer who;
};

/* Ask for a place in the line, as conn.c does. */
static enum rota_put put(struct rota *rota, struct request *r)
{
	struct rota_item *evicted;

	assert_int_equal(lane_for(&r->who, &r->m), LANE_HASH);
	r->item.label = label;
	return rota_put(rota, &r->item, &evicted);
}

/*
 * uid 1000 floods with ten times what is served; uid 33 logs Ann in now and then. Counted in
 * requests that are served, through serve(): none of hers is refused, and she waits for one more.
 */
static void a_flood_delays_nobody_else(void **state)
{
	static struct request flood[FLOOD];
	struct rota *rota;
	unsigned int at = 0, refused = 0;
	char pin[17];

	(void)state;
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	desk_first_login(ANN, ANN_16, pin);
	assert_int_equal(rota_open(&rota, 20, 1), 0);
	for (unsigned int round = 0; round < 30; round++) {
		struct request hers = { .m = login(ANN, pin, "web", ""), .who = desk_web };
		unsigned int steps = 0;
		struct request *r;

		for (int i = 0; i < 10; i++, at++) {
			char guess[9];

			snprintf(guess, sizeof(guess), "%08u", at);
			flood[at] = (struct request){ .m = login(EVE, guess, "web", ""),
						      .who = { ROLE_AUTH, true, 1000, 0 } };
			refused += put(rota, &flood[at]) == ROTA_FULL;
		}
		assert_int_equal(put(rota, &hers), ROTA_QUEUED);
		do {
			r = (struct request *)rota_take(rota);
			assert_non_null(r);
			desk_ask(&r->who, &r->m);
			rota_done(rota, &r->item);
			steps++;
		} while (r != &hers);
		assert_int_equal(desk.rep.verdict.code, V_OK);
		assert_in_range(steps, 1, 2); /* alone it is 1 */
	}
	assert_true(refused > 100); /* the flood was one */
	rota_close(rota);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, desk_open, desk_close)
	const struct CMUnitTest tests[] = {
		TEST(every_verb_has_its_lane),      TEST(the_fast_lane_is_fast),
		TEST(nonsense_is_answered_at_once), TEST(only_equals_are_equal),
		TEST(renewals_never_join),          TEST(about_nobody_is_about_nobody),
		TEST(a_flood_delays_nobody_else),
	};

	return cmocka_run_group_tests_name("lane", tests, NULL, NULL);
}
