/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_prove.c - what is hashed, at what cost, and what a match is worth: nothing without a PIN.
 * Link with -Wl,--wrap=argon_derive.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "call.h"
#include "hash.h"

static const char ann[] = "RSSMRA85T10A562S", bob[] = "VRDLGI80A01H501E";
static const char ann_8[] = "ABCD2345", ann_16[] = "ABCD2345EFGH6789";
static const struct argon_cost old_cost = { 3, 32 };
static const uint64_t T = 1769860800;
static struct service sv;
static struct keys *keys;

static struct { /* the hashes of one call_prove, "OPS/KIB:LENGTH " each */
	char log[128];
	unsigned int calls, fail_at; /* which call has no memory, from 1; 0: none */
} hashed;

int __real_argon_derive(uint8_t out[static ARGON_OUT_LEN], const char *text, size_t len,
			const uint8_t salt[static ARGON_SALT_LEN], const struct argon_cost *cost);
int __wrap_argon_derive(uint8_t out[static ARGON_OUT_LEN], const char *text, size_t len,
			const uint8_t salt[static ARGON_SALT_LEN], const struct argon_cost *cost);

int __wrap_argon_derive(uint8_t out[static ARGON_OUT_LEN], const char *text, size_t len,
			const uint8_t salt[static ARGON_SALT_LEN], const struct argon_cost *cost)
{
	size_t n = strlen(hashed.log);

	snprintf(hashed.log + n, sizeof(hashed.log) - n, "%u/%u:%zu ", cost->ops, cost->mem_kib,
		 len);
	hashed.calls++;
	memset(out, 0, ARGON_OUT_LEN);
	return hashed.calls == hashed.fail_at ? -ENOMEM
					      : __real_argon_derive(out, text, len, salt, cost);
}

static struct conf *conf_of(uint32_t passes, uint32_t mem_kib)
{
	struct conf *c = NULL;

	assert_int_equal(conf_defaults(&c), 0);
	c->passes = passes;
	c->memory_kib = mem_kib;
	c->free = c->limit = 100;
	return c;
}

static int setup(void **state)
{
	static const uint8_t root[KEYS_ROOT_LEN] = { 14 };
	struct store *store;

	(void)state;
	if (sodium_init() < 0 || keys_from(&keys, root) != 0 ||
	    store_open(&store, "mem:", 0) != 0 || serve_open(&sv, keys, conf_of(1, 8)) != 0)
		return -1;
	return accounts_open(&sv.accounts, store, keys, T);
}

static int teardown(void **state)
{
	struct store *store = sv.accounts.store;

	(void)state;
	serve_close(&sv);
	store_close(store);
	keys_close(keys);
	return 0;
}

static void commit_step(enum pin_event ev, const char *cf, const struct pin_arg *arg)
{
	const struct account_event e = { .cf = cf, .ev = ev, .arg = arg };
	const struct penalty_policy pol = conf_penalty(sv.conf);
	struct account acc;
	struct pin_step step;

	assert_int_equal(account_step(&sv.accounts, &e, &pol, T, &acc, &step), 0);
	assert_int_equal(step.verdict, V_OK);
}

/* Ann has a PIN of this form, made at the old cost; definitive unless it is of halves. */
static void give(enum pin_form form, const char *pin)
{
	struct pin_arg arg = { .form = (uint8_t)form, .level = 1, .expires_s = T + 1000,
			       .lapses_s = T + 2000 };
	size_t len = form == PIN_FORM_HALVES ? 8 : strlen(pin);
	struct account acc;

	assert_int_equal(hash_make(&arg.verifier[0], keys, pin, len, &old_cost), 0);
	if (form == PIN_FORM_HALVES)
		assert_int_equal(hash_make(&arg.verifier[1], keys, pin + 8, 8, &old_cost), 0);
	commit_step(PIN_ISSUE, ann, &arg);
	assert_int_equal(account_get(&sv.accounts, ann, &acc), 0);
	arg.gen = acc.pin.gen;
	if (form != PIN_FORM_HALVES)
		commit_step(PIN_RENEW, ann, &arg);
}

