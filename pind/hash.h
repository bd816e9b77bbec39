/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hash.h - verifiers: tag = BLAKE2b(K_hash, Argon2id(normalised PIN, salt)). The keyed step comes
 * last, so it can be rotated offline and those who draw halves need no key. Slow on purpose:
 * only worker threads call hash_make and hash_match.
 */
#ifndef HASH_H
#define HASH_H

#include <stdbool.h>

#include "argon.h"
#include "keys.h"
#include "pin.h"

#define HASH_ALG_ARGON2ID13 1

/* A verifier of text[0..len) with a fresh salt. 0, or -ENOMEM / -EINVAL and *v is all zero. */
int hash_make(struct pin_verifier *v, const struct keys *k, const char *text, size_t len,
	      const struct argon_cost *cost);

/* The verifier of an Argon2id output that somebody else computed. */
void hash_adopt(struct pin_verifier *v, const struct keys *k, const uint8_t salt[static PIN_SALT_LEN],
		const uint8_t out[static ARGON_OUT_LEN], const struct argon_cost *cost);

/* A verifier that nothing matches but costs the same to compare. */
void hash_decoy(struct pin_verifier *v, const struct argon_cost *cost);

/*
 * Is text[0..len) what v was made from? 1 yes, 0 no, -errno: could not tell (-ENOMEM; -EINVAL: no
 * such algorithm, or a cost above max, which only a forged or foreign record has).
 */
int hash_match(const struct pin_verifier *v, const struct keys *k, const char *text, size_t len,
	       const struct argon_cost *max);

#endif
