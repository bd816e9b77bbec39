/* SPDX-License-Identifier: BSD-2-Clause */
/* test_symbols.c - reading what is typed as a PIN, and drawing one from scripted and real chance. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "symbols.h"

static const char some_cf[] = "RSSMRA85T10A562S";
static const char drawn_from[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/*
 * This program's own getrandom(), which symbols.c is linked with: the bytes of the script while
 * there are any, at most chunk a call, after first giving the errors. No script: the kernel's.
 */
static struct {
	const char *pins; /* symbols to draw, in turn */
	size_t chunk;     /* 0: as many as asked for */
	int error, errors;
	unsigned int calls, asked_bytes;
} script;

ssize_t getrandom(void *to, size_t len, unsigned int flags)
{
	size_t n = script.chunk != 0 && script.chunk < len ? script.chunk : len;

	assert_int_equal(flags, 0);
	script.calls++;
	if (script.errors > 0) {
		script.errors--;
		errno = script.error;
		return script.error == 0 ? 0 : -1;
	}
	if (script.pins == NULL)
		return syscall(SYS_getrandom, to, len, flags);
	for (size_t i = 0; i < n; i++) { /* the upper bits of a byte mean nothing */
		const char *at = strchr(drawn_from, *script.pins);

		assert_true(*script.pins != '\0' && at != NULL);
		((unsigned char *)to)[i] =
			(unsigned char)((size_t)(at - drawn_from) | (i % 8) << 5);
		script.pins++;
	}
	return (ssize_t)n;
}

static int setup(void **state)
{
	(void)state;
	memset(&script, 0, sizeof(script));
	return 0;
}

