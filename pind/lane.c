/* SPDX-License-Identifier: BSD-2-Clause */
/* lane.c - see lane.h. */
#include "lane.h"

#include <sodium.h>
#include <string.h>

#include "source.h"

static enum lane lane_for(const struct peer *who, enum wire_type type)
{
	bool auth = who->role == ROLE_AUTH, admin = who->role == ROLE_ADMIN;

	switch (type) {
	case WIRE_AUTHENTICATE:
	case WIRE_RENEW_OPEN:
	case WIRE_RENEW_COMMIT: return auth && who->may ? LANE_HASH : LANE_NOW;
	case WIRE_ISSUE:
	case WIRE_REVOKE:
	case WIRE_UNLOCK:
	case WIRE_CONVERT: return admin && who->may ? LANE_WRITE : LANE_NOW;
	default: return LANE_NOW;
	}
}

static const char *person_in(const struct wire_msg *m)
{
	switch (m->type) {
	case WIRE_AUTHENTICATE: return m->authenticate.cf;
	case WIRE_RENEW_OPEN: return m->renew_open.cf;
	case WIRE_RENEW_COMMIT: return m->renew_commit.cf;
	case WIRE_ISSUE: return m->issue.cf;
	case WIRE_REVOKE: return m->revoke.cf;
	case WIRE_UNLOCK: return m->unlock.cf;
	case WIRE_CONVERT: return m->convert.cf;
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
	if (wire_decode(&m, in, len) == 0)
		lane = lane_for(who, m.type);
	if (lane != LANE_NOW) {
		cf = person_in(&m);
		keys_digest(sv->keys, KEYS_SOURCE, label->person, ROTA_ID_LEN, cf, strlen(cf));
	}
	if (lane == LANE_HASH && m.type == WIRE_AUTHENTICATE)
		digest_whole(sv, who, &m.authenticate, label->whole);
	wire_wipe(&m);
	return lane;
}
