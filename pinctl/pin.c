/* SPDX-License-Identifier: BSD-2-Clause */
/* pin.c - revoke, unlock, convert, cf-change: what an operator does to a PIN on record. */
#include <string.h>

#include "paper.h"
#include "pinctl.h"
#include "show.h"
#include "sub.h"
#include "verdict.h"

const struct argp_option revoke_options[] = {
	{ "reason", OPT_REASON, "TEXT", 0, "Why, for the record (at most 120 bytes)", 0 }, { 0 }
};

const struct argp_option change_options[] = {
	{ "document", OPT_DOCUMENT, PAPER_USAGE, 0, paper_help, 0 }, { 0 }
};

static const struct sub_words no_pin[] = { SUB_NO_PIN, { 0, NULL } };

int cmd_revoke(const struct args *a)
{
	struct wire_msg req = { .type = WIRE_REVOKE };
	int r = args_person(req.revoke.cf, a->word[0]);

	if (r == 0 && a->reason == NULL)
		r = show_error(EXIT_ARGS, "revoke needs --reason TEXT, for the record");
	if (r == 0)
		r = args_text(req.revoke.reason, sizeof(req.revoke.reason) - 1, a->reason,
			      "--reason");
	if (r == 0)
		r = sub_do(a, &req, "the PIN is revoked", no_pin);
	wire_wipe(&req);
	return r;
}

int cmd_unlock(const struct args *a)
{
	struct wire_msg req = { .type = WIRE_UNLOCK };
	int r = args_person(req.unlock.cf, a->word[0]);

	if (r == 0)
		r = sub_do(a, &req, "the failed attempts are forgotten", no_pin);
	wire_wipe(&req);
	return r;
}

static int read_valid(struct paper *p, const char *text)
{
	int r = text != NULL ? paper_read(p, text) : 0;

	return r != 0 ? r : paper_check(p, "cf-change");
}

int cmd_cf_change(const struct args *a)
{
	static const struct sub_words words[] = {
		{ V_UNKNOWN, "no PIN was ever on record for the old codice fiscale" },
		{ V_LIVE, "there is a PIN for the new codice fiscale: revoke it first" },
		{ V_LAPSED, "the new codice fiscale is provisional, and its time is over" },
		{ V_REPLACED, "one of the two was replaced before: 'pinctl status' tells by which" },
		{ V_BAD, "the new codice fiscale is another than the old one" },
		{ 0, NULL }
	};
	struct wire_msg req = { .type = WIRE_CF_CHANGE };
	struct wire_cf_change *q = &req.cf_change;
	struct paper p = { 0 };
	int r = args_person(q->old, a->word[0]);

	if (r == 0)
		r = args_person(q->new, a->word[1]);
	if (r == 0 && a->document == NULL)
		r = show_error(EXIT_ARGS, "cf-change needs --document " PAPER_USAGE);
	if (r == 0)
		r = read_valid(&p, a->document);
	if (r == 0) {
		q->doc_kind = p.kind;
		memcpy(q->doc_number, p.number, sizeof(p.number));
		memcpy(q->doc_issuer, p.issuer, sizeof(p.issuer));
		q->doc_until_s = p.until_s;
		r = sub_do(a, &req, "replaced, and its PIN is revoked: now issue one for the new "
				    "codice fiscale", words);
	}
	explicit_bzero(&p, sizeof(p));
	wire_wipe(&req);
	return r;
}
