/* SPDX-License-Identifier: BSD-2-Clause */
/* users.c - see users.h. */
#include "users.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_BYTES 32 /* bytes; no policy can name a longer one */
#define FIELDS    3  /* of a line: a name, something, an id. What follows may be of any length */

struct entry {
	char name[NAME_BYTES + 1];
	uint32_t id;
};

struct names {
	size_t n;
	struct entry *list;
};

struct users {
	struct names users, groups;
};

_Static_assert(sizeof(uid_t) == sizeof(uint32_t) && sizeof(gid_t) == sizeof(uint32_t), "ids");

/* A decimal id; the highest is nobody's. */
static bool number(const char *s, uint32_t *id)
{
	uint64_t v = 0;

	if (*s == '\0' || strlen(s) > 10)
		return false;
	for (; *s != '\0'; s++) {
		if (*s < '0' || *s > '9')
			return false;
		v = v * 10 + (unsigned int)(*s - '0');
	}
	*id = (uint32_t)v;
	return v < UINT32_MAX;
}

static int add(struct names *to, const char *name, const char *id)
{
	struct entry *more, entry = { "", 0 };

	if (name[0] == '\0' || strlen(name) > NAME_BYTES || !number(id, &entry.id))
		return 0;
	more = reallocarray(to->list, to->n + 1, sizeof(*more));
	if (more == NULL)
		return -ENOMEM;
	to->list = more;
	memcpy(entry.name, name, strlen(name));
	more[to->n++] = entry;
	return 0;
}

/* The first fields of a line, each cut to a name that is too long. false: there are no more lines. */
static bool read_line(FILE *f, char field[FIELDS][NAME_BYTES + 2])
{
	int c = getc(f), i = 0;
	size_t n = 0;

	memset(field, 0, FIELDS * sizeof(*field));
	if (c == EOF)
		return false;
	for (; c != EOF && c != '\n'; c = getc(f)) {
		if (c == ':') {
			i++;
			n = 0;
		} else if (i < FIELDS && n < NAME_BYTES + 1) {
			field[i][n++] = (char)c;
		}
	}
	return true;
}

/* A group's line may name thousands of members: it is not for fgetgrent(3), which wants a buffer. */
static int read_names(struct names *to, const char *path)
{
	char field[FIELDS][NAME_BYTES + 2];
	FILE *f = fopen(path, "re");
	int r = 0;

	if (f == NULL)
		return -errno;
	while (r == 0 && read_line(f, field))
		if (field[0][0] != '#')
			r = add(to, field[0], field[2]);
	if (r == 0 && ferror(f))
		r = -EIO;
	fclose(f);
	return r;
}

int users_open(struct users **ret, const char *passwd, const char *group)
{
	struct users *u = calloc(1, sizeof(*u));
	int r;

	if (u == NULL)
		return -ENOMEM;
	r = read_names(&u->users, passwd);
	if (r == 0)
		r = read_names(&u->groups, group);
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
	free(u->users.list);
	free(u->groups.list);
	free(u);
}

static bool find(const struct names *in, const char *name, uint32_t *id)
{
	if (number(name, id))
		return true;
	for (size_t i = 0; in != NULL && i < in->n; i++)
		if (strcmp(in->list[i].name, name) == 0) {
			*id = in->list[i].id;
			return true;
		}
	return false;
}

bool users_find(const struct users *u, const char *who, uid_t *uid)
{
	return find(u != NULL ? &u->users : NULL, who, uid);
}

bool users_find_group(const struct users *u, const char *which, gid_t *gid)
{
	return find(u != NULL ? &u->groups : NULL, which, gid);
}
