/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_same.c - two families whose members nobody can tell apart. All who are refused for their
 * PIN: the same calls to the kernel, the same bytes but for the nonce, one hash. All who must wait
 * or are blocked: the same, and no hash.
 */
#include <stdio.h>
#include <string.h>

#include "trace.h"

#define JUNK    "\b\n\r\177INCORRECT" /* what sshd sends for who may not log in */
#define HASHES  "inpspin_hash_microseconds_count"
#define AWAY    "away" /* where nobody was ever let in */
#define COMMITS "inpspin_commits_total"
#define ROUNDS  3

struct answer {
	uint8_t bytes[WIRE_MAX];
	size_t len;
};

/* The answer, without its nonce. */
static struct answer ask(const char *cf, const char *pin)
{
	struct wire_msg m = rig_authenticate(cf, pin);
	struct answer a = { .len = 0 };
	uint8_t buf[WIRE_MAX];
	size_t len;
	ssize_t n;

	snprintf(m.authenticate.service, sizeof(m.authenticate.service), "%s", AWAY);
	memset(m.nonce, cf[15], sizeof(m.nonce));
	assert_int_equal(wire_encode(&m, buf, sizeof(buf), &len), 0);
	n = rig_raw(rig.auth, buf, len, a.bytes);
	assert_in_range(n, 2 + WIRE_NONCE_LEN, WIRE_MAX);
	assert_memory_equal(a.bytes + 2, m.nonce, sizeof(m.nonce));
	memset(a.bytes + 2, 0, sizeof(m.nonce));
	a.len = (size_t)n;
	return a;
}

static void assert_same(const struct answer *a, const struct answer *b, enum verdict v)
{
	struct wire_msg m;

	assert_int_equal(a->len, b->len);
	assert_memory_equal(a->bytes, b->bytes, a->len);
	assert_int_equal(wire_decode(&m, a->bytes, a->len), 0);
	assert_int_equal(m.verdict.code, v);
}

enum { UNKNOWN, KNOWN, REVOKED, PEOPLE };

static char people[PEOPLE][17];

static void make_people(void)
{
	char pin[17];

	for (unsigned int p = 0; p < PEOPLE; p++)
		rig_cf(people[p], p);
	assert_int_equal(rig_issue(people[KNOWN]), V_OK);
	assert_int_equal(rig_renew(people[KNOWN], RIG_PIN, pin), V_OK);
	assert_int_equal(rig_issue(people[REVOKED]), V_OK);
	assert_int_equal(rig_about(WIRE_REVOKE, people[REVOKED]), V_OK);
}

/* Everybody, with every text, new each time but for sshd's. Returns how many were asked. */
static size_t ask_refused(const struct answer *first)
{
	static unsigned int made;
	char wrong[17], bad[17];
	struct answer a;
	size_t n = 0;

	for (int round = 0; round < ROUNDS; round++)
		for (int p = 0; p < PEOPLE; p++) {
			const char *texts[] = { wrong, bad, JUNK };

			rig_wrong(wrong, ++made);
			snprintf(bad, sizeof(bad), "!%s", wrong + 1); /* as long, and no PIN */
			for (size_t t = 0; t < sizeof(texts) / sizeof(*texts); t++, n++) {
				a = ask(people[p], texts[t]);
				assert_same(&a, first, V_WRONG);
			}
		}
	return n;
}

static void test_refused(void **state)
{
	struct answer first;
	uint64_t hashes;
	size_t n;

	(void)state;
	trace_start("[limits]\nworkers = 1\n[guesses]\nfree = 12\nlimit = 12\nsource_limit = 11\n");
	make_people();
	first = ask(people[UNKNOWN],
		    RIG_WRONG); /* so that all memory that is kept has been taken */
	hashes = rig_figure(HASHES);
	n = ask_refused(&first);
	assert_int_equal(rig_figure(HASHES) - hashes, n);
	assert_int_equal(ask_refused(&first), n);
	trace_stop();
	assert_in_range(trace.n, 2 * n, TRACE_MAX);
	trace_assert_alike(trace.requests + trace.n - n, n, 1);
}

enum { WRONG_RIGHT, RIGHT_WRONG, WRONG_WRONG, HALVES };

/* 16 symbols, new each time but for the right half. */
static void make_halves(char pin[static 17], int kind)
{
	static unsigned int made = 5000;
	char one[17], two[17];

	rig_wrong(one, ++made);
	rig_wrong(two, ++made);
	snprintf(pin, 17, "%.8s%.8s", kind == RIGHT_WRONG ? RIG_PIN : one,
		 kind == WRONG_RIGHT ? RIG_PIN + 8 : two);
}

