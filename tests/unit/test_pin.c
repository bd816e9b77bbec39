/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_pin.c - every event on every kind of record, what must always hold, and the table as it
 * behaves (test_pin.exp). test_pin_walk.c has a random walk.
 * TESTDATA: the folder tests/data (default "tests/data"); the table is ../unit/test_pin.exp there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "person.h"
#include "pin.h"

static const struct penalty_policy pol = {
	.free = 3, .limit = 6, .source_limit = 4, .wait_s = 30, .wait_max_s = 100
};

static const uint64_t T = 1000000;       /* when the record under test was set, */
static const uint64_t EXPIRES = 1001000; /* when it expires, */
static const uint64_t LAPSES = 1002000;  /* and when it lapses */

static const char *const evs[PIN_EVENT_N] = { "TRY",    "AGAIN", "MATCH",  "RENEW",  "REHASH",  "REFUND",
					      "ISSUE",  "RELEASE", "HALF_1", "HALF_2", "UNLOCK", "CONVERT", "REVOKE" };
static const char *const lives[PIN_LIFE_N] = { "absent",  "awaiting", "temporary", "active",
					       "expired", "lapsed",   "unused",    "revoked" };
static const char *const gates[PIN_GATE_N] = { "open", "throttled", "blocked" };

static struct pin_rec rec_of(enum pin_life life, uint32_t fails, uint64_t until_s)
{
	struct pin_rec r = { .rev = 9, .penalty.pool = { fails, until_s } };

	if (life == PIN_ABSENT)
		return r;
	r.gen = 4;
	r.set_s = T;
	r.expires_s = EXPIRES;
	r.lapses_s = LAPSES;
	r.level = LEVEL_SEMPLICE;
	r.form = PIN_FORM_8;
	r.verifier[0].alg = 'o';
	if (life == PIN_TEMPORARY || life == PIN_AWAITING || life == PIN_UNUSED) {
		r.temporary = 1;
		r.form = PIN_FORM_HALVES;
		r.verifier[1].alg = life == PIN_AWAITING ? 0 : 'o';
	}
	if (life == PIN_REVOKED) {
		r.revoked = 1;
		r.level = LEVEL_NONE;
		r.form = PIN_NO_FORM;
		r.verifier[0].alg = 0;
	}
	return r;
}

static struct pin_arg arg_of(enum pin_event ev, uint32_t gen, uint64_t now_s)
{
	struct pin_arg arg = { .gen = gen, .form = PIN_FORM_8, .level = LEVEL_SEMPLICE,
			       .expires_s = now_s + 10, .lapses_s = now_s + 20 };

	arg.verifier[ev == PIN_HALF_2].alg = 'n';
	return arg;
}

/* A half that was drawn (again) is in the place of the old one, and that is all. */
static void check_half(const struct pin_rec *old, const struct pin_rec *r, int half, uint64_t now_s)
{
	struct pin_rec but = *old;

	assert_int_equal(r->gen, old->gen + 1);
	assert_int_equal(r->verifier[half].alg, 'n');
	but.gen = r->gen;
	but.verifier[half] = r->verifier[half];
	if (half == 1) { /* the letter sets the time to use it */
		assert_int_equal(r->lapses_s, now_s + 20);
		but.expires_s = but.lapses_s = r->lapses_s;
	}
	assert_memory_equal(r, &but, sizeof(but));
}

