/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * audit.h - what operators did, row by row, each bound to the one before by a keyed digest. Who can
 * write the disk but has not the key can take rows away from the end only, and "pinctl audit head",
 * noted elsewhere, tells that too.
 */
#ifndef AUDIT_H
#define AUDIT_H

#include "record.h"
#include "seal.h"

#define AUDIT_MAC_LEN    32
#define AUDIT_OBJECT_MAX 32  /* bytes of a pratica's number, a company's codice fiscale, a registry */
#define AUDIT_DETAIL_MAX 160

struct audit_entry {
	uint64_t at_s;
	uint32_t uid;                          /* of who did it */
	uint8_t verb;                          /* enum wire_type */
	char cf[RECORD_CF_MAX + 1];            /* the person it is about, or empty */
	char object[AUDIT_OBJECT_MAX + 1];     /* what else it is about */
	char detail[AUDIT_DETAIL_MAX + 1];     /* reason, reference; never a secret */
};

struct audit_row { /* a row of STORE_AUDIT, keyed by serial */
	uint64_t rev;
	uint64_t serial;                /* 1, 2, ... without a gap */
	struct audit_entry entry;
	uint8_t mac[AUDIT_MAC_LEN];     /* keyed digest of the row and of the mac before */
};

struct audit_head { /* a row of STORE_META */
	uint64_t rev;
	uint64_t serial;            /* of the last row; 0: none yet */
	uint8_t mac[AUDIT_MAC_LEN]; /* its mac; zeros: none yet */
};

extern const struct seal_kind audit_row_kind, audit_head_kind;
extern const uint8_t audit_head_key[STORE_KEY_LEN];

void audit_key(uint8_t key[static STORE_KEY_LEN], uint64_t serial);

/*
 * Make the row that follows *head, and move *head on to it (its rev stays). Control characters in
 * the entry's texts become '?'.
 */
void audit_append(const struct keys *k, struct audit_head *head, const struct audit_entry *entry,
		  struct audit_row *row);

/* Does row follow the row whose serial and mac these are? */
bool audit_follows(const struct keys *k, uint64_t serial, const uint8_t mac[static AUDIT_MAC_LEN],
		   const struct audit_row *row);

#endif
