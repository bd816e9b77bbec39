/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * self.c - for the owner of a PIN, where no login can ask: each command proves the PIN by itself. A
 * citizen reads this: Italian, and English beside it. Fit to be the forced command of an ssh key.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "contact.h"
#include "paper.h"
#include "person.h"
#include "show.h"
#include "sub.h"
#include "symbols.h"
#include "typed.h"
#include "verdict.h"

#define TRIES 3 /* to type the new PIN back at a terminal */

const struct argp_option self_options[] = {
	{ "service", OPT_SERVICE, "NAME", 0, "Whose policy applies (default self)", 0 },
	{ "document", OPT_DOCUMENT, PAPER_USAGE, 0, paper_help, 0 },
	{ "file", OPT_FILE, "FILE", 0, "convert: the document's copy; its SHA-256 is sent", 0 },
	{ "email", OPT_EMAIL, "ADDRESS", 0, "contacts: the new one", 0 },
	{ "phone", OPT_PHONE, "NUMBER", 0, "contacts: the new one, a mobile number", 0 },
	{ 0 }
};

/* Who proves what: the front of every question. The caller wipes it. */
struct proof {
	char cf[CF_LEN + 1];
	char service[sizeof(((struct wire_self_status *)0)->service)];
	char rhost[sizeof(((struct wire_self_status *)0)->rhost)];
	char pin[sizeof(((struct wire_self_status *)0)->pin)];
};

#define PUT_PROOF(q, p, secret)                                                                    \
	do {                                                                                       \
		memcpy((q)->cf, (p)->cf, sizeof((q)->cf));                                         \
		memcpy((q)->service, (p)->service, sizeof((q)->service));                          \
		memcpy((q)->rhost, (p)->rhost, sizeof((q)->rhost));                                \
		memcpy((q)->secret, (p)->pin, sizeof((q)->secret));                                \
	} while (0)

/* ---- what is read ---- */

/* The code that is named; or that the user is called by; or that is typed. */
static int read_cf(char cf[static CF_LEN + 1], const struct args *a)
{
	const char *user = getenv("LOGNAME");
	struct cf parsed;
	char typed[64];
	int r;

	if (a->words > 1)
		return args_person(cf, a->word[1]);
	if (user != NULL && cf_parse(&parsed, user, strlen(user)) == CF_OK && cf_is_person(&parsed)) {
		memcpy(cf, parsed.text, sizeof(parsed.text));
		return 0;
	}
	r = typed_line(typed, sizeof(typed), "Codice fiscale: ", false);
	if (r == 0)
		r = args_person(cf, typed);
	explicit_bzero(typed, sizeof(typed));
	return r;
}

/* Where ssh says the citizen is: a claim, as PAM_RHOST is one. */
static void read_rhost(char *out, size_t size)
{
	const char *from = getenv("SSH_CONNECTION");
	size_t n = from != NULL ? strcspn(from, " ") : 0;

	if (n > 0 && n < size && strspn(from, "0123456789abcdefABCDEF.:%") >= n)
		memcpy(out, from, n);
}

static int read_proof(struct proof *p, const struct args *a)
{
	const char *service = args_more(a, OPT_SERVICE);
	int r;

	memset(p, 0, sizeof(*p));
	r = args_text(p->service, sizeof(p->service) - 1, service != NULL ? service : "self",
		      "--service");
	if (r == 0)
		r = read_cf(p->cf, a);
	if (r == 0)
		r = typed_line(p->pin, sizeof(p->pin), "PIN: ", true);
	read_rhost(p->rhost, sizeof(p->rhost));
	return r;
}

static int bad_contacts(void)
{
	return show_error(EXIT_ARGS, "Indirizzo e-mail o cellulare non valido: riprovare / not a "
				     "valid e-mail address or mobile number: try again");
}

