/* SPDX-License-Identifier: BSD-2-Clause */
/* test_recover.c - a forgotten PIN, through serve(): the link, and the two halves that follow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "office.h"

#define TOKEN "a token nobody guesses"

static enum verdict recover(const char *cf)
{
	struct wire_msg m = { .type = WIRE_RECOVER };

	snprintf(m.recover.cf, sizeof(m.recover.cf), "%s", cf);
	return desk_ask(&office_clerk, &m);
}

static enum verdict confirm(const char *token)
{
	struct wire_msg m = { .type = WIRE_RECOVER_CONFIRM };

	office_hash(token, m.recover_confirm.token);
	return desk_ask(&office_clerk, &m);
}

static struct account account_of(const char *cf)
{
	struct account acc;

	assert_int_equal(account_get(&desk.sv.accounts, cf, &acc), 0);
	return acc;
}

static void settle(char pin[static 17])
{
	assert_int_equal(desk_issue(ANN, ANN_16, LEVEL_DISPOSITIVO), V_OK);
	desk_first_login(ANN, ANN_16, pin);
}

static uint64_t take(enum channel_kind to, enum order_kind kind)
{
	assert_int_equal(office_take(to), V_OK);
	assert_int_equal(desk.rep.type, WIRE_ORDER_IS);
	assert_int_equal(desk.rep.order_is.kind, kind);
	return desk.rep.order_is.serial;
}

/* RECOVER and the courier's part: the link is in the mailbox. */
static void send_link(const char *token)
{
	struct wire_msg m = { .type = WIRE_ORDER_HALF };

	assert_int_equal(recover(ANN), V_OK);
	m.order_half.serial = take(TO_ELECTRONIC, ORDER_RECOVER);
	assert_string_equal(desk.rep.order_is.email, "a@example.org");
	assert_string_equal(desk.rep.order_is.phone, "");
	assert_string_equal(desk.rep.order_is.cf, "");
	assert_int_equal(desk.rep.order_is.good_s, desk.now_s + 7 * DAY_S);
	assert_int_equal(desk_ask(&office_mail, &m), V_BAD); /* no token */
	office_hash(token, m.order_half.token);
	assert_int_equal(desk_ask(&office_mail, &m), V_OK);
	assert_int_equal(office_done(TO_ELECTRONIC, m.order_half.serial), V_OK);
}

static void deliver_half(enum channel_kind to, const char *half)
{
	uint64_t serial = take(to, ORDER_RECOVERED);
	bool post = to == TO_POST;

	assert_string_equal(desk.rep.order_is.email, post ? "a@example.org" : "");
	assert_string_equal(desk.rep.order_is.phone, post ? "" : "+393331234567");
	assert_string_equal(desk.rep.order_is.name, "");
	assert_int_equal(desk.rep.order_is.by_sms, !post);
	assert_int_equal(office_half(to, serial, half, NULL), V_OK);
	assert_int_equal(office_done(to, serial), V_OK);
	assert_int_equal(office_take(to), V_UNKNOWN);
}

static void all_of_it(void **state)
{
	char pin[17];
	struct account before, after;

	(void)state;
	settle(pin);
	before = account_of(ANN);
	send_link(TOKEN);
	assert_int_equal(desk_auth(ANN, pin), V_OK); /* whoever asked: nothing has happened */
	assert_int_equal(office_take(TO_POST), V_UNKNOWN);
	assert_int_equal(confirm(TOKEN), V_OK);
	assert_int_equal(desk_auth(ANN, pin), V_WRONG);
	assert_int_equal(desk_status(ANN)->life, PIN_AWAITING);
	deliver_half(TO_ELECTRONIC, BOB_16);
	assert_int_equal(desk_auth(ANN, BOB_16), V_WRONG); /* a half is nothing */
	deliver_half(TO_POST, BOB_16 + 8);
	after = account_of(ANN);
	assert_int_equal(after.pin.level, LEVEL_DISPOSITIVO);
	assert_int_equal(after.category, before.category);
	assert_string_equal(after.email, before.email);
	assert_string_equal(after.phone, before.phone);
	assert_string_equal(after.doc_number, before.doc_number);
	assert_int_equal(after.first_s, before.first_s);
	desk_first_login(ANN, BOB_16, pin);
	assert_int_equal(desk_auth(ANN, pin), V_OK);
	assert_int_equal(desk.rep.verdict.level, LEVEL_DISPOSITIVO);
	assert_int_equal(confirm(TOKEN), V_UNKNOWN); /* once */
}

