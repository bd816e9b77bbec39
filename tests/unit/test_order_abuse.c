/* SPDX-License-Identifier: BSD-2-Clause */
/* test_order_abuse.c - couriers that say what is not so, or too often, and lines full of dead orders. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "act.h"
#include "office.h"
#include "outbox.h"

/* Take what is there; its serial. */
static uint64_t taken(enum channel_kind to)
{
	assert_int_equal(office_take(to), V_OK);
	assert_int_equal(desk.rep.type, WIRE_ORDER_IS);
	return desk.rep.order_is.serial;
}

/* Done is what was drawn, since it last failed. */
static void nothing_is_done_without_a_half(void **state)
{
	const char *number = office_new(ANN, CATEGORY_LAVORATORE);
	uint64_t serial = taken(TO_ELECTRONIC);

	(void)state;
	assert_int_equal(office_done(TO_ELECTRONIC, serial), V_STATE);
	assert_int_equal(office_half(TO_ELECTRONIC, serial, ANN_16, "t"), V_OK);
	assert_int_equal(office_failed(TO_ELECTRONIC, serial, "bounced"), V_OK);
	assert_int_equal(office_done(TO_ELECTRONIC, serial), V_STATE);
	desk.now_s += 60;
	office_deliver(TO_ELECTRONIC, ANN_16, "t");
	assert_int_equal(office_confirm("t", NULL, NULL), V_OK);
	serial = taken(TO_POST);
	assert_int_equal(office_done(TO_POST, serial), V_STATE);
	assert_int_equal(office_state(number), PRATICA_PRINTING);
	office_deliver(TO_POST, ANN_16 + 8, NULL);
	assert_int_equal(office_state(number), PRATICA_SENT);
}

/* A courier that draws for ever writes no audit trail for ever. */
static void who_draws_too_often_is_stopped(void **state)
{
	const char *number = office_new(ANN, CATEGORY_LAVORATORE);
	struct wire_msg again = { .type = WIRE_REQUEST_RESEND };
	uint64_t serial = taken(TO_ELECTRONIC);

	(void)state;
	for (int i = 0; i < 20; i++)
		assert_int_equal(office_half(TO_ELECTRONIC, serial, ANN_16, "t"), V_OK);
	assert_int_equal(desk.events[EVENT_PARKED], 0);
	assert_int_equal(office_half(TO_ELECTRONIC, serial, ANN_16, "t"), V_STATE);
	assert_int_equal(desk.events[EVENT_PARKED], 1);
	assert_int_equal(office_half(TO_ELECTRONIC, serial, ANN_16, "t"), V_UNKNOWN);
	assert_int_equal(office_show(number)->parked, 1);
	assert_string_equal(desk.rep.pratica_is.trouble, "drawn again and again");
	snprintf(again.request_resend.number, sizeof(again.request_resend.number), "%s", number);
	assert_int_equal(desk_ask(&office_clerk, &again), V_OK);
	office_deliver(TO_ELECTRONIC, ANN_16, "t");
}

static enum verdict park_many(struct act *a, void *arg)
{
	uint64_t *serial = arg;
	struct order o = { .to = TO_ELECTRONIC, .kind = ORDER_NOTICE, .parked = 1, .due_s = 1,
			   .number = "2025-0000001-A", .cf = EVE };
	uint8_t key[STORE_KEY_LEN];

	for (int i = 0; i < ACT_ROWS; i++) {
		o.serial = (*serial)++;
		dossier_order_key(key, &o);
		act_put(a, &dossier_order, key, &o);
	}
	return V_OK;
}

/* More dead orders than anybody walks over: a pratica's own are found. */
static void dead_orders_hide_nothing(void **state)
{
	const char *number = office_new(ANN, CATEGORY_LAVORATORE);
	struct wire_msg again = { .type = WIRE_REQUEST_RESEND }, next = { .type = WIRE_REQUEST_NEXT };
	uint64_t serial = 1000000;

	(void)state;
	while (serial < 1000000 + OUTBOX_WALK)
		assert_int_equal(act_run(&desk.sv.accounts, 0, 0, desk.now_s, park_many, &serial),
				 V_OK);
	for (int i = 0; i < OUTBOX_TRIES; i++) {
		assert_int_equal(office_failed(TO_ELECTRONIC, taken(TO_ELECTRONIC), "full"), V_OK);
		desk.now_s += OUTBOX_WAIT_MAX_S;
	}
	assert_int_equal(office_show(number)->parked, 1);
	assert_int_equal(desk_ask(&office_clerk, &next), V_OK);
	assert_string_equal(desk.rep.pratica_is.number, number);
	assert_int_equal(desk.rep.pratica_is.parked, 1);
	snprintf(again.request_resend.number, sizeof(again.request_resend.number), "%s", number);
	assert_int_equal(desk_ask(&office_clerk, &again), V_OK);
	assert_int_equal(office_show(number)->parked, 0);
	assert_int_equal(desk.rep.pratica_is.waiting, 1);
	taken(TO_ELECTRONIC);
	assert_string_equal(desk.rep.order_is.number, number);
}

int main(void)
{
#define HERE(name) cmocka_unit_test_setup_teardown(name, office_open, desk_close)
	static const struct CMUnitTest tests[] = {
		HERE(nothing_is_done_without_a_half),
		HERE(who_draws_too_often_is_stopped),
		HERE(dead_orders_hide_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
