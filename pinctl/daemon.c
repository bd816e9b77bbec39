/* SPDX-License-Identifier: BSD-2-Clause */
/* daemon.c - ping, stats: how pind itself is. */
#include "pinctl.h"
#include "show.h"

int cmd_ping(const struct args *a)
{
	struct wire_msg req = { .type = WIRE_PING };

	return ask_verdict(a, &req, "pind answers");
}

int cmd_stats(const struct args *a)
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
