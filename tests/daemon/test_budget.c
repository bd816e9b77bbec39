/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_budget.c - how many guesses there are, asked for all at once, from everywhere, and across
 * kill -9; and that whoever spends them locks out strangers only.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mine.h"

#define GUESSES 100
#define POOL    10
#define SOURCE  5
#define SOURCES 8
#define KILLS   5
#define PEOPLE  12

/* The block comes with the last attempt, so no wait ever does. */
#define NO_WAITS "[guesses]\nfree = 10\nlimit = 10\nsource_limit = 5\n"

static char victim[17];
static const char *from; /* the service that asks */
static _Atomic unsigned int number, wrong, blocked, other;

static void *guess_one(void *arg)
{
	int v = rig_guess(victim, from, number++);

	(void)arg;
	wrong += v == V_WRONG;
	blocked += v == V_BLOCKED;
	other += v != V_WRONG && v != V_BLOCKED;
	return NULL;
}

/* GUESSES different PINs at the same time. Starts all counts anew. */
static void start_guessing(pthread_t threads[GUESSES], const char *service)
{
	from = service;
	wrong = blocked = other = 0;
	for (int i = 0; i < GUESSES; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, guess_one, NULL), 0);
}

static void end_guessing(pthread_t threads[GUESSES])
{
	for (int i = 0; i < GUESSES; i++)
		pthread_join(threads[i], NULL);
}

/* All of them are answered, and budget of them were looked at. */
static void guess_all(const char *service, unsigned int budget)
{
	uint64_t hashes = rig_figure("inpspin_hash_microseconds_count");
	pthread_t threads[GUESSES];

	start_guessing(threads, service);
	end_guessing(threads);
	assert_int_equal(other, 0);
	assert_int_equal(wrong, budget);
	assert_int_equal(blocked, GUESSES - budget);
	assert_int_equal(rig_figure("inpspin_hash_microseconds_count") - hashes, budget);
}

static int login_at(const char *service, const char *rhost, const char *pin)
{
	struct wire_msg req = rig_authenticate(victim, pin), rep;

	snprintf(req.authenticate.service, sizeof(req.authenticate.service), "%s", service);
	snprintf(req.authenticate.rhost, sizeof(req.authenticate.rhost), "%s", rhost);
	return rig_ask(&req, &rep);
}

static void open_office(const char *conf)
{
	rig_conf(conf);
	rig_start();
	assert_int_equal(rig_issue(rig_cf(victim, 1)), V_OK);
}

static void test_all_at_once(void **state)
{
	(void)state;
	open_office(RIG_CONF NO_WAITS);
	guess_all("test", POOL);
	assert_int_equal(rig_spent(victim), POOL);
	assert_int_equal(rig_try(victim, RIG_PIN), V_BLOCKED);
	rig_restart();
	guess_all("other", 0); /* one pool for all strangers, and on the disk */
	rig_cf(victim, 2);
	guess_all("test", POOL); /* nobody has this one, and nothing tells */
	rig_restart();
	guess_all("other", 0);
	assert_int_equal(rig_stop(), 0);
}

/* pind was killed while all guessed: what it answered is charged. Nobody is shown a stranger's. */
static void check_after_kill(bool known, unsigned int *answered)
{
	*answered += wrong;
	rig_start();
	if (known)
		assert_in_range(rig_spent(victim), *answered, POOL);
}

/* The rest is all there is, in this life of pind and in the next. */
static void spend_the_rest(bool known, unsigned int answered)
{
	pthread_t threads[GUESSES];

	if (known) {
		guess_all("test", POOL - rig_spent(victim));
	} else {
		start_guessing(threads, "test");
		end_guessing(threads);
	}
	assert_int_equal(wrong + blocked, GUESSES);
	assert_in_range(answered + wrong, 0, POOL);
	rig_restart();
	guess_all("test", 0);
	if (known)
		assert_int_equal(rig_spent(victim), POOL);
}

/* Killed under it again and again, one person after the other. */
static void test_across_kills(void **state)
{
	unsigned int seed = (unsigned int)getpid(), answered;
	pthread_t threads[GUESSES];

	(void)state;
	printf("# seed %u\n", seed);
	rig.program = getenv("PIND_RELEASE");
	open_office(RIG_CONF NO_WAITS);
	for (unsigned int person = 0; person < PEOPLE; person++) {
		bool known = person % 2 == 0;

		rig_cf(victim, 10 + person);
		if (known)
			assert_int_equal(rig_issue(victim), V_OK);
		answered = 0;
		for (int i = 0; i < KILLS; i++) {
			start_guessing(threads, "test");
			usleep((useconds_t)(rand_r(&seed) % 60000));
			rig_kill();
			end_guessing(threads);
			check_after_kill(known, &answered);
		}
		spend_the_rest(known, answered);
	}
	assert_int_equal(rig_stop(), 0);
}

/* ---- killed at a point of its work, not at a time ---- */

static void kill_at(const char *calls, int nth)
{
	pthread_t threads[GUESSES];
	unsigned int answered = 0;

	mine_lay(calls, nth);
	start_guessing(threads, "test");
	end_guessing(threads);
	assert_int_equal(rig_wait(), 128 + SIGKILL);
	mine_lift();
	check_after_kill(true, &answered);
	spend_the_rest(true, answered);
}

