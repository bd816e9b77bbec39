/* SPDX-License-Identifier: BSD-2-Clause */
/* store_lmdb.c - rows in LMDB: a named database per table, a value is rev (8 bytes) + bytes. */
#include <errno.h>
#include <lmdb.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "store.h"

/* Durability is LMDB's default. No read-ahead: rows are met in no order. */
#define FLAGS   MDB_NORDAHEAD
#define READERS 512 /* threads that ever read: more than pind.conf's highest number of workers */

static const char *const names[STORE_TABLES] = { "meta", "pin", "shadow" };

struct lmdb {
	struct store store;
	MDB_env *env;
	MDB_dbi dbi[STORE_TABLES];
	pthread_rwlock_t map; /* read: a transaction may run. Write: the map may be replaced */
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
static int init_lock(pthread_rwlock_t *lock)
{
	pthread_rwlockattr_t attr;
	int r = pthread_rwlockattr_init(&attr);

	if (r != 0)
		return -r;
	r = pthread_rwlockattr_setkind_np(&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	if (r == 0)
		r = pthread_rwlock_init(lock, &attr);
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
	r = init_lock(&db->map);
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

static int apply(struct lmdb *db, MDB_txn *txn, const struct store_change *c)
{
	MDB_val key = key_of(c->key), val = { .mv_size = sizeof(c->row->rev) + c->row->len };
	struct store_row now;
	uint64_t rev = c->row->rev + 1;
	int r = fetch(txn, db->dbi[c->table], c->key, &now);

	if (r != 0)
		return r;
	if (now.rev != c->row->rev)
		return STORE_E_MOVED;
	if (c->row->len == 0)
		return now.rev == 0 ? 0 : errno_of(mdb_del(txn, db->dbi[c->table], &key, NULL));
	r = mdb_put(txn, db->dbi[c->table], &key, &val, MDB_RESERVE);
	if (r != 0)
		return errno_of(r);
	memcpy(val.mv_data, &rev, sizeof(rev));
	memcpy((uint8_t *)val.mv_data + sizeof(rev), c->row->bytes, c->row->len);
	return 0;
}

static int commit_once(struct lmdb *db, const struct store_change *changes, size_t n)
{
	MDB_txn *txn;
	int r = errno_of(mdb_txn_begin(db->env, NULL, 0, &txn));

	if (r != 0)
		return r;
	for (size_t i = 0; i < n && r == 0; i++)
		r = apply(db, txn, &changes[i]);
	if (r == 0)
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

static int lmdb_commit(struct store *s, const struct store_change *changes, size_t n)
{
	struct lmdb *db = lmdb_of(s);
	int r, full = 1;

	do {
		pthread_rwlock_rdlock(&db->map);
		r = commit_once(db, changes, n);
		full = r == -ENOSPC && map_is_full(db);
		pthread_rwlock_unlock(&db->map);
		if (full && grow(db) != 0)
			full = 0;
	} while (full);
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
