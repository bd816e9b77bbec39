/* SPDX-License-Identifier: BSD-2-Clause */
/* test_pool.c - every job is run once and handed back once, or was never taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <unistd.h>

#include "pool.h"

struct work { /* job first, as pool.h asks */
	struct job job;
	unsigned int id, ran, done; /* ran is the worker's until the pool hands the job back */
};

static sem_t gate;       /* what gated jobs wait for */
static atomic_uint busy; /* how many of them wait now */

static void run(struct job *j, struct pool_worker *worker)
{
	(void)worker;
	((struct work *)j)->ran++;
}

static void run_gated(struct job *j, struct pool_worker *worker)
{
	(void)worker;
	busy++;
	while (sem_wait(&gate) != 0)
		;
	busy--;
	((struct work *)j)->ran++;
}

static int setup(void **state)
{
	(void)state;
	return sem_init(&gate, 0, 0);
}

static int teardown(void **state)
{
	(void)state;
	return sem_destroy(&gate);
}

/* Hand it over as nobody's in particular; false: the queue is full. */
static bool submit(struct pool *p, struct work *w)
{
	struct job *evicted;
	enum rota_put r = pool_submit(p, &w->job, &evicted);

	assert_null(evicted); /* there is one uid */
	assert_int_not_equal(r, ROTA_JOINED); /* and no two jobs are equal */
	return r == ROTA_QUEUED;
}

/* Does the pool say that something is done, within timeout_ms? */
static bool says_done(const struct pool *p, int timeout_ms)
{
	struct pollfd pfd = { pool_fd(p), POLLIN, 0 };

	return poll(&pfd, 1, timeout_ms) == 1;
}

/* Take n jobs back; how they came. */
static void collect(struct pool *p, unsigned int n, struct work **got)
{
	struct job *j;

	for (unsigned int i = 0; i < n;) {
		assert_true(says_done(p, 20000));
		while (i < n && (j = pool_done(p)) != NULL)
			got[i++] = (struct work *)j;
	}
}

static void wait_until_busy(unsigned int n)
{
	while (busy < n)
		usleep(100);
}

static void test_one_thread_keeps_the_order(void **state)
{
	struct work w[100] = { { .id = 0 } }, *got[100];
	struct pool *p;

	(void)state;
	assert_int_equal(pool_open(&p, 1, 100, NULL, NULL), 0);
	for (unsigned int i = 0; i < 100; i++) {
		w[i] = (struct work){ .job.run = run, .id = i };
		assert_true(submit(p, &w[i]));
	}
	collect(p, 100, got);
	for (unsigned int i = 0; i < 100; i++) {
		assert_int_equal(got[i]->id, i);
		assert_int_equal(got[i]->ran, 1);
	}
	assert_null(pool_done(p));
	assert_false(says_done(p, 0)); /* and it falls silent */
	pool_close(p);
}

static void test_a_full_queue(void **state)
{
	struct work w[8] = { { .id = 0 } }, *got[5];
	struct pool *p;

	(void)state;
	assert_int_equal(pool_open(&p, 2, 3, NULL, NULL), 0);
	for (unsigned int i = 0; i < 8; i++)
		w[i] = (struct work){ .job.run = run_gated, .id = i };
	for (unsigned int i = 0; i < 2; i++)
		assert_true(submit(p, &w[i]));
	wait_until_busy(2); /* both threads are; the queue is empty */
	assert_int_equal(pool_waiting(p), 0);
	for (unsigned int i = 2; i < 5; i++) {
		assert_true(submit(p, &w[i]));
		assert_int_equal(pool_waiting(p), i - 1);
	}
	for (unsigned int i = 5; i < 8; i++)
		assert_false(submit(p, &w[i])); /* full, and w[i] is still ours */
	assert_null(pool_done(p));
	for (int i = 0; i < 5; i++)
		sem_post(&gate);
	collect(p, 5, got);
	assert_int_equal(pool_waiting(p), 0);
	for (unsigned int i = 0; i < 8; i++)
		assert_int_equal(w[i].ran, i < 5);
	w[5].job.run = run; /* there is room again */
	assert_true(submit(p, &w[5]));
	collect(p, 1, got);
	assert_ptr_equal(got[0], &w[5]);
	pool_close(p);
}

