/* SPDX-License-Identifier: BSD-2-Clause */
/* service.c - the services pind has a policy for: list them, test one for a person. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "person.h"
#include "pinctl.h"
#include "show.h"
#include "verdict.h"

#define COLUMNS      4
#define WORDS_LEN    216  /* bytes; all the categories fit, and a full peer_list and its mark */
#define SERVICES_MAX 4096 /* against a pind that never says it was the last */
#define FOR_ANOTHER  "nobody uses this service for themselves: one logs in as CF/SUBJECT, with a delegation"
#define MAY_USE      "with the right PIN, from a new place, this person may use the service"

enum {
	ALL_CATEGORIES = 0
#define CATEGORY(NAME, code, name, months) | 1 << (code)
#include "person.def"
};

struct service {
	char name[sizeof(((struct wire_service_is *)0)->name)];
	unsigned int level;
	char categories[WORDS_LEN], peers[WORDS_LEN];
};

struct services {
	struct service *at;
	uint32_t n;
};

static void name_categories(char out[static WORDS_LEN], uint32_t bits)
{
	size_t used = 0;

	for (unsigned int code = 1; code < 32 && used < WORDS_LEN; code++)
		if ((bits >> code & 1) != 0)
			used += (size_t)snprintf(out + used, WORDS_LEN - used, "%s%s",
						 used > 0 ? " " : "", category_name(code));
}

static uint32_t count_words(const char *text)
{
	uint32_t n = text[0] != '\0';

	for (; *text != '\0'; text++)
		n += *text == ' ';
	return n;
}

static int add_service(struct services *all, const struct wire_service_is *is, bool json)
{
	struct service *at = reallocarray(all->at, all->n + 1, sizeof(*at)), *s;

	if (at == NULL)
		return show_error(EXIT_ARGS, "out of memory");
	all->at = at;
	s = &at[all->n++];
	memset(s, 0, sizeof(*s));
	memcpy(s->name, is->name, sizeof(s->name));
	s->level = is->level;
	if (!json && (is->categories & ALL_CATEGORIES) == ALL_CATEGORIES)
		memcpy(s->categories, "all", sizeof("all"));
	else
		name_categories(s->categories, is->categories);
	if (!json && is->peers == 0)
		memcpy(s->peers, "all", sizeof("all"));
	else
		snprintf(s->peers, sizeof(s->peers), "%s%s", is->peer_list,
			 count_words(is->peer_list) < is->peers ? " ..." : "");
	return 0;
}

static int read_services(const struct args *a, struct services *all)
{
	struct wire_msg req = { .type = WIRE_SERVICE_GET }, rep;
	bool found = true;
	int r = 0;

	while (r == 0 && found && all->n < SERVICES_MAX) {
		req.service_get.index = all->n;
		r = ask_next(a, &req, WIRE_SERVICE_IS, &rep, &found);
		if (r == 0 && found)
			r = add_service(all, &rep.service_is, a->json);
	}
	return r;
}

static int show_services(bool json, const struct services *all)
{
	struct show_cell *cells = calloc((size_t)all->n * COLUMNS + 1, sizeof(*cells));
	int r;

	if (cells == NULL)
		return show_error(EXIT_ARGS, "out of memory");
	for (uint32_t i = 0; i < all->n; i++) {
		const struct service *s = &all->at[i];
		const struct show_cell row[COLUMNS] = {
			{ "SERVICE", "name", SHOW_TEXT, s->name, 0 },
			{ "LEVEL", "level", SHOW_TEXT, level_name(s->level), 0 },
			{ "CATEGORIES", "categories", SHOW_WORDS, s->categories, 0 },
			{ "UIDS THAT MAY ASK", "peers", SHOW_WORDS, s->peers, 0 },
		};

		memcpy(cells + (size_t)i * COLUMNS, row, sizeof(row));
	}
	r = show_list(json, cells, COLUMNS, all->n);
	free(cells);
	return r;
}

static int list_services(const struct args *a)
{
	struct services all = { NULL, 0 };
	int r = read_services(a, &all);

	if (r == 0)
		r = show_services(a->json, &all);
	free(all.at);
	return r;
}

/* Is the service ruled by a file of its own? A misspelt name is not. *r: the exit status. */
static bool has_policy(const struct args *a, const char *name, int *r)
{
	struct services all = { NULL, 0 };
	bool found = false;

	*r = read_services(a, &all);
	for (uint32_t i = 0; i < all.n; i++)
		found = found || strcmp(all.at[i].name, name) == 0;
	free(all.at);
	return found;
}

/* A verdict, and that the name may be misspelt. The exit status. */
static int tell_test(const struct args *a, const struct wire_verdict *v, bool ruled)
{
	char text[256], wait[32] = "";

	if (v->code == V_DELEGATION) /* it has a policy, then */
		return show_refusal(a->json, v->code, FOR_ANOTHER);
	if (ruled || v->code == V_OK)
		return show_verdict(a->json, v, ruled ? MAY_USE : MAY_USE " (which has no policy of its own)");
	if (v->code == V_THROTTLED)
		snprintf(wait, sizeof(wait), " %u s", v->wait_s);
	snprintf(text, sizeof(text), "%s%s (the service has no policy of its own)",
		 verdict_text(v->code), wait);
	return show_refusal(a->json, v->code, text);
}

/* What pind looks at are the attempts of a stranger: from elsewhere, where the owner never was. */
static int test_service(const struct args *a)
{
	struct wire_msg req = { .type = WIRE_SERVICE_TEST }, rep = { 0 };
	bool ruled = true;
	int r = args_text(req.service_test.service, sizeof(req.service_test.service) - 1,
			  a->word[1], "the service's name");

	if (r == 0)
		r = args_person(req.service_test.cf, a->word[2]);
	if (r == 0 && !a->json)
		ruled = has_policy(a, req.service_test.service, &r);
	if (r == 0)
		r = ask(a, &req, WIRE_VERDICT, &rep);
	if (r == 0)
		r = tell_test(a, &rep.verdict, ruled);
	wire_wipe(&req);
	return r;
}

int cmd_service(const struct args *a)
{
	if (strcmp(a->word[0], "list") == 0 && a->words == 1)
		return list_services(a);
	if (strcmp(a->word[0], "test") == 0 && a->words == 3)
		return test_service(a);
	return show_error(EXIT_ARGS,
			  "type 'pinctl service list' or 'pinctl service test SERVICE CF'");
}
