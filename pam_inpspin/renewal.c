/* SPDX-License-Identifier: BSD-2-Clause */
/* renewal.c - the conversation of chauthtok; see renewal.h. */
#include "renewal.h"

#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <string.h>
#include <syslog.h>

#include "ask.h"
#include "contact.h"
#include "grant.h"
#include "symbols.h"
#include "verdict.h"

#define TRIES 3 /* at each answer, before the renewal is given up */

struct renewal {
	struct proof proof;
	struct offer offer;
	char pin[SYMBOLS_MAX + 1]; /* the new one */
};

static const char *old_item(const struct call *c)
{
	const void *item = NULL;

	return pam_get_item(c->pamh, PAM_OLDAUTHTOK, &item) == PAM_SUCCESS ? item : NULL;
}

/* End with a verdict that the module reached by itself. */
static int refuse(const struct call *c, unsigned int verdict)
{
	talk_verdict(&c->talk, verdict, 0);
	return ask_code(verdict, false);
}

/* Ask for the old PIN and let pind check it; then it is PAM's, until the end of chauthtok. */
static int prove(const struct call *c, const char *old)
{
	struct wire_msg rep = { 0 };
	int r = ask_authenticate(c, old, &rep);
	unsigned int verdict = ask_verdict(&rep);

	if (r == PAM_SUCCESS) {
		r = ask_code(verdict, false);
		talk_verdict(&c->talk, verdict, rep.verdict.wait_s);
	}
	if (r == PAM_SUCCESS && verdict == V_MUST_CHANGE)
		r = grant_keep(c, rep.verdict.grant);
	if (r == PAM_SUCCESS && old != old_item(c))
		r = pam_set_item(c->pamh, PAM_OLDAUTHTOK, old);
	wire_wipe(&rep);
	return r;
}

/* With PAM_CHANGE_EXPIRED_AUTHTOK a PIN that is still good stays. */
static int is_due(const struct call *c, bool *due)
{
	struct wire_msg rep = { 0 };
	int r;

	*due = true;
	if (!(c->flags & PAM_CHANGE_EXPIRED_AUTHTOK) || grant_get(c, NULL))
		return PAM_SUCCESS;
	r = ask_authorize(c, &rep);
	*due = ask_verdict(&rep) != V_OK;
	wire_wipe(&rep);
	return r;
}

int renewal_check(const struct call *c)
{
	const char *old = old_item(c);
	char *typed = NULL;
	bool due;
	int r = is_due(c, &due);

	if (r != PAM_SUCCESS || !due || grant_get(c, NULL))
		return r;
	if (old == NULL) {
		if (c->o.use_first_pass)
			return PAM_AUTHTOK_RECOVERY_ERR;
		r = talk_ask(&c->talk, PAM_PROMPT_ECHO_OFF, M_OLD_PIN, NULL, &typed);
		old = typed;
	}
	if (r == PAM_SUCCESS)
		r = prove(c, old);
	talk_forget(typed);
	return r;
}

/* The grant, or the old PIN as renewal_check() left it. It is asked again only if may_ask. */
static int find_proof(const struct call *c, struct proof *p, bool may_ask)
{
	const char *old = old_item(c);
	char *typed = NULL;
	int r = PAM_SUCCESS;

	explicit_bzero(p, sizeof(*p));
	if (grant_get(c, p->grant))
		return PAM_SUCCESS;
	if (old == NULL) {
		if (!may_ask)
			return PAM_AUTHTOK_RECOVERY_ERR;
		r = talk_ask(&c->talk, PAM_PROMPT_ECHO_OFF, M_OLD_PIN, NULL, &typed);
		old = typed;
	}
	if (r == PAM_SUCCESS)
		ask_pin(p->old, old);
	talk_forget(typed);
	return r;
}

/* pind did not do what it was asked to. A verdict that means success elsewhere is none here. */
static int refused(const struct call *c, const struct wire_msg *rep)
{
	unsigned int verdict = ask_verdict(rep);
	int r = ask_code(verdict, false);

	talk_verdict(&c->talk, verdict, rep->verdict.wait_s);
	return r != PAM_SUCCESS ? r : PAM_SERVICE_ERR;
}

static int open_offer(const struct call *c, struct renewal *w, unsigned int *missing)
{
	struct wire_msg rep = { 0 };
	int r = ask_renew_open(c, &w->proof, &rep);

	if (r == PAM_SUCCESS && rep.type != WIRE_RENEWAL) {
		r = refused(c, &rep);
	} else if (r == PAM_SUCCESS) {
		memcpy(w->pin, rep.renewal.pin, sizeof(w->pin));
		memcpy(w->offer.ticket, rep.renewal.ticket, sizeof(w->offer.ticket));
		*missing = rep.renewal.missing;
	}
	wire_wipe(&rep);
	return r;
}

