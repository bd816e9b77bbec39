/* SPDX-License-Identifier: BSD-2-Clause */
/* event.c - see event.h. */
#include "event.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>


static const struct row {
	uint64_t id1, id2;
	int priority;
	const char *text;
} rows[EVENT_N] = {
#define EVENT(NAME, id1, id2, priority, text) { id1, id2, priority, text },
#include "event.def"
};

static int journal = -1; /* a socket; written once, before there are threads. -1: stderr */

/* systemd sets JOURNAL_STREAM for whoever's stderr leads to the journal. */
void event_open(void)
{
	(void)signal(SIGPIPE, SIG_IGN); /* who read our stderr may leave; cannot fail */
	if (getenv("JOURNAL_STREAM") != NULL)
		journal = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

/* What others say is shown in printable ASCII without blanks: no forged lines or fields. */
static const char *plain(const char *s, char *buf, size_t cap)
{
	size_t i = 0;

	for (; s != NULL && s[i] != '\0' && i + 1 < cap; i++)
		buf[i] = s[i] > ' ' && s[i] < 0x7f ? s[i] : '?';
	buf[i] = '\0';
	return buf;
}

static void add(char *line, size_t cap, const char *label, const char *value)
{
	size_t n = strlen(line);
	char shown[256];

	if (value != NULL && value[0] != '\0')
		snprintf(line + n, cap - n, "%s%s", label, plain(value, shown, sizeof(shown)));
}

static void compose(const struct event *e, char *line, size_t cap)
{
	char uid[16] = "";

	if (e->has_uid)
		snprintf(uid, sizeof(uid), "%u", (unsigned int)e->uid);
	snprintf(line, cap, "%s", rows[e->id].text);
	if (e->detail != NULL)
		snprintf(line + strlen(line), cap - strlen(line), ": %s", e->detail);
	add(line, cap, " verdict=", e->verdict);
	add(line, cap, " cf=", e->tag);
	add(line, cap, " service=", e->service);
	add(line, cap, " rhost=", e->rhost);
	add(line, cap, " uid=", uid);
}

/* One line of the journal's own protocol; all our values are single lines. */
static size_t put_field(char *packet, size_t cap, size_t used, const char *name, const char *value)
{
	int n = value[0] != '\0' ? snprintf(packet + used, cap - used, "%s=%s\n", name, value) : 0;

	return n > 0 && (size_t)n < cap - used ? used + (size_t)n : used;
}

/* A journal that is slow, full or absent must not stop anybody's login: what it cannot take is lost. */
static void send_entry(const struct event *e, const char *line)
{
	static const struct sockaddr_un to = { .sun_family = AF_UNIX,
					       .sun_path = "/run/systemd/journal/socket" };
	const struct row *row = &rows[e->id];
	char packet[2048], text[256];
	size_t n;

	n = put_field(packet, sizeof(packet), 0, "MESSAGE", line);
	snprintf(text, sizeof(text), "%d", row->priority);
	n = put_field(packet, sizeof(packet), n, "PRIORITY", text);
	snprintf(text, sizeof(text), "%016" PRIx64 "%016" PRIx64, row->id1, row->id2);
	n = put_field(packet, sizeof(packet), n, "MESSAGE_ID", text);
	n = put_field(packet, sizeof(packet), n, "SYSLOG_IDENTIFIER", "pind");
	n = put_field(packet, sizeof(packet), n, "PIND_VERDICT", plain(e->verdict, text, sizeof(text)));
	n = put_field(packet, sizeof(packet), n, "PIND_PERSON", plain(e->tag, text, sizeof(text)));
	n = put_field(packet, sizeof(packet), n, "PIND_SERVICE", plain(e->service, text, sizeof(text)));
	n = put_field(packet, sizeof(packet), n, "PIND_RHOST", plain(e->rhost, text, sizeof(text)));
	snprintf(text, sizeof(text), "%u", (unsigned int)e->uid);
	n = put_field(packet, sizeof(packet), n, "PIND_PEER_UID", e->has_uid ? text : "");
	(void)!sendto(journal, packet, n, MSG_DONTWAIT | MSG_NOSIGNAL, (const struct sockaddr *)&to,
		      sizeof(to));
}

void event_write(const struct event *e)
{
	char line[1024];

	compose(e, line, sizeof(line));
	if (journal >= 0)
		send_entry(e, line);
	else
		fprintf(stderr, "pind: %s\n", line);
}
