/* SPDX-License-Identifier: BSD-2-Clause */
/* day.h - a day as people write it. */
#ifndef DAY_H
#define DAY_H

#include <stdint.h>

#include "template.h"

#define DAY_LEN 32 /* bytes, NUL included */

/* The local day of a time: "21 gennaio 2027", "21 January 2027". Returns out; "?" past year 9999. */
const char *day_text(char out[static DAY_LEN], enum language in, uint64_t at_s);

#endif
