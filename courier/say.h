/* SPDX-License-Identifier: BSD-2-Clause */
/* say.h - what operators are told: lines on stderr, and why an order could not be delivered. */
#ifndef SAY_H
#define SAY_H

#include <stddef.h>

#include "wire.h"

/* One line "pin-courier: ..." on stderr, unprintable bytes as '?'. Returns r. */
int say(int r, const char *format, ...) __attribute__((format(printf, 2, 3)));

struct trouble { /* why an order failed; empty: it did not */
	char text[sizeof(((struct wire_order_failed *)0)->trouble)];
};

enum { TROUBLE = 1 }; /* what functions that set one return */

/* Set *t, in printable ASCII and cut to fit. Returns TROUBLE. */
int trouble_say(struct trouble *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Take away a text that quotes the secret: a mail program may repeat what it was given. Any run
 * characters in a row of the secret, in whatever case, are a quotation.
 */
void trouble_hide(struct trouble *t, const char *secret, size_t run);

#endif
