/* SPDX-License-Identifier: BSD-2-Clause */
/* check_cf.h - codici fiscali in bulk: one a line in, one verdict a line out. */
#ifndef CHECK_CF_H
#define CHECK_CF_H

#include <stdbool.h>
#include <stdio.h>

#define CHECK_CF_LINE 1024 /* bytes; a longer line is no code (length), its rest not shown */

/*
 * Check every line of in, which ends in LF, CR LF or the end of the file and may hold any bytes.
 * Written to out, and flushed: input, valid|invalid, kind, canonical, base, reason, with TABs
 * between and "-" for what there is none of; with json, one object a line: these and birth
 * (yy-mm-dd), sex, place, with null for what there is none of. The input is shown with \\ \t \n \r
 * \xHH for bytes that are not printable ASCII. 0, or -errno of reading or writing.
 */
int check_cf_stream(FILE *in, FILE *out, bool json, bool *all_valid);

#endif
