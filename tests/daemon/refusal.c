/* SPDX-License-Identifier: BSD-2-Clause */
/* refusal.c - see refusal.h. */
#include "refusal.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define FAULTS_MAX 40

static char citizen[17];
static char home[sizeof(rig.state)]; /* the state directory, whatever arrange() does to rig.state */
static pid_t other;                  /* the pind of refusal_start_other() */

void refusal_need_root(void)
{
	if (geteuid() != 0)
		rig_skip("needs root");
}

bool refusal_can(void (*what)(void))
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		what();
		_exit(0);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

void refusal_start_other(void)
{
	rig_start();
	other = rig.pid;
	rig.pid = 0;
}

static int close_all(void **state)
{
	if (other > 0) {
		kill(other, SIGKILL);
		waitpid(other, NULL, 0);
		other = 0;
	}
	return rig_close(state);
}

/* FNV-1a over what the file holds, which is all but LMDB's readers and the lock. */
static uint64_t add_file(uint64_t sum, const char *name)
{
	char path[128];
	uint8_t buf[65536];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", home, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		for (ssize_t i = 0; i < n; i++)
			sum = (sum ^ buf[i]) * 0x100000001b3;
	close(fd);
	return sum;
}

/* The names of a directory, and what is in data.mdb. */
static uint64_t snapshot(void)
{
	uint64_t sum = 0xcbf29ce484222325;
	struct dirent **found;
	int n = scandir(home, &found, NULL, alphasort);

	assert_true(n >= 0);
	for (int i = 0; i < n; i++) {
		for (const char *c = found[i]->d_name; *c != '\0'; c++)
			sum = (sum ^ (uint8_t)*c) * 0x100000001b3;
		if (strcmp(found[i]->d_name, "data.mdb") == 0)
			sum = add_file(sum, "data.mdb");
		free(found[i]);
	}
	free(found);
	return sum;
}

static double cpu_s(void)
{
	struct rusage u;

	assert_int_equal(getrusage(RUSAGE_CHILDREN, &u), 0);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void assert_refused(const struct fault *f)
{
	uint64_t before = snapshot();
	double spent_s = cpu_s();
	const char *log;
	int status;

	assert_int_equal(truncate(rig.log, 0), 0);
	rig_spawn();
	status = rig_wait();
	log = rig_log();
	if (status != f->status || strstr(log, f->says) == NULL)
		fail_msg("%s: status %d, it said: %s", f->name, status, log);
	if (f->status != EXIT_IS_USAGE && /* argp says its own way, and where to find help */
	    (strchr(log, '\n') != log + strlen(log) - 1 || strncmp(log, "pind: ", 6) != 0))
		fail_msg("%s: not one line of pind's: %s", f->name, log);
	assert_true(cpu_s() - spent_s < 1);
	assert_true(snapshot() == before);
}

static void run(void **state)
{
	const struct fault *f = *state;

	memcpy(home, rig.state, sizeof(home));
	rig_start();
	assert_int_equal(rig_issue(rig_cf(citizen, 1)), V_OK);
	assert_int_equal(rig_stop(), 0);
	f->arrange();
	assert_refused(f);
	rig.program = getenv("PIND_RELEASE");
	assert_refused(f);
	if (other > 0) /* undisturbed */
		assert_int_equal(rig_try(citizen, RIG_PIN), V_MUST_CHANGE);
}

int refusal_run(const struct fault *faults, size_t n)
{
	struct CMUnitTest tests[FAULTS_MAX];

	if (n > FAULTS_MAX)
		return 1;
	for (size_t i = 0; i < n; i++)
		tests[i] = (struct CMUnitTest){ .name = faults[i].name,
						.test_func = run,
						.setup_func = rig_open,
						.teardown_func = close_all,
						.initial_state = (void *)(uintptr_t)&faults[i] };
	return _cmocka_run_group_tests("refusals", tests, n, NULL, NULL);
}
