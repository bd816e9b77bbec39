/* SPDX-License-Identifier: BSD-2-Clause */
/* test_penalty.c - the ladder of waits, the gate, refunds; never more than limit attempts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "penalty.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static const uint64_t T = 1767225600; /* 2026-01-01 */

static const struct penalty_policy usual = { .free = 3, .limit = 10, .wait_s = 30,
					     .wait_max_s = 3600 };

static void test_the_ladder(void **state)
{
	static const uint32_t wait_s[] = { 0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600 };
	struct penalty p = { 0 };
	uint64_t now_s = T;

	(void)state;
	for (uint32_t i = 0; i < N(wait_s); i++) {
		assert_int_equal(penalty_gate(&p, &usual, now_s), PIN_OPEN);
		penalty_charge(&p, &usual, now_s);
		assert_int_equal(p.fails, i + 1);
		assert_int_equal(penalty_wait(&p, &usual, now_s), wait_s[i]);
		if (wait_s[i] > 0 && i + 1 < usual.limit) {
			assert_int_equal(penalty_gate(&p, &usual, now_s), PIN_THROTTLED);
			assert_int_equal(penalty_wait(&p, &usual, now_s + wait_s[i] - 1), 1);
			assert_int_equal(penalty_gate(&p, &usual, now_s + wait_s[i] - 1),
					 PIN_THROTTLED);
		}
		now_s += wait_s[i];
	}
	assert_int_equal(penalty_gate(&p, &usual, now_s), PIN_BLOCKED);
	assert_int_equal(penalty_gate(&p, &usual, UINT64_MAX), PIN_BLOCKED);
}

static void test_extreme_policies(void **state)
{
	static const struct penalty_policy pols[] = {
		{ 1, 1, 1, 1 }, { 1, 100, 86400, 86400 }, { 100, 100, 1, 86400 },
		{ 1, 100, 1, 86400 }, { 1, UINT32_MAX, UINT32_MAX, UINT32_MAX },
	};

	(void)state;
	for (size_t i = 0; i < N(pols); i++) {
		struct penalty p = { 0 };
		uint64_t last_s = 0;

		for (unsigned int n = 0; n < 100; n++) {
			uint64_t wait_s;

			penalty_charge(&p, &pols[i], T);
			wait_s = penalty_wait(&p, &pols[i], T);
			assert_true(wait_s <= pols[i].wait_max_s && wait_s >= last_s);
			assert_int_equal(wait_s > 0, p.fails >= pols[i].free);
			last_s = wait_s;
		}
	}
}

/* However an attacker times the attempts, limit of them are all there are. */
static void test_attempts_are_bounded(void **state)
{
	struct penalty p = { 0 };
	unsigned int made = 0;

	(void)state;
	for (uint64_t now_s = T; now_s < T + 30000; now_s++)
		while (penalty_gate(&p, &usual, now_s) == PIN_OPEN) {
			penalty_charge(&p, &usual, now_s);
			made++;
		}
	assert_int_equal(made, usual.limit);
}

static void test_a_clock_set_back_cannot_stretch_a_wait(void **state)
{
	struct penalty p = { .fails = 4, .until_s = T + 60 };

	(void)state;
	assert_int_equal(penalty_wait(&p, &usual, 5), usual.wait_max_s);
	assert_int_equal(penalty_gate(&p, &usual, 5), PIN_THROTTLED);
	assert_int_equal(penalty_wait(&p, &usual, T), 60);
	assert_int_equal(penalty_wait(&p, &usual, T + 60), 0);
	assert_int_equal(penalty_wait(&p, &usual, UINT64_MAX), 0);
}

static void test_refund_and_forgiveness(void **state)
{
	struct penalty p = { .fails = 2 };

	(void)state;
	penalty_charge(&p, &usual, T);
	penalty_refund(&p);
	assert_int_equal(p.fails, 2);
	assert_int_equal(p.until_s, 0);
	assert_int_equal(penalty_gate(&p, &usual, T), PIN_OPEN);
	penalty_charge(&p, &usual, T); /* and it is charged as before */
	assert_int_equal(penalty_wait(&p, &usual, T), 30);
	penalty_forgive(&p);
	assert_int_equal(p.fails, 0);
	assert_int_equal(p.until_s, 0);
	penalty_refund(&p); /* never below nothing */
	assert_int_equal(p.fails, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_ladder),
		cmocka_unit_test(test_extreme_policies),
		cmocka_unit_test(test_attempts_are_bounded),
		cmocka_unit_test(test_a_clock_set_back_cannot_stretch_a_wait),
		cmocka_unit_test(test_refund_and_forgiveness),
	};

	return cmocka_run_group_tests_name("penalty", tests, NULL, NULL);
}
