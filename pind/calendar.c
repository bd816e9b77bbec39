/* SPDX-License-Identifier: BSD-2-Clause */
/* calendar.c - see calendar.h. */
#include "calendar.h"

#include <time.h>

static int days_in(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month] + (month == 1 && leap);
}

uint64_t calendar_add_months(uint64_t t_s, unsigned int n)
{
	time_t t = (time_t)t_s;
	struct tm tm;
	int month, last;

	if (gmtime_r(&t, &tm) == NULL)
		return t_s; /* a year beyond int: no such time reaches us */
	month = tm.tm_mon + (int)n;
	tm.tm_year += month / 12;
	tm.tm_mon = month % 12;
	last = days_in(tm.tm_year + 1900, tm.tm_mon);
	if (tm.tm_mday > last)
		tm.tm_mday = last;
	return (uint64_t)timegm(&tm);
}

unsigned int calendar_year(uint64_t t_s)
{
	time_t t = (time_t)t_s;
	struct tm tm;

	return gmtime_r(&t, &tm) == NULL ? 0 : (unsigned int)(tm.tm_year + 1900);
}
