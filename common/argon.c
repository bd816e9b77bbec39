/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * argon.c - see argon.h. The raw function, not crypto_pwhash_str_verify(): up to libsodium 1.0.18
 * that one reports "out of memory" exactly as "wrong password".
 */
#include "argon.h"

#include <errno.h>
#include <sodium.h>

_Static_assert(ARGON_SALT_LEN == crypto_pwhash_SALTBYTES, "salt");

int argon_derive(uint8_t out[static ARGON_OUT_LEN], const char *text, size_t len,
		 const uint8_t salt[static ARGON_SALT_LEN], const struct argon_cost *cost)
{
	errno = 0;
	if (crypto_pwhash(out, ARGON_OUT_LEN, text, len, salt, cost->ops,
			  (size_t)cost->mem_kib << 10, crypto_pwhash_ALG_ARGON2ID13) == 0)
		return 0;
	sodium_memzero(out, ARGON_OUT_LEN);
	return errno == ENOMEM ? -ENOMEM : -EINVAL;
}
