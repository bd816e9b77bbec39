/* SPDX-License-Identifier: BSD-2-Clause */
/* test_orders.c - couriers through serve(): what they are given, and what follows when they fail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "act.h"
#include "office.h"

#define ANOTHER_8 "QRSTVWXY"

/* Take what is there; its serial. */
static uint64_t taken(enum channel_kind to)
{
	assert_int_equal(office_take(to), V_OK);
	assert_int_equal(desk.rep.type, WIRE_ORDER_IS);
	return desk.rep.order_is.serial;
}

/* ANN's PIN of two halves. */
static const char *pin_of(const char *half1, const char *half2)
{
	static char pin[17];

	snprintf(pin, sizeof(pin), "%.8s%.8s", half1, half2);
	return pin;
}

static enum verdict take_as(const struct peer *who, uint8_t to)
{
	struct wire_msg m = { .type = WIRE_ORDER_TAKE, .order_take.to = to };

	return desk_ask(who, &m);
}

static void each_courier_has_its_own_orders(void **state)
{
	const struct peer nobody = { ROLE_COURIER, true, 7, DUTY_HELPDESK | DUTY_APPROVER };
	uint64_t serial;

	(void)state;
	office_new(ANN, CATEGORY_LAVORATORE);
	assert_int_equal(take_as(&office_press, TO_ELECTRONIC), V_DENIED);
	assert_int_equal(take_as(&office_mail, TO_POST), V_DENIED);
	assert_int_equal(take_as(&nobody, TO_ELECTRONIC), V_DENIED);
	assert_int_equal(take_as(&desk_admin, TO_ELECTRONIC), V_BAD); /* not on that socket */
	assert_int_equal(take_as(&office_mail, 0), V_BAD);
	assert_int_equal(take_as(&office_mail, 3), V_BAD);
	serial = taken(TO_ELECTRONIC);
	assert_int_equal(office_half(TO_POST, serial, ANN_16, "t"), V_UNKNOWN);
	assert_int_equal(office_done(TO_POST, serial), V_UNKNOWN);
	assert_int_equal(office_failed(TO_POST, serial, "?"), V_UNKNOWN);
	assert_int_equal(taken(TO_ELECTRONIC), serial);
	assert_int_equal(office_done(TO_ELECTRONIC, serial + 1), V_UNKNOWN);
}

static void a_courier_learns_what_it_needs(void **state)
{
	const struct wire_order_is *o = &desk.rep.order_is;
	const char *number = office_new(ANN, CATEGORY_LAVORATORE);

	(void)state;
	taken(TO_ELECTRONIC);
	assert_int_equal(o->kind, ORDER_HALF);
	assert_string_equal(o->number, number);
	assert_string_equal(o->cf, ANN);
	assert_string_equal(o->email, "someone@example.org");
	assert_string_equal(o->phone, "");
	assert_string_equal(o->name, "");
	assert_string_equal(o->street, "");
	assert_int_equal(o->by_sms, 0);
	assert_int_equal(o->good_s, desk.now_s + WEEK_S);
	assert_int_equal(o->ops, desk.sv.conf->passes);
	assert_int_equal(o->mem_kib, desk.sv.conf->memory_kib);
	office_deliver(TO_ELECTRONIC, ANN_16, "t");
	assert_int_equal(office_confirm("t", NULL, NULL), V_OK);
	desk.now_s += DAY_S;
	taken(TO_POST);
	assert_int_equal(o->kind, ORDER_HALF);
	assert_string_equal(o->cf, ""); /* who prints need not know whose it is */
	assert_string_equal(o->email, "");
	assert_string_equal(o->name, "Persona di Prova");
	assert_string_equal(o->street, "Via Roma 1");
	assert_string_equal(o->town, "00144 ROMA RM");
	assert_int_equal(o->good_s, desk.now_s + 60 * DAY_S);
}

