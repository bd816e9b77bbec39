/* SPDX-License-Identifier: BSD-2-Clause */
/* test_guess_races.c - a hundred guesses at once are worth as many as one after another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <sodium.h>
#include <unistd.h>

#include "arena.h"
#include "desk.h"
#include "lane.h"
#include "pool.h"

#define THREADS 100

struct shot { /* a request of its own thread */
	struct service *sv;
	struct wire_msg m;
	struct peer who;
	pthread_barrier_t *start;
	enum verdict said;
};

static struct wire_msg login(const char *cf, const char *pin, const char *service,
			     const char *rhost)
{
	struct wire_msg m = { .type = WIRE_AUTHENTICATE };

	snprintf(m.authenticate.cf, sizeof(m.authenticate.cf), "%s", cf);
	snprintf(m.authenticate.pin, sizeof(m.authenticate.pin), "%s", pin);
	snprintf(m.authenticate.service, sizeof(m.authenticate.service), "%s", service);
	snprintf(m.authenticate.rhost, sizeof(m.authenticate.rhost), "%s", rhost);
	return m;
}

static void *shoot(void *arg)
{
	struct shot *s = arg;
	uint8_t in[WIRE_MAX], out[WIRE_MAX];
	struct wire_msg rep;
	size_t n, len;

	s->said = V_NONE;
	pthread_barrier_wait(s->start);
	if (wire_encode(&s->m, in, sizeof(in), &n) != 0)
		return NULL;
	serve(s->sv, &s->who, in, n, out, &len);
	if (wire_decode(&rep, out, len) == 0)
		s->said = (enum verdict)rep.verdict.code;
	arena_close();
	return NULL;
}

/* n guesses at cf, all different, all at once; [verdict] counts what was said. */
static void shoot_all(struct service *const sv[2], const char *cf, unsigned int said[static 256])
{
	static struct shot shots[THREADS];
	pthread_barrier_t start;
	pthread_t t[THREADS];
	static unsigned int pin;
	char guess[9];

	memset(said, 0, 256 * sizeof(*said));
	assert_int_equal(pthread_barrier_init(&start, NULL, THREADS), 0);
	for (int i = 0; i < THREADS; i++) {
		snprintf(guess, sizeof(guess), "%08u", pin++ % 1000000);
		shots[i] = (struct shot){ .sv = sv[i % 2],
					  .m = login(cf, guess, "away", ""),
					  .who = desk_web,
					  .start = &start };
		assert_int_equal(pthread_create(&t[i], NULL, shoot, &shots[i]), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(t[i], NULL), 0);
		said[shots[i].said & 0xff]++;
	}
	pthread_barrier_destroy(&start);
}

static void no_waits(struct conf *conf)
{
	conf->free = conf->limit; /* the first wait comes with the last attempt */
}

static void a_hundred_at_once_get_the_budget(void **state)
{
	struct service *const sv[2] = { &desk.sv, &desk.sv };
	unsigned int said[256];
	char pin[17];

	(void)state;
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	desk_first_login(ANN, ANN_16, pin);
	no_waits(desk.sv.conf);
	for (int i = 0; i < 2; i++) { /* she has a PIN, Eve never had */
		desk.hashes = 0;
		shoot_all(sv, i == 0 ? ANN : EVE, said);
		assert_int_equal(desk.hashes, 10);
		assert_int_equal(said[V_WRONG], 10);
		assert_int_equal(said[V_BLOCKED], THREADS - 10);
		shoot_all(sv, i == 0 ? ANN : EVE, said);
		assert_int_equal(desk.hashes, 10);
		assert_int_equal(said[V_BLOCKED], THREADS);
	}
	assert_int_equal(desk_spent(ANN), 10);
	assert_int_equal(desk_auth(ANN, pin), V_OK); /* from where she is known */
}

