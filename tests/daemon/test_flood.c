/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_flood.c - one caller that asks for more than there is: others are served all the same, what
 * needs no hash does not wait, and memory stays what it was said to be.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rig.h"

#define FLOODER  65001
#define GROUP    64242
#define FLOOD    60 /* questions that the flooder always has open: the queue has 16 places */
#define WORKERS  2
#define BASE_KIB (32 * 1024)
#define HASHES   "inpspin_hash_microseconds_count"

static int send_to(const char *path, struct wire_msg m)
{
	int fd = rig_connect(path);
	uint8_t buf[WIRE_MAX];
	size_t len;

	if (fd < 0)
		return fd;
	if (wire_encode(&m, buf, sizeof(buf), &len) != 0 ||
	    send(fd, buf, len, MSG_NOSIGNAL) != (ssize_t)len) {
		close(fd);
		return -EPIPE;
	}
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
	return rep.type == WIRE_VERDICT ? rep.verdict.code : 0;
}

/* ---- a uid that floods ---- */

/* In a child: another uid that asks about other people as fast as it is answered, until killed. */
static void flood(unsigned int busy_to)
{
	struct pollfd fds[FLOOD];
	unsigned int next = 0, busy = 0;
	char cf[17], pin[17];

	alarm(120); /* if the test forgets it */
	if (setgroups(0, NULL) != 0 || setresgid(GROUP, GROUP, GROUP) != 0 || setresuid(FLOODER, FLOODER, FLOODER) != 0)
		_exit(1);
	for (int i = 0; i < FLOOD; i++)
		fds[i] = (struct pollfd){ .fd = -1, .events = POLLIN };
	for (;;) {
		for (int i = 0; i < FLOOD; i++) {
			if (fds[i].fd >= 0 && fds[i].revents == 0)
				continue;
			if (fds[i].fd >= 0 && answer_of(fds[i].fd) == V_BUSY && ++busy == 1 &&
			    write((int)busy_to, "b", 1) != 1)
				_exit(1);
			rig_cf(cf, 1000 + next % 5000);
			fds[i].fd = send_to(rig.auth, rig_authenticate(cf, rig_wrong(pin, next++)));
		}
		(void)poll(fds, FLOOD, 1000);
	}
}

/* Sockets that a group may use, handed over as systemd does. */
static int doors[2];

static int open_door(const char *path)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	memcpy(sa.sun_path, path, strlen(path) + 1);
	assert_int_equal(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	assert_int_equal(chown(path, 0, GROUP), 0);
	assert_int_equal(chmod(path, 0660), 0);
	assert_int_equal(listen(fd, 128), 0);
	return fd;
}

static void pass_doors(void)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("LISTEN_PID", pid, 1);
	setenv("LISTEN_FDS", "2", 1);
	setenv("LISTEN_FDNAMES", "auth:admin", 1);
	if (dup2(doors[0], 13) < 0 || dup2(doors[1], 14) < 0 || dup2(13, 3) < 0 || dup2(14, 4) < 0)
		_exit(125);
}

static pid_t start_flood(void)
{
	int fds[2];
	char c;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(fds[0]);
		flood((unsigned int)fds[1]);
	}
	close(fds[1]);
	assert_int_equal(read(fds[0], &c, 1), 1); /* somebody heard BUSY: the queue is full */
	close(fds[0]);
	return pid;
}

static void end_flood(pid_t pid)
{
	int status;

	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status)); /* it had not given up */
}

static void test_others_are_served(void **state)
{
	char cf[17], pin[17];
	int fds[4];
	pid_t pid;

	(void)state;
	if (geteuid() != 0)
		rig_skip("only root can be several users");
	rig.program = getenv("PIND_RELEASE");
	rig_conf(RIG_CONF "[limits]\nworkers = 2\nqueue = 16\ndeadline_ms = 60000\n");
	assert_int_equal(mkdir(rig.run, 0755), 0);
	doors[0] = open_door(rig.auth);
	doors[1] = open_door(rig.admin);
	rig.before_exec = pass_doors;
	rig_start();
	assert_int_equal(rig_issue(rig_cf(cf, 1)), V_OK);
	assert_int_equal(rig_renew(cf, RIG_PIN, pin), V_OK);
	pid = start_flood();
	for (int i = 0; i < 30; i++)
		assert_int_equal(rig_try(cf, pin), V_OK);
	for (int i = 0; i < 10; i++) { /* and several at once, which give way to nobody */
		for (unsigned int k = 0; k < 4; k++) {
			char who[17], wrong[17];

			rig_cf(who, 10 + k);
			fds[k] = send_to(rig.auth, rig_authenticate(who, rig_wrong(wrong, 0)));
			assert_true(fds[k] >= 0);
		}
		for (int k = 0; k < 4; k++)
			assert_int_equal(answer_of(fds[k]), V_WRONG);
	}
	end_flood(pid);
	assert_true(rig_figure("inpspin_answers_total{verb=\"authenticate\",verdict=\"BUSY\"}") > 0);
	assert_int_equal(rig_try(cf, pin), V_OK);
	assert_int_equal(rig_stop(), 0);
	close(doors[0]);
	close(doors[1]);
}

/* ---- what needs no hash ---- */

