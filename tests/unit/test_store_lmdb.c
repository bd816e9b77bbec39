/* SPDX-License-Identifier: BSD-2-Clause */
/* test_store_lmdb.c - what only a store on disk can do: survive, grow under readers, refuse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
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

	(void)state;
	assert_int_equal(write_rows(s, 0, 3000, 10), 0); /* three times the room */
	store_close(s);
	for (uint32_t i = 0; i < 3; i++) {
		s = open_here(ROOM); /* less than what is there */
		assert_int_equal(rows_in(s), 3000 + i);
		assert_int_equal(write_rows(s, 0, 1, 1), STORE_E_MOVED); /* revisions stayed too */
		assert_int_equal(write_rows(s, 3000 + i, 3001 + i, 1), 0);
		store_close(s);
	}
}

/* A child commits row after row and says so; it is killed in the middle. */
static void test_kill_loses_nothing(void **state)
{
	uint32_t said = 0, i = 0;
	struct store *s;
	int to_us[2];
	pid_t pid;

	(void)state;
	for (int round = 0; round < 5; round++) {
		assert_int_equal(pipe(to_us), 0);
		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0) {
			if (store_open(&s, url, ROOM) != 0)
				_exit(1);
			for (i = said; write_rows(s, i, i + 1, 1) == 0; i++)
				if (write(to_us[1], &i, sizeof(i)) != sizeof(i))
					break;
			_exit(1);
		}
		close(to_us[1]);
		for (int n = 0; n < 40; n++)
			assert_int_equal(read(to_us[0], &i, sizeof(i)), sizeof(i));
		assert_int_equal(kill(pid, SIGKILL), 0);
		while (read(to_us[0], &i, sizeof(i)) == sizeof(i))
			; /* what it still said before it died */
		close(to_us[0]);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		s = open_here(ROOM);
		said = rows_in(s);
		assert_in_range(said, i + 1, i + 2); /* one may be written and not yet said */
		store_close(s);
	}
}

struct reading {
	struct store *s;
	atomic_bool stop;
	int failed;
};

/* Whatever is written meanwhile, a walk sees whole commits of 10 rows, never fewer than before. */
static void *read_on(void *arg)
{
	struct reading *rd = arg;
	uint32_t before = 0;

	while (!rd->stop && rd->failed == 0) {
		uint8_t key[STORE_KEY_LEN] = { 0 };
		struct store_row row;
		uint32_t n = 0;

		rd->failed = rd->s->ops->each(rd->s, STORE_PIN, count, &n);
		if (rd->failed == 0 && (n % 10 != 0 || n < before))
			rd->failed = 1;
		before = n;
		if (rd->failed == 0)
			rd->failed = rd->s->ops->get(rd->s, STORE_PIN, key, &row);
	}
	return NULL;
}

static void test_growing_under_readers(void **state)
{
	struct reading rd[3] = { { .failed = 0 } };
	struct store *s = open_here(ROOM);
	pthread_t t[3];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		rd[i].s = s;
		assert_int_equal(pthread_create(&t[i], NULL, read_on, &rd[i]), 0);
	}
	assert_int_equal(write_rows(s, 0, 8000, 10), 0);
	for (size_t i = 0; i < 3; i++) {
		rd[i].stop = true;
		assert_int_equal(pthread_join(t[i], NULL), 0);
		assert_int_equal(rd[i].failed, 0);
	}
	assert_int_equal(rows_in(s), 8000);
	store_close(s);
}

#define WORKERS 256 /* as many as pind.conf allows */

struct crowd {
	struct store *s;
	pthread_barrier_t all_have_read;
	atomic_int failed;
};

static void *read_once(void *arg)
{
	struct crowd *c = arg;
	uint8_t key[STORE_KEY_LEN] = { 0 };
	struct store_row row;

	if (c->s->ops->get(c->s, STORE_PIN, key, &row) != 0)
		c->failed++;
	pthread_barrier_wait(&c->all_have_read);
	return NULL;
}

