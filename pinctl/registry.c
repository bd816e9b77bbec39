/* SPDX-License-Identifier: BSD-2-Clause */
/* registry.c - what offices know beside pind: matricole, authorised patronati, addresses. */
#include "registry.h"

#include <string.h>

#include "show.h"
#include "sub.h"
#include "verdict.h"

const struct argp_option registry_options[] = {
	{ "atomic", OPT_ATOMIC, NULL, 0, "import: send nothing if any line of the file is bad", 0 },
	{ 0 }
};

int registry_matricola(char out[static 21], const char *typed)
{
	if (registry_fold(out, typed))
		return 0;
	return show_error(EXIT_ARGS, "--matricola takes 1 to 20 letters and digits");
}

static int read_registry(enum registry *registry, const struct args *a)
{
	*registry = registry_of(a->word[1]);
	if (*registry != REGISTRY_NONE)
		return 0;
	return show_error(EXIT_ARGS, "no registry '%s': there are matricole, patronati and indirizzi",
			  a->word[1]);
}

static int run_import(const struct args *a)
{
	enum registry registry;
	int r = read_registry(&registry, a);

	return r != 0 ? r : registry_import(a, registry);
}

static int print_line(const struct args *a, const struct wire_registry_is *is, enum registry registry)
{
	const struct show_cell cells[] = {
		{ "registry", "registry", SHOW_TEXT, registry_name(registry), 0 },
		{ "code", "code", SHOW_TEXT, is->code, 0 },
		{ "codice fiscale", "cf", SHOW_TEXT, is->cf, 0 },
		{ "name", "name", SHOW_TEXT, is->name, 0 },
		{ "street", "street", SHOW_TEXT, is->street, 0 },
		{ "town", "town", SHOW_TEXT, is->town, 0 },
	};

	return show_record(a->json, cells, sizeof(cells) / sizeof(*cells));
}

static int show(const struct args *a)
{
	static const struct sub_words words[] = {
		{ V_UNKNOWN, "not in the registry: 'pinctl registry import' loads it" }, { 0, NULL }
	};
	struct wire_msg req = { .type = WIRE_REGISTRY_GET }, rep = { 0 };
	struct wire_registry_get *q = &req.registry_get;
	enum registry registry;
	int r = read_registry(&registry, a);

	if (r != 0)
		return r;
	q->registry = (uint8_t)registry;
	if (registry != REGISTRY_MATRICOLE)
		r = sub_cf(q->code, a->word[2]);
	else if (!registry_fold(q->code, a->word[2]))
		r = show_error(EXIT_ARGS, "a matricola has 1 to 20 letters and digits");
	if (r == 0)
		r = sub_ask(a, &req, WIRE_REGISTRY_IS, &rep, words);
	if (r == 0)
		r = print_line(a, &rep.registry_is, registry);
	wire_wipe(&req);
	wire_wipe(&rep);
	return r;
}

int cmd_registry(const struct args *a)
{
	static const struct sub subs[] = {
		{ "import", 3, 3, SUB_TAKES(OPT_ATOMIC), run_import },
		{ "show", 3, 3, 0, show },
	};

	return sub_run(a, "registry", subs, sizeof(subs) / sizeof(*subs), registry_options);
}
