/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_pin.c - every event on every kind of record, what must always hold, the table as it
 * behaves (test_pin.exp), and a random walk beside a small model written on its own.
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

static const char *const evs[PIN_EVENT_N] = { "TRY",    "AGAIN", "MATCH",  "RENEW",   "REHASH",
					      "REFUND", "ISSUE", "UNLOCK", "CONVERT", "REVOKE" };
static const char *const lives[PIN_LIFE_N] = { "absent",  "awaiting", "temporary", "active",
					       "expired", "lapsed",   "revoked" };
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
	if (life == PIN_TEMPORARY || life == PIN_AWAITING) {
		r.temporary = 1;
		r.form = PIN_FORM_HALVES;
		r.verifier[1].alg = life == PIN_TEMPORARY ? 'o' : 0;
	}
	if (life == PIN_REVOKED) {
		r.revoked = 1;
		r.level = LEVEL_NONE;
		r.form = PIN_NO_FORM;
		r.verifier[0].alg = 0;
	}
	return r;
}

static struct pin_arg arg_of(uint32_t gen, uint64_t now_s)
{
	return (struct pin_arg){ .gen = gen, .form = PIN_FORM_8, .level = LEVEL_SEMPLICE,
				 .verifier = { { .alg = 'n' } }, .expires_s = now_s + 10,
				 .lapses_s = now_s + 20 };
}

