/* SPDX-License-Identifier: BSD-2-Clause */
/* test_durable.c - kill -9 at any moment under load: what was acknowledged is there afterwards. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rig.h"

#define KILLS   100
#define THREADS 3
#define EACH    4 /* people of one thread */

enum { ABSENT = 0, TEMPORARY = 2, ACTIVE = 3, REVOKED = 7 }; /* enum pin_life, as it is sent */
enum pending { NONE, ISSUE, WRONG, PROOF, COMMIT, REVOKE };  /* asked, and not answered */

struct person {
	char cf[17], pin[17], maybe[17]; /* maybe: of a COMMIT that is pending */
	unsigned int life, fails;        /* as acknowledged */
	enum pending pending;
	int surprise; /* an answer that should not have been */
};

struct teller { /* one thread's */
	struct person people[EACH];
	unsigned int seed;
	unsigned int wrong, sent; /* attempts on the person whom all attack: answered WRONG, made */
};

static struct teller tellers[THREADS];
static char shared[17];
static _Atomic unsigned int acknowledged, guesses; /* no two guesses are the same */

/* Note what the answer r to op says; want is the right one. False: no answer. */
static bool took(struct person *p, int r, int want)
{
	if (r < 0)
		return false;
	p->pending = NONE;
	acknowledged++;
	if (r != want)
		p->surprise = r;
	return r == want;
}

static void do_issue(struct person *p)
{
	p->pending = ISSUE;
	if (took(p, rig_issue(p->cf), V_OK)) {
		p->life = TEMPORARY;
		p->fails = 0;
		memcpy(p->pin, RIG_PIN, sizeof(p->pin));
	}
}

static void do_wrong(struct person *p)
{
	p->pending = WRONG;
	if (took(p, rig_guess(p->cf, "elsewhere", guesses++), V_WRONG))
		p->fails++;
}

static void do_login(struct person *p)
{
	p->pending = PROOF;
	if (took(p, rig_try(p->cf, p->pin), p->life == ACTIVE ? V_OK : V_MUST_CHANGE))
		p->fails = 0;
}

static void do_renew(struct person *p)
{
	struct wire_msg req = rig_renew_open(p->cf, p->pin), rep;

	p->pending = PROOF;
	if (!took(p, rig_ask(&req, &rep), 0))
		return;
	p->fails = 0;
	memcpy(p->maybe, rep.renewal.pin, sizeof(p->maybe));
	req = rig_renew_commit(p->cf, p->pin, &rep.renewal);
	p->pending = COMMIT;
	if (took(p, rig_ask(&req, &rep), V_OK)) {
		p->life = ACTIVE;
		memcpy(p->pin, p->maybe, sizeof(p->pin));
	}
}

static void do_revoke(struct person *p)
{
	p->pending = REVOKE;
	if (took(p, rig_about(WIRE_REVOKE, p->cf), V_OK)) {
		p->life = REVOKED;
		p->fails = 0;
	}
}

static void step(struct person *p, int dice)
{
	if (p->life == ABSENT || p->life == REVOKED)
		do_issue(p);
	else if (dice < 4)
		do_wrong(p);
	else if (dice < 6)
		do_login(p);
	else if (dice < 9)
		do_renew(p);
	else
		do_revoke(p);
}

static bool attack_shared(struct teller *t)
{
	int r;

	t->sent++;
	r = rig_guess(shared, RIG_SERVICE, guesses++);
	t->wrong += r == V_WRONG;
	return r >= 0;
}

/* Until an answer fails to come. */
static void *work(void *arg)
{
	struct teller *t = arg;
	struct person *p;

	do {
		p = &t->people[rand_r(&t->seed) % EACH];
		step(p, rand_r(&t->seed) % 10);
	} while (p->pending == NONE && p->surprise == 0 && attack_shared(t));
	return NULL;
}

static bool life_fits(const struct person *p, unsigned int life, unsigned int fails)
{
	bool as_before = life == p->life && fails == p->fails;
	bool charged = life == p->life && fails == p->fails + 1;
	bool forgiven = life == p->life && fails == 0;

	switch (p->pending) {
	case NONE: return as_before;
	case ISSUE: return as_before || (life == TEMPORARY && fails == 0);
	case WRONG: return as_before || charged;
	case PROOF: return as_before || charged || forgiven;
	case COMMIT: return as_before || charged || forgiven || (life == ACTIVE && fails == 0);
	case REVOKE: return as_before || (life == REVOKED && fails == 0);
	}
	return false;
}

