/* SPDX-License-Identifier: BSD-2-Clause */
/* rig.c - a real pind and its directory; see rig.h. The questions are in rig_ask.c. */
#include "rig.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define START_TRIES 4000 /* of 5 ms: a sanitized pind on a busy machine */
#define END_TRIES   4000

struct rig rig;

static void nap(void)
{
	nanosleep(&(struct timespec){ 0, 5000000 }, NULL);
}

void rig_write(const char *path, const void *bytes, size_t len)
{
	char next[128];
	int fd;

	snprintf(next, sizeof(next), "%s~", path); /* whole or not at all: pind may be reading */
	fd = open(next, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), len);
	assert_int_equal(close(fd), 0);
	assert_int_equal(rename(next, path), 0);
}

void rig_key(const void *bytes, size_t len)
{
	rig_write(rig.key, bytes, len);
	assert_int_equal(chmod(rig.key, 0600), 0); /* else pind takes it for no secret */
}

void rig_conf(const char *text)
{
	rig_write(rig.conf, text, strlen(text));
}

void rig_service(const char *name, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/services.d", rig.etc);
	assert_true(mkdir(path, 0755) == 0 || errno == EEXIST);
	snprintf(path, sizeof(path), "%s/services.d/%s.conf", rig.etc, name);
	if (text != NULL)
		rig_write(path, text, strlen(text));
	else
		assert_int_equal(unlink(path), 0);
}

int rig_open(void **state)
{
	const char *tmp = getenv("TMPDIR");
	uint8_t key[32];

	(void)state;
	memset(&rig, 0, sizeof(rig));
	rig.program = getenv("PIND");
	if (rig.program == NULL)
		return -1;
	if (tmp == NULL || strlen(tmp) > 16) /* a socket's path is short */
		tmp = "/tmp";
	snprintf(rig.dir, sizeof(rig.dir), "%s/pind-test.XXXXXX", tmp);
	if (mkdtemp(rig.dir) == NULL || chmod(rig.dir, 0755) != 0)
		return -1;
	snprintf(rig.state, sizeof(rig.state), "%s/state", rig.dir);
	snprintf(rig.run, sizeof(rig.run), "%s/run", rig.dir);
	snprintf(rig.etc, sizeof(rig.etc), "%s/etc", rig.dir);
	snprintf(rig.key, sizeof(rig.key), "%s/key", rig.dir);
	snprintf(rig.log, sizeof(rig.log), "%s/log", rig.dir);
	snprintf(rig.conf, sizeof(rig.conf), "%s/pind.conf", rig.etc);
	snprintf(rig.auth, sizeof(rig.auth), "%s/auth.sock", rig.run);
	snprintf(rig.admin, sizeof(rig.admin), "%s/admin.sock", rig.run);
	snprintf(rig.courier, sizeof(rig.courier), "%s/courier.sock", rig.run);
	if (mkdir(rig.etc, 0755) != 0)
		return -1;
	memset(key, 0x5a, sizeof(key));
	rig_key(key, sizeof(key));
	rig_conf(RIG_CONF);
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int what, struct FTW *at)
{
	(void)st;
	(void)what;
	(void)at;
	return remove(path);
}

