/* SPDX-License-Identifier: BSD-2-Clause */
/* rig_ask.c - questions to pind, and the people they are about; see rig.h. */
#include <errno.h>
#include <grp.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "argon.h"
#include "cf.h"
#include "client.h"
#include "person.h"
#include "rig.h"
#include "symbols.h"

#define PATIENCE_MS 60000

int rig_ask(struct wire_msg *req, struct wire_msg *rep)
{
	const char *path = req->type < WIRE_COST ? rig.auth :
			   req->type < WIRE_ORDER_TAKE ? rig.admin : rig.courier;
	int r = client_call(path, getuid(), req, rep, PATIENCE_MS);

	if (r != 0)
		return r;
	return rep->type == WIRE_VERDICT ? rep->verdict.code : 0;
}

int rig_connect(const char *path)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	const struct timeval patience = { PATIENCE_MS / 1000, 0 };
	int r, fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	memcpy(sa.sun_path, path, strlen(path) + 1);
	if (connect(fd, (struct sockaddr *)&sa, sizeof(sa)) == 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) == 0)
		return fd;
	r = -errno;
	close(fd);
	return r;
}

ssize_t rig_raw(const char *path, const void *bytes, size_t len, uint8_t answer[static WIRE_MAX])
{
	int fd = rig_connect(path);
	ssize_t n;

	if (fd < 0)
		return fd;
	n = send(fd, bytes, len, MSG_NOSIGNAL);
	if (n >= 0)
		n = recv(fd, answer, WIRE_MAX, 0);
	if (n < 0)
		n = -errno;
	close(fd);
	return n;
}

/* In the child: become who, ask, hand the answer over. */
static void ask_as(const struct rig_caller *who, const char *path, const void *bytes, size_t len,
		   int to)
{
	uint8_t answer[WIRE_MAX];
	ssize_t n = -EPERM;

	if (setgroups(1, &who->also) == 0 && setresgid(who->gid, who->gid, who->gid) == 0 &&
	    setresuid(who->uid, who->uid, who->uid) == 0)
		n = rig_raw(path, bytes, len, answer);
	if (write(to, &n, sizeof(n)) != sizeof(n) || (n > 0 && write(to, answer, (size_t)n) != n))
		_exit(1);
	_exit(0);
}

