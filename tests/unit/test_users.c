/* SPDX-License-Identifier: BSD-2-Clause */
/* test_users.c - names and uids out of a passwd file of our own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "users.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static char path[] = "/tmp/test_users.XXXXXX";
static struct users *users;

static const char passwd[] =
	"root:x:0:0:root:/root:/bin/bash\n"
	"# no entry\n"
	"www-data:x:33:33::/var/www:/usr/sbin/nologin\n"
	"\n"
	"nonsense\n"
	"_apt:x:100:65534::/:/bin/false\n"
	"twice:x:200:200::/:/bin/sh\n"
	"twice:x:201:201::/:/bin/sh\n"
	"a-user-whose-name-is-just-32-long:x:301:301::/:/bin/sh\n"
	"a-user-whose-name-is-more-than-32-long:x:302:302::/:/bin/sh\n"
	"42:x:300:300::/:/bin/sh\n"
	"nobody:x:65534:65534::/:/bin/sh"; /* no newline */

static int setup(void **state)
{
	int fd = mkstemp(path);
	ssize_t n = fd < 0 ? -1 : write(fd, passwd, strlen(passwd));

	(void)state;
	if (fd >= 0)
		close(fd);
	return n == (ssize_t)strlen(passwd) ? users_open(&users, path) : -1;
}

static int teardown(void **state)
{
	(void)state;
	users_close(users);
	users_close(NULL);
	return unlink(path);
}

static void assert_is(const struct users *u, const char *who, uid_t want)
{
	uid_t uid = 12345;

	assert_true(users_find(u, who, &uid));
	assert_int_equal(uid, want);
}

static void test_names(void **state)
{
	static const char *const bad[] = { "", "Root", "roo", "root ", " root", "nonsense", "x",
					   "# no entry", "a-user-whose-name-is-more-than-32-long",
					   "a-user-whose-name-is-more-than-32" };
	uid_t uid;

	(void)state;
	assert_is(users, "root", 0);
	assert_is(users, "www-data", 33);
	assert_is(users, "_apt", 100);
	assert_is(users, "twice", 200); /* the first, as getpwnam() has it */
	assert_is(users, "nobody", 65534);
	for (size_t i = 0; i < N(bad); i++)
		assert_false(users_find(users, bad[i], &uid));
}

static void test_numbers(void **state)
{
	static const char *const bad[] = { "-1", "+1", "1.0", "0x1", "4294967295", "4294967296",
					   "18446744073709551616", "1 ", "12345678901" };
	uid_t uid;

	(void)state;
	assert_is(users, "0", 0);
	assert_is(users, "42", 42); /* a uid, whoever bears it as a name */
	assert_is(users, "0033", 33);
	assert_is(users, "4294967294", 4294967294u);
	assert_is(users, "77777", 77777); /* a uid needs no name */
	for (size_t i = 0; i < N(bad); i++)
		assert_false(users_find(users, bad[i], &uid));
	assert_is(NULL, "33", 33); /* no names known: numbers only */
	assert_false(users_find(NULL, "root", &uid));
}

static void test_files(void **state)
{
	struct users *none = NULL;
	uid_t uid;

	(void)state;
	assert_int_equal(users_open(&none, "/nonexistent/passwd"), -ENOENT);
	assert_null(none);
	assert_int_equal(users_open(&none, "/dev/null"), 0);
	assert_false(users_find(none, "root", &uid));
	assert_is(none, "5", 5);
	users_close(none);
}

/* A line longer than anybody's hides nobody else's, and does not stop pind. */
static void test_a_line_too_long(void **state)
{
	char name[] = "/tmp/test_users_long.XXXXXX", long_line[9000];
	struct users *u = NULL;
	FILE *f;
	int fd;

	(void)state;
	memset(long_line, 'g', sizeof(long_line));
	fd = mkstemp(name);
	assert_true(fd >= 0);
	f = fdopen(fd, "w");
	assert_non_null(f);
	fprintf(f, "before:x:7:7::/:/bin/sh\nlong:x:8:8:%.*s:/:/bin/sh\nafter:x:9:9::/:/bin/sh\n",
		(int)sizeof(long_line), long_line);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(users_open(&u, name), 0);
	assert_is(u, "before", 7);
	assert_is(u, "after", 9);
	assert_false(users_find(u, "long", &(uid_t){ 0 }));
	users_close(u);
	unlink(name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_a_line_too_long),
	};

	return cmocka_run_group_tests_name("users", tests, setup, teardown);
}
