/* SPDX-License-Identifier: BSD-2-Clause */
/* test_electronic.c - an order of the electronic channel, from pind to the mail program. */
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "argon.h"
#include "order.h"
#include "scene.h"
#include "token.h"
#include "verdict.h"

#define OK      fake_verdict(V_OK)
#define NOTHING fake_verdict(V_UNKNOWN)

#define SCRIPT(...)                                                                                \
	do {                                                                                       \
		const struct fake_step steps[] = { __VA_ARGS__ };                                  \
		scene_script(steps, sizeof(steps) / sizeof(*steps));                               \
	} while (0)

/* The body of the message in scene.text, decoded in place. */
static void decode_mail(void)
{
	char *body = strstr(scene.text, "\n\n"), *to;

	assert_non_null(body);
	for (to = body; *body != '\0'; body++) {
		unsigned int byte;

		if (*body != '=') {
			*to++ = *body;
		} else if (body[1] == '\n') {
			body++;
		} else {
			assert_int_equal(sscanf(body + 1, "%2X", &byte), 1);
			*to++ = (char)byte;
			body += 2;
		}
	}
	*to = '\0';
}

static void read_token(char token[static TOKEN_LEN + 1])
{
	const char *p = strstr(scene.text, "conferma?t=");

	assert_non_null(p);
	memcpy(token, p + 11, TOKEN_LEN);
	token[TOKEN_LEN] = '\0';
	assert_int_equal(p[11 + TOKEN_LEN], '\n');
}

/* The verifier sent is of this half. */
static void assert_half_is(const struct wire_msg *req, const char *half)
{
	const struct argon_cost cost = { req->order_half.ops, req->order_half.mem_kib };
	uint8_t out[ARGON_OUT_LEN];

	assert_int_equal(req->type, WIRE_ORDER_HALF);
	assert_int_equal(req->order_half.serial, 17);
	assert_int_equal(argon_derive(out, half, 8, req->order_half.salt, &cost), 0);
	assert_memory_equal(out, req->order_half.out, sizeof(out));
}

static void test_mail_with_half_and_link(void **state)
{
	char half[9], token[TOKEN_LEN + 1];
	uint8_t hash[TOKEN_HASH_LEN];

	(void)state;
	SCRIPT(scene_order(ORDER_HALF, false), OK, OK, NOTHING);
	assert_int_equal(scene_run("electronic", "--once"), 0);
	assert_int_equal(fake_asked(scene.pind), 4);
	assert_int_equal(fake_request(scene.pind, 0)->type, WIRE_ORDER_TAKE);
	assert_int_equal(fake_request(scene.pind, 0)->order_take.to, TO_ELECTRONIC);
	assert_int_equal(fake_request(scene.pind, 2)->type, WIRE_ORDER_DONE);
	assert_int_equal(fake_request(scene.pind, 2)->order_done.serial, 17);
	assert_true(scene_read("mail") > 0);
	assert_non_null(strstr(scene.text, "\nTo: mario.rossi@example.org\n"));
	assert_non_null(strstr(scene.text, "\nSubject: [" NUMBER "] Prima meta' del PIN"));
	assert_non_null(strstr(scene.text, "\nAuto-Submitted: auto-generated\n"));
	decode_mail();
	scene_half(half);
	assert_half_is(fake_request(scene.pind, 1), half);
	read_token(token);
	assert_true(token_hash(hash, token));
	assert_memory_equal(hash, fake_request(scene.pind, 1)->order_half.token, sizeof(hash));
	assert_non_null(strstr(scene.text, "(caratteri 1-8)"));
	assert_non_null(strstr(scene.text, "(characters 1-8)"));
	assert_non_null(strstr(scene.text, "15 gennaio 2027"));
	assert_non_null(strstr(scene.text, "15 January 2027"));
	assert_null(strstr(scene.text, "{{"));
	assert_null(strstr(scene.text, CF));
	assert_true(strstr(scene.text, "La prima meta'") < strstr(scene.text, "The first half"));
}

