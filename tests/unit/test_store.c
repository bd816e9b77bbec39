/* SPDX-License-Identifier: BSD-2-Clause */
/* test_store.c - one suite, every backend. A new backend passes when this does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store.h"

#define THREADS 8
#define ROUNDS  50
#define ROOM    (1u << 20)

static struct store *s;
static char dir[] = "/tmp/test_store.XXXXXX";

/* A key of one byte and a name, for tests that think in names. */
static const uint8_t *key_of(uint8_t key[static STORE_KEY_LEN], const char *name)
{
	memset(key, 0, STORE_KEY_LEN);
	memcpy(key, name, strlen(name));
	return key;
}

static struct store_row row_of(uint64_t rev, const char *text)
{
	struct store_row r = { .rev = rev, .len = strlen(text) };

	memcpy(r.bytes, text, r.len);
	return r;
}

static int put(const char *name, uint64_t rev, const char *text)
{
	uint8_t key[STORE_KEY_LEN];
	struct store_row row = row_of(rev, text);
	struct store_change c = { STORE_PIN, key_of(key, name), &row };

	return s->ops->commit(s, &c, 1);
}

/* "rev text", or "0 " if there is no such row. */
static const char *see(const char *name)
{
	static char line[64];
	uint8_t key[STORE_KEY_LEN];
	struct store_row row;

	memset(&row, 0xff, sizeof(row));
	assert_int_equal(s->ops->get(s, STORE_PIN, key_of(key, name), &row), 0);
	snprintf(line, sizeof(line), "%u %.*s", (unsigned int)row.rev, (int)row.len,
		 (char *)row.bytes);
	return line;
}

static void test_a_row_from_birth_to_death(void **state)
{
	(void)state;
	assert_string_equal(see("ann"), "0 ");
	assert_int_equal(put("ann", 1, "x"), STORE_E_MOVED); /* there is no row 1 to replace */
	assert_int_equal(put("ann", 0, "x"), 0);
	assert_string_equal(see("ann"), "1 x");
	assert_int_equal(put("ann", 0, "y"), STORE_E_MOVED);
	assert_int_equal(put("ann", 2, "y"), STORE_E_MOVED);
	assert_int_equal(put("ann", 1, "longer"), 0);
	assert_string_equal(see("ann"), "2 longer");
	assert_int_equal(put("ann", 2, "s"), 0);
	assert_string_equal(see("ann"), "3 s");
	assert_int_equal(put("ann", 2, ""), STORE_E_MOVED);
	assert_int_equal(put("ann", 3, ""), 0);
	assert_string_equal(see("ann"), "0 ");
	assert_int_equal(put("ann", 0, ""), 0); /* to delete what is not there is no error */
	assert_int_equal(put("ann", 3, ""), STORE_E_MOVED);
	assert_int_equal(put("ann", 0, "again"), 0);
	assert_string_equal(see("ann"), "1 again");
}

static void test_all_or_nothing(void **state)
{
	uint8_t ann[STORE_KEY_LEN], bob[STORE_KEY_LEN], eve[STORE_KEY_LEN];
	struct store_row a = row_of(0, "a"), b = row_of(0, "b"), stale = row_of(7, "c"),
			 none = { 0 };
	struct store_change good[] = { { STORE_PIN, key_of(ann, "ann"), &a },
				       { STORE_SHADOW, key_of(bob, "bob"), &b },
				       { STORE_META, ann, &b } };
	struct store_change bad[] = { { STORE_PIN, key_of(eve, "eve"), &a },
				      { STORE_SHADOW, bob, &stale } };
	struct store_change gone[] = { { STORE_PIN, ann, &none }, { STORE_PIN, eve, &a } };

	(void)state;
	assert_int_equal(s->ops->commit(s, good, 3), 0);
	assert_int_equal(s->ops->commit(s, bad, 2), STORE_E_MOVED);
	assert_string_equal(see("eve"), "0 ");
	none.rev = 2; /* not ann's, so eve is not written either */
	assert_int_equal(s->ops->commit(s, gone, 2), STORE_E_MOVED);
	assert_string_equal(see("ann"), "1 a");
	none.rev = 1;
	assert_int_equal(s->ops->commit(s, gone, 2), 0);
	assert_string_equal(see("ann"), "0 ");
	assert_string_equal(see("eve"), "1 a");
	assert_string_equal(see("bob"), "0 "); /* tables do not mix: bob is a shadow */
	assert_int_equal(s->ops->commit(s, NULL, 0), 0);
}