/* As given with options; else as typed, where an empty line leaves one as it is. */
static int read_email(char out[static CONTACT_EMAIL_MAX + 1], const char *given, bool wanted)
{
	char typed[CONTACT_EMAIL_MAX + 3] = "";
	int r = 0;

	if (given == NULL && wanted)
		r = typed_line(typed, sizeof(typed), "E-mail: ", false);
	if (r == 0 && (given != NULL || typed[0] != '\0') &&
	    !contact_email(out, given != NULL ? given : typed))
		r = bad_contacts();
	return r;
}

static int read_phone(char out[static CONTACT_PHONE_MAX + 1], const char *given, bool wanted)
{
	char typed[64] = "";
	int r = 0;

	if (given == NULL && wanted)
		r = typed_line(typed, sizeof(typed), "Cellulare / mobile number: ", false);
	if (r == 0 && (given != NULL || typed[0] != '\0') &&
	    !contact_phone(out, given != NULL ? given : typed))
		r = bad_contacts();
	return r;
}

/* ---- what is said ---- */

static const char *verdict_italian(unsigned int code)
{
	switch (code) {
#define VERDICT(NAME, code, auth, acct, exit, tell, it, en) case V_##NAME: return it;
#include "verdict.def"
	}
	return "?";
}

/* STATE is a pratica's to others; here there is none, and only convert is told so. */
static const char lifted[] = "Il PIN e' gia' dispositivo / the PIN is of level dispositivo already";

/* A verdict in both languages. The exit status. */
static int say_verdict(const struct args *a, const struct wire_verdict *v, const char *done)
{
	const struct show_cell cells[] = {
		{ "", "verdict", SHOW_TEXT, verdict_name(v->code), 0 },
		{ "", "text", SHOW_TEXT, v->code == V_STATE ? lifted : verdict_text(v->code), 0 },
		{ "", "wait_s", SHOW_COUNT, "", v->wait_s },
	};
	int r = a->json ? show_record(true, cells, v->code == V_THROTTLED ? 3 : 2) : 0;

	if (v->code == V_OK && !a->json && printf("%s\n", done) < 0)
		r = EXIT_OUTPUT;
	if (v->code == V_OK)
		return r;
	if (v->code == V_STATE)
		return show_error(verdict_exit(v->code), "%s", lifted);
	if (v->code == V_THROTTLED)
		return show_error(verdict_exit(v->code), "%s %u s / %s %u s",
				  verdict_italian(v->code), v->wait_s, verdict_text(v->code),
				  v->wait_s);
	return show_error(verdict_exit(v->code), "%s / %s%s", verdict_italian(v->code),
			  verdict_text(v->code),
			  v->code == V_MUST_CHANGE ? ": pinctl self renew" : "");
}

/* Ask; a refusal is said. 0: *rep is of the wanted type. */
static int ask_for(const struct args *a, struct wire_msg *req, enum wire_type want,
		   struct wire_msg *rep)
{
	int r = ask_any(a, req, rep);

	if (r != 0 || rep->type == want)
		return r;
	if (rep->type == WIRE_VERDICT && rep->verdict.code != V_OK)
		return say_verdict(a, &rep->verdict, "");
	return show_error(EXIT_PIND, "the answer makes no sense: is it pind, and of version " VERSION
				     "?");
}

static int do_it(const struct args *a, struct wire_msg *req, const char *done)
{
	struct wire_msg rep = { 0 };
	int r = ask_for(a, req, WIRE_VERDICT, &rep);

	if (r == 0)
		r = say_verdict(a, &rep.verdict, done);
	wire_wipe(&rep);
	return r;
}

/* ---- the commands ---- */