static void test_english_first(void **state)
{
	struct fake_step order = scene_order(ORDER_HALF, false);

	(void)state;
	order.rep.order_is.english = 1;
	SCRIPT(order, OK, OK, NOTHING);
	assert_int_equal(scene_run("electronic", "--once"), 0);
	assert_true(scene_read("mail") > 0);
	assert_non_null(strstr(scene.text, "\nSubject: [" NUMBER "] First half of your PIN"));
	assert_true(strstr(scene.text, "La prima meta'") > strstr(scene.text, "The first half"));
}

static void test_sms_and_link(void **state)
{
	char half[9];

	(void)state;
	scene_write("sms", "#!/bin/sh\ncat >\"${0%/*}/text\"\necho \"$# $1\" >\"${0%/*}/words\"\n");
	{
		char line[128];

		snprintf(line, sizeof(line), "sms = %s", scene_path("sms"));
		scene_conf(line, "");
	}
	SCRIPT(scene_order(ORDER_HALF, true), OK, OK, NOTHING);
	assert_int_equal(scene_run("electronic", "--once"), 0);
	assert_true(scene_read("words") > 0);
	assert_string_equal(scene.text, "1 +393331234567\n");
	assert_true(scene_read("text") > 0);
	assert_true(strlen(scene.text) <= 160);
	assert_null(strstr(scene.text, "https"));
	scene_half(half);
	assert_half_is(fake_request(scene.pind, 1), half);
	assert_true(scene_read("mail") > 0);
	decode_mail();
	assert_non_null(strstr(scene.text, "conferma?t="));
	assert_null(strstr(scene.text, half));
	assert_null(strstr(scene.text, (char[]){ half[0], half[1], half[2], half[3], '-', '\0' }));
}

/* good_s 0: there is no link any more, only another half. */
static void test_link_was_used(void **state)
{
	static const uint8_t none[TOKEN_HASH_LEN];
	struct fake_step order = scene_order(ORDER_HALF, false);
	char half[9];

	(void)state;
	order.rep.order_is.good_s = 0;
	SCRIPT(order, OK, OK, NOTHING);
	assert_int_equal(scene_run("electronic", "--once"), 0);
	assert_true(scene_read("mail") > 0);
	decode_mail();
	scene_half(half);
	assert_half_is(fake_request(scene.pind, 1), half);
	assert_memory_equal(fake_request(scene.pind, 1)->order_half.token, none, sizeof(none));
	assert_null(strstr(scene.text, "https"));
}

static void test_without_secret(void **state)
{
	(void)state;
	SCRIPT(scene_order(ORDER_FORMS, false), OK, NOTHING);
	assert_int_equal(scene_run("electronic", "--once"), 0);
	assert_int_equal(fake_asked(scene.pind), 3); /* no half */
	assert_true(scene_read("mail") > 0);
	assert_non_null(strstr(scene.text, "Fax: 800 803 164"));
	assert_non_null(strstr(scene.text, "[" NUMBER "]"));
	SCRIPT(scene_order(ORDER_NOTICE, false), OK, NOTHING);
	assert_int_equal(scene_run("electronic", "--once"), 0);
	assert_true(scene_read("mail") > 0);
	assert_non_null(strstr(scene.text, "duplicato"));
}

/* No half, no link; and a PIN from a desk has no pratica to name in the subject. */
static void test_reminder(void **state)
{
	struct fake_step order = scene_order(ORDER_REMINDER, false);

	(void)state;
	for (int i = 0; i < 2; i++) {
		SCRIPT(order, OK, NOTHING);
		assert_int_equal(scene_run("electronic", "--once"), 0);
		assert_int_equal(fake_asked(scene.pind), 3);
		assert_int_equal(fake_request(scene.pind, 1)->type, WIRE_ORDER_DONE);
		assert_true(scene_read("mail") > 0);
		assert_non_null(strstr(scene.text, i == 0 ? "\nSubject: [" NUMBER "] Il suo PIN"
							  : "\nSubject: Il suo PIN"));
		decode_mail();
		assert_non_null(strstr(scene.text, "15 gennaio 2027"));
		assert_non_null(strstr(scene.text, "15 January 2027"));
		assert_null(strstr(scene.text, "http"));
		assert_null(strstr(scene.text, "{{"));
		order.rep.order_is.number[0] = '\0';
	}
}

