/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_pinctl_issue.c - pinctl issue: what pind is told, in which order, and where the PIN goes; and
 * other commands whose answer cannot be written, or that stop half way.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "argon.h"
#include "stage.h"
#include "verdict.h"

#define NUMBER "2026-0000001-B"

static void say_cost(uint32_t ops, uint32_t mem_kib)
{
	stage_expect(WIRE_COST);
	stage_answer((struct wire_msg){ .type = WIRE_COST_IS,
					.cost_is = { .ops = ops, .mem_kib = mem_kib } });
}

static bool exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

/* The sent verifiers are those of the PIN, which is 16 symbols of the drawn alphabet. */
static void check_verifiers(const struct wire_issue *q, const char *pin)
{
	const struct argon_cost cost = { q->ops, q->mem_kib };
	uint8_t out[ARGON_OUT_LEN];

	assert_int_equal(strspn(pin, "0123456789ABCDEFGHJKMNPQRSTVWXYZ"), 16);
	assert_int_equal(argon_derive(out, pin, 8, q->salt1, &cost), 0);
	assert_memory_equal(out, q->out1, sizeof(out));
	assert_int_equal(argon_derive(out, pin + 8, 8, q->salt2, &cost), 0);
	assert_memory_equal(out, q->out2, sizeof(out));
	assert_memory_not_equal(q->salt1, q->salt2, sizeof(q->salt1));
}

static void test_issue_retries_cost(void **state)
{
	struct wire_issue first, second;
	char pin[17] = "", want[256];
	const char *at;

	(void)state;
	START("issue", "rssmra 85t10 a562s", "--print", "-", "--json");
	say_cost(1, 8);
	stage_expect(WIRE_ISSUE);
	first = stage.req.issue;
	stage_say(V_COST);
	say_cost(2, 16);
	stage_expect(WIRE_ISSUE);
	second = stage.req.issue;
	stage_say(V_OK);
	stage_say_record(2, 0);
	assert_int_equal(stage_finish(), 0);
	at = strstr(stage.out, "\"pin\":\"");
	assert_non_null(at);
	memcpy(pin, at + 7, 16);
	snprintf(want, sizeof(want), "{\"cf\":\"" CF "\",\"pin\":\"%s\",\"level\":\"semplice\","
				     "\"lapses\":\"2027-01-15T08:00:00Z\"}\n", pin);
	assert_string_equal(stage.out, want);
	assert_string_equal(stage.err, "");
	assert_string_equal(second.cf, CF);
	assert_int_equal(first.ops, 1);
	assert_int_equal(second.ops, 2);
	assert_int_equal(second.mem_kib, 16);
	assert_memory_not_equal(first.salt1, second.salt1, sizeof(first.salt1));
	check_verifiers(&second, pin);
}

static void test_issue_gives_up_cost(void **state)
{
	(void)state;
	START("issue", CF, "--print", stage.letter);
	for (int i = 0; i < 2; i++) {
		say_cost(1, 8);
		stage_expect(WIRE_ISSUE);
		stage_say(V_COST);
	}
	assert_int_equal(stage_finish(), verdict_exit(V_COST));
	assert_false(exists(stage.letter));
}

