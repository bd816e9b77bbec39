/* SPDX-License-Identifier: BSD-2-Clause */
/* listen.h - the sockets pind serves: handed over by systemd by name, or made by itself. */
#ifndef LISTEN_H
#define LISTEN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "serve.h"

#define LISTEN_MAX 3 /* one socket a role */

struct listener {
	int fd;
	enum role role;
	bool by_group; /* members of gid may ask, besides root and pind's own uid */
	gid_t gid;
	uid_t own_uid;
	const struct conf *conf; /* says whose which duty is */
};

/*
 * Take what systemd passed (FileDescriptorName= auth, admin, courier), or make a NAME.sock for each
 * in runtime_dir, 0600, for root and our own uid. conf stays the caller's, as long as the listeners.
 * *n gets how many. 0, or -errno and err is one line.
 */
int listen_open(struct listener l[static LISTEN_MAX], size_t *n, const char *runtime_dir,
		const struct conf *conf, char *err, size_t err_cap);

/* Close. The files stay, for the sandbox lets nobody remove any; the next start clears them. */
void listen_close(struct listener *l, size_t n);

/* Fill *who for a connection accepted from l. 0 or -errno: then nothing may be served to it. */
int listen_peer(const struct listener *l, int fd, struct peer *who);

#endif
