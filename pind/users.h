/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * users.h - names of local users and groups, read from /etc/passwd and /etc/group once at start:
 * later pind may open its configuration only, and the network name services that NSS can lead to
 * are not for a daemon that must not block.
 */
#ifndef USERS_H
#define USERS_H

#include <stdbool.h>
#include <sys/types.h>

struct users;

/*
 * Read two files, in the formats of passwd(5) and group(5). *ret is the caller's to close. 0 or
 * -errno.
 */
int users_open(struct users **ret, const char *passwd, const char *group);
void users_close(struct users *u); /* NULL is a no-op */

/* A decimal uid, or a name known when users_open ran. u may be NULL: numbers only. */
bool users_find(const struct users *u, const char *who, uid_t *uid);

/* The same for a group. Who is in it, the kernel says of each caller. */
bool users_find_group(const struct users *u, const char *which, gid_t *gid);

#endif