/* As the header says it, once more. NUL: no part of a PIN; ' ': dropped */
static char read_as(int byte)
{
	if (byte == ' ' || byte == '-')
		return ' ';
	if (byte >= 'a' && byte <= 'z')
		byte -= 'a' - 'A';
	if (byte == 'O')
		return '0';
	if (byte == 'I' || byte == 'L')
		return '1';
	if ((byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z'))
		return (char)byte;
	return '\0';
}

static size_t fold(char pin[static SYMBOLS_MAX + 1], const char *typed)
{
	memset(pin, 'x', SYMBOLS_MAX + 1);
	return symbols_fold(pin, typed, strlen(typed));
}

static void assert_empty(const char pin[static SYMBOLS_MAX + 1])
{
	for (size_t i = 0; i <= SYMBOLS_MAX; i++)
		assert_int_equal(pin[i], '\0');
}

static void test_fold_bytes(void **state)
{
	char pin[SYMBOLS_MAX + 1], typed[3];

	(void)state;
	for (int byte = 0; byte < 256; byte++) {
		char want[] = { '7', read_as(byte), '8', '\0' };

		if (want[1] == ' ')
			memcpy(want + 1, "8", 2);
		typed[0] = '7';
		typed[1] = (char)byte;
		typed[2] = '8';
		memset(pin, 'x', sizeof(pin));
		if (want[1] == '\0') {
			assert_int_equal(symbols_fold(pin, typed, 3), 0);
			assert_empty(pin);
		} else {
			assert_int_equal(symbols_fold(pin, typed, 3), strlen(want));
			assert_string_equal(pin, want);
		}
	}
}

static void test_fold_texts(void **state)
{
	static const struct {
		const char *typed, *pin;
	} rows[] = {
		{ "AB12CD34", "AB12CD34" },
		{ "ab12-cd34", "AB12CD34" },
		{ " a b-1--2 cD 34- ", "AB12CD34" },
		{ "oOiIlLuU", "001111UU" },
		{ "ABCD-EFGH-JKMN-PQRS", "ABCDEFGHJKMNPQRS" },
		{ "7", "7" },
		{ "ABCDEFGHJKMNPQRST", "" }, /* 17 */
		{ "", "" },
		{ " - ", "" },
		{ "AB12\tCD34", "" },
		{ "AB12CD34\n", "" },
		{ "AB12_CD34", "" },
		{ "AB12CD3\xc3\xa9", "" },
		{ "AB12\xc2\xa0Z", "" },
		{ "*", "" },
	};
	char pin[SYMBOLS_MAX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(fold(pin, rows[i].typed), strlen(rows[i].pin));
		assert_string_equal(pin, rows[i].pin);
		for (size_t j = strlen(rows[i].pin); j <= SYMBOLS_MAX; j++)
			assert_int_equal(pin[j], '\0'); /* nothing of what was there */
	}
}

static void test_fold_lengths(void **state)
{
	char pin[SYMBOLS_MAX + 1], typed[4096];

	(void)state;
	for (size_t len = 0; len <= 100; len++) {
		memset(typed, 'A', sizeof(typed));
		assert_int_equal(symbols_fold(pin, typed, len), len <= SYMBOLS_MAX ? len : 0);
		memset(typed, '-', sizeof(typed));
		assert_int_equal(symbols_fold(pin, typed, len), 0);
		if (len < SYMBOLS_MAX)
			continue;
		memset(typed + len - SYMBOLS_MAX, 'Z', SYMBOLS_MAX); /* 16 symbols at the end */
		assert_int_equal(symbols_fold(pin, typed, len),
				 len <= SYMBOLS_TYPED ? SYMBOLS_MAX : 0);
		if (len > SYMBOLS_TYPED)
			assert_empty(pin);
	}
	memset(typed, ' ', sizeof(typed));
	typed[0] = 'A';
	assert_int_equal(symbols_fold(pin, typed, SYMBOLS_TYPED), 1);
	assert_int_equal(symbols_fold(pin, typed, SYMBOLS_TYPED + 1), 0);
	assert_empty(pin);
	assert_int_equal(symbols_fold(pin, typed, sizeof(typed)), 0);
	assert_int_equal(symbols_fold(pin, "AB12\0CD34", 9), 0);
	assert_empty(pin);
	assert_int_equal(symbols_fold(pin, NULL, 0), 0);
	assert_empty(pin);
}

/* Every symbol comes from as many bytes as any other. */
static void test_draw_maps_bytes_evenly(void **state)
{
	char pin[SYMBOLS_MAX + 1], again[SYMBOLS_MAX + 1];

	(void)state;
	script.pins = drawn_from;
	for (size_t at = 0; at < 32; at += 8) {
		assert_int_equal(symbols_draw(pin, 8, ""), 0);
		assert_memory_equal(pin, drawn_from + at, 8);
		assert_int_equal(fold(again, pin), 8);
		assert_string_equal(again, pin); /* what is drawn is read as itself */
	}
	assert_int_equal(script.calls, 4);
}

static void test_draw_is_unbiased(void **state)
{
	unsigned int count[32] = { 0 };
	double chi = 0;
	char pin[SYMBOLS_MAX + 1];
	const char *at;

	(void)state;
	for (unsigned int i = 0; i < 6250; i++) {
		assert_int_equal(symbols_draw(pin, 16, some_cf), 0);
		assert_int_equal(strlen(pin), 16);
		for (size_t j = 0; j < 16; j++) {
			at = strchr(drawn_from, pin[j]);
			assert_non_null(at);
			count[at - drawn_from]++;
		}
	}
	for (size_t i = 0; i < 32; i++)
		chi += (count[i] - 3125.0) * (count[i] - 3125.0) / 3125.0;
	assert_true(chi < 120); /* 31 degrees of freedom: once in 10^11 by chance */
}

/* first is drawn again, and second taken; or, when second is "", first is taken. */
static void check_redraw(size_t n, const char *first, const char *second, const char *cf)
{
	char pins[2 * SYMBOLS_MAX + 1], pin[SYMBOLS_MAX + 1];

	assert_true(strlen(first) >= n && (*second == '\0' || strlen(second) >= n));
	memset(pins, 0, sizeof(pins));
	memcpy(pins, first, n);
	memcpy(pins + n, second, *second == '\0' ? 0 : n);
	setup(NULL);
	script.pins = pins;
	assert_int_equal(symbols_draw(pin, n, cf), 0);
	assert_int_equal(script.calls, *second == '\0' ? 1 : 2);
	assert_memory_equal(pin, *second == '\0' ? first : second, n);
	assert_int_equal(pin[n], '\0');
}

static void test_redraw(void **state)
{
	static const char clean[] = "ZZZZZZZZZZZZZZZZ";
	static const size_t lengths[] = { SYMBOLS_HALF, SYMBOLS_MAX };
	char pin[SYMBOLS_MAX + 1];

	(void)state;
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i + 4 <= lengths[k]; i++)
			for (size_t j = 0; j + 4 <= strlen(some_cf); j++) { /* any four, anywhere */
				memcpy(pin, clean, sizeof(pin));
				memcpy(pin + i, some_cf + j, 4);
				check_redraw(lengths[k], pin, clean, some_cf);
				pin[i + (i + j) % 4] = 'Y'; /* three at most */
				check_redraw(lengths[k], pin, "", some_cf);
			}
	check_redraw(8, "Z0110ZZZ", clean, "OLIOVE85T10A562S"); /* as the letters would be typed */
	check_redraw(8, "ZZZZ1110", clean, "ILIO");
	check_redraw(8, "ZZZ01570", clean, "12345670157");
	check_redraw(8, "RSRSSMZZ", clean, some_cf); /* RS, then RSSM */
	check_redraw(8, "RSSNRSSM", clean, some_cf);
	check_redraw(8, "SSSMRA8Z", clean, some_cf);
	check_redraw(8, "ZZZZZZZZ", "", "");
	check_redraw(8, "ABCZABCZ", "", "ABC");
}

static void test_draw_never_gives_away(void **state)
{
	char pin[SYMBOLS_MAX + 1], run[5] = "";

	(void)state;
	for (unsigned int i = 0; i < 20000; i++) {
		assert_int_equal(symbols_draw(pin, i % 2 ? 8 : 16, some_cf), 0);
		for (size_t j = 0; j + 4 <= strlen(pin); j++) {
			memcpy(run, pin + j, 4);
			assert_null(strstr(some_cf, run));
		}
	}
}

static void test_draw_errors(void **state)
{
	static const size_t wrong[] = { 0, 1, 7, 9, 15, 17, 40 };
	char pin[SYMBOLS_MAX + 1];

	(void)state;
	script.pins = "ABCDEFGH";
	script.chunk = 3; /* 3, 3, 2 after two interruptions */
	script.error = EINTR;
	script.errors = 2;
	assert_int_equal(symbols_draw(pin, 8, ""), 0);
	assert_string_equal(pin, "ABCDEFGH");
	assert_int_equal(script.calls, 5);

	setup(NULL);
	script.error = ENOSYS;
	script.errors = 1;
	memset(pin, 'x', sizeof(pin));
	assert_int_equal(symbols_draw(pin, 8, ""), -ENOSYS);
	assert_string_equal(pin, "");
	assert_int_equal(script.calls, 1);

	setup(NULL);
	script.errors = 1; /* nothing, and no error */
	assert_int_equal(symbols_draw(pin, 16, ""), -EIO);
	assert_string_equal(pin, "");

	setup(NULL);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(symbols_draw(pin, wrong[i], ""), -EINVAL);
	assert_int_equal(script.calls, 0);
}

static void test_show(void **state)
{
	static const struct {
		const char *pin, *shown;
	} rows[] = {
		{ "AB12CD34", "AB12-CD34" },
		{ "ABCDEFGHJKMNPQRS", "ABCD-EFGH-JKMN-PQRS" },
		{ "AB12", "AB12" },
		{ "AB12C", "AB12-C" },
		{ "", "" },
		{ "ABCDEFGHJKMNPQRSTV", "ABCD-EFGH-JKMN-PQRS" }, /* no such PIN: no overflow */
	};
	char out[SYMBOLS_SHOWN];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_ptr_equal(symbols_show(out, rows[i].pin), out);
		assert_string_equal(out, rows[i].shown);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fold_bytes),
		cmocka_unit_test(test_fold_texts),
		cmocka_unit_test(test_fold_lengths),
		cmocka_unit_test_setup(test_draw_maps_bytes_evenly, setup),
		cmocka_unit_test_setup(test_draw_is_unbiased, setup),
		cmocka_unit_test_setup(test_redraw, setup),
		cmocka_unit_test_setup(test_draw_never_gives_away, setup),
		cmocka_unit_test_setup(test_draw_errors, setup),
		cmocka_unit_test(test_show),
	};

	return cmocka_run_group_tests_name("symbols", tests, NULL, NULL);
}
