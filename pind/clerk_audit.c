/* SPDX-License-Identifier: BSD-2-Clause */
/* clerk_audit.c - what auditors ask: one act, the end of the chain, and whether the chain holds. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "call.h"

#define STRETCH 256 /* rows a check looks at in one request */

void call_audit_get(struct call *c)
{
	uint64_t serial = c->req->audit_get.serial;
	struct wire_audit_is *say = &c->rep->audit_is;
	uint8_t key[STORE_KEY_LEN];
	struct audit_row row;

	audit_key(key, serial);
	if (call_row(c, &audit_row_kind, key, &row) != 0) {
		call_say(c, V_FAILED);
	} else if (row.rev == 0) {
		call_say(c, V_UNKNOWN);
	} else {
		c->rep->type = WIRE_AUDIT_IS;
		*say = (struct wire_audit_is){ .serial = row.serial,
					       .at_s = row.entry.at_s,
					       .uid = row.entry.uid,
					       .verb = row.entry.verb };
		memcpy(say->cf, row.entry.cf, sizeof(say->cf));
		memcpy(say->object, row.entry.object, sizeof(say->object));
		memcpy(say->detail, row.entry.detail, sizeof(say->detail));
	}
	sodium_memzero(&row, sizeof(row));
}

static void say_place(struct call *c, uint64_t serial, const uint8_t mac[AUDIT_MAC_LEN], bool complete)
{
	c->rep->type = WIRE_AUDIT_END;
	c->rep->audit_end = (struct wire_audit_end){ .serial = serial, .complete = complete };
	memcpy(c->rep->audit_end.mac, mac, AUDIT_MAC_LEN);
}

void call_audit_head(struct call *c)
{
	struct audit_head head;

	if (call_row(c, &audit_head_kind, audit_head_key, &head) != 0)
		call_say(c, V_FAILED);
	else
		say_place(c, head.serial, head.mac, true);
}

/* Go on from *at to the next row, if that is the one that follows. */
static enum verdict follow(struct call *c, struct audit_head *at)
{
	uint8_t key[STORE_KEY_LEN];
	struct audit_row row;
	int r;

	audit_key(key, at->serial + 1);
	r = call_row(c, &audit_row_kind, key, &row);
	if (r < 0)
		return V_FAILED;
	if (r > 0 || row.rev == 0 || !audit_follows(c->sv->keys, at->serial, at->mac, &row))
		return V_BROKEN;
	at->serial = row.serial;
	memcpy(at->mac, row.mac, sizeof(at->mac));
	return V_OK;
}

/*
 * Does the chain end at *at, as its head says? A row behind the head came with a new one meanwhile,
 * or somebody has put an old head in its place.
 */
static enum verdict end_at(struct call *c, const struct audit_head *at, bool *complete)
{
	uint8_t key[STORE_KEY_LEN];
	struct audit_head head;
	struct audit_row row;
	int r;

	audit_key(key, at->serial + 1);
	r = call_row(c, &audit_row_kind, key, &row);
	if (r < 0)
		return V_FAILED;
	*complete = r == 0 && row.rev == 0;
	if (*complete)
		return V_OK;
	r = call_row(c, &audit_head_kind, audit_head_key, &head);
	if (r < 0)
		return V_FAILED;
	return r == 0 && head.serial > at->serial ? V_OK : V_BROKEN;
}

/* Can a check begin at *at? Not if rows that somebody saw are gone. */
static bool begins(const struct audit_head *at, const struct audit_head *head)
{
	if (at->serial == 0 && !sodium_is_zero(at->mac, sizeof(at->mac)))
		return false;
	return at->serial <= head->serial;
}

void call_audit_check(struct call *c)
{
	const struct wire_audit_check *q = &c->req->audit_check;
	struct audit_head head, at = { .serial = q->serial };
	bool complete = false;
	enum verdict v = V_OK;
	int r = call_row(c, &audit_head_kind, audit_head_key, &head);

	memcpy(at.mac, q->mac, sizeof(at.mac));
	if (r != 0 || !begins(&at, &head))
		v = r < 0 ? V_FAILED : V_BROKEN;
	for (int i = 0; v == V_OK && i < STRETCH && at.serial < head.serial; i++)
		v = follow(c, &at);
	if (v == V_OK && at.serial == head.serial)
		v = memcmp(at.mac, head.mac, sizeof(at.mac)) == 0 ? end_at(c, &at, &complete)
								  : V_BROKEN;
	if (v == V_OK)
		say_place(c, at.serial, at.mac, complete);
	else
		call_say(c, v);
}
