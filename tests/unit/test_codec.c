/* SPDX-License-Identifier: BSD-2-Clause */
/* test_codec.c - each kind of field at its limits, cut, padded and without room; exact bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "codec.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

struct all { /* one member of each kind */
	uint8_t u8;
	uint32_t u32;
	uint64_t u64;
	char str[5 + 1];
	char sec[3 + 1];
	uint8_t raw[4];
};

static const struct codec_field fields[] = {
	{ K_U8, offsetof(struct all, u8), 0, "u8" },
	{ K_U32, offsetof(struct all, u32), 0, "u32" },
	{ K_U64, offsetof(struct all, u64), 0, "u64" },
	{ K_STR, offsetof(struct all, str), 5, "str" },
	{ K_SEC, offsetof(struct all, sec), 3, "sec" },
	{ K_RAW, offsetof(struct all, raw), 4, "raw" },
	{ K_END, 0, 0, NULL },
};

static const struct all sample = {
	.u8 = 0xfe, .u32 = 0x01020304, .u64 = 0x1122334455667788, .str = "hello", .sec = "\x01\xff",
	.raw = { 0, 1, 0, 2 },
};

/* Written by hand from codec.h: big-endian, u16 lengths, no padding. */
static const uint8_t sample_bytes[] = {
	0xfe, 1, 2, 3, 4, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88,
	0, 5, 'h', 'e', 'l', 'l', 'o', 0, 2, 0x01, 0xff, 0, 1, 0, 2,
};

static void test_exact_bytes(void **state)
{
	struct all back = { 0 };
	uint8_t buf[64];
	size_t len;

	(void)state;
	assert_int_equal(codec_put(fields, &sample, buf, sizeof(buf), &len), 0);
	assert_int_equal(len, sizeof(sample_bytes));
	assert_memory_equal(buf, sample_bytes, len);
	assert_int_equal(codec_get(fields, &back, buf, len), 0);
	assert_int_equal(back.u8, sample.u8);
	assert_int_equal(back.u32, sample.u32);
	assert_true(back.u64 == sample.u64);
	assert_memory_equal(back.str, sample.str, sizeof(back.str));
	assert_memory_equal(back.sec, sample.sec, sizeof(back.sec));
	assert_memory_equal(back.raw, sample.raw, sizeof(back.raw));
}

static void test_numbers_at_their_ends(void **state)
{
	static const uint64_t ends[] = { 0, 1, 0x7f, 0x80, 0xff, 0x7fffffff, 0x80000000, 0xffffffff,
					 0x7fffffffffffffff, 0x8000000000000000, UINT64_MAX };
	uint8_t buf[64];
	size_t len;

	(void)state;
	for (size_t i = 0; i < N(ends); i++) {
		struct all in = { .u8 = (uint8_t)ends[i],
				  .u32 = (uint32_t)ends[i],
				  .u64 = ends[i] };
		struct all out = { 0 };

		assert_int_equal(codec_put(fields, &in, buf, sizeof(buf), &len), 0);
		assert_int_equal(codec_get(fields, &out, buf, len), 0);
		assert_true(out.u8 == in.u8 && out.u32 == in.u32 && out.u64 == in.u64);
	}
}

static void test_cut_and_padded(void **state)
{
	uint8_t buf[sizeof(sample_bytes) + 1] = { 0 };

	(void)state;
	memcpy(buf, sample_bytes, sizeof(sample_bytes));
	for (size_t cut = 0; cut < sizeof(sample_bytes); cut++) {
		struct all out = { 0 };

		assert_int_equal(codec_get(fields, &out, buf, cut), CODEC_E_SHORT);
	}
	assert_int_equal(codec_get(fields, &(struct all){ 0 }, buf, sizeof(buf)), CODEC_E_LONG);
	assert_int_equal(codec_get(fields + 6, &(struct all){ 0 }, buf, 0), 0);
	assert_int_equal(codec_get(fields + 6, &(struct all){ 0 }, buf, 1), CODEC_E_LONG);
}

static void test_no_room(void **state)
{
	uint8_t buf[sizeof(sample_bytes) + 1];
	size_t len;

	(void)state;
	for (size_t cap = 0; cap < sizeof(sample_bytes); cap++) {
		memset(buf, 0xa5, sizeof(buf));
		assert_int_equal(codec_put(fields, &sample, buf, cap, &len), CODEC_E_LONG);
		assert_true(len <= cap);
		for (size_t i = cap; i < sizeof(buf); i++)
			assert_int_equal(buf[i], 0xa5); /* nothing beyond cap */
	}
	assert_int_equal(codec_put(fields, &sample, buf, sizeof(sample_bytes), &len), 0);
}

