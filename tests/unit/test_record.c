/* SPDX-License-Identifier: BSD-2-Clause */
/* test_record.c - rows: every field there and back, and no row that was changed, moved or swapped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <string.h>

#include "record.h"

static const char ann[] = "RSSMRA85T10A562S", bob[] = "BNCGNN80A01H501F";
static struct keys *keys, *other_keys;
static uint8_t ann_key[STORE_KEY_LEN], bob_key[STORE_KEY_LEN];

static int setup(void **state)
{
	uint8_t root[KEYS_ROOT_LEN] = { 4 };

	(void)state;
	if (sodium_init() < 0 || keys_from(&keys, root) != 0)
		return -1;
	root[31] = 1;
	if (keys_from(&other_keys, root) != 0)
		return -1;
	record_account_key(ann_key, keys, ann);
	record_account_key(bob_key, keys, bob);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	keys_close(keys);
	keys_close(other_keys);
	return 0;
}

static void fill_verifier(struct pin_verifier *v, int salt, int tag)
{
	v->alg = 1;
	v->ops = UINT32_MAX;
	v->mem_kib = UINT32_MAX - 1;
	memset(v->salt, salt, sizeof(v->salt));
	memset(v->tag, tag, sizeof(v->tag));
}

static void fill_from(struct penalty_from *from, uint64_t tag, char name)
{
	from->tag = tag;
	memset(from->service, name, PENALTY_SERVICE_MAX);
}

/* Every field at its limit, and no two alike. */
static struct account full(void)
{
	struct account a;

	memset(&a, 0, sizeof(a));
	a.pin = (struct pin_rec){ .rev = 41, .gen = UINT32_MAX, .form = 3, .temporary = 1, .revoked = 2,
				  .level = 0xfe, .penalty.pool = { UINT32_MAX - 2, UINT64_MAX - 3 },
				  .set_s = UINT64_MAX - 4, .expires_s = UINT64_MAX - 5,
				  .lapses_s = UINT64_MAX - 6 };
	fill_from(&a.pin.penalty.last, UINT64_MAX - 10, 'L');
	for (uint32_t i = 0; i < PENALTY_SOURCES; i++) {
		struct penalty_source *s = &a.pin.penalty.known[i];

		fill_from(&s->from, UINT64_MAX - 11 - i, (char)('a' + i));
		s->count = (struct penalty_count){ UINT32_MAX - 20 - i, UINT64_MAX - 30 - i };
		s->seen_s = UINT64_MAX - 40 - i;
	}
	fill_verifier(&a.pin.verifier[0], 0x11, 0x22);
	fill_verifier(&a.pin.verifier[1], 0x33, 0x44);
	memcpy(a.cf, ann, sizeof(ann));
	a.category = 0xfd;
	a.issued_s = UINT64_MAX - 7;
	a.seen_s = UINT64_MAX - 8;
	memset(a.seen_at, 'S', RECORD_SERVICE_MAX);
	memset(a.email, 'E', CONTACT_EMAIL_MAX);
	memset(a.phone, 'P', CONTACT_PHONE_MAX);
	a.doc_kind = 0xfc;
	memset(a.doc_number, 'N', RECORD_NUMBER_MAX);
	memset(a.doc_issuer, 'I', RECORD_ISSUER_MAX);
	a.doc_until_s = UINT64_MAX - 9;
	memset(a.reason, 'R', RECORD_REASON_MAX);
	memset(a.number, '#', NUMBER_LEN);
	memset(a.replaced_by, 'C', RECORD_CF_MAX);
	a.first_s = UINT64_MAX - 10;
	a.reminded_of_s = UINT64_MAX - 11;
	a.reminded_days = 0xfb;
	a.recover_s = 0xfafffffffffffff9;
	a.recover_n = 0xf8fffff7;
	a.asked.way = 0xfb;
	a.asked.papers.kind = 0xfa;
	memset(a.asked.papers.number, 'n', RECORD_NUMBER_MAX);
	memset(a.asked.papers.issuer, 'i', RECORD_ISSUER_MAX);
	a.asked.papers.until_s = UINT64_MAX - 50;
	memset(a.asked.papers.fax, 'F', RECORD_FAX_MAX);
	memset(a.asked.papers.sha256, 0x55, RECORD_SHA_LEN);
	a.asked.at_s = UINT64_MAX - 51;
	a.asked.by = UINT32_MAX - 52;
	return a;
}

/* What the store makes of a put row: the next revision. */
static struct store_row stored(const struct store_row *put)
{
	struct store_row row = *put;

	row.rev++;
	return row;
}

static struct store_row row_of(const uint8_t *key, const struct account *a)
{
	struct store_row row;

	seal_put(keys, &record_account, key, a, &row);
	return stored(&row);
}

