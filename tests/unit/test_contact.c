/* SPDX-License-Identifier: BSD-2-Clause */
/* test_contact.c - mobile numbers and e-mail addresses, taken and refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "contact.h"

#define X10 "xxxxxxxxxx"
#define X60 X10 X10 X10 X10 X10 X10

struct row {
	const char *typed, *out; /* "": refused */
};

/* clang-format off */
static const struct row phones[] = {
	{ "3471234567", "+393471234567" },
	{ "347123456", "+39347123456" },
	{ " 347 12.34-567 ", "+393471234567" },
	{ "(347)/1234567", "+393471234567" },
	{ "+393471234567", "+393471234567" },
	{ "+39 347 123456", "+39347123456" },
	{ "00393471234567", "+393471234567" },
	{ "0039 347 1234567", "+393471234567" },
	{ "0 0 39 3471234567", "+393471234567" },
	{ "(+39) 3471234567", "+393471234567" },
	{ "3934712345", "+393934712345" }, /* prefix 393 is a mobile one */
	{ "+41791234567", "+41791234567" },
	{ "0041 79 123 45 67", "+41791234567" },
	{ "+12345678", "+12345678" },
	{ "+123456789012345", "+123456789012345" },
	{ "00123456789012345", "+123456789012345" },
	{ "+3781234567", "+3781234567" },

	{ "", "" },
	{ " ", "" },
	{ "+", "" },
	{ "00", "" },
	{ "+00", "" },
	{ "+39", "" },
	{ "0039", "" },
	{ "34712345", "" },        /* 8 digits */
	{ "34712345678", "" },     /* 11 */
	{ "393471234567", "" },    /* 39 without + or 00 */
	{ "0612345678", "" },      /* no mobile one */
	{ "2471234567", "" },
	{ "800164164", "" },
	{ "+390612345678", "" },
	{ "0039 06 12345678", "" },
	{ "+3934712345", "" },     /* Italian, 8 digits */
	{ "+3934712345678", "" },  /* Italian, 11 digits */
	{ "+1234567", "" },        /* 7 */
	{ "+1234567890123456", "" }, /* 16 */
	{ "001234567890123456", "" },
	{ "0012345678901234567", "" },
	{ "+01234567", "" },
	{ "+00393471234567", "" },
	{ "0003471234567", "" },
	{ "++393471234567", "" },
	{ "+ +393471234567", "" },
	{ "39+3471234567", "" },
	{ "3471234567+", "" },
	{ "347123456a", "" },
	{ "tel:3471234567", "" },
	{ "347123456O", "" },
	{ "347,1234567", "" },
	{ "3471234567\n", "" },
	{ "3471234567\t", "" },
	{ "347\xc2\xa0" "1234567", "" },
	{ "\xd9\xa3" "471234567", "" },
	{ "3471234567;3477654321", "" },
	{ "3471234567 3477654321 3477654321", "" },
};
/* clang-format on */

static void test_phone(void **state)
{
	char out[CONTACT_PHONE_MAX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(phones) / sizeof(phones[0]); i++) {
		memset(out, 'x', sizeof(out));
		assert_int_equal(contact_phone(out, phones[i].typed), phones[i].out[0] != '\0');
		assert_string_equal(out, phones[i].out);
	}
}

/* What is written out is read in as itself. */
static void test_phone_again(void **state)
{
	static const char *const typed[] = { "3471234567", "0041 79 123 45 67",
					     "+123456789012345" };
	char out[CONTACT_PHONE_MAX + 1], again[CONTACT_PHONE_MAX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(typed) / sizeof(typed[0]); i++) {
		assert_true(contact_phone(out, typed[i]));
		assert_true(contact_phone(again, out));
		assert_string_equal(again, out);
	}
}

