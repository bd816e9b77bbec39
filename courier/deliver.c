/* SPDX-License-Identifier: BSD-2-Clause */
/* deliver.c - one order from being taken to being reported; see courier.h. */
#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#include "courier.h"
#include "pause.h"
#include "verdict.h"

enum {
	BACKOFF_MAX_S = 60,
	IMPATIENT_TRIES = 6, /* after 1 + 2 + 4 + 8 + 16 s */
	COST_TRIES = 3,
	HALF_RUN = 4,        /* symbols; one group */
	TOKEN_RUN = 8,
	CONTACT_RUN = 6,     /* a trouble is kept and logged: it names no citizen */
};

static int say_pind(const struct courier *c, int r)
{
	const char *what = r > 0 ? verdict_text((unsigned int)r) : strerror(-r);

	if (r == -EPERM)
		what = "its listener is neither root nor us, and was told nothing";
	if (r == -EAGAIN)
		what = "too busy, or broken: see 'journalctl -u pind'";
	if (r == -EACCES || r == V_DENIED)
		what = "we may not use it: is our user in the group pind-courier?";
	return say(r < 0 ? r : -EACCES, "%s: %s", c->queue.socket, what);
}

/* Until pind has taken the report: what was delivered must not be delivered again. */
static int report(const struct courier *c, const struct wire_order_is *o, const struct trouble *t)
{
	unsigned int wait_s = 1;
	int r;

	for (int i = 1;; i++) {
		r = t != NULL ? queue_failed(&c->queue, o, t) : queue_done(&c->queue, o);
		if (r >= 0)
			break;
		if (i == 1)
			(void)say_pind(c, r);
		if ((c->impatient && i == IMPATIENT_TRIES) || pause_s(wait_s))
			return say(r, "order %" PRIu64 ": not reported%s; it will come again",
				   o->serial, t != NULL ? "" : ", but delivered");
		wait_s = wait_s < BACKOFF_MAX_S / 2 ? wait_s * 2 : BACKOFF_MAX_S;
	}
	if (t != NULL)
		return say(DELIVER_FAILED, "order %" PRIu64 ": %s", o->serial, t->text);
	if (r == V_UNKNOWN) /* an answer was lost, or the pratica was cancelled meanwhile */
		return say(DELIVER_DONE, "order %" PRIu64 ": delivered; pind knows it no more",
			   o->serial);
	if (r > 0)
		return say(DELIVER_FAILED, "order %" PRIu64 ": delivered, but pind says: %s",
			   o->serial, verdict_text((unsigned int)r));
	return say(DELIVER_DONE, "order %" PRIu64 ": delivered", o->serial);
}

/* Our half, and the token of the link if there is to be one. The posted half has none. */
static int draw(const struct courier *c, const struct wire_order_is *o, struct secret *s)
{
	if (o->kind == ORDER_RECOVER ||
	    (o->kind == ORDER_HALF && c->queue.to == TO_ELECTRONIC && o->good_s != 0))
		token_draw(s->token);
	return o->kind == ORDER_RECOVER ? 0 : symbols_draw(s->half, SYMBOLS_HALF, o->cf);
}

/* Drawn, recorded, delivered, in this order. 0, TROUBLE, or -errno: pind cannot be asked. */
static int deliver_half(const struct courier *c, const struct wire_order_is *o, struct secret *s,
			struct trouble *t)
{
	int r = draw(c, o, s);

	if (r != 0)
		return trouble_say(t, "cannot draw a half: %s", strerror(-r));
	if (c->queue.to == TO_POST && o->kind == ORDER_HALF && post_void(c, o, t) != 0)
		return TROUBLE; /* once another half is recorded, what waits to be printed is worthless */
	r = o->kind == ORDER_RECOVER ? queue_link(&c->queue, o, s) : queue_half(&c->queue, o, s);
	if (r == -ENOMEM || r == -EINVAL)
		return trouble_say(t, "cannot hash with %u KiB of memory", o->mem_kib);
	if (r == V_COST)
		return r;
	if (r > 0)
		return trouble_say(t, "pind refused the half: %s", verdict_text((unsigned int)r));
	if (r < 0)
		return r;
	r = c->queue.to == TO_POST ? post_deliver(c, o, s, t) : electronic_deliver(c, o, s, t);
	if (r != 0) {
		trouble_hide(t, s->half, HALF_RUN);
		trouble_hide(t, s->token, TOKEN_RUN);
	}
	return r;
}

static int deliver(const struct courier *c, const struct wire_order_is *o, struct trouble *t)
{
	const bool secret = o->kind == ORDER_HALF || o->kind == ORDER_RECOVER ||
			    o->kind == ORDER_RECOVERED;
	struct secret s = { "", "" };
	int r;

	if (!secret && c->queue.to == TO_POST)
		return post_deliver(c, o, NULL, t);
	if (!secret)
		return electronic_deliver(c, o, NULL, t);
	r = deliver_half(c, o, &s, t);
	sodium_memzero(&s, sizeof(s));
	return r;
}

/* Mail programs quote addresses, perhaps cut short: what is before the @ tells whose it is. */
static void hide_contacts(struct trouble *t, const struct wire_order_is *o)
{
	char local[sizeof(o->email)];
	size_t n = strcspn(o->email, "@");

	memcpy(local, o->email, sizeof(local));
	if (local[n] == '@')
		local[++n] = '\0';
	trouble_hide(t, local, n < CONTACT_RUN ? n : CONTACT_RUN);
	trouble_hide(t, o->phone, CONTACT_RUN);
	explicit_bzero(local, sizeof(local));
}

int deliver_next(const struct courier *c)
{
	struct trouble t = { "" };
	struct wire_order_is o;
	int r = V_COST;

	for (int i = 0; i < COST_TRIES && r == V_COST; i++) { /* the cost changed meanwhile */
		r = queue_take(&c->queue, &o);
		if (r == V_UNKNOWN)
			return DELIVER_NOTHING;
		if (r != 0)
			return say_pind(c, r);
		r = deliver(c, &o, &t);
	}
	if (r == V_COST)
		r = trouble_say(&t, "the cost of a half keeps changing");
	if (r == TROUBLE)
		hide_contacts(&t, &o);
	r = r < 0 ? say_pind(c, r) : report(c, &o, r == TROUBLE ? &t : NULL);
	explicit_bzero(&o, sizeof(o));
	explicit_bzero(&t, sizeof(t));
	return r;
}
