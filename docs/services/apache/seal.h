/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seal.h - what a browser keeps for us between two requests: it can neither read nor change it.
 * XChaCha20-Poly1305 of libsodium, as base64url. sodium_init() must have succeeded.
 */
#ifndef SEAL_H
#define SEAL_H

#include <stdbool.h>
#include <stddef.h>

#define SEAL_KEY_LEN 32
#define SEAL_ID_LEN  16 /* bytes that a text is bound to: those of one browser's cookie */
#define SEAL_EXTRA   40 /* bytes that sealing adds, before base64 */

/* characters of n bytes as base64url, with NUL */
#define SEAL_TEXT(n) (((n) * 4 + 2) / 3 + 1)
/* the same of n bytes sealed */
#define SEAL_SEALED(n) SEAL_TEXT((n) + SEAL_EXTRA)

/* Read the key of exactly 32 bytes from the file. 0 or -errno; -EINVAL: another length. */
int seal_key(unsigned char key[static SEAL_KEY_LEN], const char *path);

/* What a sealed text is for; one kind never opens as the other. */
enum seal_kind { SEAL_FORM = 'f', SEAL_SESSION = 's' };

/* Seal in[0..len) into out, SEAL_SEALED(len) characters. id: SEAL_ID_LEN bytes. Cannot fail. */
void seal_make(char *out, enum seal_kind kind, const unsigned char *key, const unsigned char *id,
	       const void *in, size_t len);

/* Open text into out, exactly the len bytes that were sealed. false: forged; out is all zero. */
bool seal_open(void *out, size_t len, enum seal_kind kind, const unsigned char *key,
	       const unsigned char *id, const char *text);

/* Bytes to base64url, SEAL_TEXT(len) characters, and back: false unless it is exactly len bytes. */
void seal_encode(char *out, const unsigned char *in, size_t len);
bool seal_decode(unsigned char *out, size_t len, const char *text);

#endif
