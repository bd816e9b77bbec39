/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_disk.c - a disk that is full or broken, and a store that outgrows its map: nothing is
 * acknowledged that is not there afterwards, and pind stops with a clear line.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rig.h"

#define PEOPLE 3000
#define BROKEN "the store cannot be written, pind stops: "

static bool issued[PEOPLE]; /* and acknowledged */

static void forget_all(void)
{
	memset(issued, 0, sizeof(issued));
}

/* Issue to number i. The answer's code. */
static int issue(unsigned int i)
{
	char cf[17];
	int r = rig_issue(rig_cf(cf, i));

	issued[i] = r == V_OK;
	return r;
}

/* Everybody who was acknowledged is there; nobody else is, but maybe the one after the last. */
static void check_people(unsigned int n)
{
	struct wire_record rec;
	unsigned int last = 0;
	char cf[17];
	int r;

	for (unsigned int i = 0; i < n; i++)
		last = issued[i] ? i : last;
	for (unsigned int i = 0; i < n; i++) {
		r = rig_status(rig_cf(cf, i), &rec);
		if (issued[i])
			assert_int_equal(r, 0);
		else if (i != last + 1)
			assert_int_equal(r, V_UNKNOWN);
	}
	assert_int_equal(rig_try(rig_cf(cf, 0), RIG_PIN), V_MUST_CHANGE);
}

/*
 * Go on until pind cannot; then it answers FAILED and ends. How many were tried. A write that
 * fits in part is an I/O error to LMDB, so that is a reason always.
 */
static unsigned int issue_until_broken(unsigned int from, const char *why)
{
	unsigned int i = from;
	char full[128];
	int r = V_OK;

	for (; i < PEOPLE && r == V_OK; i++)
		r = issue(i);
	assert_int_equal(r, V_FAILED);
	r = rig_wait();
	snprintf(full, sizeof(full), "pind: %s%s\n", BROKEN, why);
	if (r != EXIT_FAILURE || rig_said(BROKEN) != 1 ||
	    rig_said(full) + rig_said("pind: " BROKEN "Input/output error\n") != 1)
		fail_msg("exit status %d: %s", r, rig_log());
	return i;
}

/* ---- a small disk, in a mount namespace of this test's own ---- */

static bool mounted;

static void mount_small(const char *options)
{
	assert_int_equal(mkdir(rig.state, 0700), 0);
	if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount("tmpfs", rig.state, "tmpfs", 0, options) != 0)
		rig_skip("may not mount");
	mounted = true;
}

static int close_small(void **state)
{
	if (rig.pid > 0)
		rig_kill();
	if (mounted)
		umount(rig.state);
	mounted = false;
	return rig_close(state);
}

static void fill_disk(void)
{
	static const char block[4096];
	char path[96];
	int fd;

	snprintf(path, sizeof(path), "%s/filler", rig.state);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	while (write(fd, block, sizeof(block)) == sizeof(block))
		;
	assert_int_equal(errno, ENOSPC);
	close(fd);
}

static void free_disk(void)
{
	char path[96];

	snprintf(path, sizeof(path), "%s/filler", rig.state);
	assert_int_equal(unlink(path), 0);
}

static void walk_full_disk(void)
{
	unsigned int n;

	forget_all();
	rig_start();
	for (n = 0; n < 5; n++)
		assert_int_equal(issue(n), V_OK);
	fill_disk();
	n = issue_until_broken(n, "No space left on device");
	free_disk();
	rig_start();
	check_people(n);
	assert_int_equal(issue(n), V_OK);
	rig_restart();
	check_people(n + 1);
	assert_int_equal(rig_stop(), 0);
}

static void test_full_disk(void **state)
{
	(void)state;
	mount_small("size=1m");
	walk_full_disk();
}

static void test_full_disk_release(void **state)
{
	(void)state;
	mount_small("size=1m");
	rig.program = getenv("PIND_RELEASE");
	walk_full_disk();
}

/* Nothing fits from the beginning: one line, and no corpse. */
static void test_full_at_start(void **state)
{
	(void)state;
	mount_small("size=1m");
	fill_disk();
	rig.program = getenv("PIND_RELEASE");
	rig_spawn();
	assert_int_equal(rig_wait(), EXIT_FAILURE);
	assert_int_equal(rig_said("the store cannot be used: its disk is full"), 1);
	assert_int_equal(rig_said("\n"), 1);
	free_disk();
	rig_start();
	assert_int_equal(issue(0), V_OK);
	assert_int_equal(rig_stop(), 0);
}

/* ---- a broken disk: the kernel's answers are strace's ---- */

/* From the fourth of these calls on, the worker hears EIO. */
static void walk_broken_disk(const char *fault)
{
	const char *const wrap[] = { "strace", "-D", "-f", "-o", "/dev/null", "-e", fault, NULL };
	unsigned int n;

	if (!rig_can_trace())
		rig_skip("there is no strace here, or it may not trace");
	forget_all();
	rig.program = getenv("PIND_RELEASE");
	rig_conf(RIG_CONF "[limits]\nworkers = 1\n");
	rig.wrap = wrap;
	rig_start();
	n = issue_until_broken(0, "");
	assert_in_range(n, 2, 10);
	rig.wrap = NULL;
	rig_start();
	check_people(n);
	assert_int_equal(rig_stop(), 0);
}

static void test_sync_fails(void **state)
{
	(void)state;
	walk_broken_disk("inject=fdatasync:error=EIO:syscall=getpid:when=4+");
}

static void test_write_fails(void **state)
{
	(void)state;
	walk_broken_disk("inject=pwrite64,pwritev,writev:error=EIO:syscall=getpid:when=12+");
}

/* ---- the map ---- */

static void *issue_many(void *arg)
{
	unsigned int first = *(const unsigned int *)arg;

	for (unsigned int i = first; i < PEOPLE; i += 3)
		if (issue(i) != V_OK)
			break;
	return NULL;
}

static void test_map_grows(void **state)
{
	unsigned int firsts[3] = { 0, 1, 2 };
	pthread_t threads[3];
	struct stat st;
	char path[96];

	(void)state;
	forget_all();
	rig.program = getenv("PIND_RELEASE");
	rig_conf(RIG_CONF "[store]\nmap_mib = 1\n");
	rig_start();
	for (int i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, issue_many, &firsts[i]), 0);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	for (unsigned int i = 0; i < PEOPLE; i++)
		assert_true(issued[i]);
	snprintf(path, sizeof(path), "%s/data.mdb", rig.state);
	assert_int_equal(stat(path, &st), 0);
	assert_true(st.st_size > 1 << 20); /* else it never was full */
	rig_restart();
	check_people(PEOPLE);
	assert_int_equal(rig_stop(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_full_disk, rig_open, close_small),
		cmocka_unit_test_setup_teardown(test_full_disk_release, rig_open, close_small),
		cmocka_unit_test_setup_teardown(test_full_at_start, rig_open, close_small),
		cmocka_unit_test_setup_teardown(test_sync_fails, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_write_fails, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_map_grows, rig_open, rig_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
