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

#define NUMBER "2026-0000001-B"

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
		{ 2, 0, "temporary", "pinctl request duplicate NUMBER --cf " CF },
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
		"\"issued_by\":null,\"rev\":0,"
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
	(void)state, setenv("TZ", "UTC", 1);
	START("status", CF); /* a stranger must wait; from one of the owner's places all is spent */
	stage_say_record(3, 1);
	say_sources(4, 5);
	assert_int_equal(stage_finish(), 0);
	assert_true(LINE("FROM", "SERVICE", "SOURCE", "SPENT", "OF", "ATTEMPTS", "NOT BEFORE"));
	assert_true(LINE("elsewhere", "imap", "aa11aa11", " 4 ", " 10 ", "throttled", "2027-01-15 08:00"));
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
	assert_non_null(strstr(stage.out, "{\"from\":\"elsewhere\",\"service\":\"imap\",\"source\":"
					  "\"aa11aa11\",\"fails\":4,\"fails_max\":10,\"gate\":"
					  "\"throttled\",\"until\":\"2027-01-15T08:00:00Z\"}"));
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
	assert_true(stage_finish() == 0 && stage.err[0] == '\0');
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
	START("service", "test", "casetto", CF);
	say_services();
	stage_expect(WIRE_SERVICE_TEST);
	stage_say(V_MUST_CHANGE);
	assert_int_equal(stage_finish(), verdict_exit(V_MUST_CHANGE));
	assert_string_equal(stage.err, "pinctl: the PIN must be renewed first (the service has no policy "
				       "of its own)\n");
	START("service", "test", "cassetto", CF, "--json");
	stage_expect(WIRE_SERVICE_TEST);
	stage_say(V_DELEGATION);
	assert_int_equal(stage_finish(), verdict_exit(V_DELEGATION));
	assert_non_null(strstr(stage.out, "CF/SUBJECT"));
	START("service", "test", "casetto", CF, "--json");
	stage_expect(WIRE_SERVICE_TEST);
	stage_say(V_OK);
	assert_int_equal(stage_finish(), 0);
	assert_string_equal(stage.out, "{\"verdict\":\"OK\",\"text\":\"accepted\"}\n");
}

/* An empty list is no error, and no silence. */
static void test_nothing_to_list(void **state)
{
	static const struct {
		const char *words[5];
		enum wire_type asks;
	} lists[] = {
		{ { "request", "list" }, WIRE_REQUEST_NEXT },
		{ { "request", "list", "--state", "printing" }, WIRE_REQUEST_NEXT },
		{ { "request", "list", "--state=given-up" }, WIRE_REQUEST_NEXT },
		{ { "delegation", "list", CF }, WIRE_DELEGATION_GET },
		{ { "audit", "list", "--from", "9" }, WIRE_AUDIT_GET },
		{ { "service", "list" }, WIRE_SERVICE_GET },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		stage_start(stage_path("out"), lists[i].words);
		stage_expect(lists[i].asks);
		stage_say(V_UNKNOWN);
		assert_int_equal(stage_finish(), 0);
		assert_string_equal(stage.out, "none\n");
		assert_string_equal(stage.err, "");
	}
}

static struct wire_msg pratica(uint8_t at)
{
	return (struct wire_msg){ .type = WIRE_PRATICA_IS,
				  .pratica_is = { .number = NUMBER, .cf = CF, .state = at,
						  .category = 4, .opened_s = 1700000000,
						  .due_s = LAPSES_S } };
}

static void show(struct wire_msg rep, const char *json)
{
	START("request", "show", NUMBER, json);
	stage_expect(WIRE_REQUEST_SHOW);
	stage_answer(rep);
	assert_int_equal(stage_finish(), 0);
}

