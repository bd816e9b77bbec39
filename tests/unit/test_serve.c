/* SPDX-License-Identifier: BSD-2-Clause */
/* test_serve.c - authentication and authorisation through serve(): the order, the cost, the words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "desk.h"

#define MONTHS_6 ((31 + 28 + 31 + 30 + 31 + 30) * 86400ULL) /* 31 January .. 31 July */

static void from_issue_to_revocation(void **state)
{
	char pin[17];

	(void)state;
	assert_int_equal(desk_auth(ANN, ANN_16), V_WRONG); /* nobody yet: as any wrong PIN */
	assert_int_equal(desk_issue(ANN, ANN_16, LEVEL_SEMPLICE), V_OK);
	assert_int_equal(desk_issue(ANN, BOB_16, LEVEL_SEMPLICE), V_LIVE);
	assert_int_equal(desk_auth(ANN, "abcd-2345 efgh-6789"), V_MUST_CHANGE); /* as people type */
	desk_first_login(ANN, ANN_16, pin);
	assert_int_equal(strlen(pin), 8);
	assert_int_equal(desk_auth(ANN, ANN_16), V_WRONG);
	assert_int_equal(desk_auth(ANN, pin), V_OK);
	assert_int_equal(desk.rep.verdict.level, LEVEL_SEMPLICE);
	assert_int_equal(desk.rep.verdict.category, CATEGORY_LAVORATORE);
	desk.now_s += MONTHS_6 - 1;
	assert_int_equal(desk_auth(ANN, pin), V_OK);
	assert_int_equal(desk.rep.verdict.warn_days, 1);
	desk.now_s += 1;
	assert_int_equal(desk_auth(ANN, pin), V_MUST_CHANGE);
	desk.now_s += 190 * 86400ULL;
	assert_int_equal(desk_auth(ANN, pin), V_LAPSED);
	assert_int_equal(desk_auth(ANN, ANN_16), V_WRONG); /* told to nobody but the owner */
	assert_int_equal(desk_issue(ANN, BOB_16, LEVEL_SEMPLICE), V_LIVE);
	assert_int_equal(desk_revoke(ANN), V_OK);
	assert_int_equal(desk_auth(ANN, pin), V_WRONG);
	assert_int_equal(desk_issue(ANN, BOB_16, LEVEL_SEMPLICE), V_OK);
	assert_int_equal(desk_auth(ANN, BOB_16), V_MUST_CHANGE);
}

static void the_warning_counts_the_days(void **state)
{
	char pin[17];

	(void)state;
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	desk_first_login(ANN, ANN_16, pin);
	desk.now_s += MONTHS_6 - 14 * 86400ULL - 1;
	assert_int_equal(desk_auth(ANN, pin), V_OK);
	assert_int_equal(desk.rep.verdict.warn_days, 0);
	desk.now_s += 1;
	assert_int_equal(desk_auth(ANN, pin), V_OK);
	assert_int_equal(desk.rep.verdict.warn_days, 14);
}

static void an_unused_pin_lapses(void **state)
{
	(void)state;
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	desk.now_s += 60 * 86400ULL - 1;
	assert_int_equal(desk_auth(ANN, ANN_16), V_MUST_CHANGE);
	desk.now_s += 1;
	assert_int_equal(desk_auth(ANN, ANN_16), V_LAPSED);
}

/* ---- what cannot be told apart ---- */

struct same {
	uint8_t bytes[WIRE_MAX];
	size_t len;
	unsigned int hashes;
};

static struct same attempt(const char *cf, const char *pin)
{
	unsigned int before = desk.hashes;
	struct same s;

	desk_auth(cf, pin);
	memcpy(s.bytes, desk.bytes, sizeof(s.bytes));
	s.len = desk.len;
	s.hashes = desk.hashes - before;
	return s;
}

static void assert_same(const struct same *a, const struct same *b)
{
	assert_int_equal(a->len, b->len);
	assert_memory_equal(a->bytes, b->bytes, a->len);
	assert_int_equal(a->hashes, b->hashes);
}

