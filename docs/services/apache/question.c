/* SPDX-License-Identifier: BSD-2-Clause */
/* question.c - see question.h. */
#include "question.h"

#include <stdio.h>
#include <string.h>

#include "client.h"
#include "verdict.h"

#define TIMEOUT_MS 10000 /* the browser waits for a page, not for a prompt */

#define PUT_WHO(q, w)                                                                              \
	do {                                                                                       \
		memcpy((q)->cf, (w)->st.cf, sizeof((q)->cf));                                      \
		memcpy((q)->service, (w)->st.service, sizeof((q)->service));                       \
		memcpy((q)->rhost, (w)->rhost, strnlen((w)->rhost, sizeof((q)->rhost) - 1));       \
	} while (0)

static void put_pin(char *to, size_t size, const char *typed)
{
	memcpy(to, typed, strnlen(typed, size - 1));
}

/* What went wrong is told to the administrator by its number: never what was asked. */
static unsigned int ask(const struct web *w, struct wire_msg *req, struct wire_msg *rep)
{
	int r = client_call(w->socket, 0, req, rep, TIMEOUT_MS);

	wire_wipe(req);
	if (r != 0) {
		(void)fprintf(stderr, "inpspin-web: %s: %s\n", w->socket, strerror(-r));
		return V_FAILED;
	}
	return rep->type == WIRE_VERDICT ? rep->verdict.code : V_NONE;
}

bool question_has_grant(const struct web *w)
{
	return w->now_s < w->st.grant_until_s;
}

unsigned int question_login(const struct web *w, const char *pin, struct wire_msg *rep)
{
	struct wire_msg req = { .type = WIRE_AUTHENTICATE };

	PUT_WHO(&req.authenticate, w);
	put_pin(req.authenticate.pin, sizeof(req.authenticate.pin), pin);
	return ask(w, &req, rep);
}

unsigned int question_offer(const struct web *w, const char *old, struct wire_msg *rep)
{
	struct wire_msg req = { .type = WIRE_RENEW_OPEN };
	struct wire_renew_open *q = &req.renew_open;
	unsigned int v;

	PUT_WHO(q, w);
	if (question_has_grant(w))
		memcpy(q->grant, w->st.grant, sizeof(q->grant));
	else
		put_pin(q->old, sizeof(q->old), old);
	v = ask(w, &req, rep);
	return rep->type == WIRE_RENEWAL ? V_OK : v == V_OK ? V_FAILED : v;
}

unsigned int question_commit(const struct web *w, const char *old, const char *typed,
			     struct wire_msg *rep)
{
	struct wire_msg req = { .type = WIRE_RENEW_COMMIT };
	struct wire_renew_commit *q = &req.renew_commit;

	PUT_WHO(q, w);
	if (question_has_grant(w))
		memcpy(q->grant, w->st.grant, sizeof(q->grant));
	else
		put_pin(q->old, sizeof(q->old), old);
	memcpy(q->ticket, w->st.ticket, sizeof(q->ticket));
	put_pin(q->pin, sizeof(q->pin), typed);
	memcpy(q->email, w->st.email, sizeof(q->email));
	memcpy(q->phone, w->st.phone, sizeof(q->phone));
	return ask(w, &req, rep);
}
