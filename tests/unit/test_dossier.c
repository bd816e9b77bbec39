/* SPDX-License-Identifier: BSD-2-Clause */
/* test_dossier.c - the rows beside the PINs: every field there and back, keys in their order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "dossier.h"

#define ROOM 2048 /* bytes: more than any object */

static const char ann[] = "RSSMRA85T10A562S", bob[] = "BNCGNN80A01H501F";
static const char acme[] = "01234567897", ajax[] = "00743110157";
static struct keys *keys, *other_keys;

static const struct { /* every kind, with the digest of its fullest object's plaintext */
	const char *name;
	const struct seal_kind *kind;
	size_t longest; /* bytes of fields */
	const char *digest;
} kinds[] = {
	{ "pratica", &dossier_pratica, 1008, "ebe0c1a53f4e7088d4c37c81d0acce9d" },
	{ "link", &dossier_link, 55, "d521c536b5da51d228c58ef0de3309f6" },
	{ "order", &dossier_order, 188, "73d87ae87298f013bf48b549afbc9ea9" },
	{ "delegation", &dossier_delegation, 62, "ce56b9d9a67064902978409e12865b51" },
	{ "registry", &dossier_registry, 255, "658534319104be6b73eca04eececc39e" },
	{ "counter", &dossier_counter, 8, "79aab0352708793abe86bc9174876ec1" },
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static int setup(void **state)
{
	uint8_t root[KEYS_ROOT_LEN] = { 4 };

	(void)state;
	if (sodium_init() < 0 || keys_from(&keys, root) != 0)
		return -1;
	root[31] = 1;
	return keys_from(&other_keys, root);
}

static int teardown(void **state)
{
	(void)state;
	keys_close(keys);
	keys_close(other_keys);
	return 0;
}

static size_t width(const struct codec_field *f)
{
	return f->kind == K_U8 ? 1 : f->kind == K_U32 ? 4 : f->kind == K_U64 ? 8 : f->max;
}

/* Every field at its longest, no two beginning alike; rev 41. */
static void fill(const struct seal_kind *kind, uint8_t obj[static ROOM])
{
	const uint64_t rev = 41;
	uint8_t with = 'A';

	memset(obj, 0, ROOM);
	for (const struct codec_field *f = kind->fields; f->kind != K_END; f++)
		memset(obj + f->off, with++, width(f));
	memcpy(obj, &rev, sizeof(rev));
}

static struct store_row stored(const struct seal_kind *kind, const uint8_t *key, const void *obj)
{
	struct store_row row;

	seal_put(keys, kind, key, obj, &row);
	row.rev++;
	return row;
}

static void test_all_there_and_back(void **state)
{
	const uint64_t rev = 42;
	uint8_t key[STORE_KEY_LEN] = { 7 }, in[ROOM], back[ROOM];
	struct store_row row;

	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		const struct seal_kind *kind = kinds[i].kind;

		assert_true(kind->size <= ROOM);
		fill(kind, in);
		row = stored(kind, key, in);
		assert_int_equal(row.rev, rev);
		memset(back, 0xff, sizeof(back));
		assert_int_equal(seal_get(keys, kind, key, &row, back), 0);
		memcpy(in, &rev, sizeof(rev));
		assert_memory_equal(in, back, kind->size);
		row.rev++;
		assert_int_equal(seal_get(keys, kind, key, &row, back), SEAL_E_BROKEN);
		assert_true(sodium_is_zero(back, kind->size));
		row.rev = 0;
		memset(back, 0xff, sizeof(back));
		assert_int_equal(seal_get(keys, kind, key, &row, back), 0);
		assert_true(sodium_is_zero(back, kind->size));
	}
}

/* No field lies on another or outside the object, and each text has room for its NUL. */
static void test_fields_lie_side_by_side(void **state)
{
	uint8_t taken[ROOM];

	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		memset(taken, 0, sizeof(taken));
		memset(taken, 1, sizeof(uint64_t)); /* rev */
		for (const struct codec_field *f = kinds[i].kind->fields; f->kind != K_END; f++) {
			size_t n = width(f) + (f->kind == K_STR || f->kind == K_SEC);

			assert_true(f->off + n <= kinds[i].kind->size);
			assert_true(sodium_is_zero(taken + f->off, n));
			memset(taken + f->off, 1, n);
		}
	}
}