static void strangers_and_owners_look_alike(void **state)
{
	static const char *const wrong_8[] = { "11111111", "ABCD2345", "EFGH6789", "\b\n\r\177INCO",
					       "1234567", "!!!!!!!!", "", "111111111111111" };
	char pin[17];
	struct same first;

	(void)state;
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	first = attempt(EVE, "22222222");
	assert_int_equal(first.hashes, 1);
	for (size_t i = 0; i < sizeof(wrong_8) / sizeof(*wrong_8); i++) { /* temporary */
		struct same s = attempt(ANN, wrong_8[i]);

		assert_same(&s, &first);
		desk_unlock(ANN);
		desk.now_s += 100000; /* strangers' counters, too */
	}
	desk_first_login(ANN, ANN_16, pin);
	for (int known = 0; known < 3; known++) { /* active, expired, revoked */
		struct same s = attempt(ANN, "33333333");

		assert_same(&s, &first);
		desk_unlock(ANN);
		if (known == 0)
			desk.now_s += MONTHS_6 + 86400;
		else
			desk_revoke(ANN);
	}
}

static void sixteen_symbols_cost_two_hashes_for_everybody(void **state)
{
	char pin[17];
	struct same a, b;

	(void)state;
	a = attempt(EVE, ANN_16);
	assert_int_equal(a.hashes, 2);
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	b = attempt(ANN, BOB_16);
	assert_same(&a, &b);
	b = attempt(ANN, "ABCD23459999ZZZZ"); /* the right first half */
	assert_same(&a, &b);
	desk_unlock(ANN);
	b = attempt(ANN, "9999ZZZZEFGH6789"); /* the right second half */
	assert_same(&a, &b);
	b = attempt(ANN, "EFGH6789ABCD2345"); /* both, the other way round */
	assert_same(&a, &b);
	desk_unlock(ANN);
	desk_first_login(ANN, ANN_16, pin);
	b = attempt(ANN, ANN_16);
	assert_same(&a, &b);
}

static void waiting_costs_nobody_a_hash(void **state)
{
	static const char *const people[] = { ANN, EVE };
	struct same s[2];

	(void)state;
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	for (int i = 0; i < 2; i++) {
		for (int n = 0; n < 3; n++)
			assert_int_equal(desk_wrong(people[i]), V_WRONG);
		s[i] = attempt(people[i], ANN_16); /* even the right one */
		assert_int_equal(desk.rep.verdict.code, V_THROTTLED);
		assert_int_equal(desk.rep.verdict.wait_s, 30);
		assert_int_equal(s[i].hashes, 0);
	}
	assert_same(&s[0], &s[1]);
}

/* A text that is no PIN is charged to the stranger of that name, never to the owner. */
static void junk_does_not_charge_the_owner(void **state)
{
	(void)state;
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	for (int i = 0; i < 3; i++) { /* sshd cuts it to the length that was typed */
		char junk[] = "\b\n\r\177INCORRECT";

		junk[8 + i] = '\0';
		assert_int_equal(desk_auth(ANN, junk), V_WRONG);
	}
	assert_int_equal(desk_auth(ANN, "\b\n\r\177INCORRECT"), V_THROTTLED);
	assert_int_equal(desk_spent(ANN), 0);
	assert_int_equal(desk_auth(ANN, ANN_16), V_MUST_CHANGE);
}

/* Texts that are no PIN and PINs that are wrong, in any order: the same for everybody. */
static void junk_and_wrong_pins_tell_nobody_apart(void **state)
{
	static const char *const texts[][4] = {
		{ "!", "!!", "!!!", "11111111" },
		{ "11111111", "22222222", "33333333", "!" },
		{ "!", "11111111", "!!", "22222222" },
		{ "!", "!!", "11111111", "22222222" },
	};
	enum verdict seen[4][4];
	char pin[17];

	(void)state;
	for (int life = 0; life < 4; life++) { /* absent, temporary, active, revoked */
		if (life == 1)
			desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
		if (life == 2)
			desk_first_login(ANN, ANN_16, pin);
		if (life == 3)
			desk_revoke(ANN);
		for (int order = 0; order < 4; order++) {
			for (int i = 0; i < 4; i++) {
				enum verdict v = desk_auth(ANN, texts[order][i]);

				if (life == 0)
					seen[order][i] = v;
				assert_int_equal(v, seen[order][i]);
			}
			if (life > 0 && life < 3)
				desk_unlock(ANN);
			if (life == 3) { /* nothing unlocks a revoked one: the waits pass */
				desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
				desk_revoke(ANN);
			}
			desk.now_s += ACCOUNT_SHADOW_S + 1;
		}
	}
}

