/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * web.c - inpspin-web: a CGI that logs people in with a PIN and replaces it; "inpspin-web session
 * KEYFILE" tells Apache whose a session's cookie is. Neither waits, keeps or allocates anything.
 */
#include "web.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "forms.h"
#include "page.h"
#include "steps.h"

/* clang-format off */
static const struct place {
	const char *page;
	enum step step; /* whose token it takes */
	bool get;       /* may be opened, not only sent to */
	void (*run)(struct web *w);
} places[] = {
	{ "accesso",  STEP_LOGIN,   true,  steps_login },
	{ "scaduto",  STEP_RENEW,   true,  steps_renew },
	{ "rinnovo",  STEP_RENEW,   true,  steps_renew },
	{ "esci",     STEP_LOGIN,   true,  forms_left },
	{ "nuovo",    STEP_REPLACE, false, steps_replace },
	{ "conferma", STEP_CONFIRM, false, steps_confirm },
};
/* clang-format on */

static const struct place *find(const char *page)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		if (strcmp(places[i].page, page) == 0)
			return &places[i];
	return NULL;
}

/* A token that we sealed, for this browser, for this form, not long ago: w->st is what it held. */
static bool open_token(struct web *w, enum step step)
{
	const char *token = w->value[IN_TOKEN];
	struct state st;
	bool good = !w->new_id && token != NULL &&
		    seal_open(&st, sizeof(st), SEAL_FORM, w->key, w->id, token) &&
		    st.step == step && w->now_s < st.until_s && web_service_ok(w, st.service);

	if (good)
		w->st = st;
	sodium_memzero(&st, sizeof(st));
	return good;
}

static void show(struct web *w, const struct place *p)
{
	if (p->run == forms_left)
		forms_leave(w);
	else
		forms_login(w, 200);
}

void web_answer(struct web *w)
{
	int status = web_read(w);
	const struct place *p = find(w->page);

	if (status == 0 && p == NULL)
		status = 404;
	if (status == 0 && !w->post && !p->get)
		status = 405;
	if (status != 0) {
		page_refuse(w, status);
	} else if (!w->post) {
		show(w, p);
	} else if (open_token(w, p->step)) {
		p->run(w);
	} else if (p->get && p->run != forms_left) {
		/* The form again, good this time; what was typed was not looked at. */
		w->error = T_TOKEN;
		forms_login(w, 403);
	} else {
		page_refuse(w, 403);
	}
}

/* Neither a core, nor /proc, nor a debugger of the same user shows what people type. */
static void hide(void)
{
	const struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0);
}

int main(int argc, char *argv[])
{
	static struct web w;
	bool sent;

	hide();
	if (sodium_init() < 0)
		return 1;
	/* In a CGI a query can become arguments: they are not looked at. */
	if (getenv("GATEWAY_INTERFACE") == NULL) {
		if (argc == 3 && strcmp(argv[1], "session") == 0)
			return session_serve(argv[2]);
		(void)fputs("inpspin-web: a CGI; or: inpspin-web session KEYFILE\n", stderr);
		return 2;
	}
	web_answer(&w);
	sent = out_send(&w.out, STDOUT_FILENO);
	sodium_memzero(&w, sizeof(w));
	return sent ? 0 : 1;
}
