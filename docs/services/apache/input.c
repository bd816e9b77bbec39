/* SPDX-License-Identifier: BSD-2-Clause */
/* input.c - see input.h. */
#include "input.h"

#include <string.h>

static const struct field {
	const char *name;
	size_t max;
} fields[IN_N] = {
#define FIELD(NAME, name, max) { name, max },
	INPUT_FIELDS
#undef FIELD
};

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Decode text in place. -1: half a %XX, or a control character. Else its length. */
static long decode(char *text)
{
	char *to = text;

	for (const char *from = text; *from != '\0'; from++) {
		int c = (unsigned char)*from;

		if (c == '+') {
			c = ' ';
		} else if (c == '%') {
			int high = hex(from[1]), low = high < 0 ? -1 : hex(from[2]);

			if (low < 0)
				return -1;
			c = high << 4 | low;
			from += 2;
		}
		if (c < 0x20 || c == 0x7f)
			return -1;
		*to++ = (char)c;
	}
	*to = '\0';
	return to - text;
}

static bool take(char *name, char *text, unsigned int allowed, const char *value[static IN_N])
{
	for (int i = 0; i < IN_N; i++) {
		if (strcmp(name, fields[i].name) != 0)
			continue;
		if (!(allowed & INPUT_BIT(i)) || value[i] != NULL)
			return false;
		long n = decode(text);

		if (n < 0 || (size_t)n > fields[i].max)
			return false;
		value[i] = text;
		return true;
	}
	return false;
}

bool input_read(char *text, unsigned int allowed, const char *value[static IN_N])
{
	char *next = text;

	while (next != NULL && *next != '\0') {
		char *pair = next, *is;

		next = strchr(pair, '&');
		if (next != NULL)
			*next++ = '\0';
		is = strchr(pair, '=');
		if (is == NULL)
			return false;
		*is = '\0';
		if (!take(pair, is + 1, allowed, value))
			return false;
	}
	return true;
}

/* What in a path and its query means the same to every browser and in every header. */
static bool plain(const char *path)
{
	static const char also[] = "/-._~?=&%+,:@!*";

	for (; *path != '\0'; path++) {
		char c = *path;

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		      strchr(also, c) != NULL))
			return false;
	}
	return true;
}

bool input_back(char out[static INPUT_BACK + 1], const char *typed, const char *origin)
{
	size_t n = strlen(origin);

	memset(out, 0, INPUT_BACK + 1);
	out[0] = '/';
	if (n > 0 && strncmp(typed, origin, n) == 0 && typed[n] == '/')
		typed += n;
	n = strlen(typed);
	/* Two slashes at the front begin a host name; dots can bring two together. */
	if (n > INPUT_BACK || typed[0] != '/' || strstr(typed, "//") != NULL ||
	    strstr(typed, "/.") != NULL || !plain(typed))
		return false;
	memcpy(out, typed, n);
	return true;
}

/* The weight 0..1000 of what stands behind a language's name: ";q=0.5", or nothing. */
static int weight(const char *s, size_t n)
{
	const char *q = memchr(s, '=', n), *end = s + n;
	int v, unit = 100;

	if (q == NULL || q + 1 >= end)
		return 1000;
	v = q[1] == '1' ? 1000 : 0;
	for (q += 3; q < end && *q >= '0' && *q <= '9' && unit > 0; q++, unit /= 10)
		v += (*q - '0') * unit;
	return v;
}

const char *input_language(const char *accept)
{
	int it = 0, en = 0;

	while (accept != NULL && *accept != '\0') {
		size_t skip = strspn(accept, " \t,"), n;

		accept += skip;
		n = strcspn(accept, ",");
		if (n >= 2 && strncmp(accept, "it", 2) == 0 && weight(accept, n) > it)
			it = weight(accept, n);
		if (n >= 2 && strncmp(accept, "en", 2) == 0 && weight(accept, n) > en)
			en = weight(accept, n);
		accept += n;
	}
	return en > it ? "en" : "it";
}
