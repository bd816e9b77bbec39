/* SPDX-License-Identifier: BSD-2-Clause */
/* test_recent.c - what happened is remembered, and only that, for its window. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "keys.h"
#include "recent.h"

static const char ann[] = "RSSMRA85T10A562S", bob[] = "BNCGNN80A01H501F";
static const uint64_t T = 1767225600;
static struct keys *keys;
static struct recent *recent;

/* What serve.c makes of who proved a PIN to which service, for whom. */
static const uint8_t *id_of(uint32_t uid, const char *service, const char *cf)
{
	static _Thread_local uint8_t id[RECENT_ID_LEN];
	char what[4 + 40 + 40] = { 0 };

	memcpy(what, &uid, sizeof(uid));
	memcpy(what + 4, service, strlen(service));
	memcpy(what + 44, cf, strlen(cf));
	keys_digest(keys, KEYS_SOURCE, id, sizeof(id), what, sizeof(what));
	return id;
}

static void add(uint32_t uid, const char *service, const char *cf, uint64_t now_s)
{
	recent_add(recent, id_of(uid, service, cf), now_s);
}

static bool has(uint32_t uid, const char *service, const char *cf, uint64_t now_s)
{
	return recent_has(recent, id_of(uid, service, cf), now_s);
}

static int setup(void **state)
{
	uint8_t root[KEYS_ROOT_LEN] = { 3 };

	(void)state;
	if (sodium_init() < 0 || keys_from(&keys, root) != 0)
		return -1;
	return recent_open(&recent, RECENT_PROOF_S);
}

static int teardown(void **state)
{
	(void)state;
	recent_close(recent);
	recent_close(NULL);
	keys_close(keys);
	return 0;
}

static void test_only_what_was_proven(void **state)
{
	(void)state;
	assert_false(has(33, "web", ann, T));
	add(33, "web", ann, T);
	assert_true(has(33, "web", ann, T));
	assert_false(has(34, "web", ann, T));
	assert_false(has(0, "web", ann, T));
	assert_false(has(33, "web2", ann, T));
	assert_false(has(33, "we", ann, T));
	assert_false(has(33, "", ann, T));
	assert_false(has(33, "web", bob, T));
	assert_false(has(33, "web", "", T));
	assert_false(has(33, "webRSSMRA85T10A562S", "", T));
}

static void test_for_five_minutes(void **state)
{
	(void)state;
	add(33, "web", ann, T);
	assert_true(has(33, "web", ann, T + RECENT_PROOF_S));
	assert_false(has(33, "web", ann, T + RECENT_PROOF_S + 1));
	assert_false(has(33, "web", ann, T - 1)); /* before it happened */
	add(33, "web", ann, T + 200); /* again: the time begins anew */
	assert_true(has(33, "web", ann, T + 200 + RECENT_PROOF_S));
	assert_false(has(33, "web", ann, T + 200 + RECENT_PROOF_S + 1));
}

/* Each table has a window of its own. */
static void test_another_window(void **state)
{
	struct recent *wrongs;

	(void)state;
	assert_int_equal(recent_open(&wrongs, RECENT_WRONG_S), 0);
	recent_add(wrongs, id_of(0, "12345678", ann), T);
	assert_true(recent_has(wrongs, id_of(0, "12345678", ann), T + RECENT_WRONG_S));
	assert_false(recent_has(wrongs, id_of(0, "12345678", ann), T + RECENT_WRONG_S + 1));
	assert_false(recent_has(wrongs, id_of(0, "12345679", ann), T));
	assert_false(has(0, "12345678", ann, T)); /* the other table knows nothing of it */
	recent_close(wrongs);
}

static void name_of(char name[static 16], unsigned int i)
{
	snprintf(name, 16, "s%u", i);
}

/* A number of times, counted from when it last happened. */
static void test_again_so_often(void **state)
{
	const uint8_t *id = id_of(33, "web", bob);

	(void)state;
	assert_false(recent_again(recent, id, T, 3));
	recent_add(recent, id, T);
	for (int i = 0; i < 3; i++)
		assert_true(recent_again(recent, id, T + 1, 3));
	assert_false(recent_again(recent, id, T + 1, 3));
	assert_true(recent_has(recent, id, T + 1)); /* that does not count */
	recent_add(recent, id, T + 2);
	assert_true(recent_again(recent, id, T + 2 + RECENT_PROOF_S, 3));
	assert_false(recent_again(recent, id, T + 3 + RECENT_PROOF_S, 3));
}

/* The table has room for 16384: half of that all stay but a few, and the latest always does. */
static void test_a_crowd(void **state)
{
	unsigned int kept = 0;
	char name[16];

	(void)state;
	for (unsigned int i = 0; i < 8192; i++) {
		name_of(name, i);
		add(33, name, ann, T + i / 64);
		assert_true(has(33, name, ann, T + i / 64));
	}
	for (unsigned int i = 0; i < 8192; i++) {
		name_of(name, i);
		kept += has(33, name, ann, T + 128);
	}
	assert_in_range(kept, 7000, 8192);
	for (unsigned int i = 8192; i < 100000; i++) { /* memory does not grow; the oldest go */
		name_of(name, i);
		add(33, name, ann, T + i / 64);
	}
	name_of(name, 0);
	assert_false(has(33, name, ann, T + 128));
	name_of(name, 99999);
	assert_true(has(33, name, ann, T + 99999 / 64));
}

/* A person's own repeated logins push nobody out. */
static void test_one_person_takes_one_place(void **state)
{
	char name[16];
	unsigned int kept = 0;

	(void)state;
	for (unsigned int i = 0; i < 1000; i++) {
		name_of(name, i);
		add(33, name, ann, T);
	}
	for (unsigned int i = 0; i < 20000; i++)
		add(33, "web", bob, T + 1);
	for (unsigned int i = 0; i < 1000; i++) {
		name_of(name, i);
		kept += has(33, name, ann, T + 1);
	}
	assert_in_range(kept, 995, 1000);
}

static void *hammer(void *arg)
{
	uid_t uid = *(const uid_t *)arg;

	for (unsigned int i = 0; i < 2000; i++) {
		add(7, "shared", bob, T + i);
		(void)has(7, "shared", bob, T + i);
		add(uid, "web", ann, T + i);
		if (!has(uid, "web", ann, T + i))
			return arg;
	}
	return NULL;
}

static void test_threads(void **state)
{
	uid_t uids[8];
	pthread_t t[8];
	void *lost;

	(void)state;
	for (unsigned int i = 0; i < 8; i++) {
		uids[i] = 1000 + i;
		assert_int_equal(pthread_create(&t[i], NULL, hammer, &uids[i]), 0);
	}
	for (unsigned int i = 0; i < 8; i++) {
		assert_int_equal(pthread_join(t[i], &lost), 0);
		assert_null(lost);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_only_what_was_proven, setup, teardown),
		cmocka_unit_test_setup_teardown(test_for_five_minutes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_another_window, setup, teardown),
		cmocka_unit_test_setup_teardown(test_again_so_often, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_crowd, setup, teardown),
		cmocka_unit_test_setup_teardown(test_one_person_takes_one_place, setup, teardown),
		cmocka_unit_test_setup_teardown(test_threads, setup, teardown),
	};

	return cmocka_run_group_tests_name("recent", tests, NULL, NULL);
}
