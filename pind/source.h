/* SPDX-License-Identifier: BSD-2-Clause */
/* source.h - where an attempt comes from: peer uid, service, and the network of PAM_RHOST. */
#ifndef SOURCE_H
#define SOURCE_H

#include <sys/types.h>

#include "keys.h"
#include "penalty.h"

/*
 * The tag is a keyed digest: stored, it tells a thief nothing. Of rhost only the /24 (IPv4, and
 * IPv4 inside IPv6) or the /48 (IPv6) counts; a name counts as written, without case.
 */
struct penalty_from source_of(const struct keys *k, uid_t uid, const char *service,
			      const char *rhost);

#endif