static void test_limits(void **state)
{
	static const size_t lens[] = { 1, 8, 1023, STORE_ROW_MAX };
	uint8_t key[STORE_KEY_LEN];

	(void)state;
	memset(key, 0xff, sizeof(key));
	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		struct store_row big = { .rev = i, .len = lens[i] }, back;
		struct store_change c = { STORE_SHADOW, key, &big };

		memset(big.bytes, (int)(0xa0 + i), sizeof(big.bytes));
		assert_int_equal(s->ops->commit(s, &c, 1), 0);
		assert_int_equal(s->ops->get(s, STORE_SHADOW, key, &back), 0);
		assert_int_equal(back.len, big.len);
		assert_int_equal(back.rev, i + 1);
		assert_memory_equal(back.bytes, big.bytes, big.len);
	}
}

/* Keys are 32 bytes, NULs included, and all of them count. */
static void test_keys_are_bytes(void **state)
{
	uint8_t key[STORE_KEY_LEN];
	struct store_row row;

	(void)state;
	for (size_t i = 0; i < STORE_KEY_LEN; i++) {
		struct store_row new = { .len = 1, .bytes = { (uint8_t)i } };
		struct store_change c = { STORE_PIN, key, &new };

		memset(key, 0, sizeof(key));
		key[i] = 1;
		assert_int_equal(s->ops->commit(s, &c, 1), 0);
	}
	for (size_t i = 0; i < STORE_KEY_LEN; i++) {
		memset(key, 0, sizeof(key));
		key[i] = 1;
		assert_int_equal(s->ops->get(s, STORE_PIN, key, &row), 0);
		assert_true(row.rev == 1 && row.len == 1 && row.bytes[0] == i);
	}
}

struct walk {
	char seen[64];
	const char *stop_at;
};

static int join(const uint8_t *key, const struct store_row *row, void *arg)
{
	struct walk *w = arg;
	size_t n = strlen(w->seen);

	assert_true(row->rev == 1 && row->len == 1 && row->bytes[0] == key[0]);
	snprintf(w->seen + n, sizeof(w->seen) - n, "%s ", (const char *)key);
	return w->stop_at != NULL && strcmp((const char *)key, w->stop_at) == 0 ? 7 : 0;
}

static void test_each_in_order_until_stopped(void **state)
{
	struct walk all = { .stop_at = NULL }, some = { .stop_at = "bob" },
		    none = { .stop_at = NULL };

	(void)state;
	assert_int_equal(put("cat", 0, "c"), 0);
	assert_int_equal(put("ann", 0, "a"), 0);
	assert_int_equal(put("dan", 0, "d"), 0);
	assert_int_equal(put("bob", 0, "b"), 0);
	assert_int_equal(put("\xff", 0, "\xff"), 0);
	assert_int_equal(s->ops->each(s, STORE_PIN, join, &all), 0);
	assert_string_equal(all.seen, "ann bob cat dan \xff ");
	assert_int_equal(s->ops->each(s, STORE_PIN, join, &some), 7);
	assert_string_equal(some.seen, "ann bob ");
	assert_int_equal(s->ops->each(s, STORE_SHADOW, join, &none), 0);
	assert_string_equal(none.seen, "");
}

/* "name rev " of the row behind after, or "-" if there is none. */
static const char *behind(enum store_table table, const char *after)
{
	static char line[64];
	uint8_t key[STORE_KEY_LEN], from[STORE_KEY_LEN];
	struct store_row row;

	memset(&row, 0xff, sizeof(row));
	assert_int_equal(s->ops->next(s, table, after != NULL ? key_of(from, after) : NULL, key, &row),
			 0);
	assert_true((row.rev == 0) == (row.len == 0));
	if (row.rev == 0)
		return "-";
	assert_true(row.len == 1 && row.bytes[0] == key[0]);
	snprintf(line, sizeof(line), "%s %u", (const char *)key, (unsigned int)row.rev);
	return line;
}

static void test_next_in_order(void **state)
{
	(void)state;
	assert_string_equal(behind(STORE_PIN, NULL), "-");
	assert_string_equal(behind(STORE_PIN, "a"), "-");
	assert_int_equal(put("cat", 0, "c"), 0);
	assert_int_equal(put("ann", 0, "a"), 0);
	assert_int_equal(put("\xff", 0, "\xff"), 0);
	assert_int_equal(put("ann", 1, "a"), 0);
	assert_string_equal(behind(STORE_PIN, NULL), "ann 2");
	assert_string_equal(behind(STORE_PIN, "a"), "ann 2"); /* that key need not be there */
	assert_string_equal(behind(STORE_PIN, "ann"), "cat 1");
	assert_string_equal(behind(STORE_PIN, "anna"), "cat 1");
	assert_string_equal(behind(STORE_PIN, "cat"), "\xff 1");
	assert_string_equal(behind(STORE_PIN, "\xff"), "-");
	assert_string_equal(behind(STORE_PIN, "\xff\xff"), "-");
	assert_string_equal(behind(STORE_META, NULL), "-"); /* the tables before and after it */
	assert_string_equal(behind(STORE_SHADOW, NULL), "-");
	assert_int_equal(put("cat", 1, ""), 0);
	assert_string_equal(behind(STORE_PIN, "ann"), "\xff 1");
}

