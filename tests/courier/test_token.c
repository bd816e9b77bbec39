/* SPDX-License-Identifier: BSD-2-Clause */
/* test_token.c - the token of a link, and what is hashed of it. */
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "token.h"

/* BLAKE2b-256 of the 32 characters, as "printf ... | b2sum -l 256" prints it. */
static void test_known(void **state)
{
	static const char text[] = "00112233445566778899aabbccddeeff";
	uint8_t hash[TOKEN_HASH_LEN];
	char hex[2 * TOKEN_HASH_LEN + 1];

	(void)state;
	assert_true(token_hash(hash, text));
	sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
	assert_string_equal(hex, "31479feac01e2225d391f05f32968fc0ea35dfab9c5db6e46a09abb6db6cfa50");
	assert_true(token_hash(hash, "00112233445566778899AABBCCDDEEFF"));
	assert_string_equal(hex, sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash)));
}

static void test_none(void **state)
{
	static const char *const bad[] = { "", "0", "00112233445566778899aabbccddeef",
					   "00112233445566778899aabbccddeeff0",
					   "00112233445566778899aabbccddeefg",
					   "00112233445566778899aabbccddeef ",
					   "0011223344556677/899aabbccddeeff",
					   "0011223344556677:899aabbccddeeff",
					   "0011223344556677`899aabbccddeeff" };
	static const uint8_t none[TOKEN_HASH_LEN];
	uint8_t hash[TOKEN_HASH_LEN];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		memset(hash, 1, sizeof(hash));
		assert_false(token_hash(hash, bad[i]));
		assert_memory_equal(hash, none, sizeof(none));
	}
}

static void test_drawn(void **state)
{
	char one[TOKEN_LEN + 1], two[TOKEN_LEN + 1];
	uint8_t hash[TOKEN_HASH_LEN];

	(void)state;
	token_draw(one);
	token_draw(two);
	assert_int_equal(strlen(one), TOKEN_LEN);
	assert_int_equal(strspn(one, "0123456789abcdef"), TOKEN_LEN);
	assert_string_not_equal(one, two);
	assert_true(token_hash(hash, one));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_drawn),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
