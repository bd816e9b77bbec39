/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * couriers.c - what couriers ask: what is there to deliver? May I deliver this half? It is done, or
 * it failed. An order lasts until it is reported done: who dies on the way finds it again, and
 * draws another half, which makes the earlier one worthless.
 */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "call.h"
#include "hash.h"
#include "matter.h"
#include "outbox.h"
#include "recovery.h"
#include "reminder.h"

#define DAY_S     86400u
#define DROP_MOST 64 /* orders nobody wants any more, cleared away in one request */

struct delivery { /* what the body of an act gets */
	struct call *c;
	struct order o;
	struct matter m;
	enum { TAKEN, DROPPED, HELD } end; /* what became of it */
	bool parked;                       /* it was given up */
};

static unsigned int duty_of(uint8_t to)
{
	return to == TO_ELECTRONIC ? DUTY_ELECTRONIC : to == TO_POST ? DUTY_POST : 0;
}

static enum verdict run(struct delivery *d, act_body_fn *body)
{
	struct call *c = d->c;

	return act_run(&c->sv->accounts, (uint8_t)c->req->type, (uint32_t)c->who->uid, c->now_s,
		       body, d);
}

static void tell_trouble(struct delivery *d)
{
	char words[NUMBER_LEN + RECORD_REASON_MAX + 3];

	snprintf(words, sizeof(words), "%s %s", d->o.number, d->o.trouble);
	call_note(d->c, d->parked ? EVENT_PARKED : EVENT_DELAYED, V_OK, d->o.cf, words);
}

static bool about_pin(const struct order *o)
{
	return o->kind == ORDER_REMINDER || recovery_is(o);
}

/* The order's pratica and account. A reminder or recovery is about a PIN, which may have no pratica. */
static enum verdict look_up(struct act *a, struct delivery *d)
{
	enum verdict v = matter_get(a, d->o.number, &d->m);

	if (v != V_UNKNOWN || !about_pin(&d->o))
		return v;
	memcpy(a->entry.cf, d->o.cf, sizeof(a->entry.cf));
	return act_get_account(a, d->o.cf, &d->m.account) ? V_OK : V_FAILED;
}

/* The order of that serial, if it waits for this courier, and its pratica. */
static enum verdict find(struct act *a, struct delivery *d, uint64_t serial)
{
	bool found = false;

	for (uint8_t to = TO_ELECTRONIC; to <= TO_POST && !found; to++)
		found = (d->c->who->duties & duty_of(to)) != 0 && outbox_find(a, to, serial, &d->o);
	return found ? look_up(a, d) : V_UNKNOWN;
}

static bool wanted(const struct act *a, const struct delivery *d)
{
	if (d->o.kind == ORDER_REMINDER)
		return reminder_wanted(&d->m.account, a->now_s);
	if (recovery_is(&d->o))
		return recovery_wanted(&d->o, &d->m.account, a->now_s);
	return outbox_wanted(&d->o, matter_state(a, &d->m));
}

/* ---- ORDER_TAKE ---- */

/* A posted half, a link that nobody has used yet, the time to send documents; 0: nothing ends. */
static uint64_t good_until(const struct call *c, const struct delivery *d)
{
	const struct pratica_rec *rec = &d->m.pratica.rec;

	if (d->o.kind == ORDER_REMINDER)
		return reminder_end(&d->m.account, c->now_s);
	if (d->o.kind == ORDER_RECOVER)
		return c->now_s + RECOVERY_LINK_S;
	if (d->o.to == TO_POST || d->o.kind == ORDER_RECOVERED)
		return c->now_s + (uint64_t)c->conf->unused_days * DAY_S;
	return d->o.kind == ORDER_HALF && rec->state != PRATICA_OPENED ? 0 : rec->due_s;
}

/* By the contacts of its owner. Of a recovered PIN each courier learns one of them. */
static void describe_contact(const struct delivery *d, struct wire_order_is *say)
{
	const struct account *acc = &d->m.account;

	if (d->o.kind != ORDER_RECOVERED || d->o.to == TO_POST) {
		memcpy(say->email, acc->email, sizeof(say->email));
		return;
	}
	say->by_sms = 1;
	memcpy(say->cf, acc->cf, sizeof(say->cf));
	memcpy(say->phone, acc->phone, sizeof(say->phone));
}

static void describe(struct delivery *d, const struct address *to)
{
	struct call *c = d->c;
	const struct pratica *p = &d->m.pratica;
	struct wire_order_is *say = &c->rep->order_is;

	c->rep->type = WIRE_ORDER_IS;
	*say = (struct wire_order_is){ .serial = d->o.serial,
				       .kind = d->o.kind,
				       .english = p->english,
				       .good_s = good_until(c, d),
				       .ops = c->conf->passes,
				       .mem_kib = c->conf->memory_kib };
	memcpy(say->number, p->number, sizeof(say->number));
	if (about_pin(&d->o)) {
		describe_contact(d, say);
		return;
	}
	if (d->o.to == TO_POST) {
		memcpy(say->name, to->name, sizeof(say->name));
		memcpy(say->street, to->street, sizeof(say->street));
		memcpy(say->town, to->town, sizeof(say->town));
		return;
	}
	say->by_sms = p->by_sms;
	if (d->o.kind == ORDER_HALF)
		memcpy(say->cf, p->cf, sizeof(say->cf));
	memcpy(say->email, p->email, sizeof(say->email));
	if (p->by_sms)
		memcpy(say->phone, p->phone, sizeof(say->phone));
}

