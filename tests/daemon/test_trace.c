/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_trace.c - what the kernel sees of one request: the same calls for whoever the person is, and
 * no answer before its commit. strace runs the release build, the one whose sandbox kills.
 */
#include <stdio.h>
#include <string.h>

#include "trace.h"

#define JUNK "\b\n\r\177INCORRECT" /* what sshd sends for who may not log in */

enum { ACTIVE, TEMPORARY, REVOKED, UNKNOWN, KINDS };

static char people[KINDS][17];

static void make_people(void)
{
	char pin[17];

	for (unsigned int k = 0; k < KINDS; k++)
		rig_cf(people[k], k);
	for (int k = ACTIVE; k <= REVOKED; k++)
		assert_int_equal(rig_issue(people[k]), V_OK);
	assert_int_equal(rig_renew(people[ACTIVE], RIG_PIN, pin), V_OK);
	assert_int_equal(rig_about(WIRE_REVOKE, people[REVOKED]), V_OK);
}

/* Everybody is asked about with every text of one cost. */
static void ask_all(const char *const *pins, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (int k = 0; k < KINDS; k++)
			assert_int_equal(rig_try(people[k], pins[i]), V_WRONG);
}

#define SETTINGS "[limits]\nworkers = 1\n[guesses]\nfree = 12\nlimit = 12\nsource_limit = 11\n"

static void test_same_calls(void **state)
{
	static const char *const one[] = { RIG_WRONG, "AAAA1111", JUNK, "", "A" };
	static const char *const two[] = { "ZZZZ9999ZZZZ9999", "ABCD2345ZZZZ9999",
					   "ZZZZ9999EFGH6789" };
	static const char *const new_one[] = { "BBBB2222", JUNK "!", "B" };
	static const char *const new_two[] = { "ZZZZ9999ZZZZ8888", "ABCD2345ZZZZ8888" };
	const size_t n_one = 5 * KINDS, n_two = 3 * KINDS, n_new = 3 * KINDS, n_new2 = 2 * KINDS;
	const struct request *r;

	(void)state;
	trace_start(SETTINGS);
	make_people();
	ask_all(one, 5); /* so that all memory that is kept has been taken */
	ask_all(two, 3);
	ask_all(one, 5); /* not charged again */
	ask_all(two, 3);
	ask_all(new_one, 3);
	ask_all(new_two, 2);
	trace_stop();
	assert_in_range(trace.n, 2 * (n_one + n_two) + n_new + n_new2, TRACE_MAX);
	r = &trace.requests[trace.n - n_one - n_two - n_new - n_new2];
	trace_assert_alike(r, n_one, 1);
	trace_assert_alike(r + n_one, n_two, 1);
	trace_assert_alike(r + n_one + n_two, n_new, 1);
	trace_assert_alike(r + n_one + n_two + n_new, n_new2, 1);
	assert_string_equal(r->calls, r[n_one + n_two].calls);
}

/* Each answer comes after as many commits as its request needs. */
static void test_commit_first(void **state)
{
	/* ping, issue, status, login, open: charge and settle; commit: those and the new PIN */
	static const unsigned int syncs[] = { 0, 1, 0, 2, 2, 3, 1, 1, 2, 1, 1, 1, 0 };
	const size_t n = sizeof(syncs) / sizeof(*syncs);
	struct wire_record rec;
	char cf[17], pin[17];

	(void)state;
	trace_start(SETTINGS);
	rig_cf(cf, 1);
	assert_int_equal(rig_issue(cf), V_OK);
	assert_int_equal(rig_status(cf, &rec), 0);
	assert_int_equal(rig_try(cf, RIG_PIN), V_MUST_CHANGE);
	assert_int_equal(rig_renew(cf, RIG_PIN, pin), V_OK);
	assert_int_equal(rig_try(cf, RIG_WRONG), V_WRONG);
	assert_int_equal(rig_try(cf, JUNK), V_WRONG);
	assert_int_equal(rig_try(cf, pin), V_OK);
	assert_int_equal(rig_about(WIRE_UNLOCK, cf), V_OK);
	assert_int_equal(rig_about(WIRE_REVOKE, cf), V_OK);
	assert_int_equal(rig_issue(cf), V_OK);
	assert_int_equal(rig_issue(cf), V_LIVE);
	trace_stop();
	assert_in_range(trace.n, n, TRACE_MAX);
	for (size_t i = 0; i < n; i++) {
		assert_true(trace.requests[trace.n - n + i].answered);
		assert_int_equal(trace.requests[trace.n - n + i].syncs, syncs[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_same_calls, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_commit_first, rig_open, rig_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
