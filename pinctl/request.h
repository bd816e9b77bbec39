/* SPDX-License-Identifier: BSD-2-Clause */
/* request.h - the parts of "pinctl request", and how a pratica is shown. */
#ifndef REQUEST_H
#define REQUEST_H

#include "pinctl.h"

int request_new(const struct args *a);     /* request_new.c */
int request_confirm(const struct args *a); /* request_new.c */
int request_show(const struct args *a);    /* request_show.c */
int request_list(const struct args *a);    /* request_show.c */

/* request_show.c: one pratica, and for people what to do next. The exit status. */
int request_print(const struct args *a, const struct wire_pratica_is *p);

/* request_show.c: by which documents it was judged, for people. The exit status. */
int request_print_judged(const struct wire_pratica_is *p);

extern const char request_states[]; /* request_show.c: what --help says of --state */
extern const char request_subtypes[]; /* request_new.c: the names, for --help */
extern const char request_gestioni[];
extern const char request_fonti[];
extern const char request_channels[];

#endif
