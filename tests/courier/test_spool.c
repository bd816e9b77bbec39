/* SPDX-License-Identifier: BSD-2-Clause */
/* test_spool.c - letters on disk: who may read them, and how they go. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "spool.h"

static char top[64], dir[80];
static int spool;

static int set_up(void **state)
{
	(void)state;
	snprintf(top, sizeof(top), "/tmp/inpspin-spool.XXXXXX");
	if (mkdtemp(top) == NULL)
		return -1;
	snprintf(dir, sizeof(dir), "%s/spool", top);
	umask(0);
	spool = spool_open(dir);
	return spool >= 0 ? 0 : -1;
}

static int tear_down(void **state)
{
	static const char *const names[] = { "letter-7.pdf", "letter-7.part", "letter-8.part", "other",
					     "letter-.pdf" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		(void)unlinkat(spool, names[i], 0);
	close(spool);
	return rmdir(dir) == 0 ? rmdir(top) : -1;
}

static bool is_there(const char *name)
{
	return faccessat(spool, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static void put(const char *text)
{
	struct trouble t = { "" };

	assert_int_equal(spool_put(spool, "7", text, strlen(text), &t), 0);
	assert_string_equal(t.text, "");
}

/* fd was opened before its file went: all zeros. */
static void assert_wiped(int fd, size_t len)
{
	char buf[64], zeros[64] = { 0 };

	assert_int_equal(pread(fd, buf, sizeof(buf), 0), len);
	assert_memory_equal(buf, zeros, len);
	assert_int_equal(close(fd), 0);
}

static void test_modes(void **state)
{
	struct stat st;

	(void)state;
	put("letter with AB12-CD34");
	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(fstatat(spool, "letter-7.pdf", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_size, 21);
	assert_false(is_there("letter-7.part"));
}

static void test_replaced(void **state)
{
	int fd;

	(void)state;
	put("letter with AB12-CD34");
	fd = openat(spool, "letter-7.pdf", O_RDONLY);
	put("new");
	assert_wiped(fd, 21);
}

static void test_destroyed(void **state)
{
	char path[128];
	int fd;

	(void)state;
	put("letter with AB12-CD34");
	fd = openat(spool, "letter-7.pdf", O_RDONLY);
	snprintf(path, sizeof(path), "%s/letter-7.pdf", dir);
	assert_int_equal(spool_destroy(spool, dir, path), 0);
	assert_wiped(fd, 21);
	assert_false(is_there("letter-7.pdf"));
	assert_int_equal(spool_destroy(spool, dir, "letter-7.pdf"), -ENOENT);
}

static void test_void(void **state)
{
	struct trouble t = { "" };
	int fd;

	(void)state;
	put("letter with AB12-CD34");
	fd = openat(spool, "letter-7.pdf", O_RDONLY);
	assert_int_equal(spool_void(spool, "8", &t), 0);
	assert_true(is_there("letter-7.pdf"));
	assert_int_equal(spool_void(spool, "7", &t), 0);
	assert_wiped(fd, 21);
	assert_false(is_there("letter-7.pdf"));
	assert_int_equal(spool_void(spool, "7", &t), 0); /* it was printed meanwhile */
	assert_int_equal(spool_void(spool, "7/../7", &t), TROUBLE);
	assert_int_equal(spool_put(spool, "", "x", 1, &t), TROUBLE);
	assert_string_equal(t.text, "the order has no number of a pratica");
}

static void test_not_ours(void **state)
{
	static const char *const names[] = { "other", "../top", "letter-.pdf", "letter-7.pdfx", "",
					     "/etc/passwd", "letter-7/../x.pdf", "letter-7.part" };
	int fd = openat(spool, "other", O_WRONLY | O_CREAT, 0600);

	(void)state;
	assert_int_equal(write(fd, "x", 1), 1);
	assert_int_equal(close(fd), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_int_equal(spool_destroy(spool, dir, names[i]), -EINVAL);
	assert_int_equal(symlinkat("other", spool, "letter-7.pdf"), 0);
	assert_int_equal(spool_destroy(spool, dir, "letter-7.pdf"), -ELOOP);
	fd = openat(spool, "other", O_RDONLY);
	assert_int_equal(lseek(fd, 0, SEEK_END), 1);
	assert_int_equal(close(fd), 0);
}

/* What a crash left: gone at the next start, whatever else there is. */
static void test_swept(void **state)
{
	int fd = openat(spool, "letter-8.part", O_RDWR | O_CREAT, 0600), again;

	(void)state;
	put("whole");
	assert_int_equal(write(fd, "half a letter", 13), 13);
	again = spool_open(dir);
	assert_true(again >= 0);
	assert_int_equal(close(again), 0);
	assert_wiped(fd, 13);
	assert_false(is_there("letter-8.part"));
	assert_true(is_there("letter-7.pdf"));
}

static void test_open_to_others(void **state)
{
	(void)state;
	assert_int_equal(fchmod(spool, 0750), 0);
	assert_int_equal(spool_open(dir), -EPERM);
	assert_int_equal(fchmod(spool, 0700), 0);
	if (geteuid() == 0) {
		assert_int_equal(fchown(spool, 65534, (gid_t)-1), 0);
		assert_int_equal(spool_open(dir), -EPERM);
	}
	assert_int_equal(spool_open("/nonexistent/spool"), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		T(test_modes), T(test_replaced), T(test_destroyed), T(test_void),
		T(test_not_ours), T(test_swept), T(test_open_to_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
