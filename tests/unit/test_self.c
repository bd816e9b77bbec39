/* SPDX-License-Identifier: BSD-2-Clause */
/* test_self.c - what people ask about their own PIN: as much as a login, and paid for like one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <sodium.h>

#include "desk.h"

#define N(a)   (sizeof(a) / sizeof((a)[0]))
#define YEAR_S (365 * 86400)

static const enum wire_type verbs[] = { WIRE_SELF_STATUS, WIRE_SELF_CONVERT, WIRE_SELF_CONTACTS };

/* All three begin alike: cf, service, rhost, pin. What is asked makes sense. */
static struct wire_msg asking(enum wire_type type, const char *cf, const char *pin)
{
	struct wire_msg m = { .type = type };
	struct wire_self_status *q = &m.self_status;

	if (type == WIRE_SELF_CONVERT)
		m.self_convert = (struct wire_self_convert){ .doc_kind = DOCUMENT_PATENTE,
							     .doc_number = "U1X23",
							     .doc_issuer = "MIT-UCO",
							     .doc_until_s = desk.now_s + YEAR_S,
							     .sha256 = { 9, 8 } };
	if (type == WIRE_SELF_CONTACTS)
		m.self_contacts = (struct wire_self_contacts){ .email = "new@example.net",
							       .phone = "3477654321" };
	snprintf(q->cf, sizeof(q->cf), "%s", cf);
	snprintf(q->service, sizeof(q->service), "self");
	snprintf(q->pin, sizeof(q->pin), "%s", pin);
	return m;
}

static enum verdict ask(enum wire_type type, const char *cf, const char *pin)
{
	struct wire_msg m = asking(type, cf, pin);

	return desk_ask(&desk_web, &m);
}

static void ann_has_a_pin(char pin[static 17])
{
	assert_int_equal(desk_issue(ANN, ANN_16, LEVEL_SEMPLICE), V_OK);
	desk_first_login(ANN, ANN_16, pin);
}

static const struct wire_self_is *told(const char *pin)
{
	assert_int_equal(ask(WIRE_SELF_STATUS, ANN, pin), V_OK);
	assert_int_equal(desk.rep.type, WIRE_SELF_IS);
	return &desk.rep.self_is;
}

static void account_of(const char *cf, struct account *acc)
{
	assert_int_equal(account_get(&desk.sv.accounts, cf, acc), 0);
}

static void the_owner_is_told(void **state)
{
	const struct wire_self_is *me;
	uint64_t expires_s;
	char pin[17];

	(void)state;
	ann_has_a_pin(pin);
	me = told(pin);
	assert_int_equal(me->must_change, 0);
	assert_int_equal(me->level, LEVEL_SEMPLICE);
	assert_int_equal(me->category, CATEGORY_LAVORATORE);
	expires_s = me->expires_s;
	assert_int_equal(desk_status(ANN)->expires_s, expires_s);
	me = told(pin);
	assert_int_equal(me->asked_s, 0);
	assert_string_equal(me->email, "a***@example.org");
	assert_string_equal(me->phone, "+**********67");
	assert_int_equal(desk.events[EVENT_ACCEPTED], 3); /* the first login, and these */
}

/* Wrong, unknown, revoked: the same bytes as AUTHENTICATE's, and as many hashes. */
static void refusals_look_alike(void **state)
{
	uint8_t bytes[WIRE_MAX];
	char pin[17];
	size_t len;

	(void)state;
	ann_has_a_pin(pin);
	assert_int_equal(desk_issue(BOB, BOB_16, LEVEL_SEMPLICE), V_OK);
	assert_int_equal(desk_revoke(BOB), V_OK);
	assert_int_equal(desk_wrong(EVE), V_WRONG);
	memcpy(bytes, desk.bytes, desk.len);
	len = desk.len;
	for (size_t i = 0; i < N(verbs); i++) {
		static const char *const who[] = { ANN, BOB, EVE };
		static const char *const texts[] = { "ABCD2345", "ABCD2345EFGH6788", "no PIN" };

		for (size_t w = 0; w < N(who); w++)
			for (size_t t = 0; t < N(texts); t++) {
				char text[17];

				snprintf(text, sizeof(text), "%s", texts[t]);
				text[0] = (char)('A' + (char)i); /* each another attempt */
				desk.now_s += 86400;
				desk.hashes = 0;
				assert_int_equal(ask(verbs[i], who[w], text), V_WRONG);
				assert_int_equal(desk.hashes, t == 1 ? 2 : 1);
				assert_int_equal(desk.len, len);
				assert_memory_equal(desk.bytes, bytes, len);
			}
	}
}