/* Dead before the half was drawn, or delivered, or before that was reported: all the same. */
static void an_order_lasts_until_it_is_done(void **state)
{
	const char *number = office_new(ANN, CATEGORY_LAVORATORE);
	uint64_t serial = taken(TO_ELECTRONIC);

	(void)state;
	assert_int_equal(taken(TO_ELECTRONIC), serial);
	assert_int_equal(office_half(TO_ELECTRONIC, serial, ANOTHER_8, "first"), V_OK);
	assert_int_equal(taken(TO_ELECTRONIC), serial);
	assert_int_equal(office_half(TO_ELECTRONIC, serial, ANN_16, "second"), V_OK);
	assert_int_equal(office_done(TO_ELECTRONIC, serial), V_OK);
	assert_int_equal(office_done(TO_ELECTRONIC, serial), V_UNKNOWN);
	assert_int_equal(office_take(TO_ELECTRONIC), V_UNKNOWN);
	assert_int_equal(office_confirm("first", NULL, NULL), V_UNKNOWN);
	assert_int_equal(office_confirm("second", NULL, NULL), V_OK);
	serial = taken(TO_POST);
	assert_int_equal(office_half(TO_POST, serial, ANOTHER_8, NULL), V_OK);
	assert_int_equal(office_state(number), PRATICA_PRINTING);
	assert_int_equal(desk_auth(ANN, pin_of(ANN_16, ANOTHER_8)),
			 V_MUST_CHANGE); /* it may be printed */
	assert_int_equal(taken(TO_POST), serial);
	assert_int_equal(office_half(TO_POST, serial, ANN_16 + 8, NULL), V_OK);
	assert_int_equal(office_done(TO_POST, serial), V_OK);
	assert_int_equal(office_state(number), PRATICA_SENT);
	assert_int_equal(desk_auth(ANN, pin_of(ANOTHER_8, ANN_16 + 8)), V_WRONG);
	assert_int_equal(desk_auth(ANN, pin_of(ANN_16, ANOTHER_8)), V_WRONG);
	assert_int_equal(desk_auth(ANN, ANN_16), V_MUST_CHANGE);
}

/* The packet is lost on the way back, and the courier asks with the same half and token. */
static void the_same_half_twice_is_one(void **state)
{
	uint64_t serial;

	(void)state;
	office_new(ANN, CATEGORY_LAVORATORE);
	serial = taken(TO_ELECTRONIC);
	assert_int_equal(office_half(TO_ELECTRONIC, serial, ANN_16, "t"), V_OK);
	assert_int_equal(office_half(TO_ELECTRONIC, serial, ANN_16, "t"), V_OK);
	assert_int_equal(office_confirm("t", NULL, NULL), V_OK);
	office_new(BOB, CATEGORY_LAVORATORE);
	office_deliver(TO_ELECTRONIC, ANN_16, NULL); /* Ann's: the link was used, none is needed */
	serial = taken(TO_ELECTRONIC);
	assert_int_equal(office_half(TO_ELECTRONIC, serial, BOB_16, NULL), V_BAD);
	assert_int_equal(office_half(TO_ELECTRONIC, serial, BOB_16, "b"), V_OK);
	office_new(EVE, CATEGORY_LAVORATORE);
	assert_int_equal(office_done(TO_ELECTRONIC, serial), V_OK);
	assert_int_equal(office_half(TO_ELECTRONIC, taken(TO_ELECTRONIC), ANN_16, "b"),
			 V_BAD); /* Bob's */
	assert_int_equal(office_confirm("b", NULL, NULL), V_OK);
}