/* Every worker hashes for seconds; all that asks for none is answered before they end. */
static void test_no_hash_no_wait(void **state)
{
	struct wire_msg ping = { .type = WIRE_PING }, stats = { .type = WIRE_STATS }, req, rep;
	struct wire_record rec;
	char cf[17], who[17];
	int fds[WORKERS + 4];

	(void)state;
	rig_start();
	assert_int_equal(rig_issue(rig_cf(cf, 1)), V_OK);
	assert_int_equal(rig_stop(), 0);
	rig_conf("[hash]\nmemory_kib = 262144\npasses = 10\n[limits]\nworkers = 2\n");
	rig_start();
	for (unsigned int i = 0; i < WORKERS + 4; i++)
		fds[i] = send_to(rig.auth, rig_authenticate(rig_cf(who, 10 + i), "ZZZZ9999ZZZZ9999"));
	while (rig_figure("inpspin_wait_microseconds_count") < WORKERS)
		; /* until each worker has one */
	assert_int_equal(rig_ask(&ping, &rep), V_OK);
	assert_int_equal(rig_status(cf, &rec), 0);
	assert_int_equal(rig_ask(&stats, &rep), 0);
	assert_int_equal(rep.stats_are.workers, WORKERS);
	req = rig_authorize(cf);
	assert_int_equal(rig_ask(&req, &rep), V_MUST_CHANGE);
	assert_int_equal(rig_about(WIRE_UNLOCK, cf), V_OK); /* a change of its own queue */
	assert_int_equal(rig_about(WIRE_REVOKE, cf), V_OK);
	assert_int_equal(rig_spent(cf), 0);
	assert_in_range(rig_figure(HASHES), 0, WORKERS); /* the first halves, at most */
	for (int i = 0; i < WORKERS + 4; i++)
		close(fds[i]);
	rig_kill();
}

/* ---- memory ---- */

/* Workers times memory_kib and a base, however many ask for whatever. */
static void test_memory_is_bounded(void **state)
{
	static const char *const pins[] = { RIG_WRONG, "ZZZZ9999ZZZZ9999", RIG_PIN, "x" };
	char cf[17];
	int fds[128], v;

	(void)state;
	rig.program = getenv("PIND_RELEASE");
	rig_conf("[hash]\nmemory_kib = 65536\n[limits]\nworkers = 2\ndeadline_ms = 60000\n");
	rig_start();
	for (int round = 0; round < 2; round++) {
		for (unsigned int i = 0; i < 128; i++)
			fds[i] = send_to(rig.auth, rig_authenticate(rig_cf(cf, i), pins[i % 4]));
		for (int i = 0; i < 128; i++) {
			v = answer_of(fds[i]);
			assert_true(v == V_WRONG || v == V_BUSY);
		}
	}
	assert_in_range(rig_kib("VmHWM"), WORKERS * 65536, WORKERS * 65536 + BASE_KIB);
	assert_in_range(rig_figure("inpspin_arena_bytes"), WORKERS * 65536 * 1024ul,
			WORKERS * (65536 + 2048) * 1024ul);
	assert_int_equal(rig_stop(), 0);
}

/* ---- a control group that is too small ---- */

static char group[300];

/* The memory controller's tree and the name of its limit, wherever this kernel has it. */
static bool make_group(const char *limit)
{
	static const struct { const char *root, *file; } kinds[] = {
		{ "/sys/fs/cgroup/memory", "memory.limit_in_bytes" },
		{ "/sys/fs/cgroup", "memory.max" },
	};
	char path[400];
	bool made;
	int fd;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		snprintf(group, sizeof(group), "%s/pind-test-%d", kinds[i].root, (int)getpid());
		if (mkdir(group, 0755) != 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", group, kinds[i].file);
		fd = open(path, O_WRONLY | O_CLOEXEC);
		made = fd >= 0 && write(fd, limit, strlen(limit)) == (ssize_t)strlen(limit);
		if (fd >= 0)
			close(fd);
		if (made)
			return true;
		(void)rmdir(group);
	}
	return false;
}

static void enter_group(void)
{
	char path[400];
	int fd;

	snprintf(path, sizeof(path), "%s/cgroup.procs", group);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "0", 1) != 1)
		_exit(125);
	close(fd);
}

static void leave_group(void)
{
	for (int i = 0; i < 200 && rmdir(group) != 0 && errno == EBUSY; i++)
		usleep(5000); /* the last process may be on its way out */
}

/* Better not to start than to be killed in the middle of a login. */
static void test_too_little_memory(void **state)
{
	int r;

	(void)state;
	if (!make_group("209715200")) /* 200 MiB */
		rig_skip("no control group can be made here");
	rig.program = getenv("PIND_RELEASE");
	rig.before_exec = enter_group;
	rig_conf("[hash]\nmemory_kib = 65536\n[limits]\nworkers = 3\n");
	rig_spawn();
	r = rig_wait();
	if (r == 125) {
		leave_group();
		rig_skip("the control group lets nobody in");
	}
	assert_int_equal(r, 78);
	assert_int_equal(rig_said("3 workers with 65536 KiB each need 224 MiB"), 1);
	assert_int_equal(rig_said("may have 200"), 1);
	rig_conf("[hash]\nmemory_kib = 65536\n[limits]\nworkers = 2\n");
	rig_start();
	rig_conf("[hash]\nmemory_kib = 131072\n[limits]\nworkers = 2\n"); /* nor by a reload */
	assert_int_equal(kill(rig.pid, SIGHUP), 0);
	rig_say_wait("2 workers with 131072 KiB each need 288 MiB", 1);
	assert_int_equal(rig_said("configuration read again"), 0);
	assert_int_equal(rig_stop(), 0);
	leave_group();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_others_are_served, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_no_hash_no_wait, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_memory_is_bounded, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_too_little_memory, rig_open, rig_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