static void test_every_worker_can_read(void **state)
{
	struct crowd c = { .s = open_here(ROOM) };
	pthread_t t[WORKERS];

	(void)state;
	assert_int_equal(pthread_barrier_init(&c.all_have_read, NULL, WORKERS), 0);
	for (size_t i = 0; i < WORKERS; i++)
		assert_int_equal(pthread_create(&t[i], NULL, read_once, &c), 0);
	for (size_t i = 0; i < WORKERS; i++)
		assert_int_equal(pthread_join(t[i], NULL), 0);
	pthread_barrier_destroy(&c.all_have_read);
	assert_int_equal(c.failed, 0);
	store_close(c.s);
}

static void write_file(const char *path, const void *bytes, size_t n, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, n), n);
	close(fd);
}

static void test_what_cannot_be_opened(void **state)
{
	char garbage[3 * 4096], path[128];
	struct store *s = NULL;
	struct stat st;

	(void)state;
	assert_int_equal(store_open(&s, "lmdb:/nonexistent/dir", ROOM), -ENOENT);
	write_file(data, "", 0, 0600);
	snprintf(path, sizeof(path), "lmdb:%s", data);
	assert_int_equal(store_open(&s, path, ROOM), -ENOTDIR);
	memset(garbage, 0x5a, sizeof(garbage));
	write_file(data, garbage, sizeof(garbage), 0600); /* not ours: -EIO, and left as it is */
	assert_int_equal(store_open(&s, url, ROOM), -EIO);
	assert_int_equal(truncate(data, 4096), 0);
	assert_int_equal(store_open(&s, url, ROOM), -EIO);
	write_file(data, "", 0, 0600); /* LMDB takes it for a new one; it may have been cut */
	assert_int_equal(store_open(&s, url, ROOM), -EIO);
	assert_int_equal(stat(data, &st), 0);
	assert_int_equal(st.st_size, 0);
	assert_int_equal(unlink(data), 0);
	assert_int_equal(symlink("/nonexistent/data.mdb", data), 0); /* a disk that is not there */
	assert_int_equal(store_open(&s, url, ROOM), -EIO);
	assert_null(s);
}

/* A LMDB of somebody else's, with this database (NULL: with none): ours are not added to it. */
static void assert_foreign(const char *name)
{
	struct store *s = NULL;
	MDB_stat st;
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi;

	assert_int_equal(mdb_env_create(&env), 0);
	assert_int_equal(mdb_env_set_maxdbs(env, 4), 0);
	assert_int_equal(mdb_env_open(env, dir, 0, 0600), 0);
	assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
	if (name != NULL)
		assert_int_equal(mdb_dbi_open(txn, name, MDB_CREATE, &dbi), 0);
	assert_int_equal(mdb_txn_commit(txn), 0);
	mdb_env_close(env);
	assert_int_equal(store_open(&s, url, ROOM), -EIO);
	assert_null(s);
	assert_int_equal(mdb_env_create(&env), 0);
	assert_int_equal(mdb_env_open(env, dir, MDB_RDONLY, 0600), 0);
	assert_int_equal(mdb_env_stat(env, &st), 0);
	assert_int_equal(st.ms_entries, name != NULL);
	mdb_env_close(env);
	assert_int_equal(unlink(data), 0);
	assert_int_equal(unlink(lock), 0);
}

static void test_other_peoples_files(void **state)
{
	(void)state;
	assert_foreign("mail");
	assert_foreign("pin"); /* one of three is no store either */
	assert_foreign(NULL);
	store_close(open_here(ROOM));
}

