/* SPDX-License-Identifier: BSD-2-Clause */
/* page.c - see page.h. */
#include "page.h"

#include <sodium.h>
#include <string.h>

#define COOKIE_END "; Path=/; Secure; HttpOnly; SameSite=Strict\r\n"

static const struct {
	const char *it, *en;
} texts[T_N] = {
	{ "", "" },
#define TEXT(NAME, it, en) { it, en },
#include "text.def"
};

/* Names of the fields in HTML, which are also their ids. */
static const char *const names[IN_N] = {
#define FIELD(NAME, name, max) name,
	INPUT_FIELDS
#undef FIELD
};

const char *web_text(const struct web *w, enum text t)
{
	return w->english ? texts[t].en : texts[t].it;
}

static void put(struct web *w, const char *html)
{
	out_raw(&w->out, html);
}

static void say(struct web *w, enum text t)
{
	put(w, web_text(w, t));
}

static void put_id(struct web *w)
{
	char text[SEAL_TEXT(SEAL_ID_LEN)];

	seal_encode(text, w->id, sizeof(w->id));
	put(w, "Set-Cookie: __Host-inpspin-form=");
	put(w, text);
	put(w, COOKIE_END);
	sodium_memzero(text, sizeof(text));
}

static void put_cookies(struct web *w)
{
	if (w->leave)
		put(w, "Set-Cookie: " SESSION_COOKIE "=; Max-Age=0" COOKIE_END
		       "Set-Cookie: __Host-inpspin-form=; Max-Age=0" COOKIE_END);
	else if (w->new_id)
		put_id(w);
	if (w->session[0] != '\0') {
		put(w, "Set-Cookie: " SESSION_COOKIE "=");
		put(w, w->session);
		put(w, COOKIE_END);
	}
}

/*
 * No scripts, nothing from elsewhere, in no frame, kept by nobody. Not "no-referrer": browsers then
 * send "Origin: null", which says nothing.
 */
static void put_headers(struct web *w, int status)
{
	put(w, "Status: ");
	out_number(&w->out, (uint64_t)status);
	put(w, "\r\nCache-Control: no-store\r\n"
	       "Content-Security-Policy: default-src 'none'; style-src 'self'; form-action 'self'; "
	       "base-uri 'none'; frame-ancestors 'none'\r\n"
	       "Referrer-Policy: same-origin\r\nX-Content-Type-Options: nosniff\r\n"
	       "X-Frame-Options: DENY\r\nCross-Origin-Opener-Policy: same-origin\r\n"
	       "Vary: Accept-Language, Cookie\r\n");
	if (w->wait_s > 0) {
		put(w, "Retry-After: ");
		out_number(&w->out, w->wait_s);
		put(w, "\r\n");
	}
	if (status == 405)
		put(w, "Allow: GET, POST\r\n");
	put_cookies(w);
}

static void put_goal(struct web *w, const char *lang)
{
	put(w, "?lang=");
	put(w, lang);
	put(w, "&amp;service=");
	out_url(&w->out, w->st.service);
	put(w, "&amp;back=");
	out_url(&w->out, w->st.back);
}

static const char *lang(const struct web *w)
{
	return w->english ? "en" : "it";
}

/* The same page in the other language; not in the middle of something, which would be lost. */
static void put_language(struct web *w)
{
	if (w->post || w->error != T_NONE)
		return;
	put(w, "<nav aria-label=\"");
	say(w, T_LANGUAGE);
	put(w, "\"><a href=\"" WEB_PATH);
	out_text(&w->out, w->page);
	put_goal(w, w->english ? "it" : "en");
	put(w, w->english ? "\" lang=\"it\" hreflang=\"it\">Italiano</a></nav>"
			  : "\" lang=\"en\" hreflang=\"en\">English</a></nav>");
}

static void put_wait(struct web *w)
{
	bool minutes = w->wait_s > 90;

	if (w->wait_s == 0)
		return;
	put(w, " ");
	out_number(&w->out, minutes ? (w->wait_s + 59) / 60 : w->wait_s);
	put(w, " ");
	say(w, minutes ? T_MINUTES : T_SECONDS);
	put(w, ".");
}

/* What is wrong, and where: it has the focus, so that it is read, and seen, first. */
static void put_error(struct web *w)
{
	if (w->error == T_NONE)
		return;
	put(w, "<div class=\"error\" id=\"error\" role=\"alert\" tabindex=\"-1\" autofocus>\n<p>");
	say(w, w->error);
	put_wait(w);
	put(w, "</p>\n");
	for (int i = 0; i < IN_N; i++) {
		if (w->bad[i] == T_NONE)
			continue;
		put(w, "<p><a href=\"#");
		put(w, names[i]);
		put(w, "\">");
		say(w, w->bad[i]);
		put(w, "</a></p>\n");
	}
	put(w, "</div>\n");
}

