/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * argon.h - the slow half of a verifier: Argon2id of a PIN or of half of one. pind, pinctl and
 * the couriers must get the same bytes, so it is written once. Needs libsodium, which the
 * module does not link. The other half, the keyed tag, is pind's alone (hash.h).
 */
#ifndef ARGON_H
#define ARGON_H

#include <stddef.h>
#include <stdint.h>

#define ARGON_SALT_LEN 16
#define ARGON_OUT_LEN  32

#define ARGON_OPS_MIN     1 /* what Argon2id itself can do; policy asks for more (conf.def) */
#define ARGON_MEM_KIB_MIN 8

struct argon_cost {
	uint32_t ops;     /* passes */
	uint32_t mem_kib; /* KiB */
};

/*
 * out = Argon2id(text[0..len), salt, cost). Allocates cost->mem_kib and takes from a millisecond
 * to seconds. 0, or -ENOMEM / -EINVAL; then out is all zero. The caller wipes out.
 */
int argon_derive(uint8_t out[static ARGON_OUT_LEN], const char *text, size_t len,
		 const uint8_t salt[static ARGON_SALT_LEN], const struct argon_cost *cost);

#endif
