/* SPDX-License-Identifier: BSD-2-Clause */
/* test_csv.c - lines of comma-separated values: every flaw, every cut, a million lines in one struct. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../pinctl/registry.h"

/* All rows of in[0..len), fed by pieces of step bytes: "line:field|field\n", or "line!flaw\n". */
static void rows_by(const char *in, size_t len, size_t step, char *out, size_t cap)
{
	struct csv c;
	size_t used = 0;
	bool row;

	csv_init(&c);
	out[0] = '\0';
	for (size_t at = 0; at <= len;) {
		size_t piece = len - at < step ? len - at : step;

		if (at == len) {
			row = csv_end(&c);
			at++;
		} else {
			piece = csv_feed(&c, in + at, piece, &row);
			assert_true(piece > 0);
			at += piece;
		}
		if (!row)
			continue;
		used += (size_t)snprintf(out + used, cap - used, "%lu%c", c.line,
					 c.flaw == CSV_FINE ? ':' : '!');
		if (c.flaw != CSV_FINE)
			used += (size_t)snprintf(out + used, cap - used, "%d", (int)c.flaw);
		for (size_t i = 0; i < c.n; i++)
			used += (size_t)snprintf(out + used, cap - used, "%s%s", i > 0 ? "|" : "",
						 csv_field(&c, i));
		used += (size_t)snprintf(out + used, cap - used, "\n");
		assert_true(used < cap);
	}
}

/* However the bytes are cut, the rows are the same. */
static void check(const char *in, size_t len, const char *want)
{
	char out[1024];

	for (size_t step = 1; step <= len + 1; step++) {
		char *copy = malloc(len + 1); /* of the exact size: a step too far is seen */

		assert_non_null(copy);
		memcpy(copy, in, len);
		rows_by(copy, len, step, out, sizeof(out));
		free(copy);
		assert_string_equal(out, want);
	}
}

#define CHECK(in, want) check(in, sizeof(in) - 1, want)

static void test_rows(void **state)
{
	(void)state;
	CHECK("", "");
	CHECK("\n\r\n\n", "");
	CHECK("\r", "");
	CHECK("a", "1:a\n");
	CHECK("a,b\nc,d\n", "1:a|b\n2:c|d\n");
	CHECK("a;b\r\nc;d", "1:a|b\n2:c|d\n");
	CHECK("a,b\r", "1:a|b\n");
	CHECK("a,b\n\n\r\nc,d\n", "1:a|b\n4:c|d\n");
	CHECK("a,,\n,,\n", "1:a||\n2:||\n");
	CHECK("\"\"\n", "1:\n");
	CHECK(" a , b \n", "1: a | b \n");
	CHECK("a,b;c\nd;e,f\n", "1:a|b;c\n2:d;e|f\n"); /* the first line's counts */
	CHECK("a;b,c\nd,e;f\n", "1:a|b,c\n2:d,e|f\n");
	CHECK("\"a,x\";b\nc,d;e\n", "1:a,x|b\n2:c,d|e\n");
	CHECK("a\nb;c\n", "1:a\n2:b;c\n"); /* one column: nothing separates but , */
	CHECK("a\nb,c\n", "1:a\n2:b|c\n");
}

static void test_quotes(void **state)
{
	(void)state;
	CHECK("\"a\",\"b,c\",\"d\"\"e\",\"\"\"\",\"\"\n", "1:a|b,c|d\"e|\"|\n");
	CHECK("a,\"b\"\r\nc,d\r\n", "1:a|b\n2:c|d\n");
	CHECK("a,b\"c\nd,e\n", "1!4\n2:d|e\n");
	CHECK("a,\"b\"c\nd,e\n", "1!4\n2:d|e\n");
	CHECK("a,\"b\" \nd,e\n", "1!4\n2:d|e\n");
	CHECK("a,\"b\nd,e\n", "1!5\n2:d|e\n");
	CHECK("a,\"b\r\nd,e\n", "1!5\n2:d|e\n");
	CHECK("a,\"b", "1!5\n");
	CHECK("a,\"\"\"\nd,e", "1!5\n2:d|e\n");
}

