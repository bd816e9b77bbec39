/* SPDX-License-Identifier: BSD-2-Clause */
/* test_reminders.c - who is reminded that a PIN ends soon, when, how often; through serve(). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "office.h"
#include "outbox.h"
#include "reminder.h"

/* A whole round, as pinctl asks; how many were ordered. */
static uint32_t round_of(unsigned int *requests)
{
	struct wire_msg m = { .type = WIRE_REMIND };
	uint32_t made = 0;

	*requests = 0;
	do {
		assert_int_equal(desk_ask(&office_clerk, &m), V_OK);
		assert_int_equal(desk.rep.type, WIRE_REMIND_IS);
		assert_true(desk.rep.remind_is.complete ||
			    memcmp(desk.rep.remind_is.next, m.remind.after, 32) > 0);
		memcpy(m.remind.after, desk.rep.remind_is.next, 32);
		made += desk.rep.remind_is.made;
		++*requests;
	} while (!desk.rep.remind_is.complete);
	return made;
}

static uint32_t remind(void)
{
	unsigned int n;

	return round_of(&n);
}

static struct account account_of(const char *cf)
{
	struct account acc;

	assert_int_equal(account_get(&desk.sv.accounts, cf, &acc), 0);
	return acc;
}

/* Ann has a PIN of her own; when it expires. */
static uint64_t settle(char pin[static 17])
{
	assert_int_equal(desk_issue(ANN, ANN_16, LEVEL_SEMPLICE), V_OK);
	desk_first_login(ANN, ANN_16, pin);
	return account_of(ANN).pin.expires_s;
}

static void deliver(uint64_t good_s)
{
	uint64_t serial;

	assert_int_equal(office_take(TO_ELECTRONIC), V_OK);
	assert_int_equal(desk.rep.type, WIRE_ORDER_IS);
	assert_int_equal(desk.rep.order_is.kind, ORDER_REMINDER);
	assert_string_equal(desk.rep.order_is.email, "a@example.org");
	assert_string_equal(desk.rep.order_is.cf, "");
	assert_string_equal(desk.rep.order_is.phone, "");
	assert_int_equal(desk.rep.order_is.good_s, good_s);
	serial = desk.rep.order_is.serial;
	assert_int_equal(office_half(TO_ELECTRONIC, serial, "ABCD2345", "a token"), V_STATE);
	assert_int_equal(office_done(TO_ELECTRONIC, serial), V_OK);
	assert_int_equal(office_take(TO_ELECTRONIC), V_UNKNOWN);
}

static void twice_and_no_more(void **state)
{
	char pin[17];
	uint64_t end_s = settle(pin);

	(void)state;
	assert_int_equal(remind(), 0);
	desk.now_s = end_s - 14 * DAY_S - 1;
	assert_int_equal(remind(), 0);
	desk.now_s++;
	assert_int_equal(remind(), 1);
	assert_int_equal(remind(), 0);
	deliver(end_s);
	for (; desk.now_s < end_s - 3 * DAY_S - 1; desk.now_s += DAY_S / 2 - 1)
		assert_int_equal(remind(), 0);
	desk.now_s = end_s - 3 * DAY_S;
	assert_int_equal(remind(), 1);
	deliver(end_s);
	for (; desk.now_s < end_s + 30 * DAY_S; desk.now_s += DAY_S)
		assert_int_equal(remind(), 0);
	desk.now_s = end_s - 1; /* the latest time that counts */
	assert_int_equal(office_take(TO_POST), V_UNKNOWN);
	assert_int_equal(office_take(TO_ELECTRONIC), V_UNKNOWN);
}

/* A timer that was off for two weeks: one reminder, not two. */
static void once_when_late(void **state)
{
	char pin[17];
	uint64_t end_s = settle(pin);

	(void)state;
	desk.now_s = end_s - DAY_S;
	assert_int_equal(remind(), 1);
	assert_int_equal(remind(), 0);
	deliver(end_s);
}

/* Reminded, and renewed before the courier came: nobody wants the e-mail. */
static void another_pin_is_another_matter(void **state)
{
	char pin[17];
	uint64_t end_s = settle(pin);

	(void)state;
	desk.now_s = end_s - 5 * DAY_S;
	assert_int_equal(remind(), 1);
	assert_int_equal(desk_revoke(ANN), V_OK);
	assert_int_equal(remind(), 0);
	end_s = settle(pin);
	assert_int_equal(office_take(TO_ELECTRONIC), V_UNKNOWN);
	assert_int_equal(remind(), 0);
	desk.now_s = end_s - 14 * DAY_S;
	assert_int_equal(remind(), 1);
	deliver(end_s);
}

