/* SPDX-License-Identifier: BSD-2-Clause */
/* test_sandbox.c - what a running pind can no longer do, and what nobody can do to it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rig.h"

#define OTHER_UID   64321
#define NO_LANDLOCK 77

/* Run sandbox_probe with these words: its exit status, or 128 + the signal. */
static int probe(const char *a, const char *b, const char *c)
{
	const char *dir = getenv("B") != NULL ? getenv("B") : "build";
	char path[256];
	int status;
	pid_t pid;

	snprintf(path, sizeof(path), "%s/plain/tests/daemon/sandbox_probe", dir);
	assert_int_equal(access(path, X_OK), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		execl(path, path, a, b, c, (char *)NULL);
		_exit(126);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void test_calls(void **state)
{
	static const char *const killed[] = {
		"open_write",    "open_both",    "open_create",
		"open_truncate", "open_tmpfile", "open_old",
		"inet",          "inet6",        "netlink",
		"unix_stream",   "unix_packet",  "execve",
		"execveat",      "fork",         "ptrace",
		"map_code",      "protect_code", "kill",
		"unlink",        "rename",       "mkdir",
		"link",          "chmod",        "setuid",
		"prctl",         "limits",       "memory_of_others",
		"memfd",         "io_uring",     "bpf",
		"keyctl",        "unshare",      "mount",
		"ioctl",         "set_owner",    "no_such_call",
	};
	int r;

	(void)state;
	assert_int_equal(probe("call", "allowed", NULL), 0);
	for (size_t i = 0; i < sizeof(killed) / sizeof(*killed); i++) {
		r = probe("call", killed[i], NULL);
		if (r != 128 + SIGSYS)
			fail_msg("%s: %d", killed[i], r);
	}
	assert_int_equal(probe("thread", NULL, NULL), 128 + SIGSYS);
}

static void test_process(void **state)
{
	(void)state;
	assert_int_equal(probe("process", NULL, NULL), 0);
}

static void test_paths(void **state)
{
	char path[128];
	int r;

	(void)state;
	assert_int_equal(mkdir(rig.state, 0755), 0);
	snprintf(path, sizeof(path), "%s/f", rig.state);
	rig_write(path, "x", 1);
	snprintf(path, sizeof(path), "%s/f", rig.etc);
	rig_write(path, "x", 1);
	snprintf(path, sizeof(path), "%s/link", rig.etc);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	r = probe("paths", rig.state, rig.etc);
	if (r == NO_LANDLOCK)
		rig_skip("this kernel has no Landlock");
	assert_int_equal(r, 0);
}

/* ---- of the process as it runs ---- */

/* Does /proc/PID/what hold a line that begins with text? */
static bool shows(const char *what, const char *text)
{
	char path[64], line[256];
	bool found = false;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)rig.pid, what);
	f = fopen(path, "re");
	assert_non_null(f);
	while (!found && fgets(line, sizeof(line), f) != NULL)
		found = strncmp(line, text, strlen(text)) == 0;
	fclose(f);
	return found;
}

static void test_running(void **state)
{
	char path[64], what[64];
	unsigned int threads = 0;
	struct dirent *e;
	DIR *d;

	(void)state;
	rig.program = getenv("PIND_RELEASE");
	rig_conf(RIG_CONF "[limits]\nworkers = 3\n");
	rig_start();
	snprintf(path, sizeof(path), "/proc/%d/task", (int)rig.pid);
	d = opendir(path);
	assert_non_null(d);
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(what, sizeof(what), "task/%.16s/status", e->d_name);
		assert_true(shows(what, "Seccomp:\t2\n"));
		assert_true(shows(what, "NoNewPrivs:\t1\n"));
		threads++;
	}
	closedir(d);
	assert_int_equal(threads, 5); /* the loop, the hashers, and one for operators */
	assert_true(shows("limits", "Max core file size        0                    0  "));
	assert_int_equal(rig_stop(), 0);
}

static void become_other(void)
{
	if (setresgid(OTHER_UID, OTHER_UID, OTHER_UID) != 0 ||
	    setresuid(OTHER_UID, OTHER_UID, OTHER_UID) != 0)
		_exit(125);
}

/* errno of opening pind's memory, as its own user. */
static int open_memory(void)
{
	char path[64];
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		become_other();
		snprintf(path, sizeof(path), "/proc/%d/mem", (int)rig.pid);
		_exit(open(path, O_RDONLY | O_CLOEXEC) >= 0 ? 0 : errno);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WEXITSTATUS(status);
}

/* Not even its own user can look into its memory: keys and PINs are there. */
static void test_memory(void **state)
{
	(void)state;
	if (geteuid() != 0)
		rig_skip("only root can be several users");
	assert_int_equal(mkdir(rig.run, 0755), 0);
	assert_int_equal(mkdir(rig.state, 0700), 0);
	assert_int_equal(chown(rig.run, OTHER_UID, OTHER_UID), 0);
	assert_int_equal(chown(rig.state, OTHER_UID, OTHER_UID), 0);
	assert_int_equal(chown(rig.key, OTHER_UID, OTHER_UID), 0);
	rig.program = getenv("PIND_RELEASE");
	rig.before_exec = become_other;
	rig_spawn();
	rig_say_wait("pind is ready", 1);
	assert_int_equal(open_memory(), EACCES);
	assert_int_equal(rig_stop(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calls),
		cmocka_unit_test(test_process),
		cmocka_unit_test_setup_teardown(test_paths, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_running, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_memory, rig_open, rig_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
