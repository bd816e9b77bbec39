/* SPDX-License-Identifier: BSD-2-Clause */
/* test_calendar.c - months of every length, leap years, against a calendar that counts days. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "calendar.h"

#define N(a)  (sizeof(a) / sizeof((a)[0]))
#define DAY_S 86400u

/* Seconds since the epoch of a date at noon and 7 seconds, by counting every day since 1970. */
static uint64_t at(unsigned int year, unsigned int month, unsigned int day)
{
	static const unsigned int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	uint64_t days = day - 1;

	for (unsigned int y = 1970; y < year; y++)
		days += y % 400 == 0 || (y % 4 == 0 && y % 100 != 0) ? 366 : 365;
	for (unsigned int m = 1; m < month; m++)
		days += lengths[m - 1];
	if (month > 2 && (year % 400 == 0 || (year % 4 == 0 && year % 100 != 0)))
		days++;
	return days * DAY_S + 12 * 3600 + 7;
}

static void test_dates(void **state)
{
	static const struct {
		unsigned int y1, m1, d1, months, y2, m2, d2;
	} rows[] = {
		{ 2026, 8, 31, 6, 2027, 2, 28 },   { 2027, 8, 31, 6, 2028, 2, 29 },
		{ 2027, 8, 30, 6, 2028, 2, 29 },   { 2027, 8, 29, 6, 2028, 2, 29 },
		{ 2027, 8, 28, 6, 2028, 2, 28 },   { 2026, 1, 31, 1, 2026, 2, 28 },
		{ 2024, 1, 31, 1, 2024, 2, 29 },   { 2024, 2, 29, 12, 2025, 2, 28 },
		{ 2024, 2, 29, 48, 2028, 2, 29 },  { 2026, 3, 31, 1, 2026, 4, 30 },
		{ 2026, 3, 31, 2, 2026, 5, 31 },   { 2026, 12, 31, 1, 2027, 1, 31 },
		{ 2026, 12, 31, 2, 2027, 2, 28 },  { 2026, 12, 1, 1, 2027, 1, 1 },
		{ 2026, 11, 30, 3, 2027, 2, 28 },  { 2026, 7, 15, 0, 2026, 7, 15 },
		{ 2099, 8, 31, 6, 2100, 2, 28 },   { 1999, 8, 31, 6, 2000, 2, 29 },
		{ 2026, 5, 31, 24, 2028, 5, 31 },  { 1970, 1, 1, 6, 1970, 7, 1 },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++)
		assert_int_equal(calendar_add_months(at(rows[i].y1, rows[i].m1, rows[i].d1),
						     rows[i].months),
				 at(rows[i].y2, rows[i].m2, rows[i].d2));
}

/* Whatever the day: later, never more than 31 days a month later, and n months never go back. */
static void test_every_day_of_eight_years(void **state)
{
	(void)state;
	for (uint64_t t_s = at(2096, 1, 1); t_s < at(2104, 1, 1); t_s += DAY_S) {
		uint64_t before_s = t_s;

		for (unsigned int n = 1; n <= 24; n++) {
			uint64_t then_s = calendar_add_months(t_s, n);

			assert_true(then_s % DAY_S == t_s % DAY_S);
			assert_in_range((then_s - before_s) / DAY_S, 28, 31);
			before_s = then_s;
		}
	}
}

/* The day before never expires after the day. */
static void test_order_is_kept(void **state)
{
	(void)state;
	for (uint64_t t_s = at(2027, 1, 1); t_s < at(2029, 1, 1); t_s += DAY_S)
		for (unsigned int n = 0; n <= 24; n++)
			assert_true(calendar_add_months(t_s, n) <=
				    calendar_add_months(t_s + DAY_S, n));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_every_day_of_eight_years),
		cmocka_unit_test(test_order_is_kept),
	};

	return cmocka_run_group_tests_name("calendar", tests, NULL, NULL);
}
