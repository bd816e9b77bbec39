/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_trace.c - what the kernel sees of one request: the same calls for whoever the person is, and
 * no answer before its commit. strace runs the release build, the one whose sandbox kills.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rig.h"

#define JUNK "\b\n\r\177INCORRECT" /* what sshd sends for who may not log in */

struct request {          /* as seen from recvfrom() to sendto() */
	char calls[1024]; /* of the worker, in order, but for locks; runs of some of them as one */
	unsigned int syncs; /* fdatasync() calls that had returned */
	bool answered;
};

static struct request requests[256];
static size_t n_requests;
static char trace[96];
static const char *const wrap[] = { "strace", "-D", "-f", "-s", "0", "-o", trace, NULL };

/* The pages of a commit go out in as many writes as they happen to have neighbours. */
static const char *kind_of(const char *call)
{
	static const char *const pages[] = { "pwrite64", "pwritev", "writev", "lseek" };

	for (size_t i = 0; i < sizeof(pages) / sizeof(*pages); i++)
		if (strcmp(call, pages[i]) == 0)
			return "pages";
	return call;
}

static void add_call(struct request *r, const char *call)
{
	const char *kind = kind_of(call);
	const char *last = strrchr(r->calls, ' ');
	size_t n = strlen(r->calls);

	if (strcmp(kind, "futex") == 0)
		return;
	/* One seal or two: the clock's row is written once a second, with whatever comes. */
	if (last != NULL && strcmp(last + 1, kind) == 0 &&
	    (strcmp(kind, "pages") == 0 || strcmp(kind, "getrandom") == 0))
		return;
	snprintf(r->calls + n, sizeof(r->calls) - n, " %s", kind);
}

/* One line of strace: "PID call(...) = r", "PID call(... <unfinished", "PID <... call resumed>". */
static void read_line(const char *line, bool *inside, int *loop)
{
	struct request *r = &requests[n_requests == 0 ? 0 : n_requests - 1];
	char call[32];
	int pid;

	if (strstr(line, "fdatasync") != NULL && strstr(line, "unfinished") == NULL && *inside)
		r->syncs++;
	if (sscanf(line, "%d %31[a-z0-9_](", &pid, call) != 2)
		return;
	if (strcmp(call, "recvfrom") == 0) {
		assert_true(n_requests < sizeof(requests) / sizeof(*requests));
		memset(&requests[n_requests++], 0, sizeof(*requests));
		*loop = pid;
		*inside = true;
	} else if (strcmp(call, "sendto") == 0) {
		assert_true(*inside);
		r->answered = true;
		*inside = false;
	} else if (*inside && pid != *loop) {
		add_call(r, call);
	}
}

/* strace writes its last line some time after the process is gone. */
static bool is_complete(void)
{
	char line[512];
	bool end = false;
	FILE *f = fopen(trace, "re");

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		end = strstr(line, "+++ exited with 0") != NULL;
	if (f != NULL)
		fclose(f);
	return end;
}

static void read_trace(void)
{
	char line[512];
	bool inside = false;
	int loop = 0;
	FILE *f;

	for (int i = 0; i < 2000 && !is_complete(); i++)
		usleep(5000);
	f = fopen(trace, "re");
	assert_non_null(f);
	n_requests = 0;
	while (fgets(line, sizeof(line), f) != NULL)
		read_line(line, &inside, &loop);
	fclose(f);
}

static void start_traced(void)
{
	if (!rig_can_trace())
		rig_skip("there is no strace here, or it may not trace");
	snprintf(trace, sizeof(trace), "%s/trace", rig.dir);
	rig_conf(RIG_CONF "[limits]\nworkers = 1\n[guesses]\nfree = 12\nlimit = 12\nsource_limit = 11\n");
	rig.program = getenv("PIND_RELEASE");
	rig.wrap = wrap;
	rig_start();
}

enum { ACTIVE, TEMPORARY, REVOKED, UNKNOWN, KINDS };

static char people[KINDS][17];

