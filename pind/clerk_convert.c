/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clerk_convert.c - level dispositivo: at the desk and at once; or asked for now and judged later,
 * by another than recorded it. What is asked waits in the account, and goes when the PIN goes.
 */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "errand.h"
#include "papers.h"

/* Could this PIN have another level? A copy is lifted; V_OK and *lifted, or why not. */
static enum verdict lift(struct call *c, const struct account *acc, uint64_t now_s,
			 struct pin_rec *lifted)
{
	static const struct pin_arg none;
	const struct penalty_policy pol = conf_penalty(c->conf);

	*lifted = acc->pin;
	return pin_step(lifted, PIN_CONVERT, &none, &pol, now_s).verdict;
}

/* What was asked becomes what is. */
static enum verdict grant(struct account *acc, const struct pin_rec *lifted, uint64_t now_s)
{
	const struct papers *d = &acc->asked.papers;

	if (!papers_good(d, now_s))
		return V_DOCUMENT; /* it has expired since it came */
	acc->pin = *lifted;
	acc->doc_kind = d->kind;
	acc->doc_until_s = d->until_s;
	memcpy(acc->doc_number, d->number, sizeof(acc->doc_number));
	memcpy(acc->doc_issuer, d->issuer, sizeof(acc->doc_issuer));
	acc->asked = (struct asked){ .way = WAY_NONE };
	return V_OK;
}

static void run(struct call *c, const char *cf, act_body_fn *body, void *arg, enum event_id done)
{
	call_act(c, cf, body, arg);
	if (c->rep->verdict.code == V_OK)
		call_event(c, done, V_OK, cf, NULL, NULL);
}

struct shown { /* at the desk; what the body of the act gets */
	struct call *c;
	struct papers papers;
};

static enum verdict convert(struct act *a, void *arg)
{
	const struct shown *s = arg;
	struct pin_rec lifted;
	struct account acc;
	enum verdict v;

	if (!act_get_account(a, s->c->req->convert.cf, &acc))
		return V_FAILED;
	v = lift(s->c, &acc, a->now_s, &lifted);
	if (v == V_OK && acc.asked.way != WAY_NONE && acc.asked.by == a->entry.uid)
		v = V_SELF; /* what they recorded waits for another: this is no way around */
	acc.asked.papers = s->papers;
	if (v == V_OK)
		v = grant(&acc, &lifted, a->now_s);
	if (v == V_OK) {
		memcpy(a->entry.cf, acc.cf, sizeof(a->entry.cf));
		snprintf(a->entry.detail, sizeof(a->entry.detail), "%s",
			 document_name(s->papers.kind));
		act_put_account(a, &acc);
	}
	sodium_memzero(&lifted, sizeof(lifted));
	sodium_memzero(&acc, sizeof(acc));
	return v;
}

void call_convert(struct call *c)
{
	const struct wire_convert *q = &c->req->convert;
	struct shown s = { c, { .kind = q->doc_kind, .until_s = q->doc_until_s } };

	if (!call_person(c, q->cf))
		return;
	memcpy(s.papers.number, q->doc_number, sizeof(s.papers.number));
	memcpy(s.papers.issuer, q->doc_issuer, sizeof(s.papers.issuer));
	if (papers_good(&s.papers, c->now_s))
		run(c, q->cf, convert, &s, EVENT_CONVERTED);
	else
		call_say(c, V_DOCUMENT);
	sodium_memzero(&s.papers, sizeof(s.papers));
}

