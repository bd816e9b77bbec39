/* SPDX-License-Identifier: BSD-2-Clause */
/* cf.c - the codice fiscale; see cf.h. No ctype: its answers move with the locale. */
#include "cf.h"

#include <string.h>

enum { CF_NUMERIC = 11, CHECK_AT = CF_LEN - 1, DAY_S = 86400 };

static const char shape[] = "LLLLLLNNLNNLNNNL";     /* L: letter; N: digit, or a letter for one */
static const char omocodia[] = "LMNPQRSTUV";        /* the letters for 0..9 */
static const char month_letters[] = "ABCDEHLMPRST"; /* January to December */
static const char place_letters[] = "ABCDEFGHILMZ"; /* Z: born abroad */
static const unsigned char month_days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

/* clang-format off */
/* What a character counts for in the check at odd positions; 0..9 as A..J. At even ones: 0..25 */
static const unsigned char odd_values[26] = {
/*      A  B  C  D  E   F   G   H   I   J  K  L   M   N   O  P  Q  R   S   T   U   V   W   X   Y   Z */
	1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
};

/* Offices of numeric codes, and the last serial each of them gives. Any other office: no code. */
static const struct office {
	unsigned int first, last, last_serial;
	enum cf_kind kind;
} offices[] = {
	{   1,  95, 9999999, CF_ENTITY },      /* provinces; from 8000000, bodies without VAT */
	{  96, 100, 7999999, CF_ENTITY },
	{ 120, 121, 7999999, CF_ENTITY },
	{ 888, 888, 7999999, CF_ENTITY },
	{ 999, 999, 7999999, CF_ENTITY },
	{ 151, 245, 9999999, CF_PROVISIONAL }, /* revenue offices */
	{ 301, 766, 9999999, CF_PROVISIONAL },
	{ 900, 950, 9999999, CF_PROVISIONAL },
};

static const struct {
	const char *name, *text;
} reasons[] = {
	[CF_OK]        = { "-", "" },
	[CF_R_EMPTY]   = { "empty", "nothing but blanks: type a codice fiscale" },
	[CF_R_CHARSET] = { "charset", "only the letters A-Z and digits belong in it: no accents or signs" },
	[CF_R_LENGTH]  = { "length", "it has 16 characters, or 11 digits: look for missing or doubled ones" },
	[CF_R_FORMAT]  = { "format", "a letter where a digit belongs, or the reverse: look at O/0, I/1" },
	[CF_R_MONTH]   = { "month", "no such month (9th character): one of A B C D E H L M P R S T" },
	[CF_R_DAY]     = { "day", "no such day (characters 10-11): 01 to 31, or 41 to 71 for women" },
	[CF_R_DATE]    = { "date", "that month has no such day: look at year, month, day (7-11)" },
	[CF_R_PLACE]   = { "place", "no such place (12-15): one of A-I L M Z, then 001 to 999" },
	[CF_R_SERIAL]  = { "serial", "no such number: its first 7 digits are 0000000" },
	[CF_R_OFFICE]  = { "office", "no office gives such a number: look at digits 8-10, and the first" },
	[CF_R_CHECK]   = { "check", "the last character does not match the others: look for a slip" },
};
/* clang-format on */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static unsigned int value_of(char c)
{
	return (unsigned int)(is_digit(c) ? c - '0' : c - 'A');
}

static unsigned int number_of(const char *digits, size_t n)
{
	unsigned int v = 0;

	while (n-- > 0)
		v = v * 10 + value_of(*digits++);
	return v;
}

/* The digit that c is or stands for; NUL for other letters. */
static char digit_of(char c)
{
	const char *at = strchr(omocodia, c);

	if (is_digit(c))
		return c;
	return at != NULL ? (char)('0' + (at - omocodia)) : '\0';
}

static char check_letter(const char *text)
{
	unsigned int sum = 0;

	for (size_t i = 0; i < CHECK_AT; i++) /* position 1 is odd and has index 0 */
		sum += i % 2 == 0 ? odd_values[value_of(text[i])] : value_of(text[i]);
	return (char)('A' + sum % 26);
}

/* Luhn's sum over all digits, the check digit included, ends in 0. */
static bool luhn_ok(const char *text)
{
	unsigned int sum = 0;

	for (size_t i = 0; i < CF_NUMERIC; i++) {
		unsigned int v = value_of(text[i]) << i % 2;

		sum += v > 9 ? v - 9 : v;
	}
	return sum % 10 == 0;
}

