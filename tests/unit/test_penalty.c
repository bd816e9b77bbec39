/* SPDX-License-Identifier: BSD-2-Clause */
/* test_penalty.c - the ladder of waits, the gate, refunds, known sources; no policy lets more than limit through. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "penalty.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static const uint64_t T = 1767225600; /* 2026-01-01 */

static const struct penalty_policy usual = { .free = 3, .limit = 10, .source_limit = 5, .wait_s = 30,
					     .wait_max_s = 3600 };

#define AWAY 9 /* where nobody was ever let in */
#define HOME 7

static const struct penalty_from away = { AWAY, "ssh" }, home = { HOME, "web" };

static void test_the_ladder(void **state)
{
	static const uint32_t wait_s[] = { 0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600 };
	struct penalty p = { 0 };
	uint64_t now_s = T;

	(void)state;
	for (uint32_t i = 0; i < N(wait_s); i++) {
		assert_int_equal(penalty_gate(&p, AWAY, &usual, now_s), PIN_OPEN);
		penalty_charge(&p, &away, &usual, now_s);
		assert_int_equal(p.pool.fails, i + 1);
		assert_int_equal(penalty_wait(&p, AWAY, &usual, now_s), wait_s[i]);
		if (wait_s[i] > 0 && i + 1 < usual.limit) {
			assert_int_equal(penalty_gate(&p, AWAY, &usual, now_s), PIN_THROTTLED);
			assert_int_equal(penalty_wait(&p, AWAY, &usual, now_s + wait_s[i] - 1), 1);
			assert_int_equal(penalty_gate(&p, AWAY, &usual, now_s + wait_s[i] - 1),
					 PIN_THROTTLED);
		}
		now_s += wait_s[i];
	}
	assert_int_equal(penalty_gate(&p, AWAY, &usual, now_s), PIN_BLOCKED);
	assert_int_equal(penalty_gate(&p, AWAY, &usual, UINT64_MAX), PIN_BLOCKED);
}

