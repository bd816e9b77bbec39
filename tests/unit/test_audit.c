/* SPDX-License-Identifier: BSD-2-Clause */
/* test_audit.c - the chain of operators' acts: what is changed, dropped, moved or forged shows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "audit.h"

#define ROWS 6

static struct keys *keys, *other_keys;
static struct audit_head head;
static struct audit_row chain[ROWS];

static struct audit_entry entry_of(unsigned int i)
{
	struct audit_entry e = { .at_s = 1767225600 + i, .uid = 1000 + i, .verb = (uint8_t)(0x40 + i) };

	memcpy(e.cf, "RSSMRA85T10A562S", sizeof(e.cf));
	snprintf(e.object, sizeof(e.object), "2026-000000%u-X", i);
	snprintf(e.detail, sizeof(e.detail), "reason %u", i);
	return e;
}

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

static int make_chain(void **state)
{
	(void)state;
	memset(&head, 0, sizeof(head));
	for (unsigned int i = 0; i < ROWS; i++) {
		struct audit_entry e = entry_of(i + 1);

		audit_append(keys, &head, &e, &chain[i]);
	}
	return 0;
}

/* Serial of the last row up to which rows[0..n) hold, from the beginning. */
static uint64_t holds(const struct keys *k, const struct audit_row *rows, size_t n)
{
	uint8_t mac[AUDIT_MAC_LEN] = { 0 };
	uint64_t serial = 0;

	for (size_t i = 0; i < n; i++) {
		if (!audit_follows(k, serial, mac, &rows[i]))
			break;
		serial = rows[i].serial;
		memcpy(mac, rows[i].mac, sizeof(mac));
	}
	return serial;
}

static void test_a_whole_chain_holds(void **state)
{
	/* Chains are kept for years: it must stay this. */
	static const char want[] = "fd6cd886edab900d7fa39aecc9341e5f24e2bf44269ecc2660bd59520199905c";
	char hex[2 * AUDIT_MAC_LEN + 1];

	(void)state;
	sodium_bin2hex(hex, sizeof(hex), head.mac, sizeof(head.mac));
	assert_string_equal(hex, want);
	assert_int_equal(holds(keys, chain, ROWS), ROWS);
	assert_int_equal(head.serial, ROWS);
	assert_memory_equal(head.mac, chain[ROWS - 1].mac, sizeof(head.mac));
	for (unsigned int i = 0; i < ROWS; i++) {
		const struct audit_entry e = entry_of(i + 1);

		assert_int_equal(chain[i].serial, i + 1);
		assert_int_equal(chain[i].rev, 0);
		assert_true(chain[i].entry.at_s == e.at_s && chain[i].entry.uid == e.uid &&
			    chain[i].entry.verb == e.verb);
		assert_string_equal(chain[i].entry.cf, e.cf);
		assert_string_equal(chain[i].entry.object, e.object);
		assert_string_equal(chain[i].entry.detail, e.detail);
	}
}

/* The head's revision is the store's; only serial and mac move on. */
static void test_the_head_moves_on(void **state)
{
	const struct audit_entry e = entry_of(7);
	struct audit_head h = { .rev = 9 };
	struct audit_row row;

	(void)state;
	audit_append(keys, &h, &e, &row);
	assert_true(h.rev == 9 && h.serial == 1);
	assert_memory_equal(h.mac, row.mac, sizeof(h.mac));
	assert_false(sodium_is_zero(h.mac, sizeof(h.mac)));
}

/* Nobody without the key can go on with it, or look whether it holds. */
static void test_another_key(void **state)
{
	const struct audit_entry e = entry_of(7);
	struct audit_head theirs = head;
	struct audit_row row;

	(void)state;
	assert_int_equal(holds(other_keys, chain, ROWS), 0);
	audit_append(other_keys, &theirs, &e, &row);
	assert_false(audit_follows(keys, head.serial, head.mac, &row));
	audit_append(keys, &head, &e, &row);
	assert_true(audit_follows(keys, chain[ROWS - 1].serial, chain[ROWS - 1].mac, &row));
}

