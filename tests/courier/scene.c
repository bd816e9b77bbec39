/* SPDX-License-Identifier: BSD-2-Clause */
/* scene.c - see scene.h. */
#include "scene.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "order.h"
#include "verdict.h"

struct scene scene;

const char *scene_path(const char *name)
{
	static char paths[3][160];
	static unsigned int turn;
	char *path = paths[turn++ % 3];

	snprintf(path, sizeof(paths[0]), "%s/%s", scene.dir, name);
	return path;
}

void scene_write(const char *name, const char *text)
{
	int fd = open(scene_path(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, strncmp(text, "#!", 2) == 0 ? 0755 : 0644), 0);
	assert_int_equal(close(fd), 0);
}

ssize_t scene_read(const char *name)
{
	int fd = open(scene_path(name), O_RDONLY | O_CLOEXEC);
	ssize_t n = 0, len = 0;

	memset(scene.text, 0, sizeof(scene.text));
	if (fd < 0)
		return -1;
	while ((n = read(fd, scene.text + len, sizeof(scene.text) - 1 - (size_t)len)) > 0)
		len += n;
	assert_int_equal(close(fd), 0);
	return len;
}

void scene_conf(const char *electronic, const char *post)
{
	char text[2048];

	snprintf(text, sizeof(text),
		 "[courier]\nsocket = %s/sock\ntemplates = %s\npoll_s = 1\ntimeout_s = 20\n"
		 "[electronic]\nfrom = pin@inps.example.org\nfax = 800 803 164\n"
		 "link = https://servizi.example.org/pin/conferma?t=\nsendmail = %s/sendmail\n%s\n"
		 "[post]\nspool = %s/spool\nsender = INPS, Via Ciro il Grande 21, 00144 Roma\n%s\n",
		 scene.dir, getenv("TEMPLATES"), scene.dir, electronic, scene.dir, post);
	scene_write("courier.conf", text);
}

int scene_open(void **state)
{
	(void)state;
	memset(&scene, 0, sizeof(scene));
	snprintf(scene.dir, sizeof(scene.dir), "/tmp/inpspin-courier.XXXXXX");
	if (mkdtemp(scene.dir) == NULL)
		return -1;
	scene_conf("", "");
	scene_write("sendmail", "#!/bin/sh\ncat >\"${0%/*}/mail\"\n");
	scene.pind = fake_start(scene_path("sock"), (uid_t)-1, NULL);
	return scene.pind != NULL ? 0 : -1;
}

int scene_close(void **state)
{
	(void)state;
	if (scene.pid > 0) {
		(void)kill(scene.pid, SIGKILL);
		(void)waitpid(scene.pid, NULL, 0);
	}
	if (scene.pind != NULL)
		fake_stop(scene.pind);
	scene_shell("rm -rf %s", scene.dir);
	return 0;
}

void scene_script(const struct fake_step *steps, size_t n)
{
	fake_script(scene.pind, steps, n);
}

struct fake_step scene_order(unsigned int kind, bool by_sms)
{
	struct fake_step s = { .how = FAKE_REPLY, .rep.type = WIRE_ORDER_IS };
	struct wire_order_is *o = &s.rep.order_is;

	*o = (struct wire_order_is){ .serial = 17, .kind = (uint8_t)kind, .by_sms = by_sms,
				     .number = NUMBER, .email = "mario.rossi@example.org",
				     .good_s = GOOD_S, .ops = 1, .mem_kib = 8 };
	if (kind == ORDER_HALF)
		memcpy(o->cf, CF, sizeof(CF));
	if (by_sms)
		memcpy(o->phone, "+393331234567", 14);
	return s;
}

struct fake_step scene_letter(void)
{
	struct fake_step s = { .how = FAKE_REPLY, .rep.type = WIRE_ORDER_IS };

	s.rep.order_is = (struct wire_order_is){
		.serial = 18, .kind = ORDER_HALF, .number = NUMBER, .name = "Niccolò D'Amico",
		.street = "Via dell'Università 12", .town = "00144 ROMA RM", .good_s = GOOD_S,
		.ops = 1, .mem_kib = 8,
	};
	return s;
}

void scene_start(const char *program, const char *channel, const char *more)
{
	char conf[128], err[128];

	snprintf(conf, sizeof(conf), "%s", scene_path("courier.conf"));
	snprintf(err, sizeof(err), "%s", scene_path("err"));
	scene.pid = fork();
	assert_true(scene.pid >= 0);
	if (scene.pid == 0) {
		int fd = open(err, O_WRONLY | O_CREAT | O_TRUNC, 0600);

		if (fd < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
			_exit(127);
		execl(program, "pin-courier", "--channel", channel, "--config", conf, more, NULL);
		_exit(127);
	}
}

int scene_end(void)
{
	int status;

	assert_int_equal(waitpid(scene.pid, &status, 0), scene.pid);
	scene.pid = 0;
	assert_true(scene_read("err") >= 0);
	snprintf(scene.err, sizeof(scene.err), "%.*s", (int)sizeof(scene.err) - 1, scene.text);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int scene_run(const char *channel, const char *more)
{
	scene_start(getenv("COURIER"), channel, more);
	return scene_end();
}

void scene_shell(const char *format, ...)
{
	char line[512];
	size_t len = 0;
	va_list ap;
	FILE *f;

	va_start(ap, format);
	vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	memset(scene.text, 0, sizeof(scene.text));
	f = popen(line, "re");
	assert_non_null(f);
	len = fread(scene.text, 1, sizeof(scene.text) - 1, f);
	assert_true(len < sizeof(scene.text) - 1);
	assert_int_equal(pclose(f), 0);
}

static bool is_symbol(char c)
{
	return c != '\0' && strchr("0123456789ABCDEFGHJKMNPQRSTVWXYZ", c) != NULL;
}

void scene_half(char half[static 9])
{
	for (const char *p = scene.text; *p != '\0'; p++) {
		size_t n = 0;

		while (n < 9 && (n == 4 ? p[n] == '-' : is_symbol(p[n])))
			n++;
		if (n < 9 || is_symbol(p[9]) || p[9] == '-' ||
		    (p > scene.text && (is_symbol(p[-1]) || p[-1] == '-')))
			continue;
		memcpy(half, p, 4);
		memcpy(half + 4, p + 5, 4);
		half[8] = '\0';
		return;
	}
	fail_msg("no half in: %.2000s", scene.text);
}
