/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * csv.h - lines of comma-separated values (RFC 4180), as bytes come. Pure: no allocation, no I/O.
 *
 * Separator , or ; as the first line shows. Quotes, doubled to mean one. LF or CRLF. UTF-8, with or
 * without its mark. Empty lines are skipped. A line break ends a line even between quotes (no field
 * of ours has one): so what is wrong with a line harms that line only.
 */
#ifndef CSV_H
#define CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CSV_LINE_MAX   4096 /* bytes of a line's fields, with a NUL for each */
#define CSV_FIELDS_MAX 32

enum csv_flaw { /* the first one in the line; what follows it is not looked at */
	CSV_FINE,
	CSV_NUL,
	CSV_CONTROL, /* also a CR that is not at the end */
	CSV_UTF8,
	CSV_QUOTE,   /* in the midst of a field */
	CSV_OPEN,    /* a quote that is not closed on its line */
	CSV_LONG,
	CSV_MANY,
};

enum csv_place { CSV_START, CSV_PLAIN, CSV_QUOTED, CSV_CLOSED };

struct csv { /* begins as csv_init */
	unsigned long line; /* of this row, from 1 */
	enum csv_flaw flaw; /* when it is not CSV_FINE there are no fields */
	size_t n;           /* fields */

	char separator;     /* 0: not seen yet */
	bool given;         /* the row was given to the caller: the next byte begins another */
	bool cr;            /* the latest byte was a CR */
	enum csv_place place;
	uint8_t more, low, high; /* bytes left of a UTF-8 character; what the next may be */
	size_t used, begin[CSV_FIELDS_MAX];
	char text[CSV_LINE_MAX];
};

void csv_init(struct csv *c);

/* Take bytes up to the end of a row, or all. Returns how many; *row: c has a row now. */
size_t csv_feed(struct csv *c, const char *in, size_t len, bool *row);

/* There are no more bytes: is there a row, whose line does not end? */
bool csv_end(struct csv *c);

/* Field i < n of the row, NUL-terminated; good until the next csv_feed(). */
const char *csv_field(const struct csv *c, size_t i);

/* What is wrong, for people; "" for CSV_FINE. */
const char *csv_flaw_text(enum csv_flaw flaw);

#endif
