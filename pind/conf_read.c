/* SPDX-License-Identifier: BSD-2-Clause */
/* conf_read.c - one configuration file through libinih, one line of complaint; see conf_read.h. */
#include "conf_read.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int conf_complain(struct conf_error *e, const char *format, ...)
{
	va_list ap;

	if (e->what[0] != '\0')
		return 0;
	va_start(ap, format);
	vsnprintf(e->what, sizeof(e->what), format, ap);
	va_end(ap);
	e->what_line = e->line;
	for (char *p = e->what; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
	return 0;
}

int conf_fail(struct conf_error *e, const char *file, int r)
{
	snprintf(e->text, e->cap, "%s: %s", file, e->what[0] != '\0' ? e->what : strerror(-r));
	return r;
}

/* A regular file only: a FIFO would make pind wait for ever, a link lead out of the sandbox. */
static int open_file(const char *file, FILE **f)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
	struct stat st;
	int r = 0;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		r = -EINVAL;
	*f = r == 0 ? fdopen(fd, "r") : NULL;
	if (r == 0 && *f == NULL)
		r = -ENOMEM;
	if (r != 0)
		close(fd);
	return r;
}

struct source {
	FILE *f;
	struct conf_error *err;
};

static bool is_comment(const char *line)
{
	line += strspn(line, " \t");
	return *line == '#' || *line == ';';
}

/*
 * One line for libinih, without its end. By itself it would take what is beyond its buffer for
 * the next line, even of a comment, and stop at a NUL; "[" is what it refuses instead.
 */
static char *read_line(char *line, int cap, void *from)
{
	struct source *src = from;
	bool nul = false, fits = true;
	int n = 0, c = getc(src->f);

	if (c == EOF)
		return NULL;
	src->err->line++;
	for (; c != EOF && c != '\n'; c = getc(src->f)) {
		nul = nul || c == '\0';
		fits = n < cap - 2; /* newer libinih splits a line that leaves no room for its end */
		if (fits)
			line[n++] = (char)c;
	}
	line[n] = '\0';
	if (!nul && (fits || is_comment(line)))
		return line;
	if (nul)
		conf_complain(src->err, "a NUL byte: this is no text file");
	else
		conf_complain(src->err, "longer than %d characters", cap - 2);
	snprintf(line, (size_t)cap, "[");
	return line;
}

int conf_parse_file(const char *file, ini_handler on_line, void *user, struct conf_error *e)
{
	struct source src = { .err = e };
	int line, r = open_file(file, &src.f);

	e->what[0] = '\0';
	e->line = 0;
	if (r == -EINVAL)
		conf_complain(e, "not a regular file");
	if (r == -ELOOP)
		conf_complain(e, "a link: put the file itself there");
	if (r != 0)
		return conf_fail(e, file, r);
	line = ini_parse_stream(read_line, &src, on_line, user);
	r = ferror(src.f) ? -EIO : line < 0 ? -ENOMEM : 0;
	fclose(src.f);
	if (r != 0)
		return conf_fail(e, file, r);
	if (line == 0)
		return 0;
	snprintf(e->text, e->cap, "%s:%d: %s", file, line,
		 e->what[0] != '\0' && e->what_line == line
			 ? e->what : "not 'key = value', '[section]' or a comment");
	return -EINVAL;
}
