/* SPDX-License-Identifier: BSD-2-Clause */
/* test_account_fails.c - stores that fail, rows that are not ours, clocks that jump. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "account.h"
#include "faulty.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static const char ann[] = "RSSMRA85T10A562S", bob[] = "BNCGNN80A01H501F";
static const uint64_t T = 1767225600;
static const struct penalty_policy pol = { .free = 50, .limit = 100, .wait_s = 1, .wait_max_s = 1 };
static const struct pin_arg first = { .form = PIN_FORM_8, .level = 1, .verifier = { { .alg = 1 } },
				      .expires_s = UINT64_MAX, .lapses_s = UINT64_MAX };
static struct keys *keys, *other_keys;
static struct faulty f;
static struct accounts a;

static int step_to(const char *cf, enum pin_event ev, uint64_t now_s, struct account *acc,
		   struct pin_step *step)
{
	struct account_event e = { .cf = cf, .ev = ev, .arg = &first };

	f.log[0] = '\0';
	memset(acc, 0xff, sizeof(*acc));
	memset(step, 0xff, sizeof(*step));
	return account_step(&a, &e, &pol, now_s, acc, step);
}

/* A step that must succeed, and what it said. */
static struct pin_step step_of(const char *cf, enum pin_event ev, uint64_t now_s)
{
	struct account acc;
	struct pin_step step;

	assert_int_equal(step_to(cf, ev, now_s, &acc, &step), 0);
	return step;
}

/* A step that must fail with want: it says so, lets nothing be checked, and shows no account. */
static void assert_fails(int want, const char *cf, enum pin_event ev, uint64_t now_s)
{
	struct account acc, zero;
	struct pin_step step;

	memset(&zero, 0, sizeof(zero));
	assert_int_equal(step_to(cf, ev, now_s, &acc, &step), want);
	assert_int_equal(step.verdict, V_FAILED);
	assert_int_equal(step.then, PIN_SAY);
	assert_int_equal(step.wait_s, 0);
	assert_memory_equal(&acc, &zero, sizeof(acc));
}

static uint32_t fails_stored(const char *cf)
{
	struct accounts fresh = { .store = f.real, .keys = keys };
	struct account acc;

	assert_int_equal(account_get(&fresh, cf, &acc), 0);
	return acc.pin.penalty.pool.fails;
}

static int setup(void **state)
{
	uint8_t root[KEYS_ROOT_LEN] = { 9 };

	(void)state;
	if (sodium_init() < 0 || keys_from(&keys, root) != 0)
		return -1;
	root[0] = 10;
	if (keys_from(&other_keys, root) != 0 || faulty_open(&f, "mem:") != 0 ||
	    accounts_open(&a, &f.store, keys, T) != 0)
		return -1;
	return step_of(ann, PIN_ISSUE, T).verdict == V_OK ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	faulty_close(&f);
	keys_close(keys);
	keys_close(other_keys);
	return 0;
}

static void test_a_commit_that_fails_stops_pind(void **state)
{
	static const int errors[] = { -EIO, -ENOSPC, -EROFS };

	(void)state;
	for (size_t i = 0; i < N(errors); i++) {
		a.broken = 0;
		f.commit_error = errors[i];
		assert_fails(errors[i], ann, PIN_TRY, T);
		assert_int_equal(a.broken, errors[i]);
		a.broken = 0;
		assert_fails(errors[i], bob, PIN_TRY, T + 5);
		assert_int_equal(a.broken, errors[i]);
		assert_int_equal(a.high_s, T); /* a time that was not committed does not count */
	}
	f.commit_error = 0;
	assert_int_equal(fails_stored(ann), 0);
}

/* Only the fsync failed: the charge may be there, so it stays, and nobody gets a check for it. */
static void test_a_commit_of_which_nothing_is_known(void **state)
{
	(void)state;
	f.commit_error = -EIO;
	f.applied = 1;
	assert_fails(-EIO, ann, PIN_TRY, T);
	assert_int_equal(a.broken, -EIO);
	assert_int_equal(fails_stored(ann), 1);
}

