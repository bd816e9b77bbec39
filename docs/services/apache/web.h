/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * web.h - one request, from the environment that a CGI gets to the page that answers it. Nothing
 * outlives the process: what a renewal must remember is sealed, in the form.
 */
#ifndef WEB_H
#define WEB_H

#include <stdbool.h>
#include <stdint.h>

#include "cf.h"
#include "contact.h"
#include "input.h"
#include "out.h"
#include "seal.h"
#include "session.h"
#include "wire.h"

#define WEB_KEY      "/etc/inpspin-web.key"
#define WEB_SOCKET   "/run/pind/auth.sock"
#define WEB_PATH     "/pin/" /* all pages are below it */
#define WEB_FORM_S   3600    /* seconds a login page may stay open */
#define WEB_GRANT_S  110     /* pind takes a grant for 2 minutes; the packet must still get there */
#define WEB_TICKET_S 590     /* and a ticket for 10 */

enum text {
	T_NONE,
#define TEXT(NAME, it, en) T_##NAME,
#include "text.def"
	T_N
};

enum step { /* what a form is; a token of one is no token of another */
	STEP_LOGIN = 1,
	STEP_RENEW,   /* the same form, but the PIN is to be replaced */
	STEP_REPLACE, /* contacts */
	STEP_CONFIRM, /* the new PIN, typed back */
};

/* What a form brings back to us, sealed and bound to the browser's cookie. Never a PIN. */
struct state {
	uint32_t step;    /* enum step */
	uint32_t missing; /* bits of enum wire_missing: contacts to ask for */
	uint64_t until_s; /* seconds since the epoch, as all times here */
	uint64_t grant_until_s; /* 0: there is none, the old PIN is asked */
	char service[SESSION_SERVICE];
	char back[INPUT_BACK + 1];
	char cf[CF_LEN + 1];
	char email[CONTACT_EMAIL_MAX + 1], phone[CONTACT_PHONE_MAX + 1];
	uint8_t grant[WIRE_GRANT_LEN], ticket[WIRE_TICKET_LEN];
};

struct web {
	/* from the server */
	bool post, secure, english;
	const char *page;     /* what follows WEB_PATH */
	const char *services; /* names separated by blanks; the first is the default */
	const char *socket, *rhost;
	char origin[300];     /* "https://HOST" */
	uint64_t now_s;
	unsigned char key[SEAL_KEY_LEN];

	/* from the browser */
	unsigned char id[SEAL_ID_LEN]; /* of its cookie */
	bool new_id;                   /* it had none */
	char query[INPUT_MAX + 1], body[INPUT_MAX + 1];
	const char *value[IN_N]; /* NULL: not sent */
	struct state st;

	/* for the page */
	enum text error, bad[IN_N]; /* T_NONE: none */
	uint32_t wait_s;
	char session[SESSION_TEXT]; /* a cookie to set; "": none */
	bool leave;                 /* take the session's cookie, and the form's, away */
	struct out out;
};

/* Read the environment and the body. 0, or the HTTP status of a refusal. */
int web_read(struct web *w);

/* Answer with a page of web_*.c's. */
void web_answer(struct web *w);

/* The text in the page's language. HTML. */
const char *web_text(const struct web *w, enum text t);

/* A cookie's value, or NULL; it ends at a ';' or the NUL. */
const char *web_cookie(const char *name);

/* Is it one of w->services? */
bool web_service_ok(const struct web *w, const char *service);

#endif
