/* SPDX-License-Identifier: BSD-2-Clause */
/* request_new.c - a pratica begins: somebody asks for a PIN, and confirms by the link they got. */
#include <stdio.h>
#include <string.h>

#include "contact.h"
#include "person.h"
#include "registry.h"
#include "request.h"
#include "show.h"
#include "sub.h"
#include "verdict.h"

#define ADDRESS_USAGE "NAME|STREET|TOWN"

const char request_subtypes[] = "Of an impresa or intermediario, one of"
#define SUBTYPE(NAME, code, name, category) " " name
#include "person.def"
	;

const char request_gestioni[] = "One of"
#define GESTIONE(NAME, code, name) " " name
#include "person.def"
				" (default inps)";

const char request_fonti[] = "How they came to know of the service, one of"
#define FONTE(NAME, code, name) " " name
#include "person.def"
			     " (default altro)";

const char request_channels[] = "How the request came in, one of"
#define CHANNEL(NAME, code, name) " " name
#include "person.def"
				" (default sede)";

static const char categories[] = "one of"
#define CATEGORY(NAME, code, name, months) " " name
#include "person.def"
	;

/* The code of what was given with an option, or of what is meant when it was not. */
static int read_name(uint8_t *code, const struct args *a, int option, unsigned int (*of)(const char *),
		     const char *otherwise, const char *help)
{
	const char *name = args_more(a, option) != NULL ? args_more(a, option) : otherwise;

	*code = name != NULL ? (uint8_t)of(name) : 0;
	if (name != NULL && *code == 0)
		return show_error(EXIT_ARGS, "no such name: '%s'. %s", name, help);
	return 0;
}

static int read_names(struct wire_request_new *q, const struct args *a)
{
	int r = 0;

	q->category = a->category != NULL ? (uint8_t)category_of(a->category) : CATEGORY_NONE;
	if (q->category == CATEGORY_NONE)
		return show_error(EXIT_ARGS, "a request needs --category NAME, %s", categories);
	r = read_name(&q->subtype, a, OPT_SUBTYPE, subtype_of, NULL, request_subtypes);
	if (r == 0)
		r = read_name(&q->gestione, a, OPT_GESTIONE, gestione_of, "inps", request_gestioni);
	if (r == 0)
		r = read_name(&q->fonte, a, OPT_FONTE, fonte_of, "altro", request_fonti);
	if (r == 0)
		r = read_name(&q->channel, a, OPT_CHANNEL, channel_of, "sede", request_channels);
	return r;
}

static int read_contacts(struct wire_request_new *q, const struct args *a)
{
	const char *email = args_more(a, OPT_EMAIL), *phone = args_more(a, OPT_PHONE);

	q->by_sms = args_more(a, OPT_SMS) != NULL;
	q->english = args_more(a, OPT_ENGLISH) != NULL;
	if (email == NULL)
		return show_error(EXIT_ARGS, "a request needs --email ADDRESS: the link goes there");
	if (!contact_email(q->email, email))
		return show_error(EXIT_ARGS, "--email is no address that mail can be sent to");
	if (phone == NULL && q->by_sms != 0)
		return show_error(EXIT_ARGS, "--sms needs --phone NUMBER");
	if (phone != NULL && !contact_phone(q->phone, phone))
		return show_error(EXIT_ARGS, "--phone is no mobile number: +39 and 9 or 10 digits, "
					     "or + and a foreign number");
	return 0;
}

/* NAME|STREET|TOWN, cut at its two bars. */
static int read_address(struct wire_request_new *q, const char *text)
{
	char copy[sizeof(q->addr_name) + sizeof(q->addr_street) + sizeof(q->addr_town)] = "";
	char *rest = copy;
	const char *name, *street;
	int r;

	if (strlen(text) >= sizeof(copy))
		return show_error(EXIT_ARGS, "--address takes at most %zu bytes", sizeof(copy) - 1);
	memcpy(copy, text, strlen(text));
	name = strsep(&rest, "|");
	street = strsep(&rest, "|");
	if (rest == NULL || strchr(rest, '|') != NULL)
		return show_error(EXIT_ARGS, "--address takes " ADDRESS_USAGE
					     ", two bars, as in 'Studio Neri|Via Po 1|00198 ROMA RM'");
	r = args_text(q->addr_name, sizeof(q->addr_name) - 1, name, "the address's name");
	if (r == 0)
		r = args_text(q->addr_street, sizeof(q->addr_street) - 1, street,
			      "the address's street");
	if (r == 0)
		r = args_text(q->addr_town, sizeof(q->addr_town) - 1, rest, "the address's town");
	explicit_bzero(copy, sizeof(copy));
	return r;
}