static void test_reads_that_fail(void **state)
{
	struct account acc;

	(void)state;
	for (int t = STORE_PIN; t <= STORE_SHADOW; t++) {
		f.get_error[t] = -EIO;
		for (int ev = 0; ev < PIN_EVENT_N; ev++) {
			assert_fails(-EIO, ann, (enum pin_event)ev, T);
			assert_fails(-EIO, bob, (enum pin_event)ev, T);
			/* nothing is written on what was not read */
			assert_null(strchr(f.log, 'c'));
		}
		f.get_error[t] = 0;
	}
	f.get_error[STORE_META] = -EIO; /* needed in a new second only */
	assert_fails(-EIO, ann, PIN_TRY, T + 1);
	assert_int_equal(step_of(ann, PIN_TRY, T).then, PIN_CHECK);
	f.get_error[STORE_META] = 0;
	f.get_error[STORE_PIN] = -ENOMEM;
	memset(&acc, 0xff, sizeof(acc));
	assert_int_equal(account_get(&a, ann, &acc), -ENOMEM);
	assert_true(sodium_is_zero((const unsigned char *)&acc, sizeof(acc)));
	assert_int_equal(a.broken, 0); /* what cannot be read now is not lost */
}

static void test_rows_that_moved(void **state)
{
	(void)state;
	f.moved = 999;
	assert_int_equal(step_of(ann, PIN_TRY, T).then, PIN_CHECK);
	assert_int_equal(fails_stored(ann), 1); /* once, however often it was tried */
	f.moved = 1000000;
	assert_fails(-EBUSY, ann, PIN_TRY, T);
	assert_in_range(f.moved, 1, 999999); /* it gives up */
	assert_int_equal(a.broken, 0);
}

/* Put anything in the row of a key. */
static void spoil(enum store_table table, const uint8_t *key)
{
	struct store_row row;
	struct store_change c = { table, key, &row };

	assert_int_equal(f.real->ops->get(f.real, table, key, &row), 0);
	if (row.len == 0)
		row.len = 60;
	row.bytes[row.len - 1] ^= 1;
	assert_int_equal(f.real->ops->commit(f.real, &c, 1), 0);
}

static void test_rows_that_are_not_ours(void **state)
{
	uint8_t key[STORE_KEY_LEN];
	struct account acc;

	(void)state;
	record_account_key(key, keys, ann);
	spoil(STORE_PIN, key);
	assert_int_equal(account_get(&a, ann, &acc), -EBADMSG);
	assert_fails(-EBADMSG, ann, PIN_TRY, T);
	assert_fails(-EBADMSG, ann, PIN_ISSUE, T); /* no new PIN over a damaged record */
	record_shadow_key(key, keys, bob);
	spoil(STORE_SHADOW, key);
	assert_fails(-EBADMSG, bob, PIN_TRY, T);
	assert_int_equal(a.broken, 0);
	spoil(STORE_META, record_clock_key);
	record_shadow_key(key, keys, "SOMEBODY");
	assert_int_equal(step_of("SOMEBODY", PIN_TRY, T).then, PIN_CHECK);
	assert_fails(-EBADMSG, "SOMEBODY", PIN_TRY, T + 1); /* the clock cannot be moved on */
}

static void test_opening(void **state)
{
	struct faulty empty;
	struct accounts b;

	(void)state;
	f.log[0] = '\0';
	assert_int_equal(accounts_open(&b, &f.store, keys, T + 50), 0);
	assert_string_equal(f.log, "gM "); /* a store that has its clock is not written */
	assert_int_equal(accounts_now(&b, 0), T);
	assert_int_equal(b.broken, 0);
	f.log[0] = '\0';
	assert_int_equal(accounts_open(&b, &f.store, other_keys, T), SEAL_E_BROKEN);
	assert_string_equal(f.log, "gM "); /* another store's key changes nothing here */
	f.get_error[STORE_META] = -EIO;
	assert_int_equal(accounts_open(&b, &f.store, keys, T), -EIO);
	assert_int_equal(faulty_open(&empty, "mem:"), 0);
	empty.commit_error = -EROFS;
	assert_int_equal(accounts_open(&b, &empty.store, keys, T), -EROFS);
	empty.commit_error = 0;
	empty.moved = 1;
	assert_int_equal(accounts_open(&b, &empty.store, keys, T), -EBUSY);
	empty.log[0] = '\0';
	assert_int_equal(accounts_open(&b, &empty.store, keys, T + 3), 0);
	assert_string_equal(empty.log, "gM c[M] ");
	assert_int_equal(accounts_now(&b, 0), T + 3);
	faulty_close(&empty);
}

static void test_another_format(void **state)
{
	struct store_row row;
	struct store_change c = { STORE_META, record_clock_key, &row };
	struct accounts b;

	(void)state;
	assert_int_equal(f.real->ops->get(f.real, STORE_META, record_clock_key, &row), 0);
	row.bytes[0] = SEAL_FORMAT + 1;
	assert_int_equal(f.real->ops->commit(f.real, &c, 1), 0);
	assert_int_equal(accounts_open(&b, &f.store, keys, T), SEAL_E_FORMAT);
}