/* Any bit of any field. */
static void test_tampering_is_found(void **state)
{
	const struct audit_row good = chain[2];
	uint8_t plain[STORE_ROW_MAX], back[STORE_ROW_MAX];
	struct audit_row bad;
	size_t n;

	(void)state;
	assert_int_equal(codec_put(audit_row_kind.fields, &good, plain, sizeof(plain), &n), 0);
	for (size_t bit = 0; bit < n * 8; bit++) {
		memcpy(back, plain, n);
		back[bit / 8] ^= (uint8_t)(1u << bit % 8);
		memset(&bad, 0, sizeof(bad));
		if (codec_get(audit_row_kind.fields, &bad, back, n) == 0)
			assert_false(audit_follows(keys, chain[1].serial, chain[1].mac, &bad));
	}
}

/* Bytes that go from one text into the next. */
static void test_fields_do_not_run_together(void **state)
{
	struct audit_entry e = entry_of(1), f = e;
	struct audit_head one = { 0 }, two = { 0 };
	struct audit_row a, b;

	(void)state;
	snprintf(e.object, sizeof(e.object), "ab");
	snprintf(e.detail, sizeof(e.detail), "c");
	snprintf(f.object, sizeof(f.object), "a");
	snprintf(f.detail, sizeof(f.detail), "bc");
	audit_append(keys, &one, &e, &a);
	audit_append(keys, &two, &f, &b);
	assert_memory_not_equal(a.mac, b.mac, sizeof(a.mac));
}

static void test_dropping_is_found(void **state)
{
	struct audit_row rows[ROWS];

	(void)state;
	for (size_t gone = 0; gone < ROWS - 1; gone++) {
		memcpy(rows, chain, sizeof(rows));
		memmove(rows + gone, rows + gone + 1, (ROWS - 1 - gone) * sizeof(*rows));
		assert_int_equal(holds(keys, rows, ROWS - 1), gone);
		for (size_t i = gone; i < ROWS - 1; i++) /* the serials made good, too */
			rows[i].serial = i + 1;
		assert_int_equal(holds(keys, rows, ROWS - 1), gone);
	}
	assert_int_equal(holds(keys, chain, ROWS - 1), ROWS - 1); /* the last one: by the head only */
	assert_memory_not_equal(chain[ROWS - 2].mac, head.mac, sizeof(head.mac));
}

static void test_reordering_is_found(void **state)
{
	struct audit_row rows[ROWS];

	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		for (size_t j = 0; j < i; j++) {
			memcpy(rows, chain, sizeof(rows));
			rows[i] = chain[j];
			rows[j] = chain[i];
			assert_int_equal(holds(keys, rows, ROWS), j);
			rows[i].serial = i + 1;
			rows[j].serial = j + 1;
			assert_int_equal(holds(keys, rows, ROWS), j);
		}
}

/* A row of another past of the same store: same serial, same key. */
static void test_another_past_is_found(void **state)
{
	const struct audit_entry e = entry_of(9);
	struct audit_head past = { .serial = chain[1].serial };
	struct audit_row row;

	(void)state;
	memcpy(past.mac, chain[0].mac, sizeof(past.mac));
	audit_append(keys, &past, &e, &row);
	assert_int_equal(row.serial, 3);
	assert_false(audit_follows(keys, chain[1].serial, chain[1].mac, &row));
	assert_false(audit_follows(keys, 1, chain[1].mac, &chain[2]));
	assert_false(audit_follows(keys, 0, (const uint8_t[AUDIT_MAC_LEN]){ 0 }, &chain[1]));
}

