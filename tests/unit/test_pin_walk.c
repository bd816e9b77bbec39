/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_pin_walk.c - a random walk through the life of a PIN beside a small model: a second telling
 * of the rules, in prose-like ifs, with no tables.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "person.h"
#include "pin.h"

static const struct penalty_policy pol = {
	.free = 3, .limit = 6, .source_limit = 4, .wait_s = 30, .wait_max_s = 100
};

static const uint64_t T = 1000000; /* when it begins */

static struct pin_arg arg_of(enum pin_event ev, uint32_t gen, uint64_t now_s)
{
	struct pin_arg arg = { .gen = gen, .form = PIN_FORM_8, .level = LEVEL_SEMPLICE,
			       .expires_s = now_s + 10, .lapses_s = now_s + 20 };

	arg.verifier[ev == PIN_HALF_2].alg = 'n';
	return arg;
}

struct model {
	bool exists, revoked, temporary, held, have[2]; /* halves */
	uint32_t proofs; /* how many PINs there have been: which one a proof is of */
	int level;
	uint64_t expires_s, lapses_s;
	uint32_t wrong;
	uint64_t locked_until_s;
};

static bool dead(const struct model *m, uint64_t now_s)
{
	return !m->exists || m->revoked || now_s >= m->lapses_s || m->held || !m->have[0] ||
	       !m->have[1];
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
	if (m->held || !m->have[0] || !m->have[1])
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
		if (m->exists && !m->revoked && !(lapsed && m->temporary))
			return V_LIVE;
		*m = (struct model){ .exists = true, .temporary = true, .proofs = m->proofs + 1,
				     .have = { arg->verifier[0].alg != 0, arg->verifier[1].alg != 0 },
				     .held = arg->held, .level = arg->level, .expires_s = arg->expires_s,
				     .lapses_s = arg->lapses_s };
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
	if (ev == PIN_RELEASE && !m->held && m->have[0] && m->have[1])
		return V_STATE;
	if (ev == PIN_CONVERT && (m->held || !m->have[0] || !m->have[1]))
		return V_STATE;
	if (ev == PIN_RELEASE) {
		m->held = false;
	} else if (ev == PIN_CONVERT) {
		m->level = LEVEL_DISPOSITIVO;
	} else {
		m->wrong = 0;
		m->locked_until_s = 0;
	}
	return V_OK;
}

static enum verdict model_half(struct model *m, int half, uint64_t now_s, const struct pin_arg *arg)
{
	if (!m->exists)
		return V_UNKNOWN;
	if (m->revoked)
		return V_REVOKED;
	if (now_s >= m->lapses_s)
		return V_LAPSED;
	if (!m->temporary)
		return V_LIVE;
	m->have[half] = true;
	m->proofs++;
	if (half == 1)
		m->expires_s = m->lapses_s = arg->lapses_s;
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
	case PIN_HALF_1: return model_half(m, 0, now_s, arg);
	case PIN_HALF_2: return model_half(m, 1, now_s, arg);
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
		struct pin_arg arg = arg_of(ev, gen, now_s);
		struct pin_step s;
		bool current;

		if (ev == PIN_REVOKE && next_random(x) % 8 != 0)
			ev = PIN_HALF_2; /* or nothing would live long */
		if (ev == PIN_HALF_2)
			arg = arg_of(ev, gen, now_s);
		now_s += hops[next_random(x) % 8];
		arg.expires_s = now_s + next_random(x) % 3000;
		arg.lapses_s = arg.expires_s + next_random(x) % 3000;
		if (next_random(x) % 2 == 0)
			arg.until_s = r.penalty.pool.until_s;
		if (ev == PIN_ISSUE) {
			arg.form = PIN_FORM_HALVES;
			arg.verifier[0].alg = next_random(x) % 4 == 0 ? 0 : 'n';
			arg.verifier[1].alg = next_random(x) % 4 == 0 ? 0 : 'n';
			arg.held = next_random(x) % 4 == 0;
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
		cmocka_unit_test(a_random_walk_beside_a_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
