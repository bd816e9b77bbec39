/* SPDX-License-Identifier: BSD-2-Clause */
/* ask.h - one request of each kind that the load generator can make. */
#ifndef BENCH_ASK_H
#define BENCH_ASK_H

#include <stddef.h>
#include <stdint.h>

struct person {
	char cf[17], pin[17];
};

struct asker {                       /* one thread's */
	const char *path;            /* of the socket */
	const struct person *person; /* its own; NULL: none */
	unsigned int thread, seq;    /* seq: requests made */
	unsigned int seed;           /* sets this run's strangers apart from another's */
};

struct kind {
	const char *name;
	/* Connect, ask, hang up. 0 if the answer is the expected one. */
	int (*ask)(struct asker *a);
	const char *doc;
};

/* NULL: there is no such kind. */
const struct kind *kind_named(const char *name);

/* peers.c: saslauthd's protocol, dovecot-auth's. */
int ask_saslauthd(struct asker *a);
int ask_dovecot(struct asker *a);

/* people.c: make n people with definitive PINs through both sockets of dir. 0, or -1 and a line. */
int people_make(const char *dir, unsigned int n, const char *file);

/* people.c: read at most max people. How many, or -1. */
int people_read(const char *file, struct person *to, int max);

/* people.c: the codice fiscale of nobody number i. */
void people_cf(char cf[static 17], unsigned int i);

#endif
