/* SPDX-License-Identifier: BSD-2-Clause */
/* test_pinctl_sends.c - what pinctl's families of commands ask pind, word for word; how they show it. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "person.h"
#include "stage.h"
#include "verdict.h"

#define OTHER   "VRDLCU70A41H501I"
#define FIRM    "00488410010"
#define NUMBER  "2026-0000001-B"
#define LEFT    "patente:U1A2345678:MIT-UCO:2090-12-31"
#define LEFT_S  3818448000u /* 2091-01-01T00:00:00Z */

static const uint8_t token_hash[32] = { /* BLAKE2b-256 of 0123456789abcdef0123456789abcdef */
	0x27, 0x88, 0x63, 0x6b, 0xe2, 0x5c, 0xac, 0xe0,
	0xbd, 0x9e, 0x45, 0xbd, 0xde, 0x65, 0x0b, 0x4f,
	0xc0, 0xe9, 0x79, 0x57, 0x5d, 0x7f, 0x3d, 0x58,
	0xc6, 0x24, 0x8b, 0x18, 0xab, 0x23, 0x76, 0x09
};
static const uint8_t file_sha256[32] = { /* of 50000 times abc */
	0xa2, 0x28, 0xeb, 0x00, 0x4c, 0x6c, 0x9d, 0x86,
	0xeb, 0x28, 0x16, 0xe2, 0xce, 0xee, 0x2e, 0x59,
	0xe8, 0x2d, 0xa1, 0x72, 0x88, 0x08, 0x5d, 0x05,
	0x58, 0x98, 0xc6, 0xdc, 0x06, 0xeb, 0xa0, 0x88
};

static struct wire_msg pratica(uint8_t state)
{
	struct wire_msg m = { .type = WIRE_PRATICA_IS,
			      .pratica_is = { .number = NUMBER,
					      .cf = CF,
					      .state = state,
					      .category = CATEGORY_IMPRESA,
					      .subtype = SUBTYPE_DELEGATO,
					      .gestione = GESTIONE_ENPALS,
					      .channel = CHANNEL_WEB,
					      .company = FIRM,
					      .opened_s = 1700000000,
					      .opened_by = 3,
					      .recorded_by = 4,
					      .judged_by = 5,
					      .waiting = 6,
					      .duplicates = 2,
					      .trouble = "no route",
					      .doc_kind = DOCUMENT_PATENTE,
					      .doc_number = "U1",
					      .doc_issuer = "MIT",
					      .doc_until_s = LEFT_S,
					      .fax = "F7",
					      .email = "a@b.it",
					      .name = "Neri",
					      .street = "Via Po 1",
					      .town = "00198 ROMA RM",
					      .rev = 77 } };

	return m;
}

