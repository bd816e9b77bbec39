/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spray.h - how many different people one caller fails for in a minute. A person's counter sees
 * one wrong PIN; only the caller's sees that it was everybody's turn. Of fixed size. Thread-safe.
 */
#ifndef SPRAY_H
#define SPRAY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct spray;

int spray_open(struct spray **ret); /* 0 or -ENOMEM */
void spray_close(struct spray *s);  /* NULL is a no-op */

/*
 * A wrong PIN for person (a keyed digest) by uid at now_s. true when this is the one that makes
 * more than most people in this minute: once a minute and uid. Then *now is how many they are,
 * *before how many there were in the minute before. Estimates, within a few per cent.
 */
bool spray_note(struct spray *s, uid_t uid, const uint8_t person[static 4], uint64_t now_s,
		uint32_t most, uint32_t *now, uint32_t *before);

#endif
