/* SPDX-License-Identifier: BSD-2-Clause */
/* delegation.c - who may act for whom: asked by one operator, approved by another. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "show.h"
#include "sub.h"
#include "verdict.h"

#define COLUMNS 6
#define MOST    4096 /* of one person, against a pind that never says it was the last */

#define UNKNOWN { V_UNKNOWN, "no such delegation: 'pinctl delegation list' shows the person's" }
#define SAME    { V_BAD, "a company is somebody else than the person" }
#define END     { 0, NULL }

const struct argp_option delegation_options[] = {
	{ "until", OPT_UNTIL, "DATE", 0, "add: its last day, YYYY-MM-DD (default: no end)", 0 },
	{ "reason", OPT_REASON, "TEXT", 0, "revoke: why, for the record (at most 120 bytes)", 0 },
	{ 0 }
};

static int read_both(char cf[static CF_LEN + 1], char company[static CF_LEN + 1],
		     const struct args *a)
{
	int r = args_person(cf, a->word[1]);

	return r != 0 ? r : sub_cf(company, a->word[2]);
}

static int add(const struct args *a)
{
	static const struct sub_words words[] = {
		{ V_LIVE, "there is such a delegation already: 'pinctl delegation list' shows it" },
		SAME, END
	};
	struct wire_msg req = { .type = WIRE_DELEGATION_ADD };
	struct wire_delegation_add *q = &req.delegation_add;
	const char *until = args_more(a, OPT_UNTIL);
	int r = read_both(q->cf, q->company, a);

	if (r == 0 && until != NULL) {
		q->until_s = paper_day_after(until);
		if (q->until_s <= (uint64_t)time(NULL))
			r = show_error(EXIT_ARGS, "--until takes a day that is not past, YYYY-MM-DD");
	}
	if (r == 0)
		r = sub_do(a, &req, "recorded: another operator approves it", words);
	wire_wipe(&req);
	return r;
}

static int approve(const struct args *a)
{
	static const struct sub_words words[] = {
		UNKNOWN, SAME,
		{ V_REVOKED, "the delegation is revoked: add another" },
		{ V_STATE, "the delegation has ended: add another" },
		END
	};
	struct wire_msg req = { .type = WIRE_DELEGATION_APPROVE };
	int r = read_both(req.delegation_approve.cf, req.delegation_approve.company, a);

	if (r == 0)
		r = sub_do(a, &req, "approved", words);
	wire_wipe(&req);
	return r;
}

static int revoke(const struct args *a)
{
	static const struct sub_words words[] = { UNKNOWN, SAME, END };
	struct wire_msg req = { .type = WIRE_DELEGATION_REVOKE };
	struct wire_delegation_revoke *q = &req.delegation_revoke;
	int r = read_both(q->cf, q->company, a);

	if (r == 0)
		r = sub_reason(q->reason, sizeof(q->reason) - 1, a, "revoke");
	if (r == 0)
		r = sub_do(a, &req, "the delegation is revoked", words);
	wire_wipe(&req);
	return r;
}

/* ---- list ---- */

static const char *state_of(const struct wire_delegation_is *d)
{
	if (d->revoked)
		return "revoked";
	if (d->until_s != 0 && d->until_s <= (uint64_t)time(NULL))
		return "ended";
	return d->approved ? "approved" : "asked";
}

static int print_all(bool json, const struct wire_delegation_is *all, size_t n)
{
	struct show_cell *cells = calloc(n * COLUMNS + 1, sizeof(*cells));
	int r;

	if (cells == NULL)
		return show_error(EXIT_ARGS, "out of memory");
	for (size_t i = 0; i < n; i++) {
		const struct wire_delegation_is *d = &all[i];
		const struct show_cell row[COLUMNS] = {
			{ "COMPANY", "company", SHOW_TEXT, d->company, 0 },
			{ "STATE", "state", SHOW_TEXT, state_of(d), 0 },
			{ "MADE", "made", SHOW_TIME, "", d->made_s },
			{ "LAST DAY", "until", SHOW_DAY, "", d->until_s },
			{ "MADE BY UID", "made_by", SHOW_UID, "", d->made_by },
			{ "APPROVED BY UID", "approved_by", SHOW_UID, d->approved ? "" : "-", d->approved_by },
		};

		memcpy(cells + i * COLUMNS, row, sizeof(row));
	}
	r = show_list(json, cells, COLUMNS, n);
	free(cells);
	return r;
}

static int list(const struct args *a)
{
	static struct wire_delegation_is all[MOST];
	struct wire_msg req = { .type = WIRE_DELEGATION_GET }, rep = { 0 };
	struct wire_delegation_get *q = &req.delegation_get;
	bool found = true;
	int r = args_person(q->cf, a->word[1]);

	while (r == 0 && found && q->index < MOST) {
		r = ask_next(a, &req, WIRE_DELEGATION_IS, &rep, &found);
		if (r == 0 && found)
			all[q->index++] = rep.delegation_is;
	}
	if (r == 0)
		r = print_all(a->json, all, q->index);
	wire_wipe(&req);
	wire_wipe(&rep);
	return r;
}

int cmd_delegation(const struct args *a)
{
	static const struct sub subs[] = {
		{ "add", 3, 3, SUB_TAKES(OPT_UNTIL), add },
		{ "approve", 3, 3, 0, approve },
		{ "revoke", 3, 3, SUB_TAKES(OPT_REASON), revoke },
		{ "list", 2, 2, 0, list },
	};

	return sub_run(a, "delegation", subs, sizeof(subs) / sizeof(*subs), delegation_options);
}
