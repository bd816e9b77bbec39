/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ask.h - the questions the module puts to pind. Each is one client_call(): PAM_SUCCESS and *rep
 * when pind answered, whatever it said; else the PAM code for its silence, logged, and *rep all
 * zero. The caller wipes *rep.
 */
#ifndef ASK_H
#define ASK_H

#include <stdbool.h>

#include "call.h"

#define ASK_PIN_LEN sizeof(((struct wire_authenticate *)0)->pin)

struct proof { /* of the old PIN: a grant if there is one, else the PIN itself */
	uint8_t grant[WIRE_GRANT_LEN];
	char old[ASK_PIN_LEN];
};

struct offer { /* what RENEW_COMMIT adds to the proof */
	uint8_t ticket[WIRE_TICKET_LEN];
	char pin[ASK_PIN_LEN]; /* the new PIN as typed back */
	char email[sizeof(((struct wire_renew_commit *)0)->email)];
	char phone[sizeof(((struct wire_renew_commit *)0)->phone)];
};

/* Copy what was typed, or as much as fits: no PIN is nearly that long, so none is cut to match. */
void ask_pin(char pin[static ASK_PIN_LEN], const char *typed);

int ask_authenticate(const struct call *c, const char *typed, struct wire_msg *rep);
int ask_authorize(const struct call *c, struct wire_msg *rep);
int ask_renew_open(const struct call *c, const struct proof *p, struct wire_msg *rep);
int ask_renew_commit(const struct call *c, const struct proof *p, const struct offer *o,
		     struct wire_msg *rep);

/* The verdict in rep; V_NONE if it holds none. */
unsigned int ask_verdict(const struct wire_msg *rep);

/* The PAM code of a verdict, in the account phase or out of it. PAM_SERVICE_ERR if unknown. */
int ask_code(unsigned int verdict, bool account);

#endif
