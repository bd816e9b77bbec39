/* SPDX-License-Identifier: BSD-2-Clause */
/* faulty.c - see faulty.h. */
#include "faulty.h"

#include <stdio.h>
#include <string.h>

static const char initials[STORE_TABLES] = { 'M', 'P', 'S', 'R', 'L', 'O', 'D', 'G', 'A' };

static struct faulty *faulty_of(struct store *s)
{
	return (struct faulty *)s; /* store is the first member */
}

static void note(struct faulty *f, const char *what)
{
	size_t n = strlen(f->log);

	snprintf(f->log + n, sizeof(f->log) - n, "%s", what);
}

static int get(struct store *s, enum store_table table, const uint8_t *key, struct store_row *row)
{
	struct faulty *f = faulty_of(s);

	note(f, (char[]){ 'g', initials[table], ' ', '\0' });
	if (f->get_error[table] != 0) {
		row->rev = 7; /* whatever was read before it failed */
		return f->get_error[table];
	}
	return f->real->ops->get(f->real, table, key, row);
}

static int commit(struct store *s, const struct store_change *changes, size_t n)
{
	struct faulty *f = faulty_of(s);
	void (*meanwhile)(void *) = f->meanwhile;

	note(f, "c[");
	for (size_t i = 0; i < n; i++)
		note(f, (char[]){ initials[changes[i].table], '\0' });
	note(f, "] ");
	f->meanwhile = NULL;
	if (meanwhile != NULL)
		meanwhile(f->arg);
	if (f->moved > 0) {
		f->moved--;
		return STORE_E_MOVED;
	}
	if (f->commit_error != 0 && f->applied)
		(void)f->real->ops->commit(f->real, changes, n);
	return f->commit_error != 0 ? f->commit_error : f->real->ops->commit(f->real, changes, n);
}

static int next(struct store *s, enum store_table table, const uint8_t *after,
		uint8_t key[static STORE_KEY_LEN], struct store_row *row)
{
	struct faulty *f = faulty_of(s);

	note(f, (char[]){ 'n', initials[table], ' ', '\0' });
	if (f->get_error[table] != 0) {
		row->rev = 7;
		return f->get_error[table];
	}
	return f->real->ops->next(f->real, table, after, key, row);
}

static int each(struct store *s, enum store_table table, store_each_fn *fn, void *arg)
{
	struct faulty *f = faulty_of(s);

	return f->real->ops->each(f->real, table, fn, arg);
}

static const struct store_ops ops = {
	.name = "faulty", .get = get, .commit = commit, .next = next, .each = each
};

int faulty_open(struct faulty *f, const char *url)
{
	*f = (struct faulty){ .store = { &ops } };
	return store_open(&f->real, url, 0);
}

void faulty_close(struct faulty *f)
{
	store_close(f->real);
}
