/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_hygiene.c - the half is in the message and nowhere else: not in the memory of the courier that
 * goes on running, its arguments, environment, log, files, nor those of the programs it starts.
 */
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "order.h"
#include "scene.h"
#include "verdict.h"

#define OK      fake_verdict(V_OK)
#define NOTHING fake_verdict(V_UNKNOWN)

static char memory[64 << 20];

struct needle {
	char bytes[64];
	size_t len;
};

/* The ways in which a half can be written: plain, grouped, as UTF-16, as the hex of that in a PDF. */
static size_t make_needles(struct needle n[static 5], const char *half)
{
	char shown[10];

	memset(n, 0, 5 * sizeof(*n));
	snprintf(shown, sizeof(shown), "%.4s-%s", half, half + 4);
	n[0].len = (size_t)snprintf(n[0].bytes, sizeof(n[0].bytes), "%s", half);
	n[1].len = (size_t)snprintf(n[1].bytes, sizeof(n[1].bytes), "%s", shown);
	for (size_t i = 0; i < 9; i++) {
		n[2].bytes[2 * i + 1] = shown[i];
		snprintf(n[3].bytes + 4 * i, 5, "%04X", (unsigned char)shown[i]);
		n[4].bytes[2 * i] = shown[i];
	}
	n[2].len = n[4].len = 17;
	n[3].len = 36;
	return 5;
}

static bool holds(const char *bytes, size_t len, const char *half)
{
	struct needle n[5];
	bool found = false;

	for (size_t i = make_needles(n, half); i-- > 0;)
		found = found || memmem(bytes, len, n[i].bytes, n[i].len) != NULL;
	explicit_bzero(n, sizeof(n));
	return found;
}

/* What a process can write is where a half can be. The length of all of it, in memory[]. */
static size_t read_memory(pid_t pid)
{
	char path[64], line[512];
	size_t len = 0;
	FILE *maps;
	int mem;

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	mem = open(path, O_RDONLY | O_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	maps = fopen(path, "re");
	if (mem < 0 || maps == NULL)
		skip(); /* only root may look */
	while (fgets(line, sizeof(line), maps) != NULL) {
		unsigned long from, to;
		ssize_t n;

		if (sscanf(line, "%lx-%lx rw", &from, &to) != 2 || strstr(line, " rw") == NULL)
			continue;
		assert_true(to - from < sizeof(memory) - len);
		n = pread(mem, memory + len, to - from, (off_t)from);
		len += n > 0 ? (size_t)n : 0;
	}
	fclose(maps);
	close(mem);
	assert_true(len > 100000);
	return len;
}

static void assert_nowhere_else(const char *half, const char *message)
{
	static const char *const files[] = { "err", "ps", "courier.conf" };

	assert_int_equal(scene_read(message) > 0 && holds(scene.text, TEXT_MAX, half), 1);
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		if (scene_read(files[i]) >= 0 && holds(scene.text, TEXT_MAX, half))
			fail_msg("the half is in %s", files[i]);
}

static void wait_until_asked(unsigned int n)
{
	for (int i = 0; i < 20000 && fake_asked(scene.pind) < n; i++)
		usleep(1000);
	assert_true(fake_asked(scene.pind) >= n);
}

/* Arguments and environment of the mail program and of the courier, as others see them. */
#define PS "tr '\\0' '\\n' </proc/$$/environ >\"$d/ps\"; ps -o args= -p $$ -p $PPID >>\"$d/ps\"\n"

static void stop(void)
{
	assert_int_equal(kill(scene.pid, SIGTERM), 0);
	assert_int_equal(scene_end(), 0);
}

static void test_electronic(void **state)
{
	const struct fake_step steps[] = { scene_order(ORDER_HALF, false), OK, OK, NOTHING };
	char half[9];
	size_t len;

	(void)state;
	scene_write("sendmail", "#!/bin/sh\nd=${0%/*}\n" PS "cat >\"$d/mail\"\n");
	scene_script(steps, 4);
	scene_start(getenv("COURIER_RELEASE"), "electronic", NULL);
	wait_until_asked(4);
	len = read_memory(scene.pid);
	assert_true(scene_read("mail") > 0);
	scene_half(half);
	assert_false(holds(memory, len, half));
	assert_non_null(memmem(memory, len, "caratteri 9-16", 14)); /* it is the right memory */
	stop();
	assert_nowhere_else(half, "mail");
	scene_shell("ls -A %s", scene.dir);
	assert_string_equal(scene.text, "courier.conf\nerr\nmail\nps\nsendmail\nsock\n");
}

static void test_post(void **state)
{
	const struct fake_step steps[] = { scene_letter(), OK, OK, NOTHING };
	char half[9], line[200];
	size_t len;

	(void)state;
	scene_write("lp", "#!/bin/sh\nd=${0%/*}\n" PS "cat >\"$d/paper\"\n");
	snprintf(line, sizeof(line), "print = %s", scene_path("lp"));
	scene_conf("", line);
	scene_script(steps, 4);
	scene_start(getenv("COURIER_RELEASE"), "post", NULL);
	wait_until_asked(4);
	len = read_memory(scene.pid);
	scene_shell("pdftotext -q %s -", scene_path("paper"));
	scene_half(half);
	assert_false(holds(memory, len, half));
	assert_non_null(memmem(memory, len, "00144 Roma", 10));
	stop();
	scene_shell("cat %s", scene_path("ps"));
	assert_false(holds(scene.text, TEXT_MAX, half));
	scene_shell("ls -A %s", scene.dir);
	assert_string_equal(scene.text, "courier.conf\nerr\nlp\npaper\nps\nsendmail\nsock\n");
	{
		int fd = open(scene_path("paper"), O_RDONLY | O_CLOEXEC);
		ssize_t n = read(fd, memory, sizeof(memory));

		assert_true(n > 0 && holds(memory, (size_t)n, half)); /* it would have been found */
		close(fd);
	}
}

/* No core, not to be traced, no files for others. */
static void test_process(void **state)
{
	const struct fake_step nothing = NOTHING;
	char path[64];
	struct stat st;

	(void)state;
	scene_script(&nothing, 1);
	scene_start(getenv("COURIER_RELEASE"), "electronic", NULL);
	wait_until_asked(1);
	scene_shell("grep 'Max core file size' /proc/%d/limits", (int)scene.pid);
	assert_non_null(strstr(scene.text, " 0                    0 "));
	scene_shell("cat /proc/%d/status", (int)scene.pid);
	assert_non_null(strstr(scene.text, "Umask:\t0077"));
	snprintf(path, sizeof(path), "/proc/%d/mem", (int)scene.pid);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_uid, 0); /* root's, whoever the courier is: not dumpable */
	stop();
}

