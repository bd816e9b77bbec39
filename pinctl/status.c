/* SPDX-License-Identifier: BSD-2-Clause */
/* status.c - what is on record about a PIN, and what the operator can do next. */
#include <stdio.h>
#include <stdint.h>
#include <string.h>

#include "paper.h"
#include "person.h"
#include "pinctl.h"
#include "show.h"
#include "sub.h"
#include "verdict.h"

static const char *missing_words(unsigned int missing)
{
	switch (missing & (WIRE_MISSING_PHONE | WIRE_MISSING_EMAIL)) {
	case 0:                  return "";
	case WIRE_MISSING_PHONE: return "phone";
	case WIRE_MISSING_EMAIL: return "email";
	default:                 return "phone email";
	}
}

/* Who asked for level dispositivo, and by which document; rows only when somebody did. */
static size_t asked_cells(struct show_cell *cells, char by[static 16], char sha[static 65],
			  const struct wire_record *r)
{
	size_t n = 0;

	if (r->asked_by == UINT32_MAX)
		snprintf(by, 16, "owner");
	else
		snprintf(by, 16, "uid %u", r->asked_by);
	for (size_t i = 0; i < sizeof(r->asked_sha256); i++)
		snprintf(sha + 2 * i, 3, "%02x", r->asked_sha256[i]);
	if (strspn(sha, "0") == 64)
		sha[0] = '\0'; /* there was no file */
	if (r->asked_s == 0)
		by[0] = sha[0] = '\0';
#define CELL(...) cells[n++] = (struct show_cell){ __VA_ARGS__ }
	CELL("dispositivo asked for", "asked", SHOW_TIME, "", r->asked_s);
	CELL("asked by", "asked_by", SHOW_TEXT, by, 0);
	CELL("asked", "asked_way", SHOW_TEXT, way_name(r->asked_way), 0);
	CELL("by document", "asked_document", SHOW_TEXT, document_name(r->asked_kind), 0);
	CELL("its number", "asked_number", SHOW_TEXT, r->asked_number, 0);
	CELL("its issuer", "asked_issuer", SHOW_TEXT, r->asked_issuer, 0);
	CELL("its last day", "asked_until", SHOW_DAY, "", r->asked_until_s);
	CELL("its fax", "asked_fax", SHOW_TEXT, r->asked_fax, 0);
	CELL("SHA-256 of its file", "asked_sha256", SHOW_TEXT, sha, 0);
#undef CELL
	return n;
}

#define ASKED_CELLS 9

#define BOTH_MISSING (WIRE_MISSING_PHONE | WIRE_MISSING_EMAIL)

/* A temporary PIN without contacts is the desk's: by a pratica or a recovery they come first. */
static bool from_desk(const struct wire_record *r)
{
	return strcmp(show_life(r->life), "temporary") == 0 && r->missing == BOTH_MISSING;
}

/* uid 0 is root's, and also what stands for a pratica: "-" where it need not be root. */
static const char *no_issuer(const struct wire_record *r)
{
	return r->issued_by != 0 || from_desk(r) ? "" : "-";
}

static int show_status(bool json, const char *cf, const struct wire_record *r)
{
	const struct show_cell cells[] = {
		{ "codice fiscale", "cf", SHOW_TEXT, cf, 0 },
		{ "PIN", "life", SHOW_TEXT, show_life(r->life), 0 },
		{ "attempts from elsewhere", "gate", SHOW_TEXT, show_gate(r->gate), 0 },
		{ "spent from elsewhere", "fails", SHOW_COUNT, "", r->fails },
		{ "blocked elsewhere at", "fails_max", SHOW_COUNT, "", r->fails_max },
		{ "none elsewhere before", "until", SHOW_TIME, "", r->until_s },
		{ "level", "level", SHOW_TEXT, level_name(r->level), 0 },
		{ "category", "category", SHOW_TEXT, category_name(r->category), 0 },
		{ "document", "document", SHOW_TEXT, document_name(r->doc_kind), 0 },
		{ "document's last day", "document_until", SHOW_DAY, "", r->doc_until_s },
		{ "contacts missing", "missing", SHOW_WORDS, missing_words(r->missing), 0 },
		{ "issued", "issued", SHOW_TIME, "", r->issued_s },
		{ "set", "set", SHOW_TIME, "", r->set_s },
		{ "to be renewed", "expires", SHOW_TIME, "", r->expires_s },
		{ "useless from", "lapses", SHOW_TIME, "", r->lapses_s },
		{ "last login", "seen", SHOW_TIME, "", r->seen_s },
		{ "last service", "seen_at", SHOW_TEXT, r->seen_at, 0 },
		{ "revoked because", "reason", SHOW_TEXT, r->reason, 0 },
		{ "replaced by", "replaced_by", SHOW_TEXT, r->replaced_by, 0 },
		{ "issued by uid", "issued_by", SHOW_UID, no_issuer(r), r->issued_by },
		{ "revision", "rev", SHOW_COUNT, "", r->rev },
	};

	struct show_cell all[sizeof(cells) / sizeof(*cells) + ASKED_CELLS];
	size_t n = sizeof(cells) / sizeof(*cells);
	char by[16], sha[65];
	int ret;

	memcpy(all, cells, sizeof(cells));
	if (json || r->asked_s != 0)
		n += asked_cells(all + n, by, sha, r);
	ret = show_record(json, all, n);
	explicit_bzero(all, sizeof(all));
	return ret;
}

