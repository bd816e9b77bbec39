/* SPDX-License-Identifier: BSD-2-Clause */
/* steps.c - see steps.h. */
#include "steps.h"

#include <sodium.h>
#include <string.h>

#include "forms.h"
#include "page.h"
#include "question.h"
#include "verdict.h"

static const char *typed(const struct web *w, enum input_field f)
{
	return w->value[f] != NULL ? w->value[f] : "";
}

/* Mark a field that does not do. Returns false. */
static bool bad(struct web *w, enum input_field f, enum text why)
{
	w->bad[f] = why;
	w->error = T_CHECK;
	return false;
}

/* Why pind said no: w->error, w->wait_s, and the status that says so. */
static int refusal(struct web *w, unsigned int v, const struct wire_msg *rep)
{
	static const struct {
		unsigned int v;
		enum text text;
		int status;
	} rows[] = {
		{ V_WRONG, T_WRONG, 403 },       { V_THROTTLED, T_WAIT, 429 },
		{ V_BLOCKED, T_BLOCKED, 403 },   { V_LAPSED, T_LAPSED, 403 },
		{ V_LEVEL, T_LEVEL, 403 },       { V_CATEGORY, T_CATEGORY, 403 },
		{ V_MISTYPED, T_MISTYPED, 403 }, { V_DELEGATION, T_DELEGATION, 403 },
		{ V_STALE, T_STALE, 409 },       { V_CONTACTS, T_CHECK, 403 },
	};

	w->wait_s = v == V_THROTTLED ? rep->verdict.wait_s : 0;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (rows[i].v == v) {
			w->error = rows[i].text;
			return rows[i].status;
		}
	}
	w->error = T_BUSY;
	return 503;
}

/* Who it is and with what PIN, as far as that can be seen without pind. */
static bool read_person(struct web *w)
{
	const char *text = typed(w, IN_CF);
	struct cf cf;
	bool good = true;

	if (cf_parse(&cf, text, strlen(text)) == CF_OK && cf_is_person(&cf))
		memcpy(w->st.cf, cf.text, sizeof(w->st.cf));
	else
		good = bad(w, IN_CF, T_NO_CF);
	if (typed(w, IN_PIN)[0] == '\0')
		good = bad(w, IN_PIN, T_NO_PIN);
	return good;
}

/* The PIN was right but must be replaced: what for that is still to be asked? */
static void must_change(struct web *w, const struct wire_msg *login)
{
	struct wire_msg rep = { 0 };
	unsigned int v;

	memcpy(w->st.grant, login->verdict.grant, sizeof(w->st.grant));
	w->st.grant_until_s = w->now_s + WEB_GRANT_S;
	v = question_offer(w, "", &rep); /* of no use but for this: the one that counts is shown */
	w->st.missing = rep.type == WIRE_RENEWAL ? rep.renewal.missing : 0;
	wire_wipe(&rep);
	if (v == V_OK)
		forms_replace(w, 200);
	else
		forms_login(w, refusal(w, v, &rep));
}

static void enter(struct web *w, const struct wire_verdict *say)
{
	session_begin(w->session, w->key, w->st.service, w->st.cf, w->now_s);
	if (say->warn_days > 0)
		forms_warn(w, say->warn_days);
	else
		page_go(w, w->st.back);
}

void steps_login(struct web *w)
{
	struct wire_msg rep = { 0 };
	unsigned int v;

	if (!read_person(w)) {
		forms_login(w, 400);
		return;
	}
	v = question_login(w, typed(w, IN_PIN), &rep);
	if (v == V_OK)
		enter(w, &rep.verdict);
	else if (v == V_MUST_CHANGE)
		must_change(w, &rep);
	else
		forms_login(w, refusal(w, v, &rep));
	wire_wipe(&rep);
}

/* Show the new PIN that pind proposes; or the form it came from, and why not. */
static void offer(struct web *w, void (*form)(struct web *w, int status))
{
	struct wire_msg rep = { 0 };
	unsigned int v = question_offer(w, typed(w, IN_PIN), &rep);

	if (v == V_OK) {
		memcpy(w->st.ticket, rep.renewal.ticket, sizeof(w->st.ticket));
		forms_confirm(w, 200, rep.renewal.pin);
	} else if (v == V_STALE) {
		forms_stale(w);
	} else {
		form(w, refusal(w, v, &rep));
	}
	wire_wipe(&rep);
}

/* Level and category bar a person from a service, not from a new PIN. */
static bool is_proof(unsigned int v)
{
	return v == V_OK || v == V_LEVEL || v == V_CATEGORY || v == V_DELEGATION;
}

void steps_renew(struct web *w)
{
	struct wire_msg rep = { 0 };
	unsigned int v;

	if (!read_person(w)) {
		forms_login(w, 400);
		return;
	}
	v = question_login(w, typed(w, IN_PIN), &rep);
	if (v == V_MUST_CHANGE)
		must_change(w, &rep);
	else if (is_proof(v))
		offer(w, forms_login);
	else
		forms_login(w, refusal(w, v, &rep));
	wire_wipe(&rep);
}

/* Without a grant, or when it is too old, the old PIN proves who it is. */
static bool read_proof(struct web *w)
{
	if (question_has_grant(w) || typed(w, IN_PIN)[0] != '\0')
		return true;
	w->bad[IN_PIN] = T_NO_PIN;
	w->error = w->st.grant_until_s != 0 && w->value[IN_PIN] == NULL ? T_LATE : T_CHECK;
	return false;
}

static bool read_contacts(struct web *w)
{
	bool good = true;

	if (w->st.missing & WIRE_MISSING_PHONE && !contact_phone(w->st.phone, typed(w, IN_PHONE)))
		good = bad(w, IN_PHONE, T_NO_PHONE);
	if (w->st.missing & WIRE_MISSING_EMAIL && !contact_email(w->st.email, typed(w, IN_EMAIL)))
		good = bad(w, IN_EMAIL, T_NO_EMAIL);
	return good;
}

void steps_replace(struct web *w)
{
	bool proof = read_proof(w), contacts = read_contacts(w);

	if (proof && contacts)
		offer(w, forms_replace);
	else
		forms_replace(w, 400);
}

static void confirm_again(struct web *w, int status)
{
	forms_confirm(w, status, NULL);
}

void steps_confirm(struct web *w)
{
	struct wire_msg rep = { 0 };
	unsigned int v;
	bool good = read_proof(w);

	if (typed(w, IN_NEW)[0] == '\0')
		good = bad(w, IN_NEW, T_NO_NEW);
	if (!good) {
		confirm_again(w, 400);
		return;
	}
	v = question_commit(w, typed(w, IN_PIN), typed(w, IN_NEW), &rep);
	if (v == V_OK) {
		forms_done(w, rep.verdict.expires_s);
	} else if (v == V_STALE) {
		forms_stale(w);
	} else {
		int status = refusal(w, v, &rep);

		if (v == V_WRONG)
			w->error = T_WRONG_OLD;
		confirm_again(w, status);
	}
	wire_wipe(&rep);
}
