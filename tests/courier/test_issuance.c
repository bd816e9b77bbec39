/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_issuance.c - a PIN on its whole way: a real pind, both couriers, the citizen who puts the
 * halves together; and what counts when a courier is killed after it delivered.
 */
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../pind/pratica.h"
#include "../daemon/rig.h"
#include "citizen.h"

#define CROWD 64

static struct citizen anna;

static void use_pind(void)
{
	scene_shell("sed -i 's,^socket.*,socket = %s,' %s", rig.courier,
		    scene_path("courier.conf"));
}

static int set_up(void **state)
{
	if (rig_open(state) != 0 || scene_open(state) != 0)
		return -1;
	rig_conf(RIG_CONF
		 "[guesses]\nfree = 90\nlimit = 90\nsource_limit = 1\n"); /* a crowd at once */
	rig_start();
	use_pind();
	citizen_born(&anna, 7);
	return citizen_request(&anna);
}

static int tear_down(void **state)
{
	return scene_close(state) | rig_close(state);
}

static void test_whole(void **state)
{
	const char *one = anna.mail[0].half, *two = anna.paper[0], *token = anna.mail[0].token;
	char pin[17], fresh[17];

	(void)state;
	assert_int_equal(scene_run("post", "--once"), 0); /* nothing before it is confirmed */
	scene_shell("ls -A %s", scene_path("spool"));
	assert_string_equal(scene.text, "");
	assert_int_equal(scene_run("electronic", "--once"), 0);
	citizen_read_mail(&anna, "mail");
	assert_int_equal(citizen_try(&anna, one, one), V_WRONG);
	assert_int_equal(citizen_confirm(token), V_OK);
	assert_int_not_equal(citizen_confirm(token), V_OK); /* once */
	assert_int_equal(scene_run("post", "--once"), 0);
	scene_shell("mv %s/spool/letter-*.pdf %s", scene.dir, scene_path("paper"));
	citizen_read_paper(&anna, "paper");
	assert_int_equal(scene_run("electronic", "--once"), 0); /* no second e-mail */
	assert_int_equal(citizen_try(&anna, two, one), V_WRONG);
	assert_int_equal(citizen_try(&anna, one, two), V_MUST_CHANGE);
	snprintf(pin, sizeof(pin), "%s%s", one, two);
	assert_int_equal(rig_renew(anna.cf, pin, fresh), V_OK);
	assert_int_equal(rig_try(anna.cf, fresh), V_OK);
	assert_int_equal(rig_try(anna.cf, pin), V_WRONG);
	assert_int_equal(citizen_state(&anna), PRATICA_CONCLUDED);
}

/* The letter waits to be printed, and the PIN is revoked: no paper goes out for nothing. */
static void test_revoked_unprinted(void **state)
{
	(void)state;
	assert_int_equal(scene_run("electronic", "--once"), 0);
	citizen_read_mail(&anna, "mail");
	assert_int_equal(citizen_confirm(anna.mail[0].token), V_OK);
	assert_int_equal(scene_run("post", "--once"), 0);
	scene_shell("ls -A %s", scene_path("spool"));
	assert_non_null(strstr(scene.text, "letter-"));
	assert_int_equal(rig_about(WIRE_REVOKE, anna.cf), V_OK);
	assert_int_equal(scene_run("post", "--once"), 0);
	scene_shell("ls -A %s", scene_path("spool"));
	assert_string_equal(scene.text, "");
	assert_int_equal(citizen_state(&anna), PRATICA_CANCELLED);
}

