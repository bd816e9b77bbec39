/* SPDX-License-Identifier: BSD-2-Clause */
/* stage.c - see stage.h. */
#include "stage.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "verdict.h"

struct stage stage;

int stage_open(void **state)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };

	(void)state;
	memset(&stage, 0, sizeof(stage));
	snprintf(stage.dir, sizeof(stage.dir), "/tmp/pinctl-test.XXXXXX");
	assert_non_null(mkdtemp(stage.dir));
	snprintf(stage.sock, sizeof(stage.sock), "%s/sock", stage.dir);
	snprintf(stage.letter, sizeof(stage.letter), "%s/letter", stage.dir);
	memcpy(sa.sun_path, stage.sock, strlen(stage.sock));
	stage.fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(stage.fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	assert_int_equal(listen(stage.fd, 4), 0);
	return 0;
}

const char *stage_path(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", stage.dir, name);
	return path;
}

int stage_close(void **state)
{
	(void)state;
	if (stage.pid > 0 && waitpid(stage.pid, NULL, WNOHANG) == 0) {
		kill(stage.pid, SIGKILL);
		waitpid(stage.pid, NULL, 0);
	}
	close(stage.fd);
	unlink(stage.sock);
	unlink(stage.letter);
	unlink(stage_path("out"));
	unlink(stage_path("err"));
	return rmdir(stage.dir);
}

static int open_new(const char *name)
{
	int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	return fd;
}

/* Start pinctl --socket SOCK words... (NULL ends them); its stdout goes to out. */
void stage_start(const char *out, const char *const *words)
{
	const char *argv[16] = { getenv("PINCTL"), "--socket", stage.sock };
	int o = open_new(out), e = open_new(stage_path("err"));

	assert_non_null(argv[0]);
	for (size_t i = 0; words[i] != NULL; i++)
		argv[3 + i] = words[i];
	stage.pid = fork();
	assert_true(stage.pid >= 0);
	if (stage.pid == 0) {
		dup2(o, STDOUT_FILENO);
		dup2(e, STDERR_FILENO);
		execv(argv[0], (char **)(uintptr_t)argv);
		_exit(127);
	}
	close(o);
	close(e);
}

void stage_read(const char *name, char *buf, size_t cap)
{
	FILE *f = fopen(name, "r");

	assert_non_null(f);
	buf[fread(buf, 1, cap - 1, f)] = '\0';
	fclose(f);
}

size_t stage_lines(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += *text == '\n';
	return n;
}

/* Wait for its end: the exit status, and stage.out, stage.err. */
int stage_finish(void)
{
	int status;

	assert_int_equal(waitpid(stage.pid, &status, 0), stage.pid);
	stage.pid = 0;
	stage_read(stage_path("err"), stage.err, sizeof(stage.err));
	if (access(stage_path("out"), F_OK) == 0)
		stage_read(stage_path("out"), stage.out, sizeof(stage.out));
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* The next question, which must be of this type, into stage.req. */
void stage_expect(enum wire_type type)
{
	struct pollfd p = { stage.fd, POLLIN, 0 };
	uint8_t buf[WIRE_MAX];
	ssize_t n;

	assert_int_equal(poll(&p, 1, 60000), 1);
	stage.conn = accept(stage.fd, NULL, NULL);
	n = recv(stage.conn, buf, sizeof(buf), 0);
	assert_true(n > 0);
	assert_int_equal(wire_decode(&stage.req, buf, (size_t)n), 0);
	assert_int_equal(stage.req.type, type);
}

void stage_answer(struct wire_msg rep)
{
	uint8_t buf[WIRE_MAX];
	size_t len;

	memcpy(rep.nonce, stage.req.nonce, sizeof(rep.nonce));
	assert_int_equal(wire_encode(&rep, buf, sizeof(buf), &len), 0);
	assert_int_equal(send(stage.conn, buf, len, MSG_NOSIGNAL), len);
	close(stage.conn);
}

void stage_say(unsigned int code)
{
	stage_answer((struct wire_msg){ .type = WIRE_VERDICT,
				  .verdict = { .code = (uint8_t)code,
					       .wait_s = code == V_THROTTLED ? 90 : 0 } });
}

void stage_say_record(uint8_t life, uint8_t gate)
{
	stage_expect(WIRE_STATUS);
	stage_answer((struct wire_msg){ .type = WIRE_RECORD,
				  .record = { .life = life, .gate = gate, .level = 1, .category = 1,
					      .fails_max = 10, .lapses_s = LAPSES_S,
					      .doc_kind = 2, .doc_until_s = LAPSES_S / 86400 * 86400,
					      .reason = "perch\xc3\xa9" } });
}
