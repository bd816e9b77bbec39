/* SPDX-License-Identifier: BSD-2-Clause */
/* matter.c - see matter.h. */
#include "matter.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "outbox.h"

/* The PIN this pratica asked for; none if it was followed by another. */
static const struct pin_rec *own_pin(const struct matter *m)
{
	static const struct pin_rec none;

	return strcmp(m->account.number, m->pratica.number) == 0 ? &m->account.pin : &none;
}

static enum verdict read_account(struct act *a, struct matter *m)
{
	memcpy(a->entry.cf, m->pratica.cf, sizeof(a->entry.cf));
	memcpy(a->entry.object, m->pratica.number, sizeof(m->pratica.number));
	return act_get_account(a, m->pratica.cf, &m->account) ? V_OK : V_FAILED;
}

enum verdict matter_get(struct act *a, const char *number, struct matter *m)
{
	char text[NUMBER_LEN + 1];
	uint8_t key[STORE_KEY_LEN];

	if (!number_parse(text, number))
		return V_UNKNOWN;
	dossier_pratica_key(key, text);
	if (!act_get(a, &dossier_pratica, key, &m->pratica))
		return V_FAILED;
	return m->pratica.rev != 0 ? read_account(a, m) : V_UNKNOWN;
}

enum verdict matter_next(struct act *a, const char *after, struct matter *m)
{
	char text[NUMBER_LEN + 1];
	uint8_t behind[STORE_KEY_LEN], key[STORE_KEY_LEN];

	if (after[0] != '\0' && !number_parse(text, after))
		return V_BAD;
	if (after[0] != '\0')
		dossier_pratica_key(behind, text);
	if (!act_next(a, &dossier_pratica, after[0] != '\0' ? behind : NULL, key, &m->pratica))
		return V_FAILED;
	return m->pratica.rev != 0 ? read_account(a, m) : V_UNKNOWN;
}

enum pratica_state matter_state(const struct act *a, const struct matter *m)
{
	return pratica_state(&m->pratica.rec, own_pin(m), a->now_s);
}

static bool order_all(struct act *a, const struct pratica *p, unsigned int send)
{
	static const struct {
		unsigned int bit;
		enum channel_kind to;
		enum order_kind kind;
	} orders[] = {
		{ PRATICA_SEND_HALF, TO_ELECTRONIC, ORDER_HALF },
		{ PRATICA_SEND_FORMS, TO_ELECTRONIC, ORDER_FORMS },
		{ PRATICA_SEND_LETTER, TO_POST, ORDER_HALF },
		{ PRATICA_SEND_NOTICE, TO_ELECTRONIC, ORDER_NOTICE },
	};

	for (size_t i = 0; i < sizeof(orders) / sizeof(*orders); i++)
		if ((send & orders[i].bit) != 0 && !outbox_make(a, orders[i].to, orders[i].kind, p))
			return false;
	return true;
}

enum verdict matter_step(struct act *a, struct matter *m, enum pratica_event ev,
			 const struct pratica_arg *arg)
{
	static const struct pratica_arg none;
	struct pratica_step step =
		pratica_step(&m->pratica.rec, own_pin(m), ev, arg != NULL ? arg : &none, a->now_s);
	uint8_t key[STORE_KEY_LEN];

	if (step.verdict != V_OK)
		return step.verdict;
	dossier_pratica_key(key, m->pratica.number);
	act_put(a, &dossier_pratica, key, &m->pratica);
	return order_all(a, &m->pratica, step.send) ? V_OK : V_FAILED;
}

enum verdict matter_pin(struct act *a, struct matter *m, enum pin_event ev,
			const struct pin_arg *arg, const struct penalty_policy *pol)
{
	static const struct pin_arg none;
	struct pin_step step;

	if (own_pin(m) != &m->account.pin)
		return V_STATE;
	step = pin_step(&m->account.pin, ev, arg != NULL ? arg : &none, pol, a->now_s);
	if (step.verdict == V_OK)
		act_put_account(a, &m->account);
	return step.verdict;
}

bool matter_settle(struct act *a, const struct account *acc)
{
	struct matter m = { .account = *acc };
	enum pratica_state state;
	uint8_t key[STORE_KEY_LEN];
	bool ok;

	if (acc->number[0] == '\0')
		return true;
	dossier_pratica_key(key, acc->number);
	ok = act_get(a, &dossier_pratica, key, &m.pratica);
	state = matter_state(a, &m);
	if (ok && (state == PRATICA_CONCLUDED || state == PRATICA_LAPSED) &&
	    m.pratica.rec.state != state) {
		m.pratica.rec.state = (uint8_t)state;
		act_put(a, &dossier_pratica, key, &m.pratica);
	}
	sodium_memzero(&m, sizeof(m));
	return ok && outbox_void_letter(a, acc);
}

bool matter_address(struct act *a, const struct pratica *p, struct address *to)
{
	struct entry_row row;
	uint8_t key[STORE_KEY_LEN];

	*to = p->address;
	if (to->street[0] != '\0')
		return true;
	dossier_registry_key(key, a->accounts->keys, REGISTRY_INDIRIZZI, p->cf);
	if (!act_get(a, &dossier_registry, key, &row))
		return false;
	*to = row.address;
	return row.rev != 0;
}

static void tell_documents(const struct papers *d, struct wire_pratica_is *say)
{
	say->doc_kind = d->kind;
	say->doc_until_s = d->until_s;
	memcpy(say->doc_number, d->number, sizeof(say->doc_number));
	memcpy(say->doc_issuer, d->issuer, sizeof(say->doc_issuer));
	memcpy(say->fax, d->fax, sizeof(say->fax));
	memcpy(say->sha256, d->sha256, sizeof(say->sha256));
}

void matter_tell(struct act *a, const struct matter *m, struct wire_pratica_is *say)
{
	struct address to;
	const struct pratica *p = &m->pratica;

	*say = (struct wire_pratica_is){
		.state = (uint8_t)matter_state(a, m),
		.category = p->category,
		.subtype = p->subtype,
		.gestione = p->gestione,
		.channel = p->channel,
		.duplicates = p->rec.duplicates,
		.opened_s = p->opened_s,
		.due_s = p->rec.due_s,
		.sent_s = p->rec.sent_s,
		.opened_by = p->opened_by,
		.recorded_by = p->rec.recorded_by,
		.judged_by = p->judged_by,
		.rev = p->rev,
	};
	memcpy(say->number, p->number, sizeof(say->number));
	memcpy(say->cf, p->cf, sizeof(say->cf));
	memcpy(say->company, p->company, sizeof(say->company));
	memcpy(say->reason, p->reason, sizeof(say->reason));
	memcpy(say->email, p->email, sizeof(say->email));
	tell_documents(&p->documents, say);
	(void)matter_address(a, p, &to); /* none: empty */
	memcpy(say->name, to.name, sizeof(say->name));
	memcpy(say->street, to.street, sizeof(say->street));
	memcpy(say->town, to.town, sizeof(say->town));
}
