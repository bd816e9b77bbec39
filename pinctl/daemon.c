/* SPDX-License-Identifier: BSD-2-Clause */
/* daemon.c - ping, stats: how pind itself is. */
#include <stdio.h>
#include <string.h>

#include "pinctl.h"
#include "show.h"

int cmd_ping(const struct args *a)
{
	struct wire_msg req = { .type = WIRE_PING };

	return ask_verdict(a, &req, "pind answers");
}

#define PREFIX      "inpspin_"
#define FIGURES_MAX 1024

struct figures {
	size_t n;
	struct wire_stat_is is[FIGURES_MAX];
};

/* All that pind counts, in its order. 0, or an exit status after one line. */
static int read_figures(const struct args *a, struct figures *f)
{
	struct wire_msg req = { .type = WIRE_STAT_GET }, rep;
	bool found = true;
	int r = 0;

	while (r == 0 && found && f->n < FIGURES_MAX) {
		r = ask_next(a, &req, WIRE_STAT_IS, &rep, &found);
		if (r != 0 || !found)
			break;
		if (rep.stat_is.next <= req.stat_get.index) /* a pind that never says "the last" */
			r = show_error(EXIT_PIND, "the answer of pind makes no sense");
		f->is[f->n++] = rep.stat_is;
		req.stat_get.index = rep.stat_is.next;
	}
	return r;
}

/* What pind is asked most about in words; then all figures by their names. */
static int show_stats(const struct args *a, const struct figures *f)
{
	struct wire_msg req = { .type = WIRE_STATS }, rep = { 0 };
	const struct wire_stats_are *s = &rep.stats_are;
	int r = ask(a, &req, WIRE_STATS_ARE, &rep);
	const struct show_cell words[] = {
		{ "started", "started", SHOW_TIME, "", s->started_s },
		{ "packets answered", "requests", SHOW_COUNT, "", s->requests },
		{ "right PINs", "accepted", SHOW_COUNT, "", s->accepted },
		{ "wrong PINs", "wrong", SHOW_COUNT, "", s->wrong },
		{ "told to wait", "throttled", SHOW_COUNT, "", s->throttled },
		{ "PINs renewed", "renewed", SHOW_COUNT, "", s->renewed },
		{ "operators' changes", "operators", SHOW_COUNT, "", s->operators },
		{ "not permitted", "denied", SHOW_COUNT, "", s->denied },
		{ "senseless packets", "bad", SHOW_COUNT, "", s->bad },
		{ "turned away, busy", "busy", SHOW_COUNT, "", s->busy },
		{ "internal errors", "failed", SHOW_COUNT, "", s->failed },
		{ "connections now", "connections", SHOW_COUNT, "", s->connections },
		{ "queued now", "queued", SHOW_COUNT, "", s->queued },
		{ "workers", "workers", SHOW_COUNT, "", s->workers },
	};
	const size_t n = sizeof(words) / sizeof(*words);
	static struct show_cell cells[sizeof(words) / sizeof(*words) + FIGURES_MAX];

	memcpy(cells, words, sizeof(words));
	for (size_t i = 0; i < f->n; i++) {
		const char *name = f->is[i].name;

		if (strncmp(name, PREFIX, strlen(PREFIX)) == 0)
			name += strlen(PREFIX);
		cells[n + i] = (struct show_cell){ name, name, SHOW_COUNT, "", f->is[i].value };
	}
	return r != 0 ? r : show_record(a->json, cells, n + f->n);
}

const struct argp_option stats_options[] = {
	{ "prometheus", OPT_PROMETHEUS, NULL, 0,
	  "All figures, for node_exporter's textfile collector", 0 },
	{ 0 }
};

/* The text format: HELP and TYPE once before the lines of a family. */
static int list_figures(const struct figures *f)
{
	const char *family = "";

	for (const struct wire_stat_is *s = f->is; s < f->is + f->n; s++) {
		if (strcmp(family, s->family) != 0)
			printf("# HELP %s %s\n# TYPE %s %s\n", s->family, s->help, s->family,
			       s->kind);
		family = s->family;
		printf("%s %llu\n", s->name, (unsigned long long)s->value);
	}
	return 0;
}

int cmd_stats(const struct args *a)
{
	static struct figures f;
	int r = read_figures(a, &f);

	if (r == 0)
		r = a->prometheus ? list_figures(&f) : show_stats(a, &f);
	return r;
}
