/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_repeat.c - the same PIN again: one human mistake is several PAM calls, and one guess. And
 * what each kind of request costs in hashes and attempts, as pind's own figures tell.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "rig.h"

#define MANY   12
#define HASHES "inpspin_hash_microseconds_count"
#define JUNK   "\b\n\r\177INCORRECT" /* what sshd sends as the password of who may not log in */

struct caller {
	struct wire_msg req;
	int answer;
};

static void *call(void *arg)
{
	struct caller *c = arg;
	struct wire_msg rep;

	c->answer = rig_ask(&c->req, &rep);
	return NULL;
}

/* MANY callers at once; all must hear v. */
static void ask_together(struct wire_msg req, int v)
{
	struct caller callers[MANY];
	pthread_t threads[MANY];

	for (int i = 0; i < MANY; i++) {
		callers[i] = (struct caller){ .req = req };
		assert_int_equal(pthread_create(&threads[i], NULL, call, &callers[i]), 0);
	}
	for (int i = 0; i < MANY; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(callers[i].answer, v);
	}
}

/* One worker, somebody with an initial PIN, and hashes that take long enough for all to come. */
static void open_dear_office(char cf[17], const char *memory)
{
	char conf[128];

	rig_start();
	assert_int_equal(rig_issue(rig_cf(cf, 1)), V_OK);
	assert_int_equal(rig_stop(), 0);
	snprintf(conf, sizeof(conf), "[limits]\nworkers = 1\n[hash]\nmemory_kib = %s\n", memory);
	rig_conf(conf);
	rig_start();
}

/* A connection pool whose PIN has gone stale: everybody tries it at once, and once more. */
static void test_stale_pin(void **state)
{
	uint64_t hashes, joined, again;
	char cf[17], pin[17];

	(void)state;
	open_dear_office(cf, "131072\npasses = 4");
	assert_int_equal(rig_renew(cf, RIG_PIN, pin), V_OK);
	hashes = rig_figure(HASHES);
	ask_together(rig_authenticate(cf, RIG_WRONG), V_WRONG);
	assert_int_equal(rig_spent(cf), 1);
	joined = rig_figure("inpspin_joined_total");
	again = rig_figure("inpspin_repeated_wrong_total");
	assert_int_equal(joined + again, MANY - 1);
	assert_true(joined > 0);
	assert_int_equal(rig_figure(HASHES) - hashes, MANY - joined);
	hashes = rig_figure(HASHES);
	assert_int_equal(rig_try(cf, RIG_WRONG), V_WRONG); /* psql asks again by itself */
	assert_int_equal(rig_spent(cf), 1);
	assert_int_equal(rig_figure(HASHES) - hashes, 1); /* it costs who asks what it always does */
	assert_int_equal(rig_figure("inpspin_repeated_wrong_total"), again + 1);
	assert_int_equal(rig_stop(), 0);
}

/* Twelve equal questions that are all there before the first is looked at: exactly one hash. */
static void test_joined_exactly(void **state)
{
	struct caller slow = { .answer = 0 };
	char cf[17], other[17];
	pthread_t thread;

	(void)state;
	open_dear_office(cf, "131072\npasses = 10");
	slow.req = rig_authenticate(rig_cf(other, 2), "ZZZZ9999ZZZZ9999"); /* two dear hashes */
	assert_int_equal(pthread_create(&thread, NULL, call, &slow), 0);
	while (rig_figure("inpspin_wait_microseconds_count") < 1)
		; /* a worker has it */
	ask_together(rig_authenticate(cf, RIG_WRONG), V_WRONG);
	pthread_join(thread, NULL);
	assert_int_equal(slow.answer, V_WRONG);
	assert_int_equal(rig_figure("inpspin_joined_total"), MANY - 1);
	assert_int_equal(rig_figure(HASHES), 2 + 1);
	assert_int_equal(rig_spent(cf), 1);
	assert_int_equal(rig_stop(), 0);
}

/* The same from two services is two questions, and still one attempt; the right PIN is never "again". */
static void test_within_the_window(void **state)
{
	char cf[17], pin[17];

	(void)state;
	rig_start();
	assert_int_equal(rig_issue(rig_cf(cf, 1)), V_OK);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(rig_guess(cf, "psql", 1), V_WRONG);
		assert_int_equal(rig_try(cf, "zzzz-0001"), V_WRONG); /* as people type it */
	}
	assert_int_equal(rig_spent(cf), 1);
	assert_int_equal(rig_renew(cf, RIG_PIN, pin), V_OK);
	assert_int_equal(rig_try(cf, RIG_PIN), V_WRONG); /* the old one, charged once */
	assert_int_equal(rig_try(cf, RIG_PIN), V_WRONG);
	assert_int_equal(rig_spent(cf), 1);
	assert_int_equal(rig_guess(cf, RIG_SERVICE, 1), V_WRONG); /* wrong for the former PIN; this is another */
	assert_int_equal(rig_spent(cf), 2);
	ask_together(rig_authenticate(cf, pin), V_OK);
	assert_int_equal(rig_spent(cf), 0);
	assert_int_equal(rig_stop(), 0);
}

