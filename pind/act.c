/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * act.c - see act.h. Every act that changes something moves the audit head, and the head is read
 * before anything else: so of two acts at once one is committed and the other begins again, and an
 * act is as if it had been alone. Logins move only accounts; what an act read of them and did not
 * change is checked when it is committed, like all it read.
 */
#include "act.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

#define TRIES 1000 /* an act moves only because another succeeded; this many is a bug */

static void fail(struct act *a, int error)
{
	if (a->error == 0)
		a->error = error;
}

static struct act_row *find(struct act *a, enum store_table table, const uint8_t *key)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->rows[i].table == table && memcmp(a->rows[i].key, key, STORE_KEY_LEN) == 0)
			return &a->rows[i];
	return NULL;
}

/* A place for a row not met before; NULL: too many, the body is wrong. */
static struct act_row *add(struct act *a, enum store_table table, const uint8_t *key)
{
	struct act_row *at = &a->rows[a->n];

	if (a->n == ACT_ROWS) {
		fail(a, -ENOBUFS);
		return NULL;
	}
	a->n++;
	at->table = table;
	memcpy(at->key, key, STORE_KEY_LEN);
	at->row.rev = at->row.len = 0;
	at->changed = false;
	return at;
}

/* As it is in the store, or as put: then it is sealed for the revision it will have. */
static int open_row(const struct act *a, const struct seal_kind *kind, struct act_row *at,
		    void *obj)
{
	uint64_t rev = at->row.rev;
	int r;

	if (!at->changed)
		return seal_get(a->accounts->keys, kind, at->key, &at->row, obj);
	memset(obj, 0, kind->size);
	if (at->row.len == 0)
		return 0;
	at->row.rev++;
	r = seal_get(a->accounts->keys, kind, at->key, &at->row, obj);
	at->row.rev = rev;
	if (r == 0)
		memcpy(obj, &rev, sizeof(rev)); /* it still replaces that one */
	return r;
}

bool act_get(struct act *a, const struct seal_kind *kind, const uint8_t *key, void *obj)
{
	struct store *s = a->accounts->store;
	struct act_row *at = find(a, kind->table, key);
	int r = 0;

	memset(obj, 0, kind->size);
	if (at == NULL) {
		at = add(a, kind->table, key);
		if (at == NULL)
			return false;
		r = s->ops->get(s, kind->table, key, &at->row);
	}
	if (r == 0)
		r = open_row(a, kind, at, obj);
	if (r != 0)
		fail(a, r > 0 ? -EBADMSG : r);
	return r == 0;
}

bool act_get_account(struct act *a, const char *cf, struct account *acc)
{
	uint8_t key[STORE_KEY_LEN];

	record_account_key(key, a->accounts->keys, cf);
	return act_get(a, &record_account, key, acc);
}

/* The place of a row that is to change. NULL: it was read at another revision, or there is none. */
static struct act_row *change(struct act *a, enum store_table table, const uint8_t *key,
			      uint64_t rev)
{
	struct act_row *at = find(a, table, key);

	if (at == NULL)
		at = add(a, table, key); /* it was read by act_next(), or is new */
	else if (at->row.rev != rev) {
		fail(a, STORE_E_MOVED);
		return NULL;
	}
	if (at != NULL)
		at->changed = true;
	return at;
}

void act_put(struct act *a, const struct seal_kind *kind, const uint8_t *key, const void *obj)
{
	struct act_row *at;
	uint64_t rev;

	memcpy(&rev, obj, sizeof(rev)); /* its first member */
	at = change(a, kind->table, key, rev);
	if (at != NULL)
		seal_put(a->accounts->keys, kind, key, obj, &at->row);
}

void act_put_account(struct act *a, const struct account *acc)
{
	uint8_t key[STORE_KEY_LEN];

	record_account_key(key, a->accounts->keys, acc->cf);
	act_put(a, &record_account, key, acc);
}

void act_delete(struct act *a, const struct seal_kind *kind, const uint8_t *key, uint64_t rev)
{
	struct act_row *at = change(a, kind->table, key, rev);

	if (at != NULL) {
		at->row.rev = rev;
		at->row.len = 0;
	}
}

bool act_next(struct act *a, const struct seal_kind *kind, const uint8_t *after,
	      uint8_t key[static STORE_KEY_LEN], void *obj)
{
	struct store *s = a->accounts->store;
	uint8_t found[STORE_KEY_LEN] = { 0 };
	struct store_row row = { .rev = 0 };
	int r = s->ops->next(s, kind->table, after, found, &row);

	memset(obj, 0, kind->size);
	if (r == 0)
		r = seal_get(a->accounts->keys, kind, found, &row, obj);
	if (r != 0)
		fail(a, r > 0 ? -EBADMSG : r);
	memcpy(key, found, STORE_KEY_LEN); /* only now: it may be after */
	return r == 0;
}

static int read_head(struct accounts *accounts, struct audit_head *head)
{
	struct store *s = accounts->store;
	struct store_row row;
	int r = s->ops->get(s, STORE_META, audit_head_key, &row);

	if (r == 0)
		r = seal_get(accounts->keys, &audit_head_kind, audit_head_key, &row, head);
	return r > 0 ? -EBADMSG : r;
}

/* All rows that were read or put, the act's own row in the audit table, and the head moved on. */
static int commit(struct act *a, struct audit_head *head)
{
	struct store_change changes[ACT_ROWS + 3]; /* the third is accounts_commit()'s */
	struct store_row audit_bytes, head_bytes;
	const struct keys *k = a->accounts->keys;
	uint8_t key[STORE_KEY_LEN];
	struct audit_row said;
	size_t n = 0;

	for (; n < a->n; n++) {
		struct act_row *at = &a->rows[n];

		if (!at->changed)
			at->row.len = STORE_SAME;
		changes[n] = (struct store_change){ at->table, at->key, &at->row };
	}
	audit_append(k, head, &a->entry, &said);
	audit_key(key, said.serial);
	seal_put(k, &audit_row_kind, key, &said, &audit_bytes);
	seal_put(k, &audit_head_kind, audit_head_key, head, &head_bytes);
	changes[n++] = (struct store_change){ STORE_AUDIT, key, &audit_bytes };
	changes[n++] = (struct store_change){ STORE_META, audit_head_key, &head_bytes };
	sodium_memzero(&said, sizeof(said));
	return accounts_commit(a->accounts, changes, n, a->now_s);
}

static bool changes_something(const struct act *a)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->rows[i].changed)
			return true;
	return false;
}

/* Once. 0: *v is the answer; STORE_E_MOVED: again; -errno. */
static int try(struct act *a, act_body_fn *body, void *arg, enum verdict *v)
{
	struct audit_head head;
	int r = read_head(a->accounts, &head);

	if (r != 0)
		return r;
	*v = body(a, arg);
	if (a->error != 0 || *v != V_OK || !changes_something(a))
		return a->error;
	return commit(a, &head);
}

enum verdict act_run(struct accounts *accounts, uint8_t verb, uint32_t uid, uint64_t now_s,
		     act_body_fn *body, void *arg)
{
	struct act a = { .accounts = accounts, .now_s = now_s };
	enum verdict v = V_FAILED;
	int r = STORE_E_MOVED;

	for (int i = 0; i < TRIES && r == STORE_E_MOVED; i++) {
		a.n = 0;
		a.error = 0;
		a.entry = (struct audit_entry){ .at_s = now_s, .uid = uid, .verb = verb };
		r = try(&a, body, arg, &v);
	}
	sodium_memzero(&a, sizeof(a));
	return r == 0 ? v : V_FAILED;
}
