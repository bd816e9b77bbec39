/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * floor.c - what pind is measured against, with nothing of pind's work in it.
 *
 *   floor echo SOCKET                               answers every packet with a VERDICT, at once
 *   floor hash THREADS SECONDS PASSES KIB [arena]   crypto_pwhash in a loop; with arena, in an
 *                                                   area that each thread keeps
 *   floor verifier PASSES KIB                       the verifier of ABCD2345, for dovecot
 *   floor commit THREADS SECONDS DIR [raw]          durable changes of a row each; raw: LMDB's own
 */
#include <errno.h>
#include <lmdb.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "arena.h"
#include "store.h"
#include "verdict.h"
#include "wire.h"

#define THREADS_MAX 256
#define ROW_LEN     300 /* bytes: about a person's */

/* ---- echo ---- */

static int listen_at(const char *path)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s", path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&sa, sizeof(sa)) != 0 || listen(fd, 4096) != 0) {
		perror(path);
		return -1;
	}
	return fd;
}

static void answer(int fd, uint8_t *reply, size_t len)
{
	uint8_t in[WIRE_MAX];

	if (recv(fd, in, sizeof(in), 0) >= 2 + WIRE_NONCE_LEN) {
		memcpy(reply + 2, in + 2, WIRE_NONCE_LEN);
		(void)!send(fd, reply, len, MSG_NOSIGNAL);
	}
	close(fd);
}

static int echo(const char *path)
{
	const struct wire_msg ok = { .type = WIRE_VERDICT, .verdict.code = V_OK };
	struct epoll_event ready[64], ev = { .events = EPOLLIN };
	int door = listen_at(path), ep = epoll_create1(EPOLL_CLOEXEC), n, fd;
	uint8_t reply[WIRE_MAX];
	size_t len;

	ev.data.fd = door;
	if (door < 0 || ep < 0 || wire_encode(&ok, reply, sizeof(reply), &len) != 0 ||
	    epoll_ctl(ep, EPOLL_CTL_ADD, door, &ev) != 0)
		return 1;
	while ((n = epoll_wait(ep, ready, 64, -1)) >= 0 || errno == EINTR)
		for (int i = 0; i < n; i++) {
			if (ready[i].data.fd != door) {
				answer(ready[i].data.fd, reply, len);
				continue;
			}
			fd = accept4(door, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
			ev.data.fd = fd;
			if (fd >= 0 && epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev) != 0)
				close(fd);
		}
	return 1;
}

/* ---- loops ---- */

static struct {
	unsigned long long passes;
	size_t mem_kib;
	int arena;
	struct store *store;
	MDB_env *env;
	MDB_dbi dbi;
	struct timespec end;
	atomic_ulong done;
} loop;

static int time_is_up(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec > loop.end.tv_sec ||
	       (now.tv_sec == loop.end.tv_sec && now.tv_nsec >= loop.end.tv_nsec);
}

static void *hash_on(void *arg)
{
	unsigned char out[32];
	const unsigned char salt[crypto_pwhash_SALTBYTES] = { 1 };

	(void)arg;
	if (loop.arena)
		arena_use((uint32_t)loop.mem_kib);
	while (!time_is_up() &&
	       crypto_pwhash(out, sizeof(out), "ABCD2345", 8, salt, loop.passes, loop.mem_kib << 10,
			     crypto_pwhash_ALG_ARGON2ID13) == 0)
		loop.done++;
	arena_close();
	return NULL;
}

static int commit_raw(const uint8_t *key, const uint8_t *bytes)
{
	MDB_val k = { STORE_KEY_LEN, (void *)(uintptr_t)key };
	MDB_val v = { ROW_LEN, (void *)(uintptr_t)bytes };
	MDB_txn *txn;

	if (mdb_txn_begin(loop.env, NULL, 0, &txn) != 0)
		return -1;
	if (mdb_put(txn, loop.dbi, &k, &v, 0) == 0)
		return mdb_txn_commit(txn);
	mdb_txn_abort(txn);
	return -1;
}

