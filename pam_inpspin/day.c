/* SPDX-License-Identifier: BSD-2-Clause */
/* day.c - see day.h. Years begin on 1 March here, so that 29 February is the last day of one. */
#include "day.h"

#define DAYS_400Y        146097
#define DAYS_BEFORE_1970 719468          /* from 1 March of the year 0 */
#define LAST_S           253402300799ULL /* 31 December 9999, 23:59:59 */

struct day {
	unsigned int year, month, day;
};

static struct day day_of(uint64_t s)
{
	unsigned int n = (unsigned int)(s / 86400) + DAYS_BEFORE_1970;
	unsigned int of_400 = n % DAYS_400Y;
	unsigned int year = (of_400 - of_400 / 1460 + of_400 / 36524 - of_400 / 146096) / 365;
	unsigned int of_year = of_400 - (365 * year + year / 4 - year / 100);
	unsigned int month = (5 * of_year + 2) / 153; /* 0 is March */
	struct day d = { n / DAYS_400Y * 400 + year, month + 3,
			 of_year - (153 * month + 2) / 5 + 1 };

	if (d.month > 12) {
		d.month -= 12;
		d.year++;
	}
	return d;
}

static char *put(char *p, unsigned int n, unsigned int digits)
{
	for (unsigned int i = digits; i-- > 0; n /= 10)
		p[i] = (char)('0' + n % 10);
	return p + digits;
}

const char *day_text_iso(char out[static DAY_LEN], uint64_t s)
{
	char *p = out;

	if (s != 0 && s <= LAST_S) {
		struct day d = day_of(s);

		p = put(p, d.year, 4);
		*p++ = '-';
		p = put(p, d.month, 2);
		*p++ = '-';
		p = put(p, d.day, 2);
	}
	*p = '\0';
	return out;
}

const char *day_text_it(char out[static DAY_LEN], uint64_t s)
{
	char *p = out;

	if (s != 0 && s <= LAST_S) {
		struct day d = day_of(s);

		p = put(p, d.day, 2);
		*p++ = '/';
		p = put(p, d.month, 2);
		*p++ = '/';
		p = put(p, d.year, 4);
	}
	*p = '\0';
	return out;
}
