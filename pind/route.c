/* SPDX-License-Identifier: BSD-2-Clause */
/* route.c - the way of a packet to its answer: now, by a worker, or with its equals; see hub.h. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "hub.h"
#include "lane.h"

uint64_t hub_now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

static void count_queue(struct hub *h)
{
	h->setup.sv->stats.queued = pool_waiting(h->hashers);
}

static bool nobody_waits(const struct conn *c)
{
	struct pollfd p = { c->fd, POLLRDHUP, 0 };

	if (hub_now_us() - c->came_us > c->hub->setup.limits.deadline_us)
		return true;
	return poll(&p, 1, 0) > 0 && (p.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

/* In a worker thread: c is ours alone until it is given back. */
void route_answer(struct job *j, struct pool_worker *w)
{
	struct conn *c = (struct conn *)j;
	struct service *sv = c->hub->setup.sv;
	struct serve_later later = { .due = false };

	count_queue(c->hub);
	c->out_len = 0;
	stats_time(&sv->stats.wait, hub_now_us() - c->came_us);
	if (nobody_waits(c)) /* what nobody hears is neither hashed nor charged */
		sv->stats.dropped++;
	else
		serve_first(sv, &c->who, c->in, c->in_len, c->out, &c->out_len, &later);
	pool_give_back(w, j);
	serve_later(sv, &later);
}

void route_reply(struct conn *c)
{
	/* The buffer is empty and this is all it ever gets: one send cannot block. */
	if (c->out_len > 0)
		(void)!send(c->fd, c->out, c->out_len, MSG_NOSIGNAL | MSG_DONTWAIT);
	hub_hang_up(c);
}

static void turn_down(struct conn *c)
{
	serve_refuse(c->hub->setup.sv, V_BUSY, c->in, c->in_len, c->out, &c->out_len);
	route_reply(c);
}

/* The conns behind c's job are freed as they are answered: look ahead first. */
static struct conn *next_of(const struct conn *c)
{
	return (struct conn *)c->job.item.next;
}

static void submit(struct pool *p, struct conn *c)
{
	struct job *evicted;

	if (pool_submit(p, &c->job, &evicted) == ROTA_FULL)
		turn_down(c);
	for (struct conn *e = (struct conn *)evicted, *next; e != NULL; e = next) {
		next = e == (struct conn *)evicted ? (struct conn *)e->job.item.followers : next_of(e);
		turn_down(e);
	}
}

void route_packet(struct conn *c)
{
	struct hub *h = c->hub;

	switch (lane_of(h->setup.sv, &c->who, c->in, c->in_len, &c->job.item.label)) {
	case LANE_HASH: submit(h->hashers, c); break;
	case LANE_WRITE: submit(h->writers, c); break;
	case LANE_NOW:
		serve(h->setup.sv, &c->who, c->in, c->in_len, c->out, &c->out_len);
		route_reply(c);
		break;
	}
}

/* The same answer for who asked the same, each with its own nonce. */
static void reply_as(const struct conn *leader, struct conn *c)
{
	memcpy(c->out, leader->out, leader->out_len);
	memcpy(c->out + 2, c->in + 2, WIRE_NONCE_LEN);
	c->out_len = leader->out_len;
	route_reply(c);
}

void route_hand_out(struct pool *p, struct conn *c)
{
	for (struct conn *f = next_of(c), *next; f != NULL; f = next) {
		next = next_of(f);
		c->hub->setup.sv->stats.joined += c->out_len > 0;
		if (c->out_len > 0)
			reply_as(c, f);
		else if (nobody_waits(f))
			hub_hang_up(f);
		else
			submit(p, f); /* nobody waited for the first of them, but for this one they do */
	}
	route_reply(c);
}
