/* SPDX-License-Identifier: BSD-2-Clause */
/* test_act.c - acts: all of it or nothing, with its row in the audit table, whatever fails. */
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

#define VERB 0x42
#define UID  1234

static const char ann[] = "RSSMRA85T10A562S";
static const uint64_t T = 1767225600;
static struct keys *keys;
static struct faulty f;
static struct accounts a;
static unsigned int runs; /* of a body */

static int setup(void **state)
{
	uint8_t root[KEYS_ROOT_LEN] = { 5 };

	(void)state;
	runs = 0;
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
	return act_run(&a, VERB, UID, T, body, arg);
}

static uint64_t stored(const struct seal_kind *kind, const uint8_t *key, void *obj)
{
	struct store_row row;

	assert_int_equal(f.real->ops->get(f.real, kind->table, key, &row), 0);
	assert_int_equal(seal_get(keys, kind, key, &row, obj), 0);
	return row.rev;
}

static uint64_t count_of(const uint8_t *key)
{
	struct counter c;

	stored(&dossier_counter, key, &c);
	return c.last;
}

static uint64_t acts(void)
{
	struct audit_head head;

	stored(&audit_head_kind, audit_head_key, &head);
	return head.serial;
}

/* Every row of the audit table follows the one before, and the head is the last. */
static void assert_chain_holds(void)
{
	struct audit_head head;
	struct audit_row row;
	uint8_t key[STORE_KEY_LEN], mac[AUDIT_MAC_LEN] = { 0 };

	stored(&audit_head_kind, audit_head_key, &head);
	for (uint64_t serial = 0; serial < head.serial; serial++) {
		audit_key(key, serial + 1);
		assert_int_equal(stored(&audit_row_kind, key, &row), 1);
		assert_true(audit_follows(keys, serial, mac, &row));
		memcpy(mac, row.mac, sizeof(mac));
	}
	assert_memory_equal(mac, head.mac, sizeof(mac));
	audit_key(key, head.serial + 1);
	assert_int_equal(stored(&audit_row_kind, key, &row), 0);
}

/* Two rows of two tables, and something to tell. */
static enum verdict count_two(struct act *act, void *arg)
{
	struct counter c;
	struct account acc;

	runs++;
	if (!act_get(act, &dossier_counter, dossier_numbers_key, &c) ||
	    !act_get_account(act, ann, &acc))
		return V_OK; /* whatever it says then */
	c.last++;
	act_put(act, &dossier_counter, dossier_numbers_key, &c);
	memcpy(acc.cf, ann, sizeof(ann));
	acc.issued_s++;
	act_put_account(act, &acc);
	snprintf(act->entry.cf, sizeof(act->entry.cf), "%s", ann);
	snprintf(act->entry.detail, sizeof(act->entry.detail), "run %u", runs);
	return arg != NULL ? *(enum verdict *)arg : V_OK;
}

static void assert_both(uint64_t n)
{
	uint8_t key[STORE_KEY_LEN];
	struct account acc;

	record_account_key(key, keys, ann);
	assert_int_equal(stored(&record_account, key, &acc), n);
	assert_int_equal(acc.issued_s, n);
	assert_int_equal(count_of(dossier_numbers_key), n);
	assert_int_equal(acts(), n);
	assert_chain_holds();
}

static void test_an_act(void **state)
{
	uint8_t key[STORE_KEY_LEN];
	struct audit_row row;

	(void)state;
	assert_int_equal(run(count_two, NULL), V_OK);
	assert_string_equal(f.log, "gM gM gP c[MPAM] ");
	assert_both(1);
	assert_int_equal(run(count_two, NULL), V_OK);
	assert_both(2);
	audit_key(key, 2);
	stored(&audit_row_kind, key, &row);
	assert_true(row.entry.verb == VERB && row.entry.uid == UID && row.entry.at_s == T);
	assert_string_equal(row.entry.cf, ann);
	assert_string_equal(row.entry.object, "");
	assert_string_equal(row.entry.detail, "run 2");
	assert_int_equal(a.commits, 2);
	assert_int_equal(act_run(&a, VERB, UID, T + 9, count_two, NULL), V_OK); /* a new second */
	assert_int_equal(accounts_now(&a, 0), T + 9);
	audit_key(key, 3);
	stored(&audit_row_kind, key, &row);
	assert_int_equal(row.entry.at_s, T + 9);
}

