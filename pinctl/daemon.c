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

static int show_stats(const struct args *a)
{
	struct wire_msg req = { .type = WIRE_STATS }, rep = { 0 };
	const struct wire_stats_are *s = &rep.stats_are;
	int r = ask(a, &req, WIRE_STATS_ARE, &rep);
	const struct show_cell cells[] = {
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

	return r != 0 ? r : show_record(a->json, cells, sizeof(cells) / sizeof(*cells));
}

const struct argp_option stats_options[] = {
	{ "prometheus", OPT_PROMETHEUS, NULL, 0,
	  "All figures, for node_exporter's textfile collector", 0 },
	{ 0 }
};

/* The text format: HELP and TYPE once before the lines of a family. */
static int list_figures(const struct args *a)
{
	struct wire_msg req = { .type = WIRE_STAT_GET }, rep;
	const struct wire_stat_is *s = &rep.stat_is;
	char family[sizeof(s->family)] = "";
	bool found = true;
	int r = 0;

	while (r == 0 && found) {
		r = ask_next(a, &req, WIRE_STAT_IS, &rep, &found);
		if (r != 0 || !found)
			break;
		if (strcmp(family, s->family) != 0)
			printf("# HELP %s %s\n# TYPE %s %s\n", s->family, s->help, s->family, s->kind);
		memcpy(family, s->family, sizeof(family));
		printf("%s %llu\n", s->name, (unsigned long long)s->value);
		if (s->next <= req.stat_get.index) /* a pind that never says it was the last */
			r = show_error(EXIT_PIND, "the answer of pind makes no sense");
		req.stat_get.index = s->next;
	}
	return r == 0 && fflush(stdout) != 0 ? show_error(EXIT_OUTPUT, "cannot write the answer") : r;
}

int cmd_stats(const struct args *a)
{
	return a->prometheus ? list_figures(a) : show_stats(a);
}
