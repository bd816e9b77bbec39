/* SPDX-License-Identifier: BSD-2-Clause */
/* audit.c - what operators did, and whether the chain that binds it all still holds. */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "show.h"
#include "sub.h"

#define COLUMNS 7
#define PAGE    1000 /* acts that one command lists: memory stays flat */
#define MAC_LEN sizeof(((struct wire_audit_end *)0)->mac)

const struct argp_option audit_options[] = {
	{ "from", OPT_FROM, "SERIAL", 0, "list: begin with this one (default 1); 1000 are listed", 0 },
	{ 0 }
};

/* Messages by their names in the protocol, small. */
static const char *verb_name(unsigned int code)
{
	switch (code) {
#define MSG(NAME, name, type, doc) case type: return #name;
#include "wire.def"
	default: return "?";
	}
}

/* A number from 1; 0 if it is not one. */
static uint64_t read_serial(const char *text)
{
	char *end;
	unsigned long long n;

	errno = 0;
	n = strtoull(text, &end, 10);
	return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 ? n : 0;
}

static void fill_row(struct show_cell *row, const struct wire_audit_is *w)
{
	const struct show_cell cells[COLUMNS] = {
		{ "SERIAL", "serial", SHOW_COUNT, "", w->serial },
		{ "WHEN", "at", SHOW_TIME, "", w->at_s },
		{ "UID", "uid", SHOW_COUNT, "", w->uid },
		{ "ACT", "act", SHOW_TEXT, verb_name(w->verb), 0 },
		{ "CODICE FISCALE", "cf", SHOW_TEXT, w->cf, 0 },
		{ "OBJECT", "object", SHOW_TEXT, w->object, 0 },
		{ "DETAIL", "detail", SHOW_TEXT, w->detail, 0 },
	};

	memcpy(row, cells, sizeof(cells));
}

static int list(const struct args *a)
{
	static struct wire_audit_is acts[PAGE];
	static struct show_cell cells[PAGE * COLUMNS];
	struct wire_msg req = { .type = WIRE_AUDIT_GET, .audit_get = { .serial = 1 } }, rep = { 0 };
	const char *from = args_more(a, OPT_FROM);
	bool found = true;
	size_t n = 0;
	int r = 0;

	if (from != NULL)
		req.audit_get.serial = read_serial(from);
	if (req.audit_get.serial == 0)
		return show_error(EXIT_ARGS, "--from takes a serial: 1, 2, ...");
	while (r == 0 && n < PAGE) {
		r = ask_next(a, &req, WIRE_AUDIT_IS, &rep, &found);
		if (r != 0 || !found)
			break;
		acts[n] = rep.audit_is;
		fill_row(&cells[n * COLUMNS], &acts[n]);
		n++;
		req.audit_get.serial++;
	}
	if (r == 0)
		r = show_list(a->json, cells, COLUMNS, n);
	if (r == 0 && found && !a->json)
		printf("to go on: pinctl audit list --from %llu\n",
		       (unsigned long long)req.audit_get.serial);
	wire_wipe(&rep);
	return r;
}

static int print_place(const struct args *a, const struct wire_audit_end *at)
{
	char mac[2 * MAC_LEN + 1];
	const struct show_cell cells[] = {
		{ "last act", "serial", SHOW_COUNT, "", at->serial },
		{ "its mac", "mac", SHOW_TEXT, sodium_bin2hex(mac, sizeof(mac), at->mac, MAC_LEN), 0 },
	};

	return show_record(a->json, cells, sizeof(cells) / sizeof(*cells));
}

static int head(const struct args *a)
{
	struct wire_msg req = { .type = WIRE_AUDIT_HEAD }, rep = { 0 };
	int r = ask(a, &req, WIRE_AUDIT_END, &rep);

	return r != 0 ? r : print_place(a, &rep.audit_end);
}

/* From *at to the head, which *at becomes. */
static int walk(const struct args *a, struct wire_audit_end *at)
{
	struct wire_msg req = { .type = WIRE_AUDIT_CHECK }, rep = { 0 };
	int r = 0;

	for (at->complete = 0; r == 0 && !at->complete; *at = rep.audit_end) {
		req.audit_check.serial = at->serial;
		memcpy(req.audit_check.mac, at->mac, MAC_LEN);
		r = ask(a, &req, WIRE_AUDIT_END, &rep);
		if (r == 0 && !rep.audit_end.complete && rep.audit_end.serial <= at->serial)
			r = ask_why(a, -EPROTO);
	}
	return r;
}

/* What audit head said once: has it become a part of the chain, or gone? */
static int read_noted(struct wire_audit_end *at, const struct args *a)
{
	size_t len = 0;

	if (a->words == 2)
		return show_error(EXIT_ARGS, "verify takes both the SERIAL and the MAC of an earlier "
					     "'pinctl audit head', or nothing");
	at->serial = read_serial(a->word[1]);
	if (at->serial == 0 || strlen(a->word[2]) != 2 * MAC_LEN ||
	    sodium_hex2bin(at->mac, MAC_LEN, a->word[2], 2 * MAC_LEN, NULL, &len, NULL) != 0 ||
	    len != MAC_LEN)
		return show_error(EXIT_ARGS, "verify takes SERIAL and MAC as 'pinctl audit head' "
					     "printed them");
	return 0;
}

static int verify(const struct args *a)
{
	struct wire_audit_end noted = { 0 }, at = { 0 };
	int r = a->words > 1 ? read_noted(&noted, a) : 0;

	if (r == 0)
		r = walk(a, &at);
	if (r == 0 && a->words > 1)
		r = walk(a, &noted);
	if (r == 0)
		r = print_place(a, &at);
	if (r == 0 && !a->json)
		printf("the chain holds; note this down elsewhere, for a later verify\n");
	return r;
}

int cmd_audit(const struct args *a)
{
	static const struct sub subs[] = {
		{ "list", 1, 1, SUB_TAKES(OPT_FROM), list },
		{ "head", 1, 1, 0, head },
		{ "verify", 1, 3, 0, verify },
	};

	return sub_run(a, "audit", subs, sizeof(subs) / sizeof(*subs), audit_options);
}
