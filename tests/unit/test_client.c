/* SPDX-License-Identifier: BSD-2-Clause */
/* test_client.c - one question, to listeners that are absent, foreign, silent, rude or lying. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "client.h"
#include "listener.h"

#define N(a)      (sizeof(a) / sizeof((a)[0]))
#define NOBODY    65534
#define A_WHILE   20000 /* ms that are never reached */
#define MOMENT    30    /* ms that are waited in vain */

static char dir[] = "/tmp/test_client.XXXXXX";
static char path[108]; /* of the fake pind's socket */

static struct listener *fake;

static unsigned int open_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned int n = 0;

	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

static int setup(void **state)
{
	(void)state;
	memcpy(dir + strlen(dir) - 6, "XXXXXX", 6);
	if (mkdtemp(dir) == NULL || chmod(dir, 0755) != 0)
		return -1;
	snprintf(path, sizeof(path), "%s/auth.sock", dir);
	fake = listener_start(path);
	return fake != NULL ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	listener_stop(fake, path);
	return rmdir(dir);
}

static int call_as(uid_t server_uid, struct wire_msg *req, struct wire_msg *rep, unsigned int ms)
{
	unsigned int fds = open_fds();
	int r;

	memset(rep, 0xff, sizeof(*rep));
	r = client_call(path, server_uid, req, rep, ms);
	assert_int_equal(open_fds(), fds);
	if (r != 0) {
		struct wire_msg zero;

		memset(&zero, 0, sizeof(zero));
		assert_memory_equal(rep, &zero, sizeof(zero));
	}
	return r;
}

/* A PING that must end as wanted. */
static void assert_call(int want, unsigned int timeout_ms)
{
	struct wire_msg req = { .type = WIRE_PING }, rep;

	assert_int_equal(call_as(geteuid(), &req, &rep, timeout_ms), want);
	if (want == 0) {
		assert_int_equal(rep.type, WIRE_VERDICT);
		assert_int_equal(rep.verdict.code, 0xa5);
		assert_memory_equal(rep.nonce, req.nonce, WIRE_NONCE_LEN);
	}
}

static void answer(int fd, const uint8_t *in, size_t n, uint8_t *out)
{
	(void)n;
	(void)!send(fd, out, listener_reply(in, out), MSG_NOSIGNAL);
}

static void hang_up(int fd, const uint8_t *in, size_t n, uint8_t *out)
{
	(void)fd;
	(void)in;
	(void)n;
	(void)out;
}

/* Until the caller is gone. */
static void say_nothing(int fd, const uint8_t *in, size_t n, uint8_t *out)
{
	(void)in;
	(void)n;
	(void)!recv(fd, out, 1, 0);
}

static void test_an_answer(void **state)
{
	struct wire_msg req = { .type = WIRE_PING }, rep;

	(void)state;
	fake->manners = answer;
	for (int i = 0; i < 20; i++)
		assert_call(0, A_WHILE);
	assert_int_equal(fake->packets, 20); /* one each */
	if (geteuid() == 0) /* systemd's, as with socket activation, is as good as pind's */
		assert_int_equal(call_as(NOBODY, &req, &rep, A_WHILE), 0);
}

static void test_nonces_are_fresh(void **state)
{
	struct wire_msg one = { .type = WIRE_PING }, two = { .type = WIRE_PING }, rep;

	(void)state;
	fake->manners = answer;
	assert_int_equal(call_as(geteuid(), &one, &rep, A_WHILE), 0);
	assert_int_equal(call_as(geteuid(), &two, &rep, A_WHILE), 0);
	assert_memory_not_equal(one.nonce, two.nonce, WIRE_NONCE_LEN);
}

static void test_nobody_listens(void **state)
{
	struct wire_msg req = { .type = WIRE_PING }, rep;
	char real[sizeof(path)], deep[200];
	int fd;

	(void)state;
	memcpy(real, path, sizeof(path));
	snprintf(path, sizeof(path), "%s/none", dir);
	assert_call(-ENOENT, A_WHILE);
	fd = listener_bind(path, -1);
	assert_call(-ECONNREFUSED, A_WHILE); /* bound, nobody listens */
	close(fd);
	assert_call(-ECONNREFUSED, A_WHILE); /* left over */
	unlink(path);
	memcpy(path, real, sizeof(path));
	memset(deep, 'd', sizeof(deep));
	for (size_t n = 107; n < 110; n++) {
		deep[n] = '\0';
		assert_int_equal(client_call(deep, 0, &req, &rep, 100),
				 n < sizeof(((struct sockaddr_un *)0)->sun_path) ? -ENOENT
										 : -ENAMETOOLONG);
		deep[n] = 'd';
	}
}