/* The file is there, and empty, before pind is told; Ctrl-C meanwhile loses nothing. */
static void test_issue_order(void **state)
{
	struct stat st;

	(void)state;
	START("issue", CF, "--category", "patronato", "--level", "dispositivo", "--document",
	      "passaporto:YA123:Questura: Roma:2096-02-29", "--print", stage.letter);
	say_cost(1, 8);
	stage_expect(WIRE_ISSUE);
	assert_int_equal(lstat(stage.letter, &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0600);
	assert_int_equal(st.st_size, 0);
	assert_int_equal(stage.req.issue.category, 6);
	assert_int_equal(stage.req.issue.level, 2);
	assert_int_equal(stage.req.issue.doc_kind, 3);
	assert_string_equal(stage.req.issue.doc_number, "YA123");
	assert_string_equal(stage.req.issue.doc_issuer, "Questura: Roma");
	assert_int_equal(stage.req.issue.doc_until_s, 3981398400); /* 2096-03-01T00:00:00Z */
	assert_int_equal(kill(stage.pid, SIGINT), 0);
	assert_int_equal(kill(stage.pid, SIGTERM), 0);
	stage_say(V_OK);
	stage_expect(WIRE_STATUS); /* not answered: the letter is written all the same */
	close(stage.conn);
	assert_int_equal(stage_finish(), 0);
	stage_read(stage.letter, stage.out, sizeof(stage.out));
	assert_non_null(strstr(stage.out, "PIN iniziale (temporaneo)"));
	assert_non_null(strstr(stage.out, CF));
	assert_non_null(strstr(stage.out, "dispositivo"));
}

static void test_issue_refused(void **state)
{
	(void)state;
	START("issue", CF, "--print", stage.letter);
	say_cost(1, 8);
	stage_expect(WIRE_ISSUE);
	stage_say(V_LIVE);
	assert_int_equal(stage_finish(), verdict_exit(V_LIVE));
	assert_string_equal(stage.out, "");
	assert_int_equal(stage_lines(stage.err), 1);
	assert_false(exists(stage.letter));

	START("issue", CF, "--print", stage.letter);
	say_cost(1, 8);
	stage_expect(WIRE_ISSUE);
	close(stage.conn);
	assert_int_equal(stage_finish(), 3);
	assert_int_equal(stage_lines(stage.err), 1);
	assert_false(exists(stage.letter));
}

static void test_issue_not_printed(void **state)
{
	(void)state;
	stage_start("/dev/full", (const char *const[]){ "issue", CF, "--print", "-", NULL });
	say_cost(1, 8);
	stage_expect(WIRE_ISSUE);
	stage_say(V_OK);
	stage_say_record(2, 0);
	assert_int_equal(stage_finish(), 4);
	assert_int_equal(stage_lines(stage.err), 1);
	assert_non_null(strstr(stage.err, "pinctl revoke " CF));
}

/* pind cannot say until when: one clean object all the same. */
static void test_issue_without_day(void **state)
{
	(void)state;
	START("issue", CF, "--print", "-", "--json");
	say_cost(1, 8);
	stage_expect(WIRE_ISSUE);
	stage_say(V_OK);
	stage_expect(WIRE_STATUS);
	stage_say(V_BUSY);
	assert_int_equal(stage_finish(), 0);
	assert_memory_equal(stage.out, "{\"cf\":", 6);
	assert_int_equal(stage_lines(stage.out), 1);
	assert_non_null(strstr(stage.out, "\"lapses\":null}"));
	assert_non_null(strstr(stage.err, "recorded and printed"));
}

/* Names that are taken are refused before pind hears of anything. */
static void test_issue_keeps_files(void **state)
{
	(void)state;
	assert_int_equal(symlink("/dev/null", stage.letter), 0);
	START("issue", CF, "--print", stage.letter);
	assert_int_equal(stage_finish(), 2);
	assert_int_equal(stage_lines(stage.err), 1);
	assert_true(exists(stage.letter));
}

/* What was done is said to be, and what was only asked is not. */
static void test_not_written(void **state)
{
	(void)state;
	stage_start("/dev/full", (const char *const[]){ "revoke", CF, "--reason=x", NULL });
	stage_expect(WIRE_REVOKE);
	stage_say(V_OK);
	assert_int_equal(stage_finish(), 4);
	assert_string_equal(stage.err, "pinctl: done, but the answer could not be written (No space left on "
				       "device): see 'pinctl status'\n");
	stage_start("/dev/full", (const char *const[]){ "request", "cancel", NUMBER, "--reason=x", NULL });
	stage_expect(WIRE_REQUEST_CANCEL);
	stage_say(V_OK);
	assert_int_equal(stage_finish(), 4);
	assert_non_null(strstr(stage.err, "see 'pinctl request list'"));
	stage_start("/dev/full", (const char *const[]){ "revoke", CF, "--reason=x", "--json", NULL });
	stage_expect(WIRE_REVOKE);
	stage_say(V_REVOKED);
	assert_int_equal(stage_finish(), verdict_exit(V_REVOKED));
	assert_null(strstr(stage.err, "done"));
	stage_start("/dev/full", (const char *const[]){ "request", "show", NUMBER, NULL });
	stage_expect(WIRE_REQUEST_SHOW);
	stage_answer((struct wire_msg){ .type = WIRE_PRATICA_IS, .pratica_is.number = NUMBER });
	assert_int_equal(stage_finish(), 4);
	assert_string_equal(stage.err, "pinctl: cannot write the answer: No space left on device\n");
}

/* Where an import stopped, and what to do then. */
static void test_import_stops(void **state)
{
	FILE *f = fopen(stage.letter, "w"); /* it is removed at the end */

	(void)state;
	assert_true(f != NULL && fputs("cf\n\n" CF "\n", f) >= 0 && fclose(f) == 0);
	START("registry", "import", "patronati", stage.letter);
	stage_expect(WIRE_REGISTRY_BEGIN);
	stage_say(V_OK);
	stage_expect(WIRE_REGISTRY_PUT);
	stage_say(V_FAILED);
	stage_expect(WIRE_REGISTRY_DONE);
	assert_int_equal(stage.req.registry_done.lines, 0);
	stage_say(V_OK);
	assert_int_equal(stage_finish(), verdict_exit(V_FAILED));
	assert_non_null(strstr(stage.err, "line 3"));
	assert_non_null(strstr(stage.err, "import the file again from the beginning"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_issue_retries_cost, stage_open, stage_close),
		cmocka_unit_test_setup_teardown(test_issue_gives_up_cost, stage_open, stage_close),
		cmocka_unit_test_setup_teardown(test_issue_order, stage_open, stage_close),
		cmocka_unit_test_setup_teardown(test_issue_refused, stage_open, stage_close),
		cmocka_unit_test_setup_teardown(test_issue_not_printed, stage_open, stage_close),
		cmocka_unit_test_setup_teardown(test_issue_without_day, stage_open, stage_close),
		cmocka_unit_test_setup_teardown(test_issue_keeps_files, stage_open, stage_close),
		cmocka_unit_test_setup_teardown(test_not_written, stage_open, stage_close),
		cmocka_unit_test_setup_teardown(test_import_stops, stage_open, stage_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