static void waits_hold_at_once_too(void **state)
{
	struct service *const sv[2] = { &desk.sv, &desk.sv };
	unsigned int said[256], want[] = { 3, 1, 1, 1, 1, 1, 1, 1, 0 };

	(void)state;
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++) {
		shoot_all(sv, ANN, said);
		assert_int_equal(said[V_WRONG], want[i]);
		assert_int_equal(said[V_THROTTLED], i < 7 ? THREADS - want[i] : 0);
		desk.now_s += 3600;
	}
	assert_int_equal(desk_spent(ANN), 10);
	assert_int_equal(desk.hashes, 10);
}

static uint64_t same_time(void)
{
	return desk.now_s;
}

/* Two hosts, one store: only the store knows of both, and compare-and-swap is enough. */
static void two_pinds_over_one_store_share_the_budget(void **state)
{
	struct service other, *const sv[2] = { &desk.sv, &other };
	unsigned int said[256];
	struct conf *conf;

	(void)state;
	assert_int_equal(conf_defaults(&conf), 0);
	conf->passes = 1;
	conf->memory_kib = ARGON_MEM_KIB_MIN;
	assert_int_equal(serve_open(&other, desk.keys, conf), 0);
	other.real_s = same_time;
	assert_int_equal(accounts_open(&other.accounts, desk.store, desk.keys, desk.now_s), 0);
	no_waits(conf);
	no_waits(desk.sv.conf);
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	for (int i = 0; i < 2; i++) {
		desk.hashes = 0;
		shoot_all(sv, i == 0 ? ANN : EVE, said);
		assert_int_equal(desk.hashes, 10);
		assert_int_equal(said[V_WRONG], 10);
		assert_int_equal(said[V_BLOCKED], THREADS - 10);
	}
	assert_int_equal(desk_spent(ANN), 10);
	serve_close(&other);
}

/* pind dies while it hashes, again and again: what was charged stays charged. */
static void dying_gives_nothing_back(void **state)
{
	const struct penalty_policy pol = { 10, 10, 5, 30, 3600 };
	const char *const people[] = { ANN, EVE };

	(void)state;
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	for (int i = 0; i < 2; i++) {
		unsigned int checks = 0;

		for (int life = 0; life < 100; life++) {
			const struct pin_arg arg = { .from = { 7, "away" } };
			const struct account_event e = { .cf = people[i],
							 .ev = PIN_TRY,
							 .arg = &arg };
			struct accounts reborn;
			struct account acc;
			struct pin_step step;

			assert_int_equal(accounts_open(&reborn, desk.store, desk.keys, desk.now_s),
					 0);
			assert_int_equal(account_step(&reborn, &e, &pol, desk.now_s, &acc, &step),
					 0);
			checks += step.then == PIN_CHECK; /* and dies before it knows */
		}
		assert_int_equal(checks, 10);
	}
}

struct ask { /* a request on its way through the pool, as conn.c's */
	struct job job;
	struct wire_msg m;
	struct peer who;
	uint8_t in[WIRE_MAX], out[WIRE_MAX];
	size_t in_len, out_len;
};

static sem_t gate;

static void wait_at_gate(struct job *j, struct pool_worker *w)
{
	(void)j;
	(void)w;
	while (sem_wait(&gate) != 0)
		;
}

static void answer(struct job *j, struct pool_worker *w)
{
	struct ask *a = (struct ask *)j;
	struct serve_later later = { .due = false };

	serve_first(&desk.sv, &a->who, a->in, a->in_len, a->out, &a->out_len, &later);
	pool_give_back(w, j);
	serve_later(&desk.sv, &later);
}

static enum rota_put submit(struct pool *p, struct ask *a)
{
	struct job *evicted;
	enum rota_put r;

	randombytes_buf(a->m.nonce, sizeof(a->m.nonce));
	assert_int_equal(wire_encode(&a->m, a->in, sizeof(a->in), &a->in_len), 0);
	a->job.run = answer;
	assert_int_equal(lane_of(&desk.sv, &a->who, a->in, a->in_len, &a->job.item.label),
			 LANE_HASH);
	r = pool_submit(p, &a->job, &evicted);
	assert_null(evicted);
	return r;
}

