/* SPDX-License-Identifier: BSD-2-Clause */
/* clerk_recover.c - RECOVER: a link for who forgot the PIN; RECOVER_CONFIRM: the link was used. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "call.h"
#include "matter.h"
#include "outbox.h"
#include "recovery.h"

#define DAY_S 86400u
#define MOST  3 /* orders of one recovery: a link, two halves */

struct errand_of { /* what the body of the act gets; the caller wipes it */
	struct call *c;
	struct account account;
	unsigned int found; /* orders under way */
	bool again;         /* one of them failed and is due now */
};

/* What is under way already is hastened if it failed, instead of another link. */
static void hasten_line(struct act *a, struct order *o, struct errand_of *e)
{
	struct order found;

	for (unsigned int i = 0; i < OUTBOX_WALK && e->found < MOST && outbox_next(a, o); i++) {
		if (!recovery_is(o) || strcmp(o->cf, e->account.cf) != 0 ||
		    !recovery_wanted(o, &e->account, a->now_s))
			continue;
		found = *o;
		if (found.parked || found.tries > 0) {
			outbox_hasten(a, &found);
			e->again = true;
		}
		e->found++;
	}
}

static enum verdict recover(struct act *a, void *arg)
{
	struct errand_of *e = arg;
	const char *cf = e->c->req->recover.cf;
	enum verdict v;
	bool soon;

	if (!act_get_account(a, cf, &e->account))
		return V_FAILED;
	memcpy(a->entry.cf, cf, sizeof(a->entry.cf));
	e->found = 0;
	e->again = false;
	soon = e->account.recover_s != 0 && a->now_s - e->account.recover_s < RECOVERY_WAIT_S;
	for (uint8_t to = TO_ELECTRONIC; to <= TO_POST && e->account.cf[0] != '\0'; to++)
		for (uint8_t parked = 0; parked <= 1; parked++)
			hasten_line(a, &(struct order){ .to = to, .parked = parked }, e);
	snprintf(a->entry.detail, sizeof(a->entry.detail), "%s",
		 e->found > 0 ? "tried again" : "link ordered");
	if (e->found > 0 && !e->again)
		return V_OK;
	v = e->found > 0 ? V_OK : recovery_may(&e->account, a->now_s);
	if (v != V_OK || soon)
		return v != V_OK ? v : V_LIMIT;
	e->account.recover_s = a->now_s;
	act_put_account(a, &e->account);
	if (e->found == 0 && !outbox_make_for(a, TO_ELECTRONIC, ORDER_RECOVER, e->account.number, cf))
		v = V_FAILED;
	return v;
}

/* The link's row and the account of who it was sent to. */
static enum verdict open_link(struct act *a, struct errand_of *e, uint8_t key[static STORE_KEY_LEN],
			      struct link *link)
{
	dossier_link_key(key, a->accounts->keys, e->c->req->recover_confirm.token);
	if (!act_get(a, &dossier_link, key, link))
		return V_FAILED;
	if (link->rev == 0 || link->use != LINK_RECOVER)
		return V_UNKNOWN;
	if (!act_get_account(a, link->cf, &e->account))
		return V_FAILED;
	memcpy(a->entry.cf, link->cf, sizeof(a->entry.cf));
	if (a->now_s >= link->due_s || link->set_s != e->account.pin.set_s ||
	    link->nth != e->account.recover_n)
		return V_STALE; /* too late, or there is another PIN or link since */
	return recovery_may(&e->account, a->now_s);
}

static enum verdict replace(struct act *a, void *arg)
{
	struct errand_of *e = arg;
	const struct penalty_policy pol = conf_penalty(e->c->conf);
	const uint64_t lapses_s = a->now_s + (uint64_t)e->c->conf->unused_days * DAY_S;
	struct account *acc = &e->account;
	char number[NUMBER_LEN + 1];
	uint8_t key[STORE_KEY_LEN];
	struct link link;
	enum verdict v = open_link(a, e, key, &link);

	if (v != V_OK)
		return v;
	memcpy(number, acc->number, sizeof(number)); /* for its language, and to be resent by */
	v = matter_settle(a, acc) ? recovery_replace(acc, &pol, lapses_s, a->now_s) : V_FAILED;
	if (v != V_OK)
		return v;
	act_delete(a, &dossier_link, key, link.rev);
	act_put_account(a, acc);
	snprintf(a->entry.detail, sizeof(a->entry.detail), "PIN replaced by its owner's link");
	return outbox_make_for(a, TO_ELECTRONIC, ORDER_RECOVERED, number, acc->cf) &&
			       outbox_make_for(a, TO_POST, ORDER_RECOVERED, number, acc->cf)
		       ? V_OK
		       : V_FAILED;
}

static void run(struct call *c, act_body_fn *body)
{
	struct errand_of e = { .c = c };
	enum verdict v =
		act_run(&c->sv->accounts, (uint8_t)c->req->type, c->who->uid, c->now_s, body, &e);
	const char *cf = e.account.cf[0] != '\0' ? e.account.cf : NULL;

	call_say(c, v);
	c->sv->stats.operators += v == V_OK;
	call_event(c, v == V_OK ? EVENT_RECOVERED : EVENT_DECLINED, v, cf, NULL, NULL);
	sodium_memzero(&e, sizeof(e));
}

void call_recover(struct call *c)
{
	if (call_person(c, c->req->recover.cf))
		run(c, recover);
}

void call_recover_confirm(struct call *c)
{
	run(c, replace);
}
