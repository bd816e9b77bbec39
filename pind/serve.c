/* SPDX-License-Identifier: BSD-2-Clause */
/* serve.c - who may ask what, AUTHENTICATE, AUTHORIZE and PING; see serve.h. */
#include "serve.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "call.h"
#include "cf.h"
#include "hash.h"
#include "ticket.h"

#define DAY_S 86400u

void call_say(struct call *c, enum verdict v)
{
	c->rep->type = WIRE_VERDICT;
	memset(&c->rep->verdict, 0, sizeof(c->rep->verdict));
	c->rep->verdict.code = (uint8_t)v;
}

void call_say_step(struct call *c, const struct pin_step *s)
{
	call_say(c, s->verdict);
	c->rep->verdict.wait_s = s->wait_s;
}

bool call_person(struct call *c, const char *text)
{
	struct cf cf;
	bool ok = cf_parse_exact(&cf, text, strlen(text)) == CF_OK && cf_is_person(&cf);

	if (!ok)
		call_say(c, V_BAD);
	return ok;
}

void call_event(struct call *c, enum event_id id, enum verdict v, const char *cf,
		const char *service, const char *rhost)
{
	char tag[KEYS_TAG_LEN + 1];
	struct event e = { .id = id,
			   .verdict = verdict_name(v),
			   .service = service,
			   .rhost = rhost,
			   .has_uid = true,
			   .uid = c->who->uid };

	if (cf != NULL)
		e.tag = keys_tag(c->sv->keys, cf, tag);
	if (c->sv->event != NULL)
		c->sv->event(&e);
}

void call_refused(struct call *c, enum verdict v, const char *cf, const char *service,
		  const char *rhost)
{
	if (v != V_THROTTLED && v != V_BLOCKED && v != V_STALE)
		call_event(c, EVENT_REFUSED, v, cf, service, rhost);
}

struct penalty_from call_from(const struct call *c, const char *service, const char *rhost)
{
	return source_of(c->sv->keys, c->who->uid, service, rhost);
}

enum verdict call_admits(const struct conf_service *s, uint8_t asked_level, const struct account *acc)
{
	uint8_t level = asked_level > s->level ? asked_level : s->level;

	if ((s->categories >> acc->category & 1) == 0)
		return V_CATEGORY;
	return acc->pin.level >= level ? V_OK : V_LEVEL;
}

/* Fill an accepting verdict with what only a proven person is told. */
static void say_accepted(struct call *c, enum verdict v, const struct account *acc)
{
	struct wire_verdict *say = &c->rep->verdict;
	uint64_t left_s;

	call_say(c, v);
	say->level = acc->pin.level;
	say->category = acc->category;
	if (v != V_OK || acc->pin.expires_s <= c->now_s)
		return;
	say->expires_s = acc->pin.expires_s;
	left_s = acc->pin.expires_s - c->now_s;
	if (left_s <= (uint64_t)c->conf->warn_days * DAY_S)
		say->warn_days = (uint8_t)((left_s + DAY_S - 1) / DAY_S);
}

/* The service's and the caller's conditions, once the PIN is right: the first that fails, or v. */
static enum verdict conditions(const struct conf_service *s, uint8_t asked_level,
			       const char *on_behalf_of, const struct account *acc, enum verdict v)
{
	enum verdict admitted = call_admits(s, asked_level, acc);

	if (v != V_OK && v != V_MUST_CHANGE)
		return v;
	if (admitted != V_OK)
		return admitted;
	return on_behalf_of[0] == '\0' ? v : V_DELEGATION; /* no delegation is on record yet */
}

