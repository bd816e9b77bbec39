/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * penalty.h - how many attempts somebody has left, and how long they must wait. Pure: the time
 * is an argument. An attempt is charged before its PIN is looked at; a right one forgives all.
 *
 * One pool serves everybody who was never let in: a stranger can spend it, and lock out strangers
 * only. Each source the owner came from has a small budget of its own, so the owner still enters.
 * Who lies about where they are can pick a budget, never add one: limit + PENALTY_SOURCES *
 * source_limit is all there is between two successes.
 */
#ifndef PENALTY_H
#define PENALTY_H

#include <stdint.h>

#define PENALTY_SOURCES     8   /* known ones; the one not seen longest makes room */
#define PENALTY_MOST        100 /* guesses a policy may allow in all (NIST SP 800-63B 5.2.2) */
#define PENALTY_SERVICE_MAX 32  /* bytes of a service's name */

enum pin_gate { PIN_OPEN, PIN_THROTTLED, PIN_BLOCKED, PIN_GATE_N };

struct penalty_from { /* where an attempt comes from */
	uint64_t tag; /* keyed digest of peer uid, service and network; never 0 */
	char service[PENALTY_SERVICE_MAX + 1]; /* for the operator who asks */
};

struct penalty_count {
	uint32_t fails;   /* attempts charged since the last right PIN */
	uint64_t until_s; /* no attempt before this, seconds since the epoch; 0 = none */
};

struct penalty_source {
	struct penalty_from from; /* tag 0: a free place */
	struct penalty_count count;
	uint64_t seen_s; /* last right PIN from here */
};

struct penalty {
	struct penalty_count pool;
	struct penalty_from last; /* the latest attempt that was charged to the pool */
	struct penalty_source known[PENALTY_SOURCES];
};

struct penalty_policy {
	uint32_t free;         /* attempts before the first wait, >= 1 */
	uint32_t limit;        /* of the pool: attempts that block, >= free */
	uint32_t source_limit; /* of each known source, >= 1 */
	uint32_t wait_s;       /* the first wait, seconds; doubles with each further attempt */
	uint32_t wait_max_s;   /* and never exceeds this */
};

/* May an attempt be made from here now? */
enum pin_gate penalty_gate(const struct penalty *p, uint64_t tag, const struct penalty_policy *pol,
			   uint64_t now_s);

/* Seconds left to wait from here, 0..wait_max_s. A clock set back cannot stretch it. */
uint32_t penalty_wait(const struct penalty *p, uint64_t tag, const struct penalty_policy *pol,
		      uint64_t now_s);

/* One attempt more from here. */
void penalty_charge(struct penalty *p, const struct penalty_from *from,
		    const struct penalty_policy *pol, uint64_t now_s);

/* Until when attempts from here must wait, as it stands. 0: no wait. */
uint64_t penalty_until(const struct penalty *p, uint64_t tag);

/*
 * Take one charge from here back: it was never compared. until_s is the wait that it caused; a
 * later charge's wait stays.
 */
void penalty_refund(struct penalty *p, uint64_t tag, uint64_t until_s);

/* An operator unlocked: nothing is spent. Known sources stay known. */
void penalty_forgive(struct penalty *p);

/* The right PIN came from here: nothing is spent, and from now on the source is known. */
void penalty_welcome(struct penalty *p, const struct penalty_from *from, uint64_t now_s);

#endif
