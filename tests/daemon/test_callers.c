/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_callers.c - who may ask what: every kind of caller, both sockets, handed over as systemd
 * does. test_roles.c has the duties. Runs pind as another user, so it needs root.
 */
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rig.h"

#define PIND_UID 64321
#define GROUP    64242 /* of the socket files, and with all of the operators' duties */
#define NO_GROUP 64999

enum { ROOT, PIND_ITSELF, MEMBER, MEMBER_TOO, STRANGER, CALLERS };

static const struct rig_caller callers[CALLERS] = {
	[ROOT] = { 0, 0, 0 },
	[PIND_ITSELF] = { PIND_UID, NO_GROUP, NO_GROUP },
	[MEMBER] = { 65001, NO_GROUP, GROUP },
	[MEMBER_TOO] = { 65002, GROUP, NO_GROUP },
	[STRANGER] = { 65003, NO_GROUP, NO_GROUP },
};

static int doors[2] = { -1, -1 };

static void become_pind(void)
{
	rig_pass(doors, 2, "auth:admin");
	if (setresgid(NO_GROUP, NO_GROUP, NO_GROUP) != 0 ||
	    setresuid(PIND_UID, PIND_UID, PIND_UID) != 0)
		_exit(125);
}

/* Socket files of this mode, and pind behind them. */
static void open_house(mode_t mode)
{
	if (geteuid() != 0)
		rig_skip("only root can be several users");
	assert_int_equal(mkdir(rig.run, 0755), 0);
	assert_int_equal(mkdir(rig.state, 0700), 0);
	assert_int_equal(chown(rig.state, PIND_UID, NO_GROUP), 0);
	assert_int_equal(chown(rig.key, PIND_UID, NO_GROUP), 0);
	rig_conf(RIG_CONF "[operators]\nhelpdesk = 64242\napprover = 64242\nauditor = 64242\n");
	doors[0] = rig_listen(rig.auth, mode);
	doors[1] = rig_listen(rig.admin, mode);
	assert_int_equal(chown(rig.auth, 0, GROUP), 0);
	assert_int_equal(chown(rig.admin, 0, GROUP), 0);
	rig.before_exec = become_pind;
	rig_start();
}

static int close_house(void **state)
{
	for (int i = 0; i < 2; i++) {
		if (doors[i] >= 0)
			close(doors[i]);
		doors[i] = -1;
	}
	return rig_close(state);
}

/* What who may ask is answered; who may not, DENIED. A verb of the other socket is BAD for all. */
static const struct row {
	enum wire_type type;
	bool admin;
	int root, other; /* codes; 0: the reply is another message */
} rows[] = {
	{ WIRE_AUTHENTICATE, false, V_WRONG,    V_WRONG },
	{ WIRE_AUTHORIZE,    false, V_WRONG,    V_DENIED }, /* root need not have proven a PIN */
	{ WIRE_RENEW_OPEN,   false, V_WRONG,    V_WRONG },
	{ WIRE_RENEW_COMMIT, false, V_STALE,    V_STALE },
	{ WIRE_PING,         false, V_OK,       V_OK },
	{ WIRE_COST,         true,  0,          0 },
	{ WIRE_ISSUE,        true,  V_LIVE,     V_LIVE },
	{ WIRE_STATUS,       true,  V_UNKNOWN,  V_UNKNOWN },
	{ WIRE_REVOKE,       true,  V_UNKNOWN,  V_UNKNOWN },
	{ WIRE_UNLOCK,       true,  V_UNKNOWN,  V_UNKNOWN },
	{ WIRE_CONVERT,      true,  V_DOCUMENT, V_DOCUMENT },
	{ WIRE_SERVICE_GET,  true,  0,          0 },
	{ WIRE_SERVICE_TEST, true,  V_UNKNOWN,  V_UNKNOWN },
	{ WIRE_STATS,        true,  0,          0 },
};