static void check_cell(const struct pin_rec *old, enum pin_event ev, uint32_t gen, uint64_t now_s)
{
	const struct pin_arg arg = arg_of(ev, gen, now_s);
	enum pin_life life = pin_life(old, now_s);
	enum pin_gate gate = penalty_gate(&old->penalty, 0, &pol, now_s);
	struct pin_rec r = *old;
	struct pin_step s = pin_step(&r, ev, &arg, &pol, now_s);
	bool alive = life == PIN_TEMPORARY || life == PIN_ACTIVE || life == PIN_EXPIRED;
	bool yes = s.verdict == V_OK || s.verdict == V_MUST_CHANGE;
	bool half = ev == PIN_HALF_1 || ev == PIN_HALF_2;
	bool waits = life == PIN_AWAITING || life == PIN_TEMPORARY;

	assert_int_not_equal(s.verdict, V_NONE);
	if (!s.commit) /* no change goes unstored */
		assert_memory_equal(&r, old, sizeof(r));
	assert_int_equal(r.rev, old->rev); /* only the store moves rev */
	/* a comparison is allowed when the gate is open, for everyone, and is always paid for */
	assert_int_equal(s.then == PIN_CHECK,
			 (ev == PIN_TRY || ev == PIN_AGAIN) && gate == PIN_OPEN);
	assert_int_equal(s.then == PIN_CHECK && (ev == PIN_TRY || gen != old->gen),
			 r.penalty.pool.fails > old->penalty.pool.fails);
	assert_int_equal(s.then == PIN_CHECK, s.commit && (ev == PIN_TRY || ev == PIN_AGAIN));
	assert_int_equal(s.wait_s > 0, s.verdict == V_THROTTLED);
	assert_true(s.wait_s <= pol.wait_max_s);
	if (ev == PIN_TRY || ev == PIN_AGAIN) /* asking is never enough, */
		assert_true(s.verdict == V_WRONG || s.verdict == V_THROTTLED ||
			    s.verdict == V_BLOCKED);
	if (ev <= PIN_REHASH) /* and tells nobody who has a PIN */
		assert_true(s.verdict != V_UNKNOWN && s.verdict != V_REVOKED && s.verdict != V_LIVE);
	if ((ev == PIN_MATCH || ev == PIN_RENEW || ev == PIN_REHASH) && gen != old->gen)
		assert_true(!yes && !s.commit); /* proof of another PIN */
	if (ev == PIN_MATCH && yes)
		assert_true(alive && r.penalty.pool.fails == 0 && r.gen == old->gen);
	if (ev == PIN_REHASH && yes) /* the same PIN: nothing of its life moves */
		assert_true(life == PIN_ACTIVE && r.expires_s == old->expires_s && r.set_s == old->set_s &&
			    r.penalty.pool.fails == old->penalty.pool.fails);
	if (ev == PIN_MATCH && life != PIN_ACTIVE) /* only ACTIVE opens a session */
		assert_int_not_equal(s.verdict, V_OK);
	assert_int_equal(half && yes, half && waits && s.commit); /* halves are for who waits for them */
	if (half && yes)
		check_half(old, &r, ev == PIN_HALF_2, now_s);
	if (ev == PIN_ISSUE) /* never over a PIN that somebody may have in hand */
		assert_int_equal(yes, life == PIN_ABSENT || life == PIN_UNUSED || life == PIN_REVOKED);
	if (!alive && ev != PIN_ISSUE && !half) /* only ISSUE revives */
		assert_true(pin_life(&r, now_s) == life || pin_life(&r, now_s) == PIN_REVOKED);
	if (ev != PIN_ISSUE && ev != PIN_CONVERT && ev != PIN_REVOKE) /* nor does the level move */
		assert_int_equal(r.level, old->level);
	if (ev == PIN_REHASH)
		assert_int_equal(r.gen, old->gen); /* it is still the same PIN */
	else
		assert_int_equal(r.gen != old->gen,
				 memcmp(r.verifier, old->verifier, sizeof(r.verifier)) != 0 ||
					 r.revoked != old->revoked);
}

static void every_cell_keeps_the_law(void **state)
{
	static const uint64_t now[] = { 0, T, T + 50, T + 51, EXPIRES - 1, EXPIRES, LAPSES - 1, LAPSES };
	static const uint64_t until[] = { 0, T + 50, T + 51, UINT64_MAX };
	static const uint32_t gens[] = { 0, 3, 4, 5 }; /* a live record's is 4, an absent one's 0 */

	(void)state;
	for (int life = 0; life < PIN_LIFE_N; life++)
		for (uint32_t fails = 0; fails <= pol.limit + 1; fails++)
			for (size_t u = 0; u < 4; u++)
				for (size_t n = 0; n < 8; n++)
					for (size_t g = 0; g < 4; g++) {
						struct pin_rec r = rec_of((enum pin_life)life, fails,
									  until[u]);

						for (int ev = 0; ev < PIN_EVENT_N; ev++)
							check_cell(&r, (enum pin_event)ev, gens[g], now[n]);
					}
}

