/* SPDX-License-Identifier: BSD-2-Clause */
/* test_reload.c - SIGHUP: a good configuration is in force from then on, a bad one never. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rig.h"

#define TAKEN "configuration read again"
#define KEPT  "configuration refused, the old one stays in force"

static char cf[17], pin[17];

static void open_office(void)
{
	rig_start();
	assert_int_equal(rig_issue(rig_cf(cf, 1)), V_OK);
	assert_int_equal(rig_renew(cf, RIG_PIN, pin), V_OK);
}

/* SIGHUP, and wait for what pind says of it. */
static void reload(const char *says)
{
	unsigned int before = rig_said(says);

	assert_int_equal(kill(rig.pid, SIGHUP), 0);
	rig_say_wait(says, before + 1);
}

static uint32_t passes(void)
{
	struct wire_msg req = { .type = WIRE_COST }, rep;

	assert_int_equal(rig_ask(&req, &rep), 0);
	return rep.cost_is.ops;
}

/* Services come, change and go; also where there was no services.d before. */
static void walk_services(void)
{
	open_office();
	assert_int_equal(rig_try(cf, pin), V_OK);
	rig_service(RIG_SERVICE, "level = dispositivo\n");
	assert_int_equal(rig_try(cf, pin), V_OK); /* not before SIGHUP */
	reload(TAKEN);
	assert_int_equal(rig_try(cf, pin), V_LEVEL);
	rig_service(RIG_SERVICE, "categories = pensionato, impresa\n");
	reload(TAKEN);
	assert_int_equal(rig_try(cf, pin), V_CATEGORY);
	rig_service(RIG_SERVICE, "peers = 4294967294\n");
	reload(TAKEN);
	assert_int_equal(rig_try(cf, pin), V_DENIED);
	rig_service(RIG_SERVICE, NULL);
	rig_service("default", "level = dispositivo\n");
	reload(TAKEN);
	assert_int_equal(rig_try(cf, pin), V_LEVEL);
	rig_service("default", NULL);
	reload(TAKEN);
	assert_int_equal(rig_try(cf, pin), V_OK);
	assert_int_equal(rig_stop(), 0);
}

static void test_services(void **state)
{
	(void)state;
	walk_services();
}

static void test_services_release(void **state)
{
	(void)state;
	rig.program = getenv("PIND_RELEASE"); /* the one whose sandbox kills */
	walk_services();
}

static void test_settings(void **state)
{
	struct wire_msg req, rep;

	(void)state;
	open_office();
	rig_conf("[hash]\npasses = 3\nmemory_kib = 19456\n[guesses]\nfree = 1\nwait_s = 7000\n"
		 "wait_max_s = 7000\n");
	reload(TAKEN);
	assert_int_equal(passes(), 3);
	assert_int_equal(rig_try(cf, pin), V_OK); /* of the old cost */
	assert_int_equal(rig_try(cf, RIG_WRONG), V_WRONG);
	req = rig_authenticate(cf, pin);
	assert_int_equal(rig_ask(&req, &rep), V_THROTTLED);
	assert_in_range(rep.verdict.wait_s, 6900, 7000);
	assert_int_equal(rig_said("restart pind"), 0);
	assert_int_equal(rig_stop(), 0);
}

/* What is not in force until the next start is named, as long as that is so. */
static void test_restart_is_named(void **state)
{
	(void)state;
	open_office();
	rig_conf(RIG_CONF "[limits]\nqueue = 7\nworkers = 3\n");
	reload(TAKEN ": restart pind for the new workers, queue");
	reload(TAKEN ": restart pind for the new workers, queue");
	rig_conf(RIG_CONF);
	reload(TAKEN "\n");
	assert_int_equal(rig_try(cf, pin), V_OK);
	assert_int_equal(rig_stop(), 0);
}

static void test_bad_is_kept_out(void **state)
{
	(void)state;
	rig_service("other", "level = semplice\n");
	open_office();
	rig_conf("[hash]\npasses = 4\nmemory_kib = 19456\n[gusses]\nfree = 1\n");
	reload(KEPT ": ");
	assert_int_equal(rig_said("/pind.conf:5: unknown setting 'free' in [gusses]"), 1);
	assert_int_equal(passes(), 2);
	rig_conf("[hash]\npasses = 5\nmemory_kib = 19456\n");
	rig_service(RIG_SERVICE, "level = dispositivo\n");
	rig_service("other", "level = semplice\n\n\nlevel = semplice\n");
	reload(KEPT ": "); /* all or nothing */
	assert_int_equal(rig_said("/services.d/other.conf:4: 'level' is set twice"), 1);
	assert_int_equal(passes(), 2);
	assert_int_equal(rig_try(cf, pin), V_OK);
	assert_int_equal(unlink(rig.conf), 0);
	reload(KEPT ": ");
	assert_int_equal(rig_said("/pind.conf: No such file"), 1);
	rig_conf("[hash]\npasses = 5\nmemory_kib = 19456\n");
	rig_service("other", NULL);
	reload(TAKEN);
	assert_int_equal(passes(), 5);
	assert_int_equal(rig_try(cf, pin), V_LEVEL);
	assert_int_equal(rig_stop(), 0);
}

