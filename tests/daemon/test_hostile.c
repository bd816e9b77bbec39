/* SPDX-License-Identifier: BSD-2-Clause */
/* test_hostile.c - clients that send nonsense, or nothing, or too much: pind lives, and serves others. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rig.h"

#define HEAD    18 /* bytes of version, type and nonce */
#define GARBAGE 100000
#define SILENT  1000

static pid_t born; /* pind's pid, to see that it is the same afterwards */
static char citizen[17], citizen_pin[17];

/* A pind with one citizen. */
static void open_office(const char *conf)
{
	rig_conf(conf);
	rig_start();
	born = rig.pid;
	assert_int_equal(rig_issue(rig_cf(citizen, 1)), V_OK);
	assert_int_equal(rig_renew(citizen, RIG_PIN, citizen_pin), V_OK);
}

static void close_office(void)
{
	assert_true(rig_alive());
	assert_int_equal(rig.pid, born);
	assert_int_equal(rig_try(citizen, citizen_pin), V_OK);
	assert_int_equal(rig_stop(), 0);
}

static void fill_head(uint8_t *buf, uint8_t version, uint8_t type)
{
	buf[0] = version;
	buf[1] = type;
	memset(buf + 2, 9, WIRE_NONCE_LEN);
}

/* What a packet is answered: the code of a VERDICT, 0 for another reply; checks the nonce. */
static int answer_to(const char *path, const uint8_t *buf, size_t len)
{
	static const uint8_t no_nonce[WIRE_NONCE_LEN];
	uint8_t answer[WIRE_MAX];
	struct wire_msg rep;
	ssize_t n = rig_raw(path, buf, len, answer);

	if (n <= 0)
		return n == 0 ? -ECONNRESET : (int)n;
	assert_int_equal(wire_decode(&rep, answer, (size_t)n), 0);
	assert_memory_equal(rep.nonce, len >= HEAD ? buf + 2 : no_nonce, WIRE_NONCE_LEN);
	return rep.type == WIRE_VERDICT ? rep.verdict.code : 0;
}

static void test_sizes(void **state)
{
	static const uint8_t types[] = { WIRE_PING, WIRE_AUTHENTICATE, WIRE_RENEW_COMMIT };
	uint8_t buf[1200] = { 0 };

	(void)state;
	open_office(RIG_CONF);
	for (size_t t = 0; t < sizeof(types); t++)
		for (size_t len = 1; len <= 1100; len++) {
			fill_head(buf, WIRE_VERSION, types[t]);
			assert_int_equal(answer_to(rig.auth, buf, len),
					 len == HEAD && t == 0 ? V_OK : V_BAD);
			assert_int_equal(answer_to(rig.admin, buf, len), V_BAD);
		}
	assert_int_equal(answer_to(rig.auth, buf, 0), -ECONNRESET); /* looks like a hang-up */
	close_office();
}

static void test_versions_and_types(void **state)
{
	uint8_t buf[HEAD];
	int on_auth, on_admin;

	(void)state;
	open_office(RIG_CONF);
	for (int v = 0; v < 256; v++) {
		fill_head(buf, (uint8_t)v, WIRE_PING);
		assert_int_equal(answer_to(rig.auth, buf, HEAD), v == WIRE_VERSION ? V_OK : V_BAD);
	}
	for (int t = 0; t < 256; t++) {
		fill_head(buf, WIRE_VERSION, (uint8_t)t);
		on_auth = answer_to(rig.auth, buf, HEAD);
		on_admin = answer_to(rig.admin, buf, HEAD);
		assert_int_equal(on_auth, t == WIRE_PING ? V_OK : V_BAD);
		assert_int_equal(on_admin, t == WIRE_COST || t == WIRE_STATS || t == WIRE_AUDIT_HEAD
						   ? 0 : V_BAD);
	}
	close_office();
}

struct thrower {
	unsigned int seed, surprises;
};

/* Half the packets are noise, half are noise behind a good head; some get as far as a codice fiscale. */
static void *throw_garbage(void *arg)
{
	struct thrower *t = arg;
	uint8_t buf[WIRE_MAX + 1];
	size_t len;
	int r;

	for (int i = 0; i < GARBAGE / 2; i++) {
		len = 1 + (size_t)rand_r(&t->seed) % sizeof(buf);
		for (size_t b = 0; b < len; b++)
			buf[b] = (uint8_t)(rand_r(&t->seed) >> 8);
		if (i % 2 == 0 && len >= HEAD)
			fill_head(buf, WIRE_VERSION, (uint8_t)(1 + rand_r(&t->seed) % 0x30));
		if (i % 4 == 0 && i % 3 != 0 && len > 40) { /* not to operators' verbs: short ones work */
			memcpy(buf + HEAD, "\0\020................\0\004test", 24);
			memcpy(buf + HEAD + 2, citizen, 16);
		}
		r = answer_to(i % 3 == 0 ? rig.admin : rig.auth, buf, len);
		t->surprises += (r == V_OK && len != HEAD) || r == V_MUST_CHANGE || r < 0;
	}
	return NULL;
}

static void test_garbage(void **state)
{
	struct thrower throwers[2] = { { 1, 0 }, { 2, 0 } };
	pthread_t threads[2];

	(void)state;
	open_office(RIG_CONF);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, throw_garbage, &throwers[i]), 0);
	for (int i = 0; i < 2; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(throwers[i].surprises, 0);
	}
	close_office();
}

