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

/* The character at *s, which moves behind it; 0xffffffff for what is no UTF-8. */
static uint32_t next_char(const unsigned char **s, const unsigned char *end)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	uint32_t c = *(*s)++;
	unsigned int more = c < 0x80 ? 0 : c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;

	if (c < 0x80)
		return c;
	if (c < 0xc2 || c > 0xf4)
		return UINT32_MAX;
	c &= 0x3fu >> more;
	for (unsigned int i = 0; i < more; i++) {
		if (*s == end || (**s & 0xc0) != 0x80)
			return UINT32_MAX;
		c = c << 6 | (*(*s)++ & 0x3fu);
	}
	return c < least[more] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff) ? UINT32_MAX : c;
}

static bool is_plain(uint32_t c)
{
	if (c == UINT32_MAX || c < 0x20 || (c >= 0x7f && c < 0xa0))
		return false;
	if (c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
	    (c >= 0x2066 && c <= 0x2069))
		return false;
	return c != 0xfeff;
}

bool text_is_plain(const char *s, size_t n, bool lines)
{
	const unsigned char *p = (const unsigned char *)s, *end = p + n;

	while (p < end) {
		uint32_t c = next_char(&p, end);

		if (!is_plain(c) && !(lines && c == '\n'))
			return false;
	}
	return true;
}