/* What each category must say, and may not; pind looks again. */
static int check_category(const struct wire_request_new *q, const char *name)
{
	const bool autonomo = q->category == CATEGORY_AUTONOMO;
	const bool intermediario = q->category == CATEGORY_INTERMEDIARIO;

	if (subtype_category(q->subtype) != q->category &&
	    (q->category == CATEGORY_IMPRESA || intermediario))
		return show_error(EXIT_ARGS, "category %s needs --subtype %s", name,
				  intermediario ? "avvocato, commercialista, ragioniere-perito, "
						  "associazione-categoria or gruppo-impresa"
						: "titolare or delegato");
	if (q->subtype != 0 && subtype_category(q->subtype) != q->category)
		return show_error(EXIT_ARGS, "category %s takes no --subtype", name);
	if (autonomo != (q->matricola[0] != '\0'))
		return show_error(EXIT_ARGS, autonomo ? "category %s needs --matricola CODE"
						      : "category %s takes no --matricola", name);
	if (intermediario != (q->addr_name[0] != '\0'))
		return show_error(EXIT_ARGS, intermediario
						     ? "category %s needs --address " ADDRESS_USAGE
						     : "category %s takes no --address: the letter "
						       "goes where the registry says",
				  name);
	return 0;
}

static int read_request(struct wire_request_new *q, const struct args *a)
{
	int r = args_person(q->cf, a->word[1]);

	if (r == 0)
		r = read_names(q, a);
	if (r == 0)
		r = read_contacts(q, a);
	if (r == 0 && args_more(a, OPT_MATRICOLA) != NULL)
		r = registry_matricola(q->matricola, args_more(a, OPT_MATRICOLA));
	if (r == 0 && args_more(a, OPT_ADDRESS) != NULL)
		r = read_address(q, args_more(a, OPT_ADDRESS));
	return r != 0 ? r : check_category(q, category_name(q->category));
}

int request_new(const struct args *a)
{
	static const struct sub_words patronato[] = {
		{ V_LIVE, SUB_LIVE },
		{ V_REGISTRY, "not among the patronati: 'pinctl registry show patronati CF'; an approver "
			      "imports them" },
		{ 0, NULL }
	}, others[] = {
		{ V_LIVE, SUB_LIVE },
		{ V_REGISTRY, "no such matricola of this person: see 'pinctl registry show matricole CODE'; "
			      "an approver imports them" },
		{ 0, NULL }
	};
	struct wire_msg req = { .type = WIRE_REQUEST_NEW }, rep = { 0 };
	int r = read_request(&req.request_new, a);

	if (r == 0)
		r = sub_ask(a, &req, WIRE_PRATICA_IS, &rep,
			    req.request_new.category == CATEGORY_PATRONATO ? patronato : others);
	if (r == 0)
		r = request_print(a, &rep.pratica_is);
	wire_wipe(&req);
	wire_wipe(&rep);
	return r;
}

/* Of the company: all three, or none. */
static int read_company(struct wire_request_confirm *q, const struct args *a)
{
	const char *company = args_more(a, OPT_COMPANY), *matricola = args_more(a, OPT_MATRICOLA);
	const char *name = args_more(a, OPT_NAME);
	int r;

	if (company == NULL && matricola == NULL && name == NULL)
		return 0;
	if (company == NULL || matricola == NULL || name == NULL)
		return show_error(EXIT_ARGS, "a company is --company CF, --matricola CODE and --name "
					     "NAME: all three");
	r = sub_cf(q->company, company);
	if (r == 0)
		r = registry_matricola(q->matricola, matricola);
	return r != 0 ? r : args_text(q->name, sizeof(q->name) - 1, name, "--name");
}

int request_confirm(const struct args *a)
{
	static const struct sub_words words[] = {
		{ V_UNKNOWN, "no such link: it was used, or another has replaced it" },
		{ V_STALE, "the link is too old: 'pinctl request new' opens another pratica" },
		{ V_REGISTRY, "no such matricola of this company: see 'pinctl registry show matricole "
			      "CODE'; an approver imports them" },
		{ V_DETAILS, "an impresa or intermediario confirms with --company, --matricola and "
			     "--name; others without" },
		{ 0, NULL },
	};
	struct wire_msg req = { .type = WIRE_REQUEST_CONFIRM };
	int r = sub_token(req.request_confirm.token, a->word[1]);

	if (r == 0)
		r = read_company(&req.request_confirm, a);
	if (r == 0)
		r = sub_do(a, &req, "confirmed", words);
	wire_wipe(&req);
	return r;
}