static void who_may(void **state)
{
	char pin[17];

	(void)state;
	assert_int_equal(recover(ANN), V_UNKNOWN);
	assert_int_equal(recover(FIRM), V_BAD);
	assert_int_equal(desk_issue(ANN, ANN_16, LEVEL_SEMPLICE), V_OK);
	assert_int_equal(recover(ANN), V_STATE); /* never used: there is nothing to recover by */
	assert_int_equal(desk_auth(ANN, ANN_16), V_MUST_CHANGE);
	assert_int_equal(recover(ANN), V_STATE);
	desk_first_login(ANN, ANN_16, pin);
	assert_int_equal(recover(ANN), V_OK);
	assert_int_equal(desk_revoke(ANN), V_OK);
	assert_int_equal(recover(ANN), V_REVOKED);
	assert_int_equal(office_take(TO_ELECTRONIC), V_UNKNOWN); /* not wanted any more */
	settle(pin);
	desk.now_s = account_of(ANN).pin.expires_s;
	assert_int_equal(recover(ANN), V_OK); /* expired: who forgot it cannot renew it */
	desk.now_s = account_of(ANN).pin.lapses_s;
	assert_int_equal(recover(ANN), V_LAPSED);
}

static void without_both_contacts(void **state)
{
	char pin[17];
	struct account acc;
	struct store_row row;
	uint8_t key[STORE_KEY_LEN];
	struct store_change change = { STORE_PIN, key, &row };

	(void)state;
	settle(pin);
	acc = account_of(ANN);
	acc.phone[0] = '\0';
	record_account_key(key, desk.keys, ANN);
	seal_put(desk.keys, &record_account, key, &acc, &row);
	assert_int_equal(desk.store->ops->commit(desk.store, &change, 1), 0);
	assert_int_equal(recover(ANN), V_CONTACTS);
}

static void a_link_ends(void **state)
{
	char pin[17];

	(void)state;
	settle(pin);
	assert_int_equal(confirm(TOKEN), V_UNKNOWN);
	send_link(TOKEN);
	desk.now_s += 7 * DAY_S;
	assert_int_equal(confirm(TOKEN), V_STALE);
	assert_int_equal(desk_auth(ANN, pin), V_OK);
	send_link("another");
	assert_int_equal(office_confirm("another", NULL, NULL), V_UNKNOWN); /* of no pratica */
	assert_int_equal(desk_revoke(ANN), V_OK);
	desk.now_s++;
	settle(pin); /* another PIN since */
	assert_int_equal(confirm("another"), V_STALE);
	assert_int_equal(desk_auth(ANN, pin), V_OK);
}

/* Two links of one PIN: the later one is the only one. */
static void two_links(void **state)
{
	char pin[17];

	(void)state;
	settle(pin);
	send_link(TOKEN);
	desk.now_s += 600;
	send_link("another");
	desk.now_s++;
	assert_int_equal(confirm(TOKEN), V_STALE);
	assert_int_equal(confirm("another"), V_OK);
}

