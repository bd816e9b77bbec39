/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pin.h - the life of one PIN, as a pure function. No I/O, no clock, no calendar, no allocation.
 *
 * Stored facts never expire by themselves: what a record means is computed from it and the time
 * it is looked at. An attempt is paid for before it is made: TRY charges the record, the caller
 * commits that, hashes, and only then says MATCH (or RENEW, with the new PIN). A wrong PIN needs
 * no second event: the charge already is the failure, and a crash in between cannot refund it.
 * A TRY looks the same whatever the record is, so nobody learns who has a PIN.
 */
#ifndef PIN_H
#define PIN_H

#include <stdbool.h>
#include <stdint.h>

#include "penalty.h"
#include "verdict.h"

#define PIN_SALT_LEN 16
#define PIN_TAG_LEN  32

enum pin_life {
	PIN_ABSENT,    /* no PIN; the record, if any, only counts attempts */
	PIN_AWAITING,  /* issued, but a half has no verifier yet, or nobody countersigned: opens nothing */
	PIN_TEMPORARY, /* issued, good for one thing: being replaced */
	PIN_ACTIVE,
	PIN_EXPIRED,   /* as TEMPORARY */
	PIN_LAPSED,    /* too old even for that */
	PIN_UNUSED,    /* a TEMPORARY, or AWAITING, that nobody used in time: another may be issued */
	PIN_REVOKED,   /* the verifiers are gone */
	PIN_LIFE_N
};

enum pin_event {
	PIN_TRY,     /* somebody offers a PIN */
	PIN_AGAIN,   /* the same one that was wrong a moment ago: it costs as much, but no attempt */
	PIN_MATCH,   /* it was the right one */
	PIN_RENEW,   /* it was, or a grant stood for it, and here is the next */
	PIN_REHASH,  /* it was, and here is the same with today's cost */
	PIN_REFUND,  /* it could not be compared: the attempt was never made */
	PIN_ISSUE,   /* an operator hands out a temporary one; its halves may come later */
	PIN_RELEASE, /* another operator countersigns what one issued alone */
	PIN_HALF_1,  /* a courier drew characters 1-8 (anew) */
	PIN_HALF_2,  /* the same for 9-16 */
	PIN_UNLOCK,  /* an operator forgives the attempts */
	PIN_CONVERT, /* an operator saw an identity document */
	PIN_REVOKE,  /* an operator destroys it */
	PIN_EVENT_N
};

enum pin_form { /* what a verifier was made from; 0: there is none */
	PIN_NO_FORM,
	PIN_FORM_8,      /* 8 symbols: verifier[0] */
	PIN_FORM_16,     /* 16 symbols as one: verifier[0] */
	PIN_FORM_HALVES, /* 16 symbols, 1-8 in verifier[0], 9-16 in verifier[1] */
};

struct pin_verifier { /* hash.c makes and compares it. alg 0: none */
	uint8_t alg;
	uint32_t ops, mem_kib;
	uint8_t salt[PIN_SALT_LEN], tag[PIN_TAG_LEN];
};

struct pin_rec {
	uint64_t rev;              /* store revision; 0 = no record. Only store_* moves it */
	uint32_t gen;              /* +1 with each new PIN; 0 = never any */
	uint8_t form;              /* enum pin_form */
	uint8_t temporary;         /* 1: issued by an operator, never replaced by its owner */
	uint8_t revoked;
	uint8_t held;              /* 1: issued by one operator, until another countersigns */
	uint8_t level;             /* enum level; 0 without a PIN */
	struct penalty penalty;
	uint64_t set_s;            /* when the verifiers were set, seconds since the epoch */
	uint64_t expires_s;        /* EXPIRED from this instant */
	uint64_t lapses_s;         /* LAPSED from this instant */
	struct pin_verifier verifier[2];
};

struct pin_arg {
	struct penalty_from from;  /* TRY, AGAIN, MATCH, REFUND: where it comes from */
	uint32_t gen;              /* MATCH, RENEW, REHASH: rec.gen when the proof was made; AGAIN: when it was wrong */
	uint64_t until_s;          /* REFUND: the wait that the charge caused */
	uint8_t form;              /* ISSUE, RENEW, REHASH: enum pin_form of the new PIN */
	uint8_t level;             /* ISSUE: enum level */
	uint8_t held;              /* ISSUE */
	struct pin_verifier verifier[2]; /* ISSUE, RENEW, REHASH; HALF_1 [0], HALF_2 [1] */
	uint64_t expires_s;        /* ISSUE, RENEW: the new dates; the caller has the calendar */
	uint64_t lapses_s;         /* the same; and HALF_2 */
};

struct pin_step {
	enum { PIN_SAY, PIN_CHECK } then; /* answer the verdict, or compare the PIN first */
	enum verdict verdict;             /* PIN_SAY: the answer. PIN_CHECK: if it mismatches */
	uint32_t wait_s;                  /* V_THROTTLED: seconds to wait, >= 1; else 0 */
	bool commit;                      /* *rec must be stored before going on */
};

/* What rec means at now_s. */
enum pin_life pin_life(const struct pin_rec *rec, uint64_t now_s);

/*
 * Apply ev to *rec in place and say what to do next. *rec is untouched unless the event
 * changes it; rec->rev is never touched. Total: every event is defined for every record.
 */
struct pin_step pin_step(struct pin_rec *rec, enum pin_event ev, const struct pin_arg *arg,
			 const struct penalty_policy *pol, uint64_t now_s);

#endif
