/* SPDX-License-Identifier: BSD-2-Clause */
/* test_check_cf.c - codici fiscali in bulk: lines of every kind in, rows and JSON objects out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../pinctl/check_cf.h"

/* clang-format off */
#define VALID(input) input "\tvalid\tpersonal\tQXZKWJ75C52F839W\tQXZKWJ75C52F839W\t-\n"
#define WRONG(input, reason) input "\tinvalid\t-\t-\t-\t" reason "\n"
/* clang-format on */

/* What comes out for in[0..len); the caller frees it. */
static char *check(const char *in, size_t len, bool json, bool *all_valid)
{
	char *text = NULL;
	size_t size = 0;
	FILE *from = tmpfile(), *to = open_memstream(&text, &size);

	assert_non_null(from);
	assert_non_null(to);
	assert_int_equal(fwrite(in, 1, len, from), len);
	rewind(from);
	*all_valid = !*all_valid; /* must be set whatever it was */
	assert_int_equal(check_cf_stream(from, to, json, all_valid), 0);
	assert_int_equal(fclose(to), 0);
	fclose(from);
	assert_int_equal(strlen(text), size); /* a NUL never gets through */
	return text;
}

static void check_text(const char *in, size_t len, const char *want, bool want_valid)
{
	bool all_valid = !want_valid;
	char *out = check(in, len, false, &all_valid);

	assert_string_equal(out, want);
	assert_int_equal(all_valid, want_valid);
	free(out);
}

#define CHECK(in, want, valid) check_text(in, sizeof(in) - 1, want, valid)

static void test_rows(void **state)
{
	(void)state;
	CHECK("", "", true);
	CHECK("QXZKWJ75C52F839W\n", VALID("QXZKWJ75C52F839W"), true);
	CHECK("QXZKWJ75C52F839W", VALID("QXZKWJ75C52F839W"), true);
	CHECK("qxzkwj75c52f839w\r\n", VALID("qxzkwj75c52f839w"), true);
	CHECK("qxzkwj75c52f839w\r", VALID("qxzkwj75c52f839w\\r"), true);
	CHECK("\tQXZ KWJ75C52F839W \n", VALID("\\tQXZ KWJ75C52F839W "), true);
	CHECK("QXZKWJTRCRNF839G\n12345670157\n99999999008\n",
	      "QXZKWJTRCRNF839G\tvalid\tomocodia\tQXZKWJTRCRNF839G\tQXZKWJ75C52F839W\t-\n"
	      "12345670157\tvalid\tentity\t12345670157\t12345670157\t-\n"
	      "99999999008\tvalid\tprovisional\t99999999008\t99999999008\t-\n",
	      true);
	CHECK("QXZKWJ75C52F839A\nQXZKWJ75C52F839W\n",
	      WRONG("QXZKWJ75C52F839A", "check") VALID("QXZKWJ75C52F839W"), false);
	CHECK("\n", WRONG("", "empty"), false);
	CHECK("\r\n", WRONG("", "empty"), false);
	CHECK("QXZKWJ75C52F839W\n\n \n",
	      VALID("QXZKWJ75C52F839W") WRONG("", "empty") WRONG(" ", "empty"), false);
	CHECK("QXZKWJ75C52F839W\0A\nX\n",
	      WRONG("QXZKWJ75C52F839W\\x00A", "charset") WRONG("X", "length"), false);
	CHECK("a\\b\tc\rd\x7f\xc3\xa8~ \n", WRONG("a\\\\b\\tc\\rd\\x7f\\xc3\\xa8~ ", "charset"),
	      false);
}

