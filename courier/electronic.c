/* SPDX-License-Identifier: BSD-2-Clause */
/* electronic.c - the channel of e-mails and text messages; see courier.h. */
#include <errno.h>
#include <string.h>

#include "courier.h"
#include "day.h"
#include "mail.h"
#include "sms.h"

enum {
	BODY_CAP = 2 * TEMPLATE_FILLED,
	MESSAGE_CAP = 3 * BODY_CAP + 4096, /* each byte can become three */
	LINK_CAP = sizeof(((struct conf *)0)->link) + TOKEN_LEN,
};

static const char between[] = "\n* * *\n\n"; /* the languages */

static char body_buf[BODY_CAP], message_buf[MESSAGE_CAP]; /* wiped after each message */

struct words { /* the values of an order, where they are made */
	char half[SYMBOLS_SHOWN];
	char link[LINK_CAP];
	char day[LANGUAGE_N][DAY_LEN];
};

static void set_values(struct values *v, struct words *w, const struct courier *c,
		       const struct wire_order_is *o, const struct secret *secret)
{
	struct text link = text_in(w->link, sizeof(w->link));
	const bool post = c->queue.to == TO_POST;

	*v = (struct values){ { { NULL } } };
	values_set(v, FIELD_NUMBER, o->number);
	values_set(v, FIELD_HELP, c->conf.help);
	values_set(v, FIELD_FAX, c->conf.fax);
	for (int i = 0; i < LANGUAGE_N && o->good_s != 0; i++)
		v->of[i][FIELD_UNTIL] = day_text(w->day[i], (enum language)i, o->good_s - 1);
	if (secret == NULL)
		return;
	values_set(v, FIELD_HALF, symbols_show(w->half, secret->half));
	v->of[ITALIAN][FIELD_POSITIONS] = post ? "caratteri 9-16" : "caratteri 1-8";
	v->of[ENGLISH][FIELD_POSITIONS] = post ? "characters 9-16" : "characters 1-8";
	text_put(&link, o->kind == ORDER_RECOVER ? c->conf.link_recover : c->conf.link);
	text_put(&link, secret->token);
	if (secret->token[0] != '\0')
		values_set(v, FIELD_LINK, w->link);
}

static enum language first_of(const struct wire_order_is *o)
{
	return o->english ? ENGLISH : ITALIAN;
}

static int compose(struct text *message, const struct courier *c, const struct wire_order_is *o,
		   enum template_kind kind, const struct values *v)
{
	const struct template *t = &c->templates[kind];
	const enum language one = first_of(o), two = one == ITALIAN ? ENGLISH : ITALIAN;
	struct text body = text_in(body_buf, sizeof(body_buf));
	const struct mail m = { .from = c->conf.from, .from_name = c->conf.from_name,
				.to = o->email, .number = o->number,
				.subject = t->part[one].subject, .body = body_buf,
				.serial = o->serial, .now = time(NULL) };
	int r = template_fill(t, one, v, &body);

	text_put(&body, between);
	if (r == 0)
		r = template_fill(t, two, v, &body);
	if (r == 0)
		r = mail_compose(message, &m);
	text_wipe(&body);
	return r;
}

static int send_mail(const struct courier *c, const struct wire_order_is *o,
		     enum template_kind kind, const struct values *v, struct trouble *t)
{
	struct text message = text_in(message_buf, sizeof(message_buf));
	const char *program = c->queue.to == TO_POST ? c->conf.post_sendmail : c->conf.sendmail;
	int r = compose(&message, c, o, kind, v);

	if (r == 0)
		r = mail_send(program, &message, c->conf.timeout_s, t);
	else
		r = trouble_say(t, "cannot write the e-mail: %s", r == -ENOSPC ? "it is too long"
				: "the address or a value has characters that do not belong there");
	text_wipe(&message);
	return r;
}

static int send_sms(const struct courier *c, const struct wire_order_is *o,
		    enum template_kind kind, const struct values *v, struct trouble *t)
{
	struct text text = text_in(body_buf, sizeof(body_buf));
	int r = template_fill(&c->templates[kind], first_of(o), v, &text);

	if (r == 0) {
		text.buf[--text.len] = '\0'; /* the LF that every body ends in */
		r = sms_send(&c->conf, o->phone, &text, t);
	} else {
		r = trouble_say(t, "cannot write the text message");
	}
	text_wipe(&text);
	return r;
}