/* The question of a row: about live when it is ISSUE, else about nobody. */
static struct wire_msg question(enum wire_type type, const char *live, const char *nobody)
{
	static const struct wire_renewal nothing;
	struct wire_msg m = { .type = type };

	switch (type) {
	case WIRE_AUTHENTICATE: return rig_authenticate(nobody, RIG_WRONG);
	case WIRE_AUTHORIZE: return rig_authorize(nobody);
	case WIRE_RENEW_OPEN: return rig_renew_open(nobody, RIG_WRONG);
	case WIRE_RENEW_COMMIT: return rig_renew_commit(nobody, RIG_WRONG, &nothing);
	case WIRE_ISSUE: return rig_issue_of(live);
	case WIRE_STATUS: memcpy(m.status.cf, nobody, 17); break;
	case WIRE_UNLOCK: memcpy(m.unlock.cf, nobody, 17); break;
	case WIRE_CONVERT: memcpy(m.convert.cf, nobody, 17); break;
	case WIRE_SERVICE_TEST: memcpy(m.service_test.cf, nobody, 17); break;
	case WIRE_REVOKE:
		memcpy(m.revoke.cf, nobody, 17);
		snprintf(m.revoke.reason, sizeof(m.revoke.reason), "lost");
		break;
	default: break;
	}
	return m;
}

static int expected(const struct row *row, bool admin, int caller, bool may)
{
	if (row->admin != admin)
		return V_BAD;
	if (!may)
		return V_DENIED;
	return caller == ROOT ? row->root : row->other;
}

/* may: bit 1 << caller. */
static void walk_matrix(unsigned int may)
{
	char live[17], nobody[17];
	struct wire_msg req, rep;

	assert_int_equal(rig_issue(rig_cf(live, 1)), V_OK);
	for (int who = 0; who < CALLERS; who++)
		for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(*rows); i++) {
			const struct row *row = &rows[i / 2];
			const char *path = i % 2 == 0 ? rig.auth : rig.admin;
			int r;

			rig_cf(nobody, 100 + (unsigned int)who); /* three attempts each */
			req = question(row->type, live, nobody);
			r = rig_ask_as(&callers[who], path, &req, &rep);
			if (r != expected(row, i % 2 == 1, who, may >> who & 1))
				fail_msg("caller %d, request 0x%x by %s: %d", who,
					 (unsigned int)row->type, path, r);
		}
}

static void test_matrix(void **state)
{
	(void)state;
	open_house(0666); /* the kernel lets everybody connect: pind must tell them apart */
	walk_matrix(1u << ROOT | 1u << PIND_ITSELF | 1u << MEMBER | 1u << MEMBER_TOO);
	assert_int_equal(rig_stop(), 0);
}

/* A group that may not write to the file has no say. */
static void test_no_group(void **state)
{
	(void)state;
	open_house(0606);
	assert_int_equal(chmod(rig.auth, 0666), 0);
	assert_int_equal(chmod(rig.admin, 0666), 0);
	walk_matrix(1u << ROOT | 1u << PIND_ITSELF);
	assert_int_equal(rig_stop(), 0);
}

/* Replies are no requests, and nobody may send one. */
static void test_reply_types(void **state)
{
	struct wire_msg req = { .type = WIRE_VERDICT }, rep;

	(void)state;
	open_house(0666);
	for (int who = 0; who < CALLERS; who++)
		for (int type = WIRE_VERDICT; type <= WIRE_STATS_ARE; type++) {
			req.type = (enum wire_type)type;
			assert_int_equal(rig_ask_as(&callers[who], rig.auth, &req, &rep), V_BAD);
			assert_int_equal(rig_ask_as(&callers[who], rig.admin, &req, &rep), V_BAD);
		}
	assert_int_equal(rig_stop(), 0);
}

static int try_at(int who, const char *service)
{
	struct wire_msg req = rig_authenticate("QQQBBB80A01H501?", RIG_WRONG), rep;

	rig_cf(req.authenticate.cf, 200 + (unsigned int)who);
	snprintf(req.authenticate.service, 33, "%s", service);
	return rig_ask_as(&callers[who], rig.auth, &req, &rep);
}