/* pind is not there yet: the courier waits, and nothing is lost. */
static void test_pind_comes_late(void **state)
{
	const struct fake_step steps[] = { scene_order(ORDER_NOTICE, false), OK, NOTHING };

	(void)state;
	fake_stop(scene.pind);
	scene_start(getenv("COURIER"), "electronic", NULL);
	for (int i = 0; i < 20000 && scene_read("err") <= 0; i++)
		usleep(1000);
	assert_non_null(strstr(scene.text, "/sock: No such file"));
	scene.pind = fake_start(scene_path("sock"), (uid_t)-1, NULL);
	assert_non_null(scene.pind);
	scene_script(steps, 3);
	wait_until_asked(3);
	stop();
	assert_true(scene_read("mail") > 0);
}

static void test_once_without_pind(void **state)
{
	(void)state;
	fake_stop(scene.pind);
	scene.pind = NULL;
	assert_int_equal(scene_run("electronic", "--once"), 3);
}

/* Told to stop while the mail program runs: the order is delivered and reported first. */
static void test_stop_in_delivery(void **state)
{
	const struct fake_step steps[] = { scene_order(ORDER_HALF, false), OK, OK, NOTHING };

	(void)state;
	scene_write("sendmail", "#!/bin/sh\nkill -TERM $PPID\nsleep 0.3\ncat >\"${0%/*}/mail\"\n");
	scene_script(steps, 4);
	assert_int_equal(scene_run("electronic", NULL), 0);
	assert_int_equal(fake_asked(scene.pind), 3);
	assert_int_equal(fake_request(scene.pind, 2)->type, WIRE_ORDER_DONE);
	assert_true(scene_read("mail") > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, scene_open, scene_close)
		T(test_electronic), T(test_post), T(test_process), T(test_pind_comes_late),
		T(test_once_without_pind), T(test_stop_in_delivery),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
