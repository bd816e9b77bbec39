/* SPDX-License-Identifier: BSD-2-Clause */
/* office.c - see office.h. */
#include "office.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <sodium.h>

#define CLERK (DUTY_HELPDESK)
#define BOSS  (DUTY_HELPDESK | DUTY_APPROVER)

const struct peer office_clerk = { ROLE_ADMIN, true, 1001, CLERK },
		  office_clerk_2 = { ROLE_ADMIN, true, 1002, CLERK },
		  office_boss = { ROLE_ADMIN, true, 1003, BOSS },
		  office_boss_2 = { ROLE_ADMIN, true, 1004, BOSS },
		  office_mail = { ROLE_COURIER, true, 1005, DUTY_ELECTRONIC },
		  office_press = { ROLE_COURIER, true, 1006, DUTY_POST };

int __real_argon_derive(uint8_t out[static ARGON_OUT_LEN], const char *text, size_t len,
			const uint8_t salt[static ARGON_SALT_LEN], const struct argon_cost *cost);

int office_open(void **state)
{
	if (desk_open(state) != 0)
		return -1;
	return office_put(REGISTRY_INDIRIZZI, ANN, "", "Via Roma 1") == V_OK &&
			       office_put(REGISTRY_INDIRIZZI, BOB, "", "Corso Como 2") == V_OK &&
			       office_put(REGISTRY_MATRICOLE, MATRICOLA, FIRM, NULL) == V_OK &&
			       office_put(REGISTRY_MATRICOLE, MATRICOLA_2, BOB, NULL) == V_OK
		       ? 0
		       : -1;
}

enum verdict office_put(enum registry registry, const char *code, const char *cf,
			const char *street)
{
	struct wire_msg m = { .type = WIRE_REGISTRY_PUT,
			      .registry_put.registry = (uint8_t)registry },
			begin = { .type = WIRE_REGISTRY_BEGIN,
				  .registry_begin.registry = (uint8_t)registry };

	snprintf(m.registry_put.code, sizeof(m.registry_put.code), "%s", code);
	snprintf(m.registry_put.cf, sizeof(m.registry_put.cf), "%s", cf);
	if (street != NULL) {
		snprintf(m.registry_put.name, sizeof(m.registry_put.name), "%s",
			 "Persona di Prova");
		snprintf(m.registry_put.street, sizeof(m.registry_put.street), "%s", street);
		snprintf(m.registry_put.town, sizeof(m.registry_put.town), "%s", "00144 ROMA RM");
	}
	if (desk_ask(&office_boss, &begin) != V_OK)
		return V_NONE;
	return desk_ask(&office_boss, &m);
}

struct wire_msg office_request(const char *cf, enum category category)
{
	struct wire_msg m = { .type = WIRE_REQUEST_NEW,
			      .request_new = { .category = (uint8_t)category,
					       .gestione = GESTIONE_ENPALS,
					       .fonte = FONTE_STAMPA,
					       .channel = CHANNEL_WEB,
					       .email = "someone@example.org" } };

	snprintf(m.request_new.cf, sizeof(m.request_new.cf), "%s", cf);
	if (category == CATEGORY_AUTONOMO)
		snprintf(m.request_new.matricola, sizeof(m.request_new.matricola), "%s",
			 MATRICOLA_2);
	if (category == CATEGORY_IMPRESA)
		m.request_new.subtype = SUBTYPE_TITOLARE;
	if (category == CATEGORY_INTERMEDIARIO) {
		m.request_new.subtype = SUBTYPE_AVVOCATO;
		snprintf(m.request_new.addr_name, sizeof(m.request_new.addr_name), "%s",
			 "Studio Prova");
		snprintf(m.request_new.addr_street, sizeof(m.request_new.addr_street), "%s",
			 "Piazza Libert\xc3\xa0 3");
		snprintf(m.request_new.addr_town, sizeof(m.request_new.addr_town), "%s",
			 "20121 MILANO MI");
	}
	return m;
}

const char *office_new(const char *cf, enum category category)
{
	static char number[4][NUMBER_LEN + 1]; /* a test may hold a few */
	static unsigned int n;
	struct wire_msg m = office_request(cf, category);

	assert_int_equal(desk_ask(&office_clerk, &m), V_OK);
	assert_int_equal(desk.rep.type, WIRE_PRATICA_IS);
	n = (n + 1) % 4;
	snprintf(number[n], sizeof(number[n]), "%s", desk.rep.pratica_is.number);
	return number[n];
}

void office_hash(const char *token, uint8_t out[static DOSSIER_TOKEN_LEN])
{
	crypto_generichash(out, DOSSIER_TOKEN_LEN, (const uint8_t *)token, strlen(token), NULL, 0);
}

enum verdict office_confirm(const char *token, const char *company, const char *matricola)
{
	struct wire_msg m = { .type = WIRE_REQUEST_CONFIRM };

	office_hash(token, m.request_confirm.token);
	if (company != NULL) {
		snprintf(m.request_confirm.company, sizeof(m.request_confirm.company), "%s",
			 company);
		snprintf(m.request_confirm.matricola, sizeof(m.request_confirm.matricola), "%s",
			 matricola);
		snprintf(m.request_confirm.name, sizeof(m.request_confirm.name), "%s",
			 "Prova s.r.l.");
	}
	return desk_ask(&office_clerk, &m);
}

