/* SPDX-License-Identifier: BSD-2-Clause */
/* citizens.c - what people ask of pind and what the model says; see world.h. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "world.h"

/* Write what is typed, as one might type it; the return value is what it is worth. */
static const char *type_pin(char typed[static 65])
{
	static char worth[17];
	const struct person *p = the_person();
	const char *right = p->pin[0] != '\0' ? p->pin : "ABCD2345";
	uint8_t how = next();

	memset(typed, 0, 65);
	snprintf(worth, sizeof(worth), "%s", right);
	switch (how % 8) {
	case 0:
	case 1: break;
	case 2: snprintf(worth, sizeof(worth), "%s", "00000000"); break;
	case 3: snprintf(worth, sizeof(worth), "%s", "0000000000000000"); break;
	case 4: worth[strlen(worth) - 1] = worth[strlen(worth) - 1] == '0' ? '1' : '0'; break;
	case 5: worth[8 * (how >> 3 & 1)] = '\0'; break; /* nothing, or the first half */
	case 6: snprintf(worth, sizeof(worth), "%s", p->last_pin); break;
	case 7: worth[0] = '\0'; break;
	}
	if (how % 8 == 7)
		memcpy(typed, "\b\n\r\177INCORRECT", 13); /* sshd's */
	else if (how % 8 == 1)
		snprintf(typed, 65, "%.4s-%.*s %s", worth, 3, worth + 4, worth + 7);
	else
		memcpy(typed, worth, strlen(worth));
	return worth;
}

struct said conditions(struct said s, uint8_t level, bool on_behalf)
{
	const struct person *p = the_person();
	uint8_t needed =
		level > world_policies[w.service].level ? level : world_policies[w.service].level;

	if (s.verdict != V_OK && s.verdict != V_MUST_CHANGE)
		return s;
	if ((world_policies[w.service].categories >> p->category & 1) == 0)
		s.verdict = V_CATEGORY;
	else if (p->level < needed)
		s.verdict = V_LEVEL;
	else if (on_behalf)
		s.verdict = V_DELEGATION;
	return s;
}

/* What an accepted person is told. */
static void check_accepted(enum verdict v)
{
	const struct wire_verdict *say = &w.rep.verdict;
	const struct person *p = the_person();
	uint64_t left_s = p->expires_s - w.now_s;

	if (v != V_OK && v != V_MUST_CHANGE) {
		must(say->level == 0 && say->category == 0 && say->expires_s == 0);
		return;
	}
	must(say->level == p->level && say->category == p->category);
	must(say->expires_s == (v == V_OK ? p->expires_s : 0));
	must(say->warn_days == (v == V_OK && left_s <= 14 * 86400 ? (left_s + 86399) / 86400 : 0));
}

static void keep_proof(struct proof *to, const uint8_t *bytes, size_t n, uint64_t good_s)
{
	*to = (struct proof){ true, the_person(), w.service, w.who.uid, the_person()->gen,
			      w.now_s + good_s, "", { 0 } };
	memcpy(to->bytes, bytes, n);
}

static bool proof_holds(const struct proof *p)
{
	return p->given && p->who == the_person() && p->service == w.service &&
	       p->uid == w.who.uid && w.now_s < p->until_s;
}

void do_authenticate(void)
{
	struct wire_msg m = { .type = WIRE_AUTHENTICATE };
	uint8_t level = next() % 3, flags = next();
	const char *worth = type_pin(m.authenticate.pin);
	struct said want = { world_may_ask(ROLE_AUTH, true), 0 };

	memcpy(m.authenticate.cf, world_cfs[w.person], 16);
	snprintf(m.authenticate.service, sizeof(m.authenticate.service), "%s",
		 world_services[w.service]);
	m.authenticate.level = level;
	if (flags & 1)
		memcpy(m.authenticate.on_behalf_of, "01234567897", 11);
	if (want.verdict == V_OK)
		want = conditions(model_prove(&w.m, the_person(), (struct typed){ worth, m.authenticate.pin },
					      world_services[w.service], w.who.uid, w.now_s), level, flags & 1);
	world_expect(&m, want);
	check_accepted(want.verdict);
	if (want.verdict == V_OK || want.verdict == V_MUST_CHANGE)
		w.recent[w.person][w.service][w.uid] = w.now_s;
	must((want.verdict == V_MUST_CHANGE) ==
	     !sodium_is_zero(w.rep.verdict.grant, WIRE_GRANT_LEN));
	if (want.verdict == V_MUST_CHANGE)
		keep_proof(&w.grant, w.rep.verdict.grant, WIRE_GRANT_LEN, 120);
}

static struct said standing_said(void)
{
	static const enum verdict says[] = { [NONE] = V_WRONG, [TEMPORARY] = V_MUST_CHANGE,
					     [ACTIVE] = V_OK, [EXPIRED] = V_MUST_CHANGE,
					     [LAPSED] = V_LAPSED, [UNUSED] = V_LAPSED,
					     [REVOKED] = V_WRONG };

	return (struct said){ says[model_standing(the_person(), w.now_s)], 0 };
}

