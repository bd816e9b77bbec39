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
#include "stats.h"
#include "wire.h"

enum role { ROLE_AUTH, ROLE_ADMIN }; /* which socket the request came by */

struct peer { /* who is asking; the kernel says so, never the message */
	enum role role;
	bool may;  /* root, pind's own uid, or in the socket's group */
	uid_t uid;
};

struct service { /* shared by all workers */
	struct accounts accounts;
	const struct keys *keys;
	struct recent *recent;
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
 * service's. 0 or -errno. serve_close frees conf and recent; NULLs are fine.
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

/* Answer in with v and nothing else: V_BUSY, V_FAILED. Touches no account. */
void serve_refuse(struct service *sv, enum verdict v, const uint8_t *in, size_t len,
		  uint8_t out[static WIRE_MAX], size_t *out_len);

#endif
