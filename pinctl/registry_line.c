/* SPDX-License-Identifier: BSD-2-Clause */
/* registry_line.c - one line of a file as one line of a registry. Pure. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "registry.h"

enum kind { MATRICOLA, ANYBODY, PERSON, TEXT };

struct column {
	const char *name;
	enum kind kind;
	size_t off, max; /* of the member, and its bytes */
};

#define MEMBER(field) offsetof(struct wire_registry_put, field), \
	sizeof(((struct wire_registry_put *)0)->field) - 1

static const struct sheet {
	const char *name;
	size_t n;
	struct column column[REGISTRY_COLUMNS];
} sheets[] = {
	[REGISTRY_NONE] = { "?", 0, { { 0 } } },
	[REGISTRY_MATRICOLE] = { "matricole", 2, { { "matricola", MATRICOLA, MEMBER(code) },
						   { "cf", ANYBODY, MEMBER(cf) } } },
	[REGISTRY_PATRONATI] = { "patronati", 1, { { "cf", PERSON, MEMBER(code) } } },
	[REGISTRY_INDIRIZZI] = { "indirizzi", 4, { { "cf", ANYBODY, MEMBER(code) },
						   { "name", TEXT, MEMBER(name) },
						   { "street", TEXT, MEMBER(street) },
						   { "town", TEXT, MEMBER(town) } } },
};

#define SHEETS (sizeof(sheets) / sizeof(*sheets))

const char *registry_name(enum registry registry)
{
	return sheets[registry < SHEETS ? registry : 0].name;
}

enum registry registry_of(const char *name)
{
	for (size_t i = 1; i < SHEETS; i++)
		if (strcmp(sheets[i].name, name) == 0)
			return (enum registry)i;
	return REGISTRY_NONE;
}

static bool complain(char why[static REGISTRY_WHY], const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static bool complain(char why[static REGISTRY_WHY], const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(why, REGISTRY_WHY, format, ap);
	va_end(ap);
	return false;
}

/* Text without the blanks around it; *len gets its length. */
static const char *trim(const char *text, size_t *len)
{
	text += strspn(text, " \t");
	*len = strlen(text);
	while (*len > 0 && text[*len - 1] == ' ')
		--*len;
	return text;
}

static bool is_named(const struct csv *c, size_t i, const char *name)
{
	size_t len;
	const char *text = trim(csv_field(c, i), &len);

	return len == strlen(name) && strncasecmp(text, name, len) == 0;
}

bool registry_head_read(struct registry_head *h, enum registry registry, const struct csv *c,
			char why[static REGISTRY_WHY])
{
	const struct sheet *s = &sheets[registry];

	*h = (struct registry_head){ .registry = registry, .fields = c->n };
	if (c->flaw != CSV_FINE)
		return complain(why, "%s", csv_flaw_text(c->flaw));
	for (size_t col = 0; col < s->n; col++) {
		size_t found = 0;

		for (size_t i = 0; i < c->n; i++)
			if (is_named(c, i, s->column[col].name)) {
				h->field[col] = i;
				found++;
			}
		if (found != 1)
			return complain(why, "the first line names %s column '%s'",
					found == 0 ? "no" : "more than one", s->column[col].name);
	}
	return true;
}

bool registry_fold(char out[static 21], const char *typed)
{
	size_t len, i = 0;
	const char *text = trim(typed, &len);

	for (bool good = len <= 20; good && i < len; i += good) {
		char ch = text[i];

		out[i] = ch >= 'a' && ch <= 'z' ? (char)(ch - 'a' + 'A') : ch;
		good = (out[i] >= 'A' && out[i] <= 'Z') || (out[i] >= '0' && out[i] <= '9');
		if (!good)
			len = 0;
	}
	out[len <= 20 ? len : 0] = '\0';
	return out[0] != '\0';
}

static bool read_cf(char *out, const char *text, const struct column *col,
		    char why[static REGISTRY_WHY])
{
	struct cf cf;
	enum cf_reason reason = cf_parse(&cf, text, strlen(text));

	if (reason != CF_OK)
		return complain(why, "no codice fiscale: %s", cf_reason_text(reason));
	if (col->kind == PERSON && !cf_is_person(&cf))
		return complain(why, "%s is a company's: a person's is needed", col->name);
	memcpy(out, cf.text, sizeof(cf.text));
	return true;
}

static bool read_field(char *out, const char *text, const struct column *col,
		       char why[static REGISTRY_WHY])
{
	size_t len;

	switch (col->kind) {
	case MATRICOLA:
		return registry_fold(out, text) ||
		       complain(why, "%s takes 1 to 20 letters and digits", col->name);
	case ANYBODY:
	case PERSON: return read_cf(out, text, col, why);
	case TEXT:   break;
	}
	text = trim(text, &len);
	if (len == 0)
		return complain(why, "%s is empty", col->name);
	if (len > col->max)
		return complain(why, "%s is too long", col->name);
	memcpy(out, text, len);
	out[len] = '\0';
	return true;
}

bool registry_line_read(struct wire_registry_put *q, const struct registry_head *h,
			const struct csv *c, char why[static REGISTRY_WHY])
{
	const struct sheet *s = &sheets[h->registry];
	bool good = true;

	memset(q, 0, sizeof(*q));
	q->registry = (uint8_t)h->registry;
	if (c->flaw != CSV_FINE)
		return complain(why, "%s", csv_flaw_text(c->flaw));
	if (c->n != h->fields)
		return complain(why, "not as many fields as the first line has: %s",
				c->n < h->fields ? "some are missing" : "there are more");
	for (size_t i = 0; good && i < s->n; i++)
		good = read_field((char *)q + s->column[i].off, csv_field(c, h->field[i]),
				  &s->column[i], why);
	return good;
}
