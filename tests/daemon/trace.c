/* SPDX-License-Identifier: BSD-2-Clause */
/* trace.c - see trace.h. */
#include "trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct trace trace;

static char path[96];
static const char *const wrap[] = { "strace", "-D", "-f", "-s", "0", "-o", path, NULL };

/* The pages of a commit go out in as many writes as they happen to have neighbours. */
static const char *kind_of(const char *call)
{
	static const char *const pages[] = { "pwrite64", "pwritev", "writev", "lseek" };

	for (size_t i = 0; i < sizeof(pages) / sizeof(*pages); i++)
		if (strcmp(call, pages[i]) == 0)
			return "pages";
	return call;
}

/* call: its name, and the descriptor it is about if there is one. */
static void add_call(struct request *r, const char *call, const char *fd)
{
	const char *name = kind_of(call);
	char kind[64];
	const char *last = strrchr(r->calls, ' ');
	size_t n = strlen(r->calls);

	if (strcmp(name, "futex") == 0)
		return;
	snprintf(kind, sizeof(kind), "%s%s%s", name, fd[0] != '\0' ? ":" : "", fd);
	/* One seal or two: the clock's row is written once a second, with whatever comes. */
	if (last != NULL && strcmp(last + 1, kind) == 0 &&
	    (strcmp(name, "pages") == 0 || strcmp(name, "getrandom") == 0))
		return;
	snprintf(r->calls + n, sizeof(r->calls) - n, " %s", kind);
}

/* One line of strace: "PID call(...) = r", "PID call(... <unfinished", "PID <... call resumed>". */
static void read_line(const char *line, bool *inside, int *loop)
{
	struct request *r = &trace.requests[trace.n == 0 ? 0 : trace.n - 1];
	char call[32], fd[16] = "";
	int pid;

	if (strstr(line, "fdatasync") != NULL && strstr(line, "unfinished") == NULL && *inside)
		r->syncs++;
	if (strstr(line, "recvfrom") != NULL && strstr(line, "EAGAIN") != NULL) { /* nothing yet */
		if (*inside && strstr(line, "resumed") != NULL)
			trace.n--;
		*inside = *inside && strstr(line, "resumed") == NULL;
		return;
	}
	if (sscanf(line, "%d %31[a-z0-9_](%15[0-9]", &pid, call, fd) < 2)
		return;
	if (strcmp(fd, "0") == 0) /* of an address */
		fd[0] = '\0';
	if (strcmp(call, "recvfrom") == 0) {
		assert_true(trace.n < TRACE_MAX);
		memset(&trace.requests[trace.n++], 0, sizeof(*trace.requests));
		*loop = pid;
		*inside = true;
	} else if (strcmp(call, "sendto") == 0) {
		assert_true(*inside);
		r->answered = true;
		*inside = false;
	} else if (*inside && pid != *loop) {
		add_call(r, call, fd);
	}
}

/* strace writes its last line some time after the process is gone. */
static bool is_complete(void)
{
	char line[512];
	bool end = false;
	FILE *f = fopen(path, "re");

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		end = strstr(line, "+++ exited with 0") != NULL;
	if (f != NULL)
		fclose(f);
	return end;
}

static void read_trace(void)
{
	char line[512];
	bool inside = false;
	int loop = 0;
	FILE *f;

	for (int i = 0; i < 2000 && !is_complete(); i++)
		usleep(5000);
	f = fopen(path, "re");
	assert_non_null(f);
	trace.n = 0;
	while (fgets(line, sizeof(line), f) != NULL)
		read_line(line, &inside, &loop);
	fclose(f);
}

void trace_start(const char *settings)
{
	char conf[512];

	if (!rig_can_trace())
		rig_skip("there is no strace here, or it may not trace");
	snprintf(path, sizeof(path), "%s/trace", rig.dir);
	snprintf(conf, sizeof(conf), RIG_CONF "%s", settings);
	rig_conf(conf);
	rig.program = getenv("PIND_RELEASE");
	rig.wrap = wrap;
	rig_start();
}

void trace_stop(void)
{
	assert_int_equal(rig_stop(), 0);
	read_trace();
}

void trace_assert_alike(const struct request *r, size_t n, unsigned int syncs)
{
	for (size_t i = 0; i < n; i++) {
		assert_string_equal(r[i].calls, r[0].calls);
		assert_int_equal(r[i].syncs, syncs);
		assert_true(r[i].answered);
	}
	assert_null(strstr(r->calls, " mmap")); /* a worker keeps the memory of its hashes */
}