static void test_bytes(void **state)
{
	(void)state;
	CHECK("\xef\xbb\xbf" "a,b\n\xef\xbb\xbf" "c\n", "1:a|b\n2:\xef\xbb\xbf" "c\n");
	CHECK("\xef\xbb\xbf\"a\",b\n", "1:a|b\n");
	CHECK("\xef\xbb\xbf\n\na\n", "3:a\n");
	CHECK("a\0b\nc\n\0\n\"\0\"\nd\n", "1!1\n2:c\n3!1\n4!1\n5:d\n");
	CHECK("a\tb\nc\x7f\n\x1b[m\nd\re\nf\r\r\ng\n", "1!2\n2!2\n3!2\n4!2\n5!2\n6:g\n");
	CHECK("\"a\rb\"\nc\n", "1!2\n2:c\n");
	CHECK("perch\xe9,1\nok,2\n", "1!3\n2:ok|2\n");  /* ISO 8859-1 */
	CHECK("\xff\xfe" "a\0\n\0", "1!3\n2!1\n");      /* UTF-16 */
	CHECK("\xc3\n\xa9\nx\n", "1!3\n2!3\n3:x\n");     /* a character cut by the line's end */
	CHECK("\xc3", "1!3\n");
	CHECK("\xc3\r\nx\n", "1!3\n2:x\n");
}

/* Of what two to four bytes can say in UTF-8, exactly the printable characters. */
static void test_utf8(void **state)
{
	static const struct {
		const char *text;
		enum csv_flaw flaw;
	} cases[] = {
		{ "\xc2\xa0", CSV_FINE },         { "\xc2\x9f", CSV_UTF8 }, /* C1 controls */
		{ "\xc2\x80", CSV_UTF8 },         { "\xc0\x80", CSV_UTF8 }, /* overlong NUL */
		{ "\xc1\xbf", CSV_UTF8 },         { "\xdf\xbf", CSV_FINE },
		{ "\xe0\xa0\x80", CSV_FINE },     { "\xe0\x9f\xbf", CSV_UTF8 },
		{ "\xed\x9f\xbf", CSV_FINE },     { "\xed\xa0\x80", CSV_UTF8 }, /* surrogates */
		{ "\xee\x80\x80", CSV_FINE },     { "\xef\xbf\xbf", CSV_FINE },
		{ "\xf0\x90\x80\x80", CSV_FINE }, { "\xf0\x8f\xbf\xbf", CSV_UTF8 },
		{ "\xf4\x8f\xbf\xbf", CSV_FINE }, { "\xf4\x90\x80\x80", CSV_UTF8 },
		{ "\xf5\x80\x80\x80", CSV_UTF8 }, { "\x80", CSV_UTF8 },
		{ "\xe2\x82", CSV_UTF8 },         { "\xe2\x82,", CSV_UTF8 },
		{ "\xc3\xe9", CSV_UTF8 },         { "\xe0\xa0\xc3\xa9", CSV_UTF8 },
		{ "\xed\x80\xa0", CSV_FINE },     { "\xe2\xed\xa0", CSV_UTF8 },
	};
	struct csv c;
	bool row;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		csv_init(&c);
		(void)csv_feed(&c, cases[i].text, strlen(cases[i].text), &row);
		assert_true(csv_end(&c));
		assert_int_equal(c.flaw, cases[i].flaw);
		if (c.flaw == CSV_FINE)
			assert_string_equal(csv_field(&c, 0), cases[i].text);
	}
}

/* A line as long as there is room for is read; of a longer one nothing, and the next is. */
static void test_long(void **state)
{
	static char in[2 * CSV_LINE_MAX + 16];
	struct csv c;
	bool row;
	size_t used;

	(void)state;
	for (size_t len = CSV_LINE_MAX - 2; len <= 2 * CSV_LINE_MAX; len++) {
		memset(in, 'x', len);
		memcpy(in + len, "\ny,z\n", 5);
		csv_init(&c);
		used = csv_feed(&c, in, len + 5, &row);
		assert_true(row);
		assert_int_equal(used, len + 1);
		assert_int_equal(c.flaw, len < CSV_LINE_MAX ? CSV_FINE : CSV_LONG);
		assert_int_equal(c.n, len < CSV_LINE_MAX);
		(void)csv_feed(&c, in + used, 4, &row);
		assert_true(row && c.n == 2 && c.line == 2);
		assert_string_equal(csv_field(&c, 1), "z");
	}
	memset(in, ',', CSV_FIELDS_MAX + 1);
	for (size_t n = CSV_FIELDS_MAX - 1; n <= CSV_FIELDS_MAX; n++) {
		csv_init(&c);
		(void)csv_feed(&c, in, n, &row);
		assert_true(csv_end(&c));
		assert_int_equal(c.flaw, n < CSV_FIELDS_MAX ? CSV_FINE : CSV_MANY);
	}
	for (enum csv_flaw f = CSV_FINE; f <= CSV_MANY; f++)
		assert_int_equal(strlen(csv_flaw_text(f)) > 0, f != CSV_FINE);
}

