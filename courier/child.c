/* SPDX-License-Identifier: BSD-2-Clause */
/* child.c - see child.h. */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { STDERR_KEPT = 96, KILL_MS = 5000 };

struct child {
	const char *name;        /* for people */
	pid_t pid;
	int in, err, end;        /* pipe to it, pipe from it, pidfd; -1: none, or closed */
	const char *left;        /* to be written, */
	size_t n;                /* so many bytes */
	bool shut;               /* it closed its input before the end */
	char said[STDERR_KEPT + 1];
	size_t said_n;
};

static long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

static void shut(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

/* Descriptors of the child. */
static int plan_files(posix_spawn_file_actions_t *fa, int in, int err)
{
	int r = posix_spawn_file_actions_adddup2(fa, in, STDIN_FILENO);

	if (r == 0)
		r = posix_spawn_file_actions_addopen(fa, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	if (r == 0)
		r = posix_spawn_file_actions_adddup2(fa, err, STDERR_FILENO);
	if (r == 0)
		r = posix_spawn_file_actions_addclosefrom_np(fa, STDERR_FILENO + 1);
	return r;
}

/* Its signals as if a shell had started it, and a process group to be killed as one. */
static int plan_signals(posix_spawnattr_t *at)
{
	sigset_t none, all;
	int r = sigemptyset(&none) != 0 || sigfillset(&all) != 0 ? errno : 0;

	if (r == 0)
		r = posix_spawnattr_setsigmask(at, &none);
	if (r == 0)
		r = posix_spawnattr_setsigdefault(at, &all);
	if (r == 0)
		r = posix_spawnattr_setpgroup(at, 0);
	if (r == 0)
		r = posix_spawnattr_setflags(at, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
							 POSIX_SPAWN_SETPGROUP);
	return r;
}

static int spawn(pid_t *pid, const char *const *argv, int in, int err)
{
	char *const *words = (char *const *)(uintptr_t)argv; /* posix_spawn does not write them */
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t at;
	int r = posix_spawn_file_actions_init(&fa);

	if (r != 0)
		return r;
	r = posix_spawnattr_init(&at);
	if (r == 0) {
		r = plan_files(&fa, in, err);
		if (r == 0)
			r = plan_signals(&at);
		if (r == 0)
			r = posix_spawn(pid, argv[0], &fa, &at, words, environ);
		(void)posix_spawnattr_destroy(&at);
	}
	(void)posix_spawn_file_actions_destroy(&fa);
	return r;
}

/* 0 or -errno. */
static int start(struct child *c, const char *const *argv)
{
	int in[2] = { -1, -1 }, err[2] = { -1, -1 }, r = 0;

	if (pipe2(in, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0)
		r = -errno;
	if (r == 0)
		r = -spawn(&c->pid, argv, in[0], err[1]);
	shut(&in[0]);
	shut(&err[1]);
	c->in = in[1];
	c->err = err[0];
	if (r == 0 && (fcntl(c->in, F_SETFL, O_NONBLOCK) != 0 ||
		       fcntl(c->err, F_SETFL, O_NONBLOCK) != 0 || (c->end = pidfd_open(c->pid, 0)) < 0))
		r = -errno;
	return r;
}

static void feed(struct child *c)
{
	ssize_t n = c->n > 0 ? write(c->in, c->left, c->n) : 0;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	c->shut = n < 0;
	if (n > 0) {
		c->left += n;
		c->n -= (size_t)n;
	}
	if (n < 0 || c->n == 0)
		shut(&c->in);
}

static void listen_to(struct child *c)
{
	char buf[512];
	ssize_t n = read(c->err, buf, sizeof(buf));

	for (ssize_t i = 0; i < n; i++)
		if (c->said_n < STDERR_KEPT && (c->said_n > 0 || buf[i] != '\n'))
			c->said[c->said_n++] = buf[i];
	explicit_bzero(buf, sizeof(buf));
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		shut(&c->err);
}

/* Until it ends. false: it did not in time. */
static bool attend(struct child *c, long long deadline_ms)
{
	for (;;) {
		struct pollfd p[] = { { c->end, POLLIN, 0 },
				      { c->err, POLLIN, 0 },
				      { c->in, POLLOUT, 0 } };
		long long left = deadline_ms - now_ms();

		if (left <= 0)
			return false;
		if (poll(p, 3, (int)left) < 0 && errno != EINTR)
			return false;
		if (c->in >= 0 && p[2].revents != 0)
			feed(c);
		if (c->err >= 0 && p[1].revents != 0)
			listen_to(c);
		if (p[0].revents != 0) {
			if (c->err >= 0)
				listen_to(c); /* not to its end: a grandchild may keep it open */
			return true;
		}
	}
}

/* What is left of it, reaped. A program that is another user's by now may refuse to die. */
static int reap(struct child *c, bool kill_it)
{
	struct pollfd p = { c->end, POLLIN, 0 };
	int status = -1;

	if (c->pid <= 0)
		return -1;
	if (kill_it) {
		(void)kill(-c->pid, SIGKILL);
		(void)kill(c->pid, SIGKILL);
		(void)poll(&p, 1, KILL_MS);
	}
	return waitpid(c->pid, &status, WNOHANG) == c->pid ? status : -1;
}

static int judge(const struct child *c, int status, struct trouble *t)
{
	const char *sep = c->said[0] != '\0' ? ": " : "";

	if (status != -1 && WIFSIGNALED(status))
		return trouble_say(t, "%s: killed by signal %d%s%s", c->name, WTERMSIG(status), sep,
				   c->said);
	if (status == -1 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return trouble_say(t, "%s: exit status %d%s%s", c->name,
				   status == -1 ? -1 : WEXITSTATUS(status), sep, c->said);
	if (c->shut || c->n > 0)
		return trouble_say(t, "%s: exited before it had read everything%s%s", c->name, sep,
				   c->said);
	return 0;
}

int child_run(const char *const *argv, const void *in, size_t len, unsigned int timeout_s,
	      struct trouble *t)
{
	const char *slash = strrchr(argv[0], '/');
	struct child c = { .name = slash != NULL ? slash + 1 : argv[0],
			   .in = -1, .err = -1, .end = -1, .left = in, .n = len };
	int r = start(&c, argv), status;
	bool ended = r == 0 && attend(&c, now_ms() + timeout_s * 1000LL);

	status = reap(&c, !ended);
	shut(&c.in);
	shut(&c.err);
	shut(&c.end);
	c.said[strcspn(c.said, "\n")] = '\0';
	if (r != 0)
		r = trouble_say(t, "%s: %s", argv[0], strerror(-r));
	else if (!ended)
		r = trouble_say(t, "%s: did not end in %u s, killed", c.name, timeout_s);
	else
		r = judge(&c, status, t);
	explicit_bzero(c.said, sizeof(c.said));
	return r;
}
