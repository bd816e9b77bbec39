/* SPDX-License-Identifier: BSD-2-Clause */
/* test_plain.c - which characters print as they read: all of Unicode, and what is no UTF-8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "plain.h"

/* c in UTF-8 of n bytes, more than it needs if that is asked for. */
static void encode(char *out, uint32_t c, size_t n)
{
	static const unsigned char lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	for (size_t i = n; i-- > 1; c >>= 6)
		out[i] = (char)(0x80 | (c & 0x3f));
	out[0] = (char)(lead[n] | c);
}

static size_t needs(uint32_t c)
{
	return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
}

static const struct range {
	uint32_t from, to;
} not_plain[] = {
	{ 0, 0x1f },         { 0x7f, 0x9f },     /* controls */
	{ 0x200e, 0x200f },  { 0x202a, 0x202e }, /* the direction of writing */
	{ 0x2066, 0x2069 },  { 0x2028, 0x2029 }, /* and separators of lines */
	{ 0xd800, 0xdfff },  { 0xfeff, 0xfeff }, /* surrogates, byte order */
};

static bool is_in(uint32_t c)
{
	for (size_t i = 0; i < sizeof(not_plain) / sizeof(*not_plain); i++)
		if (c >= not_plain[i].from && c <= not_plain[i].to)
			return true;
	return false;
}

static void test_every_character(void **state)
{
	char s[4];

	(void)state;
	for (uint32_t c = 0; c < 0x110000; c++) {
		encode(s, c, needs(c));
		if (plain_text(s, needs(c), false) == is_in(c) ||
		    plain_text(s, needs(c), true) == (is_in(c) && c != '\n'))
			fail_msg("U+%04X", c);
	}
}

static void test_longer_than_it_needs(void **state)
{
	char s[4];

	(void)state;
	for (uint32_t c = 0; c < 0x10000; c++)
		for (size_t n = needs(c) + 1; n <= 4; n++) {
			encode(s, c, n);
			assert_false(plain_text(s, n, true));
		}
}

static void test_no_utf8(void **state)
{
	static const char *const bad[] = { "\x80", "\xbf", "a\xe8", "\xc3(", "\xe2\x82", "\xe2(\xac",
					   "\xf0\x9f\x98", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80",
					   "\xfe", "\xff" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(plain_text(bad[i], strlen(bad[i]), true));
	assert_false(plain_text("\xc3\xa8", 1, true)); /* the end is where it is said to be */
	assert_true(plain_text("", 0, false));
}

static void test_line(void **state)
{
	(void)state;
	assert_true(plain_line("Niccol\xc3\xb2 D'Amico"));
	assert_true(plain_line(" x"));
	assert_false(plain_line(""));
	assert_false(plain_line("   "));
	assert_false(plain_line("two\nlines"));
	assert_false(plain_line("tab\t"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_character),
		cmocka_unit_test(test_longer_than_it_needs),
		cmocka_unit_test(test_no_utf8),
		cmocka_unit_test(test_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
