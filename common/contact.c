/* SPDX-License-Identifier: BSD-2-Clause */
/* contact.c - mobile numbers and e-mail addresses as people type them; see contact.h. */
#include "contact.h"

#include <string.h>

enum {
	DIGITS_MIN = 8,
	DIGITS_MAX = CONTACT_PHONE_MAX - 1,
	MOBILE_MIN = 9, /* of a national number; the older ones */
	MOBILE_MAX = 10,
	LOCAL_MAX = 64,
	LABEL_MAX = 63,
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Is c one of set? Never the NUL that ends set. */
static bool is_in(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

/* The digits of typed, "+" gone before them or not; -1 if it holds more, or anything else. */
static int collect_digits(char digits[static DIGITS_MAX + 3], const char *typed, bool *plus)
{
	int n = 0;

	*plus = false;
	for (; *typed != '\0'; typed++) {
		if (is_in(*typed, " .-/()"))
			continue;
		if (*typed == '+' && n == 0 && !*plus)
			*plus = true;
		else if (is_digit(*typed) && n < DIGITS_MAX + 2) /* 2: a leading 00 */
			digits[n++] = *typed;
		else
			return -1;
	}
	digits[n] = '\0';
	return n;
}

/* An Italian mobile number, without prefix. */
static bool is_mobile(const char *digits, int n)
{
	return digits[0] == '3' && n >= MOBILE_MIN && n <= MOBILE_MAX;
}

bool contact_phone(char out[static CONTACT_PHONE_MAX + 1], const char *typed)
{
	char buf[DIGITS_MAX + 3], *digits = buf;
	bool plus, good;
	int n = collect_digits(buf, typed, &plus);

	memset(out, 0, CONTACT_PHONE_MAX + 1);
	if (n < 0)
		return false;
	if (!plus && n >= 2 && memcmp(digits, "00", 2) == 0) {
		plus = true;
		digits += 2;
		n -= 2;
	}
	if (!plus)
		good = is_mobile(digits, n);
	else if (n >= 2 && memcmp(digits, "39", 2) == 0)
		good = is_mobile(digits + 2, n - 2);
	else
		good = digits[0] != '0' && n >= DIGITS_MIN && n <= DIGITS_MAX;
	if (!good)
		return false;
	memcpy(out, plus ? "+" : "+39", plus ? 1 : 3);
	memcpy(out + strlen(out), digits, (size_t)n);
	return true;
}

/*
 * Words joined by single dots, of the characters that need no quotes. Not a quoted one: the address
 * goes into a To: line, where quotes, commas and brackets make more addresses of it. Nor one with a
 * hyphen first, which a mail program could take for an option.
 */
static bool local_ok(const char *s, size_t n)
{
	if (n == 0 || n > LOCAL_MAX || s[0] == '.' || s[0] == '-' || s[n - 1] == '.')
		return false;
	for (size_t i = 0; i < n; i++)
		if (!is_alnum(s[i]) && !is_in(s[i], "!#$%&'*+-/=?^_`{|}~."))
			return false;
		else if (s[i] == '.' && s[i + 1] == '.')
			return false;
	return true;
}

static bool label_ok(const char *s, size_t n)
{
	if (n == 0 || n > LABEL_MAX || s[0] == '-' || s[n - 1] == '-')
		return false;
	for (size_t i = 0; i < n; i++)
		if (!is_alnum(s[i]) && s[i] != '-')
			return false;
	return true;
}

/* At least two labels, and the last of them no number: 192.0.2.1 is no mail domain. */
static bool domain_ok(const char *s, size_t n)
{
	size_t labels = 0, len = 0;
	bool number = false;

	for (const char *end = s + n; s <= end; s += len + 1, labels++) {
		const char *dot = memchr(s, '.', (size_t)(end - s));

		len = (size_t)((dot != NULL ? dot : end) - s);
		if (!label_ok(s, len))
			return false;
		number = true;
		for (size_t i = 0; i < len; i++)
			number = number && is_digit(s[i]);
	}
	return labels >= 2 && !number;
}

bool contact_email(char out[static CONTACT_EMAIL_MAX + 1], const char *typed)
{
	const char *at;
	size_t n, local;

	memset(out, 0, CONTACT_EMAIL_MAX + 1);
	while (is_blank(*typed))
		typed++;
	n = strlen(typed);
	while (n > 0 && is_blank(typed[n - 1]))
		n--;
	at = memchr(typed, '@', n); /* a second one fails in the domain */
	if (at == NULL || n > CONTACT_EMAIL_MAX)
		return false;
	local = (size_t)(at - typed);
	if (!local_ok(typed, local) || !domain_ok(at + 1, n - local - 1))
		return false;
	memcpy(out, typed, n);
	return true;
}
