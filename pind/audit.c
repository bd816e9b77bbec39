/* SPDX-License-Identifier: BSD-2-Clause */
/* audit.c - see audit.h. */
#include "audit.h"

#include <sodium.h>
#include <string.h>

#define ROW_UNIT  272 /* the longest: all rows of the table are of one length */
#define HEAD_UNIT 48

#define A(field) offsetof(struct audit_row, field)
#define SAID                                                                                       \
	{ K_U64, A(serial), 0, "serial" },                                                         \
	{ K_U64, A(entry.at_s), 0, "at_s" },                                                       \
	{ K_U32, A(entry.uid), 0, "uid" },                                                         \
	{ K_U8, A(entry.verb), 0, "verb" },                                                        \
	{ K_SEC, A(entry.cf), RECORD_CF_MAX, "cf" },                                               \
	{ K_SEC, A(entry.object), AUDIT_OBJECT_MAX, "object" },                                    \
	{ K_SEC, A(entry.detail), AUDIT_DETAIL_MAX, "detail" }

/* The order is the format: SEAL_FORMAT grows when a line is changed. */
static const struct codec_field row_fields[] = {
	SAID,
	{ K_RAW, A(mac), AUDIT_MAC_LEN, "mac" },
	{ K_END, 0, 0, NULL },
};

/* What mac is of. */
static const struct codec_field said_fields[] = { SAID, { K_END, 0, 0, NULL } };

static const struct codec_field head_fields[] = {
	{ K_U64, offsetof(struct audit_head, serial), 0, "serial" },
	{ K_RAW, offsetof(struct audit_head, mac), AUDIT_MAC_LEN, "mac" },
	{ K_END, 0, 0, NULL },
};

_Static_assert(SEAL_FITS(struct audit_row, row_fields, ROW_UNIT), "the longest row fits");
_Static_assert(SEAL_FITS(struct audit_head, head_fields, HEAD_UNIT), "the head fits");

const struct seal_kind audit_row_kind = { STORE_AUDIT, row_fields, sizeof(struct audit_row),
					  ROW_UNIT };
const struct seal_kind audit_head_kind = { STORE_META, head_fields, sizeof(struct audit_head),
					   HEAD_UNIT };
const uint8_t audit_head_key[STORE_KEY_LEN] = "audit head";

void audit_key(uint8_t key[static STORE_KEY_LEN], uint64_t serial)
{
	memset(key, 0, STORE_KEY_LEN);
	for (int i = 8; i-- > 0; serial >>= 8)
		key[i] = (uint8_t)serial;
}

static void mac_of(const struct keys *k, const uint8_t before[static AUDIT_MAC_LEN],
		   const struct audit_row *row, uint8_t mac[static AUDIT_MAC_LEN])
{
	uint8_t in[AUDIT_MAC_LEN + sizeof(*row)];
	size_t n;

	memcpy(in, before, AUDIT_MAC_LEN);
	if (codec_put(said_fields, row, in + AUDIT_MAC_LEN, sizeof(in) - AUDIT_MAC_LEN, &n) != 0)
		sodium_misuse(); /* there is room: in has some for the row's rev and mac, too */
	keys_digest(k, KEYS_AUDIT, mac, AUDIT_MAC_LEN, in, AUDIT_MAC_LEN + n);
	sodium_memzero(in, sizeof(in));
}

/* Auditors are shown it: no control characters, whatever an operator typed. */
static void clean(char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = '?';
}

void audit_append(const struct keys *k, struct audit_head *head, const struct audit_entry *entry,
		  struct audit_row *row)
{
	*row = (struct audit_row){ .serial = head->serial + 1, .entry = *entry };
	clean(row->entry.cf);
	clean(row->entry.object);
	clean(row->entry.detail);
	mac_of(k, head->mac, row, row->mac);
	head->serial = row->serial;
	memcpy(head->mac, row->mac, sizeof(head->mac));
}

bool audit_follows(const struct keys *k, uint64_t serial, const uint8_t mac[static AUDIT_MAC_LEN],
		   const struct audit_row *row)
{
	uint8_t want[AUDIT_MAC_LEN];

	mac_of(k, mac, row, want);
	return row->serial == serial + 1 && sodium_memcmp(want, row->mac, sizeof(want)) == 0;
}
