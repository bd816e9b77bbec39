/* SPDX-License-Identifier: BSD-2-Clause */
/* faulty.h - a store in front of another: counts and logs calls, and fails them on demand. */
#ifndef FAULTY_H
#define FAULTY_H

#include "store.h"

struct faulty {
	struct store store;
	struct store *real;      /* faulty_close closes it */
	int get_error[STORE_TABLES]; /* what get and next answer instead of asking, or 0 */
	int commit_error;        /* what commit answers, or 0 */
	int applied;             /* 1: commit does it all the same, as when only the fsync failed */
	unsigned int moved;      /* so many commits answer STORE_E_MOVED */
	void (*meanwhile)(void *arg); /* once, before the next commit: somebody else's change */
	void *arg;
	char log[256];           /* "gM gS gP c[SM] nO ": calls, with the tables' letters */
};

/* Stand before a new store of this url. 0 or -errno. */
int faulty_open(struct faulty *f, const char *url);
void faulty_close(struct faulty *f);

#endif
