/* SPDX-License-Identifier: BSD-2-Clause */
/* conn.c - see conn.h. Everything here runs in the loop's thread, except answer(). */
#include "conn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>
#include <time.h>
#include <unistd.h>

#include "arena.h"
#include "hub.h"

#define CALLERS   16         /* accepted in one turn of the loop */
#define STATUS_US   5000000  /* between two STATUS= lines, microseconds */
#define CLOCK_JUMP_S 86400   /* wall clock against monotonic clock: more is worth an entry */

static void note(struct hub *h, enum event_id id, const char *detail)
{
	const struct event e = { .id = id, .detail = detail };

	if (h->setup.sv->event != NULL)
		h->setup.sv->event(&e);
}

static void exit_if_done(struct hub *h)
{
	if (h->stopping && h->open == 0)
		(void)sd_event_exit(h->event, 0);
}

void hub_hang_up(struct conn *c)
{
	struct hub *h = c->hub;

	sd_event_source_disable_unref(c->io);
	sd_event_source_disable_unref(c->timer);
	close(c->fd);
	explicit_bzero(c, sizeof(*c));
	c->fd = -1;
	h->open--;
	h->setup.sv->stats.connections = h->open;
	exit_if_done(h);
}

/* Accept no more; what was accepted is still answered. */
static void stop(struct hub *h, int result)
{
	if (h->stopping)
		return;
	h->stopping = true;
	h->result = result;
	for (size_t i = 0; i < h->setup.n_listeners; i++)
		h->doors[i] = sd_event_source_disable_unref(h->doors[i]);
	(void)sd_notify(0, "STOPPING=1"); /* no systemd, nobody to tell */
	exit_if_done(h);
}

/* Read c's packet and send it on its way. False: there is none yet. */
static bool take_packet(struct conn *c)
{
	ssize_t n = recv(c->fd, c->in, sizeof(c->in), MSG_TRUNC);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n <= 0) {
		hub_hang_up(c);
		return true;
	}
	c->in_len = (size_t)n < sizeof(c->in) ? (size_t)n : sizeof(c->in);
	c->io = sd_event_source_disable_unref(c->io);
	c->timer = sd_event_source_disable_unref(c->timer);
	c->came_us = hub_now_us();
	if ((size_t)n > sizeof(c->in)) {
		serve_refuse(c->hub->setup.sv, V_BAD, c->in, c->in_len, c->out, &c->out_len);
		route_reply(c);
	} else {
		route_packet(c);
	}
	return true;
}

static int on_packet(sd_event_source *s, int fd, uint32_t events, void *arg)
{
	(void)s;
	(void)fd;
	(void)events;
	(void)take_packet(arg);
	return 0;
}

static int on_late(sd_event_source *s, uint64_t usec, void *arg)
{
	(void)s;
	(void)usec;
	hub_hang_up(arg);
	return 0;
}

static void wait_for_packet(struct hub *h, struct conn *c)
{
	if (sd_event_add_io(h->event, &c->io, c->fd, EPOLLIN, on_packet, c) < 0 ||
	    sd_event_add_time_relative(h->event, &c->timer, CLOCK_MONOTONIC,
				       h->setup.limits.patience_us, 0, on_late, c) < 0)
		hub_hang_up(c);
}

/* Make a conn of fd, whose packet is mostly there already. fd is ours from here, whatever happens. */
static void greet(struct hub *h, const struct listener *l, int fd)
{
	struct peer who;
	struct conn *c = NULL;

	if (listen_peer(l, fd, &who) == 0)
		c = hub_slot(h, &who);
	if (c == NULL) {
		close(fd);
		return;
	}
	*c = (struct conn){ .job.run = route_answer, .hub = h, .fd = fd, .who = who,
			    .came_us = hub_now_us() };
	h->open++;
	h->setup.sv->stats.connections = h->open;
	if (!take_packet(c))
		wait_for_packet(h, c);
}

/* No descriptor for the caller: give up the spare one to turn it away, or it would wake us for ever. */
static void turn_away(struct hub *h, int door)
{
	close(h->spare);
	h->spare = accept4(door, NULL, NULL, SOCK_CLOEXEC);
	if (h->spare >= 0)
		close(h->spare);
	h->spare = fcntl(pool_fd(h->hashers), F_DUPFD_CLOEXEC, 0);
}

static const struct listener *listener_of(const struct hub *h, int fd)
{
	const struct listener *l = h->setup.listeners;

	while (l->fd != fd)
		l++;
	return l;
}

/* A few callers in one turn: a turn costs system calls, and whoever else waits has theirs between. */
static int on_caller(sd_event_source *s, int fd, uint32_t events, void *arg)
{
	struct hub *h = sd_event_source_get_userdata(s);
	const struct listener *l = listener_of(h, fd);

	(void)events;
	(void)arg;
	for (int i = 0; i < CALLERS; i++) {
		int client = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (client < 0) {
			if (errno == EMFILE || errno == ENFILE)
				turn_away(h, fd);
			break;
		}
		greet(h, l, client);
	}
	return 0;
}

static int on_done(sd_event_source *s, int fd, uint32_t events, void *arg)
{
	struct hub *h = arg;
	struct pool *p = s == h->hashed ? h->hashers : h->writers;
	struct job *j;

	(void)fd;
	(void)events;
	while ((j = pool_done(p)) != NULL)
		route_hand_out(p, (struct conn *)j);
	if (h->setup.sv->accounts.broken != 0 && !h->stopping) {
		note(h, EVENT_BROKEN, strerror(-h->setup.sv->accounts.broken));
		stop(h, -EIO);
	}
	return 0;
}

