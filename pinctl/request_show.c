/* SPDX-License-Identifier: BSD-2-Clause */
/* request_show.c - pratiche as they are, and what to do next about each. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "person.h"
#include "request.h"
#include "show.h"
#include "sub.h"
#include "verdict.h"

#define COLUMNS 7

/* In the order of pind's enum pratica_state; and what its operator can do then. */
static const struct state {
	const char *name, *when, *verb, *rest;
} states[] = {
	{ "?", NULL, NULL, NULL },
	{ "opened", "it waits for its link; if that did not come, or the address is wrong", "cancel",
	  " --reason TEXT, then pinctl request new" },
	{ "documents-asked", "when they come", "documents",
	  " --document " PAPER_USAGE ", --fax REFERENCE or --file FILE" },
	{ "documents-in", "another operator than who recorded them", "approve", "" },
	{ "parked", "no address is known: pinctl registry import indirizzi FILE, then", "address", "" },
	{ "printing", NULL, NULL, NULL },
	{ "letter-sent", "if it does not come", "duplicate", " --cf CF" },
	{ "rejected", NULL, NULL, NULL },
	{ "cancelled", NULL, NULL, NULL },
	{ "lapsed", NULL, NULL, NULL },
	{ "concluded", NULL, NULL, NULL },
};
#define STATES (sizeof(states) / sizeof(*states))

#define GIVEN_UP   "given-up" /* no state: a delivery of it was given up, whatever its state */
#define DUPLICATES 3          /* as many as pind takes */

#define STATE_NAMES                                                                                \
	"opened, documents-asked, documents-in, parked, printing, letter-sent, rejected, "         \
	"cancelled, lapsed or concluded"

const char request_states[] = "Only those which are " STATE_NAMES
			      " - or " GIVEN_UP ", with a delivery that was";

static const struct state *state_of(unsigned int code)
{
	return &states[code < STATES ? code : 0];
}

#define JUDGED_CELLS 11

/* What the approver looks at, in SHOW and below a judgement. */
static void judged_cells(struct show_cell cells[static JUDGED_CELLS], char sha[static 65],
			 const struct wire_pratica_is *p)
{
	const struct show_cell those[JUDGED_CELLS] = {
		{ "document", "document", SHOW_TEXT, document_name(p->doc_kind), 0 },
		{ "its number", "document_number", SHOW_TEXT, p->doc_number, 0 },
		{ "its issuer", "document_issuer", SHOW_TEXT, p->doc_issuer, 0 },
		{ "its last day", "document_until", SHOW_DAY, "", p->doc_until_s },
		{ "its fax", "fax", SHOW_TEXT, p->fax, 0 },
		{ "SHA-256 of its file", "sha256", SHOW_TEXT, sha, 0 },
		{ "e-mail", "email", SHOW_TEXT, p->email, 0 },
		{ "letter to", "name", SHOW_TEXT, p->name, 0 },
		{ "street", "street", SHOW_TEXT, p->street, 0 },
		{ "town", "town", SHOW_TEXT, p->town, 0 },
		{ "revision", "rev", SHOW_COUNT, "", p->rev },
	};

	for (size_t i = 0; i < sizeof(p->sha256); i++)
		snprintf(sha + 2 * i, 3, "%02x", p->sha256[i]);
	if (strspn(sha, "0") == 64)
		sha[0] = '\0'; /* there was no file */
	memcpy(cells, those, sizeof(those));
}

int request_print_judged(const struct wire_pratica_is *p)
{
	struct show_cell cells[JUDGED_CELLS];
	char sha[65];

	judged_cells(cells, sha, p);
	return show_record(false, cells, JUDGED_CELLS);
}

static bool is(const struct wire_pratica_is *p, const char *state)
{
	return strcmp(state_of(p->state)->name, state) == 0;
}

/* uid 0 is root's, and also what is there when nobody did it. */
static bool recorded(const struct wire_pratica_is *p)
{
	static const uint8_t none[sizeof(p->sha256)];

	return p->recorded_by != 0 || p->doc_kind != 0 || p->fax[0] != '\0' ||
	       memcmp(p->sha256, none, sizeof(none)) != 0;
}

