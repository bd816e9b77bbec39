/* SPDX-License-Identifier: BSD-2-Clause */
/* test_spray.c - the alarm: over the threshold, once a minute and caller, with figures that are right. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <string.h>

#include "spray.h"

static const uint64_t T = 1767225600; /* a minute begins */
static struct spray *spray;
static uint32_t now, before;

static int setup(void **state)
{
	(void)state;
	return sodium_init() < 0 ? -1 : spray_open(&spray);
}

static int teardown(void **state)
{
	(void)state;
	spray_close(spray);
	spray_close(NULL);
	return 0;
}

/* The keyed digest of person number i, as prove.c makes one. */
static void person_of(uint8_t id[static 16], uint32_t i)
{
	static const uint8_t key[16] = { 7 };

	crypto_generichash(id, 16, (const uint8_t *)&i, sizeof(i), key, sizeof(key));
}

/* uid fails for people first..end at at_s; how often that was an alarm. */
static unsigned int fail_for(uid_t uid, uint32_t first, uint32_t end, uint64_t at_s, uint32_t most)
{
	unsigned int alarms = 0;
	uint8_t id[16];

	for (uint32_t i = first; i < end; i++) {
		person_of(id, i);
		alarms += spray_note(spray, uid, id, at_s, most, &now, &before);
	}
	return alarms;
}

static void test_over_the_threshold(void **state)
{
	(void)state;
	assert_int_equal(fail_for(33, 0, 30, T, 30), 0);
	assert_int_equal(now, 30); /* so few are counted exactly */
	assert_int_equal(before, 0);
	assert_int_equal(fail_for(33, 30, 31, T, 30), 1); /* the one that makes more than 30 */
	assert_int_equal(now, 31);
	assert_int_equal(fail_for(33, 31, 500, T + 59, 30), 0); /* once a minute */
}

static void test_one_person_is_one(void **state)
{
	(void)state;
	for (int i = 0; i < 1000; i++)
		assert_int_equal(fail_for(33, 5, 6, T, 1), 0);
	assert_int_equal(now, 1);
}

static void test_minute_by_minute(void **state)
{
	(void)state;
	for (uint64_t minute = 0; minute < 60; minute++) {
		uint32_t first = (uint32_t)minute * 100;

		assert_int_equal(fail_for(33, first, first + 40, T + minute * 60, 30), 1);
		assert_in_range(before, minute == 0 ? 0 : 38, minute == 0 ? 0 : 42);
		assert_int_equal(fail_for(33, first, first + 40, T + minute * 60 + 59, 30), 0);
	}
	assert_int_equal(fail_for(33, 0, 1, T + 62 * 60, 30), 0); /* two quiet minutes later */
	assert_int_equal(before, 0);
	assert_int_equal(now, 1);
}

/* A spray too slow for the threshold in each minute is none. */
static void test_below_it_for_ever(void **state)
{
	(void)state;
	for (uint64_t minute = 0; minute < 1000; minute++)
		assert_int_equal(fail_for(33, (uint32_t)minute * 30, (uint32_t)minute * 30 + 28,
					  T + minute * 60, 30),
				 0);
}

static void test_figures_are_near(void **state)
{
	static const uint32_t people[] = { 100, 300, 1000, 3000, 10000, 20000 };

	(void)state;
	for (size_t i = 0; i < sizeof(people) / sizeof(*people); i++) {
		fail_for(33, 0, people[i], T + i * 60, 1000000);
		assert_in_range(now, people[i] * 95 / 100, people[i] * 105 / 100);
	}
	assert_int_equal(fail_for(33, 0, 1000000, T + 60 * 60, 1000000),
			 0); /* full: it says "many" */
	assert_in_range(now, 50000, 1000000);
}

/* Callers do not add up, and each has its own alarm. */
static void test_many_callers(void **state)
{
	(void)state;
	for (uid_t uid = 0; uid < 32; uid++)
		assert_int_equal(fail_for(uid, uid * 30, uid * 30 + 29, T, 30), 0);
	for (uid_t uid = 0; uid < 32; uid++)
		assert_int_equal(fail_for(uid, uid * 30 + 10000, uid * 30 + 10010, T + 1, 30), 1);
}

/* More callers than are watched: who sprays on is seen all the same, and memory does not grow. */
static void test_more_callers_than_places(void **state)
{
	unsigned int alarms = 0;

	(void)state;
	for (uint32_t i = 0; i < 100; i++) {
		alarms += fail_for(33, i, i + 1, T + i / 2, 30);
		fail_for(1000 + i, 0, 1, T + i / 2, 30);
	}
	assert_int_equal(alarms, 1);
}

static atomic_uint alarms_of_all;

static void *fail_in_a_thread(void *arg)
{
	uint32_t first = *(const uint32_t *)arg, n, b;
	uint8_t id[16];

	for (uint32_t i = first; i < first + 1000; i++) {
		person_of(id, i);
		alarms_of_all += spray_note(spray, 33, id, T, 30, &n, &b);
	}
	return NULL;
}

static void test_threads(void **state)
{
	uint32_t first[8];
	pthread_t t[8];

	(void)state;
	for (uint32_t i = 0; i < 8; i++) {
		first[i] = i * 1000;
		assert_int_equal(pthread_create(&t[i], NULL, fail_in_a_thread, &first[i]), 0);
	}
	for (uint32_t i = 0; i < 8; i++)
		assert_int_equal(pthread_join(t[i], NULL), 0);
	assert_int_equal(alarms_of_all, 1);
	fail_for(33, 0, 1, T, 30);
	assert_in_range(now, 7600, 8400);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_over_the_threshold),       TEST(test_one_person_is_one),
		TEST(test_minute_by_minute),         TEST(test_below_it_for_ever),
		TEST(test_figures_are_near),         TEST(test_many_callers),
		TEST(test_more_callers_than_places), TEST(test_threads),
	};

	return cmocka_run_group_tests_name("spray", tests, NULL, NULL);
}
