/* SPDX-License-Identifier: BSD-2-Clause */
/* ask.c - one question to pind, and what to type when there is no answer. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "pinctl.h"
#include "show.h"
#include "verdict.h"

#define PATIENCE_MS 10000

/* The sockets of an installed pind, and the unit and the group that open them. */
static const struct door {
	const char *path, *unit, *group;
} admin_door = { "/run/pind/admin.sock", "pind-admin.socket", "pind-admin" },
  auth_door = { "/run/pind/auth.sock", "pind-auth.socket", "pind-client" };

static int nobody_listens(const struct args *a, const struct door *d)
{
	if (a->socket == NULL)
		return show_error(EXIT_PIND, "nobody listens at %s: systemctl start %s", d->path,
				  d->unit);
	return show_error(EXIT_PIND, "nobody listens at %s: give --socket where pind runs",
			  a->socket);
}

static int say_why(const struct args *a, const struct door *d, int err)
{
	const char *path = a->socket != NULL ? a->socket : d->path, *what = strerror(-err);

	switch (-err) {
	case ENOENT:
	case ENOTDIR:
	case ECONNREFUSED: return nobody_listens(a, d);
	case EACCES:
		return show_error(EXIT_PIND, "you may not use %s: join the group %s or use sudo",
				  path, d->group);
	case EPERM:
		what = "its listener is neither root nor you, and was told nothing: see 'ss -xlp'";
		break;
	case ETIMEDOUT:
		what = "no answer in 10 s: see 'journalctl -u pind'; it may still have done it";
		break;
	case ECONNRESET:
		what = "hung up: see 'journalctl -u pind'; it may still have done it";
		break;
	case EPROTO:
	case EPROTOTYPE:
		what = "speaks another protocol: is it pind, and of version " VERSION "?";
		break;
	case ENAMETOOLONG: return show_error(EXIT_ARGS, "--socket takes at most 107 bytes");
	}
	return show_error(EXIT_PIND, "%s: %s", path, what);
}

/* A refusal where an answer was wanted. V_OK is none: it would be an answer without content. */
static int check_type(const struct args *a, const struct door *d, enum wire_type want,
		      const struct wire_msg *rep)
{
	if (rep->type == want)
		return 0;
	if (rep->type != WIRE_VERDICT || rep->verdict.code == V_OK)
		return say_why(a, d, -EPROTO);
	return show_verdict(a->json, &rep->verdict, NULL);
}

int ask_try(const struct args *a, struct wire_msg *req, struct wire_msg *rep)
{
	return client_call(a->socket != NULL ? a->socket : admin_door.path, geteuid(), req, rep,
			   PATIENCE_MS);
}

int ask_why(const struct args *a, int err)
{
	return say_why(a, &admin_door, err);
}

/* Codes below those of operators are the auth socket's. */
static const struct door *door_of(const struct wire_msg *req)
{
	return req->type < WIRE_COST ? &auth_door : &admin_door;
}

int ask_any(const struct args *a, struct wire_msg *req, struct wire_msg *rep)
{
	const struct door *d = door_of(req);
	int r = client_call(a->socket != NULL ? a->socket : d->path, geteuid(), req, rep,
			    PATIENCE_MS);

	return r == 0 ? 0 : say_why(a, d, r);
}

int ask_next(const struct args *a, struct wire_msg *req, enum wire_type want, struct wire_msg *rep,
	     bool *found)
{
	const struct door *d = door_of(req);
	int r = ask_any(a, req, rep);

	if (r != 0)
		return r;
	*found = rep->type != WIRE_VERDICT || rep->verdict.code != V_UNKNOWN;
	return *found ? check_type(a, d, want, rep) : 0;
}

int ask(const struct args *a, struct wire_msg *req, enum wire_type want, struct wire_msg *rep)
{
	bool found = true;
	int r = ask_next(a, req, want, rep, &found);

	if (r != 0 || found || want == WIRE_VERDICT)
		return r;
	return show_verdict(a->json, &rep->verdict, NULL);
}

int ask_verdict(const struct args *a, struct wire_msg *req, const char *done)
{
	struct wire_msg rep;
	int r = ask(a, req, WIRE_VERDICT, &rep);

	if (r == 0)
		r = show_verdict(a->json, &rep.verdict, done);
	wire_wipe(&rep);
	return r;
}
