/* SPDX-License-Identifier: BSD-2-Clause */
/* test_ticket.c - grants and tickets: for one person, caller, service and while; never forged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <string.h>

#include "ticket.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static const uint64_t T = 1767225600;
static const struct ticket_scope here = { "RSSMRA85T10A562S", "login", 1000 };
static struct pin_verifier verifier;
static struct keys *keys, *other_keys;

static int setup(void **state)
{
	uint8_t root[KEYS_ROOT_LEN] = { 5 };

	(void)state;
	if (sodium_init() < 0 || keys_from(&keys, root) != 0)
		return -1;
	root[0] = 6;
	verifier.alg = 1;
	verifier.ops = 2;
	verifier.mem_kib = 65536;
	memset(verifier.salt, 0x5a, sizeof(verifier.salt));
	memset(verifier.tag, 0xa5, sizeof(verifier.tag));
	return keys_from(&other_keys, root);
}

static int teardown(void **state)
{
	(void)state;
	keys_close(keys);
	keys_close(other_keys);
	return 0;
}

static bool open_grant(const struct keys *k, const struct ticket_scope *s, uint64_t now_s,
		       const uint8_t *grant)
{
	uint32_t gen = 77;
	bool ok = ticket_grant_open(k, s, now_s, grant, &gen);

	assert_int_equal(gen, ok ? 9 : 0);
	return ok;
}

static bool open_ticket(const struct keys *k, const struct ticket_scope *s, uint64_t now_s,
			const uint8_t *ticket)
{
	struct pin_verifier v, none;
	uint32_t gen = 77;
	bool ok;

	memset(&none, 0, sizeof(none));
	memset(&v, 0xff, sizeof(v));
	ok = ticket_open(k, s, now_s, ticket, &gen, &v);
	assert_int_equal(gen, ok ? 9 : 0);
	assert_int_equal(v.alg, ok ? verifier.alg : 0);
	assert_int_equal(v.ops, ok ? verifier.ops : 0);
	assert_int_equal(v.mem_kib, ok ? verifier.mem_kib : 0);
	assert_memory_equal(v.salt, ok ? verifier.salt : none.salt, sizeof(v.salt));
	assert_memory_equal(v.tag, ok ? verifier.tag : none.tag, sizeof(v.tag));
	return ok;
}

static void make_both(uint8_t grant[static WIRE_GRANT_LEN], uint8_t ticket[static WIRE_TICKET_LEN])
{
	ticket_grant(keys, &here, 9, T, grant);
	ticket_make(keys, &here, 9, T, &verifier, ticket);
}

static void test_until_the_deadline(void **state)
{
	uint8_t grant[WIRE_GRANT_LEN], ticket[WIRE_TICKET_LEN];

	(void)state;
	make_both(grant, ticket);
	assert_int_equal(TICKET_GRANT_S, 120);
	assert_true(open_grant(keys, &here, T, grant));
	assert_true(open_grant(keys, &here, T + 119, grant));
	assert_false(open_grant(keys, &here, T + 120, grant));
	assert_false(open_grant(keys, &here, UINT64_MAX, grant));
	assert_true(open_ticket(keys, &here, T, ticket));
	assert_true(open_ticket(keys, &here, T + TICKET_S - 1, ticket));
	assert_false(open_ticket(keys, &here, T + TICKET_S, ticket));
	assert_false(open_ticket(keys, &here, UINT64_MAX, ticket));
}

static void test_for_one_scope(void **state)
{
	static const struct ticket_scope others[] = {
		{ "BNCGNN80A01H501F", "login", 1000 },
		{ "RSSMRA85T10A562T", "login", 1000 },
		{ "RSSMRA85T10A562", "login", 1000 },
		{ "", "login", 1000 },
		{ "RSSMRA85T10A562S", "logi", 1000 },
		{ "RSSMRA85T10A562S", "login2", 1000 },
		{ "RSSMRA85T10A562S", "", 1000 },
		{ "RSSMRA85T10A562S", "login", 0 },
		{ "RSSMRA85T10A562S", "login", 1001 },
		{ "RSSMRA85T10A562S", "login", 1000 | 1u << 24 },
		{ "RSSMRA85T10A562Slogin", "", 1000 },
		{ "login", "RSSMRA85T10A562S", 1000 },
	};
	uint8_t grant[WIRE_GRANT_LEN], ticket[WIRE_TICKET_LEN];

	(void)state;
	make_both(grant, ticket);
	for (size_t i = 0; i < N(others); i++) {
		assert_false(open_grant(keys, &others[i], T, grant));
		assert_false(open_ticket(keys, &others[i], T, ticket));
	}
	assert_false(open_grant(other_keys, &here, T, grant));
	assert_false(open_ticket(other_keys, &here, T, ticket));
}

static void test_every_flip_is_refused(void **state)
{
	uint8_t grant[WIRE_GRANT_LEN], ticket[WIRE_TICKET_LEN];

	(void)state;
	make_both(grant, ticket);
	for (size_t bit = 0; bit < sizeof(grant) * 8; bit++) {
		grant[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_false(open_grant(keys, &here, T, grant));
		grant[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t bit = 0; bit < sizeof(ticket) * 8; bit++) {
		ticket[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_false(open_ticket(keys, &here, T, ticket));
		ticket[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	memset(ticket, 0, sizeof(ticket));
	assert_false(open_ticket(keys, &here, T, ticket));
	memset(grant, 0, sizeof(grant));
	assert_false(open_grant(keys, &here, T, grant));
}

/* A grant sealed with the ticket's word and length, or the reverse, is neither. */
static void test_kinds_do_not_mix(void **state)
{
	uint8_t ad[1 + 4 + 17 + 33] = { 'T' }, plain[12] = { 0 }, forged[WIRE_GRANT_LEN];
	const uint32_t uid = here.uid;

	(void)state;
	memcpy(ad + 1, &uid, sizeof(uid));
	memcpy(ad + 5, here.cf, strlen(here.cf));
	memcpy(ad + 22, here.service, strlen(here.service));
	memset(plain, 0x7f, 8); /* far in the future */
	plain[11] = 9;
	keys_seal(keys, KEYS_TICKET, forged, plain, sizeof(plain), ad, sizeof(ad));
	assert_false(open_grant(keys, &here, T, forged));
	ad[0] = 'G'; /* so it was only the word that was wrong */
	keys_seal(keys, KEYS_TICKET, forged, plain, sizeof(plain), ad, sizeof(ad));
	assert_true(open_grant(keys, &here, T, forged));
}

