/* SPDX-License-Identifier: BSD-2-Clause */
/* reminder.c - see reminder.h. */
#include "reminder.h"

#include "cf_life.h"

#define DAY_S 86400u

uint64_t reminder_end(const struct account *acc, uint64_t now_s)
{
	enum pin_life life = pin_life(&acc->pin, now_s);

	if (acc->email[0] == '\0' || cf_life_over(acc, now_s))
		return 0;
	if (life == PIN_TEMPORARY)
		return acc->pin.lapses_s;
	return life == PIN_ACTIVE ? acc->pin.expires_s : 0;
}

uint8_t reminder_due(const struct account *acc, uint64_t now_s)
{
	uint64_t end_s = reminder_end(acc, now_s);
	uint8_t days = REMINDER_LAST;

	if (end_s == 0 || end_s - now_s > REMINDER_FIRST * DAY_S)
		return 0;
	if (end_s - now_s > REMINDER_LAST * DAY_S)
		days = REMINDER_FIRST;
	return acc->reminded_of_s == end_s && acc->reminded_days == days ? 0 : days;
}

void reminder_note(struct account *acc, uint64_t now_s)
{
	acc->reminded_days = reminder_due(acc, now_s);
	acc->reminded_of_s = reminder_end(acc, now_s);
}

bool reminder_wanted(const struct account *acc, uint64_t now_s)
{
	uint64_t end_s = reminder_end(acc, now_s);

	return end_s != 0 && end_s == acc->reminded_of_s;
}
