/* SPDX-License-Identifier: BSD-2-Clause */
/* request.c - what operators do to a pratica: documents, judgement, address, duplicate, end. */
#include "request.h"

#include <string.h>

#include "show.h"
#include "sub.h"
#include "verdict.h"

#define UNKNOWN { V_UNKNOWN, "no such pratica: 'pinctl request list' shows all" }
#define END     { 0, NULL }

const struct argp_option request_options[] = {
	{ "category", OPT_CATEGORY, "NAME", 0, "new: whom the PIN is for", 0 },
	{ "subtype", OPT_SUBTYPE, "NAME", 0, request_subtypes, 0 },
	{ "gestione", OPT_GESTIONE, "NAME", 0, request_gestioni, 0 },
	{ "fonte", OPT_FONTE, "NAME", 0, request_fonti, 0 },
	{ "channel", OPT_CHANNEL, "NAME", 0, request_channels, 0 },
	{ "email", OPT_EMAIL, "ADDRESS", 0, "new: where the link goes, and half of the PIN", 0 },
	{ "phone", OPT_PHONE, "NUMBER", 0, "new: a mobile number", 0 },
	{ "sms", OPT_SMS, NULL, 0, "new: that half of the PIN goes to the phone", 0 },
	{ "english", OPT_ENGLISH, NULL, 0, "new: English before Italian", 0 },
	{ "matricola", OPT_MATRICOLA, "CODE", 0, "new: the autonomo's; confirm: the company's", 0 },
	{ "address", OPT_ADDRESS, "NAME|STREET|TOWN", 0, "new: where an intermediario's letter goes", 0 },
	{ "company", OPT_COMPANY, "CF", 0, "confirm: of an impresa, of whom an intermediario acts for", 0 },
	{ "name", OPT_NAME, "NAME", 0, "confirm: the company's", 0 },
	{ "document", OPT_DOCUMENT, PAPER_USAGE, 0, paper_help, 0 },
	{ "fax", OPT_FAX, "REFERENCE", 0, "documents: of the fax they came by", 0 },
	{ "file", OPT_FILE, "FILE", 0, "documents: they came as this file; its SHA-256 is kept", 0 },
	{ "cf", OPT_CF, "CF", 0, "duplicate: the applicant's, to be sure", 0 },
	{ "delegate", OPT_DELEGATE, "CF", 0, "duplicate: who fetches the letter, with a --document", 0 },
	{ "proxy", OPT_PROXY, "REFERENCE", 0, "duplicate: of the proxy they showed", 0 },
	{ "reason", OPT_REASON, "TEXT", 0, "reject, cancel: why, for the record (at most 120 bytes)", 0 },
	{ "rev", OPT_REV, "N", 0, "approve, reject: only what 'request show' showed with this", 0 },
	{ "state", OPT_STATE, "STATE", 0, request_states, 0 },
	{ 0 }
};

/* ---- documents ---- */

static int read_documents(struct wire_request_documents *q, const struct args *a)
{
	const char *fax = args_more(a, OPT_FAX), *file = args_more(a, OPT_FILE);
	struct paper p = { 0 };
	int r = sub_number(q->number, a->word[1]);

	if (r == 0 && a->document == NULL && fax == NULL && file == NULL)
		r = show_error(EXIT_ARGS, "documents needs --document " PAPER_USAGE
					  ", --fax REFERENCE or --file FILE: what came");
	if (r == 0 && a->document != NULL)
		r = paper_read(&p, a->document);
	if (r == 0)
		r = paper_came(q->fax, sizeof(q->fax), q->sha256, fax, file);
	q->doc_kind = p.kind;
	memcpy(q->doc_number, p.number, sizeof(p.number));
	memcpy(q->doc_issuer, p.issuer, sizeof(p.issuer));
	q->doc_until_s = p.until_s;
	explicit_bzero(&p, sizeof(p));
	return r;
}