/* peers= says who may ask for one service, among those who may use the socket at all. */
static void test_peers(void **state)
{
	static const char *const services[] = { "test", "closed", "by-name" };
	static const bool may[][CALLERS] = {
		{ true, true, true, true, false },
		{ false, false, true, false, false },
		{ true, false, false, true, false },
	};

	(void)state;
	rig_service("closed", "peers = 65001 65003\n");
	rig_service("by-name", "peers = root,65002\n");
	open_house(0666);
	for (size_t s = 0; s < 3; s++)
		for (int who = 0; who < CALLERS; who++)
			assert_int_equal(try_at(who, services[s]),
					 may[s][who] ? V_WRONG : V_DENIED);
	assert_int_equal(rig_stop(), 0);
}

/* A grant and a ticket are good for the uid that got them. */
static void test_ticket_of_another(void **state)
{
	const struct rig_caller *thief = &callers[MEMBER_TOO], *owner = &callers[MEMBER];
	struct wire_msg req, rep, open, commit;
	char cf[17];

	(void)state;
	open_house(0666);
	assert_int_equal(rig_issue(rig_cf(cf, 1)), V_OK);
	req = rig_authenticate(cf, RIG_PIN);
	assert_int_equal(rig_ask_as(owner, rig.auth, &req, &rep), V_MUST_CHANGE);
	open = rig_renew_open(cf, "");
	memcpy(open.renew_open.grant, rep.verdict.grant, WIRE_GRANT_LEN);
	assert_int_equal(rig_ask_as(thief, rig.auth, &open, &rep), V_STALE);
	assert_int_equal(rig_ask_as(owner, rig.auth, &open, &rep), 0);
	commit = rig_renew_commit(cf, RIG_PIN, &rep.renewal); /* with the old PIN, not the grant */
	assert_int_equal(rig_ask_as(thief, rig.auth, &commit, &rep), V_STALE);
	memcpy(commit.renew_commit.grant, open.renew_open.grant, WIRE_GRANT_LEN);
	assert_int_equal(rig_ask_as(thief, rig.auth, &commit, &rep), V_STALE);
	assert_int_equal(rig_ask_as(owner, rig.auth, &commit, &rep), V_OK);
	assert_int_equal(rig_stop(), 0);
}

/* ---- AUTHORIZE: what the account phase asks, without a PIN ---- */

static int authorize(const struct rig_caller *who, const char *cf, const char *service)
{
	struct wire_msg req = rig_authorize(cf), rep;

	snprintf(req.authorize.service, 33, "%s", service);
	return rig_ask_as(who, rig.auth, &req, &rep);
}

static int prove(const struct rig_caller *who, const char *cf, const char *pin)
{
	struct wire_msg req = rig_authenticate(cf, pin), rep;

	return rig_ask_as(who, rig.auth, &req, &rep);
}

/* The refusal's bytes, without what differs by itself: there is nothing. */
static void assert_same_denial(const struct rig_caller *who, const char *a, const char *b)
{
	uint8_t buf[WIRE_MAX], to[2][WIRE_MAX];
	struct wire_msg req;
	ssize_t n[2];
	size_t len;

	for (int i = 0; i < 2; i++) {
		req = rig_authorize(i == 0 ? a : b);
		assert_int_equal(wire_encode(&req, buf, sizeof(buf), &len), 0);
		n[i] = rig_raw_as(who, rig.auth, buf, len, to[i]);
	}
	assert_int_equal(n[0], n[1]);
	assert_in_range(n[0], 18, WIRE_MAX);
	assert_memory_equal(to[0], to[1], (size_t)n[0]);
}

