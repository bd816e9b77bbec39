/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_siege.c - a million callers who come and go at every moment, noise, silence and wrong PINs,
 * all at once: one pind, as many descriptors, as little memory afterwards as before.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rig.h"

#define CYCLES   1000000
#define NOISE    100000
#define SILENT   1000
#define VISITORS 3 /* threads that come and go */
#define WORKERS  2
#define MEM_KIB  19456
#define BASE_KIB (32 * 1024) /* as in main.c, where it is what a control group must have */
#define HEAD     18          /* bytes of version, type and nonce */

static char citizen[17], citizen_pin[17];
static uint8_t login[WIRE_MAX], ping[HEAD];
static size_t login_len;

static void raise_files(void)
{
	struct rlimit l;

	getrlimit(RLIMIT_NOFILE, &l);
	l.rlim_cur = l.rlim_max;
	setrlimit(RLIMIT_NOFILE, &l);
}

static void open_office(void)
{
	struct wire_msg m;

	raise_files();
	rig.before_exec = raise_files;
	rig.program = getenv("PIND_RELEASE");
	rig_conf(RIG_CONF "[limits]\nworkers = 2\nconnections = 1400\nper_uid = 1400\n"
			  "queue = 64\npatience_ms = 60000\n");
	rig_start();
	assert_int_equal(rig_issue(rig_cf(citizen, 1)), V_OK);
	assert_int_equal(rig_renew(citizen, RIG_PIN, citizen_pin), V_OK);
	m = rig_authenticate(citizen, citizen_pin);
	assert_int_equal(wire_encode(&m, login, sizeof(login), &login_len), 0);
	ping[0] = WIRE_VERSION;
	ping[1] = WIRE_PING;
}

/* ---- who comes and goes ---- */

struct visitor {
	unsigned int rounds, failed;
};

/* Gone before the packet, with half of the line closed, after the packet, before the answer. */
static bool visit(unsigned int i)
{
	int fd = rig_connect(i % 2 == 0 ? rig.auth : rig.admin);
	uint8_t answer[WIRE_MAX];
	bool ok = fd >= 0;

	if (!ok)
		return false;
	switch (i % 8) {
	case 0: break;
	case 1: ok = shutdown(fd, SHUT_WR) == 0; break;
	case 2: ok = shutdown(fd, SHUT_RD) == 0; break;
	case 3: ok = shutdown(fd, SHUT_RDWR) == 0; break;
	case 4: ok = send(fd, ping, HEAD, MSG_NOSIGNAL) == HEAD; break;
	case 5:
		ok = send(fd, ping, HEAD, MSG_NOSIGNAL) == HEAD && shutdown(fd, SHUT_WR) == 0;
		break;
	case 6:
		if (i % 400 == 6) /* a worker may be at it already */
			ok = send(fd, login, login_len, MSG_NOSIGNAL) == (ssize_t)login_len;
		break;
	case 7: ok = send(fd, "", 1, MSG_NOSIGNAL) == 1 && recv(fd, answer, WIRE_MAX, 0) > 0; break;
	}
	close(fd);
	return ok || errno == EPIPE || errno == ECONNRESET; /* pind may have gone first */
}

static void *come_and_go(void *arg)
{
	struct visitor *v = arg;

	for (unsigned int i = 0; i < v->rounds; i++)
		v->failed += !visit(i);
	return NULL;
}

static void visits(unsigned int n)
{
	struct visitor visitors[VISITORS];
	pthread_t threads[VISITORS];

	for (int i = 0; i < VISITORS; i++) {
		visitors[i] = (struct visitor){ .rounds = n / VISITORS + 1 };
		assert_int_equal(pthread_create(&threads[i], NULL, come_and_go, &visitors[i]), 0);
	}
	for (int i = 0; i < VISITORS; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(visitors[i].failed, 0);
	}
	assert_int_equal(rig_try(citizen, citizen_pin), V_OK);
}

static void *try_nobody(void *arg)
{
	char cf[17];

	return rig_try(rig_cf(cf, *(unsigned int *)arg), RIG_WRONG) == V_WRONG ? arg : NULL;
}