static void check_cell(const struct pin_rec *old, enum pin_event ev, uint32_t gen, uint64_t now_s)
{
	const struct pin_arg arg = arg_of(gen, now_s);
	enum pin_life life = pin_life(old, now_s);
	enum pin_gate gate = penalty_gate(&old->penalty, 0, &pol, now_s);
	struct pin_rec r = *old;
	struct pin_step s = pin_step(&r, ev, &arg, &pol, now_s);
	bool alive = life == PIN_TEMPORARY || life == PIN_ACTIVE || life == PIN_EXPIRED;
	bool yes = s.verdict == V_OK || s.verdict == V_MUST_CHANGE;

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
	if (!alive && ev != PIN_ISSUE) /* only ISSUE revives */
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
	uint64_t now_s = life == PIN_EXPIRED ? EXPIRES : life == PIN_LAPSED ? LAPSES : T;
	uint32_t fails = gate == PIN_OPEN ? 1 : gate == PIN_THROTTLED ? pol.free : pol.limit;
	struct pin_rec r = rec_of((enum pin_life)life, fails, gate == PIN_THROTTLED ? now_s + 30 : 0);
	struct pin_arg arg = arg_of(r.gen, now_s);
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

/* ---- the walk: a second telling of the rules, in prose-like ifs, with no tables ---- */

struct model {
	bool exists, revoked, temporary, half;
	uint32_t proofs; /* how many PINs there have been: which one a proof is of */
	int level;
	uint64_t expires_s, lapses_s;
	uint32_t wrong;
	uint64_t locked_until_s;
};

static bool dead(const struct model *m, uint64_t now_s)
{
	return !m->exists || m->revoked || now_s >= m->lapses_s || m->half;
}

static enum verdict model_try(struct model *m, bool again, uint64_t now_s)
{
	uint64_t wait_s = 30;

	if (m->wrong >= 6)
		return V_BLOCKED;
	if (now_s < m->locked_until_s)
		return V_THROTTLED;
	m->wrong += !again;
	if (m->wrong >= 3 && !again) {
		for (uint32_t i = 3; i < m->wrong; i++)
			wait_s *= 2;
		m->locked_until_s = now_s + (wait_s > 100 ? 100 : wait_s);
	}
	return V_WRONG;
}

static enum verdict model_proof(struct model *m, bool current, bool renew, uint64_t now_s,
				const struct pin_arg *arg)
{
	if (!current || !m->exists || m->revoked)
		return V_WRONG;
	if (now_s >= m->lapses_s)
		return V_LAPSED;
	if (m->half)
		return V_WRONG;
	m->wrong = 0;
	m->locked_until_s = 0;
	if (!renew)
		return m->temporary || now_s >= m->expires_s ? V_MUST_CHANGE : V_OK;
	m->temporary = false;
	m->expires_s = arg->expires_s;
	m->lapses_s = arg->lapses_s;
	m->proofs++;
	return V_OK;
}

static enum verdict model_operator(struct model *m, enum pin_event ev, uint64_t now_s,
				   const struct pin_arg *arg)
{
	bool lapsed = m->exists && !m->revoked && now_s >= m->lapses_s;

	if (ev == PIN_ISSUE) {
		if (m->exists && !m->revoked)
			return V_LIVE;
		*m = (struct model){ .exists = true, .temporary = true, .proofs = m->proofs + 1,
				     .half = arg->verifier[1].alg == 0, .level = arg->level,
				     .expires_s = arg->expires_s, .lapses_s = arg->lapses_s };
		return V_OK;
	}
	if (!m->exists)
		return V_UNKNOWN;
	if (ev == PIN_REVOKE) {
		if (!m->revoked)
			*m = (struct model){ .exists = true, .revoked = true, .proofs = m->proofs + 1 };
		return V_OK;
	}
	if (m->revoked || lapsed)
		return m->revoked ? V_REVOKED : V_LAPSED;
	if (ev == PIN_CONVERT) {
		m->level = LEVEL_DISPOSITIVO;
	} else {
		m->wrong = 0;
		m->locked_until_s = 0;
	}
	return V_OK;
}

static enum verdict model_step(struct model *m, enum pin_event ev, bool current, uint64_t now_s,
			       const struct pin_arg *arg)
{
	switch (ev) {
	case PIN_TRY: return model_try(m, false, now_s);
	case PIN_AGAIN: return model_try(m, current, now_s); /* wrong for another PIN: a new try */
	case PIN_REHASH:
		return current && !dead(m, now_s) && !m->temporary && now_s < m->expires_s ? V_OK
											    : V_WRONG;
	case PIN_MATCH: return model_proof(m, current, false, now_s, arg);
	case PIN_RENEW: return model_proof(m, current, true, now_s, arg);
	case PIN_REFUND:
		m->wrong -= m->wrong > 0;
		if (m->locked_until_s == arg->until_s)
			m->locked_until_s = 0;
		return V_FAILED;
	default: return model_operator(m, ev, now_s, arg);
	}
}

static uint64_t next_random(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

static void compare(const struct pin_rec *r, const struct model *m, uint64_t now_s)
{
	assert_int_equal(r->gen, m->proofs);
	assert_int_equal(r->penalty.pool.fails, m->wrong);
	assert_int_equal(r->penalty.pool.until_s, m->locked_until_s);
	assert_int_equal(r->level, m->level);
	if (!dead(m, now_s)) {
		assert_int_equal(r->expires_s, m->expires_s);
		assert_int_equal(r->lapses_s, m->lapses_s);
		assert_int_equal(r->temporary, m->temporary);
	}
}

static void walk_once(uint64_t *x, int steps, unsigned int seen[PIN_EVENT_N][PIN_LIFE_N])
{
	struct pin_rec r = { 0 };
	struct model m = { 0 };
	uint64_t now_s = T;

	for (int i = 0; i < steps; i++) {
		static const uint64_t hops[] = { 0, 0, 0, 1, 7, 30, 100, 900 };
		enum pin_event ev = (enum pin_event)(next_random(x) % PIN_EVENT_N);
		uint32_t gen = next_random(x) % 8 == 0 ? r.gen - 1 : r.gen;
		struct pin_arg arg = arg_of(gen, now_s);
		struct pin_step s;
		bool current;

		if (ev == PIN_REVOKE && next_random(x) % 8 != 0)
			ev = PIN_TRY; /* or nothing would live long */
		now_s += hops[next_random(x) % 8];
		arg.expires_s = now_s + next_random(x) % 3000;
		arg.lapses_s = arg.expires_s + next_random(x) % 3000;
		if (next_random(x) % 2 == 0)
			arg.until_s = r.penalty.pool.until_s;
		if (ev == PIN_ISSUE) {
			arg.form = PIN_FORM_HALVES;
			arg.verifier[1].alg = next_random(x) % 4 == 0 ? 0 : 'n';
		}
		seen[ev][pin_life(&r, now_s)]++;
		current = gen == r.gen;
		s = pin_step(&r, ev, &arg, &pol, now_s);
		assert_int_equal(s.verdict, model_step(&m, ev, current, now_s, &arg));
		compare(&r, &m, now_s);
	}
}

static void a_random_walk_beside_a_model(void **state)
{
	unsigned int seen[PIN_EVENT_N][PIN_LIFE_N] = { { 0 } };
	uint64_t x = 88172645463325252ULL;

	(void)state;
	for (int i = 0; i < 6000; i++)
		walk_once(&x, 400, seen); /* 2,400,000 steps */
	for (int ev = 0; ev < PIN_EVENT_N; ev++) /* and it went everywhere */
		for (int life = 0; life < PIN_LIFE_N; life++)
			assert_true(seen[ev][life] > 100);
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
		cmocka_unit_test(a_match_forgives_even_the_last_try),
		cmocka_unit_test(a_refund_is_as_if_nobody_had_tried),
		cmocka_unit_test(strangers_cannot_lock_the_owner_out),
		cmocka_unit_test(a_clock_set_back_cannot_throttle_for_ever),
		cmocka_unit_test(a_random_walk_beside_a_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
