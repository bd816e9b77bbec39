/* SPDX-License-Identifier: BSD-2-Clause */
/* outbox.h - what couriers must deliver, inside an act: make an order, find it, move it on. */
#ifndef OUTBOX_H
#define OUTBOX_H

#include "act.h"

#define OUTBOX_TRIES      10 /* failed deliveries after which an order is parked */
#define OUTBOX_WAIT_S     60 /* after the first failure; each further one doubles it */
#define OUTBOX_WAIT_MAX_S (6 * 3600u)
#define OUTBOX_DRAWS      20 /* halves drawn for one delivery, at most: each is an act */
#define OUTBOX_WALK       4096 /* rows looked at in one line, at most: workers have other work */

/* Make an order for a pratica, due now. false: the counter cannot be read. */
bool outbox_make(struct act *a, enum channel_kind to, enum order_kind kind,
		 const struct pratica *p);

/* The same about a person; number is of the pratica their PIN is for, or "". */
bool outbox_make_for(struct act *a, enum channel_kind to, enum order_kind kind,
		     const char *number, const char *cf);

/*
 * acc's PIN is about to be destroyed: if half of it may be in a letter that waits to be printed, order
 * that it be destroyed as well. false: as above.
 */
bool outbox_void_letter(struct act *a, const struct account *acc);

/*
 * The order behind *o in its line (a courier's orders that are parked, or that are not), in order
 * of due_s, or of number if they are parked; serial 0: even the first of those. false: there is
 * none, or it cannot be read.
 */
bool outbox_next(struct act *a, struct order *o);

/* The order of that serial that waits for the courier. false: as above. */
bool outbox_find(struct act *a, enum channel_kind to, uint64_t serial, struct order *o);

/* Does anybody still want it, now that its pratica is in that state? */
bool outbox_wanted(const struct order *o, enum pratica_state state);

/* Another half or link was drawn for it. */
void outbox_drawn(struct act *a, struct order *o);

/* It failed: again later, or parked if park or if that was the last time. */
void outbox_fail(struct act *a, struct order *o, const char *trouble, bool park);

/* It failed before, but is due now, as if it never had. */
void outbox_hasten(struct act *a, struct order *o);

void outbox_drop(struct act *a, const struct order *o);

#endif
