/* SPDX-License-Identifier: BSD-2-Clause */
/* record.c - field tables of stored objects, and the seal around them; see record.h. */
#include "record.h"

#include <sodium.h>
#include <string.h>

#include "codec.h"

#define PLAIN_MAX   (STORE_ROW_MAX - 1 - KEYS_SEAL_LEN)
#define LENGTH_LEN  2   /* in front of the fields: how many bytes they are */
#define FILLED_LEN  704 /* all plaintexts are filled up to this; or to twice as much */
#define SHADOW_BITS 20 /* 2^20 rows hold all attempts on unknown people */

#define A(field) offsetof(struct account, field)
#define VERIFIER_AT(at)                                                                            \
	{ K_U8, (at) + offsetof(struct pin_verifier, alg), 0, "alg" },                             \
	{ K_U32, (at) + offsetof(struct pin_verifier, ops), 0, "ops" },                            \
	{ K_U32, (at) + offsetof(struct pin_verifier, mem_kib), 0, "mem_kib" },                    \
	{ K_RAW, (at) + offsetof(struct pin_verifier, salt), PIN_SALT_LEN, "salt" },               \
	{ K_RAW, (at) + offsetof(struct pin_verifier, tag), PIN_TAG_LEN, "tag" }

#define SOURCE_AT(at)                                                                              \
	{ K_U64, (at) + offsetof(struct penalty_source, from.tag), 0, "tag" },                     \
	{ K_SEC, (at) + offsetof(struct penalty_source, from.service), PENALTY_SERVICE_MAX,        \
	  "service" },                                                                             \
	{ K_U32, (at) + offsetof(struct penalty_source, count.fails), 0, "fails" },                \
	{ K_U64, (at) + offsetof(struct penalty_source, count.until_s), 0, "until_s" },            \
	{ K_U64, (at) + offsetof(struct penalty_source, seen_s), 0, "seen_s" }
#define SOURCE_LEN (8 + 2 + PENALTY_SERVICE_MAX + 4 + 8 + 8)

_Static_assert(PENALTY_SOURCES == 8, "account_fields lists each");

/* The order is the format: RECORD_FORMAT grows when a line is changed. */
static const struct codec_field account_fields[] = {
	{ K_SEC, A(cf), RECORD_CF_MAX, "cf" },
	{ K_U8, A(category), 0, "category" },
	{ K_U32, A(pin.gen), 0, "gen" },
	{ K_U8, A(pin.form), 0, "form" },
	{ K_U8, A(pin.temporary), 0, "temporary" },
	{ K_U8, A(pin.revoked), 0, "revoked" },
	{ K_U8, A(pin.level), 0, "level" },
	{ K_U32, A(pin.penalty.pool.fails), 0, "fails" },
	{ K_U64, A(pin.penalty.pool.until_s), 0, "until_s" },
	{ K_U64, A(pin.penalty.last.tag), 0, "last_tag" },
	{ K_SEC, A(pin.penalty.last.service), PENALTY_SERVICE_MAX, "last_service" },
	SOURCE_AT(A(pin.penalty.known[0])),
	SOURCE_AT(A(pin.penalty.known[1])),
	SOURCE_AT(A(pin.penalty.known[2])),
	SOURCE_AT(A(pin.penalty.known[3])),
	SOURCE_AT(A(pin.penalty.known[4])),
	SOURCE_AT(A(pin.penalty.known[5])),
	SOURCE_AT(A(pin.penalty.known[6])),
	SOURCE_AT(A(pin.penalty.known[7])),
	{ K_U64, A(pin.set_s), 0, "set_s" },
	{ K_U64, A(pin.expires_s), 0, "expires_s" },
	{ K_U64, A(pin.lapses_s), 0, "lapses_s" },
	VERIFIER_AT(A(pin.verifier[0])),
	VERIFIER_AT(A(pin.verifier[1])),
	{ K_U64, A(issued_s), 0, "issued_s" },
	{ K_U64, A(seen_s), 0, "seen_s" },
	{ K_SEC, A(seen_at), RECORD_SERVICE_MAX, "seen_at" },
	{ K_SEC, A(email), CONTACT_EMAIL_MAX, "email" },
	{ K_SEC, A(phone), CONTACT_PHONE_MAX, "phone" },
	{ K_U8, A(doc_kind), 0, "doc_kind" },
	{ K_SEC, A(doc_number), RECORD_NUMBER_MAX, "doc_number" },
	{ K_SEC, A(doc_issuer), RECORD_ISSUER_MAX, "doc_issuer" },
	{ K_U64, A(doc_until_s), 0, "doc_until_s" },
	{ K_SEC, A(reason), RECORD_REASON_MAX, "reason" },
	{ K_END, 0, 0, NULL },
};