/* A key of zeros is a key; the answer may be written over the question. */
static void test_next_from_the_very_first_key(void **state)
{
	uint8_t key[STORE_KEY_LEN] = { 0 };
	struct store_row row = { .len = 1 };
	struct store_change c = { STORE_AUDIT, key, &row };

	(void)state;
	assert_int_equal(s->ops->commit(s, &c, 1), 0);
	key[31] = 1;
	assert_int_equal(s->ops->commit(s, &c, 1), 0);
	memset(key, 0xff, sizeof(key));
	assert_int_equal(s->ops->next(s, STORE_AUDIT, NULL, key, &row), 0);
	assert_true(row.rev == 1 && key[0] == 0 && key[31] == 0);
	assert_int_equal(s->ops->next(s, STORE_AUDIT, key, key, &row), 0);
	assert_true(row.rev == 1 && key[0] == 0 && key[31] == 1);
	assert_int_equal(s->ops->next(s, STORE_AUDIT, key, key, &row), 0);
	assert_int_equal(row.rev, 0);
}

/* Every table is its own. */
static void test_tables(void **state)
{
	uint8_t key[STORE_KEY_LEN] = { 'k' };
	struct store_row row;

	(void)state;
	for (int t = 0; t < STORE_TABLES; t++) {
		struct store_row new = { .len = 1, .bytes = { (uint8_t)(t + 1) } };
		struct store_change c = { (enum store_table)t, key, &new };

		assert_int_equal(s->ops->get(s, (enum store_table)t, key, &row), 0);
		assert_int_equal(row.rev, 0);
		assert_int_equal(s->ops->commit(s, &c, 1), 0);
	}
	for (int t = 0; t < STORE_TABLES; t++) {
		assert_int_equal(s->ops->get(s, (enum store_table)t, key, &row), 0);
		assert_true(row.rev == 1 && row.len == 1 && row.bytes[0] == t + 1);
	}
}

/* A row that must not have moved, but is not written. */
static void test_the_same_row_is_only_checked(void **state)
{
	uint8_t ann[STORE_KEY_LEN], bob[STORE_KEY_LEN];
	struct store_row same = { .rev = 1, .len = STORE_SAME }, b = row_of(0, "b");
	struct store_change both[] = { { STORE_PIN, key_of(ann, "ann"), &same },
				       { STORE_PIN, key_of(bob, "bob"), &b } };

	(void)state;
	assert_int_equal(s->ops->commit(s, both, 2), STORE_E_MOVED); /* ann is not there */
	assert_string_equal(see("bob"), "0 ");
	assert_int_equal(put("ann", 0, "a"), 0);
	assert_int_equal(s->ops->commit(s, both, 2), 0);
	assert_string_equal(see("ann"), "1 a");
	assert_string_equal(see("bob"), "1 b");
	assert_int_equal(put("ann", 1, "aa"), 0);
	b.rev = 1;
	assert_int_equal(s->ops->commit(s, both, 2), STORE_E_MOVED);
	assert_string_equal(see("bob"), "1 b");
	same.rev = 0; /* that it is not there can be asked for, too */
	assert_int_equal(s->ops->commit(s, both, 2), STORE_E_MOVED);
	assert_int_equal(put("ann", 2, ""), 0);
	assert_int_equal(s->ops->commit(s, both, 2), 0);
	assert_string_equal(see("ann"), "0 ");
	assert_string_equal(see("bob"), "2 b");
}

/* What account.c does with it: read, change, commit, again if it moved. */
static void *hammer(void *arg)
{
	uint8_t key[STORE_KEY_LEN];
	struct store_row row;
	struct store_change c = { STORE_PIN, key_of(key, "race"), &row };
	uint32_t count;
	int r;

	for (int i = 0; i < ROUNDS; i++)
		do {
			r = s->ops->get(s, STORE_PIN, key, &row);
			if (r != 0)
				return arg;
			memcpy(&count, row.bytes, sizeof(count));
			count++;
			memcpy(row.bytes, &count, sizeof(count));
			r = s->ops->commit(s, &c, 1);
			if (r != 0 && r != STORE_E_MOVED)
				return arg;
		} while (r != 0);
	return NULL;
}

