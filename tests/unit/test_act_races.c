/* SPDX-License-Identifier: BSD-2-Clause */
/* test_act_races.c - many threads' acts and logins at once: each happens once, in one order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "act.h"

#define THREADS 16
#define ACTS    12 /* of each thread */

static const char ann[] = "RSSMRA85T10A562S";
static const uint64_t T = 1767225600;
static const struct penalty_policy pol = { .free = 100000, .limit = 200000, .wait_s = 1,
					   .wait_max_s = 1 };
static struct keys *keys;
static struct store *s;
static struct accounts a;
static char dir[] = "/tmp/test_act.XXXXXX";
static _Atomic unsigned int refused;

static int open_on(const char *url)
{
	static const struct pin_arg first = { .form = PIN_FORM_8, .level = 1,
					      .verifier = { { .alg = 1 } },
					      .expires_s = UINT64_MAX, .lapses_s = UINT64_MAX };
	const struct account_event issue = { .cf = ann, .ev = PIN_ISSUE, .arg = &first };
	uint8_t root[KEYS_ROOT_LEN] = { 11 };
	struct account acc;
	struct pin_step step;

	refused = 0;
	if (sodium_init() < 0 || keys_from(&keys, root) != 0 || store_open(&s, url, 1 << 20) != 0 ||
	    accounts_open(&a, s, keys, T) != 0)
		return -1;
	return account_step(&a, &issue, &pol, T, &acc, &step);
}

static int setup_mem(void **state)
{
	(void)state;
	return open_on("mem:");
}

static int teardown_mem(void **state)
{
	(void)state;
	store_close(s);
	keys_close(keys);
	return 0;
}

static int setup_lmdb(void **state)
{
	char url[64];

	(void)state;
	memcpy(dir + strlen(dir) - 6, "XXXXXX", 6);
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(url, sizeof(url), "lmdb:%s", dir);
	return open_on(url);
}

static int teardown_lmdb(void **state)
{
	char path[64];

	(void)teardown_mem(state);
	snprintf(path, sizeof(path), "%s/data.mdb", dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/lock.mdb", dir);
	unlink(path);
	return rmdir(dir);
}

/* A number is taken; the order it is for gets it, and so does the account. */
static enum verdict take_a_number(struct act *act, void *arg)
{
	struct counter c;
	struct order o = { .to = TO_POST };
	struct account acc;
	uint8_t key[STORE_KEY_LEN];

	if (!act_get(act, &dossier_counter, dossier_serials_key, &c) ||
	    !act_get_account(act, ann, &acc))
		return V_FAILED;
	o.serial = ++c.last;
	o.tries = *(uint32_t *)arg;
	act_put(act, &dossier_counter, dossier_serials_key, &c);
	dossier_order_key(key, &o);
	act_put(act, &dossier_order, key, &o);
	memcpy(acc.cf, ann, sizeof(ann));
	acc.issued_s = c.last;
	act_put_account(act, &acc);
	snprintf(act->entry.object, sizeof(act->entry.object), "%u", (unsigned int)o.serial);
	return V_OK;
}

static void *act_on(void *arg)
{
	uint32_t me = (uint32_t)(uintptr_t)arg;

	for (uint32_t i = 0; i < ACTS; i++)
		if (act_run(&a, 1, me, T + i, take_a_number, &me) != V_OK)
			refused++;
	return NULL;
}

/* A citizen's attempts on the same account. */
static void *log_in(void *arg)
{
	const struct account_event e = { .cf = ann, .ev = PIN_TRY };
	struct account acc;
	struct pin_step step;

	(void)arg;
	for (uint32_t i = 0; i < ACTS; i++)
		if (account_step(&a, &e, &pol, T, &acc, &step) != 0)
			refused++;
	return NULL;
}

static uint64_t stored(const struct seal_kind *kind, const uint8_t *key, void *obj)
{
	struct store_row row;

	assert_int_equal(s->ops->get(s, kind->table, key, &row), 0);
	assert_int_equal(seal_get(keys, kind, key, &row, obj), 0);
	return row.rev;
}

/* Row by row: serial i of the audit is the act that took number i, by who has the order. */
static void assert_one_after_the_other(uint64_t n)
{
	struct audit_row row;
	struct audit_head head;
	struct order o = { .to = TO_POST };
	uint8_t key[STORE_KEY_LEN], mac[AUDIT_MAC_LEN] = { 0 };
	char number[16];

	for (uint64_t i = 1; i <= n; i++) {
		audit_key(key, i);
		assert_int_equal(stored(&audit_row_kind, key, &row), 1);
		assert_true(audit_follows(keys, i - 1, mac, &row));
		memcpy(mac, row.mac, sizeof(mac));
		snprintf(number, sizeof(number), "%u", (unsigned int)i);
		assert_string_equal(row.entry.object, number);
		o = (struct order){ .to = TO_POST, .serial = i };
		dossier_order_key(key, &o);
		assert_int_equal(stored(&dossier_order, key, &o), 1);
		assert_int_equal(o.tries, row.entry.uid);
	}
	assert_int_equal(stored(&audit_head_kind, audit_head_key, &head), n);
	assert_int_equal(head.serial, n);
	assert_memory_equal(head.mac, mac, sizeof(mac));
}

static void test_acts_and_logins_at_once(void **state)
{
	pthread_t t[THREADS], citizen;
	struct account acc;

	(void)state;
	assert_int_equal(pthread_create(&citizen, NULL, log_in, NULL), 0);
	for (uintptr_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&t[i], NULL, act_on, (void *)(i + 1)), 0);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(t[i], NULL), 0);
	assert_int_equal(pthread_join(citizen, NULL), 0);
	assert_int_equal(refused, 0);
	assert_one_after_the_other(THREADS * ACTS);
	assert_int_equal(account_get(&a, ann, &acc), 0);
	assert_int_equal(acc.issued_s, THREADS * ACTS);
	assert_int_equal(acc.pin.penalty.pool.fails, ACTS);
	assert_int_equal(acc.pin.rev, 1 + THREADS * ACTS + ACTS);
	assert_int_equal(a.broken, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "mem", test_acts_and_logins_at_once, setup_mem, teardown_mem, NULL },
		{ "lmdb", test_acts_and_logins_at_once, setup_lmdb, teardown_lmdb, NULL },
	};

	return cmocka_run_group_tests_name("act races", tests, NULL, NULL);
}
