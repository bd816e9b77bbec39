/* SPDX-License-Identifier: BSD-2-Clause */
/* test_stop.c - the queue: what is in it when pind must stop, what does not fit, who has gone. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rig.h"

#define MANY 8

/* Send a question and come back later for the answer. */
static int send_to(const char *path, struct wire_msg m)
{
	int fd = rig_connect(path);
	uint8_t buf[WIRE_MAX];
	size_t len;

	assert_true(fd >= 0);
	assert_int_equal(wire_encode(&m, buf, sizeof(buf), &len), 0);
	assert_int_equal(send(fd, buf, len, MSG_NOSIGNAL), len);
	return fd;
}

/* The code of the verdict, or -1 for a hang-up. Closes. */
static int answer_of(int fd)
{
	uint8_t buf[WIRE_MAX];
	struct wire_msg rep;
	ssize_t n = recv(fd, buf, sizeof(buf), 0);

	close(fd);
	if (n <= 0)
		return -1;
	assert_int_equal(wire_decode(&rep, buf, (size_t)n), 0);
	assert_int_equal(rep.type, WIRE_VERDICT);
	return rep.verdict.code;
}

/* One worker, and people with a PIN of 8 symbols. */
static void open_office(const char *conf, char cf[17], char pin[17])
{
	rig_conf(conf);
	rig_start();
	assert_int_equal(rig_issue(rig_cf(cf, 1)), V_OK);
	assert_int_equal(rig_renew(cf, RIG_PIN, pin), V_OK);
}

static void stop_with_a_queue(int sig)
{
	char cf[17], pin[17];
	int fds[MANY];

	open_office(RIG_CONF "[limits]\nworkers = 1\n", cf, pin);
	for (int i = 0; i < MANY; i++)
		fds[i] = send_to(rig.auth, rig_authenticate(cf, pin));
	assert_int_equal(answer_of(fds[0]), V_OK); /* by now all are in the queue */
	assert_int_equal(kill(rig.pid, sig), 0);
	for (int i = 1; i < MANY; i++)
		assert_int_equal(answer_of(fds[i]), V_OK);
	assert_int_equal(rig_wait(), 0);
	assert_int_equal(rig_connect(rig.auth), -ECONNREFUSED);
	rig_start();
	assert_int_equal(rig_try(cf, pin), V_OK);
	assert_int_equal(rig_stop(), 0);
}

static void test_stop(void **state)
{
	(void)state;
	stop_with_a_queue(SIGTERM);
}

static void test_interrupt_release(void **state)
{
	(void)state;
	rig.program = getenv("PIND_RELEASE");
	stop_with_a_queue(SIGINT);
}

/* A caller that was accepted and has not spoken yet is heard. */
static void test_stop_with_a_silent_one(void **state)
{
	struct wire_msg req = { .type = WIRE_PING }, rep;
	uint8_t buf[WIRE_MAX];
	size_t len;
	int fd;

	(void)state;
	rig_conf(RIG_CONF "[limits]\npatience_ms = 30000\n");
	rig_start();
	fd = rig_connect(rig.auth);
	assert_int_equal(rig_ask(&req, &rep), V_OK); /* came later, so fd has been accepted */
	assert_int_equal(kill(rig.pid, SIGTERM), 0);
	usleep(300000); /* time enough to stop, if it wanted to */
	assert_true(rig_alive());
	assert_int_equal(wire_encode(&req, buf, sizeof(buf), &len), 0);
	assert_int_equal(send(fd, buf, len, MSG_NOSIGNAL), len);
	assert_int_equal(answer_of(fd), V_OK);
	assert_int_equal(rig_wait(), 0);
}

static int log_pipe[2];

static void log_to_pipe(void)
{
	if (dup2(log_pipe[1], STDERR_FILENO) < 0)
		_exit(125);
}

/* Who read the log may go: logins go on. */
static void test_log_reader_leaves(void **state)
{
	char cf[17];

	(void)state;
	assert_int_equal(pipe2(log_pipe, O_CLOEXEC), 0);
	rig.before_exec = log_to_pipe;
	rig_start();
	close(log_pipe[0]);
	close(log_pipe[1]);
	assert_int_equal(rig_issue(rig_cf(cf, 1)), V_OK);
	assert_int_equal(rig_try(cf, RIG_PIN), V_MUST_CHANGE);
	assert_int_equal(rig_stop(), 0);
}

/* ---- sockets that outlive pind, as systemd's do ---- */

static int doors[2];

static void pass_doors(void)
{
	rig_pass(doors, 2, "admin:auth"); /* by name, not by place */
}

