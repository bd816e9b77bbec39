/* SPDX-License-Identifier: BSD-2-Clause */
/* test_desk.c - what pinctl tells the help desk about a real person who cannot log in. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rig.h"

#define WITHOUT_WAITS RIG_CONF "[guesses]\nfree = 10\nlimit = 10\nsource_limit = 5\nwait_s = 1\n"

static char out[8192];

static const char *pinctl_program(void)
{
	const char *program = getenv("PINCTL");

	return program != NULL ? program : "build/san/pinctl";
}

/* What "pinctl words..." prints; its exit status must be 0. */
static const char *pinctl(const char *const *words)
{
	char *argv[8] = { (char *)(uintptr_t)pinctl_program(), (char *)(uintptr_t) "--socket",
			  rig.admin };
	int ends[2], status = -1;
	size_t n = 0;
	ssize_t got;
	pid_t pid;

	for (int i = 0; words[i] != NULL && i < 4; i++)
		argv[3 + i] = (char *)(uintptr_t)words[i];
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (dup2(ends[1], STDOUT_FILENO) >= 0)
			execv(argv[0], argv);
		_exit(127);
	}
	close(ends[1]);
	while ((got = read(ends[0], out + n, sizeof(out) - 1 - n)) > 0)
		n += (size_t)got;
	out[n] = '\0';
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	return out;
}

#define PINCTL(...) pinctl((const char *const[]){ __VA_ARGS__, NULL })

/* Somebody who has logged in from RIG_SERVICE; nothing is spent. */
static void make_owner(const char *cf, char pin[static 17])
{
	assert_int_equal(rig_issue(cf), V_OK);
	assert_int_equal(rig_renew(cf, RIG_PIN, pin), V_OK);
	assert_int_equal(rig_try(cf, pin), V_OK);
	assert_null(strstr(PINCTL("status", cf), "unlock"));
}

/* Five wrong PINs from where the owner logs in: strangers may still try, the owner may not. */
static void test_blocked_at_home(void **state)
{
	char cf[17], pin[17], want[96];

	(void)state;
	rig_conf(WITHOUT_WAITS);
	rig_start();
	make_owner(rig_cf(cf, 1), pin);
	for (unsigned int i = 0; i < 5; i++)
		assert_int_equal(rig_guess(cf, RIG_SERVICE, i), V_WRONG);
	assert_int_equal(rig_try(cf, pin), V_BLOCKED);
	PINCTL("status", cf);
	snprintf(want, sizeof(want), "blocked where the owner logs in: pinctl unlock %s\n", cf);
	assert_non_null(strstr(out, want));
	assert_non_null(strstr(out, "attempts from elsewhere open"));
	assert_non_null(strstr(out, "known"));
	PINCTL("unlock", cf);
	assert_null(strstr(PINCTL("status", cf), "unlock"));
	assert_int_equal(rig_try(cf, pin), V_OK);
	assert_int_equal(rig_stop(), 0);
}

/* A wait that is going on is told, and not when it is over. */
static void test_wait_at_home(void **state)
{
	char cf[17], pin[17];

	(void)state;
	rig_conf(RIG_CONF "[guesses]\nwait_s = 60\nwait_max_s = 60\n");
	rig_start();
	make_owner(rig_cf(cf, 1), pin);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(rig_guess(cf, RIG_SERVICE, i), V_WRONG);
	assert_int_equal(rig_try(cf, pin), V_THROTTLED);
	assert_non_null(strstr(PINCTL("status", cf), "made to wait where the owner logs in: "));
	assert_int_equal(rig_stop(), 0);
}

/* A service whose name was misspelt, or has no file, is told from one with a policy. */
static void test_policy_of_its_own(void **state)
{
	char cf[17], pin[17];

	(void)state;
	rig_service("portale", "level = semplice\n");
	rig_start();
	make_owner(rig_cf(cf, 1), pin);
	PINCTL("service", "test", "portale", cf);
	assert_non_null(strstr(out, "from a new place, this person may use the service\n"));
	PINCTL("service", "test", "potale", cf);
	assert_non_null(strstr(out, "(which has no policy of its own)\n"));
	assert_int_equal(rig_stop(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_blocked_at_home, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_wait_at_home, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_policy_of_its_own, rig_open, rig_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
