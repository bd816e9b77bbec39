/* SPDX-License-Identifier: BSD-2-Clause */
/* tables_wire.c - the tables of pind-protocol(7), from wire.def; see tables.h. */
#include <stdint.h>
#include <stdio.h>

#include "dossier.h"
#include "tables.h"
#include "wire.h"

#define N(array) (sizeof(array) / sizeof(*(array)))

static const struct wire_row {
	const char *name, *doc, *type;
	unsigned int code, max; /* code 0: a field of the message before */
} wire_rows[] = {
#define MSG(NAME, name, code, doc)  { #NAME, doc, "", code, 0 },
#define U8(name, field, doc)        { #field, doc, "u8", 0, 0 },
#define U32(name, field, doc)       { #field, doc, "u32", 0, 0 },
#define U64(name, field, doc)       { #field, doc, "u64", 0, 0 },
#define STR(name, field, max, doc)  { #field, doc, "text 0..", 0, max },
#define SEC(name, field, max, doc)  { #field, doc, "secret 0..", 0, max },
#define RAW(name, field, size, doc) { #field, doc, "bytes ", 0, size },
#include "wire.def"
};

static void say_field(const struct wire_row *f)
{
	fputs("- ", stdout);
	say_bold(f->name);
	printf(f->max > 0 ? ", %s%u: " : ", %s: ", f->type, f->max);
	say(f->doc);
	puts("");
}

/* Messages lo..hi with their fields. */
static void say_messages(unsigned int lo, unsigned int hi)
{
	int wanted = 0;

	for (const struct wire_row *row = wire_rows; row < wire_rows + N(wire_rows); row++) {
		if (row->code != 0)
			wanted = row->code >= lo && row->code <= hi;
		if (wanted && row->code == 0)
			say_field(row);
		if (!wanted || row->code == 0)
			continue;
		printf("\n## 0x%02x %s\n\n", row->code, row->name);
		say(row->doc);
		puts("\n");
	}
}

void tables_wire_auth(void)
{
	say_messages(0x01, 0x1f);
}

void tables_wire_admin(void)
{
	say_messages(0x20, 0x5f);
}

void tables_wire_courier(void)
{
	say_messages(0x60, 0x7f);
}

void tables_wire_replies(void)
{
	say_messages(0x80, 0xff);
}

void tables_wire_sizes(void)
{
	printf("This is version *%d*. In bytes: a packet has at most *%d*, a nonce *%d*, a grant "
	       "*%d*, "
	       "a ticket *%d*.\n",
	       WIRE_VERSION, WIRE_MAX, WIRE_NONCE_LEN, WIRE_GRANT_LEN, WIRE_TICKET_LEN);
}

void tables_wire_codes(void)
{
	static const char *const gates[] = { "open", "throttled", "blocked" };
	static const char *const states[] = { "none", "opened", "asked", "reviewed", "parked",
					      "printing", "sent", "rejected", "cancelled", "lapsed", "concluded" };

	_Static_assert(N(gates) == PIN_GATE_N, "a name a gate");
	_Static_assert(N(states) == PRATICA_STATE_N, "a name a state");
#define LEVEL(NAME, code, name) printf("- level *%d*: %s\n", code, name);
#include "person.def"
#define CATEGORY(NAME, code, name, months) printf("- category *%d*: %s\n", code, name);
#include "person.def"
#define DOCUMENT(NAME, code, name) printf("- document *%d*: %s\n", code, name);
#include "person.def"
#define GESTIONE(NAME, code, name) printf("- gestione *%d*: %s\n", code, name);
#include "person.def"
#define FONTE(NAME, code, name) printf("- fonte *%d*: %s\n", code, name);
#include "person.def"
#define CHANNEL(NAME, code, name) printf("- channel *%d*: %s\n", code, name);
#include "person.def"
#define SUBTYPE(NAME, code, name, category) printf("- subtype *%d*: %s\n", code, name);
#include "person.def"
#define WAY(NAME, code, name) printf("- way *%d*: %s\n", code, name);
#include "person.def"
	for (size_t i = 0; tables_life(i) != NULL; i++)
		printf("- life *%zu*: %s\n", i, tables_life(i));
	for (size_t i = 0; i < N(gates); i++)
		printf("- gate *%zu*: %s\n", i, gates[i]);
	for (size_t i = 0; i < N(states); i++)
		printf("- pratica_state *%zu*: %s\n", i, states[i]);
	printf("- registry *%d*: matricole\n- registry *%d*: patronati\n- registry *%d*: indirizzi\n",
	       REGISTRY_MATRICOLE, REGISTRY_PATRONATI, REGISTRY_INDIRIZZI);
	printf("- channel_kind *%d*: electronic\n- channel_kind *%d*: post\n", TO_ELECTRONIC, TO_POST);
	printf("- order_kind *%d*: half\n- order_kind *%d*: forms\n- order_kind *%d*: notice\n"
	       "- order_kind *%d*: reminder\n- order_kind *%d*: link for who forgot the PIN\n"
	       "- order_kind *%d*: half of the PIN that follows\n- order_kind *%d*: destroy the letter\n",
	       ORDER_HALF, ORDER_FORMS, ORDER_NOTICE, ORDER_REMINDER, ORDER_RECOVER,
	       ORDER_RECOVERED, ORDER_VOID);
	printf("- missing *%d*: phone\n- missing *%d*: email\n", WIRE_MISSING_PHONE,
	       WIRE_MISSING_EMAIL);
}
