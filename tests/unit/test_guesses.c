/* SPDX-License-Identifier: BSD-2-Clause */
/* test_guesses.c - a year of attacks, through serve(): what they get, and whom they keep out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <sodium.h>

#include "desk.h"

#define DAY_S 86400u

static enum verdict auth_from(const char *cf, const char *pin, const char *rhost)
{
	struct wire_msg m = { .type = WIRE_AUTHENTICATE };

	snprintf(m.authenticate.cf, sizeof(m.authenticate.cf), "%s", cf);
	snprintf(m.authenticate.pin, sizeof(m.authenticate.pin), "%s", pin);
	snprintf(m.authenticate.service, sizeof(m.authenticate.service), "web");
	snprintf(m.authenticate.rhost, sizeof(m.authenticate.rhost), "%s", rhost);
	return desk_ask(&desk_web, &m);
}

static const char *next_guess(void)
{
	static unsigned int n;
	static char guess[9];

	snprintf(guess, sizeof(guess), "%08u", n++ % 100000000);
	return guess;
}

/* Guess from rhost at every instant it is allowed until end_s; how many PINs were compared. */
static unsigned int attack(const char *rhost, uint64_t end_s)
{
	unsigned int before = desk.hashes;
	enum verdict v = V_NONE;

	while (v != V_BLOCKED && desk.now_s < end_s) {
		v = auth_from(ANN, next_guess(), rhost);
		if (v == V_THROTTLED)
			desk.now_s += desk.rep.verdict.wait_s;
		else if (v != V_BLOCKED)
			assert_int_equal(v, V_WRONG);
	}
	desk.now_s = end_s;
	for (int i = 0; i < 3 && v == V_BLOCKED; i++)
		assert_int_equal(auth_from(ANN, next_guess(), rhost), V_BLOCKED);
	return desk.hashes - before;
}

/* The owner comes on some days; expired, the PIN is renewed as ever. */
static void a_year_under_attack(void **state)
{
	char pin[17], old[17];
	unsigned int logins = 0, renewals = 0, guesses = 0;
	uint64_t year_s = desk.now_s + 365 * DAY_S;

	(void)state;
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	desk_first_login(ANN, ANN_16, pin); /* her place is "login", as root's */
	for (unsigned int day = 0; desk.now_s < year_s; day++) {
		unsigned int got = attack("203.0.113.9", desk.now_s + DAY_S * (1 + day % 5));
		enum verdict v = desk_auth(ANN, pin);

		assert_int_equal(got, 10); /* between two of her logins, whatever the time */
		guesses += got;
		if (v == V_MUST_CHANGE) {
			memcpy(old, pin, sizeof(old));
			desk_first_login(ANN, old, pin);
			renewals++;
			v = desk_auth(ANN, pin);
		}
		assert_int_equal(v, V_OK);
		assert_int_equal(desk_spent(ANN), 0);
		logins++;
	}
	assert_in_range(logins, 100, 365);
	assert_in_range(renewals, 1, 2);
	assert_int_equal(guesses, logins * 10);
}

/* Nobody logs in and nobody unlocks: ten guesses are all there will ever be. */
static void a_year_of_nothing_but_attacks(void **state)
{
	char pin[17];
	unsigned int guesses = 0;

	(void)state;
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	desk_first_login(ANN, ANN_16, pin);
	for (int day = 0; day < 360; day++) /* and then it lapses */
		guesses +=
			attack(day % 2 == 0 ? "203.0.113.9" : "198.51.100.7", desk.now_s + DAY_S);
	assert_int_equal(guesses, 10);
	assert_int_equal(desk_unlock(ANN), V_OK);
	assert_int_equal(attack("203.0.113.9", desk.now_s + DAY_S), 10);
}

/* Who controls the claim of where they are takes every budget there is, and no more. */
static void lies_never_raise_the_total(void **state)
{
	const struct conf *conf = desk.sv.conf;
	const unsigned int most = conf->limit + PENALTY_SOURCES * conf->source_limit;
	unsigned int wrong = 0;
	char pin[17], rhost[32];

	(void)state;
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	desk_first_login(ANN, ANN_16, pin);
	for (unsigned int i = 0; i < PENALTY_SOURCES; i++) {
		snprintf(rhost, sizeof(rhost), "10.0.%u.1", i);
		assert_int_equal(auth_from(ANN, pin, rhost), V_OK);
	}
	desk.hashes = 0;
	for (unsigned int hour = 0; hour < 24 * 14; hour++, desk.now_s += 3600)
		for (unsigned int i = 0; i < 20; i++) {
			snprintf(rhost, sizeof(rhost), "10.0.%u.%u", i, 2 + hour % 250);
			wrong += auth_from(ANN, next_guess(), rhost) == V_WRONG;
		}
	assert_int_equal(most, 50);
	assert_int_equal(wrong, most);
	assert_int_equal(desk.hashes, most);
	assert_int_equal(desk_spent(ANN), most);
	assert_int_equal(auth_from(ANN, pin, "10.0.0.1"), V_BLOCKED);
	assert_int_equal(desk.hashes, most);
	assert_int_equal(desk_authorize(&desk_root, ANN, "login"), V_OK); /* by a key, by cron */
	assert_int_equal(desk_unlock(ANN), V_OK); /* and she is known where she was */
	assert_int_equal(auth_from(ANN, pin, "10.0.0.1"), V_OK);
}

