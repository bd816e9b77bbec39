/* SPDX-License-Identifier: BSD-2-Clause */
/* test_post.c - an order of the channel of letters, from pind to paper. */
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "argon.h"
#include "order.h"
#include "scene.h"
#include "verdict.h"

#define LETTER  "spool/letter-" NUMBER ".pdf"
#define OK      fake_verdict(V_OK)
#define NOTHING fake_verdict(V_UNKNOWN)

#define SCRIPT(...)                                                                                \
	do {                                                                                       \
		const struct fake_step steps[] = { __VA_ARGS__ };                                  \
		scene_script(steps, sizeof(steps) / sizeof(*steps));                               \
	} while (0)

static void read_letter(const char *name, char half[static 9])
{
	scene_shell("pdftotext -layout %s -", scene_path(name));
	scene_half(half);
}

static void assert_half_is(const struct wire_msg *req, const char *half)
{
	static const uint8_t none[32];
	const struct argon_cost cost = { req->order_half.ops, req->order_half.mem_kib };
	uint8_t out[ARGON_OUT_LEN];

	assert_int_equal(req->type, WIRE_ORDER_HALF);
	assert_int_equal(argon_derive(out, half, 8, req->order_half.salt, &cost), 0);
	assert_memory_equal(out, req->order_half.out, sizeof(out));
	assert_memory_equal(req->order_half.token, none, sizeof(none));
}

/* What is on the paper, and what must not be. */
static void assert_letter(void)
{
	static const char *const there[] = { "INPS, Via Ciro il Grande 21", "Niccolò D'Amico",
					     "Via dell'Università 12", "00144 ROMA RM",
					     "caratteri 9-16", "characters 9-16", "803 164",
					     "15 gennaio 2027", "15 January 2027" };

	for (size_t i = 0; i < sizeof(there) / sizeof(*there); i++)
		if (strstr(scene.text, there[i]) == NULL)
			fail_msg("not on the letter: %s in\n%.6000s", there[i], scene.text);
	assert_null(strstr(scene.text, CF));
	assert_null(strstr(scene.text, NUMBER));
	assert_null(strstr(scene.text, "0000123"));
	assert_null(strstr(scene.text, "{{"));
}

