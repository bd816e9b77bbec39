/* SPDX-License-Identifier: BSD-2-Clause */
/* mine.c - see mine.h. strace is the mine. */
#include "mine.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t tracer;

static bool is_traced(const char *task)
{
	char path[320], line[128];
	int pid = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%s/status", (int)rig.pid, task);
	f = fopen(path, "re");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL && sscanf(line, "TracerPid: %d", &pid) != 1)
		;
	fclose(f);
	return pid != 0;
}

static bool all_are_traced(void)
{
	char path[64];
	struct dirent *e;
	bool all = true;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)rig.pid);
	d = opendir(path);
	assert_non_null(d);
	while ((e = readdir(d)) != NULL)
		all = all && (e->d_name[0] == '.' || is_traced(e->d_name));
	closedir(d);
	return all;
}

static void become_strace(const char *inject)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", (int)rig.pid);
	if (dup2(null, STDERR_FILENO) >= 0)
		execlp("strace", "strace", "-f", "-o", "/dev/null", "-e", inject, "-p", pid,
		       (char *)NULL);
	_exit(127);
}

void mine_lay(const char *calls, int nth)
{
	char inject[160];

	assert_int_equal(tracer, 0);
	snprintf(inject, sizeof(inject), "inject=%s:signal=KILL:when=%d", calls, nth);
	tracer = fork();
	assert_true(tracer >= 0);
	if (tracer == 0)
		become_strace(inject);
	for (int i = 0; i < 20000 && !all_are_traced(); i++)
		usleep(1000);
	assert_true(all_are_traced());
}

void mine_lift(void)
{
	assert_true(tracer > 0);
	(void)kill(tracer, SIGTERM); /* it lets go of pind */
	assert_int_equal(waitpid(tracer, NULL, 0), tracer);
	tracer = 0;
}

pid_t mine_pid(void)
{
	return tracer;
}