static void test_forgotten(void **state)
{
	static const uint8_t none[32];
	const struct wire_order_half *half;
	char token[TOKEN_LEN + 1], line[192], *at;
	uint8_t hash[TOKEN_HASH_LEN];

	(void)state;
	snprintf(line, sizeof(line), "link_recover = https://servizi.example.org/pin/recupero?r=\nsms = %s",
		 scene_path("sendmail"));
	scene_conf(line, "");
	SCRIPT(scene_order(ORDER_RECOVER, false), OK, OK, NOTHING);
	assert_int_equal(scene_run("electronic", "--once"), 0);
	half = &fake_request(scene.pind, 1)->order_half;
	assert_int_equal(fake_request(scene.pind, 1)->type, WIRE_ORDER_HALF);
	assert_memory_equal(half->out, none, sizeof(none)); /* a link and nothing else */
	assert_int_equal(half->ops, 0);
	assert_true(scene_read("mail") > 0);
	decode_mail();
	at = strstr(scene.text, "recupero?r=");
	assert_non_null(at);
	snprintf(token, sizeof(token), "%.32s", at + 11);
	assert_true(token_hash(hash, token));
	assert_memory_equal(hash, half->token, sizeof(hash));
	assert_null(strstr(scene.text, "conferma?t="));
	assert_null(strstr(scene.text, "{{"));
}

/* Its first half goes to the phone, and there is no link. */
static void test_recovered(void **state)
{
	struct fake_step order = scene_order(ORDER_RECOVERED, true);
	static const uint8_t none[32];
	char half[9], line[128];

	(void)state;
	order.rep.order_is.email[0] = '\0';
	scene_write("sms", "#!/bin/sh\ncat >\"${0%/*}/text\"\n");
	snprintf(line, sizeof(line), "sms = %s", scene_path("sms"));
	scene_conf(line, "");
	SCRIPT(order, OK, OK, NOTHING);
	assert_int_equal(scene_run("electronic", "--once"), 0);
	assert_true(scene_read("text") > 0);
	assert_true(strlen(scene.text) <= 160);
	assert_non_null(strstr(scene.text, "caratteri 1-8"));
	scene_half(half);
	assert_half_is(fake_request(scene.pind, 1), half);
	assert_memory_equal(fake_request(scene.pind, 1)->order_half.token, none, sizeof(none));
	assert_int_equal(scene_read("mail"), -1);
}

/* Request i is ORDER_FAILED with a trouble that says so. */
static void assert_failed(unsigned int i, const char *why)
{
	const struct wire_msg *req = fake_request(scene.pind, i);

	assert_int_equal(req->type, WIRE_ORDER_FAILED);
	assert_int_equal(req->order_failed.serial, 17);
	if (strstr(req->order_failed.trouble, why) == NULL)
		fail_msg("'%s' lacks '%s'", req->order_failed.trouble, why);
}

static void test_unknown_kind(void **state)
{
	(void)state;
	SCRIPT(scene_order(99, false), OK, NOTHING);
	assert_int_equal(scene_run("electronic", "--once"), 1);
	assert_failed(1, "unknown kind of order: 99");
	assert_int_equal(scene_read("mail"), -1);
}

static void test_no_page_to_recover(void **state)
{
	(void)state;
	SCRIPT(scene_order(ORDER_RECOVER, false), OK, OK, NOTHING);
	assert_int_equal(scene_run("electronic", "--once"), 1);
	assert_failed(2, "no [electronic] link_recover");
	assert_int_equal(scene_read("mail"), -1);
}

static void test_mail_fails(void **state)
{
	(void)state;
	scene_write("sendmail", "#!/bin/sh\ncat >/dev/null\necho 'queue file: disk full' >&2\n"
				"echo more >&2\nexit 75\n");
	SCRIPT(scene_order(ORDER_FORMS, false), OK, NOTHING);
	assert_int_equal(scene_run("electronic", "--once"), 1);
	assert_failed(1, "sendmail: exit status 75: queue file: disk full");
	assert_null(strstr(fake_request(scene.pind, 1)->order_failed.trouble, "more"));
}

