/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * self.c - what people ask about their own PIN where no PAM conversation can: SELF_STATUS,
 * SELF_CONVERT, SELF_CONTACTS. Each proves the PIN as a login does, and pays for a wrong one; what
 * is refused before that depends on the question alone, not on the person.
 */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "errand.h"
#include "papers.h"

struct owner { /* who asks, and as whom: the caller wipes acc */
	const char *cf, *service, *rhost, *pin;
	struct account acc;
};

/* What the service wants of the person, once the PIN is right. */
static enum verdict admitted(struct call *c, const struct owner *o, enum verdict v)
{
	const struct conf_service *s = conf_service(c->conf, o->service);
	enum verdict unmet;

	if (v != V_OK && v != V_MUST_CHANGE)
		return v;
	unmet = call_admits(s, LEVEL_NONE, &o->acc);
	if (unmet == V_OK && s->on_behalf_of == CONF_MUST_BEHALF)
		unmet = V_DELEGATION;
	return unmet == V_OK ? v : unmet;
}

/*
 * V_OK, or V_MUST_CHANGE: only who has the PIN is told so. Else the reply is set, the one that
 * AUTHENTICATE gives.
 */
static enum verdict proven(struct call *c, struct owner *o)
{
	const struct penalty_from from = call_from(c, o->service, o->rhost);
	struct pin_step step = call_prove(c, o->cf, o->pin, &from, &o->acc);

	step.verdict = admitted(c, o, step.verdict);
	if (step.verdict == V_OK || step.verdict == V_MUST_CHANGE) {
		c->sv->stats.accepted++;
		call_event(c, EVENT_ACCEPTED, step.verdict, o->cf, o->service, o->rhost);
		return step.verdict;
	}
	call_say_step(c, &step);
	call_refused(c, step.verdict, o->cf, o->service, o->rhost);
	return step.verdict;
}

/* "anna@example.org" as "a***@example.org". */
static void mask_email(char out[static CONTACT_EMAIL_MAX + 1], const char *email)
{
	const char *at = strrchr(email, '@');

	out[0] = '\0';
	if (at == NULL)
		return;
	snprintf(out, CONTACT_EMAIL_MAX + 1, "%.1s***%s", email, at);
}

/* All but the prefix's sign and the last two digits. */
static void mask_phone(char out[static CONTACT_PHONE_MAX + 1], const char *phone)
{
	size_t n = strlen(phone);

	memcpy(out, phone, n + 1);
	for (size_t i = 1; i + 2 < n; i++)
		out[i] = '*';
}

static void fill_self(struct call *c, const struct account *acc, enum verdict v)
{
	struct wire_self_is *say = &c->rep->self_is;

	c->rep->type = WIRE_SELF_IS;
	*say = (struct wire_self_is){
		.must_change = v == V_MUST_CHANGE,
		.level = acc->pin.level,
		.category = acc->category,
		.expires_s = acc->pin.temporary ? 0 : acc->pin.expires_s,
		.lapses_s = acc->pin.lapses_s,
		.asked_s = acc->asked.at_s,
		.asked_way = acc->asked.way,
		.asked_kind = acc->asked.papers.kind,
	};
	mask_email(say->email, acc->email);
	mask_phone(say->phone, acc->phone);
}

void call_self_status(struct call *c)
{
	const struct wire_self_status *q = &c->req->self_status;
	struct owner o = { q->cf, q->service, q->rhost, q->pin, { .category = 0 } };
	enum verdict v;

	if (!call_person(c, q->cf))
		return;
	v = proven(c, &o);
	if (v == V_OK || v == V_MUST_CHANGE)
		fill_self(c, &o.acc, v);
	sodium_memzero(&o, sizeof(o));
}

struct wish { /* what the body of an act gets */
	struct call *c;
	const struct account *was; /* when its PIN was proven */
	const void *what;
};

/* The account, if its PIN is still the one that was proven. */
static enum verdict same_pin(struct act *a, const struct wish *w, struct account *acc)
{
	if (!act_get_account(a, w->was->cf, acc))
		return V_FAILED;
	return acc->pin.gen == w->was->pin.gen ? V_OK : V_STALE;
}

