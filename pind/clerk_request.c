/* SPDX-License-Identifier: BSD-2-Clause */
/* clerk_request.c - a pratica begins: REQUEST_NEW by an operator, REQUEST_CONFIRM by its link. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "calendar.h"
#include "cf.h"
#include "cf_life.h"
#include "errand.h"
#include "plain.h"

#define DAY_S     86400u
#define YEAR_STEP (NUMBER_COUNT_MAX + 1ULL) /* counter.last is year * YEAR_STEP + count */

static bool named(const char *name)
{
	return strcmp(name, "-") != 0 && strcmp(name, "?") != 0;
}

static bool has_subtypes(uint8_t category)
{
	return category == CATEGORY_IMPRESA || category == CATEGORY_INTERMEDIARIO;
}

/* Can the applicant be reached? Contacts are as contact.c writes them. */
static bool reachable(const struct wire_request_new *q)
{
	char email[CONTACT_EMAIL_MAX + 1], phone[CONTACT_PHONE_MAX + 1];

	if (!contact_email(email, q->email) || strcmp(email, q->email) != 0)
		return false;
	if (q->phone[0] == '\0')
		return q->by_sms == 0;
	return contact_phone(phone, q->phone) && strcmp(phone, q->phone) == 0;
}

/* What each category must say, and may not. */
static bool complete(const struct wire_request_new *q)
{
	bool own = q->addr_name[0] != '\0' || q->addr_street[0] != '\0' || q->addr_town[0] != '\0';

	if (!named(category_name(q->category)) || !named(gestione_name(q->gestione)) ||
	    !named(fonte_name(q->fonte)) || !named(channel_name(q->channel)) || q->by_sms > 1 ||
	    q->english > 1)
		return false;
	if (has_subtypes(q->category) ? subtype_category(q->subtype) != q->category
				      : q->subtype != 0)
		return false;
	if ((q->matricola[0] != '\0') != (q->category == CATEGORY_AUTONOMO))
		return false;
	if (q->category == CATEGORY_INTERMEDIARIO)
		return plain_line(q->addr_name) && plain_line(q->addr_street) &&
		       plain_line(q->addr_town);
	return !own;
}

/* Is it on record that this matricola is theirs? V_OK, V_REGISTRY or V_FAILED. */
static enum verdict holds(struct act *a, const char *matricola, const char *cf)
{
	uint8_t key[STORE_KEY_LEN];
	struct entry_row row;

	dossier_registry_key(key, a->accounts->keys, REGISTRY_MATRICOLE, matricola);
	if (!act_get(a, &dossier_registry, key, &row))
		return V_FAILED;
	return row.rev != 0 && strcmp(row.cf, cf) == 0 ? V_OK : V_REGISTRY;
}

/* What offices know of the applicant, where the category wants it. */
static enum verdict enrolled(struct act *a, const struct wire_request_new *q)
{
	uint8_t key[STORE_KEY_LEN];
	struct entry_row row;

	if (q->category == CATEGORY_AUTONOMO)
		return holds(a, q->matricola, q->cf);
	if (q->category != CATEGORY_PATRONATO)
		return V_OK;
	dossier_registry_key(key, a->accounts->keys, REGISTRY_PATRONATI, q->cf);
	if (!act_get(a, &dossier_registry, key, &row))
		return V_FAILED;
	return row.rev != 0 ? V_OK : V_REGISTRY;
}

/* The next number of this year. */
static bool take_number(struct act *a, char number[static NUMBER_LEN + 1])
{
	uint64_t first = calendar_year(a->now_s) * YEAR_STEP;
	struct counter count;

	if (!act_get(a, &dossier_counter, dossier_numbers_key, &count))
		return false;
	count.last = count.last < first ? first + 1 : count.last + 1;
	if (count.last % YEAR_STEP == 0)
		return false; /* ten million of them in a year */
	act_put(a, &dossier_counter, dossier_numbers_key, &count);
	number_make(number, (unsigned int)(count.last / YEAR_STEP),
		    (uint32_t)(count.last % YEAR_STEP));
	return true;
}

/* A PIN whose pratica came to nothing in time is in nobody's way: it goes. */
static enum verdict make_room(struct act *a, struct account *acc, const struct penalty_policy *pol)
{
	static const struct pin_arg none;
	struct matter old;
	enum verdict v;

	if (acc->number[0] == '\0')
		return V_OK;
	v = matter_get(a, acc->number, &old);
	if (v == V_OK && matter_state(a, &old) == PRATICA_LAPSED) {
		v = matter_settle(a, acc) ? V_OK : V_FAILED;
		(void)pin_step(&acc->pin, PIN_REVOKE, &none, pol, a->now_s);
	}
	sodium_memzero(&old, sizeof(old));
	return v == V_FAILED ? V_FAILED : V_OK;
}

/* A new account, whatever the row held, with a PIN that both couriers have yet to draw. */
static enum verdict issue(struct act *a, struct errand *e)
{
	const struct penalty_policy pol = conf_penalty(e->c->conf);
	const struct wire_request_new *q = &e->c->req->request_new;
	const uint64_t lapses_s = a->now_s + PRATICA_LINK_S + PRATICA_DOCUMENTS_S +
				  (uint64_t)e->c->conf->unused_days * DAY_S;
	const struct pin_arg arg = { .form = PIN_FORM_HALVES,
				     .level = LEVEL_SEMPLICE,
				     .expires_s = lapses_s,
				     .lapses_s = lapses_s };
	struct account *acc = &e->m.account;
	struct account fresh = { .category = q->category, .issued_s = a->now_s };
	enum verdict v;

