/* SPDX-License-Identifier: BSD-2-Clause */
/* issue.c - the desk: draw an initial PIN, have its verifiers recorded, print it once. */
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "argon.h"
#include "letter.h"
#include "paper.h"
#include "person.h"
#include "pinctl.h"
#include "show.h"
#include "sub.h"
#include "symbols.h"
#include "verdict.h"

static const char categories[] = "one of"
#define CATEGORY(NAME, code, name, months) " " name
#include "person.def"
				 " (default lavoratore)";

static const char levels[] = "one of"
#define LEVEL(NAME, code, name) " " name
#include "person.def"
			     " (default semplice)";

const struct argp_option issue_options[] = {
	{ "print", OPT_PRINT, "FILE", 0, "Write the letter into this new file, or - to stdout", 0 },
	{ "category", OPT_CATEGORY, "NAME", 0, categories, 0 },
	{ "level", OPT_LEVEL, "NAME", 0, levels, 0 },
	{ "document", OPT_DOCUMENT, PAPER_USAGE, 0, paper_help, 0 },
	{ "approve", OPT_APPROVE, NULL, 0, "Countersign what another operator issued", 0 },
	{ "issued-by", OPT_ISSUED_BY, "UID", 0, "--approve: who that was, as 'pinctl status' shows", 0 },
	{ 0 }
};

static int read_names(struct wire_issue *q, const struct args *a)
{
	const char *category = a->category != NULL ? a->category : "lavoratore";
	const char *level = a->level != NULL ? a->level : "semplice";

	q->category = (uint8_t)category_of(category);
	q->level = (uint8_t)level_of(level);
	if (q->category == CATEGORY_NONE)
		return show_error(EXIT_ARGS, "no category '%s': %s", category, categories);
	if (q->level == LEVEL_NONE)
		return show_error(EXIT_ARGS, "no level '%s': %s", level, levels);
	return 0;
}

static int read_paper(struct wire_issue *q, const char *text)
{
	struct paper p = { 0 };
	int r = text != NULL ? paper_read(&p, text) : 0;

	if (r == 0 && q->level >= LEVEL_DISPOSITIVO)
		r = paper_check(&p, "level dispositivo");
	q->doc_kind = p.kind;
	memcpy(q->doc_number, p.number, sizeof(p.number));
	memcpy(q->doc_issuer, p.issuer, sizeof(p.issuer));
	q->doc_until_s = p.until_s;
	explicit_bzero(&p, sizeof(p));
	return r;
}

static int read_request(struct wire_issue *q, const struct args *a)
{
	int r = args_person(q->cf, a->word[0]);

	if (r == 0)
		r = read_names(q, a);
	if (r == 0)
		r = read_paper(q, a->document);
	if (r == 0 && a->print == NULL)
		r = show_error(EXIT_ARGS, "issue needs --print FILE (or -): the PIN is shown once");
	return r;
}

/* A fresh PIN and its two verifiers, at the cost pind wants. */
static int draw(struct wire_issue *q, char pin[static SYMBOLS_MAX + 1],
		const struct wire_cost_is *is)
{
	const struct argon_cost cost = { is->ops, is->mem_kib };
	int r = symbols_draw(pin, SYMBOLS_MAX, q->cf);

	q->ops = is->ops;
	q->mem_kib = is->mem_kib;
	randombytes_buf(q->salt1, sizeof(q->salt1));
	randombytes_buf(q->salt2, sizeof(q->salt2));
	if (r == 0)
		r = argon_derive(q->out1, pin, SYMBOLS_HALF, q->salt1, &cost);
	if (r == 0)
		r = argon_derive(q->out2, pin + SYMBOLS_HALF, SYMBOLS_HALF, q->salt2, &cost);
	if (r != 0)
		return show_error(EXIT_ARGS, "cannot draw and hash a PIN (%u KiB of memory): %s",
				  is->mem_kib, strerror(-r));
	return 0;
}

/* One try: 0 and *v, pind's answer; else an exit status after one line. */
static int record(const struct args *a, struct wire_msg *req, char pin[static SYMBOLS_MAX + 1],
		  struct wire_verdict *v)
{
	struct wire_msg cost = { .type = WIRE_COST }, rep = { 0 };
	int r = ask(a, &cost, WIRE_COST_IS, &rep);

	if (r == 0)
		r = draw(&req->issue, pin, &rep.cost_is);
	if (r == 0)
		r = ask(a, req, WIRE_VERDICT, &rep);
	if (r == 0)
		*v = rep.verdict;
	wire_wipe(&rep);
	return r;
}

/* What became of it. Zeros when pind does not say: the letter is printed all the same. */
static void ask_record(const struct args *a, const char *cf, struct wire_msg *rep)
{
	const struct args plain = { .socket = a->socket }; /* no JSON before the letter's */
	struct wire_msg req = { .type = WIRE_STATUS };

	memcpy(req.status.cf, cf, sizeof(req.status.cf));
	if (ask(&plain, &req, WIRE_RECORD, rep) != 0)
		memset(rep, 0, sizeof(*rep));
	wire_wipe(&req);
}

