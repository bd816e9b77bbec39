/* SPDX-License-Identifier: BSD-2-Clause */
/* test_account_races.c - threads and processes on one account: no free guess, no lost change. */
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

#include "account.h"
#include "faulty.h"

#define THREADS 8
#define ROUNDS  50

static const char ann[] = "RSSMRA85T10A562S", bob[] = "BNCGNN80A01H501F";
static const uint64_t T = 1767225600;
static const struct penalty_policy patient = { .free = 1000, .limit = 100000, .wait_s = 1,
					       .wait_max_s = 1 };
static const struct penalty_policy strict = {
	.free = 20, .limit = 20, .wait_s = 1, .wait_max_s = 1
};
static const struct pin_arg first = { .form = PIN_FORM_8, .level = 1, .verifier = { { .alg = 1 } },
				      .expires_s = UINT64_MAX, .lapses_s = UINT64_MAX };
static struct keys *keys;
static struct faulty f;
static struct accounts a, b; /* two processes' views of one store */
static char dir[] = "/tmp/test_account.XXXXXX";

static struct pin_step step_of(struct accounts *at, const char *cf, enum pin_event ev,
			       const struct penalty_policy *pol, const struct pin_arg *arg)
{
	struct account_event e = { .cf = cf, .ev = ev, .arg = arg };
	struct account acc;
	struct pin_step step;

	if (account_step(at, &e, pol, T, &acc, &step) != 0)
		step.verdict = V_FAILED;
	return step;
}

static struct account stored(const char *cf)
{
	struct account acc;

	assert_int_equal(account_get(&a, cf, &acc), 0);
	return acc;
}

static int open_on(const char *url)
{
	uint8_t root[KEYS_ROOT_LEN] = { 11 };

	if (sodium_init() < 0 || keys_from(&keys, root) != 0 || faulty_open(&f, url) != 0 ||
	    accounts_open(&a, &f.store, keys, T) != 0 || accounts_open(&b, &f.store, keys, T) != 0)
		return -1;
	return step_of(&a, ann, PIN_ISSUE, &patient, &first).verdict == V_OK ? 0 : -1;
}

static int setup_mem(void **state)
{
	(void)state;
	return open_on("mem:");
}

