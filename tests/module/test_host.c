/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_host.c - a good guest: the program around the module has threads, signals, descriptors and
 * settings of its own, and finds all of them as they were. Also built for ThreadSanitizer.
 * Environment: MODULE, the absolute path of a pam_inpspin.so of the same sanitizer, or of none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stage.h"
#include "verdict.h"

#define THREADS 64
#define ROUNDS  10

static struct stage st;
static atomic_int sockets, bad_sockets, bad_sends;

/* Every socket of this process is made here: UNIX, packets, and closed on exec. */
__attribute__((visibility("default"))) int socket(int domain, int type, int protocol)
{
	sockets++;
	bad_sockets += domain != AF_UNIX || type != (SOCK_SEQPACKET | SOCK_CLOEXEC);
	return (int)syscall(SYS_socket, domain, type, protocol);
}

/* Linux forgets SIGPIPE for packets; POSIX does not. */
__attribute__((visibility("default"))) ssize_t send(int fd, const void *buf, size_t len, int flags)
{
	bad_sends += (flags & MSG_NOSIGNAL) == 0;
	return syscall(SYS_sendto, fd, buf, len, flags, NULL, 0);
}

static atomic_bool hang_up_first;

/* Between connecting and sending: the moment to lose the other end. */
__attribute__((visibility("default"))) int getsockopt(int fd, int level, int name, void *value,
						      socklen_t *len)
{
	struct pollfd p = { fd, 0, 0 };

	if (hang_up_first)
		(void)poll(&p, 1, 10000); /* returns on POLLHUP */
	return (int)syscall(SYS_getsockopt, fd, level, name, value, len);
}

static int setup(void **state)
{
	(void)state;
	stage_open(&st);
	stage_plain(&st, "plain", "");
	stage_plain(&st, "short", "timeout=1");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	stage_close(&st);
	return 0;
}

static void script(enum fake_how how, unsigned int code)
{
	struct fake_step s = fake_verdict(code);

	s.how = how;
	fake_script(st.fake, &s, 1);
}

static int login(const char *service, const char *pin)
{
	struct actor a = { .answers = { pin }, .n_answers = 1 };

	return stage_once(&st, service, CF, DO_AUTH, 0, &a);
}

/* ---- threads ---- */

static void *log_in_often(void *arg)
{
	bool right = ((uintptr_t)arg & 1) != 0;
	uintptr_t failed = 0;

	for (int i = 0; i < ROUNDS; i++)
		failed += login("plain", right ? FAKE_RIGHT : "WRONG") !=
			  (right ? PAM_SUCCESS : PAM_AUTH_ERR);
	return (void *)failed; /* NOLINT: a count, not a pointer */
}

/* Each has its own handle, answer and result, at the same time. */
static void test_threads(void **state)
{
	pthread_t threads[THREADS];

	(void)state;
	script(FAKE_ORACLE, V_WRONG);
	for (uintptr_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, log_in_often, (void *)i), 0);
	for (size_t i = 0; i < THREADS; i++) {
		void *failed = &st;

		assert_int_equal(pthread_join(threads[i], &failed), 0);
		assert_null(failed);
	}
	assert_int_equal(fake_asked(st.fake), THREADS * ROUNDS);
}

/* ---- settings ---- */

struct settings {
	char fds[4096];
	struct {
		void (*handler)(int);
		int flags;
		uint64_t mask;
	} actions[65];
	sigset_t mask;
	char cwd[256];
	mode_t umask;
	char locale[64];
	char **environ;
	size_t n_environ;
	struct itimerval timer;
	struct rlimit files, core;
};

static void list_fds(char *text, size_t cap)
{
	size_t len = 0;

	for (int fd = 0; fd < 256; fd++) {
		char link[32], target[128];
		ssize_t n;

		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		n = readlink(link, target, sizeof(target) - 1);
		if (n < 0)
			continue;
		target[n] = '\0';
		len += (size_t)snprintf(text + len, cap - len, "%d %s %d\n", fd, target,
					fcntl(fd, F_GETFL));
		assert_true(len < cap);
	}
}