static enum verdict prove(const char *cf, const char *typed)
{
	static const struct penalty_from from = { 1, "login" };
	static const struct peer who = { ROLE_AUTH, true, 0, 0 };
	struct call c = { .sv = &sv, .who = &who, .conf = sv.conf, .now_s = T };
	struct account acc;
	enum verdict v;

	hashed.log[0] = '\0';
	hashed.calls = 0;
	v = call_prove(&c, cf, typed, &from, &acc).verdict;
	sodium_memzero(&acc, sizeof(acc));
	return v;
}

static uint32_t fails_of(const char *cf)
{
	struct account acc;

	assert_int_equal(account_get(&sv.accounts, cf, &acc), 0);
	return acc.pin.penalty.pool.fails + acc.pin.penalty.known[0].count.fails;
}

static void test_what_is_hashed_for_nobody(void **state)
{
	(void)state;
	assert_int_equal(prove(bob, ann_8), V_WRONG);
	assert_string_equal(hashed.log, "1/8:8 ");
	assert_int_equal(prove(bob, ann_16), V_WRONG);
	assert_string_equal(hashed.log, "1/8:8 1/8:8 ");
	assert_int_equal(prove(bob, "ABC-D23"), V_WRONG);
	assert_string_equal(hashed.log, "1/8:7 "); /* no PIN: the text as it is */
	assert_int_equal(prove(bob, ""), V_WRONG);
	assert_string_equal(hashed.log, "1/8:0 ");
	assert_int_equal(prove(bob, "\b\n\r\177INCORRECT"), V_WRONG);
	assert_string_equal(hashed.log, "1/8:13 "); /* the text as it is */
}

/* The decoy costs what new PINs cost, after a reload too. */
static void test_the_decoy_follows_the_configuration(void **state)
{
	(void)state;
	serve_configure(&sv, conf_of(2, 16));
	assert_int_equal(prove(bob, ann_8), V_WRONG);
	assert_string_equal(hashed.log, "2/16:8 ");
	assert_int_equal(prove(bob, ann_16), V_WRONG);
	assert_string_equal(hashed.log, "2/16:8 2/16:8 ");
	assert_int_equal(prove(bob, "?"), V_WRONG);
	assert_string_equal(hashed.log, "2/16:1 ");
}

/* As many hashes as for nobody; those that could match are at the cost the PIN was made at. */
static void test_what_is_hashed_for_a_pin_of_8(void **state)
{
	(void)state;
	give(PIN_FORM_8, ann_8);
	assert_int_equal(prove(ann, ann_8), V_OK);
	assert_string_equal(hashed.log, "3/32:8 ");
	assert_int_equal(prove(ann, "ABCD2346"), V_WRONG);
	assert_string_equal(hashed.log, "3/32:8 ");
	assert_int_equal(prove(ann, ann_16), V_WRONG);
	assert_string_equal(hashed.log, "1/8:8 1/8:8 ");
	assert_int_equal(prove(ann, "ABCD23456"), V_WRONG);
	assert_string_equal(hashed.log, "1/8:9 "); /* it cannot be hers: the decoy */
	assert_int_equal(prove(ann, "ABCD2345?"), V_WRONG);
	assert_string_equal(hashed.log, "1/8:9 ");
}

static void test_what_is_hashed_for_a_pin_of_16(void **state)
{
	(void)state;
	give(PIN_FORM_16, ann_16);
	assert_int_equal(prove(ann, "abcd-2345 efgh-6789"), V_OK);
	assert_string_equal(hashed.log, "3/32:16 1/8:8 ");
	assert_int_equal(prove(ann, "ABCD2345EFGH6788"), V_WRONG);
	assert_string_equal(hashed.log, "3/32:16 1/8:8 ");
	assert_int_equal(prove(ann, ann_8), V_WRONG); /* half of it is nothing */
	assert_string_equal(hashed.log, "1/8:8 ");
}

