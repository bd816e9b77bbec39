/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * load.c - the load generator: many threads, each connecting, asking and hanging up, as a PAM
 * module does. Prints one line: requests per second, CPU microseconds per request of the
 * processes named by -P, p50 and p99 in microseconds, requests, and how many of them were
 * answered as expected.
 */
#include <argp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ask.h"

#define THREADS_MAX 2000
#define SAMPLES_MAX (1u << 18) /* a thread */
#define PEOPLE_MAX  64
#define PIDS_MAX    64

static struct {
	const char *kind, *path, *people;
	unsigned int threads, seconds, rate, make;
	long pids[PIDS_MAX];
	unsigned int pids_n;
} opt = { .threads = 1, .seconds = 3 };

struct worker {
	struct asker asker;
	pthread_t id;
	uint32_t *us; /* how long each took */
	unsigned int n, ok, in_time;
};

static const struct kind *kind;
static uint64_t begin_ns, end_ns;

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static void sleep_until(uint64_t at_ns)
{
	const struct timespec ts = { (time_t)(at_ns / 1000000000), (long)(at_ns % 1000000000) };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) != 0)
		;
}

/* Paced, a request that is late because the one before took long counts from when it was due. */
static uint64_t wait_turn(const struct worker *w, uint64_t *due_ns)
{
	uint64_t now = now_ns();

	if (opt.rate == 0)
		return now;
	*due_ns = *due_ns == 0 ? begin_ns + w->asker.thread * 1000000000ull / opt.rate
			       : *due_ns + opt.threads * 1000000000ull / opt.rate;
	if (now > *due_ns)
		return *due_ns;
	sleep_until(*due_ns);
	return now_ns();
}

static void *work(void *arg)
{
	struct worker *w = arg;
	uint64_t from, done = 0, due = 0;

	sleep_until(begin_ns);
	while (done < end_ns) {
		from = wait_turn(w, &due);
		if (from >= end_ns)
			break;
		w->ok += kind->ask(&w->asker) == 0;
		w->asker.seq++;
		done = now_ns();
		w->in_time += done < end_ns;
		if (w->n < SAMPLES_MAX)
			w->us[w->n++] = (uint32_t)((done - from) / 1000);
	}
	return NULL;
}

/* CPU seconds of the processes so far, as /proc/PID/stat has them. */
static double cpu_s(void)
{
	unsigned long ticks = 0, user, sys;
	char path[64], line[1024];

	for (unsigned int i = 0; i < opt.pids_n; i++) {
		FILE *f;
		const char *after;

		snprintf(path, sizeof(path), "/proc/%ld/stat", opt.pids[i]);
		f = fopen(path, "r");
		if (f == NULL)
			continue;
		after = fgets(line, sizeof(line), f) != NULL ? strrchr(line, ')') : NULL;
		if (after != NULL &&
		    sscanf(after, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
			   &sys) == 2)
			ticks += user + sys;
		fclose(f);
	}
	return (double)ticks / (double)sysconf(_SC_CLK_TCK);
}

static int by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static int report(const struct worker *w, double cpu)
{
	size_t n = 0, ok = 0, in_time = 0;
	uint32_t *all;

	for (unsigned int i = 0; i < opt.threads; i++)
		n += w[i].n;
	all = malloc((n + 1) * sizeof(*all));
	if (all == NULL)
		return 1;
	n = 0;
	for (unsigned int i = 0; i < opt.threads; i++) {
		memcpy(all + n, w[i].us, w[i].n * sizeof(*all));
		n += w[i].n;
		ok += w[i].ok;
		in_time += w[i].in_time;
	}
	all[n] = 0;
	qsort(all, n, sizeof(*all), by_size);
	printf("%.1f %.1f %u %u %zu %zu\n", (double)in_time / opt.seconds,
	       n > 0 ? cpu * 1e6 / (double)n : 0, all[n / 2 < n ? n / 2 : 0],
	       all[n > 0 ? (n * 99 + 99) / 100 - 1 : 0], n, ok);
	free(all);
	return ok == 0 || fflush(stdout) != 0;
}

