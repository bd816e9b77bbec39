/* SPDX-License-Identifier: BSD-2-Clause */
/* symbols.c - what is typed as a PIN, and drawing one; see symbols.h. */
#include "symbols.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>

enum { RUN = 4, GROUP = 4 };

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
_Static_assert(sizeof(alphabet) == 32 + 1, "a symbol is 5 bits of a byte, or the draw is biased");

/* What each ASCII byte is read as: a symbol, ' ' for a separator, '.' for no part of a PIN. */
static const char read_as[] = "................................"
			      " ............ ..0123456789......"
			      ".ABCDEFGH1JK1MN0PQRSTUVWXYZ....."
			      ".ABCDEFGH1JK1MN0PQRSTUVWXYZ.....";
_Static_assert(sizeof(read_as) == 128 + 1, "one character for each ASCII byte");

/* No step of the loop looks at a symbol to decide what runs next. */
size_t symbols_fold(char pin[static SYMBOLS_MAX + 1], const char *typed, size_t len)
{
	size_t n = 0, bad = len > SYMBOLS_TYPED, end = bad ? SYMBOLS_TYPED : len;
	char all[SYMBOLS_TYPED + 1] = { 0 };

	for (size_t i = 0; i < end; i++) {
		unsigned char byte = (unsigned char)typed[i];
		char c = read_as[byte & 127];

		bad |= (size_t)(byte >> 7) | (c == '.');
		all[n] = c;
		n += c != ' ';
	}
	bad |= n > SYMBOLS_MAX;
	n &= bad - 1; /* none, if anything is bad */
	for (size_t i = 0; i < SYMBOLS_MAX; i++)
		pin[i] = (char)((unsigned int)all[i] & -(unsigned int)(i < n));
	pin[SYMBOLS_MAX] = '\0';
	explicit_bzero(all, sizeof(all));
	return n;
}

/* Do RUN symbols in a row of pin also stand in cf, whose O I L are read as they would be typed? */
static bool gives_away(const char *pin, size_t n, const char *cf)
{
	size_t cf_len = strlen(cf), same;

	for (size_t i = 0; i + RUN <= n; i++)
		for (size_t j = 0; j + RUN <= cf_len; j++) {
			for (same = 0; same < RUN; same++)
				if (pin[i + same] != read_as[cf[j + same] & 127])
					break;
			if (same == RUN)
				return true;
		}
	return false;
}

static int fill_random(unsigned char *to, size_t n)
{
	while (n > 0) {
		ssize_t got = getrandom(to, n, 0);

		if (got == 0)
			return -EIO;
		if (got < 0 && errno != EINTR)
			return -errno;
		if (got > 0) {
			to += got;
			n -= (size_t)got;
		}
	}
	return 0;
}

int symbols_draw(char *pin, size_t n, const char *cf)
{
	unsigned char bytes[SYMBOLS_MAX];
	int r;

	if (n != SYMBOLS_HALF && n != SYMBOLS_MAX)
		return -EINVAL;
	do {
		r = fill_random(bytes, n);
		for (size_t i = 0; i < n; i++)
			pin[i] = r == 0 ? alphabet[bytes[i] % 32] : '\0';
		pin[n] = '\0';
	} while (r == 0 && gives_away(pin, n, cf));
	explicit_bzero(bytes, sizeof(bytes));
	return r;
}

const char *symbols_show(char out[static SYMBOLS_SHOWN], const char *pin)
{
	size_t n = strnlen(pin, SYMBOLS_MAX), at = 0;

	for (size_t i = 0; i < n; i++) {
		if (i > 0 && i % GROUP == 0)
			out[at++] = '-';
		out[at++] = pin[i];
	}
	out[at] = '\0';
	return out;
}