enum verdict office_documents(const struct peer *who, const char *number, uint64_t until_s)
{
	struct wire_msg m = { .type = WIRE_REQUEST_DOCUMENTS,
			      .request_documents = { .doc_kind = DOCUMENT_PATENTE,
						     .doc_number = "U1X23",
						     .doc_issuer = "MIT-UCO",
						     .doc_until_s = until_s,
						     .fax = "F-2026-7" } };

	snprintf(m.request_documents.number, sizeof(m.request_documents.number), "%s", number);
	return desk_ask(who, &m);
}

enum verdict office_judge(const struct peer *who, const char *number, bool approve)
{
	struct wire_msg m = { .type = WIRE_REQUEST_JUDGE, .request_judge.approve = approve },
			look = { .type = WIRE_REQUEST_SHOW };

	snprintf(look.request_show.number, sizeof(look.request_show.number), "%s", number);
	if (desk_ask(&office_boss, &look) == V_OK)
		m.request_judge.rev = desk.rep.pratica_is.rev;
	snprintf(m.request_judge.number, sizeof(m.request_judge.number), "%s", number);
	if (!approve)
		snprintf(m.request_judge.reason, sizeof(m.request_judge.reason), "%s", "illegible");
	return desk_ask(who, &m);
}

enum verdict office_duplicate(const char *number, const char *cf)
{
	struct wire_msg m = { .type = WIRE_REQUEST_DUPLICATE };

	snprintf(m.request_duplicate.number, sizeof(m.request_duplicate.number), "%s", number);
	snprintf(m.request_duplicate.cf, sizeof(m.request_duplicate.cf), "%s", cf);
	return desk_ask(&office_clerk, &m);
}

enum verdict office_cancel(const char *number)
{
	struct wire_msg m = { .type = WIRE_REQUEST_CANCEL, .request_cancel.reason = "withdrawn" };

	snprintf(m.request_cancel.number, sizeof(m.request_cancel.number), "%s", number);
	return desk_ask(&office_clerk, &m);
}

const struct wire_pratica_is *office_show(const char *number)
{
	struct wire_msg m = { .type = WIRE_REQUEST_SHOW };

	snprintf(m.request_show.number, sizeof(m.request_show.number), "%s", number);
	assert_int_equal(desk_ask(&office_clerk, &m), V_OK);
	assert_int_equal(desk.rep.type, WIRE_PRATICA_IS);
	return &desk.rep.pratica_is;
}

enum pratica_state office_state(const char *number)
{
	return (enum pratica_state)office_show(number)->state;
}

static const struct peer *courier(enum channel_kind to)
{
	return to == TO_POST ? &office_press : &office_mail;
}

enum verdict office_take(enum channel_kind to)
{
	struct wire_msg m = { .type = WIRE_ORDER_TAKE, .order_take.to = (uint8_t)to };

	return desk_ask(courier(to), &m);
}

enum verdict office_half(enum channel_kind to, uint64_t serial, const char *half, const char *token)
{
	const struct argon_cost cost = { desk.sv.conf->passes, desk.sv.conf->memory_kib };
	struct wire_msg m = {
		.type = WIRE_ORDER_HALF,
		.order_half = { .serial = serial, .ops = cost.ops, .mem_kib = cost.mem_kib }
	};

	randombytes_buf(m.order_half.salt, sizeof(m.order_half.salt));
	assert_int_equal(__real_argon_derive(m.order_half.out, half, 8, m.order_half.salt, &cost),
			 0);
	if (token != NULL)
		office_hash(token, m.order_half.token);
	return desk_ask(courier(to), &m);
}

enum verdict office_done(enum channel_kind to, uint64_t serial)
{
	struct wire_msg m = { .type = WIRE_ORDER_DONE, .order_done.serial = serial };

	return desk_ask(courier(to), &m);
}

enum verdict office_failed(enum channel_kind to, uint64_t serial, const char *trouble)
{
	struct wire_msg m = { .type = WIRE_ORDER_FAILED, .order_failed.serial = serial };

	snprintf(m.order_failed.trouble, sizeof(m.order_failed.trouble), "%s", trouble);
	return desk_ask(courier(to), &m);
}

void office_deliver(enum channel_kind to, const char *half, const char *token)
{
	uint64_t serial;

	assert_int_equal(office_take(to), V_OK);
	assert_int_equal(desk.rep.type, WIRE_ORDER_IS);
	assert_int_equal(desk.rep.order_is.kind, ORDER_HALF);
	serial = desk.rep.order_is.serial;
	assert_int_equal(office_half(to, serial, half, token), V_OK);
	assert_int_equal(office_done(to, serial), V_OK);
}

const char *office_issued(const char *cf, const char *pin16)
{
	const char *number = office_new(cf, CATEGORY_LAVORATORE);
	char token[48];

	snprintf(token, sizeof(token), "token of %s", number);
	office_deliver(TO_ELECTRONIC, pin16, token);
	assert_int_equal(office_confirm(token, NULL, NULL), V_OK);
	office_deliver(TO_POST, pin16 + 8, NULL);
	return number;
}
