/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_serve.c - sequences of requests to a whole pind while the clock jumps: every packet gets one
 * decodable reply with its nonce, and every verdict, wait and record is the model's (model.h).
 */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "calendar.h"
#include "hash.h"
#include "world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define N(a) (sizeof(a) / sizeof((a)[0]))
#define STEPS 64 /* the most that one input does */

static const uid_t uids[WORLD_UIDS] = { 0, 33, 1000 };
static const char *const pins[] = { "ABCD2345EFGH6789", "ZYXW9876VTSR5432" };

static void do_issue(void)
{
	const struct argon_cost cost = { 1, ARGON_MEM_KIB_MIN };
	const char *pin = pins[next() % N(pins)];
	uint8_t level = next() % 4, category = next() % 8, flags = next();
	struct wire_msg m = { .type = WIRE_ISSUE,
			      .issue = { .level = level, .category = category, .ops = cost.ops,
					 .mem_kib = cost.mem_kib + ((flags & 7) == 7) } };
	bool shown = flags & 8, good = flags & 16;
	struct said want = { world_may_ask(ROLE_ADMIN, false), 0 };

	memcpy(m.issue.cf, world_cfs[w.person], 16);
	if (shown) {
		m.issue.doc_kind = 1;
		memcpy(m.issue.doc_number, "CA00000AA", 9);
		memcpy(m.issue.doc_issuer, "Comune di Prova", 15);
		m.issue.doc_until_s = w.now_s + good; /* valid for a second more, or no longer */
	}
	memset(m.issue.salt1, flags, sizeof(m.issue.salt1));
	must(argon_derive(m.issue.out1, pin, 8, m.issue.salt1, &cost) == 0);
	must(argon_derive(m.issue.out2, pin + 8, 8, m.issue.salt2, &cost) == 0);
	if (want.verdict == V_OK && (level == 0 || level == 3 || category == 0 || category == 7))
		want.verdict = V_BAD;
	else if (want.verdict == V_OK && ((shown && !good) || (!shown && level == 2)))
		want.verdict = V_DOCUMENT;
	else if (want.verdict == V_OK && m.issue.mem_kib != cost.mem_kib)
		want.verdict = V_COST;
	else if (want.verdict == V_OK)
		want.verdict = model_issue(&w.m, the_person(), pin, level, category, w.now_s);
	world_expect(&m, want);
	w.operators += want.verdict == V_OK;
}

static void do_revoke(void)
{
	struct wire_msg m = { .type = WIRE_REVOKE, .revoke.reason = "lost" };
	struct said want = { world_may_ask(ROLE_ADMIN, false), 0 };

	memcpy(m.revoke.cf, world_cfs[w.person], 16);
	if (next() % 8 == 7)
		m.revoke.reason[0] = '\0';
	if (want.verdict == V_OK && m.revoke.reason[0] == '\0')
		want.verdict = V_BAD;
	else if (want.verdict == V_OK)
		want.verdict = model_revoke(&w.m, the_person(), w.now_s);
	world_expect(&m, want);
	w.operators += want.verdict == V_OK;
}

static void do_unlock(void)
{
	struct wire_msg m = { .type = WIRE_UNLOCK };
	struct said want = { world_may_ask(ROLE_ADMIN, false), 0 };

	memcpy(m.unlock.cf, world_cfs[w.person], 16);
	if (want.verdict == V_OK)
		want.verdict = model_unlock(&w.m, the_person(), w.now_s);
	world_expect(&m, want);
	w.operators += want.verdict == V_OK;
}

static void do_convert(void)
{
	struct wire_msg m = { .type = WIRE_CONVERT,
			      .convert = { .doc_kind = next() % 5, .doc_number = "X1",
					   .doc_issuer = "Y", .doc_until_s = w.now_s + 1 } };
	bool good = m.convert.doc_kind >= 1 && m.convert.doc_kind <= 3;
	struct said want = { world_may_ask(ROLE_ADMIN, false), 0 };

	memcpy(m.convert.cf, world_cfs[w.person], 16);
	if (want.verdict == V_OK && !good)
		want.verdict = V_DOCUMENT;
	else if (want.verdict == V_OK)
		want.verdict = model_convert(&w.m, the_person(), w.now_s);
	world_expect(&m, want);
	w.operators += want.verdict == V_OK;
}

