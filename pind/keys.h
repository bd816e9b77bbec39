/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * keys.h - the root key's subkeys and all that is computed with them. Everything a thief of the
 * disk would need is here and nowhere else. Sources: libsodium's crypto_kdf, crypto_generichash
 * (BLAKE2b), crypto_aead_xchacha20poly1305_ietf. Safe from several threads: read-only once open.
 */
#ifndef KEYS_H
#define KEYS_H

#include <stddef.h>
#include <stdint.h>

#define KEYS_ROOT_LEN 32 /* bytes of the root key */
#define KEYS_SEAL_LEN 40 /* bytes a seal adds: nonce 24, tag 16 */
#define KEYS_TAG_LEN  10 /* hex digits of a log tag (40 bits), without NUL */

enum keys_use { /* crypto_kdf subkey ids, minus 1: never renumber */
	KEYS_INDEX,  /* codice fiscale -> row key */
	KEYS_RECORD, /* rows */
	KEYS_HASH,   /* Argon2id output -> stored tag */
	KEYS_TICKET, /* grants and renewal tickets */
	KEYS_SOURCE, /* where an attempt comes from */
	KEYS_LOG,    /* codice fiscale -> tag in the journal */
	KEYS_AUDIT,  /* the operators' audit chain */
	KEYS_N
};

struct keys;

enum { /* positive: what is wrong with the key */
	KEYS_E_SHORT = 1, /* fewer than KEYS_ROOT_LEN bytes */
	KEYS_E_LONG,      /* more */
	KEYS_E_OPEN,      /* others may read the file, or it is neither root's nor ours */
};

enum keys_care { /* systemd gives a credential an ACL, and its mask looks like the group's bits */
	KEYS_OF_SYSTEMD,
	KEYS_PRIVATE, /* refuse KEYS_E_OPEN */
};

/*
 * Read the root key from the file at path, derive the subkeys into locked read-only memory, wipe
 * the rest. *ret is the caller's to close. 0, KEYS_E_*, or -errno (-ENOENT, -EACCES, -ENOMEM).
 * sodium_init() must have been called.
 */
int keys_open(struct keys **ret, const char *path, enum keys_care care);

/* The same from memory; root is the caller's to wipe. */
int keys_from(struct keys **ret, const uint8_t root[static KEYS_ROOT_LEN]);

/* Wipe and free; NULL is a no-op. */
void keys_close(struct keys *k);

/* out[0..len) (16..64 bytes) = BLAKE2b of in[0..n) under the subkey. Cannot fail. */
void keys_digest(const struct keys *k, enum keys_use use, uint8_t *out, size_t len, const void *in,
		 size_t n);

/* The tag that stands for cf in the journal: KEYS_TAG_LEN hex digits and a NUL. Returns out. */
const char *keys_tag(const struct keys *k, const char *cf, char out[static KEYS_TAG_LEN + 1]);

/*
 * Seal in[0..n) with associated data ad[0..ad_len): out gets n + KEYS_SEAL_LEN bytes. Cannot
 * fail. Opening gives 0, or 1 if key, data or associated data are not the ones that were sealed
 * (out is then all zero); out gets n - KEYS_SEAL_LEN bytes.
 */
void keys_seal(const struct keys *k, enum keys_use use, uint8_t *out, const uint8_t *in, size_t n,
	       const uint8_t *ad, size_t ad_len);
int keys_unseal(const struct keys *k, enum keys_use use, uint8_t *out, const uint8_t *in, size_t n,
		const uint8_t *ad, size_t ad_len);

#endif
