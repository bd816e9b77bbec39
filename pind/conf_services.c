/* SPDX-License-Identifier: BSD-2-Clause */
/* conf_services.c - services.d: one file a service, NAME.conf. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf_read.h"

#define SUFFIX ".conf"
#define LIST_SEPARATORS ", \t"

struct conf_service conf_service_defaults(const char *name)
{
	struct conf_service s = { .level = LEVEL_SEMPLICE };

	snprintf(s.name, sizeof(s.name), "%s", name);
#define CATEGORY(NAME, code, name, months) s.categories |= 1u << (code);
#include "person.def"
	return s;
}

struct reading {
	struct conf_service *service;
	const struct users *users;
	struct conf_error *err;
	bool level, categories, peers, on_behalf_of; /* was it given? */
	const bool *last; /* of the line before: a list may go on over indented lines */
};

static int add_category(struct reading *rd, const char *word)
{
	unsigned int code = category_of(word);

	if (code == 0)
		return conf_complain(rd->err, "unknown category '%s'", word);
	rd->service->categories |= 1u << code;
	return 1;
}

static int add_peer(struct reading *rd, const char *word)
{
	struct conf_service *s = rd->service;

	if (s->n_peers == CONF_PEERS_MAX)
		return conf_complain(rd->err, "more than %d peers", CONF_PEERS_MAX);
	if (!users_find(rd->users, word, &s->peers[s->n_peers]))
		return conf_complain(rd->err,
				     "no user '%s' when pind started: write a uid, or restart pind",
				     word);
	s->n_peers++;
	return 1;
}

static int each_word(struct reading *rd, const char *value,
		     int (*add)(struct reading *, const char *))
{
	char word[64];
	size_t n;
	int words = 0;

	for (value += strspn(value, LIST_SEPARATORS); *value != '\0';
	     value += strspn(value, LIST_SEPARATORS), words++) {
		n = strcspn(value, LIST_SEPARATORS);
		snprintf(word, sizeof(word), "%.*s", (int)n, value);
		if (n >= sizeof(word))
			return conf_complain(rd->err, "'%s...' is too long for a name", word);
		if (!add(rd, word))
			return 0;
		value += n;
	}
	return words > 0 ? 1 : conf_complain(rd->err, "the list is empty");
}

static int list_line(struct reading *rd, const char *key, bool *given, const char *value,
		     int (*add)(struct reading *, const char *))
{
	if (*given && rd->last != given)
		return conf_complain(rd->err, "'%s' is set twice", key);
	*given = true;
	rd->last = given;
	return each_word(rd, value, add);
}

static int level_line(struct reading *rd, const char *value)
{
	if (rd->level)
		return conf_complain(rd->err, "'level' is set twice");
	rd->level = true;
	rd->service->level = (uint8_t)level_of(value);
	if (rd->service->level == 0)
		return conf_complain(rd->err, "level = '%s': write semplice or dispositivo", value);
	return 1;
}

static int behalf_line(struct reading *rd, const char *value)
{
	static const char *const words[] = { [CONF_NO_BEHALF] = "no", [CONF_MAY_BEHALF] = "optional",
					     [CONF_MUST_BEHALF] = "required" };

	if (rd->on_behalf_of)
		return conf_complain(rd->err, "'on_behalf_of' is set twice");
	rd->on_behalf_of = true;
	for (uint8_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcmp(value, words[i]) == 0) {
			rd->service->on_behalf_of = i;
			return 1;
		}
	return conf_complain(rd->err, "on_behalf_of = '%s': write no, optional or required", value);
}

static int on_line(void *user, const char *section, const char *name, const char *value)
{
	struct reading *rd = user;

	if (section[0] != '\0')
		return conf_complain(rd->err, "a service's file has no sections: remove [%s]", section);
	if (strcmp(name, "categories") == 0) {
		if (!rd->categories)
			rd->service->categories = 0;
		return list_line(rd, "categories", &rd->categories, value, add_category);
	}
	if (strcmp(name, "peers") == 0)
		return list_line(rd, "peers", &rd->peers, value, add_peer);
	rd->last = NULL;
	if (strcmp(name, "level") == 0)
		return level_line(rd, value);
	if (strcmp(name, "on_behalf_of") == 0)
		return behalf_line(rd, value);
	return conf_complain(rd->err, "unknown setting '%s'", name);
}

