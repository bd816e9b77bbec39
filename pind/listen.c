/* SPDX-License-Identifier: BSD-2-Clause */
/* listen.c - see listen.h. */
#include "listen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#define BACKLOG    256
#define GROUPS_MAX 1024 /* of a peer; one with more is not looked up further */

static const char *const role_names[LISTEN_MAX] = { [ROLE_AUTH] = "auth", [ROLE_ADMIN] = "admin",
						    [ROLE_COURIER] = "courier" };

static int fail(char *err, size_t cap, const char *what, const char *where, int r)
{
	snprintf(err, cap, "%s %s: %s", what, where, strerror(-r));
	return r;
}

/* Who owns the socket's file decides whose members may ask; no file, no group. */
static void read_group(struct listener *l)
{
	struct sockaddr_un sa = { .sun_family = AF_UNSPEC };
	socklen_t len = sizeof(sa) - 1;
	struct stat st;

	l->by_group = false;
	if (getsockname(l->fd, (struct sockaddr *)&sa, &len) == 0 && sa.sun_family == AF_UNIX &&
	    sa.sun_path[0] == '/' && stat(sa.sun_path, &st) == 0 && S_ISSOCK(st.st_mode) &&
	    (st.st_mode & S_IWGRP) != 0) {
		l->by_group = true;
		l->gid = st.st_gid;
	}
}

static int role_of(const char *name)
{
	for (int i = 0; i < LISTEN_MAX; i++)
		if (strcmp(role_names[i], name) == 0)
			return i;
	return -1;
}

static int adopt(struct listener *l, int fd, const char *name, const struct conf *conf, char *err,
		 size_t cap)
{
	int role = role_of(name);

	if (role < 0) {
		snprintf(err, cap, "systemd passed a socket named '%s': FileDescriptorName= must be "
				   "auth, admin or courier", name);
		return -EINVAL;
	}
	if (sd_is_socket(fd, AF_UNIX, SOCK_SEQPACKET, 1) <= 0) {
		snprintf(err, cap, "the socket '%s' is not a listening UNIX one: use "
				   "ListenSequentialPacket=", name);
		return -EINVAL;
	}
	if (fcntl(fd, F_SETFL, O_NONBLOCK) != 0)
		return fail(err, cap, "cannot use the socket", name, -errno);
	*l = (struct listener){ .fd = fd, .role = (enum role)role, .own_uid = geteuid(), .conf = conf };
	read_group(l);
	return 0;
}

static int adopt_all(struct listener *l, size_t *n, int passed, char **names,
		     const struct conf *conf, char *err, size_t cap)
{
	int r = 0;

	if (passed > LISTEN_MAX) {
		snprintf(err, cap, "systemd passed %d sockets: only auth, admin and courier are known",
			 passed);
		return -EINVAL;
	}
	for (int i = 0; i < passed && r == 0; i++) {
		r = adopt(&l[i], SD_LISTEN_FDS_START + i, names[i], conf, err, cap);
		*n += r == 0;
	}
	return r;
}

/* A socket file nobody listens at is an earlier pind's; one that answers is somebody's. */
static int clear_path(const struct sockaddr_un *sa)
{
	struct stat st;
	int fd, r = -errno;

	if (r != -EADDRINUSE || lstat(sa->sun_path, &st) != 0 || !S_ISSOCK(st.st_mode))
		return r;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)sa, sizeof(*sa)) != 0 && errno == ECONNREFUSED)
		r = unlink(sa->sun_path) == 0 ? 0 : -errno;
	close(fd);
	return r;
}

static int bind_0600(int fd, const struct sockaddr_un *sa)
{
	mode_t old = umask(0177);
	int r = bind(fd, (const struct sockaddr *)sa, sizeof(*sa)) == 0 ? 0 : clear_path(sa);

	if (r == 0 && access(sa->sun_path, F_OK) != 0) /* cleared: now it is free */
		r = bind(fd, (const struct sockaddr *)sa, sizeof(*sa)) == 0 ? 0 : -errno;
	umask(old);
	return r;
}

