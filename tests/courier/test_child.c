/* SPDX-License-Identifier: BSD-2-Clause */
/* test_child.c - programs that take a message: good ones, and all the ways to be bad. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "child.h"

static struct trouble trouble;

/* Run a shell script with this input. */
static int run_with(const char *script, const void *in, size_t len, unsigned int timeout_s)
{
	const char *const argv[] = { "/bin/sh", "-c", script, NULL };

	memset(&trouble, 0, sizeof(trouble));
	return child_run(argv, in, len, timeout_s, &trouble);
}

static int run(const char *script)
{
	return run_with(script, "abc\n", 4, 20);
}

static void test_good(void **state)
{
	static char big[1 << 20];

	(void)state;
	memset(big, 'x', sizeof(big));
	assert_int_equal(run("cat >/dev/null"), 0);
	assert_int_equal(run("test \"$(cat)\" = abc"), 0);
	assert_int_equal(run_with("test $(wc -c) -eq 1048576", big, sizeof(big), 20), 0);
	assert_int_equal(run("cat >/dev/null; echo fine >&2"), 0); /* warnings are no failure */
	assert_int_equal(run("echo out; cat"), 0);                 /* what it prints is not ours */
	assert_int_equal(run("cat >/dev/null; yes | head -c 300000 >&2"), 0);
}

static void test_bad(void **state)
{
	static char big[1 << 20];
	const char *const none[] = { "/nonexistent/sendmail", NULL };

	(void)state;
	assert_int_equal(run("cat >/dev/null; exit 3"), TROUBLE);
	assert_string_equal(trouble.text, "sh: exit status 3");
	assert_int_equal(run("cat >/dev/null; printf '\\n\\na\\033[1mb\\303\\250\\nsecond\\n' >&2; exit 1"),
			 TROUBLE);
	assert_string_equal(trouble.text, "sh: exit status 1: a?[1mb??");
	assert_int_equal(run("kill -11 $$"), TROUBLE);
	assert_string_equal(trouble.text, "sh: killed by signal 11");
	assert_int_equal(run_with("exec <&-; sleep 0.2; exit 0", big, sizeof(big), 20), TROUBLE);
	assert_string_equal(trouble.text, "sh: exited before it had read everything");
	assert_int_equal(child_run(none, "", 0, 20, &trouble), TROUBLE);
	assert_string_equal(trouble.text, "/nonexistent/sendmail: No such file or directory");
	assert_int_equal(run("yes abcdefghij | tr -d '\\n' | head -c 9999 >&2; exit 1"), TROUBLE);
	assert_true(strlen(trouble.text) < sizeof(trouble.text));
}

static void test_no_end(void **state)
{
	(void)state;
	/* With its children, who would hold the message and the pipe. */
	assert_int_equal(run_with("sleep 1000 & wait", "", 0, 1), TROUBLE);
	assert_string_equal(trouble.text, "sh: did not end in 1 s, killed");
}

/* A mail program may leave a child behind that goes on delivering, with our pipe open. */
static void test_left_behind(void **state)
{
	char script[200], path[] = "/tmp/inpspin-child.XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	snprintf(script, sizeof(script), "cat >/dev/null; (sleep 1; echo alive >%s) & exit 0", path);
	assert_int_equal(run(script), 0);
	assert_int_equal(lseek(fd, 0, SEEK_END), 0); /* not waited for, */
	for (int i = 0; i < 100 && lseek(fd, 0, SEEK_END) == 0; i++)
		usleep(100000);
	assert_int_equal(lseek(fd, 0, SEEK_END), 6); /* and not killed */
	close(fd);
	unlink(path);
}

/*
 * As a shell would start it: no signals blocked or ignored (but 32 and 33, which are glibc's own), none
 * of our descriptors.
 */
static void test_fresh(void **state)
{
	sigset_t set, old;
	int fd = open("/dev/null", O_RDONLY); /* not close-on-exec */

	(void)state;
	assert_true(fd >= 0);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	assert_int_equal(sigprocmask(SIG_BLOCK, &set, &old), 0);
	(void)run("cat >/dev/null\n"
		  "grep -q 'SigBlk:\t0000000000000000' /proc/self/status || exit 2\n"
		  "grep -q 'SigIgn:\t0000000[01][08]0000000$' /proc/self/status || exit 3\n"
		  "for f in /proc/$$/fd/*; do [ ${f##*/} -le 2 ] || [ ! -e $f ] || exit 4; done\n"
		  "[ $(ps -o pgid= -p $$) -eq $$ ] || exit 5\n");
	assert_string_equal(trouble.text, "");
	assert_int_equal(sigprocmask(SIG_SETMASK, &old, NULL), 0);
	close(fd);
}

static void test_hide(void **state)
{
	struct trouble t;

	(void)state;
	(void)trouble_say(&t, "bad recipient: your half is ab12-cd34");
	trouble_hide(&t, "AB12CD34", 4);
	assert_null(strstr(t.text, "b12"));
	(void)trouble_say(&t, "bad recipient: B12C");
	trouble_hide(&t, "AB12CD34", 4);
	assert_null(strstr(t.text, "B12C"));
	(void)trouble_say(&t, "nothing of it");
	trouble_hide(&t, "AB12CD34", 4);
	trouble_hide(&t, "", 8);
	assert_string_equal(t.text, "nothing of it");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),        cmocka_unit_test(test_bad),
		cmocka_unit_test(test_no_end),      cmocka_unit_test(test_left_behind),
		cmocka_unit_test(test_fresh),       cmocka_unit_test(test_hide),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
