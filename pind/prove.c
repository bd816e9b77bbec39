/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * prove.c - the only place where a PIN is compared: charge and commit, hash, settle and commit.
 * What it costs depends on the submitted text alone: 16 symbols are two hashes, all else is one.
 */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "arena.h"
#include "call.h"
#include "hash.h"

#define AGAIN_MAX 32 /* uncharged repeats of a wrong PIN; then it is charged once more, and may wait */

struct offer { /* what was typed */
	uint8_t person[16];        /* keyed digest of whom it was tried on */
	uint8_t id[RECENT_ID_LEN]; /* stands for it and whom it was tried on, in the table of wrong ones */
	const char *typed;
	size_t typed_len;
	char pin[SYMBOLS_MAX + 1];
	size_t n;     /* symbols in pin: 8 or 16; 0: it is no PIN at all */
	uint32_t gen; /* of the PIN it was tried on */
};

static uint64_t monotonic_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

/* What v costs less than a decoy, so that its owner is not known by that: until their next login. */
static void make_up_for(struct call *c, const struct pin_verifier *v)
{
	uint64_t now = (uint64_t)c->conf->passes * c->conf->memory_kib;
	uint64_t then = (uint64_t)v->ops * v->mem_kib;
	struct argon_cost rest = { c->conf->passes, 0 };
	uint8_t salt[PIN_SALT_LEN] = { 0 }, out[PIN_TAG_LEN];

	if (then >= now)
		return;
	rest.mem_kib = (uint32_t)((now - then) / rest.ops);
	(void)argon_derive(out, "", 0, salt, &rest); /* nobody looks at what it makes */
	sodium_memzero(out, sizeof(out));
}

/*
 * One comparison: v if it was made from this form of PIN, or the decoy at the current cost; so for a
 * half that nobody has drawn yet.
 */