/* A wait that is over is none. */
static uint64_t to_come(uint64_t until_s)
{
	return until_s > w.now_s ? until_s : 0;
}

/* All that is on record about the person is as the model has it. */
static void check_record(void)
{
	static const uint8_t lives[] = { [TEMPORARY] = PIN_TEMPORARY, [ACTIVE] = PIN_ACTIVE,
					 [EXPIRED] = PIN_EXPIRED, [LAPSED] = PIN_LAPSED,
					 [UNUSED] = PIN_UNUSED, [REVOKED] = PIN_REVOKED };
	const struct wire_record *r = &w.rep.record;
	const struct person *p = the_person();
	struct said gate = model_gate(p, NULL, 0, w.now_s);

	must(r->life == lives[model_standing(p, w.now_s)]);
	must(r->gate == (gate.verdict == V_OK ? PIN_OPEN :
			 gate.verdict == V_BLOCKED ? PIN_BLOCKED : PIN_THROTTLED));
	must(r->level == p->level && r->category == p->category);
	must(r->missing == missing_contacts());
	must(r->fails == p->own.fails && r->fails_max == LIMIT && r->until_s == to_come(p->own.until_s));
	must(r->set_s == p->set_s && r->lapses_s == p->lapses_s);
	must(r->expires_s == (p->temporary ? 0 : p->expires_s));
	must(r->seen_s == p->seen_s && strcmp(r->seen_at, p->seen_at) == 0);
	must(!p->revoked || strcmp(r->reason, "lost") == 0);
}

/* What each source has spent, the pool first. */
static void do_sources(void)
{
	struct wire_msg m = { .type = WIRE_SOURCE_GET, .source_get.index = next() % 12 };
	const struct wire_source_is *say = &w.rep.source_is;
	struct said want = { world_may_ask(ROLE_ADMIN, false), 0 };
	const struct person *p = the_person();
	const struct known *k;

	memcpy(m.source_get.cf, world_cfs[w.person], 16);
	if (want.verdict == V_OK && (!p->known || m.source_get.index > KNOWN_SOURCES))
		want.verdict = V_UNKNOWN;
	world_expect(&m, want);
	if (want.verdict != V_OK)
		return;
	if (m.source_get.index == 0) {
		must(say->fails == p->own.fails && say->fails_max == LIMIT);
		must(say->until_s == to_come(p->own.until_s) && say->seen_s == 0);
		return;
	}
	k = &p->known_from[m.source_get.index - 1];
	must(say->fails == k->count.fails && say->fails_max == SOURCE_LIMIT);
	must(say->until_s == to_come(k->count.until_s) && say->seen_s == k->seen_s);
	must(strcmp(say->service, k->service != NULL ? k->service : "") == 0);
	must((say->tag[0] == '\0') == (k->service == NULL));
}

static void do_status(void)
{
	struct wire_msg m = { .type = WIRE_STATUS };
	struct said want = { world_may_ask(ROLE_ADMIN, false), 0 };

	memcpy(m.status.cf, world_cfs[w.person], 16);
	if (want.verdict == V_OK && !the_person()->known)
		want.verdict = V_UNKNOWN;
	world_expect(&m, want);
	if (want.verdict == V_OK)
		check_record();
}

