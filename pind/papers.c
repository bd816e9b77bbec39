/* SPDX-License-Identifier: BSD-2-Clause */
/* papers.c - see papers.h. */
#include "papers.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "person.h"
#include "plain.h"

static bool is_file(const struct papers *d)
{
	return !sodium_is_zero(d->sha256, sizeof(d->sha256));
}

bool papers_good(const struct papers *d, uint64_t now_s)
{
	return d->kind != 0 && strcmp(document_name(d->kind), "?") != 0 && plain_line(d->number) &&
	       plain_line(d->issuer) && d->until_s > now_s;
}

bool papers_came(const struct papers *d, uint64_t now_s)
{
	if (d->kind != 0)
		return papers_good(d, now_s);
	return d->number[0] == '\0' && d->issuer[0] == '\0' && d->until_s == 0 &&
	       (d->fax[0] != '\0' || is_file(d));
}

void papers_add(struct papers *all, const struct papers *d)
{
	if (d->kind != 0) {
		all->kind = d->kind;
		all->until_s = d->until_s;
		memcpy(all->number, d->number, sizeof(all->number));
		memcpy(all->issuer, d->issuer, sizeof(all->issuer));
	}
	if (d->fax[0] != '\0')
		memcpy(all->fax, d->fax, sizeof(all->fax));
	if (is_file(d))
		memcpy(all->sha256, d->sha256, sizeof(all->sha256));
}

void papers_say(const struct papers *d, char *words, size_t size)
{
	char file[2 * 4 + 1] = "";

	if (is_file(d))
		(void)sodium_bin2hex(file, sizeof(file), d->sha256, 4);
	snprintf(words, size, "%s%s%s%s%s%s%s", d->kind != 0 ? document_name(d->kind) : "forms",
		 d->kind != 0 ? " " : "", d->kind != 0 ? d->number : "",
		 d->fax[0] != '\0' ? ", fax " : "", d->fax, file[0] != '\0' ? ", file " : "", file);
}