static void test_what_is_hashed_for_halves(void **state)
{
	(void)state;
	give(PIN_FORM_HALVES, ann_16);
	assert_int_equal(prove(ann, ann_16), V_MUST_CHANGE);
	assert_string_equal(hashed.log, "3/32:8 3/32:8 ");
	assert_int_equal(prove(ann, "ABCD2345EFGH6788"), V_WRONG); /* the right first half, */
	assert_string_equal(hashed.log, "3/32:8 3/32:8 ");
	assert_int_equal(prove(ann, "ABCD2344EFGH6789"), V_WRONG); /* the right second, */
	assert_string_equal(hashed.log, "3/32:8 3/32:8 ");
	assert_int_equal(prove(ann, "EFGH6789ABCD2345"), V_WRONG); /* both in the wrong order */
	assert_int_equal(prove(ann, ann_8), V_WRONG);
	assert_string_equal(hashed.log, "1/8:8 ");
}

/* Whoever types the very PIN that the decoy was made from has proven nothing. */
static void test_a_match_with_the_decoy_is_worth_nothing(void **state)
{
	static const struct argon_cost cheap = { 1, 8 };

	(void)state;
	assert_int_equal(hash_make(&sv.decoy, keys, ann_8, 8, &cheap), 0);
	assert_int_equal(prove(bob, ann_8), V_WRONG);
	assert_int_equal(prove(bob, "ABCD2345ABCD2345"), V_WRONG);
	give(PIN_FORM_HALVES, "0000000011111111");
	assert_int_equal(prove(ann, ann_8), V_WRONG);
	commit_step(PIN_REVOKE, ann, NULL);
	assert_int_equal(prove(ann, ann_8), V_WRONG);
	assert_int_equal(prove(ann, "ABCD2345ABCD2345"), V_WRONG);
	give(PIN_FORM_8, "00000000");
	assert_int_equal(prove(ann, "ABCD2345ABCD2345"), V_WRONG);
	assert_int_equal(hash_make(&sv.decoy, keys, "?", 1, &cheap), 0);
	assert_int_equal(prove(ann, "?"), V_WRONG);
	assert_int_equal(prove(bob, "?"), V_WRONG);
	assert_int_equal(hash_make(&sv.decoy, keys, "ABCD23456", 9, &cheap), 0);
	assert_int_equal(prove(ann, "ABCD23456"), V_WRONG);
}

/* No memory for any one of the hashes: no answer, and no attempt. */
static void test_what_could_not_be_compared_is_refunded(void **state)
{
	static const char *const typed[] = { "ABCD2345", "ABCD2345EFGH6789", "ABC", "?" };

	(void)state;
	give(PIN_FORM_8, ann_8);
	for (size_t i = 0; i < sizeof(typed) / sizeof(typed[0]); i++)
		for (hashed.fail_at = 1; hashed.fail_at <= (i == 1 ? 2u : 1u); hashed.fail_at++) {
			assert_int_equal(prove(ann, typed[i]), V_FAILED);
			assert_int_equal(fails_of(ann), 0);
			assert_int_equal(prove(bob, typed[i]), V_FAILED);
		}
	hashed.fail_at = 0;
	assert_int_equal(prove(ann, "ABCD2346"), V_WRONG);
	assert_int_equal(fails_of(ann), 1);
}

/* A record that wants more than the configuration allows is no wrong PIN either. */
static void test_a_cost_above_the_maximum(void **state)
{
	(void)state;
	give(PIN_FORM_8, ann_8);
	sv.conf->passes_max = old_cost.ops - 1;
	assert_int_equal(prove(ann, ann_8), V_FAILED);
	assert_string_equal(hashed.log, "");
	assert_int_equal(fails_of(ann), 0);
	assert_int_equal(sv.accounts.broken, 0);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_is_hashed_for_nobody),
		TEST(test_the_decoy_follows_the_configuration),
		TEST(test_what_is_hashed_for_a_pin_of_8),
		TEST(test_what_is_hashed_for_a_pin_of_16),
		TEST(test_what_is_hashed_for_halves),
		TEST(test_a_match_with_the_decoy_is_worth_nothing),
		TEST(test_what_could_not_be_compared_is_refunded),
		TEST(test_a_cost_above_the_maximum),
	};

	return cmocka_run_group_tests_name("prove", tests, NULL, NULL);
}
