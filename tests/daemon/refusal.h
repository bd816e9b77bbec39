/* SPDX-License-Identifier: BSD-2-Clause */
/* refusal.h - pind must not start: it says why in one line, exits at once, changes nothing. */
#ifndef REFUSAL_H
#define REFUSAL_H

#include "rig.h"

enum { EXIT_IS_FAILURE = 1, EXIT_IS_USAGE = 64, EXIT_IS_CONFIG = 78 };

struct fault {
	const char *name;
	void (*arrange)(void); /* after a pind has worked there and stopped */
	int status;            /* to exit with */
	const char *says;      /* part of the line */
};

/* Every fault with the sanitized program and the released one, as cmocka tests. The exit status. */
int refusal_run(const struct fault *faults, size_t n);

/* For arrange(): skip unless root; can a child do this without _exit()ing by itself? */
void refusal_need_root(void);
bool refusal_can(void (*what)(void));

/* A pind that runs on the rig's directories while the rig's own is to be refused. */
void refusal_start_other(void);

#endif