/* ---- registries ---- */

/* The second line of text under the first, into *q; why is empty when it is good. */
static bool read_line(struct wire_registry_put *q, enum registry registry, const char *text,
		      char why[static REGISTRY_WHY])
{
	struct registry_head head;
	struct csv c;
	bool row;
	size_t used;

	csv_init(&c);
	why[0] = '\0';
	used = csv_feed(&c, text, strlen(text), &row);
	assert_true(row);
	if (!registry_head_read(&head, registry, &c, why))
		return false;
	(void)csv_feed(&c, text + used, strlen(text + used), &row);
	assert_true(row || csv_end(&c));
	return registry_line_read(q, &head, &c, why);
}

static void good(struct wire_registry_put *q, enum registry registry, const char *text)
{
	char why[REGISTRY_WHY];

	assert_true(read_line(q, registry, text, why));
	assert_string_equal(why, "");
	assert_int_equal(q->registry, registry);
}

static void bad(enum registry registry, const char *text, const char *want)
{
	struct wire_registry_put q;
	char why[REGISTRY_WHY];

	assert_false(read_line(&q, registry, text, why));
	if (strstr(why, want) == NULL)
		fail_msg("'%s' says '%s', not '%s'", text, why, want);
}

static void test_registries(void **state)
{
	struct wire_registry_put q;

	(void)state;
	good(&q, REGISTRY_MATRICOLE, "matricola,cf\n ab12 ,rssmra85t10a562s\n");
	assert_string_equal(q.code, "AB12");
	assert_string_equal(q.cf, "RSSMRA85T10A562S");
	assert_string_equal(q.name, "");
	good(&q, REGISTRY_MATRICOLE, "note;CF;Matricola \nx;00488410010;12345678901234567890");
	assert_string_equal(q.code, "12345678901234567890");
	assert_string_equal(q.cf, "00488410010");
	good(&q, REGISTRY_PATRONATI, "cf\nRSSMRA85T10A562S\n");
	assert_string_equal(q.code, "RSSMRA85T10A562S");
	assert_string_equal(q.cf, "");
	good(&q, REGISTRY_INDIRIZZI, "town,street,name,cf\n 00144 ROMA RM ,\"Via Po, 1\",Forl\xc3\xac,"
				     "RSSMRA85T10A562S\n");
	assert_string_equal(q.code, "RSSMRA85T10A562S");
	assert_string_equal(q.name, "Forl\xc3\xac");
	assert_string_equal(q.street, "Via Po, 1");
	assert_string_equal(q.town, "00144 ROMA RM");

	bad(REGISTRY_MATRICOLE, "matricola\nA1\n", "no column 'cf'");
	bad(REGISTRY_MATRICOLE, "cf,matricola,cf\nA1\n", "more than one");
	bad(REGISTRY_MATRICOLE, "cf,\"matr\nA1\n", "quote");
	bad(REGISTRY_MATRICOLE, "matricola,cf\n,RSSMRA85T10A562S\n", "1 to 20");
	bad(REGISTRY_MATRICOLE, "matricola,cf\nA-1,RSSMRA85T10A562S\n", "1 to 20");
	bad(REGISTRY_MATRICOLE, "matricola,cf\n123456789012345678901,RSSMRA85T10A562S\n", "1 to 20");
	bad(REGISTRY_MATRICOLE, "matricola,cf\nA1,RSSMRA85T10A562X\n", "codice fiscale");
	bad(REGISTRY_MATRICOLE, "matricola,cf\nA1\n", "missing");
	bad(REGISTRY_MATRICOLE, "matricola,cf\nA1,RSSMRA85T10A562S,\n", "more");
	bad(REGISTRY_MATRICOLE, "matricola,cf\nA1,\xff\n", "UTF-8");
	bad(REGISTRY_PATRONATI, "cf\n00488410010\n", "company");
	bad(REGISTRY_INDIRIZZI, "cf,name,street,town\nRSSMRA85T10A562S, ,b,c\n", "name is empty");
	bad(REGISTRY_INDIRIZZI, "cf,name,street,town\nRSSMRA85T10A562S,a,b,\n", "town is empty");
	bad(REGISTRY_INDIRIZZI, "cf,name,street,town\nRSSMRA85T10A562S,a,"
	    "12345678901234567890123456789012345678901234567890123456789012345,c\n", "street is too long");

	for (enum registry r = REGISTRY_MATRICOLE; r <= REGISTRY_INDIRIZZI; r++)
		assert_int_equal(registry_of(registry_name(r)), r);
	assert_int_equal(registry_of("?"), REGISTRY_NONE);
	assert_int_equal(registry_of("altri"), REGISTRY_NONE);
}

