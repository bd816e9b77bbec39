/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * letter.h - where the one PIN that is ever printed goes: a file that did not exist, or the
 * standard output. It is made before pind is told of the PIN, and filled after pind has it.
 */
#ifndef LETTER_H
#define LETTER_H

#include <stdbool.h>
#include <stdint.h>

struct letter {
	int fd;
	const char *path; /* NULL: the standard output */
};

struct letter_text {
	const char *cf, *pin, *level;
	uint64_t lapses_s; /* seconds since the epoch; 0: not known */
};

/* path "-" is the standard output. 0, or EXIT_ARGS after one line, also when path exists. */
int letter_open(struct letter *l, const char *path);

/*
 * Write the text (with json, one object) down to the disk, and close. 0 or -errno; then no file
 * is left.
 */
int letter_write(struct letter *l, const struct letter_text *t, bool json);

/* There is nothing to print: close, and remove the file. */
void letter_discard(struct letter *l);

#endif
