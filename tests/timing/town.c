/* SPDX-License-Identifier: BSD-2-Clause */
/* town.c - see town.h. */
#include "town.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cf.h"
#include "hash.h"
#include "person.h"

#define NEVER    (UINT32_MAX / 2)    /* attempts: nobody gets there */
#define FOR_EVER ((uint64_t)1 << 40) /* seconds */

struct town town;

static struct keys *keys;
static struct store *store;
static struct pin_verifier verifier;
static uint8_t
	taken[(1 << 20) / 8]; /* shadow rows; two people who share one would disturb each other */

void town_fail(const char *why)
{
	fprintf(stderr, "timing: %s\n", why);
	exit(2);
}

static uint64_t now(void)
{
	return town.now_s;
}

/* The journal takes as long for everybody, and is not what is measured. */
static void no_event(const struct event *e)
{
	(void)e;
}

/* Consonants count. */
static void name_one(char cf[static RECORD_CF_MAX + 1], unsigned int i)
{
	static const char letters[] = "BCDFGHJKLMNPQRST";
	struct cf parsed;

	snprintf(cf, RECORD_CF_MAX + 1, "QQ%c%c%c%c80A01H501?", letters[i & 15],
		 letters[i >> 4 & 15], letters[i >> 8 & 15], letters[i >> 12 & 15]);
	for (cf[15] = 'A'; cf[15] <= 'Z'; cf[15]++)
		if (cf_parse_exact(&parsed, cf, 16) == CF_OK)
			return;
	town_fail("no check letter");
}

static bool take_shadow(const char *cf)
{
	uint8_t key[STORE_KEY_LEN];
	unsigned int at;

	record_shadow_key(key, keys, cf);
	at = (unsigned int)key[0] << 12 | (unsigned int)key[1] << 4 | key[2] >> 4;
	if (taken[at / 8] & 1u << at % 8)
		return false;
	taken[at / 8] |= (uint8_t)(1u << at % 8);
	return true;
}

static void name_all(struct household *h)
{
	static unsigned int i;

	for (int p = 0; p < TOWN_PEOPLE; p++)
		do {
			name_one(h->cf[p], i++);
		} while (!take_shadow(h->cf[p]));
}

static struct penalty_count count_of(enum kind k)
{
	if (k == KIND_THROTTLED || k == KIND_UNKNOWN_THROTTLED)
		return (struct penalty_count){ 5, FOR_EVER };
	if (k == KIND_BLOCKED || k == KIND_UNKNOWN_BLOCKED)
		return (struct penalty_count){ NEVER, town.now_s };
	return (struct penalty_count){ 0 };
}

static void commit(enum store_table table, const uint8_t *key, const struct store_row *row)
{
	const struct store_change c = { table, key, row };

	if (store->ops->commit(store, &c, 1) != 0)
		town_fail("cannot write to the store");
}

/* People who logged in from some places, with addresses of many lengths. */
static void settle_person(enum kind k, const char *cf, unsigned int p)
{
	struct account a = { .category = CATEGORY_LAVORATORE,
			     .issued_s = town.now_s,
			     .seen_s = town.now_s,
			     .seen_at = "sshd",
			     .phone = "+393331234567" };
	uint8_t key[STORE_KEY_LEN];
	struct store_row row;

	a.pin = (struct pin_rec){ .gen = 2,
				  .form = PIN_FORM_8,
				  .level = LEVEL_SEMPLICE,
				  .penalty.pool = count_of(k),
				  .set_s = town.now_s,
				  .expires_s = FOR_EVER,
				  .lapses_s = FOR_EVER,
				  .verifier = { verifier } };
	for (unsigned int i = 0; i < p % (PENALTY_SOURCES + 1); i++) {
		a.pin.penalty.known[i].from = (struct penalty_from){ i + 1, "imap" };
		a.pin.penalty.known[i].seen_s = town.now_s;
	}
	memcpy(a.cf, cf, sizeof(a.cf));
	snprintf(a.email, sizeof(a.email), "%.*s@example.org", (int)(p % 40 + 1),
		 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz");
	if (k == KIND_REVOKED) {
		a.pin.revoked = 1;
		a.pin.form = PIN_NO_FORM;
		memset(a.pin.verifier, 0, sizeof(a.pin.verifier));
		snprintf(a.reason, sizeof(a.reason), "the telephone was stolen");
	}
	record_account_key(key, keys, a.cf);
	seal_put(keys, &record_account, key, &a, &row);
	commit(STORE_PIN, key, &row);
}

static void settle_stranger(enum kind k, const char *cf)
{
	struct shadow s = { .count = count_of(k), .last_s = FOR_EVER };
	uint8_t key[STORE_KEY_LEN];
	struct store_row row;

	record_account_key(key, keys, cf);
	s.whose = record_whose(key);
	record_shadow_key(key, keys, cf);
	seal_put(keys, &record_shadow, key, &s, &row);
	commit(STORE_SHADOW, key, &row);
}

static struct conf *cheap_conf(void)
{
	struct conf *conf;

	if (conf_defaults(&conf) != 0)
		town_fail("out of memory");
	conf->passes = ARGON_OPS_MIN; /* pind.conf would not allow these */
	conf->memory_kib = ARGON_MEM_KIB_MIN;
	conf->free = conf->limit = conf->source_limit = NEVER;
	return conf;
}

void town_open(const char *dir)
{
	static const uint8_t root[KEYS_ROOT_LEN] = { 7 };
	const struct argon_cost cost = { ARGON_OPS_MIN, ARGON_MEM_KIB_MIN };
	char url[128];

	town.now_s = 1769860800;
	snprintf(url, sizeof(url), "lmdb:%s", dir);
	if (sodium_init() < 0 || keys_from(&keys, root) != 0 ||
	    hash_make(&verifier, keys, "ABCD2345", 8, &cost) != 0)
		town_fail("libsodium does not work");
	if (store_open(&store, url, (size_t)256 << 20) != 0 ||
	    serve_open(&town.sv, keys, cheap_conf()) != 0)
		town_fail("cannot open a store there");
	town.sv.real_s = now;
	town.sv.event = no_event;
	if (accounts_open(&town.sv.accounts, store, keys, town.now_s) != 0)
		town_fail("cannot write to the store");
}

/* One after the other from each household: rows lie in the store in no order. */
void town_settle(struct household *all, size_t n)
{
	for (size_t i = 0; i < n; i++)
		name_all(&all[i]);
	for (unsigned int p = 0; p < TOWN_PEOPLE; p++)
		for (size_t i = 0; i < n; i++)
			if (all[i].kind < KIND_KNOWN)
				settle_stranger(all[i].kind, all[i].cf[p]);
			else
				settle_person(all[i].kind, all[i].cf[p], p);
}

void town_close(void)
{
	serve_close(&town.sv);
	store_close(store);
	keys_close(keys);
}
