/* SPDX-License-Identifier: BSD-2-Clause */
/* queue.h - the orders that pind has for one courier: one question each, asked of pind. */
#ifndef QUEUE_H
#define QUEUE_H

#include "argon.h"
#include "order.h"
#include "say.h"
#include "symbols.h"
#include "token.h"
#include "wire.h"

struct queue {
	const char *socket;
	enum channel_kind to;
};

struct secret { /* what must be in one message and nowhere else */
	char half[SYMBOLS_HALF + 1];
	char token[TOKEN_LEN + 1]; /* of the link; empty: there is none */
};

/*
 * Every call blocks 10 s at most. 0; > 0: the verdict, pind will not; or -errno of client_call(),
 * and -EAGAIN: pind cannot now (BUSY, FAILED). What is < 0 can be asked again later.
 */

/* What is due. V_UNKNOWN: nothing is. The caller wipes *o. */
int queue_take(const struct queue *q, struct wire_order_is *o);

/* Hash the half as pind wants it and have it recorded. Also -ENOMEM, -EINVAL of argon_derive(). */
int queue_half(const struct queue *q, const struct wire_order_is *o, const struct secret *s);

/* The same for a link alone: there is no half to hash. */
int queue_link(const struct queue *q, const struct wire_order_is *o, const struct secret *s);

int queue_done(const struct queue *q, const struct wire_order_is *o);
int queue_failed(const struct queue *q, const struct wire_order_is *o, const struct trouble *t);

#endif
