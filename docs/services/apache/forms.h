/* SPDX-License-Identifier: BSD-2-Clause */
/* forms.h - the pages. Each writes all of one, with w->error and w->bad[] in it if they are set. */
#ifndef FORMS_H
#define FORMS_H

#include "web.h"

void forms_login(struct web *w, int status); /* w->page says which of the three it is */

/* Before the new PIN: contacts that are missing; the old PIN if there is no grant. */
void forms_replace(struct web *w, int status);

/* The new PIN, once; pin NULL: it was shown before, and is typed again. */
void forms_confirm(struct web *w, int status, const char *pin);

void forms_done(struct web *w, uint64_t expires_s);
void forms_warn(struct web *w, unsigned int days); /* logged in, with few days left */
void forms_stale(struct web *w);                   /* begin again */
void forms_leave(struct web *w);
void forms_left(struct web *w);

#endif