ssize_t rig_raw_as(const struct rig_caller *who, const char *path, const void *bytes, size_t len,
		   uint8_t answer[static WIRE_MAX])
{
	int fds[2], status;
	ssize_t n = -EIO;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		ask_as(who, path, bytes, len, fds[1]);
	close(fds[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(read(fds[0], &n, sizeof(n)), sizeof(n));
	if (n > 0)
		assert_int_equal(read(fds[0], answer, WIRE_MAX), n);
	close(fds[0]);
	return n;
}

int rig_ask_as(const struct rig_caller *who, const char *path, struct wire_msg *req,
	       struct wire_msg *rep)
{
	uint8_t buf[WIRE_MAX], answer[WIRE_MAX];
	size_t len;
	ssize_t n;

	memset(req->nonce, 7, sizeof(req->nonce));
	assert_int_equal(wire_encode(req, buf, sizeof(buf), &len), 0);
	n = rig_raw_as(who, path, buf, len, answer);
	if (n <= 0)
		return n < 0 ? (int)n : -ECONNRESET;
	assert_int_equal(wire_decode(rep, answer, (size_t)n), 0);
	assert_memory_equal(rep->nonce, req->nonce, sizeof(rep->nonce));
	return rep->type == WIRE_VERDICT ? rep->verdict.code : 0;
}

/* Consonants only, so that they pass for names; born 1 January 1980 in Rome. */
const char *rig_cf(char cf[static 17], unsigned int i)
{
	static const char consonants[] = "BCDFGHJKLM";
	struct cf parsed;

	snprintf(cf, 17, "QQQ%c%c%c80A%02uH501?", consonants[i / 1000 % 10],
		 consonants[i / 100 % 10], consonants[i / 10 % 10], i % 10 + 1);
	for (cf[15] = 'A'; cf[15] <= 'Z'; cf[15]++)
		if (cf_parse_exact(&parsed, cf, 16) == CF_OK)
			return cf;
	fail_msg("no check letter for %s", cf);
	return NULL;
}

/* Everybody's verifiers are the same: Argon2id takes long, and pind adds nothing of the person. */
static struct wire_issue verifiers;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void derive(void)
{
	const struct argon_cost cost = { 2, 19456 };
	static const char pin[] = RIG_PIN;
	struct wire_issue *v = &verifiers;

	memset(v->salt1, 1, sizeof(v->salt1));
	memset(v->salt2, 2, sizeof(v->salt2));
	v->ops = cost.ops;
	v->mem_kib = cost.mem_kib;
	assert_int_equal(argon_derive(v->out1, pin, SYMBOLS_HALF, v->salt1, &cost), 0);
	assert_int_equal(argon_derive(v->out2, pin + SYMBOLS_HALF, SYMBOLS_HALF, v->salt2, &cost), 0);
}

struct wire_msg rig_issue_of(const char *cf)
{
	struct wire_msg m = { .type = WIRE_ISSUE };

	pthread_once(&once, derive);
	m.issue = verifiers;
	m.issue.category = CATEGORY_LAVORATORE;
	m.issue.level = LEVEL_SEMPLICE;
	snprintf(m.issue.cf, sizeof(m.issue.cf), "%s", cf);
	return m;
}

struct wire_msg rig_authenticate(const char *cf, const char *pin)
{
	struct wire_msg m = { .type = WIRE_AUTHENTICATE, .authenticate.service = RIG_SERVICE };

	snprintf(m.authenticate.cf, sizeof(m.authenticate.cf), "%s", cf);
	snprintf(m.authenticate.pin, sizeof(m.authenticate.pin), "%s", pin);
	return m;
}

struct wire_msg rig_authorize(const char *cf)
{
	struct wire_msg m = { .type = WIRE_AUTHORIZE, .authorize.service = RIG_SERVICE };

	snprintf(m.authorize.cf, sizeof(m.authorize.cf), "%s", cf);
	return m;
}

struct wire_msg rig_renew_open(const char *cf, const char *old)
{
	struct wire_msg m = { .type = WIRE_RENEW_OPEN, .renew_open.service = RIG_SERVICE };

	snprintf(m.renew_open.cf, sizeof(m.renew_open.cf), "%s", cf);
	snprintf(m.renew_open.old, sizeof(m.renew_open.old), "%s", old);
	return m;
}

struct wire_msg rig_renew_commit(const char *cf, const char *old, const struct wire_renewal *r)
{
	struct wire_msg m = { .type = WIRE_RENEW_COMMIT,
			      .renew_commit.service = RIG_SERVICE,
			      .renew_commit.email = "chi@example.org",
			      .renew_commit.phone = "+393331234567" };

	snprintf(m.renew_commit.cf, sizeof(m.renew_commit.cf), "%s", cf);
	snprintf(m.renew_commit.old, sizeof(m.renew_commit.old), "%s", old);
	snprintf(m.renew_commit.pin, sizeof(m.renew_commit.pin), "%s", r->pin);
	memcpy(m.renew_commit.ticket, r->ticket, sizeof(r->ticket));
	return m;
}

int rig_issue(const char *cf)
{
	struct wire_msg req = rig_issue_of(cf), rep;

	return rig_ask(&req, &rep);
}

int rig_try(const char *cf, const char *pin)
{
	struct wire_msg req = rig_authenticate(cf, pin), rep;

	return rig_ask(&req, &rep);
}

int rig_about(enum wire_type type, const char *cf)
{
	struct wire_msg req = { .type = type }, rep;
	char *to = type == WIRE_REVOKE   ? req.revoke.cf
		   : type == WIRE_UNLOCK ? req.unlock.cf
					 : req.status.cf;

	snprintf(to, 17, "%s", cf);
	if (type == WIRE_REVOKE)
		snprintf(req.revoke.reason, sizeof(req.revoke.reason), "lost");
	return rig_ask(&req, &rep);
}

int rig_status(const char *cf, struct wire_record *rec)
{
	struct wire_msg req = { .type = WIRE_STATUS }, rep;
	int r;

	snprintf(req.status.cf, sizeof(req.status.cf), "%s", cf);
	r = rig_ask(&req, &rep);
	if (r == 0)
		*rec = rep.record;
	else
		memset(rec, 0, sizeof(*rec));
	return r;
}

const char *rig_wrong(char pin[static 17], unsigned int i)
{
	snprintf(pin, 17, "ZZZZ%04u", i % 10000);
	return pin;
}

int rig_guess(const char *cf, const char *service, unsigned int i)
{
	char pin[17];
	struct wire_msg req = rig_authenticate(cf, rig_wrong(pin, i)), rep;

	snprintf(req.authenticate.service, sizeof(req.authenticate.service), "%s", service);
	return rig_ask(&req, &rep);
}

unsigned int rig_spent(const char *cf)
{
	struct wire_msg req = { .type = WIRE_SOURCE_GET }, rep;
	unsigned int spent = 0;
	int r;

	snprintf(req.source_get.cf, sizeof(req.source_get.cf), "%s", cf);
	while ((r = rig_ask(&req, &rep)) == 0) {
		spent += rep.source_is.fails;
		req.source_get.index++;
	}
	assert_int_equal(r, V_UNKNOWN); /* there are no more of them: not that nobody answered */
	return spent;
}

uint64_t rig_figure(const char *name)
{
	struct wire_msg req = { .type = WIRE_STAT_GET }, rep;
	int r;

	while ((r = rig_ask(&req, &rep)) == 0) {
		if (strcmp(rep.stat_is.name, name) == 0)
			return rep.stat_is.value;
		req.stat_get.index = rep.stat_is.next;
	}
	assert_int_equal(r, V_UNKNOWN);
	return 0;
}

int rig_renew(const char *cf, const char *old, char pin[static 17])
{
	struct wire_msg req = rig_renew_open(cf, old), rep;
	struct wire_renewal renewal;
	int r = rig_ask(&req, &rep);

	if (r != 0)
		return r;
	renewal = rep.renewal;
	req = rig_renew_commit(cf, old, &renewal);
	r = rig_ask(&req, &rep);
	if (r == V_OK)
		memcpy(pin, renewal.pin, sizeof(renewal.pin));
	return r;
}
