/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ticket.h - what pind lets its caller keep between two packets, sealed, so that pind itself keeps
 * nothing: a grant stands for the old PIN, a ticket holds the proposed one's verifier. Both are
 * bound to one person, peer uid and service, to the PIN's generation, and to a deadline.
 */
#ifndef TICKET_H
#define TICKET_H

#include <stdbool.h>
#include <sys/types.h>

#include "keys.h"
#include "pin.h"
#include "wire.h"

#define TICKET_GRANT_S 120 /* seconds a grant is good for */
#define TICKET_S       600 /* seconds a ticket is: the time to write a PIN down */

struct ticket_scope {
	const char *cf;      /* canonical */
	const char *service; /* policy name */
	uid_t uid;           /* of the peer */
};

/* Seal. Cannot fail. */
void ticket_grant(const struct keys *k, const struct ticket_scope *s, uint32_t gen, uint64_t now_s,
		  uint8_t grant[static WIRE_GRANT_LEN]);
void ticket_make(const struct keys *k, const struct ticket_scope *s, uint32_t gen, uint64_t now_s,
		 const struct pin_verifier *v, uint8_t ticket[static WIRE_TICKET_LEN]);

/* All zeros: no grant was sent. */
bool ticket_no_grant(const uint8_t grant[static WIRE_GRANT_LEN]);

/* Open. false: forged, for another scope, or too late; then the outputs are all zero. */
bool ticket_grant_open(const struct keys *k, const struct ticket_scope *s, uint64_t now_s,
		       const uint8_t grant[static WIRE_GRANT_LEN], uint32_t *gen);
bool ticket_open(const struct keys *k, const struct ticket_scope *s, uint64_t now_s,
		 const uint8_t ticket[static WIRE_TICKET_LEN], uint32_t *gen,
		 struct pin_verifier *v);

#endif
