/* SPDX-License-Identifier: BSD-2-Clause */
/* args.c - from argv to struct args; every complaint is one line. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "pinctl.h"
#include "show.h"

static const struct argp_option common_options[] = {
	{ "socket", OPT_SOCKET, "PATH", 0, "Ask pind there, not at /run/pind/admin.sock", 0 },
	{ "json", OPT_JSON, NULL, 0, "Print JSON", 0 },
	{ NULL, 'h', NULL, OPTION_HIDDEN, NULL, 0 },
	{ 0 }
};

static error_t parse_common(int key, char *arg, struct argp_state *state)
{
	struct args *a = state->input;

	switch (key) {
	case OPT_SOCKET: a->socket = arg; return 0;
	case OPT_JSON:   a->json = true; return 0;
	case 'h':        argp_state_help(state, stdout, ARGP_HELP_STD_HELP); return 0; /* exits */
	default:         return ARGP_ERR_UNKNOWN;
	}
}

const struct argp args_common = { common_options, parse_common, NULL, NULL, NULL, NULL, NULL };

struct reader {
	const struct command *command;
	struct args *args;
};

static error_t bad_words(const struct command *c, const char *what)
{
	show_error(0, "%s: 'pinctl %s --help' tells what it takes", what, c->name);
	return EINVAL;
}

static error_t parse_word(const struct command *c, struct args *a, const char *word)
{
	if (a->words == c->words_max)
		return bad_words(c, "too many arguments");
	a->word[a->words++] = word;
	return 0;
}

static error_t parse_command(int key, char *arg, struct argp_state *state)
{
	struct reader *r = state->input;
	struct args *a = r->args;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = a;
		state->err_stream = NULL; /* as in pinctl.c */
		return 0;
	case OPT_CATEGORY: a->category = arg; return 0;
	case OPT_LEVEL:    a->level = arg; return 0;
	case OPT_DOCUMENT: a->document = arg; return 0;
	case OPT_PRINT:    a->print = arg; return 0;
	case OPT_REASON:   a->reason = arg; return 0;
	case OPT_SOURCES:  a->sources = true; return 0;
	case OPT_PROMETHEUS: a->prometheus = true; return 0;
	case ARGP_KEY_ARG: return parse_word(r->command, a, arg);
	case ARGP_KEY_END:
		if (a->words < r->command->words_min)
			return bad_words(r->command, "too few arguments");
		return 0;
	default:
		if (key < OPT_SUBTYPE || key >= OPT_END)
			return ARGP_ERR_UNKNOWN;
		a->more[key - OPT_SUBTYPE] = arg != NULL ? arg : "";
		return 0;
	}
}

int args_read(const struct command *c, struct args *a, int argc, char **argv)
{
	static const struct argp_child children[] = { { &args_common, 0, NULL, 0 }, { 0 } };
	const struct argp argp = { c->options, parse_command, c->operands, c->doc, children, NULL,
				   NULL };
	struct reader reader = { c, a };
	char name[32], *typed = argv[0]; /* what getopt and --help call us */
	int r;

	snprintf(name, sizeof(name), "pinctl %s", c->name);
	argv[0] = name;
	r = argp_parse(&argp, argc, argv, 0, NULL, &reader);
	argv[0] = typed;
	return r == 0 ? 0 : EXIT_ARGS;
}

int args_person(char cf[static CF_LEN + 1], const char *text)
{
	struct cf parsed;
	enum cf_reason reason = cf_parse(&parsed, text, strlen(text));

	if (reason != CF_OK)
		return show_error(EXIT_ARGS, "not a codice fiscale: %s", cf_reason_text(reason));
	if (!cf_is_person(&parsed))
		return show_error(EXIT_ARGS, "%s is no natural person's: only people have PINs",
				  parsed.text);
	memcpy(cf, parsed.text, sizeof(parsed.text));
	return 0;
}

int args_text(char *out, size_t max, const char *text, const char *option)
{
	size_t len = strlen(text);

	if (len == 0 || len > max)
		return show_error(EXIT_ARGS, "%s takes 1 to %zu bytes, not %zu", option, max, len);
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return show_error(EXIT_ARGS, "%s takes no control characters", option);
	memcpy(out, text, len + 1);
	return 0;
}
