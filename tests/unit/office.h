/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * office.h - operators, couriers and applicants for tests, on a desk (desk.h). What is asked goes
 * through serve(); the reply is in desk.rep.
 */
#ifndef OFFICE_H
#define OFFICE_H

#include "desk.h"
#include "dossier.h"

#define FIRM        "01234560587" /* invented companies */
#define FIRM_2      "07654320154"
#define MATRICOLA   "M0001"
#define MATRICOLA_2 "M0002"
#define WEEK_S      PRATICA_LINK_S
#define DAY_S       86400u

/* Two clerks, two approvers who are clerks, too, and the couriers. */
extern const struct peer office_clerk, office_clerk_2, office_boss, office_boss_2, office_mail,
	office_press;

/* setup: a desk, Ann's and Bob's addresses, Ann's firm and Bob's own matricola. */
int office_open(void **state);

/* A line of a registry; street NULL: no address. */
enum verdict office_put(enum registry registry, const char *code, const char *cf,
			const char *street);

/* A REQUEST_NEW that is right for the category, to be spoilt. */
struct wire_msg office_request(const char *cf, enum category category);

/* Open a pratica; its number. */
const char *office_new(const char *cf, enum category category);

/* As couriers and pinctl hash the token of a link. */
void office_hash(const char *token, uint8_t out[static DOSSIER_TOKEN_LEN]);

/* REQUEST_CONFIRM; with the firm's details if company is not NULL. */
enum verdict office_confirm(const char *token, const char *company, const char *matricola);

enum verdict office_documents(const struct peer *who, const char *number, uint64_t until_s);
enum verdict office_judge(const struct peer *who, const char *number, bool approve);
enum verdict office_duplicate(const char *number, const char *cf);
enum verdict office_cancel(const char *number);
const struct wire_pratica_is *office_show(const char *number);
enum pratica_state office_state(const char *number);

/* What couriers ask. to also says which of them asks. */
enum verdict office_take(enum channel_kind to);
enum verdict office_half(enum channel_kind to, uint64_t serial, const char *half,
			 const char *token);
enum verdict office_done(enum channel_kind to, uint64_t serial);
enum verdict office_failed(enum channel_kind to, uint64_t serial, const char *trouble);

/* Take the next half, draw it, deliver it, report it; with a token for electronic ones. */
void office_deliver(enum channel_kind to, const char *half, const char *token);

/* All of it for a lavoratore: both halves delivered, the link used. The pratica's number. */
const char *office_issued(const char *cf, const char *pin16);

#endif