static bool name_ok(const char *name, size_t n)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";

	return n > 0 && n <= CONF_SERVICE_MAX && strspn(name, good) >= n;
}

static struct conf_service *place_for(struct conf *c, const char *name)
{
	struct conf_service *more;

	if (strcmp(name, c->services[0].name) == 0)
		return &c->services[0];
	more = reallocarray(c->services, c->n_services + 1, sizeof(*more));
	if (more == NULL)
		return NULL;
	c->services = more;
	more[c->n_services] = conf_service_defaults(name);
	return &more[c->n_services++];
}

static int read_service(struct conf *c, const char *dir, const char *file,
			const struct users *users, struct conf_error *e)
{
	struct reading rd = { .users = users, .err = e };
	char path[4096], name[CONF_SERVICE_MAX + 1];
	size_t n = strlen(file);

	if (snprintf(path, sizeof(path), "%s/%s", dir, file) >= (int)sizeof(path))
		return conf_fail(e, file, -ENAMETOOLONG);
	e->what[0] = '\0';
	if (n < strlen(SUFFIX) || strcmp(file + n - strlen(SUFFIX), SUFFIX) != 0) {
		/* most likely a policy that somebody believes in */
		conf_complain(e, "a policy is called SERVICE.conf: rename the file or remove it");
		return conf_fail(e, path, -EINVAL);
	}
	n -= strlen(SUFFIX);
	if (!name_ok(file, n)) {
		conf_complain(e, "a service's name has 1 to %d of A-Z a-z 0-9 _ - .",
			      CONF_SERVICE_MAX);
		return conf_fail(e, path, -EINVAL);
	}
	snprintf(name, sizeof(name), "%.*s", (int)n, file);
	rd.service = place_for(c, name);
	if (rd.service == NULL)
		return conf_fail(e, path, -ENOMEM);
	return conf_parse_file(path, on_line, &rd, e);
}

static int is_shown(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct conf_service *)a)->name, ((const struct conf_service *)b)->name);
}

int conf_read_services(struct conf *c, const char *file, const struct users *users,
		       struct conf_error *e)
{
	const char *slash = strrchr(file, '/');
	struct dirent **found;
	char dir[4096];
	int n, r = 0;

	snprintf(dir, sizeof(dir), "%.*sservices.d", slash != NULL ? (int)(slash - file) + 1 : 0,
		 file);
	e->what[0] = '\0';
	n = scandir(dir, &found, is_shown, alphasort);
	if (n < 0)
		return errno == ENOENT ? 0 : conf_fail(e, dir, -errno);
	for (int i = 0; i < n; i++) {
		if (r == 0)
			r = read_service(c, dir, found[i]->d_name, users, e);
		free(found[i]);
	}
	free(found);
	qsort(c->services + 1, c->n_services - 1, sizeof(*c->services), by_name);
	return r;
}

void conf_print_services(const struct conf *c, FILE *f)
{
	fputs("services with a policy of their own:", f);
	for (size_t i = 1; i < c->n_services; i++)
		fprintf(f, " %s", c->services[i].name);
	fputs(c->n_services > 1 ? "\n" : " none\n", f);
}

const struct conf_service *conf_service(const struct conf *c, const char *name)
{
	struct conf_service key = { .n_peers = 0 };
	const struct conf_service *s;

	snprintf(key.name, sizeof(key.name), "%s", name);
	s = bsearch(&key, c->services + 1, c->n_services - 1, sizeof(key), by_name);
	return s != NULL ? s : &c->services[0];
}

bool conf_peer_ok(const struct conf_service *s, uid_t uid)
{
	for (size_t i = 0; i < s->n_peers; i++)
		if (s->peers[i] == uid)
			return true;
	return s->n_peers == 0;
}