/* Each courier is killed after it delivered, before it said so: the last halves count. */
static void test_killed(void **state)
{
	char line[200];

	(void)state;
	scene_write("sendmail", "#!/bin/sh\ncat >\"${0%/*}/mail\"\nkill -9 $PPID\n");
	assert_int_equal(scene_run("electronic", "--once"), 128 + SIGKILL);
	citizen_read_mail(&anna, "mail");
	rig_restart();
	scene_write("sendmail", "#!/bin/sh\ncat >\"${0%/*}/mail\"\n");
	assert_int_equal(scene_run("electronic", "--once"), 0);
	citizen_read_mail(&anna, "mail");
	assert_int_not_equal(citizen_confirm(anna.mail[0].token), V_OK);
	assert_int_equal(citizen_confirm(anna.mail[1].token), V_OK);
	scene_write("lp", "#!/bin/sh\ncat >\"${0%/*}/paper\"\nkill -9 $PPID\n");
	snprintf(line, sizeof(line), "print = %s", scene_path("lp"));
	scene_conf("", line);
	use_pind();
	assert_int_equal(scene_run("post", "--once"), 128 + SIGKILL);
	citizen_read_paper(&anna, "paper");
	rig_restart();
	scene_write("lp", "#!/bin/sh\ncat >\"${0%/*}/paper\"\n");
	assert_int_equal(scene_run("post", "--once"), 0);
	citizen_read_paper(&anna, "paper");
	assert_int_equal(citizen_try(&anna, anna.mail[0].half, anna.paper[1]), V_WRONG);
	assert_int_equal(citizen_try(&anna, anna.mail[1].half, anna.paper[0]), V_WRONG);
	assert_int_equal(citizen_try(&anna, anna.mail[1].half, anna.paper[1]), V_MUST_CHANGE);
}

struct owner { /* one of many who claim to be */
	pthread_barrier_t *start;
	char initial[17], fresh[17];
	int said;
};

/* From the 16 to a PIN of one's own, as the module does it. */
static void *log_in_first(void *arg)
{
	struct owner *w = arg;
	struct wire_msg auth = rig_authenticate(anna.cf, w->initial), req, rep;
	struct wire_renewal r;
	uint8_t grant[WIRE_GRANT_LEN];

	pthread_barrier_wait(w->start);
	w->said = rig_ask(&auth, &rep);
	if (w->said != V_MUST_CHANGE)
		return NULL;
	memcpy(grant, rep.verdict.grant, sizeof(grant));
	req = rig_renew_open(anna.cf, "");
	memcpy(req.renew_open.grant, grant, sizeof(grant));
	w->said = rig_ask(&req, &rep);
	if (w->said != 0)
		return NULL;
	r = rep.renewal;
	req = rig_renew_commit(anna.cf, "", &r);
	memcpy(req.renew_commit.grant, grant, sizeof(grant));
	memcpy(w->fresh, r.pin, sizeof(r.pin));
	w->said = rig_ask(&req, &rep);
	return NULL;
}

/* Of many first logins at once, one is the first. */
static void test_crowd(void **state)
{
	static struct owner crowd[CROWD];
	pthread_barrier_t start;
	pthread_t threads[CROWD];
	unsigned int first = 0;

	(void)state;
	assert_int_equal(scene_run("electronic", "--once"), 0);
	citizen_read_mail(&anna, "mail");
	assert_int_equal(citizen_confirm(anna.mail[0].token), V_OK);
	assert_int_equal(scene_run("post", "--once"), 0);
	scene_shell("mv %s/spool/letter-*.pdf %s", scene.dir, scene_path("paper"));
	citizen_read_paper(&anna, "paper");
	assert_int_equal(pthread_barrier_init(&start, NULL, CROWD), 0);
	for (int i = 0; i < CROWD; i++) {
		crowd[i].start = &start;
		snprintf(crowd[i].initial, 17, "%s%s", anna.mail[0].half, anna.paper[0]);
		assert_int_equal(pthread_create(&threads[i], NULL, log_in_first, &crowd[i]), 0);
	}
	for (int i = 0; i < CROWD; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(rig_about(WIRE_UNLOCK, anna.cf), V_OK);
	for (int i = 0; i < CROWD; i++) {
		first += crowd[i].said == V_OK;
		assert_true(crowd[i].said == V_OK || crowd[i].said == V_STALE ||
			    crowd[i].said == V_WRONG);
		if (crowd[i].said == V_OK)
			assert_int_equal(rig_try(anna.cf, crowd[i].fresh), V_OK);
	}
	assert_int_equal(first, 1);
	assert_int_equal(citizen_try(&anna, anna.mail[0].half, anna.paper[0]), V_WRONG);
	assert_int_equal(citizen_state(&anna), PRATICA_CONCLUDED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_whole, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_revoked_unprinted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_killed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_crowd, set_up, tear_down),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