/* A mail program that repeats what it got must not put it into pind's store and our log. */
static void test_trouble_never_quotes(void **state)
{
	static const char *const quoting[] = {
		"#!/bin/sh\ntee \"${0%/*}/mail\" | grep -m1 -e '    [0-9A-Z]*-' >&2\nexit 1\n",
		"#!/bin/sh\ntee \"${0%/*}/mail\" | grep -m1 -e 't=3D' >&2\nexit 1\n",
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		scene_write("sendmail", quoting[i]);
		SCRIPT(scene_order(ORDER_HALF, false), OK, OK, NOTHING);
		assert_int_equal(scene_run("electronic", "--once"), 1);
		assert_failed(2, "quotes the secret");
		assert_non_null(strstr(scene.err, "quotes the secret"));
	}
}

/* Nor whom it is for. */
static void test_trouble_names_nobody(void **state)
{
	static const char *const quoting[] = {
		"#!/bin/sh\necho '550 <Mario.Rossi@example.org>: no such user' >&2\nexit 1\n",
		"#!/bin/sh\necho 'cannot reach 3331234567' >&2\nexit 1\n",
	};
	char line[128];

	(void)state;
	snprintf(line, sizeof(line), "sms = %s", scene_path("sendmail"));
	scene_conf(line, "");
	for (int sms = 0; sms < 2; sms++) {
		scene_write("sendmail", quoting[sms]);
		SCRIPT(scene_order(ORDER_HALF, sms), OK, OK, NOTHING);
		assert_int_equal(scene_run("electronic", "--once"), 1);
		assert_failed(2, "whom it is for");
		assert_non_null(strstr(scene.err, "whom it is for"));
	}
}

/* Text messages to the other end of the world cost somebody money. */
static void test_foreign_number(void **state)
{
	struct fake_step order = scene_order(ORDER_HALF, true);
	char line[160];

	(void)state;
	memcpy(order.rep.order_is.phone, "+447700900123", 14);
	for (int all = 0; all < 2; all++) {
		snprintf(line, sizeof(line), "sms = %s\n%s", scene_path("sendmail"),
			 all ? "sms_prefix =" : "");
		scene_conf(line, "");
		SCRIPT(order, OK, OK, NOTHING);
		assert_int_equal(scene_run("electronic", "--once"), all ? 0 : 1);
		if (!all)
			assert_failed(2, "begins with +39");
		assert_int_equal(scene_read("mail") > 0, all);
	}
}

/* Halves of recovered PINs would have nowhere to go. */
static void test_recovery_is_whole(void **state)
{
	static const char link[] = "link_recover = https://servizi.example.org/r?r=";
	char line[192];

	(void)state;
	scene_conf(link, "");
	assert_int_equal(scene_run("electronic", "--check"), 2);
	assert_non_null(strstr(scene.err, "link_recover needs sms"));
	assert_int_equal(scene_run("post", "--check"), 2);
	assert_non_null(strstr(scene.err, "link_recover needs [post] post_sendmail"));
	snprintf(line, sizeof(line), "post_sendmail = %s", scene_path("sendmail"));
	scene_conf(link, line);
	assert_int_equal(scene_run("post", "--check"), 0);
}

/* pind clears dead orders away, some with each question. */
static void test_busy_is_asked_again(void **state)
{
	(void)state;
	SCRIPT(fake_verdict(V_BUSY), fake_verdict(V_BUSY), scene_order(ORDER_FORMS, false), OK, NOTHING);
	assert_int_equal(scene_run("electronic", "--once"), 0);
	assert_int_equal(fake_request(scene.pind, 3)->type, WIRE_ORDER_DONE);
}

