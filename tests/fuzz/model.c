/* SPDX-License-Identifier: BSD-2-Clause */
/* model.c - see model.h. */
#include "model.h"

#include <stdio.h>
#include <string.h>

#include "calendar.h"

static void commit(struct model *m, uint64_t now_s)
{
	if (now_s > m->high_s)
		m->high_s = now_s;
}

static void set_pin(struct person *p, const char *pin)
{
	if (p->pin[0] != '\0')
		memcpy(p->last_pin, p->pin, sizeof(p->pin));
	memset(p->pin, 0, sizeof(p->pin));
	memcpy(p->pin, pin, strlen(pin));
	p->gen++;
	p->own = (struct count){ 0 };
}

enum standing model_standing(const struct person *p, uint64_t now_s)
{
	if (!p->known)
		return NONE;
	if (p->revoked)
		return REVOKED;
	if (now_s >= p->lapses_s)
		return LAPSED;
	if (p->temporary)
		return TEMPORARY;
	return now_s < p->expires_s ? ACTIVE : EXPIRED;
}

struct said model_gate(const struct count *c, uint64_t now_s)
{
	if (c->fails >= LIMIT)
		return (struct said){ V_BLOCKED, 0 };
	if (c->until_s > now_s)
		return (struct said){ V_THROTTLED, (uint32_t)(c->until_s - now_s) };
	return (struct said){ V_OK, 0 };
}

static void charge(struct count *c, uint64_t now_s)
{
	uint32_t wait_s = WAIT_S;

	c->last_s = now_s;
	if (++c->fails < FREE)
		return;
	for (uint32_t n = FREE; n < c->fails; n++)
		wait_s = wait_s * 2 < WAIT_MAX_S ? wait_s * 2 : WAIT_MAX_S;
	c->until_s = now_s + wait_s;
}

struct said model_prove(struct model *m, struct person *p, const char *typed, const char *service,
			uint64_t now_s)
{
	struct count *c = typed[0] == '\0' ? &p->junk : p->known ? &p->own : &p->shadow;
	enum standing now = model_standing(p, now_s);
	struct said said;

	if (c != &p->own && now_s > c->last_s + 86400) /* strangers are forgotten in a day */
		*c = (struct count){ 0 };
	said = model_gate(c, now_s);
	if (said.verdict != V_OK)
		return said;
	charge(c, now_s);
	commit(m, now_s);
	said.verdict = V_WRONG;
	if (p->pin[0] == '\0' || strcmp(typed, p->pin) != 0)
		return said;
	if (now == LAPSED) {
		said.verdict = V_LAPSED;
		return said;
	}
	p->own = (struct count){ 0 };
	p->seen_s = now_s;
	p->seen_at = service;
	said.verdict = now == ACTIVE ? V_OK : V_MUST_CHANGE;
	return said;
}

void model_renew(struct model *m, struct person *p, const char *pin, bool phone, bool email,
		 uint64_t now_s)
{
	static const unsigned int months[] = { 0, 6, 6, 6, 3, 3, 3 };

	set_pin(p, pin);
	p->temporary = false;
	p->set_s = now_s;
	p->expires_s = calendar_add_months(now_s, months[p->category]);
	p->lapses_s = calendar_add_months(p->expires_s, 6);
	p->phone = p->phone || phone;
	p->email = p->email || email;
	commit(m, now_s);
}

enum verdict model_issue(struct model *m, struct person *p, const char *pin, uint8_t level,
			 uint8_t category, uint64_t now_s)
{
	if (p->known && !p->revoked)
		return V_LIVE;
	set_pin(p, pin);
	p->known = true;
	p->temporary = true;
	p->revoked = p->phone = p->email = false;
	p->level = level;
	p->category = category;
	p->set_s = now_s;
	p->expires_s = p->lapses_s = now_s + UNUSED_DAYS * 86400;
	p->seen_s = 0;
	p->seen_at = "";
	commit(m, now_s);
	return V_OK;
}

enum verdict model_revoke(struct model *m, struct person *p, uint64_t now_s)
{
	if (!p->known)
		return V_UNKNOWN;
	if (p->revoked)
		return V_OK;
	set_pin(p, "");
	p->revoked = true;
	p->temporary = false;
	p->level = 0;
	p->set_s = now_s;
	p->expires_s = p->lapses_s = 0;
	commit(m, now_s);
	return V_OK;
}

/* May an operator still change something about this PIN? */
static enum verdict can_change(const struct person *p, uint64_t now_s)
{
	switch (model_standing(p, now_s)) {
	case NONE: return V_UNKNOWN;
	case LAPSED: return V_LAPSED;
	case REVOKED: return V_REVOKED;
	case TEMPORARY:
	case ACTIVE:
	case EXPIRED: break;
	}
	return V_OK;
}

enum verdict model_unlock(struct model *m, struct person *p, uint64_t now_s)
{
	enum verdict v = can_change(p, now_s);

	if (v == V_OK) {
		p->own = (struct count){ 0 };
		commit(m, now_s);
	}
	return v;
}

enum verdict model_convert(struct model *m, struct person *p, uint64_t now_s)
{
	enum verdict v = can_change(p, now_s);

	if (v == V_OK) {
		p->level = 2;
		commit(m, now_s);
	}
	return v;
}
