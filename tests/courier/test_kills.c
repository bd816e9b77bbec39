/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_kills.c - kill -9 of either courier, and of pind, at every step of an issuance. Afterwards
 * the pratica completes; the owner logs in with what was delivered last, and with nothing else;
 * nothing was for anybody else.
 */
#include <dirent.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../pind/pratica.h"
#include "../daemon/mine.h"
#include "citizen.h"

#define KILLED  (128 + SIGKILL)
#define NO_PIND 3   /* exit status of the courier: ask again later */
#define MOST    100 /* calls of one kind: more is a mistake of this test */

/* Of a courier: what anybody could notice, and its draws. Of pind: the store, and what it answers. */
static const char *const courier_calls[] = { "connect", "sendto",   "recvfrom",  "getrandom",
					     "pipe2",   "clone3",   "write",     "wait4",
					     "fsync",   "renameat", "exit_group" };
static const char *const pind_calls[] = { "recvfrom", "pwrite64", "pwritev", "fdatasync",
					  "sendto" };

#define N(array) (sizeof(array) / sizeof(*(array)))

#define CONF RIG_CONF "[limits]\nworkers = 1\n[guesses]\nfree = 10\nlimit = 10\nsource_limit = 5\n"

/* Keeps what it is given whole, under a name that sorts by time. */
#define KEEP                                                                                       \
	"#!/bin/sh\nd=${0%/*}/out t=${0%/*}/.$$\ncat >\"$t\"\n"                                    \
	"if [ -s \"$t\" ]; then mv \"$t\" \"$d/$(date +%s%N)\"; else rm \"$t\"; fi\n"

#define SPOOLED "spooled.pdf" /* sorts behind the times */

static struct citizen who;
static unsigned int born;

static int set_up(void **state)
{
	if (rig_open(state) != 0 || scene_open(state) != 0)
		return -1;
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0 || mkdir(scene_path("out"), 0700) != 0)
		return -1;
	fake_stop(scene.pind); /* a real one is here */
	scene.pind = NULL;
	rig.program = getenv("PIND_RELEASE");
	rig_conf(CONF);
	scene_write("sendmail", KEEP);
	scene_write("lp", KEEP);
	scene_shell("sed -i 's,^socket.*,socket = %s,' %s", rig.courier,
		    scene_path("courier.conf"));
	rig_start();
	return 0;
}

static int tear_down(void **state)
{
	return scene_close(state) | rig_close(state);
}

/* A program that is our child since its courier was killed; 0: there is none. */
static pid_t orphan(void)
{
	char path[64], list[256], *end = list;
	pid_t found = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
	f = fopen(path, "re");
	assert_non_null(f);
	list[fread(list, 1, sizeof(list) - 1, f)] = '\0';
	fclose(f);
	for (long pid = strtol(list, &end, 10); pid > 0; pid = strtol(end, &end, 10))
		found = pid != rig.pid && pid != mine_pid() ? (pid_t)pid : found;
	return found;
}

