/* SPDX-License-Identifier: BSD-2-Clause */
/* spool.c - see spool.h. */
#include "spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX  "letter-"
#define SUFFIX  ".pdf"
#define PARTIAL ".part" /* being written: "letter-2026-0000017-H.part" */
#define NUMBER_CHARS "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-"

enum { NAME_LEN = 48 };

static int write_all(int fd, const unsigned char *p, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			p += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

static int overwrite(int fd, off_t len)
{
	static const unsigned char zeros[4096];
	int r = 0;

	while (r == 0 && len > 0) {
		size_t n = len < (off_t)sizeof(zeros) ? (size_t)len : sizeof(zeros);

		r = write_all(fd, zeros, n);
		len -= (off_t)n;
	}
	return r == 0 && fsync(fd) != 0 ? -errno : r;
}

/* 0 or -errno; -ENOENT: there is none. */
static int destroy(int spool, const char *name)
{
	int fd = openat(spool, name, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC), r;
	struct stat st;

	if (fd < 0)
		return -errno;
	r = fstat(fd, &st) != 0 ? -errno : S_ISREG(st.st_mode) ? 0 : -EINVAL;
	if (r == 0)
		r = overwrite(fd, st.st_size);
	(void)close(fd);
	if (r == 0 && (unlinkat(spool, name, 0) != 0 || fsync(spool) != 0))
		r = -errno;
	return r;
}

/* "letter-" number suffix? */
static bool is_letter(const char *name, const char *suffix)
{
	size_t n = strlen(PREFIX);

	if (strncmp(name, PREFIX, n) != 0 || name[n] < '0' || name[n] > '9')
		return false;
	return strcmp(name + n + strspn(name + n, NUMBER_CHARS), suffix) == 0;
}

static int sweep(int spool)
{
	int r = 0, fd = openat(spool, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;

	if (d == NULL)
		return -errno;
	for (const struct dirent *e = readdir(d); r == 0 && e != NULL; e = readdir(d))
		if (is_letter(e->d_name, PARTIAL))
			r = destroy(spool, e->d_name);
	(void)closedir(d);
	return r;
}

/* Is the folder the owner's alone, and are we that? */
static int look(int fd, const char *dir, uid_t us)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return say(-errno, "%s: %m", dir);
	if (st.st_uid != us && us != (uid_t)-1)
		return say(-EPERM, "%s belongs to uid %u: run this as that user, as with runuser -u",
			   dir, (unsigned int)st.st_uid);
	if ((st.st_mode & 077) != 0)
		return say(-EPERM, "%s must be of mode 0700: letters go there", dir);
	return 0;
}

int spool_check(const char *dir)
{
	int r, fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? 0 : say(-errno, "%s: %m", dir);
	r = look(fd, dir, geteuid() == 0 ? (uid_t)-1 : geteuid()); /* root looks for the courier */
	(void)close(fd);
	return r;
}

int spool_open(const char *dir)
{
	int r, fd;

	if (mkdir(dir, 0700) != 0 && errno != EEXIST)
		return say(-errno, "cannot make %s: %m", dir);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return say(-errno, "%s: %m", dir);
	r = look(fd, dir, geteuid());
	if (r == 0 && (r = sweep(fd)) != 0)
		(void)say(0, "%s: cannot destroy a letter half written: %s", dir, strerror(-r));
	if (r == 0)
		return fd;
	(void)close(fd);
	return r;
}

static int write_new(int spool, const char *name, const void *bytes, size_t len)
{
	int r, fd = openat(spool, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	r = write_all(fd, bytes, len);
	if (r == 0 && fsync(fd) != 0)
		r = -errno;
	(void)close(fd);
	return r;
}

static void name_letter(char name[static NAME_LEN], const char *number, const char *suffix)
{
	snprintf(name, NAME_LEN, PREFIX "%s%s", number, suffix);
}

/* Gone, or never there. */
static int clear(int spool, const char *name)
{
	int r = destroy(spool, name);

	return r == -ENOENT ? 0 : r;
}

/* pind's numbers are names of files; what is none must not become a path. */
static int check(const char *name, const char *suffix, struct trouble *t)
{
	return is_letter(name, suffix) ? 0 : trouble_say(t, "the order has no number of a pratica");
}

int spool_put(int spool, const char *number, const void *bytes, size_t len, struct trouble *t)
{
	char name[NAME_LEN], partial[NAME_LEN];
	int r;

	name_letter(name, number, SUFFIX);
	name_letter(partial, number, PARTIAL);
	if (check(name, SUFFIX, t) != 0)
		return TROUBLE;
	r = clear(spool, partial);
	if (r == 0)
		r = write_new(spool, partial, bytes, len);
	if (r == 0)
		r = clear(spool, name);
	if (r == 0)
		r = renameat(spool, partial, spool, name) != 0 || fsync(spool) != 0 ? -errno : 0;
	if (r == 0)
		return 0;
	(void)destroy(spool, partial);
	return trouble_say(t, "the spool: %s", strerror(-r));
}

int spool_void(int spool, const char *number, struct trouble *t)
{
	char name[NAME_LEN];
	int r;

	name_letter(name, number, SUFFIX);
	if (check(name, SUFFIX, t) != 0)
		return TROUBLE;
	r = clear(spool, name);
	return r == 0 ? 0 : trouble_say(t, "the spool: %s", strerror(-r));
}

int spool_destroy(int spool, const char *dir, const char *name)
{
	size_t n = strlen(dir);
	int r;

	if (strncmp(name, dir, n) == 0 && name[n] == '/')
		name += n + 1;
	if (!is_letter(name, SUFFIX))
		return say(-EINVAL, "%s: no letter of %s", name, dir);
	r = destroy(spool, name);
	return r == 0 ? 0 : say(r, "%s/%s: %s", dir, name, strerror(-r));
}
