/* SPDX-License-Identifier: BSD-2-Clause */
/* seal.c - see seal.h. */
#include "seal.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#define NONCE   crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG     crypto_aead_xchacha20poly1305_ietf_ABYTES
#define LEN_MAX 2048 /* bytes of what is sealed */
#define VARIANT sodium_base64_VARIANT_URLSAFE_NO_PADDING

_Static_assert(SEAL_EXTRA == NONCE + TAG, "what sealing adds");
_Static_assert(SEAL_KEY_LEN == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "the cipher's key");

int seal_key(unsigned char key[static SEAL_KEY_LEN], const char *path)
{
	unsigned char more;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), r = 0;

	if (fd < 0)
		return -errno;
	if (read(fd, key, SEAL_KEY_LEN) != SEAL_KEY_LEN || read(fd, &more, 1) != 0) {
		sodium_memzero(key, SEAL_KEY_LEN);
		r = -EINVAL;
	}
	close(fd);
	return r;
}

/* The associated data: the kind and whose it is. */
static void bind_to(unsigned char ad[static SEAL_ID_LEN + 1], enum seal_kind kind,
		    const unsigned char *id)
{
	ad[0] = (unsigned char)kind;
	memcpy(ad + 1, id, SEAL_ID_LEN);
}

void seal_encode(char *out, const unsigned char *in, size_t len)
{
	sodium_bin2base64(out, sodium_base64_ENCODED_LEN(len, VARIANT), in, len, VARIANT);
}

bool seal_decode(unsigned char *out, size_t len, const char *text)
{
	size_t n = 0;

	if (sodium_base642bin(out, len, text, strlen(text), NULL, &n, NULL, VARIANT) == 0 &&
	    n == len)
		return true;
	sodium_memzero(out, len);
	return false;
}

void seal_make(char *out, enum seal_kind kind, const unsigned char *key, const unsigned char *id,
	       const void *in, size_t len)
{
	unsigned char box[NONCE + LEN_MAX + TAG], ad[SEAL_ID_LEN + 1];

	if (len > LEN_MAX)
		sodium_misuse();
	bind_to(ad, kind, id);
	randombytes_buf(box, NONCE);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(box + NONCE, NULL, in, len, ad, sizeof(ad),
							 NULL, box, key);
	seal_encode(out, box, NONCE + len + TAG);
	sodium_memzero(box, sizeof(box));
}

bool seal_open(void *out, size_t len, enum seal_kind kind, const unsigned char *key,
	       const unsigned char *id, const char *text)
{
	unsigned char box[NONCE + LEN_MAX + TAG], ad[SEAL_ID_LEN + 1];
	bool good = false;

	if (len > LEN_MAX)
		sodium_misuse();
	bind_to(ad, kind, id);
	if (seal_decode(box, NONCE + len + TAG, text))
		good = crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, box + NONCE,
								  len + TAG, ad, sizeof(ad), box,
								  key) == 0;
	if (!good)
		sodium_memzero(out, len);
	sodium_memzero(box, sizeof(box));
	return good;
}
