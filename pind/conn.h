/* SPDX-License-Identifier: BSD-2-Clause */
/* conn.h - the socket side of pind: accept, one packet in, one packet out, close. */
#ifndef CONN_H
#define CONN_H

#include "listen.h"

struct hub;

struct conn_limits {
	unsigned int workers;     /* threads that hash */
	unsigned int queue;       /* packets waiting for a worker before callers hear BUSY */
	unsigned int connections; /* open in all */
	unsigned int per_uid;     /* open connections of one uid */
	uint64_t patience_us;     /* a client must have sent its packet by then */
	uint64_t deadline_us;     /* a packet that waited longer is dropped: nobody waits for it */
};

struct conn_setup {
	struct service *sv;
	const struct listener *listeners;
	size_t n_listeners;
	struct conn_limits limits;
	void (*reload)(void *arg); /* SIGHUP; runs in the loop's thread */
	void *reload_arg;
};

/*
 * Allocate all there ever is, block the signals, start the workers. Afterwards only system calls
 * of a running pind are made. *ret is the caller's to close. 0 or -errno.
 */
int conn_open(struct hub **ret, const struct conn_setup *setup);

/*
 * Tell systemd READY=1 and serve until SIGTERM or SIGINT: then accept no more, answer what was
 * accepted, and return 0. -EIO if the store broke; -errno if the loop did.
 */
int conn_run(struct hub *h);

/* Stop the workers and free; NULL is a no-op. */
void conn_close(struct hub *h);

#endif
