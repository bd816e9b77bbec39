/* SPDX-License-Identifier: BSD-2-Clause */
/* letter.c - see letter.h. The PIN stays in buffers of ours, wiped: no stdio stream, no heap. */
#include "letter.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "pinctl.h"
#include "show.h"
#include "symbols.h"

#define LETTER_LEN 2048 /* bytes; the text is about 1200 */

/* Beside each other: for the citizen, in Italian and in English. */
static const char *const advice[][2] = {
	{ "Al primo accesso:", "At the first login:" },
	{ "1. scrivere il codice fiscale, in", "1. type the codice fiscale, in capitals," },
	{ "   maiuscolo, come nome utente, poi", "   as user name, then this PIN (in the" },
	{ "   questo PIN (per il PIN maiuscole e", "   PIN case and hyphens do not matter);" },
	{ "   trattini non contano);", "" },
	{ "2. indicare cellulare ed e-mail;", "2. give a mobile number and an e-mail;" },
	{ "3. ridigitare il PIN definitivo che il", "3. type back the definitive PIN that" },
	{ "   sistema mostra: da allora in poi", "   the system shows: from then on" },
	{ "   vale quello, e questo non piu'.", "   that one counts, and this no more." },
	{ "", "" },
	{ "Questo PIN non serve ad altro. Nessun", "This PIN serves no other purpose. No" },
	{ "ufficio lo chiede: non dirlo a nessuno.", "office asks for it: tell it to nobody." },
};

int letter_open(struct letter *l, const char *path)
{
	int mode = fcntl(STDOUT_FILENO, F_GETFL);

	*l = (struct letter){ STDOUT_FILENO, NULL };
	if (strcmp(path, "-") == 0 && (mode < 0 || (mode & O_ACCMODE) == O_RDONLY))
		return show_error(EXIT_ARGS, "--print -: the standard output is closed");
	if (strcmp(path, "-") == 0)
		return 0;
	l->path = path;
	l->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (l->fd < 0 && errno == EEXIST)
		return show_error(EXIT_ARGS, "%s exists: name a file that does not, or -", path);
	if (l->fd < 0)
		return show_error(EXIT_ARGS, "cannot make %s: %m", path);
	return 0;
}

static int write_all(int fd, const char *p, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			p += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

/* Every field is made of letters, digits, hyphens and colons: nothing needs escaping. */
static int compose_json(char *out, const struct letter_text *t)
{
	char lapses[SHOW_TIME_LEN];
	bool known = t->lapses_s != 0;

	return snprintf(out, LETTER_LEN,
			"{\"cf\":\"%s\",\"pin\":\"%s\",\"level\":\"%s\",\"lapses\":%s%s%s}\n",
			t->cf, t->pin, t->level, known ? "\"" : "",
			known ? show_utc(lapses, t->lapses_s) : "null", known ? "\"" : "");
}

static int compose_text(char *out, const struct letter_text *t)
{
	char it[SHOW_TIME_LEN], en[SHOW_TIME_LEN], pin[SYMBOLS_SHOWN];
	int n = snprintf(out, LETTER_LEN,
			 "%-40s%s\n\n%-40s%s\n%-40s%s\n%-40s%s\n%-40s%s\n%-40s%s\n\n",
			 "PIN iniziale (temporaneo)", "Initial PIN (temporary)",
			 "Codice fiscale", t->cf, "PIN", symbols_show(pin, t->pin),
			 "Livello / Level", t->level,
			 "Valido fino al", show_local_it(it, t->lapses_s),
			 "Valid until", show_local(en, t->lapses_s));

	explicit_bzero(pin, sizeof(pin));
	for (size_t i = 0; n >= 0 && n < LETTER_LEN && i < sizeof(advice) / sizeof(*advice); i++)
		n += snprintf(out + n, (size_t)(LETTER_LEN - n), "%-*s%s\n",
			      advice[i][1][0] != '\0' ? 40 : 0, advice[i][0], advice[i][1]);
	return n;
}

static int close_letter(struct letter *l)
{
	if (l->path == NULL)
		return 0;
	if (fsync(l->fd) != 0)
		return -errno;
	if (close(l->fd) != 0)
		return -errno;
	return 0;
}

int letter_write(struct letter *l, const struct letter_text *t, bool json)
{
	char text[LETTER_LEN];
	int n = json ? compose_json(text, t) : compose_text(text, t), r = -EMSGSIZE;

	if (n > 0 && n < LETTER_LEN)
		r = write_all(l->fd, text, (size_t)n);
	explicit_bzero(text, sizeof(text));
	if (r == 0)
		r = close_letter(l);
	if (r != 0 && l->path != NULL)
		(void)unlink(l->path); /* half a letter is of no use, and may hold the PIN */
	return r;
}

void letter_discard(struct letter *l)
{
	if (l->path == NULL)
		return;
	(void)close(l->fd);
	if (unlink(l->path) != 0)
		(void)show_error(0, "cannot remove the empty %s: %m", l->path);
}
