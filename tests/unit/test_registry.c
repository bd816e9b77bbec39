/* SPDX-License-Identifier: BSD-2-Clause */
/* test_registry.c - lines of registries: what belongs into one, and what an import leaves behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "desk.h"
#include "dossier.h"

#define FIRM "01234560587" /* an invented company */

static const struct peer clerk = { ROLE_ADMIN, true, 1001, DUTY_HELPDESK },
			 boss = { ROLE_ADMIN, true, 1002, DUTY_APPROVER },
			 auditor = { ROLE_ADMIN, true, 1004, DUTY_AUDITOR };

static struct wire_msg line(enum registry registry, const char *code, const char *cf)
{
	struct wire_msg m = { .type = WIRE_REGISTRY_PUT,
			      .registry_put.registry = (uint8_t)registry };

	snprintf(m.registry_put.code, sizeof(m.registry_put.code), "%s", code);
	snprintf(m.registry_put.cf, sizeof(m.registry_put.cf), "%s", cf);
	return m;
}

static struct wire_msg address(const char *code, const char *name, const char *street, const char *town)
{
	struct wire_msg m = line(REGISTRY_INDIRIZZI, code, "");

	snprintf(m.registry_put.name, sizeof(m.registry_put.name), "%s", name);
	snprintf(m.registry_put.street, sizeof(m.registry_put.street), "%s", street);
	snprintf(m.registry_put.town, sizeof(m.registry_put.town), "%s", town);
	return m;
}

static enum verdict begin(const struct peer *who, unsigned int registry)
{
	struct wire_msg m = { .type = WIRE_REGISTRY_BEGIN,
			      .registry_begin.registry = (uint8_t)registry };

	return desk_ask(who, &m);
}

static int open_imports(void **state)
{
	return desk_open(state) == 0 && begin(&boss, REGISTRY_MATRICOLE) == V_OK &&
			       begin(&boss, REGISTRY_PATRONATI) == V_OK &&
			       begin(&boss, REGISTRY_INDIRIZZI) == V_OK
		       ? 0
		       : -1;
}

static enum verdict put(struct wire_msg m)
{
	return desk_ask(&boss, &m);
}

static enum verdict put_name(const char *name)
{
	return put(address(ANN, name, "Via Roma 1", "00144 ROMA RM"));
}

/* A line as it is on record. */
static enum verdict get(unsigned int registry, const char *code)
{
	struct wire_msg m = { .type = WIRE_REGISTRY_GET,
			      .registry_get.registry = (uint8_t)registry };

	snprintf(m.registry_get.code, sizeof(m.registry_get.code), "%s", code);
	return desk_ask(&clerk, &m);
}

static uint64_t acts(void)
{
	struct wire_msg m = { .type = WIRE_AUDIT_HEAD };

	desk_ask(&auditor, &m);
	return desk.rep.audit_end.serial;
}

static void a_line_is_kept_as_it_was_put(void **state)
{
	const struct wire_registry_is *is = &desk.rep.registry_is;

	(void)state;
	assert_int_equal(get(REGISTRY_MATRICOLE, "M0001"), V_UNKNOWN);
	assert_int_equal(put(line(REGISTRY_MATRICOLE, "M0001", FIRM)), V_OK);
	assert_int_equal(get(REGISTRY_MATRICOLE, "M0001"), V_OK);
	assert_int_equal(desk.rep.type, WIRE_REGISTRY_IS);
	assert_true(strcmp(is->code, "M0001") == 0 && strcmp(is->cf, FIRM) == 0 && is->name[0] == '\0');
	assert_int_equal(put(line(REGISTRY_MATRICOLE, "M0001", ANN)), V_OK); /* replaced */
	get(REGISTRY_MATRICOLE, "M0001");
	assert_string_equal(is->cf, ANN);
	assert_int_equal(put(line(REGISTRY_PATRONATI, ANN, "")), V_OK);
	assert_int_equal(put(address(ANN, "Anna Rossi", "Via Citt\xc3\xa0 1", "00144 ROMA RM")), V_OK);
	assert_int_equal(get(REGISTRY_INDIRIZZI, ANN), V_OK);
	assert_string_equal(is->name, "Anna Rossi");
	assert_string_equal(is->street, "Via Citt\xc3\xa0 1");
	assert_string_equal(is->town, "00144 ROMA RM");
	assert_string_equal(is->cf, "");
	get(REGISTRY_PATRONATI, ANN); /* the registries do not mix */
	assert_string_equal(is->name, "");
	assert_int_equal(get(REGISTRY_PATRONATI, BOB), V_UNKNOWN);
	assert_int_equal(get(REGISTRY_MATRICOLE, ANN), V_UNKNOWN);
}

