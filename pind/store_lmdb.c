/* SPDX-License-Identifier: BSD-2-Clause */
/* store_lmdb.c - rows in LMDB: a named database per table, a value is rev (8 bytes) + bytes. */
#include <errno.h>
#include <lmdb.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "store_lmdb_files.h"
#include "store_lmdb_row.h"

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

static void lmdb_close(struct store *s)
{
	if (lmdb_of(s)->env != NULL)
		mdb_env_close(lmdb_of(s)->env);
	pthread_rwlock_destroy(&lmdb_of(s)->map);
	pthread_mutex_destroy(&lmdb_of(s)->lock);
	pthread_cond_destroy(&lmdb_of(s)->turn);
	free(s);
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
	r = lmdb_files_open(&db->env, db->dbi, where, room);
	if (r != 0) {
		lmdb_close(&db->store);
		return row_errno(r);
	}
	*ret = &db->store;
	return 0;
}

static int lmdb_get(struct store *s, enum store_table table, const uint8_t *key,
		    struct store_row *row)
{
	struct lmdb *db = lmdb_of(s);
	MDB_txn *txn;
	int r;

	pthread_rwlock_rdlock(&db->map);
	r = row_errno(mdb_txn_begin(db->env, NULL, MDB_RDONLY, &txn));
	if (r == 0) {
		r = row_fetch(txn, db->dbi[table], key, row);
		mdb_txn_abort(txn);
	}
	pthread_rwlock_unlock(&db->map);
	return r;
}

/* All of one caller's changes, or none: look first, then write. */
static int apply(struct lmdb *db, MDB_txn *txn, const struct request *q)
{
	struct store_row now;
	int r = 0;

	for (size_t i = 0; i < q->n && r == 0; i++) {
		const struct store_change *c = &q->changes[i];

		r = row_fetch(txn, db->dbi[c->table], c->key, &now);
		if (r == 0 && now.rev != c->row->rev)
			r = STORE_E_MOVED;
	}
	for (size_t i = 0; i < q->n && r == 0; i++)
		r = row_write(txn, db->dbi[q->changes[i].table], &q->changes[i]);
	return r;
}

/* One transaction, one fsync for all of batch. <0: none of it is committed. */
static int commit_once(struct lmdb *db, struct request *batch)
{
	MDB_txn *txn;
	int r = row_errno(mdb_txn_begin(db->env, NULL, 0, &txn));

	if (r != 0)
		return r;
	for (struct request *q = batch; q != NULL && r >= 0; q = q->next) {
		r = apply(db, txn, q);
		q->result = r;
	}
	if (r >= 0)
		return row_errno(mdb_txn_commit(txn));
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
	return row_errno(r);
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

static int lmdb_next(struct store *s, enum store_table table, const uint8_t *after,
		     uint8_t key[static STORE_KEY_LEN], struct store_row *row)
{
	struct lmdb *db = lmdb_of(s);
	MDB_txn *txn;
	int r;

	pthread_rwlock_rdlock(&db->map);
	r = row_errno(mdb_txn_begin(db->env, NULL, MDB_RDONLY, &txn));
	if (r == 0) {
		r = row_next(txn, db->dbi[table], after, key, row);
		mdb_txn_abort(txn);
	}
	pthread_rwlock_unlock(&db->map);
	return r;
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
	return r == MDB_NOTFOUND ? 0 : row_errno(r);
}

static int lmdb_each(struct store *s, enum store_table table, store_each_fn *fn, void *arg)
{
	struct lmdb *db = lmdb_of(s);
	MDB_cursor *cur = NULL;
	MDB_txn *txn;
	int r;

	pthread_rwlock_rdlock(&db->map);
	r = row_errno(mdb_txn_begin(db->env, NULL, MDB_RDONLY, &txn));
	if (r == 0) {
		r = row_errno(mdb_cursor_open(txn, db->dbi[table], &cur));
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
	.next = lmdb_next,
	.each = lmdb_each,
};
