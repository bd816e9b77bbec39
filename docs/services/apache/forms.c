/* SPDX-License-Identifier: BSD-2-Clause */
/* forms.c - see forms.h. */
#include "forms.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "page.h"
#include "question.h"
#include "symbols.h"

/* clang-format off */
static const struct page_field
	cf = { IN_CF, PAGE_PLAIN, T_CF, T_CF_HINT, NULL, "username" },
	pin = { IN_PIN, PAGE_SECRET, T_PIN, T_PIN_HINT, NULL, "current-password" },
	old = { IN_PIN, PAGE_SECRET, T_OLD, T_PIN_HINT, NULL, "current-password" },
	new = { IN_NEW, PAGE_SHOWN, T_BACK_TYPED, T_BACK_HINT, NULL, "off" },
	phone = { IN_PHONE, PAGE_PLAIN, T_PHONE, T_PHONE_HINT, "tel", "tel" },
	email = { IN_EMAIL, PAGE_PLAIN, T_EMAIL, T_EMAIL_HINT, "email", "email" };

static const char *const months[2][12] = {
	{ "gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto",
	  "settembre", "ottobre", "novembre", "dicembre" },
	{ "January", "February", "March", "April", "May", "June", "July", "August",
	  "September", "October", "November", "December" },
};
/* clang-format on */

static void put(struct web *w, const char *html)
{
	out_raw(&w->out, html);
}

void forms_login(struct web *w, int status)
{
	bool expired = strcmp(w->page, "scaduto") == 0, renew = strcmp(w->page, "rinnovo") == 0;

	page_begin(w, status, expired ? T_EXPIRED : renew ? T_RENEW : T_LOGIN);
	page_paragraph(w, expired ? T_EXPIRED_INTRO : renew ? T_RENEW_INTRO : T_LOGIN_INTRO, NULL);
	page_form(w, w->page, expired || renew ? STEP_RENEW : STEP_LOGIN, WEB_FORM_S);
	page_field(w, &cf);
	page_field(w, &pin);
	page_form_end(w, expired || renew ? T_GO_ON : T_ENTER);
	if (!expired && !renew)
		page_link(w, "rinnovo", T_WANT_RENEW, "also");
	page_end(w);
}

void forms_replace(struct web *w, int status)
{
	page_begin(w, status, T_REPLACE);
	page_paragraph(w, T_REPLACE_INTRO, NULL);
	page_form(w, "nuovo", STEP_REPLACE, WEB_TICKET_S);
	if (w->st.missing != 0) {
		put(w, "<fieldset>\n<legend>");
		put(w, web_text(w, T_CONTACTS));
		put(w, "</legend>\n");
		page_paragraph(w, T_CONTACTS_HINT, "hint");
		if (w->st.missing & WIRE_MISSING_PHONE)
			page_field(w, &phone);
		if (w->st.missing & WIRE_MISSING_EMAIL)
			page_field(w, &email);
		put(w, "</fieldset>\n");
	}
	if (!question_has_grant(w))
		page_field(w, &old);
	page_form_end(w, T_SHOW);
	page_end(w);
}

/* In groups for the eye; symbol by symbol for the ear. */
static void show(struct web *w, const char *text)
{
	char shown[SYMBOLS_SHOWN], one[] = ", ?";

	put(w, "<div class=\"pin\"><p>");
	put(w, web_text(w, T_NEW_IS));
	put(w, "</p>\n<p><strong id=\"new-pin\" aria-hidden=\"true\">");
	put(w, symbols_show(shown, text));
	put(w, "</strong><span class=\"heard\">");
	for (const char *at = text; *at != '\0'; at++) {
		one[2] = *at;
		put(w, at == text ? one + 2 : one);
	}
	put(w, "</span></p></div>\n");
	sodium_memzero(shown, sizeof(shown));
	sodium_memzero(one, sizeof(one));
}

void forms_confirm(struct web *w, int status, const char *text)
{
	uint64_t until_s = text != NULL ? w->now_s + WEB_TICKET_S : w->st.until_s;

	page_begin(w, status, text != NULL ? T_NEW : T_CONFIRM);
	if (text != NULL) {
		show(w, text);
		page_paragraph(w, T_NEW_NOTE, NULL);
	}
	page_form(w, "conferma", STEP_CONFIRM, until_s - w->now_s);
	if (!question_has_grant(w))
		page_field(w, &old);
	page_field(w, &new);
	page_form_end(w, T_DO_CONFIRM);
	if (text == NULL)
		page_link(w, "rinnovo", T_AGAIN, "also");
	page_end(w);
}

/* As people write a day, in either language. */
static void put_day(struct web *w, uint64_t when_s)
{
	time_t t = (time_t)when_s;
	struct tm tm;
	char day[64];

	if (localtime_r(&t, &tm) == NULL)
		return;
	(void)snprintf(day, sizeof(day), " %d %s %d.", tm.tm_mday, months[w->english][tm.tm_mon],
		       tm.tm_year + 1900);
	put(w, day);
}

void forms_done(struct web *w, uint64_t expires_s)
{
	page_begin(w, 200, T_DONE);
	put(w, "<div class=\"good\" role=\"status\">");
	page_paragraph(w, T_DONE_NOTE, NULL);
	if (expires_s != 0) {
		put(w, "<p>");
		put(w, web_text(w, T_DONE_UNTIL));
		put_day(w, expires_s);
		put(w, "</p>\n");
	}
	put(w, "</div>\n");
	page_link(w, "accesso", T_ENTER_NEW, "act");
	page_end(w);
}

void forms_warn(struct web *w, unsigned int days)
{
	page_begin(w, 200, T_WARN);
	put(w, "<p>");
	put(w, web_text(w, T_WARN_DAYS));
	put(w, ": <strong>");
	out_number(&w->out, days);
	put(w, "</strong>.</p>\n<p class=\"act\"><a href=\"");
	out_text(&w->out, w->st.back);
	put(w, "\">");
	put(w, web_text(w, T_GO_ON));
	put(w, "</a></p>\n");
	page_link(w, "rinnovo", T_WANT_RENEW, "also");
	page_end(w);
}

void forms_stale(struct web *w)
{
	w->error = T_STALE;
	page_begin(w, 409, T_RENEW);
	page_link(w, "rinnovo", T_RENEW, "act");
	page_link(w, "accesso", T_TO_LOGIN, "also");
	page_end(w);
}

void forms_leave(struct web *w)
{
	page_begin(w, 200, T_LEAVE);
	page_paragraph(w, T_LEAVE_NOTE, NULL);
	page_form(w, "esci", STEP_LOGIN, WEB_FORM_S);
	page_form_end(w, T_DO_LEAVE);
	page_end(w);
}

void forms_left(struct web *w)
{
	w->leave = true;
	page_begin(w, 200, T_LEFT);
	page_paragraph(w, T_LEAVE_NOTE, NULL);
	put(w, "<p class=\"also\"><a href=\"/\">");
	put(w, web_text(w, T_HOME));
	put(w, "</a></p>\n");
	page_end(w);
}
