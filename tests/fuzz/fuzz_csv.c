/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_csv.c - any bytes as a file for a registry: the same rows however they are cut; no bad one passes. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../pinctl/registry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		__builtin_trap();
}

static void check_row(const struct csv *c)
{
	must((c->flaw == CSV_FINE) == (c->n > 0) && c->n <= CSV_FIELDS_MAX);
	for (size_t i = 0; i < c->n; i++) {
		const char *text = csv_field(c, i);

		must(text >= c->text && text + strlen(text) < c->text + sizeof(c->text));
		for (; *text != '\0'; text++)
			must((unsigned char)*text >= 0x20 && *text != 0x7f);
	}
}

/* What is sent to pind is what pind would take. */
static void check_line(const struct csv *c, enum registry registry, struct registry_head *head)
{
	struct wire_registry_put q;
	struct cf cf;
	char why[REGISTRY_WHY];

	if (c->line == 1 && !registry_head_read(head, registry, c, why))
		head->registry = REGISTRY_NONE;
	if (c->line == 1 || head->registry == REGISTRY_NONE || !registry_line_read(&q, head, c, why))
		return;
	must(q.registry == (uint8_t)registry && q.code[0] != '\0');
	if (registry == REGISTRY_MATRICOLE)
		must(cf_parse_exact(&cf, q.cf, strlen(q.cf)) == CF_OK && q.name[0] == '\0');
	else
		must(cf_parse_exact(&cf, q.code, strlen(q.code)) == CF_OK && q.cf[0] == '\0');
	if (registry == REGISTRY_PATRONATI)
		must(cf_is_person(&cf));
	must((registry == REGISTRY_INDIRIZZI) == (q.name[0] != '\0' && q.street[0] != '\0' && q.town[0] != '\0'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct csv whole, single;
	struct registry_head head = { .registry = REGISTRY_NONE };
	const char *in = (const char *)data;
	enum registry registry;
	size_t used = 0, one = 0;
	bool row = true, again;

	if (size == 0)
		return 0;
	registry = (enum registry)(1 + data[0] % 3);
	in++;
	size--;
	csv_init(&whole);
	csv_init(&single);
	while (row) {
		used += csv_feed(&whole, in + used, size - used, &row);
		if (!row)
			row = csv_end(&whole);
		for (again = false; !again && one < used; one++)
			must(csv_feed(&single, in + one, 1, &again) == 1);
		if (!again)
			again = csv_end(&single);
		must(row == again && one == used);
		if (!row)
			break;
		must(whole.line == single.line && whole.flaw == single.flaw && whole.n == single.n);
		for (size_t i = 0; i < whole.n; i++)
			must(strcmp(csv_field(&whole, i), csv_field(&single, i)) == 0);
		check_row(&whole);
		check_line(&whole, registry, &head);
	}
	must(used == size);
	return 0;
}