static void test_not_for_us(void **state)
{
	(void)state;
	fake->manners = answer;
	assert_int_equal(chmod(path, geteuid() == 0 ? 0700 : 0), 0);
	if (geteuid() == 0)
		assert_int_equal(seteuid(NOBODY), 0);
	assert_call(-EACCES, A_WHILE);
	if (getuid() == 0)
		assert_int_equal(seteuid(0), 0);
	assert_int_equal(fake->packets, 0);
}

/* A listener that is neither root nor who we were told: it gets nothing, not even a byte. */
static void test_an_impostor(void **state)
{
	struct wire_msg req = { .type = WIRE_PING }, rep;
	uid_t me = getuid(), them = me == 0 ? NOBODY : me;

	(void)state;
	fake->manners = answer;
	if (me == 0) {
		assert_int_equal(seteuid(them), 0);
		assert_int_equal(listen(fake->fd, 8), 0); /* it is theirs from now on */
		assert_int_equal(seteuid(0), 0);
	}
	assert_int_equal(call_as(0, &req, &rep, A_WHILE), -EPERM);
	assert_int_equal(call_as(them + 1, &req, &rep, A_WHILE), -EPERM);
	assert_int_equal(call_as((uid_t)-1, &req, &rep, A_WHILE), -EPERM);
	assert_int_equal(call_as(them, &req, &rep, A_WHILE), 0);
	assert_int_equal(fake->packets, 1);
}

static void test_no_answer(void **state)
{
	int fds[64];
	size_t n = 0;

	(void)state;
	fake->manners = say_nothing;
	assert_call(-ETIMEDOUT, MOMENT);
	assert_call(-ETIMEDOUT, 0);
	fake->manners = hang_up;
	assert_call(-ECONNRESET, A_WHILE);
	fake->manners = NULL; /* it does not even read */
	for (int i = 0; i < 20; i++)
		assert_call(-ECONNRESET, A_WHILE);
	fake->manners = say_nothing; /* it keeps the first and accepts no more: a full backlog */
	for (; n < N(fds); n++) {
		struct sockaddr_un sa = { .sun_family = AF_UNIX };

		memcpy(sa.sun_path, path, strlen(path));
		fds[n] = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (connect(fds[n], (struct sockaddr *)&sa, sizeof(sa)) != 0)
			break;
	}
	assert_in_range(n, 8, 12);
	assert_call(-ETIMEDOUT, MOMENT);
	for (size_t i = 0; i <= n; i++)
		close(fds[i]);
	assert_int_equal(fake->packets, 2); /* 0 ms were too few to send, and nothing came twice */
}

static void lie(int fd, const uint8_t *in, size_t n, uint8_t *out)
{
	(void)n;
	memset(out, 0, 2 * WIRE_MAX);
	listener_reply(in, out);
	if (fake->reply_change >= 0)
		out[fake->reply_change] ^= 0x40;
	(void)!send(fd, out, fake->reply_len, MSG_NOSIGNAL);
}

static void test_replies_that_make_no_sense(void **state)
{
	const size_t right = 86;

	(void)state;
	fake->manners = lie;
	fake->reply_change = -1;
	for (size_t n = 1; n < 2 * WIRE_MAX; n += n < 100 ? 1 : 97) {
		fake->reply_len = n;
		assert_call(n == right ? 0 : -EPROTO, A_WHILE);
	}
	fake->reply_len = 0; /* an empty packet looks like the end */
	assert_call(-ECONNRESET, A_WHILE);
	fake->reply_len = right;
	for (int i = 0; i < 2 + WIRE_NONCE_LEN; i++) { /* version, type, each byte of the nonce */
		fake->reply_change = i;
		assert_call(-EPROTO, A_WHILE);
	}
}

static void echo(int fd, const uint8_t *in, size_t n, uint8_t *out)
{
	(void)out;
	(void)!send(fd, in, n, MSG_NOSIGNAL);
}