static int is_file(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

/* What came, or lies in the spool: there one may be met again, or be overwritten already. */
static void read_one(const char *name)
{
	bool spooled = strcmp(name, SPOOLED) == 0;
	char file[300];

	snprintf(file, sizeof(file), "out/%s", name);
	assert_true(scene_read(file) > 0);
	if (strncmp(scene.text, "%PDF", 4) == 0)
		citizen_read_paper(&who, file);
	else if (!spooled || scene.text[0] != '\0')
		citizen_read_mail(&who, file);
	if (spooled && who.papers > 1 &&
	    strcmp(who.paper[who.papers - 1], who.paper[who.papers - 2]) == 0)
		who.papers--;
	assert_int_equal(unlink(scene_path(file)), 0);
}

/* All that was delivered since, in order. */
static void read_all(void)
{
	struct dirent **names;
	int n;

	for (pid_t pid = orphan(); pid != 0; pid = orphan()) /* whose courier was killed */
		assert_int_equal(waitpid(pid, NULL, 0), pid);
	scene_shell("cd %s && for f in spool/letter-*.pdf; do test ! -e $f || cp $f out/" SPOOLED
		    "; done",
		    scene.dir);
	n = scandir(scene_path("out"), &names, is_file, alphasort);
	assert_true(n >= 0);
	for (int i = 0; i < n; i++) {
		read_one(names[i]->d_name);
		free(names[i]);
	}
	free(names);
}

static const char *last_mail(void)
{
	assert_in_range(who.mails, 1, CITIZEN_MAIL);
	return who.mail[who.mails - 1].half;
}

static const char *last_paper(void)
{
	assert_in_range(who.papers, 1, CITIZEN_MAIL);
	return who.paper[who.papers - 1];
}

/* Earlier links are dead, the last one is not, or was used. */
static void confirm(void)
{
	for (unsigned int i = 0; i + 1 < who.mails; i++)
		assert_int_not_equal(citizen_confirm(who.mail[i].token), V_OK);
	assert_int_equal(citizen_confirm(who.mail[who.mails - 1].token), V_OK);
	assert_int_not_equal(citizen_confirm(who.mail[who.mails - 1].token), V_OK);
}

/* What was delivered last opens, once; what was delivered before does not. */
static void log_in(void)
{
	char pin[17], fresh[17];

	assert_int_equal(citizen_state(&who), PRATICA_SENT);
	for (unsigned int i = 0; i + 1 < who.mails; i++)
		assert_int_equal(citizen_try(&who, who.mail[i].half, last_paper()), V_WRONG);
	for (unsigned int i = 0; i + 1 < who.papers; i++)
		assert_int_equal(citizen_try(&who, last_mail(), who.paper[i]), V_WRONG);
	assert_int_equal(citizen_try(&who, last_mail(), last_paper()), V_MUST_CHANGE);
	snprintf(pin, sizeof(pin), "%s%s", last_mail(), last_paper());
	assert_int_equal(rig_renew(who.cf, pin, fresh), V_OK);
	assert_int_equal(rig_try(who.cf, pin), V_WRONG);
	assert_int_equal(rig_try(who.cf, fresh), V_OK);
	assert_int_equal(citizen_state(&who), PRATICA_CONCLUDED);
}

/* ---- the couriers ---- */

static void become_traced(const char *channel, const char *call, int nth)
{
	char inject[96];

	snprintf(inject, sizeof(inject), "inject=%s:signal=KILL:when=%d", call, nth);
	if (freopen(scene_path("err"), "w", stderr) != NULL)
		execlp("strace", "strace", "-o", "/dev/null", "-e", inject,
		       getenv("COURIER_RELEASE"), "--channel", channel, "--config",
		       scene_path("courier.conf"), "--once", (char *)NULL);
	_exit(127);
}

/* Run one until it is done or enters its nth such call (0: none). true: it was killed there. */
static bool run_to(const char *channel, const char *call, int nth)
{
	int status;

	if (nth == 0) {
		scene_start(getenv("COURIER_RELEASE"), channel, "--once");
	} else {
		scene.pid = fork();
		assert_true(scene.pid >= 0);
		if (scene.pid == 0)
			become_traced(channel, call, nth);
	}
	status = scene_end();
	if (status != 0 && status != KILLED)
		fail_msg("%s, %s %d: exit status %d: %s", channel, call, nth, status, scene.err);
	read_all();
	return status == KILLED;
}

/* Killed there, twice; then it is left alone. true: it comes there. */
static bool deliver(const char *channel, const char *call, int nth)
{
	bool killed = run_to(channel, call, nth);

	if (killed) {
		(void)run_to(channel, call, nth);
		assert_false(run_to(channel, call, 0));
	}
	return killed;
}

/* A whole issuance with couriers that are killed there. true: at least one came there. */
static bool issue_by(const char *call, int nth)
{
	bool one, two;

	citizen_born(&who, born++);
	assert_int_equal(citizen_request(&who), 0);
	one = deliver("electronic", call, nth);
	confirm();
	two = deliver("post", call, nth);
	log_in();
	scene_shell("rm %s/spool/letter-*.pdf", scene.dir);
	return one || two;
}

static void test_couriers(void **state)
{
	unsigned int again = 0;

	(void)state;
	if (!rig_can_trace())
		rig_skip("there is no strace here, or it may not trace");
	for (size_t i = 0; i < N(courier_calls); i++) {
		int nth = 1;

		while (issue_by(courier_calls[i], nth)) {
			assert_in_range(nth++, 1, MOST - 1);
			again += who.mails + who.papers - 2;
		}
		printf("# %s: %d\n", courier_calls[i], nth - 1);
		assert_in_range(nth, 2, MOST); /* they do make such calls */
	}
	printf("# %u messages and letters that the next made worthless\n", again);
	assert_in_range(again, 4, 1000); /* killed between delivery and report */
}

/* ---- pind ---- */

static unsigned int blasts; /* how often pind died */

/* pind died, or is about to: it is started again, as systemd would. */
static void revive(void)
{
	assert_int_equal(rig_wait(), KILLED);
	mine_lift();
	rig_start();
	blasts++;
}

/* The request was recorded, but its number lost with the answer. */
static void find_number(void)
{
	struct wire_msg req = { .type = WIRE_REQUEST_NEXT }, rep;

	do {
		assert_int_equal(rig_ask(&req, &rep), 0);
		memcpy(req.request_next.after, rep.pratica_is.number, NUMBER_LEN + 1);
	} while (strcmp(rep.pratica_is.cf, who.cf) != 0);
	memcpy(who.number, rep.pratica_is.number, NUMBER_LEN + 1);
}

static void request_again(void)
{
	int r = citizen_request(&who);

	if (r < 0) {
		revive();
		r = citizen_request(&who);
	}
	if (r == V_LIVE)
		find_number();
	else
		assert_int_equal(r, 0);
}

/* --once is impatient where the service would wait: it is started again. */
static void deliver_again(const char *channel)
{
	siginfo_t si;
	int status = NO_PIND;

	for (int i = 0; i < 5 && status == NO_PIND; i++) {
		scene_start(getenv("COURIER_RELEASE"), channel, "--once");
		do {
			si.si_pid = 0;
			if (!rig_alive())
				revive();
			usleep(1000);
			assert_int_equal(
				waitid(P_PID, (id_t)scene.pid, &si, WEXITED | WNOHANG | WNOWAIT),
				0);
		} while (si.si_pid == 0);
		status = scene_end();
	}
	if (!rig_alive())
		revive();
	if (status != 0)
		fail_msg("%s: exit status %d: %s", channel, status, scene.err);
	read_all();
}

static void confirm_again(void)
{
	const char *token = who.mail[who.mails - 1].token;
	int r;

	for (unsigned int i = 0; i + 1 < who.mails; i++)
		assert_int_not_equal(citizen_confirm(who.mail[i].token), V_OK);
	r = citizen_confirm(token);
	if (r >= 0) {
		assert_int_equal(r, V_OK);
		return;
	}
	revive();
	if (citizen_state(&who) == PRATICA_OPENED)
		assert_int_equal(citizen_confirm(token), V_OK);
	assert_int_not_equal(citizen_confirm(token), V_OK);
	assert_int_equal(citizen_state(&who), PRATICA_PRINTING);
}

static void knock_again(void)
{
	int r = citizen_try(&who, last_mail(), last_paper());

	if (r < 0) {
		revive();
		r = citizen_try(&who, last_mail(), last_paper());
	}
	assert_int_equal(r, V_MUST_CHANGE);
}

/* A whole issuance over a mine. true: it went off. */
static bool issue_over(const char *call, int nth)
{
	unsigned int before = blasts;

	citizen_born(&who, born++);
	mine_lay(call, nth);
	request_again();
	deliver_again("electronic");
	confirm_again();
	deliver_again("post");
	knock_again();
	if (blasts == before)
		mine_lift();
	assert_in_range(blasts - before, 0, 1);
	log_in();
	return blasts > before;
}

static void test_pind(void **state)
{
	char line[200];

	(void)state;
	if (!rig_can_trace())
		rig_skip("there is no strace here, or it may not trace");
	snprintf(line, sizeof(line), "print = %s", scene_path("lp"));
	scene_conf("", line);
	scene_shell("sed -i 's,^socket.*,socket = %s,' %s", rig.courier,
		    scene_path("courier.conf"));
	for (size_t i = 0; i < N(pind_calls); i++) {
		int nth = 1;

		while (issue_over(pind_calls[i], nth))
			assert_in_range(nth++, 1, MOST - 1);
		printf("# %s: %d\n", pind_calls[i], nth - 1);
		assert_in_range(nth, strcmp(pind_calls[i], "pwritev") == 0 ? 1 : 5, MOST);
	}
	assert_int_equal(rig_stop(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_couriers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_pind, set_up, tear_down),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
