/* SPDX-License-Identifier: BSD-2-Clause */
/* call.h - one request being answered: what serve.c, renew.c and clerk.c share. */
#ifndef CALL_H
#define CALL_H

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
};

/* Set the reply to a bare verdict. */
void call_say(struct call *c, enum verdict v);

/* Set the reply to what a step said, its wait included. */
void call_say_step(struct call *c, const struct pin_step *s);

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

/* The same for a PIN refused. What cost its sender nothing is not written: it could fill the disk. */
void call_refused(struct call *c, enum verdict v, const char *cf, const char *service,
		  const char *rhost);

/* The verbs. Each sets the reply. */
void call_authenticate(struct call *c);
void call_authorize(struct call *c);
void call_ping(struct call *c);
void call_renew_open(struct call *c);
void call_renew_commit(struct call *c);
void call_cost(struct call *c);
void call_issue(struct call *c);
void call_status(struct call *c);
void call_source_get(struct call *c);
void call_revoke(struct call *c);
void call_unlock(struct call *c);
void call_convert(struct call *c);
void call_service_get(struct call *c);
void call_service_test(struct call *c);
void call_stats(struct call *c);
void call_stat_get(struct call *c);

/* Level and category of a service against the person's: V_OK, V_CATEGORY or V_LEVEL. */
enum verdict call_admits(const struct conf_service *s, uint8_t asked_level, const struct account *acc);

#endif