/* Look at the first that is due. */
static enum verdict take(struct act *a, void *arg)
{
	struct delivery *d = arg;
	struct address to = { .name = "" };
	enum verdict v;

	d->o = (struct order){ .to = d->c->req->order_take.to };
	if (!outbox_next(a, &d->o) || d->o.due_s > a->now_s)
		return V_UNKNOWN;
	v = look_up(a, d);
	if (v == V_FAILED)
		return v;
	if (v != V_OK || !wanted(a, d)) {
		d->end = DROPPED;
		outbox_drop(a, &d->o);
		snprintf(a->entry.detail, sizeof(a->entry.detail), "not wanted any more");
	} else if (d->o.to == TO_POST && d->o.kind == ORDER_HALF &&
		   !matter_address(a, &d->m.pratica, &to)) {
		d->end = HELD;
		outbox_fail(a, &d->o, "no address in the registry", true);
		snprintf(a->entry.detail, sizeof(a->entry.detail), "%s", d->o.trouble);
	} else {
		d->end = TAKEN;
		describe(d, &to);
	}
	return V_OK;
}

void call_order_take(struct call *c)
{
	unsigned int duty = duty_of(c->req->order_take.to);
	struct delivery d = { .c = c, .end = DROPPED, .parked = true };
	enum verdict v = V_OK;

	if (duty == 0) {
		call_say(c, V_BAD);
		return;
	}
	if ((c->who->duties & duty) == 0) {
		call_say(c, V_DENIED);
		call_event(c, EVENT_DENIED, V_DENIED, NULL, NULL, NULL);
		return;
	}
	for (int i = 0; i < DROP_MOST && v == V_OK && d.end != TAKEN; i++) {
		v = run(&d, take);
		if (v == V_OK && d.end == HELD)
			tell_trouble(&d);
	}
	if (v != V_OK || d.end != TAKEN)
		call_say(c, v != V_OK ? v : V_BUSY);
	sodium_memzero(&d, sizeof(d));
}

/* ---- ORDER_HALF ---- */

/* Another token for the pratica, in the place of the one that was not delivered. */
static enum verdict set_link(struct act *a, struct delivery *d)
{
	struct pratica *p = &d->m.pratica;
	struct link link, old;
	uint8_t key[STORE_KEY_LEN], at[STORE_KEY_LEN];

	if (sodium_is_zero(d->c->req->order_half.token, DOSSIER_TOKEN_LEN))
		return V_BAD;
	dossier_link_key(key, a->accounts->keys, d->c->req->order_half.token);
	if (!act_get(a, &dossier_link, key, &link) || !act_get(a, &dossier_link, p->link, &old))
		return V_FAILED;
	if (link.rev != 0 && memcmp(key, p->link, sizeof(key)) != 0)
		return V_BAD; /* somebody else's */
	if (old.rev != 0 && link.rev == 0)
		act_delete(a, &dossier_link, p->link, old.rev);
	link.use = LINK_CONFIRM;
	link.due_s = p->rec.due_s;
	memcpy(link.number, p->number, sizeof(link.number));
	act_put(a, &dossier_link, key, &link);
	memcpy(p->link, key, sizeof(p->link));
	dossier_pratica_key(at, p->number);
	act_put(a, &dossier_pratica, at, p);
	return V_OK;
}

/* A recovered PIN has no pratica. */
static enum verdict set_half(struct act *a, struct delivery *d, enum pin_event ev,
			     const struct pin_arg *half, const struct penalty_policy *pol)
{
	struct pin_step step;

	if (d->o.kind != ORDER_RECOVERED)
		return matter_pin(a, &d->m, ev, half, pol);
	step = pin_step(&d->m.account.pin, ev, half, pol, a->now_s);
	if (step.verdict == V_OK)
		act_put_account(a, &d->m.account);
	return step.verdict;
}

/* One's own half, or the link. */
static enum verdict record(struct act *a, struct delivery *d)
{
	const struct conf *conf = d->c->conf;
	const struct wire_order_half *q = &d->c->req->order_half;
	const struct argon_cost cost = { q->ops, q->mem_kib };
	const struct penalty_policy pol = conf_penalty(conf);
	struct pin_arg half = { .lapses_s = 0 };
	const bool post = d->o.to == TO_POST;
	const bool opened = d->o.kind == ORDER_HALF && !post &&
			    d->m.pratica.rec.state == PRATICA_OPENED;
	enum verdict v;

