/* SPDX-License-Identifier: BSD-2-Clause */
/* paper.h - an identity document as an operator types it (enum document is only its kind). */
#ifndef PAPER_H
#define PAPER_H

#include <stddef.h>
#include <stdint.h>

#include "wire.h"

#define PAPER_SHA_LEN 32
#define PAPER_USAGE "KIND:NUMBER:ISSUER:EXPIRY"

struct paper {
	uint8_t kind; /* enum document; 0: none shown */
	char number[sizeof(((struct wire_issue *)0)->doc_number)];
	char issuer[sizeof(((struct wire_issue *)0)->doc_issuer)]; /* may hold colons */
	uint64_t until_s; /* the first second (UTC) after its last day, since the epoch */
};

extern const char paper_help[]; /* what --help says of it */

/* Read text into *p; the caller wipes it. 0, or EXIT_ARGS after one line. */
int paper_read(struct paper *p, const char *text);

/* The first second (UTC) after the day YYYY-MM-DD; 0 if there is no such day. */
uint64_t paper_day_after(const char *text);

/* Will it do for what needs one: shown, and not expired? 0, or EXIT_ARGS after one line. */
int paper_check(const struct paper *p, const char *what);

/* SHA-256 of the file at path, a copy of a document. 0, or EXIT_ARGS after one line. */
int paper_hash(uint8_t out[static PAPER_SHA_LEN], const char *path);

/*
 * How a document came, if that is said: reference of a fax, path of a copy; each may be NULL. fax has
 * room for size bytes. 0, or EXIT_ARGS after one line.
 */
int paper_came(char *fax, size_t size, uint8_t sha256[static PAPER_SHA_LEN], const char *reference,
	       const char *path);

#endif
