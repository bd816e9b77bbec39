/* SPDX-License-Identifier: BSD-2-Clause */
/* test_damage.c - rows that were blanked, cut or exchanged: nobody gets in or looks unknown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "account.h"
#include "desk.h"
#include "record.h"

static char pin[17]; /* Ann's */

static int open_office(void **state)
{
	if (desk_open(state) != 0)
		return -1;
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	desk_first_login(ANN, ANN_16, pin);
	return 0;
}

static struct store_row row_of(enum store_table table, const uint8_t *key)
{
	struct store_row row;

	assert_int_equal(desk.store->ops->get(desk.store, table, key, &row), 0);
	return row;
}

/* In place of a row: these bytes, under the revision that it would have. */
static void put(enum store_table table, const uint8_t *key, const uint8_t *bytes, size_t len)
{
	struct store_row row = row_of(table, key);
	const struct store_change c = { table, key, &row };

	row.len = len;
	memcpy(row.bytes, bytes, len);
	assert_int_equal(desk.store->ops->commit(desk.store, &c, 1), 0);
}

/* Whatever is asked about her, pind says that it could not tell. */
static void assert_fails(const char *cf, const char *right)
{
	struct wire_msg status = { .type = WIRE_STATUS };

	desk.hashes = 0;
	assert_int_equal(desk_auth(cf, right), V_FAILED);
	assert_int_equal(desk_wrong(cf), V_FAILED);
	assert_int_equal(desk.hashes, 0);
	memcpy(status.status.cf, cf, 16);
	assert_int_equal(desk_ask(&desk_admin, &status), V_FAILED);
	assert_int_equal(desk_issue(cf, ANN_16, LEVEL_SEMPLICE), V_FAILED); /* no new person */
	assert_int_equal(desk_unlock(cf), V_FAILED);
	assert_int_equal(desk_revoke(cf), V_FAILED);
}

static void a_blank_row(void **state)
{
	static const uint8_t zeroes[STORE_ROW_MAX];
	uint8_t key[STORE_KEY_LEN];
	size_t len;

	(void)state;
	record_account_key(key, desk.keys, ANN);
	len = row_of(STORE_PIN, key).len;
	put(STORE_PIN, key, zeroes, len);
	assert_fails(ANN, pin);
}

/* Of every length that is not its own, with the format byte in its place. */
static void a_short_row(void **state)
{
	uint8_t key[STORE_KEY_LEN];
	struct store_row row;

	(void)state;
	record_account_key(key, desk.keys, ANN);
	row = row_of(STORE_PIN, key);
	for (size_t len = 1; len < row.len; len += len < KEYS_SEAL_LEN + 3 ? 1 : 97) {
		put(STORE_PIN, key, row.bytes, len);
		assert_fails(ANN, pin);
	}
}

static void somebody_elses_row(void **state)
{
	uint8_t ann[STORE_KEY_LEN], bob[STORE_KEY_LEN];
	struct store_row row;

	(void)state;
	desk_issue(BOB, BOB_16, LEVEL_SEMPLICE);
	record_account_key(ann, desk.keys, ANN);
	record_account_key(bob, desk.keys, BOB);
	row = row_of(STORE_PIN, bob);
	put(STORE_PIN, ann, row.bytes, row.len);
	assert_fails(ANN, BOB_16);
	assert_string_equal(desk_status(BOB)->reason, ""); /* hers is where it was, and opens */
}

/* Her own row of before, under a later revision: what she spent would be forgiven. */
static void an_old_row(void **state)
{
	uint8_t key[STORE_KEY_LEN];
	struct store_row row;

	(void)state;
	record_account_key(key, desk.keys, ANN);
	row = row_of(STORE_PIN, key);
	assert_int_equal(desk_wrong(ANN), V_WRONG);
	put(STORE_PIN, key, row.bytes, row.len);
	assert_fails(ANN, pin);
}

/* A counter of strangers is no fresh one because it was blanked. */
static void a_blank_shadow(void **state)
{
	static const uint8_t zeroes[64];
	uint8_t key[STORE_KEY_LEN];

	(void)state;
	assert_int_equal(desk_wrong(EVE), V_WRONG);
	record_shadow_key(key, desk.keys, EVE);
	assert_int_not_equal(row_of(STORE_SHADOW, key).rev, 0);
	put(STORE_SHADOW, key, zeroes, sizeof(zeroes));
	desk.hashes = 0;
	assert_int_equal(desk_wrong(EVE), V_FAILED);
	assert_int_equal(desk.hashes, 0);
}

static void a_blank_clock(void **state)
{
	static const uint8_t zeroes[64];
	struct accounts again;

	(void)state;
	put(STORE_META, record_clock_key, zeroes, sizeof(zeroes));
	assert_true(accounts_open(&again, desk.store, desk.keys, desk.now_s) != 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_office, desk_close)
	const struct CMUnitTest tests[] = {
		TEST(a_blank_row), TEST(a_short_row),    TEST(somebody_elses_row),
		TEST(an_old_row),  TEST(a_blank_shadow), TEST(a_blank_clock),
	};

	return cmocka_run_group_tests_name("damage", tests, NULL, NULL);
}
