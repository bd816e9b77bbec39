/* SPDX-License-Identifier: BSD-2-Clause */
/* test_rota.c - turns, persons, joining and giving way, step by step. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rota.h"

#define ITEMS 2000

static struct rota *rota;
static struct rota_item items[ITEMS];
static struct rota_item *evicted;

static int open_rota(void **state)
{
	(void)state;
	memset(items, 0, sizeof(items));
	return rota_open(&rota, 10, 2);
}

static int close_rota(void **state)
{
	(void)state;
	rota_close(rota);
	return 0;
}

/* items[i] from uid about person (0: nobody); equal wholes join (0: unique). */
static enum rota_put put(size_t i, uid_t uid, uint8_t person, uint8_t whole)
{
	items[i].label = (struct rota_label){ .uid = uid, .person = { person }, .whole = { whole } };
	return rota_put(rota, &items[i], &evicted);
}

static size_t take(void)
{
	struct rota_item *x = rota_take(rota);

	return x != NULL ? (size_t)(x - items) : ITEMS;
}

/* Its own uid fills the queue: the latest about whom most wait makes room, not whoever came last. */
static void one_person_does_not_fill_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < 8; i++)
		assert_int_equal(put(i, 1, 7, 0), ROTA_QUEUED);
	assert_int_equal(put(8, 1, 1, 0), ROTA_QUEUED);
	assert_int_equal(put(9, 1, 2, 0), ROTA_QUEUED);
	assert_int_equal(put(10, 1, 7, 0), ROTA_FULL); /* one more about them is turned away */
	assert_null(evicted);
	assert_int_equal(put(11, 1, 3, 0), ROTA_QUEUED);
	assert_ptr_equal(evicted, &items[7]);
	assert_int_equal(put(12, 1, 4, 0), ROTA_QUEUED);
	assert_ptr_equal(evicted, &items[6]);
	assert_int_equal(rota_waiting(rota), 10);
	for (size_t i = 13; i < 30; i++) /* nobody has more than one: the newcomer is turned away */
		(void)put(i, 1, (uint8_t)(i + 20), 0);
	assert_int_equal(put(30, 1, 99, 0), ROTA_FULL);
}

static void uids_take_turns(void **state)
{
	(void)state;
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(put(i, 1, 0, 0), ROTA_QUEUED);
	assert_int_equal(put(6, 2, 0, 0), ROTA_QUEUED);
	assert_int_equal(put(7, 3, 0, 0), ROTA_QUEUED);
	assert_int_equal(put(8, 2, 0, 0), ROTA_QUEUED);
	static const size_t order[] = { 0, 6, 7, 1, 8, 2, 3, 4, 5 };

	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++) {
		assert_int_equal(take(), order[i]);
		rota_done(rota, &items[order[i]]);
	}
	assert_int_equal(take(), ITEMS);
	assert_int_equal(rota_waiting(rota), 0);
}

static void no_more_run_than_may(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++)
		put(i, 1, 0, 0);
	assert_int_equal(take(), 0);
	assert_int_equal(take(), 1);
	assert_int_equal(take(), ITEMS);
	rota_done(rota, &items[0]);
	assert_int_equal(take(), 2);
}

static void one_request_about_a_person_at_a_time(void **state)
{
	(void)state;
	put(0, 1, 'a', 0);
	put(1, 1, 'a', 0);
	put(2, 1, 'b', 0);
	put(3, 2, 'a', 0);
	assert_int_equal(take(), 0);
	assert_int_equal(take(), 2); /* past the one that must wait, and past uid 2's */
	rota_done(rota, &items[2]);
	assert_int_equal(take(), ITEMS);
	rota_done(rota, &items[0]);
	assert_int_equal(take(), 3); /* uid 1 had two turns */
	assert_int_equal(take(), ITEMS);
	rota_done(rota, &items[3]);
	assert_int_equal(take(), 1);
}

static size_t followers_of(size_t i)
{
	struct rota_item *x = rota_done(rota, &items[i]);
	size_t n = 0;

	assert_ptr_equal(x, &items[i]);
	for (x = x->next; x != NULL; x = x->next)
		n++;
	return n;
}

static void equal_requests_join(void **state)
{
	(void)state;
	assert_int_equal(put(0, 1, 'a', 'x'), ROTA_QUEUED);
	assert_int_equal(put(1, 1, 'a', 'x'), ROTA_JOINED); /* one that waits */
	assert_int_equal(take(), 0);
	assert_int_equal(put(2, 1, 'a', 'x'), ROTA_JOINED); /* one that runs */
	assert_int_equal(put(3, 1, 'a', 'y'), ROTA_QUEUED);
	assert_int_equal(rota_waiting(rota), 1);
	assert_int_equal(followers_of(0), 2);
	assert_int_equal(put(4, 1, 'a', 'x'), ROTA_QUEUED); /* it is over: a new attempt */
	assert_int_equal(take(), 3);
	assert_int_equal(followers_of(3), 0);
}

