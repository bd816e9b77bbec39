/* SPDX-License-Identifier: BSD-2-Clause */
/* clerk.c - what operators ask: issue, status, revoke, unlock, convert, services, figures. */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "call.h"
#include "hash.h"

#define DAY_S 86400u

/* An identity document as an operator typed it from the one on the desk. */
struct seen_document {
	uint8_t kind;
	const char *number, *issuer;
	uint64_t until_s;
};

static bool valid(const struct seen_document *d, uint64_t now_s)
{
	return d->kind != 0 && strcmp(document_name(d->kind), "?") != 0 && d->number[0] != '\0' &&
	       d->issuer[0] != '\0' && d->until_s > now_s;
}

static void keep_document(struct account *acc, const struct seen_document *d)
{
	acc->doc_kind = d->kind;
	acc->doc_until_s = d->until_s;
	snprintf(acc->doc_number, sizeof(acc->doc_number), "%s", d->number);
	snprintf(acc->doc_issuer, sizeof(acc->doc_issuer), "%s", d->issuer);
}

/* Apply one operator's event; the reply is its verdict. */
static void apply(struct call *c, const struct account_event *e, enum event_id id)
{
	const struct penalty_policy pol = conf_penalty(c->conf);
	struct account acc;
	struct pin_step step;

	(void)account_step(&c->sv->accounts, e, &pol, c->now_s, &acc, &step);
	sodium_memzero(&acc, sizeof(acc));
	call_say_step(c, &step);
	if (step.verdict == V_OK)
		c->sv->stats.operators++;
	call_event(c, step.verdict == V_OK ? id : EVENT_DECLINED, step.verdict, e->cf, NULL, NULL);
}

void call_cost(struct call *c)
{
	c->rep->type = WIRE_COST_IS;
	c->rep->cost_is.ops = c->conf->passes;
	c->rep->cost_is.mem_kib = c->conf->memory_kib;
}

/* A new account, whatever the row held: contacts of a lost PIN may be its thief's. */
static void set_issued(struct account *acc, const void *how, uint64_t now_s)
{
	const struct wire_issue *q = how;
	const struct seen_document d = { q->doc_kind, q->doc_number, q->doc_issuer, q->doc_until_s };
	struct account fresh = { .pin = acc->pin, .category = q->category, .issued_s = now_s };

	memcpy(fresh.cf, q->cf, sizeof(fresh.cf));
	if (d.kind != 0)
		keep_document(&fresh, &d);
	*acc = fresh;
	sodium_memzero(&fresh, sizeof(fresh));
}

static enum verdict issue_makes_sense(struct call *c, const struct wire_issue *q)
{
	const struct seen_document d = { q->doc_kind, q->doc_number, q->doc_issuer, q->doc_until_s };

	if (q->category == 0 || strcmp(category_name(q->category), "?") == 0 || q->level == 0 ||
	    strcmp(level_name(q->level), "?") == 0)
		return V_BAD;
	if ((d.kind != 0 || q->level == LEVEL_DISPOSITIVO) && !valid(&d, c->now_s))
		return V_DOCUMENT;
	if (q->ops != c->conf->passes || q->mem_kib != c->conf->memory_kib)
		return V_COST; /* a PIN of another cost would be told apart by its time */
	return V_OK;
}

void call_issue(struct call *c)
{
	const struct wire_issue *q = &c->req->issue;
	const struct argon_cost cost = { q->ops, q->mem_kib };
	struct pin_arg arg = { .form = PIN_FORM_HALVES, .level = q->level };
	const struct account_event e = { .cf = q->cf, .ev = PIN_ISSUE, .arg = &arg,
					 .edit = set_issued, .how = q };
	enum verdict v;

	if (!call_person(c, q->cf))
		return;
	v = issue_makes_sense(c, q);
	if (v != V_OK) {
		call_say(c, v);
		return;
	}
	hash_adopt(&arg.verifier[0], c->sv->keys, q->salt1, q->out1, &cost);
	hash_adopt(&arg.verifier[1], c->sv->keys, q->salt2, q->out2, &cost);
	arg.lapses_s = c->now_s + (uint64_t)c->conf->unused_days * DAY_S;
	arg.expires_s = arg.lapses_s;
	apply(c, &e, EVENT_ISSUED);
	sodium_memzero(&arg, sizeof(arg));
}