static size_t ask_halves(char who[2][17], const struct answer *first)
{
	struct answer a;
	char pin[17];
	size_t n = 0;

	for (int round = 0; round < ROUNDS; round++)
		for (int kind = 0; kind < HALVES; kind++)
			for (int p = 0; p < 2; p++, n++) {
				make_halves(pin, kind);
				a = ask(who[p], pin);
				assert_same(&a, first, V_WRONG);
			}
	return n;
}

/* 16 symbols cost two hashes whoever they are of; that one half is right shows in nothing. */
static void test_halves(void **state)
{
	char who[2][17], pin[17];
	struct answer first;
	uint64_t hashes;
	size_t n;

	(void)state;
	trace_start("[limits]\nworkers = 1\n[guesses]\nfree = 40\nlimit = 40\n");
	assert_int_equal(rig_issue(rig_cf(who[0], 0)), V_OK);
	make_halves(pin, WRONG_WRONG);
	first = ask(rig_cf(who[1], 1), pin); /* nobody */
	hashes = rig_figure(HASHES);
	n = ask_halves(who, &first);
	assert_int_equal(rig_figure(HASHES) - hashes, 2 * n);
	assert_int_equal(rig_try(who[0], RIG_PIN), V_MUST_CHANGE); /* these are its halves */
	assert_int_equal(ask_halves(who, &first), n);
	trace_stop();
	assert_in_range(trace.n, 2 * n, TRACE_MAX);
	trace_assert_alike(trace.requests + trace.n - n, n, 1);
}

/* Wrong PINs for a known and an unknown person, under these settings. */
static void spend(char who[2][17], unsigned int n, const char *settings)
{
	rig_conf(settings);
	rig_start();
	for (unsigned int i = 0; i < n; i++)
		for (int p = 0; p < 2; p++)
			assert_int_equal(rig_guess(who[p], AWAY, i), V_WRONG);
	assert_int_equal(rig_stop(), 0);
}

enum { THROTTLED, BLOCKED, GATES };

static char closed[GATES][2][17]; /* a known and an unknown person before each gate */
static char pins[GATES][17];      /* of the known ones */

static size_t ask_closed(void)
{
	static const enum verdict says[] = { V_THROTTLED, V_BLOCKED };
	size_t n = 0;

	for (int round = 0; round < ROUNDS; round++)
		for (int g = 0; g < GATES; g++) {
			const char *texts[] = { RIG_WRONG, pins[g] };
			struct answer first = ask(closed[g][1], RIG_WRONG), a;

			n++;
			for (int i = 0; i < 4; i++, n++) {
				a = ask(closed[g][i % 2], texts[i / 2]);
				assert_same(&a, &first, says[g]);
			}
		}
	return n;
}

/* The waits last a day, but no more than a minute of it is told: no second makes a difference. */
static void test_closed(void **state)
{
	uint64_t hashes, commits;
	size_t n;

	(void)state;
	rig_start();
	for (unsigned int i = 0; i < 4; i++)
		rig_cf(closed[i / 2][i % 2], i);
	for (int g = 0; g < GATES; g++) {
		assert_int_equal(rig_issue(closed[g][0]), V_OK);
		assert_int_equal(rig_renew(closed[g][0], RIG_PIN, pins[g]), V_OK);
	}
	assert_int_equal(rig_stop(), 0);
	spend(closed[BLOCKED], 4, RIG_CONF "[guesses]\nfree = 4\nlimit = 4\n");
	spend(closed[THROTTLED], 3,
	      RIG_CONF "[guesses]\nlimit = 4\nwait_s = 86400\nwait_max_s = 86400\n");
	trace_start("[limits]\nworkers = 1\n[guesses]\nlimit = 4\nwait_max_s = 60\n");
	hashes = rig_figure(HASHES);
	commits = rig_figure(COMMITS);
	n = ask_closed();
	assert_int_equal(rig_figure(HASHES), hashes);
	assert_int_equal(rig_figure(COMMITS), commits);
	assert_int_equal(ask_closed(), n);
	trace_stop();
	assert_in_range(trace.n, 2 * n, TRACE_MAX);
	trace_assert_alike(trace.requests + trace.n - n, n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_refused, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_halves, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_closed, rig_open, rig_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
