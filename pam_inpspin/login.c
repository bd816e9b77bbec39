/* SPDX-License-Identifier: BSD-2-Clause */
/* login.c - see login.h. */
#include "login.h"

#include <security/pam_modules.h>

#include "ask.h"
#include "env.h"
#include "grant.h"
#include "verdict.h"

/* What another module's user already typed; NULL if there is nothing, or it is not to be used. */
static const char *first_pass(const struct call *c)
{
	const void *item = NULL;

	if (!c->o.try_first_pass && !c->o.use_first_pass)
		return NULL;
	return pam_get_item(c->pamh, PAM_AUTHTOK, &item) == PAM_SUCCESS ? item : NULL;
}

/* The one prompt of a login. What is typed is also left to the modules after this one. */
static int ask_typed(const struct call *c, struct wire_msg *rep)
{
	char *typed;
	int r = talk_ask(&c->talk, PAM_PROMPT_ECHO_OFF, M_PIN, NULL, &typed);

	if (r == PAM_SUCCESS)
		r = pam_set_item(c->pamh, PAM_AUTHTOK, typed);
	if (r == PAM_SUCCESS)
		r = ask_authenticate(c, typed, rep);
	talk_forget(typed);
	return r;
}

static int ask_pin_of(const struct call *c, struct wire_msg *rep)
{
	const char *first = first_pass(c);
	int r;

	if (first == NULL)
		return c->o.use_first_pass ? PAM_AUTH_ERR : ask_typed(c, rep);
	r = ask_authenticate(c, first, rep);
	if (r == PAM_SUCCESS && ask_verdict(rep) == V_WRONG && !c->o.use_first_pass)
		r = ask_typed(c, rep);
	return r;
}

/* Make of pind's answer what PAM and the person must know. */
static int settle(const struct call *c, const struct wire_msg *rep, bool account)
{
	unsigned int verdict = ask_verdict(rep);
	int r = ask_code(verdict, account);

	if (verdict != V_OK && verdict != V_MUST_CHANGE) {
		talk_verdict(&c->talk, verdict, rep->verdict.wait_s);
		return r;
	}
	if (env_set(c, &rep->verdict) != PAM_SUCCESS)
		return PAM_BUF_ERR;
	if (account && verdict == V_OK && rep->verdict.warn_days > 0)
		talk_warn(&c->talk, rep->verdict.warn_days);
	if (!account && verdict == V_MUST_CHANGE &&
	    grant_keep(c, rep->verdict.grant) != PAM_SUCCESS)
		return PAM_BUF_ERR;
	return r;
}

int login_prove(const struct call *c)
{
	struct wire_msg rep = { 0 };
	int r;

	grant_drop(c);
	r = env_clear(c);
	if (r == PAM_SUCCESS)
		r = ask_pin_of(c, &rep);
	if (r == PAM_SUCCESS)
		r = settle(c, &rep, false);
	wire_wipe(&rep);
	return r;
}

int login_admit(const struct call *c)
{
	struct wire_msg rep = { 0 };
	int r = env_clear(c);

	if (r == PAM_SUCCESS)
		r = ask_authorize(c, &rep);
	if (r == PAM_SUCCESS)
		r = settle(c, &rep, true);
	wire_wipe(&rep);
	return r;
}
