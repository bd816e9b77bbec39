/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_pinctl_self.c - pinctl self before a real pind: at a terminal, where no PIN is shown but the
 * new one and the echo comes back whatever happens; and by a pipe, a line each.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#include "rig.h"

#define ANN "RSSMRA85T10A562S"

static struct {
	pid_t pid;
	int fd, slave;   /* of the terminal; slave stays open, so that its settings can be looked at */
	char seen[8192]; /* all that it showed */
	size_t n, from;  /* what was expected already ends at from */
} tty;

static void child(const char *const *words, const char *logname)
{
	const char *argv[16] = { getenv("PINCTL"), "--socket", rig.auth };

	for (size_t i = 0; words[i] != NULL; i++)
		argv[3 + i] = words[i];
	if (logname != NULL)
		setenv("LOGNAME", logname, 1);
	else
		unsetenv("LOGNAME");
	execv(argv[0], (char **)(uintptr_t)argv);
	_exit(127);
}

static void begin(const char *logname, const char *const *words)
{
	memset(&tty, 0, sizeof(tty));
	assert_int_equal(openpty(&tty.fd, &tty.slave, NULL, NULL, NULL), 0);
	tty.pid = fork();
	assert_true(tty.pid >= 0);
	if (tty.pid == 0) {
		close(tty.fd);
		if (login_tty(tty.slave) == 0)
			child(words, logname);
		_exit(126);
	}
}

#define BEGIN(logname, ...) begin(logname, (const char *const[]){ __VA_ARGS__, NULL })

/* Take what it shows: false after the end, or when nothing came for a minute. */
static bool more(void)
{
	struct pollfd p = { tty.fd, POLLIN, 0 };
	ssize_t n;

	if (poll(&p, 1, 60000) != 1 || tty.n >= sizeof(tty.seen) - 1)
		return false;
	n = read(tty.fd, tty.seen + tty.n, sizeof(tty.seen) - 1 - tty.n);
	if (n > 0)
		tty.n += (size_t)n;
	return n > 0;
}

/* Wait until it shows text, behind what was expected before. */
static void expect(const char *text)
{
	const char *at;

	while ((at = strstr(tty.seen + tty.from, text)) == NULL)
		if (!more())
			fail_msg("no '%s' in: %s", text, tty.seen + tty.from);
	tty.from = (size_t)(at - tty.seen) + strlen(text);
}

static void type(const char *text)
{
	assert_int_equal(write(tty.fd, text, strlen(text)), strlen(text));
	assert_int_equal(write(tty.fd, "\n", 1), 1);
}

static bool echoes(void)
{
	struct termios t;

	assert_int_equal(tcgetattr(tty.slave, &t), 0);
	return (t.c_lflag & ECHO) != 0;
}

