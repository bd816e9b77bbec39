/* SPDX-License-Identifier: BSD-2-Clause */
/* test_stats.c - every figure is listed once, under a name that Prometheus can read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stats.h"
#include "verdict.h"
#include "wire.h"

#define LINES_MAX 10000

static struct stats st;
static struct stats_line *lines;
static size_t n_lines;

static int setup(void **state)
{
	(void)state;
	memset(&st, 0, sizeof(st));
	lines = calloc(LINES_MAX, sizeof(*lines));
	return lines == NULL ? -1 : 0;
}

static int teardown(void **state)
{
	(void)state;
	free(lines);
	return 0;
}

/* Read all, as a client does: from 0, each time on with what it was told. */
static void read_all(void)
{
	uint32_t i = 0, next;

	for (n_lines = 0; stats_line(&st, i, &lines[n_lines], &next); n_lines++) {
		assert_true(n_lines + 1 < LINES_MAX);
		assert_true(next > i);
		i = next;
	}
	assert_false(stats_line(&st, UINT32_MAX, &lines[n_lines], &next));
}

static const struct stats_line *line_of(const char *name)
{
	for (size_t i = 0; i < n_lines; i++)
		if (strcmp(lines[i].name, name) == 0)
			return &lines[i];
	return NULL;
}

static uint64_t value_of(const char *name)
{
	const struct stats_line *l = line_of(name);

	if (l == NULL)
		fail_msg("no line %s", name);
	return l->value;
}

static bool is_name(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isalpha((unsigned char)s[i]) && s[i] != '_' &&
		    (i == 0 || !isdigit((unsigned char)s[i])))
			return false;
	return n > 0;
}

/* label="value", nothing in the value that would need escaping. */
static const char *skip_label(const char *p)
{
	size_t n = strcspn(p, "=");

	assert_true(is_name(p, n));
	p += n;
	assert_memory_equal(p, "=\"", 2);
	p += 2;
	n = strcspn(p, "\"\\\n");
	assert_true(n > 0 && p[n] == '"');
	return p + n + 1;
}

static void assert_well_formed(const struct stats_line *l)
{
	size_t n = strcspn(l->name, "{");
	const char *p = l->name + n;

	assert_true(is_name(l->name, n) && strncmp(l->name, "inpspin_", 8) == 0);
	assert_true(strncmp(l->name, l->family, strlen(l->family)) == 0);
	if (*p == '{') {
		do
			p = skip_label(p + 1);
		while (*p == ',');
		assert_string_equal(p, "}");
	}
	assert_true(strlen(l->help) > 5 && strpbrk(l->help, "\n\\") == NULL);
	assert_true(strcmp(l->type, "counter") == 0 || strcmp(l->type, "gauge") == 0 ||
		    strcmp(l->type, "histogram") == 0);
	if (strcmp(l->type, "counter") == 0)
		assert_string_equal(l->family + strlen(l->family) - 6, "_total");
	assert_true(strlen(l->name) < sizeof(l->name) - 1); /* not cut */
}

static void count_everything(void)
{
	for (unsigned int verb = 0; verb < 256; verb++)
		for (unsigned int verdict = 0; verdict < 256; verdict++)
			stats_answer(&st, verb, verdict);
}

/* Unique, well formed, each family in one piece, and no longer than the wire allows. */
static void test_lines(void **state)
{
	static const struct wire_stat_is say;

	(void)state;
	for (int full = 0; full < 2; full++) {
		if (full)
			count_everything();
		read_all();
		assert_true(n_lines > 20);
		for (size_t i = 0; i < n_lines; i++) {
			assert_well_formed(&lines[i]);
			assert_true(strlen(lines[i].name) < sizeof(say.name));
			assert_true(strlen(lines[i].family) < sizeof(say.family));
			assert_true(strlen(lines[i].help) < sizeof(say.help));
			assert_true(strlen(lines[i].type) < sizeof(say.kind));
			for (size_t j = i + 2; j < n_lines; j++)
				if (strcmp(lines[i].family, lines[j].family) == 0)
					assert_string_equal(lines[j - 1].family, lines[i].family);
		}
	}
}