static void test_extreme_policies(void **state)
{
	static const struct penalty_policy pols[] = {
		{ 1, 1, 1, 1, 1 }, { 1, 100, 5, 86400, 86400 }, { 100, 100, 5, 1, 86400 },
		{ 1, 100, 12, 1, 86400 }, { 1, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX },
	};

	(void)state;
	for (size_t i = 0; i < N(pols); i++) {
		struct penalty p = { 0 };
		uint64_t last_s = 0;

		for (unsigned int n = 0; n < 100; n++) {
			uint64_t wait_s;

			penalty_charge(&p, &away, &pols[i], T);
			wait_s = penalty_wait(&p, AWAY, &pols[i], T);
			assert_true(wait_s <= pols[i].wait_max_s && wait_s >= last_s);
			assert_int_equal(wait_s > 0, p.pool.fails >= pols[i].free);
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
		while (penalty_gate(&p, AWAY, &usual, now_s) == PIN_OPEN) {
			penalty_charge(&p, &away, &usual, now_s);
			made++;
		}
	assert_int_equal(made, usual.limit);
}

static void test_a_clock_set_back_cannot_stretch_a_wait(void **state)
{
	struct penalty p = { .pool = { .fails = 4, .until_s = T + 60 } };

	(void)state;
	assert_int_equal(penalty_wait(&p, AWAY, &usual, 5), usual.wait_max_s);
	assert_int_equal(penalty_gate(&p, AWAY, &usual, 5), PIN_THROTTLED);
	assert_int_equal(penalty_wait(&p, AWAY, &usual, T), 60);
	assert_int_equal(penalty_wait(&p, AWAY, &usual, T + 60), 0);
	assert_int_equal(penalty_wait(&p, AWAY, &usual, UINT64_MAX), 0);
}

static void test_refund_and_forgiveness(void **state)
{
	struct penalty p = { .pool = { .fails = 2 } };

	(void)state;
	penalty_charge(&p, &away, &usual, T);
	penalty_refund(&p, AWAY, T + 30);
	assert_int_equal(p.pool.fails, 2);
	assert_int_equal(p.pool.until_s, 0);
	assert_int_equal(penalty_gate(&p, AWAY, &usual, T), PIN_OPEN);
	penalty_charge(&p, &away, &usual, T); /* and it is charged as before */
	assert_int_equal(penalty_wait(&p, AWAY, &usual, T), 30);
	penalty_forgive(&p);
	assert_int_equal(p.pool.fails, 0);
	assert_int_equal(p.pool.until_s, 0);
	penalty_refund(&p, AWAY, 0); /* never below nothing */
	assert_int_equal(p.pool.fails, 0);
}

/* Who spends the pool locks out strangers; each known source has what is its own. */
static void test_known_sources_have_their_own(void **state)
{
	struct penalty p = { .pool = { 0 } };

	(void)state;
	penalty_welcome(&p, &home, T);
	for (uint32_t i = 0; i < usual.limit; i++)
		penalty_charge(&p, &away, &usual, T);
	assert_int_equal(penalty_gate(&p, AWAY, &usual, UINT64_MAX), PIN_BLOCKED);
	assert_int_equal(penalty_gate(&p, HOME, &usual, T), PIN_OPEN);
	assert_int_equal(penalty_wait(&p, HOME, &usual, T), 0);
	assert_int_equal(p.last.tag, AWAY);
	assert_string_equal(p.last.service, "ssh");
	for (uint32_t i = 0; i < usual.source_limit; i++) {
		assert_int_equal(penalty_gate(&p, HOME, &usual, T + 3600 * i), PIN_OPEN);
		penalty_charge(&p, &home, &usual, T + 3600 * i);
		assert_int_equal(penalty_wait(&p, HOME, &usual, T + 3600 * i),
				 i < 2 ? 0 : 30u << (i - 2));
	}
	assert_int_equal(penalty_gate(&p, HOME, &usual, UINT64_MAX), PIN_BLOCKED);
	assert_int_equal(p.pool.fails, usual.limit);
	assert_int_equal(p.last.tag, AWAY); /* the last stranger, not the owner */
	assert_int_equal(penalty_until(&p, HOME), T + 3600 * 4 + 120);
}

static void test_a_refund_goes_where_the_charge_was(void **state)
{
	struct penalty p = { .pool = { 0 } };

	(void)state;
	penalty_welcome(&p, &home, T);
	penalty_charge(&p, &away, &usual, T);
	for (int i = 0; i < 3; i++)
		penalty_charge(&p, &home, &usual, T);
	penalty_refund(&p, HOME, T + 29); /* not the wait that stands: a later charge made that one */
	assert_int_equal(penalty_until(&p, HOME), T + 30);
	penalty_refund(&p, HOME, T + 30);
	assert_int_equal(penalty_until(&p, HOME), 0);
	assert_int_equal(p.known[0].count.fails, 1);
	assert_int_equal(p.pool.fails, 1);
}

/* The right PIN or an operator: all is forgiven everywhere, and who is known stays known. */
static void test_forgiveness_is_everywhere(void **state)
{
	(void)state;
	for (int right = 0; right < 2; right++) {
		struct penalty p = { .pool = { 0 } };

		penalty_welcome(&p, &home, T);
		for (int i = 0; i < 4; i++) {
			penalty_charge(&p, &home, &usual, T);
			penalty_charge(&p, &away, &usual, T);
		}
		if (right)
			penalty_welcome(&p, &home, T + 1);
		else
			penalty_forgive(&p);
		assert_int_equal(p.pool.fails + p.known[0].count.fails, 0);
		assert_int_equal(p.pool.until_s + p.known[0].count.until_s, 0);
		assert_int_equal(p.last.tag, 0);
		assert_int_equal(p.known[0].from.tag, HOME);
		assert_int_equal(p.known[0].seen_s, T + (right ? 1 : 0));
		assert_int_equal(p.known[1].from.tag, 0); /* known once */
	}
}

/* Eight are remembered; the one not seen longest makes room. */
static void test_the_oldest_source_makes_room(void **state)
{
	struct penalty p = { .pool = { 0 } };

	(void)state;
	for (uint64_t i = 1; i <= PENALTY_SOURCES; i++)
		penalty_welcome(&p, &(struct penalty_from){ i, "web" }, T + i);
	penalty_welcome(&p, &(struct penalty_from){ 1, "web" }, T + 100);
	penalty_welcome(&p, &(struct penalty_from){ 99, "new" }, T + 101);
	for (int i = 0; i < 100; i++)
		penalty_charge(&p, &away, &usual, T);
	for (uint64_t i = 1; i <= PENALTY_SOURCES; i++)
		assert_int_equal(penalty_gate(&p, i, &usual, T + 200), i == 2 ? PIN_BLOCKED : PIN_OPEN);
	assert_int_equal(penalty_gate(&p, 99, &usual, T + 200), PIN_OPEN);
	assert_int_equal(penalty_gate(&p, 0, &usual, T + 200), PIN_BLOCKED); /* 0 is no free place */
}

/* Whatever the attempts say of where they come from, the sum is what the policy allows. */
static void test_lies_are_bounded(void **state)
{
	struct penalty p = { .pool = { 0 } };
	unsigned int made = 0;

	(void)state;
	for (uint64_t i = 1; i <= PENALTY_SOURCES; i++)
		penalty_welcome(&p, &(struct penalty_from){ i, "web" }, T + i);
	for (uint64_t now_s = T; now_s < T + 40 * 3600; now_s += 30)
		for (uint64_t tag = 1; tag < 40; tag++)
			if (penalty_gate(&p, tag, &usual, now_s) == PIN_OPEN) {
				penalty_charge(&p, &(struct penalty_from){ tag, "web" }, &usual, now_s);
				made++;
			}
	assert_int_equal(made, usual.limit + PENALTY_SOURCES * usual.source_limit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_ladder),
		cmocka_unit_test(test_extreme_policies),
		cmocka_unit_test(test_attempts_are_bounded),
		cmocka_unit_test(test_a_clock_set_back_cannot_stretch_a_wait),
		cmocka_unit_test(test_refund_and_forgiveness),
		cmocka_unit_test(test_known_sources_have_their_own),
		cmocka_unit_test(test_a_refund_goes_where_the_charge_was),
		cmocka_unit_test(test_forgiveness_is_everywhere),
		cmocka_unit_test(test_the_oldest_source_makes_room),
		cmocka_unit_test(test_lies_are_bounded),
	};

	return cmocka_run_group_tests_name("penalty", tests, NULL, NULL);
}
