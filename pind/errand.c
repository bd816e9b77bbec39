/* SPDX-License-Identifier: BSD-2-Clause */
/* errand.c - see errand.h. */
#include "errand.h"

#include <sodium.h>
#include <stdio.h>

void errand_run(struct errand *e, act_body_fn *body, const char *done)
{
	struct call *c = e->c;
	const struct pratica *p = &e->m.pratica;
	enum verdict v = act_run(&c->sv->accounts, (uint8_t)c->req->type, (uint32_t)c->who->uid,
				 c->now_s, body, e);
	char words[64];

	if (v != V_OK || c->rep->type == 0)
		call_say(c, v);
	if (done != NULL) {
		snprintf(words, sizeof(words), "%s%s%s", p->number, p->number[0] != '\0' ? " " : "",
			 v == V_OK ? done : "");
		c->sv->stats.operators += v == V_OK;
		call_note(c, v == V_OK ? EVENT_PRATICA : EVENT_DECLINED, v,
			  p->cf[0] != '\0' ? p->cf : NULL, words);
	}
	sodium_memzero(&e->m, sizeof(e->m));
}
