/* SPDX-License-Identifier: BSD-2-Clause */
/* test_order_races.c - operators, couriers and citizens all at once: each thing happens once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <pthread.h>
#include <sodium.h>

#include "arena.h"
#include "office.h"

#define THREADS 64

struct runner { /* one thread */
	unsigned int i;
	pthread_barrier_t *start;
	void (*run)(struct runner *r);
	char word[17]; /* a number, or a PIN */
	struct wire_msg rep;
	enum verdict said; /* last */
};

static const char *subject; /* the pratica it is about */
static uint64_t subject_serial;

static enum verdict ask(struct runner *r, const struct peer *who, struct wire_msg *m)
{
	uint8_t in[WIRE_MAX], out[WIRE_MAX];
	size_t n, len;

	if (wire_encode(m, in, sizeof(in), &n) != 0)
		return V_NONE;
	serve(&desk.sv, who, in, n, out, &len);
	if (wire_decode(&r->rep, out, len) != 0)
		return V_NONE;
	return r->rep.type == WIRE_VERDICT ? (enum verdict)r->rep.verdict.code : V_OK;
}

static void *go(void *arg)
{
	struct runner *r = arg;

	pthread_barrier_wait(r->start);
	r->run(r);
	arena_close();
	return NULL;
}

static struct runner runners[THREADS];

static void run_all(void (*run)(struct runner *r))
{
	pthread_barrier_t start;
	pthread_t t[THREADS];

	assert_int_equal(pthread_barrier_init(&start, NULL, THREADS), 0);
	for (unsigned int i = 0; i < THREADS; i++) {
		runners[i] = (struct runner){ .i = i, .start = &start, .run = run };
		assert_int_equal(pthread_create(&t[i], NULL, go, &runners[i]), 0);
	}
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(t[i], NULL), 0);
	pthread_barrier_destroy(&start);
}

static unsigned int told(enum verdict v)
{
	unsigned int n = 0;

	for (int i = 0; i < THREADS; i++)
		n += runners[i].said == v;
	return n;
}

/* From the 16 to a PIN of one's own, as the module does it. */
static void log_in_first(struct runner *r)
{
	struct wire_msg a = { .type = WIRE_AUTHENTICATE,
			      .authenticate = { .cf = ANN, .service = "login", .pin = ANN_16 } },
			o = { .type = WIRE_RENEW_OPEN,
			      .renew_open = { .cf = ANN, .service = "login" } },
			c = { .type = WIRE_RENEW_COMMIT,
			      .renew_commit = { .cf = ANN,
						.service = "login",
						.email = "a@example.org",
						.phone = "+393331234567" } };

	r->said = ask(r, &desk_root, &a);
	if (r->said != V_MUST_CHANGE)
		return;
	memcpy(o.renew_open.grant, r->rep.verdict.grant, WIRE_GRANT_LEN);
	memcpy(c.renew_commit.grant, r->rep.verdict.grant, WIRE_GRANT_LEN);
	r->said = ask(r, &desk_root, &o);
	if (r->said != V_OK)
		return;
	memcpy(c.renew_commit.ticket, r->rep.renewal.ticket, WIRE_TICKET_LEN);
	snprintf(c.renew_commit.pin, sizeof(c.renew_commit.pin), "%s", r->rep.renewal.pin);
	memcpy(&o, &r->rep, sizeof(o)); /* the PIN, for who wins */
	r->said = ask(r, &desk_root, &c);
	if (r->said == V_OK)
		snprintf(r->word, sizeof(r->word), "%s", o.renewal.pin);
}

static void of_many_first_logins_one_is_the_first(void **state)
{
	const char *number = office_issued(ANN, ANN_16);

	(void)state;
	desk.sv.conf->free = desk.sv.conf->limit = 92; /* let all of them in at once */
	run_all(log_in_first);
	assert_int_equal(told(V_OK), 1);
	assert_int_equal(told(V_FAILED) + told(V_NONE), 0);
	assert_int_equal(office_state(number), PRATICA_CONCLUDED);
	assert_int_equal(desk_unlock(ANN), V_OK);
	assert_int_equal(desk_auth(ANN, ANN_16), V_WRONG);
	for (int i = 0; i < THREADS; i++)
		if (runners[i].said == V_OK)
			assert_int_equal(desk_auth(ANN, runners[i].word), V_OK);
}

static void request(struct runner *r)
{
	struct wire_msg m = office_request(ANN, CATEGORY_LAVORATORE);

	r->said = ask(r, &office_clerk, &m);
}

static void of_many_requests_one_is_a_pratica(void **state)
{
	(void)state;
	run_all(request);
	assert_int_equal(told(V_OK), 1);
	assert_int_equal(told(V_LIVE), THREADS - 1);
	assert_memory_equal(office_new(BOB, CATEGORY_LAVORATORE), "2026-0000002-", 13); /* no gap */
}

/* Codes of persons whose definitive one is not made yet: serial, office 151, check digit. */
static void make_person(unsigned int i, char cf[static 12])
{
	unsigned int sum = 0, v;

	snprintf(cf, 12, "%07u151", i + 1);
	for (int d = 0; d < 10; d++) {
		v = (unsigned int)(cf[d] - '0') * (d % 2 == 1 ? 2 : 1);
		sum += v > 9 ? v - 9 : v;
	}
	snprintf(cf + 10, 2, "%u", (10 - sum % 10) % 10);
}

