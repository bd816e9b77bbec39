/* SPDX-License-Identifier: BSD-2-Clause */
/* plain.c - see plain.h. */
#include "plain.h"

#include <string.h>

uint32_t plain_char(const char **s, const char *end)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	uint32_t c = (unsigned char)*(*s)++;
	unsigned int more = c < 0x80 ? 0 : c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;

	if (c < 0x80)
		return c;
	if (c < 0xc2 || c > 0xf4)
		return PLAIN_NO_CHAR;
	c &= 0x3fu >> more;
	for (unsigned int i = 0; i < more; i++) {
		if (*s == end || ((unsigned char)**s & 0xc0) != 0x80)
			return PLAIN_NO_CHAR;
		c = c << 6 | ((unsigned char)*(*s)++ & 0x3fu);
	}
	return c < least[more] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff) ? PLAIN_NO_CHAR : c;
}

static bool is_plain(uint32_t c)
{
	if (c == PLAIN_NO_CHAR || c < 0x20 || (c >= 0x7f && c < 0xa0))
		return false;
	if (c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
	    (c >= 0x2066 && c <= 0x2069))
		return false;
	return c != 0xfeff;
}

bool plain_text(const char *s, size_t n, bool lines)
{
	const char *end = s + n;

	while (s < end) {
		uint32_t c = plain_char(&s, end);

		if (!is_plain(c) && !(lines && c == '\n'))
			return false;
	}
	return true;
}

bool plain_line(const char *s)
{
	return s[strspn(s, " ")] != '\0' && plain_text(s, strlen(s), false);
}
