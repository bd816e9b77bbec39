/* SPDX-License-Identifier: BSD-2-Clause */
/* recent.c - a hash table of 4-way buckets; see recent.h. */
#include "recent.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS 4096
#define WAYS    4

struct entry {
	uint8_t id[RECENT_ID_LEN];
	uint64_t at_s; /* 0: free */
	uint32_t uses; /* counted by recent_again() */
};

struct recent {
	uint64_t window_s;
	pthread_mutex_t lock;
	struct entry entries[BUCKETS][WAYS];
};

int recent_open(struct recent **ret, uint64_t window_s)
{
	struct recent *r = calloc(1, sizeof(*r));

	if (r == NULL || pthread_mutex_init(&r->lock, NULL) != 0) {
		free(r);
		return -ENOMEM;
	}
	r->window_s = window_s;
	*ret = r;
	return 0;
}

void recent_close(struct recent *r)
{
	if (r == NULL)
		return;
	pthread_mutex_destroy(&r->lock);
	free(r);
}

/* The entry of id, or the one to give up for it. The digest is keyed: nobody chooses buckets. */
static struct entry *place_of(struct recent *r, const uint8_t id[static RECENT_ID_LEN])
{
	struct entry *bucket = r->entries[(id[0] | id[1] << 8) % BUCKETS], *oldest = bucket;

	for (struct entry *e = bucket; e < bucket + WAYS; e++) {
		if (e->at_s != 0 && memcmp(e->id, id, RECENT_ID_LEN) == 0)
			return e;
		if (e->at_s < oldest->at_s)
			oldest = e;
	}
	return oldest;
}

void recent_add(struct recent *r, const uint8_t id[static RECENT_ID_LEN], uint64_t now_s)
{
	struct entry *e;

	pthread_mutex_lock(&r->lock);
	e = place_of(r, id);
	memcpy(e->id, id, RECENT_ID_LEN);
	e->at_s = now_s;
	e->uses = 0;
	pthread_mutex_unlock(&r->lock);
}

/* The entry of id if it is not too old, or NULL. Called locked. */
static struct entry *find(struct recent *r, const uint8_t id[static RECENT_ID_LEN], uint64_t now_s)
{
	struct entry *e = place_of(r, id);

	if (e->at_s == 0 || now_s - e->at_s > r->window_s || memcmp(e->id, id, RECENT_ID_LEN) != 0)
		return NULL;
	return e;
}

bool recent_has(struct recent *r, const uint8_t id[static RECENT_ID_LEN], uint64_t now_s)
{
	bool found;

	pthread_mutex_lock(&r->lock);
	found = find(r, id, now_s) != NULL;
	pthread_mutex_unlock(&r->lock);
	return found;
}

bool recent_again(struct recent *r, const uint8_t id[static RECENT_ID_LEN], uint64_t now_s,
		  uint32_t most)
{
	struct entry *e;
	bool again;

	pthread_mutex_lock(&r->lock);
	e = find(r, id, now_s);
	again = e != NULL && e->uses < most;
	if (again)
		e->uses++;
	pthread_mutex_unlock(&r->lock);
	return again;
}
