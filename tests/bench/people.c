/* SPDX-License-Identifier: BSD-2-Clause */
/* people.c - people who do not exist, and their PINs; see ask.h. */
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "argon.h"
#include "ask.h"
#include "cf.h"
#include "client.h"
#include "person.h"
#include "symbols.h"
#include "verdict.h"

#define FIRST_PIN  "ABCD2345EFGH6789"
#define TIMEOUT_MS 60000

/* Consonants and digits count; born on a first of January in Rome. */
void people_cf(char cf[static 17], unsigned int i)
{
	static const char letters[] = "BCDFGHJKLMNPQRST", months[] = "ABCDEHLMPRST";
	struct cf parsed;

	snprintf(cf, 17, "%c%c%c%c%c%c%02u%c%02uH501?", letters[i & 15], letters[i >> 4 & 15],
		 letters[i >> 8 & 15], letters[i >> 12 & 15], letters[i >> 16 & 15],
		 letters[i >> 20 & 15], i >> 24 & 63, months[(i >> 30) & 3], 1);
	for (cf[15] = 'A'; cf[15] < 'Z'; cf[15]++)
		if (cf_parse_exact(&parsed, cf, 16) == CF_OK)
			return;
}

static int ask(const char *dir, const char *name, struct wire_msg *req, struct wire_msg *rep)
{
	char path[108];
	struct stat st;
	int r = -1;

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) < (int)sizeof(path) &&
	    stat(path, &st) == 0)
		r = client_call(path, st.st_uid, req, rep, TIMEOUT_MS);
	if (r != 0)
		fprintf(stderr, "load: no answer at %s/%s\n", dir, name);
	return r;
}

static int said_ok(const struct wire_msg *rep, const char *what, const char *cf)
{
	if (rep->type == WIRE_VERDICT && rep->verdict.code == V_OK)
		return 0;
	fprintf(stderr, "load: %s of %s was refused\n", what, cf);
	return -1;
}

/* Everybody's first PIN is the same: it is hashed once. */
static int fill_issue(const char *dir, struct wire_msg *m)
{
	struct wire_msg req = { .type = WIRE_COST }, rep;
	struct argon_cost cost;
	struct wire_issue *v = &m->issue;

	if (ask(dir, "admin.sock", &req, &rep) != 0 || rep.type != WIRE_COST_IS)
		return -1;
	cost = (struct argon_cost){ rep.cost_is.ops, rep.cost_is.mem_kib };
	*m = (struct wire_msg){ .type = WIRE_ISSUE };
	*v = (struct wire_issue){ .category = CATEGORY_LAVORATORE,
				  .level = LEVEL_SEMPLICE,
				  .ops = cost.ops,
				  .mem_kib = cost.mem_kib };
	if (getrandom(v->salt1, sizeof(v->salt1), 0) != sizeof(v->salt1) ||
	    getrandom(v->salt2, sizeof(v->salt2), 0) != sizeof(v->salt2))
		return -1;
	if (argon_derive(v->out1, FIRST_PIN, SYMBOLS_HALF, v->salt1, &cost) != 0)
		return -1;
	return argon_derive(v->out2, &FIRST_PIN[SYMBOLS_HALF], SYMBOLS_HALF, v->salt2, &cost);
}

static int renew(const char *dir, struct person *p)
{
	struct wire_msg req = { .type = WIRE_RENEW_OPEN,
				.renew_open.service = "bench",
				.renew_open.old = FIRST_PIN },
			rep;
	struct wire_renew_commit *c = &req.renew_commit;
	struct wire_renewal renewal;

	memcpy(req.renew_open.cf, p->cf, sizeof(p->cf));
	if (ask(dir, "auth.sock", &req, &rep) != 0 || rep.type != WIRE_RENEWAL)
		return -1;
	renewal = rep.renewal;
	req = (struct wire_msg){ .type = WIRE_RENEW_COMMIT };
	*c = (struct wire_renew_commit){ .service = "bench",
					 .old = FIRST_PIN,
					 .email = "chi@example.org",
					 .phone = "+393331234567" };
	memcpy(c->cf, p->cf, sizeof(p->cf));
	memcpy(c->ticket, renewal.ticket, sizeof(c->ticket));
	snprintf(c->pin, sizeof(c->pin), "%s", renewal.pin);
	snprintf(p->pin, sizeof(p->pin), "%s", renewal.pin);
	return ask(dir, "auth.sock", &req, &rep) == 0 ? said_ok(&rep, "renewal", p->cf) : -1;
}

int people_make(const char *dir, unsigned int n, const char *file)
{
	struct wire_msg issue, req, rep;
	FILE *f = fopen(file, "w");
	int r = f != NULL ? fill_issue(dir, &issue) : -1;

	for (unsigned int i = 0; r == 0 && i < n; i++) {
		struct person p = { .cf = "" };

		people_cf(p.cf, i);
		req = issue;
		memcpy(req.issue.cf, p.cf, sizeof(p.cf));
		r = ask(dir, "admin.sock", &req, &rep);
		if (r == 0)
			r = said_ok(&rep, "issue", p.cf);
		if (r == 0)
			r = renew(dir, &p);
		if (r == 0 && fprintf(f, "%s %s\n", p.cf, p.pin) < 0)
			r = -1;
	}
	if (f != NULL && fclose(f) != 0)
		r = -1;
	return r;
}

int people_read(const char *file, struct person *to, int max)
{
	FILE *f = fopen(file, "r");
	int n = 0;

	if (f == NULL)
		return -1;
	while (n < max && fscanf(f, "%16s %16s", to[n].cf, to[n].pin) == 2)
		n++;
	fclose(f);
	return n;
}