/* The e-mail with the link came, the SMS with the half did not: the half is still owed. */
static void a_half_is_owed_though_the_link_was_used(void **state)
{
	const char *number = office_new(ANN, CATEGORY_LAVORATORE);
	uint64_t serial = taken(TO_ELECTRONIC);

	(void)state;
	assert_int_equal(office_half(TO_ELECTRONIC, serial, ANOTHER_8, "t"), V_OK);
	assert_int_equal(office_confirm("t", NULL, NULL), V_OK);
	office_deliver(TO_POST, ANN_16 + 8, NULL);
	assert_int_equal(taken(TO_ELECTRONIC), serial);
	assert_int_equal(desk.rep.order_is.good_s, 0); /* no link */
	assert_int_equal(office_half(TO_ELECTRONIC, serial, ANN_16, "u"), V_STATE); /* taken before */
	assert_int_equal(office_half(TO_ELECTRONIC, serial, ANN_16, NULL), V_OK);
	assert_int_equal(office_confirm("u", NULL, NULL), V_UNKNOWN);
	assert_int_equal(office_done(TO_ELECTRONIC, serial), V_OK);
	assert_int_equal(office_state(number), PRATICA_SENT);
	assert_int_equal(desk_auth(ANN, ANN_16), V_MUST_CHANGE);
}

/* The same while documents are awaited, which have a deadline of their own. */
static void a_half_owed_to_a_firm_has_no_link(void **state)
{
	uint64_t serial;

	(void)state;
	office_new(ANN, CATEGORY_IMPRESA);
	serial = taken(TO_ELECTRONIC);
	assert_int_equal(office_half(TO_ELECTRONIC, serial, ANN_16, "t"), V_OK);
	assert_int_equal(office_confirm("t", FIRM, MATRICOLA), V_OK);
	assert_int_equal(taken(TO_ELECTRONIC), serial);
	assert_int_equal(desk.rep.order_is.good_s, 0);
}

static enum verdict forget_address(struct act *a, void *arg)
{
	uint8_t key[STORE_KEY_LEN];
	struct entry_row row;

	dossier_registry_key(key, a->accounts->keys, REGISTRY_INDIRIZZI, arg);
	if (!act_get(a, &dossier_registry, key, &row))
		return V_FAILED;
	act_delete(a, &dossier_registry, key, row.rev);
	return V_OK;
}

static void no_letter_goes_nowhere(void **state)
{
	const char *number = office_new(ANN, CATEGORY_LAVORATORE);
	struct wire_msg again = { .type = WIRE_REQUEST_RESEND };
	char cf[] = ANN;

	(void)state;
	office_deliver(TO_ELECTRONIC, ANN_16, "t");
	assert_int_equal(office_confirm("t", NULL, NULL), V_OK);
	assert_int_equal(act_run(&desk.sv.accounts, 0, 0, desk.now_s, forget_address, cf), V_OK);
	assert_int_equal(office_take(TO_POST), V_UNKNOWN);
	assert_int_equal(desk.events[EVENT_PARKED], 1);
	assert_int_equal(office_show(number)->parked, 1);
	assert_string_equal(desk.rep.pratica_is.trouble, "no address in the registry");
	assert_int_equal(office_put(REGISTRY_INDIRIZZI, ANN, "", "Via Roma 1"), V_OK);
	snprintf(again.request_resend.number, sizeof(again.request_resend.number), "%s", number);
	assert_int_equal(desk_ask(&office_clerk, &again), V_OK);
	office_deliver(TO_POST, ANN_16 + 8, NULL);
	assert_int_equal(desk_auth(ANN, ANN_16), V_MUST_CHANGE);
}

static void halves_cost_what_all_cost(void **state)
{
	uint64_t serial;

	(void)state;
	office_new(ANN, CATEGORY_LAVORATORE);
	serial = taken(TO_ELECTRONIC);
	for (int i = 0; i < 2; i++) {
		struct wire_msg m = { .type = WIRE_ORDER_HALF,
				      .order_half = { .serial = serial,
						      .ops = desk.sv.conf->passes,
						      .mem_kib = desk.sv.conf->memory_kib } };

		*(i == 0 ? &m.order_half.ops : &m.order_half.mem_kib) += 1;
		assert_int_equal(desk_ask(&office_mail, &m), V_COST);
	}
	assert_int_equal(taken(TO_ELECTRONIC), serial);
}