static void *open_gate_later(void *arg)
{
	usleep(10000);
	sem_post(&gate);
	sem_post(&gate);
	return arg;
}

/* Closing waits for what runs; what waits is never run. */
static void test_closing_with_jobs_left(void **state)
{
	struct work w[6] = { { .id = 0 } };
	pthread_t t;
	struct pool *p;

	(void)state;
	assert_int_equal(pool_open(&p, 2, 16, NULL, NULL), 0);
	for (unsigned int i = 0; i < 6; i++) {
		w[i] = (struct work){ .job.run = run_gated, .id = i };
		assert_true(submit(p, &w[i]));
	}
	wait_until_busy(2);
	assert_int_equal(pthread_create(&t, NULL, open_gate_later, NULL), 0);
	pool_close(p);
	assert_int_equal(pthread_join(t, NULL), 0);
	assert_int_equal(busy, 0);
	assert_int_equal(w[0].ran + w[1].ran, 2);
	for (unsigned int i = 2; i < 6; i++)
		assert_int_equal(w[i].ran, 0);
	pool_close(NULL);
}

static void test_idle_pools(void **state)
{
	struct pool *p;

	(void)state;
	for (unsigned int threads = 0; threads < 6; threads++) {
		assert_int_equal(pool_open(&p, threads, 1, NULL, NULL), 0);
		assert_null(pool_done(p));
		assert_int_equal(pool_waiting(p), 0);
		pool_close(p);
	}
}

/* Submitting and collecting as the loop does, for a while. */
static void test_many_jobs(void **state)
{
	static struct work w[64];
	unsigned int submitted = 0, collected = 0;
	struct pool *p;
	struct job *j;

	(void)state;
	assert_int_equal(pool_open(&p, 4, 16, NULL, NULL), 0);
	for (unsigned int i = 0; i < 64; i++)
		w[i] = (struct work){ .job.run = run, .id = i };
	while (collected < 20000) {
		unsigned int slot = submitted % 64;

		if (submitted < 20000 && w[slot].done == submitted / 64 &&
		    submit(p, &w[slot])) {
			submitted++;
			continue;
		}
		assert_true(says_done(p, 20000));
		while ((j = pool_done(p)) != NULL) {
			struct work *back = (struct work *)j;

			back->done++;
			assert_int_equal(back->ran, back->done);
			collected++;
		}
	}
	assert_int_equal(submitted, 20000);
	pool_close(p);
}

/* Gives back early, at the first opening of the gate, and ends at the second. */
static void run_giving_back(struct job *j, struct pool_worker *worker)
{
	run_gated(j, worker);
	pool_give_back(worker, j);
	pool_give_back(worker, j); /* the second time does nothing */
	busy++;
	while (sem_wait(&gate) != 0)
		;
	busy--;
}

static void test_given_back_before_it_ends(void **state)
{
	struct work a = { .job.run = run_giving_back }, b = { .job.run = run }, *got[2];
	struct pool *p;

	(void)state;
	a.job.item.label.person[0] = b.job.item.label.person[0] = 'a';
	assert_int_equal(pool_open(&p, 2, 4, NULL, NULL), 0);
	assert_true(submit(p, &a));
	wait_until_busy(1);
	assert_true(submit(p, &b)); /* about the same person: the other worker may not yet */
	usleep(10000);
	assert_int_equal(pool_waiting(p), 1);
	sem_post(&gate);
	collect(p, 2, got); /* both, while the first one's worker still waits for the gate */
	assert_ptr_equal(got[0], &a);
	assert_ptr_equal(got[1], &b);
	wait_until_busy(1);
	assert_null(pool_done(p)); /* once each */
	sem_post(&gate);
	pool_close(p);
}

