/* SPDX-License-Identifier: BSD-2-Clause */
/* serve.c - who may ask; from packet to verb, from reply to packet; see serve.h. */
#include "serve.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <time.h>

#include "call.h"
#include "cf.h"
#include "hash.h"
#include "verbs.h"

#define STEP_NS 50000 /* of the time an answer about a PIN takes; see even_out() */

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

void call_act(struct call *c, const char *cf, act_body_fn *body, void *arg)
{
	enum verdict v = act_run(&c->sv->accounts, (uint8_t)c->req->type, c->who->uid, c->now_s,
				 body, arg);

	call_say(c, v);
	if (v == V_OK)
		c->sv->stats.operators++;
	else
		call_event(c, EVENT_DECLINED, v, cf, NULL, NULL);
}

int call_row(struct call *c, const struct seal_kind *kind, const uint8_t *key, void *obj)
{
	struct accounts *a = &c->sv->accounts;
	struct store_row row = { .rev = 0 };
	int r = a->store->ops->get(a->store, kind->table, key, &row);

	if (r != 0)
		memset(obj, 0, kind->size);
	else
		r = seal_get(a->keys, kind, key, &row, obj);
	sodium_memzero(&row, sizeof(row));
	return r;
}

bool call_person(struct call *c, const char *text)
{
	struct cf cf;
	bool ok = cf_parse_exact(&cf, text, strlen(text)) == CF_OK && cf_is_person(&cf);

	if (!ok)
		call_say(c, V_BAD);
	return ok;
}

/* Fill in who asked, about whom and what was said, and write it. */
static void tell(struct call *c, struct event *e, enum verdict v, const char *cf)
{
	char tag[KEYS_TAG_LEN + 1];

	e->verdict = verdict_name(v);
	e->has_uid = true;
	e->uid = c->who->uid;
	if (cf != NULL)
		e->tag = keys_tag(c->sv->keys, cf, tag);
	if (c->sv->event != NULL)
		c->sv->event(e);
}

void call_event(struct call *c, enum event_id id, enum verdict v, const char *cf,
		const char *service, const char *rhost)
{
	struct event e = { .id = id, .service = service, .rhost = rhost };

	tell(c, &e, v, cf);
}

void call_note(struct call *c, enum event_id id, enum verdict v, const char *cf, const char *detail)
{
	struct event e = { .id = id, .detail = detail };

	tell(c, &e, v, cf);
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

static bool allowed(const struct call *c, const struct verb *e)
{
	const char *service = (const char *)c->req + e->service;

	if (!c->who->may)
		return false;
	if (e->role != ROLE_AUTH && (c->who->duties & e->duties) == 0)
		return false;
	return e->service == 0 || conf_peer_ok(conf_service(c->conf, service), c->who->uid);
}

/* Once a minute and uid: it costs the caller nothing, and could fill the journal. */
static void note_denied(struct call *c, const char *service)
{
	uint8_t id[RECENT_ID_LEN];
	uint32_t uid = c->who->uid;

	keys_digest(c->sv->keys, KEYS_SOURCE, id, sizeof(id), &uid, sizeof(uid));
	if (recent_has(c->sv->denials, id, c->now_s))
		return;
	recent_add(c->sv->denials, id, c->now_s);
	call_event(c, EVENT_DENIED, V_DENIED, NULL, service, NULL);
}

static void dispatch(struct call *c, bool decoded)
{
	const struct verb *e = decoded ? verb_of(c->req->type, c->who->role) : NULL;

	if (c->sv->accounts.broken != 0) {
		call_say(c, V_FAILED); /* pind is about to stop */
	} else if (e == NULL) {
		call_say(c, V_BAD);
	} else if (!allowed(c, e)) {
		call_say(c, V_DENIED);
		note_denied(c, e->service != 0 ? (const char *)c->req + e->service : NULL);
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

static uint64_t monotonic_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

/*
 * Wait until a whole number of steps has passed. A row that is not there, a longer address, a text
 * that is no PIN: each takes some nanoseconds more or less, and no code has them all alike.
 */
static void even_out(uint64_t began_ns)
{
	uint64_t took_ns = monotonic_ns() - began_ns, due_ns = took_ns + STEP_NS - took_ns % STEP_NS;

	while (monotonic_ns() - began_ns < due_ns)
		; /* a sleep would take longer to begin and end */
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
	uint64_t began_ns = monotonic_ns();
	struct conf *conf = hold(sv);
	struct wire_msg req, rep = { 0 };
	struct call c = { .sv = sv, .who = who, .conf = conf, .req = &req, .rep = &rep,
			  .now_s = now_s(sv), .later = later };

	dispatch(&c, wire_decode(&req, in, len) == 0);
	finish(sv, &req, &rep, out, out_len);
	wire_wipe(&req);
	let_go(sv, conf);
	if (c.proved)
		even_out(began_ns);
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
		r = recent_open(&sv->denials, RECENT_DENIED_S);
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
	recent_close(sv->denials);
	spray_close(sv->spray);
	pthread_mutex_destroy(&sv->conf_lock);
}
