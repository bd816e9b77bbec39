/* SPDX-License-Identifier: BSD-2-Clause */
/* conf.c - see conf.h. */
#include "conf.h"

#include <errno.h>
#include <ini.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contact.h"
#include "plain.h"
#include "say.h"
#include "text.h"

static const struct setting {
	const char *section, *name, *text;        /* text: default of a TEXT; NULL: a NUMBER */
	size_t off, size;
	unsigned int min, max, value;
} settings[] = {
#define TEXT(section, key, size, default) \
	{ #section, #key, default, offsetof(struct conf, key), size, 0, 0, 0 },
#define NUMBER(section, key, min, max, default) \
	{ #section, #key, NULL, offsetof(struct conf, key), 0, min, max, default },
#include "conf.def"
};

enum { N = sizeof(settings) / sizeof(*settings) };

_Static_assert(N <= 32, "a bit for each");

struct reader {
	FILE *f;
	struct conf *conf;
	uint32_t set;    /* bits of settings seen */
	bool cut;        /* this line is too long */
	char what[200];  /* the first complaint */
};

static int complain(struct reader *rd, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static int complain(struct reader *rd, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	if (rd->what[0] == '\0')
		vsnprintf(rd->what, sizeof(rd->what), format, ap);
	va_end(ap);
	return 0; /* libinih's "this line is bad" */
}

static char *text_of(struct conf *c, const struct setting *s)
{
	return (char *)c + s->off;
}

static int set_number(struct reader *rd, const struct setting *s, const char *value)
{
	unsigned long n = 0;
	char *end = NULL;

	if (value[0] >= '0' && value[0] <= '9') {
		errno = 0;
		n = strtoul(value, &end, 10);
	}
	if (end == NULL || *end != '\0' || errno != 0 || n < s->min || n > s->max)
		return complain(rd, "%s is a number from %u to %u", s->name, s->min, s->max);
	*(unsigned int *)(void *)text_of(rd->conf, s) = (unsigned int)n;
	return 1;
}

static int set_text(struct reader *rd, const struct setting *s, const char *value)
{
	size_t n = strlen(value);

	if (n >= s->size)
		return complain(rd, "%s takes at most %zu bytes", s->name, s->size - 1);
	if (!plain_text(value, n, false))
		return complain(rd, "%s is not UTF-8, or holds a control character", s->name);
	memcpy(text_of(rd->conf, s), value, n + 1);
	return 1;
}

static int on_line(void *user, const char *section, const char *name, const char *value)
{
	struct reader *rd = user;

	for (size_t i = 0; i < N; i++) {
		const struct setting *s = &settings[i];

		if (strcmp(s->section, section) != 0 || strcmp(s->name, name) != 0)
			continue;
		if ((rd->set & (1u << i)) != 0)
			return complain(rd, "%s is set twice", name);
		rd->set |= 1u << i;
		return s->text != NULL ? set_text(rd, s, value) : set_number(rd, s, value);
	}
	return complain(rd, "there is no '%.40s' in [%.40s]", name, section);
}

/* One line for libinih, which would take what is beyond its buffer for the next line. */
static char *read_line(char *line, int cap, void *from)
{
	struct reader *rd = from;
	int n = 0, c = getc(rd->f);
	bool fits = true;

	if (c == EOF)
		return NULL;
	for (; c != EOF && c != '\n'; c = getc(rd->f)) {
		fits = fits && n < cap - 1 && c != '\0';
		if (fits)
			line[n++] = (char)c;
	}
	line[n] = '\0';
	if (!fits) {
		(void)complain(rd, "longer than %d characters, or a NUL byte", cap - 1);
		line[0] = '[';
		line[1] = '\0'; /* what libinih refuses */
	}
	return line;
}

static int read_file(struct conf *c, const char *file)
{
	struct reader rd = { .f = fopen(file, "re"), .conf = c };
	int line;

	if (rd.f == NULL)
		return say(-EINVAL, "%s: %m", file);
	line = ini_parse_stream(read_line, &rd, on_line, &rd);
	if (ferror(rd.f))
		line = -1;
	(void)fclose(rd.f);
	if (line < 0)
		return say(-EINVAL, "%s: cannot be read", file);
	if (line > 0)
		return say(-EINVAL, "%s:%d: %s", file, line,
			   rd.what[0] != '\0' ? rd.what : "not 'key = value', '[section]' or a comment");
	return 0;
}

/* A program (the first word of text), or a file, named by its whole path. */
static int check_path(const char *file, const char *name, const char *text, int mode)
{
	char path[PATH_MAX];
	size_t n = strcspn(text, mode == X_OK ? " " : "");
	struct stat st;

	if (n >= sizeof(path) || text[0] != '/')
		return say(-EINVAL, "%s: %s must begin with /", file, name);
	memcpy(path, text, n);
	path[n] = '\0';
	if (access(path, mode) != 0 || stat(path, &st) != 0)
		return say(-EINVAL, "%s: %s: %s: %m", file, name, path);
	if (!S_ISREG(st.st_mode))
		return say(-EINVAL, "%s: %s: %s: not a file", file, name, path);
	return 0;
}

static int check_link(const char *file, const char *name, const char *link)
{
	static const char start[] = "https://";

	if (strncmp(link, start, sizeof(start) - 1) != 0)
		return say(-EINVAL, "%s: [electronic] %s must be set, and begin with %s", file,
			   name, start);
	for (const char *p = link; *p != '\0'; p++)
		if (*p <= ' ' || *p > '~' || strchr("\"<>\\^`{|}", *p) != NULL)
			return say(-EINVAL, "%s: [electronic] %s holds a character no link has", file,
				   name);
	return 0;
}

static int check_from(const struct conf *c, const char *file)
{
	char from[CONTACT_EMAIL_MAX + 1];

	if (contact_email(from, c->from) && strcmp(from, c->from) == 0)
		return 0;
	return say(-EINVAL, "%s: [electronic] from must be an e-mail address", file);
}

static int check_electronic(const struct conf *c, const char *file)
{
	int r = check_from(c, file);

	if (r == 0)
		r = check_link(file, "link", c->link);
	if (r == 0 && c->link_recover[0] != '\0')
		r = check_link(file, "link_recover", c->link_recover);
	if (r == 0 && c->fax[0] == '\0')
		r = say(-EINVAL, "%s: [electronic] fax must be set: where documents are sent", file);
	if (r == 0)
		r = check_path(file, "[electronic] sendmail", c->sendmail, X_OK);
	if (r == 0 && c->sms[0] != '\0')
		r = check_path(file, "[electronic] sms", c->sms, X_OK);
	if (r == 0 && c->link_recover[0] != '\0' && c->sms[0] == '\0')
		r = say(-EINVAL, "%s: [electronic] link_recover needs sms: half of a recovered PIN "
				 "goes to the phone", file);
	return r;
}

static int check_post(const struct conf *c, const char *file)
{
	int r = check_path(file, "[post] font", c->font, R_OK);

	if (r == 0)
		r = check_path(file, "[post] font_half", c->font_half, R_OK);
	if (r == 0 && c->print[0] != '\0')
		r = check_path(file, "[post] print", c->print, X_OK);
	if (r == 0 && c->post_sendmail[0] != '\0')
		r = check_path(file, "[post] post_sendmail", c->post_sendmail, X_OK);
	if (r == 0 && c->post_sendmail[0] != '\0')
		r = check_from(c, file);
	if (r == 0 && c->link_recover[0] != '\0' && c->post_sendmail[0] == '\0')
		r = say(-EINVAL, "%s: [electronic] link_recover needs [post] post_sendmail: half of a "
				 "recovered PIN goes to the mailbox", file);
	if (r == 0 && c->spool[0] != '/')
		r = say(-EINVAL, "%s: [post] spool must begin with /", file);
	return r;
}

int conf_read(struct conf *c, const char *file, enum channel_kind channel)
{
	int r;

	memset(c, 0, sizeof(*c));
	for (size_t i = 0; i < N; i++) {
		const struct setting *s = &settings[i];

		if (s->text != NULL)
			memcpy(text_of(c, s), s->text, strlen(s->text) + 1);
		else
			*(unsigned int *)(void *)text_of(c, s) = s->value;
	}
	r = read_file(c, file);
	if (r == 0)
		r = channel == TO_POST ? check_post(c, file) : check_electronic(c, file);
	return r;
}
