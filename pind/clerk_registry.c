/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clerk_registry.c - what offices know beside pind: matricole, authorised patronati, addresses. An
 * import puts millions of lines, each in a commit of its own: one act records that it begins, one
 * what it was. A line that takes the place of another decides where letters go: an act of its own.
 */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "call.h"
#include "cf.h"
#include "plain.h"

#define DAY_S   86400u /* an import that is not over by then must begin again */
#define RETRIES 1000 /* a commit moves only because another succeeded; this many is a bug */

static const char *const names[] = { [REGISTRY_MATRICOLE] = "matricole",
				     [REGISTRY_PATRONATI] = "patronati",
				     [REGISTRY_INDIRIZZI] = "indirizzi" };

static bool is_registry(uint8_t registry)
{
	return registry >= REGISTRY_MATRICOLE && registry <= REGISTRY_INDIRIZZI;
}

static bool is_cf(const char *text, bool person)
{
	struct cf cf;

	return cf_parse_exact(&cf, text, strlen(text)) == CF_OK && (!person || cf_is_person(&cf));
}

static bool is_matricola(const char *text)
{
	return text[0] != '\0' && text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")] == '\0';
}

/* Does the line belong into its registry? V_OK; V_BAD: not a code; V_DETAILS: the rest is not right. */
static enum verdict check(const struct wire_registry_put *q)
{
	bool address = q->name[0] != '\0' || q->street[0] != '\0' || q->town[0] != '\0';

	switch (q->registry) {
	case REGISTRY_MATRICOLE:
		if (!is_matricola(q->code) || !is_cf(q->cf, false))
			return V_BAD;
		return address ? V_DETAILS : V_OK;
	case REGISTRY_PATRONATI:
		if (!is_cf(q->code, true))
			return V_BAD;
		return address || q->cf[0] != '\0' ? V_DETAILS : V_OK;
	case REGISTRY_INDIRIZZI:
		if (!is_cf(q->code, false))
			return V_BAD;
		return q->cf[0] == '\0' && plain_line(q->name) && plain_line(q->street) &&
				       plain_line(q->town) ? V_OK : V_DETAILS;
	default: return V_BAD;
	}
}

static void make_row(struct entry_row *e, const struct wire_registry_put *q)
{
	e->registry = q->registry;
	memcpy(e->code, q->code, sizeof(e->code));
	memcpy(e->cf, q->cf, sizeof(e->cf));
	memcpy(e->address.name, q->name, sizeof(e->address.name));
	memcpy(e->address.street, q->street, sizeof(e->address.street));
	memcpy(e->address.town, q->town, sizeof(e->address.town));
}

/* Where it is on record that this operator's import into that registry has begun. */
static void import_key(uint8_t key[static STORE_KEY_LEN], const struct call *c, uint8_t registry)
{
	memset(key, 0, STORE_KEY_LEN);
	snprintf((char *)key, STORE_KEY_LEN, "import %u %u", registry, (unsigned int)c->who->uid);
}

/* Has it? V_OK; V_STATE: no; V_FAILED. */
static enum verdict importing(struct call *c, uint8_t registry)
{
	uint8_t key[STORE_KEY_LEN];
	struct counter since;

	import_key(key, c, registry);
	if (call_row(c, &dossier_counter, key, &since) != 0)
		return V_FAILED;
	return since.last != 0 && c->now_s < since.last + DAY_S ? V_OK : V_STATE;
}

struct replaced { /* what the body of the act gets */
	const struct entry_row *line;
	const uint8_t *key;
};

/* The line that was there is in the audit: it says where letters went, or whose a matricola was. */
static enum verdict replace(struct act *a, void *arg)
{
	const struct replaced *r = arg;
	struct entry_row now, old;

	if (!act_get(a, &dossier_registry, r->key, &old))
		return V_FAILED;
	memcpy(&now, r->line, sizeof(now));
	now.rev = old.rev;
	if (memcmp(&now, &old, sizeof(now)) != 0)
		act_put(a, &dossier_registry, r->key, &now);
	snprintf(a->entry.object, sizeof(a->entry.object), "%s", names[now.registry]);
	if (now.registry == REGISTRY_MATRICOLE) {
		memcpy(a->entry.cf, now.cf, sizeof(a->entry.cf));
		snprintf(a->entry.detail, sizeof(a->entry.detail), "%s was of %s", now.code, old.cf);
	} else {
		memcpy(a->entry.cf, now.code, sizeof(a->entry.cf));
		snprintf(a->entry.detail, sizeof(a->entry.detail), "was %s, %s", old.address.street,
			 old.address.town);
	}
	sodium_memzero(&old, sizeof(old));
	return V_OK;
}

/*
 * 0, STORE_E_MOVED, or another error; *there: another line is in its place. A line that is there
 * already, as it is, is not written again.
 */