/* What auditors are shown cannot steer their terminal. */
static void test_control_characters(void **state)
{
	struct audit_entry e = entry_of(1);
	struct audit_head h = { 0 };
	struct audit_row row;

	(void)state;
	e.cf[0] = '\b';
	snprintf(e.object, sizeof(e.object), "a\033[2J\x7f");
	snprintf(e.detail, sizeof(e.detail), "\n\r\t\x01 per\xc3\xb2");
	audit_append(keys, &h, &e, &row);
	assert_int_equal(row.entry.cf[0], '?');
	assert_string_equal(row.entry.object, "a?[2J?");
	assert_string_equal(row.entry.detail, "???? per\xc3\xb2");
	assert_true(audit_follows(keys, 0, (const uint8_t[AUDIT_MAC_LEN]){ 0 }, &row));
}

/* The longest there and back; all rows of the table are of one length. */
static void test_rows_and_head_as_stored(void **state)
{
	struct audit_row full, empty, back;
	struct audit_head h = { .rev = 5, .serial = UINT64_MAX }, h2;
	struct store_row row, short_row;
	uint8_t key[STORE_KEY_LEN];

	(void)state;
	memset(&full, 0, sizeof(full));
	full.serial = UINT64_MAX;
	full.entry = (struct audit_entry){ UINT64_MAX, UINT32_MAX, 0xff, "", "", "" };
	memset(full.entry.cf, 'C', RECORD_CF_MAX);
	memset(full.entry.object, 'O', AUDIT_OBJECT_MAX);
	memset(full.entry.detail, 'D', AUDIT_DETAIL_MAX);
	memset(full.mac, 'M', AUDIT_MAC_LEN);
	memset(&empty, 0, sizeof(empty));
	audit_key(key, 258);
	seal_put(keys, &audit_row_kind, key, &empty, &short_row);
	seal_put(keys, &audit_row_kind, key, &full, &row);
	assert_int_equal(row.len, short_row.len);
	row.rev = full.rev = 1;
	memset(&back, 0, sizeof(back));
	assert_int_equal(seal_get(keys, &audit_row_kind, key, &row, &back), 0);
	assert_memory_equal(&back, &full, sizeof(full));
	memset(h.mac, 'M', sizeof(h.mac));
	seal_put(keys, &audit_head_kind, audit_head_key, &h, &row);
	row.rev = h.rev = 6;
	assert_int_equal(seal_get(keys, &audit_head_kind, audit_head_key, &row, &h2), 0);
	assert_memory_equal(&h, &h2, sizeof(h));
}

static void test_keys_are_in_order(void **state)
{
	static const uint64_t serials[] = { 0, 1, 2, 255, 256, 65535, 65536, UINT64_MAX };
	uint8_t last[STORE_KEY_LEN], key[STORE_KEY_LEN];

	(void)state;
	audit_key(last, 0);
	for (size_t i = 1; i < sizeof(serials) / sizeof(serials[0]); i++) {
		audit_key(key, serials[i]);
		assert_true(memcmp(last, key, sizeof(key)) < 0);
		memcpy(last, key, sizeof(key));
	}
	assert_int_equal(audit_row_kind.table, STORE_AUDIT);
	assert_int_equal(audit_head_kind.table, STORE_META);
	assert_string_equal((const char *)audit_head_key, "audit head");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_a_whole_chain_holds, make_chain),
		cmocka_unit_test(test_the_head_moves_on),
		cmocka_unit_test_setup(test_another_key, make_chain),
		cmocka_unit_test_setup(test_tampering_is_found, make_chain),
		cmocka_unit_test(test_fields_do_not_run_together),
		cmocka_unit_test_setup(test_dropping_is_found, make_chain),
		cmocka_unit_test_setup(test_reordering_is_found, make_chain),
		cmocka_unit_test_setup(test_another_past_is_found, make_chain),
		cmocka_unit_test(test_control_characters),
		cmocka_unit_test(test_rows_and_head_as_stored),
		cmocka_unit_test(test_keys_are_in_order),
	};

	return cmocka_run_group_tests_name("audit", tests, setup, teardown);
}
