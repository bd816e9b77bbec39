/* SPDX-License-Identifier: BSD-2-Clause */
/* desk.c - see desk.h. */
#include "desk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <sodium.h>

#include "hash.h"

struct desk desk;

const struct peer desk_root = { ROLE_AUTH, true, 0, 0 }, desk_web = { ROLE_AUTH, true, 33, 0 },
		  desk_admin = { ROLE_ADMIN, true, 0, DUTY_ALL };

int __real_argon_derive(uint8_t out[static ARGON_OUT_LEN], const char *text, size_t len,
			const uint8_t salt[static ARGON_SALT_LEN], const struct argon_cost *cost);
int __wrap_argon_derive(uint8_t out[static ARGON_OUT_LEN], const char *text, size_t len,
			const uint8_t salt[static ARGON_SALT_LEN], const struct argon_cost *cost);

int __wrap_argon_derive(uint8_t out[static ARGON_OUT_LEN], const char *text, size_t len,
			const uint8_t salt[static ARGON_SALT_LEN], const struct argon_cost *cost)
{
	unsigned int n = ++desk.hashes;

	desk.fails_at_hash = desk_spent(ANN);
	if (desk.fail_from != 0 && n >= desk.fail_from) {
		memset(out, 0, ARGON_OUT_LEN);
		return -ENOMEM;
	}
	return __real_argon_derive(out, text, len, salt, cost);
}

static uint64_t now(void)
{
	return desk.now_s;
}

static void on_event(const struct event *e)
{
	desk.events[e->id]++;
}

int desk_open(void **state)
{
	static const uint8_t root[KEYS_ROOT_LEN] = { 1, 2, 3 };
	struct conf *conf;

	(void)state;
	memset(&desk, 0, sizeof(desk));
	desk.now_s = 1769860800;
	if (sodium_init() < 0 || keys_from(&desk.keys, root) != 0 || conf_defaults(&conf) != 0)
		return -1;
	conf->passes = 1; /* pind.conf would not allow it */
	conf->memory_kib = ARGON_MEM_KIB_MIN;
	if (store_open(&desk.store, "mem:", 0) != 0 || serve_open(&desk.sv, desk.keys, conf) != 0)
		return -1;
	desk.sv.real_s = now;
	desk.sv.event = on_event;
	return accounts_open(&desk.sv.accounts, desk.store, desk.keys, desk.now_s);
}

int desk_close(void **state)
{
	(void)state;
	serve_close(&desk.sv);
	store_close(desk.store);
	keys_close(desk.keys);
	return 0;
}

enum verdict desk_ask(const struct peer *who, struct wire_msg *req)
{
	uint8_t in[WIRE_MAX];
	size_t n;

	randombytes_buf(req->nonce, sizeof(req->nonce));
	assert_int_equal(wire_encode(req, in, sizeof(in), &n), 0);
	serve(&desk.sv, who, in, n, desk.bytes, &desk.len);
	assert_int_equal(wire_decode(&desk.rep, desk.bytes, desk.len), 0);
	assert_memory_equal(desk.rep.nonce, req->nonce, sizeof(req->nonce));
	memset(desk.bytes + 2, 0, WIRE_NONCE_LEN);
	return desk.rep.type == WIRE_VERDICT ? (enum verdict)desk.rep.verdict.code : V_OK;
}

static void half(const char *text, uint8_t *salt, uint8_t *out)
{
	const struct argon_cost cost = { desk.sv.conf->passes, desk.sv.conf->memory_kib };

	randombytes_buf(salt, ARGON_SALT_LEN);
	assert_int_equal(__real_argon_derive(out, text, 8, salt, &cost), 0);
}

enum verdict desk_issue_by(const struct peer *who, const char *cf, const char *pin16, enum level level)
{
	struct wire_msg m = { .type = WIRE_ISSUE };
	struct wire_issue *q = &m.issue;

	snprintf(q->cf, sizeof(q->cf), "%s", cf);
	q->category = CATEGORY_LAVORATORE;
	q->level = (uint8_t)level;
	if (level == LEVEL_DISPOSITIVO) {
		q->doc_kind = DOCUMENT_PATENTE;
		snprintf(q->doc_number, sizeof(q->doc_number), "U1X23");
		snprintf(q->doc_issuer, sizeof(q->doc_issuer), "MIT-UCO");
		q->doc_until_s = desk.now_s + 1000;
	}
	q->ops = desk.sv.conf->passes;
	q->mem_kib = desk.sv.conf->memory_kib;
	half(pin16, q->salt1, q->out1);
	half(pin16 + 8, q->salt2, q->out2);
	return desk_ask(who, &m);
}

enum verdict desk_issue(const char *cf, const char *pin16, enum level level)
{
	return desk_issue_by(&desk_admin, cf, pin16, level);
}

