/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_record.c - rows: bytes that were sealed by us but are no record, and rows that were not
 * sealed by us at all. What opens is put back as it was; what does not leaves nothing behind.
 */
#include <sodium.h>
#include <stdbool.h>
#include <string.h>

#include "record.h"
#include "ticket.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PLAIN_MAX (STORE_ROW_MAX - 1 - KEYS_SEAL_LEN)
#define FILLED    704 /* most plaintexts are */

static struct keys *keys;
static uint8_t key[STORE_KEY_LEN];

static void must(bool holds)
{
	if (!holds)
		__builtin_trap();
}

/* The associated data of a row, as record.h tells it. */
static void context_of(uint8_t ad[static 42], enum store_table table, const uint8_t *of,
		       uint64_t rev)
{
	ad[0] = (uint8_t)table;
	memcpy(ad + 1, of, STORE_KEY_LEN);
	for (int i = 8; i-- > 0; rev >>= 8)
		ad[33 + i] = (uint8_t)rev;
	ad[41] = RECORD_FORMAT;
}

static size_t unseal(const struct store_row *row, const uint8_t *ad,
		     uint8_t plain[static PLAIN_MAX])
{
	must(keys_unseal(keys, KEYS_RECORD, plain, row->bytes + 1, row->len - 1, ad, 42) == 0);
	return row->len - 1 - KEYS_SEAL_LEN;
}

/* How many bytes of a plaintext count: what follows only fills it up. */
static size_t counts(const uint8_t *plain, size_t n)
{
	size_t len = n >= 2 ? 2 + ((size_t)plain[0] << 8 | plain[1]) : n;

	return len < n ? len : n;
}

/* Put a back; it must be the plaintext it came from. */
static void put_back(const struct account *a, const uint8_t *from, size_t n)
{
	uint8_t ad[42], plain[PLAIN_MAX];
	struct store_row row;

	record_put_account(keys, key, a, &row);
	context_of(ad, STORE_PIN, key, row.rev + 1);
	must(unseal(&row, ad, plain) == n && memcmp(plain, from, counts(from, n)) == 0);
}

static void sealed_by_us(const uint8_t *data, size_t size)
{
	struct store_row row = { .rev = 5, .bytes = { RECORD_FORMAT } };
	size_t n = size < PLAIN_MAX ? size : PLAIN_MAX;
	struct clock_mark mark;
	struct account a, zero;
	struct shadow sh;
	uint8_t ad[42];

	memset(&zero, 0, sizeof(zero));
	context_of(ad, STORE_PIN, key, row.rev);
	keys_seal(keys, KEYS_RECORD, row.bytes + 1, data, n, ad, sizeof(ad));
	row.len = 1 + n + KEYS_SEAL_LEN;
	if (record_get_account(keys, key, &row, &a) == 0)
		put_back(&a, data, n);
	else
		must(memcmp(&a, &zero, sizeof(a)) == 0);
	context_of(ad, STORE_SHADOW, key, row.rev);
	keys_seal(keys, KEYS_RECORD, row.bytes + 1, data, n, ad, sizeof(ad));
	must((record_get_shadow(keys, key, &row, &sh) == 0) == (n == FILLED && data[0] == 0 && data[1] == 28));
	context_of(ad, STORE_META, record_clock_key, row.rev);
	keys_seal(keys, KEYS_RECORD, row.bytes + 1, data, n, ad, sizeof(ad));
	must((record_get_clock(keys, &row, &mark) == 0) == (n == FILLED && data[0] == 0 && data[1] == 8));
}

static void not_sealed_by_us(const uint8_t *data, size_t size)
{
	const struct ticket_scope scope = { "RSSMRA85T10A562S", "login", 0 };
	struct store_row row = { .rev = size > 0 ? data[0] : 0 };
	uint8_t grant[WIRE_GRANT_LEN] = { 0 }, ticket[WIRE_TICKET_LEN] = { 0 };
	struct pin_verifier v;
	struct account a;
	uint32_t gen;

	row.len = size < STORE_ROW_MAX ? size : STORE_ROW_MAX;
	memcpy(row.bytes, data, row.len);
	must((record_get_account(keys, key, &row, &a) == 0) == (row.rev == 0));
	memcpy(grant, data, size < sizeof(grant) ? size : sizeof(grant));
	must(!ticket_grant_open(keys, &scope, 0, grant, &gen) && gen == 0);
	memcpy(ticket, data, size < sizeof(ticket) ? size : sizeof(ticket));
	must(!ticket_open(keys, &scope, 0, ticket, &gen, &v) && gen == 0 && v.alg == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t root[KEYS_ROOT_LEN] = { 13 };

	if (keys == NULL) {
		must(sodium_init() >= 0 && keys_from(&keys, root) == 0);
		record_account_key(key, keys, "RSSMRA85T10A562S");
	}
	sealed_by_us(data, size);
	not_sealed_by_us(data, size);
	return 0;
}