/* The half and the link in one e-mail, or apart. Without a link: it was used already. */
static int send_half(const struct courier *c, const struct wire_order_is *o, const struct values *v,
		     struct trouble *t)
{
	const bool link = v->of[ITALIAN][FIELD_LINK] != NULL;
	int r;

	if (!o->by_sms)
		return send_mail(c, o, link ? TEMPLATE_HALF : TEMPLATE_AGAIN, v, t);
	r = send_sms(c, o, TEMPLATE_SMS, v, t);
	return r == 0 && link ? send_mail(c, o, TEMPLATE_LINK, v, t) : r;
}

/* For who forgot the PIN: the link, or our half of the next. The couriers differ in the channel. */
static int send_recovery(const struct courier *c, const struct wire_order_is *o,
			 const struct values *v, struct trouble *t)
{
	if (o->kind == ORDER_RECOVER && c->conf.link_recover[0] == '\0')
		return trouble_say(t, "courier.conf has no [electronic] link_recover");
	if (o->kind == ORDER_RECOVER)
		return send_mail(c, o, TEMPLATE_RECOVER, v, t);
	if (c->queue.to != TO_POST)
		return send_sms(c, o, TEMPLATE_RECOVERED_SMS, v, t);
	if (c->conf.post_sendmail[0] == '\0')
		return trouble_say(t, "courier.conf has no [post] post_sendmail: recovered halves "
				      "cannot be sent");
	return send_mail(c, o, TEMPLATE_RECOVERED, v, t);
}

int electronic_deliver(const struct courier *c, const struct wire_order_is *o,
		       const struct secret *secret, struct trouble *t)
{
	struct values v;
	struct words w;
	int r;

	set_values(&v, &w, c, o, secret);
	switch (o->kind) {
	case ORDER_HALF:   r = send_half(c, o, &v, t); break;
	case ORDER_FORMS:  r = send_mail(c, o, TEMPLATE_FORMS, &v, t); break;
	case ORDER_NOTICE: r = send_mail(c, o, TEMPLATE_NOTICE, &v, t); break;
	case ORDER_REMINDER: r = send_mail(c, o, TEMPLATE_REMINDER, &v, t); break;
	case ORDER_RECOVER:
	case ORDER_RECOVERED: r = send_recovery(c, o, &v, t); break;
	default:           r = trouble_say(t, "unknown kind of order: %u", o->kind); break;
	}
	explicit_bzero(&w, sizeof(w));
	return r;
}

/* Do the longest values fit each message? */
static int try_all(struct courier *c, int from, int end)
{
	struct wire_order_is o = { .kind = ORDER_HALF, .good_s = 1, .number = "2026-0000000-A",
				   .email = "nobody@example.org" };
	const struct secret sample = { "00000000", "00000000000000000000000000000000" };
	struct text message = text_in(message_buf, sizeof(message_buf));
	struct values v;
	struct words w;

	set_values(&v, &w, c, &o, &sample);
	for (int i = from; i < end; i++) {
		message = text_in(message_buf, sizeof(message_buf));
		if (i != TEMPLATE_SMS && i != TEMPLATE_RECOVERED_SMS &&
		    compose(&message, c, &o, (enum template_kind)i, &v) != 0)
			return say(-EINVAL, "%s: its text is too long with its values in it, or "
					    "courier.conf has a name no header can hold",
				   c->templates[i].part[0].subject);
	}
	return 0;
}

int electronic_open(struct courier *c)
{
	int r = 0;

	for (int i = 0; r == 0 && i < TEMPLATE_RECOVERED; i++)
		r = template_read(&c->templates[i], c->conf.templates, (enum template_kind)i);
	return r == 0 ? try_all(c, 0, TEMPLATE_RECOVERED) : r;
}

int electronic_open_recovered(struct courier *c)
{
	int r = template_read(&c->templates[TEMPLATE_RECOVERED], c->conf.templates,
			      TEMPLATE_RECOVERED);

	if (r != 0 || c->conf.post_sendmail[0] == '\0')
		return r;
	return try_all(c, TEMPLATE_RECOVERED, TEMPLATE_RECOVERED + 1);
}