static int show_self(bool json, const char *cf, const struct wire_self_is *me)
{
	const struct show_cell cells[] = {
		{ "Codice fiscale", "cf", SHOW_TEXT, cf, 0 },
		{ "PIN", "state", SHOW_TEXT,
		  !me->must_change ? (json ? "active" : "attivo / active")
				   : (json ? "to be renewed" : "da rinnovare / to be renewed"), 0 },
		{ "Livello / level", "level", SHOW_TEXT, level_name(me->level), 0 },
		{ "Categoria / category", "category", SHOW_TEXT, category_name(me->category), 0 },
		{ "Scade il / expires on", "expires", SHOW_TIME, "", me->expires_s },
		{ "Rinnovabile fino al / renewable until", "lapses", SHOW_TIME, "", me->lapses_s },
		{ "Dispositivo chiesto / asked for", "asked", SHOW_TIME, "", me->asked_s },
		{ "Come / how", "asked_way", SHOW_TEXT, way_name(me->asked_way), 0 },
		{ "Documento / document", "asked_document", SHOW_TEXT, document_name(me->asked_kind), 0 },
		{ "E-mail", "email", SHOW_TEXT, me->email, 0 },
		{ "Cellulare / mobile", "phone", SHOW_TEXT, me->phone, 0 },
	};

	return show_record(json, cells, sizeof(cells) / sizeof(*cells));
}

static int self_status(const struct args *a)
{
	struct wire_msg req = { .type = WIRE_SELF_STATUS }, rep = { 0 };
	struct proof p;
	int r = read_proof(&p, a);

	if (r == 0) {
		PUT_PROOF(&req.self_status, &p, pin);
		r = ask_for(a, &req, WIRE_SELF_IS, &rep);
	}
	if (r == 0)
		r = show_self(a->json, p.cf, &rep.self_is);
	if (r == 0 && !a->json && rep.self_is.must_change)
		puts("Per rinnovarlo / to renew it: pinctl self renew");
	explicit_bzero(&p, sizeof(p));
	wire_wipe(&req);
	wire_wipe(&rep);
	return r;
}

static int self_convert(const struct args *a)
{
	const char *file = args_more(a, OPT_FILE);
	struct wire_msg req = { .type = WIRE_SELF_CONVERT };
	struct wire_self_convert *q = &req.self_convert;
	struct paper paper = { 0 };
	struct proof p = { .cf = "" };
	int r = 0;

	if (a->document == NULL || file == NULL)
		r = show_error(EXIT_ARGS, "Servono il documento e la sua copia / convert needs "
					  "--document " PAPER_USAGE " and --file FILE, its copy");
	if (r == 0)
		r = paper_read(&paper, a->document);
	if (r == 0)
		r = paper_check(&paper, "level dispositivo");
	if (r == 0)
		r = paper_hash(q->sha256, file);
	if (r == 0)
		r = read_proof(&p, a);
	if (r == 0) {
		PUT_PROOF(q, &p, pin);
		q->doc_kind = paper.kind;
		memcpy(q->doc_number, paper.number, sizeof(paper.number));
		memcpy(q->doc_issuer, paper.issuer, sizeof(paper.issuer));
		q->doc_until_s = paper.until_s;
		r = do_it(a, &req, "Richiesta registrata: la esamina un operatore / "
				   "recorded: an operator will judge it");
	}
	explicit_bzero(&p, sizeof(p));
	explicit_bzero(&paper, sizeof(paper));
	wire_wipe(&req);
	return r;
}

static int self_contacts(const struct args *a)
{
	const char *email = args_more(a, OPT_EMAIL), *phone = args_more(a, OPT_PHONE);
	bool typed = email == NULL && phone == NULL;
	struct wire_msg req = { .type = WIRE_SELF_CONTACTS };
	struct wire_self_contacts *q = &req.self_contacts;
	struct proof p;
	int r = read_proof(&p, a);

	PUT_PROOF(q, &p, pin);
	if (r == 0)
		r = read_email(q->email, email, typed);
	if (r == 0)
		r = read_phone(q->phone, phone, typed);
	if (r == 0)
		r = do_it(a, &req, "Recapiti aggiornati / the contacts are changed");
	explicit_bzero(&p, sizeof(p));
	wire_wipe(&req);
	return r;
}