static int make(struct listener *l, enum role role, const char *dir, const struct conf *conf,
		char *err, size_t cap)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int r = 0;

	if (snprintf(sa.sun_path, sizeof(sa.sun_path), "%s/%s.sock", dir, role_names[role]) >=
	    (int)sizeof(sa.sun_path))
		return fail(err, cap, "cannot listen in", dir, -ENAMETOOLONG);
	*l = (struct listener){ .role = role, .own_uid = geteuid(), .conf = conf };
	l->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (l->fd < 0)
		return fail(err, cap, "cannot listen at", sa.sun_path, -errno);
	r = bind_0600(l->fd, &sa);
	if (r == 0 && listen(l->fd, BACKLOG) != 0)
		r = -errno;
	if (r != 0) {
		close(l->fd);
		return fail(err, cap, "cannot listen at", sa.sun_path, r);
	}
	return 0;
}

static int make_all(struct listener *l, size_t *n, const char *dir, const struct conf *conf,
		    char *err, size_t cap)
{
	int r = 0;

	if (mkdir(dir, 0755) != 0 && errno != EEXIST)
		return fail(err, cap, "cannot make", dir, -errno);
	for (int role = 0; role < LISTEN_MAX && r == 0; role++) {
		r = make(&l[role], (enum role)role, dir, conf, err, cap);
		*n += r == 0;
	}
	return r;
}

int listen_open(struct listener l[static LISTEN_MAX], size_t *n, const char *runtime_dir,
		const struct conf *conf, char *err, size_t err_cap)
{
	char **names = NULL;
	int r, passed = sd_listen_fds_with_names(1, &names);

	*n = 0;
	if (passed < 0)
		return fail(err, err_cap, "cannot take sockets from", "systemd", passed);
	r = passed > 0 ? adopt_all(l, n, passed, names, conf, err, err_cap)
		       : make_all(l, n, runtime_dir, conf, err, err_cap);
	for (int i = 0; names != NULL && names[i] != NULL; i++)
		free(names[i]);
	free(names);
	if (r != 0)
		listen_close(l, *n);
	return r;
}

void listen_close(struct listener *l, size_t n)
{
	for (size_t i = 0; i < n; i++)
		close(l[i].fd);
}

struct belongs { /* what the kernel says of a peer */
	uid_t uid;
	gid_t groups[1 + GROUPS_MAX]; /* the primary one first */
	size_t n;
};

static int read_peer(int fd, struct belongs *to)
{
	struct ucred cred = { 0, (uid_t)-1, (gid_t)-1 };
	socklen_t len = sizeof(cred), room = GROUPS_MAX * sizeof(*to->groups);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) != 0)
		return -errno;
	if (cred.uid == (uid_t)-1)
		return -EPERM; /* no credentials are nobody's credentials */
	to->uid = cred.uid;
	to->groups[0] = cred.gid;
	to->n = 1;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, to->groups + 1, &room) == 0)
		to->n += room / sizeof(*to->groups);
	return 0;
}

static bool in_group(const struct belongs *b, gid_t gid)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->groups[i] == gid && gid != (gid_t)-1)
			return true;
	return false;
}

/* Operators are known by their groups, couriers by their uids; whoever logs people in has no duties. */
static unsigned int duties_of(const struct listener *l, const struct belongs *b)
{
	const struct conf *c = l->conf;

	switch (l->role) {
	case ROLE_AUTH: break;
	case ROLE_ADMIN:
		return (in_group(b, c->helpdesk) ? DUTY_HELPDESK : 0u) |
		       (in_group(b, c->approver) ? DUTY_APPROVER : 0u) |
		       (in_group(b, c->auditor) ? DUTY_AUDITOR : 0u) |
		       (in_group(b, c->portal) ? DUTY_PORTAL : 0u);
	case ROLE_COURIER:
		return (b->uid == c->electronic ? DUTY_ELECTRONIC : 0u) |
		       (b->uid == c->post ? DUTY_POST : 0u);
	}
	return 0;
}

int listen_peer(const struct listener *l, int fd, struct peer *who)
{
	struct belongs b;
	bool ours;
	int r;

	*who = (struct peer){ .role = l->role, .uid = (uid_t)-1 };
	r = read_peer(fd, &b);
	if (r != 0)
		return r;
	ours = b.uid == 0 || b.uid == l->own_uid;
	who->uid = b.uid;
	who->may = ours || (l->by_group && in_group(&b, l->gid));
	who->duties = ours ? DUTY_ALL : duties_of(l, &b);
	return 0;
}