static void print_cell(FILE *f, int ev, int life, int gate)
{
	uint64_t now_s = life == PIN_EXPIRED ? EXPIRES :
			 life == PIN_LAPSED || life == PIN_UNUSED ? LAPSES : T;
	uint32_t fails = gate == PIN_OPEN ? 1 : gate == PIN_THROTTLED ? pol.free : pol.limit;
	struct pin_rec r = rec_of((enum pin_life)life, fails, gate == PIN_THROTTLED ? now_s + 30 : 0);
	struct pin_arg arg = arg_of((enum pin_event)ev, r.gen, now_s);
	uint32_t gen = r.gen;
	struct pin_step s;

	assert_int_equal(pin_life(&r, now_s), life);
	arg.until_s = r.penalty.pool.until_s;
	s = pin_step(&r, (enum pin_event)ev, &arg, &pol, now_s);
	fprintf(f, "%-7s %-9s %-9s -> %s %-11s ", evs[ev], lives[life], gates[gate],
		s.then == PIN_CHECK ? "check, else" : "say        ", verdict_name(s.verdict));
	fprintf(f, "%-9s %-9s fails %u wait %u gen +%u form %u level %s verifier %c%c set %+d expires %+d lapses %+d\n",
		lives[pin_life(&r, now_s)], gates[penalty_gate(&r.penalty, 0, &pol, now_s)],
		r.penalty.pool.fails, s.wait_s, r.gen - gen, r.form, level_name(r.level),
		r.verifier[0].alg != 0 ? r.verifier[0].alg : '-',
		r.verifier[1].alg != 0 ? r.verifier[1].alg : '-', (int)(r.set_s - T),
		(int)(r.expires_s - EXPIRES), (int)(r.lapses_s - LAPSES));
}

static char *read_file(const char *path)
{
	FILE *f = fopen(path, "re");
	char *text = calloc(1, 65536);

	assert_non_null(text);
	if (f != NULL) {
		text[fread(text, 1, 65535, f)] = '\0';
		fclose(f);
	}
	return text;
}

static void the_table_is_the_one_written_down(void **state)
{
	const char *data = getenv("TESTDATA");
	char path[4096], *seen, *written;
	size_t n;
	FILE *f = open_memstream(&seen, &n);

	(void)state;
	assert_non_null(f);
	for (int ev = 0; ev < PIN_EVENT_N; ev++)
		for (int life = 0; life < PIN_LIFE_N; life++)
			for (int gate = 0; gate < PIN_GATE_N; gate++)
				print_cell(f, ev, life, gate);
	fclose(f);
	snprintf(path, sizeof(path), "%s/../unit/test_pin.exp", data != NULL ? data : "tests/data");
	written = read_file(path);
	if (strcmp(seen, written) != 0)
		fprintf(stderr, "%s", seen); /* what test_pin.exp would have to say */
	assert_string_equal(seen, written);
	free(written);
	free(seen);
}

/* However long an attacker waits, limit comparisons is all there ever is. */
static void guesses_are_bounded(void **state)
{
	struct pin_rec r = rec_of(PIN_ACTIVE, 0, 0);
	const struct pin_arg none = { 0 };
	uint32_t guesses = 0;

	(void)state;
	for (uint64_t now_s = T; now_s < LAPSES + 99; now_s++)
		for (int burst = 0; burst < 4; burst++)
			if (pin_step(&r, PIN_TRY, &none, &pol, now_s).then == PIN_CHECK)
				guesses++;
	assert_int_equal(guesses, pol.limit);
	assert_int_equal(penalty_gate(&r.penalty, 0, &pol, UINT64_MAX), PIN_BLOCKED);
}

static void a_match_forgives_even_the_last_try(void **state)
{
	struct pin_rec r = rec_of(PIN_ACTIVE, pol.limit - 1, 0);
	const struct pin_arg proof = { .gen = r.gen };

	(void)state;
	assert_int_equal(pin_step(&r, PIN_TRY, &proof, &pol, T).then, PIN_CHECK);
	assert_int_equal(penalty_gate(&r.penalty, 0, &pol, T), PIN_BLOCKED);
	assert_int_equal(pin_step(&r, PIN_MATCH, &proof, &pol, T).verdict, V_OK);
	assert_int_equal(penalty_gate(&r.penalty, 0, &pol, T), PIN_OPEN);
}

