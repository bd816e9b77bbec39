/* SPDX-License-Identifier: BSD-2-Clause */
/* test_wire.c - every message: round trips, every cut, every changed byte; what is frozen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "wire.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))
#define HEAD 18 /* version, type, nonce */

static const enum wire_type all[] = {
#define MSG(NAME, name, code, doc) WIRE_##NAME,
#include "wire.def"
};

/* A message of this type with every field at its limit; secrets and raw bytes are all 'X'. */
static struct wire_msg full(enum wire_type type)
{
	struct wire_msg m;

	memset(&m, 0, sizeof(m));
	m.type = type;
	for (size_t i = 0; i < sizeof(m.nonce); i++)
		m.nonce[i] = (uint8_t)(0xe0 + i);
	switch (type) {
#define MSG(NAME, name, code, doc)  case WIRE_##NAME:
#define U8(name, field, doc)        m.name.field = UINT8_MAX;
#define U32(name, field, doc)       m.name.field = UINT32_MAX - 1;
#define U64(name, field, doc)       m.name.field = UINT64_MAX - 1;
#define STR(name, field, max, doc)  memset(m.name.field, 's', max);
#define SEC(name, field, max, doc)  memset(m.name.field, 'X', max);
#define RAW(name, field, size, doc) memset(m.name.field, 'X', size);
#define END(name)                   break;
#include "wire.def"
	}
	return m;
}

static size_t encode(const struct wire_msg *m, uint8_t buf[static WIRE_MAX])
{
	size_t len;

	assert_int_equal(wire_encode(m, buf, WIRE_MAX, &len), 0);
	return len;
}

/* All zero but the nonce, which is buf's when there is a whole one. */
static void assert_refused(const struct wire_msg *m, const uint8_t *buf, size_t len)
{
	struct wire_msg want;

	memset(&want, 0, sizeof(want));
	if (len >= HEAD)
		memcpy(want.nonce, buf + 2, sizeof(want.nonce));
	assert_memory_equal(m, &want, sizeof(want));
}

static void test_round_trip(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(all); i++) {
		struct wire_msg m = full(all[i]), back;
		uint8_t buf[WIRE_MAX];
		size_t len = encode(&m, buf);

		memset(&back, 0xff, sizeof(back));
		assert_int_equal(buf[0], WIRE_VERSION);
		assert_int_equal(buf[1], all[i]);
		assert_memory_equal(buf + 2, m.nonce, sizeof(m.nonce));
		assert_int_equal(wire_decode(&back, buf, len), 0);
		assert_memory_equal(&m, &back, sizeof(m));
	}
}

static void test_cut_and_padded(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(all); i++) {
		struct wire_msg m = full(all[i]);
		uint8_t buf[WIRE_MAX + 1] = { 0 };
		size_t len = encode(&m, buf);

		for (size_t cut = 0; cut < len; cut++) {
			assert_int_equal(wire_decode(&m, buf, cut), CODEC_E_SHORT);
			assert_refused(&m, buf, cut);
		}
		assert_int_equal(wire_decode(&m, buf, len + 1), CODEC_E_LONG);
		assert_refused(&m, buf, len + 1);
	}
}

/* A changed packet is refused whole, or is another message that encodes to exactly itself. */
static void judge_change(const uint8_t *buf, size_t len)
{
	uint8_t again[WIRE_MAX];
	struct wire_msg m;

	memset(&m, 0xff, sizeof(m));
	if (wire_decode(&m, buf, len) != 0) {
		assert_refused(&m, buf, len);
		return;
	}
	assert_int_equal(encode(&m, again), len);
	assert_memory_equal(again, buf, len);
}

static void test_every_byte_changed(void **state)
{
	static const uint8_t set_to[] = { 0x00, 0x0a, 0x7f, 0xff };

	(void)state;
	for (size_t i = 0; i < N(all); i++) {
		struct wire_msg m = full(all[i]);
		uint8_t buf[WIRE_MAX];
		size_t len = encode(&m, buf);

		for (size_t at = 0; at < len; at++) {
			uint8_t was = buf[at];

			for (unsigned int bit = 0; bit < 8; bit++) {
				buf[at] = (uint8_t)(was ^ 1u << bit);
				judge_change(buf, len);
			}
			for (size_t v = 0; v < N(set_to); v++) {
				buf[at] = set_to[v];
				judge_change(buf, len);
			}
			buf[at] = was;
		}
	}
}

static void test_no_room(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(all); i++) {
		struct wire_msg m = full(all[i]);
		uint8_t buf[WIRE_MAX], small[WIRE_MAX];
		size_t len = encode(&m, buf), used;

		for (size_t cap = 0; cap < len; cap++)
			assert_int_equal(wire_encode(&m, small, cap, &used), CODEC_E_LONG);
		assert_int_equal(wire_encode(&m, small, len, &used), 0);
	}
}

