/* SPDX-License-Identifier: BSD-2-Clause */
/* clerk.c - what operators ask: issue, status, revoke, unlock, convert, services. */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "act.h"
#include "call.h"
#include "cf_life.h"
#include "hash.h"
#include "matter.h"
#include "papers.h"

#define DAY_S 86400u

/* The identity document on the desk, as the operator typed it. */
static struct papers shown(const struct wire_issue *q)
{
	struct papers d = { .kind = q->doc_kind, .until_s = q->doc_until_s };

	memcpy(d.number, q->doc_number, sizeof(d.number));
	memcpy(d.issuer, q->doc_issuer, sizeof(d.issuer));
	return d;
}

static void keep_document(struct account *acc, const struct papers *d)
{
	acc->doc_kind = d->kind;
	acc->doc_until_s = d->until_s;
	memcpy(acc->doc_number, d->number, sizeof(acc->doc_number));
	memcpy(acc->doc_issuer, d->issuer, sizeof(acc->doc_issuer));
}

struct change { /* an operator's event on its way through an act */
	const struct account_event *event;
	const struct penalty_policy *pol;
	const char *detail; /* for the audit */
};

static enum verdict change_account(struct act *a, void *arg)
{
	static const struct pin_arg none;
	const struct change *ch = arg;
	const struct account_event *e = ch->event;
	struct account acc;
	struct pin_step step;

	if (!act_get_account(a, e->cf, &acc))
		return V_FAILED;
	step.verdict = e->ev == PIN_ISSUE ? cf_life_issue(&acc, a->now_s) : V_OK;
	if (step.verdict != V_OK) {
		sodium_memzero(&acc, sizeof(acc));
		return step.verdict;
	}
	if ((e->ev == PIN_REVOKE || e->ev == PIN_ISSUE) && !matter_settle(a, &acc))
		return V_FAILED;
	step = pin_step(&acc.pin, e->ev, e->arg != NULL ? e->arg : &none, ch->pol, a->now_s);
	if (step.commit) {
		if (e->edit != NULL)
			e->edit(&acc, e->how, a->now_s);
		act_put_account(a, &acc);
	}
	snprintf(a->entry.cf, sizeof(a->entry.cf), "%s", e->cf);
	snprintf(a->entry.detail, sizeof(a->entry.detail), "%s", ch->detail);
	sodium_memzero(&acc, sizeof(acc));
	return step.verdict;
}

/* Apply one operator's event; the reply is its verdict. */
static void apply(struct call *c, const struct account_event *e, const char *detail,
		  enum event_id id)
{
	const struct penalty_policy pol = conf_penalty(c->conf);
	struct change ch = { e, &pol, detail };
	enum verdict v = act_run(&c->sv->accounts, (uint8_t)c->req->type, c->who->uid, c->now_s,
				 change_account, &ch);

	call_say(c, v);
	if (v == V_OK)
		c->sv->stats.operators++;
	call_event(c, v == V_OK ? id : EVENT_DECLINED, v, e->cf, NULL, NULL);
}

void call_cost(struct call *c)
{
	c->rep->type = WIRE_COST_IS;
	c->rep->cost_is.ops = c->conf->passes;
	c->rep->cost_is.mem_kib = c->conf->memory_kib;
}

struct issued { /* by whom */
	const struct wire_issue *q;
	uint32_t by;
};

/* A new account, whatever the row held: contacts of a lost PIN may be its thief's. */
static void set_issued(struct account *acc, const void *how, uint64_t now_s)
{
	const struct issued *i = how;
	const struct wire_issue *q = i->q;
	const struct papers d = shown(q);
	struct account fresh = { .pin = acc->pin, .category = q->category, .issued_s = now_s,
				 .issued_by = i->by };

	memcpy(fresh.cf, q->cf, sizeof(fresh.cf));
	cf_life_keep(&fresh, acc, now_s);
	if (d.kind != 0)
		keep_document(&fresh, &d);
	*acc = fresh;
	sodium_memzero(&fresh, sizeof(fresh));
}

static enum verdict issue_makes_sense(struct call *c, const struct wire_issue *q)
{
	const struct papers d = shown(q);

	if (q->category == 0 || strcmp(category_name(q->category), "?") == 0 || q->level == 0 ||
	    strcmp(level_name(q->level), "?") == 0)
		return V_BAD;
	if ((d.kind != 0 || q->level == LEVEL_DISPOSITIVO) && !papers_good(&d, c->now_s))
		return V_DOCUMENT;
	if (q->ops != c->conf->passes || q->mem_kib != c->conf->memory_kib)
		return V_COST; /* a PIN of another cost would be told apart by its time */
	return V_OK;
}

