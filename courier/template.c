/* SPDX-License-Identifier: BSD-2-Clause */
/* template.c - see template.h. */
#include "template.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "plain.h"
#include "say.h"

enum { SUBJECT_MAX = 120, SHOWN = 40 };

#define BIT(NAME) (1u << FIELD_##NAME)

static const struct shape {
	const char *file;
	unsigned int must, may; /* bits of fields */
	bool subject;
} shapes[TEMPLATE_N] = {
	[TEMPLATE_HALF] = { "half.txt", BIT(HALF) | BIT(POSITIONS) | BIT(LINK),
			    BIT(NUMBER) | BIT(UNTIL) | BIT(HELP), true },
	[TEMPLATE_AGAIN] = { "again.txt", BIT(HALF) | BIT(POSITIONS), BIT(NUMBER) | BIT(HELP), true },
	[TEMPLATE_SMS] = { "sms.txt", BIT(HALF) | BIT(POSITIONS), BIT(NUMBER) | BIT(HELP), false },
	[TEMPLATE_LINK] = { "link.txt", BIT(LINK), BIT(NUMBER) | BIT(UNTIL) | BIT(HELP), true },
	[TEMPLATE_FORMS] = { "forms.txt", BIT(FAX), BIT(NUMBER) | BIT(UNTIL) | BIT(HELP), true },
	[TEMPLATE_NOTICE] = { "notice.txt", BIT(HELP), BIT(NUMBER), true },
	[TEMPLATE_REMINDER] = { "reminder.txt", BIT(UNTIL) | BIT(HELP), 0, true },
	[TEMPLATE_RECOVER] = { "recover.txt", BIT(LINK), BIT(UNTIL) | BIT(HELP), true },
	[TEMPLATE_RECOVERED_SMS] = { "recovered-sms.txt", BIT(HALF) | BIT(POSITIONS), BIT(HELP),
				     false },
	[TEMPLATE_RECOVERED] = { "recovered.txt", BIT(HALF) | BIT(POSITIONS),
				 BIT(UNTIL) | BIT(HELP), true },
	/* No number: who steals the letter must learn nothing that helps at the help line. */
	[TEMPLATE_LETTER] = { "letter.txt", BIT(UNTIL) | BIT(HELP), 0, false },
};

static const char *const names[FIELD_N] = { "half", "positions", "link", "number",
					    "until", "help", "fax" };
static const char *const marks[LANGUAGE_N] = { "== it\n", "== en\n" };

void values_set(struct values *v, enum field f, const char *value)
{
	for (int i = 0; i < LANGUAGE_N; i++)
		v->of[i][f] = value;
}

/* The field named between "{{" at s and "}}"; FIELD_N: none of ours. *end is behind it. */
static enum field field_at(const char *s, const char **end)
{
	const char *close = strstr(s, "}}");

	*end = close != NULL ? close + 2 : s + strlen(s);
	for (int f = 0; close != NULL && f < FIELD_N; f++)
		if (strlen(names[f]) == (size_t)(close - s - 2) &&
		    memcmp(names[f], s + 2, (size_t)(close - s - 2)) == 0)
			return (enum field)f;
	return FIELD_N;
}

static int read_text(struct template *t, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	size_t len = 0;
	ssize_t n = 1;

	if (fd < 0)
		return say(-EINVAL, "%s: %m", path);
	while (n > 0 && len < sizeof(t->text)) {
		n = read(fd, t->text + len, sizeof(t->text) - len);
		len += n > 0 ? (size_t)n : 0;
	}
	if (n < 0)
		(void)say(0, "%s: %m", path);
	(void)close(fd);
	if (n < 0)
		return -EINVAL;
	if (len > TEMPLATE_MAX)
		return say(-EINVAL, "%s: longer than %d bytes", path, TEMPLATE_MAX);
	t->text[len] = '\0';
	if (!plain_text(t->text, len, true))
		return say(-EINVAL, "%s: not UTF-8, or a control character in it (a tab, a CR)", path);
	return 0;
}

/* The line that begins a part, at the beginning of a line of s. */
static char *find_mark(char *s, const char *mark)
{
	while (s != NULL && strncmp(s, mark, strlen(mark)) != 0) {
		s = strchr(s, '\n');
		s = s != NULL ? s + 1 : NULL;
	}
	return s;
}