static void test_new(void **state)
{
	const struct wire_request_new *q = &stage.req.request_new;

	(void)state;
	START("request", "new", "rssmra85t10 a562s", "--category=intermediario",
	      "--subtype=avvocato", "--email= studio@neri.it ", "--address=Neri|Via Po 1|00198 ROMA RM",
	      "--phone=333 1234567", "--sms", "--english", "--json");
	stage_expect(WIRE_REQUEST_NEW);
	assert_string_equal(q->cf, CF);
	assert_int_equal(q->category, CATEGORY_INTERMEDIARIO);
	assert_int_equal(q->subtype, SUBTYPE_AVVOCATO);
	assert_int_equal(q->gestione, GESTIONE_INPS);
	assert_int_equal(q->fonte, FONTE_ALTRO);
	assert_int_equal(q->channel, CHANNEL_SEDE);
	assert_true(q->by_sms == 1 && q->english == 1);
	assert_string_equal(q->email, "studio@neri.it");
	assert_string_equal(q->phone, "+393331234567");
	assert_string_equal(q->matricola, "");
	assert_string_equal(q->addr_name, "Neri");
	assert_string_equal(q->addr_street, "Via Po 1");
	assert_string_equal(q->addr_town, "00198 ROMA RM");
	stage_answer(pratica(1));
	assert_int_equal(stage_finish(), 0);
	assert_string_equal(stage.err, "");
	assert_string_equal(stage.out,
		"{\"number\":\"" NUMBER "\",\"cf\":\"" CF "\",\"state\":\"opened\","
		"\"category\":\"impresa\",\"subtype\":\"delegato\",\"gestione\":\"enpals\","
		"\"channel\":\"web\",\"company\":\"" FIRM "\","
		"\"opened\":\"2023-11-14T22:13:20Z\",\"opened_by\":3,\"due\":null,"
		"\"recorded_by\":4,\"judged_by\":5,\"sent\":null,\"duplicates\":2,\"waiting\":6,"
		"\"given_up\":0,\"trouble\":\"no route\",\"reason\":null,"
		"\"document\":\"patente\",\"document_number\":\"U1\",\"document_issuer\":\"MIT\","
		"\"document_until\":\"2090-12-31\",\"fax\":\"F7\",\"sha256\":null,"
		"\"email\":\"a@b.it\",\"name\":\"Neri\",\"street\":\"Via Po 1\","
		"\"town\":\"00198 ROMA RM\",\"rev\":77}\n");

	START("request", "new", CF, "--category=autonomo", "--matricola= ab12 ", "--email=a@b.it",
	      "--gestione=enpals", "--fonte=stampa", "--channel=telefono");
	stage_expect(WIRE_REQUEST_NEW);
	assert_string_equal(q->matricola, "AB12");
	assert_int_equal(q->gestione, GESTIONE_ENPALS);
	assert_int_equal(q->fonte, FONTE_STAMPA);
	assert_int_equal(q->channel, CHANNEL_TELEFONO);
	assert_true(q->by_sms == 0 && q->english == 0 && q->phone[0] == '\0');
	stage_say(V_REGISTRY);
	assert_int_equal(stage_finish(), verdict_exit(V_REGISTRY));
	assert_int_equal(stage_lines(stage.err), 1);
}

/* Arguments are for all to see. */
static void test_token_from_input(void **state)
{
	const int keep = dup(STDIN_FILENO);
	int ends[2];

	(void)state;
	assert_true(pipe(ends) == 0 && write(ends[1], "0123456789abcdef0123456789ABCDEF\n", 33) == 33);
	assert_true(dup2(ends[0], STDIN_FILENO) >= 0 && close(ends[0]) == 0 && close(ends[1]) == 0);
	START("recover", "--confirm", "-");
	assert_true(dup2(keep, STDIN_FILENO) >= 0 && close(keep) == 0);
	stage_expect(WIRE_RECOVER_CONFIRM);
	assert_memory_equal(stage.req.recover_confirm.token, token_hash, sizeof(token_hash));
	stage_say(V_OK);
	assert_int_equal(stage_finish(), 0);
}

static void test_confirm(void **state)
{
	const struct wire_request_confirm *q = &stage.req.request_confirm;

	(void)state;
	START("request", "confirm", "0123456789abcdef0123456789ABCDEF");
	stage_expect(WIRE_REQUEST_CONFIRM);
	assert_memory_equal(q->token, token_hash, sizeof(token_hash));
	assert_string_equal(q->company, "");
	stage_say(V_OK);
	assert_int_equal(stage_finish(), 0);

	START("request", "confirm", "0123456789abcdef0123456789abcdef", "--company", FIRM,
	      "--matricola", "x9", "--name", "Rossi e figli");
	stage_expect(WIRE_REQUEST_CONFIRM);
	assert_memory_equal(q->token, token_hash, sizeof(token_hash));
	assert_string_equal(q->company, FIRM);
	assert_string_equal(q->matricola, "X9");
	assert_string_equal(q->name, "Rossi e figli");
	stage_say(V_STALE);
	assert_int_equal(stage_finish(), verdict_exit(V_STALE));
	assert_non_null(strstr(stage.err, "too old"));
}