static const struct codec_field shadow_fields[] = {
	{ K_U32, offsetof(struct shadow, count.fails), 0, "fails" },
	{ K_U64, offsetof(struct shadow, count.until_s), 0, "until_s" },
	{ K_U64, offsetof(struct shadow, last_s), 0, "last_s" },
	{ K_U64, offsetof(struct shadow, whose), 0, "whose" },
	{ K_END, 0, 0, NULL },
};

static const struct codec_field clock_fields[] = {
	{ K_U64, offsetof(struct clock_mark, high_s), 0, "high_s" },
	{ K_END, 0, 0, NULL },
};

static const struct codec_field verifier_fields[] = { VERIFIER_AT(0), { K_END, 0, 0, NULL } };

_Static_assert(LENGTH_LEN + 16 + 2 + 1 + 4 + 4 + 4 + 8 * 4 + 2 * RECORD_VERIFIER_LEN + 16 + 2 +
			       RECORD_SERVICE_MAX + 2 + CONTACT_EMAIL_MAX + 2 + CONTACT_PHONE_MAX +
			       1 + 2 + RECORD_NUMBER_MAX + 2 + RECORD_ISSUER_MAX + 8 + 2 +
			       RECORD_REASON_MAX + 8 + 2 + PENALTY_SERVICE_MAX +
			       PENALTY_SOURCES * SOURCE_LEN <=
		       2 * FILLED_LEN,
	       "the longest account fits");
_Static_assert(2 * FILLED_LEN <= PLAIN_MAX, "the longest account, filled up, fits a row");

const uint8_t record_clock_key[STORE_KEY_LEN] = "clock";

struct context { /* associated data of a row */
	uint8_t bytes[1 + STORE_KEY_LEN + 8 + 1];
};

static struct context context_of(enum store_table table, const uint8_t *key, uint64_t rev)
{
	struct context c = { .bytes = { (uint8_t)table } };

	memcpy(c.bytes + 1, key, STORE_KEY_LEN);
	for (int i = 8; i-- > 0; rev >>= 8)
		c.bytes[1 + STORE_KEY_LEN + i] = (uint8_t)rev;
	c.bytes[1 + STORE_KEY_LEN + 8] = RECORD_FORMAT;
	return c;
}

/* How much is sealed for n bytes of fields: the length must not tell whose row it is. */
static size_t filled(size_t n)
{
	return LENGTH_LEN + n <= FILLED_LEN ? FILLED_LEN : 2 * FILLED_LEN;
}

static void put(const struct keys *k, enum store_table table, const uint8_t *key,
		const struct codec_field *fields, const void *obj, uint64_t rev,
		struct store_row *row)
{
	struct context ad = context_of(table, key, rev + 1); /* the revision it will have */
	uint8_t plain[PLAIN_MAX] = { 0 };
	size_t n = 0;

	if (codec_put(fields, obj, plain + LENGTH_LEN, sizeof(plain) - LENGTH_LEN, &n) != 0)
		sodium_misuse(); /* sizes are asserted above, and texts end in NUL */
	plain[0] = (uint8_t)(n >> 8);
	plain[1] = (uint8_t)n;
	n = filled(n);
	row->rev = rev;
	row->bytes[0] = RECORD_FORMAT;
	keys_seal(k, KEYS_RECORD, row->bytes + 1, plain, n, ad.bytes, sizeof(ad.bytes));
	row->len = 1 + n + KEYS_SEAL_LEN;
	sodium_memzero(plain, sizeof(plain));
}

