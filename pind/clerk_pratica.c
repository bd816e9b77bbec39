/* SPDX-License-Identifier: BSD-2-Clause */
/* clerk_pratica.c - a pratica goes on: documents, judgement, address, duplicate, end; a look at it. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "cf.h"
#include "errand.h"
#include "outbox.h"
#include "papers.h"
#include "plain.h"

#define DAY_S       86400u
#define RESEND_MOST 3 /* orders one act can hasten: two rows each */

static void note(struct act *a, const char *what, const char *more)
{
	snprintf(a->entry.detail, sizeof(a->entry.detail), "%s%s%s", what,
		 what[0] != '\0' && more[0] != '\0' ? ": " : "", more);
}

static enum verdict record_documents(struct act *a, void *arg)
{
	struct errand *e = arg;
	const struct wire_request_documents *q = &e->c->req->request_documents;
	const struct pratica_arg how = { .uid = (uint32_t)e->c->who->uid };
	struct papers d = { .kind = q->doc_kind, .until_s = q->doc_until_s };
	enum verdict v = matter_get(a, q->number, &e->m);

	if (v != V_OK)
		return v;
	memcpy(d.number, q->doc_number, sizeof(d.number));
	memcpy(d.issuer, q->doc_issuer, sizeof(d.issuer));
	memcpy(d.fax, q->fax, sizeof(d.fax));
	memcpy(d.sha256, q->sha256, sizeof(d.sha256));
	papers_add(&e->m.pratica.documents, &d);
	v = matter_step(a, &e->m, PRATICA_DOCUMENTS, &how);
	papers_say(&d, a->entry.detail, sizeof(a->entry.detail));
	return v == V_OK && !papers_came(&d, a->now_s) ? V_DOCUMENT : v;
}

void call_request_documents(struct call *c)
{
	struct errand e = { .c = c };

	errand_run(&e, record_documents, "documented");
}

/* Signed documents that were approved say who it is: the PIN is born dispositivo. */
static enum verdict identify(struct act *a, struct errand *e)
{
	const struct papers *d = &e->m.pratica.documents;
	struct account *acc = &e->m.account;

	if (strcmp(acc->number, e->m.pratica.number) != 0 ||
	    pin_life(&acc->pin, a->now_s) != PIN_AWAITING)
		return V_STATE;
	if (d->kind != 0 && !papers_good(d, a->now_s))
		return V_DOCUMENT; /* it has expired since it came */
	if (d->kind != 0) {
		acc->doc_kind = d->kind;
		acc->doc_until_s = d->until_s;
		memcpy(acc->doc_number, d->number, sizeof(acc->doc_number));
		memcpy(acc->doc_issuer, d->issuer, sizeof(acc->doc_issuer));
	}
	acc->pin.level = LEVEL_DISPOSITIVO; /* not PIN_CONVERT: nobody has it yet */
	act_put_account(a, acc);
	return V_OK;
}

/* The company an intermediario named at the link is one they ask to act for, by these documents. */
static enum verdict ask_delegation(struct act *a, const struct pratica *p)
{
	uint8_t key[STORE_KEY_LEN];
	struct delegation d;

	if (p->category != CATEGORY_INTERMEDIARIO || strcmp(p->company, p->cf) == 0)
		return V_OK;
	dossier_delegation_key(key, a->accounts->keys, p->cf, p->company);
	if (!act_get(a, &dossier_delegation, key, &d))
		return V_FAILED;
	if (d.rev != 0 && !d.revoked && (d.until_s == 0 || d.until_s > a->now_s))
		return V_OK;
	d = (struct delegation){ .rev = d.rev, .made_s = a->now_s, .made_by = p->rec.recorded_by };
	memcpy(d.cf, p->cf, sizeof(d.cf));
	memcpy(d.company, p->company, sizeof(d.company));
	act_put(a, &dossier_delegation, key, &d);
	return V_OK;
}

/* The PIN nobody has used goes with its pratica, so that there can be another. */
static enum verdict destroy(struct act *a, struct errand *e, const char *reason)
{
	const struct penalty_policy pol = conf_penalty(e->c->conf);

	snprintf(e->m.account.reason, sizeof(e->m.account.reason), "%s", reason);
	e->m.account.asked = (struct asked){ .way = WAY_NONE };
	if (!outbox_void_letter(a, &e->m.account))
		return V_FAILED;
	return matter_pin(a, &e->m, PIN_REVOKE, NULL, &pol);
}

static enum verdict approve(struct act *a, void *arg)
{
	struct errand *e = arg;
	struct pratica_arg how = { .uid = (uint32_t)e->c->who->uid };
	enum verdict v = matter_get(a, e->c->req->request_judge.number, &e->m);
	struct address to;
	char papers[AUDIT_DETAIL_MAX];
	bool stale; /* it may not be what they looked at */

