/* SPDX-License-Identifier: BSD-2-Clause */
/* env.h - what the program learns about who logged in: INPSPIN_* in the PAM environment. */
#ifndef ENV_H
#define ENV_H

#include "call.h"

/* Forget what an earlier question put there. PAM_SUCCESS, PAM_BUF_ERR. */
int env_clear(const struct call *c);

/* Set what is known after v; the rest is unset, never stale. PAM_SUCCESS, PAM_BUF_ERR. */
int env_set(const struct call *c, const struct wire_verdict *v);

#endif
