/* SPDX-License-Identifier: BSD-2-Clause */
/* listener.c - see listener.h. */
#include "listener.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

int listener_bind(const char *path, int backlog)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (fd < 0 || strlen(path) >= sizeof(sa.sun_path))
		return -1;
	memcpy(sa.sun_path, path, strlen(path));
	if (bind(fd, (struct sockaddr *)&sa, sizeof(sa)) == 0 &&
	    (backlog < 0 || listen(fd, backlog) == 0))
		return fd;
	close(fd);
	return -1;
}

static _Noreturn void run(struct listener *l)
{
	int fd;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* should the test die first */
	while ((fd = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		uint8_t in[WIRE_MAX + 1], out[2 * WIRE_MAX];
		ssize_t n = l->manners != NULL ? recv(fd, in, sizeof(in), 0) : 0;

		l->packets += n > 0;
		if (n > 0)
			l->manners(fd, in, (size_t)n, out);
		close(fd);
	}
	_exit(1);
}

struct listener *listener_start(const char *path)
{
	struct listener *l = mmap(NULL, sizeof(*l), PROT_READ | PROT_WRITE,
				  MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	pid_t pid;

	if (l == MAP_FAILED)
		return NULL;
	l->fd = listener_bind(path, 8);
	pid = l->fd >= 0 ? fork() : -1;
	if (pid == 0)
		run(l);
	l->pid = pid; /* not before: the child shares *l */
	if (pid > 0)
		return l;
	munmap(l, sizeof(*l));
	return NULL;
}

void listener_stop(struct listener *l, const char *path)
{
	if (l == NULL)
		return;
	kill(l->pid, SIGKILL);
	waitpid(l->pid, NULL, 0);
	close(l->fd);
	munmap(l, sizeof(*l));
	unlink(path);
}

size_t listener_reply(const uint8_t *in, uint8_t out[static WIRE_MAX])
{
	struct wire_msg m = { .type = WIRE_VERDICT, .verdict.code = 0xa5 };
	size_t n;

	memcpy(m.nonce, in + 2, WIRE_NONCE_LEN);
	return wire_encode(&m, out, WIRE_MAX, &n) == 0 ? n : 0;
}
