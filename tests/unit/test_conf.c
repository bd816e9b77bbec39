/* SPDX-License-Identifier: BSD-2-Clause */
/* test_conf.c - pind.conf: every setting at its limits and beyond, one clear line a mistake. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static char dir[] = "/tmp/test_conf.XXXXXX";
static char file[64];
static char err[512];

/* The settings once more, for the test to walk over. */
static const struct setting {
	const char *section, *name;
	size_t off;
	uint32_t min, max, value;
	const char *unit; /* NULL: yes or no */
	bool restart;
} settings[] = {
#define RELOAD  false
#define RESTART true
#define NUMBER(section, field, min, max, default, unit, when, doc)                                 \
	{ #section, #field, offsetof(struct conf, field), min, max, default, unit, when },
#define SWITCH(section, field, default, when, doc)                                                 \
	{ #section, #field, offsetof(struct conf, field), 0, 1, default, NULL, when },
#include "conf.def"
#define CATEGORY(NAME, code, name, months)                                                         \
	{ "expiry", name, offsetof(struct conf, expiry) + (code) * sizeof(uint32_t), 1, 24, months, \
	  "months", RELOAD },
#include "person.def"
};

/* Those that name somebody: test_conf_files.c. */
static const struct duty {
	const char *section, *name, *kind, *usual;
	size_t off;
} duties[] = {
#define GROUP(section, field, default, doc)                                                        \
	{ #section, #field, "group", default, offsetof(struct conf, field) },
#define USER(section, field, default, doc)                                                         \
	{ #section, #field, "user", default, offsetof(struct conf, field) },
#include "conf.def"
};

static int setup(void **state)
{
	(void)state;
	memcpy(dir + strlen(dir) - 6, "XXXXXX", 6);
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(file, sizeof(file), "%s/pind.conf", dir);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(file);
	rmdir(file);
	return rmdir(dir);
}

static void write_bytes(const char *bytes, size_t n)
{
	FILE *f = fopen(file, "we");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

/* Read this text as pind.conf. NULL: it was refused, and err says why in one line. */
static struct conf *read_text(const char *text)
{
	struct conf *c = NULL;
	int r;

	write_bytes(text, strlen(text));
	memset(err, 'x', sizeof(err));
	r = conf_read(&c, file, NULL, err, sizeof(err));
	if (r == 0) {
		assert_string_equal(err, "");
		return c;
	}
	assert_int_equal(r, -EINVAL);
	assert_null(c);
	assert_in_range(strlen(err), 1, sizeof(err) - 2);
	assert_null(strchr(err, '\n'));
	return NULL;
}

static void assert_accepted(const char *text)
{
	struct conf *c = read_text(text);

	if (c == NULL)
		fail_msg("refused: %s", err);
	conf_free(c);
}

/* Refused with "FILE:LINE: COMPLAINT"; line 0: "FILE: COMPLAINT". */
static void assert_refused(const char *text, int line, const char *complaint)
{
	char want[512];

	assert_null(read_text(text));
	if (line > 0)
		snprintf(want, sizeof(want), "%s:%d: %s", file, line, complaint);
	else
		snprintf(want, sizeof(want), "%s: %s", file, complaint);
	assert_string_equal(err, want);
}

static uint32_t value_in(const struct conf *c, const struct setting *s)
{
	uint32_t v;

	memcpy(&v, (const char *)c + s->off, sizeof(v));
	return v;
}

static void test_defaults(void **state)
{
	struct conf *c, *read;

	(void)state;
	assert_int_equal(conf_defaults(&c), 0);
	read = read_text(""); /* an empty configuration is valid */
	assert_non_null(read);
	for (size_t i = 0; i < N(settings); i++) {
		assert_int_equal(value_in(c, &settings[i]), settings[i].value);
		assert_int_equal(value_in(read, &settings[i]), settings[i].value);
	}
	for (size_t i = 0; i < N(duties); i++) { /* without names nobody has a duty */
		uint32_t id[2];

		memcpy(&id[0], (const char *)c + duties[i].off, sizeof(id[0]));
		memcpy(&id[1], (const char *)read + duties[i].off, sizeof(id[1]));
		assert_true(id[0] == CONF_NOBODY && id[1] == CONF_NOBODY);
	}
	assert_int_equal(read->n_services, 1);
	assert_int_equal(conf_cost(c).ops, c->passes);
	assert_int_equal(conf_cost(c).mem_kib, c->memory_kib);
	assert_int_equal(conf_cost_max(c).ops, c->passes_max);
	assert_int_equal(conf_cost_max(c).mem_kib, c->memory_max_kib);
	assert_int_equal(conf_penalty(c).free, c->free);
	assert_int_equal(conf_penalty(c).limit, c->limit);
	assert_int_equal(conf_penalty(c).source_limit, c->source_limit);
	assert_int_equal(conf_penalty(c).wait_s, c->wait_s);
	assert_int_equal(conf_penalty(c).wait_max_s, c->wait_max_s);
	conf_free(c);
	conf_free(read);
	conf_free(NULL);
}

/* The table as it is, against test_conf.exp: a changed default is seen and meant. */
static void test_the_table_is_the_expected_one(void **state)
{
	const char *testdata = getenv("TESTDATA");
	char want[128], line[128];
	FILE *exp;

	(void)state;
	snprintf(line, sizeof(line), "%s/../unit/test_conf.exp",
		 testdata != NULL ? testdata : "tests/data");
	exp = fopen(line, "re");
	assert_non_null(exp);
	for (size_t i = 0; i < N(settings); i++) {
		const struct setting *s = &settings[i];

		snprintf(line, sizeof(line), "%s.%s %u..%u %u %s %s\n", s->section, s->name, s->min,
			 s->max, s->value, s->unit != NULL ? s->unit : "no..yes",
			 s->restart ? "restart" : "reload");
		assert_non_null(fgets(want, sizeof(want), exp));
		assert_string_equal(line, want);
	}
	for (size_t i = 0; i < N(duties); i++) {
		snprintf(line, sizeof(line), "%s.%s %s %s restart\n", duties[i].section, duties[i].name,
			 duties[i].kind, duties[i].usual);
		assert_non_null(fgets(want, sizeof(want), exp));
		assert_string_equal(line, want);
	}
	assert_null(fgets(want, sizeof(want), exp));
	fclose(exp);
}

/* "[section]\nname = value\n", with whatever the other settings need for it to make sense. */
static const char *with(const struct setting *s, uint64_t value)
{
	static char text[256];
	const char *more = "";

	if (strcmp(s->name, "free") == 0)
		more = "limit = 92\nsource_limit = 1\n";
	if (strcmp(s->name, "limit") == 0)
		more = "free = 1\nsource_limit = 1\n";
	if (strcmp(s->name, "source_limit") == 0)
		more = "limit = 4\nfree = 1\n";
	if (strcmp(s->name, "wait_s") == 0)
		more = "wait_max_s = 86400\n";
	if (strcmp(s->name, "wait_max_s") == 0)
		more = "wait_s = 1\n";
	if (strcmp(s->name, "passes_max") == 0)
		more = "passes = 2\n";
	if (strcmp(s->name, "memory_kib") == 0)
		more = "memory_max_kib = 4194304\n";
	if (strcmp(s->name, "memory_max_kib") == 0)
		more = "memory_kib = 19456\n";
	if (strcmp(s->name, "per_uid") == 0)
		more = "connections = 65536\n";
	if (strcmp(s->name, "connections") == 0)
		more = "per_uid = 4\n";
	snprintf(text, sizeof(text), "[%s]\n%s = %llu\n%s", s->section, s->name,
		 (unsigned long long)value, more);
	return text;
}

static void test_every_number_at_its_limits(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(settings); i++) {
		const struct setting *s = &settings[i];
		char complaint[160];
		struct conf *c;

		if (s->unit == NULL)
			continue;
		for (int top = 0; top < 2; top++) {
			c = read_text(with(s, top ? s->max : s->min));
			if (c == NULL)
				fail_msg("refused: %s", err);
			assert_int_equal(value_in(c, s), top ? s->max : s->min);
			conf_free(c);
		}
		snprintf(complaint, sizeof(complaint),
			 "%s = '%u': write a number of %s from %u to %u", s->name, s->max + 1,
			 s->unit, s->min, s->max);
		assert_refused(with(s, (uint64_t)s->max + 1), 2, complaint);
		if (s->min == 0)
			continue;
		snprintf(complaint, sizeof(complaint),
			 "%s = '%u': write a number of %s from %u to %u", s->name, s->min - 1,
			 s->unit, s->min, s->max);
		assert_refused(with(s, s->min - 1), 2, complaint);
	}
}

static void test_what_is_no_number(void **state)
{
	static const char *const bad[] = { "-1", "+14", "1.5", "0x10", "14 days", "14d", "1e1",
					   "fourteen", "yes", "4294967310", "14,", "\"14\"",
					   "18446744073709551630", "99999999999999999999" };
	char text[128], complaint[160];

	(void)state;
	for (size_t i = 0; i < N(bad); i++) {
		snprintf(text, sizeof(text), "[pin]\n\nwarn_days = %s\n", bad[i]);
		snprintf(complaint, sizeof(complaint),
			 "warn_days = '%s': write a number of days from 0 to 90", bad[i]);
		assert_refused(text, 3, complaint);
	}
	assert_refused("[pin]\nwarn_days =\n", 2,
		       "warn_days = '': write a number of days from 0 to 90");
	assert_accepted("[pin]\nwarn_days = 0000000014\n");
	assert_refused("[pin]\nwarn_days = 00000000014\n", 2,
		       "warn_days = '00000000014': write a number of days from 0 to 90");
}

static void test_switches(void **state)
{
	static const char *const bad[] = { "Yes", "NO", "1", "0", "true", "on", "", "yes no" };
	struct conf *c = read_text("[pin]\nsimplified = no\n");
	char text[64], complaint[96];

	(void)state;
	assert_non_null(c);
	assert_int_equal(c->simplified, 0);
	conf_free(c);
	c = read_text("[pin]\nsimplified = yes\n");
	assert_non_null(c);
	assert_int_equal(c->simplified, 1);
	conf_free(c);
	for (size_t i = 0; i < N(bad); i++) {
		snprintf(text, sizeof(text), "[pin]\nsimplified = %s\n", bad[i]);
		snprintf(complaint, sizeof(complaint), "simplified = '%s': write yes or no",
			 bad[i]);
		assert_refused(text, 2, complaint);
	}
}

static void test_every_setting_only_once_and_at_home(void **state)
{
	char text[256], complaint[160];

	(void)state;
	for (size_t i = 0; i < N(settings); i++) {
		const struct setting *s = &settings[i];
		const char *value = s->unit != NULL ? "24" : "yes";
		const struct setting *home = &settings[0];

		if (s->unit != NULL)
			snprintf(text, sizeof(text), "[%s]\n%s = %u\n# again\n%s = %u\n",
				 s->section, s->name, s->value, s->name, s->value);
		else
			snprintf(text, sizeof(text), "[%s]\n%s = yes\n# again\n%s = no\n",
				 s->section, s->name, s->name);
		snprintf(complaint, sizeof(complaint), "'%s' is set twice", s->name);
		assert_refused(text, 4, complaint);
		while (strcmp(home->section, s->section) == 0)
			home++;
		snprintf(text, sizeof(text), "[%s]\n%s = %s\n", home->section, s->name, value);
		snprintf(complaint, sizeof(complaint), "unknown setting '%s' in [%s]", s->name,
			 home->section);
		assert_refused(text, 2, complaint);
		snprintf(text, sizeof(text), "%s = %s\n", s->name, value);
		snprintf(complaint, sizeof(complaint), "unknown setting '%s' in []", s->name);
		assert_refused(text, 1, complaint);
	}
}

static void test_settings_that_contradict(void **state)
{
	(void)state;
	assert_refused("[guesses]\nfree = 11\n", 0, "[guesses] limit (10) is below free (11)");
	assert_refused("[guesses]\nlimit = 61\n", 0,
		       "[guesses] limit + 8 * source_limit is 101: nobody gets more than 100 guesses");
	assert_accepted("[guesses]\nlimit = 60\n");
	assert_refused("[guesses]\nsource_limit = 12\n", 0,
		       "[guesses] limit + 8 * source_limit is 106: nobody gets more than 100 guesses");
	assert_accepted("[guesses]\nsource_limit = 11\n");
	assert_refused("[guesses]\nwait_max_s = 29\n", 0,
		       "[guesses] wait_max_s (29) is below wait_s (30)");
	assert_refused(
		"[hash]\npasses_max = 3\npasses = 4\n", 0,
		"[hash] passes_max and memory_max_kib must not be below passes and memory_kib");
	assert_refused(
		"[hash]\nmemory_max_kib = 65535\n", 0,
		"[hash] passes_max and memory_max_kib must not be below passes and memory_kib");
	assert_refused("[limits]\nconnections = 191\n", 0,
		       "[limits] per_uid (192) is above connections (191)");
	assert_accepted("[guesses]\nfree = 10\nwait_max_s = 30\n[limits]\nconnections = 192\n"
			"[hash]\npasses_max = 2\nmemory_max_kib = 65536\n");
}

static void test_needs_restart(void **state)
{
	struct conf *now, *next;
	char buf[256];

	(void)state;
	assert_int_equal(conf_defaults(&now), 0);
	for (size_t i = 0; i < N(settings); i++) {
		const struct setting *s = &settings[i];
		uint32_t other = s->value == s->max ? s->min : s->max;

		assert_int_equal(conf_defaults(&next), 0);
		memcpy((char *)next + s->off, &other, sizeof(other));
		assert_ptr_equal(conf_needs_restart(now, next, buf, sizeof(buf)), buf);
		assert_string_equal(buf, s->restart ? s->name : "");
		conf_free(next);
	}
	for (size_t i = 0; i < N(duties); i++) { /* groups and users are looked up at the start only */
		const uint32_t somebody = 1000;

		assert_int_equal(conf_defaults(&next), 0);
		memcpy((char *)next + duties[i].off, &somebody, sizeof(somebody));
		assert_string_equal(conf_needs_restart(now, next, buf, sizeof(buf)), duties[i].name);
		conf_free(next);
	}
	assert_int_equal(conf_defaults(&next), 0);
	next->queue++;
	next->map_mib++;
	next->workers++;
	assert_string_equal(conf_needs_restart(now, next, buf, sizeof(buf)),
			    "workers, queue, map_mib");
	for (size_t cap = 1; cap < sizeof(buf); cap++) { /* never beyond what it was given */
		memset(buf, 'x', sizeof(buf));
		conf_needs_restart(now, next, buf, cap);
		assert_in_range(strlen(buf), 0, cap - 1);
		for (size_t i = cap; i < sizeof(buf); i++)
			assert_int_equal(buf[i], 'x');
	}
	conf_free(now);
	conf_free(next);
}

static void test_an_error_in_any_room(void **state)
{
	char small[64];
	struct conf *c = NULL;

	(void)state;
	write_bytes("nonsense\n", 9);
	for (size_t cap = 1; cap < sizeof(small); cap++) {
		memset(small, 'x', sizeof(small));
		assert_int_equal(conf_read(&c, file, NULL, small, cap), -EINVAL);
		assert_in_range(strlen(small), 0, cap - 1);
		assert_int_equal(small[cap], 'x');
	}
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_defaults),
		TEST(test_the_table_is_the_expected_one),
		TEST(test_every_number_at_its_limits),
		TEST(test_what_is_no_number),
		TEST(test_switches),
		TEST(test_every_setting_only_once_and_at_home),
		TEST(test_settings_that_contradict),
		TEST(test_needs_restart),
		TEST(test_an_error_in_any_room),
	};

	return cmocka_run_group_tests_name("conf", tests, NULL, NULL);
}
