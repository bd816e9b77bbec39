/* SPDX-License-Identifier: BSD-2-Clause */
/* users.c - see users.h. */
#include "users.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct user {
	char name[33];
	uid_t uid;
};

struct users {
	size_t n;
	struct user *list;
};

static int add(struct users *u, const struct passwd *pw)
{
	struct user *more;

	if (strlen(pw->pw_name) >= sizeof(more->name))
		return 0; /* no policy can name it */
	more = reallocarray(u->list, u->n + 1, sizeof(*more));
	if (more == NULL)
		return -ENOMEM;
	u->list = more;
	more[u->n].uid = pw->pw_uid;
	snprintf(more[u->n].name, sizeof(more[u->n].name), "%s", pw->pw_name);
	u->n++;
	return 0;
}

static int skip_line(FILE *f)
{
	int c = getc(f);

	while (c != EOF && c != '\n')
		c = getc(f);
	return 0;
}

/* A line too long is no user of ours; fgetpwent_r would stand before it for ever. */
static int read_users(struct users *u, FILE *f)
{
	struct passwd pw, *found = NULL;
	char buf[4096];
	int got = 0, r = 0;

	while (r == 0 && (got == 0 || got == ERANGE)) {
		got = fgetpwent_r(f, &pw, buf, sizeof(buf), &found);
		if (got == 0)
			r = add(u, &pw);
		else if (got == ERANGE)
			r = skip_line(f);
	}
	return r;
}

int users_open(struct users **ret, const char *path)
{
	struct users *u = calloc(1, sizeof(*u));
	FILE *f;
	int r;

	if (u == NULL)
		return -ENOMEM;
	f = fopen(path, "re");
	r = f != NULL ? read_users(u, f) : -errno;
	if (f != NULL)
		fclose(f);
	if (r != 0) {
		users_close(u);
		return r;
	}
	*ret = u;
	return 0;
}

void users_close(struct users *u)
{
	if (u == NULL)
		return;
	free(u->list);
	free(u);
}

static bool number(const char *s, uid_t *uid)
{
	unsigned long long v = 0;

	if (*s == '\0' || strlen(s) > 10)
		return false;
	for (; *s != '\0'; s++) {
		if (*s < '0' || *s > '9')
			return false;
		v = v * 10 + (unsigned int)(*s - '0');
	}
	*uid = (uid_t)v;
	return v < (uid_t)-1; /* -1 is nobody's */
}

bool users_find(const struct users *u, const char *who, uid_t *uid)
{
	if (number(who, uid))
		return true;
	for (size_t i = 0; u != NULL && i < u->n; i++)
		if (strcmp(u->list[i].name, who) == 0) {
			*uid = u->list[i].uid;
			return true;
		}
	return false;
}
