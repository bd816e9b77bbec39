/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_stacks.c - nobody comes in unless pind said so, now, to this question: in every shape of
 * stack, while pind is well, dead, hanging, cut off, or somebody else.
 * Environment: MODULE, the absolute path of pam_inpspin.so.
 * The impostor test needs root and is skipped without.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stage.h"
#include "verdict.h"

#define N(a) (sizeof(a) / sizeof(*(a)))

/* ---- stacks ---- */

static const struct shape {
	const char *control; /* of our line; "auth" and "account" alike */
	const char *before, *after;
	bool opens; /* does our success open it? */
} shapes[] = {
	{ "required", "", "", true },
	{ "requisite", "", "", true },
	{ "sufficient", "", "", true },
	{ "optional", "", "", true },
	{ "[success=ok default=bad]", "", "", true },
	{ "[success=ok default=die]", "", "", true },
	{ "[success=done default=ignore]", "", "deny", true },
	{ "sufficient", "", "deny", true },
	{ "[success=1 default=ignore]", "", "deny permit", true },
	{ "[success=done authinfo_unavail=ignore user_unknown=ignore default=die]", "", "deny",
	  true },
	{ "required", "", "permit", true },
	{ "requisite", "", "permit", true },
	{ "required", "permit", "", true },
	{ "[success=ok ignore=ignore default=bad]", "permit", "permit", true },
	{ "required", "", "deny", false },
	{ "required", "", "us", true },
};

static void add_lines(char *text, size_t cap, const char *group, const char *modules)
{
	char copy[32], *rest = copy;
	const char *name;

	snprintf(copy, sizeof(copy), "%s", modules);
	while ((name = strtok_r(NULL, " ", &rest)) != NULL) {
		size_t len = strlen(text);

		if (strcmp(name, "us") == 0)
			snprintf(text + len, cap - len, "%s required @ timeout=1\n", group);
		else
			snprintf(text + len, cap - len, "%s required pam_%s.so\n", group, name);
	}
}

static void write_shape(const char *name, const struct shape *sh)
{
	static const char *const groups[] = { "auth", "account" };
	char text[2048] = "";

	for (size_t g = 0; g < N(groups); g++) {
		size_t len;

		add_lines(text, sizeof(text), groups[g], sh->before);
		len = strlen(text);
		snprintf(text + len, sizeof(text) - len, "%s %s @ timeout=1\n", groups[g],
			 sh->control);
		add_lines(text, sizeof(text), groups[g], sh->after);
	}
	stage_service(&stage, name, text);
}

static void never_in(const char *name)
{
	assert_int_not_equal(stage_try(name, DO_AUTH), PAM_SUCCESS);
	assert_int_not_equal(stage_try(name, DO_ACCT), PAM_SUCCESS);
}

/* pind answers, but not this. */
static void broken_replies(const char *name)
{
	static const enum fake_how hows[] = { FAKE_REFUSE,  FAKE_CLOSE, FAKE_NONCE, FAKE_TYPE,
					      FAKE_VERSION, FAKE_LONG,  FAKE_HUGE,  FAKE_GARBAGE };
	struct fake_step s = fake_verdict(V_OK);
	size_t len;
	uint8_t buf[WIRE_MAX];

	for (size_t i = 0; i < N(hows); i++) {
		s.how = hows[i];
		stage_script(&s, 1);
		never_in(name);
	}
	assert_int_equal(wire_encode(&s.rep, buf, sizeof(buf), &len), 0);
	s.how = FAKE_CUT;
	for (s.cut = 0; s.cut < len; s.cut++) {
		stage_script(&s, 1);
		never_in(name);
	}
	s.cut = len; /* and the whole reply would have done it */
	stage_script(&s, 1);
	assert_int_equal(stage_try(name, DO_AUTH) == PAM_SUCCESS, strcmp(name, "shut") != 0);
}

static void test_stacks(void **state)
{
	struct fake_step ok = fake_verdict(V_OK);

	(void)state;
	for (size_t i = 0; i < N(shapes); i++) {
		const char *name = shapes[i].opens ? "shape" : "shut";

		write_shape(name, &shapes[i]);
		stage_script(&ok, 1);
		assert_int_equal(stage_try(name, DO_AUTH) == PAM_SUCCESS, shapes[i].opens);
		assert_int_equal(stage_try(name, DO_ACCT) == PAM_SUCCESS, shapes[i].opens);
		for (unsigned int code = V_NONE; code <= V_FAILED + 1; code++) {
			struct fake_step s = fake_verdict(code);

			stage_script(&s, 1);
			if (code != V_MUST_CHANGE)
				assert_int_not_equal(stage_try(name, DO_AUTH), PAM_SUCCESS);
			assert_int_not_equal(stage_try(name, DO_ACCT), PAM_SUCCESS);
		}
		broken_replies(name);
	}
}

