/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tables.c - the tables of the manual pages, from the rows the programs are made of. A filter: each
 * line "@NAME@" of a page in docs/ becomes the table of that name, in scdoc(5). Tables of
 * columns are literal: what scdoc makes of tables is wider than a terminal. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "cf.h"
#include "pin.h"
#include "tables.h"
#include "verdict.h"

#define N(array) (sizeof(array) / sizeof(*(array)))

void say(const char *text)
{
	for (; *text != '\0'; text++) {
		if (strchr("*_\\", *text) != NULL)
			putchar('\\');
		putchar(*text);
	}
}

void say_bold(const char *text)
{
	putchar('*');
	say(text);
	putchar('*');
}

/* ---- pind.conf ---- */

static void say_setting(const char *name, int is_switch, unsigned long min, unsigned long max,
			unsigned long value, const char *unit, const char *when, const char *doc)
{
	say_bold(name);
	fputs(is_switch ? " = yes|no\n\t" : " = _NUMBER_\n\t", stdout);
	say(doc);
	if (is_switch)
		printf(" Default: %s.", value == 1 ? "yes" : "no");
	else
		printf(" %lu to %lu %s. Default: %lu.", min, max, unit, value);
	puts(strcmp(when, "RESTART") == 0 ? " In force after a restart.\n" : "\n");
}

static void say_name(const char *name, const char *what, const char *usual, const char *doc)
{
	say_bold(name);
	printf(" = _%s_\n\t", what);
	say(doc);
	fputs(" Default: ", stdout);
	say(usual);
	puts(". In force after a restart.\n\n");
}

static void say_expiry(const char *section)
{
	if (strcmp(section, "expiry") != 0)
		return;
#define CATEGORY(NAME, code, name, months)                                                         \
	say_setting(name, 0, 1, 24, months, "months", "RELOAD",                                    \
		    "Life of the PIN of this category.");
#include "person.def"
}