/* clang-format off */
static const struct row emails[] = {
	{ "anna@example.it", "anna@example.it" },
	{ " \t anna@example.it\r\n", "anna@example.it" },
	{ "Anna.Rossi+inps@Posta.Example.IT", "Anna.Rossi+inps@Posta.Example.IT" },
	{ "a@b.c", "a@b.c" },
	{ "1@2.it", "1@2.it" },
	{ "!#$%&'*+-/=?^_`{|}~@example.it", "!#$%&'*+-/=?^_`{|}~@example.it" },
	{ "a@xn--bcher-kva.example", "a@xn--bcher-kva.example" },
	{ "a@b.xn--p1ai", "a@b.xn--p1ai" },
	{ "a-b@c-d.e2", "a-b@c-d.e2" },
	{ X60 "4444@b.it", X60 "4444@b.it" },     /* 64 before @ */
	{ "a@" X60 "333.it", "a@" X60 "333.it" }, /* 63 in a label */

	{ "", "" },
	{ " ", "" },
	{ "@", "" },
	{ "anna", "" },
	{ "anna@", "" },
	{ "@example.it", "" },
	{ "anna@example", "" },
	{ "anna@.it", "" },
	{ "anna@example.", "" },
	{ "anna@example.it.", "" },
	{ "anna@example..it", "" },
	{ "anna@-example.it", "" },
	{ "anna@example-.it", "" },
	{ "anna@example.it-", "" },
	{ "anna@exa_mple.it", "" },
	{ "anna@exa mple.it", "" },
	{ "anna@192.0.2.1", "" },
	{ "anna@[192.0.2.1]", "" },
	{ "anna@b@example.it", "" },
	{ "anna@@example.it", "" },
	{ "an na@example.it", "" },
	{ "an\tna@example.it", "" },
	{ "anna@example.it\nBcc: b@c.it", "" },
	{ "an\rna@example.it", "" },
	{ "an\001na@example.it", "" },
	{ "an\177na@example.it", "" },
	{ "\xc3\xa0nna@example.it", "" },
	{ "anna@ex\xc3\xa0mple.it", "" },
	{ ".anna@example.it", "" },
	{ "anna.@example.it", "" },
	{ "an..na@example.it", "" },
	{ "-anna@example.it", "" },
	{ "\"anna\"@example.it", "" },
	{ "<anna@example.it>", "" },
	{ "anna@example.it,", "" },
	{ "root,anna@example.it", "" },
	{ "a:b;anna@example.it", "" },
	{ "(c)anna@example.it", "" },
	{ "an\\na@example.it", "" },
	{ "[anna@example.it", "" },
	{ X60 "55555@b.it", "" },     /* 65 */
	{ "a@" X60 "4444.it", "" },   /* 64 */
	{ "a@b." X60 "4444", "" },
};
/* clang-format on */

static void test_email(void **state)
{
	char out[CONTACT_EMAIL_MAX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(emails) / sizeof(emails[0]); i++) {
		memset(out, 'x', sizeof(out));
		assert_int_equal(contact_email(out, emails[i].typed), emails[i].out[0] != '\0');
		assert_string_equal(out, emails[i].out);
	}
}

static void test_email_length(void **state)
{
	char typed[CONTACT_EMAIL_MAX + 2], out[CONTACT_EMAIL_MAX + 1];

	(void)state;
	for (size_t n = CONTACT_EMAIL_MAX - 1; n <= CONTACT_EMAIL_MAX + 1; n++) {
		memset(typed, 'a', sizeof(typed));
		for (size_t i = 60; i < n - 1; i += 50)
			typed[i] = '.';
		typed[30] = '@';
		typed[n] = '\0';
		assert_int_equal(contact_email(out, typed), n <= CONTACT_EMAIL_MAX);
		assert_string_equal(out, n <= CONTACT_EMAIL_MAX ? typed : "");
	}
}

/* Any other byte before or behind the @ is refused. */
static void test_email_bytes(void **state)
{
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-";
	char typed[] = "a?a@b?b.it", out[CONTACT_EMAIL_MAX + 1];

	(void)state;
	for (int byte = 1; byte < 256; byte++) {
		bool plain = strchr(allowed, byte) != NULL;

		typed[5] = 'b';
		typed[1] = (char)byte;
		assert_int_equal(contact_email(out, typed),
				 plain || strchr("!#$%&'*+/=?^_`{|}~.", byte) != NULL);
		typed[1] = 'a';
		typed[5] = (char)byte;
		assert_int_equal(contact_email(out, typed), plain || byte == '.');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_phone),       cmocka_unit_test(test_phone_again),
		cmocka_unit_test(test_email),       cmocka_unit_test(test_email_length),
		cmocka_unit_test(test_email_bytes),
	};

	return cmocka_run_group_tests_name("contact", tests, NULL, NULL);
}
