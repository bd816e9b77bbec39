/* SPDX-License-Identifier: BSD-2-Clause */
/* say.c - see say.h. */
#include "say.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static void make_printable(char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || (unsigned char)*s >= 0x7f)
			*s = '?';
}

int say(int r, const char *format, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	make_printable(line);
	(void)fprintf(stderr, "pin-courier: %s\n", line);
	return r;
}

int trouble_say(struct trouble *t, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(t->text, sizeof(t->text), format, ap);
	va_end(ap);
	make_printable(t->text);
	return TROUBLE;
}

static int quotes(const char *text, const char *secret, size_t run)
{
	for (; *text != '\0'; text++)
		if (strncasecmp(text, secret, run) == 0)
			return 1;
	return 0;
}

void trouble_hide(struct trouble *t, const char *secret, size_t run)
{
	size_t len = strlen(secret);

	for (size_t i = 0; i + run <= len; i++)
		if (run > 0 && quotes(t->text, secret + i, run)) {
			explicit_bzero(t->text, sizeof(t->text));
			(void)trouble_say(t, "failed; what it said quotes the secret, or whom it is for, and is not shown");
		}
}