static void test_hostile_values(void **state)
{
	static const char *const emails[] = { "a@example.org\nBcc: b@example.org", "a@example.org,b@x.it",
					      "\"a b\"@example.org", "", "-oQ/tmp@example.org" };
	struct fake_step order = scene_order(ORDER_FORMS, false);

	(void)state;
	for (size_t i = 0; i < sizeof(emails) / sizeof(*emails); i++) {
		snprintf(order.rep.order_is.email, sizeof(order.rep.order_is.email), "%s", emails[i]);
		SCRIPT(order, OK, NOTHING);
		assert_int_equal(scene_run("electronic", "--once"), 1);
		assert_failed(1, "cannot write the e-mail");
		assert_int_equal(scene_read("mail"), -1);
	}
	order = scene_order(ORDER_HALF, true);
	snprintf(order.rep.order_is.phone, sizeof(order.rep.order_is.phone), "-rf");
	{
		char line[128];

		snprintf(line, sizeof(line), "sms = %s", scene_path("sendmail"));
		scene_conf(line, "");
	}
	SCRIPT(order, OK, OK, NOTHING);
	assert_int_equal(scene_run("electronic", "--once"), 1);
	assert_failed(2, "not a mobile number");
}

static void test_half_refused(void **state)
{
	(void)state;
	SCRIPT(scene_order(ORDER_HALF, false), fake_verdict(V_STATE), OK, NOTHING);
	assert_int_equal(scene_run("electronic", "--once"), 1);
	assert_failed(2, "pind refused the half");
	assert_int_equal(scene_read("mail"), -1);
}

static void test_cost_changed(void **state)
{
	struct fake_step dearer = scene_order(ORDER_HALF, false);

	(void)state;
	dearer.rep.order_is.mem_kib = 16;
	SCRIPT(scene_order(ORDER_HALF, false), fake_verdict(V_COST), dearer, OK, OK, NOTHING);
	assert_int_equal(scene_run("electronic", "--once"), 0);
	assert_int_equal(fake_request(scene.pind, 3)->order_half.mem_kib, 16);
	assert_true(scene_read("mail") > 0);
}

/* pind is away when the delivery is to be reported: it is told until it hears. */
static void test_report_is_repeated(void **state)
{
	const struct fake_step lost = { .how = FAKE_CLOSE };

	(void)state;
	scene_write("sendmail", "#!/bin/sh\ncat >>\"${0%/*}/mail\"\necho x >>\"${0%/*}/times\"\n");
	SCRIPT(scene_order(ORDER_HALF, false), OK, lost, fake_verdict(V_BUSY), OK, NOTHING);
	assert_int_equal(scene_run("electronic", "--once"), 0);
	for (unsigned int i = 2; i < 5; i++)
		assert_int_equal(fake_request(scene.pind, i)->type, WIRE_ORDER_DONE);
	assert_int_equal(scene_read("times"), 2); /* one x */
}

/* kill -9 between ORDER_HALF and ORDER_DONE: the order is there again, with another half. */
static void test_crash(void **state)
{
	char first[9], second[9];

	(void)state;
	scene_write("sendmail", "#!/bin/sh\ncat >\"${0%/*}/mail\"\nkill -9 $PPID\n");
	SCRIPT(scene_order(ORDER_HALF, false), OK, OK, NOTHING);
	assert_int_equal(scene_run("electronic", "--once"), 128 + SIGKILL);
	assert_int_equal(fake_asked(scene.pind), 2);
	assert_true(scene_read("mail") > 0);
	decode_mail();
	scene_half(first);
	scene_write("sendmail", "#!/bin/sh\ncat >\"${0%/*}/mail\"\n");
	SCRIPT(scene_order(ORDER_HALF, false), OK, OK, NOTHING);
	assert_int_equal(scene_run("electronic", "--once"), 0);
	assert_true(scene_read("mail") > 0);
	decode_mail();
	scene_half(second);
	assert_string_not_equal(first, second);
	assert_half_is(fake_request(scene.pind, 1), second);
	assert_int_equal(fake_request(scene.pind, 2)->type, WIRE_ORDER_DONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, scene_open, scene_close)
		T(test_mail_with_half_and_link), T(test_english_first), T(test_sms_and_link),
		T(test_link_was_used), T(test_without_secret), T(test_unknown_kind), T(test_reminder), T(test_forgotten), T(test_recovered),
		T(test_no_page_to_recover),
		T(test_mail_fails), T(test_trouble_names_nobody), T(test_foreign_number), T(test_recovery_is_whole),
		T(test_busy_is_asked_again), T(test_trouble_never_quotes), T(test_hostile_values),
		T(test_half_refused), T(test_cost_changed), T(test_report_is_repeated), T(test_crash),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