/* Its exit status, or 128 + the signal; all it showed is in tty.seen. */
static int end(void)
{
	int status;

	assert_int_equal(waitpid(tty.pid, &status, 0), tty.pid);
	assert_true(echoes());
	close(tty.slave);
	while (more())
		;
	close(tty.fd);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void start(void)
{
	rig_start();
	assert_int_equal(rig_issue(ANN), V_OK);
}

/* First login at a terminal: contacts, the new PIN shown once, typed back. The PIN goes to pin. */
static void renew_at_terminal(char pin[static 17])
{
	char shown[10];

	BEGIN(NULL, "self", "renew", ANN);
	expect("PIN: ");
	assert_false(echoes());
	type(RIG_PIN);
	expect("E-mail: ");
	assert_true(echoes());
	type("ann@example.org");
	expect("mobile number: ");
	type("333 1234567");
	expect("the new PIN: ");
	while (tty.n < tty.from + 9)
		assert_true(more());
	snprintf(shown, sizeof(shown), "%.9s", tty.seen + tty.from);
	assert_int_equal(shown[4], '-');
	expect("type it back: ");
	type("ABCD-2345");
	expect("not the PIN shown");
	expect("type it back: ");
	type(shown);
	expect("the new PIN is in force");
	assert_int_equal(end(), 0);
	snprintf(pin, 17, "%.4s%.4s", shown, shown + 5);
	assert_null(strstr(tty.seen, RIG_PIN));
	assert_null(strstr(tty.seen, "ABCD-2345"));
}

static void a_citizen_renews_and_looks(void **state)
{
	char pin[17];

	(void)state;
	start();
	BEGIN(NULL, "self", "status", ANN);
	expect("PIN: ");
	type(RIG_PIN);
	expect("to be renewed");
	expect("pinctl self renew");
	assert_int_equal(end(), 0);

	renew_at_terminal(pin);
	assert_int_equal(rig_try(ANN, RIG_PIN), V_WRONG);
	assert_int_equal(rig_try(ANN, pin), V_OK);

	BEGIN("rssmra85t10a562s", "self", "status"); /* as the forced command of ssh */
	expect("PIN: ");
	type(pin);
	expect("active");
	expect("semplice");
	expect("a***@example.org");
	expect("67");
	assert_int_equal(end(), 0);
	assert_null(strstr(tty.seen, pin));
	assert_null(strstr(tty.seen, "333"));
}

static void the_code_is_asked_for(void **state)
{
	(void)state;
	start();
	BEGIN("root", "self", "status");
	expect("Codice fiscale: ");
	type("rssmra 85t10 a562s");
	expect("PIN: ");
	type(RIG_WRONG);
	expect("codice fiscale o PIN errato / wrong codice fiscale or PIN");
	assert_int_equal(end(), 11);
	assert_null(strstr(tty.seen, RIG_WRONG));
	BEGIN("root", "self", "status");
	expect("Codice fiscale: ");
	type("nobody");
	expect("not a codice fiscale");
	assert_int_equal(end(), 2);
}

/* Killed, interrupted, stopped: the terminal is as it was. */
static void the_echo_comes_back(void **state)
{
	static const int sigs[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

	(void)state;
	start();
	for (size_t i = 0; i < sizeof(sigs) / sizeof(*sigs); i++) {
		BEGIN(NULL, "self", "status", ANN);
		expect("PIN: ");
		assert_false(echoes());
		assert_int_equal(kill(tty.pid, sigs[i]), 0);
		assert_int_equal(end(), 128 + sigs[i]);
	}
	BEGIN(NULL, "self", "status", ANN);
	expect("PIN: ");
	assert_int_equal(write(tty.fd, "\x03", 1), 1); /* Ctrl-C */
	assert_int_equal(end(), 128 + SIGINT);

	BEGIN(NULL, "self", "status", ANN);
	expect("PIN: ");
	assert_int_equal(kill(tty.pid, SIGTSTP), 0); /* stops none whom no shell could make go on */
	expect("PIN: "); /* again */
	assert_false(echoes());
	type(RIG_WRONG);
	assert_int_equal(end(), 11);
	assert_null(strstr(tty.seen, RIG_WRONG));
}

/* Run it with lines on standard input; what it printed into out. The exit status. */
static int by_pipe(const char *lines, char *out, size_t cap, const char *const *words)
{
	int in[2], from[2], status;
	size_t n = 0;
	ssize_t got;
	pid_t pid;

	assert_int_equal(pipe(in), 0);
	assert_int_equal(pipe(from), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(in[0], 0);
		dup2(from[1], 1);
		dup2(from[1], 2);
		close(in[1]);
		close(from[0]);
		child(words, NULL);
	}
	close(in[0]);
	close(from[1]);
	assert_int_equal(write(in[1], lines, strlen(lines)), strlen(lines));
	close(in[1]);
	while ((got = read(from[0], out + n, cap - 1 - n)) > 0)
		n += (size_t)got;
	out[n] = '\0';
	close(from[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

#define PIPE(lines, out, ...)                                                                      \
	by_pipe(lines, out, sizeof(out), (const char *const[]){ "self", __VA_ARGS__, NULL })

static void by_a_pipe_a_line_each(void **state)
{
	struct wire_msg judge = { .type = WIRE_CONVERT_JUDGE,
				  .convert_judge = { .cf = ANN, .approve = 1 } },
			look = { .type = WIRE_STATUS, .status.cf = ANN }, rep;
	char pin[17], lines[128], out[4096], file[96];

	(void)state;
	start();
	assert_int_equal(rig_renew(ANN, RIG_PIN, pin), V_OK);
	snprintf(lines, sizeof(lines), ANN "\r\n%s\r\n", pin);
	assert_int_equal(PIPE(lines, out, "status", "--json"), 0);
	/* From the first byte on: no prompts. */
	assert_ptr_equal(out, strstr(out, "{\"cf\":\"" ANN "\",\"state\":\"active\","
					  "\"level\":\"semplice\","));
	snprintf(lines, sizeof(lines), "%s\nnew@example.net\n\n", pin);
	assert_int_equal(PIPE(lines, out, "contacts", ANN), 0);
	assert_non_null(strstr(out, "the contacts are changed"));
	snprintf(lines, sizeof(lines), "%s\n", pin);
	assert_int_equal(PIPE(lines, out, "contacts", ANN, "--email", "nonsense"), 2);
	assert_int_equal(PIPE(lines, out, "status", ANN), 0);
	assert_non_null(strstr(out, "n***@example.net"));

	snprintf(file, sizeof(file), "%s/copy.pdf", rig.dir);
	rig_write(file, "a copy", 6);
	assert_int_equal(PIPE(lines, out, "convert", ANN, "--document",
			      "patente:U1X23:MIT-UCO:2090-12-31", "--file", file), 0);
	assert_non_null(strstr(out, "an operator will judge it"));
	assert_int_equal(PIPE(lines, out, "status", ANN), 0);
	assert_non_null(strstr(out, "online"));
	assert_non_null(strstr(out, "patente"));
	assert_int_equal(rig_ask(&look, &rep), 0);
	judge.convert_judge.rev = rep.record.rev;
	assert_int_equal(rig_ask(&judge, &rep), V_OK);
	assert_int_equal(PIPE(lines, out, "status", ANN), 0);
	assert_non_null(strstr(out, "dispositivo"));
	assert_null(strstr(out, "online"));
	assert_int_equal(PIPE(lines, out, "convert", ANN, "--document",
			      "patente:U1X23:MIT-UCO:2090-12-31", "--file", file), 30);
	assert_non_null(strstr(out, "Il PIN e' gia' dispositivo / the PIN is of level dispositivo already"));
	assert_null(strstr(out, "pratica"));
	unlink(file);

	assert_int_equal(PIPE("", out, "status", ANN), 2);
	assert_non_null(strstr(out, "nothing was typed"));
	assert_int_equal(PIPE(RIG_WRONG "\n", out, "status", ANN), 11);
	assert_int_equal(PIPE(lines, out, "renew", ANN), 2); /* shown, and not typed back */
	assert_int_equal(rig_try(ANN, pin), V_OK);
	assert_int_equal(PIPE(lines, out, "status", ANN, "--file", "x"), 2);
}

/* Who imports at a terminal sees how far it is, from the first line on. */
static void an_import_shows_its_progress(void **state)
{
	static const char head[] = "cf\n", line[] = ANN "\n";
	char file[96], text[2048] = "";

	(void)state;
	rig_start();
	memcpy(text, head, sizeof(head));
	for (int i = 0; i < 100; i++)
		memcpy(text + strlen(text), line, sizeof(line));
	snprintf(file, sizeof(file), "%s/patronati.csv", rig.dir);
	rig_write(file, text, strlen(text));
	BEGIN(NULL, "--socket", rig.admin, "registry", "import", "patronati", file);
	expect("line 1, 0%"); /* after the first, not after the first block */
	expect("100");
	assert_int_equal(end(), 0);
	unlink(file);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, rig_open, rig_close)
	const struct CMUnitTest tests[] = {
		TEST(a_citizen_renews_and_looks),
		TEST(the_code_is_asked_for),
		TEST(the_echo_comes_back),
		TEST(by_a_pipe_a_line_each),
		TEST(an_import_shows_its_progress),
	};

	return cmocka_run_group_tests_name("pinctl_self", tests, NULL, NULL);
}
