/* SPDX-License-Identifier: BSD-2-Clause */
/* dossier.c - field tables and keys of the rows beside the PINs; see dossier.h. */
#include "dossier.h"

#include <string.h>

/* All rows of a table are of one length, or of two: it tells nothing of what is inside. */
#define PRATICA_UNIT    704
#define LINK_UNIT       64
#define ORDER_UNIT      192
#define DELEGATION_UNIT 64
#define REGISTRY_UNIT   128
#define COUNTER_UNIT    16

#define ADDRESS_AT(at)                                                                             \
	{ K_SEC, (at) + offsetof(struct address, name), DOSSIER_NAME_MAX, "addr_name" },           \
	{ K_SEC, (at) + offsetof(struct address, street), DOSSIER_LINE_MAX, "addr_street" },       \
	{ K_SEC, (at) + offsetof(struct address, town), DOSSIER_LINE_MAX, "addr_town" }

#define DOCUMENT_AT(at)                                                                            \
	{ K_U8, (at) + offsetof(struct papers, kind), 0, "doc_kind" },                           \
	{ K_SEC, (at) + offsetof(struct papers, number), RECORD_NUMBER_MAX, "doc_number" },      \
	{ K_SEC, (at) + offsetof(struct papers, issuer), RECORD_ISSUER_MAX, "doc_issuer" },      \
	{ K_U64, (at) + offsetof(struct papers, until_s), 0, "doc_until_s" },                    \
	{ K_SEC, (at) + offsetof(struct papers, fax), RECORD_FAX_MAX, "fax" },                 \
	{ K_RAW, (at) + offsetof(struct papers, sha256), RECORD_SHA_LEN, "sha256" }

/* In all tables the order is the format: SEAL_FORMAT grows when a line is changed. */
#define P(field) offsetof(struct pratica, field)
static const struct codec_field pratica_fields[] = {
	{ K_U8, P(rec.state), 0, "state" },
	{ K_U8, P(rec.needs_review), 0, "needs_review" },
	{ K_U8, P(rec.has_address), 0, "has_address" },
	{ K_U8, P(rec.duplicates), 0, "duplicates" },
	{ K_U64, P(rec.due_s), 0, "due_s" },
	{ K_U64, P(rec.sent_s), 0, "sent_s" },
	{ K_U32, P(rec.recorded_by), 0, "recorded_by" },
	{ K_SEC, P(number), NUMBER_LEN, "number" },
	{ K_SEC, P(cf), RECORD_CF_MAX, "cf" },
	{ K_U8, P(category), 0, "category" },
	{ K_U8, P(subtype), 0, "subtype" },
	{ K_U8, P(gestione), 0, "gestione" },
	{ K_U8, P(fonte), 0, "fonte" },
	{ K_U8, P(channel), 0, "channel" },
	{ K_U8, P(by_sms), 0, "by_sms" },
	{ K_U8, P(english), 0, "english" },
	{ K_SEC, P(email), CONTACT_EMAIL_MAX, "email" },
	{ K_SEC, P(phone), CONTACT_PHONE_MAX, "phone" },
	{ K_SEC, P(matricola), DOSSIER_CODE_MAX, "matricola" },
	{ K_SEC, P(company), RECORD_CF_MAX, "company" },
	{ K_SEC, P(company_name), DOSSIER_NAME_MAX, "company_name" },
	ADDRESS_AT(P(address)),
	DOCUMENT_AT(P(documents)),
	{ K_SEC, P(reason), RECORD_REASON_MAX, "reason" },
	{ K_RAW, P(link), STORE_KEY_LEN, "link" },
	{ K_U64, P(opened_s), 0, "opened_s" },
	{ K_U32, P(opened_by), 0, "opened_by" },
	{ K_U32, P(judged_by), 0, "judged_by" },
	{ K_END, 0, 0, NULL },
};

#define L(field) offsetof(struct link, field)
static const struct codec_field link_fields[] = {
	{ K_U8, L(use), 0, "use" },
	{ K_SEC, L(number), NUMBER_LEN, "number" },
	{ K_SEC, L(cf), RECORD_CF_MAX, "cf" },
	{ K_U64, L(due_s), 0, "due_s" },
	{ K_U64, L(set_s), 0, "set_s" },
	{ K_U32, L(nth), 0, "nth" },
	{ K_END, 0, 0, NULL },
};

#define O(field) offsetof(struct order, field)
static const struct codec_field order_fields[] = {
	{ K_U64, O(serial), 0, "serial" },
	{ K_U8, O(to), 0, "to" },
	{ K_U8, O(kind), 0, "kind" },
	{ K_U8, O(parked), 0, "parked" },
	{ K_SEC, O(number), NUMBER_LEN, "number" },
	{ K_SEC, O(cf), RECORD_CF_MAX, "cf" },
	{ K_U32, O(tries), 0, "tries" },
	{ K_U8, O(draws), 0, "draws" },
	{ K_U64, O(due_s), 0, "due_s" },
	{ K_U64, O(made_s), 0, "made_s" },
	{ K_SEC, O(trouble), RECORD_REASON_MAX, "trouble" },
	{ K_END, 0, 0, NULL },
};

