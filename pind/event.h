/* SPDX-License-Identifier: BSD-2-Clause */
/* event.h - one journal entry per decision; see event.def. Never a PIN, never a codice fiscale. */
#ifndef EVENT_H
#define EVENT_H

#include <stdbool.h>
#include <sys/types.h>

enum event_id {
#define EVENT(NAME, id1, id2, priority, text) EVENT_##NAME,
#include "event.def"
	EVENT_N
};

struct event {
	enum event_id id;
	const char *verdict; /* name of it, or NULL */
	const char *tag;     /* keys_tag() of the person, or NULL */
	const char *service; /* as the caller named it, or NULL */
	const char *rhost;   /* a claim, or NULL */
	const char *detail;  /* more words for the operator, or NULL */
	bool has_uid;
	uid_t uid;           /* who asked */
};

/* Where entries go; tests put their own in struct service. Must be thread-safe. */
typedef void event_sink_fn(const struct event *e);

/*
 * To the journal when stderr leads there (systemd sets JOURNAL_STREAM), else one line on stderr.
 * event_open() must run before the sandbox: it finds out which, and opens the journal's socket.
 */
void event_open(void);
void event_write(const struct event *e);

#endif
