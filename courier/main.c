/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * main.c - pin-courier: takes orders from pind, draws its half of each PIN, delivers it.
 *
 * Exit status: 0 done, or told to stop; 1 (--once) something was not delivered; 2 bad arguments,
 * configuration, templates; 3 (--once) pind cannot be asked.
 */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "courier.h"
#include "pause.h"
#include "spool.h"

enum { EXIT_UNDELIVERED = 1, EXIT_ARGS = 2, EXIT_PIND = 3, BACKOFF_MAX_S = 60 };

const char *argp_program_version = "pin-courier " VERSION;

#ifdef __SANITIZE_ADDRESS__
#define DUMPABLE 1 /* LeakSanitizer traces its process */
#else
#define DUMPABLE 0
#endif

struct args {
	enum channel_kind channel; /* 0: not given */
	const char *config, *socket, *printed;
	bool once, check;
};

enum { OPT_PRINTED = 256, OPT_ONCE, OPT_CHECK };

static const struct argp_option options[] = {
	{ "channel", 'n', "NAME", 0, "Whose orders: electronic or post; mandatory", 0 },
	{ "config", 'c', "FILE", 0, "Configuration (default /etc/pind/courier.conf)", 0 },
	{ "socket", 's', "PATH", 0, "Ask pind there, whatever FILE says", 0 },
	{ "once", OPT_ONCE, NULL, 0, "Deliver what is due, and exit", 0 },
	{ "check", OPT_CHECK, NULL, 0, "Say what is wrong with FILE and the templates, and exit", 0 },
	{ "printed", OPT_PRINTED, "LETTER", 0, "Destroy a letter of the spool, now on paper", 0 },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *a = state->input;

	switch (key) {
	case 'c':         a->config = arg; return 0;
	case 's':         a->socket = arg; return 0;
	case OPT_ONCE:    a->once = true; return 0;
	case OPT_CHECK:   a->check = true; return 0;
	case OPT_PRINTED: a->printed = arg; return 0;
	case 'n':
		a->channel = strcmp(arg, "electronic") == 0 ? TO_ELECTRONIC
			     : strcmp(arg, "post") == 0     ? TO_POST : 0;
		if (a->channel == 0)
			return say(EINVAL, "--channel is electronic or post, not '%s'", arg);
		return 0;
	case ARGP_KEY_END: return a->channel != 0 ? 0 : say(EINVAL, "--channel must be given");
	default:           return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	options, parse, NULL,
	"Deliver the halves of new PINs that pind orders: draw one, have it recorded, send it.", NULL,
	NULL, NULL
};

/* Were 0, 1 or 2 closed, a letter could be opened there and a log line written into it. */
static bool std_open(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	return fd >= 0 && close(fd) == 0;
}

static int set_socket(struct conf *c, const char *path)
{
	size_t n = strlen(path);

	if (n >= sizeof(c->socket))
		return say(-EINVAL, "--socket takes at most %zu bytes", sizeof(c->socket) - 1);
	memcpy(c->socket, path, n + 1);
	return 0;
}

static int open_all(struct courier *c, const struct args *a)
{
	bool post = a->channel == TO_POST;
	int r = conf_read(&c->conf, a->config, a->channel);

	c->spool = -1;
	c->impatient = a->once;
	c->queue = (struct queue){ c->conf.socket, a->channel };
	if (r == 0 && a->socket != NULL)
		r = set_socket(&c->conf, a->socket);
	if (r == 0 && a->printed == NULL)
		r = post ? post_open(c) : electronic_open(c);
	if (r == 0 && post && a->check && c->conf.print[0] == '\0')
		r = spool_check(c->conf.spool);
	if (r == 0 && post && !a->check && (c->conf.print[0] == '\0' || a->printed != NULL)) {
		c->spool = spool_open(c->conf.spool);
		r = c->spool < 0 ? c->spool : 0;
	}
	return r;
}

static int run_once(const struct courier *c)
{
	int r, worst = EXIT_SUCCESS;

	while ((r = deliver_next(c)) >= 0 && r != DELIVER_NOTHING && !pause_s(0))
		if (r == DELIVER_FAILED)
			worst = EXIT_UNDELIVERED;
	return r < 0 ? EXIT_PIND : worst;
}

/* Orders wait in pind, so that nothing is lost while we wait for it. */
static int run(const struct courier *c)
{
	unsigned int wait_s = 1;

	for (;;) {
		int r = deliver_next(c);
		unsigned int s = r == DELIVER_DONE ? 0 : r == DELIVER_FAILED ? 1 : c->conf.poll_s;

		if (r < 0) {
			s = wait_s;
			wait_s = wait_s < BACKOFF_MAX_S / 2 ? wait_s * 2 : BACKOFF_MAX_S;
		} else {
			wait_s = 1;
		}
		if (pause_s(s))
			return EXIT_SUCCESS;
	}
}

int main(int argc, char **argv)
{
	static const struct rlimit no_core = { 0, 0 }; /* a half may be in memory */
	struct args a = { .config = "/etc/pind/courier.conf" };
	static struct courier c;

	if (!std_open() || setrlimit(RLIMIT_CORE, &no_core) != 0 ||
	    prctl(PR_SET_DUMPABLE, DUMPABLE, 0, 0, 0) != 0 || sodium_init() < 0)
		return say(EXIT_ARGS, "cannot start: %m");
	(void)umask(077);
	(void)signal(SIGPIPE, SIG_IGN); /* a program that does not read is reported instead */
	(void)signal(SIGXFSZ, SIG_IGN);
	argp_err_exit_status = EXIT_ARGS;
	if (argp_parse(&argp, argc, argv, 0, NULL, &a) != 0 || open_all(&c, &a) != 0)
		return EXIT_ARGS;
	if (a.check)
		return EXIT_SUCCESS;
	if (a.printed != NULL)
		return c.spool < 0 ? say(EXIT_ARGS, "--printed is for --channel post")
		       : spool_destroy(c.spool, c.conf.spool, a.printed) == 0 ? EXIT_SUCCESS
									      : EXIT_ARGS;
	if (pause_hold() != 0)
		return say(EXIT_ARGS, "cannot hold signals: %m");
	return a.once ? run_once(&c) : run(&c);
}