static void write_file(const char *path)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	for (int i = 0; i < 50000; i++)
		assert_int_equal(fwrite("abc", 1, 3, f), 3);
	assert_int_equal(fclose(f), 0);
}

static void test_documents(void **state)
{
	static const uint8_t none[32];
	const struct wire_request_documents *q = &stage.req.request_documents;

	(void)state;
	write_file(stage.letter); /* it is removed at the end */
	START("request", "documents", "2026 0000001b", "--document", LEFT, "--fax", "F7", "--file",
	      stage.letter);
	stage_expect(WIRE_REQUEST_DOCUMENTS);
	assert_string_equal(q->number, NUMBER);
	assert_int_equal(q->doc_kind, DOCUMENT_PATENTE);
	assert_string_equal(q->doc_number, "U1A2345678");
	assert_string_equal(q->doc_issuer, "MIT-UCO");
	assert_int_equal(q->doc_until_s, LEFT_S);
	assert_string_equal(q->fax, "F7");
	assert_memory_equal(q->sha256, file_sha256, sizeof(file_sha256));
	stage_say(V_OK);
	assert_int_equal(stage_finish(), 0);

	START("request", "documents", NUMBER, "--fax", "F8");
	stage_expect(WIRE_REQUEST_DOCUMENTS);
	assert_int_equal(q->doc_kind, 0);
	assert_memory_equal(q->sha256, none, sizeof(none));
	stage_say(V_DOCUMENT);
	assert_int_equal(stage_finish(), verdict_exit(V_DOCUMENT));
}

static void test_judgement(void **state)
{
	(void)state;
	START("request", "approve", NUMBER);
	stage_expect(WIRE_REQUEST_SHOW);
	assert_string_equal(stage.req.request_show.number, NUMBER);
	stage_answer(pratica(3));
	stage_expect(WIRE_REQUEST_JUDGE);
	assert_int_equal(stage.req.request_judge.rev, 77); /* what was shown */
	assert_string_equal(stage.req.request_judge.number, NUMBER);
	assert_int_equal(stage.req.request_judge.approve, 1);
	stage_say(V_SELF);
	assert_int_equal(stage_finish(), verdict_exit(V_SELF));

	START("request", "approve", NUMBER, "--rev", "76");
	stage_expect(WIRE_REQUEST_SHOW);
	stage_answer(pratica(3));
	stage_expect(WIRE_REQUEST_JUDGE);
	assert_int_equal(stage.req.request_judge.rev, 76); /* what was shown before */
	stage_say(V_STALE);
	assert_int_equal(stage_finish(), verdict_exit(V_STALE));
	assert_non_null(strstr(stage.err, "judge again"));
	assert_string_equal(stage.out, "");

	START("request", "approve", NUMBER);
	stage_expect(WIRE_REQUEST_SHOW);
	stage_answer(pratica(3));
	stage_expect(WIRE_REQUEST_JUDGE);
	stage_say(V_OK);
	assert_int_equal(stage_finish(), 0);
	assert_non_null(strstr(stage.out, "approved"));
	assert_non_null(strstr(stage.out, "MIT"));
	assert_non_null(strstr(stage.out, "Via Po 1"));

	START("request", "reject", NUMBER, "--reason", "illegible");
	stage_expect(WIRE_REQUEST_SHOW);
	stage_answer(pratica(3));
	stage_expect(WIRE_REQUEST_JUDGE);
	assert_int_equal(stage.req.request_judge.approve, 0);
	assert_string_equal(stage.req.request_judge.reason, "illegible");
	stage_say(V_OK);
	assert_int_equal(stage_finish(), 0);
}

