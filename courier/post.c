/* SPDX-License-Identifier: BSD-2-Clause */
/* post.c - the channel of letters; see courier.h. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "child.h"
#include "courier.h"
#include "day.h"
#include "letter.h"
#include "plain.h"
#include "spool.h"

enum { PRINT_WORDS = 16 };

/* The print command in words, without a shell. */
static int print(const struct courier *c, const struct pdf *p, struct trouble *t)
{
	char line[sizeof(c->conf.print)], *at = line;
	const char *argv[PRINT_WORDS + 1] = { NULL };
	size_t n = 0;

	memcpy(line, c->conf.print, sizeof(line));
	while (n < PRINT_WORDS && *(at += strspn(at, " ")) != '\0') {
		argv[n++] = at;
		at += strcspn(at, " ");
		if (*at != '\0')
			*at++ = '\0';
	}
	if (*at != '\0')
		return trouble_say(t, "the print command has more than %d words", PRINT_WORDS);
	return child_run(argv, p->bytes, p->len, c->conf.timeout_s, t);
}

static int draw(struct pdf *p, const struct courier *c, const struct wire_order_is *o,
		const char *half, struct trouble *t)
{
	static char bodies[2][TEMPLATE_FILLED]; /* no secret */
	const enum language one = o->english ? ENGLISH : ITALIAN;
	struct letter l = { .font = c->conf.font, .font_half = c->conf.font_half,
			    .sender = c->conf.sender, .name = o->name, .street = o->street,
			    .town = o->town, .half = half };
	char today[DAY_LEN], until[LANGUAGE_N][DAY_LEN];
	struct values v = { { { NULL } } };

	values_set(&v, FIELD_HELP, c->conf.help);
	for (int i = 0; i < LANGUAGE_N && o->good_s != 0; i++)
		v.of[i][FIELD_UNTIL] = day_text(until[i], (enum language)i, o->good_s - 1);
	for (int i = 0; i < LANGUAGE_N; i++) {
		const enum language in = i == 0 ? one : one == ITALIAN ? ENGLISH : ITALIAN;
		struct text body = text_in(bodies[i], sizeof(bodies[i]));

		if (template_fill(&c->templates[TEMPLATE_LETTER], in, &v, &body) != 0)
			return trouble_say(t, "cannot write the text of the letter");
		l.body[i] = bodies[i];
	}
	l.date = day_text(today, one, (uint64_t)time(NULL));
	if (!plain_line(l.name) || !plain_line(l.street) || !plain_line(l.town))
		return trouble_say(t, "the address lacks a line, or is not UTF-8 text");
	return letter_draw(p, &l, t);
}

int post_void(const struct courier *c, const struct wire_order_is *o, struct trouble *t)
{
	return c->spool < 0 ? 0 : spool_void(c->spool, o->number, t);
}

int post_deliver(const struct courier *c, const struct wire_order_is *o,
		 const struct secret *secret, struct trouble *t)
{
	char half[SYMBOLS_SHOWN];
	struct pdf p = { NULL, 0 };
	int r;

	if (secret != NULL && o->kind == ORDER_RECOVERED)
		return electronic_deliver(c, o, secret, t);
	if (secret == NULL && o->kind == ORDER_VOID)
		return post_void(c, o, t);
	if (secret == NULL)
		return trouble_say(t, "unknown kind of order: %u", o->kind);
	r = draw(&p, c, o, symbols_show(half, secret->half), t);
	explicit_bzero(half, sizeof(half));
	if (r != 0)
		return r;
	if (c->conf.print[0] != '\0')
		r = print(c, &p, t);
	else
		r = spool_put(c->spool, o->number, p.bytes, p.len, t);
	pdf_wipe(&p);
	if (r == 0 && c->conf.print[0] == '\0')
		(void)say(0, "print and post %s/letter-%s.pdf; then, as this user: "
			     "pin-courier --channel post --printed letter-%s.pdf", c->conf.spool,
			  o->number, o->number);
	return r;
}

/* Are the fonts there, and does the text fit the page with its longest values? */
static int try_letter(const struct courier *c)
{
	const struct wire_order_is sample = {
		.good_s = 4102444800, .name = "Maria Annunziata Mariarosaria Quaranta Bevilacqua",
		.street = "Via Martiri della Liberta' 1234, scala A, interno 12",
		.town = "00144 ROMA RM",
	};
	struct trouble t = { "" };
	struct pdf p = { NULL, 0 };

	if (draw(&p, c, &sample, "0000-0000", &t) != 0)
		return say(-EINVAL, "the letter: %s", t.text);
	pdf_wipe(&p);
	return 0;
}

int post_open(struct courier *c)
{
	int r = template_read(&c->templates[TEMPLATE_LETTER], c->conf.templates, TEMPLATE_LETTER);

	if (r == 0)
		r = try_letter(c);
	return r == 0 ? electronic_open_recovered(c) : r;
}
