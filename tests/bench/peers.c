/* SPDX-License-Identifier: BSD-2-Clause */
/* peers.c - a question to saslauthd, and one to dovecot-auth; see ask.h. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "ask.h"

static int connect_to(const char *path)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || strlen(path) >= sizeof(sa.sun_path)) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	memcpy(sa.sun_path, path, strlen(path));
	if (connect(fd, (const struct sockaddr *)&sa, sizeof(sa)) == 0)
		return fd;
	close(fd);
	return -1;
}

/* Four counted strings: user, password, service, realm. */
int ask_saslauthd(struct asker *a)
{
	static const char request[] = "\0\4user\0\10ABCD2345\0\5bench\0\0";
	char answer[64];
	size_t got = 0;
	ssize_t n = 1;
	int fd = connect_to(a->path);

	if (fd < 0)
		return -1;
	if (send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL) < 0)
		n = -1;
	while (n > 0 && got < 4) { /* the length, then "OK" or "NO" */
		n = recv(fd, answer + got, sizeof(answer) - got, 0);
		got += n > 0 ? (size_t)n : 0;
	}
	close(fd);
	return got >= 4 && memcmp(answer + 2, "OK", 2) == 0 ? 0 : -1;
}

/* The server says who it is, up to DONE; then lines are answered with lines. */
int ask_dovecot(struct asker *a)
{
	static const char request[] = "VERSION\t1\t2\nCPID\t%d%06u\n"
				      "AUTH\t1\tPLAIN\tservice=bench\tsecured\t"
				      "resp=AGFyZ29uAEFCQ0QyMzQ1\n"; /* NUL argon NUL ABCD2345 */
	char text[1024];
	size_t got = 0;
	ssize_t n = 1;
	int fd = connect_to(a->path), len;

	if (fd < 0)
		return -1;
	len = snprintf(text, sizeof(text), request, (int)(a->thread + 1), a->seq % 1000000);
	if (send(fd, text, (size_t)len, MSG_NOSIGNAL) < 0)
		n = -1;
	text[0] = '\0';
	while (n > 0 && got < sizeof(text) - 1 && strstr(text, "\nOK\t1") == NULL &&
	       strstr(text, "\nFAIL\t1") == NULL) {
		n = recv(fd, text + got, sizeof(text) - 1 - got, 0);
		got += n > 0 ? (size_t)n : 0;
		text[got] = '\0';
	}
	close(fd);
	return strstr(text, "\nOK\t1") != NULL ? 0 : -1;
}
