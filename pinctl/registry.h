/* SPDX-License-Identifier: BSD-2-Clause */
/* registry.h - the registries, their columns, and how a file of theirs gets into pind. */
#ifndef REGISTRY_H
#define REGISTRY_H

#include "csv.h"
#include "pinctl.h"

#define REGISTRY_COLUMNS 4
#define REGISTRY_WHY     160 /* bytes of a complaint about a line, with NUL */

enum registry { REGISTRY_NONE, REGISTRY_MATRICOLE, REGISTRY_PATRONATI, REGISTRY_INDIRIZZI }; /* as pind's */

/* ---- registry_line.c: pure ---- */

struct registry_head { /* which field is which column */
	enum registry registry;
	size_t fields;
	size_t field[REGISTRY_COLUMNS];
};

const char *registry_name(enum registry registry);
enum registry registry_of(const char *name); /* REGISTRY_NONE: there is no such one */

/* Read the line that names the columns. false and why: a column is missing, or there twice. */
bool registry_head_read(struct registry_head *h, enum registry registry, const struct csv *c,
			char why[static REGISTRY_WHY]);

/* Read a line of values, checked and folded as pind wants them. false and why: it is no good. */
bool registry_line_read(struct wire_registry_put *q, const struct registry_head *h,
			const struct csv *c, char why[static REGISTRY_WHY]);

/* Fold a matricola: blanks around it dropped, capitals; letters and digits, 1..20. */
bool registry_fold(char out[static 21], const char *typed);

/* ---- registry.c ---- */

/* The same for one typed by an operator. 0, or EXIT_ARGS after one line. */
int registry_matricola(char out[static 21], const char *typed);

/* ---- registry_import.c: the file a->word[2]. The exit status ---- */
int registry_import(const struct args *a, enum registry registry);

#endif
