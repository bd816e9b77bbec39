/* SPDX-License-Identifier: BSD-2-Clause */
/* citizen.c - see citizen.h. */
#include "citizen.h"

#include <stdio.h>
#include <string.h>

#include "../../pind/dossier.h"
#include "../daemon/rig.h"
#include "person.h"

#define STREET "Via dell'Università 12"

void citizen_born(struct citizen *c, unsigned int i)
{
	struct wire_msg req = { .type = WIRE_REGISTRY_PUT }, rep,
			begin = { .type = WIRE_REGISTRY_BEGIN,
				  .registry_begin.registry = REGISTRY_INDIRIZZI };
	struct wire_registry_put *q = &req.registry_put;

	memset(c, 0, sizeof(*c));
	rig_cf(c->cf, i);
	snprintf(c->email, sizeof(c->email), "citizen%u@example.org", i);
	snprintf(c->name, sizeof(c->name), "Niccolò D'Amico %u", i);
	q->registry = REGISTRY_INDIRIZZI;
	memcpy(q->code, c->cf, sizeof(c->cf));
	memcpy(q->name, c->name, sizeof(c->name));
	snprintf(q->street, sizeof(q->street), STREET);
	snprintf(q->town, sizeof(q->town), "00144 ROMA RM");
	assert_int_equal(rig_ask(&begin, &rep), V_OK);
	assert_int_equal(rig_ask(&req, &rep), V_OK);
}

int citizen_request(struct citizen *c)
{
	struct wire_msg req = { .type = WIRE_REQUEST_NEW }, rep;
	struct wire_request_new *q = &req.request_new;
	int r;

	memcpy(q->cf, c->cf, sizeof(c->cf));
	q->category = CATEGORY_LAVORATORE;
	q->gestione = GESTIONE_INPS;
	q->fonte = FONTE_INTERNET;
	q->channel = CHANNEL_WEB;
	memcpy(q->email, c->email, sizeof(c->email));
	r = rig_ask(&req, &rep);
	if (r != 0)
		return r;
	assert_int_equal(rep.type, WIRE_PRATICA_IS);
	memcpy(c->number, rep.pratica_is.number, sizeof(c->number));
	return 0;
}

/* Lines that were broken for the mail, whole again. */
static void join_lines(char *text)
{
	char *to = text;

	for (const char *from = text; *from != '\0';)
		if (from[0] == '=' && from[1] == '\n')
			from += 2;
		else
			*to++ = *from++;
	*to = '\0';
}

void citizen_read_mail(struct citizen *c, const char *file)
{
	char line[96];
	const char *link;

	assert_in_range(c->mails, 0, CITIZEN_MAIL - 1);
	assert_true(scene_read(file) > 0);
	snprintf(line, sizeof(line), "\nTo: %s\n", c->email);
	assert_non_null(strstr(scene.text, line));
	snprintf(line, sizeof(line), "\nSubject: [%s]", c->number);
	assert_non_null(strstr(scene.text, line));
	assert_null(strstr(scene.text, c->cf));
	join_lines(scene.text);
	scene_half(c->mail[c->mails].half);
	link = strstr(scene.text, "?t=3D");
	if (link != NULL)
		memcpy(c->mail[c->mails].token, link + 5, TOKEN_LEN);
	c->mails++;
}

void citizen_read_paper(struct citizen *c, const char *file)
{
	char line[96];

	assert_in_range(c->papers, 0, CITIZEN_MAIL - 1);
	scene_shell("pdftotext -q -layout %s -", scene_path(file));
	snprintf(line, sizeof(line), "%s\n", c->name);
	assert_non_null(strstr(scene.text, line));
	assert_non_null(strstr(scene.text, STREET));
	assert_null(strstr(scene.text, c->cf));
	assert_null(strstr(scene.text, c->number));
	scene_half(c->paper[c->papers++]);
}

int citizen_confirm(const char *token)
{
	struct wire_msg req = { .type = WIRE_REQUEST_CONFIRM }, rep;

	assert_true(token_hash(req.request_confirm.token, token));
	return rig_ask(&req, &rep);
}

int citizen_try(const struct citizen *c, const char *one, const char *two)
{
	char pin[17];

	snprintf(pin, sizeof(pin), "%s%s", one, two);
	return rig_try(c->cf, pin);
}

unsigned int citizen_state(const struct citizen *c)
{
	struct wire_msg req = { .type = WIRE_REQUEST_SHOW }, rep;

	memcpy(req.request_show.number, c->number, sizeof(c->number));
	assert_int_equal(rig_ask(&req, &rep), 0);
	return rep.pratica_is.state;
}