static void do_service_test(void)
{
	static const enum verdict says[] = { [NONE] = V_UNKNOWN, [TEMPORARY] = V_MUST_CHANGE,
					     [ACTIVE] = V_OK, [EXPIRED] = V_MUST_CHANGE,
					     [LAPSED] = V_LAPSED, [UNUSED] = V_LAPSED,
					     [REVOKED] = V_REVOKED };
	struct wire_msg m = { .type = WIRE_SERVICE_TEST };
	struct said want = { world_may_ask(ROLE_ADMIN, false), 0 };
	const struct person *p = the_person();
	enum standing s = model_standing(p, w.now_s);

	memcpy(m.service_test.cf, world_cfs[w.person], 16);
	snprintf(m.service_test.service, sizeof(m.service_test.service), "%s",
		 world_services[w.service]);
	if (want.verdict == V_OK && s != NONE && s != REVOKED)
		want = model_gate(p, NULL, 0, w.now_s);
	if (want.verdict == V_OK)
		want = conditions((struct said){ says[s], 0 }, 0, false);
	world_expect(&m, want);
}

static void do_stats(void)
{
	struct wire_msg m = { .type = WIRE_STATS };
	struct said want = { world_may_ask(ROLE_ADMIN, false), 0 };

	world_expect(&m, want);
	if (want.verdict != V_OK)
		return;
	must(w.rep.stats_are.requests == w.requests - 1 && w.rep.stats_are.renewed == w.renewed);
	must(w.rep.stats_are.operators == w.operators && w.rep.stats_are.failed == 0);
}

/* What is about nobody. */
static void do_impersonal(void)
{
	static const enum wire_type verbs[] = { WIRE_PING, WIRE_COST, WIRE_SERVICE_GET };
	struct wire_msg m = { .type = verbs[next() % N(verbs)] };
	uint32_t i = next() % (WORLD_SERVICES + 2);
	struct said want;

	if (m.type == WIRE_SERVICE_GET)
		m.service_get.index = i;
	want.wait_s = 0;
	want.verdict = world_may_ask(m.type == WIRE_PING ? ROLE_AUTH : ROLE_ADMIN, false);
	if (want.verdict == V_OK && m.type == WIRE_SERVICE_GET && i >= WORLD_SERVICES)
		want.verdict = V_UNKNOWN;
	world_expect(&m, want);
	if (w.rep.type == WIRE_COST_IS)
		must(w.rep.cost_is.ops == 1 && w.rep.cost_is.mem_kib == ARGON_MEM_KIB_MIN);
	if (w.rep.type == WIRE_SERVICE_IS)
		must(strcmp(w.rep.service_is.name, world_policies[i].name) == 0 &&
		     w.rep.service_is.level == world_policies[i].level &&
		     w.rep.service_is.peers == world_policies[i].n_peers);
}

/* Whoever is no natural person is refused by every verb alike. */
static void do_nobody(void)
{
	static const char *const bad[] = { "", "rssmra85t10a562s", "01234567897", "RSSMRA85T10A562T",
					   "RSSMRA85T10A562", "RSSMRA85T10A562 ", "\377" };
	static const enum wire_type verbs[] = { WIRE_AUTHENTICATE, WIRE_AUTHORIZE, WIRE_RENEW_OPEN,
						WIRE_RENEW_COMMIT, WIRE_ISSUE, WIRE_STATUS, WIRE_REVOKE,
						WIRE_UNLOCK, WIRE_CONVERT, WIRE_SERVICE_TEST,
						WIRE_SOURCE_GET, WIRE_SELF_STATUS, WIRE_SELF_CONVERT,
						WIRE_SELF_CONTACTS, WIRE_CONVERT_ASK, WIRE_CONVERT_JUDGE };
	const char *cf = bad[next() % N(bad)];
	struct wire_msg m = { .type = verbs[next() % N(verbs)] };

	memcpy(m.authenticate.cf, cf, strlen(cf)); /* the first field of all of them */
	w.who.role = m.type < WIRE_COST ? ROLE_AUTH : ROLE_ADMIN;
	w.who.may = true;
	w.who.duties = DUTY_ALL;
	world_expect(&m, (struct said){ V_BAD, 0 });
}