static void charged_before_hashed(void **state)
{
	(void)state;
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	assert_int_equal(desk_wrong(ANN), V_WRONG);
	assert_int_equal(desk.fails_at_hash, 1);
	assert_int_equal(desk_auth(ANN, ANN_16), V_MUST_CHANGE);
	assert_int_equal(desk.fails_at_hash, 2); /* on disk while the right one was compared */
	assert_int_equal(desk_spent(ANN), 0);
}

static void no_memory_is_no_attempt(void **state)
{
	(void)state;
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	for (unsigned int i = 0; i < 20; i++) {
		desk.fail_from = desk.hashes + 1 + i % 2; /* the first half's hash, or the second's */
		assert_int_equal(desk_auth(ANN, ANN_16), V_FAILED);
		assert_int_equal(desk_auth(EVE, ANN_16), V_FAILED);
	}
	assert_int_equal(desk_spent(ANN), 0);
	desk.fail_from = 0;
	assert_int_equal(desk_wrong(EVE), V_WRONG); /* not throttled either */
	assert_int_equal(desk_auth(ANN, ANN_16), V_MUST_CHANGE);
	assert_int_equal(desk.events[EVENT_TROUBLE], 40);
}

static void ten_wrong_ones_block_until_unlock(void **state)
{
	(void)state;
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(desk_wrong(ANN), V_WRONG);
		desk.now_s += 3600;
	}
	desk.now_s += 30 * 86400ULL;
	assert_int_equal(desk_auth(ANN, ANN_16), V_BLOCKED);
	assert_int_equal(desk_status(ANN)->gate, PIN_BLOCKED);
	assert_int_equal(desk_unlock(ANN), V_OK);
	assert_int_equal(desk_auth(ANN, ANN_16), V_MUST_CHANGE);
}

static void strangers_are_forgotten_after_a_day(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		desk_wrong(EVE);
	assert_int_equal(desk_wrong(EVE), V_THROTTLED);
	desk.now_s += ACCOUNT_SHADOW_S + 1;
	for (int i = 0; i < 3; i++)
		assert_int_equal(desk_wrong(EVE), V_WRONG);
}

static void a_clock_set_back_helps_nobody(void **state)
{
	char pin[17];

	(void)state;
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	desk_first_login(ANN, ANN_16, pin);
	desk.now_s += MONTHS_6;
	assert_int_equal(desk_auth(ANN, pin), V_MUST_CHANGE);
	desk.now_s -= 30 * 86400ULL;
	assert_int_equal(desk_auth(ANN, pin), V_MUST_CHANGE); /* does not revive */
	for (int i = 0; i < 3; i++)
		desk_wrong(ANN);
	desk.now_s -= 86400;
	assert_int_equal(desk_auth_at(&desk_root, ANN, pin, "away"), V_THROTTLED);
	assert_int_equal(desk.rep.verdict.wait_s, 30); /* neither shorter nor longer */
}

static uint64_t boot_s;

static uint64_t boot_clock(void)
{
	return boot_s;
}

/* A wall clock set back: pind goes on from where it was. Set ahead by months: not believed. */
static void the_boot_clock_goes_on_when_the_wall_clock_does_not(void **state)
{
	(void)state;
	boot_s = 1000;
	desk.sv.boot_s = boot_clock;
	accounts_mark(&desk.sv.accounts, desk.now_s, boot_s);
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	for (int i = 0; i < 3; i++)
		desk_wrong(ANN);
	desk.now_s -= 86400;
	boot_s += 29;
	assert_int_equal(desk_auth(ANN, ANN_16), V_THROTTLED);
	assert_int_equal(desk.rep.verdict.wait_s, 1);
	boot_s += 1;
	assert_int_equal(desk_auth(ANN, ANN_16), V_MUST_CHANGE);
	desk.now_s += 86400 + 86400 + 100; /* a day and 70 s ahead of the boot clock */
	assert_int_equal(desk_auth(ANN, ANN_16), V_MUST_CHANGE);
	desk.now_s += 365 * 86400ULL;
	assert_int_equal(desk_auth(ANN, ANN_16), V_MUST_CHANGE); /* it has not lapsed */
	boot_s += 60 * 86400; /* that clock nobody sets */
	assert_int_equal(desk_auth(ANN, ANN_16), V_LAPSED);
}

