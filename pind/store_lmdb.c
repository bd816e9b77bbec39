/* SPDX-License-Identifier: BSD-2-Clause */
/* store_lmdb.c - rows in LMDB: a named database per table, a value is rev (8 bytes) + bytes. */
#include <errno.h>
#include <lmdb.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "store.h"

/* Durability is LMDB's default. No read-ahead: rows are met in no order. */
#define FLAGS   MDB_NORDAHEAD
#define READERS 512 /* threads that ever read: more than pind.conf's highest number of workers */

static const char *const names[STORE_TABLES] = { "meta", "pin", "shadow" };

struct request { /* one caller's commit, on its stack */
	const struct store_change *changes;
	size_t n;
	int result;
	bool done;
	struct request *next;
};

struct lmdb {
	struct store store;
	MDB_env *env;
	MDB_dbi dbi[STORE_TABLES];
	pthread_rwlock_t map; /* read: a transaction may run. Write: the map may be replaced */
	pthread_mutex_t lock; /* guards the queue of commits */
	pthread_cond_t turn;  /* a commit is done */
	struct request *queue, **queue_end;
	bool leading;         /* somebody is committing */
};

static struct lmdb *lmdb_of(struct store *s)
{
	return (struct lmdb *)s; /* store is the first member */
}

/* LMDB's own codes are below -30000; the caller only knows errno. */
static int errno_of(int r)
{
	if (r == MDB_MAP_FULL)
		return -ENOSPC;
	return r > 0 ? -r : r < 0 ? -EIO : 0;
}

static MDB_val key_of(const uint8_t *key)
{
	return (MDB_val){ STORE_KEY_LEN, (void *)(uintptr_t)key };
}

static void lmdb_close(struct store *s)
{
	if (lmdb_of(s)->env != NULL)
		mdb_env_close(lmdb_of(s)->env);
	pthread_rwlock_destroy(&lmdb_of(s)->map);
	pthread_mutex_destroy(&lmdb_of(s)->lock);
	pthread_cond_destroy(&lmdb_of(s)->turn);
	free(s);
}

static int open_tables(struct lmdb *db, unsigned int txn_flags, unsigned int dbi_flags)
{
	MDB_txn *txn;
	int r = mdb_txn_begin(db->env, NULL, txn_flags, &txn);

	if (r != 0)
		return r;
	for (int t = 0; t < STORE_TABLES && r == 0; t++)
		r = mdb_dbi_open(txn, names[t], dbi_flags, &db->dbi[t]);
	if (r == 0)
		return mdb_txn_commit(txn);
	mdb_txn_abort(txn);
	return r;
}

static int open_env(struct lmdb *db, const char *where, size_t room)
{
	int r = mdb_env_create(&db->env);

	if (r == 0)
		r = mdb_env_set_mapsize(db->env, room);
	if (r == 0)
		r = mdb_env_set_maxdbs(db->env, STORE_TABLES);
	if (r == 0)
		r = mdb_env_set_maxreaders(db->env, READERS);
	if (r == 0)
		r = mdb_env_open(db->env, where, FLAGS, 0600);
	if (r == 0)
		r = open_tables(db, MDB_RDONLY, 0);
	if (r == MDB_NOTFOUND) /* a new directory */
		r = open_tables(db, 0, MDB_CREATE);
	return r;
}

