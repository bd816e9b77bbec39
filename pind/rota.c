/* SPDX-License-Identifier: BSD-2-Clause */
/* rota.c - a queue a uid, served in turn; see rota.h. */
#include "rota.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct line { /* what one uid has waiting */
	uid_t uid;
	unsigned int n;
	struct rota_item *first;
};

struct rota {
	unsigned int max, waiting, running_n, running_max;
	unsigned int lines_n; /* lines in use; each has an item */
	struct line *lines;   /* in order of their turns: [0] is next */
	struct rota_item **running;
};

static const uint8_t nobody[ROTA_ID_LEN];

int rota_open(struct rota **ret, unsigned int max, unsigned int running)
{
	struct rota *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return -ENOMEM;
	s->max = max;
	s->running_max = running;
	s->lines = calloc(max, sizeof(*s->lines));
	s->running = calloc(running, sizeof(struct rota_item *));
	if (s->lines == NULL || s->running == NULL) {
		rota_close(s);
		return -ENOMEM;
	}
	*ret = s;
	return 0;
}

void rota_close(struct rota *s)
{
	if (s == NULL)
		return;
	free(s->lines);
	free(s->running);
	free(s);
}

unsigned int rota_waiting(const struct rota *s)
{
	return s->waiting;
}

static bool same_whole(const struct rota_item *a, const struct rota_item *b)
{
	return memcmp(a->label.whole, nobody, ROTA_ID_LEN) != 0 &&
	       memcmp(a->label.whole, b->label.whole, ROTA_ID_LEN) == 0;
}

/* The item that this one repeats: running, or waiting in its uid's line. */
static struct rota_item *twin_of(const struct rota *s, const struct rota_item *item)
{
	for (unsigned int i = 0; i < s->running_n; i++)
		if (same_whole(item, s->running[i]))
			return s->running[i];
	for (unsigned int i = 0; i < s->lines_n; i++)
		for (struct rota_item *x = s->lines[i].first; x != NULL; x = x->next)
			if (same_whole(item, x))
				return x;
	return NULL;
}

/* uid's line, or NULL. */
static struct line *find_line(struct rota *s, uid_t uid)
{
	for (struct line *l = s->lines; l < s->lines + s->lines_n; l++)
		if (l->uid == uid)
			return l;
	return NULL;
}

/* uid's line; a new one waits for its turn after all others. There are never more than items. */
static struct line *line_of(struct rota *s, uid_t uid)
{
	struct line *l = find_line(s, uid);

	if (l == NULL) {
		l = &s->lines[s->lines_n++];
		*l = (struct line){ .uid = uid };
	}
	return l;
}

/* The end of a line, found again: lines move, so no pointer into one is kept. */
static struct rota_item **end_of(struct line *l)
{
	struct rota_item **end = &l->first;

	while (*end != NULL)
		end = &(*end)->next;
	return end;
}

static void drop_line(struct rota *s, struct line *l)
{
	size_t after = (size_t)(s->lines + s->lines_n - (l + 1));

	memmove(l, l + 1, after * sizeof(*l));
	s->lines_n--;
}

static struct rota_item *unlink_item(struct rota *s, struct line *l, struct rota_item **at)
{
	struct rota_item *item = *at;

	*at = item->next;
	item->next = NULL;
	l->n--;
	s->waiting--;
	return item;
}

/* How many wait in l about the same person as item. */
static unsigned int before(const struct line *l, const struct rota_item *item)
{
	unsigned int n = 0;

	if (memcmp(item->label.person, nobody, ROTA_ID_LEN) == 0)
		return 0;
	for (const struct rota_item *x = l->first; x != NULL; x = x->next)
		n += memcmp(x->label.person, item->label.person, ROTA_ID_LEN) == 0;
	return n;
}

/* Of a uid's own, about whom most wait gives way: else one person's guesser stops all the others. */
static struct rota_item *evict_from(struct rota *s, struct line *l, unsigned int nth)
{
	struct rota_item **most = &l->first;

	for (struct rota_item **at = &l->first; *at != NULL; at = &(*at)->next)
		if ((*at)->nth >= (*most)->nth)
			most = at;
	return *most != NULL && (*most)->nth > nth ? unlink_item(s, l, most) : NULL;
}

/* Make room for item at the expense of who takes most; NULL: nobody takes more. */
static struct rota_item *evict_for(struct rota *s, const struct rota_item *item)
{
	struct line *own = find_line(s, item->label.uid), *most = s->lines;
	struct rota_item **last;

	for (struct line *l = s->lines; l < s->lines + s->lines_n; l++)
		if (l->n > most->n)
			most = l;
	if (own == NULL && most->n < 2)
		return NULL;
	if (own != NULL && most->n <= own->n + 1) /* a newcomer takes from who has more than it will have */
		return evict_from(s, own, item->nth);
	for (last = &most->first; (*last)->next != NULL;)
		last = &(*last)->next;
	return unlink_item(s, most, last);
}

enum rota_put rota_put(struct rota *s, struct rota_item *item, struct rota_item **evicted)
{
	struct rota_item *twin = twin_of(s, item);
	struct line *l;

	*evicted = NULL;
	item->followers = NULL;
	item->next = NULL;
	l = find_line(s, item->label.uid);
	item->nth = l != NULL ? before(l, item) : 0;
	if (twin != NULL) {
		item->next = twin->followers;
		twin->followers = item;
		return ROTA_JOINED;
	}
	if (s->waiting == s->max) {
		*evicted = evict_for(s, item);
		if (*evicted == NULL)
			return ROTA_FULL;
	}
	l = line_of(s, item->label.uid);
	*end_of(l) = item;
	l->n++;
	s->waiting++;
	return ROTA_QUEUED;
}

static bool being_served(const struct rota *s, const struct rota_item *item)
{
	if (memcmp(item->label.person, nobody, ROTA_ID_LEN) == 0)
		return false;
	for (unsigned int i = 0; i < s->running_n; i++)
		if (memcmp(s->running[i]->label.person, item->label.person, ROTA_ID_LEN) == 0)
			return true;
	return false;
}

/* The first item of a line that may run. */
static struct rota_item **ready_in(const struct rota *s, struct line *l)
{
	for (struct rota_item **at = &l->first; *at != NULL; at = &(*at)->next)
		if (!being_served(s, *at))
			return at;
	return NULL;
}

/* l had its turn: behind all others, or gone. */
static void end_turn(struct rota *s, struct line *l)
{
	struct line had = *l;

	drop_line(s, l);
	if (had.n > 0)
		s->lines[s->lines_n++] = had;
}

struct rota_item *rota_take(struct rota *s)
{
	if (s->running_n == s->running_max)
		return NULL;
	for (struct line *l = s->lines; l < s->lines + s->lines_n; l++) {
		struct rota_item **at = ready_in(s, l), *item;

		if (at == NULL)
			continue;
		item = unlink_item(s, l, at);
		end_turn(s, l);
		s->running[s->running_n++] = item;
		return item;
	}
	return NULL;
}

struct rota_item *rota_done(struct rota *s, struct rota_item *item)
{
	for (unsigned int i = 0; i < s->running_n; i++)
		if (s->running[i] == item) {
			s->running[i] = s->running[--s->running_n];
			break;
		}
	item->next = item->followers;
	item->followers = NULL;
	return item;
}
