/* SPDX-License-Identifier: BSD-2-Clause */
/* csv.c - see csv.h. */
#include "csv.h"

#include <string.h>

static const char mark[] = "\xef\xbb\xbf"; /* that some programs put before UTF-8 */

static const char *const flaws[] = {
	[CSV_FINE] = "",
	[CSV_NUL] = "it has a NUL byte",
	[CSV_CONTROL] = "it has a control character (a tab? separate by , or ;)",
	[CSV_UTF8] = "it is not UTF-8: convert the file, as with iconv -f WINDOWS-1252 (or UTF-16) -t UTF-8",
	[CSV_QUOTE] = "a quote in the midst of a field: put the field between quotes, and double it",
	[CSV_OPEN] = "a quote is opened and not closed on this line",
	[CSV_LONG] = "it is too long",
	[CSV_MANY] = "it has too many fields",
};

const char *csv_flaw_text(enum csv_flaw flaw)
{
	return flaws[flaw];
}

static void begin_line(struct csv *c)
{
	c->line++;
	c->flaw = CSV_FINE;
	c->n = 1;
	c->begin[0] = c->used = 0;
	c->given = c->cr = false;
	c->place = CSV_START;
	c->more = 0;
}

void csv_init(struct csv *c)
{
	memset(c, 0, sizeof(*c));
	begin_line(c);
}

/* Is b right here? The limits of the second byte keep out overlong forms, surrogates, C1 controls. */
static bool in_utf8(struct csv *c, unsigned char b)
{
	bool good;

	if (c->more > 0) {
		good = b >= c->low && b <= c->high;
		c->more--;
	} else {
		good = b < 0x80 || (b >= 0xc2 && b <= 0xf4);
		c->more = b >= 0xf0 ? 3 : b >= 0xe0 ? 2 : b >= 0xc2 ? 1 : 0;
	}
	c->low = b == 0xc2 || b == 0xe0 ? 0xa0 : b == 0xf0 ? 0x90 : 0x80;
	c->high = b == 0xed ? 0x9f : b == 0xf4 ? 0x8f : 0xbf;
	return good;
}

static void append(struct csv *c, unsigned char b)
{
	if (c->used + 1 >= sizeof(c->text)) /* one is for the last NUL */
		c->flaw = CSV_LONG;
	else
		c->text[c->used++] = (char)b;
}

static void next_field(struct csv *c)
{
	append(c, '\0');
	if (c->n == CSV_FIELDS_MAX)
		c->flaw = CSV_MANY;
	else
		c->begin[c->n++] = c->used;
	c->place = CSV_START;
}

static bool separates(struct csv *c, unsigned char b)
{
	if (c->separator == 0 && (b == ',' || b == ';'))
		c->separator = (char)b;
	return c->separator != 0 && b == (unsigned char)c->separator;
}

/* A character outside quotes. */
static void take_plain(struct csv *c, unsigned char b)
{
	if (separates(c, b)) {
		next_field(c);
	} else if (b == '"') {
		c->flaw = CSV_QUOTE;
	} else {
		c->place = CSV_PLAIN;
		append(c, b);
	}
	if (c->line == 1 && c->n == 1 && c->used == 3 && memcmp(c->text, mark, 3) == 0) {
		c->used = 0;
		c->place = CSV_START;
	}
}

static void take(struct csv *c, unsigned char b)
{
	switch (c->place) {
	case CSV_START:
		if (b == '"')
			c->place = CSV_QUOTED;
		else
			take_plain(c, b);
		break;
	case CSV_PLAIN: take_plain(c, b); break;
	case CSV_QUOTED:
		if (b == '"')
			c->place = CSV_CLOSED;
		else
			append(c, b);
		break;
	case CSV_CLOSED:
		if (b == '"') {
			append(c, b);
			c->place = CSV_QUOTED;
		} else if (separates(c, b)) {
			next_field(c);
		} else {
			c->flaw = CSV_QUOTE;
		}
		break;
	}
}

static void take_byte(struct csv *c, unsigned char b)
{
	if (c->flaw != CSV_FINE)
		return;
	if (b == '\0')
		c->flaw = CSV_NUL;
	else if (c->more == 0 && b == '\r' && !c->cr)
		c->cr = true;
	else if (c->cr || (c->more == 0 && (b < 0x20 || b == 0x7f)))
		c->flaw = CSV_CONTROL;
	else if (!in_utf8(c, b))
		c->flaw = CSV_UTF8;
	else
		take(c, b);
}

/* Is it a row? An empty line is none. */
static bool end_line(struct csv *c)
{
	if (c->flaw == CSV_FINE && c->more > 0)
		c->flaw = CSV_UTF8;
	if (c->flaw == CSV_FINE && c->place == CSV_QUOTED)
		c->flaw = CSV_OPEN;
	if (c->flaw == CSV_FINE && c->n == 1 && c->place == CSV_START) {
		begin_line(c);
		return false;
	}
	if (c->flaw != CSV_FINE)
		c->n = 0;
	if (c->separator == 0)
		c->separator = ','; /* a first line of one field: the only column */
	c->text[c->used] = '\0';
	c->given = true;
	return true;
}

size_t csv_feed(struct csv *c, const char *in, size_t len, bool *row)
{
	size_t i = 0;

	*row = false;
	if (c->given && len > 0)
		begin_line(c);
	while (i < len && !*row) {
		unsigned char b = (unsigned char)in[i++];

		if (b == '\n')
			*row = end_line(c);
		else
			take_byte(c, b);
	}
	return i;
}

bool csv_end(struct csv *c)
{
	return !c->given && end_line(c);
}

const char *csv_field(const struct csv *c, size_t i)
{
	return c->text + c->begin[i];
}