	if (!act_get_account(a, q->cf, acc))
		return V_FAILED;
	v = cf_life_issue(acc, a->now_s);
	if (v == V_OK)
		v = make_room(a, acc, &pol);
	if (v == V_OK)
		v = pin_step(&acc->pin, PIN_ISSUE, &arg, &pol, a->now_s).verdict;
	if (v != V_OK)
		return v;
	if (!take_number(a, fresh.number))
		return V_FAILED;
	memcpy(fresh.cf, q->cf, sizeof(fresh.cf));
	fresh.pin = acc->pin;
	cf_life_keep(&fresh, acc, a->now_s);
	*acc = fresh;
	act_put_account(a, acc);
	return V_OK;
}

static void fill_pratica(struct errand *e, uint64_t now_s)
{
	const struct wire_request_new *q = &e->c->req->request_new;
	struct pratica *p = &e->m.pratica;

	*p = (struct pratica){ .category = q->category,
			       .subtype = q->subtype,
			       .gestione = q->gestione,
			       .fonte = q->fonte,
			       .channel = q->channel,
			       .by_sms = q->by_sms,
			       .english = q->english,
			       .opened_s = now_s,
			       .opened_by = (uint32_t)e->c->who->uid };
	memcpy(p->number, e->m.account.number, sizeof(p->number));
	memcpy(p->cf, q->cf, sizeof(p->cf));
	memcpy(p->email, q->email, sizeof(p->email));
	memcpy(p->phone, q->phone, sizeof(p->phone));
	memcpy(p->matricola, q->matricola, sizeof(p->matricola));
	memcpy(p->address.name, q->addr_name, sizeof(p->address.name));
	memcpy(p->address.street, q->addr_street, sizeof(p->address.street));
	memcpy(p->address.town, q->addr_town, sizeof(p->address.town));
}

static enum verdict open_pratica(struct act *a, void *arg)
{
	struct errand *e = arg;
	const struct wire_request_new *q = &e->c->req->request_new;
	struct pratica_arg how = { .needs_review = has_subtypes(q->category) };
	struct address to;
	enum verdict v = enrolled(a, q);

	if (v == V_OK)
		v = issue(a, e);
	if (v != V_OK)
		return v;
	fill_pratica(e, a->now_s);
	how.has_address = matter_address(a, &e->m.pratica, &to);
	snprintf(a->entry.cf, sizeof(a->entry.cf), "%s", e->m.pratica.cf);
	snprintf(a->entry.object, sizeof(a->entry.object), "%s", e->m.pratica.number);
	snprintf(a->entry.detail, sizeof(a->entry.detail), "%s, by %s", category_name(q->category),
		 channel_name(q->channel));
	v = matter_step(a, &e->m, PRATICA_OPEN, &how);
	if (v == V_OK) {
		e->c->rep->type = WIRE_PRATICA_IS;
		matter_tell(a, &e->m, &e->c->rep->pratica_is);
		e->c->rep->pratica_is.waiting = 1;
	}
	return v;
}

void call_request_new(struct call *c)
{
	const struct wire_request_new *q = &c->req->request_new;
	struct errand e = { .c = c };

	if (!call_person(c, q->cf))
		return;
	if (complete(q) && reachable(q))
		errand_run(&e, open_pratica, "opened");
	else
		call_say(c, V_DETAILS);
}

/* The company, from who has one, as the registry knows it; nothing from others. */
static enum verdict set_company(struct act *a, const struct wire_request_confirm *q,
				struct pratica *p)
{
	struct cf cf;

	if (!has_subtypes(p->category))
		return q->company[0] == '\0' && q->matricola[0] == '\0' && q->name[0] == '\0'
			       ? V_OK
			       : V_DETAILS;
	if (cf_parse_exact(&cf, q->company, strlen(q->company)) != CF_OK ||
	    q->matricola[0] == '\0' || !plain_line(q->name))
		return V_DETAILS;
	memcpy(p->company, q->company, sizeof(p->company));
	memcpy(p->matricola, q->matricola, sizeof(p->matricola));
	memcpy(p->company_name, q->name, sizeof(p->company_name));
	return holds(a, q->matricola, q->company);
}

/* The link's row, and its pratica. */
static enum verdict find_link(struct act *a, struct errand *e, uint8_t key[static STORE_KEY_LEN],
			      struct link *link)
{
	enum verdict v;

	dossier_link_key(key, a->accounts->keys, e->c->req->request_confirm.token);
	if (!act_get(a, &dossier_link, key, link))
		return V_FAILED;
	if (link->rev == 0 || link->use != LINK_CONFIRM)
		return V_UNKNOWN;
	v = matter_get(a, link->number, &e->m);
	if (v != V_OK)
		return v;
	return a->now_s >= link->due_s ? V_STALE : V_OK;
}

static enum verdict confirm(struct act *a, void *arg)
{
	struct errand *e = arg;
	struct pratica *p = &e->m.pratica;
	struct pratica_arg how = { .uid = 0 };
	uint8_t key[STORE_KEY_LEN];
	struct address to;
	struct link link;
	enum verdict v = find_link(a, e, key, &link);

	if (v == V_OK)
		v = set_company(a, &e->c->req->request_confirm, p);
	if (v != V_OK)
		return v;
	act_delete(a, &dossier_link, key, link.rev);
	memset(p->link, 0, sizeof(p->link));
	how.has_address = matter_address(a, p, &to);
	snprintf(a->entry.detail, sizeof(a->entry.detail), "%s", p->company);
	v = matter_step(a, &e->m, PRATICA_CONFIRM, &how);
	if (v != V_OK)
		return v;
	/* Whoever used the link reads that mailbox. */
	memcpy(e->m.account.email, p->email, sizeof(p->email));
	act_put_account(a, &e->m.account);
	return V_OK;
}

void call_request_confirm(struct call *c)
{
	struct errand e = { .c = c };

	errand_run(&e, confirm, "confirmed");
}