/* Charged before it is compared, slowed down, blocked: no way around the guesses' budget. */
static void guesses_are_charged(void **state)
{
	char pin[17];

	(void)state;
	ann_has_a_pin(pin);
	for (size_t i = 0; i < N(verbs); i++) {
		char guess[9];

		snprintf(guess, sizeof(guess), "9999000%zu", i);
		assert_int_equal(ask(verbs[i], ANN, guess), V_WRONG);
		assert_int_equal(desk_spent(ANN), i + 1);
		assert_int_equal(desk.fails_at_hash, i + 1); /* on disk before the hash */
	}
	for (size_t i = 0; i < N(verbs); i++) {
		assert_int_equal(ask(verbs[i], ANN, pin), V_THROTTLED);
		assert_int_equal(desk.rep.verdict.wait_s, desk.sv.conf->wait_s); /* how long, as at a login */
	}
	for (unsigned int i = 0; ask(WIRE_SELF_STATUS, ANN, pin) != V_OK && i < 40; i++)
		desk.now_s += 3600;
	for (unsigned int i = 0; i < 12; i++) { /* the same budget for all doors */
		char guess[9];

		desk.now_s += 7200; /* longer than any wait, and not long enough to be forgotten */
		snprintf(guess, sizeof(guess), "8888%04u", i);
		(void)ask(verbs[i % N(verbs)], EVE, guess);
		(void)ask(verbs[i % N(verbs)], ANN, guess);
	}
	assert_int_equal(ask(WIRE_SELF_CONTACTS, ANN, "77770000"), V_BLOCKED);
	assert_int_equal(ask(WIRE_SELF_CONTACTS, EVE, "77770000"), V_BLOCKED); /* nobody, and the same */
	assert_int_equal(ask(WIRE_SELF_STATUS, ANN, pin), V_BLOCKED); /* from here, even the right one */
}

/* It is told that a PIN must be renewed, to who has it; nothing else is done with such a PIN. */
static void a_temporary_pin_is_only_to_be_renewed(void **state)
{
	struct account acc;
	char pin[17];

	(void)state;
	assert_int_equal(desk_issue(ANN, ANN_16, LEVEL_SEMPLICE), V_OK);
	assert_int_equal(told(ANN_16)->must_change, 1);
	assert_int_equal(told(ANN_16)->expires_s, 0);
	assert_string_equal(told(ANN_16)->email, "");
	assert_int_equal(ask(WIRE_SELF_CONVERT, ANN, ANN_16), V_MUST_CHANGE);
	assert_int_equal(ask(WIRE_SELF_CONTACTS, ANN, ANN_16), V_MUST_CHANGE);
	assert_true(sodium_is_zero(desk.rep.verdict.grant, WIRE_GRANT_LEN));
	account_of(ANN, &acc);
	assert_string_equal(acc.email, "");
	assert_int_equal(acc.asked.way, WAY_NONE);
	desk_first_login(ANN, ANN_16, pin);
	assert_int_equal(told(pin)->must_change, 0);
	desk.now_s = desk_status(ANN)->expires_s;
	assert_int_equal(told(pin)->must_change, 1);
	assert_int_equal(ask(WIRE_SELF_CONTACTS, ANN, pin), V_MUST_CHANGE);
	desk.now_s = desk_status(ANN)->lapses_s;
	assert_int_equal(ask(WIRE_SELF_STATUS, ANN, pin), V_LAPSED);
}

static void contacts_are_replaced(void **state)
{
	struct wire_msg m;
	struct account acc;
	char pin[17];

	(void)state;
	ann_has_a_pin(pin);
	assert_int_equal(ask(WIRE_SELF_CONTACTS, ANN, "ABCD2345"), V_WRONG);
	account_of(ANN, &acc);
	assert_string_equal(acc.email, "a@example.org");
	m = asking(WIRE_SELF_CONTACTS, ANN, pin);
	m.self_contacts.phone[0] = '\0';
	assert_int_equal(desk_ask(&desk_web, &m), V_OK);
	account_of(ANN, &acc);
	assert_string_equal(acc.email, "new@example.net");
	assert_string_equal(acc.phone, "+393331234567"); /* as it was */
	m.self_contacts.email[0] = '\0';
	snprintf(m.self_contacts.phone, sizeof(m.self_contacts.phone), "347 7654321");
	assert_int_equal(desk_ask(&desk_web, &m), V_OK);
	account_of(ANN, &acc);
	assert_string_equal(acc.email, "new@example.net");
	assert_string_equal(acc.phone, "+393477654321");
	assert_int_equal(desk.events[EVENT_CONTACTS], 2);
	assert_int_equal(desk_auth(ANN, pin), V_OK); /* the same PIN */
}

/* Who sends nonsense learns nothing and pays nothing, whoever the person is. */
static void nonsense_is_no_attempt(void **state)
{
	static const char *const who[] = { ANN, EVE };
	char pin[17];

	(void)state;
	ann_has_a_pin(pin);
	desk.hashes = 0;
	for (size_t w = 0; w < N(who); w++) {
		struct wire_msg m = asking(WIRE_SELF_CONTACTS, who[w], pin);

		snprintf(m.self_contacts.email, sizeof(m.self_contacts.email), "not an address");
		assert_int_equal(desk_ask(&desk_web, &m), V_CONTACTS);
		m.self_contacts.email[0] = m.self_contacts.phone[0] = '\0';
		assert_int_equal(desk_ask(&desk_web, &m), V_CONTACTS);
		m = asking(WIRE_SELF_CONVERT, who[w], pin);
		m.self_convert.doc_until_s = desk.now_s;
		assert_int_equal(desk_ask(&desk_web, &m), V_DOCUMENT);
		m = asking(WIRE_SELF_CONVERT, who[w], pin);
		memset(m.self_convert.sha256, 0, sizeof(m.self_convert.sha256)); /* no copy */
		assert_int_equal(desk_ask(&desk_web, &m), V_DOCUMENT);
		assert_int_equal(desk_spent(who[w]), 0);
	}
	assert_int_equal(ask(WIRE_SELF_STATUS, "12345678903", pin), V_BAD);
	assert_int_equal(desk.hashes, 0);
}