enum verdict call_put_asked(struct call *c, struct act *a, struct account *acc,
			    const struct asked *asked)
{
	struct pin_rec lifted;
	enum verdict v = lift(c, acc, a->now_s, &lifted);

	sodium_memzero(&lifted, sizeof(lifted));
	if (v != V_OK)
		return v;
	if (!papers_good(&asked->papers, a->now_s))
		return V_DOCUMENT;
	if (acc->pin.level == LEVEL_DISPOSITIVO)
		return V_STATE;
	acc->asked = *asked;
	acc->asked.at_s = a->now_s;
	act_put_account(a, acc);
	memcpy(a->entry.cf, acc->cf, sizeof(a->entry.cf));
	snprintf(a->entry.detail, sizeof(a->entry.detail), "%s%s%s, %s", way_name(asked->way),
		 asked->papers.fax[0] != '\0' ? " " : "", asked->papers.fax,
		 document_name(asked->papers.kind));
	return V_OK;
}

static enum verdict ask(struct act *a, void *arg)
{
	struct call *c = arg;
	const struct wire_convert_ask *q = &c->req->convert_ask;
	struct asked asked = { .way = q->way,
			       .by = a->entry.uid,
			       .papers = { .kind = q->doc_kind, .until_s = q->doc_until_s } };
	struct account acc;
	enum verdict v = V_FAILED;

	memcpy(asked.papers.number, q->doc_number, sizeof(asked.papers.number));
	memcpy(asked.papers.issuer, q->doc_issuer, sizeof(asked.papers.issuer));
	memcpy(asked.papers.fax, q->fax, sizeof(asked.papers.fax));
	memcpy(asked.papers.sha256, q->sha256, sizeof(asked.papers.sha256));
	if (act_get_account(a, q->cf, &acc))
		v = call_put_asked(c, a, &acc, &asked);
	sodium_memzero(&asked, sizeof(asked));
	sodium_memzero(&acc, sizeof(acc));
	return v;
}

void call_convert_ask(struct call *c)
{
	const struct wire_convert_ask *q = &c->req->convert_ask;
	bool by_fax = q->way == WAY_FAX;

	if (!call_person(c, q->cf))
		return;
	if ((!by_fax && q->way != WAY_SEDE) || by_fax != (q->fax[0] != '\0'))
		call_say(c, V_BAD);
	else
		run(c, q->cf, ask, c, EVENT_ASKED);
}

struct judgement { /* what the body of the act gets */
	struct call *c;
	const struct wire_convert_judge *q;
};

static enum verdict judge_account(struct act *a, struct judgement *j, struct account *acc)
{
	struct pin_rec lifted;
	enum verdict v = lift(j->c, acc, a->now_s, &lifted);

	if (v == V_OK && acc->asked.way == WAY_NONE)
		v = V_STATE;
	else if (v == V_OK && acc->asked.by == a->entry.uid)
		v = V_SELF;
	else if (v == V_OK && acc->pin.rev != j->q->rev)
		v = V_STALE; /* it may not be what they looked at */
	else if (v == V_OK && j->q->approve)
		v = grant(acc, &lifted, a->now_s);
	sodium_memzero(&lifted, sizeof(lifted));
	return v;
}

static enum verdict judge(struct act *a, void *arg)
{
	struct judgement *j = arg;
	struct account acc;
	enum verdict v = V_FAILED;

	if (act_get_account(a, j->q->cf, &acc))
		v = judge_account(a, j, &acc);
	if (v == V_OK) {
		memcpy(a->entry.cf, acc.cf, sizeof(a->entry.cf));
		snprintf(a->entry.detail, sizeof(a->entry.detail), "%s: %s",
			 j->q->approve ? "approved" : "rejected",
			 j->q->approve ? document_name(acc.doc_kind) : j->q->reason);
		acc.asked = (struct asked){ .way = WAY_NONE };
		act_put_account(a, &acc);
	}
	sodium_memzero(&acc, sizeof(acc));
	return v;
}

void call_convert_judge(struct call *c)
{
	struct judgement j = { c, &c->req->convert_judge };

	if (!call_person(c, j.q->cf))
		return;
	if (j.q->approve > 1 || (j.q->approve == 0 && j.q->reason[0] == '\0'))
		call_say(c, V_BAD);
	else
		run(c, j.q->cf, judge, &j, j.q->approve ? EVENT_CONVERTED : EVENT_REJECTED);
}