/* One change at a time far ahead would end every PIN: such a clock is refused at start. */
static void a_clock_far_ahead_is_refused_at_start(void **state)
{
	struct accounts again;

	(void)state;
	assert_int_equal(accounts_open(&again, desk.store, desk.keys, desk.now_s + ACCOUNT_ABSENT_S), 0);
	assert_int_equal(accounts_open(&again, desk.store, desk.keys, desk.now_s + ACCOUNT_ABSENT_S + 1),
			 ACCOUNTS_E_CLOCK);
	assert_int_equal(accounts_open(&again, desk.store, desk.keys, 0), 0);
	assert_int_equal(accounts_now(&again, 0), desk.now_s); /* and nothing was written */
}

/* ---- services and sockets ---- */

static void services_have_their_say_after_a_right_pin(void **state)
{
	char ann[17], bob[17];

	(void)state;
	desk_service("pensioni", LEVEL_SEMPLICE, 1u << CATEGORY_PENSIONATO, (uid_t)-1);
	desk_service("submit", LEVEL_DISPOSITIVO, ~0u, (uid_t)-1);
	desk_service("web", LEVEL_SEMPLICE, ~0u, 33);
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	desk_issue(BOB, BOB_16, LEVEL_DISPOSITIVO);
	assert_int_equal(desk_auth_at(&desk_root, ANN, ANN_16, "submit"), V_LEVEL); /* even if temporary */
	desk_first_login(ANN, ANN_16, ann);
	desk_first_login(BOB, BOB_16, bob);
	assert_int_equal(desk_auth_at(&desk_root, ANN, ann, "submit"), V_LEVEL);
	assert_int_equal(desk_auth_at(&desk_root, ANN, "00000000", "submit"), V_WRONG);
	assert_int_equal(desk_auth_at(&desk_root, BOB, bob, "submit"), V_OK);
	assert_int_equal(desk.rep.verdict.level, LEVEL_DISPOSITIVO);
	assert_int_equal(desk_auth_at(&desk_root, BOB, bob, "pensioni"), V_CATEGORY);
	assert_int_equal(desk_auth_at(&desk_root, BOB, bob, "no-file"), V_OK);
	assert_int_equal(desk_auth_at(&desk_web, BOB, bob, "web"), V_OK);
	assert_int_equal(desk_auth_at(&desk_root, BOB, bob, "web"), V_DENIED); /* peers bind root too */
	assert_int_equal(desk_convert(ANN, desk.now_s + 1), V_OK);
	assert_int_equal(desk_auth_at(&desk_root, ANN, ann, "submit"), V_OK);
}

static void the_caller_can_ask_for_more_but_not_less(void **state)
{
	struct wire_msg m = { .type = WIRE_AUTHENTICATE,
			      .authenticate = { .cf = ANN, .service = "login", .pin = ANN_16,
						.level = LEVEL_DISPOSITIVO } };

	(void)state;
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	assert_int_equal(desk_ask(&desk_root, &m), V_LEVEL);
	desk_service("submit", LEVEL_DISPOSITIVO, ~0u, (uid_t)-1);
	m.authenticate.level = LEVEL_SEMPLICE;
	snprintf(m.authenticate.service, sizeof(m.authenticate.service), "submit");
	assert_int_equal(desk_ask(&desk_root, &m), V_LEVEL);
}

static void nobody_acts_for_another_without_a_delegation(void **state)
{
	struct wire_msg m = { .type = WIRE_AUTHENTICATE,
			      .authenticate = { .cf = ANN, .service = "login", .pin = ANN_16,
						.on_behalf_of = "01234567897" } };

	(void)state;
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	assert_int_equal(desk_ask(&desk_root, &m), V_DELEGATION);
	snprintf(m.authenticate.pin, sizeof(m.authenticate.pin), "00000000");
	assert_int_equal(desk_ask(&desk_root, &m), V_WRONG);
}