void do_authorize(void)
{
	struct wire_msg m = { .type = WIRE_AUTHORIZE, .authorize.level = next() % 3 };
	struct said want = { world_may_ask(ROLE_AUTH, true), 0 };
	uint64_t proven_s = w.recent[w.person][w.service][w.uid];

	memcpy(m.authorize.cf, world_cfs[w.person], 16);
	snprintf(m.authorize.service, sizeof(m.authorize.service), "%s", world_services[w.service]);
	if (want.verdict == V_OK && w.who.uid != 0 && (proven_s == 0 || w.now_s - proven_s > 300))
		want.verdict = V_DENIED;
	else if (want.verdict == V_OK)
		want = conditions(standing_said(), m.authorize.level, false);
	world_expect(&m, want);
	check_accepted(want.verdict);
}

/* The proof of a renewal: a grant, right or foreign, or the old PIN. */
static struct said prove_renewal(uint8_t *grant, char typed[static 65])
{
	const char *worth = type_pin(typed);
	bool by_grant = next() & 1 && w.grant.given;
	enum standing s = model_standing(the_person(), w.now_s);
	struct said said;

	if (!by_grant) {
		said = model_prove(&w.m, the_person(), (struct typed){ worth, typed },
				   world_services[w.service], w.who.uid, w.now_s);
		if (said.verdict == V_MUST_CHANGE)
			said.verdict = V_OK;
		return said;
	}
	memcpy(grant, w.grant.bytes, WIRE_GRANT_LEN);
	said = (struct said){ V_STALE, 0 };
	if (proof_holds(&w.grant) && w.grant.gen == the_person()->gen && s != LAPSED &&
	    s != UNUSED && s != REVOKED)
		said.verdict = V_OK;
	return said;
}

void do_renew_open(void)
{
	struct wire_msg m = { .type = WIRE_RENEW_OPEN };
	struct said want = { world_may_ask(ROLE_AUTH, true), 0 };

	memcpy(m.renew_open.cf, world_cfs[w.person], 16);
	snprintf(m.renew_open.service, sizeof(m.renew_open.service), "%s",
		 world_services[w.service]);
	if (want.verdict == V_OK)
		want = prove_renewal(m.renew_open.grant, m.renew_open.old);
	world_expect(&m, want);
	must((w.rep.type == WIRE_RENEWAL) == (want.verdict == V_OK));
	if (want.verdict != V_OK)
		return;
	must(strlen(w.rep.renewal.pin) == (w.m.simplified ? 8 : 16));
	must(w.rep.renewal.missing == missing_contacts());
	keep_proof(&w.ticket, w.rep.renewal.ticket, WIRE_TICKET_LEN, 600);
	memcpy(w.ticket.pin, w.rep.renewal.pin, sizeof(w.ticket.pin));
}

/* pind's order: ticket, form of the contacts, proof, generation, contacts, PIN typed back. */
static struct said model_commit(struct wire_renew_commit *q, bool typed_back, uint8_t contacts)
{
	struct said want = { V_STALE, 0 };

	if (!proof_holds(&w.ticket))
		return want;
	want.verdict = V_CONTACTS;
	if (contacts % 8 == 4)
		return want;
	want = prove_renewal(q->grant, q->old);
	if (want.verdict != V_OK)
		return want;
	if (w.ticket.gen != the_person()->gen)
		want.verdict = V_STALE;
	else if ((missing_contacts() & ~(unsigned int)contacts) != 0)
		want.verdict = V_CONTACTS;
	else if (!typed_back)
		want.verdict = V_MISTYPED;
	else
		model_renew(&w.m, the_person(), w.ticket.pin, contacts & 1, contacts & 2, w.now_s);
	return want;
}

void do_renew_commit(void)
{
	struct wire_msg m = { .type = WIRE_RENEW_COMMIT };
	struct said want = { world_may_ask(ROLE_AUTH, true), 0 };
	uint8_t contacts = next() % 8, typed = next() % 4;

	contacts = contacts > 4 ? 3 : contacts;
	memcpy(m.renew_commit.cf, world_cfs[w.person], 16);
	snprintf(m.renew_commit.service, sizeof(m.renew_commit.service), "%s",
		 world_services[w.service]);
	memcpy(m.renew_commit.ticket, w.ticket.bytes, WIRE_TICKET_LEN);
	memcpy(m.renew_commit.pin, w.ticket.pin, 16);
	if (typed == 3)
		m.renew_commit.pin[0] = m.renew_commit.pin[0] == '2' ? '3' : '2';
	if (contacts & 1)
		memcpy(m.renew_commit.phone, "+393331234567", 13);
	if (contacts & 2)
		memcpy(m.renew_commit.email, "a@example.org", 13);
	if (contacts == 4)
		memcpy(m.renew_commit.email, "not an address", 14);
	if (want.verdict == V_OK)
		want = model_commit(&m.renew_commit, typed != 3, contacts);
	world_expect(&m, want);
	w.renewed += want.verdict == V_OK;
	if (want.verdict == V_OK)
		check_accepted(V_OK);
}
