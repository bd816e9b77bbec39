/* SPDX-License-Identifier: BSD-2-Clause */
/* errand.h - what the verbs about pratiche have in common: an act, the reply, the journal. */
#ifndef ERRAND_H
#define ERRAND_H

#include "call.h"
#include "matter.h"

struct errand { /* what the body of the act gets */
	struct call *c;
	struct matter m; /* the body's to fill */
	unsigned int n;  /* the same: how many it found */
};

/*
 * Run body. The reply is its verdict, or what the body made it if that is V_OK. done, as in
 * "confirmed", goes to the journal behind the pratica's number; NULL: nothing does. Wipes e->m.
 */
void errand_run(struct errand *e, act_body_fn *body, const char *done);

#endif
