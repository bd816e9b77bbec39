/* SPDX-License-Identifier: BSD-2-Clause */
/* conf_read.h - what conf.c and conf_services.c share: files, lines, and one line of complaint. */
#ifndef CONF_READ_H
#define CONF_READ_H

#include <ini.h>

#include "conf.h"

struct conf_error {
	char *text; /* the line for the operator; "" while all is well */
	size_t cap;
	char what[160]; /* the first complaint about the current file, without name and number */
	int line;       /* being read, from 1; 0: none */
	int what_line;  /* what is about this one */
};

/* Keep the first complaint about a file. Always 0: libinih's "this line is bad". */
int conf_complain(struct conf_error *e, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Put "file: complaint, or the errno's name" in e->text. Returns r (-errno). */
int conf_fail(struct conf_error *e, const char *file, int r);

/* Run libinih over file. 0; -EINVAL with "file:line: complaint" in e->text; or -errno. */
int conf_parse_file(const char *file, ini_handler on_line, void *user, struct conf_error *e);

/* A service without a file: semplice, every category, every peer. */
struct conf_service conf_service_defaults(const char *name);

/* Read the folder services.d beside file into c->services. 0, or -errno with e->text set. */
int conf_read_services(struct conf *c, const char *file, const struct users *users,
		       struct conf_error *e);

#endif
