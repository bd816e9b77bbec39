/* SPDX-License-Identifier: BSD-2-Clause */
/* conf.c - pind.conf: the table of settings and its reader; services.d is in conf_services.c. */
#include "conf.h"

#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf_read.h"

enum kind { NUMBER_KIND, SWITCH_KIND, GROUP_KIND, USER_KIND };
enum when { RELOAD, RESTART };

struct setting {
	const char *section, *name;
	size_t off; /* of a uint32_t in struct conf */
	enum kind kind;
	uint32_t min, max, value;
	const char *unit; /* of a number; the default of a group or user */
	enum when when;
};

static const struct setting settings[] = {
#define NUMBER(section, field, min, max, default, unit, when, doc)                                 \
	{ #section, #field, offsetof(struct conf, field), NUMBER_KIND, min, max, default, unit, when },
#define SWITCH(section, field, default, when, doc)                                                 \
	{ #section, #field, offsetof(struct conf, field), SWITCH_KIND, 0, 1, default, "", when },
#define GROUP(section, field, default, doc)                                                        \
	{ #section, #field, offsetof(struct conf, field), GROUP_KIND, 0, 0, CONF_NOBODY,    \
	  default, RESTART },
#define USER(section, field, default, doc)                                                         \
	{ #section, #field, offsetof(struct conf, field), USER_KIND, 0, 0, CONF_NOBODY,     \
	  default, RESTART },
#include "conf.def"
#define CATEGORY(NAME, code, name, months)                                                         \
	{ "expiry", name, offsetof(struct conf, expiry) + (code) * sizeof(uint32_t), NUMBER_KIND,  \
	  1, 24, months, "months", RELOAD },
#include "person.def"
};

#define CATEGORY(NAME, code, name, months) _Static_assert((code) < CONF_CATEGORIES, name);
#include "person.def"

#define N (sizeof(settings) / sizeof(*settings))

_Static_assert(N <= 64, "struct reading has a bit a setting");

struct reading {
	struct conf *conf;
	const struct users *users;
	struct conf_error *err;
	uint64_t set; /* bit i: settings[i] was given */
};

static uint32_t *field_of(struct conf *c, const struct setting *s)
{
	return (uint32_t *)(void *)((char *)c + s->off);
}

static uint32_t value_of(const struct conf *c, const struct setting *s)
{
	uint32_t v;

	memcpy(&v, (const char *)c + s->off, sizeof(v));
	return v;
}

static const struct setting *setting_of(const char *section, const char *name)
{
	for (size_t i = 0; i < N; i++)
		if (strcmp(settings[i].section, section) == 0 && strcmp(settings[i].name, name) == 0)
			return &settings[i];
	return NULL;
}

/* Decimal digits only. */
static bool number(const char *s, uint32_t *out)
{
	uint64_t v = 0;

	if (*s == '\0' || strlen(s) > 10)
		return false;
	for (; *s != '\0'; s++) {
		if (*s < '0' || *s > '9')
			return false;
		v = v * 10 + (uint32_t)(*s - '0');
	}
	*out = (uint32_t)v;
	return v <= UINT32_MAX;
}

static bool parse(const struct users *users, const struct setting *s, const char *text, uint32_t *out)
{
	switch (s->kind) {
	case NUMBER_KIND: return number(text, out) && *out >= s->min && *out <= s->max;
	case GROUP_KIND: return users_find_group(users, text, out);
	case USER_KIND: return users_find(users, text, out);
	case SWITCH_KIND: break;
	}
	*out = strcmp(text, "yes") == 0;
	return *out == 1 || strcmp(text, "no") == 0;
}

static int complain(struct conf_error *e, const struct setting *s, const char *value)
{
	if (s->kind == SWITCH_KIND)
		return conf_complain(e, "%s = '%s': write yes or no", s->name, value);
	if (s->kind != NUMBER_KIND)
		return conf_complain(e, "no %s '%s' when pind started: write a %s, or restart pind",
				     s->kind == USER_KIND ? "user" : "group", value,
				     s->kind == USER_KIND ? "uid" : "gid");
	return conf_complain(e, "%s = '%s': write a number of %s from %u to %u", s->name, value,
			     s->unit, s->min, s->max);
}

/* libinih calls this for every line with a key; 0 marks the line as bad. */
static int on_line(void *user, const char *section, const char *name, const char *value)
{
	struct reading *rd = user;
	const struct setting *s = setting_of(section, name);
	uint64_t bit;

	if (s == NULL)
		return conf_complain(rd->err, "unknown setting '%s' in [%s]", name, section);
	bit = (uint64_t)1 << (s - settings);
	if (rd->set & bit)
		return conf_complain(rd->err, "'%s' is set twice", name);
	rd->set |= bit;
	if (parse(rd->users, s, value, field_of(rd->conf, s)))
		return 1;
	return complain(rd->err, s, value);
}

/* Of groups and users that were not given, the usual ones; who is not on this machine is nobody. */
static void find_usual(const struct reading *rd)
{
	for (size_t i = 0; i < N; i++) {
		const struct setting *s = &settings[i];

		if ((s->kind == GROUP_KIND || s->kind == USER_KIND) && (rd->set >> i & 1) == 0 &&
		    !parse(rd->users, s, s->unit, field_of(rd->conf, s)))
			*field_of(rd->conf, s) = CONF_NOBODY;
	}
}

static int check_sense(const struct conf *c, struct conf_error *err)
{
	if (c->limit < c->free)
		return conf_complain(err, "[guesses] limit (%u) is below free (%u)", c->limit, c->free);
	if (c->limit + PENALTY_SOURCES * c->source_limit > PENALTY_MOST)
		return conf_complain(err, "[guesses] limit + %d * source_limit is %u: nobody gets more "
					  "than %d guesses", PENALTY_SOURCES,
				     c->limit + PENALTY_SOURCES * c->source_limit, PENALTY_MOST);
	if (c->wait_max_s < c->wait_s)
		return conf_complain(err, "[guesses] wait_max_s (%u) is below wait_s (%u)",
				     c->wait_max_s, c->wait_s);
	if (c->passes_max < c->passes || c->memory_max_kib < c->memory_kib)
		return conf_complain(err, "[hash] passes_max and memory_max_kib must not be below "
					  "passes and memory_kib");
	if (c->per_uid > c->connections)
		return conf_complain(err, "[limits] per_uid (%u) is above connections (%u)",
				     c->per_uid, c->connections);
	if (c->electronic == c->post && c->post != CONF_NOBODY)
		return conf_complain(err, "[couriers] electronic and post are the same user: nobody may "
					  "hold both halves");
	return 1;
}

int conf_defaults(struct conf **ret)
{
	struct conf *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < N; i++)
		*field_of(c, &settings[i]) = settings[i].value;
	c->services = calloc(1, sizeof(*c->services));
	if (c->services == NULL) {
		free(c);
		return -ENOMEM;
	}
	c->n_services = 1;
	c->services[0] = conf_service_defaults("default");
	*ret = c;
	return 0;
}

void conf_free(struct conf *c)
{
	if (c == NULL)
		return;
	free(c->services);
	free(c);
}

int conf_read(struct conf **ret, const char *file, const struct users *users, char *err,
	      size_t err_cap)
{
	struct conf_error e = { .text = err, .cap = err_cap };
	struct conf *c;
	struct reading rd = { .err = &e };
	int r = conf_defaults(&c);

	err[0] = '\0';
	if (r != 0)
		return conf_fail(&e, file, r);
	rd.conf = c;
	rd.users = users;
	r = conf_parse_file(file, on_line, &rd, &e);
	find_usual(&rd);
	if (r == 0 && !check_sense(c, &e))
		r = conf_fail(&e, file, -EINVAL);
	if (r == 0)
		r = conf_read_services(c, file, users, &e);
	if (r != 0) {
		conf_free(c);
		return r;
	}
	*ret = c;
	return 0;
}

struct argon_cost conf_cost(const struct conf *c)
{
	return (struct argon_cost){ c->passes, c->memory_kib };
}

struct argon_cost conf_cost_max(const struct conf *c)
{
	return (struct argon_cost){ c->passes_max, c->memory_max_kib };
}

struct penalty_policy conf_penalty(const struct conf *c)
{
	return (struct penalty_policy){ c->free, c->limit, c->source_limit, c->wait_s, c->wait_max_s };
}

const char *conf_needs_restart(const struct conf *now, const struct conf *next, char *buf,
			       size_t cap)
{
	size_t used = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < N && used < cap; i++)
		if (settings[i].when == RESTART &&
		    value_of(now, &settings[i]) != value_of(next, &settings[i]))
			used += (size_t)snprintf(buf + used, cap - used, "%s%s",
						 used > 0 ? ", " : "", settings[i].name);
	return buf;
}