static void test_steps(void **state)
{
	(void)state;
	START("request", "duplicate", NUMBER, "--cf", CF, "--delegate", OTHER, "--document", LEFT,
	      "--proxy", "P 3");
	stage_expect(WIRE_REQUEST_DUPLICATE);
	assert_string_equal(stage.req.request_duplicate.cf, CF);
	assert_string_equal(stage.req.request_duplicate.delegate, OTHER);
	assert_int_equal(stage.req.request_duplicate.doc_kind, DOCUMENT_PATENTE);
	assert_string_equal(stage.req.request_duplicate.doc_number, "U1A2345678");
	assert_string_equal(stage.req.request_duplicate.proxy, "P 3");
	stage_say(V_LIMIT);
	assert_int_equal(stage_finish(), verdict_exit(V_LIMIT));

	START("request", "cancel", NUMBER, "--reason", "given up");
	stage_expect(WIRE_REQUEST_CANCEL);
	assert_string_equal(stage.req.request_cancel.number, NUMBER);
	assert_string_equal(stage.req.request_cancel.reason, "given up");
	stage_say(V_UNKNOWN);
	assert_int_equal(stage_finish(), verdict_exit(V_UNKNOWN));
	assert_non_null(strstr(stage.err, "no such pratica"));
}

static struct wire_msg on_record(void)
{
	struct wire_msg m = { .type = WIRE_RECORD,
			      .record = { .life = 1, .held = 1, .issued_by = 1003, .gen = 5,
					  .rev = 9, .asked_s = 1700000000, .asked_by = 1001,
					  .asked_kind = DOCUMENT_PATENTE, .asked_number = "U7" } };

	return m;
}

/* The operator says whose letter it is; which PIN that is, pind. */
static void test_countersign(void **state)
{
	(void)state;
	START("issue", CF, "--approve");
	assert_int_equal(stage_finish(), 2);
	assert_non_null(strstr(stage.err, "--issued-by"));
	START("issue", CF, "--approve", "--issued-by", "4294967296");
	assert_int_equal(stage_finish(), 2);
	START("issue", CF, "--issued-by", "1001", "--print", "-");
	assert_int_equal(stage_finish(), 2);
	START("issue", CF, "--approve", "--issued-by", "1001");
	stage_expect(WIRE_STATUS);
	assert_string_equal(stage.req.status.cf, CF);
	stage_answer(on_record());
	stage_expect(WIRE_ISSUE_RELEASE);
	assert_string_equal(stage.req.issue_release.cf, CF);
	assert_int_equal(stage.req.issue_release.issued_by, 1001); /* as typed */
	assert_int_equal(stage.req.issue_release.gen, 5);
	stage_say(V_STALE);
	assert_int_equal(stage_finish(), verdict_exit(V_STALE));
	assert_non_null(strstr(stage.err, "somebody else issued"));
	START("status", CF);
	stage_expect(WIRE_STATUS);
	stage_answer(on_record());
	stage_expect(WIRE_SOURCE_GET);
	stage_say(V_UNKNOWN);
	assert_int_equal(stage_finish(), 0);
	assert_non_null(strstr(stage.out, "--approve --issued-by 1003"));
}

static void test_conversion(void **state)
{
	(void)state;
	START("convert", CF, "--approve");
	stage_expect(WIRE_STATUS);
	stage_answer(on_record());
	stage_expect(WIRE_CONVERT_JUDGE);
	assert_int_equal(stage.req.convert_judge.approve, 1);
	assert_int_equal(stage.req.convert_judge.rev, 9);
	stage_say(V_OK);
	assert_int_equal(stage_finish(), 0);
	assert_non_null(strstr(stage.out, "uid 1001"));
	assert_non_null(strstr(stage.out, "U7"));
	START("convert", CF, "--reject", "--reason", "no", "--rev", "8");
	stage_expect(WIRE_STATUS);
	stage_answer(on_record());
	stage_expect(WIRE_CONVERT_JUDGE);
	assert_int_equal(stage.req.convert_judge.rev, 8);
	stage_say(V_STALE);
	assert_int_equal(stage_finish(), verdict_exit(V_STALE));
	assert_string_equal(stage.out, "");
	START("convert", CF, "--document", LEFT, "--rev", "8");
	assert_int_equal(stage_finish(), 2);
}

