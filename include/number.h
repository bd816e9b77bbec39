/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * number.h - the number of a pratica, as people read it out: year, count and a check letter,
 * "2026-0000123-T". Not secret. The letter finds every wrong character and every two swapped,
 * neighbours or not: the digits weighted with powers of 2, modulo 23. (The alphanumeric scheme of
 * ISO 7064 with one check character, MOD 37,36, misses some neighbours that differ by one.)
 */
#ifndef NUMBER_H
#define NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#define NUMBER_LEN 14             /* bytes, hyphens included */
#define NUMBER_COUNT_MAX 9999999u /* of one year */

/* Write the count-th number (1..NUMBER_COUNT_MAX) of a year (2000..9999). */
void number_make(char out[static NUMBER_LEN + 1], unsigned int year, uint32_t count);

/* Read a number as typed (case, spaces and hyphens do not matter). false: not one; out is empty. */
bool number_parse(char out[static NUMBER_LEN + 1], const char *typed);

#endif
