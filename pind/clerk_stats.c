/* SPDX-License-Identifier: BSD-2-Clause */
/* clerk_stats.c - figures: what pind has done since it started, and how it does now. */
#include <stdio.h>

#include "call.h"

void call_stats(struct call *c)
{
	const struct stats *st = &c->sv->stats;

	c->rep->type = WIRE_STATS_ARE;
	c->rep->stats_are = (struct wire_stats_are){
		.started_s = st->started_s,
		.requests = st->requests,
		.accepted = st->accepted,
		.wrong = stats_verdict(st, V_WRONG),
		.throttled = stats_verdict(st, V_THROTTLED) + stats_verdict(st, V_BLOCKED),
		.renewed = st->renewed,
		.operators = st->operators,
		.denied = stats_verdict(st, V_DENIED),
		.bad = stats_verdict(st, V_BAD),
		.busy = stats_verdict(st, V_BUSY),
		.failed = stats_verdict(st, V_FAILED),
		.connections = (uint32_t)st->connections,
		.queued = (uint32_t)st->queued,
		.workers = (uint32_t)st->workers,
	};
}

void call_stat_get(struct call *c)
{
	struct wire_stat_is *say = &c->rep->stat_is;
	struct stats_line line;
	uint32_t next;

	c->sv->stats.commits = c->sv->accounts.commits;
	if (!stats_line(&c->sv->stats, c->req->stat_get.index, &line, &next)) {
		call_say(c, V_UNKNOWN);
		return;
	}
	c->rep->type = WIRE_STAT_IS;
	*say = (struct wire_stat_is){ .value = line.value, .next = next };
	snprintf(say->name, sizeof(say->name), "%s", line.name);
	snprintf(say->family, sizeof(say->family), "%s", line.family);
	snprintf(say->help, sizeof(say->help), "%s", line.help);
	snprintf(say->kind, sizeof(say->kind), "%s", line.type);
}
