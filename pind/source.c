/* SPDX-License-Identifier: BSD-2-Clause */
/* source.c - see source.h. */
#include "source.h"

#include <arpa/inet.h>
#include <sodium.h>
#include <string.h>

struct origin { /* what is digested: fixed places, so that no two origins make the same bytes */
	uint8_t uid[4];
	char service[PENALTY_SERVICE_MAX];
	uint8_t kind; /* 4, 6, or 'n' */
	char network[128];
};

static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

static void read_network(struct origin *o, const char *rhost)
{
	uint8_t addr[16];

	if (inet_pton(AF_INET, rhost, addr) == 1) {
		o->kind = 4;
		memcpy(o->network, addr, 3);
	} else if (inet_pton(AF_INET6, rhost, addr) == 1) {
		o->kind = memcmp(addr, mapped, sizeof(mapped)) == 0 ? 4 : 6;
		memcpy(o->network, o->kind == 4 ? addr + 12 : addr, o->kind == 4 ? 3 : 6);
	} else {
		o->kind = 'n';
		for (size_t i = 0; i < sizeof(o->network) && rhost[i] != '\0'; i++)
			o->network[i] = (char)(rhost[i] >= 'A' && rhost[i] <= 'Z' ? rhost[i] + 32
										   : rhost[i]);
	}
}

struct penalty_from source_of(const struct keys *k, uid_t uid, const char *service,
			      const char *rhost)
{
	struct penalty_from from = { .tag = 0 };
	struct origin o = { .kind = 0 };
	uint8_t digest[32];
	uint32_t id = uid;

	memcpy(o.uid, &id, sizeof(o.uid));
	memcpy(o.service, service, strnlen(service, sizeof(o.service)));
	read_network(&o, rhost);
	keys_digest(k, KEYS_SOURCE, digest, sizeof(digest), &o, sizeof(o));
	memcpy(&from.tag, digest, sizeof(from.tag));
	from.tag |= 1; /* 0 means none */
	memcpy(from.service, service, strnlen(service, PENALTY_SERVICE_MAX));
	sodium_memzero(&o, sizeof(o));
	return from;
}
