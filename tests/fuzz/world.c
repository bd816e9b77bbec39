/* SPDX-License-Identifier: BSD-2-Clause */
/* world.c - see world.h. */
#include "world.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define T0 1769860800u /* 2026-01-31 12:00 */

struct world w;

const char *const world_cfs[MODEL_PEOPLE] = { "RSSMRA85T10A562S", "VRDLGI80A01H501E",
					      "BNCGNN70B02F205Y" };

/* "login" has no file and falls under the default, which is policy 0; the rest by name. */
const char *const world_services[WORLD_SERVICES] = { "login", "firms", "mine", "strict" };
const struct conf_service world_policies[WORLD_SERVICES] = {
	{ .name = "default", .level = 1, .categories = 0x7e },
	{ .name = "firms", .level = 1, .categories = 1u << CATEGORY_IMPRESA },
	{ .name = "mine", .level = 1, .categories = 0x7e, .n_peers = 1, .peers = { 33 } },
	{ .name = "strict", .level = 2, .categories = 0x7e },
};

static struct keys *keys;

void must(bool holds)
{
	if (!holds)
		__builtin_trap();
}

uint8_t next(void)
{
	return w.p < w.end ? *w.p++ : 0;
}

static uint64_t real_s(void)
{
	return w.real_s;
}

static struct conf *new_conf(bool simplified)
{
	struct conf_service *all;
	struct conf *c;

	must(conf_defaults(&c) == 0);
	c->passes = 1; /* pind.conf would not allow it */
	c->memory_kib = ARGON_MEM_KIB_MIN;
	c->simplified = simplified;
	all = reallocarray(c->services, WORLD_SERVICES, sizeof(*all));
	must(all != NULL);
	memcpy(all, world_policies, sizeof(world_policies));
	c->services = all;
	c->n_services = WORLD_SERVICES;
	return c;
}

void world_configure(bool simplified)
{
	serve_configure(&w.sv, new_conf(simplified));
	w.m.simplified = simplified;
}

void world_open(const uint8_t *data, size_t size)
{
	static const uint8_t root[KEYS_ROOT_LEN] = { 12 };
	struct store *store;

	if (keys == NULL)
		must(sodium_init() >= 0 && keys_from(&keys, root) == 0);
	w = (struct world){ .p = data, .end = data + size, .real_s = T0,
			    .m = { .high_s = T0, .simplified = true } };
	for (size_t i = 0; i < MODEL_PEOPLE; i++)
		w.m.people[i].seen_at = "";
	must(serve_open(&w.sv, keys, new_conf(true)) == 0);
	w.sv.real_s = real_s;
	must(store_open(&store, "mem:", 0) == 0);
	must(accounts_open(&w.sv.accounts, store, keys, T0) == 0);
}

void world_close(void)
{
	struct store *store = w.sv.accounts.store;

	serve_close(&w.sv);
	store_close(store);
}

void world_send(const uint8_t *in, size_t n)
{
	uint8_t out[WIRE_MAX];
	size_t len = 0;

	serve(&w.sv, &w.who, in, n, out, &len);
	w.requests++;
	must(len <= WIRE_MAX && wire_decode(&w.rep, out, len) == 0 && w.rep.type >= 0x80);
	must(n < 18 || memcmp(w.rep.nonce, in + 2, WIRE_NONCE_LEN) == 0);
}

void world_expect(struct wire_msg *m, struct said want)
{
	uint8_t in[WIRE_MAX];
	size_t n;

	memset(m->nonce, next(), sizeof(m->nonce));
	must(wire_encode(m, in, sizeof(in), &n) == 0);
	world_send(in, n);
	if (w.rep.type != WIRE_VERDICT)
		must(want.verdict == V_OK);
	else
		must(w.rep.verdict.code == want.verdict && w.rep.verdict.wait_s == want.wait_s);
}

enum verdict world_may_ask(enum role needed, bool names_service)
{
	const struct conf_service *s = &world_policies[w.service];

	if (w.who.role != needed)
		return V_BAD;
	if (!w.who.may || (needed == ROLE_ADMIN && w.who.duties == 0) ||
	    (names_service && s->n_peers > 0 && s->peers[0] != w.who.uid))
		return V_DENIED;
	return V_OK;
}

struct person *the_person(void)
{
	return &w.m.people[w.person];
}

unsigned int missing_contacts(void)
{
	return (the_person()->phone ? 0 : 1u) | (the_person()->email ? 0 : 2u);
}
