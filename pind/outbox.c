/* SPDX-License-Identifier: BSD-2-Clause */
/* outbox.c - see outbox.h. */
#include "outbox.h"

#include <stdio.h>
#include <string.h>

static void put(struct act *a, const struct order *o)
{
	uint8_t key[STORE_KEY_LEN];

	dossier_order_key(key, o);
	act_put(a, &dossier_order, key, o);
}

void outbox_drop(struct act *a, const struct order *o)
{
	uint8_t key[STORE_KEY_LEN];

	dossier_order_key(key, o);
	act_delete(a, &dossier_order, key, o->rev);
}

bool outbox_make(struct act *a, enum channel_kind to, enum order_kind kind, const struct pratica *p)
{
	return outbox_make_for(a, to, kind, p->number, p->cf);
}

bool outbox_make_for(struct act *a, enum channel_kind to, enum order_kind kind,
		     const char *number, const char *cf)
{
	struct order o = {
		.to = (uint8_t)to, .kind = (uint8_t)kind, .due_s = a->now_s, .made_s = a->now_s
	};
	struct counter serials;

	if (!act_get(a, &dossier_counter, dossier_serials_key, &serials))
		return false;
	o.serial = ++serials.last;
	act_put(a, &dossier_counter, dossier_serials_key, &serials);
	snprintf(o.number, sizeof(o.number), "%s", number);
	snprintf(o.cf, sizeof(o.cf), "%s", cf);
	put(a, &o);
	return true;
}

bool outbox_void_letter(struct act *a, const struct account *acc)
{
	if (acc->number[0] == '\0' || acc->pin.form != PIN_FORM_HALVES || acc->pin.verifier[1].alg == 0)
		return true;
	return outbox_make_for(a, TO_POST, ORDER_VOID, acc->number, acc->cf);
}

bool outbox_next(struct act *a, struct order *o)
{
	const uint8_t to = o->to, parked = o->parked;
	uint8_t after[STORE_KEY_LEN], key[STORE_KEY_LEN];

	dossier_order_key(after, o);
	return act_next(a, &dossier_order, after, key, o) && o->rev != 0 && o->to == to &&
	       o->parked == parked;
}

/* What a courier has just taken is at the head of its line. */
bool outbox_find(struct act *a, enum channel_kind to, uint64_t serial, struct order *o)
{
	*o = (struct order){ .to = (uint8_t)to };
	for (unsigned int i = 0; i < OUTBOX_WALK && outbox_next(a, o); i++)
		if (o->serial == serial)
			return true;
	return false;
}

bool outbox_wanted(const struct order *o, enum pratica_state state)
{
	switch ((enum order_kind)o->kind) {
	case ORDER_HALF:
		if (o->to == TO_POST)
			return state == PRATICA_PRINTING;
		/* The link may have been used without it: the e-mail came, the SMS did not. */
		return state >= PRATICA_OPENED && state <= PRATICA_SENT;
	case ORDER_FORMS: return state == PRATICA_ASKED;
	case ORDER_NOTICE: /* somebody asked, whatever came of it */
	case ORDER_VOID: return state != PRATICA_NONE;
	case ORDER_REMINDER: /* about a PIN, whatever its pratica */
	case ORDER_RECOVER:
	case ORDER_RECOVERED: break;
	}
	return false;
}

/* Another due_s, or parked, is another key. */
static void move(struct act *a, const struct order *from, struct order *to)
{
	uint8_t old_key[STORE_KEY_LEN], key[STORE_KEY_LEN];

	dossier_order_key(old_key, from);
	dossier_order_key(key, to);
	if (memcmp(old_key, key, sizeof(key)) != 0) {
		act_delete(a, &dossier_order, old_key, from->rev);
		to->rev = 0;
	}
	act_put(a, &dossier_order, key, to);
}

void outbox_drawn(struct act *a, struct order *o)
{
	o->draws++;
	put(a, o);
}

void outbox_fail(struct act *a, struct order *o, const char *trouble, bool park)
{
	const struct order old = *o;
	uint64_t wait_s = OUTBOX_WAIT_S;

	for (uint32_t i = 0; i < o->tries && wait_s < OUTBOX_WAIT_MAX_S; i++)
		wait_s *= 2;
	o->tries++;
	o->draws = 0;
	o->parked = park || o->tries >= OUTBOX_TRIES;
	o->due_s = a->now_s + (wait_s < OUTBOX_WAIT_MAX_S ? wait_s : OUTBOX_WAIT_MAX_S);
	snprintf(o->trouble, sizeof(o->trouble), "%s", trouble);
	move(a, &old, o);
}

void outbox_hasten(struct act *a, struct order *o)
{
	const struct order old = *o;

	o->tries = 0;
	o->parked = 0;
	o->due_s = a->now_s;
	move(a, &old, o);
}
