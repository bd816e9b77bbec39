/* SPDX-License-Identifier: BSD-2-Clause */
/* clerk_remind.c - REMIND: order e-mails to everybody whose PIN ends soon, a stretch at a time. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "call.h"
#include "outbox.h"
#include "reminder.h"

#define STRETCH 256 /* accounts looked at in one request */
#define MOST    64  /* orders made in one: each waits for the disk */

static enum verdict remind(struct act *a, void *arg)
{
	struct account acc;
	uint8_t days;
	bool made = false;

	if (!act_get_account(a, arg, &acc))
		return V_FAILED;
	days = reminder_due(&acc, a->now_s);
	if (days != 0) {
		reminder_note(&acc, a->now_s);
		act_put_account(a, &acc);
		made = outbox_make_for(a, TO_ELECTRONIC, ORDER_REMINDER, acc.number, acc.cf);
		memcpy(a->entry.cf, acc.cf, sizeof(a->entry.cf));
		snprintf(a->entry.object, sizeof(a->entry.object), "%s", acc.number);
		snprintf(a->entry.detail, sizeof(a->entry.detail), "%s ends within %u days",
			 acc.pin.temporary ? "unused initial PIN" : "PIN", days);
	}
	sodium_memzero(&acc, sizeof(acc));
	if (days == 0)
		return V_STATE; /* it changed meanwhile */
	return made ? V_OK : V_FAILED;
}

/* The account behind that row; *last: there is none. false: the store is broken. */
static bool next_account(struct call *c, const uint8_t *after, uint8_t key[static STORE_KEY_LEN],
			 struct account *acc, bool *last)
{
	struct store *s = c->sv->accounts.store;
	struct store_row row = { .rev = 0 };
	int r = s->ops->next(s, STORE_PIN, after, key, &row);

	*last = r == 0 && row.rev == 0;
	if (r == 0 && seal_get(c->sv->keys, &record_account, key, &row, acc) != 0)
		memset(acc, 0,
		       sizeof(*acc)); /* one damaged row does not keep the others from theirs */
	return r == 0;
}

/* One account. *last: there was none behind *at; else it is behind it now. */
static enum verdict visit(struct call *c, uint8_t at[static STORE_KEY_LEN], bool *last, bool *made)
{
	const uint8_t *after = sodium_is_zero(at, STORE_KEY_LEN) ? NULL : at;
	uint8_t key[STORE_KEY_LEN] = { 0 };
	struct account acc = { .category = 0 };
	enum verdict v = V_OK;

	*made = false;
	if (!next_account(c, after, key, &acc, last))
		return V_FAILED;
	if (!*last && reminder_due(&acc, c->now_s) != 0) {
		v = act_run(&c->sv->accounts, (uint8_t)c->req->type, c->who->uid, c->now_s, remind,
			    acc.cf);
		*made = v == V_OK;
	}
	if (!*last)
		memcpy(at, key, STORE_KEY_LEN);
	sodium_memzero(&acc, sizeof(acc));
	return v == V_STATE ? V_OK : v;
}

void call_remind(struct call *c)
{
	struct wire_remind_is say = { .made = 0 };
	enum verdict v = V_OK;
	bool last = false, made;

	memcpy(say.next, c->req->remind.after, sizeof(say.next));
	for (unsigned int i = 0; i < STRETCH && say.made < MOST && v == V_OK && !last; i++) {
		v = visit(c, say.next, &last, &made);
		say.made += made;
	}
	c->sv->stats.operators += say.made;
	if (v != V_OK) {
		call_say(c, v);
		return;
	}
	say.complete = last;
	c->rep->type = WIRE_REMIND_IS;
	c->rep->remind_is = say;
}
