/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * grant.h - pind's grant, kept on the PAM handle from the login that proved an expired PIN to
 * its renewal. Only a convenience: without it the old PIN is asked. Never a PIN.
 */
#ifndef GRANT_H
#define GRANT_H

#include <stdbool.h>

#include "call.h"

/* Keep grant for this person and service, in place of any other. PAM_SUCCESS, PAM_BUF_ERR. */
int grant_keep(const struct call *c, const uint8_t grant[static WIRE_GRANT_LEN]);

/*
 * Is there a grant that pind would still take? Then its WIRE_GRANT_LEN bytes are copied to out,
 * unless that is NULL.
 */
bool grant_get(const struct call *c, uint8_t *out);

/* Wipe it, if there is one. */
void grant_drop(const struct call *c);

#endif
