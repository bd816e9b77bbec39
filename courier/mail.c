/* SPDX-License-Identifier: BSD-2-Clause */
/* mail.c - see mail.h. */
#include "mail.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#include "child.h"
#include "contact.h"
#include "plain.h"

enum {
	WORD_BYTES = 45, /* of text in an encoded word: 60 characters, 72 with what is around */
	QP_COLUMNS = 76,
	ID_BYTES = 8,
};

static bool is_address(const char *text)
{
	char address[CONTACT_EMAIL_MAX + 1];

	return contact_email(address, text) && strcmp(address, text) == 0;
}

static bool is_ascii(const char *s)
{
	while (*s >= ' ' && *s <= '~')
		s++;
	return *s == '\0';
}

/* How many bytes of s make whole characters, at most WORD_BYTES. */
static size_t word_len(const char *s)
{
	size_t n = strnlen(s, WORD_BYTES + 1);

	if (n <= WORD_BYTES)
		return n;
	for (n = WORD_BYTES; n > 1 && ((unsigned char)s[n] & 0xc0) == 0x80;)
		n--;
	return n;
}

/* RFC 2047: what is no ASCII, in words of base64, one a line. */
static void put_words(struct text *t, const char *s)
{
	char word[sodium_base64_ENCODED_LEN(WORD_BYTES, sodium_base64_VARIANT_ORIGINAL)];

	for (const char *gap = ""; *s != '\0'; gap = "\n ") {
		size_t n = word_len(s);

		sodium_bin2base64(word, sizeof(word), (const unsigned char *)s, n,
				  sodium_base64_VARIANT_ORIGINAL);
		text_format(t, "%s=?UTF-8?B?%s?=", gap, word);
		s += n;
	}
}

static void put_from(struct text *t, const struct mail *m)
{
	text_put(t, "From: ");
	if (m->from_name[0] == '\0') {
		text_put(t, m->from);
	} else if (is_ascii(m->from_name) && strpbrk(m->from_name, "\"\\") == NULL) {
		text_format(t, "\"%s\" <%s>", m->from_name, m->from);
	} else {
		put_words(t, m->from_name);
		text_format(t, "\n <%s>", m->from);
	}
	text_put(t, "\n");
}

static void put_date(struct text *t, time_t now)
{
	struct tm tm;
	char date[64];

	if (localtime_r(&now, &tm) == NULL ||
	    strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S %z", &tm) == 0)
		t->full = true; /* no such time: no message */
	else
		text_format(t, "Date: %s\n", date);
}

static void put_header(struct text *t, const struct mail *m)
{
	unsigned char id[ID_BYTES];
	char hex[2 * ID_BYTES + 1];

	randombytes_buf(id, sizeof(id));
	sodium_bin2hex(hex, sizeof(hex), id, sizeof(id));
	put_from(t, m);
	text_format(t, "To: %s\nSubject:", m->to);
	if (m->number[0] != '\0') /* a reminder may be of a PIN that has no pratica */
		text_format(t, " [%s]", m->number);
	if (is_ascii(m->subject)) {
		text_format(t, " %s", m->subject);
	} else {
		text_put(t, m->number[0] != '\0' ? "\n " : " ");
		put_words(t, m->subject);
	}
	text_put(t, "\n");
	put_date(t, m->now);
	text_format(t, "Message-ID: <order%" PRIu64 ".%s%s>\n", m->serial, hex,
		    strrchr(m->from, '@'));
	text_put(t, "Auto-Submitted: auto-generated\n"
		    "MIME-Version: 1.0\n"
		    "Content-Type: text/plain; charset=UTF-8\n"
		    "Content-Transfer-Encoding: quoted-printable\n\n");
}

/* May the byte at s, column col, stand for itself? Not what mail programs trip over, either. */
static bool stands(const char *s, size_t col)
{
	if (*s == ' ')
		return s[1] != '\n' && s[1] != '\0';
	if (col == 0 && (*s == '.' || strncmp(s, "From ", 5) == 0))
		return false;
	return *s > ' ' && *s <= '~' && *s != '=';
}

static void put_quoted(struct text *t, const char *s)
{
	size_t col = 0;

	for (; *s != '\0'; s++) {
		bool plain = stands(s, col);

		if (*s == '\n') {
			text_put(t, "\n");
			col = 0;
			continue;
		}
		if (col + (plain ? 1 : 3) >= QP_COLUMNS) {
			text_put(t, "=\n");
			col = 0;
			plain = stands(s, col);
		}
		if (plain)
			text_add(t, s, 1);
		else
			text_format(t, "=%02X", (unsigned char)*s);
		col += plain ? 1 : 3;
	}
}

int mail_compose(struct text *out, const struct mail *m)
{
	const char *one_line[] = { m->from_name, m->number, m->subject };

	if (!is_address(m->from) || !is_address(m->to))
		return -EINVAL;
	for (size_t i = 0; i < sizeof(one_line) / sizeof(*one_line); i++)
		if (!plain_text(one_line[i], strlen(one_line[i]), false))
			return -EINVAL;
	if (!is_ascii(m->number) || !plain_text(m->body, strlen(m->body), true))
		return -EINVAL;
	put_header(out, m);
	put_quoted(out, m->body);
	return out->full ? -ENOSPC : 0;
}

int mail_send(const char *sendmail, const struct text *message, unsigned int timeout_s,
	      struct trouble *t)
{
	const char *const argv[] = { sendmail, "-t", "-i", NULL };

	return child_run(argv, message->buf, message->len, timeout_s, t);
}
