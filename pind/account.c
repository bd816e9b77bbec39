/* SPDX-License-Identifier: BSD-2-Clause */
/* account.c - see account.h. */
#include "account.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

static const uint8_t blank_key[STORE_KEY_LEN] = "blank";

#define RETRIES 1000 /* a commit moves only because another succeeded; this many is a bug */

struct place { /* where an account's rows are */
	uint8_t account_key[STORE_KEY_LEN], shadow_key[STORE_KEY_LEN];
	struct shadow shadow;
	bool is_stranger; /* the shadow row is the one that is written */
};

static int read_clock(struct accounts *a, struct clock_mark *mark)
{
	struct store_row row;
	int r = a->store->ops->get(a->store, STORE_META, record_clock_key, &row);

	return r == 0 ? seal_get(a->keys, &record_clock, record_clock_key, &row, mark) : r;
}

/* Somebody like those who have a row: from some places, with an address of some length. */
static struct account make_up(unsigned int i)
{
	struct account acc = { .cf = "XXXXXX00A01H501X", .phone = "+390000000000", .seen_at = "login" };

	for (unsigned int s = 0; s < i && s < PENALTY_SOURCES; s++)
		memcpy(acc.pin.penalty.known[s].from.service, "login", sizeof("login"));
	memset(acc.email, 'x', 10 + 5 * (size_t)i);
	return acc;
}

/* Rows that open like others but say nothing. */
static void make_blanks(struct accounts *a)
{
	static const struct shadow nobody;

	for (unsigned int i = 0; i < ACCOUNT_BLANKS; i++) {
		a->someone[i] = make_up(i);
		seal_put(a->keys, &record_account, blank_key, &a->someone[i], &a->blank_account[i]);
		a->blank_account[i].rev = 1; /* the revision it was sealed for */
	}
	seal_put(a->keys, &record_shadow, blank_key, &nobody, &a->blank_shadow);
	a->blank_shadow.rev = 1;
}

int accounts_open(struct accounts *a, struct store *store, const struct keys *keys, uint64_t real_s)
{
	struct store_row row;
	struct store_change first = { STORE_META, record_clock_key, &row };
	struct clock_mark mark;
	int r;

	*a = (struct accounts){ .store = store, .keys = keys };
	r = read_clock(a, &mark);
	if (r != 0)
		return r;
	make_blanks(a);
	if (mark.rev == 0) {
		mark.high_s = real_s;
		seal_put(keys, &record_clock, record_clock_key, &mark, &row);
		r = store->ops->commit(store, &first, 1);
	}
	a->high_s = mark.high_s;
	if (r == 0 && real_s > mark.high_s + ACCOUNT_ABSENT_S)
		r = ACCOUNTS_E_CLOCK;
	return r == STORE_E_MOVED ? -EBUSY : r;
}

uint64_t accounts_now(struct accounts *a, uint64_t real_s)
{
	uint64_t high_s = a->high_s;

	return real_s > high_s ? real_s : high_s;
}

void accounts_mark(struct accounts *a, uint64_t real_s, uint64_t boot_s)
{
	a->mark_s = accounts_now(a, real_s);
	a->mark_boot_s = boot_s;
}

uint64_t accounts_time(struct accounts *a, uint64_t real_s, uint64_t boot_s)
{
	uint64_t going_s = a->mark_s + (boot_s - a->mark_boot_s);

	if (real_s < going_s || real_s > going_s + ACCOUNT_LEAP_S)
		real_s = going_s;
	return accounts_now(a, real_s);
}

static void raise_high(struct accounts *a, uint64_t now_s)
{
	uint64_t high_s = a->high_s;

	while (high_s < now_s && !atomic_compare_exchange_weak(&a->high_s, &high_s, now_s))
		;
}

int accounts_commit(struct accounts *a, struct store_change *changes, size_t n, uint64_t now_s)
{
	struct store_row row;
	struct clock_mark mark;
	int r;

	if (now_s > a->high_s) {
		r = read_clock(a, &mark);
		if (r != 0)
			return r < 0 ? r : -EBADMSG;
		if (mark.high_s < now_s) {
			mark.high_s = now_s;
			seal_put(a->keys, &record_clock, record_clock_key, &mark, &row);
			changes[n++] = (struct store_change){ STORE_META, record_clock_key, &row };
		}
	}
	r = a->store->ops->commit(a->store, changes, n);
	if (r == 0) {
		a->commits++;
		raise_high(a, now_s);
	} else if (r < 0) {
		a->broken = r;
	}
	return r;
}

/* Clear *acc unless it is to be kept, in the same time. */
static void keep_if(struct account *acc, bool keep)
{
	uint8_t mask = (uint8_t)-keep, *p = (uint8_t *)acc;

	for (size_t i = 0; i < sizeof(*acc); i++)
		p[i] &= mask;
}

