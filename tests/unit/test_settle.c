/* SPDX-License-Identifier: BSD-2-Clause */
/* test_settle.c - what is left of a pratica, and of its letter, when its PIN is destroyed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "office.h"

#define ANOTHER_8 "KMNP6789"

static uint64_t taken(enum channel_kind to)
{
	assert_int_equal(office_take(to), V_OK);
	return desk.rep.order_is.serial;
}

/* Whatever becomes of the PIN that came of it, and of the next. */
static void what_is_concluded_stays_so(void **state)
{
	const char *number = office_issued(ANN, ANN_16);
	char pin[17];

	(void)state;
	desk_first_login(ANN, ANN_16, pin);
	assert_int_equal(office_state(number), PRATICA_CONCLUDED);
	assert_int_equal(desk_revoke(ANN), V_OK);
	assert_int_equal(office_take(TO_POST), V_UNKNOWN); /* its letter was opened */
	assert_int_equal(office_state(number), PRATICA_CONCLUDED);
	(void)office_issued(ANN, BOB_16);
	assert_int_equal(office_state(number), PRATICA_CONCLUDED);
	number = office_issued(BOB, BOB_16);
	desk.now_s += 200 * DAY_S; /* nobody used it */
	assert_int_equal(desk_issue(BOB, ANN_16, LEVEL_SEMPLICE), V_OK);
	assert_int_equal(office_state(number), PRATICA_LAPSED);
	assert_int_equal(desk_revoke(BOB), V_OK);
	assert_int_equal(office_state(number), PRATICA_LAPSED);
}

/* The letter went out, perhaps to a spool: whatever ends its PIN ends it, once. */
static void a_letter_in_the_spool_is_called_back(void **state)
{
	const char *number = office_issued(ANN, ANN_16);
	uint64_t serial;

	(void)state;
	assert_int_equal(office_take(TO_POST), V_UNKNOWN);
	assert_int_equal(desk_revoke(ANN), V_OK);
	serial = taken(TO_POST);
	assert_int_equal(desk.rep.order_is.kind, ORDER_VOID);
	assert_string_equal(desk.rep.order_is.number, number);
	assert_string_equal(desk.rep.order_is.name, ""); /* nobody's address */
	assert_int_equal(office_half(TO_POST, serial, ANOTHER_8, NULL), V_STATE);
	assert_int_equal(desk_revoke(ANN), V_OK);
	assert_int_equal(office_done(TO_POST, serial), V_OK);
	assert_int_equal(office_take(TO_POST), V_UNKNOWN);
	number = office_issued(ANN, ANN_16);
	assert_int_equal(office_cancel(number), V_OK);
	serial = taken(TO_POST);
	assert_int_equal(desk.rep.order_is.kind, ORDER_VOID);
	assert_string_equal(desk.rep.order_is.number, number);
	assert_int_equal(office_done(TO_POST, serial), V_OK);
	number = office_issued(ANN, ANN_16);
	desk.now_s += 200 * DAY_S; /* nobody used it: there can be another */
	(void)office_new(ANN, CATEGORY_LAVORATORE);
	taken(TO_POST);
	assert_int_equal(desk.rep.order_is.kind, ORDER_VOID);
	assert_string_equal(desk.rep.order_is.number, number);
}

int main(void)
{
#define HERE(name) cmocka_unit_test_setup_teardown(name, office_open, desk_close)
	static const struct CMUnitTest tests[] = {
		HERE(what_is_concluded_stays_so),
		HERE(a_letter_in_the_spool_is_called_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