/* What was recorded goes on by a judgement, and by nothing else. */
static bool judged(const struct wire_pratica_is *p)
{
	return p->judged_by != 0 || is(p, "rejected") ||
	       (recorded(p) && (is(p, "parked") || is(p, "printing") || is(p, "letter-sent") ||
				is(p, "concluded") || p->sent_s != 0));
}

/* Of a pratica that came to its end no deadline is left; a lapsed one had reached it. */
static uint64_t due_of(const struct wire_pratica_is *p)
{
	return is(p, "rejected") || is(p, "cancelled") || is(p, "concluded") ? 0 : p->due_s;
}

/* For people: what to do next, in a line; nothing when there is nothing. */
static void print_next(const struct wire_pratica_is *p)
{
	const struct state *s = state_of(p->state);
	const bool waits = is(p, "printing") || (is(p, "opened") && p->waiting > 0);

	if (p->parked > 0)
		printf("a delivery was given up; to try again: pinctl request resend %s\n", p->number);
	else if (waits && p->trouble[0] != '\0')
		printf("a delivery failed, and is tried again later; to try now: pinctl request resend "
		       "%s\n", p->number);
	else if (waits)
		printf("%s; if it stays so, is it running? systemctl status pin-courier@%s\n",
		       is(p, "printing") ? "the courier has not printed the letter yet"
					 : "the courier has not sent the link yet",
		       is(p, "printing") ? "post" : "electronic");
	else if (is(p, "parked") && p->name[0] != '\0')
		printf("the address is known now: pinctl request address %s\n", p->number);
	else if (is(p, "letter-sent") && p->duplicates >= DUPLICATES)
		printf("if it does not come, no other can be sent: pinctl request cancel %s --reason "
		       "TEXT, then pinctl request new\n", p->number);
	else if (s->verb != NULL)
		printf("%s: pinctl request %s %s%s\n", s->when, s->verb, p->number, s->rest);
}

int request_print(const struct args *a, const struct wire_pratica_is *p)
{
	const struct show_cell cells[] = {
		{ "pratica", "number", SHOW_TEXT, p->number, 0 },
		{ "codice fiscale", "cf", SHOW_TEXT, p->cf, 0 },
		{ "state", "state", SHOW_TEXT, state_of(p->state)->name, 0 },
		{ "category", "category", SHOW_TEXT, category_name(p->category), 0 },
		{ "subtype", "subtype", SHOW_TEXT, subtype_name(p->subtype), 0 },
		{ "gestione", "gestione", SHOW_TEXT, gestione_name(p->gestione), 0 },
		{ "channel", "channel", SHOW_TEXT, channel_name(p->channel), 0 },
		{ "company", "company", SHOW_TEXT, p->company, 0 },
		{ "opened", "opened", SHOW_TIME, "", p->opened_s },
		{ "opened by uid", "opened_by", SHOW_UID, "", p->opened_by },
		{ "deadline", "due", SHOW_TIME, "", due_of(p) },
		{ "documents recorded by uid", "recorded_by", SHOW_UID, recorded(p) ? "" : "-",
		  p->recorded_by },
		{ "judged by uid", "judged_by", SHOW_UID, judged(p) ? "" : "-", p->judged_by },
		{ "last letter", "sent", SHOW_TIME, "", p->sent_s },
		{ "duplicates", "duplicates", SHOW_COUNT, "", p->duplicates },
		{ "deliveries under way", "waiting", SHOW_COUNT, "", p->waiting },
		{ "deliveries given up", "given_up", SHOW_COUNT, "", p->parked },
		{ "last trouble", "trouble", SHOW_TEXT, p->trouble, 0 },
		{ "reason", "reason", SHOW_TEXT, p->reason, 0 },
	};
	struct show_cell all[sizeof(cells) / sizeof(*cells) + JUDGED_CELLS];
	char sha[65];
	int r;

	memcpy(all, cells, sizeof(cells));
	judged_cells(all + sizeof(cells) / sizeof(*cells), sha, p);
	r = show_record(a->json, all, sizeof(all) / sizeof(*all));
	if (r == 0 && !a->json)
		print_next(p);
	return r;
}