/* ---- a million ---- */

#define LINES 1000000ul

/* Line i of the file: every 1000th is bad, each in its own way. Returns its length. */
static size_t make_line(char out[static 128], unsigned long i)
{
	static const struct {
		const char *text;
		size_t len;
	} wrong[] = {
#define WRONG(text) { text, sizeof(text) - 1 }
		WRONG("M1,\"RSSMRA85T10A562S\n"), WRONG("M\"1,RSSMRA85T10A562S\n"),
		WRONG("M\0,RSSMRA85T10A562S\n"),  WRONG("M\xe8,RSSMRA85T10A562S\n"),
		WRONG("M1,RSSMRA85T10A562X\n"),   WRONG("M1\n"),
		WRONG("\"\"\"\",\"\"\"\"\n"),     WRONG("\0\0\0\0\n"),
		WRONG("M1,RSSMRA85T10A562S,\n"),  WRONG("M1,\xed\xa0\x80\r\n"),
#undef WRONG
	};
	const size_t kinds = sizeof(wrong) / sizeof(*wrong);

	if (i % 1000 != 500)
		return (size_t)snprintf(out, 128, i % 2 ? "M%lu,RSSMRA85T10A562S\r\n"
							: "\"M%lu\",\"rssmra85t10a562s\"\n", i);
	memcpy(out, wrong[i / 1000 % kinds].text, wrong[i / 1000 % kinds].len);
	return wrong[i / 1000 % kinds].len;
}

/* Nothing but the one struct remembers anything; no bad line harms another. */
static void test_a_million_lines(void **state)
{
	struct registry_head head;
	struct wire_registry_put q;
	struct csv c;
	char line[128], why[REGISTRY_WHY], want[32];
	unsigned long goods = 0, bads = 0;
	bool row;

	(void)state;
	csv_init(&c);
	(void)csv_feed(&c, "matricola,cf\n", 13, &row);
	assert_true(row && registry_head_read(&head, REGISTRY_MATRICOLE, &c, why));
	for (unsigned long i = 2; i <= LINES; i++) {
		size_t len = make_line(line, i), used = csv_feed(&c, line, len / 2, &row);

		assert_true(used == len / 2 && !row);
		used += csv_feed(&c, line + used, len - used, &row);
		assert_true(used == len && row);
		assert_int_equal(c.line, i);
		if (registry_line_read(&q, &head, &c, why)) {
			snprintf(want, sizeof(want), "M%lu", i);
			assert_string_equal(q.code, want);
			assert_string_equal(q.cf, "RSSMRA85T10A562S");
			goods++;
		} else {
			assert_int_equal(i % 1000, 500);
			bads++;
		}
	}
	assert_int_equal(bads, LINES / 1000);
	assert_int_equal(goods, LINES - 1 - LINES / 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),  cmocka_unit_test(test_quotes),
		cmocka_unit_test(test_bytes), cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_long),  cmocka_unit_test(test_registries),
		cmocka_unit_test(test_a_million_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
