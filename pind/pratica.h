/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pratica.h - the life of one request for a PIN, as a pure function, like pin.h: no I/O, no clock.
 *
 * What a pratica is now is computed from what is stored, from the PIN it asked for, and from the
 * time: a PIN that its owner has replaced concludes it, one that was revoked cancels it, and a
 * deadline that passes lapses it. So nothing has to be written when that happens.
 *
 * The electronic half goes out with the confirmation link as soon as the pratica is opened. The
 * posted half is ordered only when the link was used, the documents (where the category needs
 * them) were approved by somebody else than who recorded them, and there is an address.
 */
#ifndef PRATICA_H
#define PRATICA_H

#include <stdbool.h>
#include <stdint.h>

#include "pin.h"
#include "verdict.h"

#define PRATICA_LINK_S       (7 * 86400u)  /* the link is good for so long */
#define PRATICA_DOCUMENTS_S  (60 * 86400u) /* documents must have come by then */
#define PRATICA_DUPLICATES   3             /* letters after the first */
#define PRATICA_DUPLICATE_S  86400u        /* between two letters */

enum pratica_state {
	PRATICA_NONE,
	PRATICA_OPENED,    /* the link went out; nobody used it yet */
	PRATICA_ASKED,     /* confirmed; documents were asked for */
	PRATICA_REVIEWED,  /* documents are here; somebody else must approve */
	PRATICA_PARKED,    /* all is well, but there is no address: the registry must bring it */
	PRATICA_PRINTING,  /* the letter is ordered */
	PRATICA_SENT,      /* the letter went out */
	PRATICA_REJECTED,
	PRATICA_CANCELLED, /* by an operator, or its PIN was revoked */
	PRATICA_LAPSED,    /* a deadline passed */
	PRATICA_CONCLUDED, /* the owner logged in and has a PIN of their own */
	PRATICA_STATE_N
};

enum pratica_event {
	PRATICA_OPEN,      /* an operator, or the portal, records the request */
	PRATICA_CONFIRM,   /* the link was used, details given */
	PRATICA_DOCUMENTS, /* documents came */
	PRATICA_APPROVE,   /* by another operator */
	PRATICA_REJECT,    /* by another operator */
	PRATICA_ADDRESS,   /* the registry has the address now */
	PRATICA_POSTED,    /* the letter went out */
	PRATICA_DUPLICATE, /* it did not arrive: another */
	PRATICA_CANCEL,
	PRATICA_EVENT_N
};

enum { /* what is to be delivered because of a step: bits */
	PRATICA_SEND_HALF = 1,   /* the electronic half, and the link */
	PRATICA_SEND_FORMS = 2,  /* which documents to send, and where; no secret */
	PRATICA_SEND_LETTER = 4, /* the posted half */
	PRATICA_SEND_NOTICE = 8, /* "a duplicate was asked for": no secret */
};

struct pratica_rec { /* what is stored; dossier.h has the rest of the row */
	uint8_t state;         /* enum pratica_state; LAPSED, CONCLUDED when its PIN is destroyed */
	uint8_t needs_review;  /* 1: the category sends documents */
	uint8_t has_address;   /* 1: an address is known */
	uint8_t duplicates;    /* letters after the first */
	uint64_t due_s;        /* OPENED, ASKED: the deadline; else 0 */
	uint64_t sent_s;       /* when the last letter went out; 0: none did */
	uint32_t recorded_by;  /* REVIEWED: uid of who recorded the documents */
};

struct pratica_arg {
	uint32_t uid;        /* DOCUMENTS, APPROVE, REJECT: who does it */
	uint8_t needs_review; /* OPEN */
	uint8_t has_address;  /* OPEN, CONFIRM, APPROVE: as the registry has it now */
};

struct pratica_step {
	enum verdict verdict;
	unsigned int send; /* bits PRATICA_SEND_* */
	bool commit;       /* *rec has changed and must be stored */
};

/* What rec is, whose PIN is in pin (all zero: none any more), at now_s. */
enum pratica_state pratica_state(const struct pratica_rec *rec, const struct pin_rec *pin,
				 uint64_t now_s);

/*
 * Apply ev to *rec and say what follows: V_OK; V_UNKNOWN no such pratica; V_STATE not as it now is;
 * V_SELF who recorded the documents may not judge them; V_LIMIT too many duplicates, or too soon.
 * *rec is untouched unless commit. Total.
 */
struct pratica_step pratica_step(struct pratica_rec *rec, const struct pin_rec *pin,
				 enum pratica_event ev, const struct pratica_arg *arg,
				 uint64_t now_s);

#endif
