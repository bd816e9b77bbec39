/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_pratica.c - every event on every kind of pratica, what must always hold, the table as it
 * behaves (test_pratica.exp), and every history of nine events beside what happened in it.
 * TESTDATA: the folder tests/data (default "tests/data"); the table is ../unit/test_pratica.exp there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "person.h"
#include "pratica.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

#define STORED (PRATICA_CANCELLED + 1) /* states that are written down; the rest are computed */

static const uint64_t T = 1800000000;
static const uint32_t ANNA = 1001, BRUNO = 1002; /* operators; Anna records */

static const char *const evs[PRATICA_EVENT_N] = { "OPEN",    "CONFIRM", "DOCUMENTS", "APPROVE", "REJECT",
						  "ADDRESS", "POSTED",  "DUPLICATE", "CANCEL" };
static const char *const states[PRATICA_STATE_N] = { "none",     "opened",   "asked",     "reviewed",
						     "parked",   "printing", "sent",      "rejected",
						     "cancelled", "lapsed",  "concluded" };

static struct pin_rec pin_of(enum pin_life life, uint64_t now_s)
{
	struct pin_rec p = { .gen = life == PIN_ABSENT ? 0 : 3, .form = PIN_FORM_8,
			     .expires_s = life == PIN_EXPIRED ? now_s : UINT64_MAX,
			     .lapses_s = life == PIN_LAPSED || life == PIN_UNUSED ? now_s : UINT64_MAX,
			     .temporary = life == PIN_AWAITING || life == PIN_TEMPORARY ||
					  life == PIN_UNUSED,
			     .revoked = life == PIN_REVOKED,
			     .verifier = { { .alg = life == PIN_AWAITING ? 0 : 'o' } } };

	assert_int_equal(pin_life(&p, now_s), life);
	return p;
}

/* ---- what it is ---- */

/* A second telling. */
static enum pratica_state as_it_is(const struct pratica_rec *r, enum pin_life life, uint64_t now_s)
{
	bool open = r->state != PRATICA_NONE && r->state < PRATICA_REJECTED;

	if (!open)
		return r->state;
	if (life == PIN_ABSENT || life == PIN_REVOKED)
		return PRATICA_CANCELLED;
	if (life == PIN_ACTIVE || life == PIN_EXPIRED || life == PIN_LAPSED)
		return PRATICA_CONCLUDED;
	if (life == PIN_UNUSED || (r->due_s != 0 && now_s >= r->due_s))
		return PRATICA_LAPSED;
	return r->state;
}

static void what_it_is_follows_from_pin_and_time(void **state)
{
	static const uint64_t dues[] = { 0, 1, T - 1, T, T + 1, UINT64_MAX };

	(void)state;
	for (uint8_t s = 0; s < STORED; s++)
		for (int life = 0; life < PIN_LIFE_N; life++)
			for (size_t d = 0; d < N(dues); d++) {
				struct pratica_rec r = { .state = s, .due_s = dues[d] };
				struct pin_rec pin = pin_of((enum pin_life)life, T);

				assert_int_equal(pratica_state(&r, &pin, T),
						 as_it_is(&r, (enum pin_life)life, T));
			}
}

static void the_last_good_second(void **state)
{
	const struct pratica_arg arg = { .needs_review = 1 };
	const struct pin_rec pin = pin_of(PIN_AWAITING, T);
	struct pratica_rec r = { 0 };

	(void)state;
	assert_int_equal(pratica_step(&r, &pin, PRATICA_OPEN, &arg, T).verdict, V_OK);
	assert_int_equal(pratica_state(&r, &pin, T + 7 * 86400 - 1), PRATICA_OPENED);
	assert_int_equal(pratica_state(&r, &pin, T + 7 * 86400), PRATICA_LAPSED);
	assert_int_equal(pratica_step(&r, &pin, PRATICA_CONFIRM, &arg, T + 7 * 86400).verdict, V_STATE);
	assert_int_equal(pratica_step(&r, &pin, PRATICA_CONFIRM, &arg, T + 7 * 86400 - 1).verdict, V_OK);
	assert_int_equal(pratica_state(&r, &pin, T + 67 * 86400 - 2), PRATICA_ASKED);
	assert_int_equal(pratica_state(&r, &pin, T + 67 * 86400 - 1), PRATICA_LAPSED);
}

/* ---- what an event does ---- */

