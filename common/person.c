/* SPDX-License-Identifier: BSD-2-Clause */
/* person.c - the name tables of person.def. */
#include "person.h"

#include <stddef.h>
#include <string.h>

struct word {
	unsigned int code;
	const char *name;
};

static const struct word levels[] = {
#define LEVEL(NAME, code, name) { code, name },
#include "person.def"
	{ 0, NULL }
};

static const struct word categories[] = {
#define CATEGORY(NAME, code, name, months) { code, name },
#include "person.def"
	{ 0, NULL }
};

static const struct word documents[] = {
#define DOCUMENT(NAME, code, name) { code, name },
#include "person.def"
	{ 0, NULL }
};

static const struct word gestioni[] = {
#define GESTIONE(NAME, code, name) { code, name },
#include "person.def"
	{ 0, NULL }
};

static const struct word fonti[] = {
#define FONTE(NAME, code, name) { code, name },
#include "person.def"
	{ 0, NULL }
};

static const struct word channels[] = {
#define CHANNEL(NAME, code, name) { code, name },
#include "person.def"
	{ 0, NULL }
};

static const struct word subtypes[] = {
#define SUBTYPE(NAME, code, name, category) { code, name },
#include "person.def"
	{ 0, NULL }
};

static const struct word ways[] = {
#define WAY(NAME, code, name) { code, name },
#include "person.def"
	{ 0, NULL }
};

static const char *name_in(const struct word *w, unsigned int code)
{
	if (code == 0)
		return "-";
	for (; w->name != NULL; w++)
		if (w->code == code)
			return w->name;
	return "?";
}

static unsigned int code_in(const struct word *w, const char *name)
{
	for (; w->name != NULL; w++)
		if (strcmp(w->name, name) == 0)
			return w->code;
	return 0;
}

const char *level_name(unsigned int code)
{
	return name_in(levels, code);
}

const char *category_name(unsigned int code)
{
	return name_in(categories, code);
}

const char *document_name(unsigned int code)
{
	return name_in(documents, code);
}

const char *way_name(unsigned int code)
{
	return name_in(ways, code);
}

unsigned int level_of(const char *name)
{
	return code_in(levels, name);
}

unsigned int category_of(const char *name)
{
	return code_in(categories, name);
}

unsigned int document_of(const char *name)
{
	return code_in(documents, name);
}

const char *gestione_name(unsigned int code)
{
	return name_in(gestioni, code);
}

const char *fonte_name(unsigned int code)
{
	return name_in(fonti, code);
}

const char *channel_name(unsigned int code)
{
	return name_in(channels, code);
}

const char *subtype_name(unsigned int code)
{
	return name_in(subtypes, code);
}

unsigned int gestione_of(const char *name)
{
	return code_in(gestioni, name);
}

unsigned int fonte_of(const char *name)
{
	return code_in(fonti, name);
}

unsigned int channel_of(const char *name)
{
	return code_in(channels, name);
}

unsigned int subtype_of(const char *name)
{
	return code_in(subtypes, name);
}

unsigned int subtype_category(unsigned int code)
{
	switch (code) {
#define SUBTYPE(NAME, code, name, category) \
	case SUBTYPE_##NAME: return CATEGORY_##category;
#include "person.def"
	default: return CATEGORY_NONE;
	}
}
