/* SPDX-License-Identifier: BSD-2-Clause */
/* test_renewal_web.c - what the web page takes from a browser, and what it seals for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../docs/services/apache/input.h"
#include "../../docs/services/apache/seal.h"
#include "../../docs/services/apache/session.h"

#define ALL   (INPUT_BIT(IN_N) - 1)
#define HOST  "https://ufficio.example.org"
#define CF    "RSSMRA85T10A562S"
#define NOW_S 1700000000

static bool read_all(char *text, unsigned int allowed, const char *value[static IN_N])
{
	for (int i = 0; i < IN_N; i++)
		value[i] = NULL;
	return input_read(text, allowed, value);
}

static void test_fields_are_decoded(void **state)
{
	char text[] = "cf=RSS%4dra+85&pin=&email=a%40b.it&new=%C3%A8";
	const char *value[IN_N];

	(void)state;
	assert_true(read_all(text, ALL, value));
	assert_string_equal(value[IN_CF], "RSSMra 85");
	assert_string_equal(value[IN_PIN], "");
	assert_string_equal(value[IN_EMAIL], "a@b.it");
	assert_string_equal(value[IN_NEW], "\xc3\xa8");
	assert_null(value[IN_TOKEN]);
}

static void test_what_does_not_belong_is_refused(void **state)
{
	static const char *const bad[] = {
		"x=1",       "cf=1&x=2",    "cf",     "&cf=1",  "cf=1&&pin=2", "=1",
		"cf=1&cf=1", "cf=%",        "cf=%4",  "cf=%4g", "cf=%g4",      "cf=%00",
		"cf=a%00b",  "cf=%0a",      "cf=%0D", "cf=%1f", "cf=%7f",      "cf=\n",
		"CF=1",      "cf%=1",       "%63f=1", "cf =1",  "lang=ita",    "pin[]=1",
		"cf=%u0041", "cf=1\tpin=2", "cf=%-1",
	};
	const char *value[IN_N];
	char text[64];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		(void)snprintf(text, sizeof(text), "%s", bad[i]);
		if (read_all(text, ALL, value))
			fail_msg("%s", bad[i]);
	}
	(void)snprintf(text, sizeof(text), "cf=1&pin=2");
	assert_false(read_all(text, INPUT_BIT(IN_CF), value));
	(void)snprintf(text, sizeof(text), "cf=1&pin=2");
	assert_true(read_all(text, INPUT_BIT(IN_CF) | INPUT_BIT(IN_PIN), value));
	(void)snprintf(text, sizeof(text), "cf=1;pin=2&");
	assert_true(read_all(text, INPUT_BIT(IN_CF), value));
	assert_string_equal(value[IN_CF], "1;pin=2");
	text[0] = '\0';
	assert_true(read_all(text, 0, value));
}

static void test_lengths_are_exact(void **state)
{
	static const struct {
		const char *name;
		size_t max;
	} fields[] = {
#define FIELD(NAME, name, max) { name "=", max },
		INPUT_FIELDS
#undef FIELD
	};
	static char text[INPUT_MAX * 2];
	const char *value[IN_N];

	(void)state;
	for (size_t i = 0; i < IN_N; i++) {
		for (size_t over = 0; over < 2; over++) {
			size_t n = (size_t)snprintf(text, sizeof(text), "%s", fields[i].name);

			memset(text + n, 'a', fields[i].max + over);
			text[n + fields[i].max + over] = '\0';
			assert_int_equal(read_all(text, ALL, value), over == 0);
		}
	}
}

static void test_any_bytes_are_survived(void **state)
{
	static const char pieces[] = "cfpintokenwlagbk=&%+0123456789abcdefABCDEF/.\x01\x7f\xff";
	const char *value[IN_N];
	uint32_t seed = 1;

	(void)state;
	for (int round = 0; round < 200000; round++) {
		char text[32];
		size_t n = (size_t)(round % (int)sizeof(text));

		for (size_t i = 0; i < n; i++) {
			seed = seed * 1664525 + 1013904223;
			text[i] = pieces[(seed >> 16) % (sizeof(pieces) - 1)];
		}
		text[n < sizeof(text) ? n : n - 1] = '\0';
		if (!read_all(text, ALL, value))
			continue;
		for (int i = 0; i < IN_N; i++)
			for (const char *at = value[i]; at != NULL && *at != '\0'; at++)
				assert_true((unsigned char)*at >= 0x20 && *at != 0x7f);
	}
}

static void test_a_login_goes_on_here(void **state)
{
	static const char *const good[][2] = {
		{ "/", "/" },
		{ "/semplice/?x=1&y=%20", "/semplice/?x=1&y=%20" },
		{ HOST "/semplice/", "/semplice/" },
		{ "/a.b/c~d", "/a.b/c~d" },
	};
	static const char *const bad[] = {
		"",         "a",        "//x",       "/a//x",        "/./x",     "/..//x",
		"/\\x",     "\\\\x",    "http://x/", "https://x/",   HOST,       HOST ".x/",
		HOST "//x", HOST "@x/", "/\r\nX: y", "/ ",           "/\"",      "/<",
		"/'",       "/#",       "/\x80",     "javascript:x", "https:/x", "/a/../b",
		" /",       "/\t/x",
	};
	char out[INPUT_BACK + 1], text[INPUT_BACK + 2];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_true(input_back(out, good[i][0], HOST));
		assert_string_equal(out, good[i][1]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (input_back(out, bad[i], HOST) || strcmp(out, "/") != 0)
			fail_msg("%s: %s", bad[i], out);
	}
	memset(text, 'a', sizeof(text));
	text[0] = '/';
	text[INPUT_BACK + 1] = '\0';
	assert_false(input_back(out, text, HOST));
	text[INPUT_BACK] = '\0';
	assert_true(input_back(out, text, HOST));
	assert_string_equal(out, text);
}

static void test_language(void **state)
{
	static const char *const rows[][2] = {
		{ NULL, "it" },
		{ "", "it" },
		{ "de", "it" },
		{ "en", "en" },
		{ "en-GB,en;q=0.9,it;q=0.8", "en" },
		{ "it-IT,it;q=0.9,en-US;q=0.8,en;q=0.7", "it" },
		{ "de-DE,de;q=0.9,en;q=0.8", "en" },
		{ "en;q=0.1,it;q=0.11", "it" },
		{ "it;q=0,en;q=0.001", "en" },
		{ "en;q=", "en" },
		{ ",,, en", "en" },
		{ "*", "it" },
		{ "en;q=0.9999999999999999999", "en" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_string_equal(input_language(rows[i][0]), rows[i][1]);
}

static void test_a_seal_opens_for_what_it_was_made(void **state)
{
	unsigned char key[SEAL_KEY_LEN] = { 1 }, id[SEAL_ID_LEN] = { 2 },
		      other[SEAL_ID_LEN] = { 3 };
	char in[100] = "what is sealed", out[100], text[SEAL_SEALED(sizeof(in))],
	     again[sizeof(text)];

	(void)state;
	seal_make(text, SEAL_FORM, key, id, in, sizeof(in));
	assert_int_equal(strlen(text), sizeof(text) - 1);
	assert_true(seal_open(out, sizeof(out), SEAL_FORM, key, id, text));
	assert_memory_equal(in, out, sizeof(in));
	seal_make(again, SEAL_FORM, key, id, in, sizeof(in));
	assert_string_not_equal(text, again);
	assert_false(seal_open(out, sizeof(out), SEAL_SESSION, key, id, text));
	assert_false(seal_open(out, sizeof(out), SEAL_FORM, key, other, text));
	assert_false(seal_open(out, sizeof(out) - 1, SEAL_FORM, key, id, text));
	assert_true(sodium_is_zero((unsigned char *)out, sizeof(out) - 1));
	for (size_t i = 0; i < strlen(text); i++) {
		char kept = text[i];

		text[i] = kept == 'A' ? 'B' : 'A';
		assert_false(seal_open(out, sizeof(out), SEAL_FORM, key, id, text));
		text[i] = kept;
	}
	text[strlen(text) - 1] = '\0';
	assert_false(seal_open(out, sizeof(out), SEAL_FORM, key, id, text));
	assert_false(seal_open(out, sizeof(out), SEAL_FORM, key, id, ""));
	key[0]++;
	assert_false(seal_open(out, sizeof(out), SEAL_FORM, key, id, again));
}

static void test_a_session_ends(void **state)
{
	unsigned char key[SEAL_KEY_LEN] = { 1 };
	char cookie[SESSION_TEXT], answer[SESSION_ANSWER], fresh[SESSION_ANSWER];

	(void)state;
	session_begin(cookie, key, "inpspin-semplice", CF, NOW_S);
	session_look(answer, key, cookie, NOW_S + SESSION_FRESH_S - 1);
	assert_string_equal(answer, "inpspin-semplice " CF " -");
	session_look(answer, key, cookie, NOW_S - 1);
	assert_string_equal(answer, "NULL");
	session_look(answer, key, cookie, NOW_S + SESSION_IDLE_S);
	assert_string_equal(answer, "NULL");
	session_look(answer, key, "", NOW_S);
	assert_string_equal(answer, "NULL");
	for (uint64_t t = 0; t < SESSION_MAX_S; t += SESSION_IDLE_S - 1) {
		session_look(fresh, key, cookie, NOW_S + t);
		assert_memory_equal(fresh, "inpspin-semplice " CF " ",
				    strlen("inpspin-semplice " CF " "));
		if (strlen(fresh) > 40)
			memcpy(cookie, fresh + strlen("inpspin-semplice " CF " "), sizeof(cookie));
	}
	session_look(answer, key, cookie, NOW_S + SESSION_MAX_S);
	assert_string_equal(answer, "NULL");
}

static void test_the_key_has_32_bytes(void **state)
{
	char path[] = "/tmp/test_renewal_web.XXXXXX";
	unsigned char key[SEAL_KEY_LEN], bytes[SEAL_KEY_LEN + 1] = { 7 };
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(seal_key(key, path), -EINVAL);
	for (size_t n = SEAL_KEY_LEN - 1; n <= SEAL_KEY_LEN + 1; n++) {
		assert_int_equal(pwrite(fd, bytes, n, 0), n);
		assert_int_equal(seal_key(key, path), n == SEAL_KEY_LEN ? 0 : -EINVAL);
	}
	close(fd);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(seal_key(key, path), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields_are_decoded),
		cmocka_unit_test(test_what_does_not_belong_is_refused),
		cmocka_unit_test(test_lengths_are_exact),
		cmocka_unit_test(test_any_bytes_are_survived),
		cmocka_unit_test(test_a_login_goes_on_here),
		cmocka_unit_test(test_language),
		cmocka_unit_test(test_a_seal_opens_for_what_it_was_made),
		cmocka_unit_test(test_a_session_ends),
		cmocka_unit_test(test_the_key_has_32_bytes),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
