/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_roles.c - whose duty is what, as the kernel tells pind: operators by their groups, couriers
 * by their uids, through three sockets handed over as systemd does. Runs pind as another user, so it
 * needs root. unit/test_duties.c walks the whole matrix.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rig.h"

#define PIND_UID 64321
#define ADMINS   64242 /* the group of admin.sock, */
#define COURIERS 64243 /* and of courier.sock */
#define HELPDESK 64501
#define APPROVER 64502
#define AUDITOR  64503
#define PORTAL   64504
#define NO_GROUP 64999
#define MAIL_UID  64601
#define PRESS_UID 64602

#define CONF RIG_CONF "[operators]\nhelpdesk = 64501\napprover = 64502\nauditor = 64503\n"                   \
		      "portal = 64504\n"                                                               \
		      "[couriers]\nelectronic = 64601\npost = 64602\n"

static int doors[3] = { -1, -1, -1 };

static void become_pind(void)
{
	rig_pass(doors, 3, "auth:admin:courier");
	if (setresgid(NO_GROUP, NO_GROUP, NO_GROUP) != 0 ||
	    setresuid(PIND_UID, PIND_UID, PIND_UID) != 0)
		_exit(125);
}

static void open_house(const char *conf)
{
	if (geteuid() != 0)
		rig_skip("only root can be several users");
	assert_int_equal(mkdir(rig.run, 0755), 0);
	assert_int_equal(mkdir(rig.state, 0700), 0);
	assert_int_equal(chown(rig.state, PIND_UID, NO_GROUP), 0);
	assert_int_equal(chown(rig.key, PIND_UID, NO_GROUP), 0);
	rig_conf(conf);
	doors[0] = rig_listen(rig.auth, 0666); /* all may connect: pind must tell them apart */
	doors[1] = rig_listen(rig.admin, 0666);
	doors[2] = rig_listen(rig.courier, 0666);
	assert_int_equal(chown(rig.admin, 0, ADMINS), 0);
	assert_int_equal(chown(rig.courier, 0, COURIERS), 0);
	rig.before_exec = become_pind;
	rig_start();
}

static int close_house(void **state)
{
	for (int i = 0; i < 3; i++) {
		if (doors[i] >= 0)
			close(doors[i]);
		doors[i] = -1;
	}
	return rig_close(state);
}

/* What each caller is told of: a helpdesk's, an approver's, an auditor's verb, a courier's two. */
static const struct row {
	const char *who;
	struct rig_caller caller;
	bool helpdesk, approver, auditor, electronic, post;
} rows[] = {
	{ "root", { 0, 0, 0 }, true, true, true, true, true },
	{ "pind itself", { PIND_UID, NO_GROUP, NO_GROUP }, true, true, true, true, true },
	{ "helpdesk", { 65001, ADMINS, HELPDESK }, true, false, false, false, false },
	{ "approver", { 65002, ADMINS, APPROVER }, false, true, false, false, false },
	{ "auditor", { 65003, AUDITOR, ADMINS }, false, false, true, false, false },
	{ "admin without duty", { 65004, ADMINS, NO_GROUP }, false, false, false, false, false },
	{ "helpdesk who may not use the socket", { 65005, HELPDESK, NO_GROUP }, false, false, false,
	  false, false },
	{ "helpdesk among the couriers", { 65006, HELPDESK, COURIERS }, false, false, false, false, false },
	{ "electronic", { MAIL_UID, COURIERS, NO_GROUP }, false, false, false, true, false },
	{ "post", { PRESS_UID, NO_GROUP, COURIERS }, false, false, false, false, true },
	{ "post who may not use the socket", { PRESS_UID, NO_GROUP, NO_GROUP }, false, false, false, false,
	  false },
	{ "courier of nothing", { 64603, COURIERS, NO_GROUP }, false, false, false, false, false },
	{ "uid like a duty's group", { HELPDESK, ADMINS, NO_GROUP }, false, false, false, false, false },
	{ "group like a courier's uid", { 65007, COURIERS, MAIL_UID }, false, false, false, false, false },
	{ "stranger", { 65008, NO_GROUP, NO_GROUP }, false, false, false, false, false },
};

static void check(const struct row *row, const char *path, struct wire_msg req, int answer, bool may)
{
	struct wire_msg rep;
	int r = rig_ask_as(&row->caller, path, &req, &rep);

	if (r != (may ? answer : V_DENIED))
		fail_msg("%s, request 0x%x: %d", row->who, (unsigned int)req.type, r);
}