/* Any answer but V_OK is given, and nothing else happens. */
static void test_a_refusal_changes_nothing(void **state)
{
	(void)state;
	for (int v = 0; v < 256; v++) {
		enum verdict says = (enum verdict)v;

		if (v == V_OK)
			continue;
		assert_int_equal(run(count_two, &says), v);
		assert_null(strstr(f.log, "c["));
	}
	assert_both(0);
	assert_int_equal(a.commits, 0);
}

static enum verdict only_look(struct act *act, void *arg)
{
	uint8_t key[STORE_KEY_LEN];
	struct counter c;
	struct order o;

	assert_true(act_get(act, &dossier_counter, dossier_numbers_key, &c));
	assert_true(act_next(act, &dossier_order, NULL, key, &o));
	return *(enum verdict *)arg;
}

static void test_looking_leaves_no_trace(void **state)
{
	enum verdict says = V_OK;

	(void)state;
	assert_int_equal(run(only_look, &says), V_OK);
	assert_string_equal(f.log, "gM gM nO ");
	says = V_UNKNOWN;
	assert_int_equal(run(only_look, &says), V_UNKNOWN);
	assert_both(0);
}

/* Whatever cannot be read: V_FAILED, whatever the body says, and nothing changes. */
static void test_reads_that_fail(void **state)
{
	static const enum store_table tables[] = { STORE_META, STORE_PIN };
	enum verdict says = V_UNKNOWN;

	(void)state;
	assert_int_equal(run(count_two, NULL), V_OK);
	for (size_t i = 0; i < 2; i++) {
		f.get_error[tables[i]] = -EIO;
		assert_int_equal(run(count_two, NULL), V_FAILED);
		assert_int_equal(run(count_two, &says), V_FAILED);
		f.get_error[tables[i]] = 0;
	}
	f.get_error[STORE_ORDER] = -EIO;
	assert_int_equal(run(count_two, NULL), V_OK);
	assert_int_equal(a.broken, 0);
	assert_both(2);
}

static enum verdict look_at_orders(struct act *act, void *arg)
{
	uint8_t key[STORE_KEY_LEN], zero[sizeof(struct order)] = { 0 };
	struct order o;

	(void)count_two(act, NULL);
	memset(&o, 0xff, sizeof(o));
	*(bool *)arg = act_next(act, &dossier_order, NULL, key, &o);
	assert_memory_equal(&o, zero, sizeof(o));
	return V_OK;
}

static void test_walks_that_fail(void **state)
{
	bool could = true;

	(void)state;
	f.get_error[STORE_ORDER] = -EIO;
	assert_int_equal(run(look_at_orders, &could), V_FAILED);
	assert_false(could);
	assert_both(0);
	f.get_error[STORE_ORDER] = 0;
	assert_int_equal(run(look_at_orders, &could), V_OK);
	assert_true(could);
	assert_both(1);
}

/* A row that is not ours is no row: no act is built on it, nor on a head that was touched. */
static void test_rows_that_are_not_ours(void **state)
{
	static const uint8_t *const damaged[] = { dossier_numbers_key, audit_head_key };
	struct store_row good, bad;

	(void)state;
	assert_int_equal(run(count_two, NULL), V_OK);
	for (size_t i = 0; i < 2; i++) {
		struct store_change c = { STORE_META, damaged[i], &bad };

		assert_int_equal(f.real->ops->get(f.real, STORE_META, damaged[i], &good), 0);
		bad = good;
		bad.bytes[40] ^= 1;
		bad.rev = good.rev;
		assert_int_equal(f.real->ops->commit(f.real, &c, 1), 0);
		assert_int_equal(run(count_two, NULL), V_FAILED);
		assert_null(strstr(f.log, "c["));
		good.rev = 0; /* put back whole, revision and all */
		bad.rev++;
		bad.len = 0;
		assert_int_equal(f.real->ops->commit(f.real, &c, 1), 0);
		c.row = &good;
		assert_int_equal(f.real->ops->commit(f.real, &c, 1), 0);
	}
	assert_int_equal(a.broken, 0);
	assert_int_equal(run(count_two, NULL), V_OK);
	assert_both(2);
}

static void test_commits_that_fail(void **state)
{
	(void)state;
	assert_int_equal(run(count_two, NULL), V_OK);
	f.commit_error = -ENOSPC;
	assert_int_equal(run(count_two, NULL), V_FAILED);
	assert_int_equal(a.broken, -ENOSPC);
	assert_int_equal(runs, 2); /* once: what a failed commit left is not known */
	f.applied = 1;
	assert_int_equal(run(count_two, NULL), V_FAILED);
	f.commit_error = 0;
	assert_both(2); /* it did happen, all of it, although nobody was told so */
}

