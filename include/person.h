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

/* The name of a code; "-" for 0, "?" for a code that is not in the table. */
const char *level_name(unsigned int code);
const char *category_name(unsigned int code);
const char *document_name(unsigned int code);

/* The code of a name (exact, lower case); 0 if there is none. */
unsigned int level_of(const char *name);
unsigned int category_of(const char *name);
unsigned int document_of(const char *name);

#endif
