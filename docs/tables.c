/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tables.c - the tables of the manual pages, from the rows the programs are made of. A filter: each
 * line "@NAME@" of a page in docs/ becomes the table of that name, in scdoc(5).
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "cf.h"
#include "pin.h"
#include "verdict.h"
#include "wire.h"

#define N(array) (sizeof(array) / sizeof(*(array)))

/* Text, where *, _ and \ mean themselves. */
static void say(const char *text)
{
	for (; *text != '\0'; text++) {
		if (strchr("*_\\", *text) != NULL)
			putchar('\\');
		putchar(*text);
	}
}

static void say_bold(const char *text)
{
	putchar('*');
	say(text);
	putchar('*');
}

/* A cell; the first of a row begins the row. Cells of the first row of a table are headings. */
static void cell(char begin, const char *text)
{
	printf("%c  ", begin);
	if (*text == '\0')
		putchar('-');
	say(text);
	putchar('\n');
}

static void headings(const char *const texts[], size_t n)
{
	for (size_t i = 0; i < n; i++) {
		fputs(i == 0 ? "[[ " : ":[ ", stdout);
		say_bold(texts[i]);
		putchar('\n');
	}
}

/* ---- pind.conf ---- */

static const char *value_of(unsigned int is_switch, unsigned long n, char *buf, size_t cap)
{
	if (is_switch)
		return n == 1 ? "yes" : "no";
	snprintf(buf, cap, "%lu", n);
	return buf;
}

static void say_setting(const char *name, unsigned int is_switch, unsigned long min,
			unsigned long max, unsigned long value, const char *unit, const char *when,
			const char *doc)
{
	char text[32];

	say_bold(name);
	fputs(is_switch ? " = yes|no\n\t" : " = _NUMBER_\n\t", stdout);
	say(doc);
	if (!is_switch)
		printf(" %lu to %lu %s.", min, max, unit);
	printf(" Default: %s.%s\n\n", value_of(is_switch, value, text, sizeof(text)),
	       strcmp(when, "RESTART") == 0 ? " In force after a restart." : "");
}

static void say_expiry(const char *section)
{
	if (strcmp(section, "expiry") != 0)
		return;
#define CATEGORY(NAME, code, name, months) \
	say_setting(name, 0, 1, 24, months, "months", "RELOAD", "Life of the PIN of this category.");
#include "person.def"
}

