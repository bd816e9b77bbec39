/* SPDX-License-Identifier: BSD-2-Clause */
/* test_life.c - a PIN from the desk to its end; also with a kill -9 between any two steps. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "person.h"
#include "rig.h"
#include "symbols.h"

#define MONTH_S (30 * 86400)

static bool restarts; /* kill -9 and start again before every question */

static int ask(struct wire_msg req, struct wire_msg *rep)
{
	if (restarts)
		rig_restart();
	return rig_ask(&req, rep);
}

/* AUTHENTICATE that must be answered v. */
static struct wire_verdict login(const char *cf, const char *pin, int v)
{
	struct wire_msg rep;

	assert_int_equal(ask(rig_authenticate(cf, pin), &rep), v);
	return rep.verdict;
}

static bool is_zero(const uint8_t *p, size_t n)
{
	return n == 0 || (p[0] == 0 && memcmp(p, p + 1, n - 1) == 0);
}

static struct wire_renewal open_by(const char *cf, const char *old, const uint8_t *grant)
{
	struct wire_msg req = rig_renew_open(cf, old), rep;

	if (grant != NULL)
		memcpy(req.renew_open.grant, grant, WIRE_GRANT_LEN);
	assert_int_equal(ask(req, &rep), 0);
	assert_int_equal(rep.type, WIRE_RENEWAL);
	return rep.renewal;
}

static struct wire_msg commit_by(const char *cf, const char *old, const uint8_t *grant,
				 const struct wire_renewal *r)
{
	struct wire_msg m = rig_renew_commit(cf, old, r);

	if (grant != NULL)
		memcpy(m.renew_commit.grant, grant, WIRE_GRANT_LEN);
	return m;
}

static void assert_record(const char *cf, unsigned int life, unsigned int level,
			  unsigned int missing, unsigned int fails)
{
	struct wire_record rec;

	assert_int_equal(rig_status(cf, &rec), 0);
	assert_int_equal(rec.life, life);
	assert_int_equal(rec.level, level);
	assert_int_equal(rec.missing, missing);
	assert_int_equal(rig_spent(cf), fails);
}

enum { TEMPORARY = 2, ACTIVE = 3, REVOKED = 7 }; /* enum pin_life, as it is sent */

/* What is not good enough to commit, one thing at a time; nothing changes. */
static void refuse_commits(const char *cf, const uint8_t *grant, const struct wire_renewal *r)
{
	static const struct {
		const char *phone, *email, *typed;
		int v;
	} rows[] = {
		{ "", "chi@example.org", NULL, V_CONTACTS },
		{ "+393331234567", "", NULL, V_CONTACTS },
		{ "0612345678", "chi@example.org", NULL, V_CONTACTS },
		{ "+393331234567", "chi@example", NULL, V_CONTACTS },
		{ "+393331234567", "chi@example.org", RIG_PIN, V_MISTYPED },
		{ "+393331234567", "chi@example.org", "", V_MISTYPED },
		{ "+393331234567", "chi@example.org", RIG_WRONG, V_MISTYPED },
	};
	struct wire_msg req, rep;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		req = commit_by(cf, "", grant, r);
		snprintf(req.renew_commit.phone, 17, "%s", rows[i].phone);
		snprintf(req.renew_commit.email, 255, "%s", rows[i].email);
		if (rows[i].typed != NULL)
			snprintf(req.renew_commit.pin, 65, "%s", rows[i].typed);
		assert_int_equal(ask(req, &rep), rows[i].v);
	}
	assert_record(cf, TEMPORARY, LEVEL_SEMPLICE, WIRE_MISSING_PHONE | WIRE_MISSING_EMAIL, 0);
}

/* The ticket and the grant are for one person and one service, and whole. */
static void refuse_strangers(const char *cf, const char *other, const uint8_t *grant,
			     const struct wire_renewal *r)
{
	struct wire_msg req = commit_by(other, RIG_PIN, NULL, r), rep;

	assert_int_equal(ask(req, &rep), V_STALE);
	req = commit_by(other, "", grant, r);
	assert_int_equal(ask(req, &rep), V_STALE);
	req = commit_by(cf, "", grant, r);
	snprintf(req.renew_commit.service, 33, "other");
	assert_int_equal(ask(req, &rep), V_STALE);
	req = commit_by(cf, "", grant, r);
	req.renew_commit.ticket[50] ^= 1;
	assert_int_equal(ask(req, &rep), V_STALE);
	req = commit_by(cf, "", grant, r);
	req.renew_commit.grant[51] ^= 1;
	assert_int_equal(ask(req, &rep), V_STALE);
	req = rig_renew_open(other, "");
	memcpy(req.renew_open.grant, grant, WIRE_GRANT_LEN);
	assert_int_equal(ask(req, &rep), V_STALE);
	req = rig_renew_open(cf, "");
	memcpy(req.renew_open.grant, grant, WIRE_GRANT_LEN);
	snprintf(req.renew_open.service, 33, "other");
	assert_int_equal(ask(req, &rep), V_STALE);
}

