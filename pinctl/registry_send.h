/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * registry_send.h - lines on their way to pind, several at a time, so that their commits share an
 * fsync. Lines with the same code go one behind the other: the later one counts.
 */
#ifndef REGISTRY_SEND_H
#define REGISTRY_SEND_H

#include "pinctl.h"

struct sender;

/* Told of a line that pind refuses; by any thread, one at a time. */
typedef void sender_refused_fn(void *arg, unsigned long line, const char *why);

/* 0 and *ret, or an exit status after one line. sender_close() it. */
int sender_open(struct sender **ret, const struct args *a, sender_refused_fn *refused, void *arg);

/* Hand over a line; waits while too many are under way. false: it is no use, sender_wait() says why. */
bool sender_put(struct sender *s, const struct wire_registry_put *put, unsigned long line);

/* Wait for all of them. *done gets how many pind has. 0, or an exit status after one line. */
int sender_wait(struct sender *s, uint32_t *done);

void sender_close(struct sender *s); /* after sender_wait(); NULL is a no-op */

#endif
