/* SPDX-License-Identifier: BSD-2-Clause */
/* store_lmdb_row.c - see store_lmdb_row.h. A value is rev (8 bytes) + bytes. */
#include "store_lmdb_row.h"

#include <errno.h>
#include <string.h>

int row_errno(int r)
{
	if (r == MDB_MAP_FULL)
		return -ENOSPC;
	return r > 0 ? -r : r < 0 ? -EIO : 0; /* LMDB's own codes are below -30000 */
}

static MDB_val key_of(const uint8_t *key)
{
	return (MDB_val){ STORE_KEY_LEN, (void *)(uintptr_t)key };
}

int row_of(const MDB_val *val, struct store_row *row)
{
	size_t head = sizeof(row->rev);

	if (val->mv_size <= head || val->mv_size > head + sizeof(row->bytes))
		return -EIO;
	memcpy(&row->rev, val->mv_data, head);
	row->len = val->mv_size - head;
	memcpy(row->bytes, (const uint8_t *)val->mv_data + head, row->len);
	return row->rev != 0 ? 0 : -EIO;
}

/*
 * For a key that is not there a neighbour's row is copied, and forgotten: one of the page that was
 * searched, where the cursor stays. If there is none, so be it.
 */
int row_fetch(MDB_txn *txn, MDB_dbi dbi, const uint8_t *key, struct store_row *row)
{
	MDB_val k = key_of(key), val = { .mv_data = NULL };
	MDB_cursor *cur;
	int r = mdb_cursor_open(txn, dbi, &cur), copied;

	if (r != 0)
		return row_errno(r);
	r = mdb_cursor_get(cur, &k, &val, MDB_SET);
	if (mdb_cursor_get(cur, &k, &val, MDB_GET_CURRENT) != 0)
		(void)mdb_cursor_get(cur, &k, &val, MDB_PREV);
	mdb_cursor_close(cur);
	copied = row_of(&val, row);
	if (r == 0)
		return copied;
	row->rev = 0;
	row->len = 0;
	return r == MDB_NOTFOUND ? 0 : row_errno(r);
}

int row_next(MDB_txn *txn, MDB_dbi dbi, const uint8_t *after, uint8_t *key, struct store_row *row)
{
	MDB_val k = { 0, NULL }, val;
	MDB_cursor *cur;
	int r = mdb_cursor_open(txn, dbi, &cur);

	row->rev = 0;
	row->len = 0;
	if (r != 0)
		return row_errno(r);
	if (after != NULL)
		k = key_of(after);
	r = mdb_cursor_get(cur, &k, &val, after != NULL ? MDB_SET_RANGE : MDB_FIRST);
	if (r == 0 && after != NULL && k.mv_size == STORE_KEY_LEN &&
	    memcmp(k.mv_data, after, STORE_KEY_LEN) == 0)
		r = mdb_cursor_get(cur, &k, &val, MDB_NEXT);
	mdb_cursor_close(cur);
	if (r != 0)
		return r == MDB_NOTFOUND ? 0 : row_errno(r);
	if (k.mv_size != STORE_KEY_LEN)
		return -EIO;
	memcpy(key, k.mv_data, STORE_KEY_LEN);
	return row_of(&val, row);
}

int row_write(MDB_txn *txn, MDB_dbi dbi, const struct store_change *c)
{
	MDB_val key = key_of(c->key), val = { .mv_size = sizeof(c->row->rev) + c->row->len };
	uint64_t rev = c->row->rev + 1;
	int r;

	if (c->row->len == STORE_SAME)
		return 0;
	if (c->row->len == 0)
		return c->row->rev == 0 ? 0 : row_errno(mdb_del(txn, dbi, &key, NULL));
	r = mdb_put(txn, dbi, &key, &val, MDB_RESERVE);
	if (r != 0)
		return row_errno(r);
	memcpy(val.mv_data, &rev, sizeof(rev));
	memcpy((uint8_t *)val.mv_data + sizeof(rev), c->row->bytes, c->row->len);
	return 0;
}