/* One verb stands for each duty. */
static void check_row(const struct row *row)
{
	struct wire_msg resend = { .type = WIRE_REQUEST_RESEND, .request_resend.number = "2026-0000123-T" };
	struct wire_msg put = { .type = WIRE_REGISTRY_PUT,
				  .registry_put = { .registry = 1, .code = "M1", .cf = "01234560587" } };
	struct wire_msg begin = { .type = WIRE_REGISTRY_BEGIN, .registry_begin.registry = 1 };
	struct wire_msg head = { .type = WIRE_AUDIT_HEAD };
	struct wire_msg take = { .type = WIRE_ORDER_TAKE };

	check(row, rig.admin, resend, V_UNKNOWN, row->helpdesk);
	check(row, rig.admin, begin, V_OK, row->approver);
	check(row, rig.admin, put, V_OK, row->approver);
	check(row, rig.admin, head, 0, row->auditor);
	take.order_take.to = 1;
	check(row, rig.courier, take, V_UNKNOWN, row->electronic);
	take.order_take.to = 2;
	check(row, rig.courier, take, V_UNKNOWN, row->post);
	check(row, rig.admin, take, V_BAD, true); /* a verb of another socket, whoever asks */
}

static void test_each_has_the_duties_given(void **state)
{
	(void)state;
	open_house(CONF);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		check_row(&rows[i]);
	assert_int_equal(rig_stop(), 0);
}

/* A public page has none of the desk's duties, and is answered about the links it was given. */
static void test_a_page_has_its_own(void **state)
{
	const struct row page = { "page", { 65009, ADMINS, PORTAL }, false, false, false, false, false };
	const struct wire_msg used = { .type = WIRE_RECOVER_CONFIRM };

	(void)state;
	open_house(CONF);
	check_row(&page);
	check(&page, rig.admin, used, V_UNKNOWN, true);
	check(&rows[3], rig.admin, used, V_UNKNOWN, false); /* an approver */
	assert_int_equal(rig_stop(), 0);
}

/* By its usual names, of which this machine has none: nobody but root and pind has a duty. */
static void test_names_that_are_not_there(void **state)
{
	(void)state;
	open_house(RIG_CONF);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct row row = rows[i];

		if (i > 1)
			row.helpdesk = row.approver = row.auditor = row.electronic = row.post = false;
		check_row(&row);
	}
	assert_int_equal(rig_stop(), 0);
}

/* What is changed while pind runs is said to want a restart, and waits for it. */
static void test_duties_change_with_a_restart(void **state)
{
	const struct row *clerk = &rows[2];
	struct wire_msg req = { .type = WIRE_REQUEST_RESEND, .request_resend.number = "2026-0000123-T" };

	(void)state;
	open_house(CONF);
	rig_conf(RIG_CONF "[operators]\nhelpdesk = 64777\n");
	assert_int_equal(kill(rig.pid, SIGHUP), 0);
	rig_say_wait("restart pind for the new helpdesk, approver, auditor, portal, electronic, post", 1);
	check(clerk, rig.admin, req, V_UNKNOWN, true);
	rig_restart();
	check(clerk, rig.admin, req, V_UNKNOWN, false);
	assert_int_equal(rig_stop(), 0);
}

/* Started by hand: three sockets of its own, for root and itself. */
static void test_sockets_made_by_pind(void **state)
{
	struct stat st;

	(void)state;
	if (geteuid() != 0)
		rig_skip("only root can be several users");
	rig_start();
	assert_int_equal(stat(rig.courier, &st), 0);
	assert_true(S_ISSOCK(st.st_mode) && (st.st_mode & 07777) == 0600);
	check_row(&rows[0]);
	assert_int_equal(chmod(rig.admin, 0666) | chmod(rig.courier, 0666), 0);
	for (size_t i = 2; i < sizeof(rows) / sizeof(*rows); i++) {
		struct row row = rows[i];

		row.helpdesk = row.approver = row.auditor = row.electronic = row.post = false;
		check_row(&row);
	}
	assert_int_equal(rig_stop(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_each_has_the_duties_given, rig_open, close_house),
		cmocka_unit_test_setup_teardown(test_a_page_has_its_own, rig_open, close_house),
		cmocka_unit_test_setup_teardown(test_names_that_are_not_there, rig_open, close_house),
		cmocka_unit_test_setup_teardown(test_duties_change_with_a_restart, rig_open, close_house),
		cmocka_unit_test_setup_teardown(test_sockets_made_by_pind, rig_open, close_house),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
