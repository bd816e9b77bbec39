/* SPDX-License-Identifier: BSD-2-Clause */
/* penalty.c - see penalty.h. */
#include "penalty.h"

uint32_t penalty_wait(const struct penalty *p, const struct penalty_policy *pol, uint64_t now_s)
{
	uint64_t left = p->until_s > now_s ? p->until_s - now_s : 0;

	return left < pol->wait_max_s ? (uint32_t)left : pol->wait_max_s;
}

enum pin_gate penalty_gate(const struct penalty *p, const struct penalty_policy *pol, uint64_t now_s)
{
	if (p->fails >= pol->limit)
		return PIN_BLOCKED;
	return penalty_wait(p, pol, now_s) > 0 ? PIN_THROTTLED : PIN_OPEN;
}

void penalty_charge(struct penalty *p, const struct penalty_policy *pol, uint64_t now_s)
{
	uint64_t wait_s = pol->wait_s;

	p->fails++;
	if (p->fails < pol->free)
		return;
	for (uint32_t n = p->fails - pol->free; n > 0 && wait_s < pol->wait_max_s; n--)
		wait_s *= 2;
	p->until_s = now_s + (wait_s < pol->wait_max_s ? wait_s : pol->wait_max_s);
}

void penalty_refund(struct penalty *p)
{
	if (p->fails > 0)
		p->fails--;
	p->until_s = 0; /* the gate was open when it was charged */
}

void penalty_forgive(struct penalty *p)
{
	p->fails = 0;
	p->until_s = 0;
}
