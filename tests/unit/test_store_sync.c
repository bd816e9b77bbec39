/* SPDX-License-Identifier: BSD-2-Clause */
/* test_store_sync.c - threads that commit at once share the wait for the disk, not the result. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "store.h"

#define THREADS 64
#define ROUNDS  10

static char dir[] = "/tmp/test_store_sync.XXXXXX";
static struct store *store;
static atomic_uint syncs, arrived, expected; /* expected: the first sync waits for so many */
static atomic_bool broken_disk;

__attribute__((visibility("default"))) int fdatasync(int fd);

/* In place of libc's for liblmdb too: count, and let the others arrive while this one is busy. */
int fdatasync(int fd)
{
	syncs++;
	while (arrived < expected)
		usleep(100);
	if (expected > 0)
		usleep(20000);
	if (broken_disk) {
		errno = EIO;
		return -1;
	}
	return (int)syscall(SYS_fdatasync, fd);
}

static int setup(void **state)
{
	char url[64];

	(void)state;
	memcpy(dir + strlen(dir) - 6, "XXXXXX", 6);
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(url, sizeof(url), "lmdb:%s", dir);
	expected = 0;
	broken_disk = false;
	return store_open(&store, url, 1u << 20);
}

static int teardown(void **state)
{
	char path[64];

	(void)state;
	store_close(store);
	snprintf(path, sizeof(path), "%s/data.mdb", dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/lock.mdb", dir);
	unlink(path);
	return rmdir(dir);
}

static const uint8_t shared_key[STORE_KEY_LEN] = "shared";

static void own_key_of(uint8_t key[static STORE_KEY_LEN], uint32_t id)
{
	memset(key, 0, STORE_KEY_LEN);
	memcpy(key, "own", 3);
	memcpy(key + 4, &id, sizeof(id));
}

static struct store_row read_row(const uint8_t *key)
{
	struct store_row row;

	assert_int_equal(store->ops->get(store, STORE_PIN, key, &row), 0);
	return row;
}

struct committer {
	uint32_t id;
	bool also_shared;             /* its commit changes the shared row too */
	uint64_t own_rev, shared_rev; /* the revisions it believes in */
	int result;
};

static void *commit_one(void *arg)
{
	struct committer *c = arg;
	struct store_row own = { .rev = c->own_rev, .len = 4 },
			 shared = { .rev = c->shared_rev, .len = 4 };
	uint8_t key[STORE_KEY_LEN];
	const struct store_change both[2] = { { STORE_PIN, key, &own },
					      { STORE_PIN, shared_key, &shared } };

	own_key_of(key, c->id);
	memcpy(own.bytes, &c->id, sizeof(c->id));
	memcpy(shared.bytes, &c->id, sizeof(c->id));
	arrived++;
	c->result = store->ops->commit(store, both, c->also_shared ? 2 : 1);
	return NULL;
}

/* All of them at once. */
static void run_all(struct committer *c)
{
	pthread_t t[THREADS];

	arrived = 0;
	expected = THREADS;
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&t[i], NULL, commit_one, &c[i]), 0);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(t[i], NULL), 0);
	expected = 0;
}

static void test_alone_each_has_its_sync(void **state)
{
	struct committer c = { .id = 1 };
	unsigned int before = syncs;

	(void)state;
	for (c.own_rev = 0; c.own_rev < 10; c.own_rev++) {
		commit_one(&c);
		assert_int_equal(c.result, 0);
		assert_true(syncs - before > c.own_rev); /* on the disk before it is said */
	}
}

static void test_together_they_share(void **state)
{
	struct committer c[THREADS];
	unsigned int before = syncs;

	(void)state;
	for (uint32_t round = 0; round < ROUNDS; round++) {
		for (uint32_t i = 0; i < THREADS; i++)
			c[i] = (struct committer){ .id = i, .own_rev = round };
		run_all(c);
		for (uint32_t i = 0; i < THREADS; i++)
			assert_int_equal(c[i].result, 0);
	}
	for (uint32_t i = 0; i < THREADS; i++) {
		uint8_t key[STORE_KEY_LEN];

		own_key_of(key, i);
		assert_int_equal(read_row(key).rev, ROUNDS);
		assert_memory_equal(read_row(key).bytes, &i, sizeof(i));
	}
	assert_in_range(syncs - before, ROUNDS, THREADS * ROUNDS / 4);
}

/* Some in the same batch lose, all of their changes with them; the others notice nothing. */
static void test_each_has_its_own_result(void **state)
{
	struct committer c[THREADS];
	unsigned int winners = 0;
	uint32_t winner = 0;

	(void)state;
	for (uint32_t i = 0; i < THREADS;
	     i++) /* three kinds: alone, about the shared row, outdated */
		c[i] = (struct committer){ .id = i,
					   .also_shared = i % 3 == 1,
					   .own_rev = i % 3 == 2 };
	run_all(c);
	for (uint32_t i = 0; i < THREADS; i++) {
		uint8_t key[STORE_KEY_LEN];

		own_key_of(key, i);
		assert_int_equal(read_row(key).rev, c[i].result == 0);
		if (i % 3 == 0)
			assert_int_equal(c[i].result, 0);
		else
			assert_true(c[i].result == 0 || c[i].result == STORE_E_MOVED);
		if (i % 3 == 2)
			assert_int_equal(c[i].result, STORE_E_MOVED);
		if (i % 3 == 1 && c[i].result == 0) {
			winners++;
			winner = i;
		}
	}
	assert_int_equal(winners, 1);
	assert_int_equal(read_row(shared_key).rev, 1);
	assert_memory_equal(read_row(shared_key).bytes, &winner, sizeof(winner));
}

/* A disk that fails fails everyone who waited for it, and nobody's change is seen. */
static void test_a_broken_disk_fails_all(void **state)
{
	struct committer c[THREADS];

	(void)state;
	broken_disk = true;
	for (uint32_t i = 0; i < THREADS; i++)
		c[i] = (struct committer){ .id = i, .also_shared = i == 7 };
	run_all(c);
	for (uint32_t i = 0; i < THREADS; i++) {
		uint8_t key[STORE_KEY_LEN];

		assert_int_equal(c[i].result, -EIO);
		own_key_of(key, i);
		assert_int_equal(read_row(key).rev, 0);
	}
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_alone_each_has_its_sync),
		TEST(test_together_they_share),
		TEST(test_each_has_its_own_result),
		TEST(test_a_broken_disk_fails_all),
	};

	return cmocka_run_group_tests_name("store sync", tests, NULL, NULL);
}