/* Every state has its name, and where an operator can do something, that is said. */
static void test_states(void **state)
{
	static const struct {
		const char *name, *next;
	} states[] = {
		{ "?", NULL }, { "opened", "request resend " NUMBER },
		{ "documents-asked", "request documents " NUMBER },
		{ "documents-in", "request approve " NUMBER },
		{ "parked", "request address " NUMBER }, { "printing", "request resend " NUMBER },
		{ "letter-sent", "request duplicate " NUMBER }, { "rejected", NULL },
		{ "cancelled", NULL }, { "lapsed", NULL }, { "concluded", NULL }, { "?", NULL },
	};

	(void)state;
	for (uint8_t i = 0; i < sizeof(states) / sizeof(*states); i++) {
		START("request", "show", NUMBER);
		stage_expect(WIRE_REQUEST_SHOW);
		assert_string_equal(stage.req.request_show.number, NUMBER);
		stage_answer(pratica(i));
		assert_int_equal(stage_finish(), 0);
		assert_non_null(strstr(stage.out, states[i].name));
		if (states[i].next != NULL)
			assert_non_null(strstr(stage.out, states[i].next));
		else
			assert_null(strstr(stage.out, "pinctl"));
	}
}

/* A pind that gives the same pratica for ever is not listened to for ever. */
static void test_list(void **state)
{
	struct wire_msg second = pratica(7);

	(void)state;
	memcpy(second.pratica_is.number, "2026-0000002-Q", 15);
	for (int i = 0; i < 2; i++) {
		START("request", "list", "--state", "rejected", "--json");
		stage_expect(WIRE_REQUEST_NEXT);
		assert_string_equal(stage.req.request_next.after, "");
		stage_answer(pratica(1));
		stage_expect(WIRE_REQUEST_NEXT);
		assert_string_equal(stage.req.request_next.after, NUMBER);
		stage_answer(i == 0 ? second : pratica(1));
		if (i == 0) {
			stage_expect(WIRE_REQUEST_NEXT);
			stage_say(V_UNKNOWN);
		}
		assert_int_equal(stage_finish(), i == 0 ? 0 : 3);
		assert_true(strstr(stage.out, NUMBER) == NULL);
		assert_true(i == 1 || strstr(stage.out, "[{\"number\":\"2026-0000002-Q\"") == stage.out);
	}
}

static void test_delegations(void **state)
{
	(void)state;
	START("delegation", "add", CF, FIRM, "--until", "2090-12-31");
	stage_expect(WIRE_DELEGATION_ADD);
	assert_string_equal(stage.req.delegation_add.cf, CF);
	assert_string_equal(stage.req.delegation_add.company, FIRM);
	assert_int_equal(stage.req.delegation_add.until_s, LEFT_S);
	stage_say(V_OK);
	assert_int_equal(stage_finish(), 0);

	START("delegation", "revoke", CF, OTHER, "--reason", "gone");
	stage_expect(WIRE_DELEGATION_REVOKE);
	assert_string_equal(stage.req.delegation_revoke.company, OTHER);
	assert_string_equal(stage.req.delegation_revoke.reason, "gone");
	stage_say(V_UNKNOWN);
	assert_int_equal(stage_finish(), verdict_exit(V_UNKNOWN));
	assert_non_null(strstr(stage.err, "no such delegation"));

	START("delegation", "list", CF, "--json");
	for (uint32_t i = 0; i < 4; i++) {
		struct wire_msg rep = { .type = WIRE_DELEGATION_IS,
					.delegation_is = { .company = FIRM,
							   .approved = i > 0,
							   .revoked = i == 2,
							   .until_s = i == 3 ? 1000 : 0 } };

		stage_expect(WIRE_DELEGATION_GET);
		assert_int_equal(stage.req.delegation_get.index, i);
		stage_answer(rep);
	}
	stage_expect(WIRE_DELEGATION_GET);
	stage_say(V_UNKNOWN);
	assert_int_equal(stage_finish(), 0);
	assert_non_null(strstr(stage.out, "asked"));
	assert_non_null(strstr(strstr(stage.out, "asked"), "approved\""));
	assert_non_null(strstr(strstr(stage.out, "approved\""), "revoked"));
	assert_non_null(strstr(strstr(stage.out, "revoked"), "ended"));
}