int status_print_asked(const struct args *a, const struct wire_record *r)
{
	struct show_cell cells[ASKED_CELLS];
	char by[16], sha[65];
	size_t n = asked_cells(cells, by, sha, r);
	int ret = a->json ? 0 : show_record(false, cells, n);

	explicit_bzero(cells, sizeof(cells));
	return ret;
}

#define POSTED "posted" /* a temporary PIN that is not the desk's */

/* The first row that fits; states by name, since the numbers are pind's. */
static const struct step {
	const char *state, *level; /* level NULL: any */
	const char *when, *verb, *rest;
} steps[] = {
	{ "absent", NULL, "to issue a PIN", "issue", " --print FILE" },
	{ "revoked", NULL, "to issue a new PIN", "issue", " --print FILE" },
	{ "unused", NULL, "to issue another PIN", "issue", " --print FILE" },
	{ "lapsed", NULL, "to replace it", "revoke", " --reason TEXT, then pinctl issue" },
	{ "blocked", NULL, "to unlock", "unlock", "" },
	{ "throttled", NULL, "to admit attempts at once", "unlock", "" },
	{ "awaiting", NULL, "to stop its delivery", "revoke", " --reason TEXT" },
	{ "temporary", NULL, "if lost before the first login", "revoke",
	  " --reason TEXT, then pinctl issue" },
	{ POSTED, NULL, "if its letter is lost", "request duplicate NUMBER --cf",
	  " ('pinctl request list' has the number); if it came by no pratica: pinctl revoke CF "
	  "--reason TEXT, then pinctl issue" },
	{ "active", "semplice", "to lift its level", "convert", " --document " PAPER_USAGE },
	{ "active", NULL, "if lost or stolen", "revoke", " --reason TEXT" },
	{ "expired", NULL, "its owner renews it by logging in; if forgotten", "revoke",
	  " --reason TEXT, then pinctl issue" },
};

/* Has the person something to log in with? */
static bool is_usable(const struct wire_record *r)
{
	const char *life = show_life(r->life);

	return strcmp(life, "temporary") == 0 || strcmp(life, "active") == 0 ||
	       strcmp(life, "expired") == 0;
}

/* The worst of the owner's own places comes first: it may be where they stand. */
static bool show_unlock(const char *cf, const struct wire_record *r, const struct spent *s)
{
	const char *why = NULL;

	if (s->known == GATE_BLOCKED && is_usable(r))
		why = "blocked where the owner logs in";
	else if (s->known == GATE_THROTTLED && is_usable(r))
		why = "made to wait where the owner logs in";
	else if (s->any && r->gate == GATE_OPEN) /* else it comes first below */
		why = "to forget what is spent";
	if (why != NULL)
		printf("%s: pinctl unlock %s\n", why, cf);
	return why != NULL;
}

static bool step_fits(const struct step *s, const struct wire_record *r)
{
	const char *life = show_life(r->life);

	if (strcmp(life, "temporary") == 0 && !from_desk(r))
		life = POSTED;
	return (strcmp(s->state, life) == 0 ||
		strcmp(s->state, show_gate(r->gate)) == 0) &&
	       (s->level == NULL || strcmp(s->level, level_name(r->level)) == 0);
}

static void show_next(const char *cf, const struct wire_record *r, const struct spent *spent)
{
	bool said;

	if (r->replaced_by[0] != '\0') {
		printf("its owner's PIN: pinctl status %s\n", r->replaced_by);
		return;
	}
	if (r->asked_s != 0)
		printf("to judge what is asked, as another operator: pinctl convert %s --approve, or "
		       "--reject --reason TEXT\n", cf);
	if (r->held) {
		printf("another operator must countersign: pinctl issue %s --approve --issued-by %u\n",
		       cf, r->issued_by);
		return;
	}
	said = show_unlock(cf, r, spent);
	for (const struct step *s = steps; s < steps + sizeof(steps) / sizeof(*steps); s++)
		if (step_fits(s, r) && !(said && strcmp(s->verb, "unlock") == 0) &&
		    !(r->asked_s != 0 && strcmp(s->verb, "convert") == 0)) {
			printf("%s: pinctl %s %s%s\n", s->when, s->verb, cf, s->rest);
			return;
		}
}

const struct argp_option status_options[] = {
	{ "sources", OPT_SOURCES, NULL, 0, "What is spent, from where, and until when", 0 },
	{ 0 }
};

int cmd_status(const struct args *a)
{
	static const struct sub_words words[] = { SUB_NO_PIN, { 0, NULL } };
	struct wire_msg req = { .type = WIRE_STATUS }, rep = { 0 };
	int r = args_person(req.status.cf, a->word[0]);
	struct spent spent = { false, GATE_OPEN };

	if (r == 0 && a->sources)
		return source_list(a, req.status.cf);
	if (r == 0)
		r = sub_ask(a, &req, WIRE_RECORD, &rep, words);
	if (r == 0)
		r = show_status(a->json, req.status.cf, &rep.record);
	if (r == 0 && !a->json)
		r = source_show_spent(a, req.status.cf, &spent);
	if (r == 0 && !a->json)
		show_next(req.status.cf, &rep.record, &spent);
	wire_wipe(&req);
	wire_wipe(&rep);
	return r;
}
