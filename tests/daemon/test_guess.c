/* SPDX-License-Identifier: BSD-2-Clause */
/* test_guess.c - what guessing costs and tells: waits, blocks, one answer for everybody. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"

#define JUNK "\b\n\r\177INCORRECT" /* what sshd sends as the password of who may not log in */

static void assert_wait(const char *cf, const char *pin, unsigned int least, unsigned int most)
{
	struct wire_msg req = rig_authenticate(cf, pin), rep;

	assert_int_equal(rig_ask(&req, &rep), V_THROTTLED);
	assert_in_range(rep.verdict.wait_s, least, most);
}

/* Three wrong PINs, then half a minute of peace. */
static void spend_three(const char *cf)
{
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(rig_guess(cf, RIG_SERVICE, i), V_WRONG);
	assert_wait(cf, RIG_WRONG, 10, 30);
}

static void test_wait(void **state)
{
	char known[17], unknown[17], calm[17];
	struct wire_record rec;

	(void)state;
	rig_start();
	assert_int_equal(rig_issue(rig_cf(known, 1)), V_OK);
	assert_int_equal(rig_issue(rig_cf(calm, 2)), V_OK);
	spend_three(known);
	spend_three(rig_cf(unknown, 3));
	assert_wait(known, RIG_PIN, 1, 30); /* the right one too: it is not looked at */
	rig_restart();
	assert_wait(known, RIG_PIN, 1, 30);
	assert_wait(unknown, RIG_PIN, 1, 30);
	assert_int_equal(rig_status(known, &rec), 0);
	assert_int_equal(rec.fails, 3);
	assert_int_equal(rec.fails_max, 10);
	assert_int_equal(rig_try(calm, RIG_PIN), V_MUST_CHANGE); /* nobody else waits */
	assert_int_equal(rig_about(WIRE_UNLOCK, known), V_OK);
	assert_int_equal(rig_try(known, RIG_PIN), V_MUST_CHANGE);
	assert_int_equal(rig_about(WIRE_UNLOCK, unknown), V_UNKNOWN);
	assert_int_equal(rig_stop(), 0);
}

static void test_block(void **state)
{
	char people[2][17];

	(void)state;
	rig_conf(RIG_CONF "[guesses]\nfree = 10\nlimit = 10\nwait_s = 1\nwait_max_s = 1\n");
	rig_start();
	assert_int_equal(rig_issue(rig_cf(people[0], 1)), V_OK);
	rig_cf(people[1], 2);
	for (int p = 0; p < 2; p++) {
		for (unsigned int i = 0; i < 10; i++) {
			int r = V_THROTTLED;

			while (r == V_THROTTLED)
				r = rig_guess(people[p], RIG_SERVICE, i);
			assert_int_equal(r, V_WRONG);
		}
		assert_int_equal(rig_try(people[p], RIG_PIN), V_BLOCKED);
	}
	rig_restart();
	assert_int_equal(rig_try(people[0], RIG_PIN), V_BLOCKED);
	assert_int_equal(rig_try(people[1], RIG_PIN), V_BLOCKED);
	assert_int_equal(rig_about(WIRE_UNLOCK, people[0]), V_OK);
	assert_int_equal(rig_try(people[0], RIG_PIN), V_MUST_CHANGE);
	assert_int_equal(rig_stop(), 0);
}

static const char *const junk[] = { JUNK, JUNK "!", "?" };

/* Somebody who sends what is no PIN takes no attempt from the person. */
static void test_junk_is_free(void **state)
{
	char cf[17];

	(void)state;
	rig_start();
	assert_int_equal(rig_issue(rig_cf(cf, 1)), V_OK);
	for (int i = 0; i < 3; i++)
		assert_int_equal(rig_try(cf, junk[i]), V_WRONG);
	assert_wait(cf, JUNK, 1, 30);
	assert_int_equal(rig_try(cf, RIG_PIN), V_MUST_CHANGE);
	assert_int_equal(rig_stop(), 0);
}

