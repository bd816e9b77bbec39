/* SPDX-License-Identifier: BSD-2-Clause */
/* call.h - one call of libpam into the module: with which options, about whom, from where. */
#ifndef CALL_H
#define CALL_H

#include <security/_pam_types.h>

#include "opts.h"
#include "talk.h"
#include "wire.h"

struct call {
	pam_handle_t *pamh;
	unsigned int flags;
	struct opts o;
	struct talk talk;
	/* as the wire has them; on_behalf_of and rhost may be empty */
	char cf[sizeof(((struct wire_authenticate *)0)->cf)];
	char on_behalf_of[sizeof(((struct wire_authenticate *)0)->on_behalf_of)];
	char service[sizeof(((struct wire_authenticate *)0)->service)];
	char rhost[sizeof(((struct wire_authenticate *)0)->rhost)];
};

/*
 * Read the options and PAM's items. Asks for a user name if PAM has none, nothing else.
 * PAM_SUCCESS, or what the entry point must return: PAM_USER_UNKNOWN if the name is not a natural
 * person's codice fiscale, PAM_SERVICE_ERR after logging a bad option or service name.
 */
int call_open(struct call *c, pam_handle_t *pamh, int flags, int argc, const char **argv);

/* What the entry point returns when r came out: r, or what ignore_unavailable makes of it. */
int call_close(const struct call *c, int r);

#endif