static void test_authorize(void **state)
{
	const struct rig_caller *own = &callers[PIND_ITSELF], *member = &callers[MEMBER];
	char known[17], unknown[17];

	(void)state;
	open_house(0666);
	assert_int_equal(rig_issue(rig_cf(known, 1)), V_OK);
	rig_cf(unknown, 2);
	assert_int_equal(authorize(&callers[ROOT], known, RIG_SERVICE), V_MUST_CHANGE);
	assert_int_equal(authorize(&callers[ROOT], unknown, RIG_SERVICE), V_WRONG);
	assert_same_denial(member, known, unknown);
	assert_int_equal(authorize(member, known, RIG_SERVICE), V_DENIED);
	assert_int_equal(authorize(own, known, RIG_SERVICE), V_DENIED);
	assert_int_equal(prove(member, known, RIG_WRONG), V_WRONG);
	assert_int_equal(authorize(member, known, RIG_SERVICE), V_DENIED);
	assert_int_equal(prove(member, known, RIG_PIN), V_MUST_CHANGE);
	assert_int_equal(authorize(member, known, RIG_SERVICE), V_MUST_CHANGE);
	assert_int_equal(authorize(member, known, "other"), V_DENIED);
	assert_int_equal(authorize(member, unknown, RIG_SERVICE), V_DENIED);
	assert_int_equal(authorize(own, known, RIG_SERVICE), V_DENIED);
	assert_int_equal(authorize(&callers[MEMBER_TOO], known, RIG_SERVICE), V_DENIED);
	assert_int_equal(rig_about(WIRE_REVOKE, known), V_OK);
	assert_int_equal(authorize(member, known, RIG_SERVICE), V_WRONG);
	rig_restart(); /* proofs are kept in memory only */
	assert_int_equal(authorize(member, known, RIG_SERVICE), V_DENIED);
	assert_int_equal(rig_stop(), 0);
}

/* What root hears follows the record, and the service. */
static void test_authorize_standing(void **state)
{
	char cf[17], pin[17];

	(void)state;
	rig_service("submit", "level = dispositivo\n");
	rig_service("firms", "categories = impresa\n");
	open_house(0666);
	assert_int_equal(rig_issue(rig_cf(cf, 1)), V_OK);
	assert_int_equal(rig_renew(cf, RIG_PIN, pin), V_OK);
	assert_int_equal(authorize(&callers[ROOT], cf, RIG_SERVICE), V_OK);
	assert_int_equal(authorize(&callers[ROOT], cf, "submit"), V_LEVEL);
	assert_int_equal(authorize(&callers[ROOT], cf, "firms"), V_CATEGORY);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(rig_guess(cf, RIG_SERVICE, i), V_WRONG);
	assert_int_equal(rig_guess(cf, RIG_SERVICE, 3), V_THROTTLED);
	assert_int_equal(authorize(&callers[ROOT], cf, RIG_SERVICE), V_OK); /* by a key, by cron */
	assert_int_equal(rig_stop(), 0);
}

/* pind's seconds are 2 milliseconds long; the loop's timers stay as they are. */
static void hurry(void)
{
	setenv("LD_PRELOAD", "/usr/$LIB/faketime/libfaketime.so.1", 1);
	setenv("FAKETIME", "+0 x500", 1);
	setenv("DONT_FAKE_MONOTONIC", "1", 1);
	become_pind();
}

static void test_authorize_too_late(void **state)
{
	const struct rig_caller *member = &callers[MEMBER];
	char cf[17];

	(void)state;
	rig.program = getenv("PIND_RELEASE"); /* ASan must be loaded first */
	open_house(0666);
	assert_int_equal(rig_stop(), 0);
	rig.before_exec = hurry;
	rig_start();
	assert_int_equal(rig_issue(rig_cf(cf, 1)), V_OK);
	assert_int_equal(prove(member, cf, RIG_PIN), V_MUST_CHANGE);
	usleep(1000000); /* more than 5 minutes */
	assert_int_equal(authorize(member, cf, RIG_SERVICE), V_DENIED);
	assert_int_equal(authorize(&callers[ROOT], cf, RIG_SERVICE), V_MUST_CHANGE);
	rig_kill();
}

