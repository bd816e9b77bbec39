/* SPDX-License-Identifier: BSD-2-Clause */
/* test_act_rows.c - what an act sees of its own rows, and what a body must not do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "act.h"
#include "faulty.h"

static const uint64_t T = 1767225600;
static struct keys *keys;
static struct faulty f;
static struct accounts a;

static int setup(void **state)
{
	uint8_t root[KEYS_ROOT_LEN] = { 5 };

	(void)state;
	if (sodium_init() < 0 || keys_from(&keys, root) != 0 || faulty_open(&f, "mem:") != 0)
		return -1;
	return accounts_open(&a, &f.store, keys, T);
}

static int teardown(void **state)
{
	(void)state;
	faulty_close(&f);
	keys_close(keys);
	return 0;
}

static enum verdict run(act_body_fn *body, void *arg)
{
	f.log[0] = '\0';
	return act_run(&a, 1, 2, T, body, arg);
}

static const uint8_t *order_key(uint8_t key[static STORE_KEY_LEN], uint64_t serial)
{
	const struct order o = { .to = TO_POST, .serial = serial };

	dossier_order_key(key, &o);
	return key;
}

static struct order get(struct act *act, uint64_t serial)
{
	uint8_t key[STORE_KEY_LEN];
	struct order o;

	memset(&o, 0xff, sizeof(o));
	assert_true(act_get(act, &dossier_order, order_key(key, serial), &o));
	return o;
}

static void put(struct act *act, const struct order *o)
{
	uint8_t key[STORE_KEY_LEN];

	act_put(act, &dossier_order, order_key(key, o->serial), o);
}

/* "serial:tries:rev " of all orders in the store. */
static const char *orders(void)
{
	static char line[256];
	uint8_t key[STORE_KEY_LEN];
	struct store_row row;
	struct order o;
	size_t n = 0;
	int r = f.real->ops->next(f.real, STORE_ORDER, NULL, key, &row);

	line[0] = '\0';
	for (; r == 0 && row.rev != 0; r = f.real->ops->next(f.real, STORE_ORDER, key, key, &row)) {
		assert_int_equal(seal_get(keys, &dossier_order, key, &row, &o), 0);
		n += (size_t)snprintf(line + n, sizeof(line) - n, "%u:%u:%u ", (unsigned int)o.serial,
				      (unsigned int)o.tries, (unsigned int)o.rev);
	}
	assert_int_equal(r, 0);
	return line;
}

static enum verdict make_three(struct act *act, void *arg)
{
	(void)arg;
	for (uint64_t serial = 1; serial <= 3; serial++)
		put(act, &(struct order){ .to = TO_POST, .serial = serial });
	return V_OK;
}

/* Put, get, put again: a new row keeps rev 0, an old one its own, until it is committed once. */
static enum verdict put_and_look(struct act *act, void *arg)
{
	struct order o = get(act, 7), old = get(act, 2);

	assert_true(o.rev == 0 && o.serial == 0);
	o.serial = 7;
	for (o.tries = 1; o.tries < 4; o.tries++) {
		put(act, &o);
		assert_int_equal(get(act, 7).tries, o.tries);
		assert_true(get(act, 7).rev == 0);
		o = get(act, 7);
	}
	assert_true(old.rev == 1 && old.tries == 0);
	old.tries = 5;
	put(act, &old);
	old = get(act, 2);
	assert_true(old.rev == 1 && old.tries == 5);
	old.tries++;
	put(act, &old);
	assert_int_equal(get(act, 2).tries, 6);
	(void)arg;
	return V_OK;
}

static void test_what_was_put_is_seen(void **state)
{
	(void)state;
	assert_int_equal(run(make_three, NULL), V_OK);
	assert_string_equal(orders(), "1:0:1 2:0:1 3:0:1 ");
	assert_int_equal(run(put_and_look, NULL), V_OK);
	assert_string_equal(orders(), "1:0:1 2:6:2 3:0:1 7:3:1 ");
	assert_string_equal(f.log, "gM gO gO c[OOAM] "); /* each read once, written once */
}

static enum verdict delete_and_look(struct act *act, void *arg)
{
	uint8_t key[STORE_KEY_LEN];
	const struct order zero = { .rev = 0 };
	struct order o = get(act, 2);

