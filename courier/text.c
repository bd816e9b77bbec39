/* SPDX-License-Identifier: BSD-2-Clause */
/* text.c - see text.h. */
#include "text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct text text_in(char *buf, size_t cap)
{
	buf[0] = '\0';
	return (struct text){ .buf = buf, .cap = cap };
}

void text_add(struct text *t, const char *s, size_t n)
{
	if (n >= t->cap - t->len)
		t->full = true;
	if (t->full)
		return;
	memcpy(t->buf + t->len, s, n);
	t->len += n;
	t->buf[t->len] = '\0';
}

void text_put(struct text *t, const char *s)
{
	text_add(t, s, strlen(s));
}

void text_format(struct text *t, const char *format, ...)
{
	size_t room = t->cap - t->len;
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(t->buf + t->len, room, format, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= room)
		t->full = true;
	if (t->full)
		t->buf[t->len] = '\0';
	else
		t->len += (size_t)n;
}

void text_wipe(struct text *t)
{
	explicit_bzero(t->buf, t->cap);
	t->len = 0;
}