static void settings(void)
{
#define SECTION(name, doc) \
	printf("## [%s]\n\n", #name); \
	say(doc); \
	puts("\n"); \
	say_expiry(#name);
#define NUMBER(section, field, min, max, default, unit, when, doc) \
	say_setting(#field, 0, min, max, default, unit, #when, doc);
#define SWITCH(section, field, default, when, doc) \
	say_setting(#field, 1, 0, 1, default, "", #when, doc);
#include "conf.def"
}

/* ---- names ---- */

static void list(const char *name, const char *gap)
{
	fputs(gap, stdout);
	say_bold(name);
}

static void levels(void)
{
	const char *gap = "";
#define LEVEL(NAME, code, name) list(name, gap), gap = ", ";
#include "person.def"
	puts("");
}

static void categories(void)
{
	const char *gap = "";
#define CATEGORY(NAME, code, name, months) list(name, gap), gap = ", ";
#include "person.def"
	puts("");
}

static void documents(void)
{
	const char *gap = "";
#define DOCUMENT(NAME, code, name) list(name, gap), gap = ", ";
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
#define VERDICT(NAME, code, auth, acct, exit, tell, it, en) \
	{ #NAME, #auth, #acct, it, en, code, exit, tell },
#include "verdict.def"
};

static void pam_codes(void)
{
	static const char *const head[] = { "pind says", "authenticate, chauthtok", "account" };

	headings(head, N(head));
	for (size_t i = 0; i < N(verdict_rows); i++) {
		cell('|', verdict_rows[i].name);
		cell(':', verdict_rows[i].auth);
		cell(':', verdict_rows[i].acct);
	}
}

static void told(void)
{
	for (size_t i = 0; i < N(verdict_rows); i++) {
		if (!verdict_rows[i].tell)
			continue;
		say_bold(verdict_rows[i].name);
		fputs("\n\t\"", stdout);
		say(verdict_rows[i].it);
		fputs("\"; \"", stdout);
		say(verdict_rows[i].en);
		puts("\"\n");
	}
}

static void exits(void)
{
	for (size_t i = 1; i < N(verdict_rows); i++) {
		printf("*%u* (%s)\n\t", verdict_rows[i].exit, verdict_rows[i].name);
		say(verdict_rows[i].en);
		puts("\n");
	}
}

static void verdict_codes(void)
{
	static const char *const head[] = { "Code", "Verdict", "Means" };
	char code[8];

	headings(head, N(head));
	for (size_t i = 0; i < N(verdict_rows); i++) {
		snprintf(code, sizeof(code), "0x%02x", verdict_rows[i].code);
		cell('|', code);
		cell(':', verdict_rows[i].name);
		cell(':', verdict_rows[i].en);
	}
}

/* ---- the journal ---- */

static void events(void)
{
	static const char *const priorities[] = { [LOG_CRIT] = "crit", [LOG_ERR] = "err",
						  [LOG_WARNING] = "warning",
						  [LOG_NOTICE] = "notice", [LOG_INFO] = "info" };
#define EVENT(NAME, id1, id2, priority, text) \
	say_bold(#NAME); \
	printf(" (%s)\n\t", priorities[priority]); \
	say(text); \
	printf(".++\n%016llx%016llx\n\n", id1##ULL, id2##ULL);
#include "event.def"
}

/* ---- the life of a PIN ---- */

#define NOW_S 1000

static const struct life_row {
	const char *name;
	struct pin_rec rec; /* looked at at NOW_S */
} life_rows[PIN_LIFE_N] = {
	[PIN_ABSENT] = { "absent", { .gen = 0 } },
	[PIN_AWAITING] = { "awaiting", { .gen = 1, .lapses_s = NOW_S + 1 } },
	[PIN_TEMPORARY] = { "temporary", { .gen = 1, .form = PIN_FORM_HALVES, .temporary = 1,
					   .lapses_s = NOW_S + 1,
					   .verifier = { { .alg = 1 }, { .alg = 1 } } } },
	[PIN_ACTIVE] = { "active", { .gen = 1, .form = PIN_FORM_8, .expires_s = NOW_S + 1,
				     .lapses_s = NOW_S + 2, .verifier = { { .alg = 1 } } } },
	[PIN_EXPIRED] = { "expired", { .gen = 1, .form = PIN_FORM_8, .lapses_s = NOW_S + 2,
				       .verifier = { { .alg = 1 } } } },
	[PIN_LAPSED] = { "lapsed", { .gen = 1, .form = PIN_FORM_8, .verifier = { { .alg = 1 } } } },
	[PIN_REVOKED] = { "revoked", { .gen = 1, .revoked = 1 } },
};

/* What pind says to ev in this life, and what the PIN's life is afterwards if it is another. */
static void say_step(const struct life_row *row, enum pin_event ev)
{
	static const struct penalty_policy pol = { 3, 10, 30, 3600 };
	struct pin_arg arg = { .gen = row->rec.gen, .form = PIN_FORM_8, .expires_s = NOW_S + 1,
			       .lapses_s = NOW_S + 2, .verifier = { { .alg = 1 }, { .alg = 1 } } };
	struct pin_rec rec = row->rec;
	enum pin_life before = pin_life(&rec, NOW_S), after;
	struct pin_step s = pin_step(&rec, ev, &arg, &pol, NOW_S);
	char text[64];

	after = pin_life(&rec, NOW_S);
	snprintf(text, sizeof(text), "%s%s%s", verdict_name(s.verdict), after != before ? ": " : "",
		 after != before ? life_rows[after].name : "");
	cell(':', text);
}

static void life(void)
{
	static const char *const head[] = { "PIN", "right PIN", "renewal", "issue",
					    "unlock", "convert", "revoke" };
	static const enum pin_event columns[] = { PIN_MATCH, PIN_RENEW, PIN_ISSUE,
						  PIN_UNLOCK, PIN_CONVERT, PIN_REVOKE };

	_Static_assert(N(head) == N(columns) + 1, "a heading a column");
	headings(head, N(head));
	for (size_t i = 0; i < PIN_LIFE_N; i++) {
		cell('|', life_rows[i].name);
		for (size_t c = 0; c < N(columns); c++)
			say_step(&life_rows[i], columns[c]);
	}
}

/* ---- the wire ---- */

static const struct wire_row {
	const char *name, *doc, *type;
	unsigned int code, max; /* code 0: a field of the message before */
} wire_rows[] = {
#define MSG(NAME, name, code, doc)  { #NAME, doc, "", code, 0 },
#define U8(name, field, doc)        { #field, doc, "u8", 0, 0 },
#define U32(name, field, doc)       { #field, doc, "u32", 0, 0 },
#define U64(name, field, doc)       { #field, doc, "u64", 0, 0 },
#define STR(name, field, max, doc)  { #field, doc, "text 0..", 0, max },
#define SEC(name, field, max, doc)  { #field, doc, "secret 0..", 0, max },
#define RAW(name, field, size, doc) { #field, doc, "bytes ", 0, size },
#include "wire.def"
};

static void say_field(const struct wire_row *f)
{
	char type[32];

	snprintf(type, sizeof(type), f->max > 0 ? "%s%u" : "%s", f->type, f->max);
	cell('|', f->name);
	cell(':', type);
	cell(':', f->doc);
}

/* Messages lo..hi with their fields. */
static void say_messages(unsigned int lo, unsigned int hi)
{
	static const char *const head[] = { "Field", "Type", "Holds" };
	const struct wire_row *row = wire_rows, *end = wire_rows + N(wire_rows);

	while (row < end) {
		const struct wire_row *msg = row++;
		int wanted = msg->code >= lo && msg->code <= hi;

		if (wanted) {
			printf("## 0x%02x ", msg->code);
			say(msg->name);
			puts("\n");
			say(msg->doc);
			puts("\n");
		}
		if (wanted && row < end && row->code == 0)
			headings(head, N(head));
		for (; row < end && row->code == 0; row++)
			if (wanted)
				say_field(row);
		if (wanted)
			puts("");
	}
}

static void wire_auth(void)
{
	say_messages(0x01, 0x1f);
}

static void wire_admin(void)
{
	say_messages(0x20, 0x7f);
}

static void wire_replies(void)
{
	say_messages(0x80, 0xff);
}

static void wire_sizes(void)
{
	printf("Version *%d*; packets of at most *%d* bytes; a nonce of *%d*, a grant of *%d*, a "
	       "ticket of *%d*.\n",
	       WIRE_VERSION, WIRE_MAX, WIRE_NONCE_LEN, WIRE_GRANT_LEN, WIRE_TICKET_LEN);
}

/* ---- the filter ---- */

static const struct table {
	const char *name;
	void (*print)(void);
} tables[] = {
	{ "@settings@\n", settings },       { "@levels@\n", levels },
	{ "@categories@\n", categories },   { "@documents@\n", documents },
	{ "@reasons@\n", reasons },         { "@pam-codes@\n", pam_codes },
	{ "@told@\n", told },               { "@exits@\n", exits },
	{ "@verdicts@\n", verdict_codes },  { "@events@\n", events },
	{ "@life@\n", life },               { "@wire-auth@\n", wire_auth },
	{ "@wire-admin@\n", wire_admin },   { "@wire-replies@\n", wire_replies },
	{ "@wire-sizes@\n", wire_sizes },
};

static int print_line(const char *line)
{
	for (size_t i = 0; i < N(tables); i++)
		if (strcmp(line, tables[i].name) == 0) {
			tables[i].print();
			return 0;
		}
	if (line[0] == '@') {
		fprintf(stderr, "tables: there is no table %s", line);
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