/* Who proved whose PIN to which service. Returns id. */
static const uint8_t *proof_id(struct call *c, const char *service, const char *cf,
			       uint8_t id[static RECENT_ID_LEN])
{
	struct {
		uint8_t uid[4];
		char service[CONF_SERVICE_MAX + 1], cf[RECORD_CF_MAX + 1];
	} what = { .service = "" }; /* fixed places: no two triples make the same bytes */
	uint32_t uid = c->who->uid;

	memcpy(what.uid, &uid, sizeof(what.uid));
	memcpy(what.service, service, strnlen(service, sizeof(what.service) - 1));
	memcpy(what.cf, cf, strnlen(cf, sizeof(what.cf) - 1));
	keys_digest(c->sv->keys, KEYS_SOURCE, id, RECENT_ID_LEN, &what, sizeof(what));
	sodium_memzero(&what, sizeof(what));
	return id;
}

static void do_authenticate(struct call *c)
{
	const struct wire_authenticate *q = &c->req->authenticate;
	const struct ticket_scope scope = { q->cf, q->service, c->who->uid };
	const struct penalty_from from = call_from(c, q->service, q->rhost);
	const struct conf_service *s = conf_service(c->conf, q->service);
	uint8_t id[RECENT_ID_LEN];
	struct account acc = { .category = 0 };
	struct pin_step step;

	if (!call_person(c, q->cf))
		return;
	step = call_prove(c, q->cf, q->pin, &from, &acc);
	step.verdict = conditions(s, q->level, q->on_behalf_of, &acc, step.verdict);
	if (step.verdict == V_OK || step.verdict == V_MUST_CHANGE) {
		recent_add(c->sv->proofs, proof_id(c, q->service, q->cf, id), c->now_s);
		say_accepted(c, step.verdict, &acc);
		c->sv->stats.accepted++;
		if (step.verdict == V_MUST_CHANGE)
			ticket_grant(c->sv->keys, &scope, acc.pin.gen, c->now_s, c->rep->verdict.grant);
		call_event(c, EVENT_ACCEPTED, step.verdict, q->cf, q->service, q->rhost);
	} else {
		call_say_step(c, &step);
		call_refused(c, step.verdict, q->cf, q->service, q->rhost);
	}
	sodium_memzero(&acc, sizeof(acc));
}

/* What the account phase says of a record, without a PIN. */
static enum verdict standing(struct call *c, const struct account *acc, uint64_t tag)
{
	const struct penalty_policy pol = conf_penalty(c->conf);
	enum pin_gate gate = penalty_gate(&acc->pin.penalty, tag, &pol, c->now_s);

	if (gate != PIN_OPEN)
		return gate == PIN_BLOCKED ? V_BLOCKED : V_THROTTLED;
	switch (pin_life(&acc->pin, c->now_s)) {
	case PIN_ACTIVE: return V_OK;
	case PIN_TEMPORARY:
	case PIN_EXPIRED: return V_MUST_CHANGE;
	case PIN_LAPSED: return V_LAPSED;
	case PIN_ABSENT:
	case PIN_AWAITING:
	case PIN_REVOKED:
	case PIN_LIFE_N: break;
	}
	return V_WRONG;
}

static void do_authorize(struct call *c)
{
	const struct wire_authorize *q = &c->req->authorize;
	const struct conf_service *s = conf_service(c->conf, q->service);
	const struct penalty_policy pol = conf_penalty(c->conf);
	const uint64_t tag = call_from(c, q->service, q->rhost).tag;
	uint8_t id[RECENT_ID_LEN];
	struct account acc;
	enum verdict v;

	if (!call_person(c, q->cf))
		return;
	if (c->who->uid != 0 &&
	    !recent_has(c->sv->proofs, proof_id(c, q->service, q->cf, id), c->now_s)) {
		call_say(c, V_DENIED); /* whoever the person is */
		return;
	}
	if (account_get(&c->sv->accounts, q->cf, &acc) != 0) {
		call_say(c, V_FAILED);
		return;
	}
	v = conditions(s, q->level, q->on_behalf_of, &acc, standing(c, &acc, tag));
	if (v == V_OK || v == V_MUST_CHANGE)
		say_accepted(c, v, &acc);
	else
		call_say(c, v);
	if (v == V_THROTTLED)
		c->rep->verdict.wait_s = penalty_wait(&acc.pin.penalty, tag, &pol, c->now_s);
	sodium_memzero(&acc, sizeof(acc));
}

