/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * recovery.h - a forgotten PIN: a link to the e-mail address on record, and when it is used, another
 * PIN, half of it to the phone and half to the address. Nothing happens to the old one before.
 */
#ifndef RECOVERY_H
#define RECOVERY_H

#include "act.h"

#define RECOVERY_LINK_S (7 * 86400u) /* the link is good for so long */
#define RECOVERY_WAIT_S 600u         /* and can be asked for so often: anybody can ask */

/*
 * May the PIN be recovered? V_OK; V_UNKNOWN, V_REVOKED, V_LAPSED: there is none; V_STATE: it is not
 * its owner's own yet; V_CONTACTS: there are not both contacts.
 */
enum verdict recovery_may(const struct account *acc, uint64_t now_s);

/* Is the order part of one? */
bool recovery_is(const struct order *o);

/* Is the PIN, or what replaced it, still the one the order was made for? */
bool recovery_wanted(const struct order *o, const struct account *acc, uint64_t now_s);

/* Keep the link that is about to be sent, the only one from now on. V_OK, V_BAD, V_FAILED. */
enum verdict recovery_link(struct act *a, struct account *acc,
			   const uint8_t token[static DOSSIER_TOKEN_LEN]);

/* Another PIN, of two halves that are not drawn yet; level, category, contacts stay. */
enum verdict recovery_replace(struct account *acc, const struct penalty_policy *pol,
			      uint64_t lapses_s, uint64_t now_s);

#endif