/* A good packet with one byte changed is answered, and never with more than the good one. */
static void test_one_byte_changed(void **state)
{
	struct wire_msg m = rig_issue_of(rig_cf(citizen, 1));
	uint8_t buf[WIRE_MAX];
	size_t len;
	int r;

	(void)state;
	m.issue.level = 0; /* makes no sense; nor with any one byte changed but this */
	open_office(RIG_CONF);
	assert_int_equal(wire_encode(&m, buf, sizeof(buf), &len), 0);
	for (size_t i = 0; i < len; i++)
		for (int bit = 0; bit < 8; bit++) {
			buf[i] ^= (uint8_t)(1 << bit);
			r = answer_to(rig.admin, buf, len);
			assert_true(r == V_BAD || r == V_LIVE || r == V_DOCUMENT);
			buf[i] ^= (uint8_t)(1 << bit);
		}
	close_office();
}

static void raise_files(void)
{
	struct rlimit l;

	getrlimit(RLIMIT_NOFILE, &l);
	l.rlim_cur = l.rlim_max;
	setrlimit(RLIMIT_NOFILE, &l);
}

static bool hung_up(int fd)
{
	struct pollfd p = { fd, POLLIN, 0 };
	char c;

	return poll(&p, 1, 30000) == 1 && recv(fd, &c, 1, 0) <= 0;
}

/* A thousand that connect and say nothing: others are served meanwhile, and then they are gone. */
static void test_silence(void **state)
{
	static int fds[SILENT];

	(void)state;
	raise_files();
	rig.before_exec = raise_files;
	open_office(RIG_CONF "[limits]\nconnections = 1100\nper_uid = 1100\npatience_ms = 4000\n");
	for (int i = 0; i < SILENT; i++) {
		fds[i] = rig_connect(rig.auth);
		assert_true(fds[i] >= 0);
	}
	assert_int_equal(rig_try(citizen, citizen_pin), V_OK);
	for (int i = 0; i < SILENT; i++) {
		assert_true(hung_up(fds[i]));
		close(fds[i]);
	}
	close_office();
}

/* Above the limits callers are turned away; when the others have gone, all is as before. */
static void test_too_many(void **state)
{
	struct wire_msg ping = { .type = WIRE_PING }, rep;
	int fds[40];

	(void)state;
	open_office(RIG_CONF "[limits]\nconnections = 24\nper_uid = 16\npatience_ms = 60000\n");
	for (int i = 0; i < 40; i++)
		fds[i] = rig_connect(rig.auth);
	for (int i = 16; i < 40; i++)
		assert_true(hung_up(fds[i]));
	for (int i = 0; i < 16; i++)
		assert_int_equal(recv(fds[i], &(char){ 0 }, 1, MSG_DONTWAIT), -1);
	for (int i = 0; i < 40; i++)
		close(fds[i]);
	for (int i = 0; i < 2000 && rig_ask(&ping, &rep) != V_OK; i++)
		usleep(5000); /* until pind has seen that they have gone */
	close_office();
}

static void lower_files(void)
{
	const struct rlimit l = { 24, 24 };

	setrlimit(RLIMIT_NOFILE, &l);
}

/* No descriptors left: those that find none are turned away at once, and pind sleeps meanwhile. */
static void test_no_descriptors(void **state)
{
	unsigned int turned_away = 0;
	double cpu_s;
	int fds[60];

	(void)state;
	rig.before_exec = lower_files;
	rig.program = getenv("PIND_RELEASE");
	open_office(RIG_CONF "[limits]\npatience_ms = 4000\n");
	for (int i = 0; i < 60; i++)
		fds[i] = rig_connect(rig.auth);
	assert_true(hung_up(fds[59])); /* so all have been looked at */
	cpu_s = rig_cpu_s();
	usleep(1000000);
	assert_true(rig_cpu_s() - cpu_s < 0.1);
	for (int i = 0; i < 60; i++)
		turned_away += recv(fds[i], &(char){ 0 }, 1, MSG_DONTWAIT) == 0;
	assert_in_range(turned_away, 36, 59); /* of 24 descriptors some are pind's own */
	for (int i = 0; i < 60; i++) {
		assert_true(hung_up(fds[i]));
		close(fds[i]);
	}
	close_office();
}

/* A PING with as many descriptors as the kernel passes at once. */
static int ping_with_files(int fd)
{
	union {
		char bytes[CMSG_SPACE(64 * sizeof(int))];
		struct cmsghdr align;
	} control = { .bytes = { 0 } };
	uint8_t ping[HEAD], answer[WIRE_MAX];
	struct iovec iov = { ping, sizeof(ping) };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.bytes,
			    .msg_controllen = sizeof(control.bytes) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	fill_head(ping, WIRE_VERSION, WIRE_PING);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(64 * sizeof(int));
	for (size_t i = 0; i < 64; i++)
		memcpy(CMSG_DATA(c) + i * sizeof(int), &(int){ 0 }, sizeof(int));
	if (sendmsg(fd, &m, MSG_NOSIGNAL) != HEAD)
		return -errno;
	return recv(fd, answer, sizeof(answer), 0) > HEAD ? answer[HEAD] : -ECONNRESET;
}

static void test_descriptors_are_dropped(void **state)
{
	unsigned int files;

	(void)state;
	rig.program = getenv("PIND_RELEASE");
	open_office(RIG_CONF);
	files = rig_files();
	for (int i = 0; i < 500; i++) {
		int fd = rig_connect(rig.auth);

		assert_int_equal(ping_with_files(fd), V_OK);
		close(fd);
	}
	rig_expect_files(files);
	close_office();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_sizes, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_versions_and_types, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_garbage, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_one_byte_changed, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_silence, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_too_many, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_no_descriptors, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_descriptors_are_dropped, rig_open, rig_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