static void assert_refused(int want, const struct keys *k, const uint8_t *key,
			   const struct store_row *row)
{
	struct account a, zero;

	memset(&zero, 0, sizeof(zero));
	memset(&a, 0xff, sizeof(a));
	assert_int_equal(seal_get(k, &record_account, key, row, &a), want);
	assert_memory_equal(&a, &zero, sizeof(a));
}

static void test_account_there_and_back(void **state)
{
	struct account in = full(), back;
	struct store_row put, row;

	(void)state;
	seal_put(keys, &record_account, ann_key, &in, &put);
	assert_int_equal(put.rev, 41); /* what it must replace */
	assert_int_equal(put.bytes[0], SEAL_FORMAT);
	assert_in_range(put.len, 1 + KEYS_SEAL_LEN, STORE_ROW_MAX);
	row = stored(&put);
	memset(&back, 0xff, sizeof(back));
	assert_int_equal(seal_get(keys, &record_account, ann_key, &row, &back), 0);
	in.pin.rev = 42;
	assert_memory_equal(&in, &back, sizeof(in));
}

static void test_an_empty_account_and_no_row(void **state)
{
	struct store_row row = { .rev = 0 };
	struct account in, back;
	struct clock_mark mark;
	struct shadow shadow;

	(void)state;
	memset(&in, 0, sizeof(in));
	memset(&back, 0xff, sizeof(back));
	assert_int_equal(seal_get(keys, &record_account, ann_key, &row, &back), 0);
	assert_memory_equal(&in, &back, sizeof(in));
	memset(&shadow, 0xff, sizeof(shadow));
	assert_int_equal(seal_get(keys, &record_shadow, ann_key, &row, &shadow), 0);
	assert_true(shadow.rev == 0 && shadow.count.fails == 0 && shadow.last_s == 0);
	memset(&mark, 0xff, sizeof(mark));
	assert_int_equal(seal_get(keys, &record_clock, record_clock_key, &row, &mark), 0);
	assert_true(mark.rev == 0 && mark.high_s == 0);
	row = row_of(ann_key, &in);
	assert_int_equal(seal_get(keys, &record_account, ann_key, &row, &back), 0);
	in.pin.rev = 1;
	assert_memory_equal(&in, &back, sizeof(in));
}

static void test_shadow_and_clock(void **state)
{
	struct shadow sh = { 6, { UINT32_MAX - 1, UINT64_MAX - 2 }, UINT64_MAX - 3, UINT64_MAX - 4 }, sh2;
	struct clock_mark mark = { 8, UINT64_MAX - 4 }, mark2;
	struct store_row row;
	uint8_t key[STORE_KEY_LEN];

	(void)state;
	record_shadow_key(key, keys, ann);
	seal_put(keys, &record_shadow, key, &sh, &row);
	row = stored(&row);
	assert_int_equal(seal_get(keys, &record_shadow, key, &row, &sh2), 0);
	assert_true(sh2.rev == 7 && sh2.count.fails == sh.count.fails &&
		    sh2.count.until_s == sh.count.until_s && sh2.last_s == sh.last_s &&
		    sh2.whose == sh.whose);
	seal_put(keys, &record_clock, record_clock_key, &mark, &row);
	row = stored(&row);
	assert_int_equal(seal_get(keys, &record_clock, record_clock_key, &row, &mark2), 0);
	assert_true(mark2.rev == 9 && mark2.high_s == mark.high_s);
	row.bytes[20] ^= 1;
	assert_int_equal(seal_get(keys, &record_clock, record_clock_key, &row, &mark2), SEAL_E_BROKEN);
	assert_true(mark2.rev == 0 && mark2.high_s == 0);
	assert_int_equal(seal_get(keys, &record_shadow, key, &row, &sh2), SEAL_E_BROKEN);
	assert_true(sh2.rev == 0 && sh2.count.fails == 0);
}

/* What a thief of the disk, or of last week's backup, could try with rows that are genuine. */
static void test_swapped_rows_are_refused(void **state)
{
	struct account a = full();
	struct store_row row = row_of(ann_key, &a), moved = row;
	struct shadow sh;
	struct clock_mark mark;

	(void)state;
	assert_refused(SEAL_E_BROKEN, keys, bob_key, &row);       /* another person's place */
	assert_refused(SEAL_E_BROKEN, other_keys, ann_key, &row); /* another root key */
	for (uint64_t rev = 1; rev < 100; rev++) {                /* an earlier or later revision */
		moved.rev = rev;
		if (rev != row.rev)
			assert_refused(SEAL_E_BROKEN, keys, ann_key, &moved);
	}
	moved.rev = row.rev + ((uint64_t)1 << 56);
	assert_refused(SEAL_E_BROKEN, keys, ann_key, &moved);
	assert_int_equal(seal_get(keys, &record_shadow, ann_key, &row, &sh), SEAL_E_BROKEN);
	assert_int_equal(seal_get(keys, &record_clock, record_clock_key, &row, &mark), SEAL_E_BROKEN);
}