static void who_fills_the_queue_gives_way(void **state)
{
	(void)state;
	for (size_t i = 0; i < 10; i++)
		assert_int_equal(put(i, 1, 0, 0), ROTA_QUEUED);
	assert_int_equal(put(10, 1, 0, 0), ROTA_FULL);
	assert_null(evicted);
	for (size_t i = 11; i < 16; i++) { /* until both have their half */
		assert_int_equal(put(i, 2, 0, 0), ROTA_QUEUED);
		assert_ptr_equal(evicted, &items[20 - i]); /* 9, 8, 7, 6, 5: the latest goes first */
		assert_int_equal(rota_waiting(rota), 10);
	}
	assert_int_equal(put(16, 2, 0, 0), ROTA_FULL);
	assert_int_equal(put(17, 3, 0, 0), ROTA_QUEUED);
	assert_non_null(evicted);
}

static void the_evicted_take_their_followers_along(void **state)
{
	(void)state;
	for (size_t i = 0; i < 10; i++)
		put(i, 1, 0, (uint8_t)(i + 1));
	assert_int_equal(put(10, 1, 0, 10), ROTA_JOINED);
	assert_int_equal(put(11, 2, 0, 0), ROTA_QUEUED);
	assert_ptr_equal(evicted, &items[9]);
	assert_ptr_equal(evicted->followers, &items[10]);
}

/* One uid floods at ten times what is served; another asks now and then. */
static void a_flood_delays_nobody_else(void **state)
{
	size_t at = 0, worst = 0, refused = 0;

	(void)state;
	for (int round = 0; round < 100; round++) {
		struct rota_item *mine = &items[ITEMS - 1], *x;
		size_t steps = 0;

		for (int i = 0; i < 10; i++, at = (at + 1) % (ITEMS - 1))
			put(at, 1, 0, 0);
		refused += put(ITEMS - 1, 2, 'o', 0) != ROTA_QUEUED;
		do { /* positions in the queue, counted in requests served before */
			x = rota_take(rota);
			assert_non_null(x);
			rota_done(rota, x);
			steps++;
		} while (x != mine);
		worst = steps > worst ? steps : worst;
		while ((x = rota_take(rota)) != NULL)
			rota_done(rota, x);
	}
	assert_int_equal(refused, 0);
	assert_true(worst <= 2); /* idle it is 1 */
}

/* Whatever is done in whatever order, nothing is lost, doubled or forgotten. */
static void a_random_hour(void **state)
{
	struct rota_item *running[2] = { NULL, NULL };
	unsigned int in = 0, out = 0, next = 0;
	uint64_t x = 88172645463325252ULL;
	uint8_t held[ITEMS] = { 0 };

	(void)state;
	for (int i = 0; i < 200000; i++) {
		size_t slot;

		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		slot = x % 2;
		if (x % 5 < 2) {
			while (held[next % ITEMS])
				next++;
			switch (put(next % ITEMS, (uid_t)(x >> 8) % 4, (uint8_t)((x >> 16) % 4),
				    (uint8_t)((x >> 24) % 16))) {
			case ROTA_FULL: continue;
			case ROTA_QUEUED:
			case ROTA_JOINED: held[next % ITEMS] = 1; in++;
			}
			for (struct rota_item *e = evicted; e != NULL; out++) {
				held[e - items] = 0;
				e = e == evicted ? e->followers : e->next;
			}
		} else if (running[slot] == NULL) {
			running[slot] = rota_take(rota);
			if (running[0] != NULL && running[1] != NULL && running[0]->label.person[0] != 0)
				assert_int_not_equal(running[0]->label.person[0],
						     running[1]->label.person[0]);
		} else {
			for (struct rota_item *d = rota_done(rota, running[slot]); d != NULL; d = d->next) {
				held[d - items] = 0;
				out++;
			}
			running[slot] = NULL;
		}
	}
	for (size_t i = 0; i < ITEMS; i++)
		in -= held[i];
	assert_int_equal(in, out);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_rota, close_rota)
	const struct CMUnitTest tests[] = {
		TEST(one_person_does_not_fill_it), TEST(uids_take_turns),
		TEST(no_more_run_than_may),
		TEST(one_request_about_a_person_at_a_time),
		TEST(equal_requests_join),
		TEST(who_fills_the_queue_gives_way),
		TEST(the_evicted_take_their_followers_along),
		TEST(a_flood_delays_nobody_else),
		TEST(a_random_hour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
