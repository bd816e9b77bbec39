/* SPDX-License-Identifier: BSD-2-Clause */
/* typed.c - see typed.h. */
#include "typed.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "pinctl.h"
#include "show.h"

static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGALRM };

#define SIGNALS (sizeof(signals) / sizeof(*signals))

/* These come only while a byte is waited for: nothing is half done then. */
struct watch {
	sigset_t before, waiting; /* the mask as it was, and while waiting */
	struct sigaction old[SIGNALS];
};

static volatile sig_atomic_t caught;

static void on_signal(int sig)
{
	caught = sig;
}

static void watch_begin(struct watch *w)
{
	struct sigaction act = { .sa_handler = on_signal };
	sigset_t block;

	caught = 0;
	sigemptyset(&block);
	for (size_t i = 0; i < SIGNALS; i++)
		sigaddset(&block, signals[i]);
	(void)sigprocmask(SIG_BLOCK, &block, &w->before);
	w->waiting = w->before;
	for (size_t i = 0; i < SIGNALS; i++) {
		(void)sigaction(signals[i], NULL, &w->old[i]);
		if (w->old[i].sa_handler != SIG_IGN)
			(void)sigaction(signals[i], &act, NULL);
	}
}

static void watch_end(struct watch *w)
{
	for (size_t i = 0; i < SIGNALS; i++)
		(void)sigaction(signals[i], &w->old[i], NULL);
	(void)sigprocmask(SIG_SETMASK, &w->before, NULL);
}

bool typed_terminal(void)
{
	return isatty(STDIN_FILENO) == 1;
}

static void say(const char *text)
{
	ssize_t n = write(STDERR_FILENO, text, strlen(text));

	(void)n; /* without a prompt one can type all the same */
}

/* A byte at a time: what is behind the line is the next one's. 1, 0 at the end, -errno. */
static int read_byte(char *byte, const sigset_t *waiting)
{
	struct pollfd p = { STDIN_FILENO, POLLIN, 0 };
	ssize_t n;

	if (ppoll(&p, 1, NULL, waiting) < 0)
		return -errno;
	n = read(STDIN_FILENO, byte, 1);
	return n < 0 ? -errno : (int)n;
}

/* 0, -EMSGSIZE, -ENODATA (nothing came), -EINTR (look at caught), or -errno. */
static int read_line(char *out, size_t cap, const sigset_t *waiting)
{
	size_t n = 0;
	char byte = 0;
	int r;

	while ((r = read_byte(&byte, waiting)) == 1 && byte != '\n')
		if (n < cap)
			out[n++] = byte;
	if (r == 0 && n == 0)
		r = -ENODATA;
	if (r >= 0 && n > 0 && n < cap && out[n - 1] == '\r')
		out[--n] = '\0';
	if (r >= 0 && (n >= cap || memchr(out, '\0', n) != NULL))
		r = -EMSGSIZE;
	return r < 0 ? r : 0;
}

/* Without the echo; *old is what the terminal goes back to. */
static bool hide(struct termios *old)
{
	struct termios t;

	if (tcgetattr(STDIN_FILENO, old) != 0)
		return false;
	t = *old;
	t.c_lflag = (t.c_lflag & ~(tcflag_t)ECHO) | ECHONL | ICANON | ISIG;
	return tcsetattr(STDIN_FILENO, TCSAFLUSH, &t) == 0;
}

/* Once: a signal ends it, and is delivered when the terminal is as it was. */
static int read_once(char *out, size_t cap, const char *prompt, bool hidden)
{
	struct watch w;
	struct termios old;
	int sig, r = 0;

	memset(out, 0, cap);
	watch_begin(&w);
	if (hidden && !hide(&old)) {
		r = -errno;
		hidden = false;
	}
	if (r == 0 && typed_terminal())
		say(prompt);
	if (r == 0)
		r = read_line(out, cap, &w.waiting);
	if (hidden)
		(void)tcsetattr(STDIN_FILENO, TCSANOW, &old);
	sig = caught;
	watch_end(&w);
	if (r != 0)
		explicit_bzero(out, cap);
	if (sig != 0)
		(void)kill(getpid(), sig);
	return r;
}

int typed_line(char *out, size_t cap, const char *prompt, bool hidden)
{
	int r;

	do { /* stopped and gone on: the prompt again */
		r = read_once(out, cap, prompt, hidden && typed_terminal());
	} while (r == -EINTR);
	if (r == -ENODATA)
		return show_error(EXIT_ARGS, "Non e' stato digitato nulla / nothing was typed");
	if (r == -EMSGSIZE)
		return show_error(EXIT_ARGS, "Il testo digitato e' troppo lungo / what was typed is too "
					    "long, or no text");
	return r == 0 ? 0 : show_error(EXIT_ARGS, "cannot read what is typed: %s", strerror(-r));
}