static int read_account(struct accounts *a, const uint8_t *key, struct account *acc)
{
	struct store_row row = { .rev = 0 };
	struct store_row blank = a->blank_account[key[0] % ACCOUNT_BLANKS]; /* needed or not */
	int r = a->store->ops->get(a->store, STORE_PIN, key, &row);
	bool is_there = row.rev != 0;

	if (r == 0)
		r = seal_get(a->keys, &record_account, is_there ? key : blank_key,
				       is_there ? &row : &blank, acc);
	keep_if(acc, r == 0 && is_there);
	return r > 0 ? -EBADMSG : r;
}

/* A row that was somebody else's, or is a day old, begins anew. */
static int read_shadow(struct accounts *a, const uint8_t *key, uint64_t whose, struct shadow *sh,
		       uint64_t now_s)
{
	struct store_row row = { .rev = 0 }, blank = a->blank_shadow;
	int r = a->store->ops->get(a->store, STORE_SHADOW, key, &row);
	bool is_there = row.rev != 0;

	if (r == 0)
		r = seal_get(a->keys, &record_shadow, is_there ? key : blank_key,
				      is_there ? &row : &blank, sh);
	if (r == 0 && !is_there)
		memset(sh, 0, sizeof(*sh));
	if (r == 0 && (sh->whose != whose || now_s > sh->last_s + ACCOUNT_SHADOW_S))
		sh->count = (struct penalty_count){ 0 };
	sh->whose = whose;
	return r > 0 ? -EBADMSG : r;
}

int account_get(struct accounts *a, const char *cf, struct account *acc)
{
	uint8_t key[STORE_KEY_LEN];

	record_account_key(key, a->keys, cf);
	return read_account(a, key, acc);
}

/* Read the account e is about. Both rows, always: it takes as long for everyone. */
static int look_up(struct accounts *a, const struct account_event *e, uint64_t now_s,
		   struct place *at, struct account *acc)
{
	bool about_tries = e->ev == PIN_TRY || e->ev == PIN_AGAIN || e->ev == PIN_REFUND;
	int r;

	record_account_key(at->account_key, a->keys, e->cf);
	record_shadow_key(at->shadow_key, a->keys, e->cf);
	at->shadow_key[STORE_KEY_LEN - 1] = e->stranger; /* texts that are no PIN: a row of their own */
	r = read_shadow(a, at->shadow_key, record_whose(at->account_key), &at->shadow, now_s);
	if (r == 0)
		r = read_account(a, at->account_key, acc);
	at->is_stranger = r == 0 && about_tries && (e->stranger || acc->pin.rev == 0);
	keep_if(acc, !at->is_stranger);
	if (at->is_stranger)
		acc->pin.penalty.pool = at->shadow.count;
	return r;
}

/* Both rows are sealed and one is written: it takes as long for everyone. */
static int write_back(struct accounts *a, struct place *at, const struct account *acc,
		      uint64_t now_s)
{
	struct account someone = a->someone[at->account_key[0] % ACCOUNT_BLANKS]; /* needed or not */
	struct store_row row, shadow_row;
	struct store_change changes[2] = { { STORE_PIN, at->account_key, &row } };

	at->shadow.count = acc->pin.penalty.pool;
	at->shadow.last_s = now_s;
	seal_put(a->keys, &record_account, at->account_key, at->is_stranger ? &someone : acc, &row);
	seal_put(a->keys, &record_shadow, at->shadow_key, &at->shadow, &shadow_row);
	if (at->is_stranger)
		changes[0] = (struct store_change){ STORE_SHADOW, at->shadow_key, &shadow_row };
	return accounts_commit(a, changes, 1, now_s);
}

int account_step(struct accounts *a, const struct account_event *e,
		 const struct penalty_policy *pol, uint64_t now_s, struct account *acc,
		 struct pin_step *step)
{
	static const struct pin_arg none;
	int r = STORE_E_MOVED;
	struct place at;

	for (int i = 0; i < RETRIES && r == STORE_E_MOVED; i++) {
		r = look_up(a, e, now_s, &at, acc);
		if (r != 0)
			break;
		*step = pin_step(&acc->pin, e->ev, e->arg != NULL ? e->arg : &none, pol, now_s);
		if (!step->commit)
			return 0;
		if (e->edit != NULL)
			e->edit(acc, e->how, now_s);
		r = write_back(a, &at, acc, now_s);
	}
	if (r != 0) { /* callers look at *acc whatever the verdict */
		*step = (struct pin_step){ .verdict = V_FAILED };
		sodium_memzero(acc, sizeof(*acc));
	}
	return r == STORE_E_MOVED ? -EBUSY : r;
}
