/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pool.h - threads for work too slow for the event loop. A job belongs to whoever holds the
 * pointer: pool_submit gives it away, pool_done gives it back. Nothing else is shared.
 */
#ifndef POOL_H
#define POOL_H

#include <stdbool.h>

struct job { /* put first in your own struct */
	void (*run)(struct job *j); /* called in a worker thread */
	struct job *next;           /* the pool's */
};

struct pool;

/* Start threads workers; at most queue_max jobs wait. 0 or -errno. */
int pool_open(struct pool **ret, unsigned int threads, unsigned int queue_max);

/* Wait for the jobs that run, then free. Jobs not yet handed back are yours again. NULL: no-op. */
void pool_close(struct pool *p);

/* Hand j over. false: the queue is full and j is still yours. */
bool pool_submit(struct pool *p, struct job *j);

/* How many jobs wait for a thread. */
unsigned int pool_waiting(struct pool *p);

/* Readable when pool_done has something. Watch it; the pool keeps it. */
int pool_fd(const struct pool *p);

/* The next finished job, yours again, or NULL. Call until NULL. */
struct job *pool_done(struct pool *p);

#endif