/* Whoever changes a field's place or size counts SEAL_FORMAT up. Digests of this program's making. */
static void test_format_3_is_frozen(void **state)
{
	uint8_t key[STORE_KEY_LEN] = { 7 }, obj[ROOM], plain[STORE_ROW_MAX], digest[16];
	uint8_t ad[42] = { 0 };
	char hex[33];

	(void)state;
	assert_int_equal(SEAL_FORMAT, 3);
	ad[1] = 7;
	ad[40] = 42;
	ad[41] = SEAL_FORMAT;
	for (size_t i = 0; i < KINDS; i++) {
		struct store_row row;

		fill(kinds[i].kind, obj);
		row = stored(kinds[i].kind, key, obj);
		ad[0] = (uint8_t)kinds[i].kind->table;
		assert_int_equal(keys_unseal(keys, KEYS_RECORD, plain, row.bytes + 1, row.len - 1, ad,
					     sizeof(ad)), 0);
		assert_int_equal(plain[0] << 8 | plain[1], kinds[i].longest);
		crypto_generichash(digest, sizeof(digest), plain, row.len - 1 - KEYS_SEAL_LEN, NULL,
				   0);
		assert_string_equal(sodium_bin2hex(hex, sizeof(hex), digest, sizeof(digest)),
				    kinds[i].digest);
	}
}

/* An empty object and a full one, in rows of one length, or of a few. */
static void test_lengths_tell_little(void **state)
{
	static const size_t lengths[KINDS] = { 2, 1, 1, 1, 3, 1 };
	uint8_t key[STORE_KEY_LEN] = { 7 }, obj[ROOM];

	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		struct store_row full, none;

		fill(kinds[i].kind, obj);
		full = stored(kinds[i].kind, key, obj);
		memset(obj, 0, sizeof(obj));
		none = stored(kinds[i].kind, key, obj);
		assert_int_equal(none.len, 1 + KEYS_SEAL_LEN + kinds[i].kind->unit);
		assert_int_equal(full.len, 1 + KEYS_SEAL_LEN + lengths[i] * kinds[i].kind->unit);
	}
}

/* Pratiche in order of their numbers, and the whole number counts. */
static void test_keys_of_pratiche(void **state)
{
	static const char *const numbers[] = { "", "2026-0000001-X", "2026-0000002-A", "2026-0000010-B",
					       "2026-9999999-C", "2027-0000001-0", "2027-0000001-1" };
	uint8_t last[STORE_KEY_LEN], key[STORE_KEY_LEN];

	(void)state;
	dossier_pratica_key(last, numbers[0]);
	assert_true(sodium_is_zero(last, sizeof(last)));
	for (size_t i = 1; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		dossier_pratica_key(key, numbers[i]);
		assert_true(memcmp(last, key, sizeof(key)) < 0);
		memcpy(last, key, sizeof(key));
	}
}

/* By courier, then parked or not, then due, then serial. */
static void test_keys_of_orders(void **state)
{
	static const struct order in_order[] = {
		{ .to = TO_ELECTRONIC },
		{ .to = TO_ELECTRONIC, .due_s = 1, .serial = 9 },
		{ .to = TO_ELECTRONIC, .due_s = 255, .serial = 1 },
		{ .to = TO_ELECTRONIC, .due_s = 255, .serial = 256 },
		{ .to = TO_ELECTRONIC, .due_s = 256, .serial = 2 },
		{ .to = TO_ELECTRONIC, .due_s = UINT64_MAX, .serial = UINT64_MAX },
		{ .to = TO_ELECTRONIC, .parked = 1, .due_s = 1, .serial = 1 },
		{ .to = TO_POST, .due_s = 1, .serial = 3 },
		{ .to = TO_POST, .parked = 1, .due_s = 0, .serial = 0 },
	};
	uint8_t last[STORE_KEY_LEN] = { 0 }, key[STORE_KEY_LEN];

	(void)state;
	for (size_t i = 0; i < sizeof(in_order) / sizeof(in_order[0]); i++) {
		dossier_order_key(key, &in_order[i]);
		assert_true(memcmp(last, key, sizeof(key)) < 0);
		memcpy(last, key, sizeof(key));
	}
}

