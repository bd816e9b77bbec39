/* SPDX-License-Identifier: BSD-2-Clause */
/* out.c - see out.h. */
#include "out.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void append(struct out *o, const char *text, size_t n)
{
	if (n > sizeof(o->text) - o->len)
		o->full = true;
	if (o->full)
		return;
	memcpy(o->text + o->len, text, n);
	o->len += n;
}

void out_raw(struct out *o, const char *text)
{
	append(o, text, strlen(text));
}

void out_text(struct out *o, const char *text)
{
	for (; *text != '\0'; text++) {
		switch (*text) {
		case '<': out_raw(o, "&lt;"); break;
		case '>': out_raw(o, "&gt;"); break;
		case '&': out_raw(o, "&amp;"); break;
		case '"': out_raw(o, "&quot;"); break;
		case '\'': out_raw(o, "&#39;"); break;
		default: append(o, text, 1);
		}
	}
}

void out_url(struct out *o, const char *text)
{
	static const char digits[] = "0123456789ABCDEF", also[] = "-._~/";

	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;
		const char code[] = { '%', digits[c >> 4], digits[c & 15], '\0' };

		if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    strchr(also, c) != NULL)
			append(o, text, 1);
		else
			out_raw(o, code);
	}
}

void out_number(struct out *o, uint64_t n)
{
	char digits[24];

	(void)snprintf(digits, sizeof(digits), "%llu", (unsigned long long)n);
	out_raw(o, digits);
}

bool out_send(struct out *o, int fd)
{
	size_t at = 0;
	bool sent;

	while (!o->full && at < o->len) {
		ssize_t n = write(fd, o->text + at, o->len - at);

		if (n > 0)
			at += (size_t)n;
		else if (n == 0 || errno != EINTR)
			break;
	}
	sent = !o->full && at == o->len;
	sodium_memzero(o, sizeof(*o));
	return sent;
}
