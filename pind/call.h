/* SPDX-License-Identifier: BSD-2-Clause */
/* call.h - one request being answered: what serve.c, renew.c and clerk.c share. */
#ifndef CALL_H
#define CALL_H

#include "act.h"
#include "serve.h"
#include "source.h"
#include "symbols.h"

struct call {
	struct service *sv;
	const struct peer *who;
	const struct conf *conf;
	const struct wire_msg *req;
	struct wire_msg *rep;
	uint64_t now_s;
	struct serve_later *later; /* NULL: nobody will do it */
	bool proved;               /* a PIN was compared, or could have been: see even_out() */
};

/* Set the reply to a bare verdict. */
void call_say(struct call *c, enum verdict v);

/* Set the reply to what a step said, its wait included. */
void call_say_step(struct call *c, const struct pin_step *s);

/*
 * Run one act of this request: the reply is its verdict. A refusal goes to the journal, about cf (or
 * NULL); what is done is in the audit table.
 */
void call_act(struct call *c, const char *cf, act_body_fn *body, void *arg);

/* Read a row, which may be missing (all zero). 0, SEAL_E_*, or -errno; on error *obj is all zero. */
int call_row(struct call *c, const struct seal_kind *kind, const uint8_t *key, void *obj);

/* Is text a canonical codice fiscale of a natural person? If not, the reply is V_BAD. */
bool call_person(struct call *c, const char *cf);

/*
 * The only place where a PIN is compared. Pays for the attempt, compares, settles with PIN_MATCH.
 * The step's verdict says how it ended; *acc is the account as it then is, for the caller to
 * wipe. Costs the same whoever the person is, until the PIN is right.
 */
struct pin_step call_prove(struct call *c, const char *cf, const char *typed,
			   const struct penalty_from *from, struct account *acc);

/* Bring a verifier to the present cost, with the right PIN at hand. */
void call_rehash(struct call *c, const struct serve_later *later);

/* Where the request says it comes from. */
struct penalty_from call_from(const struct call *c, const char *service, const char *rhost);

/* Tell the journal. */
void call_event(struct call *c, enum event_id id, enum verdict v, const char *cf,
		const char *service, const char *rhost);

/* The same for what operators and couriers do, with words of ours: "2026-0000123-M approved". */
void call_note(struct call *c, enum event_id id, enum verdict v, const char *cf, const char *detail);

/* call_event() for a PIN refused. What cost its sender nothing is not written: it could fill the disk. */
void call_refused(struct call *c, enum verdict v, const char *cf, const char *service,
		  const char *rhost);

/* The verbs. Each sets the reply. */
void call_authenticate(struct call *c);
void call_authorize(struct call *c);
void call_ping(struct call *c);

/* self.c: what people ask about their own PIN; it is proven each time. */
void call_self_status(struct call *c);
void call_self_convert(struct call *c);
void call_self_contacts(struct call *c);

void call_renew_open(struct call *c);
void call_renew_commit(struct call *c);
void call_cost(struct call *c);
void call_issue(struct call *c);
void call_issue_release(struct call *c);
void call_status(struct call *c);
void call_source_get(struct call *c);
void call_revoke(struct call *c);
void call_unlock(struct call *c);
void call_convert(struct call *c);
void call_service_get(struct call *c);
void call_service_test(struct call *c);
void call_stats(struct call *c);
void call_stat_get(struct call *c);

/* clerk_convert.c: level dispositivo, asked for now and judged later. */
void call_convert_ask(struct call *c);
void call_convert_judge(struct call *c);

/*
 * Put what is asked into the account, in place of what was. V_OK; V_DOCUMENT: it is none, or has
 * expired; V_STATE: the PIN has that level; or why no PIN of this account can get it.
 */
enum verdict call_put_asked(struct call *c, struct act *a, struct account *acc,
			    const struct asked *asked);

void call_cf_change(struct call *c); /* clerk_change.c */
void call_remind(struct call *c);    /* clerk_remind.c */
void call_recover(struct call *c);   /* clerk_recover.c */
void call_recover_confirm(struct call *c);

/* clerk_pratica.c: pratiche. */
void call_request_new(struct call *c);
void call_request_confirm(struct call *c);
void call_request_documents(struct call *c);
void call_request_judge(struct call *c);
void call_request_address(struct call *c);
void call_request_duplicate(struct call *c);
void call_request_cancel(struct call *c);
void call_request_show(struct call *c);
void call_request_next(struct call *c);
void call_request_resend(struct call *c);

/* clerk_delegation.c, clerk_registry.c, clerk_audit.c. */
void call_delegation_add(struct call *c);
void call_delegation_approve(struct call *c);
void call_delegation_revoke(struct call *c);
void call_delegation_get(struct call *c);
void call_registry_begin(struct call *c);
void call_registry_put(struct call *c);
void call_registry_done(struct call *c);
void call_registry_get(struct call *c);
void call_audit_get(struct call *c);
void call_audit_head(struct call *c);
void call_audit_check(struct call *c);

/* couriers.c: orders. */
void call_order_take(struct call *c);
void call_order_half(struct call *c);
void call_order_done(struct call *c);
void call_order_failed(struct call *c);

/*
 * clerk_delegation.c: may this person act for that company now? V_OK; V_DELEGATION; V_FAILED: cannot
 * be read. Looks at one row whatever the answer.
 */
enum verdict call_delegated(struct call *c, const char *cf, const char *company);

/* Level and category of a service against the person's: V_OK, V_CATEGORY or V_LEVEL. */
enum verdict call_admits(const struct conf_service *s, uint8_t asked_level, const struct account *acc);

#endif