/* What is left of one who was killed while making it. */
static void test_a_half_made_store(void **state)
{
	char next[80];
	struct stat st;

	(void)state;
	snprintf(next, sizeof(next), "%s.new", data);
	write_file(next, "half", 4, 0600);
	store_close(open_here(ROOM));
	assert_int_equal(stat(next, &st), -1);
	assert_int_equal(stat(data, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

/* As a user who may not write there; root may, so it becomes nobody. */
static int open_as_nobody(void)
{
	struct store *s;
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (geteuid() == 0 && setuid(65534) != 0)
			_exit(99);
		_exit(-store_open(&s, url, ROOM)); /* at once: what leaks is not looked at */
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return -WEXITSTATUS(status);
}

static void test_where_nobody_may_write(void **state)
{
	(void)state;
	assert_int_equal(chmod(dir, 0555), 0);
	assert_int_equal(open_as_nobody(), -EACCES);
	assert_int_equal(chmod(dir, 0700), 0);
	store_close(open_here(ROOM));
	assert_int_equal(chmod(data, 0444), 0);
	assert_int_equal(chmod(dir, 0755), 0);
	assert_int_equal(open_as_nobody(), -EACCES);
}

/* Put raw bytes into a table, as pind never would. */
static void put_raw(const void *key, size_t key_len, const void *val, size_t len)
{
	MDB_val k = { key_len, NULL }, v = { len, NULL };
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi;

	k.mv_data = (void *)(uintptr_t)key;
	v.mv_data = (void *)(uintptr_t)val;
	assert_int_equal(mdb_env_create(&env), 0);
	assert_int_equal(mdb_env_set_maxdbs(env, STORE_TABLES), 0);
	assert_int_equal(mdb_env_open(env, dir, 0, 0600), 0);
	assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
	assert_int_equal(mdb_dbi_open(txn, "pin", 0, &dbi), 0);
	assert_int_equal(mdb_put(txn, dbi, &k, &v, 0), 0);
	assert_int_equal(mdb_txn_commit(txn), 0);
	mdb_env_close(env);
}

static void test_rows_that_cannot_be_ours(void **state)
{
	static const size_t lens[] = { 1, 7, 8, 8 + STORE_ROW_MAX + 1, 3000 };
	uint8_t key[STORE_KEY_LEN] = { 1 }, found[STORE_KEY_LEN], val[3000] = { 1 };
	struct store_row row = { .rev = 1, .len = 1 };
	struct store_change c = { STORE_PIN, key, &row };
	uint32_t n = 0;
	struct store *s;

	(void)state;
	store_close(open_here(ROOM));
	for (size_t i = 0; i <= sizeof(lens) / sizeof(lens[0]); i++) {
		if (i < sizeof(lens) / sizeof(lens[0]))
			put_raw(key, sizeof(key), val, lens[i]);
		else
			put_raw(key, sizeof(key), &(uint8_t[20]){ 0 }, 20); /* revision 0 */
		s = open_here(ROOM);
		assert_int_equal(s->ops->get(s, STORE_PIN, key, &row), -EIO);
		assert_int_equal(s->ops->each(s, STORE_PIN, count, &n), -EIO);
		assert_int_equal(s->ops->next(s, STORE_PIN, NULL, found, &row), -EIO);
		row.rev = 1;
		row.len = 1;
		assert_int_equal(s->ops->commit(s, &c, 1), -EIO); /* nothing is built on it */
		store_close(s);
	}
	assert_int_equal(n, 0);
}

/* No space for the file: an error, no endless growing of the map; with space again, it goes on. */
static void test_a_full_disk(void **state)
{
	struct store *s;
	uint32_t n;
	int r = 0, status;
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0) {
		if (unshare(CLONE_NEWNS) != 0 ||
		    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
		    mount("none", dir, "tmpfs", 0, "size=512k") != 0)
			_exit(77);
		if (store_open(&s, url, ROOM) != 0)
			_exit(1);
		for (n = 0; n < 1000 && r == 0; n++)
			r = write_rows(s, n, n + 1, 1);
		if (r != -ENOSPC || rows_in(s) != n - 1)
			_exit(2);
		if (mount("none", dir, "tmpfs", MS_REMOUNT, "size=8m") != 0)
			_exit(77);
		_exit(write_rows(s, n, n + 100, 1) == 0 && rows_in(s) == n + 99 ? 0 : 3);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

#define HERE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		HERE(test_reopening_keeps_everything),
		HERE(test_kill_loses_nothing),
		HERE(test_growing_under_readers),
		HERE(test_every_worker_can_read),
		HERE(test_what_cannot_be_opened),
		HERE(test_other_peoples_files),
		HERE(test_a_half_made_store),
		HERE(test_where_nobody_may_write),
		HERE(test_rows_that_cannot_be_ours),
		HERE(test_a_full_disk),
	};

	return cmocka_run_group_tests_name("store lmdb", tests, NULL, NULL);
}
