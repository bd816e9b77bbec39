/* SPDX-License-Identifier: BSD-2-Clause */
/* pin.c - revoke, unlock, convert: what an operator does to a PIN on record. */
#include <string.h>

#include "paper.h"
#include "pinctl.h"
#include "show.h"

const struct argp_option revoke_options[] = {
	{ "reason", OPT_REASON, "TEXT", 0, "Why, for the record (at most 120 bytes)", 0 }, { 0 }
};

const struct argp_option convert_options[] = {
	{ "document", OPT_DOCUMENT, PAPER_USAGE, 0, paper_help, 0 }, { 0 }
};

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
		r = ask_verdict(a, &req, "the PIN is revoked");
	wire_wipe(&req);
	return r;
}

int cmd_unlock(const struct args *a)
{
	struct wire_msg req = { .type = WIRE_UNLOCK };
	int r = args_person(req.unlock.cf, a->word[0]);

	if (r == 0)
		r = ask_verdict(a, &req, "the failed attempts are forgotten");
	wire_wipe(&req);
	return r;
}

static int read_valid(struct paper *p, const char *text)
{
	int r = text != NULL ? paper_read(p, text) : 0;

	return r != 0 ? r : paper_check(p);
}

int cmd_convert(const struct args *a)
{
	struct wire_msg req = { .type = WIRE_CONVERT };
	struct paper p = { 0 };
	int r = args_person(req.convert.cf, a->word[0]);

	if (r == 0)
		r = read_valid(&p, a->document);
	if (r == 0) {
		req.convert.doc_kind = p.kind;
		memcpy(req.convert.doc_number, p.number, sizeof(p.number));
		memcpy(req.convert.doc_issuer, p.issuer, sizeof(p.issuer));
		req.convert.doc_until_s = p.until_s;
		r = ask_verdict(a, &req, "the PIN is now of level dispositivo");
	}
	explicit_bzero(&p, sizeof(p));
	wire_wipe(&req);
	return r;
}
