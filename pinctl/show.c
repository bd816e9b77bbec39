/* SPDX-License-Identifier: BSD-2-Clause */
/* show.c - see show.h. No PIN passes here: the libraries below keep copies. */
#include "show.h"

#include <jansson.h>
#include <libsmartcols/libsmartcols.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "pinctl.h"
#include "verdict.h"

#define VALUE_LEN   256          /* bytes; no field of a reply is longer */
#define YEAR_9999_S 253402300000 /* later is no date */

/* In the order of pind's enum pin_life and enum pin_gate. */
static const char *const lives[] = { "absent", "awaiting", "temporary", "active",
				     "expired", "lapsed", "unused", "revoked" };
static const char *const gates[] = { "open", "throttled", "blocked" };

const char *show_life(unsigned int life)
{
	return life < sizeof(lives) / sizeof(*lives) ? lives[life] : "?";
}

const char *show_gate(unsigned int gate)
{
	return gate < sizeof(gates) / sizeof(*gates) ? gates[gate] : "?";
}

int show_error(int status, const char *format, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	for (char *c = line; *c != '\0'; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?'; /* of an argument: one line, and no orders to the terminal */
	fprintf(stderr, "pinctl: %s\n", line);
	return status;
}

/* Split a time that can be shown as a date; else out says so: "-" for none, "?" for nonsense. */
static bool split_time(struct tm *tm, char out[static SHOW_TIME_LEN], uint64_t t_s,
		       struct tm *(*split)(const time_t *, struct tm *))
{
	time_t t = (time_t)t_s;

	snprintf(out, SHOW_TIME_LEN, t_s == 0 ? "-" : "?");
	return t_s != 0 && t_s <= YEAR_9999_S && split(&t, tm) != NULL;
}

const char *show_local(char out[static SHOW_TIME_LEN], uint64_t t_s)
{
	struct tm tm;

	if (split_time(&tm, out, t_s, localtime_r))
		(void)strftime(out, SHOW_TIME_LEN, "%Y-%m-%d %H:%M", &tm);
	return out;
}

const char *show_local_it(char out[static SHOW_TIME_LEN], uint64_t t_s)
{
	struct tm tm;

	if (split_time(&tm, out, t_s, localtime_r))
		(void)strftime(out, SHOW_TIME_LEN, "%d/%m/%Y %H:%M", &tm);
	return out;
}

const char *show_utc(char out[static SHOW_TIME_LEN], uint64_t t_s)
{
	struct tm tm;

	if (split_time(&tm, out, t_s, gmtime_r))
		(void)strftime(out, SHOW_TIME_LEN, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return out;
}

static const char *show_day(char out[static SHOW_TIME_LEN], uint64_t t_s)
{
	struct tm tm;

	if (split_time(&tm, out, t_s == 0 ? 0 : t_s - 1, gmtime_r))
		(void)strftime(out, SHOW_TIME_LEN, "%Y-%m-%d", &tm);
	return out;
}

/* ---- for people ---- */

static void cell_text(char out[static VALUE_LEN], const struct show_cell *c)
{
	switch (c->kind == SHOW_UID && c->text[0] != '\0' ? SHOW_TEXT : c->kind) {
	case SHOW_UID:
	case SHOW_COUNT: snprintf(out, VALUE_LEN, "%llu", (unsigned long long)c->n); break;
	case SHOW_TIME:  show_local(out, c->n); break;
	case SHOW_DAY:   show_day(out, c->n); break;
	case SHOW_TEXT:
	case SHOW_WORDS: snprintf(out, VALUE_LEN, "%s", c->text[0] != '\0' ? c->text : "-"); break;
	}
}

/* Each cell on a line of its own, label first. */
static bool fill_record(struct libscols_table *tb, const struct show_cell *cells, size_t n)
{
	bool ok = scols_table_new_column(tb, "", 0, 0) != NULL &&
		  scols_table_new_column(tb, "", 0, 0) != NULL &&
		  scols_table_enable_noheadings(tb, 1) == 0;
	char value[VALUE_LEN];

	for (size_t i = 0; ok && i < n; i++) {
		struct libscols_line *line = scols_table_new_line(tb, NULL);

		cell_text(value, &cells[i]);
		ok = line != NULL && scols_line_set_data(line, 0, cells[i].label) == 0 &&
		     scols_line_set_data(line, 1, value) == 0;
	}
	return ok;
}

static bool fill_list(struct libscols_table *tb, const struct show_cell *cells, size_t cols,
		      size_t rows)
{
	struct libscols_line *line = NULL;
	char value[VALUE_LEN];
	bool ok = true;

	for (size_t i = 0; ok && i < cols; i++)
		ok = scols_table_new_column(tb, cells[i].label, 0, 0) != NULL;
	for (size_t i = 0; ok && i < cols * rows; i++) {
		if (i % cols == 0)
			line = scols_table_new_line(tb, NULL);
		cell_text(value, &cells[i]);
		ok = line != NULL && scols_line_set_data(line, i % cols, value) == 0;
	}
	return ok;
}

static int print_table(const struct show_cell *cells, size_t cols, size_t rows, bool list)
{
	struct libscols_table *tb = scols_new_table();
	bool ok = tb != NULL;

	if (ok)
		ok = list ? fill_list(tb, cells, cols, rows) : fill_record(tb, cells, cols);
	if (ok)
		ok = scols_print_table(tb) == 0;
	scols_unref_table(tb);
	if (ok || ferror(stdout)) /* which main() tells */
		return ok ? 0 : EXIT_OUTPUT;
	return show_error(EXIT_OUTPUT, "cannot print the table: out of memory?");
}

/* ---- for programs ---- */

/* Bytes that are no UTF-8 cannot be said in JSON. */
static json_t *json_text(const char *text)
{
	char plain[VALUE_LEN];
	json_t *j = json_string(text);
	size_t n = strnlen(text, sizeof(plain) - 1);

	for (size_t i = 0; i < n; i++)
		plain[i] = (unsigned char)text[i] < 0x80 ? text[i] : '?';
	return j != NULL ? j : json_stringn(plain, n);
}

static json_t *json_words(const char *text)
{
	char copy[VALUE_LEN], *rest = copy, *word;
	json_t *j = json_array();

	snprintf(copy, sizeof(copy), "%s", text);
	while ((word = strsep(&rest, " ")) != NULL)
		if (word[0] != '\0' && json_array_append_new(j, json_text(word)) != 0)
			return json_decref(j), NULL;
	return j;
}

static json_t *json_cell(const struct show_cell *c)
{
	char date[SHOW_TIME_LEN];

	switch (c->kind) {
	case SHOW_UID:   return c->text[0] != '\0' ? json_null() : json_integer((json_int_t)c->n);
	case SHOW_COUNT: return json_integer((json_int_t)c->n);
	case SHOW_WORDS: return json_words(c->text);
	case SHOW_TEXT:
		return c->text[0] == '\0' || strcmp(c->text, "-") == 0 ? json_null()
								       : json_text(c->text);
	case SHOW_TIME:  return c->n == 0 ? json_null() : json_string(show_utc(date, c->n));
	case SHOW_DAY:   return c->n == 0 ? json_null() : json_string(show_day(date, c->n));
	}
	return NULL;
}

static json_t *json_cells(const struct show_cell *cells, size_t n)
{
	json_t *j = json_object();

	for (size_t i = 0; i < n; i++)
		if (json_object_set_new(j, cells[i].key, json_cell(&cells[i])) != 0)
			return json_decref(j), NULL;
	return j;
}

/* Prints and frees j; NULL: there was no memory for it. */
static int print_json(json_t *j)
{
	bool ok = j != NULL && json_dumpf(j, stdout, JSON_COMPACT | JSON_ENSURE_ASCII) == 0 && fputc('\n', stdout) == '\n';

	json_decref(j);
	if (ok || ferror(stdout))
		return ok ? 0 : EXIT_OUTPUT;
	return show_error(EXIT_OUTPUT, "cannot print the JSON");
}

/* ---- both ---- */

int show_record(bool json, const struct show_cell *cells, size_t n)
{
	return json ? print_json(json_cells(cells, n)) : print_table(cells, n, 0, false);
}

int show_list(bool json, const struct show_cell *cells, size_t cols, size_t rows)
{
	json_t *j;

	if (!json && rows == 0) /* no row, so no label either */
		return puts("none") < 0 ? EXIT_OUTPUT : 0;
	if (!json)
		return print_table(cells, cols, rows, true);
	j = json_array();
	for (size_t i = 0; i < rows; i++)
		if (json_array_append_new(j, json_cells(cells + i * cols, cols)) != 0)
			return json_decref(j), print_json(NULL);
	return print_json(j);
}

int show_refusal(bool json, unsigned int code, const char *text)
{
	const struct show_cell cells[] = {
		{ "", "verdict", SHOW_TEXT, verdict_name(code), 0 },
		{ "", "text", SHOW_TEXT, text, 0 },
	};

	if (json)
		(void)show_record(true, cells, 2);
	return show_error(verdict_exit(code), "%s", text);
}

int show_verdict(bool json, const struct wire_verdict *v, const char *done)
{
	const struct show_cell cells[] = {
		{ "", "verdict", SHOW_TEXT, verdict_name(v->code), 0 },
		{ "", "text", SHOW_TEXT, verdict_text(v->code), 0 },
		{ "", "wait_s", SHOW_COUNT, "", v->wait_s },
	};
	int r = json ? show_record(true, cells, v->code == V_THROTTLED ? 3 : 2) : 0;

	if (v->code == V_OK && !json && printf("%s\n", done) < 0)
		r = EXIT_OUTPUT;
	if (v->code == V_OK)
		return r;
	if (v->code == V_THROTTLED)
		return show_error(verdict_exit(v->code), "%s %u s", verdict_text(v->code),
				  v->wait_s);
	return show_error(verdict_exit(v->code), "%s", verdict_text(v->code));
}