	if (v != V_OK)
		return v;
	stale = e->m.pratica.rev != e->c->req->request_judge.rev;
	how.has_address = matter_address(a, &e->m.pratica, &to);
	e->m.pratica.judged_by = how.uid;
	papers_say(&e->m.pratica.documents, papers, sizeof(papers));
	note(a, "approved", papers);
	v = matter_step(a, &e->m, PRATICA_APPROVE, &how);
	if (v == V_OK && stale)
		v = V_STALE;
	if (v == V_OK)
		v = ask_delegation(a, &e->m.pratica);
	return v == V_OK ? identify(a, e) : v;
}

static enum verdict reject(struct act *a, void *arg)
{
	struct errand *e = arg;
	const struct wire_request_judge *q = &e->c->req->request_judge;
	const struct pratica_arg how = { .uid = (uint32_t)e->c->who->uid };
	enum verdict v = matter_get(a, q->number, &e->m);
	const bool stale = e->m.pratica.rev != q->rev;

	if (v != V_OK)
		return v;
	e->m.pratica.judged_by = how.uid;
	memcpy(e->m.pratica.reason, q->reason, sizeof(e->m.pratica.reason));
	note(a, "rejected", q->reason);
	v = matter_step(a, &e->m, PRATICA_REJECT, &how);
	if (v == V_OK && stale)
		v = V_STALE;
	return v == V_OK ? destroy(a, e, q->reason) : v;
}

void call_request_judge(struct call *c)
{
	const struct wire_request_judge *q = &c->req->request_judge;
	struct errand e = { .c = c };

	if (q->approve > 1 || (q->approve == 0 && q->reason[0] == '\0'))
		call_say(c, V_BAD);
	else if (q->approve == 1)
		errand_run(&e, approve, "approved");
	else
		errand_run(&e, reject, "rejected");
}

static enum verdict resume(struct act *a, void *arg)
{
	struct errand *e = arg;
	enum verdict v = matter_get(a, e->c->req->request_address.number, &e->m);
	struct address to;

	if (v == V_OK)
		v = matter_step(a, &e->m, PRATICA_ADDRESS, NULL);
	if (v == V_OK && !matter_address(a, &e->m.pratica, &to))
		v = V_REGISTRY;
	return v;
}

void call_request_address(struct call *c)
{
	struct errand e = { .c = c };

	errand_run(&e, resume, "resumed");
}

/* Who fetches the letter in the applicant's stead: another person, with a document and a proxy. */
static bool delegate_ok(const struct wire_request_duplicate *q)
{
	struct cf cf;

	if (q->delegate[0] == '\0')
		return q->doc_kind == 0 && q->doc_number[0] == '\0' && q->proxy[0] == '\0';
	return cf_parse_exact(&cf, q->delegate, strlen(q->delegate)) == CF_OK &&
	       cf_is_person(&cf) && strcmp(q->delegate, q->cf) != 0 && q->doc_kind != 0 &&
	       strcmp(document_name(q->doc_kind), "?") != 0 && plain_line(q->doc_number) &&
	       plain_line(q->proxy);
}

static enum verdict duplicate(struct act *a, void *arg)
{
	struct errand *e = arg;
	const struct wire_request_duplicate *q = &e->c->req->request_duplicate;
	const struct penalty_policy pol = conf_penalty(e->c->conf);
	const struct pin_arg gone = {
		.lapses_s = a->now_s + (uint64_t)e->c->conf->unused_days * DAY_S,
	};
	enum verdict v = matter_get(a, q->number, &e->m);

	if (v != V_OK || strcmp(q->cf, e->m.pratica.cf) != 0)
		return v != V_OK ? v : V_UNKNOWN;
	if (q->delegate[0] != '\0')
		snprintf(a->entry.detail, sizeof(a->entry.detail), "to %s, %s %s, proxy %s",
			 q->delegate, document_name(q->doc_kind), q->doc_number, q->proxy);
	v = matter_step(a, &e->m, PRATICA_DUPLICATE, NULL);
	/* Whoever has the lost letter has nothing from now on. */
	return v == V_OK ? matter_pin(a, &e->m, PIN_HALF_2, &gone, &pol) : v;
}

void call_request_duplicate(struct call *c)
{
	const struct wire_request_duplicate *q = &c->req->request_duplicate;
	struct errand e = { .c = c };

	if (!call_person(c, q->cf))
		return;
	if (delegate_ok(q))
		errand_run(&e, duplicate, "duplicated");
	else
		call_say(c, V_DETAILS);
}

/* The link goes, too. */
static enum verdict cancel(struct act *a, void *arg)
{
	struct errand *e = arg;
	const struct wire_request_cancel *q = &e->c->req->request_cancel;
	struct pratica *p = &e->m.pratica;
	enum verdict v = matter_get(a, q->number, &e->m);
	struct link link;

