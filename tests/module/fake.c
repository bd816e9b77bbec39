/* SPDX-License-Identifier: BSD-2-Clause */
/* fake.c - see fake.h. */
#include "fake.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client.h"
#include "person.h"
#include "verdict.h"

#define STEPS    8
#define REQUESTS 8

struct fake { /* shared by the child, which writes while it answers, and the test */
	pid_t pid;
	uid_t uid;
	char path[108];
	size_t n_steps, next;
	struct fake_step steps[STEPS];
	atomic_uint connections, asked;
	atomic_size_t bytes;
	struct wire_msg requests[REQUESTS];
};

struct fake_step fake_verdict(unsigned int code)
{
	struct fake_step s = { .how = FAKE_REPLY, .rep = { .type = WIRE_VERDICT } };

	s.rep.verdict.code = (uint8_t)code;
	if (code == V_OK || code == V_MUST_CHANGE) {
		s.rep.verdict.level = LEVEL_DISPOSITIVO;
		s.rep.verdict.category = CATEGORY_IMPRESA;
	}
	if (code == V_OK)
		s.rep.verdict.expires_s = 1779408000; /* 2026-05-22 */
	if (code == V_MUST_CHANGE)
		memset(s.rep.verdict.grant, 0x5a, WIRE_GRANT_LEN);
	return s;
}

struct fake_step fake_renewal(const char *pin, unsigned int missing)
{
	struct fake_step s = { .how = FAKE_REPLY, .rep = { .type = WIRE_RENEWAL } };

	memcpy(s.rep.renewal.pin, pin, strnlen(pin, sizeof(s.rep.renewal.pin) - 1));
	memset(s.rep.renewal.ticket, 0xa7, WIRE_TICKET_LEN);
	s.rep.renewal.missing = (uint8_t)missing;
	return s;
}

static void wait_for_hang_up(int fd)
{
	char byte;

	while (recv(fd, &byte, 1, 0) > 0)
		;
}

/* What goes out for a step: bytes in buf, and how many. */
static size_t make_reply(const struct fake_step *s, const struct wire_msg *req, uint8_t *buf,
			 size_t cap)
{
	struct wire_msg rep = s->rep;
	size_t len = 0;

	memcpy(rep.nonce, req->nonce, sizeof(rep.nonce));
	if (s->how == FAKE_ORACLE) {
		bool right = strcmp(req->authenticate.pin, FAKE_RIGHT) == 0;

		rep = fake_verdict(right ? V_OK : V_WRONG).rep;
		memcpy(rep.nonce, req->nonce, sizeof(rep.nonce));
	}
	if (s->how == FAKE_NONCE)
		rep.nonce[7] ^= 1;
	if (s->how == FAKE_TYPE)
		rep = (struct wire_msg){ .type = WIRE_AUTHENTICATE };
	if (wire_encode(&rep, buf, cap, &len) != 0)
		return 0;
	if (s->how == FAKE_TYPE)
		memcpy(buf + 2, req->nonce, WIRE_NONCE_LEN);
	if (s->how == FAKE_CUT && s->cut < len)
		len = s->cut;
	if (s->how == FAKE_VERSION)
		buf[0]++;
	if (s->how == FAKE_LONG)
		buf[len++] = 0;
	if (s->how == FAKE_HUGE)
		len = cap;
	for (size_t i = 0; s->how == FAKE_GARBAGE && i < len; i++)
		buf[i] = (uint8_t)(i * 197 + 31);
	return len;
}

static void answer(struct fake *f, int fd, const struct wire_msg *req)
{
	const struct fake_step *s = &f->steps[f->next];
	uint8_t buf[2 * WIRE_MAX] = { 0 };
	size_t len;

	if (f->asked < REQUESTS)
		f->requests[f->asked] = *req;
	if (f->next + 1 < f->n_steps)
		f->next++;
	f->asked++;
	if (s->how == FAKE_HANG)
		wait_for_hang_up(fd);
	if (s->how == FAKE_HANG || s->how == FAKE_CLOSE)
		return;
	len = make_reply(s, req, buf, sizeof(buf));
	(void)!send(fd, buf, len, MSG_NOSIGNAL);
}