static void a_refund_is_as_if_nobody_had_tried(void **state)
{
	(void)state;
	for (uint32_t fails = 0; fails < pol.limit; fails++) {
		struct pin_rec r = rec_of(PIN_ACTIVE, fails, 0), before = r;
		struct pin_arg arg = { 0 };

		assert_int_equal(pin_step(&r, PIN_TRY, &arg, &pol, T).then, PIN_CHECK);
		arg.until_s = penalty_until(&r.penalty, 0);
		assert_int_equal(pin_step(&r, PIN_REFUND, &arg, &pol, T).verdict, V_FAILED);
		assert_memory_equal(&r, &before, sizeof(r));
	}
}

/* Strangers spend the pool; the owner still has the budget of where they come from. */
static void strangers_cannot_lock_the_owner_out(void **state)
{
	struct pin_rec r = rec_of(PIN_ACTIVE, 0, 0);
	const struct pin_arg home = { .from = { 7, "login" }, .gen = r.gen };
	const struct pin_arg away = { .from = { 9, "login" }, .gen = r.gen };
	uint64_t now_s = T;

	(void)state;
	assert_int_equal(pin_step(&r, PIN_TRY, &home, &pol, now_s).then, PIN_CHECK);
	assert_int_equal(pin_step(&r, PIN_MATCH, &home, &pol, now_s).verdict, V_OK);
	for (uint32_t i = 0; i < pol.limit; i++, now_s += 100)
		assert_int_equal(pin_step(&r, PIN_TRY, &away, &pol, now_s).then, PIN_CHECK);
	assert_int_equal(pin_step(&r, PIN_TRY, &away, &pol, now_s).verdict, V_BLOCKED);
	assert_int_equal(pin_step(&r, PIN_TRY, &home, &pol, now_s).then, PIN_CHECK);
	assert_int_equal(pin_step(&r, PIN_MATCH, &home, &pol, now_s).verdict, V_OK);
	assert_int_equal(pin_step(&r, PIN_TRY, &away, &pol, now_s).then, PIN_CHECK); /* all is forgiven */
	pin_step(&r, PIN_ISSUE, &away, &pol, now_s); /* refused: a PIN is live */
	assert_int_equal(r.penalty.known[0].from.tag, 7);
}

static void a_clock_set_back_cannot_throttle_for_ever(void **state)
{
	struct pin_rec r = rec_of(PIN_ACTIVE, pol.free, T + 30);
	const struct pin_arg none = { 0 };

	(void)state;
	assert_int_equal(pin_step(&r, PIN_TRY, &none, &pol, 5).wait_s, pol.wait_max_s);
}

static void the_ladder_of_waits(void **state)
{
	static const uint64_t wait_s[] = { 0, 0, 30, 60, 100, 100 }; /* after attempt 1, 2, 3, ... */
	struct pin_rec r = rec_of(PIN_ACTIVE, 0, 0);
	const struct pin_arg none = { 0 };
	uint64_t now_s = T;

	(void)state;
	for (uint32_t i = 0; i < pol.limit; i++) {
		assert_int_equal(pin_step(&r, PIN_TRY, &none, &pol, now_s).then, PIN_CHECK);
		assert_int_equal(r.penalty.pool.until_s, wait_s[i] != 0 ? now_s + wait_s[i] : 0);
		if (i + 1 < pol.limit && wait_s[i] != 0)
			assert_int_equal(pin_step(&r, PIN_TRY, &none, &pol, r.penalty.pool.until_s - 1).wait_s, 1);
		now_s += wait_s[i];
	}
}

static void the_last_good_second(void **state)
{
	struct pin_rec r = rec_of(PIN_ACTIVE, 0, 0);

	(void)state;
	assert_int_equal(pin_life(&r, EXPIRES - 1), PIN_ACTIVE);
	assert_int_equal(pin_life(&r, EXPIRES), PIN_EXPIRED);
	assert_int_equal(pin_life(&r, LAPSES - 1), PIN_EXPIRED);
	assert_int_equal(pin_life(&r, LAPSES), PIN_LAPSED);
	r = rec_of(PIN_TEMPORARY, 0, 0);
	assert_int_equal(pin_life(&r, LAPSES - 1), PIN_TEMPORARY);
	assert_int_equal(pin_life(&r, LAPSES), PIN_UNUSED);
	r = rec_of(PIN_AWAITING, 0, 0);
	assert_int_equal(pin_life(&r, LAPSES - 1), PIN_AWAITING);
	assert_int_equal(pin_life(&r, LAPSES), PIN_UNUSED);
}

