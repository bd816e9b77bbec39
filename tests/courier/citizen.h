/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * citizen.h - for the tests of an issuance: somebody who asks for a PIN, and all that was ever
 * delivered to them. Needs a scene for its files and a rig whose pind runs.
 */
#ifndef CITIZEN_H
#define CITIZEN_H

#include "number.h"
#include "scene.h"
#include "token.h"

#define CITIZEN_MAIL 8 /* messages, letters */

struct citizen {
	char cf[17], email[64], name[64];
	char number[NUMBER_LEN + 1];
	struct {
		char half[9];
		char token[TOKEN_LEN + 1]; /* empty: it had no link */
	} mail[CITIZEN_MAIL];
	char paper[CITIZEN_MAIL][9];
	unsigned int mails, papers;
};

/* The person number i, with an address in the registry. */
void citizen_born(struct citizen *c, unsigned int i);

/* Open a pratica. The code of the answer or -errno; 0: c->number is its number. */
int citizen_request(struct citizen *c);

/* Read the next of the messages and letters: it must be for this person, and as it should be. */
void citizen_read_mail(struct citizen *c, const char *file);
void citizen_read_paper(struct citizen *c, const char *file);

/* Follow a link. */
int citizen_confirm(const char *token);

/* Type two halves. */
int citizen_try(const struct citizen *c, const char *one, const char *two);

/* The state of the pratica. */
unsigned int citizen_state(const struct citizen *c);

#endif
