/* SPDX-License-Identifier: BSD-2-Clause */
/* mail.h - an e-mail (RFC 5322, MIME), and handing it to sendmail. */
#ifndef MAIL_H
#define MAIL_H

#include <stdint.h>
#include <time.h>

#include "say.h"
#include "text.h"

struct mail {
	const char *from, *from_name; /* address; name, may be empty */
	const char *to;               /* address */
	const char *number;           /* of the pratica: "[number] " is in front of the subject */
	const char *subject, *body;   /* UTF-8; body: lines that end in LF */
	uint64_t serial;              /* of the order */
	time_t now;
};

/*
 * Write the message, lines ending in LF, to out. 0; -EINVAL: an address is none, or what goes
 * into the header would break a line there; -ENOSPC. sodium_init() must have succeeded.
 */
int mail_compose(struct text *out, const struct mail *m);

/* Give it to "sendmail -t -i". 0, or TROUBLE. */
int mail_send(const char *sendmail, const struct text *message, unsigned int timeout_s,
	      struct trouble *t);

#endif
