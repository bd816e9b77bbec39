/* SPDX-License-Identifier: BSD-2-Clause */
/* wire.c - the field tables of wire.def, and the header in front of them. */
#include "wire.h"

#include <stdio.h>
#include <string.h>

#define HEAD (2 + WIRE_NONCE_LEN) /* version, type, nonce */

#define AT(name, field)             offsetof(struct wire_msg, name.field)
#define MSG(NAME, name, code, doc)  static const struct codec_field name##_fields[] = {
#define U8(name, field, doc)        { K_U8,  AT(name, field), 0, #field },
#define U32(name, field, doc)       { K_U32, AT(name, field), 0, #field },
#define U64(name, field, doc)       { K_U64, AT(name, field), 0, #field },
#define STR(name, field, max, doc)  { K_STR, AT(name, field), (max), #field },
#define SEC(name, field, max, doc)  { K_SEC, AT(name, field), (max), #field },
#define RAW(name, field, size, doc) { K_RAW, AT(name, field), (size), #field },
#define END(name)                   { K_END, 0, 0, NULL } };
#include "wire.def"

static const struct layout {
	enum wire_type type;
	const char *name;
	const struct codec_field *fields;
} layouts[] = {
#define MSG(NAME, name, code, doc) { WIRE_##NAME, #name, name##_fields },
#include "wire.def"
};

/* The longest encoding of each message fits a packet. */
#define MSG(NAME, name, code, doc) _Static_assert(HEAD
#define U8(name, field, doc)       + 1
#define U32(name, field, doc)      + 4
#define U64(name, field, doc)      + 8
#define STR(name, field, max, doc) + 2 + (max)
#define SEC(name, field, max, doc) + 2 + (max)
#define RAW(name, field, size, doc) + (size)
#define END(name)                  <= WIRE_MAX, #name " is too long");
#include "wire.def"

static const struct layout *layout_of(unsigned int type)
{
	for (size_t i = 0; i < sizeof(layouts) / sizeof(*layouts); i++)
		if ((unsigned int)layouts[i].type == type)
			return &layouts[i];
	return NULL;
}

int wire_encode(const struct wire_msg *m, uint8_t *buf, size_t cap, size_t *len)
{
	const struct layout *l = layout_of(m->type);
	int r;

	if (l == NULL)
		return CODEC_E_TYPE;
	if (cap < HEAD)
		return CODEC_E_LONG;
	buf[0] = WIRE_VERSION;
	buf[1] = (uint8_t)m->type;
	memcpy(buf + 2, m->nonce, WIRE_NONCE_LEN);
	r = codec_put(l->fields, m, buf + HEAD, cap - HEAD, len);
	*len += HEAD;
	return r;
}

static int decode_body(struct wire_msg *m, const uint8_t *buf, size_t len)
{
	const struct layout *l = layout_of(buf[1]);

	if (buf[0] != WIRE_VERSION)
		return CODEC_E_VERSION;
	if (l == NULL)
		return CODEC_E_TYPE;
	m->type = l->type;
	return codec_get(l->fields, m, buf + HEAD, len - HEAD);
}

int wire_decode(struct wire_msg *m, const uint8_t *buf, size_t len)
{
	int r;

	memset(m, 0, sizeof(*m));
	if (len < HEAD)
		return CODEC_E_SHORT;
	r = decode_body(m, buf, len);
	if (r != 0)
		wire_wipe(m);
	memcpy(m->nonce, buf + 2, WIRE_NONCE_LEN);
	return r;
}

void wire_wipe(struct wire_msg *m)
{
	if (m != NULL)
		explicit_bzero(m, sizeof(*m));
}

const char *wire_text(const struct wire_msg *m, char *buf, size_t cap)
{
	const struct layout *l = layout_of(m->type);
	int n = snprintf(buf, cap, "%s", l != NULL ? l->name : "?");

	if (l != NULL && n > 0)
		codec_text(l->fields, m, buf, cap, (size_t)n);
	return buf;
}
