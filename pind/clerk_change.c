/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clerk_change.c - CF_CHANGE: a person has another codice fiscale. The old one becomes a tombstone:
 * its PIN dies, and nobody gets another for it, since two people may have used it. Nothing moves to
 * the new one by itself; its owner gets a PIN like anybody else.
 */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "cf_life.h"
#include "errand.h"
#include "papers.h"

#define REASON "the codice fiscale has changed"

struct pair { /* what the body of the act gets; the caller wipes it */
	struct call *c;
	struct account old, new;
	struct papers seen;
};

/*
 * Whose code may take the other's place? One that has no PIN, as if one were to be issued, and that
 * was not replaced itself: so what is replaced never leads back to where it began.
 */
static enum verdict takes_over(const struct account *new, const struct penalty_policy *pol,
			       uint64_t now_s)
{
	static const struct pin_arg none;
	struct pin_rec copy = new->pin;
	enum verdict v = cf_life_issue(new, now_s);

	if (v == V_OK)
		v = pin_step(&copy, PIN_ISSUE, &none, pol, now_s).verdict;
	sodium_memzero(&copy, sizeof(copy));
	return v;
}

/* There must have been a PIN, whatever became of it: else the operator mistyped it. */
static enum verdict bury(struct act *a, struct account *old, const struct penalty_policy *pol)
{
	static const struct pin_arg none;
	struct pin_step step;

	if (old->replaced_by[0] != '\0')
		return V_REPLACED;
	if (!matter_settle(a, old))
		return V_FAILED;
	step = pin_step(&old->pin, PIN_REVOKE, &none, pol, a->now_s);
	old->asked = (struct asked){ .way = WAY_NONE };
	if (step.commit) /* and if not, it was revoked before, for a reason of its own */
		snprintf(old->reason, sizeof(old->reason), "%s", REASON);
	return step.verdict;
}

static enum verdict change(struct act *a, void *arg)
{
	struct pair *p = arg;
	const struct wire_cf_change *q = &p->c->req->cf_change;
	const struct penalty_policy pol = conf_penalty(p->c->conf);
	enum verdict v;

	if (!act_get_account(a, q->old, &p->old) || !act_get_account(a, q->new, &p->new))
		return V_FAILED;
	v = bury(a, &p->old, &pol);
	if (v == V_OK)
		v = takes_over(&p->new, &pol, a->now_s);
	if (v != V_OK)
		return v;
	memcpy(p->old.replaced_by, q->new, sizeof(p->old.replaced_by));
	act_put_account(a, &p->old);
	memcpy(a->entry.cf, q->old, sizeof(a->entry.cf));
	snprintf(a->entry.object, sizeof(a->entry.object), "%s", q->new);
	snprintf(a->entry.detail, sizeof(a->entry.detail), "%s %s", document_name(p->seen.kind),
		 p->seen.number);
	return V_OK;
}

void call_cf_change(struct call *c)
{
	const struct wire_cf_change *q = &c->req->cf_change;
	struct pair p = { .c = c, .seen = { .kind = q->doc_kind, .until_s = q->doc_until_s } };
	enum verdict v = V_DOCUMENT;

	if (!call_person(c, q->old) || !call_person(c, q->new))
		return;
	memcpy(p.seen.number, q->doc_number, sizeof(p.seen.number));
	memcpy(p.seen.issuer, q->doc_issuer, sizeof(p.seen.issuer));
	if (strcmp(q->old, q->new) == 0)
		v = V_BAD;
	else if (papers_good(&p.seen, c->now_s))
		v = act_run(&c->sv->accounts, (uint8_t)c->req->type, c->who->uid, c->now_s, change,
			    &p);
	call_say(c, v);
	c->sv->stats.operators += v == V_OK;
	call_event(c, v == V_OK ? EVENT_REPLACED : EVENT_DECLINED, v, q->old, NULL, NULL);
	sodium_memzero(&p, sizeof(p));
}