static int request_documents(const struct args *a)
{
	static const struct sub_words words[] = {
		UNKNOWN, { V_DOCUMENT, "the document has expired: ask for one that has not" }, END
	};
	struct wire_msg req = { .type = WIRE_REQUEST_DOCUMENTS };
	int r = 0;

	r = read_documents(&req.request_documents, a);
	if (r == 0)
		r = sub_do(a, &req, "recorded: another operator approves or rejects", words);
	wire_wipe(&req);
	return r;
}

/* ---- judgement ---- */

/* What is on record now is judged, or what was when --rev was shown; people read what it was. */
static int judge(const struct args *a, struct wire_msg *req, const char *done)
{
	static const struct sub_words words[] = {
		UNKNOWN,
		{ V_DOCUMENT, "the document has expired since it came: reject, or record another" },
		{ V_STALE, "something has changed meanwhile: see 'pinctl request show', and judge again" },
		END
	};
	struct wire_msg look = { .type = WIRE_REQUEST_SHOW }, rep = { 0 };
	const char *rev = args_more(a, OPT_REV);
	int r = sub_number(req->request_judge.number, a->word[1]);

	memcpy(look.request_show.number, req->request_judge.number, sizeof(look.request_show.number));
	if (r == 0 && rev != NULL)
		r = sub_count(&req->request_judge.rev, rev, "--rev");
	if (r == 0)
		r = sub_ask(a, &look, WIRE_PRATICA_IS, &rep, words);
	if (r == 0 && rev == NULL)
		req->request_judge.rev = rep.pratica_is.rev;
	if (r == 0)
		r = sub_do(a, req, done, words);
	if (r == 0 && !a->json)
		r = request_print_judged(&rep.pratica_is);
	wire_wipe(&rep);
	return r;
}

static int request_approve(const struct args *a)
{
	struct wire_msg req = { .type = WIRE_REQUEST_JUDGE, .request_judge = { .approve = 1 } };

	return judge(a, &req, "approved, by what came:");
}

static int request_reject(const struct args *a)
{
	struct wire_msg req = { .type = WIRE_REQUEST_JUDGE };
	int r = sub_reason(req.request_judge.reason, sizeof(req.request_judge.reason) - 1, a,
			   "reject");

	return r != 0 ? r : judge(a, &req, "rejected, what came:");
}

/* ---- on its way ---- */

static int request_address(const struct args *a)
{
	static const struct sub_words words[] = {
		UNKNOWN,
		{ V_REGISTRY, "still no address: load it with 'pinctl registry import indirizzi FILE'" },
		END
	};
	struct wire_msg req = { .type = WIRE_REQUEST_ADDRESS };
	int r = sub_number(req.request_address.number, a->word[1]);

	return r != 0 ? r : sub_do(a, &req, "the letter is ordered", words);
}

static int read_delegate(struct wire_request_duplicate *q, const struct args *a)
{
	const char *delegate = args_more(a, OPT_DELEGATE), *proxy = args_more(a, OPT_PROXY);
	struct paper p = { 0 };
	int r = 0;

	if (delegate == NULL && a->document == NULL && proxy == NULL)
		return 0;
	if (delegate == NULL || a->document == NULL || proxy == NULL)
		return show_error(EXIT_ARGS, "a delegate is --delegate CF, --document " PAPER_USAGE
					     " and --proxy REFERENCE: all three");
	r = args_person(q->delegate, delegate);
	if (r == 0)
		r = paper_read(&p, a->document);
	if (r == 0)
		r = paper_check(&p, "a delegate");
	if (r == 0)
		r = args_text(q->proxy, sizeof(q->proxy) - 1, proxy, "--proxy");
	q->doc_kind = p.kind;
	memcpy(q->doc_number, p.number, sizeof(p.number));
	explicit_bzero(&p, sizeof(p));
	return r;
}

