/* SPDX-License-Identifier: BSD-2-Clause */
/* papers.h - what people send or show to say who they are: is it enough? Pure. */
#ifndef PAPERS_H
#define PAPERS_H

#include <stdbool.h>

#include "record.h"

/* Is it an identity document as an operator types one, good at now_s? */
bool papers_good(const struct papers *d, uint64_t now_s);

/* Did anything come: such a document, on whatever way; or forms, by fax or as a file? */
bool papers_came(const struct papers *d, uint64_t now_s);

/* Put what came now beside what came before; of one kind the later one counts. */
void papers_add(struct papers *all, const struct papers *d);

/* What came, in a few words for the audit: the document, fax and file it has. */
void papers_say(const struct papers *d, char *words, size_t size);

#endif
