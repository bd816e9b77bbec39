/* SPDX-License-Identifier: BSD-2-Clause */
/* test_watch.c - what pind notices by itself: a caller who sprays, a verifier that has grown old. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
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

static struct wire_source_is source(const char *cf, uint32_t index)
{
	struct wire_msg req = { .type = WIRE_SOURCE_GET }, rep;

	snprintf(req.source_get.cf, sizeof(req.source_get.cf), "%s", cf);
	req.source_get.index = index;
	assert_int_equal(rig_ask(&req, &rep), 0);
	return rep.source_is;
}

/* What operators are told: how much is spent, by which service and source, until when. */
static void test_sources(void **state)
{
	struct wire_source_is pool, other, home;
	uint64_t now_s = (uint64_t)time(NULL);
	char cf[17], pin[17];

	(void)state;
	rig_start();
	assert_int_equal(rig_issue(rig_cf(cf, 1)), V_OK);
	pool = source(cf, 0);
	assert_int_equal(pool.fails, 0);
	assert_int_equal(pool.fails_max, 10);
	assert_string_equal(pool.tag, "");
	assert_int_equal(rig_renew(cf, RIG_PIN, pin), V_OK);
	assert_int_equal(rig_try(cf, pin), V_OK);
	assert_int_equal(rig_guess(cf, "imap", 0), V_WRONG);
	pool = source(cf, 0);
	assert_int_equal(rig_guess(cf, "sshd", 1), V_WRONG);
	other = source(cf, 0);
	assert_int_equal(rig_guess(cf, "imap", 2), V_WRONG);
	assert_string_equal(pool.service, "imap");
	assert_string_equal(other.service, "sshd");
	assert_string_not_equal(pool.tag, other.tag);
	assert_string_equal(source(cf, 0).tag, pool.tag); /* the same place */
	assert_int_equal(source(cf, 0).fails, 3);
	assert_in_range(source(cf, 0).until_s, now_s + 29, now_s + 120); /* 30 s from the third */
	assert_int_equal(rig_guess(cf, RIG_SERVICE, 3), V_WRONG); /* mistyped at home */
	home = source(cf, 1);
	assert_string_equal(home.service, RIG_SERVICE);
	assert_int_equal(home.fails, 1);
	assert_int_equal(home.fails_max, 5);
	assert_int_equal(home.until_s, 0);
	assert_string_not_equal(home.tag, "");
	assert_int_equal(source(cf, 0).fails, 3);
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
		cmocka_unit_test_setup_teardown(test_sources, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_rehash, rig_open, rig_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