void call_issue(struct call *c)
{
	const struct wire_issue *q = &c->req->issue;
	const struct argon_cost cost = { q->ops, q->mem_kib };
	const struct issued by = { q, (uint32_t)c->who->uid };
	/* One sealed letter has both halves, so two operators answer for it; root does for itself. */
	struct pin_arg arg = { .form = PIN_FORM_HALVES, .level = q->level,
			       .held = c->who->duties != DUTY_ALL };
	const struct account_event e = { .cf = q->cf, .ev = PIN_ISSUE, .arg = &arg,
					 .edit = set_issued, .how = &by };
	char detail[AUDIT_DETAIL_MAX + 1];
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
	snprintf(detail, sizeof(detail), "desk, %s, document %s", level_name(q->level),
		 q->doc_kind != 0 ? document_name(q->doc_kind) : "none");
	apply(c, &e, detail, EVENT_ISSUED);
	sodium_memzero(&arg, sizeof(arg));
}

static enum verdict release(struct act *a, void *arg)
{
	const struct call *c = arg;
	const struct penalty_policy pol = conf_penalty(c->conf);
	const struct wire_issue_release *q = &c->req->issue_release;
	static const struct pin_arg none;
	struct account acc;
	enum verdict v;

	if (!act_get_account(a, q->cf, &acc))
		return V_FAILED;
	v = acc.pin.held && acc.issued_by == c->who->uid ? V_SELF : V_OK;
	if (v == V_OK && !acc.pin.held && pin_life(&acc.pin, a->now_s) == PIN_AWAITING)
		v = V_STATE; /* it waits for its couriers */
	if (v == V_OK && acc.pin.held && (acc.issued_by != q->issued_by || acc.pin.gen != q->gen))
		v = V_STALE; /* another was issued since they looked */
	if (v == V_OK)
		v = pin_step(&acc.pin, PIN_RELEASE, &none, &pol, a->now_s).verdict;
	if (v == V_OK)
		act_put_account(a, &acc);
	snprintf(a->entry.cf, sizeof(a->entry.cf), "%s", q->cf);
	snprintf(a->entry.detail, sizeof(a->entry.detail), "issued by uid %u",
		 (unsigned int)acc.issued_by);
	sodium_memzero(&acc, sizeof(acc));
	return v;
}

void call_issue_release(struct call *c)
{
	const char *cf = c->req->issue_release.cf;
	enum verdict v;

	if (!call_person(c, cf))
		return;
	v = act_run(&c->sv->accounts, (uint8_t)c->req->type, c->who->uid, c->now_s, release, c);
	call_say(c, v);
	c->sv->stats.operators += v == V_OK;
	call_event(c, v == V_OK ? EVENT_ISSUED : EVENT_DECLINED, v, cf, NULL, NULL);
}

static void set_reason(struct account *acc, const void *how, uint64_t now_s)
{
	(void)now_s;
	snprintf(acc->reason, sizeof(acc->reason), "%s", (const char *)how);
	acc->asked = (struct asked){ .way = WAY_NONE };
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
		apply(c, &e, q->reason, EVENT_REVOKED);
}

void call_unlock(struct call *c)
{
	const struct account_event e = { .cf = c->req->unlock.cf, .ev = PIN_UNLOCK };

	if (call_person(c, e.cf))
		apply(c, &e, "", EVENT_UNLOCKED);
}

/* A wait that is over is none: who reads it may have another clock. */
static uint64_t until_of(const struct call *c, const struct penalty_count *count)
{
	return count->until_s > c->now_s ? count->until_s : 0;
}

static void fill_asked(struct wire_record *say, const struct asked *asked)
{
	say->asked_s = asked->at_s;
	say->asked_by = asked->by;
	say->asked_way = asked->way;
	say->asked_kind = asked->papers.kind;
	say->asked_until_s = asked->papers.until_s;
	memcpy(say->asked_number, asked->papers.number, sizeof(say->asked_number));
	memcpy(say->asked_issuer, asked->papers.issuer, sizeof(say->asked_issuer));
	memcpy(say->asked_fax, asked->papers.fax, sizeof(say->asked_fax));
	memcpy(say->asked_sha256, asked->papers.sha256, sizeof(say->asked_sha256));
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
		.held = pin->held,
		.set_s = pin->set_s,
		.expires_s = pin->temporary ? 0 : pin->expires_s,
		.lapses_s = pin->lapses_s,
		.seen_s = acc->seen_s,
		.issued_by = acc->issued_by,
		.gen = pin->gen,
		.rev = pin->rev,
	};
	memcpy(say->seen_at, acc->seen_at, sizeof(say->seen_at));
	memcpy(say->reason, acc->reason, sizeof(say->reason));
	fill_asked(say, &acc->asked);
	memcpy(say->replaced_by, acc->replaced_by, sizeof(say->replaced_by));
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
	const struct conf_service *s = conf_service(c->conf, service);
	enum verdict admitted = call_admits(s, LEVEL_NONE, acc);

	if (copy.rev == 0)
		return V_UNKNOWN;
	if (copy.revoked)
		return V_REVOKED;
	*wait_s = penalty_wait(&acc->pin.penalty, 0, &pol, c->now_s);
	if (gate != PIN_OPEN)
		return gate == PIN_BLOCKED ? V_BLOCKED : V_THROTTLED;
	if (v == V_MUST_CHANGE && cf_life_over(acc, c->now_s))
		v = V_LAPSED;
	if (admitted == V_OK && s->on_behalf_of == CONF_MUST_BEHALF)
		admitted = V_DELEGATION; /* nobody is let in for themselves */
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
