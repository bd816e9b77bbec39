/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * session.h - who is logged in, in a sealed cookie; and the program that Apache asks about it
 * (RewriteMap prg:). A session names the service that the PIN was proven to.
 */
#ifndef SESSION_H
#define SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "cf.h"
#include "seal.h"

#define SESSION_COOKIE  "__Host-inpspin"
#define SESSION_IDLE_S  (20 * 60)   /* without a request */
#define SESSION_MAX_S   (8 * 3600)  /* in all */
#define SESSION_FRESH_S 60          /* a cookie older than this is replaced */
#define SESSION_SERVICE 33          /* bytes of a service's name, NUL included */

struct session {
	uint64_t since_s, seen_s; /* seconds since the epoch */
	char service[SESSION_SERVICE];
	char cf[CF_LEN + 1];
};

#define SESSION_TEXT SEAL_SEALED(sizeof(struct session))

/* Seal a session that begins now; out gets SESSION_TEXT bytes. */
void session_begin(char out[static SESSION_TEXT], const unsigned char *key, const char *service,
		   const char *cf, uint64_t now_s);

/*
 * What Apache is told of a cookie: "SERVICE CF -", or "SERVICE CF COOKIE" when the browser is to
 * get a new one, or "NULL", which is mod_rewrite's word for nothing. out gets SESSION_ANSWER bytes.
 */
#define SESSION_ANSWER (SESSION_SERVICE + CF_LEN + SESSION_TEXT + 2)
void session_look(char out[static SESSION_ANSWER], const unsigned char *key, const char *cookie,
		  uint64_t now_s);

/* Answer Apache, line by line, until it hangs up. The exit status. */
int session_serve(const char *key_file);

#endif