	act_delete(act, &dossier_order, order_key(key, 2), o.rev);
	o = get(act, 2);
	assert_memory_equal(&o, &zero, sizeof(o));
	o = (struct order){ .to = TO_POST, .serial = 9 };
	put(act, &o); /* new, and given up again */
	act_delete(act, &dossier_order, order_key(key, 9), 0);
	assert_int_equal(get(act, 9).serial, 0);
	(void)arg;
	return V_OK;
}

static void test_what_was_deleted_is_gone(void **state)
{
	(void)state;
	assert_int_equal(run(make_three, NULL), V_OK);
	assert_int_equal(run(delete_and_look, NULL), V_OK);
	assert_string_equal(orders(), "1:0:1 3:0:1 ");
}

/* Walks see the store as it is, whatever the act has in hand; what they find may be changed. */
static enum verdict walk(struct act *act, void *arg)
{
	uint8_t key[STORE_KEY_LEN], first[STORE_KEY_LEN];
	struct order o;
	char seen[32] = "";
	size_t n = 0;

	put(act, &(struct order){ .to = TO_POST, .serial = 0, .tries = 1 }); /* would be the first */
	assert_true(act_next(act, &dossier_order, NULL, key, &o));
	memcpy(first, key, sizeof(key));
	act_delete(act, &dossier_order, key, o.rev);
	while (o.rev != 0) {
		n += (size_t)snprintf(seen + n, sizeof(seen) - n, "%u ", (unsigned int)o.serial);
		if (o.serial == 2) {
			o.tries = 9;
			act_put(act, &dossier_order, key, &o);
		}
		assert_true(act_next(act, &dossier_order, key, key, &o));
	}
	assert_string_equal(seen, "1 2 3 ");
	assert_true(sodium_is_zero(key, sizeof(key)));
	assert_true(act_next(act, &dossier_order, NULL, key, &o)); /* deleted, but not yet for all */
	assert_memory_equal(key, first, sizeof(key));
	assert_int_equal(get(act, 2).tries, 9);
	(void)arg;
	return V_OK;
}

static void test_walks_see_what_is_committed(void **state)
{
	(void)state;
	assert_int_equal(run(make_three, NULL), V_OK);
	assert_int_equal(run(walk, NULL), V_OK);
	assert_string_equal(orders(), "0:1:1 2:9:2 3:0:1 ");
}

static enum verdict take_rows(struct act *act, void *arg)
{
	uint8_t key[STORE_KEY_LEN];
	uint64_t n = *(uint64_t *)arg;
	struct order o;

	for (uint64_t serial = 10; serial < 10 + n; serial++) {
		memset(&o, 0xff, sizeof(o));
		if (act_get(act, &dossier_order, order_key(key, serial), &o)) {
			o.serial = serial;
			put(act, &o);
		} else {
			assert_true(sodium_is_zero((uint8_t *)&o, sizeof(o)));
		}
	}
	return V_OK;
}

/* Too many rows are refused, never forgotten. */
static void test_as_many_rows_as_there_are(void **state)
{
	uint64_t n = ACT_ROWS + 1;

	(void)state;
	assert_int_equal(run(take_rows, &n), V_FAILED);
	assert_string_equal(orders(), "");
	n = ACT_ROWS;
	assert_int_equal(act_run(&a, 1, 2, T + 5, take_rows, &n), V_OK); /* and the clock's */
	assert_string_equal(orders(), "10:0:1 11:0:1 12:0:1 13:0:1 14:0:1 15:0:1 16:0:1 17:0:1 ");
	assert_int_equal(ACT_ROWS, 8);
}

static enum verdict put_one_too_many(struct act *act, void *arg)
{
	uint64_t n = ACT_ROWS;

	(void)take_rows(act, &n);
	put(act, &(struct order){ .to = TO_POST, .serial = 99 });
	(void)arg;
	return V_OK;
}

/* A rev that is not the row's: nothing is written over what was not looked at. */
static enum verdict put_another_rev(struct act *act, void *arg)
{
	struct order o = get(act, 1);

	o.rev += *(uint64_t *)arg;
	put(act, &o);
	return V_OK;
}

static enum verdict delete_another_rev(struct act *act, void *arg)
{
	uint8_t key[STORE_KEY_LEN];

	act_delete(act, &dossier_order, order_key(key, 1), *(uint64_t *)arg);
	return V_OK;
}

