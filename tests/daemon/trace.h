/* SPDX-License-Identifier: BSD-2-Clause */
/* trace.h - a pind under strace, and what the kernel saw of each request. */
#ifndef TRACE_H
#define TRACE_H

#include "rig.h"

#define TRACE_MAX 256

struct request {          /* as seen from recvfrom() to sendto() */
	char calls[1024]; /* of the worker, in order, but for locks; runs of some of them as one */
	unsigned int syncs; /* fdatasync() calls that had returned */
	bool answered;
};

extern struct trace {
	struct request requests[TRACE_MAX];
	size_t n;
} trace;

/*
 * Start the release build, the one whose sandbox kills, with these settings behind RIG_CONF. Skips
 * the test where nothing may be traced.
 */
void trace_start(const char *settings);

/* End it, and read: in trace are all requests it answered. */
void trace_stop(void);

/* r[0..n) look the same to the kernel, and each was answered after so many commits. */
void trace_assert_alike(const struct request *r, size_t n, unsigned int syncs);

#endif