/* The same plaintext and key in two tables: only the table in the associated data differs. */
static void test_tables_do_not_mix(void **state)
{
	struct shadow sh = { .rev = 0, .last_s = 5 };
	struct account a;
	struct store_row row;

	(void)state;
	seal_put(keys, &record_shadow, ann_key, &sh, &row);
	row = stored(&row);
	memset(&a, 0xff, sizeof(a));
	assert_int_equal(seal_get(keys, &record_account, ann_key, &row, &a), SEAL_E_BROKEN);
}

static void test_every_flip_and_cut_is_refused(void **state)
{
	struct account a = full();
	struct store_row row = row_of(ann_key, &a), bad = row;

	(void)state;
	for (size_t bit = 8; bit < row.len * 8; bit++) {
		bad.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_refused(SEAL_E_BROKEN, keys, ann_key, &bad);
		bad.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (bad.len = 1; bad.len < row.len; bad.len++)
		assert_refused(SEAL_E_BROKEN, keys, ann_key, &bad);
	bad.len = STORE_ROW_MAX;
	assert_refused(SEAL_E_BROKEN, keys, ann_key, &bad);
	bad.len = 0;
	assert_refused(SEAL_E_FORMAT, keys, ann_key, &bad);
}

static void test_other_formats(void **state)
{
	struct account a = full();
	struct store_row row = row_of(ann_key, &a);

	(void)state;
	for (unsigned int format = 0; format < 256; format++) {
		row.bytes[0] = (uint8_t)format;
		if (format != SEAL_FORMAT)
			assert_refused(SEAL_E_FORMAT, keys, ann_key, &row);
	}
}

/* The associated data as seal.h tells: table, key, revision (big-endian), format. */
static void context_of(uint8_t ad[static 42], uint8_t table, const uint8_t *key, uint8_t rev)
{
	memset(ad, 0, 42);
	ad[0] = table;
	memcpy(ad + 1, key, STORE_KEY_LEN);
	ad[40] = rev;
	ad[41] = SEAL_FORMAT;
}

/*
 * The plaintext of format 3, as a digest: whoever changes a field's place or size must count
 * SEAL_FORMAT up. The digest is of this program's making.
 */
static void test_format_3_is_frozen(void **state)
{
	static const char want[] = "71896bc652628cd86f9e9ce018090bc48433ff780674002a77ca6240c37a206d";
	struct account a = full();
	struct store_row row = row_of(ann_key, &a);
	uint8_t ad[42], plain[STORE_ROW_MAX], digest[32];
	char hex[65];

	(void)state;
	context_of(ad, STORE_PIN, ann_key, 42);
	assert_int_equal(row.len, 1 + KEYS_SEAL_LEN + 1536);
	assert_int_equal(keys_unseal(keys, KEYS_RECORD, plain, row.bytes + 1, row.len - 1, ad,
				     sizeof(ad)), 0);
	assert_memory_equal(plain, "\x05\xea\0\x10RSSMRA85T10A562S\xfd\xff\xff\xff\xff\x03\x01\x02\xfe", 28);
	crypto_generichash(digest, sizeof(digest), plain, row.len - 1 - KEYS_SEAL_LEN, NULL, 0);
	assert_string_equal(sodium_bin2hex(hex, sizeof(hex), digest, sizeof(digest)), want);
}

/* Sealed by us, yet no record: a field too long, a record cut off, bytes left over. */
static void test_sealed_nonsense(void **state)
{
	uint8_t plain[STORE_ROW_MAX] = { 0 }, ad[42];
	struct account a = full();
	struct store_row row = row_of(ann_key, &a);
	size_t whole = row.len - 1 - KEYS_SEAL_LEN;

	(void)state;
	context_of(ad, STORE_PIN, ann_key, 42);
	assert_int_equal(keys_unseal(keys, KEYS_RECORD, plain, row.bytes + 1, row.len - 1, ad,
				     sizeof(ad)), 0);
	for (size_t n = 0; n <= whole + 1; n++) {
		keys_seal(keys, KEYS_RECORD, row.bytes + 1, plain, n, ad, sizeof(ad));
		row.len = 1 + n + KEYS_SEAL_LEN;
		if (n != whole)
			assert_refused(SEAL_E_FORMAT, keys, ann_key, &row);
	}
	row.len = 1 + whole + KEYS_SEAL_LEN;
	for (size_t at = 0; at < SEAL_LENGTH + 2; at++) { /* the length of all, and of cf: one more */
		plain[at]++;
		keys_seal(keys, KEYS_RECORD, row.bytes + 1, plain, whole, ad, sizeof(ad));
		assert_refused(SEAL_E_FORMAT, keys, ann_key, &row);
		plain[at]--;
	}
}

/* Lengths are one of two, whoever it is; strangers' and the clock's rows are as long as most. */
static void test_lengths_tell_nothing(void **state)
{
	struct account a = { .cf = "RSSMRA85T10A562S" };
	struct store_row none, some, much, stranger, mark;
	struct shadow sh = { .rev = 0 };
	struct clock_mark clock = { .rev = 0 };

	(void)state;
	seal_put(keys, &record_account, ann_key, &a, &none);
	memset(a.email, 'e', 40);
	memset(a.reason, 'r', 40);
	seal_put(keys, &record_account, ann_key, &a, &some);
	a = full();
	seal_put(keys, &record_account, ann_key, &a, &much);
	seal_put(keys, &record_shadow, ann_key, &sh, &stranger);
	seal_put(keys, &record_clock, record_clock_key, &clock, &mark);
	assert_int_equal(none.len, some.len);
	assert_int_equal(much.len - some.len, some.len - 1 - KEYS_SEAL_LEN);
	assert_int_equal(stranger.len, none.len);
	assert_int_equal(mark.len, none.len);
}

static void assert_not_in(const struct store_row *row, const void *what, size_t n)
{
	assert_null(memmem(row->bytes, row->len, what, n));
}

static void test_a_row_shows_nothing(void **state)
{
	struct account a = full();
	struct store_row one, two;

	(void)state;
	memcpy(a.email, "mario.rossi@example.org", 24);
	one = row_of(ann_key, &a);
	two = row_of(ann_key, &a);
	assert_not_in(&one, ann, 8);
	assert_not_in(&one, "mario", 5);
	assert_not_in(&one, "example", 7);
	assert_not_in(&one, a.pin.verifier[0].salt, 4);
	assert_not_in(&one, a.pin.verifier[0].tag, 4);
	assert_not_in(&one, "RRRR", 4);
	assert_null(memmem(ann_key, sizeof(ann_key), ann, 4));
	assert_memory_not_equal(one.bytes + 1, two.bytes + 1, 24); /* not even that it is the same */
}

static void test_keys_of_rows(void **state)
{
	uint8_t key[STORE_KEY_LEN], theirs[STORE_KEY_LEN], shadow[STORE_KEY_LEN];

	(void)state;
	record_account_key(key, keys, ann);
	keys_digest(keys, KEYS_INDEX, theirs, sizeof(theirs), ann, strlen(ann));
	assert_memory_equal(key, theirs, sizeof(key));
	assert_memory_not_equal(key, bob_key, sizeof(key));
	record_account_key(theirs, other_keys, ann);
	assert_memory_not_equal(key, theirs, sizeof(key));
	record_shadow_key(shadow, keys, ann); /* 20 bits of it */
	assert_memory_equal(shadow, key, 2);
	assert_int_equal(shadow[2], key[2] & 0xf0);
	assert_true(sodium_is_zero(shadow + 3, sizeof(shadow) - 3));
}

static void test_verifiers(void **state)
{
	uint8_t bytes[RECORD_VERIFIER_LEN];
	struct pin_verifier v, back;

	(void)state;
	memset(&v, 0, sizeof(v));
	fill_verifier(&v, 0x55, 0x66);
	record_put_verifier(&v, bytes);
	assert_memory_equal(bytes, "\x01\xff\xff\xff\xff\xff\xff\xff\xfe\x55", 10);
	memset(&back, 0xff, sizeof(back));
	record_get_verifier(&back, bytes);
	assert_true(back.alg == v.alg && back.ops == v.ops && back.mem_kib == v.mem_kib);
	assert_memory_equal(back.salt, v.salt, sizeof(v.salt));
	assert_memory_equal(back.tag, v.tag, sizeof(v.tag));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_account_there_and_back),
		cmocka_unit_test(test_an_empty_account_and_no_row),
		cmocka_unit_test(test_shadow_and_clock),
		cmocka_unit_test(test_swapped_rows_are_refused),
		cmocka_unit_test(test_tables_do_not_mix),
		cmocka_unit_test(test_every_flip_and_cut_is_refused),
		cmocka_unit_test(test_other_formats),
		cmocka_unit_test(test_format_3_is_frozen),
		cmocka_unit_test(test_sealed_nonsense),
		cmocka_unit_test(test_lengths_tell_nothing),
		cmocka_unit_test(test_a_row_shows_nothing),
		cmocka_unit_test(test_keys_of_rows),
		cmocka_unit_test(test_verifiers),
	};

	return cmocka_run_group_tests_name("record", tests, setup, teardown);
}
