/* SPDX-License-Identifier: BSD-2-Clause */
/* source.c - status: what has been spent on a person, from where, and until when. */
#include <stdio.h>
#include <string.h>

#include "pinctl.h"
#include "show.h"
#include "sub.h"
#include "verdict.h"

#define COLUMNS     7
#define SOURCES_MAX 64 /* against a pind that never says it was the last */

static enum gate gate_of(const struct wire_source_is *s)
{
	if (s->fails >= s->fails_max)
		return GATE_BLOCKED;
	return s->until_s != 0 ? GATE_THROTTLED : GATE_OPEN;
}

static void fill_row(struct show_cell *cells, const struct wire_source_is *s, bool pool)
{
	const struct show_cell row[COLUMNS] = {
		{ "FROM", "from", SHOW_TEXT, pool ? "elsewhere" : "known", 0 },
		{ "SERVICE", "service", SHOW_TEXT, s->service, 0 },
		{ "SOURCE", "source", SHOW_TEXT, s->tag, 0 },
		{ "SPENT", "fails", SHOW_COUNT, "", s->fails },
		{ "OF", "fails_max", SHOW_COUNT, "", s->fails_max },
		{ "ATTEMPTS", "gate", SHOW_TEXT, show_gate(gate_of(s)), 0 },
		{ "NOT BEFORE", "until", SHOW_TIME, "", s->until_s },
	};

	memcpy(cells, row, sizeof(row));
}

/* Ask for the pool, then for each source that is known. *rows of cells; 0, or an exit status. */
static int read_sources(const struct args *a, const char *cf, struct wire_msg *reps,
			struct show_cell *cells, size_t *rows, struct spent *spent)
{
	struct wire_msg req = { .type = WIRE_SOURCE_GET };
	bool found = true;
	int r = 0;

	snprintf(req.source_get.cf, sizeof(req.source_get.cf), "%s", cf);
	while (r == 0 && found && *rows < SOURCES_MAX) {
		struct wire_msg *rep = &reps[*rows];
		bool pool = req.source_get.index == 0;

		r = ask_next(a, &req, WIRE_SOURCE_IS, rep, &found);
		if (r == 0 && found && (pool || rep->source_is.tag[0] != '\0')) {
			fill_row(&cells[*rows * COLUMNS], &rep->source_is, pool);
			if (!pool && gate_of(&rep->source_is) > spent->known)
				spent->known = gate_of(&rep->source_is);
			spent->any = spent->any || rep->source_is.fails > 0;
			(*rows)++;
		}
		req.source_get.index++;
	}
	wire_wipe(&req);
	return r;
}

int source_list(const struct args *a, const char *cf)
{
	struct wire_msg reps[SOURCES_MAX];
	struct show_cell cells[SOURCES_MAX * COLUMNS];
	struct spent spent = { false, GATE_OPEN };
	static const struct sub_words no_pin = SUB_NO_PIN;
	size_t rows = 0;
	int r = read_sources(a, cf, reps, cells, &rows, &spent);

	if (r == 0 && rows == 0)
		r = show_refusal(a->json, V_UNKNOWN, no_pin.text);
	if (r == 0)
		r = show_list(a->json, cells, COLUMNS, rows);
	if (r == 0 && !a->json)
		printf("to forget what is spent: pinctl unlock %s\n", cf);
	return r;
}

int source_show_spent(const struct args *a, const char *cf, struct spent *spent)
{
	struct wire_msg reps[SOURCES_MAX];
	struct show_cell cells[SOURCES_MAX * COLUMNS];
	size_t rows = 0;
	int r = read_sources(a, cf, reps, cells, &rows, spent);

	if (r == 0 && spent->any) {
		fputc('\n', stdout);
		r = show_list(false, cells, COLUMNS, rows);
	}
	return r;
}
