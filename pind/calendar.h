/* SPDX-License-Identifier: BSD-2-Clause */
/* calendar.h - calendar months, in UTC. Pure. */
#ifndef CALENDAR_H
#define CALENDAR_H

#include <stdint.h>

/*
 * The same time of day on the same day n months later; the last day of that month if it is
 * shorter (31 August + 6 months is 28 or 29 February). Seconds since the epoch.
 */
uint64_t calendar_add_months(uint64_t t_s, unsigned int n);

/* The year, 1970... */
unsigned int calendar_year(uint64_t t_s);

#endif