/* Any bytes. What happens to name one of ours is left out: the model would not know. */
static void do_raw(void)
{
	size_t n = (size_t)next() * 5, left = (size_t)(w.end - w.p);
	struct wire_msg m;
	bool ours = false;

	n = n < left ? n : left;
	w.who.role = (enum role)(n % 3);
	if (wire_decode(&m, w.p, n) == 0)
		for (size_t i = 0; i < MODEL_PEOPLE; i++)
			ours = ours || memmem(w.p, n, world_cfs[i], 16) != NULL;
	if (!ours)
		world_send(w.p, n);
	w.p += n;
	w.m.high_s = w.sv.accounts.high_s;
	w.renewed = w.sv.stats.renewed;
	w.operators = w.sv.stats.operators;
}

/* A moment at which something changes for the person. */
static uint64_t moment(uint8_t which)
{
	const struct person *p = the_person();
	const uint64_t moments[] = { p->expires_s, p->lapses_s, p->expires_s - 14 * 86400,
				     p->own.until_s, p->shadow.until_s, p->shadow.last_s + 86400,
				     p->junk.until_s, p->junk.last_s + 86400,
				     p->known_from[0].count.until_s, p->wrongs[0].at_s + AGAIN_S,
				     w.ticket.until_s, w.grant.until_s,
				     w.recent[w.person][w.service][w.uid] + 300 };

	return moments[which % N(moments)];
}

static void do_time(void)
{
	static const uint32_t jumps[] = { 1, 2, 29, 30, 31, 60, 119, 120, 121, 299, 300, 301, 599, 600,
					  3600, 86399, 86400, 86401, 14 * 86400, 60 * 86400 };
	uint8_t how = next() % 4, b = next();
	uint32_t jump = jumps[b % N(jumps)];
	uint64_t then_s = moment(b / 4) + b % 3 - 1; /* just before, at, just after */

	if (how == 0)
		w.real_s = w.now_s + jump;
	else if (how == 1)
		w.real_s -= jump;
	else if (how == 2)
		w.real_s = calendar_add_months(w.now_s, 1 + (b & 7));
	else if (then_s > w.now_s && then_s < w.now_s + 1000 * 86400)
		w.real_s = then_s;
}

static void do_configure(void)
{
	world_configure(next() & 1);
}

/* Who asks about whom, mostly at the socket where the verb lives; then the verb. */
static void do_step(void)
{
	static void (*const acts[])(void) = {
		do_authenticate, do_authenticate, do_authenticate, do_authenticate, do_authorize,
		do_renew_open,   do_renew_open,   do_renew_commit, do_renew_commit, do_issue,
		do_issue,        do_revoke,       do_unlock,       do_convert,      do_service_test,
		do_sources,      do_impersonal,   do_nobody,       do_raw,          do_time,
		do_time,         do_configure,
	};
	uint8_t op = next() % N(acts), about = next(), odd = next() & 31;

	w.person = (about & 3) % MODEL_PEOPLE;
	w.service = about >> 2 & 3;
	w.uid = (about >> 4 & 3) % WORLD_UIDS;
	w.now_s = w.real_s > w.m.high_s ? w.real_s : w.m.high_s;
	w.who = (struct peer){ op < 9 ? ROLE_AUTH : ROLE_ADMIN, odd != 31, uids[w.uid],
			       odd != 28 ? DUTY_ALL : 0 };
	if (odd == 29 || odd == 30)
		w.who.role = op < 9 ? ROLE_ADMIN : ROLE_AUTH;
	if (odd == 27)
		w.who.role = ROLE_COURIER;
	acts[op]();
	w.now_s = w.real_s > w.m.high_s ? w.real_s : w.m.high_s;
	w.who = (struct peer){ ROLE_ADMIN, true, 0, DUTY_ALL };
	do_status();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	world_open(data, size);
	for (int i = 0; i < STEPS && w.p < w.end; i++)
		do_step();
	do_stats();
	world_close();
	return 0;
}
