/* SPDX-License-Identifier: BSD-2-Clause */
/* day.c - see day.h. */
#include "day.h"

#include <stdio.h>
#include <time.h>

static const char *const months[LANGUAGE_N][12] = {
	{ "gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto",
	  "settembre", "ottobre", "novembre", "dicembre" },
	{ "January", "February", "March", "April", "May", "June", "July", "August", "September",
	  "October", "November", "December" },
};

const char *day_text(char out[static DAY_LEN], enum language in, uint64_t at_s)
{
	time_t t = (time_t)at_s;
	struct tm tm;

	if (t < 0 || localtime_r(&t, &tm) == NULL || tm.tm_year > 9999 - 1900)
		snprintf(out, DAY_LEN, "?");
	else
		snprintf(out, DAY_LEN, "%d %s %d", tm.tm_mday, months[in][tm.tm_mon],
			 tm.tm_year + 1900);
	return out;
}