static void do_ping(struct call *c)
{
	call_say(c, V_OK);
}

/* Which verb lives on which socket. service: where the message names one, or 0. */
static const struct entry {
	enum wire_type type;
	enum role role;
	void (*run)(struct call *);
	size_t service;
} entries[] = {
#define SERVICE(name) offsetof(struct wire_msg, name.service)
	{ WIRE_AUTHENTICATE, ROLE_AUTH,  do_authenticate,   SERVICE(authenticate) },
	{ WIRE_AUTHORIZE,    ROLE_AUTH,  do_authorize,      SERVICE(authorize) },
	{ WIRE_RENEW_OPEN,   ROLE_AUTH,  call_renew_open,   SERVICE(renew_open) },
	{ WIRE_RENEW_COMMIT, ROLE_AUTH,  call_renew_commit, SERVICE(renew_commit) },
	{ WIRE_PING,         ROLE_AUTH,  do_ping,           0 },
	{ WIRE_COST,         ROLE_ADMIN, call_cost,         0 },
	{ WIRE_ISSUE,        ROLE_ADMIN, call_issue,        0 },
	{ WIRE_STATUS,       ROLE_ADMIN, call_status,       0 },
	{ WIRE_SOURCE_GET,   ROLE_ADMIN, call_source_get,   0 },
	{ WIRE_REVOKE,       ROLE_ADMIN, call_revoke,       0 },
	{ WIRE_UNLOCK,       ROLE_ADMIN, call_unlock,       0 },
	{ WIRE_CONVERT,      ROLE_ADMIN, call_convert,      0 },
	{ WIRE_SERVICE_GET,  ROLE_ADMIN, call_service_get,  0 },
	{ WIRE_SERVICE_TEST, ROLE_ADMIN, call_service_test, 0 },
	{ WIRE_STATS,        ROLE_ADMIN, call_stats,        0 },
	{ WIRE_STAT_GET,     ROLE_ADMIN, call_stat_get,     0 },
#undef SERVICE
};

static const struct entry *entry_of(enum wire_type type, enum role role)
{
	for (size_t i = 0; i < sizeof(entries) / sizeof(*entries); i++)
		if (entries[i].type == type && entries[i].role == role)
			return &entries[i];
	return NULL;
}

static bool allowed(const struct call *c, const struct entry *e)
{
	const char *service = (const char *)c->req + e->service;

	if (!c->who->may)
		return false;
	return e->service == 0 || conf_peer_ok(conf_service(c->conf, service), c->who->uid);
}

static void dispatch(struct call *c, bool decoded)
{
	const struct entry *e = decoded ? entry_of(c->req->type, c->who->role) : NULL;

	if (c->sv->accounts.broken != 0) {
		call_say(c, V_FAILED); /* pind is about to stop */
	} else if (e == NULL) {
		call_say(c, V_BAD);
	} else if (!allowed(c, e)) {
		call_say(c, V_DENIED);
		call_event(c, EVENT_DENIED, V_DENIED, NULL,
			   e->service != 0 ? (const char *)c->req + e->service : NULL, NULL);
	} else {
		e->run(c);
	}
}

/* Encode the reply and count it. */
static void finish(struct service *sv, const struct wire_msg *req, struct wire_msg *rep,
		   uint8_t out[static WIRE_MAX], size_t *out_len)
{
	memcpy(rep->nonce, req->nonce, sizeof(rep->nonce));
	if (wire_encode(rep, out, WIRE_MAX, out_len) != 0)
		sodium_misuse(); /* every reply fits, and its texts are ours or were decoded */
	stats_answer(&sv->stats, req->type, rep->type == WIRE_VERDICT ? rep->verdict.code : 0u);
	wire_wipe(rep);
}

