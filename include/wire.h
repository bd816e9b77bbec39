/* SPDX-License-Identifier: BSD-2-Clause */
/* wire.h - messages between pam_inpspin, pinctl and pind; see wire.def for the list. */
#ifndef WIRE_H
#define WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "codec.h"

#define WIRE_VERSION    1
#define WIRE_MAX        1024 /* bytes; no packet is longer, checked at compile time */
#define WIRE_NONCE_LEN  16
#define WIRE_GRANT_LEN  52   /* bytes, sealed by pind: opaque to everybody else */
#define WIRE_TICKET_LEN 109  /* the same */

enum wire_missing { WIRE_MISSING_PHONE = 1, WIRE_MISSING_EMAIL = 2 };

enum wire_type {
#define MSG(NAME, name, code, doc) WIRE_##NAME = (code),
#include "wire.def"
};

#define MSG(NAME, name, code, doc)  struct wire_##name { unsigned char begin;
#define U8(name, field, doc)        uint8_t field;
#define U32(name, field, doc)       uint32_t field;
#define U64(name, field, doc)       uint64_t field;
#define STR(name, field, max, doc)  char field[(max) + 1];
#define SEC(name, field, max, doc)  char field[(max) + 1];
#define RAW(name, field, size, doc) uint8_t field[size];
#define END(name)                   };
#include "wire.def"

struct wire_msg {
	enum wire_type type;
	uint8_t nonce[WIRE_NONCE_LEN];
	union {
#define MSG(NAME, name, code, doc) struct wire_##name name;
#include "wire.def"
	};
};

/*
 * Encode m into buf[0..cap). *len gets the packet's length, 18..WIRE_MAX. 0, or
 * CODEC_E_TYPE (m->type names no message), CODEC_E_LONG (cap is too small), CODEC_E_TEXT.
 */
int wire_encode(const struct wire_msg *m, uint8_t *buf, size_t cap, size_t *len);

/*
 * Decode exactly one packet. Strings come out NUL-terminated. The caller owns *m and
 * wipes it. On any error *m is all zero but for the nonce, when the packet is long enough to
 * have one (so that a refusal can carry it). 0 or CODEC_E_* (codec.h). Never allocates or logs.
 */
int wire_decode(struct wire_msg *m, const uint8_t *buf, size_t len);

/* Overwrite the whole message, secrets included. NULL is a no-op. */
void wire_wipe(struct wire_msg *m);

/* One line for the log, secrets as "***". Truncates to cap. Returns buf. */
const char *wire_text(const struct wire_msg *m, char *buf, size_t cap);

#endif