static int compare(struct call *c, const struct pin_verifier *v, bool real, const char *text,
		   size_t len)
{
	const struct argon_cost max = conf_cost_max(c->conf);
	struct pin_verifier decoy = c->sv->decoy;
	uint64_t began_us;
	int r;

	real = real && v->alg != 0;
	c->sv->stats.arena_bytes += arena_use(c->conf->memory_kib);
	decoy.ops = c->conf->passes;
	decoy.mem_kib = c->conf->memory_kib;
	began_us = monotonic_us();
	r = hash_match(real ? v : &decoy, c->sv->keys, text, len, &max);
	if (real && r >= 0)
		make_up_for(c, v);
	stats_time(&c->sv->stats.hash, monotonic_us() - began_us);
	return r;
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

static void mark_seen(struct account *acc, const void *from, uint64_t now_s)
{
	acc->seen_s = now_s;
	snprintf(acc->seen_at, sizeof(acc->seen_at), "%s", ((const struct penalty_from *)from)->service);
}

/* Of a PIN, its symbols count, not how they were typed. A new PIN makes all that was wrong new. */
static int identify(struct call *c, const char *cf, struct offer *o)
{
	struct {
		char cf[RECORD_CF_MAX + 1], text[SYMBOLS_TYPED * 2 + 1];
		uint8_t gen[4];
	} what = { .cf = "" };
	struct account acc;
	int r = account_get(&c->sv->accounts, cf, &acc);

	if (r == 0) {
		o->gen = acc.pin.gen;
		memcpy(what.gen, &acc.pin.gen, sizeof(what.gen));
		memcpy(what.cf, cf, strnlen(cf, sizeof(what.cf) - 1));
		snprintf(what.text, sizeof(what.text), "%s", o->n > 0 ? o->pin : o->typed);
		keys_digest(c->sv->keys, KEYS_SOURCE, o->id, sizeof(o->id), &what, sizeof(what));
		keys_digest(c->sv->keys, KEYS_SOURCE, o->person, sizeof(o->person), cf, strlen(cf));
	}
	sodium_memzero(&what, sizeof(what));
	sodium_memzero(&acc, sizeof(acc));
	return r;
}

/* It could not be compared, so it was no attempt. */
static void refund(struct call *c, struct account_event *e, struct pin_arg *arg,
		   const struct penalty_policy *pol, struct account *acc, struct pin_step *step)
{
	struct event trouble = { .id = EVENT_TROUBLE, .detail = "out of memory for Argon2id, or a "
				 "stored cost above the configured maximum; the attempt is refunded" };

	if (c->sv->event != NULL)
		c->sv->event(&trouble);
	step->verdict = V_FAILED;
	if (e->ev == PIN_AGAIN)
		return; /* nothing was charged */
	e->ev = PIN_REFUND;
	arg->until_s = penalty_until(&acc->pin.penalty, arg->from.tag);
	if (account_step(&c->sv->accounts, e, pol, c->now_s, acc, step) != 0)
		step->verdict = V_FAILED;
}

/* The right PIN is at hand, and its verifier is not what one made today would be. */
static void plan_rehash(struct call *c, const char *cf, const struct offer *o,
			const struct account *acc)
{
	const struct pin_verifier *v = &acc->pin.verifier[0];

	if (c->later == NULL || (v->ops == c->conf->passes && v->mem_kib == c->conf->memory_kib))
		return;
	*c->later = (struct serve_later){ .due = true, .form = acc->pin.form, .gen = acc->pin.gen };
	memcpy(c->later->cf, cf, strnlen(cf, sizeof(c->later->cf) - 1));
	memcpy(c->later->pin, o->pin, sizeof(c->later->pin));
}

void call_rehash(struct call *c, const struct serve_later *later)
{
	const struct penalty_policy pol = conf_penalty(c->conf);
	const struct argon_cost cost = conf_cost(c->conf);
	struct pin_arg arg = { .gen = later->gen, .form = later->form };
	const struct account_event e = { .cf = later->cf, .ev = PIN_REHASH, .arg = &arg };
	struct account acc;
	struct pin_step step;

	c->sv->stats.arena_bytes += arena_use(cost.mem_kib);
	if (hash_make(&arg.verifier[0], c->sv->keys, later->pin, strlen(later->pin), &cost) == 0 &&
	    account_step(&c->sv->accounts, &e, &pol, c->now_s, &acc, &step) == 0)
		c->sv->stats.rehashed += step.verdict == V_OK;
	sodium_memzero(&acc, sizeof(acc));
	sodium_memzero(&arg, sizeof(arg));
}

static void remember_wrong(struct call *c, const struct offer *o, const struct penalty_from *from,
			   bool again)
{
	uint32_t people, before;
	char text[128];
	struct event e = { .id = EVENT_SPRAY, .detail = text, .service = from->service,
			   .has_uid = true, .uid = c->who->uid };

	if (!again) /* the ten minutes are from the attempt that was charged */
		recent_add(c->sv->wrongs, o->id, c->now_s);
	if (!spray_note(c->sv->spray, c->who->uid, o->person, c->now_s, c->conf->spray, &people,
			&before))
		return;
	c->sv->stats.sprays++;
	snprintf(text, sizeof(text), "%u people in this minute so far, %u in the one before", people,
		 before);
	if (c->sv->event != NULL)
		c->sv->event(&e);
}

struct pin_step call_prove(struct call *c, const char *cf, const char *typed,
			   const struct penalty_from *from, struct account *acc)
{
	const struct penalty_policy pol = conf_penalty(c->conf);
	struct offer o = { .typed = typed, .typed_len = strlen(typed) };
	struct pin_arg arg = { .from = *from };
	struct account_event e = { .cf = cf, .ev = PIN_TRY, .arg = &arg };
	struct pin_step step = { .verdict = V_FAILED };
	int same = 0;

	c->proved = true;
	o.n = symbols_fold(o.pin, typed, o.typed_len);
	if (o.n != SYMBOLS_HALF && o.n != SYMBOLS_MAX)
		o.n = 0;
	e.stranger = o.n == 0; /* what cannot be a PIN is answered as if nobody had this one */
	if (identify(c, cf, &o) != 0)
		return step;
	arg.gen = e.stranger ? 0 : o.gen;
	if (recent_again(c->sv->wrongs, o.id, c->now_s, AGAIN_MAX)) {
		e.ev = PIN_AGAIN;
		c->sv->stats.again++;
	}
	if (account_step(&c->sv->accounts, &e, &pol, c->now_s, acc, &step) == 0 &&
	    step.then == PIN_CHECK)
		same = compare_offer(c, &acc->pin, &o);
	if (same < 0)
		refund(c, &e, &arg, &pol, acc, &step);
	else if (same == 0 && step.then == PIN_CHECK)
		remember_wrong(c, &o, from, e.ev == PIN_AGAIN);
	if (same > 0) {
		arg.gen = acc->pin.gen;
		e = (struct account_event){ .cf = cf, .ev = PIN_MATCH, .arg = &arg,
					    .edit = mark_seen, .how = from };
		(void)account_step(&c->sv->accounts, &e, &pol, c->now_s, acc, &step);
		if (step.verdict == V_OK)
			plan_rehash(c, cf, &o, acc);
	}
	sodium_memzero(&o, sizeof(o));
	return step; /* on any error above it says V_FAILED */
}
