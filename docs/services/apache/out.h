/* SPDX-License-Identifier: BSD-2-Clause */
/* out.h - the page being written: one buffer, wiped when it has been sent. */
#ifndef OUT_H
#define OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OUT_MAX 16384 /* bytes; a page that does not fit is not sent at all */

struct out {
	size_t len;
	bool full;
	char text[OUT_MAX];
};

/* Append as it is; with < > & " ' made harmless; as a value in a query; a number. */
void out_raw(struct out *o, const char *text);
void out_text(struct out *o, const char *text);
void out_url(struct out *o, const char *text);
void out_number(struct out *o, uint64_t n);

/* Send all of it to the descriptor, then wipe it. false: it did not fit, or could not be sent. */
bool out_send(struct out *o, int fd);

#endif
