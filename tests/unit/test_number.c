/* SPDX-License-Identifier: BSD-2-Clause */
/* test_number.c - numbers of pratiche: read back as made, and no slip of the tongue is another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "number.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static const char symbols[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			      "-_.,/:;+*#!?@ \t\n\r\177\200\377";

/* Years and counts with every digit in every place, and the ends. */
static const unsigned int years[] = { 2000, 2011, 2026, 2034, 2789, 5678, 9999 };
static const uint32_t counts[] = { 1, 10, 123, 1000000, 1234567, 2345678, 3456789, 4567890, 5678901,
				   6789012, 7890123, 8901234, 9012345, 1111111, 9090909, 999999,
				   9999998, NUMBER_COUNT_MAX };

static bool reads(const char *typed)
{
	char out[NUMBER_LEN + 1];
	bool ok;

	memset(out, 'x', sizeof(out));
	ok = number_parse(out, typed);
	assert_int_equal(strnlen(out, sizeof(out)), ok ? NUMBER_LEN : 0);
	return ok;
}

static void assert_reads(const char *typed, const char *number)
{
	char out[NUMBER_LEN + 1];

	assert_true(number_parse(out, typed));
	assert_string_equal(out, number);
}

static void a_number_is_read_as_it_was_made(void **state)
{
	char number[NUMBER_LEN + 1], text[16];

	(void)state;
	for (size_t y = 0; y < N(years); y++)
		for (size_t c = 0; c < N(counts); c++) {
			number_make(number, years[y], counts[c]);
			snprintf(text, sizeof(text), "%04u-%07u-", years[y], counts[c]);
			assert_memory_equal(number, text, 13);
			assert_reads(number, number);
		}
	number_make(number, 2026, 123); /* by hand: 2+0+2*4+6*8, 1*256+2*512+3*1024: 4410 is 17 modulo 23 */
	assert_string_equal(number, "2026-0000123-T");
	number_make(number, 2000, 1);
	assert_string_equal(number, "2000-0000001-Q");
}

/* The letter once more, the slow way: digits times 2 to the power of their place, modulo 23. */
static void the_letter_is_the_sum(void **state)
{
	(void)state;
	for (uint32_t count = 1; count < 20000; count += 7) {
		char number[NUMBER_LEN + 1];
		unsigned int sum = 0, place = 0;

		number_make(number, 2000 + count % 8000, count * 499 % NUMBER_COUNT_MAX + 1);
		for (const char *p = number; place < 11; p++)
			if (*p != '-')
				sum += (unsigned int)(*p - '0') << place++;
		assert_int_equal(number[13], "ABCDEFGHJKLMNPQRSTVWXYZ"[sum % 23]);
	}
}

static void it_may_be_typed_in_any_way(void **state)
{
	(void)state;
	assert_reads("2026-0000123-t", "2026-0000123-T");
	assert_reads("20260000123T", "2026-0000123-T");
	assert_reads("  2026 0000 123 t  ", "2026-0000123-T");
	assert_reads("2-0-2-6-0-0-0-0-1-2-3-T-", "2026-0000123-T");
}

static void what_is_no_number(void **state)
{
	static const char *const bad[] = { "", "-", " ", "2026", "2026-0000123", "2026-0000123-",
					   "026-0000123-T", "2026-00000123-T", "2026-0000123-TJ",
					   "2026-0000123-T1", "2026_0000123_T", "2026-0000123\tT",
					   "2O26-0000123-T", "1999-0000001-A", "T-2026-0000123" };
	char number[NUMBER_LEN + 1], zero[NUMBER_LEN + 1], old[NUMBER_LEN + 1];

	(void)state;
	for (size_t i = 0; i < N(bad); i++)
		assert_false(reads(bad[i]));
	for (char letter = 'A'; letter <= 'Z'; letter++) { /* whatever their letter */
		snprintf(zero, sizeof(zero), "2026-0000000-%c", letter);
		snprintf(old, sizeof(old), "1999-0000001-%c", letter);
		assert_false(reads(zero) || reads(old));
	}
	memset(number, '2', sizeof(number));
	number[NUMBER_LEN] = '\0';
	assert_false(reads(number));
}

static void every_wrong_character_is_found(void **state)
{
	char number[NUMBER_LEN + 1], wrong[NUMBER_LEN + 1];
	unsigned int tried = 0;

	(void)state;
	for (size_t y = 0; y < N(years); y++)
		for (size_t c = 0; c < N(counts); c++) {
			number_make(number, years[y], counts[c]);
			for (size_t i = 0; i < NUMBER_LEN; i++)
				for (size_t s = 0; s < sizeof(symbols) - 1; s++) {
					bool small = symbols[s] >= 'a' && symbols[s] <= 'z';
					char as = (char)(small ? symbols[s] - 32 : symbols[s]);

					if (as == number[i] || (number[i] == '-' && as == ' '))
						continue;
					memcpy(wrong, number, sizeof(wrong));
					wrong[i] = symbols[s];
					if (reads(wrong))
						fail_msg("%s for %s", wrong, number);
					tried++;
				}
		}
	assert_true(tried > 100000);
}

/* Any two digits, or one and the letter; and with a hyphen, which says nothing, its neighbours. */
static void every_swap_is_found(void **state)
{
	char number[NUMBER_LEN + 1], wrong[NUMBER_LEN + 1], out[NUMBER_LEN + 1];
	unsigned int tried = 0;

	(void)state;
	for (unsigned int year = 2000; year <= 9999; year += 89)
		for (uint32_t count = 1; count <= NUMBER_COUNT_MAX; count += 104729) {
			number_make(number, year, count);
			for (size_t i = 0; i < NUMBER_LEN; i++)
				for (size_t j = i + 1; j < NUMBER_LEN; j++) {
					bool hyphen = number[i] == '-' || number[j] == '-';

					if (number[i] == number[j] || (hyphen && j > i + 1))
						continue;
					memcpy(wrong, number, sizeof(wrong));
					wrong[i] = number[j];
					wrong[j] = number[i];
					if (number_parse(out, wrong) && strcmp(out, number) != 0)
						fail_msg("%s for %s", wrong, number);
					assert_int_equal(reads(wrong), hyphen);
					tried++;
				}
		}
	assert_true(tried > 100000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_is_read_as_it_was_made),
		cmocka_unit_test(the_letter_is_the_sum),
		cmocka_unit_test(it_may_be_typed_in_any_way),
		cmocka_unit_test(what_is_no_number),
		cmocka_unit_test(every_wrong_character_is_found),
		cmocka_unit_test(every_swap_is_found),
	};

	return cmocka_run_group_tests_name("number", tests, NULL, NULL);
}
