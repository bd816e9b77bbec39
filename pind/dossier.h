/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dossier.h - the rows beside the PINs: pratiche, links, orders to couriers, delegations,
 * registries. What they hold, what their keys are, and how they are sealed; act.h reads and writes
 * them. Every object begins with its row's revision; all texts end in NUL.
 */
#ifndef DOSSIER_H
#define DOSSIER_H

#include "number.h"
#include "order.h"
#include "pratica.h"
#include "record.h"
#include "seal.h"

#define DOSSIER_LINE_MAX   64 /* bytes of a line of an address */
#define DOSSIER_NAME_MAX   80 /* bytes of a company's or person's name */
#define DOSSIER_CODE_MAX   20 /* bytes of a matricola, or of a fax's reference */
#define DOSSIER_TOKEN_LEN  32 /* bytes of BLAKE2b-256 of a link's token, as the courier sends it */

struct address { /* as it is printed below the name; empty street: none */
	char name[DOSSIER_NAME_MAX + 1];
	char street[DOSSIER_LINE_MAX + 1]; /* and number */
	char town[DOSSIER_LINE_MAX + 1];   /* CAP, comune and provincia: "00144 ROMA RM" */
};

struct pratica { /* a row of STORE_PRATICA */
	uint64_t rev;
	struct pratica_rec rec;
	char number[NUMBER_LEN + 1];
	char cf[RECORD_CF_MAX + 1];            /* the applicant */
	uint8_t category;                      /* enum category */
	uint8_t subtype;                       /* enum subtype of an intermediario, of an impresa; 0: none */
	uint8_t gestione;                      /* enum gestione */
	uint8_t fonte;                         /* enum fonte: how they came to know of the service */
	uint8_t channel;                       /* enum channel the request came by */
	uint8_t by_sms;                        /* 1: the electronic half goes to phone */
	uint8_t english;                       /* 1: letters and e-mails in English first */
	char email[CONTACT_EMAIL_MAX + 1];
	char phone[CONTACT_PHONE_MAX + 1];
	char matricola[DOSSIER_CODE_MAX + 1];
	char company[RECORD_CF_MAX + 1];       /* codice fiscale of the impresa, given at confirmation */
	char company_name[DOSSIER_NAME_MAX + 1];
	struct address address;                /* an intermediario's own choice; else empty: the registry's */
	struct papers documents;             /* the latest that came */
	char reason[RECORD_REASON_MAX + 1];    /* of a rejection or cancellation */
	uint8_t link[STORE_KEY_LEN];           /* key of its row in STORE_LINK, or zeros */
	uint64_t opened_s;
	uint32_t opened_by, judged_by;         /* uids */
};

enum link_use { LINK_CONFIRM = 1, LINK_RECOVER };

struct link { /* a row of STORE_LINK: what a token opens, once */
	uint64_t rev;
	uint8_t use;                  /* enum link_use */
	char number[NUMBER_LEN + 1];  /* LINK_CONFIRM */
	char cf[RECORD_CF_MAX + 1];   /* LINK_RECOVER */
	uint64_t due_s;               /* worthless from then on */
	uint64_t set_s;               /* LINK_RECOVER: when the PIN was set that it replaces */
	uint32_t nth;                 /* LINK_RECOVER: of its person's links; worthless if not the last */
};

struct order { /* a row of STORE_ORDER: something a courier must deliver */
	uint64_t rev;
	uint64_t serial;              /* names it in the courier's verbs */
	uint8_t to;                   /* enum channel_kind */
	uint8_t kind;                 /* enum order_kind */
	uint8_t parked;               /* 1: too many failures; an operator must look */
	char number[NUMBER_LEN + 1];
	char cf[RECORD_CF_MAX + 1];   /* whose */
	uint32_t tries;               /* failed deliveries */
	uint8_t draws;                /* halves or links drawn for it since the latest failure */
	uint64_t due_s;               /* not before */
	uint64_t made_s;
	char trouble[RECORD_REASON_MAX + 1]; /* of the latest failure */
};

struct delegation { /* a row of STORE_DELEGATION: who may act for whom */
	uint64_t rev;
	char cf[RECORD_CF_MAX + 1];      /* the person */
	char company[RECORD_CF_MAX + 1]; /* whom they act for */
	uint8_t approved, revoked;
	uint64_t made_s, until_s;        /* until_s 0: no end */
	uint32_t made_by, approved_by;   /* uids */
};

enum registry { REGISTRY_MATRICOLE = 1, REGISTRY_PATRONATI, REGISTRY_INDIRIZZI };

struct entry_row { /* a row of STORE_REGISTRY */
	uint64_t rev;
	uint8_t registry;                /* enum registry */
	char code[DOSSIER_CODE_MAX + 1]; /* matricola, or codice fiscale */
	char cf[RECORD_CF_MAX + 1];      /* of whom: a matricola's holder */
	struct address address;          /* indirizzi */
};

struct counter { /* a row of STORE_META: the last number given away */
	uint64_t rev;
	uint64_t last;
};

extern const struct seal_kind dossier_pratica, dossier_link, dossier_order, dossier_delegation,
	dossier_registry, dossier_counter;

/* Keys of rows: STORE_KEY_LEN bytes each. Pratiche are in order of their numbers. */
void dossier_pratica_key(uint8_t key[static STORE_KEY_LEN], const char *number);
void dossier_link_key(uint8_t key[static STORE_KEY_LEN], const struct keys *k,
		      const uint8_t token[static DOSSIER_TOKEN_LEN]);

/* Orders are in order of courier, then due_s and serial; parked ones of courier, number, serial. */
void dossier_order_key(uint8_t key[static STORE_KEY_LEN], const struct order *o);

/* All of a person's delegations are neighbours; company NULL: the key before the first of them. */
void dossier_delegation_key(uint8_t key[static STORE_KEY_LEN], const struct keys *k, const char *cf,
			    const char *company);
void dossier_registry_key(uint8_t key[static STORE_KEY_LEN], const struct keys *k,
			  enum registry registry, const char *code);
extern const uint8_t dossier_numbers_key[STORE_KEY_LEN], dossier_serials_key[STORE_KEY_LEN];

#endif
