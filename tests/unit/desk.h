/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * desk.h - a whole pind without sockets for tests: a memory store, the cheapest hash, a clock that
 * the test sets, and a count of the hashes. Link with -Wl,--wrap=argon_derive.
 */
#ifndef DESK_H
#define DESK_H

#include <stdatomic.h>

#include "serve.h"

#define ANN "RSSMRA85T10A562S" /* invented people */
#define BOB "VRDLGI80A01H501E"
#define EVE "BNCGNN70B02F205Y" /* never has a PIN */

#define ANN_16 "ABCD2345EFGH6789"
#define BOB_16 "ZYXW9876VTSR5432"

struct desk {
	struct service sv;
	struct keys *keys;
	struct store *store;
	uint64_t now_s;          /* what pind sees as the time */
	atomic_uint hashes;      /* argon_derive calls so far */
	unsigned int fail_from;  /* argon_derive call number from which memory is out; 0: never */
	atomic_uint fails_at_hash; /* ANN's charged attempts on disk when the last hash began */
	struct wire_msg rep;     /* the last reply */
	uint8_t bytes[WIRE_MAX]; /* and its packet, nonce zeroed */
	size_t len;
	atomic_uint events[EVENT_N];
};

extern struct desk desk;

extern const struct peer desk_root, desk_web, desk_admin; /* uid 0, uid 33; root at the other socket */

/* cmocka setup and teardown: a fresh desk, no accounts, 2026-01-31 12:00:00 UTC. */
int desk_open(void **state);
int desk_close(void **state);

/* Ask; the reply is in desk.rep. Returns its verdict code, or V_OK for another kind of reply. */
enum verdict desk_ask(const struct peer *who, struct wire_msg *req);

/* Shorthands. */
enum verdict desk_issue(const char *cf, const char *pin16, enum level level);
enum verdict desk_issue_by(const struct peer *who, const char *cf, const char *pin16,
			   enum level level);
enum verdict desk_auth(const char *cf, const char *pin);
/* A wrong PIN, another one each time, from where nobody is known. */
enum verdict desk_wrong(const char *cf);
enum verdict desk_auth_at(const struct peer *who, const char *cf, const char *pin,
			  const char *service);
enum verdict desk_authorize(const struct peer *who, const char *cf, const char *service);
enum verdict desk_revoke(const char *cf);
enum verdict desk_unlock(const char *cf);
enum verdict desk_convert(const char *cf, uint64_t until_s);
/* Attempts charged to cf since the last right PIN, wherever they came from. */
uint32_t desk_spent(const char *cf);
const struct wire_record *desk_status(const char *cf);

/* First login of cf with pin16 and everything right; the definitive PIN goes to pin. */
void desk_first_login(const char *cf, const char *pin16, char pin[static 17]);

/* A service's policy, as if services.d had it. */
void desk_service(const char *name, enum level level, uint32_t categories, uid_t peer);

#endif