/* Threads that change one row at once: no update is lost. */
static void test_no_update_is_lost(void **state)
{
	uint8_t key[STORE_KEY_LEN];
	pthread_t t[THREADS];
	struct store_row row = { .len = 4 };
	struct store_change c = { STORE_PIN, key_of(key, "race"), &row };
	uint32_t count;
	void *failed;

	(void)state;
	assert_int_equal(s->ops->commit(s, &c, 1), 0);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&t[i], NULL, hammer, s), 0);
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(t[i], &failed), 0);
		assert_null(failed);
	}
	assert_int_equal(s->ops->get(s, STORE_PIN, key, &row), 0);
	memcpy(&count, row.bytes, sizeof(count));
	assert_int_equal(count, THREADS * ROUNDS);
	assert_int_equal(row.rev, 1 + THREADS * ROUNDS);
}

static int count_rows(const uint8_t *key, const struct store_row *row, void *arg)
{
	assert_true(key[31] == 9 && row->rev == 1 && row->len == 900);
	++*(unsigned int *)arg;
	return 0;
}

/* More rows than the room it began with. */
static void test_it_grows(void **state)
{
	const unsigned int n = 3 * ROOM / 1024;
	struct store_row row = { .len = 900 }, back;
	unsigned int seen = 0;
	uint8_t key[STORE_KEY_LEN] = { [31] = 9 };
	struct store_change c = { STORE_PIN, key, &row };

	(void)state;
	memset(row.bytes, 'r', sizeof(row.bytes));
	for (unsigned int i = 0; i < n; i++) {
		memcpy(key, &i, sizeof(i));
		assert_int_equal(s->ops->commit(s, &c, 1), 0);
	}
	assert_int_equal(s->ops->each(s, STORE_PIN, count_rows, &seen), 0);
	assert_int_equal(seen, n);
	for (unsigned int i = 0; i < n; i++) {
		memcpy(key, &i, sizeof(i));
		assert_int_equal(s->ops->get(s, STORE_PIN, key, &back), 0);
		assert_memory_equal(back.bytes, row.bytes, 900);
	}
}

static int setup_mem(void **state)
{
	(void)state;
	return store_open(&s, "mem:", 0);
}

static int setup_lmdb(void **state)
{
	char url[64];

	(void)state;
	memcpy(dir + strlen(dir) - 6, "XXXXXX", 6);
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(url, sizeof(url), "lmdb:%s", dir);
	return store_open(&s, url, ROOM);
}

static int teardown_mem(void **state)
{
	(void)state;
	store_close(s);
	return 0;
}

static int teardown_lmdb(void **state)
{
	char path[64];

	(void)state;
	store_close(s);
	snprintf(path, sizeof(path), "%s/data.mdb", dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/lock.mdb", dir);
	unlink(path);
	return rmdir(dir);
}

static void test_schemes(void **state)
{
	struct store *none = NULL;

	(void)state;
	assert_int_equal(store_open(&none, "tape:/x", 0), -EPROTONOSUPPORT);
	assert_int_equal(store_open(&none, "mem", 0), -EPROTONOSUPPORT);
	assert_int_equal(store_open(&none, "", 0), -EPROTONOSUPPORT);
	assert_int_equal(store_open(&none, "memory:", 0), -EPROTONOSUPPORT);
	assert_null(none);
	store_close(NULL);
}

#define SUITE(setup, teardown)                                                                     \
	cmocka_unit_test_setup_teardown(test_a_row_from_birth_to_death, setup, teardown),          \
	cmocka_unit_test_setup_teardown(test_all_or_nothing, setup, teardown),                     \
	cmocka_unit_test_setup_teardown(test_limits, setup, teardown),                             \
	cmocka_unit_test_setup_teardown(test_keys_are_bytes, setup, teardown),                     \
	cmocka_unit_test_setup_teardown(test_each_in_order_until_stopped, setup, teardown),        \
	cmocka_unit_test_setup_teardown(test_next_in_order, setup, teardown),                      \
	cmocka_unit_test_setup_teardown(test_next_from_the_very_first_key, setup, teardown),       \
	cmocka_unit_test_setup_teardown(test_tables, setup, teardown),                             \
	cmocka_unit_test_setup_teardown(test_the_same_row_is_only_checked, setup, teardown),       \
	cmocka_unit_test_setup_teardown(test_no_update_is_lost, setup, teardown),                  \
	cmocka_unit_test_setup_teardown(test_it_grows, setup, teardown)

int main(void)
{
	const struct CMUnitTest mem[] = { cmocka_unit_test(test_schemes),
					  SUITE(setup_mem, teardown_mem) };
	const struct CMUnitTest lmdb[] = { SUITE(setup_lmdb, teardown_lmdb) };

	return cmocka_run_group_tests_name("store mem", mem, NULL, NULL) +
	       cmocka_run_group_tests_name("store lmdb", lmdb, NULL, NULL);
}
