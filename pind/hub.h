/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hub.h - what conn.c (accept, patience, signals) and route.c (lanes, answers) share. A conn belongs
 * to the loop, except between a lane's submit and its hand_out: then to the pool.
 */
#ifndef HUB_H
#define HUB_H

#include <systemd/sd-event.h>

#include "conn.h"
#include "pool.h"

struct conn {
	struct job job; /* first: a conn is a job while a worker has it */
	struct hub *hub;
	int fd; /* -1: this slot is free */
	struct peer who;
	sd_event_source *io, *timer; /* NULL once the packet has come */
	uint64_t came_us;            /* when the client came, then when its packet did; monotonic */
	size_t in_len, out_len;      /* out_len 0: hang up without an answer */
	uint8_t in[WIRE_MAX], out[WIRE_MAX];
};

struct hub {
	struct conn_setup setup;
	sd_event *event;
	sd_event_source *doors[LISTEN_MAX];
	struct pool *hashers, *writers;      /* a queue each: changes do not wait for hashes */
	sd_event_source *hashed, *written;
	struct conn *conns; /* limits.connections slots, all there ever are */
	unsigned int open;
	int spare;          /* a descriptor to give up when there are no more */
	bool stopping;
	int result;         /* what conn_run() returns */
	int64_t clock_gap_s; /* wall clock minus monotonic clock */
	char status[160];
};

/* conn.c: close, and make the slot free again. */
void hub_hang_up(struct conn *c);

/*
 * slots.c: a slot for who, or NULL if it, or everyone, has enough. When all are taken, whoever has
 * more of them than who, and has sent nothing yet, gives one up.
 */
struct conn *hub_slot(struct hub *h, const struct peer *who);

/* route.c: the monotonic clock, microseconds. */
uint64_t hub_now_us(void);

/* route.c: send c->out, if there is an answer, and hang up. */
void route_reply(struct conn *c);

/* route.c: the packet in c->in goes its way: it is answered now, or by a worker later. */
void route_packet(struct conn *c);

/* route.c: c->job.run, in a worker thread. */
void route_answer(struct job *j, struct pool_worker *w);

/* route.c: c and those that joined it are done in p: answer them all. */
void route_hand_out(struct pool *p, struct conn *c);

#endif
