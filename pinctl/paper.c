/* SPDX-License-Identifier: BSD-2-Clause */
/* paper.c - see paper.h. */
#include "paper.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "person.h"
#include "pinctl.h"
#include "show.h"

#define DAY_S 86400

const char paper_help[] =
	"The identity document shown; EXPIRY is its last day, YYYY-MM-DD, KIND one of"
#define DOCUMENT(NAME, code, name) " " name
#include "person.def"
	;

static const char kinds[] = "KIND is one of"
#define DOCUMENT(NAME, code, name) " " name
#include "person.def"
	;

/* n digits as a number; -1 if they are not. */
static int digits(const char *text, size_t n)
{
	int v = 0;

	for (size_t i = 0; i < n; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		v = v * 10 + (text[i] - '0');
	}
	return v;
}

uint64_t paper_day_after(const char *text)
{
	struct tm tm = { 0 };
	int year, month, day;
	time_t t;

	if (strlen(text) != 10 || text[4] != '-' || text[7] != '-')
		return 0;
	year = digits(text, 4);
	month = digits(text + 5, 2);
	day = digits(text + 8, 2);
	if (year < 1970 || month < 1 || day < 1)
		return 0;
	tm.tm_year = year - 1900;
	tm.tm_mon = month - 1;
	tm.tm_mday = day;
	t = timegm(&tm); /* makes 3 March of 31 February */
	return tm.tm_mon == month - 1 ? (uint64_t)t + DAY_S : 0;
}

/* text is cut at its first, second and last colon. */
static int read_fields(struct paper *p, char *text)
{
	char *rest = text;
	const char *kind = strsep(&rest, ":"), *number = strsep(&rest, ":");
	char *expiry = rest != NULL ? strrchr(rest, ':') : NULL;
	int r;

	if (expiry == NULL)
		return show_error(EXIT_ARGS, "--document takes " PAPER_USAGE
					     ", as in patente:U1A2345678:MIT-UCO:2030-12-31");
	*expiry++ = '\0';
	p->kind = (uint8_t)document_of(kind);
	p->until_s = paper_day_after(expiry);
	if (p->kind == DOCUMENT_NONE)
		return show_error(EXIT_ARGS, "no document '%s': %s", kind, kinds);
	if (p->until_s == 0)
		return show_error(EXIT_ARGS, "the document's expiry must be a day, YYYY-MM-DD");
	r = args_text(p->number, sizeof(p->number) - 1, number, "the document's number");
	if (r == 0)
		r = args_text(p->issuer, sizeof(p->issuer) - 1, rest, "the document's issuer");
	return r;
}

int paper_read(struct paper *p, const char *text)
{
	char copy[256] = "";
	int r;

	memset(p, 0, sizeof(*p));
	if (strlen(text) >= sizeof(copy))
		return show_error(EXIT_ARGS, "--document takes at most %zu bytes",
				  sizeof(copy) - 1);
	memcpy(copy, text, strlen(text));
	r = read_fields(p, copy);
	explicit_bzero(copy, sizeof(copy));
	return r;
}

int paper_check(const struct paper *p, const char *what)
{
	if (p->kind == DOCUMENT_NONE)
		return show_error(EXIT_ARGS, "%s needs --document " PAPER_USAGE, what);
	if (p->until_s <= (uint64_t)time(NULL))
		return show_error(EXIT_ARGS, "the document has expired: %s needs one that has not", what);
	return 0;
}

_Static_assert(PAPER_SHA_LEN == crypto_hash_sha256_BYTES, "as the protocol has it");

static int hash_fd(uint8_t out[static crypto_hash_sha256_BYTES], int fd)
{
	static unsigned char buf[65536];
	crypto_hash_sha256_state state;
	bool empty = true;
	ssize_t n;

	(void)crypto_hash_sha256_init(&state);
	do {
		n = read(fd, buf, sizeof(buf));
		if (n > 0)
			(void)crypto_hash_sha256_update(&state, buf, (size_t)n);
		empty = empty && n <= 0;
	} while (n > 0 || (n < 0 && errno == EINTR));
	(void)crypto_hash_sha256_final(&state, out);
	sodium_memzero(buf, sizeof(buf));
	if (n == 0)
		return empty ? -ENODATA : 0;
	return -errno;
}

int paper_hash(uint8_t out[static PAPER_SHA_LEN], const char *path)
{
	int r, fd = open(path, O_RDONLY | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		return show_error(EXIT_ARGS, "cannot open %s: %m", path);
	if (sodium_init() < 0) {
		close(fd);
		return show_error(EXIT_ARGS, "cannot start libsodium");
	}
	r = hash_fd(out, fd);
	close(fd);
	if (r == -ENODATA)
		return show_error(EXIT_ARGS, "%s is empty: give the document's copy", path);
	return r == 0 ? 0 : show_error(EXIT_ARGS, "cannot read %s: %s", path, strerror(-r));
}

int paper_came(char *fax, size_t size, uint8_t sha256[static PAPER_SHA_LEN], const char *reference,
	       const char *path)
{
	int r = reference != NULL ? args_text(fax, size - 1, reference, "--fax") : 0;

	return r == 0 && path != NULL ? paper_hash(sha256, path) : r;
}