	if (v != V_OK)
		return v;
	if (!sodium_is_zero(p->link, sizeof(p->link))) {
		if (!act_get(a, &dossier_link, p->link, &link))
			return V_FAILED;
		if (link.rev != 0)
			act_delete(a, &dossier_link, p->link, link.rev);
		memset(p->link, 0, sizeof(p->link));
	}
	memcpy(p->reason, q->reason, sizeof(p->reason));
	note(a, q->reason, "");
	v = matter_step(a, &e->m, PRATICA_CANCEL, NULL);
	return v == V_OK ? destroy(a, e, q->reason) : v;
}

void call_request_cancel(struct call *c)
{
	struct errand e = { .c = c };

	if (c->req->request_cancel.reason[0] == '\0')
		call_say(c, V_BAD);
	else
		errand_run(&e, cancel, "cancelled");
}

/* Count the pratica's orders in one line, and say what is wrong with the latest. */
static void count_line(struct act *a, struct order *o, struct wire_pratica_is *say)
{
	for (unsigned int i = 0; i < OUTBOX_WALK && outbox_next(a, o); i++) {
		if (strcmp(o->number, say->number) != 0) {
			if (o->parked)
				break; /* they are in order of number */
			continue;
		}
		*(o->parked ? &say->parked : &say->waiting) += 1;
		if (o->trouble[0] != '\0')
			memcpy(say->trouble, o->trouble, sizeof(say->trouble));
	}
}

/* The lines of what waits are long: who lists all pratiche learns what was given up. */
static void describe(struct act *a, struct errand *e, bool waiting)
{
	struct wire_pratica_is *say = &e->c->rep->pratica_is;
	struct order o;

	e->c->rep->type = WIRE_PRATICA_IS;
	matter_tell(a, &e->m, say);
	for (uint8_t to = TO_ELECTRONIC; to <= TO_POST; to++)
		for (uint8_t parked = waiting ? 0 : 1; parked <= 1; parked++) {
			o = (struct order){ .to = to, .parked = parked };
			memcpy(o.number, say->number, sizeof(o.number));
			count_line(a, &o, say);
		}
}

static enum verdict show(struct act *a, void *arg)
{
	struct errand *e = arg;
	enum verdict v = matter_get(a, e->c->req->request_show.number, &e->m);

	if (v == V_OK)
		describe(a, e, true);
	return v;
}

static enum verdict show_next(struct act *a, void *arg)
{
	struct errand *e = arg;
	enum verdict v = matter_next(a, e->c->req->request_next.after, &e->m);

	if (v == V_OK)
		describe(a, e, false);
	return v;
}

void call_request_show(struct call *c)
{
	struct errand e = { .c = c };

	errand_run(&e, show, NULL);
}

void call_request_next(struct call *c)
{
	struct errand e = { .c = c };

	errand_run(&e, show_next, NULL);
}

/* Hasten what failed in one line, as long as there is room in the act. */
static void hasten_line(struct act *a, struct order *o, struct errand *e)
{
	struct order found;

	for (unsigned int i = 0; i < OUTBOX_WALK && e->n < RESEND_MOST && outbox_next(a, o); i++) {
		if (strcmp(o->number, e->m.pratica.number) != 0) {
			if (o->parked)
				break;
			continue;
		}
		found = *o;
		outbox_hasten(a, &found);
		e->n++;
	}
}

static enum verdict resend(struct act *a, void *arg)
{
	struct errand *e = arg;
	enum verdict v = matter_get(a, e->c->req->request_resend.number, &e->m);
	struct order parked;

	if (v != V_OK)
		return v;
	e->n = 0;
	for (uint8_t to = TO_ELECTRONIC; to <= TO_POST; to++) {
		parked = (struct order){ .to = to, .parked = 1 };
		memcpy(parked.number, e->m.pratica.number, sizeof(parked.number));
		hasten_line(a, &parked, e);
		/* What waits for its next try, too: behind all that is due already. */
		hasten_line(a, &(struct order){ .to = to, .due_s = a->now_s, .serial = UINT64_MAX },
			    e);
	}
	snprintf(a->entry.detail, sizeof(a->entry.detail), "%u of its deliveries", e->n);
	return e->n > 0 ? V_OK : V_STATE;
}

void call_request_resend(struct call *c)
{
	struct errand e = { .c = c };

	errand_run(&e, resend, "resent");
	while (e.n == RESEND_MOST && act_run(&c->sv->accounts, (uint8_t)c->req->type,
					     (uint32_t)c->who->uid, c->now_s, resend, &e) == V_OK)
		;
	sodium_memzero(&e.m, sizeof(e.m));
}
