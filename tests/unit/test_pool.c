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

static void run(struct job *j)
{
	((struct work *)j)->ran++;
}

static void run_gated(struct job *j)
{
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
	assert_int_equal(pool_open(&p, 1, 100), 0);
	for (unsigned int i = 0; i < 100; i++) {
		w[i] = (struct work){ .job.run = run, .id = i };
		assert_true(pool_submit(p, &w[i].job));
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
	assert_int_equal(pool_open(&p, 2, 3), 0);
	for (unsigned int i = 0; i < 8; i++)
		w[i] = (struct work){ .job.run = run_gated, .id = i };
	for (unsigned int i = 0; i < 2; i++)
		assert_true(pool_submit(p, &w[i].job));
	wait_until_busy(2); /* both threads are; the queue is empty */
	assert_int_equal(pool_waiting(p), 0);
	for (unsigned int i = 2; i < 5; i++) {
		assert_true(pool_submit(p, &w[i].job));
		assert_int_equal(pool_waiting(p), i - 1);
	}
	for (unsigned int i = 5; i < 8; i++)
		assert_false(pool_submit(p, &w[i].job)); /* full, and w[i] is still ours */
	assert_null(pool_done(p));
	for (int i = 0; i < 5; i++)
		sem_post(&gate);
	collect(p, 5, got);
	assert_int_equal(pool_waiting(p), 0);
	for (unsigned int i = 0; i < 8; i++)
		assert_int_equal(w[i].ran, i < 5);
	w[5].job.run = run; /* there is room again */
	assert_true(pool_submit(p, &w[5].job));
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
	assert_int_equal(pool_open(&p, 2, 16), 0);
	for (unsigned int i = 0; i < 6; i++) {
		w[i] = (struct work){ .job.run = run_gated, .id = i };
		assert_true(pool_submit(p, &w[i].job));
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
		assert_int_equal(pool_open(&p, threads, 1), 0);
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
	assert_int_equal(pool_open(&p, 4, 16), 0);
	for (unsigned int i = 0; i < 64; i++)
		w[i] = (struct work){ .job.run = run, .id = i };
	while (collected < 20000) {
		unsigned int slot = submitted % 64;

		if (submitted < 20000 && w[slot].done == submitted / 64 &&
		    pool_submit(p, &w[slot].job)) {
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_one_thread_keeps_the_order, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_full_queue, setup, teardown),
		cmocka_unit_test_setup_teardown(test_closing_with_jobs_left, setup, teardown),
		cmocka_unit_test_setup_teardown(test_idle_pools, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many_jobs, setup, teardown),
	};

	return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}
