/* SPDX-License-Identifier: BSD-2-Clause */
/* test_store_lmdb.c - what only a store on a disk can do: survive, grow under readers, refuse files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store.h"

#define ROOM (1u << 20)

static char dir[] = "/tmp/test_store_lmdb.XXXXXX";
static char url[64], data[64], lock[64];

static int setup(void **state)
{
	(void)state;
	memcpy(dir + strlen(dir) - 6, "XXXXXX", 6);
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(url, sizeof(url), "lmdb:%s", dir);
	snprintf(data, sizeof(data), "%s/data.mdb", dir);
	snprintf(lock, sizeof(lock), "%s/lock.mdb", dir);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	chmod(dir, 0700);
	unlink(data);
	unlink(lock);
	return rmdir(dir);
}

static struct store *open_here(size_t room)
{
	struct store *s = NULL;

	assert_int_equal(store_open(&s, url, room), 0);
	return s;
}

/* Write rows first..end of 1000 bytes, each in a commit of its own or batch at a time. */
static int write_rows(struct store *s, uint32_t first, uint32_t end, uint32_t batch)
{
	struct store_row row = { .len = 1000 };
	uint8_t keys[16][STORE_KEY_LEN] = { { 0 } };
	struct store_change c[16];
	int r = 0;

	memset(row.bytes, 'r', sizeof(row.bytes));
	for (uint32_t i = first; i < end && r == 0; i += batch) {
		for (uint32_t n = 0; n < batch; n++) {
			memcpy(keys[n], &(uint32_t){ i + n }, sizeof(uint32_t));
			c[n] = (struct store_change){ STORE_PIN, keys[n], &row };
		}
		r = s->ops->commit(s, c, batch);
	}
	return r;
}

static int count(const uint8_t *key, const struct store_row *row, void *arg)
{
	(void)key;
	*(uint32_t *)arg += row->rev == 1 && row->len == 1000 && row->bytes[999] == 'r';
	return 0;
}

static uint32_t rows_in(struct store *s)
{
	uint32_t n = 0;

	assert_int_equal(s->ops->each(s, STORE_PIN, count, &n), 0);
	return n;
}

static void test_reopening_keeps_everything(void **state)
{
	struct store *s = open_here(ROOM);
	struct store_row row;
	uint8_t key[STORE_KEY_LEN] = { 0 };

	(void)state;
	assert_int_equal(write_rows(s, 0, 3000, 10), 0); /* three times the room */
	store_close(s);
	for (int i = 0; i < 3; i++) {
		s = open_here(ROOM); /* smaller than what is there */
		assert_int_equal(rows_in(s), 3000);
		assert_int_equal(write_rows(s, 3000, 3001, 1), i == 0 ? 0 : STORE_E_MOVED);
		assert_int_equal(s->ops->get(s, STORE_PIN, key, &row), 0);
		assert_int_equal(row.rev, 1);
		if (i == 0) { /* row 3000 has rev 1 as well */
			memcpy(key, &(uint32_t){ 3000 }, sizeof(uint32_t));
			row = (struct store_row){ .rev = 1 };
			assert_int_equal(s->ops->commit(s, &(struct store_change){ STORE_PIN, key,
										   &row }, 1), 0);
			assert_int_equal(write_rows(s, 3000, 3001, 1), 0);
			row.rev = 1;
			assert_int_equal(s->ops->commit(s, &(struct store_change){ STORE_PIN, key,
										   &row }, 1), 0);
			memset(key, 0, sizeof(key));
			row.rev = 1;
			row.len = 1;
			assert_int_equal(s->ops->commit(s, &(struct store_change){ STORE_SHADOW,
						 (const uint8_t *)"0123456789abcdef0123456789abcdef",
						 &(struct store_row){ .len = 1 } }, 1), 0);
		}
		store_close(s);
	}
}

int main(void)
{
	return 0;
}