/* uid 0 is root's: where nobody did it there is none. */
static void test_nobody_did_it(void **state)
{
	static const bool judged[] = { [4] = true, [5] = true, [6] = true, [7] = true, [10] = true };
	struct wire_msg p;

	(void)state;
	for (uint8_t at = 1; at <= 10; at++) {
		p = pratica(at);
		show(p, "--json");
		assert_non_null(strstr(stage.out, "\"opened_by\":0,"));
		assert_non_null(strstr(stage.out, "\"recorded_by\":null,"));
		assert_non_null(strstr(stage.out, at == 7 ? "\"judged_by\":0," : "\"judged_by\":null,"));
		p.pratica_is.sha256[9] = 1; /* root has recorded a file */
		show(p, "--json");
		assert_non_null(strstr(stage.out, "\"recorded_by\":0,"));
		assert_non_null(strstr(stage.out, at < sizeof(judged) && judged[at]
							  ? "\"judged_by\":0," : "\"judged_by\":null,"));
		assert_int_equal(strstr(stage.out, "\"due\":null") != NULL, at == 7 || at == 8 || at == 10);
	}
	show(pratica(3), NULL);
	assert_true(LINE("documents recorded by uid -") && LINE("judged by uid", " -") &&
		    LINE("opened by uid", " 0"));
}

static void status_of(struct wire_record r)
{
	START("status", CF);
	stage_expect(WIRE_STATUS);
	stage_answer((struct wire_msg){ .type = WIRE_RECORD, .record = r });
	stage_expect(WIRE_SOURCE_GET);
	stage_say(V_UNKNOWN);
	assert_int_equal(stage_finish(), 0);
}

/* Of a temporary PIN the contacts tell whether the desk issued it, or a pratica. */
static void test_temporary(void **state)
{
	(void)state;
	for (uint8_t missing = 0; missing <= 3; missing++) {
		status_of((struct wire_record){ .life = 2, .level = 1, .missing = missing });
		assert_true(missing == 3 ? LINE("issued by uid", " 0") : LINE("issued by uid", " -"));
		assert_true(LINE("if lost before the first login: pinctl revoke " CF) == (missing == 3));
		assert_true(LINE("pinctl request duplicate NUMBER --cf " CF, "request list",
				 "pinctl revoke") == (missing != 3));
	}
	status_of((struct wire_record){ .life = 3, .level = 1, .asked_s = 1 });
	assert_null(strstr(stage.out, "--document")); /* it is judged first */
}

