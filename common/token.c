/* SPDX-License-Identifier: BSD-2-Clause */
/* token.c - see token.h. */
#include "token.h"

#include <sodium.h>
#include <string.h>

enum { TOKEN_BYTES = TOKEN_LEN / 2 };

void token_draw(char text[static TOKEN_LEN + 1])
{
	unsigned char bytes[TOKEN_BYTES];

	randombytes_buf(bytes, sizeof(bytes));
	sodium_bin2hex(text, TOKEN_LEN + 1, bytes, sizeof(bytes));
	sodium_memzero(bytes, sizeof(bytes));
}

bool token_hash(uint8_t out[static TOKEN_HASH_LEN], const char *typed)
{
	char text[TOKEN_LEN];
	bool good = strnlen(typed, TOKEN_LEN + 1) == TOKEN_LEN;

	memset(out, 0, TOKEN_HASH_LEN);
	for (size_t i = 0; good && i < TOKEN_LEN; i++) {
		char c = typed[i];

		text[i] = c >= 'A' && c <= 'F' ? (char)(c - 'A' + 'a') : c;
		good = (c >= '0' && c <= '9') || (text[i] >= 'a' && text[i] <= 'f');
	}
	if (good)
		good = crypto_generichash(out, TOKEN_HASH_LEN, (const unsigned char *)text,
					  TOKEN_LEN, NULL, 0) == 0;
	sodium_memzero(text, sizeof(text));
	return good;
}
