/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * penalty.h - how many attempts somebody has left, and how long they must wait. Pure: the time
 * is an argument. An attempt is charged before its PIN is looked at; a right one forgives all.
 */
#ifndef PENALTY_H
#define PENALTY_H

#include <stdint.h>

enum pin_gate { PIN_OPEN, PIN_THROTTLED, PIN_BLOCKED, PIN_GATE_N };

struct penalty {
	uint32_t fails;   /* attempts charged since the last right PIN */
	uint64_t until_s; /* no attempt before this, seconds since the epoch; 0 = none */
};

struct penalty_policy {
	uint32_t free;       /* attempts before the first wait, >= 1 */
	uint32_t limit;      /* attempts that block until an operator unlocks, >= free */
	uint32_t wait_s;     /* the first wait, seconds; doubles with each further attempt */
	uint32_t wait_max_s; /* and never exceeds this */
};

/* May an attempt be made now? */
enum pin_gate penalty_gate(const struct penalty *p, const struct penalty_policy *pol, uint64_t now_s);

/* Seconds left to wait, 0..wait_max_s. A clock set back cannot stretch it. */
uint32_t penalty_wait(const struct penalty *p, const struct penalty_policy *pol, uint64_t now_s);

/* One attempt more. */
void penalty_charge(struct penalty *p, const struct penalty_policy *pol, uint64_t now_s);

/* Take one charge back: it was never compared. */
void penalty_refund(struct penalty *p);

/* The right PIN was given, or an operator unlocked. */
void penalty_forgive(struct penalty *p);

#endif