/* What to do next about a pratica is never what pind would refuse. */
static void test_next(void **state)
{
	static const struct {
		uint8_t at, waiting, given_up, duplicates;
		const char *trouble, *name, *next, *not;
	} rows[] = {
		{ 1, 0, 0, 0, "", "", "the address is wrong: pinctl request cancel " NUMBER, "resend" },
		{ 1, 1, 0, 0, "", "", "systemctl status pin-courier@electronic\n", "resend" },
		{ 1, 1, 0, 0, "refused", "", "pinctl request resend " NUMBER, "cancel" },
		{ 1, 0, 1, 0, "refused", "", "given up; to try again: pinctl request resend", "cancel" },
		{ 4, 0, 0, 0, "", "", "no address is known", "is known now" },
		{ 4, 0, 0, 0, "", "Neri", "the address is known now: pinctl request address " NUMBER, "import" },
		{ 5, 1, 0, 0, "", "Neri", "systemctl status pin-courier@post\n", "resend" },
		{ 5, 1, 0, 0, "no paper", "Neri", "pinctl request resend " NUMBER, "cancel" },
		{ 6, 0, 0, 2, "", "Neri", "pinctl request duplicate " NUMBER, "cancel" },
		{ 6, 0, 0, 3, "", "Neri", "no other can be sent: pinctl request cancel " NUMBER, "duplicate 2026" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct wire_msg p = pratica(rows[i].at);

		p.pratica_is.waiting = rows[i].waiting;
		p.pratica_is.parked = rows[i].given_up;
		p.pratica_is.duplicates = rows[i].duplicates;
		snprintf(p.pratica_is.trouble, sizeof(p.pratica_is.trouble), "%s", rows[i].trouble);
		snprintf(p.pratica_is.name, sizeof(p.pratica_is.name), "%s", rows[i].name);
		show(p, NULL);
		assert_non_null(strstr(stage.out, rows[i].next));
		assert_null(strstr(stage.out, rows[i].not));
	}
}

static void test_given_up(void **state)
{
	struct wire_msg p = pratica(1);

	(void)state;
	START("request", "list", "--state", "given-up", "--json");
	stage_expect(WIRE_REQUEST_NEXT);
	stage_answer(p);
	memcpy(p.pratica_is.number, "2026-0000002-Q", 15);
	p.pratica_is.parked = 1;
	stage_expect(WIRE_REQUEST_NEXT);
	stage_answer(p);
	stage_expect(WIRE_REQUEST_NEXT);
	stage_say(V_UNKNOWN);
	assert_int_equal(stage_finish(), 0);
	assert_true(strstr(stage.out, "2026-0000002-Q") != NULL && strstr(stage.out, NUMBER) == NULL);
}

/* A refusal that means something else here says so. */
static void test_own_words(void **state)
{
	static const struct {
		const char *words[10];
		enum wire_type asks;
		unsigned int code;
		const char *text;
	} rows[] = {
#define NEW(category) "request", "new", CF, "--email=a@b.it", "--category=" category
		{ { NEW("lavoratore") }, WIRE_REQUEST_NEW, V_LIVE, "or a request for one" },
		{ { NEW("autonomo"), "--matricola=A1" }, WIRE_REQUEST_NEW, V_REGISTRY, "of this person" },
		{ { NEW("patronato") }, WIRE_REQUEST_NEW, V_REGISTRY, "not among the patronati" },
		{ { "request", "confirm", "0123456789abcdef0123456789abcdef" }, WIRE_REQUEST_CONFIRM,
		  V_REGISTRY, "of this company" },
		{ { "request", "resend", NUMBER }, WIRE_REQUEST_RESEND, V_STATE, "has failed" },
		{ { "request", "duplicate", NUMBER, "--cf", CF }, WIRE_REQUEST_DUPLICATE, V_LIMIT,
		  "there were three, or the last letter" },
		{ { "recover", CF }, WIRE_RECOVER, V_LIMIT, "a link was ordered less than ten minutes ago" },
		{ { "recover", CF }, WIRE_RECOVER, V_UNKNOWN, "the right codice fiscale" },
		{ { "status", CF }, WIRE_STATUS, V_UNKNOWN, "the right codice fiscale" },
		{ { "unlock", CF }, WIRE_UNLOCK, V_UNKNOWN, "the right codice fiscale" },
		{ { "revoke", CF, "--reason=x" }, WIRE_REVOKE, V_UNKNOWN, "the right codice fiscale" },
		{ { "unlock", CF }, WIRE_UNLOCK, V_DENIED, "the group pind-helpdesk or pind-approver," },
		{ { "status", CF }, WIRE_STATUS, V_DENIED, "the group pind-helpdesk or pind-approver," },
		{ { "request", "list" }, WIRE_REQUEST_NEXT, V_DENIED, "pind-helpdesk or pind-approver," },
		{ { "recover", CF }, WIRE_RECOVER, V_DENIED, "the group pind-helpdesk or pind-portal," },
		{ { "audit", "head" }, WIRE_AUDIT_HEAD, V_DENIED, "the group pind-auditor," },
		{ { "service", "list" }, WIRE_SERVICE_GET, V_DENIED,
		  "the group pind-helpdesk or pind-approver or pind-auditor," },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		stage_start(stage_path("out"), rows[i].words);
		stage_expect(rows[i].asks);
		stage_say(rows[i].code);
		assert_int_equal(stage_finish(), verdict_exit(rows[i].code));
		assert_non_null(strstr(stage.err, rows[i].text));
		assert_true(stage_lines(stage.err) == 1 && stage.out[0] == '\0');
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_open, stage_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_every_verdict), TEST(test_nonsense), TEST(test_foreign_listener),
		TEST(test_status), TEST(test_status_explains), TEST(test_services),
		TEST(test_service_test), TEST(test_nothing_to_list), TEST(test_nobody_did_it),
		TEST(test_temporary), TEST(test_next), TEST(test_given_up),
		TEST(test_own_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
