/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pin_sendmail.c - sendmail for a courier whose sandbox lets it run none that is set-user-id: hands
 * the message on its standard input to a socket, behind which systemd runs the machine's own.
 *
 * Arguments are ignored: it is always "sendmail -t -i". What that says comes back, and a last line
 * "exit N"; it is said again, and N is our exit status. 75: there is no answer, try again.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { MESSAGE_MAX = 1 << 18, ANSWER_MAX = 4096, ANSWER_END = 32, EXIT_AGAIN = 75 };

/* Each courier's group opens one of them. */
static const char *const doors[] = { "/run/pind/sendmail-electronic.sock",
				     "/run/pind/sendmail-post.sock" };

static unsigned char message[MESSAGE_MAX]; /* half a PIN is in it: wiped at once */

static int complain(const char *what)
{
	(void)fprintf(stderr, "%s\n", what);
	return EXIT_AGAIN;
}

/* All of standard input, first: what is cut off by a signal must not be sent. -1: error, or too much. */
static ssize_t read_message(void)
{
	size_t len = 0;
	ssize_t n = 1;

	while (n != 0 && len < sizeof(message)) {
		n = read(STDIN_FILENO, message + len, sizeof(message) - len);
		if (n < 0 && errno != EINTR)
			return -1;
		len += n > 0 ? (size_t)n : 0;
	}
	return len < sizeof(message) ? (ssize_t)len : -1;
}

/* Only root makes sockets there; and root it must be that listens. */
static int knock(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	struct ucred peer = { .uid = (uid_t)-1 };
	socklen_t len = sizeof(peer);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(to.sun_path, path, strlen(path) + 1);
	if (fd >= 0 && connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0 &&
	    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 && peer.uid == 0)
		return fd;
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

static int hand_over(int fd, const unsigned char *p, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, p, len, MSG_NOSIGNAL);

		if (n < 0 && errno != EINTR)
			return -1;
		p += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return shutdown(fd, SHUT_WR);
}

/* N of the last line, "exit N", which is cut off; -1: it is not there yet. */
static int cut_status(char *answer, size_t len)
{
	static const char word[] = "exit ";
	char *line = answer, *end;
	long status;

	if (len == 0 || answer[len - 1] != '\n')
		return -1;
	for (char *p = answer; p < answer + len - 1; p++)
		if (*p == '\n')
			line = p + 1;
	if (strncmp(line, word, sizeof(word) - 1) != 0)
		return -1;
	status = strtol(line + sizeof(word) - 1, &end, 10);
	if (end == line + sizeof(word) - 1 || *end != '\n' || status < 0 || status > 255)
		return -1;
	*line = '\0';
	return (int)status;
}

/* Of a long answer the middle is left out. Not to its end: who delivers later may keep it open. */
static int listen_to(int fd)
{
	static char answer[ANSWER_MAX + 1];
	size_t len = 0;
	int status = -1;
	ssize_t n = 1;

	while (status < 0 && n != 0) {
		if (len == ANSWER_MAX) {
			len = ANSWER_MAX / 2;
			memmove(answer + len, answer + ANSWER_MAX - ANSWER_END, ANSWER_END);
			len += ANSWER_END;
		}
		n = recv(fd, answer + len, ANSWER_MAX - len, 0);
		if (n < 0 && errno != EINTR)
			break;
		len += n > 0 ? (size_t)n : 0;
		answer[len] = '\0';
		status = cut_status(answer, len);
	}
	if (status < 0)
		return complain("the mail service hung up: journalctl -u 'pin-sendmail-*'");
	(void)fputs(answer, stderr);
	explicit_bzero(answer, sizeof(answer));
	return status;
}

int main(void)
{
	ssize_t len;
	int fd = -1, r;

	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		return complain("cannot protect this process");
	len = read_message();
	for (size_t i = 0; len >= 0 && fd < 0 && i < sizeof(doors) / sizeof(*doors); i++)
		fd = knock(doors[i]);
	r = len < 0 ? complain("cannot read the message, or it is too long")
	    : fd < 0 ? complain("no mail service: systemctl start pin-sendmail-electronic.socket")
	    : hand_over(fd, message, (size_t)len) != 0 ? complain("the mail service does not listen")
	    : listen_to(fd);
	explicit_bzero(message, sizeof(message));
	return r;
}
