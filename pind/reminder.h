/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reminder.h - who is to be reminded that a PIN ends soon: two weeks before, and three days before.
 * Pure. That it was done is known by the end it was about: another PIN has another end.
 */
#ifndef REMINDER_H
#define REMINDER_H

#include "record.h"

#define REMINDER_FIRST 14 /* days before the end */
#define REMINDER_LAST  3

/*
 * When the PIN must have been renewed, or the initial one used; 0: there is none, nothing can be
 * done about it, or its owner has no e-mail address.
 */
uint64_t reminder_end(const struct account *acc, uint64_t now_s);

/* REMINDER_FIRST or REMINDER_LAST, if its owner is to be reminded now and was not yet; else 0. */
uint8_t reminder_due(const struct account *acc, uint64_t now_s);

/* It is ordered. */
void reminder_note(struct account *acc, uint64_t now_s);

/* Is the PIN still the one they were to be reminded of? */
bool reminder_wanted(const struct account *acc, uint64_t now_s);

#endif
