/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * record.h - what rows hold, sealed: the only way to read or write one. A row is a format byte
 * and an XChaCha20-Poly1305 seal whose associated data are table, key, revision and format, so
 * rows cannot be swapped, bit-flipped or made from parts. Who can write the file can still put a
 * whole old row back, revision and all: nothing on the same disk could tell. Rows are filled up to
 * one length (the few with very long texts: to twice of it), so that neither it nor the time tells
 * whose they are.
 */
#ifndef RECORD_H
#define RECORD_H

#include "contact.h"
#include "keys.h"
#include "pin.h"
#include "store.h"

#define RECORD_FORMAT 2
#define RECORD_CF_MAX 16
#define RECORD_SERVICE_MAX 32
#define RECORD_REASON_MAX 120
#define RECORD_NUMBER_MAX 32
#define RECORD_ISSUER_MAX 64

struct account { /* a row of STORE_PIN: one person */
	struct pin_rec pin;                     /* pin.rev is the row's */
	char cf[RECORD_CF_MAX + 1];             /* canonical; inside, so that keys can be changed */
	uint8_t category;                       /* enum category */
	uint64_t issued_s;                      /* when an operator recorded the initial PIN */
	uint64_t seen_s;                        /* last right PIN; 0 = never */
	char seen_at[RECORD_SERVICE_MAX + 1];   /* and the service it was for */
	char email[CONTACT_EMAIL_MAX + 1];      /* "" until the first login gives them */
	char phone[CONTACT_PHONE_MAX + 1];
	uint8_t doc_kind;                       /* enum document, 0: none seen */
	char doc_number[RECORD_NUMBER_MAX + 1];
	char doc_issuer[RECORD_ISSUER_MAX + 1];
	uint64_t doc_until_s;                   /* the first second it is no longer valid */
	char reason[RECORD_REASON_MAX + 1];     /* of the revocation */
};

struct shadow { /* a row of STORE_SHADOW: attempts on people without a PIN */
	uint64_t rev;
	struct penalty_count count; /* strangers have no known sources */
	uint64_t last_s; /* the latest attempt */
	uint64_t whose;  /* record_whose(): many share a row, and only the latest has it */
};

struct clock_mark { /* the row RECORD_CLOCK of STORE_META */
	uint64_t rev;
	uint64_t high_s; /* the highest time committed */
};

enum { /* positive: the row's fault */
	RECORD_E_FORMAT = 1, /* written by another version */
	RECORD_E_SEAL,       /* another key, or the row was changed or moved */
};

/* Keys of rows: STORE_KEY_LEN bytes each. */
void record_account_key(uint8_t key[static STORE_KEY_LEN], const struct keys *k, const char *cf);
void record_shadow_key(uint8_t key[static STORE_KEY_LEN], const struct keys *k, const char *cf);

/* Stands for a person in a row that is shared; account_key is record_account_key()'s. */
uint64_t record_whose(const uint8_t account_key[static STORE_KEY_LEN]);
extern const uint8_t record_clock_key[STORE_KEY_LEN];

/*
 * Seal into row, to be committed over the revision the object was read at. Cannot fail: the
 * longest record fits. Open gives 0 or RECORD_E_*; no row (rev 0) is an all-zero object; on
 * error the object is all zero. The caller wipes accounts.
 */
void record_put_account(const struct keys *k, const uint8_t *key, const struct account *a,
			struct store_row *row);
int record_get_account(const struct keys *k, const uint8_t *key, const struct store_row *row,
		       struct account *a);
void record_put_shadow(const struct keys *k, const uint8_t *key, const struct shadow *s,
		       struct store_row *row);
int record_get_shadow(const struct keys *k, const uint8_t *key, const struct store_row *row,
		      struct shadow *s);
void record_put_clock(const struct keys *k, const struct clock_mark *c, struct store_row *row);
int record_get_clock(const struct keys *k, const struct store_row *row, struct clock_mark *c);

/* A verifier as RECORD_VERIFIER_LEN plain bytes, for what else seals one (ticket.c). */
#define RECORD_VERIFIER_LEN 57
void record_put_verifier(const struct pin_verifier *v, uint8_t out[static RECORD_VERIFIER_LEN]);
void record_get_verifier(struct pin_verifier *v, const uint8_t in[static RECORD_VERIFIER_LEN]);

#endif