/* First login with the grant of AUTHENTICATE. pin gets the new one. */
static void first_login(const char *cf, const char *other, char pin[static 17])
{
	struct wire_verdict v = login(cf, RIG_PIN, V_MUST_CHANGE);
	struct wire_renewal r = open_by(cf, "", v.grant);
	struct wire_msg rep;

	assert_int_equal(v.level, LEVEL_SEMPLICE);
	assert_int_equal(v.category, CATEGORY_LAVORATORE);
	assert_int_equal(v.expires_s, 0);
	assert_false(is_zero(v.grant, sizeof(v.grant)));
	assert_int_equal(strlen(r.pin), SYMBOLS_HALF);
	assert_int_equal(r.missing, WIRE_MISSING_PHONE | WIRE_MISSING_EMAIL);
	refuse_commits(cf, v.grant, &r);
	refuse_strangers(cf, other, v.grant, &r);
	login(cf, r.pin, V_WRONG); /* not in force before it is typed back */
	assert_int_equal(ask(commit_by(cf, "", v.grant, &r), &rep), V_OK);
	assert_int_equal(rep.verdict.level, LEVEL_SEMPLICE);
	assert_int_equal(rep.verdict.category, CATEGORY_LAVORATORE);
	assert_in_range(rep.verdict.expires_s, (uint64_t)time(NULL) + 6 * MONTH_S - 2 * 86400,
			(uint64_t)time(NULL) + 6 * MONTH_S + 6 * 86400);
	assert_int_equal(ask(commit_by(cf, "", v.grant, &r), &rep), V_STALE); /* both are used up */
	assert_int_equal(ask(commit_by(cf, r.pin, NULL, &r), &rep), V_STALE);
	memcpy(pin, r.pin, sizeof(r.pin));
}

/* Later renewals prove the old PIN again; the contacts are known. */
static void renew_by_old(const char *cf, char pin[static 17])
{
	struct wire_renewal r, late;
	struct wire_msg req, rep;

	assert_int_equal(ask(rig_renew_open(cf, RIG_WRONG), &rep), V_WRONG);
	r = open_by(cf, pin, NULL);
	late = open_by(cf, pin, NULL);
	assert_int_equal(r.missing, 0);
	assert_string_not_equal(r.pin, pin);
	assert_string_not_equal(r.pin, late.pin);
	assert_int_equal(ask(commit_by(cf, RIG_WRONG, NULL, &r), &rep), V_WRONG);
	req = commit_by(cf, pin, NULL, &r);
	req.renew_commit.email[0] = '\0';
	req.renew_commit.phone[0] = '\0';
	snprintf(req.renew_commit.pin, 65, " %.4s-%c%.3s ", r.pin, r.pin[4] | 0x20, r.pin + 5);
	assert_int_equal(ask(req, &rep), V_OK); /* typed as people type */
	assert_int_equal(ask(commit_by(cf, r.pin, NULL, &late), &rep), V_STALE);
	login(cf, pin, V_WRONG);
	memcpy(pin, r.pin, sizeof(r.pin));
}

static void live(void)
{
	char cf[17], other[17], pin[17];
	struct wire_verdict v;
	struct wire_msg rep;

	rig_cf(cf, 1);
	rig_cf(other, 2);
	rig_start();
	login(cf, RIG_PIN, V_WRONG);
	assert_int_equal(ask(rig_issue_of(cf), &rep), V_OK);
	assert_int_equal(ask(rig_issue_of(cf), &rep), V_LIVE);
	assert_int_equal(ask(rig_issue_of(other), &rep), V_OK);
	login(cf, "ABCD2345EFGH6788", V_WRONG);
	login(cf, "ABCD2345", V_WRONG); /* a half opens nothing */
	first_login(cf, other, pin);
	assert_record(cf, ACTIVE, LEVEL_SEMPLICE, 0, 0);
	login(cf, RIG_PIN, V_WRONG);
	v = login(cf, pin, V_OK);
	assert_true(v.expires_s > (uint64_t)time(NULL) && v.warn_days == 0);
	assert_true(is_zero(v.grant, sizeof(v.grant)));
	renew_by_old(cf, pin);
	login(cf, pin, V_OK);
	assert_int_equal(rig_about(WIRE_REVOKE, cf), V_OK);
	login(cf, pin, V_WRONG);
	assert_record(cf, REVOKED, LEVEL_NONE, 0, 1);
	assert_int_equal(ask(rig_issue_of(cf), &rep), V_OK);
	login(cf, pin, V_WRONG);
	login(cf, RIG_PIN, V_MUST_CHANGE);
	assert_record(cf, TEMPORARY, LEVEL_SEMPLICE, WIRE_MISSING_PHONE | WIRE_MISSING_EMAIL, 0);
	assert_record(other, TEMPORARY, LEVEL_SEMPLICE, 3, 0); /* nothing above touched it */
	assert_int_equal(rig_stop(), 0);
}

static void test_life(void **state)
{
	(void)state;
	live();
}

static void test_life_restarted(void **state)
{
	(void)state;
	restarts = true;
	live();
	restarts = false;
}

static void test_life_release(void **state)
{
	(void)state;
	rig.program = getenv("PIND_RELEASE");
	live();
}

/* "simplified = no": the definitive PIN has 16 symbols, and half of it is nothing. */
static void test_16_symbols(void **state)
{
	char cf[17], pin[17] = "", half[17];

	(void)state;
	rig_conf(RIG_CONF "[pin]\nsimplified = no\n");
	rig_start();
	assert_int_equal(rig_issue(rig_cf(cf, 3)), V_OK);
	assert_int_equal(rig_renew(cf, RIG_PIN, pin), V_OK);
	assert_int_equal(strlen(pin), SYMBOLS_MAX);
	login(cf, pin, V_OK);
	snprintf(half, sizeof(half), "%.8s", pin);
	login(cf, half, V_WRONG);
	login(cf, RIG_PIN, V_WRONG);
	login(cf, pin, V_OK);
	assert_int_equal(rig_stop(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_life, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_life_restarted, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_life_release, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_16_symbols, rig_open, rig_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
