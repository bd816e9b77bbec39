/* SPDX-License-Identifier: BSD-2-Clause */
/* pinctl.c - the operator's tool: which commands there are, and which one is meant. */
#include "pinctl.h"

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "show.h"

static const struct command commands[] = {
	{ "issue", "CF", 1, 1, issue_options, cmd_issue, "Record an initial PIN and print its letter." },
	{ "status", "CF", 1, 1, status_options, cmd_status, "Show what is on record about a person's PIN." },
	{ "revoke", "CF", 1, 1, revoke_options, cmd_revoke, "Destroy a person's PIN for good." },
	{ "unlock", "CF", 1, 1, NULL, cmd_unlock, "Forget the failed attempts on a PIN." },
	{ "convert", "CF", 1, 1, convert_options, cmd_convert,
	  "Lift a PIN to level dispositivo: at once, or asked for and judged." },
	{ "cf-change", "OLD NEW", 2, 2, change_options, cmd_cf_change,
	  "Replace a codice fiscale for good; compare both codes with the document." },
	{ "request", "new CF\nconfirm TOKEN\ndocuments NUMBER\napprove NUMBER\nreject NUMBER\n"
		     "address NUMBER\nduplicate NUMBER\ncancel NUMBER\nresend NUMBER\nshow NUMBER\nlist",
	  1, 2, request_options, cmd_request, "Pratiche: how people ask for a PIN and get it." },
	{ "delegation", "add CF COMPANY\napprove CF COMPANY\nrevoke CF COMPANY\nlist CF", 2, 3,
	  delegation_options, cmd_delegation, "Who may act for whom." },
	{ "registry", "import REGISTRY FILE\nshow REGISTRY CODE", 3, 3, registry_options, cmd_registry,
	  "Registries of matricole, patronati, indirizzi." },
	{ "audit", "list\nhead\nverify [SERIAL MAC]", 1, 3, audit_options, cmd_audit,
	  "What operators did, and whether nobody has changed it." },
	{ "recover", "CF\n--confirm TOKEN", 0, 1, recover_options, cmd_recover,
	  "Replace a forgotten PIN, by a link to its owner." },
	{ "remind", "", 0, 0, NULL, cmd_remind,
	  "Have those reminded whose PIN ends soon." },
	{ "self", "status [CF]\nrenew [CF]\nconvert [CF]\ncontacts [CF]", 1, 2, self_options, cmd_self,
	  "For the owner of a PIN, who proves it: show it, renew it, change what goes with it." },
	{ "service", "list\ntest SERVICE CF", 1, 3, NULL, cmd_service,
	  "List services; test if a person may use one." },
	{ "check-cf", "[FILE]", 0, 1, NULL, cmd_check_cf,
	  "Check codici fiscali, one a line, without pind." },
	{ "ping", "", 0, 0, NULL, cmd_ping, "Ask pind if it is there." },
	{ "stats", "", 0, 0, stats_options, cmd_stats, "Show what pind has done since it started." },
};

#ifdef __SANITIZE_ADDRESS__
#define DUMPABLE 1 /* LeakSanitizer traces its process */
#else
#define DUMPABLE 0
#endif

#define COMMANDS (sizeof(commands) / sizeof(*commands))

/* argp's name for it; libc finds it only if it is exported. */
__attribute__((visibility("default"))) const char *argp_program_version = "pinctl " VERSION;

static const char summary[] = "The operator's tool of pind: PINs, services, and pind itself.\v";

struct line {
	struct args args;
	int command; /* index in argv, 0: none */
};

static error_t parse_line(int key, char *arg, struct argp_state *state)
{
	struct line *l = state->input;

	(void)arg;
	if (key == ARGP_KEY_INIT) {
		state->child_inputs[0] = &l->args;
		state->err_stream = NULL; /* one line is enough: no "Try --help" below it */
		return 0;
	}
	if (key != ARGP_KEY_ARG)
		return ARGP_ERR_UNKNOWN;
	l->command = state->next - 1;
	state->next = state->argc; /* the rest is the command's */
	return 0;
}

/* The table, as the last part of --help. argp frees it. */
static char *list_commands(int key, const char *text, void *input)
{
	char *buf = NULL;
	size_t len;
	FILE *f;

	(void)input;
	if (key != ARGP_KEY_HELP_POST_DOC || (f = open_memstream(&buf, &len)) == NULL)
		return text != NULL ? strdup(text) : NULL;
	fputs("Commands:\n", f);
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(f, "  %-10s %s\n", commands[i].name, commands[i].doc);
	fputs("\n'pinctl COMMAND --help' tells more about each.", f);
	return fclose(f) == 0 ? buf : NULL;
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static int run_line(int argc, char **argv)
{
	static const struct argp_child children[] = { { &args_common, 0, NULL, 0 }, { 0 } };
	static const struct argp argp = { NULL, parse_line, "COMMAND ...", summary, children,
					  list_commands, NULL };
	char name[] = "pinctl", *typed = argv[0];
	struct line l = { 0 };
	const struct command *c;
	int r;

	argv[0] = name;
	r = argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &l);
	argv[0] = typed;
	if (r != 0)
		return EXIT_ARGS;
	if (l.command == 0)
		return show_error(EXIT_ARGS, "which command? 'pinctl --help' lists them");
	c = find_command(argv[l.command]);
	if (c == NULL)
		return show_error(EXIT_ARGS, "no command '%s': 'pinctl --help' lists them",
				  argv[l.command]);
	r = args_read(c, &l.args, argc - l.command, argv + l.command);
	return r != 0 ? r : c->run(&l.args);
}

/* Were 0, 1 or 2 closed, the letter would be opened there and the answer written into it. */
static bool std_open(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDONLY); /* so that writing fails and is noticed */
	} while (fd >= 0 && fd <= STDERR_FILENO);
	return fd >= 0 && close(fd) == 0;
}

/* The exit status, after one line. */
static int not_written(int r)
{
	const char *done = ask_done();

	if (done == NULL)
		return show_error(r != 0 ? r : EXIT_OUTPUT, "cannot write the answer: %m");
	return show_error(r != 0 ? r : EXIT_OUTPUT, "done, but the answer could not be written (%m): %s",
			  done);
}

int main(int argc, char **argv)
{
	static const struct rlimit no_core = { 0, 0 }; /* a PIN may be in memory */
	int r;

	if (!std_open() || setrlimit(RLIMIT_CORE, &no_core) != 0 ||
	    prctl(PR_SET_DUMPABLE, DUMPABLE, 0, 0, 0) != 0)
		return show_error(EXIT_ARGS, "cannot start: %m");
	(void)setlocale(LC_CTYPE, ""); /* for the width of tables; nothing is parsed by it */
	(void)signal(SIGPIPE, SIG_IGN); /* what cannot be written is reported instead */
	(void)signal(SIGXFSZ, SIG_IGN);
	r = run_line(argc, argv);
	if (fflush(stdout) != 0 || ferror(stdout))
		return not_written(r);
	return r;
}
