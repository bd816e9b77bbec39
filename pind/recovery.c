/* SPDX-License-Identifier: BSD-2-Clause */
/* recovery.c - see recovery.h. */
#include "recovery.h"

#include <sodium.h>
#include <string.h>

#include "cf_life.h"
#include "person.h"

enum verdict recovery_may(const struct account *acc, uint64_t now_s)
{
	enum pin_life life = pin_life(&acc->pin, now_s);

	if (life == PIN_ABSENT)
		return V_UNKNOWN;
	if (life == PIN_REVOKED)
		return V_REVOKED;
	if (life == PIN_LAPSED || cf_life_over(acc, now_s))
		return V_LAPSED;
	if ((life != PIN_ACTIVE && life != PIN_EXPIRED) || acc->seen_s == 0)
		return V_STATE;
	return acc->email[0] != '\0' && acc->phone[0] != '\0' ? V_OK : V_CONTACTS;
}

bool recovery_is(const struct order *o)
{
	return o->kind == ORDER_RECOVER || o->kind == ORDER_RECOVERED;
}

bool recovery_wanted(const struct order *o, const struct account *acc, uint64_t now_s)
{
	enum pin_life life = pin_life(&acc->pin, now_s);

	if (o->kind == ORDER_RECOVER)
		return recovery_may(acc, now_s) == V_OK && o->made_s >= acc->pin.set_s;
	return (life == PIN_AWAITING || life == PIN_TEMPORARY) && acc->number[0] == '\0' &&
	       o->made_s == acc->pin.set_s;
}

enum verdict recovery_link(struct act *a, struct account *acc,
			   const uint8_t token[static DOSSIER_TOKEN_LEN])
{
	uint8_t key[STORE_KEY_LEN];
	struct link link;

	if (sodium_is_zero(token, DOSSIER_TOKEN_LEN))
		return V_BAD;
	dossier_link_key(key, a->accounts->keys, token);
	if (!act_get(a, &dossier_link, key, &link))
		return V_FAILED;
	if (link.rev != 0 && (link.use != LINK_RECOVER || strcmp(link.cf, acc->cf) != 0))
		return V_BAD; /* used for something before */
	link.nth = ++acc->recover_n;
	link.use = LINK_RECOVER;
	link.due_s = a->now_s + RECOVERY_LINK_S;
	link.set_s = acc->pin.set_s;
	memcpy(link.cf, acc->cf, sizeof(link.cf));
	act_put(a, &dossier_link, key, &link);
	act_put_account(a, acc);
	return V_OK;
}

enum verdict recovery_replace(struct account *acc, const struct penalty_policy *pol,
			      uint64_t lapses_s, uint64_t now_s)
{
	static const struct pin_arg none;
	const struct pin_arg arg = { .form = PIN_FORM_HALVES,
				     .level = acc->pin.level,
				     .expires_s = lapses_s,
				     .lapses_s = lapses_s };
	enum verdict v = pin_step(&acc->pin, PIN_REVOKE, &none, pol, now_s).verdict;

	if (v == V_OK)
		v = pin_step(&acc->pin, PIN_ISSUE, &arg, pol, now_s).verdict;
	acc->issued_s = now_s;
	acc->asked = (struct asked){ .way = WAY_NONE };
	memset(acc->number, 0, sizeof(acc->number)); /* this PIN is of none */
	return v;
}