/* The walk goes on where the last answer ended, until that says it is complete. */
static void test_verify(void **state)
{
	struct wire_msg rep = { .type = WIRE_AUDIT_END, .audit_end = { .serial = 256 } };
	static const uint8_t none[32];

	(void)state;
	for (int i = 0; i < 3; i++) {
		START("audit", "verify", "--json");
		stage_expect(WIRE_AUDIT_CHECK);
		assert_int_equal(stage.req.audit_check.serial, 0);
		assert_memory_equal(stage.req.audit_check.mac, none, 32);
		rep.audit_end = (struct wire_audit_end){ .serial = 256, .mac = { 7 } };
		stage_answer(rep);
		stage_expect(WIRE_AUDIT_CHECK);
		assert_int_equal(stage.req.audit_check.serial, 256);
		assert_memory_equal(stage.req.audit_check.mac, rep.audit_end.mac, 32);
		if (i == 0) {
			rep.audit_end = (struct wire_audit_end){ .serial = 300, .complete = 1 };
			stage_answer(rep);
		} else if (i == 1) {
			stage_answer(rep); /* again the same place: for ever? */
		} else {
			stage_say(V_BROKEN);
		}
		assert_int_equal(stage_finish(), i == 0 ? 0 : i == 1 ? 3 : verdict_exit(V_BROKEN));
		assert_true(i > 0 || strstr(stage.out, "{\"serial\":300,\"mac\":\"0000") == stage.out);
	}
}

/* A place that somebody noted must still be in the chain, besides the chain being whole. */
static void test_noted(void **state)
{
	char mac[65];
	struct wire_msg rep = { .type = WIRE_AUDIT_END, .audit_end = { .serial = 9, .complete = 1 } };

	(void)state;
	memset(mac, 'a', 64);
	mac[64] = '\0';
	START("audit", "verify", "5", mac);
	stage_expect(WIRE_AUDIT_CHECK);
	assert_int_equal(stage.req.audit_check.serial, 0);
	stage_answer(rep);
	stage_expect(WIRE_AUDIT_CHECK);
	assert_int_equal(stage.req.audit_check.serial, 5);
	assert_int_equal(stage.req.audit_check.mac[31], 0xaa);
	stage_say(V_BROKEN);
	assert_int_equal(stage_finish(), verdict_exit(V_BROKEN));
	assert_string_equal(stage.out, "");
}

static void test_registry_show(void **state)
{
	(void)state;
	START("registry", "show", "matricole", " ab12");
	stage_expect(WIRE_REGISTRY_GET);
	assert_int_equal(stage.req.registry_get.registry, 1);
	assert_string_equal(stage.req.registry_get.code, "AB12");
	stage_say(V_UNKNOWN);
	assert_int_equal(stage_finish(), verdict_exit(V_UNKNOWN));
	assert_non_null(strstr(stage.err, "registry import"));
	START("registry", "show", "indirizzi", "rssmra85t10a562s");
	stage_expect(WIRE_REGISTRY_GET);
	assert_int_equal(stage.req.registry_get.registry, 3);
	assert_string_equal(stage.req.registry_get.code, CF);
	stage_say(V_FAILED);
	assert_int_equal(stage_finish(), verdict_exit(V_FAILED));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_open, stage_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_new),         TEST(test_confirm), TEST(test_token_from_input), TEST(test_documents), TEST(test_judgement), TEST(test_steps),
		TEST(test_countersign), TEST(test_conversion),
		TEST(test_states),      TEST(test_list),    TEST(test_delegations), TEST(test_verify),
		TEST(test_noted),       TEST(test_registry_show),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