	snprintf(a->entry.detail, sizeof(a->entry.detail), "link drawn");
	if (d->o.kind == ORDER_RECOVER)
		return recovery_link(a, &d->m.account, q->token);
	if (q->ops != conf->passes || q->mem_kib != conf->memory_kib)
		return V_COST; /* a PIN of another cost would be told apart by its time */
	if (d->o.kind == ORDER_HALF && !opened && !sodium_is_zero(q->token, sizeof(q->token)))
		return V_STATE; /* the link was used since it was taken: another would be dead */
	half.lapses_s = good_until(d->c, d);
	hash_adopt(&half.verifier[post ? 1 : 0], d->c->sv->keys, q->salt, q->out, &cost);
	v = set_half(a, d, post ? PIN_HALF_2 : PIN_HALF_1, &half, &pol);
	sodium_memzero(&half, sizeof(half));
	if (v == V_OK && opened)
		v = set_link(a, d);
	snprintf(a->entry.detail, sizeof(a->entry.detail), "%s half drawn",
		 post ? "posted" : "electronic");
	return v;
}

static bool has_secret(const struct order *o)
{
	return o->kind == ORDER_HALF || recovery_is(o);
}

static enum verdict adopt(struct act *a, void *arg)
{
	struct delivery *d = arg;
	enum verdict v = find(a, d, d->c->req->order_half.serial);

	d->end = TAKEN;
	if (v != V_OK)
		return v;
	if (!has_secret(&d->o) || !wanted(a, d))
		return V_STATE;
	if (d->o.draws >= OUTBOX_DRAWS) {
		d->end = HELD;
		outbox_fail(a, &d->o, "drawn again and again", true);
		snprintf(a->entry.detail, sizeof(a->entry.detail), "given up: %s", d->o.trouble);
		return V_OK;
	}
	v = record(a, d);
	if (v == V_OK)
		outbox_drawn(a, &d->o);
	return v;
}

void call_order_half(struct call *c)
{
	struct delivery d = { .c = c, .parked = true };
	enum verdict v = run(&d, adopt);
	bool held = v == V_OK && d.end == HELD;

	call_say(c, held ? V_STATE : v);
	if (held)
		tell_trouble(&d);
	sodium_memzero(&d, sizeof(d));
}

/* ---- ORDER_DONE, ORDER_FAILED ---- */

static enum verdict finish(struct act *a, void *arg)
{
	static const char *const what[] = { [ORDER_HALF] = "half",
					    [ORDER_FORMS] = "forms",
					    [ORDER_NOTICE] = "notice",
					    [ORDER_REMINDER] = "reminder",
					    [ORDER_RECOVER] = "link",
					    [ORDER_RECOVERED] = "half",
					    [ORDER_VOID] = "order to destroy a letter" };
	struct delivery *d = arg;
	enum verdict v = find(a, d, d->c->req->order_done.serial);

	if (v != V_OK)
		return v;
	if (has_secret(&d->o) && d->o.draws == 0 && wanted(a, d))
		return V_STATE; /* what was delivered? */
	snprintf(a->entry.detail, sizeof(a->entry.detail), "%s %s delivered",
		 d->o.to == TO_POST ? "posted" : "electronic", what[d->o.kind]);
	outbox_drop(a, &d->o);
	if (d->o.kind == ORDER_HALF && d->o.to == TO_POST && wanted(a, d)) /* and if not, it went out for nothing */
		return matter_step(a, &d->m, PRATICA_POSTED, NULL);
	return V_OK;
}

void call_order_done(struct call *c)
{
	struct delivery d = { .c = c };

	call_say(c, run(&d, finish));
	sodium_memzero(&d, sizeof(d));
}

static enum verdict fail(struct act *a, void *arg)
{
	struct delivery *d = arg;
	const struct wire_order_failed *q = &d->c->req->order_failed;
	enum verdict v = find(a, d, q->serial);
	bool last;

	if (v != V_OK)
		return v;
	last = d->o.kind == ORDER_REMINDER && d->o.tries + 1 >= OUTBOX_TRIES;
	if (last || !wanted(a, d)) {
		d->end = DROPPED;
		outbox_drop(a, &d->o);
		snprintf(a->entry.detail, sizeof(a->entry.detail), "%s%s",
			 last ? "given up: " : "not wanted any more", last ? q->trouble : "");
		return V_OK; /* nobody could resend a reminder */
	}
	d->end = HELD;
	outbox_fail(a, &d->o, q->trouble, false);
	d->parked = d->o.parked;
	snprintf(a->entry.detail, sizeof(a->entry.detail), "%s%s", d->parked ? "given up: " : "",
		 q->trouble);
	return V_OK;
}

void call_order_failed(struct call *c)
{
	struct delivery d = { .c = c };
	enum verdict v = run(&d, fail);

	call_say(c, v);
	if (v == V_OK && d.end == HELD)
		tell_trouble(&d);
	sodium_memzero(&d, sizeof(d));
}