/* Who calls while no pind runs is answered by the next one. */
static void test_activation(void **state)
{
	char cf[17];
	int fd;

	(void)state;
	assert_int_equal(mkdir(rig.run, 0755), 0);
	doors[0] = rig_listen(rig.admin, 0600);
	doors[1] = rig_listen(rig.auth, 0600);
	rig.before_exec = pass_doors;
	fd = send_to(rig.admin, rig_issue_of(rig_cf(cf, 1)));
	rig_spawn();
	assert_int_equal(answer_of(fd), V_OK);
	assert_int_equal(rig_stop(), 0);
	fd = send_to(rig.auth, rig_authenticate(cf, RIG_PIN));
	rig_start();
	assert_int_equal(answer_of(fd), V_MUST_CHANGE);
	rig_kill();
	fd = send_to(rig.auth, rig_authenticate(cf, RIG_PIN));
	rig_start();
	assert_int_equal(answer_of(fd), V_MUST_CHANGE);
	assert_int_equal(rig_stop(), 0);
	close(doors[0]);
	close(doors[1]);
}

/* ---- too much, or too late ---- */

/* Wrong PIN number i for who was never let in from anywhere: strangers may try often. */
static struct wire_msg guess(const char *cf, unsigned int i)
{
	char pin[17];

	return rig_authenticate(cf, rig_wrong(pin, i));
}

/* What does not fit the queue hears BUSY at once, and is not charged. */
static void test_busy(void **state)
{
	unsigned int busy = 0, wrong = 0;
	char cf[17], pin[17], other[17];
	int fds[MANY], v;

	(void)state;
	open_office(RIG_CONF "[limits]\nworkers = 1\nqueue = 1\n[guesses]\nfree = 60\nlimit = 60\n",
		    cf, pin);
	assert_int_equal(rig_issue(rig_cf(other, 2)), V_OK);
	for (unsigned int i = 0; i < MANY; i++)
		fds[i] = send_to(rig.auth, guess(other, i));
	for (int i = 0; i < MANY; i++) {
		v = answer_of(fds[i]);
		busy += v == V_BUSY;
		wrong += v == V_WRONG;
	}
	assert_int_equal(busy + wrong, MANY);
	assert_in_range(wrong, 1, MANY - 1);
	assert_int_equal(rig_spent(other), wrong);
	assert_int_equal(rig_stop(), 0);
}

/* Who hung up before a worker had time is neither hashed nor charged. */
static void test_hung_up(void **state)
{
	char cf[17], pin[17], other[17];
	int fds[MANY];

	(void)state;
	open_office(RIG_CONF "[limits]\nworkers = 1\n[guesses]\nfree = 60\nlimit = 60\n", cf, pin);
	rig_cf(other, 2);
	for (unsigned int i = 0; i < MANY; i++)
		fds[i] = send_to(rig.auth, guess(other, i));
	for (unsigned int i = 0; i < MANY; i++)
		close(send_to(rig.auth, guess(cf, i)));
	for (int i = 0; i < MANY; i++)
		assert_int_equal(answer_of(fds[i]), V_WRONG);
	assert_int_equal(rig_spent(cf), 0); /* this one came last in the queue */
	assert_int_equal(rig_stop(), 0);
}

/* The same for who waited longer than deadline_ms: hashes that take half a second see to it. */
static void test_too_late(void **state)
{
	unsigned int wrong = 0, dropped = 0;
	char cf[17], pin[17], text[33];
	struct wire_msg req;
	int fds[MANY], v;

	(void)state;
	open_office(RIG_CONF, cf, pin);
	assert_int_equal(rig_stop(), 0);
	rig_conf("[hash]\npasses = 10\nmemory_kib = 131072\n"
		 "[limits]\nworkers = 1\ndeadline_ms = 1000\n[guesses]\nfree = 60\nlimit = 60\n");
	rig_start();
	for (int i = 0; i < MANY; i++) { /* not a PIN of their form: two hashes at today's cost */
		snprintf(text, sizeof(text), RIG_WRONG "ZZZZ%04d", i);
		req = rig_authenticate(cf, text);
		snprintf(req.authenticate.service, sizeof(req.authenticate.service), "elsewhere");
		fds[i] = send_to(rig.auth, req);
	}
	for (int i = 0; i < MANY; i++) {
		v = answer_of(fds[i]);
		wrong += v == V_WRONG;
		dropped += v == -1;
	}
	assert_int_equal(wrong + dropped, MANY);
	assert_in_range(wrong, 1, MANY - 1);
	assert_int_equal(rig_spent(cf), wrong);
	assert_int_equal(rig_stop(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_stop, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_interrupt_release, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_stop_with_a_silent_one, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_log_reader_leaves, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_activation, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_busy, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_hung_up, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_too_late, rig_open, rig_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