int request_show(const struct args *a)
{
	static const struct sub_words words[] = {
		{ V_UNKNOWN, "no such pratica: 'pinctl request list' shows all" }, { 0, NULL }
	};
	struct wire_msg req = { .type = WIRE_REQUEST_SHOW }, rep = { 0 };
	int r = sub_number(req.request_show.number, a->word[1]);

	if (r == 0)
		r = sub_ask(a, &req, WIRE_PRATICA_IS, &rep, words);
	if (r == 0)
		r = request_print(a, &rep.pratica_is);
	wire_wipe(&rep);
	return r;
}

/* ---- all of them ---- */

struct pratiche {
	struct wire_pratica_is *at;
	size_t n, room;
};

static int add(struct pratiche *all, const struct wire_pratica_is *p)
{
	if (all->n == all->room) {
		size_t room = all->room == 0 ? 64 : 2 * all->room;
		void *at = reallocarray(all->at, room, sizeof(*all->at));

		if (at == NULL)
			return show_error(EXIT_ARGS, "out of memory");
		all->at = at;
		all->room = room;
	}
	all->at[all->n++] = *p;
	return 0;
}

/* state 0: of any. Numbers rise, or pind would never come to an end. */
static int read_pratiche(const struct args *a, struct pratiche *all, size_t state, bool given_up)
{
	struct wire_msg req = { .type = WIRE_REQUEST_NEXT }, rep = { 0 };
	const struct wire_pratica_is *p = &rep.pratica_is;
	bool found = true;
	int r = 0;

	while (r == 0 && found) {
		r = ask_next(a, &req, WIRE_PRATICA_IS, &rep, &found);
		if (r != 0 || !found)
			break;
		if (strcmp(p->number, req.request_next.after) <= 0)
			r = ask_why(a, -EPROTO);
		else if ((state == 0 || p->state == state) && (p->parked > 0 || !given_up))
			r = add(all, p);
		memcpy(req.request_next.after, p->number, sizeof(p->number));
	}
	wire_wipe(&rep);
	return r;
}

static int print_pratiche(bool json, const struct pratiche *all)
{
	struct show_cell *cells = calloc(all->n * COLUMNS + 1, sizeof(*cells));
	int r;

	if (cells == NULL)
		return show_error(EXIT_ARGS, "out of memory");
	for (size_t i = 0; i < all->n; i++) {
		const struct wire_pratica_is *p = &all->at[i];
		const struct show_cell row[COLUMNS] = {
			{ "PRATICA", "number", SHOW_TEXT, p->number, 0 },
			{ "CODICE FISCALE", "cf", SHOW_TEXT, p->cf, 0 },
			{ "STATE", "state", SHOW_TEXT, state_of(p->state)->name, 0 },
			{ "CATEGORY", "category", SHOW_TEXT, category_name(p->category), 0 },
			{ "OPENED", "opened", SHOW_TIME, "", p->opened_s },
			{ "DEADLINE", "due", SHOW_TIME, "", due_of(p) },
			{ "GIVEN UP", "given_up", SHOW_COUNT, "", p->parked },
		};

		memcpy(cells + i * COLUMNS, row, sizeof(row));
	}
	r = show_list(json, cells, COLUMNS, all->n);
	free(cells);
	return r;
}

int request_list(const struct args *a)
{
	const char *name = args_more(a, OPT_STATE);
	const bool given_up = name != NULL && strcmp(name, GIVEN_UP) == 0;
	struct pratiche all = { NULL, 0, 0 };
	size_t state = 0;
	int r;

	for (size_t i = 1; name != NULL && i < STATES; i++)
		if (strcmp(states[i].name, name) == 0)
			state = i;
	if (name != NULL && state == 0 && !given_up)
		return show_error(EXIT_ARGS, "no state '%s': they are " STATE_NAMES ", and " GIVEN_UP, name);
	r = read_pratiche(a, &all, state, given_up);
	if (r == 0)
		r = print_pratiche(a->json, &all);
	free(all.at);
	return r;
}
