/* SPDX-License-Identifier: BSD-2-Clause */
/* clerk_delegation.c - who may act for whom: added by one operator, approved by another. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "call.h"
#include "cf.h"

/* Any codice fiscale but the person's own: a firm's, or that of who trades under their own name. */
static bool is_company(const char *cf, const char *company)
{
	struct cf parsed;

	return cf_parse_exact(&parsed, company, strlen(company)) == CF_OK && strcmp(cf, company) != 0;
}

/* If not, the reply is V_BAD. */
static bool makes_sense(struct call *c, const char *cf, const char *company)
{
	if (!call_person(c, cf))
		return false;
	if (is_company(cf, company))
		return true;
	call_say(c, V_BAD);
	return false;
}

static bool over(const struct delegation *d, uint64_t now_s)
{
	return d->revoked || (d->until_s != 0 && now_s >= d->until_s);
}

/* Read the delegation, and note whom this act is about. */
static bool look_up(struct act *a, const char *cf, const char *company, uint8_t key[STORE_KEY_LEN],
		    struct delegation *d)
{
	snprintf(a->entry.cf, sizeof(a->entry.cf), "%s", cf);
	snprintf(a->entry.object, sizeof(a->entry.object), "%s", company);
	dossier_delegation_key(key, a->accounts->keys, cf, company);
	return act_get(a, &dossier_delegation, key, d);
}

/* One that is over makes place for another, which has to be approved anew. */
static enum verdict add(struct act *a, void *arg)
{
	const struct wire_delegation_add *q = arg;
	struct delegation old, d = { .made_s = a->now_s, .made_by = a->entry.uid };
	uint8_t key[STORE_KEY_LEN];

	if (!look_up(a, q->cf, q->company, key, &old))
		return V_FAILED;
	if (old.rev != 0 && !over(&old, a->now_s))
		return V_LIVE;
	d.rev = old.rev;
	d.until_s = q->until_s;
	memcpy(d.cf, q->cf, sizeof(d.cf));
	memcpy(d.company, q->company, sizeof(d.company));
	act_put(a, &dossier_delegation, key, &d);
	return V_OK;
}

void call_delegation_add(struct call *c)
{
	struct wire_delegation_add q = c->req->delegation_add;

	if (!makes_sense(c, q.cf, q.company))
		return;
	if (q.until_s != 0 && q.until_s <= c->now_s)
		call_say(c, V_BAD);
	else
		call_act(c, q.cf, add, &q);
	sodium_memzero(&q, sizeof(q));
}

static enum verdict approve(struct act *a, void *arg)
{
	const struct wire_delegation_approve *q = arg;
	uint8_t key[STORE_KEY_LEN];
	struct delegation d;

	if (!look_up(a, q->cf, q->company, key, &d))
		return V_FAILED;
	if (d.rev == 0)
		return V_UNKNOWN;
	if (over(&d, a->now_s))
		return d.revoked ? V_REVOKED : V_STATE;
	if (d.made_by == a->entry.uid)
		return V_SELF;
	if (d.approved)
		return V_OK;
	d.approved = 1;
	d.approved_by = a->entry.uid;
	act_put(a, &dossier_delegation, key, &d);
	return V_OK;
}

void call_delegation_approve(struct call *c)
{
	struct wire_delegation_approve q = c->req->delegation_approve;

	if (makes_sense(c, q.cf, q.company))
		call_act(c, q.cf, approve, &q);
	sodium_memzero(&q, sizeof(q));
}

static enum verdict revoke(struct act *a, void *arg)
{
	const struct wire_delegation_revoke *q = arg;
	uint8_t key[STORE_KEY_LEN];
	struct delegation d;

	if (!look_up(a, q->cf, q->company, key, &d))
		return V_FAILED;
	if (d.rev == 0)
		return V_UNKNOWN;
	if (d.revoked)
		return V_OK;
	d.revoked = 1;
	snprintf(a->entry.detail, sizeof(a->entry.detail), "%s", q->reason);
	act_put(a, &dossier_delegation, key, &d);
	return V_OK;
}

void call_delegation_revoke(struct call *c)
{
	struct wire_delegation_revoke q = c->req->delegation_revoke;

	if (!makes_sense(c, q.cf, q.company))
		return;
	if (q.reason[0] == '\0')
		call_say(c, V_BAD);
	else
		call_act(c, q.cf, revoke, &q);
	sodium_memzero(&q, sizeof(q));
}

/* The row behind key in the table, which key becomes. As call_row(). */
static int next_row(struct call *c, uint8_t key[STORE_KEY_LEN], struct delegation *d)
{
	struct accounts *a = &c->sv->accounts;
	struct store_row row = { .rev = 0 };
	uint8_t after[STORE_KEY_LEN];
	int r;

	memcpy(after, key, sizeof(after));
	memset(d, 0, sizeof(*d));
	r = a->store->ops->next(a->store, STORE_DELEGATION, after, key, &row);
	return r == 0 ? seal_get(a->keys, &dossier_delegation, key, &row, d) : r;
}

static void fill(struct wire_msg *rep, const struct delegation *d)
{
	struct wire_delegation_is *say = &rep->delegation_is;

	rep->type = WIRE_DELEGATION_IS;
	*say = (struct wire_delegation_is){ .approved = d->approved,
					    .revoked = d->revoked,
					    .made_s = d->made_s,
					    .until_s = d->until_s,
					    .made_by = d->made_by,
					    .approved_by = d->approved_by };
	memcpy(say->company, d->company, sizeof(say->company));
}

void call_delegation_get(struct call *c)
{
	const struct wire_delegation_get *q = &c->req->delegation_get;
	uint8_t key[STORE_KEY_LEN];
	struct delegation d = { .rev = 0 };
	int r = 0;

	if (!call_person(c, q->cf))
		return;
	dossier_delegation_key(key, c->sv->keys, q->cf, NULL);
	for (uint32_t i = 0; r == 0; i++) {
		r = next_row(c, key, &d);
		if (r != 0 || strcmp(d.cf, q->cf) != 0 || i == q->index)
			break;
	}
	if (r != 0)
		call_say(c, V_FAILED);
	else if (strcmp(d.cf, q->cf) != 0)
		call_say(c, V_UNKNOWN); /* another person's, or none */
	else
		fill(c->rep, &d);
	sodium_memzero(&d, sizeof(d));
}

enum verdict call_delegated(struct call *c, const char *cf, const char *company)
{
	uint8_t key[STORE_KEY_LEN];
	struct delegation d;
	enum verdict v = V_DELEGATION;

	dossier_delegation_key(key, c->sv->keys, cf, company);
	if (call_row(c, &dossier_delegation, key, &d) != 0)
		v = V_FAILED;
	else if (d.rev != 0 && d.approved && !over(&d, c->now_s))
		v = V_OK;
	sodium_memzero(&d, sizeof(d));
	return v;
}
