/* SPDX-License-Identifier: BSD-2-Clause */
/* child.h - a program that takes a message on its standard input, run without a shell. */
#ifndef CHILD_H
#define CHILD_H

#include <stddef.h>

#include "say.h"

/*
 * Run argv[0] (an absolute path), write in[0..len) to it, wait for its end. 0: it read the input
 * and exited with 0. Else TROUBLE: what went wrong and the first line of its stderr. It gets the
 * environment, no descriptors but 0, 1 (/dev/null) and 2, no signals blocked or ignored; after timeout_s
 * it is killed with its process group. Needs descriptors 0 to 2 open and SIGPIPE ignored.
 */
int child_run(const char *const *argv, const void *in, size_t len, unsigned int timeout_s,
	      struct trouble *t);

#endif
