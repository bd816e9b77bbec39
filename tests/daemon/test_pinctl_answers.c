/* SPDX-License-Identifier: BSD-2-Clause */
/* test_pinctl_answers.c - what pinctl makes of every answer that pind can give. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "stage.h"
#include "verdict.h"

/* Every verdict there is becomes its exit status, one line, and its name in JSON. */
static void test_every_verdict(void **state)
{
	static const unsigned int codes[] = {
#define VERDICT(NAME, code, auth, acct, exit, tell, it, en) code,
#include "verdict.def"
		0x77
	};
	char want[64];

	(void)state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
		START("unlock", "--json", CF);
		stage_expect(WIRE_UNLOCK);
		assert_string_equal(stage.req.unlock.cf, CF);
		stage_say(codes[i]);
		assert_int_equal(stage_finish(), verdict_exit(codes[i]));
		snprintf(want, sizeof(want), "{\"verdict\":\"%s\",\"text\":", verdict_name(codes[i]));
		assert_memory_equal(stage.out, want, strlen(want));
		assert_int_equal(stage_lines(stage.out), 1);
		assert_int_equal(stage_lines(stage.err), codes[i] != V_OK);
		assert_true(codes[i] != V_THROTTLED || strstr(stage.out, "\"wait_s\":90}") != NULL);
	}
}

/* What is no answer at all. */
static void test_nonsense(void **state)
{
	(void)state;
	for (int i = 0; i < 5; i++) {
		START("status", CF);
		stage_expect(WIRE_STATUS);
		if (i == 0)
			close(stage.conn);
		else if (i == 1)
			assert_int_equal(send(stage.conn, "\1\203", 2, 0), 2), close(stage.conn);
		else if (i == 2)
			stage.req.nonce[0] ^= 1, stage_say(V_LAPSED);
		else if (i == 3)
			stage_say(V_OK); /* fine, but what is on record? */
		else
			stage_answer((struct wire_msg){ .type = WIRE_STATS_ARE });
		assert_int_equal(stage_finish(), 3);
		assert_string_equal(stage.out, "");
		assert_int_equal(stage_lines(stage.err), 1);
	}
}

/* A listener of somebody else's is asked nothing. */
static void test_foreign_listener(void **state)
{
	struct pollfd p = { stage.fd, POLLIN, 0 };
	char byte;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(seteuid(65534), 0);
	assert_int_equal(listen(stage.fd, 4), 0); /* the kernel notes who listens */
	assert_int_equal(seteuid(0), 0);
	START("status", CF);
	assert_int_equal(stage_finish(), 3);
	assert_int_equal(stage_lines(stage.err), 1);
	assert_int_equal(poll(&p, 1, 0), 1);
	stage.conn = accept(stage.fd, NULL, NULL);
	assert_int_equal(recv(stage.conn, &byte, 1, 0), 0);
	close(stage.conn);
}

