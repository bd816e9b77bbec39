/* SPDX-License-Identifier: BSD-2-Clause */
/* test_person.c - names and codes of what a person can be; the table of verdicts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "person.h"
#include "verdict.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

struct row {
	unsigned int code;
	const char *name;
};

struct list {
	const char *(*name)(unsigned int code);
	unsigned int (*of)(const char *name);
	const struct row *rows;
	size_t n;
};

/* Written out: these codes are stored and sent, so a changed one is a mistake. */
static const struct row levels[] = { { 1, "semplice" }, { 2, "dispositivo" } };
static const struct row categories[] = { { 1, "lavoratore" }, { 2, "pensionato" },
					 { 3, "autonomo" }, { 4, "impresa" },
					 { 5, "intermediario" }, { 6, "patronato" } };
static const struct row documents[] = { { 1, "carta-identita" }, { 2, "patente" },
					{ 3, "passaporto" } };

static const struct row gestioni[] = { { 1, "inps" }, { 2, "inpdap" }, { 3, "enpals" } };
static const struct row fonti[] = { { 1, "internet" },	{ 2, "sede" },	     { 3, "stampa" },
				    { 4, "patronato" }, { 5, "conoscenti" }, { 6, "altro" } };
static const struct row channels[] = { { 1, "web" }, { 2, "telefono" }, { 3, "sede" } };
static const struct row subtypes[] = { { 1, "titolare" },	     { 2, "delegato" },
				       { 3, "avvocato" },	     { 4, "commercialista" },
				       { 5, "ragioniere-perito" },   { 6, "associazione-categoria" },
				       { 7, "gruppo-impresa" } };

static const struct list lists[] = {
	{ level_name, level_of, levels, N(levels) },
	{ category_name, category_of, categories, N(categories) },
	{ document_name, document_of, documents, N(documents) },
	{ gestione_name, gestione_of, gestioni, N(gestioni) },
	{ fonte_name, fonte_of, fonti, N(fonti) },
	{ channel_name, channel_of, channels, N(channels) },
	{ subtype_name, subtype_of, subtypes, N(subtypes) },
};

static void test_names_and_codes(void **state)
{
	(void)state;
	for (size_t l = 0; l < N(lists); l++) {
		const struct list *list = &lists[l];

		for (size_t i = 0; i < list->n; i++) {
			assert_int_equal(list->of(list->rows[i].name), list->rows[i].code);
			assert_string_equal(list->name(list->rows[i].code), list->rows[i].name);
		}
		assert_string_equal(list->name(0), "-");
		for (unsigned int code = 1; code < 300; code++)
			if (code > list->n)
				assert_string_equal(list->name(code), "?");
	}
}

/* Nobody types them: they have no codes for names. */
static void test_ways(void **state)
{
	static const char *const names[] = { "-", "online", "fax", "sede", "?" };

	(void)state;
	for (unsigned int code = 0; code < 300; code++)
		assert_string_equal(way_name(code), names[code < 4 ? code : 4]);
}

static void test_what_is_no_name(void **state)
{
	static const char *const bad[] = { "", "-", "?", "Semplice", "SEMPLICE", "semplice ",
					   " semplice", "sempl", "semplicee", "1", "patent" };

	(void)state;
	for (size_t l = 0; l < N(lists); l++)
		for (size_t i = 0; i < N(bad); i++)
			assert_int_equal(lists[l].of(bad[i]), 0);
	assert_int_equal(level_of("patente"), 0); /* the lists do not mix */
	assert_int_equal(gestione_of("sede"), 0);
	assert_int_equal(channel_of("patronato"), 0);
}

/* Who asks for a firm, and what kinds of intermediary there are; nobody else has kinds. */
static void test_subtypes_belong_to_a_category(void **state)
{
	(void)state;
	for (unsigned int code = 0; code < 300; code++)
		assert_int_equal(subtype_category(code), code == 0 || code > 7 ? CATEGORY_NONE :
							 code <= 2 ? CATEGORY_IMPRESA :
								     CATEGORY_INTERMEDIARIO);
}

static void test_verdicts(void **state)
{
	static const struct {
		unsigned int code;
		const char *name;
		int exit;
	} frozen[] = {
		{ 0xa5, "OK", 0 },	{ 1, "MUST_CHANGE", 10 }, { 2, "WRONG", 11 },
		{ 3, "THROTTLED", 12 }, { 4, "BLOCKED", 13 },	  { 5, "LAPSED", 14 },
		{ 6, "LEVEL", 15 },	{ 7, "CATEGORY", 16 },	  { 8, "DELEGATION", 17 },
		{ 9, "DENIED", 18 },	{ 10, "UNKNOWN", 19 },	  { 11, "LIVE", 20 },
		{ 12, "REVOKED", 21 },	{ 13, "DOCUMENT", 22 },	  { 14, "COST", 23 },
		{ 15, "MISTYPED", 24 }, { 16, "STALE", 25 },	  { 17, "CONTACTS", 26 },
		{ 18, "BAD", 27 },	{ 19, "BUSY", 28 },	  { 20, "FAILED", 29 },
		{ 21, "STATE", 30 },	{ 22, "SELF", 31 },	  { 23, "LIMIT", 32 },
		{ 24, "REGISTRY", 33 }, { 25, "DETAILS", 34 },	  { 26, "BROKEN", 35 },
		{ 27, "REPLACED", 36 },
	};
	unsigned int known = 0;

	(void)state;
	for (size_t i = 0; i < N(frozen); i++) {
		assert_string_equal(verdict_name(frozen[i].code), frozen[i].name);
		assert_int_equal(verdict_exit(frozen[i].code), frozen[i].exit);
		assert_string_not_equal(verdict_text(frozen[i].code), "?");
	}
	for (unsigned int code = 0; code < 300; code++) {
		if (strcmp(verdict_name(code), "?") != 0) {
			known++;
			continue;
		}
		assert_string_equal(verdict_text(code), "?");
		assert_int_equal(verdict_exit(code), 29); /* never 0: unknown is no success */
	}
	assert_int_equal(known, N(frozen));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_and_codes),
		cmocka_unit_test(test_ways),
		cmocka_unit_test(test_what_is_no_name),
		cmocka_unit_test(test_subtypes_belong_to_a_category),
		cmocka_unit_test(test_verdicts),
	};

	return cmocka_run_group_tests_name("person", tests, NULL, NULL);
}