static void check_step(const struct pratica_rec *old, enum pin_life life, enum pratica_event ev,
		       const struct pratica_arg *arg)
{
	const struct pin_rec pin = pin_of(life, T);
	enum pratica_state was = pratica_state(old, &pin, T);
	struct pratica_rec r = *old;
	struct pratica_step s = pratica_step(&r, &pin, ev, arg, T);
	bool posts = s.send & PRATICA_SEND_LETTER;

	assert_int_equal(s.commit, s.verdict == V_OK);
	if (!s.commit) { /* a refusal does nothing */
		assert_memory_equal(&r, old, sizeof(r));
		assert_int_equal(s.send, 0);
		assert_true(s.verdict == V_UNKNOWN || s.verdict == V_STATE || s.verdict == V_SELF ||
			    s.verdict == V_LIMIT);
	}
	assert_int_equal(s.verdict == V_UNKNOWN, was == PRATICA_NONE && ev != PRATICA_OPEN);
	if (was >= PRATICA_REJECTED) /* what is over stays over */
		assert_int_equal(s.verdict, V_STATE);
	if (was != PRATICA_NONE) /* nothing is begun twice */
		assert_true(ev != PRATICA_OPEN || s.verdict == V_STATE);
	assert_int_equal(posts, s.commit && r.state == PRATICA_PRINTING);
	assert_int_equal((s.send & PRATICA_SEND_HALF) != 0, s.commit && ev == PRATICA_OPEN);
	assert_int_equal((s.send & PRATICA_SEND_FORMS) != 0, s.commit && r.state == PRATICA_ASKED);
	assert_int_equal((s.send & PRATICA_SEND_NOTICE) != 0, s.commit && ev == PRATICA_DUPLICATE);
	if (posts && ev == PRATICA_CONFIRM) /* only who needs no documents, to an address we have */
		assert_true(was == PRATICA_OPENED && !old->needs_review && arg->has_address);
	if (posts && ev == PRATICA_APPROVE)
		assert_true(was == PRATICA_REVIEWED && arg->has_address);
	if (s.commit && (ev == PRATICA_APPROVE || ev == PRATICA_REJECT))
		assert_int_not_equal(arg->uid, old->recorded_by);
	if (s.commit && ev == PRATICA_DUPLICATE)
		assert_true(was == PRATICA_SENT && old->duplicates < 3 && T >= old->sent_s + 86400 &&
			    r.duplicates == old->duplicates + 1);
	else if (s.commit && ev != PRATICA_OPEN)
		assert_int_equal(r.duplicates, old->duplicates);
	if (s.commit && ev == PRATICA_CANCEL)
		assert_true(r.state == PRATICA_CANCELLED && s.send == 0);
	if (s.commit && ev != PRATICA_DOCUMENTS && ev != PRATICA_OPEN)
		assert_int_equal(r.recorded_by, old->recorded_by);
	if (s.commit && r.state != PRATICA_OPENED && r.state != PRATICA_ASKED && r.state != PRATICA_REJECTED)
		assert_int_equal(r.due_s, r.state == PRATICA_SENT || ev == PRATICA_DUPLICATE ? old->due_s : 0);
}

static void each_arg(const struct pratica_rec *r)
{
	for (int life = 0; life < PIN_LIFE_N; life++)
		for (int ev = 0; ev < PRATICA_EVENT_N; ev++)
			for (unsigned int bits = 0; bits < 8; bits++) {
				const struct pratica_arg arg = { .uid = bits & 1 ? ANNA : BRUNO,
								 .needs_review = bits >> 1 & 1,
								 .has_address = bits >> 2 & 1 };

				check_step(r, (enum pin_life)life, (enum pratica_event)ev, &arg);
			}
}

static void every_cell_keeps_the_law(void **state)
{
	static const uint64_t dues[] = { 0, T, T + 1 }, sents[] = { 0, T - 86400, T - 86399, T };

	(void)state;
	for (uint8_t s = 0; s < STORED; s++)
		for (size_t due = 0; due < N(dues); due++)
			for (size_t sent = 0; sent < N(sents); sent++)
				for (uint8_t bits = 0; bits < 4; bits++)
					for (uint8_t n = 0; n < 5; n++) {
						const struct pratica_rec r = {
							.state = s, .due_s = dues[due],
							.sent_s = sents[sent], .duplicates = n,
							.recorded_by = ANNA, .needs_review = bits & 1,
							.has_address = bits >> 1,
						};

						each_arg(&r);
					}
}

/* ---- the table ---- */

/* A record that is like this now. */
static struct pratica_rec rec_of(int state, enum pin_life *life)
{
	struct pratica_rec r = { .state = (uint8_t)state, .recorded_by = ANNA, .sent_s = T - 86400,
				 .duplicates = 1 };

