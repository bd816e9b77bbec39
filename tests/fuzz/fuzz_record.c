/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_record.c - rows of every kind: bytes that were sealed by us but are no object, and rows that
 * were not sealed by us at all. What opens is put back as it was; what does not leaves nothing behind.
 */
#include <sodium.h>
#include <stdbool.h>
#include <string.h>

#include "audit.h"
#include "dossier.h"
#include "record.h"
#include "ticket.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REV 5

static const struct seal_kind *const kinds[] = {
	&record_account, &record_shadow, &record_clock, &dossier_pratica, &dossier_link, &dossier_order,
	&dossier_delegation, &dossier_registry, &dossier_counter, &audit_row_kind, &audit_head_kind,
};

static struct keys *keys;
static uint8_t key[STORE_KEY_LEN];

union object { /* room for any of them */
	uint64_t rev;
	uint8_t bytes[2048];
};

static void must(bool holds)
{
	if (!holds)
		__builtin_trap();
}

/* The associated data of a row, as seal.h tells it. */
static void context_of(uint8_t ad[static 42], enum store_table table, uint64_t rev)
{
	ad[0] = (uint8_t)table;
	memcpy(ad + 1, key, STORE_KEY_LEN);
	for (int i = 8; i-- > 0; rev >>= 8)
		ad[33 + i] = (uint8_t)rev;
	ad[41] = SEAL_FORMAT;
}

/* How many bytes of a plaintext count: what follows only fills it up. */
static size_t counts(const uint8_t *plain)
{
	return SEAL_LENGTH + ((size_t)plain[0] << 8 | plain[1]);
}

/* Put obj back; it must be the plaintext it came from. */
static void put_back(const struct seal_kind *kind, const union object *obj, const uint8_t *from,
		     size_t n)
{
	uint8_t ad[42], plain[SEAL_PLAIN_MAX];
	struct store_row row;

	must(obj->rev == REV);
	seal_put(keys, kind, key, obj, &row);
	context_of(ad, kind->table, REV + 1);
	must(row.rev == REV && row.len == 1 + n + KEYS_SEAL_LEN);
	must(keys_unseal(keys, KEYS_RECORD, plain, row.bytes + 1, row.len - 1, ad, sizeof(ad)) == 0);
	must(counts(from) <= n && memcmp(plain, from, counts(from)) == 0);
}

static void sealed_by_us(const struct seal_kind *kind, const uint8_t *plain, size_t n)
{
	struct store_row row = { .rev = REV, .bytes = { SEAL_FORMAT } };
	union object obj;
	uint8_t ad[42];

	must(kind->size <= sizeof(obj));
	context_of(ad, kind->table, REV);
	keys_seal(keys, KEYS_RECORD, row.bytes + 1, plain, n, ad, sizeof(ad));
	row.len = 1 + n + KEYS_SEAL_LEN;
	memset(&obj, 0xff, sizeof(obj));
	if (seal_get(keys, kind, key, &row, &obj) == 0)
		put_back(kind, &obj, plain, n);
	else
		must(sodium_is_zero(obj.bytes, kind->size));
}

/* data as the fields, with the right length in front and filled up as it must be. */
static void framed(const struct seal_kind *kind, const uint8_t *data, size_t size)
{
	uint8_t plain[SEAL_PLAIN_MAX] = { (uint8_t)(size >> 8), (uint8_t)size };
	size_t n = (SEAL_LENGTH + size + kind->unit - 1) / kind->unit * kind->unit;

	if (n > sizeof(plain))
		return;
	memcpy(plain + SEAL_LENGTH, data, size);
	sealed_by_us(kind, plain, n);
}

static void not_sealed_by_us(const uint8_t *data, size_t size)
{
	const struct ticket_scope scope = { "RSSMRA85T10A562S", "login", 0 };
	struct store_row row = { .rev = size > 0 ? data[0] : 0 };
	uint8_t grant[WIRE_GRANT_LEN] = { 0 }, ticket[WIRE_TICKET_LEN] = { 0 };
	struct pin_verifier v;
	union object obj;
	uint32_t gen;

	row.len = size < STORE_ROW_MAX ? size : STORE_ROW_MAX;
	memcpy(row.bytes, data, row.len);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		must((seal_get(keys, kinds[i], key, &row, &obj) == 0) == (row.rev == 0));
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
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		sealed_by_us(kinds[i], data, size < SEAL_PLAIN_MAX ? size : SEAL_PLAIN_MAX);
		framed(kinds[i], data, size);
	}
	not_sealed_by_us(data, size);
	return 0;
}