enum verdict desk_auth_at(const struct peer *who, const char *cf, const char *pin,
			  const char *service)
{
	struct wire_msg m = { .type = WIRE_AUTHENTICATE };

	snprintf(m.authenticate.cf, sizeof(m.authenticate.cf), "%s", cf);
	snprintf(m.authenticate.pin, sizeof(m.authenticate.pin), "%s", pin);
	snprintf(m.authenticate.service, sizeof(m.authenticate.service), "%s", service);
	return desk_ask(who, &m);
}

enum verdict desk_auth(const char *cf, const char *pin)
{
	return desk_auth_at(&desk_root, cf, pin, "login");
}

enum verdict desk_wrong(const char *cf)
{
	static unsigned int n;
	char pin[9];

	snprintf(pin, sizeof(pin), "%08u", n++ % 1000000);
	return desk_auth_at(&desk_root, cf, pin, "away"); /* where nobody was ever let in */
}

enum verdict desk_authorize(const struct peer *who, const char *cf, const char *service)
{
	struct wire_msg m = { .type = WIRE_AUTHORIZE };

	snprintf(m.authorize.cf, sizeof(m.authorize.cf), "%s", cf);
	snprintf(m.authorize.service, sizeof(m.authorize.service), "%s", service);
	return desk_ask(who, &m);
}

enum verdict desk_revoke(const char *cf)
{
	struct wire_msg m = { .type = WIRE_REVOKE, .revoke.reason = "lost" };

	snprintf(m.revoke.cf, sizeof(m.revoke.cf), "%s", cf);
	return desk_ask(&desk_admin, &m);
}

enum verdict desk_unlock(const char *cf)
{
	struct wire_msg m = { .type = WIRE_UNLOCK };

	snprintf(m.unlock.cf, sizeof(m.unlock.cf), "%s", cf);
	return desk_ask(&desk_admin, &m);
}

enum verdict desk_convert(const char *cf, uint64_t until_s)
{
	struct wire_msg m = { .type = WIRE_CONVERT,
			      .convert = { .doc_kind = DOCUMENT_PASSAPORTO, .doc_number = "YA12",
					   .doc_issuer = "Questura", .doc_until_s = until_s } };

	snprintf(m.convert.cf, sizeof(m.convert.cf), "%s", cf);
	return desk_ask(&desk_admin, &m);
}

uint32_t desk_spent(const char *cf)
{
	struct account acc;
	uint32_t n;

	assert_int_equal(account_get(&desk.sv.accounts, cf, &acc), 0);
	n = acc.pin.penalty.pool.fails;
	for (size_t i = 0; i < PENALTY_SOURCES; i++)
		n += acc.pin.penalty.known[i].count.fails;
	return n;
}

const struct wire_record *desk_status(const char *cf)
{
	struct wire_msg m = { .type = WIRE_STATUS };

	snprintf(m.status.cf, sizeof(m.status.cf), "%s", cf);
	desk_ask(&desk_admin, &m);
	assert_int_equal(desk.rep.type, WIRE_RECORD);
	return &desk.rep.record;
}

void desk_first_login(const char *cf, const char *pin16, char pin[static 17])
{
	struct wire_msg m = { .type = WIRE_RENEW_OPEN }, c = { .type = WIRE_RENEW_COMMIT };

	assert_int_equal(desk_auth(cf, pin16), V_MUST_CHANGE);
	memcpy(m.renew_open.grant, desk.rep.verdict.grant, WIRE_GRANT_LEN);
	memcpy(c.renew_commit.grant, desk.rep.verdict.grant, WIRE_GRANT_LEN);
	snprintf(m.renew_open.cf, sizeof(m.renew_open.cf), "%s", cf);
	snprintf(m.renew_open.service, sizeof(m.renew_open.service), "login");
	assert_int_equal(desk_ask(&desk_root, &m), V_OK);
	assert_int_equal(desk.rep.type, WIRE_RENEWAL);
	snprintf(pin, 17, "%s", desk.rep.renewal.pin);
	memcpy(c.renew_commit.ticket, desk.rep.renewal.ticket, WIRE_TICKET_LEN);
	snprintf(c.renew_commit.cf, sizeof(c.renew_commit.cf), "%s", cf);
	snprintf(c.renew_commit.service, sizeof(c.renew_commit.service), "login");
	snprintf(c.renew_commit.pin, sizeof(c.renew_commit.pin), "%s", pin);
	snprintf(c.renew_commit.email, sizeof(c.renew_commit.email), "a@example.org");
	snprintf(c.renew_commit.phone, sizeof(c.renew_commit.phone), "+393331234567");
	assert_int_equal(desk_ask(&desk_root, &c), V_OK);
}

void desk_service(const char *name, enum level level, uint32_t categories, uid_t peer)
{
	struct conf *c = desk.sv.conf;
	struct conf_service s = { .level = (uint8_t)level, .categories = categories,
				  .n_peers = peer != (uid_t)-1, .peers = { peer } };

	snprintf(s.name, sizeof(s.name), "%s", name);
	c->services = reallocarray(c->services, c->n_services + 1, sizeof(s));
	assert_non_null(c->services);
	c->services[c->n_services++] = s; /* tests add them in order of name */
}