#define D(field) offsetof(struct delegation, field)
static const struct codec_field delegation_fields[] = {
	{ K_SEC, D(cf), RECORD_CF_MAX, "cf" },
	{ K_SEC, D(company), RECORD_CF_MAX, "company" },
	{ K_U8, D(approved), 0, "approved" },
	{ K_U8, D(revoked), 0, "revoked" },
	{ K_U64, D(made_s), 0, "made_s" },
	{ K_U64, D(until_s), 0, "until_s" },
	{ K_U32, D(made_by), 0, "made_by" },
	{ K_U32, D(approved_by), 0, "approved_by" },
	{ K_END, 0, 0, NULL },
};

#define R(field) offsetof(struct entry_row, field)
static const struct codec_field registry_fields[] = {
	{ K_U8, R(registry), 0, "registry" },
	{ K_SEC, R(code), DOSSIER_CODE_MAX, "code" },
	{ K_SEC, R(cf), RECORD_CF_MAX, "cf" },
	ADDRESS_AT(R(address)),
	{ K_END, 0, 0, NULL },
};

static const struct codec_field counter_fields[] = {
	{ K_U64, offsetof(struct counter, last), 0, "last" },
	{ K_END, 0, 0, NULL },
};

_Static_assert(SEAL_FITS(struct pratica, pratica_fields, PRATICA_UNIT), "the longest pratica fits");
_Static_assert(SEAL_FITS(struct link, link_fields, LINK_UNIT), "the longest link fits");
_Static_assert(SEAL_FITS(struct order, order_fields, ORDER_UNIT), "the longest order fits");
_Static_assert(SEAL_FITS(struct delegation, delegation_fields, DELEGATION_UNIT),
	       "the longest delegation fits");
_Static_assert(SEAL_FITS(struct entry_row, registry_fields, REGISTRY_UNIT),
	       "the longest line fits");
_Static_assert(SEAL_FITS(struct counter, counter_fields, COUNTER_UNIT), "a counter fits");

const struct seal_kind dossier_pratica = { STORE_PRATICA, pratica_fields, sizeof(struct pratica),
					   PRATICA_UNIT };
const struct seal_kind dossier_link = { STORE_LINK, link_fields, sizeof(struct link), LINK_UNIT };
const struct seal_kind dossier_order = { STORE_ORDER, order_fields, sizeof(struct order),
					 ORDER_UNIT };
const struct seal_kind dossier_delegation = { STORE_DELEGATION, delegation_fields,
					      sizeof(struct delegation), DELEGATION_UNIT };
const struct seal_kind dossier_registry = { STORE_REGISTRY, registry_fields,
					    sizeof(struct entry_row), REGISTRY_UNIT };
const struct seal_kind dossier_counter = { STORE_META, counter_fields, sizeof(struct counter),
					   COUNTER_UNIT };

const uint8_t dossier_numbers_key[STORE_KEY_LEN] = "numbers";
const uint8_t dossier_serials_key[STORE_KEY_LEN] = "serials";

/*
 * A keyed digest of what and two pieces of data, the first with its length in front: no two pairs
 * run into each other, nor into the keys of accounts.
 */
static void digest(uint8_t *out, size_t len, const struct keys *k, char what, const void *one,
		   size_t one_len, const char *two)
{
	uint8_t in[64] = { 0, (uint8_t)what, (uint8_t)one_len };
	size_t n = strnlen(two, sizeof(in) - 3 - DOSSIER_TOKEN_LEN);

	memcpy(in + 3, one, one_len);
	memcpy(in + 3 + one_len, two, n);
	keys_digest(k, KEYS_INDEX, out, len, in, 3 + one_len + n);
}

static void put_u64(uint8_t *out, uint64_t v)
{
	for (int i = 8; i-- > 0; v >>= 8)
		out[i] = (uint8_t)v;
}

void dossier_pratica_key(uint8_t key[static STORE_KEY_LEN], const char *number)
{
	memset(key, 0, STORE_KEY_LEN);
	memcpy(key, number, strnlen(number, NUMBER_LEN));
}

void dossier_link_key(uint8_t key[static STORE_KEY_LEN], const struct keys *k,
		      const uint8_t token[static DOSSIER_TOKEN_LEN])
{
	digest(key, STORE_KEY_LEN, k, 'l', token, DOSSIER_TOKEN_LEN, "");
}

void dossier_order_key(uint8_t key[static STORE_KEY_LEN], const struct order *o)
{
	memset(key, 0, STORE_KEY_LEN);
	key[0] = o->to;
	key[1] = o->parked;
	if (o->parked) {
		memcpy(key + 2, o->number, NUMBER_LEN);
		put_u64(key + 2 + NUMBER_LEN, o->serial);
		return;
	}
	put_u64(key + 2, o->due_s);
	put_u64(key + 10, o->serial);
}

void dossier_delegation_key(uint8_t key[static STORE_KEY_LEN], const struct keys *k, const char *cf,
			    const char *company)
{
	size_t half = STORE_KEY_LEN / 2;

	memset(key, 0, STORE_KEY_LEN);
	digest(key, half, k, 'd', cf, strnlen(cf, RECORD_CF_MAX), "");
	if (company != NULL)
		digest(key + half, half, k, 'D', cf, strnlen(cf, RECORD_CF_MAX), company);
}

void dossier_registry_key(uint8_t key[static STORE_KEY_LEN], const struct keys *k,
			  enum registry registry, const char *code)
{
	const uint8_t which = (uint8_t)registry;

	digest(key, STORE_KEY_LEN, k, 'r', &which, sizeof(which), code);
}
