/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * record.h - the rows that every login reads and writes: accounts, shadows, the clock. What they
 * hold and what their keys are; seal.h seals and opens them.
 */
#ifndef RECORD_H
#define RECORD_H

#include "contact.h"
#include "keys.h"
#include "number.h"
#include "pin.h"
#include "seal.h"

#define RECORD_CF_MAX 16
#define RECORD_SERVICE_MAX 32
#define RECORD_REASON_MAX 120
#define RECORD_NUMBER_MAX 32
#define RECORD_ISSUER_MAX 64
#define RECORD_FAX_MAX 20
#define RECORD_SHA_LEN 32
#define RECORD_BY_OWNER UINT32_MAX /* instead of a uid; nobody's */

struct papers { /* an identity document, or a set of forms */
	uint8_t kind;                       /* enum document; 0: none, or forms */
	char number[RECORD_NUMBER_MAX + 1];
	char issuer[RECORD_ISSUER_MAX + 1];
	uint64_t until_s;                   /* the first second it is no longer valid */
	char fax[RECORD_FAX_MAX + 1];       /* the fax it came by, or empty */
	uint8_t sha256[RECORD_SHA_LEN];     /* of the file it came as, or zeros */
};

struct asked { /* level dispositivo: asked for, not yet judged */
	uint8_t way;          /* enum way; 0: nothing is asked */
	struct papers papers; /* the identity document */
	uint64_t at_s;
	uint32_t by;          /* uid, or RECORD_BY_OWNER */
};

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
	uint32_t issued_by;                     /* uid of who issued it at a desk */
	char number[NUMBER_LEN + 1];            /* of the pratica this PIN is for; "": issued at a desk */
	struct asked asked;                     /* goes with the PIN, not with its renewal */
	char replaced_by[RECORD_CF_MAX + 1];    /* "" or the code its owner has now: no PIN any more */
	uint64_t first_s;                       /* when the first PIN for this code was issued */
	uint64_t reminded_of_s;                 /* the end its owner was reminded of; 0: none */
	uint8_t reminded_days;                  /* how many days before */
	uint64_t recover_s;                     /* when a link for a forgotten PIN was last asked for */
	uint32_t recover_n;                     /* links drawn so far: the last one is good */
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

/* The caller wipes accounts. */
extern const struct seal_kind record_account, record_shadow, record_clock;

/* Keys of rows: STORE_KEY_LEN bytes each. */
void record_account_key(uint8_t key[static STORE_KEY_LEN], const struct keys *k, const char *cf);
void record_shadow_key(uint8_t key[static STORE_KEY_LEN], const struct keys *k, const char *cf);

/* Stands for a person in a row that is shared; account_key is record_account_key()'s. */
uint64_t record_whose(const uint8_t account_key[static STORE_KEY_LEN]);
extern const uint8_t record_clock_key[STORE_KEY_LEN];

/* A verifier as RECORD_VERIFIER_LEN plain bytes, for what else seals one (ticket.c). */
#define RECORD_VERIFIER_LEN 57
void record_put_verifier(const struct pin_verifier *v, uint8_t out[static RECORD_VERIFIER_LEN]);
void record_get_verifier(struct pin_verifier *v, const uint8_t in[static RECORD_VERIFIER_LEN]);

#endif
