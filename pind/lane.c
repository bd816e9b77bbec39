/* SPDX-License-Identifier: BSD-2-Clause */
/* lane.c - see lane.h. */
#include "lane.h"

#include <sodium.h>
#include <string.h>

#include "verbs.h"

/* What the verb does: hash; write, or read more rows than the loop has time for; or neither. */
static enum lane lane_for(enum wire_type type)
{
	switch (type) {
	case WIRE_AUTHENTICATE:
	case WIRE_RENEW_OPEN:
	case WIRE_RENEW_COMMIT:
	case WIRE_SELF_STATUS:
	case WIRE_SELF_CONVERT:
	case WIRE_SELF_CONTACTS: return LANE_HASH;
	case WIRE_ISSUE:
	case WIRE_ISSUE_RELEASE:
	case WIRE_REVOKE:
	case WIRE_UNLOCK:
	case WIRE_CONVERT:
	case WIRE_CONVERT_ASK:
	case WIRE_CONVERT_JUDGE:
	case WIRE_CF_CHANGE:
	case WIRE_REMIND:
	case WIRE_RECOVER:
	case WIRE_RECOVER_CONFIRM:
	case WIRE_REQUEST_NEW:
	case WIRE_REQUEST_CONFIRM:
	case WIRE_REQUEST_DOCUMENTS:
	case WIRE_REQUEST_JUDGE:
	case WIRE_REQUEST_ADDRESS:
	case WIRE_REQUEST_DUPLICATE:
	case WIRE_REQUEST_CANCEL:
	case WIRE_REQUEST_RESEND:
	case WIRE_REQUEST_SHOW:
	case WIRE_REQUEST_NEXT:
	case WIRE_DELEGATION_ADD:
	case WIRE_DELEGATION_APPROVE:
	case WIRE_DELEGATION_REVOKE:
	case WIRE_DELEGATION_GET:
	case WIRE_REGISTRY_BEGIN:
	case WIRE_REGISTRY_PUT:
	case WIRE_REGISTRY_DONE:
	case WIRE_AUDIT_CHECK:
	case WIRE_ORDER_TAKE:
	case WIRE_ORDER_HALF:
	case WIRE_ORDER_DONE:
	case WIRE_ORDER_FAILED: return LANE_WRITE;
	default: return LANE_NOW;
	}
}

/* A refusal waits for nobody. */
static bool may_ask(const struct peer *who, enum wire_type type)
{
	const struct verb *v = verb_of(type, who->role);

	return v != NULL && who->may && (v->role == ROLE_AUTH || (v->duties & who->duties) != 0);
}

/* Whom it is about, so that what is about one person is done in turn; "": nobody, or not said. */
static const char *person_in(const struct wire_msg *m)
{
	switch (m->type) {
	case WIRE_AUTHENTICATE: return m->authenticate.cf;
	case WIRE_RENEW_OPEN: return m->renew_open.cf;
	case WIRE_RENEW_COMMIT: return m->renew_commit.cf;
	case WIRE_SELF_STATUS: return m->self_status.cf;
	case WIRE_SELF_CONVERT: return m->self_convert.cf;
	case WIRE_SELF_CONTACTS: return m->self_contacts.cf;
	case WIRE_ISSUE: return m->issue.cf;
	case WIRE_ISSUE_RELEASE: return m->issue_release.cf;
	case WIRE_REVOKE: return m->revoke.cf;
	case WIRE_UNLOCK: return m->unlock.cf;
	case WIRE_CONVERT: return m->convert.cf;
	case WIRE_CONVERT_ASK: return m->convert_ask.cf;
	case WIRE_CONVERT_JUDGE: return m->convert_judge.cf;
	case WIRE_CF_CHANGE: return m->cf_change.old;
	case WIRE_RECOVER: return m->recover.cf;
	case WIRE_REQUEST_NEW: return m->request_new.cf;
	case WIRE_DELEGATION_ADD: return m->delegation_add.cf;
	case WIRE_DELEGATION_APPROVE: return m->delegation_approve.cf;
	case WIRE_DELEGATION_REVOKE: return m->delegation_revoke.cf;
	default: return "";
	}
}

/* What two equal questions have in common: source, person, conditions, and the PIN's symbols. */
static void digest_whole(const struct service *sv, const struct peer *who,
			 const struct wire_authenticate *q, uint8_t id[static ROTA_ID_LEN])
{
	struct {
		uint64_t source; /* uid, service and network */
		uint8_t cf[16], on_behalf_of[16], level;
		char pin[sizeof(q->pin)];
	} what;
	char folded[SYMBOLS_MAX + 1];

	memset(&what, 0, sizeof(what)); /* its gaps, too */
	what.source = source_of(sv->keys, who->uid, q->service, q->rhost).tag;
	what.level = q->level;
	memcpy(what.cf, q->cf, sizeof(what.cf));
	memcpy(what.on_behalf_of, q->on_behalf_of, sizeof(what.on_behalf_of));
	if (symbols_fold(folded, q->pin, strlen(q->pin)) > 0)
		memcpy(what.pin, folded, sizeof(folded));
	else
		memcpy(what.pin, q->pin, sizeof(what.pin));
	keys_digest(sv->keys, KEYS_SOURCE, id, ROTA_ID_LEN, &what, sizeof(what));
	sodium_memzero(&what, sizeof(what));
	sodium_memzero(folded, sizeof(folded));
}

enum lane lane_of(const struct service *sv, const struct peer *who, const uint8_t *in, size_t len,
		  struct rota_label *label)
{
	struct wire_msg m;
	enum lane lane = LANE_NOW;
	const char *cf;

	*label = (struct rota_label){ .uid = who->uid };
	if (wire_decode(&m, in, len) == 0 && may_ask(who, m.type))
		lane = lane_for(m.type);
	if (lane != LANE_NOW) {
		cf = person_in(&m);
		if (cf[0] != '\0') /* what is about nobody waits for nobody's turn */
			keys_digest(sv->keys, KEYS_SOURCE, label->person, ROTA_ID_LEN, cf,
				    strlen(cf));
	}
	if (lane == LANE_HASH && m.type == WIRE_AUTHENTICATE)
		digest_whole(sv, who, &m.authenticate, label->whole);
	wire_wipe(&m);
	return lane;
}