static int on_signal(sd_event_source *s, const struct signalfd_siginfo *si, void *arg)
{
	struct hub *h = arg;
	char line[64];

	(void)s;
	if (si->ssi_signo != SIGHUP) {
		stop(h, 0);
		return 0;
	}
	snprintf(line, sizeof(line), "RELOADING=1\nMONOTONIC_USEC=%llu",
		 (unsigned long long)hub_now_us());
	(void)sd_notify(0, line);
	h->setup.reload(h->setup.reload_arg);
	(void)sd_notify(0, "READY=1");
	return 0;
}

static int64_t clock_gap_s(const struct hub *h)
{
	return (int64_t)h->setup.sv->real_s() - (int64_t)(hub_now_us() / 1000000);
}

/* Figures for "systemctl status"; and a look at the wall clock while we are here. */
static int on_status(sd_event_source *s, uint64_t usec, void *arg)
{
	struct hub *h = arg;
	const struct stats *st = &h->setup.sv->stats;
	int64_t gap_s = clock_gap_s(h);
	char line[sizeof(h->status)];

	snprintf(line, sizeof(line), "STATUS=answered %llu, accepted %llu, wrong %llu, queue %u of %u",
		 (unsigned long long)st->requests, (unsigned long long)st->accepted,
		 (unsigned long long)stats_verdict(st, V_WRONG),
		 (unsigned int)st->queued, h->setup.limits.queue);
	if (strcmp(line, h->status) != 0)
		(void)sd_notify(0, line);
	memcpy(h->status, line, sizeof(line));
	if (gap_s - h->clock_gap_s > CLOCK_JUMP_S || h->clock_gap_s - gap_s > CLOCK_JUMP_S) {
		note(h, EVENT_CLOCK, gap_s > h->clock_gap_s ? "set ahead by more than a day"
							    : "set back by more than a day");
		h->clock_gap_s = gap_s;
	}
	(void)sd_event_source_set_time(s, usec + STATUS_US);
	return sd_event_source_set_enabled(s, SD_EVENT_ONESHOT);
}

static int watch_signals(struct hub *h)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP };
	sigset_t set;
	int r;

	sigemptyset(&set);
	for (size_t i = 0; i < 3; i++)
		sigaddset(&set, signals[i]);
	r = -pthread_sigmask(SIG_BLOCK, &set, NULL); /* inherited by the workers */
	for (size_t i = 0; i < 3 && r >= 0; i++)
		r = sd_event_add_signal(h->event, NULL, signals[i], on_signal, h);
	return r;
}

static int open_doors(struct hub *h)
{
	int r = 0;

	for (size_t i = 0; i < h->setup.n_listeners && r >= 0; i++)
		r = sd_event_add_io(h->event, &h->doors[i], h->setup.listeners[i].fd, EPOLLIN,
				    on_caller, h);
	return r;
}

static int open_slots(struct hub *h)
{
	h->conns = calloc(h->setup.limits.connections, sizeof(*h->conns));
	if (h->conns == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < h->setup.limits.connections; i++)
		h->conns[i].fd = -1;
	return 0;
}

static int open_pool(struct hub *h, struct pool **pool, sd_event_source **done, unsigned int threads)
{
	int r = pool_open(pool, threads, h->setup.limits.queue, arena_wipe, arena_close);

	return r < 0 ? r : sd_event_add_io(h->event, done, pool_fd(*pool), EPOLLIN, on_done, h);
}

int conn_open(struct hub **ret, const struct conn_setup *setup)
{
	struct hub *h = calloc(1, sizeof(*h));
	int r;

	if (h == NULL)
		return -ENOMEM;
	h->setup = *setup;
	h->spare = -1;
	h->clock_gap_s = clock_gap_s(h);
	r = open_slots(h);
	if (r >= 0)
		r = sd_event_new(&h->event);
	if (r >= 0)
		r = sd_event_set_watchdog(h->event, true);
	if (r >= 0)
		r = watch_signals(h);
	if (r >= 0)
		r = open_pool(h, &h->hashers, &h->hashed, setup->limits.workers);
	if (r >= 0)
		r = open_pool(h, &h->writers, &h->written, 1);
	if (r >= 0)
		r = sd_event_add_time_relative(h->event, NULL, CLOCK_MONOTONIC, 0, 0, on_status, h);
	if (r < 0) {
		conn_close(h);
		return r;
	}
	h->spare = fcntl(pool_fd(h->hashers), F_DUPFD_CLOEXEC, 0);
	*ret = h;
	return 0;
}

int conn_run(struct hub *h)
{
	int r = open_doors(h);

	if (r < 0)
		return r;
	note(h, EVENT_STARTED, NULL);
	(void)sd_notify(0, "READY=1");
	r = sd_event_loop(h->event);
	note(h, EVENT_STOPPED, NULL);
	return r < 0 ? r : h->result;
}

void conn_close(struct hub *h)
{
	if (h == NULL)
		return;
	sd_event_source_disable_unref(h->hashed);
	sd_event_source_disable_unref(h->written);
	pool_close(h->hashers);
	pool_close(h->writers);
	for (size_t i = 0; h->conns != NULL && i < h->setup.limits.connections; i++)
		if (h->conns[i].fd >= 0)
			hub_hang_up(&h->conns[i]);
	for (size_t i = 0; i < LISTEN_MAX; i++)
		sd_event_source_disable_unref(h->doors[i]);
	if (h->spare >= 0)
		close(h->spare);
	sd_event_unref(h->event);
	free(h->conns);
	free(h);
}