/* Who has the right PIN, and needs not renew it, changes something. The reply is the verdict. */
static void change(struct call *c, struct owner *o, act_body_fn *body, const void *what,
		   enum event_id done)
{
	struct wish w = { c, &o->acc, what };
	enum verdict v = proven(c, o);

	if (v == V_OK)
		v = act_run(&c->sv->accounts, (uint8_t)c->req->type, c->who->uid, c->now_s, body,
			    &w);
	else if (v != V_MUST_CHANGE)
		return; /* the reply is set */
	call_say(c, v);
	if (v == V_OK)
		call_event(c, done, V_OK, o->cf, o->service, o->rhost);
}

static enum verdict ask(struct act *a, void *arg)
{
	const struct wish *w = arg;
	struct account acc;
	enum verdict v = same_pin(a, w, &acc);

	if (v == V_OK)
		v = call_put_asked(w->c, a, &acc, w->what);
	sodium_memzero(&acc, sizeof(acc));
	return v;
}

void call_self_convert(struct call *c)
{
	const struct wire_self_convert *q = &c->req->self_convert;
	struct owner o = { q->cf, q->service, q->rhost, q->pin, { .category = 0 } };
	struct asked asked = { .way = WAY_ONLINE,
			       .by = RECORD_BY_OWNER,
			       .papers = { .kind = q->doc_kind, .until_s = q->doc_until_s } };

	if (!call_person(c, q->cf))
		return;
	memcpy(asked.papers.number, q->doc_number, sizeof(asked.papers.number));
	memcpy(asked.papers.issuer, q->doc_issuer, sizeof(asked.papers.issuer));
	memcpy(asked.papers.sha256, q->sha256, sizeof(asked.papers.sha256));
	if (!papers_good(&asked.papers, c->now_s) ||
	    sodium_is_zero(q->sha256, sizeof(q->sha256)))
		call_say(c, V_DOCUMENT); /* whoever the person is: no attempt, no charge */
	else
		change(c, &o, ask, &asked, EVENT_ASKED);
	sodium_memzero(&asked, sizeof(asked));
	sodium_memzero(&o, sizeof(o));
}

struct reach { /* "": as it was */
	char email[CONTACT_EMAIL_MAX + 1];
	char phone[CONTACT_PHONE_MAX + 1];
};

static enum verdict set_contacts(struct act *a, void *arg)
{
	const struct wish *w = arg;
	const struct reach *to = w->what;
	struct account acc;
	enum verdict v = same_pin(a, w, &acc);

	if (v == V_OK) {
		if (to->email[0] != '\0')
			memcpy(acc.email, to->email, sizeof(acc.email));
		if (to->phone[0] != '\0')
			memcpy(acc.phone, to->phone, sizeof(acc.phone));
		act_put_account(a, &acc);
		memcpy(a->entry.cf, acc.cf, sizeof(a->entry.cf));
		snprintf(a->entry.detail, sizeof(a->entry.detail), "%s%s%s",
			 to->email[0] != '\0' ? "email" : "",
			 to->email[0] != '\0' && to->phone[0] != '\0' ? ", " : "",
			 to->phone[0] != '\0' ? "phone" : "");
	}
	sodium_memzero(&acc, sizeof(acc));
	return v;
}

static bool read_contacts(const struct wire_self_contacts *q, struct reach *to)
{
	return (q->email[0] != '\0' || q->phone[0] != '\0') &&
	       (q->email[0] == '\0' || contact_email(to->email, q->email)) &&
	       (q->phone[0] == '\0' || contact_phone(to->phone, q->phone));
}

void call_self_contacts(struct call *c)
{
	const struct wire_self_contacts *q = &c->req->self_contacts;
	struct owner o = { q->cf, q->service, q->rhost, q->pin, { .category = 0 } };
	struct reach to = { .email = "" };

	if (!call_person(c, q->cf))
		return;
	if (!read_contacts(q, &to))
		call_say(c, V_CONTACTS); /* whoever the person is: no attempt, no charge */
	else
		change(c, &o, set_contacts, &to, EVENT_CONTACTS);
	sodium_memzero(&to, sizeof(to));
	sodium_memzero(&o, sizeof(o));
}
