/* SPDX-License-Identifier: BSD-2-Clause */
/* ask.c - one question to pind, and what to type when there is no answer. */
#include <errno.h>
#include <stdio.h>
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

#define HELPDESK (1u)
#define APPROVER (2u)
#define AUDITOR  (4u)
#define PORTAL   (8u)
#define DESK     (HELPDESK | APPROVER)
#define ANYBODY  (DESK | AUDITOR)
#define PUBLIC   (HELPDESK | PORTAL)

#define STATUS   "see 'pinctl status'"
#define PRATICHE "see 'pinctl request list'"
#define LIST     "see 'pinctl delegation list'"
#define REGISTRY "see 'pinctl registry show'"
#define OWN      "see 'pinctl self status'"

/*
 * Whose each question is, as pind/verbs.c has it: a test compares. And what to do when pind has
 * done it and that cannot be written; NULL: it changes nothing.
 */
/* clang-format off */
static const struct verb {
	enum wire_type type;
	unsigned int duties;
	const char *done;
} verbs[] = {
	{ WIRE_RENEW_COMMIT,       0,        OWN },
	{ WIRE_SELF_CONVERT,       0,        OWN },
	{ WIRE_SELF_CONTACTS,      0,        OWN },
	{ WIRE_COST,               DESK,     NULL },
	{ WIRE_ISSUE,              DESK,     STATUS },
	{ WIRE_ISSUE_RELEASE,      APPROVER, STATUS },
	{ WIRE_STATUS,             DESK,     NULL },
	{ WIRE_SOURCE_GET,         DESK,     NULL },
	{ WIRE_REVOKE,             DESK,     STATUS },
	{ WIRE_UNLOCK,             DESK,     STATUS },
	{ WIRE_CONVERT,            APPROVER, STATUS },
	{ WIRE_CF_CHANGE,          APPROVER, STATUS },
	{ WIRE_CONVERT_ASK,        DESK,     STATUS },
	{ WIRE_CONVERT_JUDGE,      APPROVER, STATUS },
	{ WIRE_REMIND,             DESK,     "nobody is reminded twice" },
	{ WIRE_SERVICE_GET,        ANYBODY,  NULL },
	{ WIRE_SERVICE_TEST,       DESK,     NULL },
	{ WIRE_STATS,              ANYBODY,  NULL },
	{ WIRE_STAT_GET,           ANYBODY,  NULL },
	{ WIRE_REQUEST_NEW,        PUBLIC,   PRATICHE },
	{ WIRE_REQUEST_CONFIRM,    PUBLIC,   PRATICHE },
	{ WIRE_REQUEST_DOCUMENTS,  DESK,     PRATICHE },
	{ WIRE_REQUEST_JUDGE,      APPROVER, PRATICHE },
	{ WIRE_REQUEST_ADDRESS,    DESK,     PRATICHE },
	{ WIRE_REQUEST_DUPLICATE,  HELPDESK, PRATICHE },
	{ WIRE_REQUEST_CANCEL,     DESK,     PRATICHE },
	{ WIRE_REQUEST_SHOW,       DESK,     NULL },
	{ WIRE_REQUEST_NEXT,       DESK,     NULL },
	{ WIRE_REQUEST_RESEND,     HELPDESK, PRATICHE },
	{ WIRE_RECOVER,            PUBLIC,   "the link is ordered" },
	{ WIRE_RECOVER_CONFIRM,    PUBLIC,   "the other PIN is on its way" },
	{ WIRE_DELEGATION_ADD,     DESK,     LIST },
	{ WIRE_DELEGATION_APPROVE, APPROVER, LIST },
	{ WIRE_DELEGATION_REVOKE,  DESK,     LIST },
	{ WIRE_DELEGATION_GET,     DESK,     NULL },
	{ WIRE_REGISTRY_BEGIN,     APPROVER, REGISTRY },
	{ WIRE_REGISTRY_PUT,       APPROVER, REGISTRY },
	{ WIRE_REGISTRY_DONE,      APPROVER, REGISTRY },
	{ WIRE_REGISTRY_GET,       DESK,     NULL },
	{ WIRE_AUDIT_GET,          AUDITOR,  NULL },
	{ WIRE_AUDIT_HEAD,         AUDITOR,  NULL },
	{ WIRE_AUDIT_CHECK,        AUDITOR,  NULL },
};
/* clang-format on */

static const char *latest; /* of the latest change that pind made for us */

const char *ask_done(void)
{
	return latest;
}

static const struct verb *verb_of(enum wire_type type)
{
	for (const struct verb *v = verbs; v < verbs + sizeof(verbs) / sizeof(*verbs); v++)
		if (v->type == type)
			return v;
	return NULL;
}

/* Whose duty it is, instead of that it is not ours. The exit status. */
static int say_denied(const struct args *a, const struct verb *v)
{
	static const char *const groups[] = { "pind-helpdesk", "pind-approver", "pind-auditor",
					      "pind-portal" };
	char text[160] = "this takes the group";
	size_t n = strlen(text);

	for (unsigned int i = 0; i < sizeof(groups) / sizeof(*groups); i++)
		if ((v->duties >> i & 1) != 0)
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s %s",
					      (v->duties & ((1u << i) - 1)) != 0 ? " or" : "", groups[i]);
	snprintf(text + n, sizeof(text) - n, ", or what pind.conf names instead: see 'id'");
	return show_refusal(a->json, V_DENIED, text);
}

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

/* Codes below those of operators are the auth socket's. */
static const struct door *door_of(const struct wire_msg *req)
{
	return req->type < WIRE_COST ? &auth_door : &admin_door;
}

/* A refusal where an answer was wanted. V_OK is none: it would be an answer without content. */
int ask_type(const struct args *a, const struct wire_msg *req, enum wire_type want,
	     const struct wire_msg *rep)
{
	if (rep->type == want)
		return 0;
	if (rep->type != WIRE_VERDICT || rep->verdict.code == V_OK)
		return say_why(a, door_of(req), -EPROTO);
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

int ask_any(const struct args *a, struct wire_msg *req, struct wire_msg *rep)
{
	const struct door *d = door_of(req);
	const struct verb *v = verb_of(req->type);
	int r = client_call(a->socket != NULL ? a->socket : d->path, geteuid(), req, rep,
			    PATIENCE_MS);

	if (r == 0 && v != NULL && v->done != NULL &&
	    (rep->type != WIRE_VERDICT || rep->verdict.code == V_OK))
		latest = v->done;
	if (r == 0 && rep->type == WIRE_VERDICT && rep->verdict.code == V_DENIED && v != NULL &&
	    v->duties != 0)
		return say_denied(a, v);
	return r == 0 ? 0 : say_why(a, d, r);
}

int ask_next(const struct args *a, struct wire_msg *req, enum wire_type want, struct wire_msg *rep,
	     bool *found)
{
	int r = ask_any(a, req, rep);

	if (r != 0)
		return r;
	*found = rep->type != WIRE_VERDICT || rep->verdict.code != V_UNKNOWN;
	return *found ? ask_type(a, req, want, rep) : 0;
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
