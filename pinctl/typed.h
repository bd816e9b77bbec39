/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * typed.h - what a person types: from the terminal, after a prompt; when standard input is none, a
 * line each. Nothing is kept, and nothing passes through stdio.
 */
#ifndef TYPED_H
#define TYPED_H

#include <stdbool.h>
#include <stddef.h>

/* Is standard input a terminal? */
bool typed_terminal(void);

/*
 * Read a line of at most cap - 1 bytes. hidden: the terminal does not show it; however this ends, by
 * a signal too, it shows the next. 0, or EXIT_ARGS after one line, and out is all zero. The caller
 * wipes out.
 */
int typed_line(char *out, size_t cap, const char *prompt, bool hidden);

#endif
