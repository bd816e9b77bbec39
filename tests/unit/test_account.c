/* SPDX-License-Identifier: BSD-2-Clause */
/* test_account.c - what is committed when, for people and for strangers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "account.h"
#include "faulty.h"

#define DAY_S 86400

static const char ann[] = "RSSMRA85T10A562S", bob[] = "BNCGNN80A01H501F";
static const uint64_t T = 1767225600;
static const struct penalty_policy pol = { .free = 3, .limit = 5, .wait_s = 30, .wait_max_s = 60 };
static struct keys *keys, *other_keys;
static struct faulty f;
static struct accounts a;
static unsigned int edits; /* calls of edit() */

/* Ann has an active PIN of generation 1; bob has none. */
static int setup(void **state)
{
	uint8_t root[KEYS_ROOT_LEN] = { 7 };
	struct pin_arg arg = { .form = PIN_FORM_8, .level = 1, .expires_s = T + 100 * DAY_S,
			       .lapses_s = T + 200 * DAY_S };
	struct account_event issue = { .cf = ann, .ev = PIN_ISSUE, .arg = &arg };
	struct account_event renew = { .cf = ann, .ev = PIN_RENEW, .arg = &arg };
	struct account acc;
	struct pin_step step;

	(void)state;
	if (sodium_init() < 0 || keys_from(&keys, root) != 0)
		return -1;
	root[0] = 8;
	arg.verifier[0].alg = 1;
	if (keys_from(&other_keys, root) != 0 || faulty_open(&f, "mem:") != 0 ||
	    accounts_open(&a, &f.store, keys, T) != 0 ||
	    account_step(&a, &issue, &pol, T, &acc, &step) != 0)
		return -1;
	arg.gen = 1;
	f.log[0] = '\0';
	edits = 0;
	return account_step(&a, &renew, &pol, T, &acc, &step);
}

static int teardown(void **state)
{
	(void)state;
	faulty_close(&f);
	keys_close(keys);
	keys_close(other_keys);
	return 0;
}

static void edit(struct account *acc, const void *how, uint64_t now_s)
{
	edits++;
	acc->seen_s = now_s;
	snprintf(acc->seen_at, sizeof(acc->seen_at), "%s", (const char *)how);
}

static struct pin_step step_of(const char *cf, enum pin_event ev, uint64_t now_s)
{
	static const struct pin_arg proof = { .gen = 2 };
	struct account_event e = { .cf = cf, .ev = ev, .arg = &proof,
				   .edit = ev == PIN_MATCH ? edit : NULL, .how = "here" };
	struct account acc;
	struct pin_step step;

	f.log[0] = '\0';
	assert_int_equal(account_step(&a, &e, &pol, now_s, &acc, &step), 0);
	return step;
}

/* What is on the store now, read past a's memory. */
static struct account stored(const char *cf)
{
	struct accounts fresh = { .store = f.real, .keys = keys };
	struct account acc;

	memset(&acc, 0xff, sizeof(acc));
	assert_int_equal(account_get(&fresh, cf, &acc), 0);
	return acc;
}

static void test_the_charge_is_on_disk_before_the_check(void **state)
{
	(void)state;
	assert_int_equal(stored(ann).pin.gen, 2);
	for (uint32_t i = 1; i <= 2; i++) {
		assert_int_equal(step_of(ann, PIN_TRY, T).then, PIN_CHECK);
		assert_string_equal(f.log, "gS gP c[P] ");
		assert_int_equal(stored(ann).pin.penalty.pool.fails, i);
	}
	edits = 0;
	assert_int_equal(step_of(ann, PIN_MATCH, T).verdict, V_OK);
	assert_int_equal(stored(ann).pin.penalty.pool.fails, 0);
	assert_int_equal(edits, 1);
	assert_true(stored(ann).seen_s == T && strcmp(stored(ann).seen_at, "here") == 0);
}

static void test_what_is_not_committed_is_not_edited(void **state)
{
	struct pin_arg old = { .gen = 1 };
	struct account_event e = {
		.cf = ann, .ev = PIN_MATCH, .arg = &old, .edit = edit, .how = "x"
	};
	struct account before = stored(ann), after, acc;
	struct pin_step step;

	(void)state;
	f.log[0] = '\0';
	assert_int_equal(account_step(&a, &e, &pol, T, &acc, &step), 0);
	assert_int_equal(step.verdict, V_WRONG); /* the proof of another PIN */
	assert_string_equal(f.log, "gS gP ");
	assert_int_equal(edits, 0);
	after = stored(ann);
	assert_memory_equal(&before, &after, sizeof(before));
}

#define TRIES 150

struct seen { /* what a TRY did and said */
	struct pin_step step;
	char log[256];
};