/* Which bytes a text may hold: a STR no control characters, a SEC all but NUL. */
static void test_bytes_of_texts(void **state)
{
	struct all in = { .u8 = 0 };
	uint8_t buf[64];
	size_t len;

	(void)state;
	for (unsigned int c = 1; c < 256; c++) {
		int control = c < 0x20 || c == 0x7f;

		in.str[2] = '\0';
		memset(in.str, (int)c, 2);
		assert_int_equal(codec_put(fields, &in, buf, sizeof(buf), &len),
				 control ? CODEC_E_TEXT : 0);
		in.str[0] = '\0';
		memset(in.sec, (int)c, 3);
		assert_int_equal(codec_put(fields, &in, buf, sizeof(buf), &len), 0);
	}
	for (unsigned int c = 0; c < 256; c++) {
		uint8_t at[sizeof(sample_bytes)];
		int control = c < 0x20 || c == 0x7f;

		memcpy(at, sample_bytes, sizeof(at));
		at[19] = (uint8_t)c; /* the last of str */
		assert_int_equal(codec_get(fields, &(struct all){ 0 }, at, sizeof(at)),
				 control ? CODEC_E_TEXT : 0);
		memcpy(at, sample_bytes, sizeof(at));
		at[22] = (uint8_t)c; /* the first of sec */
		assert_int_equal(codec_get(fields, &(struct all){ 0 }, at, sizeof(at)),
				 c == 0 ? CODEC_E_TEXT : 0);
	}
}

/* A length over the field's limit is refused even when the bytes are there. */
static void test_texts_over_their_limit(void **state)
{
	static const struct codec_field one[] = { { K_STR, offsetof(struct all, str), 5, "str" },
						  { K_END, 0, 0, NULL } };
	uint8_t buf[2 + 65535];
	struct all out = { 0 };

	(void)state;
	memset(buf, 'x', sizeof(buf));
	for (size_t n = 0; n <= 65535; n += n < 300 ? 1 : 251) {
		buf[0] = (uint8_t)(n >> 8);
		buf[1] = (uint8_t)n;
		memset(&out, 0, sizeof(out));
		assert_int_equal(codec_get(one, &out, buf, 2 + n), n <= 5 ? 0 : CODEC_E_LONG);
		assert_int_equal(strlen(out.str), n <= 5 ? n : 0);
	}
	assert_int_equal(codec_get(one, &out, buf, 1), CODEC_E_SHORT); /* half a length */
}

/* A text that fills its member to the last byte is written whole, without looking further. */
static void test_text_without_end(void **state)
{
	struct all in = { .u8 = 0 }, out = { 0 };
	uint8_t buf[64];
	size_t len;

	(void)state;
	memset(in.sec, 's', sizeof(in.sec)); /* no NUL at all */
	assert_int_equal(codec_put(fields, &in, buf, sizeof(buf), &len), 0);
	assert_int_equal(codec_get(fields, &out, buf, len), 0);
	assert_string_equal(out.sec, "sss");
}

static void test_the_first_error_sticks(void **state)
{
	uint8_t buf[sizeof(sample_bytes)];
	struct all in = sample;
	size_t len;

	(void)state;
	memcpy(buf, sample_bytes, sizeof(buf));
	buf[14] = 6;  /* str: too long for its field, */
	buf[22] = 0;  /* sec: holds a NUL */
	assert_int_equal(codec_get(fields, &(struct all){ 0 }, buf, sizeof(buf)), CODEC_E_LONG);
	buf[14] = 5;
	buf[19] = '\n';
	assert_int_equal(codec_get(fields, &(struct all){ 0 }, buf, sizeof(buf) - 1), CODEC_E_TEXT);
	in.str[0] = '\n';
	assert_int_equal(codec_put(fields, &in, buf, 10, &len), CODEC_E_LONG); /* u64 came first */
	assert_int_equal(codec_put(fields, &in, buf, 16, &len), CODEC_E_TEXT);
}

static void test_text_for_the_log(void **state)
{
	static const char want[] =
		"m u8=254 u32=16909060 u64=1234605616436508552 str='hello' sec=*** raw=***";
	char line[128] = "m";

	(void)state;
	assert_int_equal(codec_text(fields, &sample, line, sizeof(line), 1), strlen(want));
	assert_string_equal(line, want);
	for (size_t cap = 2; cap <= strlen(want); cap++) {
		memset(line, 0x55, sizeof(line));
		line[0] = 'm';
		line[1] = '\0';
		codec_text(fields, &sample, line, cap, 1);
		assert_int_equal(strlen(line), cap - 1);
		assert_memory_equal(line, want, cap - 1);
		assert_int_equal(line[cap], 0x55);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exact_bytes),
		cmocka_unit_test(test_numbers_at_their_ends),
		cmocka_unit_test(test_cut_and_padded),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_bytes_of_texts),
		cmocka_unit_test(test_texts_over_their_limit),
		cmocka_unit_test(test_text_without_end),
		cmocka_unit_test(test_the_first_error_sticks),
		cmocka_unit_test(test_text_for_the_log),
	};

	return cmocka_run_group_tests_name("codec", tests, NULL, NULL);
}
