/* SPDX-License-Identifier: BSD-2-Clause */
/* test_audit_verbs.c - what auditors are told, and that no row can be changed or taken away unseen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "audit.h"
#include "desk.h"

#define STRETCH 256 /* rows a check looks at in one request */

static const struct peer boss = { ROLE_ADMIN, true, 1002, DUTY_APPROVER },
			 auditor = { ROLE_ADMIN, true, 1004, DUTY_AUDITOR };

/* So many acts. */
static void act(unsigned int n)
{
	struct wire_msg m = { .type = WIRE_REGISTRY_BEGIN, .registry_begin.registry = 1 };

	for (unsigned int i = 0; i < n; i++)
		assert_int_equal(desk_ask(&boss, &m), V_OK);
}

static enum verdict get(uint64_t serial)
{
	struct wire_msg m = { .type = WIRE_AUDIT_GET, .audit_get.serial = serial };

	return desk_ask(&auditor, &m);
}

static struct wire_audit_end head(void)
{
	struct wire_msg m = { .type = WIRE_AUDIT_HEAD };

	assert_int_equal(desk_ask(&auditor, &m), V_OK);
	assert_int_equal(desk.rep.type, WIRE_AUDIT_END);
	return desk.rep.audit_end;
}

/* One stretch from there on. */
static enum verdict check(const struct wire_audit_end *from)
{
	struct wire_msg m = { .type = WIRE_AUDIT_CHECK, .audit_check.serial = from->serial };

	memcpy(m.audit_check.mac, from->mac, sizeof(from->mac));
	return desk_ask(&auditor, &m);
}

/* All of it, as an auditor's tool does. V_OK: it holds. */
static enum verdict check_all(void)
{
	struct wire_audit_end at = { .serial = 0 };
	enum verdict v;

	do {
		v = check(&at);
		if (v == V_OK)
			at = desk.rep.audit_end;
	} while (v == V_OK && !at.complete);
	return v;
}

/* Put a row there, as who can write the disk can. len 0: take it away. */
static void forge(enum store_table table, const uint8_t *key, struct store_row row)
{
	struct store_change c = { table, key, &row };
	struct store_row now;

	assert_int_equal(store_mem.get(desk.store, table, key, &now), 0);
	row.rev = now.rev;
	assert_int_equal(store_mem.commit(desk.store, &c, 1), 0);
}

static struct store_row row_at(uint64_t serial, uint8_t key[static STORE_KEY_LEN])
{
	struct store_row row;

	audit_key(key, serial);
	assert_int_equal(store_mem.get(desk.store, STORE_AUDIT, key, &row), 0);
	return row;
}

static void acts_are_told_in_order(void **state)
{
	(void)state;
	assert_int_equal(get(1), V_UNKNOWN);
	act(2);
	desk.now_s += 10;
	act(1);
	for (uint64_t i = 1; i <= 3; i++) {
		assert_int_equal(get(i), V_OK);
		assert_int_equal(desk.rep.type, WIRE_AUDIT_IS);
		assert_int_equal(desk.rep.audit_is.serial, i);
		assert_int_equal(desk.rep.audit_is.at_s, i < 3 ? desk.now_s - 10 : desk.now_s);
		assert_int_equal(desk.rep.audit_is.uid, 1002);
		assert_int_equal(desk.rep.audit_is.verb, WIRE_REGISTRY_BEGIN);
	}
	assert_int_equal(get(0), V_UNKNOWN);
	assert_int_equal(get(4), V_UNKNOWN);
	assert_int_equal(get(UINT64_MAX), V_UNKNOWN);
}

static void an_empty_chain_holds(void **state)
{
	struct wire_audit_end h = head();
	static const uint8_t zeros[AUDIT_MAC_LEN];

	(void)state;
	assert_int_equal(h.serial, 0);
	assert_memory_equal(h.mac, zeros, sizeof(zeros));
	assert_int_equal(check(&h), V_OK);
	assert_int_equal(desk.rep.audit_end.complete, 1);
	h.mac[0] = 1;
	assert_int_equal(check(&h), V_BROKEN);
}

static void a_check_goes_on_a_stretch_at_a_time(void **state)
{
	struct wire_audit_end at = { .serial = 0 }, h;

	(void)state;
	act(2 * STRETCH + 1);
	h = head();
	assert_int_equal(h.serial, 2 * STRETCH + 1);
	for (uint64_t part = 1; part <= 3; part++) {
		assert_int_equal(check(&at), V_OK);
		at = desk.rep.audit_end;
		assert_int_equal(at.serial, part < 3 ? part * STRETCH : h.serial);
		assert_int_equal(at.complete, part == 3);
	}
	assert_memory_equal(at.mac, h.mac, sizeof(h.mac));
	assert_int_equal(check(&at), V_OK); /* nothing more */
	assert_int_equal(desk.rep.audit_end.complete, 1);
	act(1);
	assert_int_equal(check(&at), V_OK); /* from a head noted before, on to the new one */
	assert_int_equal(desk.rep.audit_end.serial, h.serial + 1);
}

static void each_row_is_missed(void **state)
{
	const struct store_row nothing = { .rev = 0 };

	(void)state;
	act(5);
	for (uint64_t serial = 1; serial <= 5; serial++) {
		uint8_t key[STORE_KEY_LEN];
		struct store_row row = row_at(serial, key);

		assert_int_equal(check_all(), V_OK);
		forge(STORE_AUDIT, key, nothing);
		assert_int_equal(check_all(), V_BROKEN);
		forge(STORE_AUDIT, key, row); /* back in its place, as it was */
		assert_int_equal(check_all(), V_OK);
	}
}

