/* SPDX-License-Identifier: BSD-2-Clause */
/* convert.c - level dispositivo: at the desk and at once; or asked for by one, judged by another. */
#include <string.h>

#include "paper.h"
#include "person.h"
#include "show.h"
#include "sub.h"
#include "verdict.h"

const struct argp_option convert_options[] = {
	{ "document", OPT_DOCUMENT, PAPER_USAGE, 0, paper_help, 0 },
	{ "ask", OPT_ASK, NULL, 0, "Record a request: another operator judges it", 0 },
	{ "fax", OPT_FAX, "REFERENCE", 0, "--ask: of the fax it came by", 0 },
	{ "file", OPT_FILE, "FILE", 0, "--ask: the document's copy; its SHA-256 is kept", 0 },
	{ "approve", OPT_APPROVE, NULL, 0, "What somebody else recorded, or the owner asked for", 0 },
	{ "reject", OPT_REJECT, NULL, 0, "The same, for a --reason", 0 },
	{ "rev", OPT_REV, "N", 0, "--approve, --reject: only what 'pinctl status' showed with this", 0 },
	{ "reason", OPT_REASON, "TEXT", 0, "--reject: why, for the record (at most 120 bytes)", 0 },
	{ 0 }
};

static const struct sub_words words[] = {
	SUB_NO_PIN,
	{ V_STATE, "nothing is asked for: see 'pinctl status'" },
	{ V_DOCUMENT, "the document has expired since it was recorded: reject, or record another" },
	{ V_STALE, "something has changed meanwhile: see 'pinctl status', and judge again" },
	{ 0, NULL }
}, now_words[] = {
	SUB_NO_PIN,
	{ V_STATE, "the PIN is not with its owner yet: see 'pinctl status'" },
	{ 0, NULL }
}, ask_words[] = {
	SUB_NO_PIN,
	{ V_STATE, "the PIN is of level dispositivo, or not with its owner yet: see 'pinctl status'" },
	{ 0, NULL }
};

/* The document, which must not have expired. 0, or EXIT_ARGS after one line. */
static int read_paper(struct paper *p, const char *text)
{
	int r = text != NULL ? paper_read(p, text) : 0;

	return r != 0 ? r : paper_check(p, "level dispositivo");
}

static int at_once(const struct args *a)
{
	struct wire_msg req = { .type = WIRE_CONVERT };
	struct paper p = { 0 };
	int r = args_person(req.convert.cf, a->word[0]);

	if (r == 0)
		r = read_paper(&p, a->document);
	if (r == 0) {
		req.convert.doc_kind = p.kind;
		memcpy(req.convert.doc_number, p.number, sizeof(p.number));
		memcpy(req.convert.doc_issuer, p.issuer, sizeof(p.issuer));
		req.convert.doc_until_s = p.until_s;
		r = sub_do(a, &req, "the PIN is now of level dispositivo", now_words);
	}
	explicit_bzero(&p, sizeof(p));
	wire_wipe(&req);
	return r;
}

static int ask_for(const struct args *a)
{
	const char *fax = args_more(a, OPT_FAX);
	struct wire_msg req = { .type = WIRE_CONVERT_ASK };
	struct wire_convert_ask *q = &req.convert_ask;
	struct paper p = { 0 };
	int r = args_person(q->cf, a->word[0]);

	q->way = fax != NULL ? WAY_FAX : WAY_SEDE;
	if (r == 0)
		r = read_paper(&p, a->document);
	if (r == 0)
		r = paper_came(q->fax, sizeof(q->fax), q->sha256, fax, args_more(a, OPT_FILE));
	q->doc_kind = p.kind;
	memcpy(q->doc_number, p.number, sizeof(p.number));
	memcpy(q->doc_issuer, p.issuer, sizeof(p.issuer));
	q->doc_until_s = p.until_s;
	if (r == 0)
		r = sub_do(a, &req, "recorded: another operator approves or rejects", ask_words);
	explicit_bzero(&p, sizeof(p));
	wire_wipe(&req);
	return r;
}

/* What is on record now is judged, or what was when --rev was shown; people read what it was. */
static int judge(const struct args *a, struct wire_msg *req, const char *done)
{
	struct wire_msg look = { .type = WIRE_STATUS }, rep = { 0 };
	const char *rev = args_more(a, OPT_REV);
	int r = 0;

	memcpy(look.status.cf, req->convert_judge.cf, sizeof(look.status.cf));
	if (rev != NULL)
		r = sub_count(&req->convert_judge.rev, rev, "--rev");
	if (r == 0)
		r = sub_ask(a, &look, WIRE_RECORD, &rep, words);
	if (r == 0 && rev == NULL)
		req->convert_judge.rev = rep.record.rev;
	if (r == 0)
		r = sub_do(a, req, done, words);
	if (r == 0)
		r = status_print_asked(a, &rep.record);
	wire_wipe(&look);
	wire_wipe(&rep);
	return r;
}

static int approve(const struct args *a)
{
	struct wire_msg req = { .type = WIRE_CONVERT_JUDGE, .convert_judge = { .approve = 1 } };
	int r = args_person(req.convert_judge.cf, a->word[0]);

	if (r == 0)
		r = judge(a, &req, "the PIN is now of level dispositivo, as asked for:");
	wire_wipe(&req);
	return r;
}

static int reject(const struct args *a)
{
	struct wire_msg req = { .type = WIRE_CONVERT_JUDGE };
	struct wire_convert_judge *q = &req.convert_judge;
	int r = args_person(q->cf, a->word[0]);

	if (r == 0)
		r = sub_reason(q->reason, sizeof(q->reason) - 1, a, "--reject");
	if (r == 0)
		r = judge(a, &req, "rejected, what was asked for:");
	wire_wipe(&req);
	return r;
}

int cmd_convert(const struct args *a)
{
	bool asks = args_more(a, OPT_ASK) != NULL, approves = args_more(a, OPT_APPROVE) != NULL,
	     rejects = args_more(a, OPT_REJECT) != NULL;

	if (asks + approves + rejects > 1)
		return show_error(EXIT_ARGS, "convert takes one of --ask, --approve and --reject");
	if (!asks && (args_more(a, OPT_FAX) != NULL || args_more(a, OPT_FILE) != NULL))
		return show_error(EXIT_ARGS, "--fax and --file are for --ask");
	if (!approves && !rejects && args_more(a, OPT_REV) != NULL)
		return show_error(EXIT_ARGS, "--rev is for --approve and --reject");
	if (!rejects && a->reason != NULL)
		return show_error(EXIT_ARGS, "--reason is for --reject");
	if ((approves || rejects) && a->document != NULL)
		return show_error(EXIT_ARGS, "what is judged is the document on record: no --document");
	if (asks)
		return ask_for(a);
	return approves ? approve(a) : rejects ? reject(a) : at_once(a);
}