static void only_halves_are_drawn(void **state)
{
	const char *number = office_new(ANN, CATEGORY_IMPRESA);
	uint64_t serial;

	(void)state;
	office_deliver(TO_ELECTRONIC, ANN_16, "t");
	assert_int_equal(office_confirm("t", FIRM, MATRICOLA), V_OK);
	serial = taken(TO_ELECTRONIC);
	assert_int_equal(desk.rep.order_is.kind, ORDER_FORMS);
	assert_int_equal(office_half(TO_ELECTRONIC, serial, ANOTHER_8, "u"), V_STATE);
	assert_int_equal(office_done(TO_ELECTRONIC, serial), V_OK);
	assert_int_equal(office_state(number), PRATICA_ASKED);
}

static void failures_wait_longer_and_longer(void **state)
{
	const uint64_t waits[] = { 60, 120, 240, 480, 960, 1920, 3840, 7680, 15360 };
	const char *number = office_new(ANN, CATEGORY_LAVORATORE);
	struct wire_msg again = { .type = WIRE_REQUEST_RESEND };
	uint64_t serial = 0;

	(void)state;
	snprintf(again.request_resend.number, sizeof(again.request_resend.number), "%s", number);
	assert_int_equal(desk_ask(&office_clerk, &again), V_STATE); /* nothing has failed yet */
	for (size_t i = 0; i < 9; i++) {
		serial = taken(TO_ELECTRONIC);
		assert_int_equal(office_failed(TO_ELECTRONIC, serial, "connection refused"), V_OK);
		desk.now_s += waits[i] - 1;
		assert_int_equal(office_take(TO_ELECTRONIC), V_UNKNOWN);
		desk.now_s++;
	}
	assert_int_equal(desk.events[EVENT_DELAYED], 9);
	assert_int_equal(taken(TO_ELECTRONIC), serial);
	assert_int_equal(office_show(number)->waiting, 1);
	assert_string_equal(desk.rep.pratica_is.trouble, "connection refused");
	assert_int_equal(office_failed(TO_ELECTRONIC, serial, "no such mailbox"),
			 V_OK); /* the tenth */
	assert_int_equal(desk.events[EVENT_PARKED], 1);
	desk.now_s += DAY_S;
	assert_int_equal(office_take(TO_ELECTRONIC), V_UNKNOWN);
	assert_int_equal(office_show(number)->waiting, 0);
	assert_int_equal(desk.rep.pratica_is.parked, 1);
	assert_string_equal(desk.rep.pratica_is.trouble, "no such mailbox");
	assert_int_equal(office_half(TO_ELECTRONIC, serial, ANN_16, "t"), V_UNKNOWN);
	assert_int_equal(desk_ask(&office_clerk, &again), V_OK);
	assert_int_equal(taken(TO_ELECTRONIC), serial);
	assert_int_equal(office_failed(TO_ELECTRONIC, serial, "greylisted"), V_OK);
	assert_int_equal(office_take(TO_ELECTRONIC), V_UNKNOWN);
	assert_int_equal(office_show(number)->parked, 0);        /* ten more tries */
	assert_int_equal(desk_ask(&office_clerk, &again), V_OK); /* what only waits, too */
	assert_int_equal(taken(TO_ELECTRONIC), serial);
	office_deliver(TO_ELECTRONIC, ANN_16, "t");
	assert_int_equal(desk_ask(&office_clerk, &again), V_STATE);
	again.request_resend.number[0] = '\0';
	assert_int_equal(desk_ask(&office_clerk, &again), V_UNKNOWN);
}

static void a_failure_holds_up_nobody_else(void **state)
{
	const char *ann = office_new(ANN, CATEGORY_LAVORATORE), *bob;
	struct wire_msg again = { .type = WIRE_REQUEST_RESEND };

	(void)state;
	desk.now_s++;
	bob = office_new(BOB, CATEGORY_LAVORATORE);
	assert_int_equal(office_failed(TO_ELECTRONIC, taken(TO_ELECTRONIC), "bounced"), V_OK);
	taken(TO_ELECTRONIC);
	assert_string_equal(desk.rep.order_is.number, bob);
	office_deliver(TO_ELECTRONIC, BOB_16, "b");
	assert_int_equal(office_take(TO_ELECTRONIC), V_UNKNOWN);
	snprintf(again.request_resend.number, sizeof(again.request_resend.number), "%s", bob);
	assert_int_equal(desk_ask(&office_clerk, &again), V_STATE); /* Ann's is not his */
	desk.now_s += 60;
	taken(TO_ELECTRONIC);
	assert_string_equal(desk.rep.order_is.number, ann);
}