/* A half that is not there never makes a PIN, whatever else the record says. */
static void half_a_pin_is_none(void **state)
{
	struct pin_rec r = rec_of(PIN_TEMPORARY, 0, 0);

	(void)state;
	r.verifier[0].alg = 0;
	assert_int_equal(pin_life(&r, T), PIN_AWAITING);
	r = rec_of(PIN_ACTIVE, 0, 0);
	r.form = PIN_NO_FORM;
	assert_int_equal(pin_life(&r, T), PIN_AWAITING);
}

/* From nothing to a PIN, the letter lost once: the last halves count, and guesses are not forgiven. */
static void halves_come_one_by_one(void **state)
{
	struct pin_arg arg = { .form = PIN_FORM_HALVES, .level = LEVEL_SEMPLICE, .expires_s = T + 100,
			       .lapses_s = T + 100, .verifier = { { .alg = 'a' }, { .alg = 'b' } } };
	const struct pin_verifier none = { .alg = 0 };
	struct pin_rec r = { .rev = 0 };
	struct pin_arg issue = arg;

	(void)state;
	assert_int_equal(pin_step(&r, PIN_HALF_1, &arg, &pol, T).verdict, V_UNKNOWN);
	issue.verifier[0] = issue.verifier[1] = none;
	assert_int_equal(pin_step(&r, PIN_ISSUE, &issue, &pol, T).verdict, V_OK);
	assert_int_equal(pin_life(&r, T), PIN_AWAITING);
	assert_int_equal(pin_step(&r, PIN_HALF_1, &arg, &pol, T).verdict, V_OK);
	assert_int_equal(pin_life(&r, T), PIN_AWAITING);
	assert_int_equal(pin_step(&r, PIN_TRY, &arg, &pol, T).then, PIN_CHECK);
	arg.lapses_s = T + 500;
	assert_int_equal(pin_step(&r, PIN_HALF_2, &arg, &pol, T).verdict, V_OK);
	assert_int_equal(pin_life(&r, T), PIN_TEMPORARY);
	assert_int_equal(r.penalty.pool.fails, 1);
	arg.verifier[1].alg = 'c';
	arg.lapses_s = T + 900;
	assert_int_equal(pin_step(&r, PIN_HALF_2, &arg, &pol, T).verdict, V_OK);
	assert_int_equal(pin_life(&r, T + 899), PIN_TEMPORARY);
	assert_true(r.verifier[0].alg == 'a' && r.verifier[1].alg == 'c' && r.penalty.pool.fails == 1);
	arg.gen = r.gen - 1; /* proof of the PIN with the lost letter */
	assert_int_equal(pin_step(&r, PIN_RENEW, &arg, &pol, T).verdict, V_WRONG);
	assert_int_equal(pin_life(&r, T + 900), PIN_UNUSED);
	assert_int_equal(pin_step(&r, PIN_HALF_2, &arg, &pol, T + 900).verdict, V_LAPSED);
	assert_int_equal(pin_step(&r, PIN_ISSUE, &issue, &pol, T + 900).verdict, V_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cell_keeps_the_law),
		cmocka_unit_test(the_table_is_the_one_written_down),
		cmocka_unit_test(guesses_are_bounded),
		cmocka_unit_test(the_ladder_of_waits),
		cmocka_unit_test(the_last_good_second),
		cmocka_unit_test(half_a_pin_is_none),
		cmocka_unit_test(halves_come_one_by_one),
		cmocka_unit_test(a_match_forgives_even_the_last_try),
		cmocka_unit_test(a_refund_is_as_if_nobody_had_tried),
		cmocka_unit_test(strangers_cannot_lock_the_owner_out),
		cmocka_unit_test(a_clock_set_back_cannot_throttle_for_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