void page_begin(struct web *w, int status, enum text title)
{
	put_headers(w, status);
	put(w, "Content-Language: ");
	put(w, lang(w));
	put(w, "\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<!DOCTYPE html>\n<html lang=\"");
	put(w, lang(w));
	put(w, "\">\n<head>\n<meta charset=\"utf-8\">\n"
	       "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	       "<meta name=\"color-scheme\" content=\"light dark\">\n"
	       "<meta name=\"format-detection\" content=\"telephone=no\">\n<title>");
	if (w->error != T_NONE)
		say(w, T_ERROR);
	say(w, title);
	put(w, " &ndash; ");
	say(w, T_SITE);
	put(w, "</title>\n<link rel=\"stylesheet\" href=\"/inpspin.css\">\n</head>\n<body>\n"
	       "<a class=\"skip\" href=\"#main\">");
	say(w, T_SKIP);
	put(w, "</a>\n<header><p><a href=\"/\">");
	say(w, T_SITE);
	put(w, "</a></p>");
	put_language(w);
	put(w, "</header>\n<main id=\"main\" tabindex=\"-1\">\n<h1>");
	say(w, title);
	put(w, "</h1>\n");
	put_error(w);
}

void page_end(struct web *w)
{
	put(w, "</main>\n<footer><p>");
	say(w, T_FOOT);
	put(w, "</p></footer>\n</body>\n</html>\n");
}

void page_paragraph(struct web *w, enum text t, const char *html_class)
{
	put(w, html_class != NULL ? "<p class=\"" : "<p>");
	if (html_class != NULL) {
		put(w, html_class);
		put(w, "\">");
	}
	say(w, t);
	put(w, "</p>\n");
}

void page_form(struct web *w, const char *page, enum step step, uint64_t for_s)
{
	char token[SEAL_SEALED(sizeof(w->st))];

	w->st.step = step;
	w->st.until_s = w->now_s + for_s;
	seal_make(token, SEAL_FORM, w->key, w->id, &w->st, sizeof(w->st));
	put(w, "<form method=\"post\" action=\"" WEB_PATH);
	put(w, page);
	put(w, "?lang=");
	put(w, lang(w));
	put(w, "\" novalidate>\n<input type=\"hidden\" name=\"token\" value=\"");
	put(w, token);
	put(w, "\">\n");
	sodium_memzero(token, sizeof(token));
}

void page_form_end(struct web *w, enum text button)
{
	put(w, "<p class=\"act\"><button type=\"submit\">");
	say(w, button);
	put(w, "</button></p>\n</form>\n");
}

static void put_line(struct web *w, const char *html_class, const char *name, const char *suffix,
		     enum text t)
{
	put(w, "<span class=\"");
	put(w, html_class);
	put(w, "\" id=\"");
	put(w, name);
	put(w, suffix);
	put(w, "\">");
	say(w, t);
	put(w, "</span>\n");
}

static void put_attributes(struct web *w, const struct page_field *f, const char *name)
{
	put(w, "\" autocomplete=\"");
	put(w, f->autocomplete);
	put(w, f->in == IN_CF || f->kind == PAGE_SHOWN
		       ? "\" class=\"code\" autocapitalize=\"characters"
		       : "");
	put(w, "\" autocorrect=\"off\" spellcheck=\"false\" required aria-describedby=\"");
	put(w, name);
	put(w, "-hint");
	if (w->bad[f->in] != T_NONE) {
		put(w, " ");
		put(w, name);
		put(w, "-error\" aria-invalid=\"true");
	}
	if (f->kind == PAGE_PLAIN && w->value[f->in] != NULL) {
		put(w, "\" value=\"");
		out_text(&w->out, w->value[f->in]);
	}
	put(w, "\">");
}

void page_field(struct web *w, const struct page_field *f)
{
	const char *name = names[f->in];

	put(w, "<div class=\"field\">\n<label for=\"");
	put(w, name);
	put(w, "\">");
	say(w, f->label);
	put(w, "</label>\n");
	put_line(w, "hint", name, "-hint", f->hint);
	if (w->bad[f->in] != T_NONE)
		put_line(w, "bad", name, "-error", w->bad[f->in]);
	put(w, "<input id=\"");
	put(w, name);
	put(w, "\" name=\"");
	put(w, name);
	put(w, "\" type=\"");
	put(w, f->kind == PAGE_SECRET ? "password" : f->type != NULL ? f->type : "text");
	put_attributes(w, f, name);
	put(w, "\n</div>\n");
}

void page_link(struct web *w, const char *page, enum text t, const char *html_class)
{
	put(w, "<p class=\"");
	put(w, html_class);
	put(w, "\"><a href=\"" WEB_PATH);
	put(w, page);
	put_goal(w, lang(w));
	put(w, "\">");
	say(w, t);
	put(w, "</a></p>\n");
}

void page_go(struct web *w, const char *path)
{
	put_headers(w, 303);
	put(w, "Location: ");
	put(w, path);
	put(w, "\r\n\r\n");
}

void page_refuse(struct web *w, int status)
{
	if (status == 403 && w->error == T_NONE)
		w->error = T_TOKEN;
	page_begin(w, status, T_BAD);
	page_paragraph(w, T_BAD_NOTE, NULL);
	put(w, "<p class=\"also\"><a href=\"" WEB_PATH "accesso?lang=");
	put(w, lang(w));
	put(w, "\">");
	say(w, T_TO_LOGIN);
	put(w, "</a></p>\n");
	page_end(w);
}
