/* SPDX-License-Identifier: BSD-2-Clause */
/* cf_life.c - see cf_life.h. */
#include "cf_life.h"

#include <string.h>

#include "calendar.h"
#include "cf.h"

static bool is_provisional(const struct account *acc)
{
	struct cf cf;

	return cf_parse_exact(&cf, acc->cf, strlen(acc->cf)) == CF_OK && cf.kind == CF_PROVISIONAL;
}

static uint64_t months_after(const struct account *acc, unsigned int months)
{
	return calendar_add_months(acc->first_s, months);
}

bool cf_life_over(const struct account *acc, uint64_t now_s)
{
	return is_provisional(acc) && acc->first_s != 0 &&
	       now_s >= months_after(acc, CF_LIFE_MONTHS);
}

enum verdict cf_life_issue(const struct account *acc, uint64_t now_s)
{
	if (acc->replaced_by[0] != '\0')
		return V_REPLACED;
	return cf_life_over(acc, now_s) ? V_LAPSED : V_OK;
}

uint64_t cf_life_warns(const struct account *acc, uint64_t now_s)
{
	uint64_t end_s;

	if (!is_provisional(acc) || now_s < months_after(acc, CF_LIFE_WARN))
		return 0;
	end_s = months_after(acc, CF_LIFE_MONTHS);
	return now_s < end_s && end_s < acc->pin.expires_s ? end_s : acc->pin.expires_s;
}

void cf_life_keep(struct account *fresh, const struct account *old, uint64_t now_s)
{
	fresh->first_s = old->first_s != 0 ? old->first_s : now_s;
}
