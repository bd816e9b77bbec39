/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model.h - what pind ought to say, written once more without its tables, store and seals: a few
 * people, their PINs as plain text, and the rules. fuzz_serve compares.
 */
#ifndef MODEL_H
#define MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "verdict.h"

#define MODEL_PEOPLE 3

struct count { /* attempts */
	uint32_t fails;
	uint64_t until_s, last_s;
};

struct known { /* a source the person was let in from */
	const char *service; /* NULL: a free place */
	uint32_t uid;
	struct count count;
	uint64_t seen_s;
};

struct wrong { /* a PIN that was wrong a moment ago */
	char typed[65];
	uint32_t gen;
	uint64_t at_s;
	unsigned int uses; /* uncharged repeats */
};

enum { KNOWN_SOURCES = 8, WRONGS = 128, AGAINS = 32 };

struct person {
	bool known, temporary, revoked; /* known: ever had a PIN */
	uint32_t gen;                   /* how many PINs, revocations included */
	char pin[17], last_pin[17];     /* normalised; "" for none */
	uint8_t level, category;
	uint64_t set_s, expires_s, lapses_s, seen_s;
	const char *seen_at;            /* "" or a service's name */
	bool phone, email;
	struct count own;               /* attempts from elsewhere than: */
	struct known known_from[KNOWN_SOURCES];
	struct count shadow, junk;      /* when there is no such person; what can be no PIN */
	struct wrong wrongs[WRONGS];
};

struct model {
	struct person people[MODEL_PEOPLE];
	uint64_t high_s; /* the highest time committed */
	bool simplified; /* as in pind.conf */
};

struct said {
	enum verdict verdict;
	uint32_t wait_s;
};

/* The rules of the configuration that fuzz_serve sets. */
enum { FREE = 3, LIMIT = 10, SOURCE_LIMIT = 5, AGAIN_S = 600, WAIT_S = 30, WAIT_MAX_S = 3600, UNUSED_DAYS = 60 };

enum standing { NONE, TEMPORARY, ACTIVE, EXPIRED, LAPSED, UNUSED, REVOKED };

enum standing model_standing(const struct person *p, uint64_t now_s);

struct typed { /* a PIN */
	const char *worth; /* normalised; "": what cannot be one */
	const char *as;    /* as it was typed */
};

/* Somebody types a PIN for p, at a service that runs as uid. */
struct said model_prove(struct model *m, struct person *p, struct typed pin, const char *service,
			uint32_t uid, uint64_t now_s);

/* How the person's attempts from there stand: V_OK, V_THROTTLED and the wait, or V_BLOCKED. */
struct said model_gate(const struct person *p, const char *service, uint32_t uid, uint64_t now_s);

/* p's PIN becomes pin, given by its owner. */
void model_renew(struct model *m, struct person *p, const char *pin, bool phone, bool email,
		 uint64_t now_s);

/* What operators do. */
enum verdict model_issue(struct model *m, struct person *p, const char *pin, uint8_t level,
			 uint8_t category, uint64_t now_s);
enum verdict model_revoke(struct model *m, struct person *p, uint64_t now_s);
enum verdict model_unlock(struct model *m, struct person *p, uint64_t now_s);
enum verdict model_convert(struct model *m, struct person *p, uint64_t now_s);

#endif
