/* SPDX-License-Identifier: BSD-2-Clause */
/* test_users.c - names and ids out of passwd and group files of our own. */
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

static char path[] = "/tmp/test_users.XXXXXX", group_path[] = "/tmp/test_groups.XXXXXX";
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

static const char group[] = "root:x:0:\n"
			    "www-data:x:34:\n" /* not the user's number */
			    "pind-helpdesk:x:990:anna,bruno\n"
			    "no-number:x:990a:\n"
			    "no-more:x\n"
			    ":x:12:\n"
			    "nobody:x:4294967295:\n"
			    "pind-auditor:x:992:carla";

static int write_file(char *name, const char *text)
{
	int fd = mkstemp(name);
	ssize_t n = fd < 0 ? -1 : write(fd, text, strlen(text));

	if (fd >= 0)
		close(fd);
	return n == (ssize_t)strlen(text) ? 0 : -1;
}

static int setup(void **state)
{
	(void)state;
	if (write_file(path, passwd) != 0 || write_file(group_path, group) != 0)
		return -1;
	return users_open(&users, path, group_path);
}

static int teardown(void **state)
{
	(void)state;
	users_close(users);
	users_close(NULL);
	return unlink(path) | unlink(group_path);
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

static void test_groups(void **state)
{
	static const char *const bad[] = { "", "x", "anna", "no-number", "no-more", "nobody", "_apt",
					   "4294967295", "-1", "pind" };
	gid_t gid = 12345;

	(void)state;
	assert_true(users_find_group(users, "pind-helpdesk", &gid) && gid == 990);
	assert_true(users_find_group(users, "pind-auditor", &gid) && gid == 992);
	assert_true(users_find_group(users, "www-data", &gid) && gid == 34);
	assert_true(users_find_group(users, "77777", &gid) && gid == 77777);
	assert_true(users_find_group(NULL, "5", &gid) && gid == 5);
	assert_false(users_find_group(NULL, "root", &gid));
	assert_false(users_find(users, "pind-helpdesk", &gid)); /* a group is no user */
	for (size_t i = 0; i < N(bad); i++)
		assert_false(users_find_group(users, bad[i], &gid));
}

static void test_files(void **state)
{
	struct users *none = NULL;
	uid_t uid;

	(void)state;
	assert_int_equal(users_open(&none, "/nonexistent/passwd", "/dev/null"), -ENOENT);
	assert_int_equal(users_open(&none, path, "/nonexistent/group"), -ENOENT);
	assert_int_equal(users_open(&none, path, "/"), -EIO); /* a directory */
	assert_null(none);
	assert_int_equal(users_open(&none, "/dev/null", "/dev/null"), 0);
	assert_false(users_find(none, "root", &uid));
	assert_is(none, "5", 5);
	users_close(none);
}

/* A line may be of any length, as of a group with a thousand members, and hides nobody else's. */
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
	assert_int_equal(users_open(&u, name, name), 0);
	assert_is(u, "before", 7);
	assert_is(u, "after", 9);
	assert_is(u, "long", 8);
	users_close(u);
	unlink(name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_a_line_too_long),
	};

	return cmocka_run_group_tests_name("users", tests, setup, teardown);
}
