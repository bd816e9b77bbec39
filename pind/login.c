/* SPDX-License-Identifier: BSD-2-Clause */
/* login.c - AUTHENTICATE, AUTHORIZE and PING: what the module asks at every login. */
#include <sodium.h>
#include <string.h>

#include "call.h"
#include "cf_life.h"
#include "ticket.h"

#define DAY_S 86400u

static uint8_t days_left(uint64_t left_s)
{
	uint64_t days = (left_s + DAY_S - 1) / DAY_S;

	return days < UINT8_MAX ? (uint8_t)days : UINT8_MAX;
}

/* Fill an accepting verdict with what only a proven person is told. */
static void say_accepted(struct call *c, enum verdict v, const struct account *acc)
{
	struct wire_verdict *say = &c->rep->verdict;
	uint64_t left_s, end_s;

	call_say(c, v);
	say->level = acc->pin.level;
	say->category = acc->category;
	if (v != V_OK || acc->pin.expires_s <= c->now_s)
		return;
	say->expires_s = acc->pin.expires_s;
	end_s = cf_life_warns(acc, c->now_s);
	left_s = (end_s != 0 ? end_s : acc->pin.expires_s) - c->now_s;
	if (end_s != 0 || left_s <= (uint64_t)c->conf->warn_days * DAY_S)
		say->warn_days = days_left(left_s);
}

/* Whom a login acts for, against what the service wants and who is delegated. */
static enum verdict represents(struct call *c, const struct conf_service *s, const char *cf,
			       const char *on_behalf_of)
{
	if (on_behalf_of[0] == '\0')
		return s->on_behalf_of == CONF_MUST_BEHALF ? V_DELEGATION : V_OK;
	if (s->on_behalf_of == CONF_NO_BEHALF)
		return V_DELEGATION;
	return call_delegated(c, cf, on_behalf_of);
}

/* The service's and the caller's conditions, once the PIN is right: the first that fails, or v. */
static enum verdict conditions(struct call *c, const struct conf_service *s, uint8_t asked_level,
			       const char *on_behalf_of, const struct account *acc, enum verdict v)
{
	enum verdict unmet;

	if (v == V_MUST_CHANGE && cf_life_over(acc, c->now_s))
		return V_LAPSED; /* nothing to change it into */
	if (v != V_OK && v != V_MUST_CHANGE)
		return v;
	unmet = call_admits(s, asked_level, acc);
	if (unmet == V_OK)
		unmet = represents(c, s, acc->cf, on_behalf_of);
	return unmet == V_OK ? v : unmet;
}

/* Who proved whose PIN to which service. Returns id. */
static const uint8_t *proof_id(struct call *c, const char *service, const char *cf,
			       uint8_t id[static RECENT_ID_LEN])
{
	struct {
		uint8_t uid[4];
		char service[CONF_SERVICE_MAX + 1], cf[RECORD_CF_MAX + 1];
	} what = { .service = "" }; /* fixed places: no two triples make the same bytes */
	uint32_t uid = c->who->uid;

	memcpy(what.uid, &uid, sizeof(what.uid));
	memcpy(what.service, service, strnlen(service, sizeof(what.service) - 1));
	memcpy(what.cf, cf, strnlen(cf, sizeof(what.cf) - 1));
	keys_digest(c->sv->keys, KEYS_SOURCE, id, RECENT_ID_LEN, &what, sizeof(what));
	sodium_memzero(&what, sizeof(what));
	return id;
}

void call_authenticate(struct call *c)
{
	const struct wire_authenticate *q = &c->req->authenticate;
	const struct ticket_scope scope = { q->cf, q->service, c->who->uid };
	const struct penalty_from from = call_from(c, q->service, q->rhost);
	const struct conf_service *s = conf_service(c->conf, q->service);
	uint8_t id[RECENT_ID_LEN];
	struct account acc = { .category = 0 };
	struct pin_step step;

	if (!call_person(c, q->cf))
		return;
	step = call_prove(c, q->cf, q->pin, &from, &acc);
	step.verdict = conditions(c, s, q->level, q->on_behalf_of, &acc, step.verdict);
	if (step.verdict == V_OK || step.verdict == V_MUST_CHANGE) {
		recent_add(c->sv->proofs, proof_id(c, q->service, q->cf, id), c->now_s);
		say_accepted(c, step.verdict, &acc);
		c->sv->stats.accepted++;
		if (step.verdict == V_MUST_CHANGE)
			ticket_grant(c->sv->keys, &scope, acc.pin.gen, c->now_s, c->rep->verdict.grant);
		call_event(c, EVENT_ACCEPTED, step.verdict, q->cf, q->service, q->rhost);
	} else {
		call_say_step(c, &step);
		call_refused(c, step.verdict, q->cf, q->service, q->rhost);
	}
	sodium_memzero(&acc, sizeof(acc));
}

/*
 * What the account phase says of a record, without a PIN. What others guessed wrong is no concern of
 * somebody who is let in by a key, or was by the right PIN: else a stranger could keep them out.
 */
static enum verdict standing(const struct call *c, const struct account *acc)
{
	switch (pin_life(&acc->pin, c->now_s)) {
	case PIN_ACTIVE: return V_OK;
	case PIN_TEMPORARY:
	case PIN_EXPIRED: return V_MUST_CHANGE;
	case PIN_LAPSED:
	case PIN_UNUSED: return V_LAPSED;
	case PIN_ABSENT:
	case PIN_AWAITING:
	case PIN_REVOKED:
	case PIN_LIFE_N: break;
	}
	return V_WRONG;
}

void call_authorize(struct call *c)
{
	const struct wire_authorize *q = &c->req->authorize;
	const struct conf_service *s = conf_service(c->conf, q->service);
	uint8_t id[RECENT_ID_LEN];
	struct account acc;
	enum verdict v;

	if (!call_person(c, q->cf))
		return;
	if (c->who->uid != 0 &&
	    !recent_has(c->sv->proofs, proof_id(c, q->service, q->cf, id), c->now_s)) {
		call_say(c, V_DENIED); /* whoever the person is */
		return;
	}
	if (account_get(&c->sv->accounts, q->cf, &acc) != 0) {
		call_say(c, V_FAILED);
		return;
	}
	v = conditions(c, s, q->level, q->on_behalf_of, &acc, standing(c, &acc));
	if (v == V_OK || v == V_MUST_CHANGE)
		say_accepted(c, v, &acc);
	else
		call_say(c, v);
	sodium_memzero(&acc, sizeof(acc));
}

void call_ping(struct call *c)
{
	call_say(c, V_OK);
}
