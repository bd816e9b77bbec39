/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_time.c - what time does to a PIN, and what a wrong clock does not. libfaketime moves the
 * clock of the released pind (in a sanitized one ASan must be loaded first).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "rig.h"

static const char *faketime; /* as FAKETIME= of libfaketime, or NULL */
static char cf[17], pin[17];

static void move_clock(void)
{
	if (faketime == NULL)
		return;
	setenv("LD_PRELOAD", "/usr/$LIB/faketime/libfaketime.so.1", 1);
	setenv("FAKETIME", faketime, 1);
	if (strchr(faketime, 'x') != NULL)
		setenv("DONT_FAKE_MONOTONIC", "1", 1); /* patience and deadlines stay as they are */
}

/* pind from now on with this clock. It ends by rig_kill: the library's last calls are forbidden. */
static void start_at(const char *when)
{
	if (rig.pid > 0)
		rig_kill();
	faketime = when;
	rig.program = getenv("PIND_RELEASE");
	rig.before_exec = move_clock;
	rig_start();
}

static void open_office(void)
{
	start_at(NULL);
	assert_int_equal(rig_issue(rig_cf(cf, 1)), V_OK);
	assert_int_equal(rig_renew(cf, RIG_PIN, pin), V_OK);
}

/* Seconds of pind's are a millisecond long: grants and tickets do not live long. */
static void test_deadlines(void **state)
{
	const struct timespec nap = { 1, 0 }; /* for pind a quarter of an hour */
	struct wire_renewal renewal;
	struct wire_msg req, rep;
	uint8_t grant[WIRE_GRANT_LEN];

	(void)state;
	start_at("+0 x1000");
	assert_int_equal(rig_issue(rig_cf(cf, 4)), V_OK);
	req = rig_authenticate(cf, RIG_PIN);
	assert_int_equal(rig_ask(&req, &rep), V_MUST_CHANGE);
	memcpy(grant, rep.verdict.grant, sizeof(grant));
	req = rig_renew_open(cf, RIG_PIN);
	assert_int_equal(rig_ask(&req, &rep), 0);
	renewal = rep.renewal;
	nanosleep(&nap, NULL);
	req = rig_renew_open(cf, RIG_PIN);
	memcpy(req.renew_open.grant, grant, sizeof(grant));
	assert_int_equal(rig_ask(&req, &rep), V_STALE);
	req = rig_renew_commit(cf, RIG_PIN, &renewal);
	assert_int_equal(rig_ask(&req, &rep), V_STALE);
	rig_kill();
}

/* Six months: the person is warned before; then the PIN opens its renewal and nothing else. */
static void test_expiry(void **state)
{
	struct wire_msg req, rep;

	(void)state;
	open_office();
	start_at("+175d");
	req = rig_authenticate(cf, pin);
	assert_int_equal(rig_ask(&req, &rep), V_OK);
	assert_in_range(rep.verdict.warn_days, 1, 14);
	start_at("+190d");
	assert_int_equal(rig_ask(&req, &rep), V_MUST_CHANGE);
	assert_int_equal(rep.verdict.expires_s, 0);
	assert_int_equal(rig_try(cf, RIG_PIN), V_WRONG);
	assert_int_equal(rig_renew(cf, pin, pin), V_OK);
	assert_int_equal(rig_try(cf, pin), V_OK);
	start_at(NULL); /* time does not run backwards: the new PIN was set in the future */
	assert_int_equal(rig_try(cf, pin), V_OK);
	rig_kill();
}

/* After twelve months it is useless, and stays so when the clock is set back. */
static void test_lapse(void **state)
{
	(void)state;
	open_office();
	start_at("+380d");
	assert_int_equal(rig_try(cf, RIG_WRONG), V_WRONG);
	assert_int_equal(rig_try(cf, pin), V_LAPSED);
	start_at(NULL);
	assert_int_equal(rig_try(cf, pin), V_LAPSED);
	assert_in_range(rig_said("the clock disagrees with the store"), 2, 2); /* ahead, behind */
	rig_kill();
}

/* An initial PIN that nobody used lapses after 60 days. */
static void test_unused(void **state)
{
	(void)state;
	start_at(NULL);
	assert_int_equal(rig_issue(rig_cf(cf, 1)), V_OK);
	start_at("+59d");
	assert_int_equal(rig_try(cf, RIG_PIN), V_MUST_CHANGE);
	start_at("+61d");
	assert_int_equal(rig_try(cf, RIG_PIN), V_LAPSED);
	rig_kill();
}

/* A clock set back shortens no wait, nor makes it longer. */
static void test_wait_and_clock(void **state)
{
	struct wire_msg req, rep;

	(void)state;
	open_office();
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(rig_guess(cf, RIG_SERVICE, i), V_WRONG);
	req = rig_authenticate(cf, pin);
	start_at("-10d");
	assert_int_equal(rig_ask(&req, &rep), V_THROTTLED);
	assert_in_range(rep.verdict.wait_s, 1, 30);
	start_at("+1d");
	assert_int_equal(rig_ask(&req, &rep), V_OK);
	rig_kill();
}

static void assert_wait(unsigned int wait_s)
{
	struct wire_msg req = rig_authenticate(cf, pin), rep;

	assert_int_equal(rig_ask(&req, &rep), V_THROTTLED);
	assert_in_range(rep.verdict.wait_s, wait_s - 500, wait_s);
}

/* Each wait is twice the one before, up to the longest; the right PIN makes it the first again. */
static void test_waits_double(void **state)
{
	static const char *const when[] = { "+2h", "+4h", "+6h", "+8h" };
	static const unsigned int waits[] = { 1000, 2000, 4000, 5000 };

	(void)state;
	rig_conf(RIG_CONF "[guesses]\nfree = 1\nwait_s = 1000\nwait_max_s = 5000\n");
	open_office();
	for (size_t i = 0; i < 4; i++) {
		start_at(when[i]);
		assert_int_equal(rig_try(cf, RIG_WRONG), V_WRONG);
		assert_wait(waits[i]);
	}
	start_at("+10h");
	assert_int_equal(rig_try(cf, pin), V_OK);
	assert_int_equal(rig_try(cf, RIG_WRONG), V_WRONG);
	assert_wait(waits[0]);
	rig_kill();
}

/* A clock that is years ahead would end every PIN at the first change: pind does not start. */
static void test_mad_clock(void **state)
{
	(void)state;
	open_office();
	rig_kill();
	faketime = "+800d";
	rig_spawn();
	assert_int_equal(rig_wait(), 78);
	assert_int_equal(rig_said("the clock is more than 400 days ahead"), 1);
	assert_int_equal(rig_said("pind is ready"), 1);
	start_at(NULL);
	assert_int_equal(rig_try(cf, pin), V_OK);
	rig_kill();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_deadlines, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_expiry, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_lapse, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_unused, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_wait_and_clock, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_waits_double, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_mad_clock, rig_open, rig_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
