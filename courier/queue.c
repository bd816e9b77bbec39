/* SPDX-License-Identifier: BSD-2-Clause */
/* queue.c - see queue.h. */
#include "queue.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "verdict.h"

#define PATIENCE_MS 10000
#define BUSY_MOST   16 /* TAKEs in a row while pind clears dead orders away, some in each */

/* The reply is *rep when 0: of type want, or V_OK if that is VERDICT. */
static int ask(const struct queue *q, struct wire_msg *req, enum wire_type want,
	       struct wire_msg *rep)
{
	int r = client_call(q->socket, geteuid(), req, rep, PATIENCE_MS);
	unsigned int code = r == 0 && rep->type == WIRE_VERDICT ? rep->verdict.code : V_NONE;

	if (r != 0)
		return r;
	if (code == V_FAILED || (code == V_BUSY && req->type != WIRE_ORDER_TAKE))
		return -EAGAIN;
	if (code != V_NONE && code != V_OK)
		return (int)code;
	return rep->type == want ? 0 : -EPROTO;
}

/* A question whose answer is yes or no. Wipes the question. */
static int tell(const struct queue *q, struct wire_msg *req)
{
	struct wire_msg rep;
	int r = ask(q, req, WIRE_VERDICT, &rep);

	wire_wipe(req);
	wire_wipe(&rep);
	return r;
}

int queue_take(const struct queue *q, struct wire_order_is *o)
{
	struct wire_msg req = { .type = WIRE_ORDER_TAKE, .order_take.to = (uint8_t)q->to }, rep;
	int r = V_BUSY;

	for (int i = 0; i < BUSY_MOST && r == V_BUSY; i++)
		r = ask(q, &req, WIRE_ORDER_IS, &rep);
	if (r == V_BUSY)
		r = -EAGAIN;
	if (r == 0)
		*o = rep.order_is;
	else
		memset(o, 0, sizeof(*o));
	wire_wipe(&rep);
	return r;
}

int queue_half(const struct queue *q, const struct wire_order_is *o, const struct secret *s)
{
	struct wire_msg req = { .type = WIRE_ORDER_HALF };
	struct wire_order_half *h = &req.order_half;
	const struct argon_cost cost = { o->ops, o->mem_kib };
	int r;

	h->serial = o->serial;
	h->ops = o->ops;
	h->mem_kib = o->mem_kib;
	randombytes_buf(h->salt, sizeof(h->salt));
	r = argon_derive(h->out, s->half, SYMBOLS_HALF, h->salt, &cost);
	if (r == 0 && s->token[0] != '\0' && !token_hash(h->token, s->token))
		r = -EINVAL;
	if (r == 0)
		return tell(q, &req);
	wire_wipe(&req);
	return r;
}

int queue_link(const struct queue *q, const struct wire_order_is *o, const struct secret *s)
{
	struct wire_msg req = { .type = WIRE_ORDER_HALF, .order_half.serial = o->serial };

	if (!token_hash(req.order_half.token, s->token))
		return -EINVAL;
	return tell(q, &req);
}

int queue_done(const struct queue *q, const struct wire_order_is *o)
{
	struct wire_msg req = { .type = WIRE_ORDER_DONE, .order_done.serial = o->serial };

	return tell(q, &req);
}

int queue_failed(const struct queue *q, const struct wire_order_is *o, const struct trouble *t)
{
	struct wire_msg req = { .type = WIRE_ORDER_FAILED, .order_failed.serial = o->serial };

	_Static_assert(sizeof(t->text) == sizeof(req.order_failed.trouble), "it fits");
	memcpy(req.order_failed.trouble, t->text, sizeof(t->text));
	return tell(q, &req);
}
