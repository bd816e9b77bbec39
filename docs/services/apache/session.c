/* SPDX-License-Identifier: BSD-2-Clause */
/* session.c - see session.h. */
#include "session.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const unsigned char nobodys[SEAL_ID_LEN]; /* a session is bound to no other cookie */

static void seal(char *out, const unsigned char *key, struct session *s)
{
	seal_make(out, SEAL_SESSION, key, nobodys, s, sizeof(*s));
	sodium_memzero(s, sizeof(*s));
}

void session_begin(char out[static SESSION_TEXT], const unsigned char *key, const char *service,
		   const char *cf, uint64_t now_s)
{
	struct session s;

	memset(&s, 0, sizeof(s)); /* padding too: all of it is sealed */
	s.since_s = s.seen_s = now_s;
	memcpy(s.service, service, strnlen(service, sizeof(s.service) - 1));
	memcpy(s.cf, cf, strnlen(cf, sizeof(s.cf) - 1));
	seal(out, key, &s);
}

static bool lives(const struct session *s, uint64_t now_s)
{
	return s->seen_s <= now_s && now_s - s->seen_s < SESSION_IDLE_S && s->since_s <= now_s &&
	       now_s - s->since_s < SESSION_MAX_S;
}

void session_look(char out[static SESSION_ANSWER], const unsigned char *key, const char *cookie,
		  uint64_t now_s)
{
	struct session s;
	char fresh[SESSION_TEXT] = "-";

	(void)snprintf(out, SESSION_ANSWER, "NULL");
	if (!seal_open(&s, sizeof(s), SEAL_SESSION, key, nobodys, cookie) || !lives(&s, now_s)) {
		sodium_memzero(&s, sizeof(s));
		return;
	}
	if (now_s - s.seen_s >= SESSION_FRESH_S) {
		struct session again = s;

		again.seen_s = now_s;
		seal(fresh, key, &again);
	}
	(void)snprintf(out, SESSION_ANSWER, "%s %s %s", s.service, s.cf, fresh);
	sodium_memzero(&s, sizeof(s));
	sodium_memzero(fresh, sizeof(fresh));
}

static bool say(const char *line)
{
	size_t n = strlen(line), at = 0;

	while (at < n) {
		ssize_t sent = write(STDOUT_FILENO, line + at, n - at);

		if (sent > 0)
			at += (size_t)sent;
		else if (sent == 0 || errno != EINTR)
			return false;
	}
	return true;
}

/*
 * The cookie again at the end, and Apache looks at it: a worker that dies between its question and
 * the answer leaves the answer in the pipe, for whoever asks next.
 */
static bool answer(const unsigned char *key, const char *cookie)
{
	char look[SESSION_ANSWER], line[SESSION_ANSWER + SESSION_TEXT + 1];
	bool said;

	session_look(look, key, cookie, (uint64_t)time(NULL));
	(void)snprintf(line, sizeof(line), strcmp(look, "NULL") != 0 ? "%s %s\n" : "%s\n", look,
		       cookie);
	said = say(line);
	sodium_memzero(look, sizeof(look));
	sodium_memzero(line, sizeof(line));
	return said;
}

/* A line at a time; one that is too long is no cookie of ours, whatever it begins with. */
static bool take(const unsigned char *key, char *line, size_t *n, char c)
{
	if (c != '\n') {
		if (*n < SESSION_TEXT)
			line[(*n)++] = c;
		return true;
	}
	line[*n] = '\0';
	if (*n == SESSION_TEXT)
		line[0] = '\0';
	*n = 0;
	return answer(key, line);
}

int session_serve(const char *key_file)
{
	unsigned char key[SEAL_KEY_LEN];
	char buf[512], line[SESSION_TEXT + 1];
	size_t used = 0;
	bool good = true;
	int r = seal_key(key, key_file);

	if (r != 0) {
		(void)fprintf(stderr, "inpspin-web: %s: %s\n", key_file,
			      r == -EINVAL ? "not a key of 32 bytes" : strerror(-r));
		return 1;
	}
	while (good) {
		ssize_t n = read(STDIN_FILENO, buf, sizeof(buf));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		for (ssize_t i = 0; good && i < n; i++)
			good = take(key, line, &used, buf[i]);
	}
	sodium_memzero(key, sizeof(key));
	sodium_memzero(buf, sizeof(buf));
	sodium_memzero(line, sizeof(line));
	return good ? 0 : 1;
}
