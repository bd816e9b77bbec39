/* SPDX-License-Identifier: BSD-2-Clause */
/* plain.h - text that prints as it reads: on letters, in e-mails, in registries. Pure. */
#ifndef PLAIN_H
#define PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLAIN_NO_CHAR UINT32_MAX

/* The character at *s, which moves behind it, and not beyond end; PLAIN_NO_CHAR: it is no UTF-8. */
uint32_t plain_char(const char **s, const char *end);

/*
 * Is s[0..n) UTF-8 without control characters (lines: but for LF), line separators, and what turns
 * the direction of writing?
 */
bool plain_text(const char *s, size_t n, bool lines);

/* The same of one line that is not blank. */
bool plain_line(const char *s);

#endif
