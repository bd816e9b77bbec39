/* SPDX-License-Identifier: BSD-2-Clause */
/* test_keys.c - subkeys by known answers, seals against every change, key files of all sizes. */
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
#include <sys/stat.h>
#include <unistd.h>

#include "keys.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static const char some_cf[] = "RSSMRA85T10A562S";
static char dir[] = "/tmp/test_keys.XXXXXX";
static struct keys *keys; /* of the root key 00 01 02 ... 1f */

static void root_of(uint8_t root[static KEYS_ROOT_LEN], uint8_t first)
{
	for (size_t i = 0; i < KEYS_ROOT_LEN; i++)
		root[i] = (uint8_t)(first + i);
}

static int setup(void **state)
{
	uint8_t root[KEYS_ROOT_LEN];

	(void)state;
	root_of(root, 0);
	if (sodium_init() < 0 || mkdtemp(dir) == NULL)
		return -1;
	return keys_from(&keys, root);
}

static int teardown(void **state)
{
	(void)state;
	keys_close(keys);
	return rmdir(dir);
}

/*
 * BLAKE2b-256 of the codice fiscale under BLAKE2b-256(key root, salt i + 1, person "inpspin1"),
 * computed with another program's BLAKE2b (Python's hashlib). They never change: rows are found
 * and opened with them.
 */
static void test_known_subkeys(void **state)
{
	static const char *const want[KEYS_N] = {
		[KEYS_INDEX] = "73148976fff156d4d22de3e63b43ec46da8ed6c7edcf924f0c6524dee138e606",
		[KEYS_RECORD] = "db20cbdafd2ef0d36aaa6661660c0a1007b5d32679b3ce6086d716f695773b6e",
		[KEYS_HASH] = "d485dd7fcf403a8fc72ee3f9ddb2b4cb8956a2a62214c351ecea2c5e03e6236b",
		[KEYS_TICKET] = "2b9d3a4cf1f54b5c208f7600c7063e4561f585008aee1c8ab7dcb46c06360757",
		[KEYS_SOURCE] = "b9e679fe2dd5d3782f40ec547b3dbaf4a9a07036227cadae215633d2921e75da",
		[KEYS_LOG] = "09889d2af84d33b8efc6f2e302c42f436a8c88b6582c65e4d8e3665d9992b98d",
		[KEYS_AUDIT] = "6b312836ae3f59a4529d5e4b5667b5cc2d43e243530c9e6237cdfcbaf7903b27",
	};
	char tag[KEYS_TAG_LEN + 1];

	(void)state;
	for (int use = 0; use < KEYS_N; use++) {
		uint8_t digest[32];
		char hex[65];

		keys_digest(keys, (enum keys_use)use, digest, sizeof(digest), some_cf, 16);
		assert_string_equal(sodium_bin2hex(hex, sizeof(hex), digest, sizeof(digest)),
				    want[use]);
	}
	assert_ptr_equal(keys_tag(keys, some_cf, tag), tag);
	assert_string_equal(tag, "09889d2af8"); /* ten lower-case hex digits of KEYS_LOG's */
}

static void test_another_root_is_another_world(void **state)
{
	uint8_t root[KEYS_ROOT_LEN], ours[32], theirs[32], sealed[5 + KEYS_SEAL_LEN], out[5];
	struct keys *other;

	(void)state;
	root_of(root, 0);
	root[31] ^= 1;
	assert_int_equal(keys_from(&other, root), 0);
	for (int use = 0; use < KEYS_N; use++) {
		keys_digest(keys, (enum keys_use)use, ours, 32, some_cf, 16);
		keys_digest(other, (enum keys_use)use, theirs, 32, some_cf, 16);
		assert_memory_not_equal(ours, theirs, 32);
		keys_seal(keys, (enum keys_use)use, sealed, (const uint8_t *)"hello", 5, NULL, 0);
		assert_int_equal(keys_unseal(other, (enum keys_use)use, out, sealed,
					     sizeof(sealed), NULL, 0), 1);
	}
	keys_close(other);
}

