/* SPDX-License-Identifier: BSD-2-Clause */
/* registry_send.c - see registry_send.h. Each thread has a lane, and asks pind one line at a time. */
#include "registry_send.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "show.h"
#include "verdict.h"

#define LANES     16
#define LANE_MAX  8
#define BUSY_MOST 100 /* times that a line is offered again, 0.1 s apart */

struct task {
	struct wire_registry_put put;
	unsigned long line;
};

struct lane {
	struct sender *sender;
	pthread_t thread;
	pthread_cond_t more;
	struct task task[LANE_MAX]; /* a ring */
	size_t first, n;            /* the first is under way until it is answered */
};

struct sender {
	const struct args *args;
	sender_refused_fn *refused;
	void *arg;
	pthread_mutex_t lock; /* of all below, and of the lanes' rings */
	pthread_cond_t room;
	bool over;            /* no more lines come */
	bool stopped;         /* it is no use: status says why */
	int status;
	uint32_t done;
	size_t running;
	struct lane lane[LANES];
};

/* As ask_try(), but a pind with too much to do is asked again. */
static int offer(const struct sender *s, struct wire_msg *req, struct wire_msg *rep)
{
	static const struct timespec pause = { 0, 100000000 };
	int r, tries = 0;

	do {
		r = ask_try(s->args, req, rep);
		if (r == 0 && rep->type != WIRE_VERDICT)
			r = -EPROTO;
		if (r != 0 || rep->verdict.code != V_BUSY)
			return r;
		(void)nanosleep(&pause, NULL);
	} while (++tries < BUSY_MOST);
	return 0;
}

/* Only the first of the threads that must stop says why. */
static void settle(struct sender *s, unsigned long line, int r, unsigned int code)
{
	if (r == 0 && code == V_OK) {
		s->done++;
	} else if (r == 0 && (code == V_BAD || code == V_DETAILS)) {
		s->refused(s->arg, line, verdict_text(code));
	} else if (!s->stopped) {
		s->stopped = true;
		s->status = r != 0 ? ask_why(s->args, r)
				   : show_error(verdict_exit(code), "%s", verdict_text(code));
		(void)show_error(0, "it was at line %lu: when that is mended, import the file again from "
				    "the beginning", line);
	}
}

static void *run_lane(void *arg)
{
	struct lane *l = arg;
	struct sender *s = l->sender;
	struct wire_msg req = { .type = WIRE_REGISTRY_PUT }, rep;

	(void)pthread_mutex_lock(&s->lock);
	while (!s->stopped) {
		unsigned long line;
		int r;

		if (l->n == 0) {
			if (s->over)
				break;
			(void)pthread_cond_wait(&l->more, &s->lock);
			continue;
		}
		req.registry_put = l->task[l->first].put;
		line = l->task[l->first].line;
		(void)pthread_mutex_unlock(&s->lock);
		r = offer(s, &req, &rep);
		(void)pthread_mutex_lock(&s->lock);
		settle(s, line, r, rep.verdict.code);
		l->first = (l->first + 1) % LANE_MAX;
		l->n--;
		(void)pthread_cond_signal(&s->room);
	}
	(void)pthread_mutex_unlock(&s->lock);
	wire_wipe(&req);
	wire_wipe(&rep);
	return NULL;
}

static int start_lane(struct sender *s, struct lane *l)
{
	int r;

	l->sender = s;
	r = pthread_cond_init(&l->more, NULL);
	if (r == 0)
		r = pthread_create(&l->thread, NULL, run_lane, l);
	s->running += r == 0;
	return r;
}

int sender_open(struct sender **ret, const struct args *a, sender_refused_fn *refused, void *arg)
{
	struct sender *s = calloc(1, sizeof(*s));
	uint32_t done;
	int r = s != NULL ? 0 : ENOMEM;

	*ret = s;
	if (r == 0) {
		s->args = a;
		s->refused = refused;
		s->arg = arg;
		r = pthread_mutex_init(&s->lock, NULL);
	}
	if (r == 0)
		r = pthread_cond_init(&s->room, NULL);
	for (size_t i = 0; r == 0 && i < LANES; i++)
		r = start_lane(s, &s->lane[i]);
	if (r == 0)
		return 0;
	if (s != NULL)
		(void)sender_wait(s, &done);
	sender_close(s);
	*ret = NULL;
	return show_error(EXIT_ARGS, "cannot start threads: %s", strerror(r));
}

static size_t lane_of(const char *code)
{
	size_t h = 5381;

	for (; *code != '\0'; code++)
		h = h * 33 + (unsigned char)*code;
	return h % LANES;
}

bool sender_put(struct sender *s, const struct wire_registry_put *put, unsigned long line)
{
	struct lane *l = &s->lane[lane_of(put->code)];
	bool useful;

	(void)pthread_mutex_lock(&s->lock);
	while (!s->stopped && l->n == LANE_MAX)
		(void)pthread_cond_wait(&s->room, &s->lock);
	useful = !s->stopped;
	if (useful) {
		struct task *t = &l->task[(l->first + l->n++) % LANE_MAX];

		t->put = *put;
		t->line = line;
		(void)pthread_cond_signal(&l->more);
	}
	(void)pthread_mutex_unlock(&s->lock);
	return useful;
}

int sender_wait(struct sender *s, uint32_t *done)
{
	(void)pthread_mutex_lock(&s->lock);
	s->over = true;
	for (size_t i = 0; i < s->running; i++)
		(void)pthread_cond_signal(&s->lane[i].more);
	(void)pthread_mutex_unlock(&s->lock);
	for (size_t i = 0; i < s->running; i++)
		(void)pthread_join(s->lane[i].thread, NULL);
	s->running = 0;
	*done = s->done;
	return s->status;
}

void sender_close(struct sender *s)
{
	if (s != NULL)
		explicit_bzero(s, sizeof(*s));
	free(s);
}