/* Nor does a reload get more than 100 guesses out of pind: those in force stay in force. */
static void test_never_more_guesses(void **state)
{
	unsigned int wrong = 0;
	char victim[17];

	(void)state;
	rig_conf(RIG_CONF "[guesses]\nfree = 7\nlimit = 7\n");
	open_office();
	assert_int_equal(rig_issue(rig_cf(victim, 2)), V_OK);
	rig_conf(RIG_CONF "[guesses]\nfree = 61\nlimit = 61\n");
	reload(KEPT ": ");
	assert_int_equal(rig_said("is 101: nobody gets more than 100 guesses"), 1);
	while (wrong < 100 && rig_guess(victim, "attack", wrong) == V_WRONG)
		wrong++;
	assert_int_equal(wrong, 7);
	rig_conf(RIG_CONF "[guesses]\nfree = 60\nlimit = 60\n"); /* the most there can be */
	reload(TAKEN);
	assert_int_equal(rig_about(WIRE_UNLOCK, victim), V_OK);
	for (wrong = 0; wrong < 100 && rig_guess(victim, "attack", 100 + wrong) == V_WRONG;)
		wrong++;
	assert_int_equal(wrong, 60);
	assert_int_equal(rig_stop(), 0);
}

/* "pind --check" says the same of a file, and does nothing else. */
static void test_check(void **state)
{
	const char *const args[] = {
		"--check", "--config", rig.conf, "--state-dir", rig.state, NULL
	};

	(void)state;
	rig.args = args;
	rig_spawn();
	assert_int_equal(rig_wait(), 0);
	assert_string_equal(rig_log(), "the configuration makes sense\n"
				       "services with a policy of their own: none\n");
	rig_service("a", "level = 1\n");
	rig_spawn();
	assert_int_equal(rig_wait(), 78);
	assert_int_equal(
		rig_said("services.d/a.conf:1: level = '1': write semplice or dispositivo"), 1);
	assert_int_equal(access(rig.state, F_OK), -1);
}

/* ---- under load ---- */

static _Atomic bool enough;

struct client {
	char cf[17];
	unsigned int answers, surprises;
};

/* Everything a person and an operator do, again and again; every question must be answered. */
static void *live(void *arg)
{
	struct client *c = arg;
	char mine[17];

	while (!enough) {
		c->surprises += rig_issue(c->cf) != V_OK;
		c->surprises += rig_try(c->cf, RIG_WRONG) != V_WRONG;
		c->surprises += rig_renew(c->cf, RIG_PIN, mine) != V_OK;
		c->surprises += rig_try(c->cf, mine) != V_OK;
		c->surprises += rig_about(WIRE_STATUS, c->cf) != 0;
		c->surprises += rig_about(WIRE_UNLOCK, c->cf) != V_OK;
		c->surprises += rig_about(WIRE_REVOKE, c->cf) != V_OK;
		c->answers += 7;
	}
	return NULL;
}

/* SIGHUPs as fast as they come, with good files and bad ones. */
static void storm(unsigned int rounds)
{
	for (unsigned int i = 0; i < rounds; i++) {
		rig_conf(i % 3 == 2 ? "[hash]\npasses = 0\n" : RIG_CONF "[pin]\nwarn_days = 7\n");
		rig_service("extra",
			    i % 2 == 0 ? "level = dispositivo\n" : "categories = impresa\n");
		assert_int_equal(kill(rig.pid, SIGHUP), 0);
		usleep(10000);
	}
	rig_conf(RIG_CONF);
}

static void reload_under_load(unsigned int rounds)
{
	struct client clients[3] = { { .answers = 0 } };
	pthread_t threads[3];
	pid_t born;

	rig_start();
	born = rig.pid;
	enough = false;
	for (unsigned int i = 0; i < 3; i++) {
		rig_cf(clients[i].cf, i);
		assert_int_equal(pthread_create(&threads[i], NULL, live, &clients[i]), 0);
	}
	storm(rounds);
	enough = true;
	for (int i = 0; i < 3; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(clients[i].surprises, 0);
		assert_in_range(clients[i].answers, 1, 1u << 30);
	}
	reload(TAKEN);
	assert_in_range(rig_said(KEPT), 1, rounds);
	assert_int_equal(rig.pid, born);
	assert_int_equal(rig_stop(), 0);
}

static void test_storm(void **state)
{
	(void)state;
	rig.program = getenv("PIND_RELEASE");
	reload_under_load(200);
}

/* The same under ThreadSanitizer, which would end pind at the first race. */
static void test_storm_without_races(void **state)
{
	static const char *const fixed[] = { "setarch", "-R", NULL }; /* it knows few maps */
	char path[256];

	(void)state;
	snprintf(path, sizeof(path), "%s/tsan/pind", getenv("B") != NULL ? getenv("B") : "build");
	if (access(path, X_OK) != 0)
		fail_msg("no %s", path);
	setenv("TSAN_OPTIONS", "halt_on_error=1:exitcode=66", 1);
	rig.program = path;
	rig.wrap = fixed;
	reload_under_load(300);
	assert_int_equal(rig_said("ThreadSanitizer"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_services, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_services_release, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_settings, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_restart_is_named, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_bad_is_kept_out, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_never_more_guesses, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_check, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_storm, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_storm_without_races, rig_open, rig_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