static int request_duplicate(const struct args *a)
{
	static const struct sub_words words[] = {
		{ V_UNKNOWN, "no such pratica of this person: 'pinctl request list' shows all" },
		{ V_DETAILS, "the delegate must be another person, with --document and --proxy" },
		{ V_LIMIT, "there were three, or the last letter is less than a day old: see 'pinctl "
			   "request show'" },
		END
	};
	struct wire_msg req = { .type = WIRE_REQUEST_DUPLICATE };
	struct wire_request_duplicate *q = &req.request_duplicate;
	int r = sub_number(q->number, a->word[1]);

	if (r == 0 && args_more(a, OPT_CF) == NULL)
		r = show_error(EXIT_ARGS, "duplicate needs --cf CF, the applicant's: both must match");
	if (r == 0)
		r = args_person(q->cf, args_more(a, OPT_CF));
	if (r == 0)
		r = read_delegate(q, a);
	if (r == 0)
		r = sub_do(a, &req, "another letter is ordered, with another half: the old one is void",
			   words);
	wire_wipe(&req);
	return r;
}

static int request_cancel(const struct args *a)
{
	static const struct sub_words words[] = { UNKNOWN, END };
	struct wire_msg req = { .type = WIRE_REQUEST_CANCEL };
	struct wire_request_cancel *q = &req.request_cancel;
	int r = sub_number(q->number, a->word[1]);

	if (r == 0)
		r = sub_reason(q->reason, sizeof(q->reason) - 1, a, "cancel");
	return r != 0 ? r : sub_do(a, &req, "cancelled", words);
}

static int request_resend(const struct args *a)
{
	static const struct sub_words words[] = {
		UNKNOWN, { V_STATE, "nothing of it has failed: see 'pinctl request show'" }, END
	};
	struct wire_msg req = { .type = WIRE_REQUEST_RESEND };
	int r = sub_number(req.request_resend.number, a->word[1]);

	return r != 0 ? r : sub_do(a, &req, "what failed is tried again now", words);
}

int cmd_request(const struct args *a)
{
	static const struct sub subs[] = {
		{ "new", 2, 2,
		  SUB_TAKES(OPT_CATEGORY) | SUB_TAKES(OPT_SUBTYPE) | SUB_TAKES(OPT_GESTIONE) |
			  SUB_TAKES(OPT_FONTE) | SUB_TAKES(OPT_CHANNEL) | SUB_TAKES(OPT_EMAIL) |
			  SUB_TAKES(OPT_PHONE) | SUB_TAKES(OPT_SMS) | SUB_TAKES(OPT_ENGLISH) |
			  SUB_TAKES(OPT_MATRICOLA) | SUB_TAKES(OPT_ADDRESS), request_new },
		{ "confirm", 2, 2,
		  SUB_TAKES(OPT_COMPANY) | SUB_TAKES(OPT_MATRICOLA) | SUB_TAKES(OPT_NAME),
		  request_confirm },
		{ "documents", 2, 2,
		  SUB_TAKES(OPT_DOCUMENT) | SUB_TAKES(OPT_FAX) | SUB_TAKES(OPT_FILE),
		  request_documents },
		{ "approve", 2, 2, SUB_TAKES(OPT_REV), request_approve },
		{ "reject", 2, 2, SUB_TAKES(OPT_REASON) | SUB_TAKES(OPT_REV), request_reject },
		{ "address", 2, 2, 0, request_address },
		{ "duplicate", 2, 2,
		  SUB_TAKES(OPT_CF) | SUB_TAKES(OPT_DELEGATE) | SUB_TAKES(OPT_DOCUMENT) |
			  SUB_TAKES(OPT_PROXY), request_duplicate },
		{ "cancel", 2, 2, SUB_TAKES(OPT_REASON), request_cancel },
		{ "resend", 2, 2, 0, request_resend },
		{ "show", 2, 2, 0, request_show },
		{ "list", 1, 1, SUB_TAKES(OPT_STATE), request_list },
	};

	return sub_run(a, "request", subs, sizeof(subs) / sizeof(*subs), request_options);
}