/* A line as long as the room for it is read; of a longer one no part is taken for a code. */
static void test_long_lines(void **state)
{
	static const char code[] = "QXZKWJ75C52F839W\n", cut[] = WRONG("", "length");
	size_t lengths[] = { CHECK_CF_LINE - 1, CHECK_CF_LINE, CHECK_CF_LINE + 1, 1000000 };
	char *in = malloc(1000000 + 64), *out, *row;

	(void)state;
	assert_non_null(in);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		bool fits = lengths[i] <= CHECK_CF_LINE, all_valid = false;

		memset(in, ' ', lengths[i]); /* blanks, which are dropped, around a code */
		memcpy(in + 7, code, sizeof(code) - 2);
		in[lengths[i]] = '\n';
		memcpy(in + lengths[i] + 1, code, sizeof(code));
		out = check(in, lengths[i] + sizeof(code), false, &all_valid);
		assert_int_equal(all_valid, fits);
		row = strchr(out, '\n');
		assert_non_null(row);
		assert_string_equal(row + 1, VALID("QXZKWJ75C52F839W")); /* and the next is whole */
		row = strchr(out, '\t');
		assert_int_equal(row - out, fits ? lengths[i] : CHECK_CF_LINE);
		if (!fits)
			assert_memory_equal(row, cut, sizeof(cut) - 1);
		free(out);
	}
	memset(in, '\r', CHECK_CF_LINE + 1); /* what is kept ends in CR, but not the line */
	in[CHECK_CF_LINE + 1] = '\n';
	out = check(in, CHECK_CF_LINE + 2, false, &(bool){ true });
	assert_int_equal(strchr(out, '\t') - out, 2 * CHECK_CF_LINE);
	free(out);
	memset(in, 0, CHECK_CF_LINE + 1); /* the longest escape of all, and no end of line */
	bool all_valid = true;
	out = check(in, CHECK_CF_LINE + 1, false, &all_valid);
	assert_int_equal(strchr(out, '\t') - out, 4 * CHECK_CF_LINE);
	assert_false(all_valid);
	free(out);
	out = check(in, CHECK_CF_LINE + 1, true, &all_valid);
	assert_non_null(strstr(out, "\\\\x00\",\"valid\":false"));
	free(out);
	free(in);
}

static void assert_text(const json_t *o, const char *key, const char *want)
{
	const json_t *v = json_object_get(o, key);

	if (want == NULL)
		assert_true(json_is_null(v));
	else
		assert_string_equal(json_string_value(v), want);
}

static void test_json(void **state)
{
	static const char in[] = "qxzkwjtrcrnf839g\n12345670157\n\xff\"\0\n";
	static const struct {
		bool valid;
		const char *input, *kind, *canonical, *base, *birth, *sex, *place, *reason;
	} rows[] = {
		{ true, "qxzkwjtrcrnf839g", "omocodia", "QXZKWJTRCRNF839G", "QXZKWJ75C52F839W",
		  "75-03-12", "F", "F839", NULL },
		{ true, "12345670157", "entity", "12345670157", "12345670157", NULL, NULL, NULL,
		  NULL },
		{ false, "\\xff\"\\x00", NULL, NULL, NULL, NULL, NULL, NULL, "charset" },
	};
	bool all_valid = true;
	char *out = check(in, sizeof(in) - 1, true, &all_valid), *rest = out;

	(void)state;
	assert_false(all_valid);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *o = json_loads(strsep(&rest, "\n"), JSON_REJECT_DUPLICATES, NULL);

		assert_non_null(o);
		assert_int_equal(json_object_size(o), 9);
		assert_true(json_is_boolean(json_object_get(o, "valid")));
		assert_int_equal(json_is_true(json_object_get(o, "valid")), rows[i].valid);
		assert_text(o, "input", rows[i].input);
		assert_text(o, "kind", rows[i].kind);
		assert_text(o, "canonical", rows[i].canonical);
		assert_text(o, "base", rows[i].base);
		assert_text(o, "birth", rows[i].birth);
		assert_text(o, "sex", rows[i].sex);
		assert_text(o, "place", rows[i].place);
		assert_text(o, "reason", rows[i].reason);
		json_decref(o);
	}
	assert_string_equal(rest, "");
	free(out);
}

static void test_errors(void **state)
{
	bool all_valid;
	FILE *dir = fopen("/", "r"), *full = fopen("/dev/full", "w"), *in = tmpfile();

	(void)state;
	assert_true(dir != NULL && full != NULL && in != NULL);
	assert_int_equal(check_cf_stream(dir, full, false, &all_valid), -EISDIR);
	fputs("QXZKWJ75C52F839W\n", in);
	for (int json = 0; json < 2; json++) {
		rewind(in);
		clearerr(full);
		assert_int_equal(check_cf_stream(in, full, json, &all_valid), -ENOSPC);
	}
	setvbuf(full, NULL, _IONBF, 0); /* the error comes with the row */
	for (int json = 0; json < 2; json++) {
		rewind(in);
		clearerr(full);
		assert_int_equal(check_cf_stream(in, full, json, &all_valid), -ENOSPC);
	}
	fclose(dir);
	fclose(full);
	fclose(in);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_errors),
	};

	return cmocka_run_group_tests_name("check_cf", tests, NULL, NULL);
}