/* Whoever waits to replace the map goes before new readers: they could keep coming for ever. */
static int init_locks(struct lmdb *db)
{
	pthread_rwlockattr_t attr;
	int r = pthread_rwlockattr_init(&attr);

	if (r != 0)
		return -r;
	r = pthread_rwlockattr_setkind_np(&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	if (r == 0)
		r = pthread_rwlock_init(&db->map, &attr);
	if (r == 0)
		r = pthread_mutex_init(&db->lock, NULL);
	if (r == 0)
		r = pthread_cond_init(&db->turn, NULL);
	pthread_rwlockattr_destroy(&attr);
	return -r;
}

static int lmdb_open(struct store **ret, const char *where, size_t room)
{
	struct lmdb *db = calloc(1, sizeof(*db));
	int r;

	if (db == NULL)
		return -ENOMEM;
	db->store.ops = &store_lmdb;
	db->queue_end = &db->queue;
	r = init_locks(db);
	if (r != 0) {
		free(db);
		return r;
	}
	r = open_env(db, where, room);
	if (r != 0) {
		lmdb_close(&db->store);
		return errno_of(r);
	}
	*ret = &db->store;
	return 0;
}

/* Copy LMDB's value out of the map. Anything that cannot be ours is -EIO. */
static int row_of(const MDB_val *val, struct store_row *row)
{
	size_t head = sizeof(row->rev);

	if (val->mv_size <= head || val->mv_size > head + sizeof(row->bytes))
		return -EIO;
	memcpy(&row->rev, val->mv_data, head);
	row->len = val->mv_size - head;
	memcpy(row->bytes, (const uint8_t *)val->mv_data + head, row->len);
	return row->rev != 0 ? 0 : -EIO;
}

static int fetch(MDB_txn *txn, MDB_dbi dbi, const uint8_t *key, struct store_row *row)
{
	MDB_val k = key_of(key), val;
	int r = mdb_get(txn, dbi, &k, &val);

	row->rev = 0;
	row->len = 0;
	if (r == MDB_NOTFOUND)
		return 0;
	return r == 0 ? row_of(&val, row) : errno_of(r);
}

static int lmdb_get(struct store *s, enum store_table table, const uint8_t *key,
		    struct store_row *row)
{
	struct lmdb *db = lmdb_of(s);
	MDB_txn *txn;
	int r;

	pthread_rwlock_rdlock(&db->map);
	r = errno_of(mdb_txn_begin(db->env, NULL, MDB_RDONLY, &txn));
	if (r == 0) {
		r = fetch(txn, db->dbi[table], key, row);
		mdb_txn_abort(txn);
	}
	pthread_rwlock_unlock(&db->map);
	return r;
}

static int write_row(struct lmdb *db, MDB_txn *txn, const struct store_change *c)
{
	MDB_val key = key_of(c->key), val = { .mv_size = sizeof(c->row->rev) + c->row->len };
	uint64_t rev = c->row->rev + 1;
	int r;

	if (c->row->len == 0)
		return c->row->rev == 0 ? 0 : errno_of(mdb_del(txn, db->dbi[c->table], &key, NULL));
	r = mdb_put(txn, db->dbi[c->table], &key, &val, MDB_RESERVE);
	if (r != 0)
		return errno_of(r);
	memcpy(val.mv_data, &rev, sizeof(rev));
	memcpy((uint8_t *)val.mv_data + sizeof(rev), c->row->bytes, c->row->len);
	return 0;
}

/* All of one caller's changes, or none: look first, then write. */
static int apply(struct lmdb *db, MDB_txn *txn, const struct request *q)
{
	struct store_row now;
	int r = 0;

	for (size_t i = 0; i < q->n && r == 0; i++) {
		const struct store_change *c = &q->changes[i];

		r = fetch(txn, db->dbi[c->table], c->key, &now);
		if (r == 0 && now.rev != c->row->rev)
			r = STORE_E_MOVED;
	}
	for (size_t i = 0; i < q->n && r == 0; i++)
		r = write_row(db, txn, &q->changes[i]);
	return r;
}

/* One transaction, one fsync for all of batch. <0: none of it is committed. */
static int commit_once(struct lmdb *db, struct request *batch)
{
	MDB_txn *txn;
	int r = errno_of(mdb_txn_begin(db->env, NULL, 0, &txn));

	if (r != 0)
		return r;
	for (struct request *q = batch; q != NULL && r >= 0; q = q->next) {
		r = apply(db, txn, q);
		q->result = r;
	}
	if (r >= 0)
		return errno_of(mdb_txn_commit(txn));
	mdb_txn_abort(txn);
	return r;
}

/* Twice the map, once nobody uses it. Two that come together grow it twice: no harm. */
static int grow(struct lmdb *db)
{
	MDB_envinfo info;
	int r;

	pthread_rwlock_wrlock(&db->map);
	r = mdb_env_info(db->env, &info);
	if (r == 0)
		r = mdb_env_set_mapsize(db->env, info.me_mapsize * 2);
	pthread_rwlock_unlock(&db->map);
	return errno_of(r);
}

/* Is it the map that is full, not the disk? Only then does growing help. */
static int map_is_full(struct lmdb *db)
{
	MDB_envinfo info;
	MDB_stat st;

	if (mdb_env_info(db->env, &info) != 0 || mdb_env_stat(db->env, &st) != 0)
		return 0;
	return info.me_last_pgno + 64 >= info.me_mapsize / st.ms_psize;
}

static void commit_batch(struct lmdb *db, struct request *batch)
{
	int r, full;

	do {
		pthread_rwlock_rdlock(&db->map);
		r = commit_once(db, batch);
		full = r == -ENOSPC && map_is_full(db);
		pthread_rwlock_unlock(&db->map);
		if (full && grow(db) != 0)
			full = 0;
	} while (full);
	for (struct request *q = batch; q != NULL && r < 0; q = q->next)
		q->result = r;
}

/* Take all that wait, ours among them, and commit it for everybody. Called and returns locked. */
static void lead(struct lmdb *db)
{
	struct request *batch = db->queue;

	db->queue = NULL;
	db->queue_end = &db->queue;
	db->leading = true;
	pthread_mutex_unlock(&db->lock);
	commit_batch(db, batch);
	pthread_mutex_lock(&db->lock);
	for (struct request *q = batch, *next; q != NULL; q = next) {
		next = q->next;
		q->done = true; /* from here on it is its owner's again */
	}
	db->leading = false;
	pthread_cond_broadcast(&db->turn);
}

/* Callers that come while another's commit is on its way to the disk share the next one. */
static int lmdb_commit(struct store *s, const struct store_change *changes, size_t n)
{
	struct lmdb *db = lmdb_of(s);
	struct request q = { .changes = changes, .n = n };

	pthread_mutex_lock(&db->lock);
	*db->queue_end = &q;
	db->queue_end = &q.next;
	while (!q.done && db->leading)
		pthread_cond_wait(&db->turn, &db->lock);
	if (!q.done)
		lead(db);
	pthread_mutex_unlock(&db->lock);
	return q.result;
}

static int walk(MDB_cursor *cur, store_each_fn *fn, void *arg)
{
	struct store_row row;
	MDB_val k, val;
	int r;

	while ((r = mdb_cursor_get(cur, &k, &val, MDB_NEXT)) == 0) {
		if (k.mv_size != STORE_KEY_LEN || row_of(&val, &row) != 0)
			return -EIO;
		r = fn(k.mv_data, &row, arg);
		if (r != 0)
			return r;
	}
	return r == MDB_NOTFOUND ? 0 : errno_of(r);
}

static int lmdb_each(struct store *s, enum store_table table, store_each_fn *fn, void *arg)
{
	struct lmdb *db = lmdb_of(s);
	MDB_cursor *cur = NULL;
	MDB_txn *txn;
	int r;

	pthread_rwlock_rdlock(&db->map);
	r = errno_of(mdb_txn_begin(db->env, NULL, MDB_RDONLY, &txn));
	if (r == 0) {
		r = errno_of(mdb_cursor_open(txn, db->dbi[table], &cur));
		if (r == 0) {
			r = walk(cur, fn, arg);
			mdb_cursor_close(cur);
		}
		mdb_txn_abort(txn);
	}
	pthread_rwlock_unlock(&db->map);
	return r;
}

const struct store_ops store_lmdb = {
	.name = "lmdb",
	.open = lmdb_open,
	.close = lmdb_close,
	.get = lmdb_get,
	.commit = lmdb_commit,
	.each = lmdb_each,
};