static void the_owner_asks_and_an_approver_answers(void **state)
{
	const struct peer chief = { ROLE_ADMIN, true, 33, DUTY_APPROVER }; /* the web's uid is nobody's */
	struct wire_msg judge = { .type = WIRE_CONVERT_JUDGE,
				  .convert_judge = { .cf = ANN, .approve = 1 } };
	const struct wire_record *rec;
	char pin[17];

	(void)state;
	ann_has_a_pin(pin);
	assert_int_equal(ask(WIRE_SELF_CONVERT, ANN, "ABCD2345"), V_WRONG);
	assert_int_equal(desk_status(ANN)->asked_s, 0);
	assert_int_equal(ask(WIRE_SELF_CONVERT, ANN, pin), V_OK);
	rec = desk_status(ANN);
	assert_int_equal(rec->asked_way, WAY_ONLINE);
	assert_int_equal(rec->asked_by, UINT32_MAX);
	assert_int_equal(rec->asked_kind, DOCUMENT_PATENTE);
	assert_int_equal(rec->asked_sha256[0], 9);
	assert_int_equal(rec->level, LEVEL_SEMPLICE);
	assert_int_equal(told(pin)->asked_s, desk.now_s);
	assert_int_equal(told(pin)->asked_way, WAY_ONLINE);
	judge.convert_judge.rev = desk_status(ANN)->rev;
	assert_int_equal(desk_ask(&chief, &judge), V_OK);
	assert_int_equal(told(pin)->level, LEVEL_DISPOSITIVO);
	assert_int_equal(told(pin)->asked_s, 0);
	assert_int_equal(ask(WIRE_SELF_CONVERT, ANN, pin), V_STATE);
}

/* The service has its say, as at a login; and after the PIN, so that it tells nothing of it. */
static void the_service_is_asked(void **state)
{
	char pin[17];

	(void)state;
	desk_service("self", LEVEL_SEMPLICE, 1u << CATEGORY_PATRONATO, (uid_t)-1);
	ann_has_a_pin(pin);
	for (size_t i = 0; i < N(verbs); i++) {
		struct wire_msg m = asking(verbs[i], ANN, "ABCD2345");

		m.self_status.pin[7] = (char)('0' + (char)i);
		assert_int_equal(desk_ask(&desk_web, &m), V_WRONG);
		assert_int_equal(ask(verbs[i], ANN, pin), V_CATEGORY);
	}
	assert_int_equal(desk_status(ANN)->asked_s, 0);
	desk.sv.conf->services[desk.sv.conf->n_services - 1].n_peers = 1;
	desk.sv.conf->services[desk.sv.conf->n_services - 1].peers[0] = 44;
	for (size_t i = 0; i < N(verbs); i++)
		assert_int_equal(ask(verbs[i], ANN, pin), V_DENIED);
}

/* It is no login: nothing follows from it. And what was changed is in the chain. */
static void it_lets_nobody_in(void **state)
{
	struct wire_msg head = { .type = WIRE_AUDIT_HEAD }, m = { .type = WIRE_AUDIT_GET };
	char pin[17];

	(void)state;
	ann_has_a_pin(pin);
	assert_int_equal(ask(WIRE_SELF_STATUS, ANN, pin), V_OK);
	assert_int_equal(ask(WIRE_SELF_CONTACTS, ANN, pin), V_OK);
	assert_int_equal(desk_authorize(&desk_web, ANN, "self"), V_DENIED);
	assert_int_equal(desk_ask(&desk_admin, &head), V_OK);
	m.audit_get.serial = desk.rep.audit_end.serial;
	assert_int_equal(desk_ask(&desk_admin, &m), V_OK);
	assert_int_equal(desk.rep.audit_is.verb, WIRE_SELF_CONTACTS);
	assert_string_equal(desk.rep.audit_is.cf, ANN);
	assert_string_equal(desk.rep.audit_is.detail, "email, phone"); /* which, not what */
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, desk_open, desk_close)
	const struct CMUnitTest tests[] = {
		TEST(the_owner_is_told),
		TEST(refusals_look_alike),
		TEST(guesses_are_charged),
		TEST(a_temporary_pin_is_only_to_be_renewed),
		TEST(contacts_are_replaced),
		TEST(nonsense_is_no_attempt),
		TEST(the_owner_asks_and_an_approver_answers),
		TEST(the_service_is_asked),
		TEST(it_lets_nobody_in),
	};

	return cmocka_run_group_tests_name("self", tests, NULL, NULL);
}