/* Until each worker has its area: the first hash of one that slept so far would look like a leak. */
static void wake_workers(void)
{
	pthread_t threads[WORKERS];
	unsigned int who[WORKERS], n = 10;
	void *same;

	while (rig_figure("inpspin_arena_bytes") < WORKERS * MEM_KIB * 1024ul && n < 1000) {
		for (int i = 0; i < WORKERS; i++) {
			who[i] = n++;
			assert_int_equal(pthread_create(&threads[i], NULL, try_nobody, &who[i]), 0);
		}
		for (int i = 0; i < WORKERS; i++) {
			pthread_join(threads[i], &same);
			assert_ptr_equal(same, &who[i]);
		}
	}
	assert_true(n < 1000);
}

static void test_nothing_is_kept(void **state)
{
	unsigned int files;
	unsigned long kib;
	pid_t born;

	(void)state;
	open_office();
	born = rig.pid;
	wake_workers();
	visits(CYCLES / 100);
	files = rig_files();
	kib = rig_kib("VmRSS");
	visits(CYCLES);
	rig_expect_files(files);
	assert_in_range(rig_kib("VmRSS"), 0, kib + 512);
	assert_in_range(rig_kib("VmHWM"), 0, WORKERS * MEM_KIB + BASE_KIB);
	assert_in_range(rig_figure("inpspin_connections"), 0, 2); /* who asks, who has just left */
	assert_int_equal(rig_figure("inpspin_queued"), 0);
	assert_int_equal(rig.pid, born);
	assert_int_equal(rig_stop(), 0);
}

/* ---- all of it at once ---- */

static _Atomic bool enough;

/* Noise, and every second packet with a good head and then noise. */
static void *throw_noise(void *arg)
{
	struct visitor *v = arg;
	uint8_t buf[WIRE_MAX + 1], answer[WIRE_MAX];
	unsigned int seed = 7;

	for (unsigned int i = 0; i < v->rounds; i++) {
		size_t len = 1 + (size_t)rand_r(&seed) % sizeof(buf);

		for (size_t b = 0; b < len; b++)
			buf[b] = (uint8_t)(rand_r(&seed) >> 8);
		if (i % 2 == 0 && len >= HEAD) {
			buf[0] = WIRE_VERSION;
			buf[1] = (uint8_t)(1 + rand_r(&seed) % 0x30);
		}
		v->failed += rig_raw(i % 3 == 0 ? rig.admin : rig.auth, buf, len, answer) <= 0;
	}
	return NULL;
}

/* Wrong PINs on everybody, of 8 and of 16 symbols; none may be let in. */
static void *guess(void *arg)
{
	struct visitor *v = arg;
	char cf[17], pin[17];

	for (unsigned int i = 0; !enough; i++) {
		const char *offer = i % 5 == 0 ? "ZZZZ9999ZZZZ9999" : rig_wrong(pin, i);
		int r = rig_try(rig_cf(cf, 100 + i % 900), offer);

		v->failed += r != V_WRONG && r != V_THROTTLED && r != V_BLOCKED && r != V_BUSY;
	}
	return NULL;
}

static void connect_all(int fds[static SILENT])
{
	for (int i = 0; i < SILENT; i++) {
		fds[i] = rig_connect(rig.auth);
		assert_true(fds[i] >= 0);
	}
}

static void test_all_at_once(void **state)
{
	static int silent[SILENT];
	struct visitor noise = { .rounds = NOISE }, guessers[3] = { { 0, 0 } };
	pthread_t threads[4];
	unsigned int files;
	pid_t born;

	(void)state;
	open_office();
	born = rig.pid;
	files = rig_files();
	enough = false;
	connect_all(silent);
	assert_int_equal(pthread_create(&threads[3], NULL, throw_noise, &noise), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, guess, &guessers[i]), 0);
	pthread_join(threads[3], NULL);
	enough = true;
	for (int i = 0; i < 3; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(guessers[i].failed, 0);
	}
	assert_int_equal(noise.failed, 0);
	assert_int_equal(rig_try(citizen, citizen_pin), V_OK);
	for (int i = 0; i < SILENT; i++) {
		assert_int_equal(recv(silent[i], &(char){ 0 }, 1, MSG_DONTWAIT), -1); /* patience */
		close(silent[i]);
	}
	rig_expect_files(files);
	assert_in_range(rig_kib("VmHWM"), WORKERS * MEM_KIB, WORKERS * MEM_KIB + BASE_KIB);
	assert_true(rig_alive());
	assert_int_equal(rig.pid, born);
	assert_int_equal(rig_stop(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_nothing_is_kept, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_all_at_once, rig_open, rig_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