static void take(struct settings *s)
{
	memset(s, 0, sizeof(*s));
	list_fds(s->fds, sizeof(s->fds));
	for (int sig = 1; sig <= 64; sig++) {
		struct sigaction sa;

		if (sigaction(sig, NULL, &sa) != 0)
			continue;
		s->actions[sig].handler = sa.sa_handler;
		s->actions[sig].flags = sa.sa_flags;
		memcpy(&s->actions[sig].mask, &sa.sa_mask, sizeof(uint64_t));
	}
	pthread_sigmask(SIG_SETMASK, NULL, &s->mask);
	assert_non_null(getcwd(s->cwd, sizeof(s->cwd)));
	s->umask = umask(022);
	umask(s->umask);
	snprintf(s->locale, sizeof(s->locale), "%s", setlocale(LC_ALL, NULL));
	s->environ = environ;
	while (environ[s->n_environ] != NULL)
		s->n_environ++;
	getitimer(ITIMER_REAL, &s->timer);
	getrlimit(RLIMIT_NOFILE, &s->files);
	getrlimit(RLIMIT_CORE, &s->core);
}

static void assert_untouched(const struct settings *before)
{
	static struct settings now;

	take(&now);
	assert_string_equal(now.fds, before->fds);
	assert_memory_equal(&now, before, sizeof(now));
}

static void test_settings(void **state)
{
	static const enum fake_how hows[] = { FAKE_REPLY,   FAKE_CLOSE, FAKE_REFUSE,
					      FAKE_GARBAGE, FAKE_NONCE, FAKE_HANG };
	static struct settings before;
	struct actor a = { .answers = { FAKE_RIGHT, "NEW0PXN5" }, .n_answers = 2 };
	struct fake_step change[] = { fake_verdict(V_OK), fake_renewal("NEW0PXN5", 0),
				      fake_verdict(V_OK) };
	pam_handle_t *pamh;

	(void)state;
	login("plain", FAKE_RIGHT); /* what libc sets up once */
	take(&before);
	for (size_t i = 0; i < sizeof(hows) / sizeof(*hows); i++) {
		script(hows[i], V_OK);
		sockets = 0;
		bad_sockets = 0;
		pamh = stage_start(&st, "short", CF, &a);
		for (int what = DO_AUTH; what <= (hows[i] == FAKE_HANG ? DO_AUTH : DO_CLOSE);
		     what++) {
			stage_do(pamh, (enum stage_call)what, 0);
			assert_untouched(&before);
		}
		pam_end(pamh, PAM_SUCCESS);
		assert_untouched(&before);
		assert_true(sockets > 0);
		assert_int_equal(bad_sockets, 0);
	}
	a.asked = 0;
	fake_script(st.fake, change, 3);
	sockets = 0;
	assert_int_equal(stage_once(&st, "plain", CF, DO_CHANGE, 0, &a), PAM_SUCCESS);
	assert_int_equal(sockets, 3); /* one for each question */
	assert_untouched(&before);
}

/* ---- signals ---- */

static atomic_int alarms;

static void on_alarm(int sig)
{
	(void)sig;
	alarms++;
}

static void test_storm(void **state)
{
	struct sigaction sa = { .sa_handler = on_alarm }, old; /* no SA_RESTART: all is EINTR */
	struct itimerval storm = { { 0, 1000 }, { 0, 1000 } }, calm = { { 0, 0 }, { 0, 0 } };

	(void)state;
	assert_int_equal(sigaction(SIGALRM, &sa, &old), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &storm, NULL), 0);
	script(FAKE_REPLY, V_OK);
	for (int i = 0; i < 300 || alarms < 20; i++)
		assert_int_equal(login("plain", FAKE_RIGHT), PAM_SUCCESS);
	script(FAKE_HANG, V_OK); /* and the deadline is not put off by each of them */
	assert_int_equal(login("short", FAKE_RIGHT), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(setitimer(ITIMER_REAL, &calm, NULL), 0);
	assert_int_equal(sigaction(SIGALRM, &old, NULL), 0);
}

