/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * symbols.h - the alphabet of PINs: 0-9 A-Z read without case, O as 0, I and L as 1. Drawn from
 * the 32 of them that nobody confuses (no I, L, O, U), so a symbol is 5 bits.
 */
#ifndef SYMBOLS_H
#define SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>

#define SYMBOLS_HALF   8  /* symbols in a definitive PIN, or in half an initial one */
#define SYMBOLS_MAX    16 /* symbols in an initial PIN */
#define SYMBOLS_TYPED  40 /* bytes; a longer text is no PIN whatever it holds */
#define SYMBOLS_SHOWN  (SYMBOLS_MAX + SYMBOLS_MAX / 4) /* bytes of a PIN in groups, NUL included */

/*
 * Fold typed[0..len) into pin: separators (space, hyphen) dropped, letters upper-cased, look-alikes
 * unified. Returns how many symbols, 1..SYMBOLS_MAX, and pin NUL-terminated; 0 if the text is no
 * PIN (empty, another byte, too long), and pin is empty. Takes the same time for every text of len bytes.
 */
size_t symbols_fold(char pin[static SYMBOLS_MAX + 1], const char *typed, size_t len);

/*
 * Draw n symbols (8 or 16) for the person whose codice fiscale is cf into pin[0..n], NUL included;
 * drawn again while four in a row also occur in cf. 0 or -errno (of getrandom).
 */
int symbols_draw(char *pin, size_t n, const char *cf);

/* "AB12CD34" as "AB12-CD34". Returns out. */
const char *symbols_show(char out[static SYMBOLS_SHOWN], const char *pin);

#endif