/* Equal jobs: one runs, all come back together. */
static void test_followers_come_back_unrun(void **state)
{
	struct work blocker = { .job.run = run_gated }, w[5] = { { .id = 0 } }, *got[2];
	unsigned int followers = 0;
	struct job *evicted;
	struct pool *p;

	(void)state;
	assert_int_equal(pool_open(&p, 1, 4, NULL, NULL), 0);
	assert_true(submit(p, &blocker));
	wait_until_busy(1);
	for (unsigned int i = 0; i < 5; i++) {
		w[i].job.run = run;
		w[i].job.item.label.whole[0] = 'x';
		assert_int_equal(pool_submit(p, &w[i].job, &evicted),
				 i == 0 ? ROTA_QUEUED : ROTA_JOINED);
		assert_null(evicted);
	}
	assert_int_equal(pool_waiting(p), 1);
	sem_post(&gate);
	collect(p, 2, got);
	assert_ptr_equal(got[1], &w[0]);
	for (struct rota_item *x = w[0].job.item.next; x != NULL; x = x->next)
		followers++;
	assert_int_equal(followers, 4);
	assert_int_equal(w[0].ran, 1);
	for (unsigned int i = 1; i < 5; i++)
		assert_int_equal(w[i].ran, 0);
	pool_close(p);
}

/* A full queue takes another uid's job all the same, and says whose it gave back for it. */
static void test_who_fills_it_gives_way(void **state)
{
	struct work blocker = { .job.run = run_gated }, w[3] = { { .id = 0 } }, other = { .job.run = run };
	struct work *got[3];
	struct job *evicted;
	struct pool *p;

	(void)state;
	other.job.item.label.uid = 33;
	assert_int_equal(pool_open(&p, 1, 2, NULL, NULL), 0);
	assert_true(submit(p, &blocker));
	wait_until_busy(1);
	for (unsigned int i = 0; i < 3; i++) {
		w[i].job.run = run;
		assert_int_equal(submit(p, &w[i]), i < 2);
	}
	assert_int_equal(pool_submit(p, &other.job, &evicted), ROTA_QUEUED);
	assert_ptr_equal(evicted, &w[1].job);
	sem_post(&gate);
	collect(p, 3, got);
	assert_int_equal(w[0].ran + other.ran, 2);
	assert_int_equal(w[1].ran, 0);
	pool_close(p);
}

static atomic_uint idles, byes;

static void on_idle(void)
{
	idles++;
}

static void on_bye(void)
{
	byes++;
}

/* Workers clean up before they wait and before they end, each its own. */
static void test_hooks(void **state)
{
	struct work w[3] = { { .id = 0 } }, *got[1];
	struct pool *p;

	(void)state;
	idles = byes = 0;
	assert_int_equal(pool_open(&p, 3, 4, on_idle, on_bye), 0);
	while (idles < 3)
		usleep(100);
	for (unsigned int i = 0; i < 3; i++) {
		w[i].job.run = run;
		assert_true(submit(p, &w[i]));
		collect(p, 1, got);
		while (idles < 4 + i) /* after the work and before the next wait */
			usleep(100);
	}
	assert_int_equal(byes, 0);
	pool_close(p);
	assert_int_equal(byes, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_one_thread_keeps_the_order, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_full_queue, setup, teardown),
		cmocka_unit_test_setup_teardown(test_closing_with_jobs_left, setup, teardown),
		cmocka_unit_test_setup_teardown(test_idle_pools, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many_jobs, setup, teardown),
		cmocka_unit_test_setup_teardown(test_given_back_before_it_ends, setup, teardown),
		cmocka_unit_test_setup_teardown(test_followers_come_back_unrun, setup, teardown),
		cmocka_unit_test_setup_teardown(test_who_fills_it_gives_way, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hooks, setup, teardown),
	};

	return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}
