/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fake.h - a pind that says what it is told to: a child process that listens where the module
 * asks, so that nothing of it is in the caller's memory, threads or descriptors.
 */
#ifndef FAKE_H
#define FAKE_H

#include <stddef.h>
#include <sys/types.h>

#include "wire.h"

enum fake_how {
	FAKE_REPLY,   /* rep, with the request's nonce */
	FAKE_ORACLE,  /* OK if the PIN typed is FAKE_RIGHT, else WRONG */
	FAKE_HANG,    /* nothing, until the client hangs up */
	FAKE_REFUSE,  /* hang up before the request is read */
	FAKE_CLOSE,   /* hang up after it */
	FAKE_CUT,     /* the first cut bytes of rep */
	FAKE_NONCE,   /* rep for somebody else */
	FAKE_TYPE,    /* a request instead of a reply */
	FAKE_VERSION, /* rep in the next version of the protocol */
	FAKE_LONG,    /* rep and one byte more */
	FAKE_HUGE,    /* a packet longer than any message */
	FAKE_GARBAGE, /* as long as rep, but noise */
};

#define FAKE_RIGHT "AB12CD34" /* FAKE_ORACLE's PIN */

struct fake_step {
	enum fake_how how;
	size_t cut;
	struct wire_msg rep;
};

struct fake;

/*
 * Listen at path as uid (0 <= uid: seteuid before listening; (uid_t)-1: as we are). In the child,
 * prepare(), unless NULL, can script what must not be in the caller's memory. NULL on failure.
 */
struct fake *fake_start(const char *path, uid_t uid, void (*prepare)(struct fake *f));
void fake_stop(struct fake *f);

/* Forget what was asked, then answer with these steps in order; the last one for ever. */
void fake_script(struct fake *f, const struct fake_step *steps, size_t n);

/* Wait until every connection made so far has been dealt with; needed before the counts below. */
void fake_settle(struct fake *f);
unsigned int fake_connections(const struct fake *f);
size_t fake_bytes(const struct fake *f);                                   /* received */
unsigned int fake_asked(const struct fake *f);                             /* requests understood */
const struct wire_msg *fake_request(const struct fake *f, unsigned int i); /* the first few */

/* Steps. */
struct fake_step fake_verdict(unsigned int code);
struct fake_step fake_renewal(const char *pin, unsigned int missing);

#endif
