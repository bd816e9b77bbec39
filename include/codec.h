/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * codec.h - structs to bytes and back, driven by a table of fields. Used for packets
 * (wire.c) and for stored records (record.c). Big-endian, no padding, no pointers,
 * no allocation, no logging.
 */
#ifndef CODEC_H
#define CODEC_H

#include <stddef.h>
#include <stdint.h>

enum codec_kind { K_END, K_U8, K_U32, K_U64, K_STR, K_SEC, K_RAW };

struct codec_field {
	enum codec_kind kind;
	size_t off;       /* of the member in the struct, bytes */
	size_t max;       /* K_STR, K_SEC: longest text without its NUL. K_RAW: size. Bytes */
	const char *name;
};

enum { /* positive: the data's fault. The caller handles these, never forwards them */
	CODEC_E_VERSION = 1, /* wrong version byte */
	CODEC_E_TYPE,        /* unknown type byte */
	CODEC_E_SHORT,       /* a field runs past the end */
	CODEC_E_LONG,        /* bytes left over, a field over its max, or no room to write */
	CODEC_E_TEXT,        /* NUL in a text, or a control character in a K_STR */
};

/*
 * Write obj's fields to buf[0..cap); *len gets the bytes written. 0, CODEC_E_LONG, or
 * CODEC_E_TEXT (a text that codec_get would refuse is not written).
 */
int codec_put(const struct codec_field *f, const void *obj, uint8_t *buf, size_t cap, size_t *len);

/*
 * Read obj's fields from exactly buf[0..len). obj must be zeroed; texts come out
 * NUL-terminated. 0 or CODEC_E_SHORT, _LONG, _TEXT; then obj is half written: wipe it.
 */
int codec_get(const struct codec_field *f, void *obj, const uint8_t *buf, size_t len);

/* Append " name=value ..." to buf[used..cap), K_SEC and K_RAW as ***. Returns the new length. */
size_t codec_text(const struct codec_field *f, const void *obj, char *buf, size_t cap, size_t used);

#endif