static void test_seals_differ(void **state)
{
	uint8_t one[WIRE_GRANT_LEN], two[WIRE_GRANT_LEN];

	(void)state;
	ticket_grant(keys, &here, 9, T, one);
	ticket_grant(keys, &here, 9, T, two);
	assert_memory_not_equal(one, two, sizeof(one));
}

static void test_no_grant(void **state)
{
	uint8_t grant[WIRE_GRANT_LEN] = { 0 };

	(void)state;
	assert_true(ticket_no_grant(grant));
	for (size_t i = 0; i < sizeof(grant); i++) {
		grant[i] = 0x80;
		assert_false(ticket_no_grant(grant));
		grant[i] = 0;
	}
}

/* A ticket holds the verifier, and shows nothing of it. */
static void test_a_ticket_shows_nothing(void **state)
{
	uint8_t ticket[WIRE_TICKET_LEN];

	(void)state;
	ticket_make(keys, &here, 9, T, &verifier, ticket);
	assert_null(memmem(ticket, sizeof(ticket), verifier.salt, 4));
	assert_null(memmem(ticket, sizeof(ticket), verifier.tag, 4));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_until_the_deadline),
		cmocka_unit_test(test_for_one_scope),
		cmocka_unit_test(test_every_flip_is_refused),
		cmocka_unit_test(test_kinds_do_not_mix),
		cmocka_unit_test(test_seals_differ),
		cmocka_unit_test(test_no_grant),
		cmocka_unit_test(test_a_ticket_shows_nothing),
	};

	return cmocka_run_group_tests_name("ticket", tests, setup, teardown);
}
