/* SPDX-License-Identifier: BSD-2-Clause */
/* spray.c - linear counting over a bitmap a uid; see spray.h. */
#include "spray.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define CALLERS  32   /* uids watched at once; the one not heard longest makes room */
#define BITS     8192 /* counts some ten thousand people within a few per cent */
#define MINUTE_S 60

struct caller {
	uid_t uid;
	uint64_t minute, last_s; /* minute 0: a free place */
	uint32_t set, before;    /* bits set in this minute; people in the one before */
	bool told;
	uint8_t bits[BITS / 8];
};

struct spray {
	pthread_mutex_t lock;
	struct caller callers[CALLERS];
};

int spray_open(struct spray **ret)
{
	struct spray *s = calloc(1, sizeof(*s));

	if (s == NULL || pthread_mutex_init(&s->lock, NULL) != 0) {
		free(s);
		return -ENOMEM;
	}
	*ret = s;
	return 0;
}

void spray_close(struct spray *s)
{
	if (s == NULL)
		return;
	pthread_mutex_destroy(&s->lock);
	free(s);
}

static struct caller *caller_of(struct spray *s, uid_t uid)
{
	struct caller *oldest = s->callers;

	for (struct caller *c = s->callers; c < s->callers + CALLERS; c++) {
		if (c->minute != 0 && c->uid == uid)
			return c;
		if (c->last_s < oldest->last_s)
			oldest = c;
	}
	memset(oldest, 0, sizeof(*oldest));
	oldest->uid = uid;
	return oldest;
}

static uint32_t people(const struct caller *c)
{
	double free_bits = c->set < BITS ? BITS - c->set : 1;

	return (uint32_t)lround(-BITS * log(free_bits / BITS));
}

static void turn_minute(struct caller *c, uint64_t minute)
{
	if (c->minute == minute)
		return;
	c->before = c->minute + 1 == minute ? people(c) : 0;
	c->minute = minute;
	c->set = 0;
	c->told = false;
	memset(c->bits, 0, sizeof(c->bits));
}

static void mark(struct caller *c, const uint8_t person[static 4])
{
	unsigned int bit = ((unsigned int)person[0] | (unsigned int)person[1] << 8) % BITS;

	if (c->bits[bit / 8] & 1u << bit % 8)
		return;
	c->bits[bit / 8] |= (uint8_t)(1u << bit % 8);
	c->set++;
}

bool spray_note(struct spray *s, uid_t uid, const uint8_t person[static 4], uint64_t now_s,
		uint32_t most, uint32_t *now, uint32_t *before)
{
	struct caller *c;
	bool tell;

	pthread_mutex_lock(&s->lock);
	c = caller_of(s, uid);
	turn_minute(c, now_s / MINUTE_S + 1);
	c->last_s = now_s;
	mark(c, person);
	*now = people(c);
	*before = c->before;
	tell = *now > most && !c->told;
	c->told = c->told || tell;
	pthread_mutex_unlock(&s->lock);
	return tell;
}
