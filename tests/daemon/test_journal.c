/* SPDX-License-Identifier: BSD-2-Clause */
/* test_journal.c - what pind sends to the journal, by entries; and a journal that nobody reads. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rig.h"

#define SPRAY_ID "MESSAGE_ID=8f0f1d2b7c5a4c4e9a3d6f5b1e2c4d09\n"

static int journal = -1; /* stands for journald's socket */

static void journal_dir(char path[static 96])
{
	snprintf(path, 96, "%s/journal", rig.dir);
}

static int open_journal(void **state)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	char path[96];

	if (rig_open(state) != 0)
		return -1;
	journal_dir(path);
	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s/socket", path);
	journal = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (journal < 0 || mkdir(path, 0755) != 0 ||
	    bind(journal, (struct sockaddr *)&sa, sizeof(sa)) != 0 || chmod(sa.sun_path, 0666) != 0)
		return -1;
	return 0;
}

static int close_journal(void **state)
{
	if (journal >= 0)
		close(journal);
	journal = -1;
	return rig_close(state);
}

/* In pind's own mount namespace, our socket is journald's. */
static void join_journal(void)
{
	char path[96];

	journal_dir(path);
	if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount("tmpfs", "/run", "tmpfs", 0, NULL) != 0 || mkdir("/run/systemd", 0755) != 0 ||
	    mkdir("/run/systemd/journal", 0755) != 0 ||
	    mount(path, "/run/systemd/journal", NULL, MS_BIND, NULL) != 0)
		_exit(125);
	setenv("JOURNAL_STREAM", "1:1", 1); /* as systemd does for who writes to the journal */
}

static void need_mounts(void)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		join_journal();
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
		rig_skip("may not mount");
}

static void start_with_journal(const char *conf)
{
	need_mounts();
	rig.before_exec = join_journal;
	rig.program = getenv("PIND_RELEASE");
	rig_conf(conf);
	rig_start();
}

/* The next entry, which ends in a newline as every field does. False: there is none. */
static bool next_entry(char entry[static 2048])
{
	ssize_t n = recv(journal, entry, 2047, 0);

	entry[n > 0 ? n : 0] = '\0';
	if (n > 0)
		assert_int_equal(entry[n - 1], '\n');
	return n > 0;
}

static bool has(const char *entry, const char *field)
{
	const char *at = strstr(entry, field);

	return at != NULL && (at == entry || at[-1] == '\n');
}

/* Not even one that is full keeps anybody waiting; what it could take is there. */
static void test_nobody_reads(void **state)
{
	unsigned int room = 0, entries = 0;
	char cf[17], entry[2048];
	FILE *f = fopen("/proc/sys/net/unix/max_dgram_qlen", "re");

	(void)state;
	assert_non_null(f);
	assert_int_equal(fscanf(f, "%u", &room), 1);
	fclose(f);
	start_with_journal(RIG_CONF);
	assert_int_equal(rig_issue(rig_cf(cf, 1)), V_OK);
	for (unsigned int i = 0; i < room + 20; i++) /* an entry each, and no hash */
		assert_int_equal(rig_about(WIRE_UNLOCK, cf), V_OK);
	for (unsigned int i = 0; i < 5; i++) {
		assert_int_equal(rig_guess(cf, "attack", i), V_WRONG);
		assert_int_equal(rig_about(WIRE_UNLOCK, cf), V_OK);
	}
	assert_int_equal(rig_try(cf, RIG_PIN), V_MUST_CHANGE);
	while (next_entry(entry))
		entries++;
	assert_in_range(entries, room, room + 1); /* it was full, long before the first login */
	assert_int_equal(rig_guess(cf, "attack", 7), V_WRONG);
	assert_true(next_entry(entry)); /* read, it takes entries again */
	assert_true(has(entry, "PIND_VERDICT=WRONG\n"));
	assert_int_equal(rig_stop(), 0);
}

