/* SPDX-License-Identifier: BSD-2-Clause */
/* seal.c - see seal.h. */
#include "seal.h"

#include <sodium.h>
#include <string.h>

struct context { /* associated data of a row */
	uint8_t bytes[1 + STORE_KEY_LEN + 8 + 1];
};

static struct context context_of(enum store_table table, const uint8_t *key, uint64_t rev)
{
	struct context c = { .bytes = { (uint8_t)table } };

	memcpy(c.bytes + 1, key, STORE_KEY_LEN);
	for (int i = 8; i-- > 0; rev >>= 8)
		c.bytes[1 + STORE_KEY_LEN + i] = (uint8_t)rev;
	c.bytes[1 + STORE_KEY_LEN + 8] = SEAL_FORMAT;
	return c;
}

/* How much is sealed for n bytes of fields: the length must not tell what is inside. */
static size_t filled(const struct seal_kind *kind, size_t n)
{
	return (SEAL_LENGTH + n + kind->unit - 1) / kind->unit * kind->unit;
}

void seal_put(const struct keys *k, const struct seal_kind *kind, const uint8_t *key,
	      const void *obj, struct store_row *row)
{
	uint8_t plain[SEAL_PLAIN_MAX] = { 0 };
	const size_t room = sizeof(plain) - SEAL_LENGTH;
	struct context ad;
	uint64_t rev;
	size_t n = 0;

	memcpy(&rev, obj, sizeof(rev));
	ad = context_of(kind->table, key, rev + 1); /* the revision it will have */
	if (codec_put(kind->fields, obj, plain + SEAL_LENGTH, room, &n) != 0 ||
	    filled(kind, n) > sizeof(plain))
		sodium_misuse(); /* kinds assert their sizes, and texts end in NUL */
	plain[0] = (uint8_t)(n >> 8);
	plain[1] = (uint8_t)n;
	n = filled(kind, n);
	row->rev = rev;
	row->bytes[0] = SEAL_FORMAT;
	keys_seal(k, KEYS_RECORD, row->bytes + 1, plain, n, ad.bytes, sizeof(ad.bytes));
	row->len = 1 + n + KEYS_SEAL_LEN;
	sodium_memzero(plain, sizeof(plain));
}

/* Read the fields from n bytes that were sealed by us. */
static int unpack(const struct seal_kind *kind, const uint8_t *plain, size_t n, void *obj)
{
	size_t len;

	if (n < SEAL_LENGTH)
		return SEAL_E_FORMAT;
	len = (size_t)plain[0] << 8 | plain[1];
	if (n != filled(kind, len))
		return SEAL_E_FORMAT;
	return codec_get(kind->fields, obj, plain + SEAL_LENGTH, len) == 0 ? 0 : SEAL_E_FORMAT;
}

int seal_get(const struct keys *k, const struct seal_kind *kind, const uint8_t *key,
	     const struct store_row *row, void *obj)
{
	struct context ad = context_of(kind->table, key, row->rev);
	uint8_t plain[SEAL_PLAIN_MAX];
	int r;

	memset(obj, 0, kind->size);
	if (row->rev == 0)
		return 0;
	if (row->len < 1 || row->bytes[0] != SEAL_FORMAT)
		return SEAL_E_FORMAT;
	if (keys_unseal(k, KEYS_RECORD, plain, row->bytes + 1, row->len - 1, ad.bytes,
			sizeof(ad.bytes)) != 0)
		return SEAL_E_BROKEN;
	r = unpack(kind, plain, row->len - 1 - KEYS_SEAL_LEN, obj);
	sodium_memzero(plain, sizeof(plain));
	if (r != 0)
		sodium_memzero(obj, kind->size);
	else
		memcpy(obj, &row->rev, sizeof(row->rev)); /* its first member */
	return r;
}