/* Everybody's budget, spent on everybody: how many of 60 million PINs does one expect to open? */
static void a_spray_over_everybody_opens_none(void **state)
{
	const double people = 60e6, pins = 32.0 * 32 * 32 * 32 * 32 * 32 * 32 * 32;
	const struct penalty_policy pol = conf_penalty(desk.sv.conf);
	const double budget = pol.limit + PENALTY_SOURCES * pol.source_limit;
	char pin[17], other[17];
	uint64_t symbols = 0;

	(void)state;
	assert_true(budget <= 50);
	assert_true(people * budget / pins < 0.01);       /* 0.0027 */
	assert_true(people * PENALTY_MOST / pins < 0.01); /* whatever pind.conf says */
	for (int i = 0; i < 1000; i++) {                  /* the space is what it is said to be */
		assert_int_equal(symbols_draw(pin, SYMBOLS_HALF, ANN), 0);
		assert_int_equal(symbols_draw(other, SYMBOLS_HALF, ANN), 0);
		assert_string_not_equal(pin, other);
		for (int k = 0; k < SYMBOLS_HALF; k++)
			symbols |= 1ULL << ((unsigned int)pin[k] - '0');
	}
	assert_int_equal(__builtin_popcountll(symbols), 32);
}

/* One guess a person: no counter sees it, the alarm does, once a minute. */
static void a_spray_is_heard(void **state)
{
	char cf[17];

	(void)state;
	for (unsigned int minute = 0; minute < 3; minute++, desk.now_s += 60)
		for (unsigned int day = 1; day <= 28; day++)
			for (unsigned int place = 1; place <= 2; place++) {
				static const char check[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

				snprintf(cf, sizeof(cf), "RSSMRA85T%02uA56%u", day, place);
				for (const char *c = check; *c != '\0';
				     c++) { /* one of them is right */
					cf[15] = *c;
					cf[16] = '\0';
					if (auth_from(cf, next_guess(), "") != V_BAD)
						break;
				}
			}
	assert_int_equal(desk.events[EVENT_SPRAY], 3);
	assert_int_equal(desk.sv.stats.sprays, 3);
}

struct seen { /* of one request */
	uint8_t bytes[WIRE_MAX];
	size_t len;
	unsigned int hashes;
};

static struct seen see(const char *cf, const char *pin)
{
	struct seen s = { .len = 0 };
	unsigned int before = desk.hashes;

	auth_from(cf, pin, "");
	memcpy(s.bytes, desk.bytes, desk.len);
	s.len = desk.len;
	s.hashes = desk.hashes - before;
	return s;
}

static void assert_same(const struct seen *a, const struct seen *b)
{
	assert_int_equal(a->hashes, b->hashes);
	assert_int_equal(a->len, b->len);
	assert_memory_equal(a->bytes, b->bytes, a->len);
}

/* The same for all who are not let in, step by step from the first guess until they are blocked. */
static void the_outsiders_all_look_alike(void **state)
{
	char pin[17], bad[17];
	unsigned int hashed = 0;

	(void)state;
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	desk_first_login(ANN, ANN_16, pin);
	desk_issue(BOB, BOB_16, LEVEL_SEMPLICE);
	assert_int_equal(desk_revoke(BOB), V_OK);
	for (int round = 0; round < 20; round++, desk.now_s += round < 8 ? 15u << round : 3600u) {
		const char *guess = next_guess();
		struct seen first = see(EVE, guess), s[4];

		snprintf(bad, sizeof(bad), "!%.7s", guess + 1); /* as long, and no PIN */
		s[0] = see(ANN, guess);
		s[1] = see(BOB, guess);
		s[2] = see(EVE, bad);
		s[3] = see(ANN, bad);
		for (int i = 0; i < 4; i++)
			assert_same(&first, &s[i]);
		hashed += first.hashes;
	}
	assert_int_equal(hashed, 10); /* the other rounds were waits, and the block: no hash */
}

/* sshd's own junk, the same each time, costs a hash and no guess, whoever it is tried on. */
static void sshds_junk_looks_alike(void **state)
{
	static const char junk[] = "\b\n\r\177INCORRECT";
	char pin[17];

	(void)state;
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	desk_first_login(ANN, ANN_16, pin);
	desk_issue(BOB, BOB_16, LEVEL_SEMPLICE);
	desk_revoke(BOB);
	for (int round = 0; round < 20; round++, desk.now_s += (uint64_t)round % 3 * 400) {
		struct seen a = see(EVE, junk), b = see(ANN, junk), c = see(BOB, junk);

		assert_same(&a, &b);
		assert_same(&a, &c);
	}
	assert_int_equal(desk_spent(ANN), 0);
	assert_int_equal(auth_from(ANN, pin, ""), V_OK);
}

/* Rehash: login with serve_first, as a worker does. */
static enum verdict login_later(const char *pin, struct serve_later *later)
{
	struct wire_msg m = { .type = WIRE_AUTHENTICATE, .authenticate.service = "login" }, rep;
	uint8_t in[WIRE_MAX], out[WIRE_MAX];
	size_t n, len;

	*later = (struct serve_later){ .due = false };
	memcpy(m.authenticate.cf, ANN, 16);
	snprintf(m.authenticate.pin, sizeof(m.authenticate.pin), "%s", pin);
	assert_int_equal(wire_encode(&m, in, sizeof(in), &n), 0);
	serve_first(&desk.sv, &desk_root, in, n, out, &len, later);
	assert_int_equal(wire_decode(&rep, out, len), 0);
	return (enum verdict)rep.verdict.code;
}

static struct account stored(void)
{
	struct account acc;

	assert_int_equal(account_get(&desk.sv.accounts, ANN, &acc), 0);
	return acc;
}

/* A dearer hash is made after the answer, once, and nothing else about the PIN moves. */
static void an_outdated_cost_is_raised_after_the_answer(void **state)
{
	static const struct serve_later wiped;
	struct serve_later later;
	struct account before, after;
	char pin[17];

	(void)state;
	for (uint32_t simplified = 0; simplified < 2; simplified++) {
		desk.sv.conf->simplified = simplified;
		desk.sv.conf->passes = 1;
		desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
		desk_first_login(ANN, ANN_16, pin);
		desk.sv.conf->passes = 2;
		desk.sv.conf->memory_kib = ARGON_MEM_KIB_MIN * 2;
		assert_int_equal(login_later("00000000", &later), V_WRONG);
		assert_false(later.due);
		desk.hashes = 0;
		assert_int_equal(login_later(pin, &later), V_OK);
		assert_int_equal(desk.hashes, simplified ? 2 : 3); /* one makes up for the cheaper one */
		assert_true(later.due);
		before = stored();
		serve_later(&desk.sv, &later);
		assert_int_equal(desk.hashes, simplified ? 3 : 4);
		assert_memory_equal(&later, &wiped, sizeof(later));
		after = stored();
		assert_int_equal(after.pin.verifier[0].ops, 2);
		assert_int_equal(after.pin.verifier[0].mem_kib, ARGON_MEM_KIB_MIN * 2);
		assert_int_equal(after.pin.gen, before.pin.gen);
		assert_memory_equal(&after.pin.penalty, &before.pin.penalty,
				    sizeof(after.pin.penalty));
		assert_true(after.pin.set_s == before.pin.set_s &&
			    after.pin.level == before.pin.level &&
			    after.pin.expires_s == before.pin.expires_s &&
			    after.pin.form == before.pin.form);
		assert_int_equal(login_later(pin, &later),
				 V_OK); /* the same PIN, and nothing left to do */
		assert_false(later.due);
		assert_int_equal(login_later("00000001", &later), V_WRONG);
		assert_int_equal(desk.sv.stats.rehashed, simplified + 1);
		desk_revoke(ANN);
	}
}

/* What happens between the answer and the rehash wins. */
static void a_rehash_revives_nothing(void **state)
{
	struct serve_later later;
	char pin[17];

	(void)state;
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	desk_first_login(ANN, ANN_16, pin);
	desk.sv.conf->passes = 2;
	assert_int_equal(login_later(pin, &later), V_OK);
	assert_true(later.due);
	assert_int_equal(desk_revoke(ANN), V_OK);
	serve_later(&desk.sv, &later);
	assert_int_equal(stored().pin.revoked, 1);
	assert_int_equal(stored().pin.verifier[0].alg, 0);
	assert_int_equal(desk.sv.stats.rehashed, 0);
	assert_int_equal(login_later(pin, &later), V_WRONG);
	assert_false(later.due);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, desk_open, desk_close)
	const struct CMUnitTest tests[] = {
		TEST(a_year_under_attack),        TEST(a_year_of_nothing_but_attacks),
		TEST(lies_never_raise_the_total), TEST(a_spray_over_everybody_opens_none),
		TEST(a_spray_is_heard),           TEST(the_outsiders_all_look_alike),
		TEST(sshds_junk_looks_alike),     TEST(an_outdated_cost_is_raised_after_the_answer),
		TEST(a_rehash_revives_nothing),
	};

	return cmocka_run_group_tests_name("guesses", tests, NULL, NULL);
}
