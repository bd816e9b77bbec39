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

static void forgive(struct person *p)
{
	p->own = (struct count){ 0 };
	for (size_t i = 0; i < KNOWN_SOURCES; i++)
		p->known_from[i].count = (struct count){ 0 };
}

static void set_pin(struct person *p, const char *pin)
{
	if (p->pin[0] != '\0')
		memcpy(p->last_pin, p->pin, sizeof(p->pin));
	memset(p->pin, 0, sizeof(p->pin));
	memcpy(p->pin, pin, strlen(pin));
	p->gen++;
	forgive(p);
}

enum standing model_standing(const struct person *p, uint64_t now_s)
{
	if (!p->known)
		return NONE;
	if (p->revoked)
		return REVOKED;
	if (now_s >= p->lapses_s)
		return p->temporary ? UNUSED : LAPSED;
	if (p->temporary)
		return TEMPORARY;
	return now_s < p->expires_s ? ACTIVE : EXPIRED;
}

static struct said gate(const struct count *c, uint32_t limit, uint64_t now_s)
{
	if (c->fails >= limit)
		return (struct said){ V_BLOCKED, 0 };
	if (c->until_s > now_s)
		return (struct said){ V_THROTTLED, (uint32_t)(c->until_s - now_s) };
	return (struct said){ V_OK, 0 };
}

/* The place of a source the person was let in from, or KNOWN_SOURCES. */
static size_t place_of(const struct person *p, const char *service, uint32_t uid)
{
	size_t i = 0;

	while (i < KNOWN_SOURCES && (p->known_from[i].service != service || p->known_from[i].uid != uid))
		i++;
	return i;
}

struct said model_gate(const struct person *p, const char *service, uint32_t uid, uint64_t now_s)
{
	size_t at = place_of(p, service, uid);

	if (service == NULL || at == KNOWN_SOURCES)
		return gate(&p->own, LIMIT, now_s);
	return gate(&p->known_from[at].count, SOURCE_LIMIT, now_s);
}

static void charge(struct count *c, uint64_t now_s)
{
	uint32_t wait_s = WAIT_S;

	if (++c->fails < FREE)
		return;
	for (uint32_t n = FREE; n < c->fails; n++)
		wait_s = wait_s * 2 < WAIT_MAX_S ? wait_s * 2 : WAIT_MAX_S;
	c->until_s = now_s + wait_s;
}

static void welcome(struct person *p, const char *service, uint32_t uid, uint64_t now_s)
{
	size_t at = place_of(p, service, uid), oldest = 0;

	forgive(p);
	for (size_t i = 1; i < KNOWN_SOURCES; i++)
		if (p->known_from[i].seen_s < p->known_from[oldest].seen_s)
			oldest = i;
	at = at < KNOWN_SOURCES ? at : oldest;
	p->known_from[at] = (struct known){ service, uid, { 0 }, now_s };
	p->seen_s = now_s;
	p->seen_at = service;
}

/* Where this wrong PIN is remembered, or would be. */
static struct wrong *wrong_of(struct person *p, const char *typed)
{
	struct wrong *oldest = p->wrongs;

	for (struct wrong *x = p->wrongs; x < p->wrongs + WRONGS; x++) {
		if (x->at_s != 0 && x->gen == p->gen && strcmp(x->typed, typed) == 0)
			return x;
		if (x->at_s < oldest->at_s)
			oldest = x;
	}
	memset(oldest, 0, sizeof(*oldest));
	snprintf(oldest->typed, sizeof(oldest->typed), "%s", typed);
	oldest->gen = p->gen;
	return oldest;
}

/* Whom an attempt is charged to. */
static struct count *count_of(struct person *p, bool junk, const char *service, uint32_t uid,
			      uint64_t now_s)
{
	struct count *c = junk ? &p->junk : &p->shadow;
	size_t at = place_of(p, service, uid);

	if (p->known && !junk)
		return at < KNOWN_SOURCES ? &p->known_from[at].count : &p->own;
	if (now_s > c->last_s + 86400) /* strangers are forgotten in a day */
		*c = (struct count){ 0 };
	return c;
}

struct said model_prove(struct model *m, struct person *p, struct typed pin, const char *service,
			uint32_t uid, uint64_t now_s)
{
	bool junk = pin.worth[0] == '\0', ours = p->known && !junk;
	struct count *c = count_of(p, junk, service, uid, now_s);
	struct wrong *wrong = wrong_of(p, junk ? pin.as : pin.worth);
	enum standing now = model_standing(p, now_s);
	struct said said = ours ? model_gate(p, service, uid, now_s) : gate(c, LIMIT, now_s);
	bool again = wrong->at_s != 0 && now_s - wrong->at_s <= AGAIN_S && wrong->uses < AGAINS;

	wrong->uses += again;
	if (said.verdict != V_OK)
		return said;
	if (!again)
		charge(c, now_s);
	c->last_s = now_s;
	commit(m, now_s);
	said.verdict = V_WRONG;
	if (p->pin[0] == '\0' || strcmp(pin.worth, p->pin) != 0) {
		if (!again) {
			wrong->at_s = now_s;
			wrong->uses = 0;
		}
		return said;
	}
	if (now == LAPSED || now == UNUSED) {
		said.verdict = V_LAPSED;
		return said;
	}
	welcome(p, service, uid, now_s);
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
	enum standing now = model_standing(p, now_s);

	if (now != NONE && now != UNUSED && now != REVOKED)
		return V_LIVE;
	set_pin(p, pin);
	memset(p->known_from, 0, sizeof(p->known_from));
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
	case LAPSED:
	case UNUSED: return V_LAPSED;
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
		forgive(p);
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
