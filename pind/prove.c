/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * prove.c - the only place where a PIN is compared: charge and commit, hash, settle and commit.
 * What it costs depends on the submitted text alone: 16 symbols are two hashes, all else is one.
 */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "call.h"
#include "hash.h"

struct offer { /* what was typed */
	const char *typed;
	size_t typed_len;
	char pin[SYMBOLS_MAX + 1];
	size_t n; /* symbols in pin; 0: it is no PIN at all */
};

/* One comparison: v if it was made from this form of PIN, or the decoy at the current cost. */
static int compare(struct call *c, const struct pin_verifier *v, bool real, const char *text,
		   size_t len)
{
	const struct argon_cost max = conf_cost_max(c->conf);
	struct pin_verifier decoy = c->sv->decoy;

	decoy.ops = c->conf->passes;
	decoy.mem_kib = c->conf->memory_kib;
	return hash_match(real ? v : &decoy, c->sv->keys, text, len, &max);
}

/* 16 symbols: as two halves, or as one whole and a second hash that decides nothing. */
static int compare_16(struct call *c, const struct pin_rec *rec, const struct offer *o)
{
	const char *half2 = o->pin + SYMBOLS_HALF;
	bool halves = rec->form == PIN_FORM_HALVES, whole = rec->form == PIN_FORM_16;
	int a = compare(c, &rec->verifier[0], halves || whole, o->pin, whole ? 16 : SYMBOLS_HALF);
	int b = compare(c, &rec->verifier[1], halves, half2, SYMBOLS_HALF);

	if (a < 0 || b < 0)
		return a < 0 ? a : b;
	return (a & (b | whole) & (halves | whole)) != 0;
}

/* 1 right, 0 wrong, -errno: could not tell. */
static int compare_offer(struct call *c, const struct pin_rec *rec, const struct offer *o)
{
	bool form_8 = rec->form == PIN_FORM_8 && o->n == SYMBOLS_HALF;
	int same;

	if (o->n == SYMBOLS_MAX)
		return compare_16(c, rec, o);
	if (o->n == 0)
		same = compare(c, NULL, false, o->typed, o->typed_len);
	else
		same = compare(c, &rec->verifier[0], form_8, o->pin, o->n);
	return same < 0 ? same : (same & form_8) != 0;
}

static void mark_seen(struct account *acc, const void *service, uint64_t now_s)
{
	acc->seen_s = now_s;
	snprintf(acc->seen_at, sizeof(acc->seen_at), "%s", (const char *)service);
}

/* It could not be compared, so it was no attempt. */
static void refund(struct call *c, struct account_event *e, const struct penalty_policy *pol,
		   struct account *acc, struct pin_step *step)
{
	struct event trouble = { .id = EVENT_TROUBLE, .detail = "out of memory for Argon2id, or a "
				 "stored cost above the configured maximum; the attempt is refunded" };

	if (c->sv->event != NULL)
		c->sv->event(&trouble);
	e->ev = PIN_REFUND;
	if (account_step(&c->sv->accounts, e, pol, c->now_s, acc, step) != 0)
		step->verdict = V_FAILED;
}

struct pin_step call_prove(struct call *c, const char *cf, const char *typed, const char *service,
			   struct account *acc)
{
	const struct penalty_policy pol = conf_penalty(c->conf);
	struct offer o = { .typed = typed, .typed_len = strlen(typed) };
	struct account_event e = { .cf = cf, .ev = PIN_TRY };
	struct pin_arg arg = { 0 };
	struct pin_step step;
	int same = 0;

	o.n = symbols_fold(o.pin, typed, o.typed_len);
	e.stranger = o.n == 0; /* what cannot be a PIN is answered as if nobody had this one */
	if (account_step(&c->sv->accounts, &e, &pol, c->now_s, acc, &step) == 0 &&
	    step.then == PIN_CHECK)
		same = compare_offer(c, &acc->pin, &o);
	if (same < 0) {
		refund(c, &e, &pol, acc, &step);
	} else if (same > 0) {
		arg.gen = acc->pin.gen;
		e = (struct account_event){ .cf = cf, .ev = PIN_MATCH, .arg = &arg,
					    .edit = mark_seen, .how = service };
		(void)account_step(&c->sv->accounts, &e, &pol, c->now_s, acc, &step);
	}
	sodium_memzero(&o, sizeof(o));
	return step; /* on any error above it says V_FAILED */
}
