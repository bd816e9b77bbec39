/* SPDX-License-Identifier: BSD-2-Clause */
/* recent.c - a hash table of 4-way buckets over keyed digests; see recent.h. */
#include "recent.h"

#include <errno.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS 4096
#define WAYS    4

struct proof {
	uint8_t id[16]; /* keyed digest of uid, service, codice fiscale */
	uint64_t at_s;  /* 0: free */
};

struct recent {
	const struct keys *keys;
	pthread_mutex_t lock;
	struct proof proofs[BUCKETS][WAYS];
};

int recent_open(struct recent **ret, const struct keys *k)
{
	struct recent *r = calloc(1, sizeof(*r));

	if (r == NULL || pthread_mutex_init(&r->lock, NULL) != 0) {
		free(r);
		return -ENOMEM;
	}
	r->keys = k;
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

static void id_of(const struct recent *r, uint8_t id[static 16], uid_t uid, const char *service,
		  const char *cf)
{
	char text[4 + 64 + 64] = { 0 }; /* fixed places: no two triples make the same bytes */

	memcpy(text, &uid, sizeof(uid));
	memcpy(text + 4, service, strnlen(service, 63));
	memcpy(text + 68, cf, strnlen(cf, 63));
	keys_digest(r->keys, KEYS_SOURCE, id, 16, text, sizeof(text));
	sodium_memzero(text, sizeof(text));
}

static struct proof *bucket_of(struct recent *r, const uint8_t id[static 16])
{
	return r->proofs[(id[0] | id[1] << 8) % BUCKETS];
}

void recent_add(struct recent *r, uid_t uid, const char *service, const char *cf, uint64_t now_s)
{
	struct proof *b, *oldest;
	uint8_t id[16];

	id_of(r, id, uid, service, cf);
	pthread_mutex_lock(&r->lock);
	b = bucket_of(r, id);
	oldest = b;
	for (struct proof *p = b; p < b + WAYS; p++) {
		if (p->at_s != 0 && memcmp(p->id, id, sizeof(id)) == 0) {
			oldest = p;
			break;
		}
		if (p->at_s < oldest->at_s)
			oldest = p;
	}
	memcpy(oldest->id, id, sizeof(id));
	oldest->at_s = now_s;
	pthread_mutex_unlock(&r->lock);
}

bool recent_has(struct recent *r, uid_t uid, const char *service, const char *cf, uint64_t now_s)
{
	bool found = false;
	struct proof *b;
	uint8_t id[16];

	id_of(r, id, uid, service, cf);
	pthread_mutex_lock(&r->lock);
	b = bucket_of(r, id);
	for (struct proof *p = b; p < b + WAYS; p++)
		if (p->at_s != 0 && now_s - p->at_s <= RECENT_S && memcmp(p->id, id, sizeof(id)) == 0)
			found = true;
	pthread_mutex_unlock(&r->lock);
	return found;
}