/* Nor one that is gone. */
static void test_journal_goes(void **state)
{
	char cf[17];

	(void)state;
	start_with_journal(RIG_CONF);
	close(journal);
	journal = -1;
	assert_int_equal(rig_issue(rig_cf(cf, 1)), V_OK);
	assert_int_equal(rig_try(cf, RIG_PIN), V_MUST_CHANGE);
	assert_int_equal(rig_stop(), 0);
}

/* The fields of a login: who, where, how, and never which PIN or codice fiscale. */
static void test_fields(void **state)
{
	char cf[17], entry[2048];
	struct wire_msg req, rep;

	(void)state;
	start_with_journal(RIG_CONF);
	rig_cf(cf, 1);
	while (next_entry(entry))
		; /* of the start */
	req = rig_authenticate(cf, RIG_WRONG);
	snprintf(req.authenticate.rhost, sizeof(req.authenticate.rhost), "192.0.2.7 PRIORITY=0");
	assert_int_equal(rig_ask(&req, &rep), V_WRONG);
	assert_true(next_entry(entry));
	assert_true(has(entry, "MESSAGE_ID=8f0f1d2b7c5a4c4e9a3d6f5b1e2c4d11\n"));
	assert_true(has(entry, "SYSLOG_IDENTIFIER=pind\n"));
	assert_true(has(entry, "PRIORITY=6\n"));
	assert_true(has(entry, "PIND_VERDICT=WRONG\n"));
	assert_true(has(entry, "PIND_SERVICE=" RIG_SERVICE "\n"));
	assert_true(has(entry, "PIND_RHOST=192.0.2.7?PRIORITY=0\n"));
	assert_true(has(entry, "PIND_PERSON="));
	assert_true(has(entry, "PIND_PEER_UID="));
	assert_null(strstr(entry, cf));
	assert_null(strstr(entry, RIG_WRONG));
	assert_false(next_entry(entry)); /* one login, one entry */
	assert_int_equal(rig_stop(), 0);
}

/* Guesses at n people from number first on; how many alarms there were, and the last. */
static unsigned int spray(unsigned int first, unsigned int n, char alarm[static 2048])
{
	char cf[17], entry[2048];
	unsigned int alarms = 0;

	for (unsigned int i = first; i < first + n; i++) {
		assert_int_equal(rig_guess(rig_cf(cf, i), RIG_SERVICE, i), V_WRONG);
		while (next_entry(entry))
			if (has(entry, SPRAY_ID)) {
				alarms++;
				memcpy(alarm, entry, sizeof(entry));
			}
	}
	return alarms;
}

/* One entry a minute, with the figures; the minute may turn once meanwhile. */
static void test_spray(void **state)
{
	char alarm[2048] = "";
	unsigned int alarms, uid, people = 0, before = 99;
	char field[64];

	(void)state;
	start_with_journal(RIG_CONF "[guesses]\nspray = 5\n");
	alarms = spray(0, 40, alarm);
	assert_in_range(alarms, 1, 2);
	assert_true(has(alarm, "PRIORITY=1\n"));
	assert_true(has(alarm, "PIND_SERVICE=" RIG_SERVICE "\n"));
	uid = (unsigned int)getuid();
	snprintf(field, sizeof(field), "PIND_PEER_UID=%u\n", uid);
	assert_true(has(alarm, field));
	assert_true(has(alarm, "MESSAGE=one caller fails for many people: it may be guessing: "));
	assert_int_equal(sscanf(strstr(alarm, "guessing: "),
				"guessing: %u people in this minute so far, %u in the one before",
				&people, &before), 2);
	assert_int_equal(people, 6);
	assert_in_range(before, 0, 40);
	assert_int_equal(rig_figure("inpspin_spray_alarms_total"), alarms);
	assert_int_equal(rig_stop(), 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_journal, close_journal)
	const struct CMUnitTest tests[] = {
		TEST(test_nobody_reads),
		TEST(test_journal_goes),
		TEST(test_fields),
		TEST(test_spray),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