/* ---- who holds connections ---- */

/* In a child that is who: hold n connections and say nothing, until it is killed. */
static pid_t hold(const struct rig_caller *who, unsigned int n)
{
	int ready[2];
	char c;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (setgroups(1, &who->also) != 0 || setresgid(who->gid, who->gid, who->gid) != 0 ||
		    setresuid(who->uid, who->uid, who->uid) != 0)
			_exit(125);
		for (unsigned int i = 0; i < n; i++)
			(void)rig_connect(rig.auth);
		(void)!write(ready[1], "", 1);
		pause();
		_exit(0);
	}
	close(ready[1]);
	(void)!read(ready[0], &c, 1);
	close(ready[0]);
	return pid;
}

/* Two who take every connection there is, and send nothing, keep out neither services nor operators. */
static void test_silent_crowds(void **state)
{
	struct wire_msg ping = { .type = WIRE_PING }, rep;
	pid_t crowd[2];
	char cf[17];

	(void)state;
	rig_conf(RIG_CONF "[limits]\nconnections = 64\nper_uid = 40\npatience_ms = 60000\n");
	open_house(0666);
	assert_int_equal(rig_issue(rig_cf(cf, 1)), V_OK);
	crowd[0] = hold(&callers[MEMBER], 40);
	crowd[1] = hold(&callers[MEMBER_TOO], 40);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(rig_ask_as(&callers[ROOT], rig.auth, &ping, &rep), V_OK);
		assert_int_equal(rig_ask_as(&callers[PIND_ITSELF], rig.auth, &ping, &rep), V_OK);
		assert_int_equal(rig_about(WIRE_UNLOCK, cf), V_OK);
	}
	for (int i = 0; i < 2; i++) {
		assert_int_equal(kill(crowd[i], SIGKILL), 0);
		assert_int_equal(waitpid(crowd[i], NULL, 0), crowd[i]);
	}
	assert_int_equal(rig_stop(), 0);
}

/* Asking what one may not costs nothing: so it is written down once a minute, not each time. */
static void test_denied_is_noted_once(void **state)
{
	struct wire_msg req, rep;
	unsigned int noted;
	char cf[17];

	(void)state;
	rig_service("closed", "peers = 64999\n");
	open_house(0666);
	for (int i = 0; i < 30; i++) {
		req = rig_authenticate(rig_cf(cf, 1), RIG_PIN);
		snprintf(req.authenticate.service, 33, "closed");
		assert_int_equal(rig_ask_as(&callers[MEMBER], rig.auth, &req, &rep), V_DENIED);
	}
	noted = rig_said("a caller asked what it may not ask");
	assert_in_range(noted, 1, 2); /* the minute may end */
	assert_int_equal(rig_ask_as(&callers[MEMBER_TOO], rig.auth, &req, &rep), V_DENIED);
	assert_int_equal(rig_said("a caller asked what it may not ask"), noted + 1); /* for each uid */
	assert_int_equal(rig_stop(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_matrix, rig_open, close_house),
		cmocka_unit_test_setup_teardown(test_no_group, rig_open, close_house),
		cmocka_unit_test_setup_teardown(test_reply_types, rig_open, close_house),
		cmocka_unit_test_setup_teardown(test_peers, rig_open, close_house),
		cmocka_unit_test_setup_teardown(test_ticket_of_another, rig_open, close_house),
		cmocka_unit_test_setup_teardown(test_authorize, rig_open, close_house),
		cmocka_unit_test_setup_teardown(test_authorize_standing, rig_open, close_house),
		cmocka_unit_test_setup_teardown(test_authorize_too_late, rig_open, close_house),
		cmocka_unit_test_setup_teardown(test_silent_crowds, rig_open, close_house),
		cmocka_unit_test_setup_teardown(test_denied_is_noted_once, rig_open, close_house),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
