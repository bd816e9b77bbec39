/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * token.h - what makes a link in an e-mail one person's: 128 random bits as 32 hexadecimal digits.
 * Only its hash is ever stored: BLAKE2b, no key, 32 bytes out, over the 32 ASCII characters of the
 * token as it stands in the link (lower case, no NUL). The courier that draws it and whoever
 * receives it back must agree on that, so it is written once. Needs libsodium.
 */
#ifndef TOKEN_H
#define TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#define TOKEN_LEN      32 /* characters */
#define TOKEN_HASH_LEN 32 /* bytes */

/* Draw one into text, NUL-terminated; the caller wipes it. sodium_init() must have succeeded. */
void token_draw(char text[static TOKEN_LEN + 1]);

/*
 * out = hash of the token typed (upper case is folded, nothing else is). false: it is not 32
 * hexadecimal digits, and out is all zero.
 */
bool token_hash(uint8_t out[static TOKEN_HASH_LEN], const char *typed);

#endif
