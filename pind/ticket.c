/* SPDX-License-Identifier: BSD-2-Clause */
/* ticket.c - see ticket.h. */
#include "ticket.h"

#include <sodium.h>
#include <string.h>

#include "codec.h"
#include "record.h"

enum kind { GRANT = 'G', TICKET = 'T' };

struct inside { /* what is sealed; a grant has only the first two */
	uint64_t until_s;
	uint32_t gen;
	uint8_t verifier[RECORD_VERIFIER_LEN];
};

#define GRANT_PLAIN  (8 + 4)
#define TICKET_PLAIN (8 + 4 + RECORD_VERIFIER_LEN)

_Static_assert(GRANT_PLAIN + KEYS_SEAL_LEN == WIRE_GRANT_LEN, "grant");
_Static_assert(TICKET_PLAIN + KEYS_SEAL_LEN == WIRE_TICKET_LEN, "ticket");

static const struct codec_field grant_fields[] = {
	{ K_U64, offsetof(struct inside, until_s), 0, "until_s" },
	{ K_U32, offsetof(struct inside, gen), 0, "gen" },
	{ K_END, 0, 0, NULL },
};

static const struct codec_field ticket_fields[] = {
	{ K_U64, offsetof(struct inside, until_s), 0, "until_s" },
	{ K_U32, offsetof(struct inside, gen), 0, "gen" },
	{ K_RAW, offsetof(struct inside, verifier), RECORD_VERIFIER_LEN, "verifier" },
	{ K_END, 0, 0, NULL },
};

struct scope { /* associated data: fixed places, so no two scopes make the same bytes */
	uint8_t kind;
	uint8_t uid[4];
	char cf[17], service[33];
};

static struct scope scope_of(enum kind kind, const struct ticket_scope *s)
{
	struct scope ad = { .kind = (uint8_t)kind };
	uint32_t uid = s->uid;

	memcpy(ad.uid, &uid, sizeof(ad.uid));
	memcpy(ad.cf, s->cf, strnlen(s->cf, sizeof(ad.cf) - 1));
	memcpy(ad.service, s->service, strnlen(s->service, sizeof(ad.service) - 1));
	return ad;
}

static void seal(const struct keys *k, enum kind kind, const struct ticket_scope *s,
		 const struct codec_field *fields, const struct inside *in, uint8_t *out)
{
	struct scope ad = scope_of(kind, s);
	uint8_t plain[TICKET_PLAIN];
	size_t n = 0;

	if (codec_put(fields, in, plain, sizeof(plain), &n) != 0)
		sodium_misuse(); /* sizes are asserted above */
	keys_seal(k, KEYS_TICKET, out, plain, n, (const uint8_t *)&ad, sizeof(ad));
	sodium_memzero(plain, sizeof(plain));
}

static bool unseal(const struct keys *k, enum kind kind, const struct ticket_scope *s,
		   const struct codec_field *fields, uint64_t now_s, const uint8_t *sealed,
		   size_t n, struct inside *in)
{
	struct scope ad = scope_of(kind, s);
	uint8_t plain[TICKET_PLAIN];
	bool ok;

	memset(in, 0, sizeof(*in));
	ok = keys_unseal(k, KEYS_TICKET, plain, sealed, n, (const uint8_t *)&ad, sizeof(ad)) == 0 &&
	     codec_get(fields, in, plain, n - KEYS_SEAL_LEN) == 0 && now_s < in->until_s;
	sodium_memzero(plain, sizeof(plain));
	if (!ok)
		sodium_memzero(in, sizeof(*in));
	return ok;
}

void ticket_grant(const struct keys *k, const struct ticket_scope *s, uint32_t gen, uint64_t now_s,
		  uint8_t grant[static WIRE_GRANT_LEN])
{
	struct inside in = { .until_s = now_s + TICKET_GRANT_S, .gen = gen };

	seal(k, GRANT, s, grant_fields, &in, grant);
}

void ticket_make(const struct keys *k, const struct ticket_scope *s, uint32_t gen, uint64_t now_s,
		 const struct pin_verifier *v, uint8_t ticket[static WIRE_TICKET_LEN])
{
	struct inside in = { .until_s = now_s + TICKET_S, .gen = gen };

	record_put_verifier(v, in.verifier);
	seal(k, TICKET, s, ticket_fields, &in, ticket);
	sodium_memzero(&in, sizeof(in));
}

bool ticket_no_grant(const uint8_t grant[static WIRE_GRANT_LEN])
{
	return sodium_is_zero(grant, WIRE_GRANT_LEN) == 1;
}

bool ticket_grant_open(const struct keys *k, const struct ticket_scope *s, uint64_t now_s,
		       const uint8_t grant[static WIRE_GRANT_LEN], uint32_t *gen)
{
	struct inside in;
	bool ok = unseal(k, GRANT, s, grant_fields, now_s, grant, WIRE_GRANT_LEN, &in);

	*gen = in.gen;
	return ok;
}

bool ticket_open(const struct keys *k, const struct ticket_scope *s, uint64_t now_s,
		 const uint8_t ticket[static WIRE_TICKET_LEN], uint32_t *gen,
		 struct pin_verifier *v)
{
	struct inside in;
	bool ok = unseal(k, TICKET, s, ticket_fields, now_s, ticket, WIRE_TICKET_LEN, &in);

	*gen = in.gen;
	record_get_verifier(v, in.verifier);
	sodium_memzero(&in, sizeof(in));
	return ok;
}
