/* SPDX-License-Identifier: BSD-2-Clause */
/* day.h - the day (UTC) of a second since the epoch, without TZ, locale or libc's state. */
#ifndef DAY_H
#define DAY_H

#include <stdint.h>

#define DAY_LEN 11 /* bytes of a day's text, NUL included */

/* "2026-05-22" and "22/05/2026"; "" for 0 and for a day after the year 9999. Both return out. */
const char *day_text_iso(char out[static DAY_LEN], uint64_t s);
const char *day_text_it(char out[static DAY_LEN], uint64_t s);

#endif
