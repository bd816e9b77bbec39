/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pool.h - threads for work too slow for the event loop, in the order of rota.h. A job belongs
 * to whoever holds the pointer: pool_submit gives it away, pool_done gives it back.
 */
#ifndef POOL_H
#define POOL_H

#include "rota.h"

struct pool_worker;

struct job { /* put first in your own struct */
	struct rota_item item;     /* yours to fill: its label */
	/* Called in a worker thread; not for jobs that joined another. Given back when it returns. */
	void (*run)(struct job *j, struct pool_worker *w);
	struct job *next;           /* the pool's */
};

struct pool;

/*
 * Start threads workers; at most queue_max jobs wait. A worker calls idle before it waits for
 * work, and bye before it ends; NULL: nothing to call. 0 or -errno.
 */
int pool_open(struct pool **ret, unsigned int threads, unsigned int queue_max, void (*idle)(void),
	      void (*bye)(void));

/* Wait for the jobs that run, then free. Jobs not yet handed back are yours again. NULL: no-op. */
void pool_close(struct pool *p);

/*
 * Hand j over. ROTA_FULL: it is still yours. *evicted gets a job that had to give way, yours
 * again with those that joined it (linked by item.next), or NULL.
 */
enum rota_put pool_submit(struct pool *p, struct job *j, struct job **evicted);

/* In run(): give j back already, and go on with work that its owner need not wait for. */
void pool_give_back(struct pool_worker *w, struct job *j);

/* How many jobs wait for a thread. */
unsigned int pool_waiting(struct pool *p);

/* Readable when pool_done has something. Watch it; the pool keeps it. */
int pool_fd(const struct pool *p);

/*
 * The next finished job, yours again together with the jobs that joined it, which are linked
 * behind it by item.next and were not run; or NULL. Call until NULL.
 */
struct job *pool_done(struct pool *p);

#endif
