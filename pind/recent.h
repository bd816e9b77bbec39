/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * recent.h - what happened in the last minutes, remembered by a keyed digest of it: in memory, of
 * fixed size, forgetting the oldest. Who proved a PIN to which service; which wrong PIN was tried
 * on whom. Thread-safe.
 */
#ifndef RECENT_H
#define RECENT_H

#include <stdbool.h>
#include <stdint.h>

#define RECENT_ID_LEN  16  /* bytes of a keyed digest */
#define RECENT_PROOF_S 300 /* seconds in which the account phase may follow a right PIN */
#define RECENT_WRONG_S 600 /* seconds in which the same wrong PIN is not charged again */
#define RECENT_DENIED_S 60 /* seconds in which a denied caller is not written down again */

struct recent;

/* Things are remembered for window_s seconds. 0 or -ENOMEM. */
int recent_open(struct recent **ret, uint64_t window_s);
void recent_close(struct recent *r); /* NULL is a no-op */

/* It happened at now_s. */
void recent_add(struct recent *r, const uint8_t id[static RECENT_ID_LEN], uint64_t now_s);

/* Did it, in the last window_s seconds? */
bool recent_has(struct recent *r, const uint8_t id[static RECENT_ID_LEN], uint64_t now_s);

/* The same, and take one of its most uses: true no oftener than that for each recent_add(). */
bool recent_again(struct recent *r, const uint8_t id[static RECENT_ID_LEN], uint64_t now_s,
		  uint32_t most);

#endif
