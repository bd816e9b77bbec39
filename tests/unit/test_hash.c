/* SPDX-License-Identifier: BSD-2-Clause */
/* test_hash.c - Argon2id by known answers; right, wrong and "could not tell" are three things. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hash.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static const struct argon_cost cheap = { .ops = 1, .mem_kib = 8 };
static const struct argon_cost roomy = { .ops = 10, .mem_kib = 1 << 20 };
static struct keys *keys;

static int setup(void **state)
{
	uint8_t root[KEYS_ROOT_LEN] = { 1 };

	(void)state;
	return sodium_init() < 0 ? -1 : keys_from(&keys, root);
}

static int teardown(void **state)
{
	(void)state;
	keys_close(keys);
	return 0;
}

/*
 * The first is published in libsodium's own tests (pwhash_argon2id: m=4882, t=2, p=1); the others
 * were made with the reference implementation (libargon2 20171227), which also gave the first.
 */
static void test_known_answers(void **state)
{
	static const struct {
		const char *text, *salt;
		struct argon_cost cost;
		const char *out;
	} rows[] = {
		{ "", "6c0f356abb225f2b1ddd66d34739843b", { 2, 4882 },
		  "366f1004cfbb447d435e8f6bbe9e5cc0a10e38e7c3da0e89bb19578a1a0d7291" },
		{ "AB12CD34", "000102030405060708090a0b0c0d0e0f", { 2, 19456 },
		  "47c2b7f08309dd550ece633c7e767fd07271d05bf39a64078f2e24bdb428f280" },
		{ "AB12CD34", "000102030405060708090a0b0c0d0e0f", { 1, 8 },
		  "8c7527b9da9646a4514a392aa1cd4aa645d1aa321a8b02b73dd4ed282c01fb84" },
		{ "", "ffffffffffffffffffffffffffffffff", { 3, 32 },
		  "9c5fd28206442bc0012514e442660bdef9b3d959a1ea52b7e0c985824befc2be" },
		{ "password", "736f6d6573616c74736f6d6573616c74", { 2, 64 },
		  "1a98fba8e6394425c9bdc333a9c750aaf811df070f5fb4a5788e1cf4db5793a1" },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		uint8_t out[ARGON_OUT_LEN], salt[ARGON_SALT_LEN];
		char hex[2 * ARGON_OUT_LEN + 1];

		assert_int_equal(sodium_hex2bin(salt, sizeof(salt), rows[i].salt, 32, NULL, NULL,
						NULL), 0);
		assert_int_equal(argon_derive(out, rows[i].text, strlen(rows[i].text), salt,
					      &rows[i].cost), 0);
		assert_string_equal(sodium_bin2hex(hex, sizeof(hex), out, sizeof(out)),
				    rows[i].out);
	}
}

static void test_costs_that_are_none(void **state)
{
	static const struct argon_cost bad[] = { { 0, 8 }, { 1, 0 }, { 1, 7 }, { 0, 0 } };
	uint8_t out[ARGON_OUT_LEN], zero[ARGON_OUT_LEN] = { 0 }, salt[ARGON_SALT_LEN] = { 0 };
	struct pin_verifier v, none;

	(void)state;
	memset(&none, 0, sizeof(none));
	for (size_t i = 0; i < N(bad); i++) {
		memset(out, 0xff, sizeof(out));
		assert_int_equal(argon_derive(out, "x", 1, salt, &bad[i]), -EINVAL);
		assert_memory_equal(out, zero, sizeof(out));
		memset(&v, 0xff, sizeof(v));
		assert_int_equal(hash_make(&v, keys, "x", 1, &bad[i]), -EINVAL);
		assert_int_equal(v.alg, 0);
		assert_memory_equal(v.tag, none.tag, sizeof(v.tag));
		hash_decoy(&v, &bad[i]); /* a forged record, say: no answer, not "wrong" */
		assert_int_equal(hash_match(&v, keys, "x", 1, &roomy), -EINVAL);
	}
}