static void test_versions_and_types(void **state)
{
	uint8_t buf[WIRE_MAX] = { WIRE_VERSION };
	struct wire_msg m;
	size_t known = 0;

	(void)state;
	memset(buf + 2, 'n', WIRE_NONCE_LEN);
	for (unsigned int type = 0; type < 256; type++) {
		int r;

		buf[1] = (uint8_t)type;
		r = wire_decode(&m, buf, HEAD);
		known += r != CODEC_E_TYPE;
		m.type = (enum wire_type)type;
		assert_int_equal(wire_encode(&m, buf, sizeof(buf), &(size_t){ 0 }) == CODEC_E_TYPE,
				 r == CODEC_E_TYPE);
	}
	assert_int_equal(known, N(all));
	buf[1] = WIRE_PING;
	for (unsigned int version = 0; version < 256; version++) {
		buf[0] = (uint8_t)version;
		assert_int_equal(wire_decode(&m, buf, HEAD),
				 version == WIRE_VERSION ? 0 : CODEC_E_VERSION);
		assert_memory_equal(m.nonce, buf + 2, WIRE_NONCE_LEN);
	}
}

static void test_bad_text_is_not_sent(void **state)
{
	struct wire_msg m = full(WIRE_AUTHENTICATE);
	uint8_t buf[WIRE_MAX];
	size_t len;

	(void)state;
	m.authenticate.service[3] = '\n';
	assert_int_equal(wire_encode(&m, buf, sizeof(buf), &len), CODEC_E_TEXT);
	m = full(WIRE_AUTHENTICATE);
	m.authenticate.pin[3] = '\n'; /* sshd's junk for forbidden users goes through */
	assert_int_equal(wire_encode(&m, buf, sizeof(buf), &len), 0);
}

/* Programs of other versions speak this: code, shortest and longest packet of each message. */
static const struct {
	enum wire_type type;
	unsigned int code;
	size_t shortest, longest;
} frozen[] = {
	{ WIRE_AUTHENTICATE, 0x01, 29, 285 },
	{ WIRE_AUTHORIZE, 0x02, 27, 219 },
	{ WIRE_RENEW_OPEN, 0x03, 78, 318 },
	{ WIRE_RENEW_COMMIT, 0x04, 193, 767 },
	{ WIRE_SELF_STATUS, 0x06, 26, 266 },
	{ WIRE_SELF_CONVERT, 0x07, 71, 407 },
	{ WIRE_SELF_CONTACTS, 0x08, 30, 540 },
	{ WIRE_PING, 0x05, 18, 18 },
	{ WIRE_COST, 0x20, 18, 18 },
	{ WIRE_ISSUE, 0x21, 139, 251 },
	{ WIRE_ISSUE_RELEASE, 0x2f, 28, 44 },
	{ WIRE_STATUS, 0x22, 20, 36 },
	{ WIRE_REVOKE, 0x23, 22, 158 },
	{ WIRE_UNLOCK, 0x24, 20, 36 },
	{ WIRE_CONVERT, 0x25, 33, 145 },
	{ WIRE_SERVICE_GET, 0x26, 22, 22 },
	{ WIRE_SERVICE_TEST, 0x27, 22, 70 },
	{ WIRE_SOURCE_GET, 0x29, 24, 40 },
	{ WIRE_STATS, 0x28, 18, 18 },
	{ WIRE_CF_CHANGE, 0x2d, 35, 163 },
	{ WIRE_REMIND, 0x2e, 50, 50 },
	{ WIRE_STAT_GET, 0x2a, 22, 22 },
	{ WIRE_CONVERT_ASK, 0x2b, 68, 200 },
	{ WIRE_CONVERT_JUDGE, 0x2c, 31, 167 },
	{ WIRE_REQUEST_NEW, 0x40, 39, 553 },
	{ WIRE_REQUEST_CONFIRM, 0x41, 56, 172 },
	{ WIRE_REQUEST_DOCUMENTS, 0x42, 67, 197 },
	{ WIRE_REQUEST_JUDGE, 0x43, 31, 165 },
	{ WIRE_REQUEST_ADDRESS, 0x44, 20, 34 },
	{ WIRE_REQUEST_DUPLICATE, 0x45, 29, 147 },
	{ WIRE_REQUEST_CANCEL, 0x46, 22, 156 },
	{ WIRE_REQUEST_SHOW, 0x47, 20, 34 },
	{ WIRE_REQUEST_NEXT, 0x48, 20, 34 },
	{ WIRE_REQUEST_RESEND, 0x49, 20, 34 },
	{ WIRE_RECOVER, 0x4a, 20, 36 },
	{ WIRE_RECOVER_CONFIRM, 0x4b, 50, 50 },
	{ WIRE_DELEGATION_ADD, 0x50, 30, 62 },
	{ WIRE_DELEGATION_APPROVE, 0x51, 22, 54 },
	{ WIRE_DELEGATION_REVOKE, 0x52, 24, 176 },
	{ WIRE_DELEGATION_GET, 0x53, 24, 40 },
	{ WIRE_REGISTRY_BEGIN, 0x57, 19, 19 },
	{ WIRE_REGISTRY_PUT, 0x54, 29, 273 },
	{ WIRE_REGISTRY_DONE, 0x55, 55, 55 },
	{ WIRE_REGISTRY_GET, 0x56, 21, 41 },
	{ WIRE_AUDIT_GET, 0x58, 26, 26 },
	{ WIRE_AUDIT_HEAD, 0x59, 18, 18 },
	{ WIRE_AUDIT_CHECK, 0x5a, 58, 58 },
	{ WIRE_ORDER_TAKE, 0x60, 19, 19 },
	{ WIRE_ORDER_HALF, 0x61, 114, 114 },
	{ WIRE_ORDER_DONE, 0x62, 26, 26 },
	{ WIRE_ORDER_FAILED, 0x63, 28, 148 },
	{ WIRE_VERDICT, 0x80, 86, 86 },
	{ WIRE_RENEWAL, 0x81, 130, 146 },
	{ WIRE_COST_IS, 0x82, 26, 26 },
	{ WIRE_RECORD, 0x83, 171, 455 },
	{ WIRE_SERVICE_IS, 0x84, 31, 263 },
	{ WIRE_SOURCE_IS, 0x86, 46, 94 },
	{ WIRE_STATS_ARE, 0x85, 118, 118 },
	{ WIRE_REMIND_IS, 0x8f, 55, 55 },
	{ WIRE_STAT_IS, 0x87, 38, 294 },
	{ WIRE_PRATICA_IS, 0x88, 141, 1005 },
	{ WIRE_DELEGATION_IS, 0x89, 46, 62 },
	{ WIRE_REGISTRY_IS, 0x8a, 28, 272 },
	{ WIRE_AUDIT_IS, 0x8b, 45, 253 },
	{ WIRE_AUDIT_END, 0x8c, 59, 59 },
	{ WIRE_ORDER_IS, 0x8d, 59, 567 },
	{ WIRE_SELF_IS, 0x90, 51, 321 },
};