/* The new PIN, past stdio: libraries keep copies. */
static int show_pin(bool json, const char *pin)
{
	char shown[SYMBOLS_SHOWN], text[128];
	ssize_t n = snprintf(text, sizeof(text),
			     json ? "{\"pin\":\"%s\"}\n" : "Il nuovo PIN / the new PIN: %s\n",
			     json ? pin : symbols_show(shown, pin));

	n -= write(STDOUT_FILENO, text, (size_t)n);
	explicit_bzero(text, sizeof(text));
	explicit_bzero(shown, sizeof(shown));
	return n == 0 ? 0 : show_error(EXIT_ARGS, "cannot show the new PIN: nothing has changed");
}

/* Until it is typed back, or given up: nothing has changed then. */
static int type_back(const struct args *a, struct wire_renew_commit *q, struct wire_msg *req)
{
	struct wire_msg rep = { 0 };
	int r = 0;

	for (int i = 0; r == 0 && i < (typed_terminal() ? TRIES : 1); i++) {
		r = typed_line(q->pin, sizeof(q->pin), "Ridigitarlo / type it back: ", true);
		if (r == 0)
			r = ask_any(a, req, &rep);
		if (r != 0 || rep.type != WIRE_VERDICT || rep.verdict.code != V_MISTYPED)
			break;
		if (typed_terminal() && i + 1 < TRIES)
			(void)show_error(0, "%s / %s", verdict_italian(V_MISTYPED),
					 verdict_text(V_MISTYPED));
	}
	if (r == 0 && rep.type != WIRE_VERDICT)
		r = show_error(EXIT_PIND, "the answer makes no sense");
	if (r == 0)
		r = say_verdict(a, &rep.verdict, "Il nuovo PIN e' in vigore / the new PIN is in force");
	wire_wipe(&rep);
	return r;
}

static int renew(const struct args *a, const struct proof *p, const struct wire_renewal *offer)
{
	struct wire_msg req = { .type = WIRE_RENEW_COMMIT };
	struct wire_renew_commit *q = &req.renew_commit;
	int r = 0;

	PUT_PROOF(q, p, old);
	memcpy(q->ticket, offer->ticket, sizeof(q->ticket));
	if (offer->missing & WIRE_MISSING_EMAIL)
		r = read_email(q->email, NULL, true);
	if (r == 0 && offer->missing & WIRE_MISSING_PHONE)
		r = read_phone(q->phone, NULL, true);
	if (r == 0)
		r = show_pin(a->json, offer->pin);
	if (r == 0)
		r = type_back(a, q, &req);
	wire_wipe(&req);
	return r;
}

static int self_renew(const struct args *a)
{
	struct wire_msg req = { .type = WIRE_RENEW_OPEN }, rep = { 0 };
	struct proof p;
	int r = read_proof(&p, a);

	if (r == 0) {
		PUT_PROOF(&req.renew_open, &p, old);
		r = ask_for(a, &req, WIRE_RENEWAL, &rep);
	}
	if (r == 0)
		r = renew(a, &p, &rep.renewal);
	explicit_bzero(&p, sizeof(p));
	wire_wipe(&req);
	wire_wipe(&rep);
	return r;
}

int cmd_self(const struct args *a)
{
	static const struct sub subs[] = {
		{ "status", 1, 2, SUB_TAKES(OPT_SERVICE), self_status },
		{ "renew", 1, 2, SUB_TAKES(OPT_SERVICE), self_renew },
		{ "convert", 1, 2,
		  SUB_TAKES(OPT_SERVICE) | SUB_TAKES(OPT_DOCUMENT) | SUB_TAKES(OPT_FILE),
		  self_convert },
		{ "contacts", 1, 2,
		  SUB_TAKES(OPT_SERVICE) | SUB_TAKES(OPT_EMAIL) | SUB_TAKES(OPT_PHONE),
		  self_contacts },
	};

	return sub_run(a, "self", subs, sizeof(subs) / sizeof(*subs), self_options);
}
