/* SPDX-License-Identifier: BSD-2-Clause */
/* courier.h - one courier, and how it delivers an order. One thread. */
#ifndef COURIER_H
#define COURIER_H

#include <stdbool.h>

#include "conf.h"
#include "queue.h"
#include "say.h"
#include "template.h"

struct courier {
	struct conf conf;
	struct queue queue;
	struct template templates[TEMPLATE_N]; /* those of its channel */
	int spool;     /* post without a print command; else -1 */
	bool impatient; /* give up on pind after half a minute, not never */
};

/* Read the templates of the channel and try them. 0, or -EINVAL after one line. */
int electronic_open(struct courier *c);
int post_open(struct courier *c);

/* The same for the one e-mail that the post courier sends: half of a recovered PIN. */
int electronic_open_recovered(struct courier *c);

/* Deliver what is no half (secret NULL), or a half that pind has recorded. 0, or TROUBLE. */
int electronic_deliver(const struct courier *c, const struct wire_order_is *o,
		       const struct secret *secret, struct trouble *t);
int post_deliver(const struct courier *c, const struct wire_order_is *o,
		 const struct secret *secret, struct trouble *t);

/* Destroy the letter of the order's pratica that waits to be printed, if one does. 0, or TROUBLE. */
int post_void(const struct courier *c, const struct wire_order_is *o, struct trouble *t);

enum { DELIVER_DONE, DELIVER_NOTHING, DELIVER_FAILED };

/*
 * Take what is due, if anything is, deliver it, report. DELIVER_*; -errno after one line: pind
 * cannot be asked now. An order that is not reported comes again.
 */
int deliver_next(const struct courier *c);

#endif