/* Of each verb and verdict that there is: a line of its own. */
static void test_answers_have_a_line_each(void **state)
{
	static const enum wire_type verbs[] = {
#define MSG(NAME, name, code, doc) WIRE_##NAME,
#include "wire.def"
	};
	size_t want = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (verbs[i] < 0x80)
			for (unsigned int v = 1; v < 256; v++)
				if (v < 63 && strcmp(verdict_name(v), "?") != 0) {
					stats_answer(&st, verbs[i], v);
					want++;
				}
	read_all();
	for (size_t i = 0; i < n_lines; i++) {
		if (strcmp(lines[i].family, "inpspin_answers_total") == 0)
			want--;
		for (size_t j = i + 1; j < n_lines; j++)
			assert_string_not_equal(lines[i].name, lines[j].name);
	}
	assert_int_equal(want, 0);
}

static void test_answers(void **state)
{
	(void)state;
	stats_answer(&st, WIRE_AUTHENTICATE, V_OK);
	stats_answer(&st, WIRE_AUTHENTICATE, V_OK);
	stats_answer(&st, WIRE_AUTHENTICATE, V_WRONG);
	stats_answer(&st, WIRE_PING, V_OK);
	stats_answer(&st, WIRE_STATUS, 0);
	read_all();
	assert_int_equal(value_of("inpspin_requests_total"), 5);
	assert_int_equal(value_of("inpspin_answers_total{verb=\"authenticate\",verdict=\"OK\"}"),
			 2);
	assert_int_equal(value_of("inpspin_answers_total{verb=\"authenticate\",verdict=\"WRONG\"}"),
			 1);
	assert_int_equal(value_of("inpspin_answers_total{verb=\"ping\",verdict=\"OK\"}"), 1);
	assert_int_equal(value_of("inpspin_answers_total{verb=\"status\",verdict=\"DATA\"}"), 1);
	assert_null(line_of(
		"inpspin_answers_total{verb=\"ping\",verdict=\"WRONG\"}")); /* nobody got it */
	assert_int_equal(stats_verdict(&st, V_OK), 3);
	assert_int_equal(stats_verdict(&st, V_WRONG), 1);
	assert_int_equal(stats_verdict(&st, V_BUSY), 0);
}

/* Buckets are cumulative; each bound is the last that counts in its bucket. */
static void test_histograms(void **state)
{
	static const uint64_t us[] = { 0,     5000,  5001,    10000,   25000,
				       49999, 50001, 1000000, 1000001, 3600000000ULL };
	static const struct {
		const char *le;
		uint64_t n;
	} want[] = { { "5000", 2 },   { "10000", 4 },   { "25000", 5 },
		     { "50000", 6 },  { "100000", 7 },  { "250000", 7 },
		     { "500000", 7 }, { "1000000", 8 }, { "+Inf", 10 } };
	uint64_t sum = 0;
	char name[96];

	(void)state;
	for (size_t i = 0; i < sizeof(us) / sizeof(*us); i++) {
		stats_time(&st.hash, us[i]);
		sum += us[i];
	}
	read_all();
	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++) {
		snprintf(name, sizeof(name), "inpspin_hash_microseconds_bucket{le=\"%s\"}",
			 want[i].le);
		assert_int_equal(value_of(name), want[i].n);
		snprintf(name, sizeof(name), "inpspin_wait_microseconds_bucket{le=\"%s\"}",
			 want[i].le);
		assert_int_equal(value_of(name), 0);
	}
	assert_int_equal(value_of("inpspin_hash_microseconds_sum"), sum);
	assert_int_equal(value_of("inpspin_hash_microseconds_count"), 10);
	assert_int_equal(value_of("inpspin_wait_microseconds_count"), 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_lines),
		TEST(test_answers_have_a_line_each),
		TEST(test_answers),
		TEST(test_histograms),
	};

	return cmocka_run_group_tests_name("stats", tests, NULL, NULL);
}
