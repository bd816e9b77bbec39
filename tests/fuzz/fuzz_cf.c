/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_cf.c - any bytes as a codice fiscale, a PIN and contacts: what is taken holds its promises. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cf.h"
#include "contact.h"
#include "symbols.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		__builtin_trap();
}

static void check_cf(const char *in, size_t len)
{
	struct cf cf, exact, base;

	if (cf_parse_exact(&exact, in, len) == CF_OK)
		must(strlen(exact.text) == len && memcmp(exact.text, in, len) == 0);
	if (cf_parse(&cf, in, len) != CF_OK) {
		must(cf.kind == CF_NONE && cf.text[0] == '\0' && cf.base[0] == '\0');
		must(exact.kind == CF_NONE);
		return;
	}
	must(cf_parse_exact(&exact, cf.text, strlen(cf.text)) == CF_OK);
	must(memcmp(&cf, &exact, offsetof(struct cf, place) + sizeof(cf.place)) == 0);
	must(cf_parse_exact(&base, cf.base, strlen(cf.base)) == CF_OK);
	must(strcmp(base.text, cf.base) == 0 && strcmp(base.base, cf.base) == 0);
	must(base.kind != CF_OMOCODIA &&
	     (cf.kind == CF_OMOCODIA) == (strcmp(cf.text, cf.base) != 0));
	must((cf_birth_year(&cf, 1767225600) != 0) == (cf.month != 0));
}

static void check_pin(const char *in, size_t len)
{
	char pin[SYMBOLS_MAX + 1], again[SYMBOLS_MAX + 1], shown[SYMBOLS_SHOWN];
	size_t n = symbols_fold(pin, in, len);

	must(n <= SYMBOLS_MAX && strlen(pin) == n && (n == 0 || len <= SYMBOLS_TYPED));
	if (n > 0) {
		symbols_show(shown, pin);
		must(symbols_fold(again, shown, strlen(shown)) == n && strcmp(again, pin) == 0);
	}
}

static void check_contact(const char *in)
{
	char phone[CONTACT_PHONE_MAX + 1], email[CONTACT_EMAIL_MAX + 1];
	char phone2[CONTACT_PHONE_MAX + 1], email2[CONTACT_EMAIL_MAX + 1];

	must(contact_phone(phone, in) == (phone[0] != '\0'));
	must(contact_email(email, in) == (email[0] != '\0'));
	if (phone[0] != '\0')
		must(contact_phone(phone2, phone) && strcmp(phone, phone2) == 0);
	if (email[0] != '\0')
		must(contact_email(email2, email) && strcmp(email, email2) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1); /* of the exact size, so that a step too far is seen */

	must(text != NULL);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	check_contact(text);
	free(text);
	check_cf((const char *)data, size);
	check_pin((const char *)data, size);
	return 0;
}
