/* SPDX-License-Identifier: BSD-2-Clause */
/* text.h - a text being put together in a buffer of fixed size. */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct text {
	char *buf; /* always NUL-terminated */
	size_t cap, len;
	bool full; /* something did not fit: the text is of no use */
};

/* An empty text in buf[0..cap), cap at least 1. */
struct text text_in(char *buf, size_t cap);

void text_add(struct text *t, const char *s, size_t n);
void text_put(struct text *t, const char *s);
void text_format(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Overwrite all of the buffer. */
void text_wipe(struct text *t);

#endif
