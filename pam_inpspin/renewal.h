/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * renewal.h - a new PIN for who proves the old one. pind draws it; it is in force only when it
 * has been typed back. Nothing is stored before that, so a renewal cut short changes nothing.
 */
#ifndef RENEWAL_H
#define RENEWAL_H

#include "call.h"

/* chauthtok, PAM_PRELIM_CHECK: is there proof of the old PIN? Asks for it if not. */
int renewal_check(const struct call *c);

/* chauthtok, PAM_UPDATE_AUTHTOK: contacts, new PIN, confirmation. */
int renewal_make(const struct call *c);

#endif