static void there_are_three_registries(void **state)
{
	struct wire_msg m;

	(void)state;
	for (unsigned int r = 0; r < 256; r++) {
		bool is = r >= REGISTRY_MATRICOLE && r <= REGISTRY_INDIRIZZI;

		m = line((enum registry)r, ANN, "");
		if (!is)
			assert_int_equal(put(m), V_BAD);
		assert_int_equal(get(r, BOB), is ? V_UNKNOWN : V_BAD);
		if (!is)
			assert_int_equal(begin(&boss, r), V_BAD);
		m = (struct wire_msg){ .type = WIRE_REGISTRY_DONE, .registry_done.registry = (uint8_t)r };
		assert_int_equal(desk_ask(&boss, &m), is ? V_OK : V_BAD);
	}
	assert_int_equal(acts(), 3 + 3);
}

static void codes_are_canonical(void **state)
{
	static const char *const bad_matricole[] = { "", "m0001", "M 0001", "M-0001", "M0001\n", "\xc3\xa0" };
	static const char *const bad_cfs[] = { "", "rssmra85t10a562s", "RSSMRA85T10A562T", "01234560588",
					       " " ANN, "IT" FIRM };

	(void)state;
	for (size_t i = 0; i < sizeof(bad_matricole) / sizeof(*bad_matricole); i++)
		assert_int_equal(put(line(REGISTRY_MATRICOLE, bad_matricole[i], FIRM)), V_BAD);
	for (size_t i = 0; i < sizeof(bad_cfs) / sizeof(*bad_cfs); i++) {
		assert_int_equal(put(line(REGISTRY_MATRICOLE, "M0001", bad_cfs[i])), V_BAD);
		assert_int_equal(put(line(REGISTRY_PATRONATI, bad_cfs[i], "")), V_BAD);
		assert_int_equal(put(address(bad_cfs[i], "A", "B", "C")), V_BAD);
	}
	assert_int_equal(put(line(REGISTRY_PATRONATI, FIRM, "")), V_BAD); /* people help people */
	assert_int_equal(put(line(REGISTRY_MATRICOLE, "ABCDEFGHIJ0123456789", FIRM)), V_OK);
	assert_int_equal(put(address(FIRM, "Musica S.r.l.", "Via Roma 1", "00144 ROMA RM")), V_OK);
}

static void what_does_not_belong_is_refused(void **state)
{
	struct wire_msg m;

	(void)state;
	m = line(REGISTRY_MATRICOLE, "M0001", FIRM);
	snprintf(m.registry_put.town, sizeof(m.registry_put.town), "ROMA");
	assert_int_equal(put(m), V_DETAILS);
	assert_int_equal(put(line(REGISTRY_PATRONATI, ANN, BOB)), V_DETAILS);
	m = address(ANN, "A", "B", "C");
	snprintf(m.registry_put.cf, sizeof(m.registry_put.cf), BOB);
	assert_int_equal(put(m), V_DETAILS);
	assert_int_equal(put(address(ANN, "", "B", "C")), V_DETAILS);
	assert_int_equal(put(address(ANN, "A", "", "C")), V_DETAILS);
	assert_int_equal(put(address(ANN, "A", "B", "")), V_DETAILS);
	assert_int_equal(put(address(ANN, "A", " ", "C")), V_DETAILS);
	assert_int_equal(get(REGISTRY_INDIRIZZI, ANN), V_UNKNOWN);
}