static void settings(void)
{
#define SECTION(name, doc)                                                                         \
	printf("\n## [%s]\n\n", #name);                                                            \
	say(doc);                                                                                  \
	puts("\n");                                                                                \
	say_expiry(#name);
#define NUMBER(section, field, min, max, default, unit, when, doc)                                 \
	say_setting(#field, 0, min, max, default, unit, #when, doc);
#define SWITCH(section, field, default, when, doc)                                                 \
	say_setting(#field, 1, 0, 1, default, "", #when, doc);
#define GROUP(section, field, default, doc) say_name(#field, "GROUP", default, doc);
#define USER(section, field, default, doc)  say_name(#field, "USER", default, doc);
#include "conf.def"
}

/* ---- names and numbers ---- */

static void levels(void)
{
	const char *gap = "";
#define LEVEL(NAME, code, name) fputs(gap, stdout), say_bold(name), gap = ", ";
#include "person.def"
	puts("");
}

static void categories(void)
{
	const char *gap = "";
#define CATEGORY(NAME, code, name, months) fputs(gap, stdout), say_bold(name), gap = ", ";
#include "person.def"
	puts("");
}

static void documents(void)
{
	const char *gap = "";
#define DOCUMENT(NAME, code, name) fputs(gap, stdout), say_bold(name), gap = ", ";
#include "person.def"
	puts("");
}

static void reasons(void)
{
	for (unsigned int r = CF_R_EMPTY; r <= CF_R_CHECK; r++) {
		say_bold(cf_reason_name((enum cf_reason)r));
		fputs("\n\t", stdout);
		say(cf_reason_text((enum cf_reason)r));
		puts("\n");
	}
}

/* ---- verdicts ---- */

static const struct verdict_row {
	const char *name, *auth, *acct, *it, *en;
	unsigned int code, exit, tell;
} verdict_rows[] = {
#define VERDICT(NAME, code, auth, acct, exit, tell, it, en)                                        \
	{ #NAME, #auth, #acct, it, en, code, exit, tell },
#include "verdict.def"
};

static void pam_codes(void)
{
	printf("```\n%-12s %-23s  %s\n", "pind says", "authenticate, chauthtok", "account");
	for (const struct verdict_row *v = verdict_rows; v < verdict_rows + N(verdict_rows); v++)
		printf("%-12s %-23s  %s\n", v->name, v->auth, v->acct);
	puts("```");
}

/* THROTTLED's text is followed by the time to wait. */
static void say_text(const struct verdict_row *v, const char *text)
{
	say(text);
	if (v->code == V_THROTTLED)
		fputs(" ...", stdout);
}

static void told(void)
{
	for (const struct verdict_row *v = verdict_rows; v < verdict_rows + N(verdict_rows); v++) {
		if (!v->tell)
			continue;
		say_bold(v->name);
		fputs("\n\t", stdout);
		say_text(v, v->it);
		fputs("++\n", stdout);
		say_text(v, v->en);
		puts("\n");
	}
}

static void exits(void)
{
	for (const struct verdict_row *v = verdict_rows + 1; v < verdict_rows + N(verdict_rows);
	     v++) {
		printf("*%u* (%s)\n\t", v->exit, v->name);
		say_text(v, v->en);
		puts("\n");
	}
}

static void verdict_codes(void)
{
	for (const struct verdict_row *v = verdict_rows; v < verdict_rows + N(verdict_rows); v++) {
		printf("- 0x%02x *%s*: ", v->code, v->name);
		say_text(v, v->en);
		puts("");
	}
}

/* ---- what the module says ---- */

/* Something is filled in before more text, or where a text that is no prompt ends in a blank. */
static void say_message(const char *before, const char *after)
{
	size_t n = strlen(before);

	putchar('"');
	say(before);
	if (after[0] != '\0' || (before[n - 1] == ' ' && before[n - 2] != ':'))
		fputs("[...]", stdout);
	say(after);
	fputs("\"", stdout);
}

static void messages(void)
{
#define MESSAGE(NAME, it, it_after, en, en_after)                                                  \
	fputs("- ", stdout), say_message(it, it_after);                                            \
	fputs(", ", stdout), say_message(en, en_after), puts("");
#include "messages.def"
}

/* ---- the journal ---- */

static void events(void)
{
	static const char *const priorities[] = { [LOG_ALERT] = "alert",
						  [LOG_CRIT] = "crit",
						  [LOG_ERR] = "err",
						  [LOG_WARNING] = "warning",
						  [LOG_NOTICE] = "notice",
						  [LOG_INFO] = "info" };
#define EVENT(NAME, id1, id2, priority, text)                                                      \
	say_bold(#NAME);                                                                           \
	printf(" (%s)\n\t", priorities[priority]);                                                 \
	say(text);                                                                                 \
	printf(".++\n%016llx%016llx\n\n", id1##ULL, id2##ULL);
#include "event.def"
}

/* ---- the life of a PIN ---- */

#define NOW_S 1000

/* clang-format off */
static const struct life_row {
	const char *name;
	struct pin_rec rec; /* looked at at NOW_S */
} life_rows[PIN_LIFE_N] = {
	[PIN_ABSENT] = { "absent", { .gen = 0 } },
	[PIN_AWAITING] = { "awaiting", { .gen = 1, .lapses_s = NOW_S + 1 } },
	[PIN_TEMPORARY] = { "temporary", { .gen = 1, .form = PIN_FORM_8, .lapses_s = NOW_S + 1,
					   .temporary = 1, .verifier = { { .alg = 1 } } } },
	[PIN_ACTIVE] = { "active", { .gen = 1, .form = PIN_FORM_8, .lapses_s = NOW_S + 1,
				     .expires_s = NOW_S + 1, .verifier = { { .alg = 1 } } } },
	[PIN_EXPIRED] = { "expired", { .gen = 1, .form = PIN_FORM_8, .lapses_s = NOW_S + 1,
				       .verifier = { { .alg = 1 } } } },
	[PIN_LAPSED] = { "lapsed", { .gen = 1, .form = PIN_FORM_8, .verifier = { { .alg = 1 } } } },
	[PIN_UNUSED] = { "unused", { .gen = 1, .form = PIN_FORM_8, .temporary = 1,
				     .verifier = { { .alg = 1 } } } },
	[PIN_REVOKED] = { "revoked", { .gen = 1, .revoked = 1 } },
};
/* clang-format on */

const char *tables_life(size_t i)
{
	return i < N(life_rows) ? life_rows[i].name : NULL;
}

/* What pind says to ev in this life; or, when that is OK, what the PIN's life is afterwards. */
static const char *step_text(const struct life_row *row, enum pin_event ev)
{
	static const struct penalty_policy pol = { 3, 10, 5, 30, 3600 };
	struct pin_arg arg = { .gen = row->rec.gen, .form = PIN_FORM_8 };
	struct pin_rec rec = row->rec;
	struct pin_step s;

	arg.verifier[0].alg = 1;
	arg.expires_s = arg.lapses_s = NOW_S + 1;
	s = pin_step(&rec, ev, &arg, &pol, NOW_S);
	return s.verdict == V_OK ? life_rows[pin_life(&rec, NOW_S)].name : verdict_name(s.verdict);
}

static void life(void)
{
	static const struct column {
		enum pin_event ev;
		const char *head;
	} columns[] = {
		{ PIN_MATCH, "right PIN" }, { PIN_RENEW, "renewal" },   { PIN_ISSUE, "issue" },
		{ PIN_UNLOCK, "unlock" },   { PIN_CONVERT, "convert" }, { PIN_REVOKE, "revoke" },
	};

	printf("```\n%-9s", "PIN");
	for (size_t c = 0; c < N(columns); c++)
		printf(" %-*s", c == 0 ? 11 : 9, columns[c].head);
	for (size_t i = 0; i < PIN_LIFE_N; i++) {
		printf("\n%-9s", life_rows[i].name);
		for (size_t c = 0; c < N(columns); c++)
			printf(" %-*s", c == 0 ? 11 : 9, step_text(&life_rows[i], columns[c].ev));
	}
	puts("\n```");
}

/* ---- the filter ---- */

static const struct table {
	const char *name;
	void (*print)(void);
} tables[] = {
	/* clang-format off */
	{ "@settings@\n", settings },       { "@levels@\n", levels },
	{ "@categories@\n", categories },   { "@documents@\n", documents },
	{ "@reasons@\n", reasons },         { "@pam-codes@\n", pam_codes },
	{ "@told@\n", told },               { "@messages@\n", messages },
	{ "@exits@\n", exits },             { "@verdicts@\n", verdict_codes },
	{ "@events@\n", events },           { "@life@\n", life },
	{ "@wire-auth@\n", tables_wire_auth },     { "@wire-admin@\n", tables_wire_admin },
	{ "@wire-courier@\n", tables_wire_courier }, { "@wire-replies@\n", tables_wire_replies },
	{ "@wire-sizes@\n", tables_wire_sizes },   { "@wire-codes@\n", tables_wire_codes },
	/* clang-format on */
};

/* Tabs before the name stay. */
static int print_line(const char *line)
{
	size_t tabs = strspn(line, "\t");

	for (size_t i = 0; i < N(tables); i++)
		if (strcmp(line + tabs, tables[i].name) == 0) {
			printf("%.*s", (int)tabs, line);
			tables[i].print();
			return 0;
		}
	if (line[tabs] == '@') {
		fprintf(stderr, "tables: there is no table %s", line + tabs);
		return 1;
	}
	fputs(line, stdout);
	return 0;
}

int main(void)
{
	char line[1024];
	int r = 0;

	while (r == 0 && fgets(line, sizeof(line), stdin) != NULL)
		r = print_line(line);
	return r != 0 || ferror(stdin) || fflush(stdout) != 0;
}
