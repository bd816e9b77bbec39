/* SPDX-License-Identifier: BSD-2-Clause */
/* event.c - see event.h. */
#include "event.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

static const struct row {
	uint64_t id1, id2;
	int priority;
	const char *text;
} rows[EVENT_N] = {
#define EVENT(NAME, id1, id2, priority, text) { id1, id2, priority, text },
#include "event.def"
};

static bool journal; /* written once, before there are threads */

/* systemd tells in JOURNAL_STREAM which device and inode its stream to the journal is. */
void event_open(void)
{
	journal = getenv("JOURNAL_STREAM") != NULL;
}

/* What others say is shown in printable ASCII: no forged lines, no terminal tricks. */
static const char *plain(const char *s, char *buf, size_t cap)
{
	size_t i = 0;

	for (; s != NULL && s[i] != '\0' && i + 1 < cap; i++)
		buf[i] = s[i] > ' ' && s[i] < 0x7f ? s[i] : s[i] == ' ' ? ' ' : '?';
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
	add(line, cap, ": ", e->detail);
	add(line, cap, " verdict=", e->verdict);
	add(line, cap, " cf=", e->tag);
	add(line, cap, " service=", e->service);
	add(line, cap, " rhost=", e->rhost);
	add(line, cap, " uid=", uid);
}

static const char *or_none(const char *s)
{
	return s != NULL ? s : "";
}

void event_write(const struct event *e)
{
	const struct row *row = &rows[e->id];
	char line[1024], rhost[256], service[64];

	compose(e, line, sizeof(line));
	if (!journal) {
		fprintf(stderr, "pind: %s\n", line);
		return;
	}
	/* A full or absent journal must not stop anybody's login. */
	(void)sd_journal_send("MESSAGE=%s", line, "PRIORITY=%i", row->priority,
			      "MESSAGE_ID=%016" PRIx64 "%016" PRIx64, row->id1, row->id2,
			      "PIND_VERDICT=%s", or_none(e->verdict), "PIND_PERSON=%s",
			      or_none(e->tag), "PIND_SERVICE=%s",
			      plain(e->service, service, sizeof(service)), "PIND_RHOST=%s",
			      plain(e->rhost, rhost, sizeof(rhost)), "PIND_PEER_UID=%i",
			      e->has_uid ? (int)e->uid : -1, NULL);
}
