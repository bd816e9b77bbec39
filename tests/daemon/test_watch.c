/* SPDX-License-Identifier: BSD-2-Clause */
/* test_watch.c - what pind notices by itself: a caller who sprays, a verifier that has grown old. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "rig.h"

/* One line a minute and caller, with the figures. The minute may turn once while we ask. */
static void test_spray(void **state)
{
	char cf[17];

	(void)state;
	rig_conf(RIG_CONF "[guesses]\nspray = 3\n");
	rig_start();
	for (int i = 0; i < 4; i++) /* many attempts on few people are no alarm */
		assert_int_equal(rig_guess(rig_cf(cf, (unsigned int)i % 2), RIG_SERVICE, (unsigned int)i), V_WRONG);
	assert_int_equal(rig_figure("inpspin_spray_alarms_total"), 0);
	for (unsigned int i = 10; i < 22; i++)
		assert_int_equal(rig_guess(rig_cf(cf, i), RIG_SERVICE, 0), V_WRONG);
	assert_in_range(rig_figure("inpspin_spray_alarms_total"), 1, 2);
	assert_int_equal(rig_said("one caller fails for many people"),
			 rig_figure("inpspin_spray_alarms_total"));
	assert_in_range(rig_said("4 people in this minute so far, "), 1, 2);
	assert_int_equal(rig_stop(), 0);
}

/* A login is what a new cost waits for; it is paid after the answer, once. */
static void test_rehash(void **state)
{
	char cf[17], pin[17];

	(void)state;
	rig_start();
	assert_int_equal(rig_issue(rig_cf(cf, 1)), V_OK);
	assert_int_equal(rig_renew(cf, RIG_PIN, pin), V_OK);
	assert_int_equal(rig_try(cf, pin), V_OK);
	rig_conf("[hash]\nmemory_kib = 19456\npasses = 3\n");
	assert_int_equal(kill(rig.pid, SIGHUP), 0);
	rig_say_wait("configuration read again", 1);
	assert_int_equal(rig_figure("inpspin_rehashed_total"), 0);
	assert_int_equal(rig_try(cf, RIG_WRONG), V_WRONG);
	assert_int_equal(rig_figure("inpspin_rehashed_total"), 0);
	assert_int_equal(rig_try(cf, pin), V_OK);
	for (int i = 0; i < 2000 && rig_figure("inpspin_rehashed_total") == 0; i++)
		usleep(5000);
	for (int i = 0; i < 3; i++)
		assert_int_equal(rig_try(cf, pin), V_OK);
	assert_int_equal(rig_figure("inpspin_rehashed_total"), 1);
	rig_restart();
	assert_int_equal(rig_try(cf, pin), V_OK);
	assert_int_equal(rig_stop(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_spray, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_rehash, rig_open, rig_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