static struct conf *hold(struct service *sv)
{
	struct conf *conf;

	pthread_mutex_lock(&sv->conf_lock);
	conf = sv->conf;
	conf->holders++;
	pthread_mutex_unlock(&sv->conf_lock);
	return conf;
}

static void let_go(struct service *sv, struct conf *conf)
{
	unsigned int holders;

	pthread_mutex_lock(&sv->conf_lock);
	holders = --conf->holders;
	pthread_mutex_unlock(&sv->conf_lock);
	if (holders == 0)
		conf_free(conf);
}

static uint64_t now_s(struct service *sv)
{
	if (sv->boot_s == NULL)
		return accounts_now(&sv->accounts, sv->real_s());
	return accounts_time(&sv->accounts, sv->real_s(), sv->boot_s());
}

void serve(struct service *sv, const struct peer *who, const uint8_t *in, size_t len,
	   uint8_t out[static WIRE_MAX], size_t *out_len)
{
	serve_first(sv, who, in, len, out, out_len, NULL);
}

void serve_later(struct service *sv, struct serve_later *later)
{
	struct conf *conf = hold(sv);
	struct call c = { .sv = sv, .conf = conf, .now_s = now_s(sv) };

	if (later->due && sv->accounts.broken == 0)
		call_rehash(&c, later);
	sodium_memzero(later, sizeof(*later));
	let_go(sv, conf);
}

void serve_first(struct service *sv, const struct peer *who, const uint8_t *in, size_t len,
		 uint8_t out[static WIRE_MAX], size_t *out_len, struct serve_later *later)
{
	struct conf *conf = hold(sv);
	struct wire_msg req, rep = { 0 };
	struct call c = { .sv = sv, .who = who, .conf = conf, .req = &req, .rep = &rep,
			  .now_s = now_s(sv), .later = later };

	dispatch(&c, wire_decode(&req, in, len) == 0);
	finish(sv, &req, &rep, out, out_len);
	wire_wipe(&req);
	let_go(sv, conf);
}

void serve_refuse(struct service *sv, enum verdict v, const uint8_t *in, size_t len,
		  uint8_t out[static WIRE_MAX], size_t *out_len)
{
	struct wire_msg req, rep = { 0 };
	struct call c = { .rep = &rep };

	(void)wire_decode(&req, in, len); /* for the nonce: nothing else is looked at */
	call_say(&c, v);
	finish(sv, &req, &rep, out, out_len);
	wire_wipe(&req);
}

int serve_open(struct service *sv, const struct keys *keys, struct conf *conf)
{
	const struct argon_cost cost = conf_cost(conf);
	int r;

	*sv = (struct service){ .keys = keys };
	hash_decoy(&sv->decoy, &cost);
	r = recent_open(&sv->proofs, RECENT_PROOF_S);
	if (r == 0)
		r = recent_open(&sv->wrongs, RECENT_WRONG_S);
	if (r == 0)
		r = spray_open(&sv->spray);
	if (r == 0)
		r = -pthread_mutex_init(&sv->conf_lock, NULL);
	if (r == 0) {
		conf->holders = 1;
		sv->conf = conf;
	}
	return r;
}

void serve_configure(struct service *sv, struct conf *conf)
{
	struct conf *old;

	conf->holders = 1;
	pthread_mutex_lock(&sv->conf_lock);
	old = sv->conf;
	sv->conf = conf;
	pthread_mutex_unlock(&sv->conf_lock);
	let_go(sv, old);
}

void serve_close(struct service *sv)
{
	if (sv->conf != NULL)
		let_go(sv, sv->conf);
	recent_close(sv->proofs);
	recent_close(sv->wrongs);
	spray_close(sv->spray);
	pthread_mutex_destroy(&sv->conf_lock);
}
