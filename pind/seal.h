/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seal.h - any object as a sealed row and back, by the table of its fields. A row is a format byte
 * and an XChaCha20-Poly1305 seal whose associated data are table, key, revision and format, so rows
 * cannot be swapped, bit-flipped or made from parts. Who can write the file can still put a whole
 * old row back, revision and all: nothing on the same disk could tell.
 */
#ifndef SEAL_H
#define SEAL_H

#include "codec.h"
#include "keys.h"
#include "store.h"

#define SEAL_FORMAT    3
#define SEAL_PLAIN_MAX (STORE_ROW_MAX - 1 - KEYS_SEAL_LEN) /* bytes of fields, and their length */
#define SEAL_LENGTH    2                                   /* bytes in front of the fields */

enum { /* positive: the row's fault */
	SEAL_E_FORMAT = 1, /* written by another version */
	SEAL_E_BROKEN,     /* another key, or the row was changed or moved */
};

struct seal_kind { /* a kind of object. Its first member is uint64_t rev: the row's */
	enum store_table table;
	const struct codec_field *fields; /* the order is the format; rev is not among them */
	size_t size;                      /* sizeof the object */
	size_t unit;                      /* sealed length is a multiple of it: 1, or it hides what is inside */
};

/*
 * For makers of kinds to assert: no object of this type can be too long. A text takes a byte more
 * than its member, everything else no more.
 */
#define SEAL_FITS(type, table_of_fields, fill)                                                     \
	((SEAL_LENGTH + sizeof(type) + sizeof(table_of_fields) / sizeof((table_of_fields)[0]) +    \
	  (fill) - 1) / (fill) * (fill) <= SEAL_PLAIN_MAX)

/*
 * Seal obj into row, to be committed over obj's rev. Cannot fail: whoever makes a kind asserts that
 * its longest object fits SEAL_PLAIN_MAX. key has STORE_KEY_LEN bytes.
 */
void seal_put(const struct keys *k, const struct seal_kind *kind, const uint8_t *key,
	      const void *obj, struct store_row *row);

/* Open. 0 or SEAL_E_*; no row (rev 0) is an all-zero object; on error it is all zero, too. */
int seal_get(const struct keys *k, const struct seal_kind *kind, const uint8_t *key,
	     const struct store_row *row, void *obj);

#endif