static void a_row_that_was_changed_or_moved_is_seen(void **state)
{
	uint8_t key[STORE_KEY_LEN], other[STORE_KEY_LEN];
	struct store_row row, two, bent;

	(void)state;
	act(4);
	row = row_at(3, key);
	two = row_at(2, other);
	for (size_t i = 0; i < row.len; i += 7) {
		bent = row;
		bent.bytes[i] ^= 1;
		forge(STORE_AUDIT, key, bent);
		assert_int_equal(check_all(), V_BROKEN);
	}
	forge(STORE_AUDIT, key, two); /* another act in its place */
	assert_int_equal(check_all(), V_BROKEN);
	assert_int_equal(get(3), V_FAILED);
}

/* Rows sealed with the right key, but not of this chain: of a copy of the store that went elsewhere. */
static void a_row_of_another_chain_is_seen(void **state)
{
	struct audit_head at = { .serial = 2 };
	struct audit_entry entry = { .at_s = desk.now_s, .uid = 0, .verb = WIRE_REVOKE };
	uint8_t key[STORE_KEY_LEN];
	struct audit_row row;
	struct store_row sealed;

	(void)state;
	act(4);
	memset(at.mac, 7, sizeof(at.mac));
	audit_append(desk.keys, &at, &entry, &row);
	(void)row_at(3, key);
	row.rev = 1;
	seal_put(desk.keys, &audit_row_kind, key, &row, &sealed);
	forge(STORE_AUDIT, key, sealed);
	assert_int_equal(check_all(), V_BROKEN);
}

/* Put an old row back, revision and all. */
static void roll_back(enum store_table table, const uint8_t *key, struct store_row old)
{
	struct store_row now = { .rev = 0 };

	forge(table, key, now);
	while (store_mem.get(desk.store, table, key, &now) == 0 && now.rev < old.rev)
		forge(table, key, old);
}

static void an_old_head_is_seen_by_the_rows_behind_it(void **state)
{
	const struct store_row nothing = { .rev = 0 };
	struct store_row old_head;

	(void)state;
	act(3);
	assert_int_equal(store_mem.get(desk.store, STORE_META, audit_head_key, &old_head), 0);
	act(2);
	assert_int_equal(check_all(), V_OK);
	roll_back(STORE_META, audit_head_key, old_head);
	assert_int_equal(head().serial, 3);
	assert_int_equal(check_all(), V_BROKEN);
	forge(STORE_META, audit_head_key, nothing); /* or none */
	assert_int_equal(head().serial, 0);
	assert_int_equal(check_all(), V_BROKEN);
}

/* Who takes the last rows away and the head with them is found by who noted the head elsewhere. */
static void a_head_noted_elsewhere_tells_what_is_gone(void **state)
{
	const struct store_row nothing = { .rev = 0 };
	struct wire_audit_end noted;
	struct store_row old_head;
	uint8_t key[STORE_KEY_LEN];

	(void)state;
	act(3);
	assert_int_equal(store_mem.get(desk.store, STORE_META, audit_head_key, &old_head), 0);
	act(2);
	noted = head();
	for (uint64_t serial = 4; serial <= 5; serial++) {
		(void)row_at(serial, key);
		forge(STORE_AUDIT, key, nothing);
	}
	assert_int_equal(check_all(), V_BROKEN);
	roll_back(STORE_META, audit_head_key, old_head);
	assert_int_equal(check_all(), V_OK);
	assert_int_equal(check(&noted), V_BROKEN);
	desk.now_s += 1;
	act(3); /* others in their place */
	assert_int_equal(check_all(), V_OK);
	assert_int_equal(check(&noted), V_BROKEN);
}

/* An act between the look at the head and the look behind it: there is more, nothing is broken. */
static struct store_ops meanwhile;

static int get_and_act(struct store *s, enum store_table table, const uint8_t *key, struct store_row *row)
{
	int r = store_mem.get(s, table, key, row);

	if (table == STORE_META) {
		s->ops = &store_mem;
		act(1);
		s->ops = &meanwhile;
		meanwhile.get = store_mem.get;
	}
	return r;
}

static void an_act_in_the_middle_of_a_check_is_no_harm(void **state)
{
	const struct wire_audit_end begin = { .serial = 0 };

	(void)state;
	act(3);
	meanwhile = store_mem;
	meanwhile.get = get_and_act;
	desk.store->ops = &meanwhile;
	assert_int_equal(check(&begin), V_OK);
	assert_int_equal(desk.rep.audit_end.serial, 3);
	assert_int_equal(desk.rep.audit_end.complete, 0);
	desk.store->ops = &store_mem;
	assert_int_equal(check_all(), V_OK);
	assert_int_equal(head().serial, 4);
}

static void a_wrong_place_is_broken(void **state)
{
	struct wire_audit_end at;

	(void)state;
	act(3);
	at = head();
	at.mac[5] ^= 1;
	assert_int_equal(check(&at), V_BROKEN);
	at = head();
	at.serial = 2;
	assert_int_equal(check(&at), V_BROKEN);
	at.serial = 4;
	assert_int_equal(check(&at), V_BROKEN);
	at.serial = UINT64_MAX;
	assert_int_equal(check(&at), V_BROKEN);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, desk_open, desk_close)
	const struct CMUnitTest tests[] = {
		TEST(acts_are_told_in_order),
		TEST(an_empty_chain_holds),
		TEST(a_check_goes_on_a_stretch_at_a_time),
		TEST(each_row_is_missed),
		TEST(a_row_that_was_changed_or_moved_is_seen),
		TEST(a_row_of_another_chain_is_seen),
		TEST(an_old_head_is_seen_by_the_rows_behind_it),
		TEST(a_head_noted_elsewhere_tells_what_is_gone),
		TEST(an_act_in_the_middle_of_a_check_is_no_harm),
		TEST(a_wrong_place_is_broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