static void test_keys_of_delegations(void **state)
{
	uint8_t first[STORE_KEY_LEN], one[STORE_KEY_LEN], two[STORE_KEY_LEN], theirs[STORE_KEY_LEN];

	(void)state;
	dossier_delegation_key(first, keys, ann, NULL);
	dossier_delegation_key(one, keys, ann, acme);
	dossier_delegation_key(two, keys, ann, ajax);
	dossier_delegation_key(theirs, keys, bob, acme);
	assert_memory_equal(first, one, 16); /* neighbours */
	assert_memory_equal(first, two, 16);
	assert_true(memcmp(first, one, sizeof(one)) < 0 && memcmp(first, two, sizeof(two)) < 0);
	assert_memory_not_equal(one, two, sizeof(one));
	assert_memory_not_equal(one, theirs, 16);
	assert_memory_not_equal(one + 16, theirs + 16, 16); /* nor does it show that it is one company */
	dossier_delegation_key(theirs, keys, "RSSMRA85T10A562T", acme); /* almost hers */
	assert_memory_not_equal(one, theirs, 16);
	dossier_delegation_key(theirs, other_keys, ann, acme);
	assert_memory_not_equal(one, theirs, 16);
	assert_memory_not_equal(one + 16, theirs + 16, 16);
	assert_null(memmem(one, sizeof(one), ann, 4));
}

static void test_keys_of_links_and_registries(void **state)
{
	uint8_t token[DOSSIER_TOKEN_LEN] = { 1 }, keys_seen[8][STORE_KEY_LEN];

	(void)state;
	dossier_link_key(keys_seen[0], keys, token);
	token[31] = 1;
	dossier_link_key(keys_seen[1], keys, token);
	dossier_link_key(keys_seen[2], other_keys, token);
	dossier_registry_key(keys_seen[3], keys, REGISTRY_MATRICOLE, ann);
	dossier_registry_key(keys_seen[4], keys, REGISTRY_PATRONATI, ann);
	dossier_registry_key(keys_seen[5], keys, REGISTRY_PATRONATI, "RSSMRA85T10A562");
	dossier_registry_key(keys_seen[6], other_keys, REGISTRY_PATRONATI, ann);
	keys_digest(keys, KEYS_INDEX, keys_seen[7], STORE_KEY_LEN, ann, strlen(ann)); /* her account */
	for (size_t i = 0; i < 8; i++)
		for (size_t j = 0; j < i; j++)
			assert_memory_not_equal(keys_seen[i], keys_seen[j], 16);
	dossier_registry_key(keys_seen[0], keys, REGISTRY_PATRONATI, ann);
	assert_memory_equal(keys_seen[0], keys_seen[4], STORE_KEY_LEN);
}

/* Stores are kept for years: keys stay what they were. A digest of this program's making. */
static void test_keys_are_frozen(void **state)
{
	uint8_t all[4][STORE_KEY_LEN], token[DOSSIER_TOKEN_LEN] = { 1 }, digest[16];
	char hex[33];

	(void)state;
	dossier_link_key(all[0], keys, token);
	dossier_delegation_key(all[1], keys, ann, acme);
	dossier_registry_key(all[2], keys, REGISTRY_INDIRIZZI, ann);
	dossier_registry_key(all[3], keys, REGISTRY_MATRICOLE, "12345678901234567890");
	crypto_generichash(digest, sizeof(digest), all[0], sizeof(all), NULL, 0);
	assert_string_equal(sodium_bin2hex(hex, sizeof(hex), digest, sizeof(digest)),
			    "8d37ff7572e602fd0e4ae53a046d87fd");
}

/* Rows of one table that are no neighbours' business: each its own name. */
static void test_keys_in_meta(void **state)
{
	(void)state;
	assert_memory_not_equal(dossier_numbers_key, dossier_serials_key, STORE_KEY_LEN);
	assert_string_equal((const char *)dossier_numbers_key, "numbers");
	assert_string_equal((const char *)dossier_serials_key, "serials");
	assert_int_equal(dossier_counter.table, STORE_META);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_there_and_back),
		cmocka_unit_test(test_fields_lie_side_by_side),
		cmocka_unit_test(test_format_3_is_frozen),
		cmocka_unit_test(test_lengths_tell_little),
		cmocka_unit_test(test_keys_of_pratiche),
		cmocka_unit_test(test_keys_of_orders),
		cmocka_unit_test(test_keys_of_delegations),
		cmocka_unit_test(test_keys_of_links_and_registries),
		cmocka_unit_test(test_keys_are_frozen),
		cmocka_unit_test(test_keys_in_meta),
	};

	return cmocka_run_group_tests_name("dossier", tests, setup, teardown);
}