static int ask_contact(const struct call *c, enum message prompt, enum message bad,
		       bool (*read)(char *out, const char *typed), char *out)
{
	for (int left = TRIES; left > 0; left--) {
		char *typed;
		int r = talk_ask(&c->talk, PAM_PROMPT_ECHO_ON, prompt, NULL, &typed);
		bool good = r == PAM_SUCCESS && read(out, typed);

		talk_forget(typed);
		if (r != PAM_SUCCESS || good)
			return r;
		if (left > 1)
			talk_tell(&c->talk, PAM_ERROR_MSG, bad, NULL);
	}
	return refuse(c, V_CONTACTS);
}

static int ask_contacts(const struct call *c, struct offer *o, unsigned int missing)
{
	int r = PAM_SUCCESS;

	if (missing & WIRE_MISSING_PHONE)
		r = ask_contact(c, M_PHONE, M_BAD_PHONE, contact_phone, o->phone);
	if (r == PAM_SUCCESS && (missing & WIRE_MISSING_EMAIL))
		r = ask_contact(c, M_EMAIL, M_BAD_EMAIL, contact_email, o->email);
	return r;
}

static bool same_pin(const char *canonical, const char *typed)
{
	char pin[SYMBOLS_MAX + 1];
	bool same = symbols_fold(pin, typed, strlen(typed)) > 0 && strcmp(pin, canonical) == 0;

	explicit_bzero(pin, sizeof(pin));
	return same;
}

/* Programs that know one answer only give it here too: the old PIN, if we know which that is. */
static bool is_old(const struct call *c, const char *typed)
{
	const char *old = old_item(c);
	char pin[SYMBOLS_MAX + 1];
	bool same = old != NULL && symbols_fold(pin, old, strlen(old)) > 0 && same_pin(pin, typed);

	explicit_bzero(pin, sizeof(pin));
	return same;
}

/* Show the new PIN until it is typed back. */
static int confirm(const struct call *c, struct renewal *w)
{
	char shown[SYMBOLS_SHOWN];
	int r = PAM_SUCCESS;
	bool same = false, old = false;

	symbols_show(shown, w->pin);
	for (int left = TRIES; r == PAM_SUCCESS && !same && !old && left > 0; left--) {
		char *typed;

		r = talk_ask(&c->talk, PAM_PROMPT_ECHO_OFF, M_NEW_PIN, shown, &typed);
		same = r == PAM_SUCCESS && same_pin(w->pin, typed);
		old = r == PAM_SUCCESS && is_old(c, typed);
		if (same)
			ask_pin(w->offer.pin, typed);
		else if (r == PAM_SUCCESS && !old && left > 1)
			talk_tell(&c->talk, PAM_ERROR_MSG, M_NOT_SAME, NULL);
		talk_forget(typed);
	}
	explicit_bzero(shown, sizeof(shown));
	if (old)
		pam_syslog(
			c->pamh, LOG_ERR,
			"service %s cannot change PINs: it answers every prompt with the old one",
			c->service);
	return r != PAM_SUCCESS || same ? r : refuse(c, V_MISTYPED);
}

static int commit(const struct call *c, const struct renewal *w)
{
	struct wire_msg rep = { 0 };
	int r = ask_renew_commit(c, &w->proof, &w->offer, &rep);

	if (r == PAM_SUCCESS && ask_verdict(&rep) != V_OK) {
		r = refused(c, &rep);
	} else if (r == PAM_SUCCESS) {
		grant_drop(c);
		/* For the modules after us; the PIN has changed even if PAM has no room for it. */
		(void)pam_set_item(c->pamh, PAM_AUTHTOK, w->pin);
		talk_tell(&c->talk, PAM_TEXT_INFO, M_CHANGED, NULL);
		talk_expiry(&c->talk, rep.verdict.expires_s);
	}
	wire_wipe(&rep);
	return r;
}

static int converse(const struct call *c, struct renewal *w)
{
	unsigned int missing = 0;
	int r = find_proof(c, &w->proof, false);

	if (r == PAM_SUCCESS)
		r = open_offer(c, w, &missing);
	if (r == PAM_SUCCESS && grant_get(c, NULL))
		talk_tell(&c->talk, PAM_TEXT_INFO, M_REPLACE, NULL);
	if (r == PAM_SUCCESS)
		r = ask_contacts(c, &w->offer, missing);
	if (r == PAM_SUCCESS)
		r = confirm(c, w);
	if (r == PAM_SUCCESS) /* people are slow, and a grant is not good for long */
		r = find_proof(c, &w->proof, true);
	return r == PAM_SUCCESS ? commit(c, w) : r;
}

int renewal_make(const struct call *c)
{
	struct renewal w = { 0 };
	bool due;
	int r = is_due(c, &due);

	if (r == PAM_SUCCESS && due)
		r = converse(c, &w);
	explicit_bzero(&w, sizeof(w));
	return r;
}
