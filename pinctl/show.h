/* SPDX-License-Identifier: BSD-2-Clause */
/* show.h - what people read (tables, local time) and what programs read (JSON, UTC). */
#ifndef SHOW_H
#define SHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire.h"

#define SHOW_TIME_LEN 24 /* bytes of a date and time, NUL included */

enum show_kind {
	SHOW_TEXT,  /* text; "" or "-": none (null) */
	SHOW_WORDS, /* text, words separated by spaces: an array */
	SHOW_COUNT, /* n */
	SHOW_UID,   /* n, of who did it; text "-": nobody (null) */
	SHOW_TIME,  /* n, seconds since the epoch; 0: none (null) */
	SHOW_DAY,   /* n, the first second (UTC) after a day; 0: none (null) */
};

struct show_cell {
	const char *label; /* for people */
	const char *key;   /* for programs */
	enum show_kind kind;
	const char *text;
	uint64_t n;
};

/* One line "pinctl: ..." on stderr, whatever --json says. Returns status. */
int show_error(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Say a verdict. OK: done, a sentence for people, on stdout. Any other: its text on stderr.
 * With json also {"verdict", "text"} on stdout. Returns the exit status.
 */
int show_verdict(bool json, const struct wire_verdict *v, const char *done);

/* A refusal in words of ours: as show_verdict(). The exit status of code. */
int show_refusal(bool json, unsigned int code, const char *text);

/* One thing: a line "label value" for each cell, or one object. 0, or EXIT_OUTPUT after a line. */
int show_record(bool json, const struct show_cell *cells, size_t n);

/*
 * Things of the same kind, cols cells each: a table with headings, or an array of objects.
 * 0, or EXIT_OUTPUT after a line.
 */
int show_list(bool json, const struct show_cell *cells, size_t cols, size_t rows);

/*
 * Seconds since the epoch: "2027-05-22 14:03" here, as citizens write it "22/05/2027 14:03", and
 * "2027-05-22T12:03:00Z". "-" for 0.
 */
const char *show_local_it(char out[static SHOW_TIME_LEN], uint64_t t_s);
const char *show_local(char out[static SHOW_TIME_LEN], uint64_t t_s);
const char *show_utc(char out[static SHOW_TIME_LEN], uint64_t t_s);

/* Names of what RECORD carries as numbers; "?" for a number without a name. */
const char *show_life(unsigned int life);
const char *show_gate(unsigned int gate);

#endif
