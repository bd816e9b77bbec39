/* SPDX-License-Identifier: BSD-2-Clause */
/* client.h - one question to pind. Used by pam_inpspin and pinctl; keeps no state. */
#ifndef CLIENT_H
#define CLIENT_H

#include <sys/types.h>

#include "wire.h"

/*
 * Connect to the socket at path, check that its listener is uid 0 or server_uid, send req with
 * a fresh nonce, wait for its one reply, close. Never sends twice. Blocks at most timeout_ms
 * (milliseconds, all steps together). 0 and *rep, or -errno:
 *   -ENOENT, -ECONNREFUSED, -EACCES   nobody listens, or not for us
 *   -EPERM                            the listener is somebody else; nothing was sent
 *   -ETIMEDOUT                        no answer in time
 *   -ECONNRESET                       hung up without an answer
 *   -EPROTO                           the reply makes no sense, or is for another nonce
 *   -EINVAL                           req cannot be encoded; nothing was sent
 *   -ENAMETOOLONG                     path is no socket's; nothing was sent
 * On error *rep is all zero. The caller wipes *req and *rep. Safe in threads, under signal
 * storms, after fork and in processes with thousands of descriptors.
 */
int client_call(const char *path, uid_t server_uid, struct wire_msg *req, struct wire_msg *rep,
		unsigned int timeout_ms);

#endif
