/* SPDX-License-Identifier: BSD-2-Clause */
/* ask.c - requests to pind, with the module's own client; see ask.h. */
#include "ask.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "client.h"
#include "verdict.h"

#define SERVICE    "bench"
#define TIMEOUT_MS 120000

/* The verdict, or -errno. Who owns the socket may listen at it: it is the bench's own. */
static int verdict_of(struct asker *a, struct wire_msg *req)
{
	struct wire_msg rep;
	struct stat st;
	int r = -1;

	if (stat(a->path, &st) == 0)
		r = client_call(a->path, st.st_uid, req, &rep, TIMEOUT_MS);
	if (r == 0)
		r = rep.type == WIRE_VERDICT ? rep.verdict.code : -1;
	return r;
}

static int ask_ping(struct asker *a)
{
	struct wire_msg req = { .type = WIRE_PING };

	return verdict_of(a, &req) == V_OK ? 0 : -1;
}

static int ask_authorize(struct asker *a)
{
	struct wire_msg req = { .type = WIRE_AUTHORIZE,
				.authorize.service = SERVICE,
				.authorize.rhost = "192.0.2.17" };

	snprintf(req.authorize.cf, sizeof(req.authorize.cf), "%s", a->person->cf);
	return verdict_of(a, &req) == V_OK ? 0 : -1;
}

static int authenticate(struct asker *a, const char *cf, const char *pin)
{
	struct wire_msg req = { .type = WIRE_AUTHENTICATE,
				.authenticate.service = SERVICE,
				.authenticate.rhost = "192.0.2.17" };

	snprintf(req.authenticate.cf, sizeof(req.authenticate.cf), "%s", cf);
	snprintf(req.authenticate.pin, sizeof(req.authenticate.pin), "%s", pin);
	return verdict_of(a, &req);
}

static int ask_login(struct asker *a)
{
	return authenticate(a, a->person->cf, a->person->pin) == V_OK ? 0 : -1;
}

/* On somebody else each time: nobody's attempts run out. What it costs is the same. */
static int ask_wrong(struct asker *a)
{
	char cf[17];

	people_cf(cf, a->seed + a->thread * 20000 + a->seq);
	return authenticate(a, cf, "ABCD2345") == V_WRONG ? 0 : -1;
}

static const struct kind kinds[] = {
	{ "ping", ask_ping, "PING; also what floor's echo server understands" },
	{ "authorize", ask_authorize, "AUTHORIZE of a known person" },
	{ "login", ask_login, "AUTHENTICATE with the right PIN, each thread as somebody else" },
	{ "wrong", ask_wrong, "AUTHENTICATE with a wrong PIN, of a new stranger each time" },
	{ "saslauthd", ask_saslauthd, "saslauthd's protocol" },
	{ "dovecot", ask_dovecot, "dovecot-auth's protocol, as user 'argon'" },
};

const struct kind *kind_named(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}