static void test_the_clock_that_cannot_be_read(void **state)
{
	struct store_row bad = { .rev = 1, .len = 50, .bytes = { SEAL_FORMAT } };
	struct store_change c = { STORE_META, record_clock_key, &bad };

	(void)state;
	assert_int_equal(f.real->ops->commit(f.real, &c, 1), 0);
	assert_int_equal(act_run(&a, VERB, UID, T + 1, count_two, NULL), V_FAILED);
	assert_both(0);
	assert_int_equal(a.broken, 0);
	assert_int_equal(run(count_two, NULL), V_OK); /* not a new second */
}

static void test_it_runs_again_when_rows_moved(void **state)
{
	(void)state;
	f.moved = 3;
	assert_int_equal(run(count_two, NULL), V_OK);
	assert_int_equal(runs, 4);
	assert_both(1);
	f.moved = UINT32_MAX;
	assert_int_equal(run(count_two, NULL), V_FAILED);
	assert_in_range(runs, 4 + 64, 4 + 100000); /* more than there are threads; not for ever */
	assert_int_equal(a.broken, 0);
	f.moved = 0;
	assert_both(1);
}

static void another_act(void *arg)
{
	assert_int_equal(act_run(&a, VERB + 1, UID, T, count_two, arg), V_OK);
}

/* Another act on the same rows, in between: both happen, one after the other. */
static void test_an_act_in_between(void **state)
{
	(void)state;
	f.meanwhile = another_act;
	assert_int_equal(run(count_two, NULL), V_OK);
	assert_int_equal(runs, 3);
	assert_both(2);
}

static enum verdict count_serials(struct act *act, void *arg)
{
	struct counter c;

	(void)arg;
	assert_true(act_get(act, &dossier_counter, dossier_serials_key, &c));
	c.last += 10;
	act_put(act, &dossier_counter, dossier_serials_key, &c);
	return V_OK;
}

static void an_act_elsewhere(void *arg)
{
	assert_int_equal(act_run(&a, VERB + 1, UID, T, count_serials, arg), V_OK);
}

/* Serials are the numbers as they were: a row that is only looked at. */
static enum verdict copy_the_count(struct act *act, void *arg)
{
	struct counter from, to;
	struct account acc;

	runs++;
	assert_true(act_get(act, &dossier_counter, dossier_serials_key, &from));
	assert_true(act_get_account(act, ann, &acc));
	assert_true(act_get(act, &dossier_counter, dossier_numbers_key, &to));
	to.last = from.last + acc.pin.rev;
	act_put(act, &dossier_counter, dossier_numbers_key, &to);
	(void)arg;
	return V_OK;
}

static void a_login(void *arg)
{
	struct account acc = { .cf = "RSSMRA85T10A562S" };
	struct store_row row;
	uint8_t key[STORE_KEY_LEN];
	struct store_change c = { STORE_PIN, key, &row };

	(void)arg;
	record_account_key(key, keys, ann);
	acc.pin.rev = stored(&record_account, key, &acc);
	seal_put(keys, &record_account, key, &acc, &row);
	assert_int_equal(f.real->ops->commit(f.real, &c, 1), 0);
}

/* What was only read must not have moved either, be it an act's doing or a login's. */
static void test_what_was_only_read(void **state)
{
	(void)state;
	f.meanwhile = an_act_elsewhere;
	assert_int_equal(run(copy_the_count, NULL), V_OK);
	assert_int_equal(runs, 2);
	assert_int_equal(count_of(dossier_numbers_key), 10);
	f.meanwhile = a_login;
	assert_int_equal(run(copy_the_count, NULL), V_OK);
	assert_int_equal(runs, 4);
	assert_int_equal(count_of(dossier_numbers_key), 11);
	assert_int_equal(acts(), 3);
	assert_chain_holds();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)
		TEST(an_act),
		TEST(a_refusal_changes_nothing),
		TEST(looking_leaves_no_trace),
		TEST(reads_that_fail),
		TEST(walks_that_fail),
		TEST(rows_that_are_not_ours),
		TEST(commits_that_fail),
		TEST(the_clock_that_cannot_be_read),
		TEST(it_runs_again_when_rows_moved),
		TEST(an_act_in_between),
		TEST(what_was_only_read),
	};

	return cmocka_run_group_tests_name("act", tests, NULL, NULL);
}
