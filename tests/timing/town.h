/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * town.h - a pind of the released code without sockets, on a real store in a directory of its own,
 * and a town of people who do not exist, some with a PIN, some without.
 */
#ifndef TOWN_H
#define TOWN_H

#include "serve.h"

#define TOWN_PEOPLE 1000 /* of a household */

enum kind { /* the first have no row of their own */
	    KIND_UNKNOWN,
	    KIND_UNKNOWN_THROTTLED,
	    KIND_UNKNOWN_BLOCKED,
	    KIND_KNOWN,
	    KIND_REVOKED,
	    KIND_THROTTLED,
	    KIND_BLOCKED,
	    KIND_N
};

extern struct town {
	struct service sv;
	uint64_t now_s; /* what pind sees as the time */
} town;

struct household { /* people of one kind; its cf are given by town_settle() */
	enum kind kind;
	char cf[TOWN_PEOPLE][RECORD_CF_MAX + 1];
};

/*
 * Build it in dir, which exists, with nobody in it; have people settle there; tear it down. Errors
 * end the program, which says why.
 */
void town_open(const char *dir);
void town_settle(struct household *all, size_t n);
void town_close(void);

/* Say why, and end with status 2: nothing was measured. */
void town_fail(const char *why) __attribute__((noreturn));

#endif