static void test_bodies_that_are_wrong(void **state)
{
	uint64_t by[] = { 1, UINT64_MAX };

	(void)state;
	assert_int_equal(run(make_three, NULL), V_OK);
	assert_int_equal(run(put_one_too_many, NULL), V_FAILED);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(run(put_another_rev, &by[i]), V_FAILED);
		assert_int_equal(run(delete_another_rev, &by[i]), by[i] == 1 ? V_OK : V_FAILED);
	}
	assert_string_equal(orders(), "2:0:1 3:0:1 ");
	assert_int_equal(a.broken, 0);
}

/* A rev that is not the row's the first time only: what was read had moved, so the body runs again. */
static enum verdict put_wrong_once(struct act *act, void *arg)
{
	unsigned int *runs = arg;
	struct order o = get(act, 2);

	if (++*runs == 1) {
		o.rev++;
		snprintf(act->entry.object, sizeof(act->entry.object), "the first time");
	}
	o.tries = *runs;
	put(act, &o);
	return V_OK;
}

static void test_another_run_begins_anew(void **state)
{
	const uint8_t second[STORE_KEY_LEN] = { [7] = 2 };
	unsigned int runs = 0;
	struct audit_row said;
	struct store_row row;

	(void)state;
	assert_int_equal(run(make_three, NULL), V_OK);
	assert_int_equal(run(put_wrong_once, &runs), V_OK);
	assert_int_equal(runs, 2);
	assert_string_equal(orders(), "1:0:1 2:2:2 3:0:1 ");
	assert_int_equal(f.real->ops->get(f.real, STORE_AUDIT, second, &row), 0);
	assert_int_equal(seal_get(keys, &audit_row_kind, second, &row, &said), 0);
	assert_string_equal(said.entry.object, ""); /* nor is anything of the first told */
}

/* One key in two tables: two rows. */
static enum verdict use_one_key_twice(struct act *act, void *arg)
{
	const uint8_t key[STORE_KEY_LEN] = { 1 };
	struct link l = { .use = LINK_CONFIRM };
	struct delegation d = { .made_by = 7 };

	act_put(act, &dossier_link, key, &l);
	act_put(act, &dossier_delegation, key, &d);
	assert_true(act_get(act, &dossier_link, key, &l));
	assert_true(act_get(act, &dossier_delegation, key, &d));
	assert_true(l.use == LINK_CONFIRM && d.made_by == 7);
	(void)arg;
	return V_OK;
}

static void test_tables_are_apart(void **state)
{
	(void)state;
	assert_int_equal(run(use_one_key_twice, NULL), V_OK);
	assert_string_equal(f.log, "gM c[LDAM] ");
}

/* Accounts go by their codice fiscale; one that is not there is all zero. */
static enum verdict use_accounts(struct act *act, void *arg)
{
	struct account acc;

	assert_true(act_get_account(act, "RSSMRA85T10A562S", &acc));
	assert_true(sodium_is_zero((uint8_t *)&acc, sizeof(acc)) || acc.pin.rev == 1);
	snprintf(acc.cf, sizeof(acc.cf), "%s", "RSSMRA85T10A562S");
	snprintf(acc.number, sizeof(acc.number), "2026-0000%03u-K", (unsigned int)acc.pin.rev);
	act_put_account(act, &acc);
	assert_true(act_get_account(act, "RSSMRA85T10A562S", arg));
	return V_OK;
}

static void test_accounts(void **state)
{
	struct account seen, acc;

	(void)state;
	assert_int_equal(run(use_accounts, &seen), V_OK);
	assert_string_equal(seen.number, "2026-0000000-K");
	assert_int_equal(run(use_accounts, &seen), V_OK);
	assert_int_equal(seen.pin.rev, 1);
	assert_int_equal(account_get(&a, "RSSMRA85T10A562S", &acc), 0);
	assert_int_equal(acc.pin.rev, 2);
	assert_string_equal(acc.number, "2026-0000001-K");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)
		TEST(what_was_put_is_seen),
		TEST(what_was_deleted_is_gone),
		TEST(walks_see_what_is_committed),
		TEST(as_many_rows_as_there_are),
		TEST(bodies_that_are_wrong),
		TEST(another_run_begins_anew),
		TEST(tables_are_apart),
		TEST(accounts),
	};

	return cmocka_run_group_tests_name("act rows", tests, NULL, NULL);
}
