/* SPDX-License-Identifier: BSD-2-Clause */
/* store_lmdb_files.c - see store_lmdb_files.h. */
#include "store_lmdb_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Durability is LMDB's default. No read-ahead: rows are met in no order. */
#define FLAGS   MDB_NORDAHEAD
#define READERS 512 /* threads that ever read: more than pind.conf's highest number of workers */

static const char *const names[STORE_TABLES] = { "meta", "pin", "shadow",
						 "pratica", "link", "order",
						 "delegation", "registry", "audit" };

static int open_tables(MDB_env *env, MDB_dbi *tables, unsigned int txn_flags,
		       unsigned int dbi_flags)
{
	MDB_txn *txn;
	int r = mdb_txn_begin(env, NULL, txn_flags, &txn);

	if (r != 0)
		return r;
	for (int t = 0; t < STORE_TABLES && r == 0; t++)
		r = mdb_dbi_open(txn, names[t], dbi_flags, &tables[t]);
	if (r == 0)
		return mdb_txn_commit(txn);
	mdb_txn_abort(txn);
	return r;
}

static int open_env(MDB_env **env, const char *where, size_t room, unsigned int flags)
{
	int r = mdb_env_create(env);

	if (r == 0)
		r = mdb_env_set_mapsize(*env, room);
	if (r == 0)
		r = mdb_env_set_maxdbs(*env, STORE_TABLES);
	if (r == 0)
		r = mdb_env_set_maxreaders(*env, READERS);
	if (r == 0)
		r = mdb_env_open(*env, where, FLAGS | flags, 0600);
	return r;
}

/* The file from, complete, becomes to in the directory where; also after a power cut. */
static int rename_durably(const char *where, const char *from, const char *to)
{
	int r = 0, dir = open(where, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0 || rename(from, to) != 0 || fsync(dir) != 0)
		r = errno;
	if (dir >= 0)
		close(dir);
	return r;
}

/*
 * A new store gets its name when it is complete: so a data.mdb without our tables is damaged or
 * another's, and never taken for a new store, in which nobody has a PIN.
 */
static int make_new(const char *where, const char *path, size_t room)
{
	char next[PATH_MAX + sizeof(".new")], lock[sizeof(next) + sizeof("-lock")];
	MDB_dbi tables[STORE_TABLES];
	MDB_env *env = NULL;
	int r;

	snprintf(next, sizeof(next), "%s.new", path);
	snprintf(lock, sizeof(lock), "%s-lock", next); /* as LMDB calls it */
	(void)unlink(next); /* of who was killed here, or found no room */
	r = open_env(&env, next, room, MDB_NOSUBDIR);
	if (r == 0)
		r = open_tables(env, tables, 0, MDB_CREATE);
	if (env != NULL)
		mdb_env_close(env);
	(void)unlink(lock);
	return r == 0 ? rename_durably(where, next, path) : r;
}

int lmdb_files_open(MDB_env **env, MDB_dbi tables[static STORE_TABLES], const char *where,
		     size_t room)
{
	char path[PATH_MAX];
	struct stat st;
	int r = 0;

	*env = NULL;
	if (snprintf(path, sizeof(path), "%s/data.mdb", where) >= (int)sizeof(path))
		return ENAMETOOLONG;
	if (lstat(path, &st) != 0)
		r = errno == ENOENT ? make_new(where, path, room) : errno;
	else if (stat(path, &st) != 0 || st.st_size == 0)
		r = MDB_INVALID; /* LMDB would make a store of it */
	if (r == 0)
		r = open_env(env, where, room, 0);
	return r == 0 ? open_tables(*env, tables, MDB_RDONLY, 0) : r;
}
