/* SPDX-License-Identifier: BSD-2-Clause */
/* penalty.c - see penalty.h. */
#include "penalty.h"

#include <stddef.h>

/* Where tag is known, or NULL. */
static const struct penalty_source *known(const struct penalty *p, uint64_t tag)
{
	for (size_t i = 0; i < PENALTY_SOURCES; i++)
		if (tag != 0 && p->known[i].from.tag == tag)
			return &p->known[i];
	return NULL;
}

static const struct penalty_count *count_of(const struct penalty *p, uint64_t tag)
{
	const struct penalty_source *s = known(p, tag);

	return s != NULL ? &s->count : &p->pool;
}

static struct penalty_count *own_count(struct penalty *p, uint64_t tag)
{
	const struct penalty_source *s = known(p, tag);

	return s != NULL ? &p->known[s - p->known].count : &p->pool;
}

uint32_t penalty_wait(const struct penalty *p, uint64_t tag, const struct penalty_policy *pol,
		      uint64_t now_s)
{
	const struct penalty_count *c = count_of(p, tag);
	uint64_t left = c->until_s > now_s ? c->until_s - now_s : 0;

	return left < pol->wait_max_s ? (uint32_t)left : pol->wait_max_s;
}

enum pin_gate penalty_gate(const struct penalty *p, uint64_t tag, const struct penalty_policy *pol,
			   uint64_t now_s)
{
	uint32_t limit = known(p, tag) != NULL ? pol->source_limit : pol->limit;

	if (count_of(p, tag)->fails >= limit)
		return PIN_BLOCKED;
	return penalty_wait(p, tag, pol, now_s) > 0 ? PIN_THROTTLED : PIN_OPEN;
}

void penalty_charge(struct penalty *p, const struct penalty_from *from,
		    const struct penalty_policy *pol, uint64_t now_s)
{
	struct penalty_count *c = own_count(p, from->tag);
	uint64_t wait_s = pol->wait_s;

	if (c == &p->pool)
		p->last = *from;
	c->fails++;
	if (c->fails < pol->free)
		return;
	for (uint32_t n = c->fails - pol->free; n > 0 && wait_s < pol->wait_max_s; n--)
		wait_s *= 2;
	c->until_s = now_s + (wait_s < pol->wait_max_s ? wait_s : pol->wait_max_s);
}

uint64_t penalty_until(const struct penalty *p, uint64_t tag)
{
	return count_of(p, tag)->until_s;
}

void penalty_refund(struct penalty *p, uint64_t tag, uint64_t until_s)
{
	struct penalty_count *c = own_count(p, tag);

	if (c->fails > 0)
		c->fails--;
	if (c->until_s == until_s)
		c->until_s = 0; /* the gate was open when it was charged */
}

void penalty_forgive(struct penalty *p)
{
	p->pool = (struct penalty_count){ 0 };
	p->last = (struct penalty_from){ 0 };
	for (size_t i = 0; i < PENALTY_SOURCES; i++)
		p->known[i].count = (struct penalty_count){ 0 };
}

void penalty_welcome(struct penalty *p, const struct penalty_from *from, uint64_t now_s)
{
	size_t at = 0;

	penalty_forgive(p);
	for (size_t i = 0; i < PENALTY_SOURCES; i++) {
		if (p->known[i].from.tag == from->tag) {
			at = i;
			break;
		}
		if (p->known[i].seen_s < p->known[at].seen_s)
			at = i;
	}
	p->known[at].from = *from;
	p->known[at].seen_s = now_s;
}