static void test_a_request_is_no_reply(void **state)
{
	(void)state;
	fake->manners = echo; /* well-formed, and with the right nonce */
	assert_call(-EPROTO, A_WHILE);
}

static void answer_twice(int fd, const uint8_t *in, size_t n, uint8_t *out)
{
	answer(fd, in, n, out);
	out[18] = 2;
	(void)!send(fd, out, 86, MSG_NOSIGNAL);
}

/* With descriptors of its own in the packet. */
static void answer_with_gifts(int fd, const uint8_t *in, size_t n, uint8_t *out)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(2 * sizeof(int))];
	} c = { .head = { .cmsg_len = CMSG_LEN(2 * sizeof(int)), .cmsg_level = SOL_SOCKET,
			  .cmsg_type = SCM_RIGHTS } };
	struct iovec iov = { out, listener_reply(in, out) };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &c,
			    .msg_controllen = sizeof(c.room) };
	const int gifts[2] = { fd, fd };

	(void)n;
	memcpy(CMSG_DATA(&c.head), gifts, sizeof(gifts));
	(void)!sendmsg(fd, &m, MSG_NOSIGNAL);
}

static void test_more_than_a_reply(void **state)
{
	(void)state;
	fake->manners = answer_twice;
	assert_call(0, A_WHILE); /* the first is the answer */
	fake->manners = answer_with_gifts;
	for (int i = 0; i < 10; i++)
		assert_call(0, A_WHILE); /* call_as() counts descriptors */
}

static void test_what_cannot_be_sent(void **state)
{
	struct wire_msg rep, bad_type = { .type = (enum wire_type)0x7f };
	struct wire_msg bad_text = { .type = WIRE_AUTHORIZE, .authorize.service = "a\nb" };

	(void)state;
	fake->manners = answer;
	assert_int_equal(call_as(geteuid(), &bad_type, &rep, A_WHILE), -EINVAL);
	assert_int_equal(call_as(geteuid(), &bad_text, &rep, A_WHILE), -EINVAL);
	assert_int_equal(fake->packets, 0);
}

static atomic_uint storms;

static void on_alarm(int sig)
{
	(void)sig;
	storms++;
}

static void answer_late(int fd, const uint8_t *in, size_t n, uint8_t *out)
{
	usleep(MOMENT * 1000);
	answer(fd, in, n, out);
}

static void test_a_storm_of_signals(void **state)
{
	struct sigaction sa = { .sa_handler = on_alarm }, old;
	struct itimerval every_ms = { { 0, 500 }, { 0, 500 } }, never = { { 0, 0 }, { 0, 0 } };

	(void)state;
	assert_int_equal(sigaction(SIGALRM, &sa, &old), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &every_ms, NULL), 0);
	fake->manners = answer_late;
	for (int i = 0; i < 10; i++)
		assert_call(0, A_WHILE);
	fake->manners = say_nothing;
	assert_call(-ETIMEDOUT, MOMENT); /* interruptions do not put the end off */
	assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
	assert_int_equal(sigaction(SIGALRM, &old, NULL), 0);
	assert_in_range(storms, 10, 1000000);
	assert_int_equal(fake->packets, 11);
}

static void test_thousands_of_descriptors(void **state)
{
	struct rlimit lim, more;
	int fds[1200];

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &lim), 0);
	more = lim;
	more.rlim_cur = lim.rlim_max < 2000 ? lim.rlim_max : 2000;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &more), 0);
	for (size_t i = 0; i < N(fds); i++)
		fds[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_in_range(fds[N(fds) - 1], 1100, 2000);
	fake->manners = answer;
	assert_call(0, A_WHILE);
	for (size_t i = 0; i < N(fds); i++)
		close(fds[i]);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &lim), 0);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_an_answer),
		TEST(test_nonces_are_fresh),
		TEST(test_nobody_listens),
		TEST(test_not_for_us),
		TEST(test_an_impostor),
		TEST(test_no_answer),
		TEST(test_replies_that_make_no_sense),
		TEST(test_a_request_is_no_reply),
		TEST(test_more_than_a_reply),
		TEST(test_what_cannot_be_sent),
		TEST(test_a_storm_of_signals),
		TEST(test_thousands_of_descriptors),
	};

	return cmocka_run_group_tests_name("client", tests, NULL, NULL);
}