static void serve_one(struct fake *f, int fd)
{
	struct wire_msg ping = { .type = WIRE_VERDICT, .verdict.code = V_OK }, req;
	uint8_t buf[2 * WIRE_MAX];
	size_t len;
	ssize_t n;

	f->connections++;
	if (f->n_steps > 0 && f->steps[f->next].how == FAKE_REFUSE)
		return;
	n = recv(fd, buf, sizeof(buf), 0);
	f->bytes += n > 0 ? (size_t)n : 0;
	if (n <= 0 || wire_decode(&req, buf, (size_t)n) != 0)
		return;
	if (req.type != WIRE_PING) {
		answer(f, fd, &req);
		return;
	}
	f->bytes -= (size_t)n; /* fake_settle() */
	f->connections--;
	memcpy(ping.nonce, req.nonce, sizeof(ping.nonce));
	if (wire_encode(&ping, buf, sizeof(buf), &len) == 0)
		(void)!send(fd, buf, len, MSG_NOSIGNAL);
}

static void child(struct fake *f, int ready)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd;

	memcpy(sa.sun_path, f->path, strlen(f->path));
	if (f->uid != (uid_t)-1 && (setgid(65534) != 0 || setuid(f->uid) != 0))
		_exit(1);
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* a change of uid would forget it */
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (const struct sockaddr *)&sa, sizeof(sa)) != 0 ||
	    listen(fd, 256) != 0)
		_exit(1);
	(void)!write(ready, "!", 1);
	close(ready);
	for (;;) {
		int peer = accept(fd, NULL, NULL);

		if (peer >= 0) {
			serve_one(f, peer);
			close(peer);
		}
	}
}

struct fake *fake_start(const char *path, uid_t uid, void (*prepare)(struct fake *f))
{
	struct fake *f =
		mmap(NULL, sizeof(*f), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int ready[2];
	pid_t pid;
	char byte;

	if (f == MAP_FAILED || strlen(path) >= sizeof(f->path) || pipe(ready) != 0)
		return NULL;
	memcpy(f->path, path, strlen(path) + 1);
	f->uid = uid;
	(void)unlink(path);
	pid = fork();
	if (pid == 0) {
		close(ready[0]);
		if (prepare != NULL)
			prepare(f);
		child(f, ready[1]);
	}
	close(ready[1]);
	f->pid = pid; /* the memory is shared: the child must not write this */
	if (pid > 0 && read(ready[0], &byte, 1) == 1) {
		close(ready[0]);
		return f;
	}
	close(ready[0]);
	fake_stop(f);
	return NULL;
}

void fake_stop(struct fake *f)
{
	if (f->pid > 0) {
		kill(f->pid, SIGKILL);
		waitpid(f->pid, NULL, 0);
	}
	(void)unlink(f->path);
	munmap(f, sizeof(*f));
}

void fake_script(struct fake *f, const struct fake_step *steps, size_t n)
{
	f->n_steps = n < STEPS ? n : STEPS;
	memcpy(f->steps, steps, f->n_steps * sizeof(*steps));
	f->next = 0;
	f->asked = 0;
	f->connections = 0;
	f->bytes = 0;
}

void fake_settle(struct fake *f)
{
	struct wire_msg req = { .type = WIRE_PING }, rep;
	uid_t listener = f->uid != (uid_t)-1 ? f->uid : getuid();

	int r = client_call(f->path, listener, &req, &rep, 10000);

	if (r != 0 && r != -ECONNRESET) /* FAKE_REFUSE */
		abort();
}

unsigned int fake_connections(const struct fake *f)
{
	return f->connections;
}

size_t fake_bytes(const struct fake *f)
{
	return f->bytes;
}

unsigned int fake_asked(const struct fake *f)
{
	return f->asked;
}

const struct wire_msg *fake_request(const struct fake *f, unsigned int i)
{
	if (i >= f->asked || i >= REQUESTS)
		abort();
	return &f->requests[i];
}
