/* SPDX-License-Identifier: BSD-2-Clause */
/* test_mail.c - a message as it is handed to sendmail. */
#include <errno.h>
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "mail.h"

static char buf[65536];

static struct mail sample(void)
{
	return (struct mail){ .from = "pin@inps.example.org", .from_name = "", .to = "a@example.org",
			      .number = "2026-0000123-M", .subject = "Prova", .body = "Testo.\n",
			      .serial = 7, .now = 1800000000 };
}

static int compose(const struct mail *m)
{
	struct text t = text_in(buf, sizeof(buf));

	return mail_compose(&t, m);
}

static void test_whole(void **state)
{
	struct mail m = sample();
	char *id, *end;

	(void)state;
	assert_int_equal(compose(&m), 0);
	id = strstr(buf, "Message-ID: <order7.");
	assert_non_null(id);
	end = strstr(id, "@inps.example.org>\n");
	assert_ptr_equal(end, id + strlen("Message-ID: <order7.") + 16);
	memmove(id, strchr(end, '\n') + 1, strlen(strchr(end, '\n')));
	assert_string_equal(buf, "From: pin@inps.example.org\n"
				 "To: a@example.org\n"
				 "Subject: [2026-0000123-M] Prova\n"
				 "Date: Fri, 15 Jan 2027 08:00:00 +0000\n"
				 "Auto-Submitted: auto-generated\n"
				 "MIME-Version: 1.0\n"
				 "Content-Type: text/plain; charset=UTF-8\n"
				 "Content-Transfer-Encoding: quoted-printable\n"
				 "\nTesto.\n");
}

/* No line longer than 76, nothing but printable ASCII, and it reads back as it was. */
static void test_quoted_printable(void **state)
{
	static const char *const bodies[] = {
		"a = b\n", "perche' si': \xc3\xa8 cos\xc3\xac\n", "trailing \n  \n", ".\n..\n.x\n",
		"From here\nFrom\n",
		"0123456789012345678901234567890123456789012345678901234567890123456789012345\n"
		"01234567890123456789012345678901234567890123456789012345678901234567890123 5 \n"
		"\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac"
		"\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++) {
		struct mail m = sample();
		char back[512], *to = back;
		const char *body;

		m.body = bodies[i];
		assert_int_equal(compose(&m), 0);
		body = strstr(buf, "\n\n") + 2;
		for (const char *p = body, *line = body; *p != '\0'; p++) {
			assert_true(*p == '\n' || (*p >= ' ' && *p <= '~'));
			if (*p != '\n')
				continue;
			assert_true(p - line <= 76);
			assert_true(p == line || p[-1] != ' ');
			assert_memory_not_equal(line, ".", 1);
			assert_memory_not_equal(line, "From ", 5);
			line = p + 1;
		}
		for (const char *p = body; *p != '\0'; p++) {
			unsigned int byte;

			if (*p != '=')
				*to++ = *p;
			else if (*++p != '\n') {
				assert_int_equal(sscanf(p++, "%2X", &byte), 1);
				*to++ = (char)byte;
			}
		}
		*to = '\0';
		assert_string_equal(back, bodies[i]);
	}
}

static void test_names(void **state)
{
	struct mail m = sample();

	(void)state;
	m.from_name = "INPS, Roma";
	assert_int_equal(compose(&m), 0);
	assert_memory_equal(buf, "From: \"INPS, Roma\" <pin@inps.example.org>\n", 42);
	m.from_name = "a\" <b@example.org>, \"c"; /* no second sender */
	m.subject = "Citt\xc3\xa0";
	assert_int_equal(compose(&m), 0);
	assert_memory_equal(buf, "From: =?UTF-8?B?", 16);
	assert_non_null(strstr(buf, "?=\n <pin@inps.example.org>\nTo: "));
	assert_non_null(strstr(buf, "\nSubject: [2026-0000123-M]\n =?UTF-8?B?Q2l0dMOg?=\n"));
	/* Words hold whole characters: 44 bytes, not 45. */
	m.subject = "\xc3\xa0\xc3\xa0\xc3\xa0\xc3\xa0\xc3\xa0\xc3\xa0\xc3\xa0\xc3\xa0\xc3\xa0\xc3\xa0"
		    "\xc3\xa0\xc3\xa0\xc3\xa0\xc3\xa0\xc3\xa0\xc3\xa0\xc3\xa0\xc3\xa0\xc3\xa0\xc3\xa0"
		    "\xc3\xa0\xc3\xa0\xc3\xa0\xc3\xa0";
	assert_int_equal(compose(&m), 0);
	assert_non_null(strstr(buf, "w6A=?=\n =?UTF-8?B?w6DDoA==?=\n"));
}

static void test_injection(void **state)
{
	static const char *const hostile[] = { "x\nBcc: b@example.org", "x\rBcc: b@example.org", "x\n\n.",
					       "x\xe2\x80\xa8", "\x01", "\xff" };

	(void)state;
	for (size_t i = 0; i < sizeof(hostile) / sizeof(*hostile); i++) {
		struct mail m[5] = { sample(), sample(), sample(), sample(), sample() };

		m[0].subject = m[1].from_name = m[2].number = m[3].to = m[4].from = hostile[i];
		for (int j = 0; j < 5; j++)
			assert_int_equal(compose(&m[j]), -EINVAL);
	}
}

static void test_too_long(void **state)
{
	struct mail m = sample();
	struct text t = text_in(buf, 200);

	(void)state;
	assert_int_equal(mail_compose(&t, &m), -ENOSPC);
	m.now = (time_t)INT64_MAX;
	assert_int_equal(compose(&m), -ENOSPC); /* no date can be written */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),     cmocka_unit_test(test_quoted_printable),
		cmocka_unit_test(test_names),     cmocka_unit_test(test_injection),
		cmocka_unit_test(test_too_long),
	};

	if (sodium_init() < 0 || setenv("TZ", "UTC", 1) != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