/* One try every 7 seconds in a new world; the log with both tables' letters as 'x' in commits. */
static void watch(const char *cf, struct seen *seen)
{
	assert_int_equal(teardown(NULL), 0);
	assert_int_equal(setup(NULL), 0);
	for (unsigned int i = 0; i < TRIES; i++) {
		seen[i].step = step_of(cf, PIN_TRY, T + 7 * (uint64_t)i);
		memcpy(seen[i].log, f.log, sizeof(f.log));
		for (char *p = strchr(seen[i].log, 'c'); p != NULL && *p != '\0'; p++)
			if (*p == 'P' || *p == 'S')
				*p = 'x';
	}
}

/* A stranger's attempts make the same calls, on the other table, and are answered the same. */
static void test_strangers_look_like_people(void **state)
{
	static struct seen known[TRIES], unknown[TRIES];
	unsigned int checks = 0;

	(void)state;
	watch(bob, unknown);
	assert_int_equal(stored(bob).pin.rev, 0);
	watch(ann, known);
	assert_int_equal(stored(ann).pin.penalty.pool.fails, pol.limit);
	for (unsigned int i = 0; i < TRIES; i++) {
		assert_int_equal(unknown[i].step.then, known[i].step.then);
		assert_int_equal(unknown[i].step.verdict, known[i].step.verdict);
		assert_int_equal(unknown[i].step.wait_s, known[i].step.wait_s);
		assert_string_equal(unknown[i].log, known[i].log);
		checks += known[i].step.then == PIN_CHECK;
		assert_string_equal(known[i].log, known[i].step.then != PIN_CHECK ? "gS gP " :
						  i == 0 ? "gS gP c[x] " : "gS gP gM c[xM] ");
	}
	assert_int_equal(checks, pol.limit);
}

/* sshd's junk for a forbidden user is answered as if nobody had that codice fiscale. */
static void test_a_person_treated_as_a_stranger(void **state)
{
	struct account_event e = { .cf = ann, .ev = PIN_TRY, .stranger = true };
	struct account before = stored(ann), after, acc, zero;
	struct pin_step step;

	(void)state;
	memset(&zero, 0, sizeof(zero));
	for (unsigned int i = 1; i <= 2; i++) {
		memset(&acc, 0xff, sizeof(acc));
		assert_int_equal(account_step(&a, &e, &pol, T, &acc, &step), 0);
		assert_int_equal(step.then, PIN_CHECK);
		assert_int_equal(acc.pin.penalty.pool.fails, i);
		acc.pin.penalty = zero.pin.penalty;
		assert_memory_equal(&acc, &zero, sizeof(acc)); /* her verifiers do not come out */
	}
	e.ev = PIN_REFUND;
	assert_int_equal(account_step(&a, &e, &pol, T, &acc, &step), 0);
	assert_int_equal(acc.pin.penalty.pool.fails, 1);
	after = stored(ann);
	assert_memory_equal(&before, &after, sizeof(before));
}

static void test_a_refund_takes_back_one_charge(void **state)
{
	(void)state;
	step_of(ann, PIN_TRY, T);
	step_of(ann, PIN_TRY, T);
	assert_int_equal(step_of(ann, PIN_REFUND, T).verdict, V_FAILED);
	assert_int_equal(stored(ann).pin.penalty.pool.fails, 1);
	step_of(bob, PIN_TRY, T);
	step_of(bob, PIN_TRY, T);
	step_of(bob, PIN_REFUND, T);
	assert_int_equal(step_of(bob, PIN_TRY, T).then, PIN_CHECK);
	assert_int_equal(step_of(bob, PIN_TRY, T).then, PIN_CHECK);
	assert_int_equal(step_of(bob, PIN_TRY, T).verdict, V_THROTTLED);
}

static struct pin_step junk_of(const char *cf)
{
	struct account_event e = { .cf = cf, .ev = PIN_TRY, .stranger = true };
	struct account acc;
	struct pin_step step;

	assert_int_equal(account_step(&a, &e, &pol, T, &acc, &step), 0);
	return step;
}

/* Junk has counters of its own, or its wait would tell whether there is such a person. */
static void test_junk_is_counted_apart(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		assert_int_equal(junk_of(ann).then, PIN_CHECK);
		assert_int_equal(junk_of(bob).then, PIN_CHECK);
	}
	assert_int_equal(junk_of(ann).verdict, V_THROTTLED);
	assert_int_equal(junk_of(bob).verdict, V_THROTTLED);
	assert_int_equal(step_of(ann, PIN_TRY, T).then, PIN_CHECK);
	assert_int_equal(step_of(bob, PIN_TRY, T).then, PIN_CHECK);
}