	*life = PIN_AWAITING;
	if (state == PRATICA_OPENED || state == PRATICA_ASKED)
		r.due_s = T + 1;
	if (state == PRATICA_LAPSED) {
		r.state = PRATICA_OPENED;
		r.due_s = T;
	}
	if (state == PRATICA_CONCLUDED) {
		r.state = PRATICA_SENT;
		*life = PIN_ACTIVE;
	}
	return r;
}

static void print_cell(FILE *f, int ev, int state, bool review, bool address)
{
	const struct pratica_arg arg = { .uid = BRUNO, .needs_review = review, .has_address = address };
	enum pin_life life;
	struct pratica_rec r = rec_of(state, &life);
	struct pin_rec pin = pin_of(life, T);
	struct pratica_step s;

	r.needs_review = review;
	assert_int_equal(pratica_state(&r, &pin, T), state);
	s = pratica_step(&r, &pin, (enum pratica_event)ev, &arg, T);
	fprintf(f, "%-9s %-9s %-6s %-10s -> %-7s %-9s", evs[ev], states[state], review ? "review" : "-",
		address ? "address" : "-", verdict_name(s.verdict), states[pratica_state(&r, &pin, T)]);
	fprintf(f, " due %+7d sent %+6d letters %u by %u%s%s%s%s\n", r.due_s != 0 ? (int)(r.due_s - T) : 0,
		r.sent_s != 0 ? (int)(r.sent_s - T) : 0, r.duplicates, r.recorded_by,
		s.send & PRATICA_SEND_HALF ? " send-half" : "",
		s.send & PRATICA_SEND_FORMS ? " send-forms" : "",
		s.send & PRATICA_SEND_LETTER ? " send-letter" : "",
		s.send & PRATICA_SEND_NOTICE ? " send-notice" : "");
}

static char *read_file(const char *path)
{
	FILE *f = fopen(path, "re");
	char *text = calloc(1, 65536);

	assert_non_null(text);
	if (f != NULL) {
		text[fread(text, 1, 65535, f)] = '\0';
		fclose(f);
	}
	return text;
}

static void the_table_is_the_one_written_down(void **state)
{
	const char *data = getenv("TESTDATA");
	char path[4096], *seen, *written;
	size_t n;
	FILE *f = open_memstream(&seen, &n);

	(void)state;
	assert_non_null(f);
	for (int ev = 0; ev < PRATICA_EVENT_N; ev++)
		for (int s = 0; s < PRATICA_STATE_N; s++)
			for (int bits = 0; bits < 4; bits++)
				print_cell(f, ev, s, bits >> 1, bits & 1);
	fclose(f);
	snprintf(path, sizeof(path), "%s/../unit/test_pratica.exp", data != NULL ? data : "tests/data");
	written = read_file(path);
	if (strcmp(seen, written) != 0)
		fprintf(stderr, "%s", seen); /* what test_pratica.exp would have to say */
	assert_string_equal(seen, written);
	free(written);
	free(seen);
}

/* ---- refusals ---- */

static struct pratica_step do_at(struct pratica_rec *r, enum pratica_event ev, uint32_t uid, uint64_t now_s)
{
	const struct pin_rec pin = pin_of(PIN_AWAITING, now_s);
	const struct pratica_arg arg = { .uid = uid, .needs_review = r->needs_review, .has_address = 1 };

	return pratica_step(r, &pin, ev, &arg, now_s);
}

static void who_recorded_the_documents_does_not_judge_them(void **state)
{
	struct pratica_rec r = { .state = PRATICA_ASKED, .needs_review = 1, .due_s = T + 1 };

	(void)state;
	assert_int_equal(do_at(&r, PRATICA_DOCUMENTS, ANNA, T).verdict, V_OK);
	assert_int_equal(do_at(&r, PRATICA_APPROVE, ANNA, T).verdict, V_SELF);
	assert_int_equal(do_at(&r, PRATICA_REJECT, ANNA, T).verdict, V_SELF);
	assert_int_equal(do_at(&r, PRATICA_DOCUMENTS, BRUNO, T).verdict, V_OK); /* better ones */
	assert_int_equal(do_at(&r, PRATICA_APPROVE, BRUNO, T).verdict, V_SELF);
	assert_int_equal(do_at(&r, PRATICA_APPROVE, ANNA, T + 999 * 86400).verdict, V_OK);
	assert_int_equal(r.state, PRATICA_PRINTING);
}

