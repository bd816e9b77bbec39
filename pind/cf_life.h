/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cf_life.h - how long a codice fiscale itself is good for. One that was replaced by another is a
 * tombstone. The 11 digits an office gives until there is a definitive one, which is to be had
 * within six months, log in, but their PIN has an end. Pure.
 */
#ifndef CF_LIFE_H
#define CF_LIFE_H

#include "record.h"

#define CF_LIFE_WARN   5 /* provisional: calendar months after the first issue its owner is warned */
#define CF_LIFE_MONTHS 6 /* and from then on no PIN is issued or renewed for it */

/* May there be a PIN for it? V_OK; V_REPLACED; V_LAPSED: it was provisional, its time is over. */
enum verdict cf_life_issue(const struct account *acc, uint64_t now_s);

/* Is it provisional, and its time over? A PIN that has not expired yet still logs in. */
bool cf_life_over(const struct account *acc, uint64_t now_s);

/* The end its owner is to be warned of: of the code, then of the PIN. 0: nothing to warn of. */
uint64_t cf_life_warns(const struct account *acc, uint64_t now_s);

/* Keep in fresh, which takes old's place, when the first PIN for the code was issued. */
void cf_life_keep(struct account *fresh, const struct account *old, uint64_t now_s);

#endif
