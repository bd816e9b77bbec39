/* SPDX-License-Identifier: BSD-2-Clause */
/* sub.c - see sub.h. */
#include "sub.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "show.h"
#include "typed.h"
#include "verdict.h"

#define LINK_MAX 1024 /* bytes of a whole link */

static bool is_given(const struct args *a, int option)
{
	switch (option) {
	case OPT_CATEGORY: return a->category != NULL;
	case OPT_DOCUMENT: return a->document != NULL;
	case OPT_REASON:   return a->reason != NULL;
	default:           return option >= OPT_SUBTYPE && args_more(a, option) != NULL;
	}
}

static int run_one(const struct args *a, const char *family, const struct sub *s,
		   const struct argp_option *options)
{
	if (a->words < s->words_min || a->words > s->words_max)
		return show_error(EXIT_ARGS,
				  "too %s arguments: 'pinctl %s --help' tells what %s takes",
				  a->words < s->words_min ? "few" : "many", family, s->name);
	for (const struct argp_option *o = options; o->name != NULL; o++)
		if (is_given(a, o->key) && (s->takes & SUB_TAKES(o->key)) == 0)
			return show_error(EXIT_ARGS, "%s %s takes no --%s", family, s->name, o->name);
	return s->run(a);
}

int sub_run(const struct args *a, const char *family, const struct sub *subs, size_t n,
	    const struct argp_option *options)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(subs[i].name, a->word[0]) == 0)
			return run_one(a, family, &subs[i], options);
	return show_error(EXIT_ARGS, "no command '%s %s': 'pinctl %s --help' lists them", family,
			  a->word[0], family);
}

/* What the reply means here; NULL: what it says. */
static const char *words_for(const struct sub_words *words, const struct wire_msg *rep)
{
	while (words->text != NULL && words->verdict != rep->verdict.code)
		words++;
	return rep->type == WIRE_VERDICT ? words->text : NULL;
}

int sub_ask(const struct args *a, struct wire_msg *req, enum wire_type want, struct wire_msg *rep,
	    const struct sub_words *words)
{
	int r = ask_any(a, req, rep);
	const char *text = r == 0 ? words_for(words, rep) : NULL;

	if (text != NULL)
		return show_refusal(a->json, rep->verdict.code, text);
	return r != 0 ? r : ask_type(a, req, want, rep);
}

int sub_do(const struct args *a, struct wire_msg *req, const char *done,
	   const struct sub_words *words)
{
	struct wire_msg rep = { 0 };
	int r = sub_ask(a, req, WIRE_VERDICT, &rep, words);

	if (r == 0)
		r = show_verdict(a->json, &rep.verdict, done);
	wire_wipe(&rep);
	return r;
}

int sub_cf(char out[static CF_LEN + 1], const char *text)
{
	struct cf parsed;
	enum cf_reason reason = cf_parse(&parsed, text, strlen(text));

	if (reason != CF_OK)
		return show_error(EXIT_ARGS, "not a codice fiscale: %s", cf_reason_text(reason));
	memcpy(out, parsed.text, sizeof(parsed.text));
	return 0;
}

int sub_number(char out[static NUMBER_LEN + 1], const char *text)
{
	if (number_parse(out, text))
		return 0;
	return show_error(EXIT_ARGS, "not the number of a pratica: type it as it was given, like "
				     "2026-0000123-T");
}

int sub_count(uint64_t *out, const char *text, const char *option)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 10);
	if (text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0)
		return 0;
	return show_error(EXIT_ARGS, "%s takes a number", option);
}

/* Of a whole link, what is behind its last =. */
static bool hash_link(uint8_t hash[static TOKEN_HASH_LEN], const char *text)
{
	const char *last = strrchr(text, '=');

	return token_hash(hash, last != NULL ? last + 1 : text);
}

/* What stands in the arguments, every local user can read meanwhile. */
int sub_token(uint8_t hash[static TOKEN_HASH_LEN], const char *text)
{
	char line[LINK_MAX + 1] = "";
	int r = 0;

	if (sodium_init() < 0)
		return show_error(EXIT_ARGS, "cannot start libsodium");
	if (strcmp(text, "-") == 0)
		r = typed_line(line, sizeof(line), "Token: ", true);
	if (r == 0 && !hash_link(hash, strcmp(text, "-") == 0 ? line : text))
		r = show_error(EXIT_ARGS, "the link's token has 32 hexadecimal digits: give those, or the "
					  "whole link");
	sodium_memzero(line, sizeof(line));
	return r;
}

int sub_reason(char *out, size_t max, const struct args *a, const char *command)
{
	if (a->reason == NULL)
		return show_error(EXIT_ARGS, "%s needs --reason TEXT, for the record", command);
	return args_text(out, max, a->reason, "--reason");
}