static int teardown_mem(void **state)
{
	(void)state;
	faulty_close(&f);
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

	teardown_mem(state);
	snprintf(path, sizeof(path), "%s/data.mdb", dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/lock.mdb", dir);
	unlink(path);
	return rmdir(dir);
}

struct guesser {
	struct accounts view;
	const char *cf;
	const struct penalty_policy *pol;
	unsigned int rounds, checks, failed;
};

static void *guess(void *arg)
{
	struct guesser *g = arg;

	for (unsigned int i = 0; i < g->rounds; i++) {
		struct pin_step step = step_of(&g->view, g->cf, PIN_TRY, g->pol, NULL);

		g->checks += step.then == PIN_CHECK;
		g->failed += step.verdict == V_FAILED;
	}
	return NULL;
}

/* All threads guess at cf, each with a struct accounts of its own; how many were let through. */
static unsigned int guess_all_at_once(const char *cf, const struct penalty_policy *pol)
{
	struct guesser g[THREADS];
	unsigned int checks = 0;
	pthread_t t[THREADS];

	for (int i = 0; i < THREADS; i++) {
		g[i] = (struct guesser){ .cf = cf, .pol = pol, .rounds = ROUNDS };
		g[i].view.store = f.real; /* not the one that logs: it is no thread's friend */
		g[i].view.keys = keys;
		g[i].view.high_s = i % 2 == 0 ? T : 0; /* some have not seen the time yet */
		assert_int_equal(pthread_create(&t[i], NULL, guess, &g[i]), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(t[i], NULL), 0);
		assert_int_equal(g[i].failed, 0);
		checks += g[i].checks;
	}
	return checks;
}

static void test_every_try_is_charged(void **state)
{
	(void)state;
	assert_int_equal(guess_all_at_once(ann, &patient), THREADS * ROUNDS);
	assert_int_equal(stored(ann).pin.penalty.pool.fails, THREADS * ROUNDS);
	assert_int_equal(stored(ann).pin.rev, 1 + THREADS * ROUNDS);
}

static void test_no_more_checks_than_the_limit(void **state)
{
	(void)state;
	assert_int_equal(guess_all_at_once(ann, &strict), strict.limit);
	assert_int_equal(stored(ann).pin.penalty.pool.fails, strict.limit);
	assert_int_equal(guess_all_at_once(bob, &strict), strict.limit);
	assert_int_equal(guess_all_at_once(bob, &strict), 0);
}

static struct pin_step theirs; /* what the change in between was answered */

static void try_in_between(void *arg)
{
	theirs = step_of(&b, arg, PIN_TRY, &patient, NULL);
}

static void revoke_in_between(void *arg)
{
	theirs = step_of(&b, arg, PIN_REVOKE, &patient, NULL);
}

static void issue_in_between(void *arg)
{
	theirs = step_of(&b, arg, PIN_ISSUE, &patient, &first);
}

static char ann_arg[] = "RSSMRA85T10A562S", bob_arg[] = "BNCGNN80A01H501F";

/* Let meanwhile change the account between our reading and our commit. */
static struct pin_step step_while(enum pin_event ev, const char *cf, void (*meanwhile)(void *),
				  void *arg)
{
	struct pin_arg proof = first;

	proof.gen = 1;
	f.meanwhile = meanwhile;
	f.arg = arg;
	return step_of(&a, cf, ev, &patient, &proof);
}

static void test_a_change_in_between_is_seen(void **state)
{
	(void)state;
	assert_int_equal(step_while(PIN_TRY, ann, try_in_between, ann_arg).then, PIN_CHECK);
	assert_int_equal(theirs.then, PIN_CHECK);
	assert_int_equal(stored(ann).pin.penalty.pool.fails, 2);
	assert_int_equal(step_while(PIN_CONVERT, ann, try_in_between, ann_arg).verdict, V_OK);
	assert_int_equal(stored(ann).pin.penalty.pool.fails, 3);
	assert_int_equal(stored(ann).pin.level, 2);
	assert_int_equal(step_while(PIN_TRY, bob, issue_in_between, bob_arg).then, PIN_CHECK);
	assert_int_equal(theirs.verdict, V_OK);
	assert_int_equal(step_while(PIN_ISSUE, bob, NULL, NULL).verdict, V_LIVE);
}

/* A PIN that was right when it was read, and is revoked before the answer: the answer is no. */
static void test_a_revocation_in_between_wins(void **state)
{
	(void)state;
	assert_int_equal(step_while(PIN_MATCH, ann, revoke_in_between, ann_arg).verdict, V_WRONG);
	assert_int_equal(theirs.verdict, V_OK);
	assert_true(stored(ann).pin.revoked);
	assert_int_equal(step_of(&a, ann, PIN_ISSUE, &patient, &first).verdict, V_OK);
	f.meanwhile = NULL;
	assert_int_equal(step_while(PIN_RENEW, ann, revoke_in_between, ann_arg).verdict, V_WRONG);
}

/* Two operators at once: one PIN. */
static void test_one_of_two_issues_wins(void **state)
{
	(void)state;
	assert_int_equal(step_while(PIN_ISSUE, bob, issue_in_between, bob_arg).verdict, V_LIVE);
	assert_int_equal(theirs.verdict, V_OK);
	assert_int_equal(stored(bob).pin.gen, 1);
}

static void clock_in_between(void *arg)
{
	struct account acc;
	struct pin_step step;

	(void)arg;
	assert_int_equal(account_step(&b, &(struct account_event){ .cf = bob, .ev = PIN_TRY },
				      &patient, T + 9, &acc, &step), 0);
}

/* Another account's commit moves the clock first: ours is tried again, and time stays. */
static void test_the_clock_row_moves(void **state)
{
	struct account acc;
	struct pin_step step;

	(void)state;
	f.meanwhile = clock_in_between;
	assert_int_equal(account_step(&a, &(struct account_event){ .cf = ann, .ev = PIN_TRY },
				      &patient, T + 5, &acc, &step), 0);
	assert_int_equal(stored(ann).pin.penalty.pool.fails, 1);
	assert_int_equal(accounts_open(&b, &f.store, keys, T), 0);
	assert_int_equal(accounts_now(&b, T), T + 9);
}

#define SUITE(setup, teardown)                                                                     \
	cmocka_unit_test_setup_teardown(test_every_try_is_charged, setup, teardown),               \
	cmocka_unit_test_setup_teardown(test_no_more_checks_than_the_limit, setup, teardown),      \
	cmocka_unit_test_setup_teardown(test_a_change_in_between_is_seen, setup, teardown),        \
	cmocka_unit_test_setup_teardown(test_a_revocation_in_between_wins, setup, teardown),       \
	cmocka_unit_test_setup_teardown(test_one_of_two_issues_wins, setup, teardown),             \
	cmocka_unit_test_setup_teardown(test_the_clock_row_moves, setup, teardown)

int main(void)
{
	const struct CMUnitTest mem[] = { SUITE(setup_mem, teardown_mem) };
	const struct CMUnitTest lmdb[] = { SUITE(setup_lmdb, teardown_lmdb) };

	return cmocka_run_group_tests_name("account races mem", mem, NULL, NULL) +
	       cmocka_run_group_tests_name("account races lmdb", lmdb, NULL, NULL);
}
