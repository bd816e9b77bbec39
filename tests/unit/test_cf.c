/* SPDX-License-Identifier: BSD-2-Clause */
/* test_cf.c - every vector, and what holds for all codici fiscali. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cf.h"

#define TODAY_S 1767225600LL /* 2026-01-01, that of the vectors */

static const char base[] = "QXZKWJ75C52F839W"; /* a woman's, for changing it */
static const char alnum[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

enum { COLUMNS = 12 };
enum { INPUT, EXPECTED, KIND, BASE, BIRTH, SEX, PLACE, CANONICAL, ISO, REASON, RULING, TAG };

static enum cf_reason parse(struct cf *cf, const char *text)
{
	return cf_parse(cf, text, strlen(text));
}

/* The bytes that a vector's input stands for. */
static size_t unescape(char *out, const char *s)
{
	size_t n = 0;
	unsigned int byte;

	if (strcmp(s, "\"\"") == 0)
		return 0;
	for (; *s != '\0'; s++) {
		if (*s != '\\') {
			out[n++] = *s;
			continue;
		}
		s++;
		if (*s == 'x') {
			assert_int_equal(sscanf(s + 1, "%2x", &byte), 1);
			out[n++] = (char)byte;
			s += 2;
		} else {
			out[n++] = *s == 't' ? '\t' : *s == 'n' ? '\n' : *s == 'r' ? '\r' : *s;
		}
	}
	return n;
}

static bool is_zero(const struct cf *cf)
{
	static const struct cf none;

	return memcmp(cf, &none, offsetof(struct cf, place) + sizeof(cf->place)) == 0;
}

static bool same(const struct cf *a, const struct cf *b)
{
	return memcmp(a, b, offsetof(struct cf, place) + sizeof(a->place)) == 0;
}

/* What the parser says of one row, in the row's own words. */
static enum cf_reason describe(char got[COLUMNS][32], struct cf *cf, const char *in, size_t len)
{
	enum cf_reason why = cf_parse(cf, in, len);
	bool valid = why == CF_OK;

	for (size_t i = 0; i < COLUMNS; i++)
		memcpy(got[i], "-", 2);
	snprintf(got[EXPECTED], 32, "%s", valid ? "valid" : "invalid");
	snprintf(got[KIND], 32, "%s", cf_kind_name(cf->kind));
	snprintf(got[BASE], 32, "%s", valid ? cf->base : "-");
	snprintf(got[SEX], 32, "%c", valid ? cf->sex : '-');
	snprintf(got[PLACE], 32, "%s", valid ? cf->place : "-");
	snprintf(got[CANONICAL], 32, "%s", valid ? cf->text : "-");
	snprintf(got[REASON], 32, "%s", cf_reason_name(why));
	if (cf->month != 0) {
		snprintf(got[BIRTH], 32, "%02u-%02u-%02u", cf->yy, cf->month, cf->day);
		snprintf(got[ISO], 32, "%04u-%02u-%02u", cf_birth_year(cf, TODAY_S), cf->month,
			 cf->day);
	}
	return why;
}

static unsigned int check_row(char *row[COLUMNS])
{
	char in[256], got[COLUMNS][32];
	size_t len = unescape(in, row[INPUT]);
	unsigned int wrong = 0;
	struct cf cf, exact;
	enum cf_reason why = describe(got, &cf, in, len);

	for (size_t i = EXPECTED; i <= REASON; i++)
		if (strcmp(got[i], row[i]) != 0) {
			print_error("%s: column %zu is %s, not %s\n", row[TAG], i + 1, got[i],
				    row[i]);
			wrong++;
		}
	if (why != CF_OK) {
		assert_true(is_zero(&cf));
		assert_int_not_equal(cf_parse_exact(&exact, in, len), CF_OK);
		assert_true(is_zero(&exact));
		return wrong;
	}
	assert_int_equal(cf_parse_exact(&exact, cf.text, strlen(cf.text)), CF_OK);
	assert_true(same(&cf, &exact));
	if (len != strlen(cf.text) || memcmp(in, cf.text, len) != 0)
		assert_int_equal(cf_parse_exact(&exact, in, len), CF_R_CHARSET);
	return wrong;
}

static void test_vectors(void **state)
{
	const char *dir = getenv("TESTDATA");
	char path[4096], line[1024], *row[COLUMNS], *rest;
	unsigned int rows = 0, wrong = 0;
	FILE *f;

	(void)state;
	snprintf(path, sizeof(path), "%s/cf_vectors.tsv", dir != NULL ? dir : "tests/data");
	f = fopen(path, "r");
	if (f == NULL)
		fail_msg("cannot read %s", path);
	while (fgets(line, sizeof(line), f) != NULL) {
		if (line[0] == '#')
			continue;
		line[strcspn(line, "\n")] = '\0';
		rest = line;
		for (size_t i = 0; i < COLUMNS; i++) {
			row[i] = strsep(&rest, "\t");
			assert_non_null(row[i]);
		}
		assert_null(rest);
		wrong += check_row(row);
		rows++;
	}
	fclose(f);
	assert_int_equal(wrong, 0);
	assert_int_equal(rows, 455);
}

static void test_single_changes(void **state)
{
	struct cf cf;
	char text[CF_LEN + 1];

	(void)state;
	assert_int_equal(parse(&cf, base), CF_OK);
	for (size_t i = 0; i < CF_LEN; i++)
		for (const char *c = alnum; *c != '\0'; c++) {
			memcpy(text, base, sizeof(text));
			text[i] = *c;
			assert_int_equal(parse(&cf, text) == CF_OK, *c == base[i]);
		}
	for (char c = 'A'; c <= 'Z'; c++) { /* a name may hold any letter: only the check tells */
		memcpy(text, base, sizeof(text));
		text[0] = c;
		assert_int_equal(parse(&cf, text), c == base[0] ? CF_OK : CF_R_CHECK);
	}
}

static bool is_one_of(int byte, const char *set)
{
	return byte != 0 && strchr(set, byte) != NULL;
}

static void test_blanks(void **state)
{
	struct cf cf;
	char text[64];

	(void)state;
	assert_int_equal(cf_parse(&cf, NULL, 0), CF_R_EMPTY);
	assert_int_equal(cf_parse_exact(&cf, NULL, 0), CF_R_EMPTY);
	assert_int_equal(parse(&cf, " \t\r\n  \n"), CF_R_EMPTY);
	assert_true(is_zero(&cf));
	assert_int_equal(cf_parse_exact(&cf, " ", 1), CF_R_CHARSET);
	assert_int_equal(parse(&cf, "\r\n\t qxzkwj 75c52 f839w \t\r\n"), CF_OK);
	assert_string_equal(cf.text, base);
	for (size_t i = 0; i <= CF_LEN; i++)
		for (int byte = 0; byte < 256; byte++) { /* one byte too many, anywhere */
			bool at_end = i == 0 || i == CF_LEN;
			enum cf_reason want = CF_R_CHARSET;

			if (byte == ' ' || (at_end && is_one_of(byte, "\t\r\n")))
				want = CF_OK;
			if (is_one_of(byte, alnum) || is_one_of(byte, "abcdefghijklmnopqrstuvwxyz"))
				want = CF_R_LENGTH;
			memcpy(text, base, i);
			text[i] = (char)byte;
			memcpy(text + i + 1, base + i, CF_LEN - i);
			assert_int_equal(cf_parse(&cf, text, CF_LEN + 1), want);
		}
}

static uint32_t roll(uint32_t *seed) /* xorshift32 */
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* Bytes near a code: a real one in which some are changed, doubled or put among blanks. */
static size_t near_code(char *out, uint32_t *seed)
{
	static const char *const codes[] = { base, "12345670157", "QXZKWJTRCRNF839G",
					     "99999999008" };
	static const char odd_bytes[] = " \t\r\n-.\0\xff\xc4\xb1OIl05";
	const char *code = codes[roll(seed) % 4];
	size_t n = 0;

	for (size_t i = 0; i <= strlen(code); i++) {
		uint32_t dice = roll(seed);

		if (dice % 64 == 0)
			out[n++] = odd_bytes[(dice >> 8) % (sizeof(odd_bytes) - 1)];
		if (dice % 64 == 1)
			out[n++] = (char)(dice >> 8);
		else if (dice % 2 == 0 && code[i] >= 'A')
			out[n++] = (char)(code[i] | 0x20);
		else if (code[i] != '\0')
			out[n++] = code[i];
	}
	return n;
}

static void test_random_bytes(void **state)
{
	uint32_t seed = 20260101;
	unsigned int accepted = 0, refused = 0;

	(void)state;
	for (unsigned int round = 0; round < 100000; round++) {
		char in[64];
		size_t len = round % 2 ? near_code(in, &seed) : roll(&seed) % 24;
		struct cf cf, exact;

		for (size_t i = 0; round % 2 == 0 && i < len; i++)
			in[i] = (char)roll(&seed);
		memset(&cf, 'x', sizeof(cf));
		if (cf_parse(&cf, in, len) != CF_OK) {
			assert_true(is_zero(&cf));
			refused++;
			continue;
		}
		accepted++;
		assert_int_equal(strspn(cf.text, alnum), strlen(cf.text));
		assert_true(strlen(cf.text) == 16 || strlen(cf.text) == 11);
		assert_int_equal(cf_parse_exact(&exact, cf.text, strlen(cf.text)), CF_OK);
		assert_true(same(&cf, &exact));
		assert_int_equal(parse(&exact, cf.base), CF_OK);
		assert_string_equal(exact.base, cf.base);
		assert_int_not_equal(exact.kind, CF_OMOCODIA);
	}
	assert_true(accepted > 1000 && refused > 50000);
}

/* Its own text may be read again: cf is written last. */
static void test_in_place(void **state)
{
	struct cf cf;

	(void)state;
	assert_int_equal(parse(&cf, "QXZKWJTRCRNF839G"), CF_OK);
	assert_int_equal(cf_parse_exact(&cf, cf.text, CF_LEN), CF_OK);
	assert_string_equal(cf.text, "QXZKWJTRCRNF839G");
	assert_int_equal(cf_parse(&cf, cf.base, CF_LEN), CF_OK);
	assert_string_equal(cf.text, base);
}

static void test_words(void **state)
{
	static const char *const names[] = {
		"-",   "empty", "charset", "length", "format", "month",
		"day", "date",  "place",   "serial", "office", "check"
	};
	struct cf cf = { .kind = CF_NONE };

	(void)state;
	for (unsigned int r = CF_OK; r <= CF_R_CHECK; r++) {
		assert_string_equal(cf_reason_name((enum cf_reason)r), names[r]);
		assert_int_equal(strlen(cf_reason_text((enum cf_reason)r)) > 20, r != CF_OK);
		assert_null(strchr(cf_reason_text((enum cf_reason)r), '\n'));
	}
	assert_string_equal(cf_kind_name(CF_NONE), "-");
	assert_false(cf_is_person(&cf));
	cf.kind = CF_ENTITY;
	assert_false(cf_is_person(&cf));
	for (unsigned int k = CF_PERSONAL; k <= CF_PROVISIONAL; k++) {
		cf.kind = (enum cf_kind)k;
		assert_true(cf_is_person(&cf));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),  cmocka_unit_test(test_single_changes),
		cmocka_unit_test(test_blanks),   cmocka_unit_test(test_random_bytes),
		cmocka_unit_test(test_in_place), cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests_name("cf", tests, NULL, NULL);
}