static int count(const uint8_t *key, const struct store_row *row, void *arg)
{
	(void)row;
	assert_int_equal(key[2] & 0x0f, 0); /* 20 bits, then nothing but the kind */
	assert_true(sodium_is_zero(key + 3, STORE_KEY_LEN - 4) && key[STORE_KEY_LEN - 1] <= 1);
	++*(unsigned int *)arg;
	return 0;
}

/*
 * However many strangers are tried: at most 2^20 rows. Who falls on another's row takes it over, and
 * is not made to wait for what the other spent: somebody with a PIN would not be, either.
 */
static void test_strangers_take_bounded_space(void **state)
{
	static uint16_t first[1 << 20]; /* i + 1 of the name that has this shadow */
	uint8_t key[STORE_KEY_LEN];
	unsigned int rows = 0, i = 0, at = 0;
	char name[17] = "", twin[17];

	(void)state;
	for (unsigned int n = 0; n < 300; n++) {
		snprintf(name, sizeof(name), "STRANGER%u", n);
		step_of(name, PIN_TRY, T);
	}
	assert_int_equal(f.real->ops->each(f.real, STORE_SHADOW, count, &rows), 0);
	assert_in_range(rows, 290, 300);
	for (i = 1; i < 60000 && first[at] != i; i++) { /* two names on one row: they come soon */
		snprintf(name, sizeof(name), "NAME%u", i);
		record_shadow_key(key, keys, name);
		at = (unsigned int)(key[0] << 12 | key[1] << 4 | key[2] >> 4);
		if (first[at] != 0)
			break;
		first[at] = (uint16_t)i;
		at = 0;
	}
	assert_in_range(i, 2, 59999);
	snprintf(twin, sizeof(twin), "NAME%u", first[at]);
	for (int n = 0; n < 3; n++)
		assert_int_equal(step_of(name, PIN_TRY, T).then, PIN_CHECK);
	assert_int_equal(step_of(name, PIN_TRY, T).verdict, V_THROTTLED);
	for (int n = 0; n < 3; n++)
		assert_int_equal(step_of(twin, PIN_TRY, T).then, PIN_CHECK);
	assert_int_equal(step_of(twin, PIN_TRY, T).verdict, V_THROTTLED);
	assert_int_equal(step_of(name, PIN_TRY, T).then, PIN_CHECK);
}

static void test_strangers_are_forgotten_after_a_day(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < pol.limit; i++)
		step_of(bob, PIN_TRY, T + 100 * i);
	assert_int_equal(step_of(bob, PIN_TRY, T + 400 + DAY_S).verdict, V_BLOCKED);
	assert_int_equal(step_of(bob, PIN_TRY, T + 400 + DAY_S + 1).then, PIN_CHECK);
	assert_int_equal(step_of(bob, PIN_TRY, T + 400 + DAY_S + 1).then, PIN_CHECK); /* from 0 */
	for (unsigned int i = 0; i < pol.limit; i++)
		step_of(ann, PIN_TRY, T + 100 * i);
	/* people are not */
	assert_int_equal(step_of(ann, PIN_TRY, T + 50 * DAY_S).verdict, V_BLOCKED);
}

/* Only attempts have shadows: an operator is told that there is nobody. */
static void test_operators_do_not_meet_shadows(void **state)
{
	(void)state;
	step_of(bob, PIN_TRY, T);
	assert_int_equal(step_of(bob, PIN_UNLOCK, T).verdict, V_UNKNOWN);
	assert_int_equal(step_of(bob, PIN_REVOKE, T).verdict, V_UNKNOWN);
	assert_int_equal(step_of(bob, PIN_CONVERT, T).verdict, V_UNKNOWN);
	assert_int_equal(step_of(bob, PIN_MATCH, T).verdict, V_WRONG);
	assert_int_equal(stored(bob).pin.rev, 0);
	assert_int_equal(step_of(bob, PIN_ISSUE, T).verdict, V_OK);
	assert_int_equal(stored(bob).pin.rev, 1);
	assert_int_equal(stored(bob).pin.penalty.pool.fails, 0);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_charge_is_on_disk_before_the_check),
		TEST(test_what_is_not_committed_is_not_edited),
		TEST(test_strangers_look_like_people),
		TEST(test_a_person_treated_as_a_stranger),
		TEST(test_junk_is_counted_apart),
		TEST(test_a_refund_takes_back_one_charge),
		TEST(test_strangers_take_bounded_space),
		TEST(test_strangers_are_forgotten_after_a_day),
		TEST(test_operators_do_not_meet_shadows),
	};

	return cmocka_run_group_tests_name("account", tests, NULL, NULL);
}