/* Asked for again: one order, and what failed is tried again. */
static void asked_again(void **state)
{
	char pin[17];
	uint64_t serial;

	(void)state;
	settle(pin);
	assert_int_equal(recover(ANN), V_OK);
	assert_int_equal(recover(ANN), V_OK);
	serial = take(TO_ELECTRONIC, ORDER_RECOVER);
	assert_int_equal(office_failed(TO_ELECTRONIC, serial, "full"), V_OK);
	assert_int_equal(office_take(TO_ELECTRONIC), V_UNKNOWN);
	assert_int_equal(recover(ANN), V_LIMIT);
	assert_int_equal(office_take(TO_ELECTRONIC), V_UNKNOWN);
	desk.now_s += 600;
	assert_int_equal(recover(ANN), V_OK);
	assert_int_equal(take(TO_ELECTRONIC, ORDER_RECOVER), serial);
	assert_int_equal(office_done(TO_ELECTRONIC, serial), V_STATE); /* no link was drawn */
	assert_int_equal(office_half(TO_ELECTRONIC, serial, ANN_16, "lost"), V_OK);
	assert_int_equal(office_half(TO_ELECTRONIC, serial, ANN_16, "lost"), V_OK);
	assert_int_equal(office_done(TO_ELECTRONIC, serial), V_OK);
	assert_int_equal(office_take(TO_ELECTRONIC), V_UNKNOWN);
	desk.now_s += 600;
	/* The post courier without a mail program: parked; and mended. */
	send_link(TOKEN);
	desk.now_s++;
	assert_int_equal(confirm(TOKEN), V_OK);
	while (office_take(TO_POST) == V_OK) {
		serial = desk.rep.order_is.serial;
		assert_int_equal(office_failed(TO_POST, serial, "no mail program"), V_OK);
		desk.now_s += 6 * 3600;
	}
	assert_int_equal(desk.events[EVENT_PARKED], 1);
	assert_int_equal(recover(ANN), V_OK);
	deliver_half(TO_ELECTRONIC, BOB_16);
	deliver_half(TO_POST, BOB_16 + 8);
	assert_int_equal(desk_auth(ANN, BOB_16), V_MUST_CHANGE);
	assert_int_equal(recover(ANN), V_STATE);
}

/* Anybody can ask about anybody: not a mailbox full. */
static void once_in_ten_minutes(void **state)
{
	char pin[17];

	(void)state;
	settle(pin);
	send_link(TOKEN);
	for (int i = 0; i < 3; i++, desk.now_s += 599 / 2)
		assert_int_equal(recover(ANN), V_LIMIT);
	assert_int_equal(office_take(TO_ELECTRONIC), V_UNKNOWN);
	assert_int_equal(recover(BOB), V_UNKNOWN);
	send_link("another");
	assert_int_equal(confirm(TOKEN), V_STALE); /* the later one is the only one */
	assert_int_equal(confirm("another"), V_OK);
}

/* Revoked before the halves went out, and another issued at the desk: they are not its halves. */
static void halves_of_another_pin(void **state)
{
	char pin[17];

	(void)state;
	settle(pin);
	send_link(TOKEN);
	assert_int_equal(confirm(TOKEN), V_OK);
	assert_int_equal(desk_revoke(ANN), V_OK);
	desk.now_s++;
	assert_int_equal(desk_issue(ANN, ANN_16, LEVEL_SEMPLICE), V_OK);
	assert_int_equal(office_take(TO_ELECTRONIC), V_UNKNOWN);
	assert_int_equal(office_take(TO_POST), V_UNKNOWN);
	assert_int_equal(desk_auth(ANN, ANN_16), V_MUST_CHANGE);
}

/* By a PIN that came of a pratica: that one stays concluded. */
static void a_pratica_stays_concluded(void **state)
{
	char pin[17];
	const char *number = office_issued(ANN, ANN_16);

	(void)state;
	desk_first_login(ANN, ANN_16, pin);
	assert_int_equal(office_state(number), PRATICA_CONCLUDED);
	desk.now_s++;
	send_link(TOKEN);
	assert_int_equal(confirm(TOKEN), V_OK);
	assert_int_equal(office_state(number), PRATICA_CONCLUDED);
	assert_int_equal(office_duplicate(number, ANN), V_STATE); /* no half of it by letter */
	assert_int_equal(office_cancel(number), V_STATE);
	take(TO_ELECTRONIC, ORDER_RECOVERED);
	assert_string_equal(desk.rep.order_is.number, number);
	deliver_half(TO_POST, BOB_16 + 8);
	deliver_half(TO_ELECTRONIC, BOB_16);
	desk_first_login(ANN, BOB_16, pin);
	assert_int_equal(office_state(number), PRATICA_CONCLUDED);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, office_open, desk_close)
	const struct CMUnitTest tests[] = {
		TEST(all_of_it),
		TEST(who_may),
		TEST(without_both_contacts),
		TEST(a_link_ends),
		TEST(two_links),
		TEST(asked_again),
		TEST(once_in_ten_minutes),
		TEST(halves_of_another_pin),
		TEST(a_pratica_stays_concluded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
