/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * renew.c - RENEW_OPEN proposes a PIN, RENEW_COMMIT makes it the PIN once it was typed back. In
 * between pind keeps nothing: the ticket does.
 */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "calendar.h"
#include "call.h"
#include "cf_life.h"
#include "hash.h"
#include "ticket.h"

struct claim { /* what both verbs bring: who, where, and what proves it */
	struct ticket_scope scope;
	const char *rhost, *old;
	const uint8_t *grant;
};

struct contacts {
	char email[CONTACT_EMAIL_MAX + 1]; /* "": as on record */
	char phone[CONTACT_PHONE_MAX + 1];
};

static bool can_renew(const struct account *acc, uint64_t now_s)
{
	enum pin_life life = pin_life(&acc->pin, now_s);

	return life == PIN_TEMPORARY || life == PIN_ACTIVE || life == PIN_EXPIRED;
}

/* The grant instead of the old PIN: no attempt is made, so none is charged. */
static enum verdict by_grant(struct call *c, const struct claim *q, struct account *acc)
{
	uint32_t gen;

	if (!ticket_grant_open(c->sv->keys, &q->scope, c->now_s, q->grant, &gen))
		return V_STALE;
	if (account_get(&c->sv->accounts, q->scope.cf, acc) != 0)
		return V_FAILED;
	return acc->pin.gen == gen && can_renew(acc, c->now_s) ? V_OK : V_STALE;
}

/* V_OK and *acc, or the reply is set. */
static enum verdict proven(struct call *c, const struct claim *q, struct account *acc)
{
	const struct penalty_from from = call_from(c, q->scope.service, q->rhost);
	struct pin_step step = { .verdict = V_NONE };

	if (!ticket_no_grant(q->grant))
		step.verdict = by_grant(c, q, acc);
	else
		step = call_prove(c, q->scope.cf, q->old, &from, acc);
	if (step.verdict == V_OK || step.verdict == V_MUST_CHANGE) {
		if (!cf_life_over(acc, c->now_s))
			return V_OK;
		step.verdict = V_LAPSED;
	}
	call_say_step(c, &step);
	call_refused(c, step.verdict, q->scope.cf, q->scope.service, q->rhost);
	return step.verdict;
}

static uint8_t missing(const struct account *acc, const struct contacts *given)
{
	unsigned int bits = 0;

	if (acc->phone[0] == '\0' && given->phone[0] == '\0')
		bits |= WIRE_MISSING_PHONE;
	if (acc->email[0] == '\0' && given->email[0] == '\0')
		bits |= WIRE_MISSING_EMAIL;
	return (uint8_t)bits;
}

static void propose(struct call *c, const struct claim *q, const struct account *acc)
{
	const struct argon_cost cost = conf_cost(c->conf);
	const struct contacts none = { .email = "" };
	struct wire_renewal *say = &c->rep->renewal;
	size_t n = c->conf->simplified ? SYMBOLS_HALF : SYMBOLS_MAX;
	struct pin_verifier v;

	memset(say, 0, sizeof(*say));
	if (symbols_draw(say->pin, n, q->scope.cf) != 0 ||
	    hash_make(&v, c->sv->keys, say->pin, n, &cost) != 0) {
		sodium_memzero(say, sizeof(*say));
		call_say(c, V_FAILED);
		return;
	}
	c->rep->type = WIRE_RENEWAL;
	ticket_make(c->sv->keys, &q->scope, acc->pin.gen, c->now_s, &v, say->ticket);
	say->missing = missing(acc, &none);
	sodium_memzero(&v, sizeof(v));
}

void call_renew_open(struct call *c)
{
	const struct wire_renew_open *q = &c->req->renew_open;
	const struct claim claim = { { q->cf, q->service, c->who->uid }, q->rhost, q->old, q->grant };
	struct account acc = { .category = 0 };

	if (!call_person(c, q->cf))
		return;
	if (proven(c, &claim, &acc) == V_OK)
		propose(c, &claim, &acc);
	sodium_memzero(&acc, sizeof(acc));
}