static void test_spool(void **state)
{
	struct stat st;
	char half[9];

	(void)state;
	SCRIPT(scene_letter(), OK, OK, NOTHING);
	assert_int_equal(scene_run("post", "--once"), 0);
	assert_int_equal(fake_request(scene.pind, 0)->order_take.to, TO_POST);
	assert_int_equal(fake_request(scene.pind, 2)->type, WIRE_ORDER_DONE);
	assert_non_null(strstr(scene.err, LETTER));
	assert_int_equal(stat(scene_path("spool"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(stat(scene_path(LETTER), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	read_letter(LETTER, half);
	assert_letter();
	assert_half_is(fake_request(scene.pind, 1), half);
	scene_shell("pdfinfo %s", scene_path(LETTER));
	assert_non_null(strstr(scene.text, "Pages:           1\n"));
	assert_non_null(strstr(scene.text, "(A4)"));
}

static void test_printed(void **state)
{
	char option[200];

	(void)state;
	SCRIPT(scene_letter(), OK, OK, NOTHING);
	assert_int_equal(scene_run("post", "--once"), 0);
	assert_int_equal(scene_run("post", "--printed=../sendmail"), 2);
	assert_int_equal(scene_run("post", "--printed=letter-2026-0000124-X.pdf"), 2);
	assert_int_equal(access(scene_path(LETTER), F_OK), 0);
	snprintf(option, sizeof(option), "--printed=%s", scene_path(LETTER));
	assert_int_equal(scene_run("post", option), 0);
	assert_int_equal(access(scene_path(LETTER), F_OK), -1);
	assert_int_equal(fake_asked(scene.pind), 4); /* pind was not asked for that */
}

static void print_with(const char *script, const char *words)
{
	char line[200];

	scene_write("lp", script);
	snprintf(line, sizeof(line), "print = %s%s", scene_path("lp"), words);
	scene_conf("", line);
}

/* A print command gets the letter itself: nothing is left on any disk. */
static void test_print_command(void **state)
{
	char half[9];

	(void)state;
	print_with("#!/bin/sh\necho \"$#:$1:$2\" >\"${0%/*}/words\"\ncat >\"${0%/*}/paper.pdf\"\n",
		   " -o  '$HOME;x'");
	SCRIPT(scene_letter(), OK, OK, NOTHING);
	assert_int_equal(scene_run("post", "--once"), 0);
	assert_int_equal(access(scene_path("spool"), F_OK), -1);
	assert_true(scene_read("words") > 0);
	assert_string_equal(scene.text, "2:-o:'$HOME;x'\n");
	read_letter("paper.pdf", half);
	assert_letter();
	assert_half_is(fake_request(scene.pind, 1), half);
}

static void test_print_fails(void **state)
{
	(void)state;
	print_with("#!/bin/sh\ncat >/dev/null\necho 'lp: out of paper' >&2\nexit 1\n", "");
	SCRIPT(scene_letter(), OK, OK, NOTHING);
	assert_int_equal(scene_run("post", "--once"), 1);
	assert_int_equal(fake_request(scene.pind, 2)->type, WIRE_ORDER_FAILED);
	assert_string_equal(fake_request(scene.pind, 2)->order_failed.trouble,
			    "lp: exit status 1: lp: out of paper");
}

/* Killed before it could report: one letter is left, with the half that counts. */
static void test_crash(void **state)
{
	const struct fake_step hang = { .how = FAKE_HANG };
	char first[9], second[9];

	(void)state;
	SCRIPT(scene_letter(), OK, hang);
	scene_start(getenv("COURIER"), "post", NULL);
	while (fake_asked(scene.pind) < 3)
		usleep(1000);
	assert_int_equal(kill(scene.pid, SIGKILL), 0);
	assert_int_equal(scene_end(), 128 + SIGKILL);
	read_letter(LETTER, first);
	SCRIPT(scene_letter(), OK, OK, NOTHING);
	assert_int_equal(scene_run("post", "--once"), 0);
	read_letter(LETTER, second);
	assert_string_not_equal(first, second);
	assert_half_is(fake_request(scene.pind, 1), second);
	scene_shell("ls -A %s", scene_path("spool"));
	assert_string_equal(scene.text, "letter-" NUMBER ".pdf\n");
}

static struct fake_step void_order(const char *number)
{
	struct fake_step s = { .how = FAKE_REPLY, .rep.type = WIRE_ORDER_IS };

	s.rep.order_is = (struct wire_order_is){ .serial = 19, .kind = ORDER_VOID };
	snprintf(s.rep.order_is.number, sizeof(s.rep.order_is.number), "%s", number);
	return s;
}

/* The PIN was revoked before its letter was printed: it goes, wiped, and no other. */
static void test_void(void **state)
{
	(void)state;
	SCRIPT(scene_letter(), OK, OK, NOTHING);
	assert_int_equal(scene_run("post", "--once"), 0);
	SCRIPT(void_order("2026-0000124-X"), OK, NOTHING);
	assert_int_equal(scene_run("post", "--once"), 0);
	assert_int_equal(fake_request(scene.pind, 1)->type, WIRE_ORDER_DONE); /* there is none */
	assert_int_equal(access(scene_path(LETTER), F_OK), 0);
	SCRIPT(void_order(NUMBER), OK, NOTHING);
	assert_int_equal(scene_run("post", "--once"), 0);
	assert_int_equal(fake_request(scene.pind, 1)->type, WIRE_ORDER_DONE);
	assert_int_equal(fake_request(scene.pind, 1)->order_done.serial, 19);
	scene_shell("ls -A %s", scene_path("spool"));
	assert_string_equal(scene.text, "");
	SCRIPT(void_order("../sendmail"), OK, NOTHING);
	assert_int_equal(scene_run("post", "--once"), 1);
	assert_string_equal(fake_request(scene.pind, 1)->order_failed.trouble,
			    "the order has no number of a pratica");
	assert_int_equal(access(scene_path("sendmail"), F_OK), 0);
}

/* When another half is drawn the earlier letter is worthless, even if the new one fails. */
static void test_replaced(void **state)
{
	struct fake_step order = scene_letter();

	(void)state;
	SCRIPT(order, OK, OK, NOTHING);
	assert_int_equal(scene_run("post", "--once"), 0);
	order.rep.order_is.street[0] = '\0';
	SCRIPT(order, OK, OK, NOTHING);
	assert_int_equal(scene_run("post", "--once"), 1);
	scene_shell("ls -A %s", scene_path("spool"));
	assert_string_equal(scene.text, "");
}

static void test_bad_orders(void **state)
{
	struct fake_step order = scene_letter();

	(void)state;
	order.rep.order_is.kind = ORDER_FORMS;
	SCRIPT(order, OK, NOTHING);
	assert_int_equal(scene_run("post", "--once"), 1);
	assert_string_equal(fake_request(scene.pind, 1)->order_failed.trouble,
			    "unknown kind of order: 2");
	order = scene_letter();
	order.rep.order_is.street[0] = '\0';
	SCRIPT(order, OK, OK, NOTHING);
	assert_int_equal(scene_run("post", "--once"), 1);
	assert_non_null(strstr(fake_request(scene.pind, 2)->order_failed.trouble, "lacks a line"));
	order = scene_letter();
	order.rep.order_is.town[3] = '\n';
	SCRIPT(order, OK, OK, NOTHING);
	assert_int_equal(scene_run("post", "--once"), 1);
	order = scene_letter();
	memset(order.rep.order_is.name, 'W', 80);
	SCRIPT(order, OK, OK, NOTHING);
	assert_int_equal(scene_run("post", "--once"), 1);
	assert_non_null(strstr(fake_request(scene.pind, 2)->order_failed.trouble, "window"));
	scene_shell("ls -A %s", scene_path("spool"));
	assert_string_equal(scene.text, "");
}

/* Half of a recovered PIN: by e-mail, from the courier that never sees the other half. */
static void test_recovered(void **state)
{
	struct fake_step order = scene_order(ORDER_RECOVERED, false);
	char half[9], line[128];

	(void)state;
	snprintf(line, sizeof(line), "post_sendmail = %s", scene_path("sendmail"));
	scene_conf("", line);
	order.rep.order_is.number[0] = '\0';
	SCRIPT(order, OK, OK, NOTHING);
	assert_int_equal(scene_run("post", "--once"), 0);
	assert_true(scene_read("mail") > 0);
	assert_non_null(strstr(scene.text, "\nTo: mario.rossi@example.org\n"));
	assert_non_null(strstr(scene.text, "(caratteri 9-16)"));
	assert_null(strstr(scene.text, "http"));
	assert_null(strstr(scene.text, "{{"));
	scene_half(half);
	assert_half_is(fake_request(scene.pind, 1), half);
	assert_int_equal(fake_request(scene.pind, 2)->type, WIRE_ORDER_DONE);
	scene_shell("ls %s/spool", scene.dir);
	assert_string_equal(scene.text, ""); /* no letter */
}

static void test_recovered_without_mail(void **state)
{
	const struct wire_msg *req;

	(void)state;
	SCRIPT(scene_order(ORDER_RECOVERED, false), OK, OK, NOTHING);
	assert_int_equal(scene_run("post", "--once"), 1);
	req = fake_request(scene.pind, 2);
	assert_int_equal(req->type, WIRE_ORDER_FAILED);
	assert_non_null(strstr(req->order_failed.trouble, "no [post] post_sendmail"));
	assert_int_equal(scene_read("mail"), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, scene_open, scene_close)
		T(test_spool), T(test_recovered), T(test_recovered_without_mail), T(test_printed), T(test_print_command), T(test_print_fails),
		T(test_crash), T(test_void), T(test_replaced), T(test_bad_orders),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