static void make_people(void)
{
	char pin[17];

	for (unsigned int k = 0; k < KINDS; k++)
		rig_cf(people[k], k);
	for (int k = ACTIVE; k <= REVOKED; k++)
		assert_int_equal(rig_issue(people[k]), V_OK);
	assert_int_equal(rig_renew(people[ACTIVE], RIG_PIN, pin), V_OK);
	assert_int_equal(rig_about(WIRE_REVOKE, people[REVOKED]), V_OK);
}

/* Everybody is asked about with every text of one cost. */
static void ask_all(const char *const *pins, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (int k = 0; k < KINDS; k++)
			assert_int_equal(rig_try(people[k], pins[i]), V_WRONG);
}

static void assert_alike(const struct request *r, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		assert_string_equal(r[i].calls, r[0].calls);
		assert_int_equal(r[i].syncs, 1);
		assert_true(r[i].answered);
	}
	assert_null(strstr(r->calls, " mmap")); /* a worker keeps the memory of its hashes */
}

static void test_same_calls(void **state)
{
	static const char *const one[] = { RIG_WRONG, "AAAA1111", JUNK, "", "A" };
	static const char *const two[] = { "ZZZZ9999ZZZZ9999", "ABCD2345ZZZZ9999",
					   "ZZZZ9999EFGH6789" };
	static const char *const new_one[] = { "BBBB2222", JUNK "!", "B" };
	static const char *const new_two[] = { "ZZZZ9999ZZZZ8888", "ABCD2345ZZZZ8888" };
	const size_t n_one = 5 * KINDS, n_two = 3 * KINDS, n_new = 3 * KINDS, n_new2 = 2 * KINDS;
	const struct request *r;

	(void)state;
	start_traced();
	make_people();
	ask_all(one, 5); /* so that all memory that is kept has been taken */
	ask_all(two, 3);
	ask_all(one, 5); /* not charged again */
	ask_all(two, 3);
	ask_all(new_one, 3);
	ask_all(new_two, 2);
	assert_int_equal(rig_stop(), 0);
	read_trace();
	assert_in_range(n_requests, 2 * (n_one + n_two) + n_new + n_new2, 256);
	r = &requests[n_requests - n_one - n_two - n_new - n_new2];
	assert_alike(r, n_one);
	assert_alike(r + n_one, n_two);
	assert_alike(r + n_one + n_two, n_new);
	assert_alike(r + n_one + n_two + n_new, n_new2);
	assert_string_equal(r->calls, r[n_one + n_two].calls);
}

/* Each answer comes after as many commits as its request needs. */
static void test_commit_first(void **state)
{
	/* ping, issue, status, login, open: charge and settle; commit: those and the new PIN */
	static const unsigned int syncs[] = { 0, 1, 0, 2, 2, 3, 1, 1, 2, 1, 1, 1, 0 };
	const size_t n = sizeof(syncs) / sizeof(*syncs);
	struct wire_record rec;
	char cf[17], pin[17];

	(void)state;
	start_traced();
	rig_cf(cf, 1);
	assert_int_equal(rig_issue(cf), V_OK);
	assert_int_equal(rig_status(cf, &rec), 0);
	assert_int_equal(rig_try(cf, RIG_PIN), V_MUST_CHANGE);
	assert_int_equal(rig_renew(cf, RIG_PIN, pin), V_OK);
	assert_int_equal(rig_try(cf, RIG_WRONG), V_WRONG);
	assert_int_equal(rig_try(cf, JUNK), V_WRONG);
	assert_int_equal(rig_try(cf, pin), V_OK);
	assert_int_equal(rig_about(WIRE_UNLOCK, cf), V_OK);
	assert_int_equal(rig_about(WIRE_REVOKE, cf), V_OK);
	assert_int_equal(rig_issue(cf), V_OK);
	assert_int_equal(rig_issue(cf), V_LIVE);
	assert_int_equal(rig_stop(), 0);
	read_trace();
	assert_in_range(n_requests, n, 256);
	for (size_t i = 0; i < n; i++) {
		assert_true(requests[n_requests - n + i].answered);
		assert_int_equal(requests[n_requests - n + i].syncs, syncs[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_same_calls, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_commit_first, rig_open, rig_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
