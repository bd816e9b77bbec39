/* SPDX-License-Identifier: BSD-2-Clause */
/* world.h - a pind, its model beside it, three people, and the bytes that say what happens next. */
#ifndef WORLD_H
#define WORLD_H

#include "model.h"
#include "serve.h"

#define WORLD_SERVICES 4
#define WORLD_UIDS     3

struct proof { /* a grant or a ticket that pind gave, and what for */
	bool given;
	const struct person *who;
	size_t service;
	uid_t uid;
	uint32_t gen;
	uint64_t until_s;
	char pin[17];
	uint8_t bytes[WIRE_TICKET_LEN];
};

struct world {
	struct service sv;
	struct model m;
	uint64_t real_s, now_s;   /* the clock that pind is shown, and what it ought to go by */
	uint64_t recent[MODEL_PEOPLE][WORLD_SERVICES][WORLD_UIDS]; /* when proven; 0: never */
	struct proof grant, ticket;
	const uint8_t *p, *end;   /* what is left of the input */
	struct peer who;          /* asks, */
	size_t uid;               /* as this index */
	size_t person, service;   /* about these */
	struct wire_msg rep;      /* the last reply */
	uint64_t requests, renewed, operators;
};

extern struct world w;
extern const char *const world_cfs[MODEL_PEOPLE];
extern const char *const world_services[WORLD_SERVICES];
extern const struct conf_service world_policies[WORLD_SERVICES];

void must(bool holds); /* or the fuzzer has found something */
uint8_t next(void);    /* byte of the input; 0 when there are no more */

/* A new world: nobody has a PIN. */
void world_open(const uint8_t *data, size_t size);
void world_close(void);

/* pind.conf as the model knows it, put in force. */
void world_configure(bool simplified);

/* Send bytes; there is one reply, and it can be read. */
void world_send(const uint8_t *in, size_t n);

/* Ask; the verdict must be this one, and the wait. V_OK: any other kind of reply will do. */
void world_expect(struct wire_msg *m, struct said want);

/* What decides before anybody looks at the request: V_OK, V_BAD or V_DENIED. */
enum verdict world_may_ask(enum role needed, bool names_service);

struct person *the_person(void);
unsigned int missing_contacts(void); /* enum wire_missing */

/* An accepted PIN against the service's conditions: s, or the first that is not met. */
struct said conditions(struct said s, uint8_t level, bool on_behalf);

/* What people ask, in citizens.c. Each takes its choices from next(). */
void do_authenticate(void);
void do_authorize(void);
void do_renew_open(void);
void do_renew_commit(void);

#endif
