/* SPDX-License-Identifier: BSD-2-Clause */
/* store_lmdb_row.h - one row in an open transaction of LMDB. For store_lmdb.c only. */
#ifndef STORE_LMDB_ROW_H
#define STORE_LMDB_ROW_H

#include <lmdb.h>

#include "store.h"

/* 0 or -errno for what LMDB returns: callers of the store only know errno. */
int row_errno(int r);

/* Copy a value out of the map. 0, or -EIO: it cannot be ours. */
int row_of(const MDB_val *val, struct store_row *row);

/*
 * Copy the row at key; rev 0 if there is none. That takes as long as if there were one, from memory
 * as well as from the disk. 0 or -errno.
 */
int row_fetch(MDB_txn *txn, MDB_dbi dbi, const uint8_t *key, struct store_row *row);

/* Copy the first row behind after (NULL: the first of all) and its key; rev 0 if there is none. */
int row_next(MDB_txn *txn, MDB_dbi dbi, const uint8_t *after, uint8_t *key, struct store_row *row);

/* Write the row of a change, whose revision was looked at. 0 or -errno. */
int row_write(MDB_txn *txn, MDB_dbi dbi, const struct store_change *c);

#endif