static void authorize_is_for_root_or_who_has_just_proved(void **state)
{
	char pin[17];
	uint8_t stranger[WIRE_MAX];

	(void)state;
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	assert_int_equal(desk_authorize(&desk_root, ANN, "login"), V_MUST_CHANGE);
	assert_int_equal(desk_authorize(&desk_root, EVE, "login"), V_WRONG);
	assert_int_equal(desk_authorize(&desk_web, EVE, "login"), V_DENIED);
	memcpy(stranger, desk.bytes, sizeof(stranger));
	assert_int_equal(desk_authorize(&desk_web, ANN, "login"), V_DENIED);
	assert_memory_equal(stranger, desk.bytes, desk.len);
	desk_first_login(ANN, ANN_16, pin);
	assert_int_equal(desk_auth_at(&desk_web, ANN, "00000000", "web"), V_WRONG);
	assert_int_equal(desk_authorize(&desk_web, ANN, "web"), V_DENIED);
	assert_int_equal(desk_auth_at(&desk_web, ANN, pin, "web"), V_OK);
	assert_int_equal(desk_authorize(&desk_web, ANN, "web"), V_OK);
	assert_int_equal(desk_authorize(&desk_web, ANN, "mail"), V_DENIED);
	assert_int_equal(desk_authorize(&desk_web, BOB, "web"), V_DENIED);
	desk.now_s += RECENT_PROOF_S;
	assert_int_equal(desk_authorize(&desk_web, ANN, "web"), V_OK);
	desk_revoke(ANN);
	assert_int_equal(desk_authorize(&desk_web, ANN, "web"), V_WRONG);
	desk.now_s += 1;
	assert_int_equal(desk_authorize(&desk_web, ANN, "web"), V_DENIED);
}

/* The account phase alone never touches a counter. */
static void authorize_forgives_nothing(void **state)
{
	(void)state;
	desk_issue(ANN, ANN_16, LEVEL_SEMPLICE);
	desk_wrong(ANN);
	for (int i = 0; i < 100; i++)
		assert_int_equal(desk_authorize(&desk_root, ANN, "login"), V_MUST_CHANGE);
	assert_int_equal(desk_spent(ANN), 1);
}

static void a_verb_lives_on_one_socket(void **state)
{
	static const struct peer stranger = { ROLE_AUTH, false, 1000, 0 };
	struct wire_msg m;

	(void)state;
#define MSG(NAME, name, code, doc)                                                                 \
	m = (struct wire_msg){ .type = WIRE_##NAME };                                              \
	assert_int_equal(desk_ask((code) < 0x20 ? &desk_admin : &desk_root, &m), V_BAD);           \
	if ((code) < 0x20)                                                                         \
		assert_int_equal(desk_ask(&stranger, &m), V_DENIED);
#include "wire.def"
}

static void what_makes_no_sense_is_bad(void **state)
{
	static const char *const not_people[] = { "", "RSSMRA85T10A562T", "rssmra85t10a562s",
						  "01234567897", "RSSMRA85T10A562" };
	uint8_t in[WIRE_MAX] = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(not_people) / sizeof(*not_people); i++) {
		assert_int_equal(desk_auth(not_people[i], "11111111"), V_BAD);
		assert_int_equal(desk_authorize(&desk_root, not_people[i], "login"), V_BAD);
		assert_int_equal(desk_unlock(not_people[i]), V_BAD);
	}
	for (size_t n = 0; n <= sizeof(in); n++) { /* every size of nothing still has an answer */
		serve(&desk.sv, &desk_root, in, n, desk.bytes, &desk.len);
		assert_int_equal(wire_decode(&desk.rep, desk.bytes, desk.len), 0);
		assert_int_equal(desk.rep.verdict.code, V_BAD);
	}
	assert_int_equal(desk.hashes, 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, desk_open, desk_close)
	const struct CMUnitTest tests[] = {
		TEST(from_issue_to_revocation),
		TEST(the_warning_counts_the_days),
		TEST(an_unused_pin_lapses),
		TEST(strangers_and_owners_look_alike),
		TEST(sixteen_symbols_cost_two_hashes_for_everybody),
		TEST(waiting_costs_nobody_a_hash),
		TEST(junk_does_not_charge_the_owner),
		TEST(junk_and_wrong_pins_tell_nobody_apart),
		TEST(charged_before_hashed),
		TEST(no_memory_is_no_attempt),
		TEST(ten_wrong_ones_block_until_unlock),
		TEST(strangers_are_forgotten_after_a_day),
		TEST(a_clock_set_back_helps_nobody),
		TEST(the_boot_clock_goes_on_when_the_wall_clock_does_not),
		TEST(a_clock_far_ahead_is_refused_at_start),
		TEST(services_have_their_say_after_a_right_pin),
		TEST(the_caller_can_ask_for_more_but_not_less),
		TEST(nobody_acts_for_another_without_a_delegation),
		TEST(authorize_is_for_root_or_who_has_just_proved),
		TEST(authorize_forgives_nothing),
		TEST(a_verb_lives_on_one_socket),
		TEST(what_makes_no_sense_is_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