int rig_close(void **state)
{
	(void)state;
	if (rig.pid > 0) {
		kill(rig.pid, SIGKILL);
		waitpid(rig.pid, NULL, 0);
		rig.pid = 0;
	}
	return nftw(rig.dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void rig_skip(const char *why)
{
	printf("# skipped: %s\n", why);
	fflush(stdout);
	skip();
	abort(); /* skip() does not return */
}

static void become_pind(void)
{
	const char *const usual[] = { "--config",   rig.conf,        "--state-dir",
				      rig.state,    "--runtime-dir", rig.run,
				      "--key-file", rig.key,         NULL };
	const char *argv[24];
	size_t n = 0;
	int fd = open(rig.log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	int program = open(rig.program, O_PATH | O_CLOEXEC); /* who it becomes may not see it */

	for (const char *const *w = rig.wrap; w != NULL && *w != NULL; w++)
		argv[n++] = *w;
	argv[n++] = rig.program;
	for (const char *const *w = rig.args != NULL ? rig.args : usual; *w != NULL; w++)
		argv[n++] = *w;
	argv[n] = NULL;
	if (fd < 0 || dup2(fd, STDERR_FILENO) < 0 || dup2(fd, STDOUT_FILENO) < 0)
		_exit(126);
	if (rig.before_exec != NULL)
		rig.before_exec();
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* if the test dies, so does its pind */
	if (rig.wrap != NULL)
		execvp(argv[0], (char **)(uintptr_t)argv);
	else
		fexecve(program, (char **)(uintptr_t)argv, environ);
	_exit(127);
}

void rig_spawn(void)
{
	assert_int_equal(rig.pid, 0);
	fflush(stdout);
	rig.pid = fork();
	assert_true(rig.pid >= 0);
	if (rig.pid == 0)
		become_pind();
}

void rig_start(void)
{
	struct wire_msg req = { .type = WIRE_PING }, rep;
	int r = -1;

	rig_spawn();
	for (int i = 0; i < START_TRIES && r != V_OK && rig_alive(); i++) {
		r = rig_ask(&req, &rep);
		if (r != V_OK)
			nap();
	}
	if (r != V_OK)
		fail_msg("pind does not answer (%d); it said: %s", r, rig_log());
}

static int status_of(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool rig_alive(void)
{
	siginfo_t si = { .si_pid = 0 };

	return rig.pid > 0 && waitid(P_PID, (id_t)rig.pid, &si, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       si.si_pid == 0;
}

int rig_wait(void)
{
	int status = 0;

	for (int i = 0; i < END_TRIES && rig_alive(); i++)
		nap();
	if (rig_alive()) {
		kill(rig.pid, SIGKILL);
		waitpid(rig.pid, NULL, 0);
		rig.pid = 0;
		return 999;
	}
	assert_int_equal(waitpid(rig.pid, &status, 0), rig.pid);
	rig.pid = 0;
	return status_of(status);
}

void rig_kill(void)
{
	int status = 0;

	assert_true(rig.pid > 0);
	assert_int_equal(kill(rig.pid, SIGKILL), 0);
	assert_int_equal(waitpid(rig.pid, &status, 0), rig.pid);
	rig.pid = 0;
	assert_int_equal(status_of(status), 128 + SIGKILL); /* it had not died before */
}

int rig_stop(void)
{
	assert_int_equal(kill(rig.pid, SIGTERM), 0);
	return rig_wait();
}

void rig_restart(void)
{
	rig_kill();
	rig_start();
}

int rig_listen(const char *path, mode_t mode)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	memcpy(sa.sun_path, path, strlen(path) + 1);
	assert_int_equal(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	assert_int_equal(chmod(path, mode), 0);
	assert_int_equal(listen(fd, 64), 0);
	return fd;
}

void rig_pass(const int *fds, int n, const char *names)
{
	char pid[16], count[16];

	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	snprintf(count, sizeof(count), "%d", n);
	setenv("LISTEN_PID", pid, 1);
	setenv("LISTEN_FDS", count, 1);
	setenv("LISTEN_FDNAMES", names, 1);
	for (int i = 0; i < n; i++) /* by way of 13, ..., for one of them may be 3 or 4 */
		if (dup2(fds[i], 13 + i) < 0)
			_exit(125);
	for (int i = 0; i < n; i++)
		if (dup2(13 + i, 3 + i) < 0)
			_exit(125);
}

bool rig_can_trace(void)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

		dup2(null, STDERR_FILENO);
		execlp("strace", "strace", "-o", "/dev/null", "true", (char *)NULL);
		_exit(127);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

unsigned long rig_kib(const char *what)
{
	char path[64], line[128];
	unsigned long kib = 0;
	size_t n = strlen(what);
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)rig.pid);
	f = fopen(path, "re");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, what, n) == 0 && line[n] == ':')
			kib = strtoul(line + n + 1, NULL, 10);
	fclose(f);
	assert_int_not_equal(kib, 0);
	return kib;
}

static unsigned int count_files(void)
{
	char path[64];
	unsigned int n = 0;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)rig.pid);
	d = opendir(path);
	if (d == NULL)
		rig_skip("pind lets only root look at it");
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

/* A connection may be closed a moment after its answer: the least of many looks counts. */
unsigned int rig_files(void)
{
	unsigned int least = count_files();

	for (int i = 0; i < 20; i++) {
		unsigned int n = count_files();

		least = n < least ? n : least;
		usleep(5000);
	}
	return least;
}

void rig_expect_files(unsigned int want)
{
	for (int i = 0; i < 100 && rig_files() != want; i++)
		; /* many callers may have left at once */
	assert_int_equal(rig_files(), want);
}

double rig_cpu_s(void)
{
	struct timespec ts;
	clockid_t clock;

	assert_int_equal(clock_getcpuclockid(rig.pid, &clock), 0);
	assert_int_equal(clock_gettime(clock, &ts), 0);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

const char *rig_log(void)
{
	static char buf[1 << 22];
	int fd = open(rig.log, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd >= 0 ? read(fd, buf, sizeof(buf) - 1) : 0;

	if (fd >= 0)
		close(fd);
	buf[len > 0 ? len : 0] = '\0';
	return buf;
}

unsigned int rig_said(const char *text)
{
	unsigned int n = 0;

	for (const char *p = rig_log(); (p = strstr(p, text)) != NULL; p += strlen(text))
		n++;
	return n;
}

void rig_say_wait(const char *text, unsigned int n)
{
	for (int i = 0; i < END_TRIES && rig_said(text) < n && rig_alive(); i++)
		nap();
	assert_in_range(rig_said(text), n, 1u << 20);
}