static void request_for_another(struct runner *r)
{
	struct wire_msg m = office_request(ANN, CATEGORY_LAVORATORE);

	make_person(r->i, m.request_new.cf);
	r->said = ask(r, &office_clerk, &m);
	memcpy(r->word, r->rep.pratica_is.number, NUMBER_LEN + 1);
}

static void numbers_and_serials_are_given_once(void **state)
{
	uint64_t serials = 0, serial;
	bool seen[THREADS + 1] = { false };
	unsigned int count;

	(void)state;
	run_all(request_for_another);
	assert_int_equal(told(V_OK), THREADS);
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(sscanf(runners[i].word, "2026-%7u-", &count), 1);
		assert_in_range(count, 1, THREADS);
		assert_false(seen[count]);
		seen[count] = true;
	}
	for (uint64_t i = 1; i <= THREADS; i++) {
		assert_int_equal(office_take(TO_ELECTRONIC), V_OK);
		serial = desk.rep.order_is.serial;
		assert_int_equal(serial, i);
		serials += serial;
		assert_int_equal(office_half(TO_ELECTRONIC, serial, ANN_16, runners[i - 1].word),
				 V_OK);
		assert_int_equal(office_done(TO_ELECTRONIC, serial), V_OK);
	}
	assert_int_equal(serials, THREADS * (THREADS + 1) / 2);
	assert_int_equal(office_take(TO_ELECTRONIC), V_UNKNOWN);
}

static void duplicate(struct runner *r)
{
	struct wire_msg m = { .type = WIRE_REQUEST_DUPLICATE, .request_duplicate.cf = ANN };

	snprintf(m.request_duplicate.number, sizeof(m.request_duplicate.number), "%s", subject);
	r->said = ask(r, &office_clerk, &m);
}

static void of_many_duplicates_one_is_printed(void **state)
{
	(void)state;
	subject = office_issued(ANN, ANN_16);
	desk.now_s += DAY_S;
	run_all(duplicate);
	assert_int_equal(told(V_OK), 1);
	assert_int_equal(told(V_STATE), THREADS - 1);
	office_deliver(TO_POST, ANN_16 + 8, NULL);
	assert_int_equal(office_take(TO_POST), V_UNKNOWN);
}

/* Even ones cancel; odd ones are the printer, drawing and reporting. */
static void cancel_or_print(struct runner *r)
{
	struct wire_msg m = { .type = WIRE_REQUEST_CANCEL, .request_cancel.reason = "withdrawn" },
			h = { .type = WIRE_ORDER_HALF,
			      .order_half = { .serial = subject_serial,
					      .ops = desk.sv.conf->passes,
					      .mem_kib = desk.sv.conf->memory_kib,
					      .salt = { 1 } } },
			d = { .type = WIRE_ORDER_DONE, .order_done.serial = subject_serial };

	snprintf(m.request_cancel.number, sizeof(m.request_cancel.number), "%s", subject);
	if (r->i % 2 == 0) {
		r->said = ask(r, &office_clerk, &m);
	} else {
		(void)ask(r, &office_press, &h);
		r->said = ask(r, &office_press, &d);
		r->said = r->said == V_OK ? V_MUST_CHANGE
					  : r->said; /* told apart from a cancellation */
	}
}

/* The letter may be in the spool already: then it is called back. Nothing else is ordered. */
static void assert_no_letter(void)
{
	if (office_take(TO_POST) == V_OK) {
		assert_int_equal(desk.rep.order_is.kind, ORDER_VOID);
		assert_int_equal(office_done(TO_POST, desk.rep.order_is.serial), V_OK);
	}
	assert_int_equal(office_take(TO_POST), V_UNKNOWN);
}

static void who_cancels_has_cancelled(void **state)
{
	(void)state;
	for (int i = 0; i < 20; i++) {
		subject = office_new(ANN, CATEGORY_LAVORATORE);
		office_deliver(TO_ELECTRONIC, ANN_16, subject);
		assert_int_equal(office_confirm(subject, NULL, NULL), V_OK);
		assert_int_equal(office_take(TO_POST), V_OK);
		subject_serial = desk.rep.order_is.serial;
		run_all(cancel_or_print);
		assert_int_equal(told(V_OK), 1);
		assert_int_equal(told(V_MUST_CHANGE), 1);
		assert_int_equal(told(V_FAILED) + told(V_NONE), 0);
		assert_int_equal(office_state(subject), PRATICA_CANCELLED);
		assert_int_equal(desk_status(ANN)->life, PIN_REVOKED);
		assert_no_letter();
	}
}

int main(void)
{
#define HERE(name) cmocka_unit_test_setup_teardown(name, office_open, desk_close)
	static const struct CMUnitTest tests[] = {
		HERE(of_many_first_logins_one_is_the_first),
		HERE(of_many_requests_one_is_a_pratica),
		HERE(numbers_and_serials_are_given_once),
		HERE(of_many_duplicates_one_is_printed),
		HERE(who_cancels_has_cancelled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
