/* SPDX-License-Identifier: BSD-2-Clause */
/* listener.h - a process that listens where pind would, with the manners a test gives it. */
#ifndef LISTENER_H
#define LISTENER_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "wire.h"

/* What it does with a connection; in[0..n) is the packet it got, out has 2 * WIRE_MAX bytes. */
typedef void manners(int fd, const uint8_t *in, size_t n, uint8_t *out);

struct listener { /* in memory shared with it */
	manners *_Atomic manners; /* NULL: it closes what it accepts */
	atomic_int packets;       /* it got */
	size_t reply_len;         /* for manners that lie: so many bytes, */
	int reply_change;         /* and which of them is changed, or -1 */
	int fd;                   /* it listens on */
	pid_t pid;
};

/* A socket bound to path; it listens unless backlog is negative. */
int listener_bind(const char *path, int backlog);

/* Start one at path. NULL: it could not be started. listener_stop ends it and removes path. */
struct listener *listener_start(const char *path);
void listener_stop(struct listener *l, const char *path);

/* The right reply (VERDICT, OK) to the packet in; how many bytes it has. */
size_t listener_reply(const uint8_t *in, uint8_t out[static WIRE_MAX]);

#endif
