/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * account.h - the only place where pin (what should happen) meets store (what is): read, step,
 * commit, and again if it moved. Also keeps the highest time committed: time never runs backwards.
 */
#ifndef ACCOUNT_H
#define ACCOUNT_H

#include <stdatomic.h>
#include <stdbool.h>

#include "record.h"

#define ACCOUNT_SHADOW_S 86400 /* seconds without an attempt after which strangers are forgotten */

#define ACCOUNT_BLANKS 8 /* not always the same one: a processor would learn it by heart */

#define ACCOUNT_LEAP_S   86400              /* the clock may be set ahead by so much while pind runs */
#define ACCOUNT_ABSENT_S (400 * 86400ULL)   /* and by so much while it does not */

enum { ACCOUNTS_E_CLOCK = 100 /* accounts_open: the clock is too far ahead of the store to be believed */ };

struct accounts {
	struct store *store;
	const struct keys *keys;
	_Atomic uint64_t high_s; /* highest time on disk */
	uint64_t mark_s, mark_boot_s; /* the time when pind started, and the boot clock then */
	struct account someone[ACCOUNT_BLANKS]; /* where there is no row, it takes as long to open a blank */
	struct store_row blank_account[ACCOUNT_BLANKS], blank_shadow;
	_Atomic uint64_t commits; /* that succeeded */
	_Atomic int broken;      /* -errno of a commit that failed: pind must stop; else 0 */
};

/*
 * Look at the store's clock row; in a new store, write it. 0, SEAL_E_FORMAT, SEAL_E_BROKEN (the
 * key is not this store's), ACCOUNTS_E_CLOCK (real_s is more than ACCOUNT_ABSENT_S ahead of it: one
 * change at such a time would end every PIN; *a is good all the same), or -errno. On error nothing
 * was written.
 */
int accounts_open(struct accounts *a, struct store *store, const struct keys *keys, uint64_t real_s);

/* The time to go by: real_s, or the highest time committed if that is later. Seconds. */
uint64_t accounts_now(struct accounts *a, uint64_t real_s);

/*
 * The same with a clock that nobody sets (CLOCK_BOOTTIME, seconds): it goes on while the wall clock
 * is behind, and a wall clock set ahead by more than ACCOUNT_LEAP_S while pind runs is not believed.
 */
uint64_t accounts_time(struct accounts *a, uint64_t real_s, uint64_t boot_s);

/* Let accounts_time() go by the boot clock from now on. Before there are threads. */
void accounts_mark(struct accounts *a, uint64_t real_s, uint64_t boot_s);

/*
 * Commit n changes, and the time with them when it is a new second: changes has room for one more.
 * All or nothing: 0; STORE_E_MOVED; or -errno, and then a->broken is set if it was the commit that
 * failed.
 */
int accounts_commit(struct accounts *a, struct store_change *changes, size_t n, uint64_t now_s);

/* Read cf's account; all zero if there is none, or on error. 0, or -errno (-EBADMSG: not ours). */
int account_get(struct accounts *a, const char *cf, struct account *acc);

/* Change what is not the PIN's in acc, when its step is committed. how is the caller's. */
typedef void account_edit_fn(struct account *acc, const void *how, uint64_t now_s);

struct account_event {
	const char *cf;            /* canonical */
	enum pin_event ev;
	bool stranger;             /* TRY, AGAIN, REFUND: as if nobody had this cf */
	const struct pin_arg *arg; /* see pin.h; NULL: all zero */
	account_edit_fn *edit;     /* or NULL */
	const void *how;
};

/*
 * Apply e to the account: get, pin_step, edit, commit, again if someone else moved it. *acc is the
 * account as committed (for a stranger: all zero but the penalty), *step what to do next. 0, or
 * -errno: then nothing is known to be committed, *step says V_FAILED and *acc is all zero; a failed
 * commit also sets a->broken. Attempts on strangers are charged to one of a fixed number of shadow rows, so they
 * cost and look the same. The caller wipes *acc.
 */
int account_step(struct accounts *a, const struct account_event *e,
		 const struct penalty_policy *pol, uint64_t now_s, struct account *acc,
		 struct pin_step *step);

#endif