static void who_is_not_reminded(void **state)
{
	char pin[17];
	uint64_t end_s;

	(void)state;
	assert_int_equal(desk_issue(BOB, BOB_16, LEVEL_SEMPLICE), V_OK); /* no address yet */
	desk.now_s = account_of(BOB).pin.lapses_s - DAY_S;
	assert_int_equal(remind(), 0);
	end_s = settle(pin);
	desk.now_s = end_s; /* expired: it is asked for at the next login anyway */
	assert_int_equal(remind(), 0);
	assert_int_equal(office_take(TO_ELECTRONIC), V_UNKNOWN);
}

/* Both halves are out, nobody used them: the day they become worthless. */
static void an_initial_pin_that_nobody_uses(void **state)
{
	const char *number = office_issued(ANN, ANN_16);
	uint64_t end_s = account_of(ANN).pin.lapses_s;

	assert_int_equal(office_state(number), PRATICA_SENT);
	(void)state;
	desk.now_s = end_s - 14 * DAY_S - 1;
	assert_int_equal(remind(), 0);
	desk.now_s++;
	assert_int_equal(remind(), 1);
	assert_int_equal(office_take(TO_ELECTRONIC), V_OK);
	assert_int_equal(desk.rep.order_is.kind, ORDER_REMINDER);
	assert_string_equal(desk.rep.order_is.number, number);
	assert_string_equal(desk.rep.order_is.email, "someone@example.org");
	assert_int_equal(desk.rep.order_is.good_s, end_s);
	assert_int_equal(office_done(TO_ELECTRONIC, desk.rep.order_is.serial), V_OK);
	assert_int_equal(office_state(number), PRATICA_SENT);
}

/* What cannot be delivered is not left for an operator: the next one comes by itself, or none. */
static void a_reminder_is_never_parked(void **state)
{
	char pin[17];
	uint64_t end_s = settle(pin), serial = 0;
	unsigned int tries = 0;

	(void)state;
	desk.now_s = end_s - 14 * DAY_S;
	assert_int_equal(remind(), 1);
	for (; office_take(TO_ELECTRONIC) == V_OK; desk.now_s += OUTBOX_WAIT_MAX_S) {
		serial = desk.rep.order_is.serial;
		assert_int_equal(office_failed(TO_ELECTRONIC, serial, "no such mailbox"), V_OK);
		tries++;
	}
	assert_int_equal(tries, 10);
	assert_int_equal(office_done(TO_ELECTRONIC, serial), V_UNKNOWN);
	assert_int_equal(desk.events[EVENT_PARKED], 0);
}

/* More people than one request looks at, all of them to be reminded. */
static void a_whole_town(void **state)
{
	enum { PEOPLE = 300 };
	struct account acc = { .category = CATEGORY_LAVORATORE, .email = "a@example.org" };
	struct store_row row;
	uint8_t key[STORE_KEY_LEN];
	struct store_change change = { STORE_PIN, key, &row };
	unsigned int requests;

	(void)state;
	acc.pin = (struct pin_rec){ .gen = 1,
				    .form = PIN_FORM_8,
				    .level = 1,
				    .verifier = { { .alg = 1 } },
				    .expires_s = desk.now_s + DAY_S,
				    .lapses_s = desk.now_s + 100 * DAY_S };
	for (int i = 0; i < PEOPLE; i++) {
		snprintf(acc.cf, sizeof(acc.cf), "P%d", i);
		record_account_key(key, desk.keys, acc.cf);
		seal_put(desk.keys, &record_account, key, &acc, &row);
		assert_int_equal(desk.store->ops->commit(desk.store, &change, 1), 0);
	}
	assert_int_equal(round_of(&requests), PEOPLE);
	assert_true(requests > 2);
	assert_int_equal(round_of(&requests), 0);
	assert_int_equal(requests, 2);
}

/* One row that cannot be opened is its owner's trouble only. */
static void a_damaged_row_stops_nobody(void **state)
{
	char pin[17];
	uint64_t end_s = settle(pin);
	struct store_row row = { .len = 100 };
	uint8_t key[STORE_KEY_LEN] = { 0, 1 }; /* before Ann's */
	struct store_change change = { STORE_PIN, key, &row };

	(void)state;
	assert_int_equal(desk.store->ops->commit(desk.store, &change, 1), 0);
	desk.now_s = end_s - DAY_S;
	assert_int_equal(remind(), 1);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, office_open, desk_close)
	const struct CMUnitTest tests[] = {
		TEST(twice_and_no_more),
		TEST(once_when_late),
		TEST(another_pin_is_another_matter),
		TEST(who_is_not_reminded),
		TEST(an_initial_pin_that_nobody_uses),
		TEST(a_reminder_is_never_parked),
		TEST(a_whole_town),
		TEST(a_damaged_row_stops_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