static void test_what_is_frozen(void **state)
{
	uint8_t buf[WIRE_MAX];

	(void)state;
	assert_int_equal(N(frozen), N(all));
	for (size_t i = 0; i < N(frozen); i++) {
		struct wire_msg longest = full(frozen[i].type),
				shortest = { .type = frozen[i].type };

		assert_int_equal(frozen[i].type, frozen[i].code);
		assert_int_equal(frozen[i].type, all[i]);
		assert_int_equal(encode(&shortest, buf), frozen[i].shortest);
		assert_int_equal(encode(&longest, buf), frozen[i].longest);
	}
}

static void test_exact_bytes_of_a_verdict(void **state)
{
	struct wire_msg m = { .type = WIRE_VERDICT,
			      .verdict = { .code = 3, .wait_s = 0x0102, .level = 1, .category = 2,
					   .expires_s = 0x0304, .warn_days = 5 } };
	uint8_t buf[WIRE_MAX], want[86] = { 1, 0x80 };

	(void)state;
	memset(m.nonce, 0xaa, sizeof(m.nonce));
	memset(m.verdict.grant, 0xbb, sizeof(m.verdict.grant));
	memset(want + 2, 0xaa, 16);
	memcpy(want + 18, "\x03\0\0\x01\x02\x01\x02\0\0\0\0\0\0\x03\x04\x05", 16);
	memset(want + 34, 0xbb, 52);
	assert_int_equal(encode(&m, buf), sizeof(want));
	assert_memory_equal(buf, want, sizeof(want));
}

static void test_secrets_do_not_print(void **state)
{
	struct wire_msg m = { .type = WIRE_AUTHENTICATE,
			      .authenticate = { .cf = "RSSMRA85T10A562S", .service = "login",
						.rhost = "h", .level = 2, .pin = "AB12CD34" } };
	char line[2048];

	(void)state;
	assert_string_equal(
		wire_text(&m, line, sizeof(line)),
		"authenticate cf=*** service='login' rhost='h' on_behalf_of=*** level=2 "
		"pin=***");
	for (size_t i = 0; i < N(all); i++) {
		m = full(all[i]);
		assert_ptr_equal(wire_text(&m, line, sizeof(line)), line);
		assert_null(strchr(line, 'X'));
		assert_int_equal(strlen(wire_text(&m, line, 8)) < 8, 1);
	}
	m.type = (enum wire_type)0xff;
	assert_string_equal(wire_text(&m, line, sizeof(line)), "?");
}

static void test_wipe(void **state)
{
	struct wire_msg m = full(WIRE_RENEW_COMMIT), zero;

	(void)state;
	memset(&zero, 0, sizeof(zero));
	wire_wipe(&m);
	assert_memory_equal(&m, &zero, sizeof(m));
	wire_wipe(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_cut_and_padded),
		cmocka_unit_test(test_every_byte_changed),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_versions_and_types),
		cmocka_unit_test(test_bad_text_is_not_sent),
		cmocka_unit_test(test_what_is_frozen),
		cmocka_unit_test(test_exact_bytes_of_a_verdict),
		cmocka_unit_test(test_secrets_do_not_print),
		cmocka_unit_test(test_wipe),
	};

	return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