static void test_make_and_match(void **state)
{
	static const char *const texts[] = { "AB12CD34", "AB12CD35", "AB12CD3", "AB12CD344",
					     "BB12CD34", "ab12cd34", "", "AB12CD34AB12CD34" };
	struct pin_verifier v;

	(void)state;
	for (size_t made = 0; made < N(texts); made++) {
		assert_int_equal(hash_make(&v, keys, texts[made], strlen(texts[made]), &cheap), 0);
		assert_int_equal(v.alg, HASH_ALG_ARGON2ID13);
		assert_int_equal(v.ops, cheap.ops);
		assert_int_equal(v.mem_kib, cheap.mem_kib);
		for (size_t t = 0; t < N(texts); t++)
			assert_int_equal(hash_match(&v, keys, texts[t], strlen(texts[t]), &cheap),
					 t == made);
	}
}

static void test_salts_differ(void **state)
{
	struct pin_verifier one, two;

	(void)state;
	assert_int_equal(hash_make(&one, keys, "AB12CD34", 8, &cheap), 0);
	assert_int_equal(hash_make(&two, keys, "AB12CD34", 8, &cheap), 0);
	assert_memory_not_equal(one.salt, two.salt, sizeof(one.salt));
	assert_memory_not_equal(one.tag, two.tag, sizeof(one.tag));
}

/* The stored tag needs the key: a thief of the store cannot try PINs. */
static void test_the_tag_is_keyed(void **state)
{
	uint8_t root[KEYS_ROOT_LEN] = { 2 }, out[ARGON_OUT_LEN], want[PIN_TAG_LEN];
	struct pin_verifier v, adopted;
	struct keys *other;

	(void)state;
	assert_int_equal(keys_from(&other, root), 0);
	assert_int_equal(hash_make(&v, keys, "AB12CD34", 8, &cheap), 0);
	assert_int_equal(hash_match(&v, other, "AB12CD34", 8, &cheap), 0);
	assert_int_equal(argon_derive(out, "AB12CD34", 8, v.salt, &cheap), 0);
	assert_memory_not_equal(v.tag, out, sizeof(v.tag));
	keys_digest(keys, KEYS_HASH, want, sizeof(want), out, sizeof(out));
	assert_memory_equal(v.tag, want, sizeof(v.tag));
	hash_adopt(&adopted, keys, v.salt, out, &cheap); /* what pinctl sends gives the same */
	assert_memory_equal(adopted.tag, v.tag, sizeof(v.tag));
	assert_memory_equal(adopted.salt, v.salt, sizeof(v.salt));
	assert_int_equal(hash_match(&adopted, keys, "AB12CD34", 8, &cheap), 1);
	keys_close(other);
}

