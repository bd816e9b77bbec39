/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rota.h - who is served next. No threads, no clock: pool.c holds its lock around every call.
 *
 * Uids take turns, so nobody delays another beyond one request of their own. Two requests about
 * one person never run at once. A request equal to one that waits or runs joins it: one attempt,
 * one hash, as many answers. When the queue is full, the uid that fills it gives way; among its
 * own requests, the person about whom most wait.
 */
#ifndef ROTA_H
#define ROTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define ROTA_ID_LEN 16

struct rota_label { /* what the rota knows of a request */
	uid_t uid;                     /* of the peer */
	uint8_t person[ROTA_ID_LEN];  /* keyed digest; all zero: about nobody */
	uint8_t whole[ROTA_ID_LEN];   /* keyed digest of all that decides the answer; zero: unique */
};

struct rota_item { /* put first in your own struct; yours to fill: label */
	struct rota_label label;
	struct rota_item *next;      /* the rota's; then links what rota_done returns */
	struct rota_item *followers; /* the rota's: who joined */
	unsigned int nth;            /* the rota's: so many of its person's waited before it in its line */
};

struct rota;

/* Room for max waiting items, followers not counted, and for running at most running. 0 or -ENOMEM. */
int rota_open(struct rota **ret, unsigned int max, unsigned int running);
void rota_close(struct rota *s); /* items stay their owners'; NULL is a no-op */

enum rota_put {
	ROTA_QUEUED, /* it waits; *evicted may hold what had to give way */
	ROTA_JOINED, /* it follows an equal one */
	ROTA_FULL,   /* refused: its uid fills the queue, and nobody in it has more than its person */
};

/* Add an item. *evicted gets an item that was waiting and is no more, with its followers, or NULL. */
enum rota_put rota_put(struct rota *s, struct rota_item *item, struct rota_item **evicted);

/* The next item to run, now running; or NULL: none waits whose person is not being served. */
struct rota_item *rota_take(struct rota *s);

/* item has run. Returns it, its followers linked behind it by next. */
struct rota_item *rota_done(struct rota *s, struct rota_item *item);

/* How many wait, followers not counted. */
unsigned int rota_waiting(const struct rota *s);

#endif