static void set_contacts(struct account *acc, const void *how, uint64_t now_s)
{
	const struct contacts *given = how;

	(void)now_s;
	if (given->email[0] != '\0')
		memcpy(acc->email, given->email, sizeof(acc->email));
	if (given->phone[0] != '\0')
		memcpy(acc->phone, given->phone, sizeof(acc->phone));
}

/* Read what the person gave; what they left empty stays as it is. */
static bool read_contacts(const struct wire_renew_commit *q, struct contacts *given)
{
	memset(given, 0, sizeof(*given));
	return (q->email[0] == '\0' || contact_email(given->email, q->email)) &&
	       (q->phone[0] == '\0' || contact_phone(given->phone, q->phone));
}

/* Does what was typed back match the ticket's verifier? *n gets the symbols typed. */
static int typed_back(struct call *c, const char *typed, const struct pin_verifier *v, size_t *n)
{
	const struct argon_cost max = conf_cost_max(c->conf);
	char pin[SYMBOLS_MAX + 1];
	int same = 0;

	*n = symbols_fold(pin, typed, strlen(typed));
	if (*n == SYMBOLS_HALF || *n == SYMBOLS_MAX)
		same = hash_match(v, c->sv->keys, pin, *n, &max);
	sodium_memzero(pin, sizeof(pin));
	return same;
}

static void install(struct call *c, const struct claim *q, const struct account *before,
		    struct pin_arg *arg, const struct contacts *given)
{
	const struct penalty_policy pol = conf_penalty(c->conf);
	const struct account_event e = { .cf = q->scope.cf, .ev = PIN_RENEW, .arg = arg,
					 .edit = set_contacts, .how = given };
	struct account acc;
	struct pin_step step;

	arg->expires_s = calendar_add_months(c->now_s, c->conf->expiry[before->category]);
	arg->lapses_s = calendar_add_months(arg->expires_s, c->conf->renew_within);
	(void)account_step(&c->sv->accounts, &e, &pol, c->now_s, &acc, &step);
	if (step.verdict == V_WRONG)
		step.verdict = V_STALE; /* the PIN was replaced between proof and commit */
	call_say_step(c, &step);
	if (step.verdict == V_OK) {
		c->rep->verdict.level = acc.pin.level;
		c->rep->verdict.category = acc.category;
		c->rep->verdict.expires_s = acc.pin.expires_s;
		c->sv->stats.renewed++;
		call_event(c, EVENT_RENEWED, V_OK, q->scope.cf, q->scope.service, q->rhost);
	}
	sodium_memzero(&acc, sizeof(acc));
}

static void commit(struct call *c, const struct claim *q, const char *typed,
		   const struct account *acc, struct pin_arg *arg, const struct contacts *given)
{
	size_t n;
	int same;

	if (acc->pin.gen != arg->gen) {
		call_say(c, V_STALE);
		return;
	}
	if (missing(acc, given) != 0) {
		call_say(c, V_CONTACTS);
		return;
	}
	same = typed_back(c, typed, &arg->verifier[0], &n);
	arg->form = n == SYMBOLS_MAX ? PIN_FORM_16 : PIN_FORM_8;
	if (same > 0)
		install(c, q, acc, arg, given);
	else
		call_say(c, same < 0 ? V_FAILED : V_MISTYPED);
}

void call_renew_commit(struct call *c)
{
	const struct wire_renew_commit *q = &c->req->renew_commit;
	const struct claim claim = { { q->cf, q->service, c->who->uid }, q->rhost, q->old, q->grant };
	struct account acc = { .category = 0 };
	struct pin_arg arg = { 0 };
	struct contacts given;

	if (!call_person(c, q->cf))
		return;
	if (!ticket_open(c->sv->keys, &claim.scope, c->now_s, q->ticket, &arg.gen, &arg.verifier[0]))
		call_say(c, V_STALE); /* before the old PIN is looked at: no attempt, no charge */
	else if (!read_contacts(q, &given))
		call_say(c, V_CONTACTS);
	else if (proven(c, &claim, &acc) == V_OK)
		commit(c, &claim, q->pin, &acc, &arg, &given);
	sodium_memzero(&given, sizeof(given));
	sodium_memzero(&arg, sizeof(arg));
	sodium_memzero(&acc, sizeof(acc));
}