static void *commit_on(void *arg)
{
	uint8_t key[STORE_KEY_LEN] = { 0 };
	struct store_row row = { .len = ROW_LEN };
	const struct store_change change = { STORE_PIN, key, &row };
	size_t i = (size_t)arg;
	int r = 0;

	memcpy(key, &i, sizeof(i));
	while (r == 0 && !time_is_up()) {
		row.bytes[0]++;
		r = loop.store != NULL ? loop.store->ops->commit(loop.store, &change, 1)
				       : commit_raw(key, row.bytes);
		row.rev++;
		loop.done += r == 0;
	}
	return NULL;
}

/* As load prints it; there are no requests, so no times of them. */
static int run(unsigned int threads, unsigned int seconds, void *(*work)(void *))
{
	pthread_t id[THREADS_MAX];
	struct rusage ru;
	double cpu, n;

	if (threads < 1 || threads > THREADS_MAX || seconds < 1)
		return 2;
	clock_gettime(CLOCK_MONOTONIC, &loop.end);
	loop.end.tv_sec += seconds;
	for (unsigned int i = 0; i < threads; i++)
		if (pthread_create(&id[i], NULL, work, (void *)(size_t)i) != 0)
			return 1;
	for (unsigned int i = 0; i < threads; i++)
		pthread_join(id[i], NULL);
	getrusage(RUSAGE_SELF, &ru);
	n = (double)loop.done;
	cpu = (double)(ru.ru_utime.tv_sec + ru.ru_stime.tv_sec) * 1e6 +
	      (double)(ru.ru_utime.tv_usec + ru.ru_stime.tv_usec);
	printf("%.1f %.1f 0 0 %.0f %.0f\n", n / seconds, n > 0 ? cpu / n : 0, n, n);
	return n == 0;
}

static int open_raw(const char *dir)
{
	MDB_txn *txn;

	return mdb_env_create(&loop.env) != 0 ||
	       mdb_env_set_mapsize(loop.env, (size_t)1 << 28) != 0 ||
	       mdb_env_open(loop.env, dir, MDB_NORDAHEAD, 0600) != 0 ||
	       mdb_txn_begin(loop.env, NULL, 0, &txn) != 0 ||
	       mdb_dbi_open(txn, NULL, 0, &loop.dbi) != 0 || mdb_txn_commit(txn) != 0;
}

static int open_store(const char *dir)
{
	char url[512];

	snprintf(url, sizeof(url), "lmdb:%s", dir);
	return store_open(&loop.store, url, (size_t)1 << 28) != 0;
}

static unsigned int number(const char *text)
{
	return (unsigned int)strtoul(text, NULL, 10);
}

static int verifier(const char *passes, const char *kib)
{
	char text[crypto_pwhash_STRBYTES];

	if (crypto_pwhash_str(text, "ABCD2345", 8, number(passes), (size_t)number(kib) << 10) != 0)
		return 1;
	return puts(text) == EOF;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (sodium_init() < 0)
		return 1;
	if (argc == 3 && strcmp(what, "echo") == 0)
		return echo(argv[2]);
	if (argc == 4 && strcmp(what, "verifier") == 0)
		return verifier(argv[2], argv[3]);
	if ((argc == 6 || argc == 7) && strcmp(what, "hash") == 0) {
		loop.passes = number(argv[4]);
		loop.mem_kib = number(argv[5]);
		loop.arena = argc == 7;
		return run(number(argv[2]), number(argv[3]), hash_on);
	}
	if ((argc == 5 && strcmp(what, "commit") == 0 && open_store(argv[4]) == 0) ||
	    (argc == 6 && strcmp(what, "commit") == 0 && open_raw(argv[4]) == 0))
		return run(number(argv[2]), number(argv[3]), commit_on);
	fprintf(stderr, "usage: see floor.c\n");
	return 2;
}