static void all_that_failed_is_resent(void **state)
{
	const char *number = office_issued(ANN, ANN_16);
	struct wire_msg again = { .type = WIRE_REQUEST_RESEND };

	(void)state;
	for (int i = 0; i < 3; i++) { /* three notices and a letter that cannot go */
		desk.now_s += DAY_S;
		assert_int_equal(office_duplicate(number, ANN), V_OK);
		assert_int_equal(office_failed(TO_ELECTRONIC, taken(TO_ELECTRONIC), "x"), V_OK);
		if (i == 2)
			assert_int_equal(office_failed(TO_POST, taken(TO_POST), "y"), V_OK);
		else
			office_deliver(TO_POST, ANN_16 + 8, NULL);
		for (int n = 0; n < i && office_take(TO_ELECTRONIC) == V_OK; n++)
			office_failed(TO_ELECTRONIC, desk.rep.order_is.serial, "x");
	}
	assert_int_equal(office_show(number)->waiting, 4);
	snprintf(again.request_resend.number, sizeof(again.request_resend.number), "%s", number);
	assert_int_equal(desk_ask(&office_clerk, &again), V_OK);
	for (int i = 0; i < 3; i++)
		assert_int_equal(office_done(TO_ELECTRONIC, taken(TO_ELECTRONIC)), V_OK);
	assert_int_equal(office_take(TO_ELECTRONIC), V_UNKNOWN);
	office_deliver(TO_POST, ANN_16 + 8, NULL);
	assert_int_equal(office_show(number)->waiting, 0);
}

static void a_revoked_pin_kills_link_and_letter(void **state)
{
	const char *number = office_new(ANN, CATEGORY_LAVORATORE);
	uint64_t serial = taken(TO_ELECTRONIC);

	(void)state;
	assert_int_equal(office_half(TO_ELECTRONIC, serial, ANN_16, "t"), V_OK);
	assert_int_equal(desk_revoke(ANN), V_OK);
	assert_int_equal(office_half(TO_ELECTRONIC, serial, ANN_16, "u"), V_STATE);
	assert_int_equal(office_confirm("t", NULL, NULL), V_STATE);
	assert_int_equal(office_state(number), PRATICA_CANCELLED);
	assert_int_equal(office_take(TO_ELECTRONIC), V_UNKNOWN);
	assert_int_equal(office_show(number)->waiting, 0); /* it was dropped */
	number = office_new(ANN, CATEGORY_LAVORATORE);
	assert_int_equal(office_confirm("t", NULL, NULL),
			 V_STATE); /* the next PIN is not its own */
	office_deliver(TO_ELECTRONIC, ANN_16, "v");
	assert_int_equal(office_confirm("v", NULL, NULL), V_OK);
	serial = taken(TO_POST);
	assert_int_equal(desk_revoke(ANN), V_OK);
	assert_int_equal(office_half(TO_POST, serial, ANN_16 + 8, NULL), V_STATE);
	assert_int_equal(office_failed(TO_POST, serial, "refused"), V_OK);
	assert_int_equal(desk.events[EVENT_DELAYED], 0); /* nobody need look into that */
	assert_int_equal(office_done(TO_POST, serial), V_UNKNOWN);
	assert_int_equal(office_take(TO_POST), V_UNKNOWN);
	assert_int_equal(office_show(number)->waiting, 0);
	assert_int_equal(desk_status(ANN)->life, PIN_REVOKED);
	assert_int_equal(desk_auth(ANN, ANN_16), V_WRONG);
}