static void test_every_bit_counts(void **state)
{
	struct pin_verifier v;

	(void)state;
	assert_int_equal(hash_make(&v, keys, "AB12CD34", 8, &cheap), 0);
	for (size_t bit = 0; bit < 8 * PIN_TAG_LEN; bit++) {
		v.tag[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(hash_match(&v, keys, "AB12CD34", 8, &cheap), 0);
		v.tag[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t bit = 0; bit < 8 * PIN_SALT_LEN; bit++) {
		v.salt[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(hash_match(&v, keys, "AB12CD34", 8, &cheap), 0);
		v.salt[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	v.ops++;
	assert_int_equal(hash_match(&v, keys, "AB12CD34", 8, &roomy), 0);
	v.ops--;
	v.mem_kib += 8;
	assert_int_equal(hash_match(&v, keys, "AB12CD34", 8, &roomy), 0);
}

static void test_what_is_refused_unread(void **state)
{
	static const struct argon_cost max = { .ops = 3, .mem_kib = 64 };
	struct pin_verifier v;

	(void)state;
	assert_int_equal(hash_make(&v, keys, "AB12CD34", 8, &max), 0);
	assert_int_equal(hash_match(&v, keys, "AB12CD34", 8, &max), 1); /* at the maximum */
	v.ops = 4;
	assert_int_equal(hash_match(&v, keys, "AB12CD34", 8, &max), -EINVAL);
	v.ops = UINT32_MAX;
	assert_int_equal(hash_match(&v, keys, "AB12CD34", 8, &max), -EINVAL);
	v.ops = 3;
	v.mem_kib = 65;
	assert_int_equal(hash_match(&v, keys, "AB12CD34", 8, &max), -EINVAL);
	v.mem_kib = UINT32_MAX;
	assert_int_equal(hash_match(&v, keys, "AB12CD34", 8, &max), -EINVAL);
	v.mem_kib = 64;
	for (unsigned int alg = 0; alg < 256; alg++) {
		v.alg = (uint8_t)alg;
		assert_int_equal(hash_match(&v, keys, "AB12CD34", 8, &max),
				 alg == HASH_ALG_ARGON2ID13 ? 1 : -EINVAL);
	}
}

static void test_nothing_matches_a_decoy(void **state)
{
	struct pin_verifier v, again;

	(void)state;
	hash_decoy(&v, &cheap);
	hash_decoy(&again, &cheap);
	assert_memory_not_equal(v.tag, again.tag, sizeof(v.tag));
	assert_int_equal(v.ops, cheap.ops);
	assert_int_equal(v.mem_kib, cheap.mem_kib);
	for (unsigned int i = 0; i < 2000; i++) {
		char text[8];

		randombytes_buf(text, sizeof(text));
		assert_int_equal(hash_match(&v, keys, text, i % 9, &cheap), 0);
	}
}

/* Let this process take room bytes more than it has, however much a sanitizer has taken. */
static int limit_memory(size_t room)
{
	FILE *f = fopen("/proc/self/statm", "re");
	unsigned long pages;
	struct rlimit lim;
	int n;

	if (f == NULL)
		return -1;
	n = fscanf(f, "%lu", &pages);
	fclose(f);
	if (n != 1)
		return -1;
	lim.rlim_cur = lim.rlim_max = pages * (size_t)sysconf(_SC_PAGESIZE) + room;
	return setrlimit(RLIMIT_AS, &lim);
}

/*
 * In a process that may have no more memory: neither right nor wrong, for the right PIN and for
 * a wrong one. Runs in a child, since a limit once lowered stays.
 */
static int under_pressure(const struct pin_verifier *v)
{
	const struct argon_cost cost = { v->ops, v->mem_kib };
	struct pin_verifier made;
	int right, wrong, make;

	if (limit_memory((size_t)v->mem_kib << 9) != 0)
		return 2;
	right = hash_match(v, keys, "AB12CD34", 8, &roomy);
	wrong = hash_match(v, keys, "AB12CD35", 8, &roomy);
	make = hash_make(&made, keys, "AB12CD34", 8, &cost);
	return right == -ENOMEM && wrong == -ENOMEM && make == -ENOMEM && made.alg == 0 ? 0 : 1;
}

static void test_out_of_memory_is_not_a_wrong_pin(void **state)
{
	static const struct argon_cost cost = { .ops = 1, .mem_kib = 64 << 10 };
	struct pin_verifier v;
	int status;
	pid_t pid;

	(void)state;
	assert_int_equal(hash_make(&v, keys, "AB12CD34", 8, &cost), 0);
	assert_int_equal(hash_match(&v, keys, "AB12CD34", 8, &roomy), 1);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(under_pressure(&v));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_answers),
		cmocka_unit_test(test_costs_that_are_none),
		cmocka_unit_test(test_make_and_match),
		cmocka_unit_test(test_salts_differ),
		cmocka_unit_test(test_the_tag_is_keyed),
		cmocka_unit_test(test_every_bit_counts),
		cmocka_unit_test(test_what_is_refused_unread),
		cmocka_unit_test(test_nothing_matches_a_decoy),
		cmocka_unit_test(test_out_of_memory_is_not_a_wrong_pin),
	};

	return cmocka_run_group_tests_name("hash", tests, setup, teardown);
}
