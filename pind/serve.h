/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * serve.h - one request in, one reply out. Bytes to bytes: no sockets, no threads, no clock of its
 * own, so tests and fuzzers drive the whole daemon through this one function.
 */
#ifndef SERVE_H
#define SERVE_H

#include <pthread.h>

#include "account.h"
#include "conf.h"
#include "event.h"
#include "recent.h"
#include "spray.h"
#include "stats.h"
#include "symbols.h"
#include "wire.h"

enum role { ROLE_AUTH, ROLE_ADMIN, ROLE_COURIER }; /* which socket the request came by */

enum { /* what a peer of the admin or courier socket may do: bits. Root and pind's own uid: all */
	DUTY_HELPDESK = 1,   /* status, revoke, unlock, request, duplicate, delegation add */
	DUTY_APPROVER = 2,   /* convert, approve, reject, delegation approve */
	DUTY_AUDITOR = 4,    /* audit, stats */
	DUTY_ELECTRONIC = 8, /* orders for the electronic half */
	DUTY_POST = 16,      /* orders for the posted half */
	DUTY_PORTAL = 32,    /* a public page: new requests and recoveries, and the links' use */
	DUTY_ALL = 63,
};

struct peer { /* who is asking; the kernel says so, never the message */
	enum role role;
	bool may;  /* root, pind's own uid, or in the socket's group */
	uid_t uid;
	unsigned int duties; /* DUTY_*; not looked at on the auth socket */
};

struct service { /* shared by all workers */
	struct accounts accounts;
	const struct keys *keys;
	struct recent *proofs; /* right PINs, for the account phase that follows */
	struct recent *wrongs; /* wrong PINs: the same one again is no new attempt */
	struct recent *denials; /* who was told in the journal to have asked what they may not */
	struct spray *spray;   /* who fails for how many people */
	struct stats stats;
	uint64_t (*real_s)(void); /* seconds since the epoch; called once per request */
	uint64_t (*boot_s)(void); /* a clock nobody sets; NULL: there is none, go by real_s */
	event_sink_fn *event;     /* may be NULL */
	struct pin_verifier decoy; /* compared when there is nothing to compare, to take as long */

	pthread_mutex_t conf_lock; /* guards conf and its holders; never held during a request */
	struct conf *conf;
};

/*
 * Fill what can be filled before the store is open: locks, decoy, counters. conf becomes the
 * service's. 0 or -errno. serve_close frees what serve_open made, and conf; after a failure, too.
 */
int serve_open(struct service *sv, const struct keys *keys, struct conf *conf);
void serve_close(struct service *sv);

/* Put another configuration in force for requests that begin from now on. conf becomes ours. */
void serve_configure(struct service *sv, struct conf *conf);

/*
 * Answer in[0..len). out gets a whole packet, *out_len its length. Every input has an answer.
 * When the store is broken, sv->accounts.broken is set and the caller must stop serving.
 */
void serve(struct service *sv, const struct peer *who, const uint8_t *in, size_t len,
	   uint8_t out[static WIRE_MAX], size_t *out_len);

/*
 * The same, but what need not keep the client waiting is left in *later for serve_later, to be
 * called in the same thread once the answer is on its way. Both wipe what they leave behind.
 */
struct serve_later {
	bool due;
	char cf[RECORD_CF_MAX + 1], pin[SYMBOLS_MAX + 1]; /* a right PIN whose verifier is outdated */
	uint8_t form;
	uint32_t gen;
};
void serve_first(struct service *sv, const struct peer *who, const uint8_t *in, size_t len,
		 uint8_t out[static WIRE_MAX], size_t *out_len, struct serve_later *later);
void serve_later(struct service *sv, struct serve_later *later);

/* Answer in with v and nothing else: V_BUSY, V_FAILED. Touches no account. */
void serve_refuse(struct service *sv, enum verdict v, const uint8_t *in, size_t len,
		  uint8_t out[static WIRE_MAX], size_t *out_len);

#endif