static void set_reason(struct account *acc, const void *how, uint64_t now_s)
{
	(void)now_s;
	snprintf(acc->reason, sizeof(acc->reason), "%s", (const char *)how);
}

void call_revoke(struct call *c)
{
	const struct wire_revoke *q = &c->req->revoke;
	const struct account_event e = { .cf = q->cf, .ev = PIN_REVOKE, .edit = set_reason,
					 .how = q->reason };

	if (!call_person(c, q->cf))
		return;
	if (q->reason[0] == '\0')
		call_say(c, V_BAD);
	else
		apply(c, &e, EVENT_REVOKED);
}

void call_unlock(struct call *c)
{
	const struct account_event e = { .cf = c->req->unlock.cf, .ev = PIN_UNLOCK };

	if (call_person(c, e.cf))
		apply(c, &e, EVENT_UNLOCKED);
}

static void set_document(struct account *acc, const void *how, uint64_t now_s)
{
	(void)now_s;
	keep_document(acc, how);
}

void call_convert(struct call *c)
{
	const struct wire_convert *q = &c->req->convert;
	const struct seen_document d = { q->doc_kind, q->doc_number, q->doc_issuer, q->doc_until_s };
	const struct account_event e = { .cf = q->cf, .ev = PIN_CONVERT, .edit = set_document,
					 .how = &d };

	if (!call_person(c, q->cf))
		return;
	if (!valid(&d, c->now_s))
		call_say(c, V_DOCUMENT);
	else
		apply(c, &e, EVENT_CONVERTED);
}

/* A wait that is over is none: who reads it may have another clock. */
static uint64_t until_of(const struct call *c, const struct penalty_count *count)
{
	return count->until_s > c->now_s ? count->until_s : 0;
}

static void fill_record(struct call *c, const struct account *acc)
{
	const struct penalty_policy pol = conf_penalty(c->conf);
	const struct pin_rec *pin = &acc->pin;
	struct wire_record *say = &c->rep->record;
	unsigned int gaps = (acc->phone[0] == '\0' ? WIRE_MISSING_PHONE : 0u) |
			    (acc->email[0] == '\0' ? WIRE_MISSING_EMAIL : 0u);

	c->rep->type = WIRE_RECORD;
	*say = (struct wire_record){
		.life = (uint8_t)pin_life(pin, c->now_s),
		.gate = (uint8_t)penalty_gate(&pin->penalty, 0, &pol, c->now_s),
		.level = pin->level,
		.category = acc->category,
		.missing = (uint8_t)gaps,
		.doc_kind = acc->doc_kind,
		.doc_until_s = acc->doc_until_s,
		.fails = pin->penalty.pool.fails,
		.fails_max = pol.limit,
		.until_s = until_of(c, &pin->penalty.pool),
		.issued_s = acc->issued_s,
		.set_s = pin->set_s,
		.expires_s = pin->temporary ? 0 : pin->expires_s,
		.lapses_s = pin->lapses_s,
		.seen_s = acc->seen_s,
	};
	memcpy(say->seen_at, acc->seen_at, sizeof(say->seen_at));
	memcpy(say->reason, acc->reason, sizeof(say->reason));
}

void call_status(struct call *c)
{
	const char *cf = c->req->status.cf;
	struct account acc;

	if (!call_person(c, cf))
		return;
	if (account_get(&c->sv->accounts, cf, &acc) != 0)
		call_say(c, V_FAILED);
	else if (acc.pin.rev == 0)
		call_say(c, V_UNKNOWN);
	else
		fill_record(c, &acc);
	sodium_memzero(&acc, sizeof(acc));
}