/* But what junk does to the next attempt is the same whether the person has a PIN or not. */
static void test_junk_tells_nothing(void **state)
{
	char known[17], unknown[17];

	(void)state;
	rig_start();
	assert_int_equal(rig_issue(rig_cf(known, 1)), V_OK);
	rig_cf(unknown, 2);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(rig_try(known, junk[i]), V_WRONG);
		assert_int_equal(rig_try(unknown, junk[i]), V_WRONG);
	}
	for (unsigned int i = 0; i < 3; i++) {
		assert_int_equal(rig_guess(known, RIG_SERVICE, i), V_WRONG);
		assert_int_equal(rig_guess(unknown, RIG_SERVICE, i), V_WRONG);
	}
	assert_int_equal(rig_stop(), 0);
}

/* The answer's bytes. The nonce is the same every time. */
static size_t answer_to(struct wire_msg m, uint8_t answer[static WIRE_MAX])
{
	uint8_t buf[WIRE_MAX];
	size_t len;
	ssize_t n;

	memset(m.nonce, 7, sizeof(m.nonce));
	assert_int_equal(wire_encode(&m, buf, sizeof(buf), &len), 0);
	n = rig_raw(rig.auth, buf, len, answer);
	assert_in_range(n, 18, WIRE_MAX);
	return (size_t)n;
}

static void assert_same_answer(struct wire_msg a, struct wire_msg b)
{
	uint8_t to_a[WIRE_MAX], to_b[WIRE_MAX];
	size_t n = answer_to(a, to_a);

	assert_int_equal(answer_to(b, to_b), n);
	assert_memory_equal(to_a, to_b, n);
}

enum { ACTIVE, TEMPORARY, REVOKED, UNKNOWN, KINDS };

/* One person of each kind; the PINs of those who have one are not RIG_WRONG. */
static void make_people(char people[KINDS][17], unsigned int first)
{
	char pin[17];

	for (unsigned int k = 0; k < KINDS; k++)
		rig_cf(people[k], first + k);
	for (int k = ACTIVE; k <= REVOKED; k++)
		assert_int_equal(rig_issue(people[k]), V_OK);
	assert_int_equal(rig_renew(people[ACTIVE], RIG_PIN, pin), V_OK);
	assert_int_equal(rig_about(WIRE_REVOKE, people[REVOKED]), V_OK);
}

static void test_same_answer(void **state)
{
	static const char *const pins[] = {
		RIG_WRONG,
		"zzzz-9999",
		"ZZZZ9999ZZZZ9999",
		"ABCD2345",
		"",
		"A",
		"ABCD23456",
		JUNK,
		"\xff\xfe\x01",
		"0123456789012345678901234567890123456789012345678901234567890123",
	};
	char people[KINDS][17];

	(void)state;
	rig_conf(RIG_CONF "[guesses]\nfree = 30\nlimit = 30\nsource_limit = 8\n");
	rig.program = getenv("PIND_RELEASE");
	rig_start();
	make_people(people, 1);
	for (size_t i = 0; i < sizeof(pins) / sizeof(*pins); i++)
		for (int k = 0; k < UNKNOWN; k++)
			assert_same_answer(rig_authenticate(people[k], pins[i]),
					   rig_authenticate(people[UNKNOWN], pins[0]));
	for (int k = 0; k < UNKNOWN; k++) {
		assert_same_answer(rig_renew_open(people[k], RIG_WRONG),
				   rig_renew_open(people[UNKNOWN], RIG_WRONG));
		assert_same_answer(rig_renew_open(people[k], JUNK),
				   rig_renew_open(people[UNKNOWN], RIG_WRONG));
	}
	assert_int_equal(rig_stop(), 0);
}

/* The wait starts at the same attempt, and lasts as long, for every kind. */
static void test_same_wait(void **state)
{
	char people[KINDS][17];

	(void)state;
	rig_conf(RIG_CONF "[guesses]\nwait_s = 3600\nwait_max_s = 7200\n");
	rig_start();
	make_people(people, 1);
	for (int k = 0; k < KINDS; k++) {
		for (unsigned int i = 0; i < 3; i++)
			assert_int_equal(rig_guess(people[k], RIG_SERVICE, i), V_WRONG);
		assert_wait(people[k], RIG_WRONG, 3600 - 20, 3600);
		assert_wait(people[k], RIG_PIN, 3600 - 20, 3600);
	}
	assert_int_equal(rig_stop(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_wait, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_block, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_junk_is_free, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_junk_tells_nothing, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_same_answer, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_same_wait, rig_open, rig_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
