/* SPDX-License-Identifier: BSD-2-Clause */
/* tables.h - what tables.c and tables_wire.c share. */
#ifndef TABLES_H
#define TABLES_H

#include <stddef.h>

/* Text, where *, _ and \ mean themselves. */
void say(const char *text);
void say_bold(const char *text);

/* The name of a life of a PIN, or NULL past the last. */
const char *tables_life(size_t i);

/* The tables of pind-protocol(7). */
void tables_wire_auth(void);
void tables_wire_admin(void);
void tables_wire_courier(void);
void tables_wire_replies(void);
void tables_wire_sizes(void);
void tables_wire_codes(void);

#endif
