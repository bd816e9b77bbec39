/* SPDX-License-Identifier: BSD-2-Clause */
/* recover.c - a forgotten PIN: the link is asked for, or it was used. */
#include "show.h"
#include "sub.h"
#include "verdict.h"

const struct argp_option recover_options[] = {
	{ "confirm", OPT_CONFIRM, "TOKEN", 0, "The link with this token was used", 0 }, { 0 }
};

static int confirm(const struct args *a, const char *token)
{
	static const struct sub_words words[] = {
		{ V_UNKNOWN, "no such link: it was used, or mistyped" },
		{ V_STALE, "the link is too old, or the PIN was replaced since: 'pinctl recover' "
			   "sends another" },
		{ V_STATE, "there is an initial PIN, not yet used: nothing to recover" },
		{ 0, NULL }
	};
	struct wire_msg req = { .type = WIRE_RECOVER_CONFIRM };
	int r = sub_token(req.recover_confirm.token, token);

	if (r != 0)
		return r;
	r = sub_do(a, &req,
		   "the old PIN is void: another one is on its way, half by SMS, half by "
		   "e-mail",
		   words);
	wire_wipe(&req);
	return r;
}

int cmd_recover(const struct args *a)
{
	static const struct sub_words words[] = {
		SUB_NO_PIN,
		{ V_LIMIT, "a link was ordered less than ten minutes ago: wait, then again" },
		{ V_STATE,
		  "its owner has not yet made it their own: 'pinctl revoke', then a new PIN" },
		{ V_CONTACTS, "there are not both an e-mail address and a mobile number on record: "
			      "'pinctl revoke', then a new PIN" },
		{ 0, NULL }
	};
	struct wire_msg req = { .type = WIRE_RECOVER };
	const char *token = args_more(a, OPT_CONFIRM);
	int r;

	if ((token != NULL) == (a->words == 1))
		return show_error(EXIT_ARGS, "recover takes CF, or --confirm TOKEN");
	if (token != NULL)
		return confirm(a, token);
	r = args_person(req.recover.cf, a->word[0]);
	if (r == 0)
		r = sub_do(a, &req,
			   "a link goes to the e-mail address on record; until it is used "
			   "the PIN stays as it is",
			   words);
	wire_wipe(&req);
	return r;
}