/* Not on stdout if the letter is there. */
static int tell_recorded(const struct args *a, const struct letter *l, const char *cf,
			 const struct wire_record *is)
{
	const struct wire_verdict ok = { .code = V_OK };
	char text[256] = "the PIN is recorded: print the letter, seal it, and remove the file";
	int n = 0;

	if (is->held != 0)
		n = snprintf(text, sizeof(text), "the PIN is recorded, and good once another operator has "
			     "said 'pinctl issue %s --approve --issued-by %u'", cf, is->issued_by);
	if (is->held != 0 && (l->path == NULL || a->json))
		(void)show_error(0, "%s", text);
	if (l->path == NULL)
		return 0;
	if (n > 0)
		snprintf(text + n, sizeof(text) - (size_t)n,
			 ": print the letter, seal it, and remove the file");
	return show_verdict(a->json, &ok, text);
}

static int print_letter(const struct args *a, struct letter *l, const struct wire_issue *q,
			const char *pin)
{
	struct wire_msg rep = { 0 };
	struct letter_text t = { q->cf, pin, level_name(q->level), 0 };
	int r;

	ask_record(a, q->cf, &rep);
	t.lapses_s = rep.record.lapses_s;
	r = letter_write(l, &t, a->json);

	if (r != 0)
		return show_error(
			EXIT_OUTPUT,
			"the PIN is recorded but could not be printed (%s): pinctl revoke "
			"%s --reason 'not printed', then issue again",
			strerror(-r), q->cf);
	if (t.lapses_s == 0)
		(void)show_error(0,
				 "the PIN is recorded and printed, only without its last day: "
				 "pinctl status %s",
				 q->cf);
	r = tell_recorded(a, l, q->cf, &rep.record);
	wire_wipe(&rep);
	return r;
}

static int issue(const struct args *a, struct wire_msg *req, struct letter *l)
{
	char pin[SYMBOLS_MAX + 1] = "";
	struct wire_verdict v = { 0 };
	int r = record(a, req, pin, &v);

	if (r == 0 && v.code == V_COST) /* pind was reloaded between our two questions */
		r = record(a, req, pin, &v);
	if (r == 0 && v.code == V_OK) {
		r = print_letter(a, l, &req->issue, pin);
	} else {
		letter_discard(l);
		if (r == 0)
			r = v.code == V_LIVE ? show_refusal(a->json, V_LIVE, SUB_LIVE)
					     : show_verdict(a->json, &v, NULL);
	}
	explicit_bzero(pin, sizeof(pin));
	return r;
}

/* From the first byte on disk to the last: Ctrl-C would leave a PIN recorded and not printed. */
static int hold_signals(void)
{
	sigset_t set;

	if (sigemptyset(&set) != 0 || sigaddset(&set, SIGINT) != 0 ||
	    sigaddset(&set, SIGTERM) != 0 || sigaddset(&set, SIGHUP) != 0 ||
	    sigaddset(&set, SIGQUIT) != 0 || sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		return show_error(EXIT_ARGS, "cannot hold signals: %m");
	return 0;
}

static int issue_new(const struct args *a)
{
	struct wire_msg req = { .type = WIRE_ISSUE };
	struct letter l;
	int r = read_request(&req.issue, a);

	if (r == 0 && sodium_init() < 0)
		r = show_error(EXIT_ARGS, "cannot start libsodium");
	if (r == 0)
		r = hold_signals();
	if (r == 0)
		r = letter_open(&l, a->print);
	if (r == 0)
		r = issue(a, &req, &l);
	wire_wipe(&req);
	return r;
}

static int approve(const struct args *a)
{
	static const struct sub_words words[] = {
		SUB_NO_PIN,
		{ V_SELF, "another operator must countersign: you issued it" },
		{ V_STATE, "nothing waits to be countersigned" },
		{ V_STALE, "somebody else issued what waits now: see 'pinctl status'" },
		{ 0, NULL }
	};
	const char *by = args_more(a, OPT_ISSUED_BY);
	struct wire_msg req = { .type = WIRE_ISSUE_RELEASE }, rep = { 0 };
	struct wire_msg look = { .type = WIRE_STATUS };
	uint64_t uid = 0;
	int r = args_person(req.issue_release.cf, a->word[0]);

	if (r == 0 && (a->print != NULL || a->category != NULL || a->level != NULL ||
		       a->document != NULL))
		r = show_error(EXIT_ARGS, "--approve goes with no other option: what was issued stands");
	if (r == 0 && by == NULL)
		r = show_error(EXIT_ARGS, "--approve needs --issued-by UID: who issued the letter at hand");
	if (r == 0)
		r = sub_count(&uid, by, "--issued-by");
	if (r == 0 && uid > UINT32_MAX)
		r = show_error(EXIT_ARGS, "--issued-by takes a uid");
	memcpy(look.status.cf, req.issue_release.cf, sizeof(look.status.cf));
	if (r == 0)
		r = sub_ask(a, &look, WIRE_RECORD, &rep, words);
	req.issue_release.issued_by = (uint32_t)uid;
	req.issue_release.gen = rep.record.gen;
	if (r == 0)
		r = sub_do(a, &req, "countersigned: the PIN is good", words);
	wire_wipe(&look);
	wire_wipe(&rep);
	wire_wipe(&req);
	return r;
}

int cmd_issue(const struct args *a)
{
	if (args_more(a, OPT_APPROVE) != NULL)
		return approve(a);
	if (args_more(a, OPT_ISSUED_BY) != NULL)
		return show_error(EXIT_ARGS, "--issued-by is for --approve");
	return issue_new(a);
}