/* Take the subject off the beginning of a part. */
static int cut_subject(struct template_part *p, char *text, const char *path, const char *mark)
{
	static const char word[] = "Subject: ";
	char *end = strchr(text, '\n');

	if (strncmp(text, word, sizeof(word) - 1) != 0 || end == NULL)
		return say(-EINVAL, "%s: the line behind '%.5s' must be 'Subject: ...'", path, mark);
	*end = '\0';
	p->subject = text + sizeof(word) - 1;
	p->body = end + 1;
	if (strlen(p->subject) > SUBJECT_MAX || strstr(p->subject, "{{") != NULL)
		return say(-EINVAL, "%s: the subject takes no {{field}} and at most %d bytes", path,
			   SUBJECT_MAX);
	return 0;
}

/* Blank lines around a part belong to the file's looks; at least its last line ends in LF. */
static int trim(struct template_part *p, char *text, const char *path, const char *mark)
{
	size_t n;

	text += strspn(text, "\n");
	n = strlen(text);
	while (n > 1 && text[n - 1] == '\n' && text[n - 2] == '\n')
		text[--n] = '\0';
	if (n == 0 || text[n - 1] != '\n')
		return say(-EINVAL, "%s: nothing below '%.5s', or its last line does not end", path,
			   mark);
	p->body = text;
	return 0;
}

static int check_fields(const char *body, const struct shape *s, const char *path, const char *mark)
{
	unsigned int seen = 0;
	const char *end;

	for (const char *p = strstr(body, "{{"); p != NULL; p = strstr(end, "{{")) {
		enum field f = field_at(p, &end);

		if (f == FIELD_N || ((s->must | s->may) & (1u << f)) == 0)
			return say(-EINVAL, "%s: %.*s is no field of this file", path,
				   (int)(end - p < SHOWN ? end - p : SHOWN), p);
		seen |= 1u << f;
	}
	for (int f = 0; f < FIELD_N; f++)
		if ((s->must & ~seen & (1u << f)) != 0)
			return say(-EINVAL, "%s: there is no {{%s}} below '%.5s'", path, names[f], mark);
	return 0;
}

static int read_part(struct template *t, enum language in, char *text, const char *path)
{
	const struct shape *s = &shapes[t->kind];
	struct template_part *p = &t->part[in];
	int r = 0;

	*p = (struct template_part){ NULL, text };
	if (s->subject)
		r = cut_subject(p, text, path, marks[in]);
	if (r == 0)
		r = trim(p, t->text + (p->body - t->text), path, marks[in]);
	return r == 0 ? check_fields(p->body, s, path, marks[in]) : r;
}

int template_read(struct template *t, const char *dir, enum template_kind kind)
{
	char path[512], *it, *en;
	int n = snprintf(path, sizeof(path), "%s/%s", dir, shapes[kind].file), r;

	t->kind = kind;
	if (n < 0 || (size_t)n >= sizeof(path))
		return say(-EINVAL, "%s: too long a name", dir);
	r = read_text(t, path);
	if (r != 0)
		return r;
	it = find_mark(t->text, marks[ITALIAN]);
	en = find_mark(it, marks[ENGLISH]);
	if (it == NULL || en == NULL)
		return say(-EINVAL, "%s: needs a line '== it' and, below, a line '== en'", path);
	*en = '\0';
	r = read_part(t, ITALIAN, it + strlen(marks[ITALIAN]), path);
	return r == 0 ? read_part(t, ENGLISH, en + strlen(marks[ENGLISH]), path) : r;
}

int template_fill(const struct template *t, enum language in, const struct values *v,
		  struct text *out)
{
	const char *s = t->part[in].body, *end;

	for (const char *p = strstr(s, "{{"); p != NULL; p = strstr(s, "{{")) {
		enum field f = field_at(p, &end);
		const char *value = f != FIELD_N ? v->of[in][f] : NULL;

		if (value == NULL || !plain_text(value, strlen(value), false))
			return -EINVAL;
		text_add(out, s, (size_t)(p - s));
		text_put(out, value);
		s = end;
	}
	text_put(out, s);
	return out->full ? -ENOSPC : 0;
}
