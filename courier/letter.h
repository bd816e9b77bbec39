/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * letter.h - the letter with the posted half: one A4 page as PDF. The address stands where the left
 * window of a DL or C5/6 envelope is when the page is folded in three (UNI and DIN 5008 B: 20 to
 * 105 mm from the left, 45 to 90 mm from the top). There is nothing on it that was not given here.
 */
#ifndef LETTER_H
#define LETTER_H

#include <stddef.h>

#include "say.h"

struct letter {
	const char *font, *font_half; /* TrueType files, embedded: of the text, of the half */
	const char *sender;           /* one small line above the address, or "" */
	const char *name, *street, *town;
	const char *date;
	const char *half;             /* "AB12-CD34" */
	const char *body[2];          /* below it; each line is a paragraph; the second smaller */
};

struct pdf {
	unsigned char *bytes; /* NULL: none */
	size_t len;
};

/*
 * Draw l. The same l makes the same bytes. 0; or TROUBLE: no font, no memory, an address that
 * does not fit its window, a text that does not fit the page; then there is none. All memory
 * that held the half is overwritten before it is given back, and pdf_wipe() does so with the result.
 */
int letter_draw(struct pdf *p, const struct letter *l, struct trouble *t);

void pdf_wipe(struct pdf *p);

#endif
