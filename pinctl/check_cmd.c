/* SPDX-License-Identifier: BSD-2-Clause */
/* check_cmd.c - check-cf: which file, and what its exit status is. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "check_cf.h"
#include "pinctl.h"
#include "show.h"

static int check_stream(const struct args *a, FILE *in, const char *name)
{
	bool all_valid = false;
	int r = check_cf_stream(in, stdout, a->json, &all_valid);

	if (r != 0 && ferror(stdout))
		return EXIT_OUTPUT; /* main() says so */
	if (r != 0)
		return show_error(EXIT_ARGS, "cannot read %s: %s", name, strerror(-r));
	return all_valid ? 0 : EXIT_INVALID;
}

int cmd_check_cf(const struct args *a)
{
	FILE *f;
	int r;

	if (a->words == 0 || strcmp(a->word[0], "-") == 0)
		return check_stream(a, stdin, "the standard input");
	f = fopen(a->word[0], "re");
	if (f == NULL)
		return show_error(EXIT_ARGS, "cannot open %s: %m", a->word[0]);
	r = check_stream(a, f, a->word[0]);
	if (fclose(f) != 0 && r == 0)
		r = show_error(EXIT_ARGS, "cannot read %s: %m", a->word[0]);
	return r;
}
