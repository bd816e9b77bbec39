/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * template.h - what citizens read, from files an office can edit. A file has two parts, begun by
 * the lines "== it" and "== en"; what stands before them is comment. In an e-mail's file the first
 * line of each part is "Subject: ...". The text has {{field}} where values go; which fields a file
 * may have, and must have in both parts, is a closed list (template.c).
 */
#ifndef TEMPLATE_H
#define TEMPLATE_H

#include "text.h"

#define TEMPLATE_MAX    8191 /* bytes of a file */
#define TEMPLATE_FILLED 8192 /* bytes of one part with its values, at most; NUL included */

enum template_kind {
	TEMPLATE_HALF,   /* e-mail: the half and the link */
	TEMPLATE_AGAIN,  /* e-mail: another half, when the link was used already */
	TEMPLATE_SMS,    /* the half alone */
	TEMPLATE_LINK,   /* e-mail: the link alone */
	TEMPLATE_FORMS,  /* e-mail */
	TEMPLATE_NOTICE, /* e-mail */
	TEMPLATE_REMINDER, /* e-mail: the PIN ends soon */
	TEMPLATE_RECOVER, /* e-mail: the link for who forgot the PIN */
	TEMPLATE_RECOVERED_SMS, /* the first half of the next one */
	/* The post courier's, from here on. */
	TEMPLATE_RECOVERED, /* e-mail: the second half of it */
	TEMPLATE_LETTER, /* the text below the half of a letter */
	TEMPLATE_N
};

enum field {
	FIELD_HALF,      /* "AB12-CD34" */
	FIELD_POSITIONS, /* "caratteri 1-8" */
	FIELD_LINK,
	FIELD_NUMBER,    /* of the pratica */
	FIELD_UNTIL,     /* a day: "21 gennaio 2027" */
	FIELD_HELP,      /* the help line */
	FIELD_FAX,
	FIELD_N
};

enum language { ITALIAN, ENGLISH, LANGUAGE_N };

struct template {
	enum template_kind kind;
	char text[TEMPLATE_MAX + 1];
	struct template_part {
		const char *subject; /* NULL: this kind has none */
		const char *body;    /* ends in one LF */
	} part[LANGUAGE_N];
};

struct values { /* NULL: there is none */
	const char *of[LANGUAGE_N][FIELD_N];
};

/* Set a field's value in all languages. */
void values_set(struct values *v, enum field f, const char *value);

/* Read dir/<kind>.txt and check it. 0, or -EINVAL after one line that names file and field. */
int template_read(struct template *t, const char *dir, enum template_kind kind);

/*
 * Append the body of a part with its values to out. 0; -EINVAL: a value lacks or holds a control
 * character, -ENOSPC: out is full. Values are not looked into for fields.
 */
int template_fill(const struct template *t, enum language in, const struct values *v,
		  struct text *out);

#endif