static int get(const struct keys *k, enum store_table table, const uint8_t *key,
	       const struct codec_field *fields, void *obj, size_t size,
	       const struct store_row *row)
{
	struct context ad = context_of(table, key, row->rev);
	uint8_t plain[PLAIN_MAX];
	int r = RECORD_E_FORMAT;
	size_t n;

	memset(obj, 0, size);
	if (row->rev == 0)
		return 0;
	if (row->len < 1 || row->bytes[0] != RECORD_FORMAT)
		return RECORD_E_FORMAT;
	if (keys_unseal(k, KEYS_RECORD, plain, row->bytes + 1, row->len - 1, ad.bytes,
			sizeof(ad.bytes)) != 0)
		return RECORD_E_SEAL;
	n = (size_t)plain[0] << 8 | plain[1];
	if (LENGTH_LEN + n <= PLAIN_MAX && row->len - 1 - KEYS_SEAL_LEN == filled(n))
		r = codec_get(fields, obj, plain + LENGTH_LEN, n);
	sodium_memzero(plain, sizeof(plain));
	if (r != 0) {
		sodium_memzero(obj, size);
		return RECORD_E_FORMAT;
	}
	return 0;
}

void record_account_key(uint8_t key[static STORE_KEY_LEN], const struct keys *k, const char *cf)
{
	keys_digest(k, KEYS_INDEX, key, STORE_KEY_LEN, cf, strlen(cf));
}

void record_shadow_key(uint8_t key[static STORE_KEY_LEN], const struct keys *k, const char *cf)
{
	uint8_t digest[STORE_KEY_LEN];

	record_account_key(digest, k, cf);
	memset(key, 0, STORE_KEY_LEN);
	key[0] = digest[0];
	key[1] = digest[1];
	key[2] = digest[2] & (0xff << (24 - SHADOW_BITS) & 0xff);
}

uint64_t record_whose(const uint8_t account_key[static STORE_KEY_LEN])
{
	uint64_t whose;

	memcpy(&whose, account_key + STORE_KEY_LEN - sizeof(whose), sizeof(whose));
	return whose;
}

void record_put_account(const struct keys *k, const uint8_t *key, const struct account *a,
			struct store_row *row)
{
	put(k, STORE_PIN, key, account_fields, a, a->pin.rev, row);
}

int record_get_account(const struct keys *k, const uint8_t *key, const struct store_row *row,
		       struct account *a)
{
	int r = get(k, STORE_PIN, key, account_fields, a, sizeof(*a), row);

	if (r == 0)
		a->pin.rev = row->rev;
	return r;
}

void record_put_shadow(const struct keys *k, const uint8_t *key, const struct shadow *s,
		       struct store_row *row)
{
	put(k, STORE_SHADOW, key, shadow_fields, s, s->rev, row);
}

int record_get_shadow(const struct keys *k, const uint8_t *key, const struct store_row *row,
		      struct shadow *s)
{
	int r = get(k, STORE_SHADOW, key, shadow_fields, s, sizeof(*s), row);

	if (r == 0)
		s->rev = row->rev;
	return r;
}

void record_put_clock(const struct keys *k, const struct clock_mark *c, struct store_row *row)
{
	put(k, STORE_META, record_clock_key, clock_fields, c, c->rev, row);
}

int record_get_clock(const struct keys *k, const struct store_row *row, struct clock_mark *c)
{
	int r = get(k, STORE_META, record_clock_key, clock_fields, c, sizeof(*c), row);

	if (r == 0)
		c->rev = row->rev;
	return r;
}

void record_put_verifier(const struct pin_verifier *v, uint8_t out[static RECORD_VERIFIER_LEN])
{
	size_t n;

	if (codec_put(verifier_fields, v, out, RECORD_VERIFIER_LEN, &n) != 0)
		sodium_misuse();
}

void record_get_verifier(struct pin_verifier *v, const uint8_t in[static RECORD_VERIFIER_LEN])
{
	memset(v, 0, sizeof(*v));
	if (codec_get(verifier_fields, v, in, RECORD_VERIFIER_LEN) != 0)
		sodium_misuse(); /* the length is right by type */
}
