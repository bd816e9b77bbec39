/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conf.h - pind.conf and services.d: read whole or not at all. A configuration never changes once
 * read; a reload makes a new one and swaps it in, and workers keep the one they began with.
 */
#ifndef CONF_H
#define CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "argon.h"
#include "penalty.h"
#include "person.h"
#include "users.h"

#define CONF_SERVICE_MAX 32 /* bytes of a service's name */
#define CONF_PEERS_MAX   64 /* uids a service can name */
#define CONF_CATEGORIES  8  /* more than the highest enum category */
#define CONF_NOBODY      UINT32_MAX /* no user's uid, no group's gid */

enum conf_on_behalf { /* may, or must, a login say whom it acts for? */
	CONF_NO_BEHALF,
	CONF_MAY_BEHALF,
	CONF_MUST_BEHALF,
};

struct conf_service {
	char name[CONF_SERVICE_MAX + 1];
	uint8_t level;       /* enum level a PIN must have */
	uint32_t categories; /* bit 1 << enum category for each admitted */
	uint8_t on_behalf_of; /* enum conf_on_behalf */
	size_t n_peers;      /* 0: every uid that may use the socket */
	uid_t peers[CONF_PEERS_MAX];
};

struct conf {
#define NUMBER(section, field, min, max, default, unit, when, doc) uint32_t field;
#define SWITCH(section, field, default, when, doc)                 uint32_t field;
#define GROUP(section, field, default, doc)                        uint32_t field;
#define USER(section, field, default, doc)                         uint32_t field;
#include "conf.def"
	uint32_t expiry[CONF_CATEGORIES]; /* months, by enum category */
	struct conf_service *services;    /* [0] is the default; the rest by name */
	size_t n_services;
	unsigned int holders;             /* serve.c counts who still reads it */
};

/*
 * Read file and services.d beside it. users resolves names. 0 and *ret, the caller's to
 * free; or -EINVAL (it makes no sense) or -errno, and err gets one line: file, line, what is
 * wrong, what would be right.
 */
int conf_read(struct conf **ret, const char *file, const struct users *users, char *err,
	      size_t err_cap);

/* The defaults, no services.d; groups and users are CONF_NOBODY. 0 or -ENOMEM. */
int conf_defaults(struct conf **ret);

void conf_free(struct conf *c); /* NULL is a no-op */

/* The policy of a service: its own file's, or the default. Never NULL. */
const struct conf_service *conf_service(const struct conf *c, const char *name);

/* A line with the names of all that have a file, default.conf aside. */
void conf_print_services(const struct conf *c, FILE *f);

/* May uid ask for this service at all? */
bool conf_peer_ok(const struct conf_service *s, uid_t uid);

/* Views on the numbers. */
struct argon_cost conf_cost(const struct conf *c);
struct argon_cost conf_cost_max(const struct conf *c);
struct penalty_policy conf_penalty(const struct conf *c);

/* Names of settings that differ and need a restart, comma-separated, into buf. Returns buf. */
const char *conf_needs_restart(const struct conf *now, const struct conf *next, char *buf,
			       size_t cap);

#endif