/* Take back n that ran; how many had joined them. */
static unsigned int collect(struct pool *p, unsigned int n)
{
	struct pollfd pfd = { pool_fd(p), POLLIN, 0 };
	unsigned int joined = 0;
	struct wire_msg rep;
	struct job *j;

	while (n > 0) {
		assert_int_equal(poll(&pfd, 1, 20000), 1);
		while (n > 0 && (j = pool_done(p)) != NULL) {
			struct ask *a = (struct ask *)j;

			n--;
			if (j->run != answer)
				continue;
			assert_int_equal(wire_decode(&rep, a->out, a->out_len), 0);
			assert_int_equal(rep.verdict.code, V_WRONG);
			for (struct rota_item *x = j->item.next; x != NULL; x = x->next)
				joined++;
		}
	}
	return joined;
}

/* The old PIN, saved in a dozen connections that all come back at once. */
static void a_stale_pin_costs_one_guess(void **state)
{
	static struct ask asks[12], again;
	struct job blockers[4] = { { .run = NULL } };
	struct job *evicted;
	struct pool *p;

	(void)state;
	assert_int_equal(sem_init(&gate, 0, 0), 0);
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	assert_int_equal(pool_open(&p, 4, 64, arena_wipe, arena_close), 0);
	for (int i = 0; i < 4; i++) { /* all workers are busy when they come */
		blockers[i].run = wait_at_gate;
		assert_int_equal(pool_submit(p, &blockers[i], &evicted), ROTA_QUEUED);
	}
	while (pool_waiting(p) > 0)
		usleep(100);
	for (int i = 0; i < 12; i++) {
		asks[i] = (struct ask){ .m = login(ANN, "ABCD2345", "imap", "10.0.0.1"),
					.who = desk_web };
		assert_int_equal(submit(p, &asks[i]), i == 0 ? ROTA_QUEUED : ROTA_JOINED);
	}
	for (int i = 0; i < 4; i++)
		sem_post(&gate);
	assert_int_equal(collect(p, 4 + 1), 11);
	assert_int_equal(desk.hashes, 1);
	assert_int_equal(desk_spent(ANN), 1);
	again = asks[0]; /* psql tries at once once more */
	assert_int_equal(submit(p, &again), ROTA_QUEUED);
	collect(p, 1);
	assert_int_equal(desk.hashes, 2);     /* it costs as much, */
	assert_int_equal(desk_spent(ANN), 1); /* but is no guess */
	assert_int_equal(desk.sv.stats.again, 1);
	pool_close(p);
	sem_destroy(&gate);
}

/* From a dozen different places none can join; one after another, they are one guess all the same. */
static void a_stale_pin_from_everywhere_costs_one_guess(void **state)
{
	static struct ask asks[12];
	struct pool *p;

	(void)state;
	desk.sv.conf->memory_kib = 16384; /* slow enough for two hashes to overlap, if they may */
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	assert_int_equal(pool_open(&p, 4, 64, arena_wipe, arena_close), 0);
	for (unsigned int i = 0; i < 12; i++) {
		char rhost[16];

		snprintf(rhost, sizeof(rhost), "10.0.%u.1", i);
		asks[i] = (struct ask){ .m = login(ANN, i % 2 == 0 ? "ABCD2345" : "abcd-2345",
						   "imap", rhost),
					.who = { ROLE_AUTH, true, 1000 + i % 3, 0 } };
		assert_int_equal(submit(p, &asks[i]), ROTA_QUEUED);
	}
	collect(p, 12);
	assert_int_equal(desk.hashes, 12);
	assert_int_equal(desk_spent(ANN), 1);
	assert_int_equal(desk.sv.stats.again, 11);
	pool_close(p);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, desk_open, desk_close)
	const struct CMUnitTest tests[] = {
		TEST(a_hundred_at_once_get_the_budget),
		TEST(waits_hold_at_once_too),
		TEST(two_pinds_over_one_store_share_the_budget),
		TEST(dying_gives_nothing_back),
		TEST(a_stale_pin_costs_one_guess),
		TEST(a_stale_pin_from_everywhere_costs_one_guess),
	};

	return cmocka_run_group_tests_name("guess races", tests, NULL, NULL);
}