static void test_broken_pipe(void **state)
{
	(void)state;
	assert_true(signal(SIGPIPE, SIG_DFL) != SIG_ERR);
	for (int i = 0; i < 50; i++) {
		script(i % 2 == 0 ? FAKE_REFUSE : FAKE_CLOSE, V_OK);
		assert_int_equal(login("plain", FAKE_RIGHT), PAM_AUTHINFO_UNAVAIL);
	}
	script(FAKE_REFUSE, V_OK);
	hang_up_first = true;
	assert_int_equal(login("plain", FAKE_RIGHT), PAM_AUTHINFO_UNAVAIL);
	hang_up_first = false;
	assert_int_equal(bad_sends, 0);
}

static void test_no_children(void **state)
{
	(void)state;
	script(FAKE_REPLY, V_OK);
	assert_true(signal(SIGCHLD, SIG_IGN) != SIG_ERR);
	assert_int_equal(login("plain", FAKE_RIGHT), PAM_SUCCESS);
	assert_true(signal(SIGCHLD, SIG_DFL) == SIG_IGN);
}

/* ---- descriptors ---- */

static void test_many_fds(void **state)
{
	static int fds[2000];
	struct rlimit old, more;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	more = old;
	if (more.rlim_cur < 4096)
		more.rlim_cur = 4096;
	if (more.rlim_max < more.rlim_cur || setrlimit(RLIMIT_NOFILE, &more) != 0)
		skip();
	for (size_t i = 0; i < 2000; i++) {
		fds[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
		assert_true(fds[i] >= 0);
	}
	script(FAKE_ORACLE, V_OK);
	assert_int_equal(login("plain", FAKE_RIGHT), PAM_SUCCESS);
	assert_int_equal(login("plain", "WRONG"), PAM_AUTH_ERR);
	for (size_t i = 0; i < 2000; i++)
		close(fds[i]);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
}

static void test_no_stdio(void **state)
{
	pid_t pid;
	int status;

	(void)state;
	script(FAKE_ORACLE, V_OK);
	pid = fork();
	if (pid == 0) {
		close(0);
		close(1);
		close(2);
		_exit(login("plain", FAKE_RIGHT) == PAM_SUCCESS &&
				      login("plain", "WRONG") == PAM_AUTH_ERR &&
				      fcntl(0, F_GETFD) < 0 && fcntl(1, F_GETFD) < 0 &&
				      fcntl(2, F_GETFD) < 0
			      ? 0
			      : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* No descriptor to be had: no answer, and the right code for it. */
static void test_no_fds(void **state)
{
	struct actor a = { .answers = { FAKE_RIGHT }, .n_answers = 1 };
	pam_handle_t *pamh = stage_start(&st, "plain", CF, &a);
	struct rlimit old, none;
	int r;

	(void)state;
	script(FAKE_REPLY, V_OK);
	assert_int_equal(pam_open_session(pamh, 0), PAM_SUCCESS); /* loads the module */
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	none = old;
	none.rlim_cur = 3;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	stage_forget();
	r = pam_authenticate(pamh, 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	assert_non_null(strstr(stage_log(), "cannot ask pind: Too many open files"));
	assert_int_equal(r, PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(pam_authenticate(pamh, 0), PAM_SUCCESS);
	pam_end(pamh, PAM_SUCCESS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_threads),     cmocka_unit_test(test_settings),
		cmocka_unit_test(test_storm),       cmocka_unit_test(test_broken_pipe),
		cmocka_unit_test(test_no_children), cmocka_unit_test(test_many_fds),
		cmocka_unit_test(test_no_stdio),    cmocka_unit_test(test_no_fds),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
