/* SPDX-License-Identifier: BSD-2-Clause */
/* slots.c - who may have a connection when there are many; see hub.h. */
#include "hub.h"

#define KEPT 16 /* connections that only the admin socket may take */

struct tally { /* of the slots, as one caller sees them */
	struct conn *free_slot, *silent; /* silent: has waited longest without a packet, on this socket */
	unsigned int same;               /* connections of this uid on this socket */
};

static bool alike(const struct peer *a, const struct peer *b)
{
	return a->uid == b->uid && a->role == b->role;
}

/* The first free slot: so those in use are the first ones, and the rest are not looked at. */
static struct tally count_slots(const struct hub *h, const struct peer *who)
{
	const struct conn *end = h->conns + h->setup.limits.connections;
	struct tally t = { .same = 0 };
	unsigned int seen = 0;

	for (struct conn *c = h->conns; c < end && (t.free_slot == NULL || seen < h->open); c++) {
		if (c->fd < 0) {
			t.free_slot = t.free_slot == NULL ? c : t.free_slot;
			continue;
		}
		seen++;
		t.same += alike(&c->who, who);
		if (c->io != NULL && c->who.role == who->role &&
		    (t.silent == NULL || c->came_us < t.silent->came_us))
			t.silent = c;
	}
	return t;
}

/* How many may be open for a caller by this socket: operators find a few free whatever happens. */
static unsigned int room_for(const struct hub *h, enum role role)
{
	unsigned int all = h->setup.limits.connections;
	unsigned int kept = all / 8 < KEPT ? all / 8 : KEPT;

	return role == ROLE_ADMIN ? all : all - kept;
}

struct conn *hub_slot(struct hub *h, const struct peer *who)
{
	struct tally t = count_slots(h, who);

	if (t.same >= h->setup.limits.per_uid)
		return NULL;
	if (h->open < room_for(h, who->role))
		return t.free_slot;
	if (t.silent == NULL || count_slots(h, &t.silent->who).same <= t.same + 1)
		return NULL;
	hub_hang_up(t.silent);
	return t.silent;
}
