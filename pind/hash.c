/* SPDX-License-Identifier: BSD-2-Clause */
/* hash.c - see hash.h. */
#include "hash.h"

#include <errno.h>
#include <sodium.h>

_Static_assert(PIN_SALT_LEN == ARGON_SALT_LEN && PIN_TAG_LEN == ARGON_OUT_LEN, "verifier");

void hash_adopt(struct pin_verifier *v, const struct keys *k, const uint8_t salt[static PIN_SALT_LEN],
		const uint8_t out[static ARGON_OUT_LEN], const struct argon_cost *cost)
{
	*v = (struct pin_verifier){ .alg = HASH_ALG_ARGON2ID13,
				    .ops = cost->ops,
				    .mem_kib = cost->mem_kib };
	for (size_t i = 0; i < PIN_SALT_LEN; i++)
		v->salt[i] = salt[i];
	keys_digest(k, KEYS_HASH, v->tag, PIN_TAG_LEN, out, ARGON_OUT_LEN);
}

int hash_make(struct pin_verifier *v, const struct keys *k, const char *text, size_t len,
	      const struct argon_cost *cost)
{
	uint8_t salt[PIN_SALT_LEN], out[ARGON_OUT_LEN];
	int r;

	*v = (struct pin_verifier){ 0 };
	randombytes_buf(salt, sizeof(salt));
	r = argon_derive(out, text, len, salt, cost);
	if (r == 0)
		hash_adopt(v, k, salt, out, cost);
	sodium_memzero(out, sizeof(out));
	return r;
}

void hash_decoy(struct pin_verifier *v, const struct argon_cost *cost)
{
	*v = (struct pin_verifier){ .alg = HASH_ALG_ARGON2ID13,
				    .ops = cost->ops,
				    .mem_kib = cost->mem_kib };
	randombytes_buf(v->salt, sizeof(v->salt));
	randombytes_buf(v->tag, sizeof(v->tag));
}

int hash_match(const struct pin_verifier *v, const struct keys *k, const char *text, size_t len,
	       const struct argon_cost *max)
{
	const struct argon_cost cost = { v->ops, v->mem_kib };
	uint8_t out[ARGON_OUT_LEN], tag[PIN_TAG_LEN];
	int r;

	if (v->alg != HASH_ALG_ARGON2ID13 || cost.ops > max->ops || cost.mem_kib > max->mem_kib)
		return -EINVAL;
	r = argon_derive(out, text, len, v->salt, &cost);
	if (r == 0) {
		keys_digest(k, KEYS_HASH, tag, sizeof(tag), out, sizeof(out));
		r = sodium_memcmp(tag, v->tag, sizeof(tag)) == 0;
	}
	sodium_memzero(out, sizeof(out));
	sodium_memzero(tag, sizeof(tag));
	return r;
}
