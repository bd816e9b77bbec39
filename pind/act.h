/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * act.h - one act of an operator, a courier or a citizen, as one commit: the rows it reads, the
 * rows it changes, and its row in the audit table. All of it happens, or nothing.
 *
 * The body of an act may be run again when a row it read has moved: it changes nothing but through
 * act_put() and what its arg says it may. It runs in one thread, on a struct act of its own.
 */
#ifndef ACT_H
#define ACT_H

#include "account.h"
#include "audit.h"
#include "dossier.h"

#define ACT_ROWS 8 /* rows one act may read or change, its audit row and the clock not counted */

struct act_row { /* the body's are opaque */
	enum store_table table;
	uint8_t key[STORE_KEY_LEN];
	struct store_row row;
	bool changed;
};

struct act {
	struct accounts *accounts;
	uint64_t now_s;
	struct act_row rows[ACT_ROWS];
	size_t n;
	struct audit_entry entry; /* verb, uid, at_s are filled in; the body adds whom it is about */
	int error;                /* -errno of the first read that failed */
};

/* V_OK: commit what was put. Anything else: nothing is changed, and that is the answer. */
typedef enum verdict act_body_fn(struct act *a, void *arg);

/*
 * Run body until it is committed. verb is the wire_type, uid the peer's. The body's verdict; or
 * V_FAILED: a row cannot be read or written (a failed commit also sets accounts->broken), or moved
 * too often. An act that changes no row leaves no audit row.
 */
enum verdict act_run(struct accounts *accounts, uint8_t verb, uint32_t uid, uint64_t now_s,
		     act_body_fn *body, void *arg);

/*
 * Read a row; a missing one is all zero. What was only read must not have moved either when the act
 * is committed, unless it changes nothing. false: it cannot be read, the object is all zero, and
 * act_run will say V_FAILED whatever the body answers. What was put before is seen, with the rev it
 * still has in the store: 0 if it is new.
 */
bool act_get(struct act *a, const struct seal_kind *kind, const uint8_t *key, void *obj);
bool act_get_account(struct act *a, const char *cf, struct account *acc);

/* Write what was read (its rev unchanged) or make a new row (rev 0). */
void act_put(struct act *a, const struct seal_kind *kind, const uint8_t *key, const void *obj);
void act_put_account(struct act *a, const struct account *acc);

/* Delete a row that was read. It cannot be put again in the same act. */
void act_delete(struct act *a, const struct seal_kind *kind, const uint8_t *key, uint64_t rev);

/*
 * The first row behind after (NULL: the first of all) in kind's table, and its key; rev 0: there is
 * none. Sees what is committed, not what this act has put or deleted. The row is not counted.
 */
bool act_next(struct act *a, const struct seal_kind *kind, const uint8_t *after,
	      uint8_t key[static STORE_KEY_LEN], void *obj);

#endif
