/* SPDX-License-Identifier: BSD-2-Clause */
/* check_cf.c - codici fiscali in bulk; see check_cf.h. */
#include "check_cf.h"

#include <errno.h>
#include <jansson.h>
#include <stddef.h>
#include <string.h>

#include "cf.h"

struct line {
	char text[CHECK_CF_LINE];
	size_t len; /* of what is kept in text */
	bool cut;   /* the line was longer */
};

/* The next line without its end. 1; 0: no more; -errno. */
static int read_line(struct line *line, FILE *in)
{
	int c;

	line->len = 0;
	line->cut = false;
	errno = 0;
	while ((c = getc_unlocked(in)) != EOF && c != '\n') {
		if (line->len < sizeof(line->text))
			line->text[line->len++] = (char)c;
		else
			line->cut = true;
	}
	if (c == EOF && ferror(in))
		return errno != 0 ? -errno : -EIO;
	if (c == '\n' && line->len > 0 && !line->cut && line->text[line->len - 1] == '\r')
		line->len--;
	return c == '\n' || line->len > 0;
}

/* line's bytes as printable ASCII, in room for 4 a byte and a NUL. */
static void escape(char *to, const struct line *line)
{
	static const char hex[] = "0123456789abcdef";
	static const char special[] = "\\\t\n\r", names[] = "\\tnr";

	for (size_t i = 0; i < line->len; i++) {
		unsigned char c = (unsigned char)line->text[i];
		const char *at = memchr(special, c, sizeof(special) - 1);

		if (at == NULL && c >= 0x20 && c < 0x7f) {
			*to++ = (char)c;
			continue;
		}
		*to++ = '\\';
		if (at != NULL) {
			*to++ = names[at - special];
		} else {
			*to++ = 'x';
			*to++ = hex[c >> 4];
			*to++ = hex[c & 15];
		}
	}
	*to = '\0';
}

static const char *or_dash(const char *s)
{
	return s[0] != '\0' ? s : "-";
}

static void print_row(FILE *out, const char *input, const struct cf *cf, enum cf_reason why)
{
	const char *fields[] = {
		input,
		why == CF_OK ? "valid" : "invalid",
		cf_kind_name(cf->kind),
		or_dash(cf->text),
		or_dash(cf->base),
		cf_reason_name(why),
	};
	size_t n = sizeof(fields) / sizeof(fields[0]);

	/* errors stick to the stream: check_cf_stream() asks for them once a line */
	for (size_t i = 0; i < n; i++) {
		fputs_unlocked(fields[i], out);
		putc_unlocked(i + 1 < n ? '\t' : '\n', out);
	}
}

static const char *or_null(bool there, const char *s)
{
	return there ? s : NULL;
}

static int print_json(FILE *out, const char *input, const struct cf *cf, enum cf_reason why)
{
	bool valid = why == CF_OK, born = cf->month != 0;
	char birth[sizeof("yy-mm-dd") + 8], sex[2] = { cf->sex, '\0' };
	char text[5 * CHECK_CF_LINE + 512]; /* \xHH becomes \\xHH */
	size_t len;
	json_t *o;

	snprintf(birth, sizeof(birth), "%02u-%02u-%02u", cf->yy, cf->month, cf->day);
	o = json_pack("{s:s, s:b, s:s?, s:s?, s:s?, s:s?, s:s?, s:s?, s:s?}", "input", input,
		      "valid", (int)valid, "kind", or_null(valid, cf_kind_name(cf->kind)),
		      "canonical", or_null(valid, cf->text), "base", or_null(valid, cf->base),
		      "birth", or_null(born, birth), "sex", or_null(born, sex), "place",
		      or_null(born, cf->place), "reason", or_null(!valid, cf_reason_name(why)));
	if (o == NULL)
		return -ENOMEM;
	len = json_dumpb(o, text, sizeof(text), JSON_COMPACT); /* json_dumpf() is half as fast */
	json_decref(o);
	if (len == 0 || len > sizeof(text))
		return -ENOMEM;
	fwrite_unlocked(text, 1, len, out);
	putc_unlocked('\n', out);
	return 0;
}

/* Its stream's error, which errno still tells: -errno, or 0 if there is none. */
static int write_error(FILE *out)
{
	if (!ferror(out))
		return 0;
	return errno != 0 ? -errno : -EIO;
}

int check_cf_stream(FILE *in, FILE *out, bool json, bool *all_valid)
{
	char input[4 * CHECK_CF_LINE + 1];
	struct line line;
	struct cf cf;
	enum cf_reason why;
	int r;

	*all_valid = true;
	while ((r = read_line(&line, in)) > 0) {
		why = cf_parse(&cf, line.text, line.len);
		if (line.cut) {
			memset(&cf, 0, sizeof(cf));
			why = CF_R_LENGTH;
		}
		*all_valid = *all_valid && why == CF_OK;
		escape(input, &line);
		errno = 0;
		r = 0;
		if (json)
			r = print_json(out, input, &cf, why);
		else
			print_row(out, input, &cf, why);
		if (r == 0)
			r = write_error(out);
		if (r != 0)
			return r;
	}
	if (r == 0 && fflush(out) != 0)
		r = -errno;
	return r;
}
