/* SPDX-License-Identifier: BSD-2-Clause */
/* record.c - field tables of accounts, shadows and the clock; see record.h. */
#include "record.h"

#include <sodium.h>
#include <string.h>

#define UNIT        768 /* most accounts fit one, all fit two: no row's length tells whose it is */
#define SHADOW_BITS 20  /* 2^20 rows hold all attempts on unknown people */

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
#define ASKED_LEN  (2 + 2 + RECORD_NUMBER_MAX + 2 + RECORD_ISSUER_MAX + 8 + 2 + RECORD_FAX_MAX +   \
		    RECORD_SHA_LEN + 8 + 4)
#define SOURCE_LEN (8 + 2 + PENALTY_SERVICE_MAX + 4 + 8 + 8)

_Static_assert(PENALTY_SOURCES == 8, "account_fields lists each");

/* The order is the format: SEAL_FORMAT grows when a line is changed. */
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
	{ K_SEC, A(number), NUMBER_LEN, "number" },
	{ K_U8, A(asked.way), 0, "asked_way" },
	{ K_U8, A(asked.papers.kind), 0, "asked_kind" },
	{ K_SEC, A(asked.papers.number), RECORD_NUMBER_MAX, "asked_number" },
	{ K_SEC, A(asked.papers.issuer), RECORD_ISSUER_MAX, "asked_issuer" },
	{ K_U64, A(asked.papers.until_s), 0, "asked_until_s" },
	{ K_SEC, A(asked.papers.fax), RECORD_FAX_MAX, "asked_fax" },
	{ K_RAW, A(asked.papers.sha256), RECORD_SHA_LEN, "asked_sha256" },
	{ K_U64, A(asked.at_s), 0, "asked_s" },
	{ K_U32, A(asked.by), 0, "asked_by" },
	{ K_SEC, A(replaced_by), RECORD_CF_MAX, "replaced_by" },
	{ K_U64, A(first_s), 0, "first_s" },
	{ K_U64, A(reminded_of_s), 0, "reminded_of_s" },
	{ K_U8, A(reminded_days), 0, "reminded_days" },
	{ K_U8, A(pin.held), 0, "held" },
	{ K_U32, A(issued_by), 0, "issued_by" },
	{ K_U64, A(recover_s), 0, "recover_s" },
	{ K_U32, A(recover_n), 0, "recover_n" },
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

_Static_assert(SEAL_LENGTH + 2 + RECORD_CF_MAX + 1 + 4 + 4 * 1 + 4 + 8 + 8 + 2 +
			       PENALTY_SERVICE_MAX + PENALTY_SOURCES * SOURCE_LEN + 3 * 8 +
			       2 * RECORD_VERIFIER_LEN + 2 * 8 + 2 + RECORD_SERVICE_MAX + 2 +
			       CONTACT_EMAIL_MAX + 2 + CONTACT_PHONE_MAX + 1 + 2 +
			       RECORD_NUMBER_MAX + 2 + RECORD_ISSUER_MAX + 8 + 2 +
			       RECORD_REASON_MAX + 2 + NUMBER_LEN + ASKED_LEN + 2 + RECORD_CF_MAX +
			       2 * 8 + 1 + 1 + 4 + 8 + 4 <=
		       2 * UNIT,
	       "the longest account fits");
_Static_assert(2 * UNIT <= SEAL_PLAIN_MAX, "the longest account, filled up, fits a row");

const uint8_t record_clock_key[STORE_KEY_LEN] = "clock";

const struct seal_kind record_account = { STORE_PIN, account_fields, sizeof(struct account), UNIT };
const struct seal_kind record_shadow = { STORE_SHADOW, shadow_fields, sizeof(struct shadow), UNIT };
const struct seal_kind record_clock = { STORE_META, clock_fields, sizeof(struct clock_mark), UNIT };

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
