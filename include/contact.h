/* SPDX-License-Identifier: BSD-2-Clause */
/* contact.h - how a person is reached: a mobile number and an e-mail address. Pure. */
#ifndef CONTACT_H
#define CONTACT_H

#include <stdbool.h>
#include <stddef.h>

#define CONTACT_PHONE_MAX 16  /* bytes of "+" and up to 15 digits (E.164), without NUL */
#define CONTACT_EMAIL_MAX 254 /* bytes (RFC 5321), without NUL */

/*
 * Read a mobile number as people type it into E.164: spaces . - / ( ) dropped, "00" is "+", a
 * national number is Italian (+39) and must be a mobile one (it begins with 3, 9 or 10 digits).
 * Foreign numbers: + and 8 to 15 digits, the first not 0. false: not one, and out is empty.
 */
bool contact_phone(char out[static CONTACT_PHONE_MAX + 1], const char *typed);

/*
 * An e-mail address as it can be written to a mailbox: one @, before it the ASCII characters that
 * need no quotes, behind it a dotted domain of letters, digits and hyphens, lengths of RFC 5321.
 * Blanks at both ends are dropped. false: not one, and out is empty.
 */
bool contact_email(char out[static CONTACT_EMAIL_MAX + 1], const char *typed);

#endif