static void test_status(void **state)
{
	static const struct {
		uint8_t life, gate;
		const char *name, *next;
	} rows[] = {
		{ 0, 0, "absent", "pinctl issue " CF " --print FILE\n" },
		{ 1, 0, "awaiting", "pinctl revoke " CF },
		{ 2, 0, "temporary", "pinctl revoke " CF },
		{ 3, 0, "active", "pinctl convert " CF },
		{ 4, 0, "expired", "pinctl revoke " CF },
		{ 5, 2, "lapsed", "pinctl revoke " CF },
		{ 6, 2, "unused", "pinctl issue " CF },
		{ 7, 2, "revoked", "pinctl issue " CF },
		{ 3, 1, "throttled", "pinctl unlock " CF "\n" },
		{ 3, 2, "blocked", "to unlock: pinctl unlock " CF "\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		START("status", CF);
		stage_say_record(rows[i].life, rows[i].gate);
		stage_expect(WIRE_SOURCE_GET);
		stage_say(V_UNKNOWN);
		assert_int_equal(stage_finish(), 0);
		assert_non_null(strstr(stage.out, rows[i].name));
		assert_non_null(strstr(stage.out, rows[i].next));
		assert_string_equal(stage.err, "");
	}
	assert_non_null(strstr(stage.out, "2027-01-14")); /* the document's last day */
	START("status", CF, "--json");
	stage_say_record(4, 1);
	assert_int_equal(stage_finish(), 0);
	assert_string_equal(stage.out,
		"{\"cf\":\"" CF "\",\"life\":\"expired\",\"gate\":\"throttled\",\"fails\":0,"
		"\"fails_max\":10,\"until\":null,\"level\":\"semplice\","
		"\"category\":\"lavoratore\",\"document\":\"patente\","
		"\"document_until\":\"2027-01-14\",\"missing\":[],\"issued\":null,"
		"\"set\":null,\"expires\":null,\"lapses\":\"2027-01-15T08:00:00Z\","
		"\"seen\":null,\"seen_at\":null,\"reason\":\"perch\\u00E9\",\"replaced_by\":null,"
		"\"issued_by\":0,\"rev\":0,"
		"\"asked\":null,\"asked_by\":null,\"asked_way\":null,\"asked_document\":null,"
		"\"asked_number\":null,\"asked_issuer\":null,\"asked_until\":null,"
		"\"asked_fax\":null,\"asked_sha256\":null}\n");
}

static void say_source(const char *service, const char *tag, uint32_t fails, uint32_t most,
		       uint64_t until_s)
{
	struct wire_msg rep = { .type = WIRE_SOURCE_IS,
				.source_is = { .fails = fails, .fails_max = most,
					       .until_s = until_s } };

	snprintf(rep.source_is.service, sizeof(rep.source_is.service), "%s", service);
	snprintf(rep.source_is.tag, sizeof(rep.source_is.tag), "%s", tag);
	stage_expect(WIRE_SOURCE_GET);
	assert_string_equal(stage.req.source_get.cf, CF);
	stage_answer(rep);
}

/* The pool, a source, a free place, a source with nothing spent. */
static void say_sources(uint32_t pool_fails, uint32_t home_fails)
{
	say_source("imap", "aa11aa11", pool_fails, 10, pool_fails >= 3 ? LAPSES_S : 0);
	assert_int_equal(stage.req.source_get.index, 0);
	say_source("login", "bb22bb22", home_fails, 5, 0);
	say_source("", "", 0, 5, 0); /* a place for a source that is free */
	say_source("sshd", "cc33cc33", 0, 5, 0);
	assert_int_equal(stage.req.source_get.index, 3);
	stage_expect(WIRE_SOURCE_GET);
	stage_say(V_UNKNOWN);
}

static bool has_line(const char *text, const char *const *words)
{
	char line[512];

	for (const char *p = text; *p != '\0'; p += strcspn(p, "\n") + 1) {
		size_t i = 0;

		snprintf(line, sizeof(line), "%.*s", (int)strcspn(p, "\n"), p);
		while (words[i] != NULL && strstr(line, words[i]) != NULL)
			i++;
		if (words[i] == NULL)
			return true;
		if (p[strcspn(p, "\n")] == '\0')
			break;
	}
	return false;
}

#define LINE(...) has_line(stage.out, (const char *const[]){ __VA_ARGS__, NULL })

/* What is spent, by which service and source, until when, and what to type. */
static void test_status_explains(void **state)
{
	(void)state;
	setenv("TZ", "UTC", 1);
	START("status", CF); /* a stranger must wait; from one of the owner's places all is spent */
	stage_say_record(3, 1);
	say_sources(4, 5);
	assert_int_equal(stage_finish(), 0);
	assert_true(LINE("FROM", "SERVICE", "SOURCE", "SPENT", "OF", "ATTEMPTS", "NOT BEFORE"));
	assert_true(LINE("elsewhere", "imap", "aa11aa11", " 4 ", " 10 ", "throttled",
			 "2027-01-15 08:00"));
	assert_true(LINE("known", "login", "bb22bb22", " 5 ", "blocked", " -"));
	assert_true(LINE("known", "sshd", "cc33cc33", " 0 ", "open"));
	assert_true(LINE("blocked where the owner logs in: pinctl unlock " CF)); /* the worst place */
	assert_null(strstr(stage.out, "to admit attempts"));
	assert_true(LINE("to lift its level: pinctl convert " CF));
	START("status", CF); /* strangers may try, so the record says "open": the owner may not */
	stage_say_record(3, 0);
	say_sources(0, 5);
	assert_int_equal(stage_finish(), 0);
	assert_true(LINE("known", "login", "bb22bb22", "blocked"));
	assert_true(LINE("attempts from elsewhere", "open"));
	assert_true(LINE("blocked where the owner logs in: pinctl unlock " CF));
	START("status", CF); /* a little is spent, here and there */
	stage_say_record(3, 0);
	say_sources(1, 1);
	assert_int_equal(stage_finish(), 0);
	assert_true(LINE("to forget what is spent: pinctl unlock " CF));
	START("status", CF); /* revoked: nothing is unlocked any more */
	stage_say_record(7, 0);
	say_sources(0, 5);
	assert_int_equal(stage_finish(), 0);
	assert_null(strstr(stage.out, "where the owner logs in"));
	assert_true(LINE("to issue a new PIN: pinctl issue " CF));
	START("status", CF); /* nothing is spent: nothing to explain */
	stage_say_record(3, 0);
	say_sources(0, 0);
	assert_int_equal(stage_finish(), 0);
	assert_null(strstr(stage.out, "aa11aa11"));
	assert_null(strstr(stage.out, "unlock"));
	START("status", CF, "--sources", "--json");
	say_sources(4, 0);
	assert_int_equal(stage_finish(), 0);
	assert_non_null(strstr(stage.out, "{\"from\":\"elsewhere\",\"service\":\"imap\","
					  "\"source\":\"aa11aa11\",\"fails\":4,\"fails_max\":10,"
					  "\"gate\":\"throttled\","
					  "\"until\":\"2027-01-15T08:00:00Z\"}"));
}

static void say_service(const char *name, uint32_t categories, uint32_t peers, const char *list)
{
	struct wire_msg rep = { .type = WIRE_SERVICE_IS,
				.service_is = { .level = 2, .categories = categories, .peers = peers } };

	snprintf(rep.service_is.name, sizeof(rep.service_is.name), "%s", name);
	snprintf(rep.service_is.peer_list, sizeof(rep.service_is.peer_list), "%s", list);
	stage_expect(WIRE_SERVICE_GET);
	stage_answer(rep);
}

static void say_services(void)
{
	say_service("default", 0x7e, 0, "");
	assert_int_equal(stage.req.service_get.index, 0);
	say_service("cassetto", 1u << 4 | 1u << 1, 3, "0 33");
	assert_int_equal(stage.req.service_get.index, 1);
	stage_expect(WIRE_SERVICE_GET);
	assert_int_equal(stage.req.service_get.index, 2);
	stage_say(V_UNKNOWN);
}

static void test_services(void **state)
{
	(void)state;
	START("service", "list", "--json");
	say_services();
	assert_int_equal(stage_finish(), 0);
	assert_string_equal(stage.err, "");
	assert_string_equal(stage.out,
		"[{\"name\":\"default\",\"level\":\"dispositivo\",\"categories\":[\"lavoratore\","
		"\"pensionato\",\"autonomo\",\"impresa\",\"intermediario\",\"patronato\"],"
		"\"peers\":[]},{\"name\":\"cassetto\",\"level\":\"dispositivo\",\"categories\":"
		"[\"lavoratore\",\"impresa\"],\"peers\":[\"0\",\"33\",\"...\"]}]\n");
	START("service", "list");
	say_services();
	assert_int_equal(stage_finish(), 0);
	assert_int_equal(stage_lines(stage.out), 3);
	assert_non_null(strstr(stage.out, "lavoratore impresa"));
}

/* What is foretold, and whether a misspelt name got the default policy. */
static void test_service_test(void **state)
{
	static const char *const names[] = { "cassetto", "casetto" };

	(void)state;
	for (int i = 0; i < 2; i++) {
		START("service", "test", names[i], CF);
		say_services();
		stage_expect(WIRE_SERVICE_TEST);
		assert_string_equal(stage.req.service_test.service, names[i]);
		stage_say(V_OK);
		assert_int_equal(stage_finish(), 0);
		assert_true(LINE("with the right PIN, from a new place, this person may use the service"));
		assert_int_equal(LINE("(which has no policy of its own)"), i == 1);
	}
	START("service", "test", "casetto", CF, "--json");
	stage_expect(WIRE_SERVICE_TEST);
	stage_say(V_OK);
	assert_int_equal(stage_finish(), 0);
	assert_string_equal(stage.out, "{\"verdict\":\"OK\",\"text\":\"accepted\"}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_every_verdict, stage_open, stage_close),
		cmocka_unit_test_setup_teardown(test_nonsense, stage_open, stage_close),
		cmocka_unit_test_setup_teardown(test_foreign_listener, stage_open, stage_close),
		cmocka_unit_test_setup_teardown(test_status, stage_open, stage_close),
		cmocka_unit_test_setup_teardown(test_status_explains, stage_open, stage_close),
		cmocka_unit_test_setup_teardown(test_services, stage_open, stage_close),
		cmocka_unit_test_setup_teardown(test_service_test, stage_open, stage_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
