/* SPDX-License-Identifier: BSD-2-Clause */
/* number.c - see number.h. */
#include "number.h"

#include <stdio.h>
#include <string.h>

#define DIGITS 11 /* four of the year, seven of the count */

/* No I, O, U; 23 is prime, and the first eleven powers of 2 modulo 23 are all different. */
static const char letters[] = "ABCDEFGHJKLMNPQRSTVWXYZ";

_Static_assert(sizeof(letters) - 1 == 23, "a letter for each remainder");

/* The letter that belongs to DIGITS digits. */
static char check_letter(const char *digits)
{
	unsigned int sum = 0, weight = 1;

	for (size_t i = 0; i < DIGITS; i++) {
		sum += weight * (unsigned int)(digits[i] - '0');
		weight = weight * 2 % 23;
	}
	return letters[sum % 23];
}

void number_make(char out[static NUMBER_LEN + 1], unsigned int year, uint32_t count)
{
	char digits[DIGITS + 1];

	snprintf(digits, sizeof(digits), "%04u%07u", year % 10000,
		 (unsigned int)count % (NUMBER_COUNT_MAX + 1));
	snprintf(out, NUMBER_LEN + 1, "%.4s-%.7s-%c", digits, digits + 4, check_letter(digits));
}

/* What is typed, without blanks and hyphens, in capitals. false: it is too long or too short. */
static bool squeeze(char symbols[static DIGITS + 2], const char *typed)
{
	size_t n = 0;

	for (; *typed != '\0'; typed++) {
		if (*typed == ' ' || *typed == '-')
			continue;
		if (n == DIGITS + 1)
			return false;
		symbols[n++] = *typed >= 'a' && *typed <= 'z' ? (char)(*typed - 'a' + 'A') : *typed;
	}
	symbols[n] = '\0';
	return n == DIGITS + 1;
}

bool number_parse(char out[static NUMBER_LEN + 1], const char *typed)
{
	char symbols[DIGITS + 2];

	out[0] = '\0';
	if (!squeeze(symbols, typed) || strspn(symbols, "0123456789") != DIGITS)
		return false;
	if (symbols[0] < '2' || memcmp(symbols + 4, "0000000", 7) == 0 ||
	    symbols[DIGITS] != check_letter(symbols))
		return false;
	snprintf(out, NUMBER_LEN + 1, "%.4s-%.7s-%c", symbols, symbols + 4, symbols[DIGITS]);
	return true;
}