/* All shapes at once: each waits for its whole timeout. */
static void test_stacks_hanging(void **state)
{
	struct fake_step s = { .how = FAKE_HANG };
	pid_t pids[N(shapes)];

	(void)state;
	stage_script(&s, 1);
	for (size_t i = 0; i < N(shapes); i++) {
		char name[16];

		snprintf(name, sizeof(name), "hang%zu", i);
		write_shape(name, &shapes[i]);
		pids[i] = fork();
		if (pids[i] == 0)
			_exit(stage_try(name, DO_AUTH) != PAM_SUCCESS &&
					      stage_try(name, DO_ACCT) != PAM_SUCCESS
				      ? 0
				      : 1);
		assert_true(pids[i] > 0);
	}
	for (size_t i = 0; i < N(shapes); i++) {
		int status;

		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_int_equal(status, 0);
	}
}

static void test_stacks_dead(void **state)
{
	struct fake_step ok = fake_verdict(V_OK);
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	(void)state;
	stage_script(&ok, 1);
	memcpy(sa.sun_path, stage.sock, strlen(stage.sock));
	fake_stop(stage.fake);
	for (size_t i = 0; i < N(shapes); i++) { /* no socket */
		write_shape("shape", &shapes[i]);
		never_in("shape");
	}
	assert_int_equal(stage_try("plain", DO_AUTH), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(stage_try("plain", DO_ACCT), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(stage_try("plain", DO_CHANGE), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(bind(fd, (const struct sockaddr *)&sa, sizeof(sa)), 0);
	for (size_t i = 0; i < N(shapes); i++) { /* a socket, and nobody behind it */
		write_shape("shape", &shapes[i]);
		never_in("shape");
	}
	assert_int_equal(stage_try("plain", DO_AUTH), PAM_AUTHINFO_UNAVAIL);
	close(fd);
	stage.fake = fake_start(stage.sock, (uid_t)-1, NULL);
	assert_non_null(stage.fake);
}

/* ---- when pind does not answer: the code, and a line that says what to do ---- */

static void test_silences(void **state)
{
	static const struct {
		enum fake_how how;
		int code;
		const char *line;
	} rows[] = {
		{ FAKE_HANG, PAM_AUTHINFO_UNAVAIL,
		  "no answer within timeout=: systemctl status pind" },
		{ FAKE_REFUSE, PAM_AUTHINFO_UNAVAIL, "pind hung up without an answer" },
		{ FAKE_CLOSE, PAM_AUTHINFO_UNAVAIL, "pind hung up without an answer" },
		{ FAKE_NONCE, PAM_SERVICE_ERR, "the answer makes no sense" },
		{ FAKE_TYPE, PAM_SERVICE_ERR, "the answer makes no sense" },
		{ FAKE_VERSION, PAM_SERVICE_ERR, "the answer makes no sense" },
		{ FAKE_LONG, PAM_SERVICE_ERR, "the answer makes no sense" },
		{ FAKE_HUGE, PAM_SERVICE_ERR, "the answer makes no sense" },
		{ FAKE_GARBAGE, PAM_SERVICE_ERR, "the answer makes no sense" },
	};

	(void)state;
	stage_plain(&stage, "short", "timeout=1");
	for (size_t i = 0; i < N(rows); i++) {
		struct fake_step s = fake_verdict(V_OK);

		s.how = rows[i].how;
		for (int what = DO_AUTH; what <= DO_CHANGE; what++) {
			if (s.how == FAKE_HANG && what != DO_AUTH)
				continue;
			stage_script(&s, 1);
			stage_forget();
			assert_int_equal(stage_try("short", (enum stage_call)what), rows[i].code);
			assert_non_null(strstr(stage_log(), rows[i].line));
			assert_non_null(strstr(stage_log(), stage.sock));
			assert_true(strchr(stage_log(), '\n')[1] == '\0'); /* one line */
		}
	}
}

static void test_sockets_of_others(void **state)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	char text[256], path[96];
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), file;

	(void)state;
	snprintf(path, sizeof(path), "%s/stream.sock", stage.dir); /* another protocol */
	memcpy(sa.sun_path, path, strlen(path));
	assert_int_equal(bind(fd, (const struct sockaddr *)&sa, sizeof(sa)), 0);
	assert_int_equal(listen(fd, 4), 0);
	snprintf(text, sizeof(text), "auth required $ socket=%s\n", path);
	stage_service(&stage, "stream", text);
	assert_int_equal(stage_try("stream", DO_AUTH), PAM_AUTHINFO_UNAVAIL);
	close(fd);

	snprintf(path, sizeof(path), "%s/plain", stage.dir); /* no socket at all */
	file = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	assert_true(file >= 0);
	close(file);
	snprintf(text, sizeof(text), "auth required $ socket=%s\n", path);
	stage_service(&stage, "file", text);
	assert_int_equal(stage_try("file", DO_AUTH), PAM_AUTHINFO_UNAVAIL);

	snprintf(text, sizeof(text), "auth required $ socket=/proc/self/mem/x\n");
	stage_service(&stage, "proc", text);
	assert_int_equal(stage_try("proc", DO_AUTH), PAM_AUTHINFO_UNAVAIL);
}

/* A socket that this uid may not use; asked from a child, which can give its uid away. */
static void test_not_for_this_uid(void **state)
{
	struct fake_step ok = fake_verdict(V_OK);
	struct actor a = { 0 };
	pam_handle_t *pamh = stage_start(&stage, "plain", CF, &a);
	pid_t pid;
	int status;

	(void)state;
	stage_script(&ok, 1);
	assert_int_equal(chmod(stage.sock, 0), 0);
	assert_int_equal(pam_open_session(pamh, 0), PAM_SUCCESS); /* loads the module */
	pid = fork();
	if (pid == 0) {
		if (getuid() == 0 && setuid(65534) != 0)
			_exit(2);
		stage_forget();
		_exit(pam_authenticate(pamh, 0) == PAM_AUTHINFO_UNAVAIL &&
				      strstr(stage_log(),
					     "not for this uid: add its user to the socket's group")
			      ? 0
			      : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(chmod(stage.sock, 0700), 0);
	pam_end(pamh, PAM_SUCCESS);
}

/* A listener that is neither root nor server_uid= gets no byte. */
static void test_impostor(void **state)
{
	struct fake_step ok = fake_verdict(V_OK);
	char dir[64], path[96], text[512];
	struct fake *impostor;

	(void)state;
	if (getuid() != 0)
		skip();
	snprintf(dir, sizeof(dir), "%s/open", stage.dir);
	snprintf(path, sizeof(path), "%s/sock", dir);
	assert_int_equal(chmod(stage.dir, 0755), 0);
	assert_int_equal(mkdir(dir, 0755), 0);
	assert_int_equal(chown(dir, 65534, 65534), 0);
	impostor = fake_start(path, 65534, NULL);
	assert_non_null(impostor);
	fake_script(impostor, &ok, 1);
	snprintf(text, sizeof(text),
		 "auth required $ socket=%s\naccount required $ socket=%s\n"
		 "password required $ socket=%s server_uid=65533\n",
		 path, path, path);
	stage_service(&stage, "impostor", text);
	stage_forget();
	assert_int_equal(stage_try("impostor", DO_AUTH), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(stage_try("impostor", DO_ACCT), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(stage_try("impostor", DO_CHANGE), PAM_AUTHINFO_UNAVAIL);
	assert_non_null(
		strstr(stage_log(), "neither root nor server_uid=: refusing to send it a PIN"));
	fake_settle(impostor);
	assert_int_equal(fake_connections(impostor), 3);
	assert_int_equal(fake_bytes(impostor), 0);

	snprintf(text, sizeof(text), "auth required $ socket=%s server_uid=65534\n", path);
	stage_service(&stage, "impostor", text);
	assert_int_equal(stage_try("impostor", DO_AUTH), PAM_SUCCESS);
	fake_stop(impostor);
	assert_int_equal(rmdir(dir), 0);
	assert_int_equal(chmod(stage.dir, 0700), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stacks),
		cmocka_unit_test(test_stacks_hanging),
		cmocka_unit_test(test_stacks_dead),
		cmocka_unit_test(test_silences),
		cmocka_unit_test(test_sockets_of_others),
		cmocka_unit_test(test_not_for_this_uid),
		cmocka_unit_test(test_impostor),
	};

	return cmocka_run_group_tests(tests, stage_up, stage_down);
}