static void test_seal_and_unseal(void **state)
{
	static const size_t sizes[] = { 0, 1, 15, 16, 17, 64, 983 };
	uint8_t in[983], ad[42], sealed[983 + KEYS_SEAL_LEN], out[983];

	(void)state;
	memset(in, 'p', sizeof(in));
	memset(ad, 'a', sizeof(ad));
	for (size_t i = 0; i < N(sizes); i++)
		for (int use = 0; use < KEYS_N; use++) {
			size_t n = sizes[i];

			keys_seal(keys, (enum keys_use)use, sealed, in, n, ad, sizeof(ad));
			memset(out, 0, sizeof(out));
			assert_int_equal(keys_unseal(keys, (enum keys_use)use, out, sealed,
						     n + KEYS_SEAL_LEN, ad, sizeof(ad)), 0);
			assert_memory_equal(out, in, n);
			for (int other = 0; other < KEYS_N; other++) /* one use opens no other's */
				assert_int_equal(keys_unseal(keys, (enum keys_use)other, out,
							     sealed, n + KEYS_SEAL_LEN, ad,
							     sizeof(ad)),
						 other != use);
		}
}

/* What libsodium makes of the derived key by itself: nonce first, no secret nonce. */
static void test_seal_is_the_documented_one(void **state)
{
	uint8_t root[KEYS_ROOT_LEN], sub[32], sealed[5 + KEYS_SEAL_LEN], out[5];

	(void)state;
	root_of(root, 0);
	assert_int_equal(crypto_kdf_derive_from_key(sub, 32, KEYS_RECORD + 1, "inpspin1", root), 0);
	keys_seal(keys, KEYS_RECORD, sealed, (const uint8_t *)"hello", 5, (const uint8_t *)"ad", 2);
	assert_int_equal(crypto_aead_xchacha20poly1305_ietf_decrypt(
				 out, NULL, NULL, sealed + 24, 5 + 16, (const uint8_t *)"ad", 2,
				 sealed, sub), 0);
	assert_memory_equal(out, "hello", 5);
}

static void test_seals_never_repeat(void **state)
{
	uint8_t one[5 + KEYS_SEAL_LEN], two[5 + KEYS_SEAL_LEN];

	(void)state;
	keys_seal(keys, KEYS_RECORD, one, (const uint8_t *)"hello", 5, NULL, 0);
	keys_seal(keys, KEYS_RECORD, two, (const uint8_t *)"hello", 5, NULL, 0);
	assert_memory_not_equal(one, two, 24);
	assert_memory_not_equal(one + 24, two + 24, 5 + 16);
}