static bool is_leap(unsigned int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* text with every omocodia letter undone, into cf->base; the check letter is left for later */
static bool undo_omocodia(struct cf *cf, const char *text)
{
	bool right = true;

	for (size_t i = 0; i < CF_LEN; i++) {
		cf->base[i] = shape[i] == 'N' ? digit_of(text[i]) : text[i];
		right = right && (shape[i] == 'N' ? cf->base[i] != '\0' : is_letter(text[i]));
	}
	return right;
}

static enum cf_reason read_date(struct cf *cf)
{
	const char *month = strchr(month_letters, cf->base[8]);
	unsigned int day = number_of(cf->base + 9, 2), days;

	if (month == NULL)
		return CF_R_MONTH;
	cf->sex = day > 40 ? 'F' : 'M';
	if (day > 40)
		day -= 40;
	if (day < 1 || day > 31)
		return CF_R_DAY;
	cf->yy = (unsigned char)number_of(cf->base + 6, 2);
	cf->month = (unsigned char)(month - month_letters + 1);
	cf->day = (unsigned char)day;
	/* The century is not in the code. 00 is 2000: 1900 had no 29 February. */
	days = cf->month == 2 && cf->yy % 4 == 0 ? 29 : month_days[cf->month - 1];
	return day > days ? CF_R_DATE : CF_OK;
}

static enum cf_reason read_personal(struct cf *cf, const char *text)
{
	enum cf_reason why;

	if (!undo_omocodia(cf, text))
		return CF_R_FORMAT;
	why = read_date(cf);
	if (why != CF_OK)
		return why;
	/* No table of places: new ones appear, and the dead were born in those suppressed. */
	memcpy(cf->place, cf->base + 11, 4);
	if (strchr(place_letters, cf->place[0]) == NULL || number_of(cf->place + 1, 3) == 0)
		return CF_R_PLACE;
	if (text[CHECK_AT] != check_letter(text))
		return CF_R_CHECK;
	cf->kind = memcmp(cf->base, text, CF_LEN) == 0 ? CF_PERSONAL : CF_OMOCODIA;
	cf->base[CHECK_AT] = check_letter(cf->base);
	return CF_OK;
}

static enum cf_kind kind_of_office(unsigned int office, unsigned int serial)
{
	for (size_t i = 0; i < sizeof(offices) / sizeof(offices[0]); i++)
		if (office >= offices[i].first && office <= offices[i].last)
			return serial <= offices[i].last_serial ? offices[i].kind : CF_NONE;
	return CF_NONE;
}

static enum cf_reason read_numeric(struct cf *cf, const char *text)
{
	unsigned int serial, office;

	for (size_t i = 0; i < CF_NUMERIC; i++)
		if (!is_digit(text[i]))
			return CF_R_FORMAT;
	serial = number_of(text, 7);
	office = number_of(text + 7, 3);
	cf->kind = kind_of_office(office, serial);
	if (serial == 0)
		return CF_R_SERIAL;
	if (cf->kind == CF_NONE)
		return CF_R_OFFICE;
	if (!luhn_ok(text))
		return CF_R_CHECK;
	memcpy(cf->base, text, CF_NUMERIC);
	cf->sex = '-';
	cf->place[0] = '-';
	return CF_OK;
}

/* text[0..n) holds 0-9 and A-Z only; of a longer one than CF_LEN, only n is looked at. */
static enum cf_reason read_code(struct cf *cf, const char *text, size_t n)
{
	struct cf code = { .kind = CF_NONE }; /* apart: text may lie within *cf */
	enum cf_reason why = n == 0 ? CF_R_EMPTY : CF_R_LENGTH;

	if (n == CF_LEN)
		why = read_personal(&code, text);
	else if (n == CF_NUMERIC)
		why = read_numeric(&code, text);
	if (why == CF_OK)
		memcpy(code.text, text, n);
	else
		memset(&code, 0, sizeof(code));
	*cf = code;
	return why;
}

static enum cf_reason refuse_charset(struct cf *cf)
{
	memset(cf, 0, sizeof(*cf));
	return CF_R_CHARSET;
}

enum cf_reason cf_parse(struct cf *cf, const char *in, size_t len)
{
	char text[CF_LEN];
	size_t n = 0, i = 0;

	while (len > 0 && is_blank(in[len - 1]))
		len--;
	while (i < len && is_blank(in[i]))
		i++;
	for (; i < len; i++) {
		char c = in[i];

		if (c == ' ')
			continue;
		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		if (!is_digit(c) && !is_letter(c))
			return refuse_charset(cf);
		if (n < CF_LEN)
			text[n] = c;
		n++;
	}
	return read_code(cf, text, n);
}

enum cf_reason cf_parse_exact(struct cf *cf, const char *in, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!is_digit(in[i]) && !is_letter(in[i]))
			return refuse_charset(cf);
	return read_code(cf, in, len);
}

bool cf_is_person(const struct cf *cf)
{
	return cf->kind == CF_PERSONAL || cf->kind == CF_OMOCODIA || cf->kind == CF_PROVISIONAL;
}

const char *cf_kind_name(enum cf_kind kind)
{
	switch (kind) {
	case CF_PERSONAL: return "personal";
	case CF_OMOCODIA: return "omocodia";
	case CF_PROVISIONAL: return "provisional";
	case CF_ENTITY: return "entity";
	case CF_NONE: break;
	}
	return "-";
}

const char *cf_reason_name(enum cf_reason reason)
{
	return reasons[reason].name;
}

const char *cf_reason_text(enum cf_reason reason)
{
	return reasons[reason].text;
}

/* Midnight of that day, in seconds since the epoch; year > 0 */
static long long midnight_s(unsigned int year, unsigned int month, unsigned int day)
{
	unsigned int past = year - 1;
	long long days = 365LL * past + past / 4 - past / 100 + past / 400 - 719162 + day - 1;

	for (unsigned int m = 1; m < month; m++)
		days += month_days[m - 1] + (m == 2 && is_leap(year));
	return days * DAY_S;
}

unsigned int cf_birth_year(const struct cf *cf, long long today_s)
{
	if (cf->month == 0)
		return 0;
	for (unsigned int year = 9900u + cf->yy; year > 100; year -= 100) {
		if (cf->month == 2 && cf->day == 29 && !is_leap(year))
			continue;
		if (midnight_s(year, cf->month, cf->day) <= today_s)
			return year;
	}
	return 0;
}