/* The letter was at the printer when the PIN was revoked: it opens nothing. */
static void a_letter_for_nothing_is_done_with(void **state)
{
	const char *number = office_new(ANN, CATEGORY_LAVORATORE);
	uint64_t serial;

	(void)state;
	office_deliver(TO_ELECTRONIC, ANN_16, "t");
	assert_int_equal(office_confirm("t", NULL, NULL), V_OK);
	serial = taken(TO_POST);
	assert_int_equal(office_half(TO_POST, serial, ANN_16 + 8, NULL), V_OK);
	assert_int_equal(office_cancel(number), V_OK);
	assert_int_equal(office_done(TO_POST, serial), V_OK);
	assert_int_equal(office_state(number), PRATICA_CANCELLED);
	assert_int_equal(desk_auth(ANN, ANN_16), V_WRONG);
}

static void many_dead_orders_are_cleared_away(void **state)
{
	const char *number;
	int busy = 0;

	(void)state;
	for (int i = 0; i < 150; i++) {
		number = office_new(ANN, CATEGORY_LAVORATORE);
		assert_int_equal(office_cancel(number), V_OK);
	}
	number = office_new(BOB, CATEGORY_LAVORATORE);
	while (office_take(TO_ELECTRONIC) == V_BUSY)
		busy++;
	assert_int_equal(busy, 2); /* a worker does not do all of it at once */
	assert_string_equal(desk.rep.order_is.number, number);
}

/* What is right must show neither in the answer nor in its cost. */
static void half_right_is_wrong(void **state)
{
	const char *const wrong[] = { ANN_16, BOB_16 };
	unsigned int hashes;
	uint8_t bytes[WIRE_MAX];
	size_t len;

	(void)state;
	for (int posted = 0; posted < 2; posted++) { /* at first there is no second half */
		if (posted == 1) {
			assert_int_equal(office_confirm("t", NULL, NULL), V_OK);
			office_deliver(TO_POST, ANN_16 + 8, NULL);
		} else {
			office_new(ANN, CATEGORY_LAVORATORE);
			office_deliver(TO_ELECTRONIC, ANN_16, "t");
		}
		for (int i = 3; i >= posted;
		     i--) { /* bit 0: the first half is right, bit 1: the second */
			desk.now_s += 3600;
			assert_int_equal(desk_unlock(ANN), V_OK);
			hashes = desk.hashes;
			if (posted == 1 && i == 3)
				continue;
			assert_int_equal(desk_auth(ANN, pin_of(wrong[(i & 1) == 0],
							       wrong[(i & 2) == 0] + 8)),
					 V_WRONG);
			assert_int_equal(desk.hashes - hashes, 2);
			if (posted == 0 && i == 3) {
				memcpy(bytes, desk.bytes, desk.len);
				len = desk.len;
			}
			assert_int_equal(desk.len, len);
			assert_memory_equal(desk.bytes, bytes, len);
			assert_int_equal(desk_spent(ANN), 1);
		}
	}
}

int main(void)
{
#define HERE(name) cmocka_unit_test_setup_teardown(name, office_open, desk_close)
	static const struct CMUnitTest tests[] = {
		HERE(each_courier_has_its_own_orders),
		HERE(a_courier_learns_what_it_needs),
		HERE(an_order_lasts_until_it_is_done),
		HERE(the_same_half_twice_is_one),
		HERE(a_half_is_owed_though_the_link_was_used),
		HERE(a_half_owed_to_a_firm_has_no_link),
		HERE(no_letter_goes_nowhere),
		HERE(halves_cost_what_all_cost),
		HERE(only_halves_are_drawn),
		HERE(failures_wait_longer_and_longer),
		HERE(a_failure_holds_up_nobody_else),
		HERE(all_that_failed_is_resent),
		HERE(a_revoked_pin_kills_link_and_letter),
		HERE(a_letter_for_nothing_is_done_with),
		HERE(many_dead_orders_are_cleared_away),
		HERE(half_right_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
