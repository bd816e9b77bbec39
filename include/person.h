/* SPDX-License-Identifier: BSD-2-Clause */
/* person.h - levels, categories and documents, and their names; see person.def. */
#ifndef PERSON_H
#define PERSON_H

enum level {
	LEVEL_NONE,
#define LEVEL(NAME, code, name) LEVEL_##NAME = (code),
#include "person.def"
};

enum category {
	CATEGORY_NONE,
#define CATEGORY(NAME, code, name, months) CATEGORY_##NAME = (code),
#include "person.def"
};

enum document {
	DOCUMENT_NONE,
#define DOCUMENT(NAME, code, name) DOCUMENT_##NAME = (code),
#include "person.def"
};

enum gestione {
	GESTIONE_NONE,
#define GESTIONE(NAME, code, name) GESTIONE_##NAME = (code),
#include "person.def"
};

enum fonte {
	FONTE_NONE,
#define FONTE(NAME, code, name) FONTE_##NAME = (code),
#include "person.def"
};

enum channel {
	CHANNEL_NONE,
#define CHANNEL(NAME, code, name) CHANNEL_##NAME = (code),
#include "person.def"
};

enum subtype {
	SUBTYPE_NONE,
#define SUBTYPE(NAME, code, name, category) SUBTYPE_##NAME = (code),
#include "person.def"
};

enum way {
	WAY_NONE,
#define WAY(NAME, code, name) WAY_##NAME = (code),
#include "person.def"
};

/* The name of a code; "-" for 0, "?" for a code that is not in the table. */
const char *level_name(unsigned int code);
const char *category_name(unsigned int code);
const char *document_name(unsigned int code);
const char *gestione_name(unsigned int code);
const char *fonte_name(unsigned int code);
const char *channel_name(unsigned int code);
const char *subtype_name(unsigned int code);
const char *way_name(unsigned int code);

/* The code of a name (exact, lower case); 0 if there is none. */
unsigned int level_of(const char *name);
unsigned int category_of(const char *name);
unsigned int document_of(const char *name);
unsigned int gestione_of(const char *name);
unsigned int fonte_of(const char *name);
unsigned int channel_of(const char *name);
unsigned int subtype_of(const char *name);

/* Which category a subtype belongs to; CATEGORY_NONE for 0 and for what is not in the table. */
unsigned int subtype_category(unsigned int code);

#endif