static int put(struct call *c, const struct entry_row *line, const uint8_t *key, bool *there)
{
	struct store_row row;
	struct store_change changes[2] = { { STORE_REGISTRY, key, &row } }; /* and the clock */
	struct entry_row now, old;
	int r = call_row(c, &dossier_registry, key, &old);

	if (r > 0)
		return -EBADMSG;
	if (r != 0)
		return r;
	memcpy(&now, line, sizeof(now));
	now.rev = old.rev;
	*there = old.rev != 0 && memcmp(&now, &old, sizeof(now)) != 0;
	if (old.rev != 0)
		return 0;
	seal_put(c->sv->keys, &dossier_registry, key, &now, &row);
	return accounts_commit(&c->sv->accounts, changes, 1, c->now_s);
}

void call_registry_put(struct call *c)
{
	const struct wire_registry_put *q = &c->req->registry_put;
	struct entry_row line;
	uint8_t key[STORE_KEY_LEN];
	enum verdict v = check(q);
	bool there = false;
	int r = STORE_E_MOVED;

	if (v == V_OK)
		v = importing(c, q->registry);
	if (v != V_OK) {
		call_say(c, v);
		return;
	}
	memset(&line, 0, sizeof(line)); /* its padding, too: rows are compared whole */
	make_row(&line, q);
	dossier_registry_key(key, c->sv->keys, (enum registry)q->registry, q->code);
	for (int i = 0; i < RETRIES && r == STORE_E_MOVED; i++)
		r = put(c, &line, key, &there);
	if (r == 0 && there)
		call_act(c, line.registry == REGISTRY_INDIRIZZI ? line.code : line.cf, replace,
			 &(struct replaced){ &line, key });
	else
		call_say(c, r == 0 ? V_OK : V_FAILED);
	sodium_memzero(&line, sizeof(line));
}

static enum verdict begin_import(struct act *a, void *arg)
{
	const struct call *c = arg;
	const uint8_t registry = c->req->registry_begin.registry;
	uint8_t key[STORE_KEY_LEN];
	struct counter since;

	import_key(key, c, registry);
	if (!act_get(a, &dossier_counter, key, &since))
		return V_FAILED;
	since.last = a->now_s;
	act_put(a, &dossier_counter, key, &since);
	snprintf(a->entry.object, sizeof(a->entry.object), "%s", names[registry]);
	return V_OK;
}

void call_registry_begin(struct call *c)
{
	if (is_registry(c->req->registry_begin.registry))
		call_act(c, NULL, begin_import, c);
	else
		call_say(c, V_BAD);
}

static enum verdict record_import(struct act *a, void *arg)
{
	const struct call *c = arg;
	const struct wire_registry_done *q = &c->req->registry_done;
	uint8_t key[STORE_KEY_LEN];
	struct counter since;
	char sha256[2 * sizeof(q->sha256) + 1];

	import_key(key, c, q->registry);
	if (!act_get(a, &dossier_counter, key, &since))
		return V_FAILED;
	if (since.last == 0)
		return V_STATE;
	since.last = 0;
	act_put(a, &dossier_counter, key, &since);
	sodium_bin2hex(sha256, sizeof(sha256), q->sha256, sizeof(q->sha256));
	snprintf(a->entry.object, sizeof(a->entry.object), "%s", names[q->registry]);
	snprintf(a->entry.detail, sizeof(a->entry.detail), "%u lines, sha256 %s", q->lines, sha256);
	return V_OK;
}

void call_registry_done(struct call *c)
{
	if (is_registry(c->req->registry_done.registry))
		call_act(c, NULL, record_import, c);
	else
		call_say(c, V_BAD);
}

void call_registry_get(struct call *c)
{
	const struct wire_registry_get *q = &c->req->registry_get;
	struct wire_registry_is *say = &c->rep->registry_is;
	uint8_t key[STORE_KEY_LEN];
	struct entry_row line;

	if (!is_registry(q->registry)) {
		call_say(c, V_BAD);
		return;
	}
	dossier_registry_key(key, c->sv->keys, (enum registry)q->registry, q->code);
	if (call_row(c, &dossier_registry, key, &line) != 0) {
		call_say(c, V_FAILED);
	} else if (line.rev == 0) {
		call_say(c, V_UNKNOWN);
	} else {
		c->rep->type = WIRE_REGISTRY_IS;
		memset(say, 0, sizeof(*say));
		memcpy(say->code, line.code, sizeof(say->code));
		memcpy(say->cf, line.cf, sizeof(say->cf));
		memcpy(say->name, line.address.name, sizeof(say->name));
		memcpy(say->street, line.address.street, sizeof(say->street));
		memcpy(say->town, line.address.town, sizeof(say->town));
	}
	sodium_memzero(&line, sizeof(line));
}
