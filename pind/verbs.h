/* SPDX-License-Identifier: BSD-2-Clause */
/* verbs.h - which verb lives on which socket, whose duty it is, and what answers it. */
#ifndef VERBS_H
#define VERBS_H

#include "call.h"

struct verb {
	enum wire_type type;
	enum role role;
	unsigned int duties; /* any of these; not looked at on the auth socket */
	void (*run)(struct call *c);
	size_t service; /* where the message names a service, or 0 */
};

/* The verb type of the socket, or NULL: there is none. */
const struct verb *verb_of(enum wire_type type, enum role role);

#endif