static void root_is_an_operator_like_others(void **state)
{
	struct pratica_rec r = { .state = PRATICA_ASKED, .needs_review = 1, .due_s = T + 1 };

	(void)state;
	assert_int_equal(do_at(&r, PRATICA_DOCUMENTS, 0, T).verdict, V_OK);
	assert_int_equal(do_at(&r, PRATICA_APPROVE, 0, T).verdict, V_SELF);
	assert_int_equal(do_at(&r, PRATICA_REJECT, BRUNO, T).verdict, V_OK);
	assert_int_equal(r.state, PRATICA_REJECTED);
}

static void duplicates_are_few_and_far_between(void **state)
{
	struct pratica_rec r = { .state = PRATICA_PRINTING };
	uint64_t now_s = T;

	(void)state;
	for (int n = 0; n < PRATICA_DUPLICATES; n++) {
		assert_int_equal(do_at(&r, PRATICA_DUPLICATE, ANNA, now_s).verdict, V_STATE); /* not sent */
		assert_int_equal(do_at(&r, PRATICA_POSTED, ANNA, now_s).verdict, V_OK);
		assert_int_equal(do_at(&r, PRATICA_POSTED, ANNA, now_s).verdict, V_STATE);
		assert_int_equal(do_at(&r, PRATICA_DUPLICATE, ANNA, now_s + 86399).verdict, V_LIMIT);
		now_s += 86400;
		assert_int_equal(do_at(&r, PRATICA_DUPLICATE, ANNA, now_s).send,
				 PRATICA_SEND_LETTER | PRATICA_SEND_NOTICE);
	}
	assert_int_equal(do_at(&r, PRATICA_POSTED, ANNA, now_s).verdict, V_OK);
	assert_int_equal(do_at(&r, PRATICA_DUPLICATE, ANNA, now_s + 999 * 86400).verdict, V_LIMIT);
}

/* ---- every history ---- */

struct past { /* what has happened, whatever the record says */
	bool confirmed, approved;
	unsigned int letters, posted, documents;
	uint32_t recorder;
};

static unsigned int histories, letters;

static void remember(struct past *p, enum pratica_event ev, uint32_t uid, unsigned int send)
{
	p->confirmed = p->confirmed || ev == PRATICA_CONFIRM;
	p->documents += ev == PRATICA_DOCUMENTS;
	if (ev == PRATICA_DOCUMENTS)
		p->recorder = uid;
	if (ev == PRATICA_APPROVE)
		assert_true(p->documents > 0 && p->recorder != uid);
	p->approved = p->approved || ev == PRATICA_APPROVE;
	p->posted += ev == PRATICA_POSTED;
	p->letters += (send & PRATICA_SEND_LETTER) != 0;
	assert_true(p->posted <= p->letters && p->letters <= p->posted + 1);
}

static void go_on(const struct pratica_rec *from, const struct past *past, int steps, uint64_t now_s)
{
	const struct pin_rec pin = pin_of(PIN_AWAITING, now_s);

	histories++;
	for (int choice = 0; steps > 0 && choice < PRATICA_EVENT_N * 4; choice++) {
		enum pratica_event ev = (enum pratica_event)(choice / 4);
		const struct pratica_arg arg = { .uid = choice & 1 ? ANNA : BRUNO,
						 .needs_review = choice & 1, .has_address = choice >> 1 & 1 };
		struct pratica_rec r = *from;
		struct past p = *past;
		struct pratica_step s = pratica_step(&r, &pin, ev, &arg, now_s);

		if (s.verdict != V_OK)
			continue;
		remember(&p, ev, arg.uid, s.send);
		if (s.send & PRATICA_SEND_LETTER) { /* nothing is printed before all of this */
			assert_true(p.confirmed && (!r.needs_review || p.approved) && r.has_address);
			letters++;
		}
		go_on(&r, &p, steps - 1, now_s + 86400 * 2);
	}
}

static void no_history_prints_a_letter_too_soon(void **state)
{
	const struct pratica_rec none = { .state = PRATICA_NONE };
	const struct past nothing = { .letters = 0 };

	(void)state;
	go_on(&none, &nothing, 9, T);
	assert_true(histories > 100000 && letters > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_is_follows_from_pin_and_time),
		cmocka_unit_test(the_last_good_second),
		cmocka_unit_test(every_cell_keeps_the_law),
		cmocka_unit_test(the_table_is_the_one_written_down),
		cmocka_unit_test(who_recorded_the_documents_does_not_judge_them),
		cmocka_unit_test(root_is_an_operator_like_others),
		cmocka_unit_test(duplicates_are_few_and_far_between),
		cmocka_unit_test(no_history_prints_a_letter_too_soon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