/* Which PIN is it? One of the two must be. */
static void find_pin(struct person *p)
{
	int r = rig_try(p->cf, p->maybe);

	if (r == V_OK)
		memcpy(p->pin, p->maybe, sizeof(p->pin));
	else
		assert_int_equal(r, V_WRONG);
	p->fails = r == V_OK ? 0 : p->fails + 1;
}

static void check(struct person *p, bool by_login)
{
	struct wire_record rec;
	int r = rig_status(p->cf, &rec);

	assert_int_equal(p->surprise, 0);
	assert_true(r == 0 || r == V_UNKNOWN);
	rec.fails = rig_spent(p->cf); /* strangers' and known sources' */
	if (!life_fits(p, rec.life, rec.fails))
		fail_msg("pending %d: life %u fails %u became %u, %u", (int)p->pending, p->life,
			 p->fails, rec.life, rec.fails);
	if (p->pending == ISSUE && rec.life == TEMPORARY)
		memcpy(p->pin, RIG_PIN, sizeof(p->pin));
	p->life = rec.life;
	p->fails = rec.fails;
	if (p->pending == COMMIT)
		find_pin(p);
	p->pending = NONE;
	if (by_login && (p->life == TEMPORARY || p->life == ACTIVE))
		do_login(p); /* so the PIN is known to be the one */
	assert_int_equal(p->pending, NONE);
	assert_int_equal(p->surprise, 0);
}

static void check_shared(void)
{
	unsigned int wrong = 0, sent = 0;
	struct wire_record rec;

	for (int i = 0; i < THREADS; i++) {
		wrong += tellers[i].wrong;
		sent += tellers[i].sent;
		tellers[i].wrong = tellers[i].sent = 0;
	}
	assert_int_equal(rig_status(shared, &rec), 0);
	assert_in_range(rec.fails, wrong, sent);
	assert_int_equal(rig_about(WIRE_UNLOCK, shared), V_OK);
}

static void one_kill(unsigned int *seed)
{
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, work, &tellers[i]), 0);
	usleep((useconds_t)(rand_r(seed) % 90000));
	rig_kill();
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	rig_start();
	for (int i = 0; i < THREADS; i++)
		for (int p = 0; p < EACH; p++)
			check(&tellers[i].people[p], rand_r(seed) % 4 == 0);
	check_shared();
}

static void test_kill_under_load(void **state)
{
	unsigned int seed = (unsigned int)getpid();

	(void)state;
	printf("# seed %u\n", seed);
	rig.program = getenv("PIND_RELEASE");
	rig_conf(RIG_CONF "[guesses]\nfree = 60\nlimit = 60\n");
	rig_start();
	for (unsigned int i = 0; i < THREADS; i++) {
		tellers[i].seed = seed + i;
		for (unsigned int p = 0; p < EACH; p++)
			rig_cf(tellers[i].people[p].cf, 10 * i + p);
	}
	assert_int_equal(rig_issue(rig_cf(shared, 999)), V_OK);
	for (int i = 0; i < KILLS; i++)
		one_kill(&seed);
	printf("# %u changes were acknowledged\n", acknowledged);
	assert_true(acknowledged > KILLS); /* else this showed nothing */
	assert_int_equal(rig_stop(), 0);
}

/* Killed while it starts, again and again. */
static void test_kills_in_a_row(void **state)
{
	unsigned int seed = (unsigned int)getpid();
	char cf[17], pin[17];

	(void)state;
	rig.program = getenv("PIND_RELEASE");
	rig_start();
	assert_int_equal(rig_issue(rig_cf(cf, 1)), V_OK);
	assert_int_equal(rig_renew(cf, RIG_PIN, pin), V_OK);
	rig_kill();
	for (int i = 0; i < KILLS; i++) {
		rig_spawn();
		usleep((useconds_t)(rand_r(&seed) % 20000));
		rig_kill();
	}
	rig_start();
	assert_int_equal(rig_try(cf, pin), V_OK);
	assert_int_equal(rig_stop(), 0);
}

/* The same at the very first start, when the store is being made. */
static void test_kills_at_birth(void **state)
{
	unsigned int seed = (unsigned int)getpid();
	char cf[17];

	(void)state;
	rig.program = getenv("PIND_RELEASE");
	for (int i = 0; i < 30; i++) {
		rig_spawn();
		usleep((useconds_t)(rand_r(&seed) % 8000));
		rig_kill();
	}
	rig_start();
	assert_int_equal(rig_issue(rig_cf(cf, 1)), V_OK);
	assert_int_equal(rig_try(cf, RIG_PIN), V_MUST_CHANGE);
	assert_int_equal(rig_stop(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_kill_under_load, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_kills_in_a_row, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_kills_at_birth, rig_open, rig_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
