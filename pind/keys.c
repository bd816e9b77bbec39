/* SPDX-License-Identifier: BSD-2-Clause */
/* keys.c - see keys.h. */
#include "keys.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NONCE_LEN crypto_aead_xchacha20poly1305_ietf_NPUBBYTES

_Static_assert(KEYS_ROOT_LEN == crypto_kdf_KEYBYTES, "root key");
_Static_assert(KEYS_SEAL_LEN == NONCE_LEN + crypto_aead_xchacha20poly1305_ietf_ABYTES, "seal");

struct keys {
	uint8_t sub[KEYS_N][32];
};

int keys_from(struct keys **ret, const uint8_t root[static KEYS_ROOT_LEN])
{
	struct keys *k = sodium_malloc(sizeof(*k)); /* locked, guarded, kept out of dumps */
	int r = 0;

	if (k == NULL)
		return -ENOMEM;
	for (uint64_t i = 0; i < KEYS_N && r == 0; i++)
		r = crypto_kdf_derive_from_key(k->sub[i], sizeof(k->sub[i]), i + 1, "inpspin1",
					       root);
	if (r != 0 || sodium_mprotect_readonly(k) != 0) {
		sodium_free(k);
		return -EIO;
	}
	*ret = k;
	return 0;
}

/* Up to cap bytes of the file, in *len. */
static int read_all(int fd, uint8_t *buf, size_t cap, size_t *len)
{
	ssize_t n = 1;

	*len = 0;
	while (n > 0 && *len < cap) {
		n = read(fd, buf + *len, cap - *len);
		if (n > 0)
			*len += (size_t)n;
	}
	return n < 0 ? -EIO : 0;
}

/* Whoever else could read the key, or write another one there, owns the PINs as much as we do. */
static int check_file(int fd)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return -errno;
	if ((st.st_mode & 077) != 0 || (st.st_uid != 0 && st.st_uid != geteuid()))
		return KEYS_E_OPEN;
	return 0;
}

int keys_open(struct keys **ret, const char *path, enum keys_care care)
{
	int r, fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	uint8_t root[KEYS_ROOT_LEN + 1];
	size_t len = 0;

	if (fd < 0)
		return -errno;
	r = care == KEYS_PRIVATE ? check_file(fd) : 0;
	if (r == 0)
		r = read_all(fd, root, sizeof(root), &len);
	close(fd);
	if (r == 0 && len != KEYS_ROOT_LEN)
		r = len < KEYS_ROOT_LEN ? KEYS_E_SHORT : KEYS_E_LONG;
	if (r == 0)
		r = keys_from(ret, root);
	sodium_memzero(root, sizeof(root));
	return r;
}

void keys_close(struct keys *k)
{
	sodium_free(k); /* wipes; NULL is fine */
}

void keys_digest(const struct keys *k, enum keys_use use, uint8_t *out, size_t len, const void *in,
		 size_t n)
{
	if (crypto_generichash(out, len, in, n, k->sub[use], sizeof(k->sub[use])) != 0)
		sodium_misuse(); /* lengths are constants of ours */
}

const char *keys_tag(const struct keys *k, const char *cf, char out[static KEYS_TAG_LEN + 1])
{
	uint8_t digest[32];

	keys_digest(k, KEYS_LOG, digest, sizeof(digest), cf, strlen(cf));
	return sodium_bin2hex(out, KEYS_TAG_LEN + 1, digest, KEYS_TAG_LEN / 2);
}

void keys_seal(const struct keys *k, enum keys_use use, uint8_t *out, const uint8_t *in, size_t n,
	       const uint8_t *ad, size_t ad_len)
{
	randombytes_buf(out, NONCE_LEN);
	crypto_aead_xchacha20poly1305_ietf_encrypt(out + NONCE_LEN, NULL, in, n, ad, ad_len, NULL,
						   out, k->sub[use]);
}

int keys_unseal(const struct keys *k, enum keys_use use, uint8_t *out, const uint8_t *in, size_t n,
		const uint8_t *ad, size_t ad_len)
{
	if (n < KEYS_SEAL_LEN)
		return 1;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, in + NONCE_LEN,
						       n - NONCE_LEN, ad, ad_len, in,
						       k->sub[use]) == 0)
		return 0;
	sodium_memzero(out, n - KEYS_SEAL_LEN);
	return 1;
}