/* Before and after each write of a charge, its fsync, its hash and its answer. */
static void test_kills_at_every_step(void **state)
{
	static const struct {
		const char *calls;
		int most;
	} points[] = {
		{ "pwrite64,pwritev", 12 }, { "fdatasync", 10 }, { "madvise", 2 }, { "sendto", 6 },
	};
	unsigned int person = 0;

	(void)state;
	if (!rig_can_trace())
		rig_skip("there is no strace here, or it may not trace");
	rig.program = getenv("PIND_RELEASE");
	open_office(RIG_CONF NO_WAITS "[limits]\nworkers = 1\n");
	for (size_t i = 0; i < sizeof(points) / sizeof(*points); i++)
		for (int nth = 1; nth <= points[i].most; nth++) {
			assert_int_equal(rig_issue(rig_cf(victim, 100 + person++)), V_OK);
			kill_at(points[i].calls, nth);
		}
	assert_int_equal(rig_stop(), 0);
}

/* Eight sources that are known and the pool: so many guesses, and there are no more. */
static void test_from_everywhere(void **state)
{
	char pin[17], service[24];
	struct wire_record rec;

	(void)state;
	open_office(RIG_CONF NO_WAITS);
	assert_int_equal(rig_renew(victim, RIG_PIN, pin), V_OK); /* from a ninth, which makes room */
	for (int s = 0; s < SOURCES; s++) {
		snprintf(service, sizeof(service), "known%d", s);
		assert_int_equal(login_at(service, "", pin), V_OK);
	}
	for (int s = 0; s < SOURCES; s++) {
		snprintf(service, sizeof(service), "known%d", s);
		guess_all(service, SOURCE);
	}
	assert_int_equal(rig_status(victim, &rec), 0);
	assert_int_equal(rec.fails, 0); /* of strangers */
	guess_all(RIG_SERVICE, POOL);
	guess_all("unknown", 0);
	assert_int_equal(rig_status(victim, &rec), 0);
	assert_int_equal(rec.fails, POOL);
	assert_int_equal(rig_spent(victim), POOL + SOURCES * SOURCE);
	assert_int_equal(login_at("known0", "", pin), V_BLOCKED);
	assert_int_equal(rig_about(WIRE_UNLOCK, victim), V_OK);
	assert_int_equal(rig_spent(victim), 0);
	guess_all("known3", SOURCE); /* still known */
	assert_int_equal(login_at("unknown", "", pin), V_OK);
	assert_int_equal(rig_spent(victim), 0);
	assert_int_equal(rig_stop(), 0);
}

/* Strangers spend all they have; who is at home gets in, and that opens the door again. */
static void test_owner_enters(void **state)
{
	char pin[17];

	(void)state;
	open_office(RIG_CONF NO_WAITS);
	assert_int_equal(rig_renew(victim, RIG_PIN, pin), V_OK);
	for (int i = 0; i < 3; i++) {
		guess_all("attack", POOL);
		assert_int_equal(login_at("attack", "", pin), V_BLOCKED);
		assert_int_equal(rig_guess(victim, RIG_SERVICE, number++), V_WRONG); /* mistyped */
		rig_restart();
		assert_int_equal(login_at("attack", "", pin), V_BLOCKED);
		assert_int_equal(rig_try(victim, pin), V_OK);
		assert_int_equal(rig_spent(victim), 0);
	}
	assert_int_equal(rig_stop(), 0);
}

/* Home is a network: 256 addresses of IPv4, and what follows 48 bits of IPv6. */
static void test_networks(void **state)
{
	static const struct { const char *rhost; int v; } rows[] = {
		{ "192.0.2.7", V_OK },          { "192.0.2.250", V_OK },
		{ "::ffff:192.0.2.1", V_OK },   { "192.0.3.7", V_BLOCKED },
		{ "2001:db8:5::1", V_OK },      { "2001:db8:5:9::7", V_OK },
		{ "2001:db8:6::1", V_BLOCKED }, { "host.example.org", V_OK },
		{ "HOST.example.org", V_OK },   { "other.example.org", V_BLOCKED },
		{ "", V_BLOCKED },
	};
	char pin[17];

	(void)state;
	open_office(RIG_CONF NO_WAITS);
	assert_int_equal(rig_renew(victim, RIG_PIN, pin), V_OK);
	assert_int_equal(login_at("sshd", "192.0.2.99", pin), V_OK);
	assert_int_equal(login_at("sshd", "2001:db8:5::99", pin), V_OK);
	assert_int_equal(login_at("sshd", "host.example.org", pin), V_OK);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		while (rig_guess(victim, "attack", number++) == V_WRONG)
			;
		if (login_at("sshd", rows[i].rhost, pin) != rows[i].v)
			fail_msg("from %s", rows[i].rhost);
	}
	assert_int_equal(rig_stop(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_all_at_once, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_across_kills, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_kills_at_every_step, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_from_everywhere, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_owner_enters, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_networks, rig_open, rig_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