/* Time never runs backwards: not after a commit, not after a restart. */
static void test_time_only_goes_on(void **state)
{
	struct accounts b;

	(void)state;
	assert_int_equal(accounts_now(&a, T - 500), T);
	assert_int_equal(accounts_now(&a, T + 500), T + 500);
	assert_int_equal(accounts_now(&a, T), T); /* asking commits nothing */
	step_of(ann, PIN_TRY, T + 500);
	assert_string_equal(f.log, "gS gP gM c[PM] ");
	assert_int_equal(accounts_now(&a, T), T + 500);
	step_of(ann, PIN_TRY, T + 500);
	assert_string_equal(f.log, "gS gP c[P] "); /* the same second is written once */
	step_of(bob, PIN_TRY, T + 100);
	assert_string_equal(f.log, "gS gP c[S] "); /* and an earlier one never */
	assert_int_equal(accounts_now(&a, 0), T + 500);
	assert_int_equal(accounts_open(&b, &f.store, keys, T), 0);
	assert_int_equal(accounts_now(&b, T), T + 500);
	step_of(ann, PIN_TRY, T + 900);
	b.high_s = 0; /* another process that has not seen it */
	assert_int_equal(account_step(&b, &(struct account_event){ .cf = ann, .ev = PIN_TRY }, &pol,
				      T + 700, &(struct account){ .category = 0 },
				      &(struct pin_step){ .wait_s = 0 }), 0);
	assert_int_equal(accounts_open(&b, &f.store, keys, T), 0);
	assert_int_equal(accounts_now(&b, T), T + 900);
}

/* A clock a year and more ahead of the store's: one change at such a time would end every PIN. */
static void test_a_clock_that_is_not_believed(void **state)
{
	struct accounts b;

	(void)state;
	assert_int_equal(accounts_open(&b, &f.store, keys, T + ACCOUNT_ABSENT_S), 0);
	f.log[0] = '\0';
	assert_int_equal(accounts_open(&b, &f.store, keys, T + ACCOUNT_ABSENT_S + 1),
			 ACCOUNTS_E_CLOCK);
	assert_string_equal(f.log, "gM "); /* nothing is written */
	assert_int_equal(accounts_now(&b, 0), T); /* and if the operator insists, it can be used */
}

/* While pind runs it goes by a clock that nobody sets, within a day. */
static void test_a_clock_that_is_set_meanwhile(void **state)
{
	const uint64_t boot_s = 5000, leap_s = ACCOUNT_LEAP_S;

	(void)state;
	accounts_mark(&a, T + 10, boot_s);
	assert_int_equal(accounts_time(&a, T + 10, boot_s), T + 10);
	assert_int_equal(accounts_time(&a, T + 17, boot_s + 7), T + 17);
	assert_int_equal(accounts_time(&a, T + 10, boot_s + 7), T + 17); /* it stands: we go on */
	assert_int_equal(accounts_time(&a, 0, boot_s + 7), T + 17);
	assert_int_equal(accounts_time(&a, T + 18, boot_s + 7), T + 18); /* a little ahead: right */
	assert_int_equal(accounts_time(&a, T + 17 + leap_s, boot_s + 7), T + 17 + leap_s);
	assert_int_equal(accounts_time(&a, T + 18 + leap_s, boot_s + 7), T + 17); /* a leap: not */
	assert_int_equal(accounts_time(&a, UINT64_MAX, boot_s + 7), T + 17);
	step_of(ann, PIN_TRY, T + 100);
	assert_int_equal(accounts_time(&a, T + 17, boot_s + 7), T + 100); /* not behind the store */
	accounts_mark(&a, T, boot_s); /* the mark neither */
	assert_int_equal(accounts_time(&a, T, boot_s + 1), T + 101);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_commit_that_fails_stops_pind),
		TEST(test_a_commit_of_which_nothing_is_known),
		TEST(test_reads_that_fail),
		TEST(test_rows_that_moved),
		TEST(test_rows_that_are_not_ours),
		TEST(test_opening),
		TEST(test_another_format),
		TEST(test_time_only_goes_on),
		TEST(test_a_clock_that_is_not_believed),
		TEST(test_a_clock_that_is_set_meanwhile),
	};

	return cmocka_run_group_tests_name("account fails", tests, NULL, NULL);
}
