/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * input.h - what a browser sends, application/x-www-form-urlencoded: only fields that are in the
 * table, each once, no longer than it may be, without control characters. Pure.
 */
#ifndef INPUT_H
#define INPUT_H

#include <stdbool.h>
#include <stddef.h>

#define INPUT_MAX  4096 /* bytes of a body, or of a query */
#define INPUT_BACK 200  /* bytes of a path to go back to */

/* FIELD(NAME, name, max): longest value in bytes, decoded */
#define INPUT_FIELDS                                                                               \
	FIELD(TOKEN, "token", 1600)                                                                \
	FIELD(CF, "cf", 40)                                                                        \
	FIELD(PIN, "pin", 63)                                                                      \
	FIELD(NEW, "new", 63)                                                                      \
	FIELD(PHONE, "phone", 40)                                                                  \
	FIELD(EMAIL, "email", 260)                                                                 \
	FIELD(SERVICE, "service", 32)                                                              \
	FIELD(BACK, "back", 400)                                                                   \
	FIELD(LANG, "lang", 2)

enum input_field {
#define FIELD(NAME, name, max) IN_##NAME,
	INPUT_FIELDS
#undef FIELD
	IN_N
};

#define INPUT_BIT(f) (1u << (f))

/*
 * Read text in place: it holds the decoded values afterwards. value[] gets those of the fields in
 * allowed, a set of INPUT_BIT(); others' are left as they are. false: anything else was in it.
 */
bool input_read(char *text, unsigned int allowed, const char *value[static IN_N]);

/*
 * Where a login goes on, from what the address of the page says: a path of this host, or an address
 * of this host made one (origin: "https://HOST"). false, and out is "/": anything else.
 */
bool input_back(char out[static INPUT_BACK + 1], const char *typed, const char *origin);

/* "it" or "en": which an Accept-Language header (or NULL) likes better; "it" if it does not say. */
const char *input_language(const char *accept);

#endif