static int run(const struct person *people, int people_n)
{
	struct worker *w = calloc(opt.threads, sizeof(*w));
	pthread_attr_t attr;
	double cpu;
	int r = w == NULL || pthread_attr_init(&attr) != 0 ||
		pthread_attr_setstacksize(&attr, (size_t)256 << 10) != 0;

	begin_ns = now_ns() + 100000000;
	end_ns = begin_ns + opt.seconds * 1000000000ull;
	cpu = cpu_s();
	for (unsigned int i = 0; r == 0 && i < opt.threads; i++) {
		w[i].asker = (struct asker){ .path = opt.path,
					     .thread = i,
					     .seed = (unsigned int)time(NULL) << 16 | 1u << 12,
					     .person = NULL };
		if (people_n > 0)
			w[i].asker.person = &people[i % (unsigned int)people_n];
		w[i].us = malloc(SAMPLES_MAX * sizeof(*w[i].us));
		r = w[i].us == NULL || pthread_create(&w[i].id, &attr, work, &w[i]) != 0;
	}
	if (r != 0) {
		fprintf(stderr, "load: cannot start %u threads\n", opt.threads);
		return 1;
	}
	for (unsigned int i = 0; i < opt.threads; i++)
		pthread_join(w[i].id, NULL);
	return report(w, cpu_s() - cpu);
}

static void read_pids(const char *text)
{
	char *end;

	for (long pid = strtol(text, &end, 10); end != text && opt.pids_n < PIDS_MAX;
	     pid = strtol(text, &end, 10)) {
		opt.pids[opt.pids_n++] = pid;
		text = end + (*end == ',');
	}
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 'c': opt.threads = (unsigned int)strtoul(arg, NULL, 10); return 0;
	case 's': opt.seconds = (unsigned int)strtoul(arg, NULL, 10); return 0;
	case 'r': opt.rate = (unsigned int)strtoul(arg, NULL, 10); return 0;
	case 'm': opt.make = (unsigned int)strtoul(arg, NULL, 10); return 0;
	case 'f': opt.people = arg; return 0;
	case 'P': read_pids(arg); return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num > 1)
			argp_usage(state);
		*(state->arg_num == 0 ? &opt.kind : &opt.path) = arg;
		return 0;
	case ARGP_KEY_END:
		if (state->arg_num != 2 || opt.seconds < 1 || opt.threads < 1 ||
		    opt.threads > THREADS_MAX)
			argp_usage(state);
		return 0;
	default: return ARGP_ERR_UNKNOWN;
	}
}

int main(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{ NULL, 'c', "N", 0, "Requests at once (1)", 0 },
		{ NULL, 's', "SECONDS", 0, "How long (3)", 0 },
		{ NULL, 'r', "N", 0, "Requests a second in all (as many as there can be)", 0 },
		{ NULL, 'f', "FILE", 0, "People with PINs", 0 },
		{ NULL, 'm', "N", 0, "Make N people, write FILE; SOCKET is pind's directory", 0 },
		{ NULL, 'P', "PIDS", 0, "Whose CPU time to count", 0 },
		{ 0 },
	};
	static const struct argp argp = {
		options, parse, "KIND SOCKET", "ping, authorize, login, wrong; saslauthd, dovecot",
		NULL,    NULL,  NULL
	};
	struct person people[PEOPLE_MAX];
	int n = 0;

	if (argp_parse(&argp, argc, argv, 0, NULL, NULL) != 0)
		return 2;
	if (opt.make > 0 && opt.people != NULL)
		return people_make(opt.path, opt.make, opt.people) != 0;
	kind = kind_named(opt.kind);
	if (opt.people != NULL)
		n = people_read(opt.people, people, PEOPLE_MAX);
	if (kind == NULL || n < 0) {
		fprintf(stderr, "load: no kind %s, or no people in %s\n", opt.kind,
			opt.people != NULL ? opt.people : "-");
		return 2;
	}
	return run(people, n);
}