static void fill_source(struct call *c, const struct penalty_from *from,
			const struct penalty_count *count, uint32_t limit, uint64_t seen_s)
{
	struct wire_source_is *say = &c->rep->source_is;

	c->rep->type = WIRE_SOURCE_IS;
	*say = (struct wire_source_is){ .fails = count->fails,
					.fails_max = limit,
					.until_s = until_of(c, count),
					.seen_s = seen_s };
	memcpy(say->service, from->service, sizeof(say->service));
	if (from->tag != 0)
		snprintf(say->tag, sizeof(say->tag), "%016llx", (unsigned long long)from->tag);
}

void call_source_get(struct call *c)
{
	const struct wire_source_get *q = &c->req->source_get;
	const struct penalty_source *s;
	struct account acc;

	if (!call_person(c, q->cf))
		return;
	if (account_get(&c->sv->accounts, q->cf, &acc) != 0) {
		call_say(c, V_FAILED);
		return;
	}
	if (acc.pin.rev == 0 || q->index > PENALTY_SOURCES) {
		call_say(c, V_UNKNOWN);
	} else if (q->index == 0) {
		fill_source(c, &acc.pin.penalty.last, &acc.pin.penalty.pool, c->conf->limit, 0);
	} else {
		s = &acc.pin.penalty.known[q->index - 1];
		fill_source(c, &s->from, &s->count, c->conf->source_limit, s->seen_s);
	}
	sodium_memzero(&acc, sizeof(acc));
}

void call_service_get(struct call *c)
{
	uint32_t i = c->req->service_get.index;
	struct wire_service_is *say = &c->rep->service_is;
	const struct conf_service *s;
	size_t used = 0;

	if (i >= c->conf->n_services) {
		call_say(c, V_UNKNOWN);
		return;
	}
	s = &c->conf->services[i];
	c->rep->type = WIRE_SERVICE_IS;
	*say = (struct wire_service_is){ .level = s->level, .categories = s->categories,
					 .peers = (uint32_t)s->n_peers };
	memcpy(say->name, s->name, sizeof(say->name));
	for (size_t p = 0; p < s->n_peers && used + 12 < sizeof(say->peer_list); p++)
		used += (size_t)snprintf(say->peer_list + used, sizeof(say->peer_list) - used,
					 "%s%u", p > 0 ? " " : "", (unsigned int)s->peers[p]);
}

/* What the right PIN, from a new place, would be answered here; nothing is charged or stored. */
static enum verdict foretell(struct call *c, const struct account *acc, const char *service,
			     uint32_t *wait_s)
{
	const struct penalty_policy pol = conf_penalty(c->conf);
	enum pin_gate gate = penalty_gate(&acc->pin.penalty, 0, &pol, c->now_s);
	struct pin_rec copy = acc->pin;
	const struct pin_arg arg = { .gen = copy.gen };
	enum verdict v = pin_step(&copy, PIN_MATCH, &arg, &pol, c->now_s).verdict;
	enum verdict admitted = call_admits(conf_service(c->conf, service), LEVEL_NONE, acc);

	if (copy.rev == 0)
		return V_UNKNOWN;
	if (copy.revoked)
		return V_REVOKED;
	*wait_s = penalty_wait(&acc->pin.penalty, 0, &pol, c->now_s);
	if (gate != PIN_OPEN)
		return gate == PIN_BLOCKED ? V_BLOCKED : V_THROTTLED;
	return (v == V_OK || v == V_MUST_CHANGE) && admitted != V_OK ? admitted : v;
}

void call_service_test(struct call *c)
{
	const struct wire_service_test *q = &c->req->service_test;
	struct account acc;
	uint32_t wait_s = 0;

	if (!call_person(c, q->cf))
		return;
	if (account_get(&c->sv->accounts, q->cf, &acc) != 0)
		call_say(c, V_FAILED);
	else
		call_say(c, foretell(c, &acc, q->service, &wait_s));
	if (c->rep->verdict.code == V_THROTTLED)
		c->rep->verdict.wait_s = wait_s;
	sodium_memzero(&acc, sizeof(acc));
}

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
