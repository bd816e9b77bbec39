/* SPDX-License-Identifier: BSD-2-Clause */
/* test_template.c - the texts an office can edit: those that come with us, bad ones, hostile values. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "template.h"

static char dir[] = "/tmp/inpspin-template.XXXXXX";
static char said[600];

static int make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) != NULL ? 0 : -1;
}

static int remove_dir(void **state)
{
	char path[64];

	(void)state;
	snprintf(path, sizeof(path), "%s/notice.txt", dir);
	(void)unlink(path);
	return rmdir(dir);
}

/* template_read() with what it says in said. */
static int read_saying(struct template *t, const char *from, enum template_kind kind)
{
	int saved = dup(STDERR_FILENO), pipes[2], r;
	ssize_t n;

	assert_int_equal(pipe(pipes), 0);
	assert_true(dup2(pipes[1], STDERR_FILENO) >= 0);
	r = template_read(t, from, kind);
	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	close(pipes[1]);
	close(saved);
	n = read(pipes[0], said, sizeof(said) - 1);
	close(pipes[0]);
	said[n > 0 ? n : 0] = '\0';
	return r;
}

static int read_text(struct template *t, const char *text, size_t len)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "%s/notice.txt", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), len);
	close(fd);
	return read_saying(t, dir, TEMPLATE_NOTICE);
}

static void test_ours(void **state)
{
	static struct template t;
	static char buf[TEMPLATE_FILLED];
	struct values v;

	(void)state;
	for (int f = 0; f < FIELD_N; f++)
		values_set(&v, (enum field)f, "{{VALUE}}");
	for (int k = 0; k < TEMPLATE_N; k++) {
		assert_int_equal(read_saying(&t, getenv("TEMPLATES"), (enum template_kind)k), 0);
		assert_string_equal(said, "");
		for (int i = 0; i < LANGUAGE_N; i++) {
			struct text out = text_in(buf, sizeof(buf));

			assert_int_equal(template_fill(&t, (enum language)i, &v, &out), 0);
			assert_non_null(strstr(buf, "{{VALUE}}")); /* not looked into */
			assert_int_equal(buf[out.len - 1], '\n');
			assert_null(strstr(buf, "\n=="));
			assert_null(strstr(buf, "Subject:"));
		}
	}
}

static void test_bad(void **state)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
		{ "", "'== it'" },
		{ "== it\nSubject: a\n{{help}}\n", "'== en'" },
		{ "== en\nSubject: a\n{{help}}\n== it\nSubject: a\n{{help}}\n", "'== en'" },
		{ "== it\n{{help}}\n== en\nSubject: a\n{{help}}\n", "the line behind '== it'" },
		{ "== it\nSubject: a\n{{help}}\n== en\nSubject: a\nhelp\n", "no {{help}} below '== en'" },
		{ "== it\nSubject: a\n{{help}} {{half}}\n== en\nSubject: a\n{{help}}\n",
		  "{{half}} is no field" },
		{ "== it\nSubject: a\n{{help}} {{cf}}\n== en\nSubject: a\n{{help}}\n",
		  "{{cf}} is no field" },
		{ "== it\nSubject: a\n{{ help }}\n== en\nSubject: a\n{{help}}\n",
		  "{{ help }} is no field" },
		{ "== it\nSubject: a\n{{help}}\n== en\nSubject: a\n{{help}}\n{{help\n", "is no field" },
		{ "== it\nSubject: {{number}}\n{{help}}\n== en\nSubject: a\n{{help}}\n", "subject" },
		{ "== it\nSubject: a\n{{help}}\n== en\nSubject: a\n{{help}}", "does not end" },
		{ "== it\nSubject: a\n\n\n== en\nSubject: a\n{{help}}\n", "nothing below '== it'" },
		{ "== it\nSubject: a\r\n{{help}}\n== en\nSubject: a\n{{help}}\n", "control character" },
		{ "== it\nSubject: a\n{{help}}\x1b[1m\n== en\nSubject: a\n{{help}}\n", "control" },
		{ "== it\nSubject: a\n{{help}}\xe2\x80\xae\n== en\nSubject: a\n{{help}}\n", "control" },
		{ "== it\nSubject: a\n{{help}}\xff\n== en\nSubject: a\n{{help}}\n", "UTF-8" },
	};
	static char big[TEMPLATE_MAX + 2];
	static struct template t;
	char path[80];

	(void)state;
	snprintf(path, sizeof(path), "pin-courier: %s/notice.txt: ", dir);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(read_text(&t, bad[i].text, strlen(bad[i].text)), -EINVAL);
		assert_memory_equal(said, path, strlen(path));
		assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1); /* one line */
		if (strstr(said, bad[i].why) == NULL)
			fail_msg("%zu: '%s' lacks '%s'", i, said, bad[i].why);
	}
	assert_int_equal(read_text(&t, "== it\nSubject: a\n{{help}}\0\n", 26), -EINVAL);
	memset(big, '\n', sizeof(big));
	assert_int_equal(read_text(&t, big, sizeof(big)), -EINVAL);
	assert_non_null(strstr(said, "longer than"));
	assert_int_equal(read_saying(&t, dir, TEMPLATE_HALF), -EINVAL);
	assert_non_null(strstr(said, "half.txt: No such file"));
}

static void test_values(void **state)
{
	static const char *const hostile[] = { "a\nBcc: x@example.org", "a\r", "\x7f", "\xc2\x85",
					       "\xe2\x80\xa8", "\xed\xa0\x80", "\xc0\xaf", "\xe2\x82" };
	static const char good[] = "x\n== it\nSubject: a\n{{help}}\n== en\nSubject: b\n{{help}}\n";
	static struct template t;
	struct values v = { { { NULL } } };
	char buf[32];
	struct text out = text_in(buf, sizeof(buf));

	(void)state;
	assert_int_equal(read_text(&t, good, strlen(good)), 0);
	assert_string_equal(t.part[ITALIAN].subject, "a");
	assert_string_equal(t.part[ENGLISH].subject, "b");
	assert_int_equal(template_fill(&t, ITALIAN, &v, &out), -EINVAL); /* it lacks */
	for (size_t i = 0; i < sizeof(hostile) / sizeof(*hostile); i++) {
		out = text_in(buf, sizeof(buf));
		values_set(&v, FIELD_HELP, hostile[i]);
		assert_int_equal(template_fill(&t, ITALIAN, &v, &out), -EINVAL);
	}
	out = text_in(buf, sizeof(buf));
	values_set(&v, FIELD_HELP, "perche' no, \xc3\xa8");
	assert_int_equal(template_fill(&t, ITALIAN, &v, &out), 0);
	assert_string_equal(buf, "perche' no, \xc3\xa8\n");
	out = text_in(buf, 8);
	assert_int_equal(template_fill(&t, ITALIAN, &v, &out), -ENOSPC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ours),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_values),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
