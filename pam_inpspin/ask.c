/* SPDX-License-Identifier: BSD-2-Clause */
/* ask.c - see ask.h. */
#include "ask.h"

#include <errno.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <string.h>
#include <syslog.h>

#include "client.h"
#include "verdict.h"

void ask_pin(char pin[static ASK_PIN_LEN], const char *typed)
{
	size_t len = strnlen(typed, ASK_PIN_LEN - 1);

	memcpy(pin, typed, len);
	memset(pin + len, 0, ASK_PIN_LEN - len);
}

/* clang-format off */
static const struct reason {
	int err;
	int code;
	const char *text;
} reasons[] = { /* why pind is silent, and what to do about it */
	{ -ENOENT,       PAM_AUTHINFO_UNAVAIL, "nobody listens: systemctl status pind-auth.socket" },
	{ -ECONNREFUSED, PAM_AUTHINFO_UNAVAIL, "nobody listens: systemctl status pind-auth.socket" },
	{ -EACCES,       PAM_AUTHINFO_UNAVAIL, "not for this uid: add its user to the socket's group" },
	{ -EPERM,        PAM_AUTHINFO_UNAVAIL, "the listener is neither root nor server_uid=: "
					       "refusing to send it a PIN" },
	{ -ETIMEDOUT,    PAM_AUTHINFO_UNAVAIL, "no answer within timeout=: systemctl status pind" },
	{ -ECONNRESET,   PAM_AUTHINFO_UNAVAIL, "pind hung up without an answer: journalctl -u pind" },
	{ -EPROTO,       PAM_SERVICE_ERR,      "the answer makes no sense: are pind and pam_inpspin "
					       "of the same version?" },
	{ -EINVAL,       PAM_SERVICE_ERR,      "the service name cannot be sent: set service=" },
	{ -ENOMEM,       PAM_BUF_ERR,          "out of memory" },
};
/* clang-format on */

static int silence(const struct call *c, int err)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++) {
		if (reasons[i].err == err) {
			pam_syslog(c->pamh, LOG_ERR, "%s: %s", c->o.socket, reasons[i].text);
			return reasons[i].code;
		}
	}
	errno = -err;
	pam_syslog(c->pamh, LOG_ERR, "%s: cannot ask pind: %m", c->o.socket);
	return PAM_AUTHINFO_UNAVAIL;
}

/* A verdict about the machinery, not about the person: the operator must hear of it. */
static void note(const struct call *c, const struct wire_msg *rep)
{
	unsigned int verdict = ask_verdict(rep);
	int code = ask_code(verdict, false);

	if (c->o.debug)
		pam_syslog(c->pamh, LOG_DEBUG, "service %s: pind says %s", c->service,
			   rep->type == WIRE_RENEWAL ? "RENEWAL" : verdict_name(verdict));
	if (rep->type == WIRE_VERDICT &&
	    (verdict == V_DENIED || code == PAM_SERVICE_ERR || code == PAM_AUTHINFO_UNAVAIL))
		pam_syslog(c->pamh, LOG_ERR, "service %s: pind refuses: %s: %s", c->service,
			   verdict_name(verdict), verdict_text(verdict));
}

static int ask(const struct call *c, struct wire_msg *req, struct wire_msg *rep)
{
	int r = client_call(c->o.socket, c->o.server_uid, req, rep, c->o.timeout_ms);

	wire_wipe(req);
	if (r != 0)
		return silence(c, r);
	note(c, rep);
	return PAM_SUCCESS;
}

int ask_authenticate(const struct call *c, const char *typed, struct wire_msg *rep)
{
	struct wire_msg req = { .type = WIRE_AUTHENTICATE };
	struct wire_authenticate *q = &req.authenticate;

	memcpy(q->cf, c->cf, sizeof(q->cf));
	memcpy(q->service, c->service, sizeof(q->service));
	memcpy(q->rhost, c->rhost, sizeof(q->rhost));
	memcpy(q->on_behalf_of, c->on_behalf_of, sizeof(q->on_behalf_of));
	q->level = (uint8_t)c->o.level;
	ask_pin(q->pin, typed);
	return ask(c, &req, rep);
}

int ask_authorize(const struct call *c, struct wire_msg *rep)
{
	struct wire_msg req = { .type = WIRE_AUTHORIZE };
	struct wire_authorize *q = &req.authorize;

	memcpy(q->cf, c->cf, sizeof(q->cf));
	memcpy(q->service, c->service, sizeof(q->service));
	memcpy(q->rhost, c->rhost, sizeof(q->rhost));
	memcpy(q->on_behalf_of, c->on_behalf_of, sizeof(q->on_behalf_of));
	q->level = (uint8_t)c->o.level;
	return ask(c, &req, rep);
}

int ask_renew_open(const struct call *c, const struct proof *p, struct wire_msg *rep)
{
	struct wire_msg req = { .type = WIRE_RENEW_OPEN };
	struct wire_renew_open *q = &req.renew_open;

	memcpy(q->cf, c->cf, sizeof(q->cf));
	memcpy(q->service, c->service, sizeof(q->service));
	memcpy(q->rhost, c->rhost, sizeof(q->rhost));
	memcpy(q->grant, p->grant, sizeof(q->grant));
	memcpy(q->old, p->old, sizeof(q->old));
	return ask(c, &req, rep);
}

int ask_renew_commit(const struct call *c, const struct proof *p, const struct offer *o,
		     struct wire_msg *rep)
{
	struct wire_msg req = { .type = WIRE_RENEW_COMMIT };
	struct wire_renew_commit *q = &req.renew_commit;

	memcpy(q->cf, c->cf, sizeof(q->cf));
	memcpy(q->service, c->service, sizeof(q->service));
	memcpy(q->rhost, c->rhost, sizeof(q->rhost));
	memcpy(q->grant, p->grant, sizeof(q->grant));
	memcpy(q->old, p->old, sizeof(q->old));
	memcpy(q->ticket, o->ticket, sizeof(q->ticket));
	memcpy(q->pin, o->pin, sizeof(q->pin));
	memcpy(q->email, o->email, sizeof(q->email));
	memcpy(q->phone, o->phone, sizeof(q->phone));
	return ask(c, &req, rep);
}

unsigned int ask_verdict(const struct wire_msg *rep)
{
	return rep->type == WIRE_VERDICT ? rep->verdict.code : V_NONE;
}

/* clang-format off */
int ask_code(unsigned int verdict, bool account)
{
	switch (verdict) {
#define VERDICT(NAME, code, auth, acct, exit, tell, it, en) \
	case V_##NAME: return account ? (acct) : (auth);
#include "verdict.def"
	}
	return PAM_SERVICE_ERR;
}
