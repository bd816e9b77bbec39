/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * matter.h - a pratica and the PIN it asked for, inside an act: what it is now, what an event makes
 * of it, and the orders that follow. A person's next PIN has another pratica: to the earlier one it
 * is none.
 */
#ifndef MATTER_H
#define MATTER_H

#include "act.h"
#include "wire.h"

struct matter { /* the owner wipes it */
	struct pratica pratica;
	struct account account; /* the applicant's, whatever PIN it has */
};

/*
 * Read the pratica of that number, as typed, and the account of its applicant; the act is about
 * them from now on. V_OK; V_UNKNOWN: there is none; V_FAILED: it cannot be read.
 */
enum verdict matter_get(struct act *a, const char *number, struct matter *m);

/* The same for the pratica behind that number; empty: the first of all. */
enum verdict matter_next(struct act *a, const char *after, struct matter *m);

/* What it is at a->now_s. */
enum pratica_state matter_state(const struct act *a, const struct matter *m);

/*
 * Apply ev; write the pratica, with all the caller changed in it before, and order what follows.
 * The step's verdict; if that is not V_OK nothing was written. V_FAILED: an order cannot be made.
 */
enum verdict matter_step(struct act *a, struct matter *m, enum pratica_event ev,
			 const struct pratica_arg *arg);

/*
 * Apply ev to the PIN and write the account, with all the caller changed in it before. The step's
 * verdict; if that is not V_OK nothing was written. V_STATE: the PIN is not this pratica's.
 */
enum verdict matter_pin(struct act *a, struct matter *m, enum pin_event ev,
			const struct pin_arg *arg, const struct penalty_policy *pol);

/*
 * acc's PIN is about to be destroyed: what became of its pratica must not be forgotten with it, and a
 * letter that waits to be printed is called back. false: it cannot be read, or no order be made.
 */
bool matter_settle(struct act *a, const struct account *acc);

/* Where its letter goes: its own address, or the registry's. false: there is none (yet). */
bool matter_address(struct act *a, const struct pratica *p, struct address *to);

/* Say all of it but its orders. */
void matter_tell(struct act *a, const struct matter *m, struct wire_pratica_is *say);

#endif
