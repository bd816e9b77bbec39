/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * recent.h - who proved a PIN to which service in the last minutes, so that the account phase of
 * the same caller can be answered. In memory, of fixed size; forgets the oldest. Thread-safe.
 */
#ifndef RECENT_H
#define RECENT_H

#include <stdbool.h>
#include <sys/types.h>

#include "keys.h"

#define RECENT_S 300 /* seconds for which a proof is remembered */

struct recent;

int recent_open(struct recent **ret, const struct keys *k); /* 0 or -ENOMEM */
void recent_close(struct recent *r);                        /* NULL is a no-op */

/* uid's successful AUTHENTICATE of cf for service, at now_s. */
void recent_add(struct recent *r, uid_t uid, const char *service, const char *cf, uint64_t now_s);

/* Was there one in the last RECENT_S seconds? */
bool recent_has(struct recent *r, uid_t uid, const char *service, const char *cf, uint64_t now_s);

#endif