/* What is printed on an envelope: UTF-8 without control characters, so no line more than there is. */
static void what_can_be_printed(void **state)
{
	static const char *const good[] = { "A", "Nicol\xc3\xb2 D'Al\xc3\xac", "\xe2\x82\xac 1", "\xc2\xa0x",
					    "\xf0\x9f\x8f\xa0", "\xed\x9f\xbf", "\xee\x80\x80",
					    "\xf4\x8f\xbf\xbf", "\xe0\xa0\x80" };
	static const char *const bad[] = { "A\nB", "A\rB", "A\tB", "A\x1b[2J", "A\x7f", "\x01",
					   "\xc2\x85",		 /* NEL: a C1 control */
					   "Nicol\xf2",		 /* ISO 8859-1 */
					   "\xc3",		 /* cut */
					   "\xe2\x82",		 /* cut */
					   "\xe2\x82 x",	 /* cut, then more */
					   "\xc0\xaf",		 /* overlong */
					   "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf",
					   "\xed\xa0\x80",	 /* surrogate */
					   "\xf4\x90\x80\x80",	 /* beyond Unicode */
					   "\xf5\x80\x80\x80", "\xff", "\x80" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		if (put_name(good[i]) != V_OK)
			fail_msg("good %zu", i);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (put_name(bad[i]) != V_DETAILS)
			fail_msg("bad %zu", i);
	for (unsigned int c = 1; c < 256; c++) { /* each byte alone */
		const char text[2] = { (char)c, '\0' };

		assert_int_equal(put_name(text), c > ' ' && c < 0x7f ? V_OK : V_DETAILS);
	}
}

/* A million lines are no million acts; the import is one, with what it was made of. */
static void an_import_is_one_act(void **state)
{
	struct wire_msg m = { .type = WIRE_REGISTRY_DONE,
			      .registry_done = { .registry = REGISTRY_MATRICOLE, .lines = 1234567 } };
	struct wire_msg look = { .type = WIRE_AUDIT_GET, .audit_get.serial = 3 + 1 };
	uint64_t commits;

	(void)state;
	put(line(REGISTRY_MATRICOLE, "M0001", FIRM));
	put(line(REGISTRY_MATRICOLE, "M0002", FIRM));
	assert_int_equal(acts(), 3); /* that imports began */
	commits = desk.sv.accounts.commits;
	put(line(REGISTRY_MATRICOLE, "M0002", FIRM)); /* the same again */
	assert_int_equal(desk.sv.accounts.commits, commits);
	memset(m.registry_done.sha256, 0xab, sizeof(m.registry_done.sha256));
	assert_int_equal(desk_ask(&boss, &m), V_OK);
	assert_int_equal(desk_ask(&boss, &m), V_STATE); /* it is over */
	assert_int_equal(acts(), 4);
	assert_int_equal(desk_ask(&auditor, &look), V_OK);
	assert_int_equal(desk.rep.audit_is.verb, WIRE_REGISTRY_DONE);
	assert_int_equal(desk.rep.audit_is.uid, 1002);
	assert_string_equal(desk.rep.audit_is.object, "matricole");
	assert_string_equal(desk.rep.audit_is.detail,
			    "1234567 lines, sha256 "
			    "abababababababababababababababababababababababababababababababab");
}

/* No line without an act: by that operator, into that registry, of that day. */
static void a_line_needs_an_import_that_began(void **state)
{
	const struct peer boss_2 = { ROLE_ADMIN, true, 1003, DUTY_APPROVER };
	struct wire_msg m = line(REGISTRY_PATRONATI, ANN, ""), look = { .type = WIRE_AUDIT_GET };
	struct wire_msg done = { .type = WIRE_REGISTRY_DONE,
				 .registry_done.registry = REGISTRY_PATRONATI };

	(void)state;
	assert_int_equal(desk_ask(&boss_2, &m), V_STATE);
	assert_int_equal(desk_ask(&boss_2, &done), V_STATE);
	assert_int_equal(begin(&boss_2, REGISTRY_MATRICOLE), V_OK);
	assert_int_equal(desk_ask(&boss_2, &m), V_STATE);
	assert_int_equal(begin(&clerk, REGISTRY_PATRONATI), V_DENIED);
	assert_int_equal(begin(&boss_2, REGISTRY_PATRONATI), V_OK);
	look.audit_get.serial = acts();
	assert_int_equal(desk_ask(&auditor, &look), V_OK);
	assert_int_equal(desk.rep.audit_is.verb, WIRE_REGISTRY_BEGIN);
	assert_int_equal(desk.rep.audit_is.uid, boss_2.uid);
	assert_string_equal(desk.rep.audit_is.object, "patronati");
	desk.now_s += 86400;
	assert_int_equal(desk_ask(&boss_2, &m), V_STATE); /* it was given up */
	assert_int_equal(get(REGISTRY_PATRONATI, ANN), V_UNKNOWN);
	assert_int_equal(begin(&boss_2, REGISTRY_PATRONATI), V_OK);
	desk.now_s += 86399;
	assert_int_equal(desk_ask(&boss_2, &m), V_OK);
	assert_int_equal(desk_ask(&boss_2, &done), V_OK);
	assert_int_equal(desk_ask(&boss_2, &m), V_STATE);
}

/* Where a letter goes, and whose a matricola is, changes by an act that says what was. */
static void a_line_that_replaces_another_is_an_act(void **state)
{
	struct wire_msg look = { .type = WIRE_AUDIT_GET };
	uint64_t before;

	(void)state;
	assert_int_equal(put(address(ANN, "Anna", "Via Roma 1", "00144 ROMA RM")), V_OK);
	assert_int_equal(put(line(REGISTRY_MATRICOLE, "M0001", FIRM)), V_OK);
	before = acts();
	assert_int_equal(put(address(ANN, "Anna", "Via Roma 1", "00144 ROMA RM")), V_OK); /* the same */
	assert_int_equal(acts(), before);
	assert_int_equal(put(address(ANN, "Anna", "Via Ladri 2", "00144 ROMA RM")), V_OK);
	assert_int_equal(put(line(REGISTRY_MATRICOLE, "M0001", ANN)), V_OK);
	assert_int_equal(acts(), before + 2);
	look.audit_get.serial = before + 1;
	assert_int_equal(desk_ask(&auditor, &look), V_OK);
	assert_int_equal(desk.rep.audit_is.verb, WIRE_REGISTRY_PUT);
	assert_int_equal(desk.rep.audit_is.uid, boss.uid);
	assert_string_equal(desk.rep.audit_is.cf, ANN);
	assert_string_equal(desk.rep.audit_is.object, "indirizzi");
	assert_string_equal(desk.rep.audit_is.detail, "was Via Roma 1, 00144 ROMA RM");
	look.audit_get.serial = before + 2;
	assert_int_equal(desk_ask(&auditor, &look), V_OK);
	assert_string_equal(desk.rep.audit_is.object, "matricole");
	assert_string_equal(desk.rep.audit_is.detail, "M0001 was of " FIRM);
	get(REGISTRY_INDIRIZZI, ANN);
	assert_string_equal(desk.rep.registry_is.street, "Via Ladri 2");
}

/* ---- two imports at once: a line moves while it is put ---- */

static struct store_ops moving;
static int moves;

static int move_first(struct store *s, const struct store_change *changes, size_t n)
{
	struct store_row row;
	struct store_change same;

	if (changes[0].table == STORE_REGISTRY && moves-- > 0) { /* somebody was faster */
		assert_int_equal(store_mem.get(s, STORE_REGISTRY, changes[0].key, &row), 0);
		row.rev = changes[0].row->rev;
		row.len = changes[0].row->len;
		memcpy(row.bytes, changes[0].row->bytes, row.len);
		same = (struct store_change){ STORE_REGISTRY, changes[0].key, &row };
		assert_int_equal(store_mem.commit(s, &same, 1), 0);
	}
	return store_mem.commit(s, changes, n);
}

static void a_line_that_moved_is_put_again(void **state)
{
	(void)state;
	moving = store_mem;
	moving.commit = move_first;
	desk.store->ops = &moving;
	moves = 1;
	assert_int_equal(put(line(REGISTRY_MATRICOLE, "M0001", FIRM)), V_OK);
	moves = 3;
	assert_int_equal(put(line(REGISTRY_MATRICOLE, "M0001", ANN)), V_OK);
	desk.store->ops = &store_mem;
	get(REGISTRY_MATRICOLE, "M0001");
	assert_string_equal(desk.rep.registry_is.cf, ANN);
}

static int full(struct store *s, const struct store_change *changes, size_t n)
{
	(void)s, (void)changes, (void)n;
	return -28; /* ENOSPC */
}

static void a_full_disk_is_told(void **state)
{
	(void)state;
	moving = store_mem;
	moving.commit = full;
	desk.store->ops = &moving;
	assert_int_equal(put(line(REGISTRY_MATRICOLE, "M0001", FIRM)), V_FAILED);
	assert_int_not_equal(desk.sv.accounts.broken, 0);
	desk.store->ops = &store_mem;
}

/* A row that was brought here from elsewhere opens nothing. */
static void a_row_that_was_moved_is_no_line(void **state)
{
	uint8_t from[STORE_KEY_LEN], to[STORE_KEY_LEN];
	struct store_row row;
	struct store_change forged = { STORE_REGISTRY, to, &row };

	(void)state;
	put(line(REGISTRY_MATRICOLE, "M0001", FIRM));
	dossier_registry_key(from, desk.keys, REGISTRY_MATRICOLE, "M0001");
	dossier_registry_key(to, desk.keys, REGISTRY_MATRICOLE, "M0002");
	assert_int_equal(store_mem.get(desk.store, STORE_REGISTRY, from, &row), 0);
	row.rev = 0;
	assert_int_equal(store_mem.commit(desk.store, &forged, 1), 0);
	assert_int_equal(get(REGISTRY_MATRICOLE, "M0002"), V_FAILED);
	assert_int_equal(put(line(REGISTRY_MATRICOLE, "M0002", FIRM)), V_FAILED);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_imports, desk_close)
	const struct CMUnitTest tests[] = {
		TEST(a_line_is_kept_as_it_was_put),
		TEST(there_are_three_registries),
		TEST(codes_are_canonical),
		TEST(what_does_not_belong_is_refused),
		TEST(what_can_be_printed),
		TEST(an_import_is_one_act),
		TEST(a_line_needs_an_import_that_began),
		TEST(a_line_that_replaces_another_is_an_act),
		TEST(a_line_that_moved_is_put_again),
		TEST(a_full_disk_is_told),
		TEST(a_row_that_was_moved_is_no_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
