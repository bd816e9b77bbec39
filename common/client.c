/* SPDX-License-Identifier: BSD-2-Clause */
/* client.c - see client.h. Nothing here outlives the call. */
#include "client.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

static int left_ms(long long deadline_ms)
{
	long long left = deadline_ms - now_ms();

	return left > 0 ? (int)left : 0;
}

/* A UNIX socket connects at once or waits for room in the backlog, bounded by SO_SNDTIMEO. */
static int connect_by(int fd, const struct sockaddr_un *sa, long long deadline_ms)
{
	for (;;) {
		int left = left_ms(deadline_ms);
		struct timeval tv = { left / 1000, (left % 1000) * 1000L };

		if (left == 0)
			return -ETIMEDOUT;
		if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)) != 0)
			return -errno;
		if (connect(fd, (const struct sockaddr *)sa, sizeof(*sa)) == 0)
			return 0;
		if (errno == EAGAIN)
			return -ETIMEDOUT;
		if (errno != EINTR)
			return -errno;
	}
}

/* Under socket activation the listener's credentials are systemd's: uid 0. */
static int check_listener(int fd, uid_t server_uid)
{
	struct ucred cred = { 0, (uid_t)-1, (gid_t)-1 };
	socklen_t len = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) != 0)
		return -errno;
	return cred.uid == 0 || cred.uid == server_uid ? 0 : -EPERM;
}

static int wait_for(int fd, short events, long long deadline_ms)
{
	struct pollfd p = { fd, events, 0 };
	int r;

	do {
		r = poll(&p, 1, left_ms(deadline_ms));
	} while (r < 0 && errno == EINTR);
	return r > 0 ? 0 : r == 0 ? -ETIMEDOUT : -errno;
}

static int send_by(int fd, const uint8_t *buf, size_t len, long long deadline_ms)
{
	int r = 0;

	while (r == 0) {
		if (send(fd, buf, len, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
			return 0;
		if (errno == EAGAIN)
			r = wait_for(fd, POLLOUT, deadline_ms);
		else if (errno != EINTR)
			r = errno == EPIPE ? -ECONNRESET : -errno;
	}
	return r;
}

/* recv() without a control buffer: the kernel drops any descriptor the peer passes. */
static int recv_by(int fd, uint8_t *buf, size_t cap, size_t *len, long long deadline_ms)
{
	int r;

	while ((r = wait_for(fd, POLLIN, deadline_ms)) == 0) {
		ssize_t n = recv(fd, buf, cap, MSG_TRUNC | MSG_DONTWAIT);

		if (n > 0) {
			*len = (size_t)n;
			return (size_t)n <= cap ? 0 : -EPROTO;
		}
		if (n == 0)
			return -ECONNRESET;
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
	}
	return r;
}

static int exchange(int fd, const struct wire_msg *req, struct wire_msg *rep, long long deadline_ms)
{
	uint8_t buf[WIRE_MAX];
	size_t len;
	int r = wire_encode(req, buf, sizeof(buf), &len) == 0 ? 0 : -EINVAL;

	if (r == 0)
		r = send_by(fd, buf, len, deadline_ms);
	explicit_bzero(buf, sizeof(buf));
	if (r == 0)
		r = recv_by(fd, buf, sizeof(buf), &len, deadline_ms);
	if (r == 0 && (wire_decode(rep, buf, len) != 0 || rep->type < 0x80 ||
		       memcmp(rep->nonce, req->nonce, sizeof(rep->nonce)) != 0))
		r = -EPROTO;
	explicit_bzero(buf, sizeof(buf));
	if (r != 0)
		wire_wipe(rep);
	return r;
}

static int fresh_nonce(uint8_t nonce[static WIRE_NONCE_LEN])
{
	ssize_t n;

	do {
		n = getrandom(nonce, WIRE_NONCE_LEN, 0);
	} while (n < 0 && errno == EINTR);
	return n == WIRE_NONCE_LEN ? 0 : -EIO;
}

int client_call(const char *path, uid_t server_uid, struct wire_msg *req, struct wire_msg *rep,
		unsigned int timeout_ms)
{
	long long deadline_ms = now_ms() + timeout_ms;
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd, r = fresh_nonce(req->nonce);

	memset(rep, 0, sizeof(*rep));
	if (strlen(path) >= sizeof(sa.sun_path))
		return -ENAMETOOLONG;
	memcpy(sa.sun_path, path, strlen(path));
	if (r != 0)
		return r;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	r = connect_by(fd, &sa, deadline_ms);
	if (r == 0)
		r = check_listener(fd, server_uid);
	if (r == 0)
		r = exchange(fd, req, rep, deadline_ms);
	close(fd);
	return r;
}