static void test_every_flip_and_cut_is_refused(void **state)
{
	uint8_t ad[42] = { 7 }, sealed[57 + KEYS_SEAL_LEN + 1] = { 0 }, in[57], out[58],
		zero[58] = { 0 };
	const size_t n = sizeof(in) + KEYS_SEAL_LEN;

	(void)state;
	memset(in, 'p', sizeof(in));
	keys_seal(keys, KEYS_TICKET, sealed, in, sizeof(in), ad, sizeof(ad));
	for (size_t bit = 0; bit < n * 8; bit++) {
		sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
		memset(out, 0xff, sizeof(out));
		assert_int_equal(keys_unseal(keys, KEYS_TICKET, out, sealed, n, ad, sizeof(ad)), 1);
		assert_memory_equal(out, zero, sizeof(in)); /* nothing of a forgery is seen */
		sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t bit = 0; bit < sizeof(ad) * 8; bit++) {
		ad[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(keys_unseal(keys, KEYS_TICKET, out, sealed, n, ad, sizeof(ad)), 1);
		ad[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t len = 0; len < n; len++)
		assert_int_equal(keys_unseal(keys, KEYS_TICKET, out, sealed, len, ad, sizeof(ad)),
				 1);
	assert_int_equal(keys_unseal(keys, KEYS_TICKET, out, sealed, n + 1, ad, sizeof(ad)), 1);
	for (size_t len = 0; len < sizeof(ad); len++)
		assert_int_equal(keys_unseal(keys, KEYS_TICKET, out, sealed, n, ad, len), 1);
	assert_int_equal(keys_unseal(keys, KEYS_TICKET, out, sealed, n, ad, sizeof(ad)), 0);
}

/* Open a file of n bytes 00 01 02 ... as a key. */
static int open_file_of(size_t n, struct keys **k)
{
	char path[64];
	int fd, r;

	snprintf(path, sizeof(path), "%s/key", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(write(fd, &(uint8_t){ (uint8_t)i }, 1), 1);
	close(fd);
	r = keys_open(k, path, KEYS_PRIVATE);
	unlink(path);
	return r;
}

static void test_key_files(void **state)
{
	struct keys *k = NULL;
	char path[64];

	(void)state;
	for (size_t n = 0; n < KEYS_ROOT_LEN; n++)
		assert_int_equal(open_file_of(n, &k), KEYS_E_SHORT);
	assert_int_equal(open_file_of(KEYS_ROOT_LEN + 1, &k), KEYS_E_LONG);
	assert_int_equal(open_file_of(5000, &k), KEYS_E_LONG);
	snprintf(path, sizeof(path), "%s/none", dir);
	assert_int_equal(keys_open(&k, path, KEYS_OF_SYSTEMD), -ENOENT);
	assert_true(keys_open(&k, dir, KEYS_OF_SYSTEMD) < 0); /* a directory */
	assert_int_equal(keys_open(&k, "/dev/zero", KEYS_OF_SYSTEMD), KEYS_E_LONG);
	assert_int_equal(keys_open(&k, "/dev/null", KEYS_OF_SYSTEMD), KEYS_E_SHORT);
	assert_null(k); /* none of them gave one */
}

/* With which mode and owner a key file is one. */
static int open_file_as(mode_t mode, uid_t uid, enum keys_care care)
{
	const uint8_t root[KEYS_ROOT_LEN] = { 1 };
	struct keys *k = NULL;
	char path[64];
	int r, fd;

	snprintf(path, sizeof(path), "%s/key", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_int_equal(write(fd, root, sizeof(root)), sizeof(root));
	assert_int_equal(fchmod(fd, mode), 0);
	if (uid != geteuid())
		assert_int_equal(fchown(fd, uid, (gid_t)-1), 0);
	close(fd);
	r = keys_open(&k, path, care);
	assert_int_equal(k != NULL, r == 0);
	keys_close(k);
	unlink(path);
	return r;
}

static void test_a_key_others_may_read(void **state)
{
	const uid_t self = geteuid();

	(void)state;
	assert_int_equal(open_file_as(0400, self, KEYS_PRIVATE), 0);
	assert_int_equal(open_file_as(0600, self, KEYS_PRIVATE), 0);
	for (mode_t bit = 01; bit <= 040; bit <<= 1) {
		assert_int_equal(open_file_as(0600 | bit, self, KEYS_PRIVATE), KEYS_E_OPEN);
		assert_int_equal(open_file_as(0600 | bit, self, KEYS_OF_SYSTEMD), 0);
	}
	if (self == 0) { /* somebody else's is not a secret, whatever its mode */
		assert_int_equal(open_file_as(0600, 65534, KEYS_PRIVATE), KEYS_E_OPEN);
		assert_int_equal(open_file_as(0600, 65534, KEYS_OF_SYSTEMD), 0);
	}
}

static void test_a_key_file_is_its_bytes(void **state)
{
	char ours[KEYS_TAG_LEN + 1], theirs[KEYS_TAG_LEN + 1];
	struct keys *k;

	(void)state;
	assert_int_equal(open_file_of(KEYS_ROOT_LEN, &k), 0);
	assert_string_equal(keys_tag(k, some_cf, theirs), keys_tag(keys, some_cf, ours));
	keys_close(k);
	keys_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_subkeys),
		cmocka_unit_test(test_another_root_is_another_world),
		cmocka_unit_test(test_seal_and_unseal),
		cmocka_unit_test(test_seal_is_the_documented_one),
		cmocka_unit_test(test_seals_never_repeat),
		cmocka_unit_test(test_every_flip_and_cut_is_refused),
		cmocka_unit_test(test_key_files),
		cmocka_unit_test(test_a_key_others_may_read),
		cmocka_unit_test(test_a_key_file_is_its_bytes),
	};

	return cmocka_run_group_tests_name("keys", tests, setup, teardown);
}
