/* SPDX-License-Identifier: BSD-2-Clause */
/* store_mem.c - rows in a sorted array, for tests. */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "store.h"

struct slot {
	enum store_table table;
	uint8_t key[STORE_KEY_LEN];
	struct store_row row;
};

struct mem {
	struct store store;
	pthread_mutex_t lock; /* guards all below */
	size_t n, cap;
	struct slot *slots; /* by table, then key */
};

static struct mem *mem_of(struct store *s)
{
	return (struct mem *)s; /* store is the first member */
}

static int order(const struct slot *a, enum store_table table, const uint8_t *key)
{
	return a->table != table ? (int)a->table - (int)table
				 : memcmp(a->key, key, STORE_KEY_LEN);
}

/* Where the row is, or would be inserted. */
static size_t find(const struct mem *m, enum store_table table, const uint8_t *key, bool *found)
{
	size_t lo = 0, hi = m->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (order(&m->slots[mid], table, key) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	*found = lo < m->n && order(&m->slots[lo], table, key) == 0;
	return lo;
}

static int mem_open(struct store **ret, const char *where, size_t room)
{
	struct mem *m = calloc(1, sizeof(*m));

	(void)where;
	if (m == NULL)
		return -ENOMEM;
	m->store.ops = &store_mem;
	m->cap = room / sizeof(*m->slots) + 64;
	m->slots = calloc(m->cap, sizeof(*m->slots));
	if (m->slots == NULL || pthread_mutex_init(&m->lock, NULL) != 0) {
		free(m->slots);
		free(m);
		return -ENOMEM;
	}
	*ret = &m->store;
	return 0;
}

static void mem_close(struct store *s)
{
	explicit_bzero(mem_of(s)->slots, mem_of(s)->n * sizeof(*mem_of(s)->slots));
	pthread_mutex_destroy(&mem_of(s)->lock);
	free(mem_of(s)->slots);
	free(s);
}

static void copy_out(const struct mem *m, enum store_table table, const uint8_t *key,
		     struct store_row *row)
{
	bool found;
	size_t i = find(m, table, key, &found);

	row->rev = 0;
	row->len = 0;
	if (found)
		*row = m->slots[i].row;
}

static int mem_get(struct store *s, enum store_table table, const uint8_t *key,
		   struct store_row *row)
{
	pthread_mutex_lock(&mem_of(s)->lock);
	copy_out(mem_of(s), table, key, row);
	pthread_mutex_unlock(&mem_of(s)->lock);
	return 0;
}

static void apply(struct mem *m, const struct store_change *c)
{
	bool found;
	size_t i = find(m, c->table, c->key, &found);
	struct slot *at = &m->slots[i];

	if (c->row->len == STORE_SAME)
		return;
	if (c->row->len == 0) {
		memmove(at, at + found, (m->n - i - found) * sizeof(*at));
		m->n -= found;
		return;
	}
	if (!found) {
		memmove(at + 1, at, (m->n - i) * sizeof(*at));
		*at = (struct slot){ .table = c->table };
		memcpy(at->key, c->key, STORE_KEY_LEN);
		m->n++;
	}
	at->row = *c->row;
	at->row.rev++;
}

static int make_room(struct mem *m, size_t n)
{
	struct slot *more;

	if (m->n + n <= m->cap)
		return 0;
	more = reallocarray(m->slots, m->cap * 2 + n, sizeof(*more));
	if (more == NULL)
		return -ENOSPC;
	m->slots = more;
	m->cap = m->cap * 2 + n;
	return 0;
}

static int mem_commit(struct store *s, const struct store_change *changes, size_t n)
{
	struct mem *m = mem_of(s);
	struct store_row now;
	int r;

	pthread_mutex_lock(&m->lock);
	r = make_room(m, n);
	for (size_t i = 0; i < n && r == 0; i++) {
		copy_out(m, changes[i].table, changes[i].key, &now);
		if (now.rev != changes[i].row->rev)
			r = STORE_E_MOVED;
	}
	for (size_t i = 0; i < n && r == 0; i++)
		apply(m, &changes[i]);
	pthread_mutex_unlock(&m->lock);
	return r;
}

static int mem_next(struct store *s, enum store_table table, const uint8_t *after,
		    uint8_t key[static STORE_KEY_LEN], struct store_row *row)
{
	static const uint8_t first[STORE_KEY_LEN];
	struct mem *m = mem_of(s);
	bool found;
	size_t i;

	row->rev = 0;
	row->len = 0;
	pthread_mutex_lock(&m->lock);
	i = find(m, table, after != NULL ? after : first, &found);
	if (found && after != NULL)
		i++;
	if (i < m->n && m->slots[i].table == table) {
		memcpy(key, m->slots[i].key, STORE_KEY_LEN);
		*row = m->slots[i].row;
	}
	pthread_mutex_unlock(&m->lock);
	return 0;
}

static int mem_each(struct store *s, enum store_table table, store_each_fn *fn, void *arg)
{
	struct mem *m = mem_of(s);
	int r = 0;

	pthread_mutex_lock(&m->lock);
	for (size_t i = 0; i < m->n && r == 0; i++)
		if (m->slots[i].table == table)
			r = fn(m->slots[i].key, &m->slots[i].row, arg);
	pthread_mutex_unlock(&m->lock);
	return r;
}

const struct store_ops store_mem = {
	.name = "mem",
	.open = mem_open,
	.close = mem_close,
	.get = mem_get,
	.commit = mem_commit,
	.next = mem_next,
	.each = mem_each,
};
