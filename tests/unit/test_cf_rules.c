/* SPDX-License-Identifier: BSD-2-Clause */
/* test_cf_rules.c - each rule of the codice fiscale, over all the codes it can meet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cf.h"

#define TODAY_S 1767225600LL /* 2026-01-01 */

static const char base[] = "QXZKWJ75C52F839W";
static const char alnum[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
static const size_t digit_at[7] = { 6, 7, 9, 10, 12, 13, 14 };

static enum cf_reason parse(struct cf *cf, const char *text)
{
	return cf_parse(cf, text, strlen(text));
}

/* Give text the only last character that makes it a code: CF_OK, or why there is none. */
static enum cf_reason complete(char *text)
{
	size_t last = strlen(text) - 1;
	enum cf_reason why = CF_R_CHECK, r;
	unsigned int found = 0;
	char right = '\0';
	struct cf cf;

	for (const char *c = alnum; *c != '\0'; c++) {
		text[last] = *c;
		r = parse(&cf, text);
		if (r == CF_OK) {
			right = *c;
			found++;
		} else if (r != CF_R_CHECK && r != CF_R_FORMAT) {
			why = r;
		}
	}
	assert_true(found <= 1);
	if (found == 1)
		text[last] = right;
	return found == 1 ? CF_OK : why;
}

static void test_omocodia_variants(void **state)
{
	static const char letters[] = "LMNPQRSTUV";
	struct cf cf;

	(void)state;
	for (unsigned int set = 0; set < 128; set++) {
		char text[CF_LEN + 1];

		memcpy(text, base, sizeof(text));
		for (size_t i = 0; i < 7; i++)
			if (set >> i & 1)
				text[digit_at[i]] = letters[text[digit_at[i]] - '0'];
		if (set != 0) /* with the base's check letter it is another code, a wrong one */
			assert_int_equal(parse(&cf, text), CF_R_CHECK);
		assert_int_equal(complete(text), CF_OK);
		assert_int_equal(parse(&cf, text), CF_OK);
		assert_int_equal(cf.kind, set == 0 ? CF_PERSONAL : CF_OMOCODIA);
		assert_string_equal(cf.text, text);
		assert_string_equal(cf.base, base);
		assert_string_equal(cf.place, "F839");
		assert_int_equal(cf.sex, 'F');
		assert_true(cf.yy == 75 && cf.month == 3 && cf.day == 12);
	}
}

static void test_letters(void **state)
{
	char text[CF_LEN + 1];
	enum cf_reason why;

	(void)state;
	for (char c = 'A'; c <= 'Z'; c++) {
		memcpy(text, "QXZKWJ75_12F839_", sizeof(text));
		text[8] = c;
		why = complete(text);
		assert_int_equal(why, strchr("ABCDEHLMPRST", c) ? CF_OK : CF_R_MONTH);
		memcpy(text, "QXZKWJ75C12_839_", sizeof(text));
		text[11] = c;
		why = complete(text);
		assert_int_equal(why, strchr("ABCDEFGHILMZ", c) ? CF_OK : CF_R_PLACE);
	}
}

static int days_in(int month, int yy)
{
	switch (month) {
	case 4:
	case 6:
	case 9:
	case 11: return 30;
	case 2: return yy % 4 ? 28 : 29;
	}
	return 31;
}

static void test_dates(void **state)
{
	static const int years[] = { 0, 1, 2, 3, 4, 50, 88, 96, 99 };
	char text[64];
	enum cf_reason want;

	(void)state;
	for (size_t y = 0; y < sizeof(years) / sizeof(years[0]); y++)
		for (int month = 1; month <= 12; month++)
			for (int d = 0; d < 100; d++) {
				int day = d > 40 ? d - 40 : d;

				snprintf(text, sizeof(text), "QXZKWJ%02d%c%02dF839_", years[y],
					 "ABCDEHLMPRST"[month - 1], d);
				want = day <= days_in(month, years[y]) ? CF_OK : CF_R_DATE;
				if (day < 1 || day > 31)
					want = CF_R_DAY;
				assert_int_equal(complete(text), want);
			}
}

static enum cf_kind kind_by_law(int office, int serial)
{
	bool other = (office >= 96 && office <= 100) || office == 120 || office == 121 ||
		     office == 888 || office == 999;

	if ((office >= 1 && office <= 95) || (other && serial < 8000000))
		return CF_ENTITY;
	if ((office >= 151 && office <= 245) || (office >= 301 && office <= 766) ||
	    (office >= 900 && office <= 950))
		return CF_PROVISIONAL;
	return CF_NONE;
}

static void test_offices(void **state)
{
	static const int serials[] = { 1, 1234567, 7999999, 8000000, 9999999 };
	enum cf_kind want;
	struct cf cf;
	char text[64];

	(void)state;
	for (int office = 0; office < 1000; office++) {
		for (size_t s = 0; s < sizeof(serials) / sizeof(serials[0]); s++) {
			snprintf(text, sizeof(text), "%07d%03d_", serials[s], office);
			want = kind_by_law(office, serials[s]);
			assert_int_equal(complete(text), want == CF_NONE ? CF_R_OFFICE : CF_OK);
			if (want == CF_NONE)
				continue;
			assert_int_equal(parse(&cf, text), CF_OK);
			assert_int_equal(cf.kind, want);
			assert_int_equal(cf_is_person(&cf), want == CF_PROVISIONAL);
			assert_string_equal(cf.base, text);
			assert_string_equal(cf.place, "-");
			assert_true(cf.sex == '-' && cf.yy == 0 && cf.month == 0 && cf.day == 0);
		}
		snprintf(text, sizeof(text), "0000000%03d_", office);
		assert_int_equal(complete(text), CF_R_SERIAL);
	}
}

/* Any one digit wrong is caught, and any two neighbours swapped, but for 09 and 90. */
static void test_luhn(void **state)
{
	struct cf cf;
	char text[64], other[64];

	(void)state;
	for (int serial = 1; serial < 9999999; serial += 99991) {
		snprintf(text, sizeof(text), "%07d015_", serial);
		assert_int_equal(complete(text), CF_OK);
		for (size_t i = 0; i < 11; i++) {
			memcpy(other, text, sizeof(other));
			for (other[i] = '0'; other[i] <= '9'; other[i]++)
				assert_int_equal(parse(&cf, other) == CF_OK, other[i] == text[i]);
		}
		for (size_t i = 0; i < 6; i++) {
			int diff = text[i] - text[i + 1];

			memcpy(other, text, sizeof(other));
			other[i] = text[i + 1];
			other[i + 1] = text[i];
			assert_int_equal(parse(&cf, other) == CF_OK, diff == 0 || abs(diff) == 9);
		}
	}
	assert_int_equal(parse(&cf, "12345670157"), CF_OK);
	for (char c = '0'; c <= '9'; c++) {
		memcpy(other, "12345670157", 12);
		other[10] = c;
		assert_int_equal(parse(&cf, other), c == '7' ? CF_OK : CF_R_CHECK);
	}
}

static void test_order(void **state)
{
	/* each is wrong in what comes after, too */
	static const struct {
		const char *text;
		enum cf_reason why;
	} rows[] = {
		{ "*", CF_R_CHARSET },
		{ "0", CF_R_LENGTH },
		{ "QXZKW075N99K0000", CF_R_FORMAT },
		{ "QXZKWJ75N99K0000", CF_R_FORMAT },
		{ "QXZKWJ75N99K000A", CF_R_MONTH },
		{ "QXZKWJ75B99K000A", CF_R_DAY },
		{ "QXZKWJ75B30K000A", CF_R_DATE },
		{ "QXZKWJ75B28K000A", CF_R_PLACE },
		{ "QXZKWJ75B28H000A", CF_R_PLACE },
		{ "QXZKWJ75B28HLLLA", CF_R_PLACE },
		{ "QXZKWJ75B28H001A", CF_R_CHECK },
		{ "0000000000A", CF_R_FORMAT },
		{ "00000000001", CF_R_SERIAL },
		{ "00000010001", CF_R_OFFICE },
		{ "80000000961", CF_R_OFFICE },
		{ "00000010011", CF_R_CHECK },
	};
	struct cf cf;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(parse(&cf, rows[i].text), rows[i].why);
}

static const struct {
	const char *birth; /* yy, month letter, day */
	long long today_s;
	unsigned int year;
} births[] = {
	{ "26A01", TODAY_S, 2026 },
	{ "26A01", TODAY_S - 1, 1926 },
	{ "25T31", TODAY_S - 1, 2025 },
	{ "25T31", TODAY_S - 86401, 1925 },
	{ "26A02", TODAY_S, 1926 },
	{ "99A41", TODAY_S, 1999 },
	{ "00B29", 951782400LL, 2000 },  /* 2000-02-29 */
	{ "00B29", 951782399LL, 1600 },  /* 1900 had none */
	{ "00B29", 4107456000LL, 2000 }, /* 2100-02-28 */
	{ "00C01", 4107542400LL, 2100 }, /* 2100-03-01 */
	{ "04B69", 1078012800LL, 2004 }, /* 2004-02-29 */
	{ "04B69", 1078012799LL, 1904 },
	{ "04C01", 1078099199LL, 1904 }, /* a second before 2004-03-01 */
	{ "04C01", 1078099200LL, 2004 },
	{ "70A01", 0, 1970 },
	{ "70A01", -1, 1870 },
	{ "69T31", -1, 1969 },
	{ "70A01", INT64_MIN, 0 },
	{ "70A01", INT64_MAX, 9970 },
};

static void test_birth_year(void **state)
{
	struct cf cf;

	(void)state;
	for (size_t i = 0; i < sizeof(births) / sizeof(births[0]); i++) {
		char text[64];

		snprintf(text, sizeof(text), "QXZKWJ%sF839_", births[i].birth);
		assert_int_equal(complete(text), CF_OK);
		assert_int_equal(parse(&cf, text), CF_OK);
		assert_int_equal(cf_birth_year(&cf, births[i].today_s), births[i].year);
	}
	assert_int_equal(parse(&cf, "12345670157"), CF_OK);
	assert_int_equal(cf_birth_year(&cf, TODAY_S), 0);
	memset(&cf, 0, sizeof(cf));
	assert_int_equal(cf_birth_year(&cf, TODAY_S), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_omocodia_variants),
		cmocka_unit_test(test_letters),
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_offices),
		cmocka_unit_test(test_luhn),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_birth_year),
	};

	return cmocka_run_group_tests_name("cf_rules", tests, NULL, NULL);
}