/* What was wrong is remembered in memory only: a new pind charges it again. */
static void test_forgotten_by_restart(void **state)
{
	char cf[17];

	(void)state;
	rig_start();
	assert_int_equal(rig_issue(rig_cf(cf, 1)), V_OK);
	assert_int_equal(rig_try(cf, RIG_WRONG), V_WRONG);
	assert_int_equal(rig_try(cf, RIG_WRONG), V_WRONG);
	assert_int_equal(rig_spent(cf), 1);
	rig_restart();
	assert_int_equal(rig_spent(cf), 1);
	assert_int_equal(rig_try(cf, RIG_WRONG), V_WRONG);
	assert_int_equal(rig_spent(cf), 2);
	assert_int_equal(rig_stop(), 0);
}

/* pind's seconds are a millisecond long; the loop's timers stay as they are. */
static void hurry(void)
{
	setenv("LD_PRELOAD", "/usr/$LIB/faketime/libfaketime.so.1", 1);
	setenv("FAKETIME", "+0 x1000", 1);
	setenv("DONT_FAKE_MONOTONIC", "1", 1);
}

/* And after ten minutes it is an attempt again. */
static void test_forgotten_in_time(void **state)
{
	const struct timespec nap = { 1, 0 }; /* for pind a quarter of an hour */
	char cf[17];

	(void)state;
	rig.program = getenv("PIND_RELEASE"); /* a preloaded library must not come before ASan's */
	rig.before_exec = hurry;
	rig_start();
	assert_int_equal(rig_issue(rig_cf(cf, 1)), V_OK);
	assert_int_equal(rig_try(cf, RIG_WRONG), V_WRONG);
	assert_int_equal(rig_spent(cf), 1);
	nanosleep(&nap, NULL);
	assert_int_equal(rig_try(cf, RIG_WRONG), V_WRONG);
	assert_int_equal(rig_spent(cf), 2);
	rig_kill(); /* the library would tidy up, and the sandbox does not let it */
}

enum { ACTIVE, TEMPORARY, REVOKED, UNKNOWN, KINDS };

static void hashes_of(const char *cf, const char *pin, int v, unsigned int n)
{
	uint64_t before = rig_figure(HASHES);

	assert_int_equal(rig_try(cf, pin), v);
	assert_int_equal(rig_figure(HASHES) - before, n);
}

/* As many hashes for everybody: the text alone decides, or the gate does, and then there is none. */
static void test_same_hashes(void **state)
{
	static const char *const one[] = { RIG_WRONG, RIG_WRONG, JUNK, "", "A", "AAAA2222" };
	static const char *const two[] = { "ZZZZ9999ZZZZ9999", "ABCD2345ZZZZ9999" };
	char people[KINDS][17], pin[17];

	(void)state;
	rig_conf(RIG_CONF "[guesses]\nfree = 5\nlimit = 5\nsource_limit = 5\nwait_s = 3600\n");
	rig_start();
	for (unsigned int k = 0; k < KINDS; k++)
		rig_cf(people[k], k);
	for (int k = ACTIVE; k <= REVOKED; k++)
		assert_int_equal(rig_issue(people[k]), V_OK);
	assert_int_equal(rig_renew(people[ACTIVE], RIG_PIN, pin), V_OK);
	assert_int_equal(rig_about(WIRE_REVOKE, people[REVOKED]), V_OK);
	for (int k = 0; k < KINDS; k++) {
		for (size_t i = 0; i < sizeof(one) / sizeof(*one); i++) /* two of them are attempts */
			hashes_of(people[k], one[i], V_WRONG, 1);
		for (size_t i = 0; i < 2; i++)
			hashes_of(people[k], two[i], V_WRONG, 2);
		hashes_of(people[k], "BBBB2222", V_WRONG, 1); /* the fifth attempt */
		hashes_of(people[k], "CCCC3333", V_BLOCKED, 0);
		hashes_of(people[k], "CCCC3333CCCC3333", V_BLOCKED, 0);
		hashes_of(people[k], RIG_WRONG, V_BLOCKED, 0);
	}
	hashes_of(people[ACTIVE], pin, V_BLOCKED, 0);
	assert_int_equal(rig_stop(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_stale_pin, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_joined_exactly, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_within_the_window, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_forgotten_by_restart, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_forgotten_in_time, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_same_hashes, rig_open, rig_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
