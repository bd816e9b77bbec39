/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store.h - where rows live. A few tables of key -> bytes, each row with a revision.
 *
 * Nobody holds a transaction. A caller reads rows, computes what they should become, and
 * commits all of it or nothing; commit fails if any row moved meanwhile, and the caller
 * reads again (account.c has the loop). LMDB does a commit in one write transaction, SQL in
 * BEGIN; "UPDATE t SET bytes = $3, rev = rev + 1 WHERE key = $1 AND rev = $2"...; COMMIT.
 * Rows are opaque because seal.c seals them: no backend can look inside or sort by it.
 *
 * All calls are safe from several threads at once. They block on disk, so only worker
 * threads make them. None of them logs or retries.
 */
#ifndef STORE_H
#define STORE_H

#include <stddef.h>
#include <stdint.h>

#define STORE_KEY_LEN 32   /* bytes of every key */
#define STORE_ROW_MAX 1600 /* bytes of a row; most have half of that */
#define STORE_SAME SIZE_MAX /* a change's len: the row stays as it is, but must not have moved */

enum store_table {
	STORE_META,   /* what the store is, and the highest time committed */
	STORE_PIN,    /* a row a person */
	STORE_SHADOW, /* attempts on people who have no PIN: a fixed number of rows */
	STORE_PRATICA,    /* a row a request for a PIN */
	STORE_LINK,       /* what the token of a link opens */
	STORE_ORDER,      /* what couriers must deliver */
	STORE_DELEGATION, /* who may act for whom */
	STORE_REGISTRY,   /* matricole, patronati, indirizzi */
	STORE_AUDIT,      /* what operators did */
	STORE_TABLES
};

/*
 * Every call returns 0, STORE_E_MOVED, or -errno when the backend is broken (-EIO: not ours or
 * damaged; -ENOSPC: disk or map full; -EROFS, -EACCES: may not write).
 */
enum { STORE_E_MOVED = 1 /* commit: a row's rev is no longer the one you read */ };

struct store_row {
	uint64_t rev; /* 0: there is no such row. Only backends change it, by + 1 */
	size_t len;   /* 1..STORE_ROW_MAX, or 0 with rev 0 */
	uint8_t bytes[STORE_ROW_MAX];
};

struct store_change {
	enum store_table table;
	const uint8_t *key;          /* STORE_KEY_LEN bytes */
	const struct store_row *row; /* rev as read, bytes as wanted; len 0 deletes, or STORE_SAME */
};

struct store { /* a backend puts this first in its own struct */
	const struct store_ops *ops;
};

/* Return non-zero to stop the walk. key and row are valid only during the call. */
typedef int store_each_fn(const uint8_t *key, const struct store_row *row, void *arg);

struct store_ops {
	const char *name; /* the scheme in "scheme:where" */

	/*
	 * Open where (a directory, a connection string). room: bytes to begin with; grows by
	 * itself. *ret is the caller's to close. Opening changes no row.
	 */
	int (*open)(struct store **ret, const char *where, size_t room);
	void (*close)(struct store *s);

	/* Copy a row. A key that is not there is no error: row->rev and row->len are 0. */
	int (*get)(struct store *s, enum store_table table, const uint8_t *key,
		   struct store_row *row);

	/* Apply all n changes, or none. On return 0 they survive a power cut. */
	int (*commit)(struct store *s, const struct store_change *changes, size_t n);

	/*
	 * Copy the first row whose key is behind after (NULL: the first of all) and its key. None is
	 * no error: row->rev and row->len are 0.
	 */
	int (*next)(struct store *s, enum store_table table, const uint8_t *after,
		    uint8_t key[static STORE_KEY_LEN], struct store_row *row);

	/* Call fn for every row in key order, from one snapshot. Returns fn's stop value. */
	int (*each)(struct store *s, enum store_table table, store_each_fn *fn, void *arg);
};

extern const struct store_ops store_lmdb, store_mem;

/* Open "lmdb:/var/lib/pind" or "mem:". -EPROTONOSUPPORT: no backend has that scheme. */
int store_open(struct store **ret, const char *url, size_t room);

/* Close and free; NULL is a no-op. */
void store_close(struct store *s);

#endif
