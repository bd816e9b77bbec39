/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * page.h - the parts that pages are made of. One h1; an error is a summary that has the focus and
 * leads to its field; each field has a label, and its hint and error are read with it.
 */
#ifndef PAGE_H
#define PAGE_H

#include "web.h"

/* How a field is typed. */
enum page_kind {
	PAGE_PLAIN,  /* as shown; kept when the page comes again */
	PAGE_SECRET, /* dots; never sent back to the browser */
	PAGE_SHOWN,  /* a new PIN: as shown, remembered by nobody */
};

struct page_field {
	enum input_field in;
	enum page_kind kind;
	enum text label, hint;
	const char *type, *autocomplete; /* as HTML calls them; type NULL: text */
};

/*
 * Status, headers, cookies; the page up to what is under its h1, with w->error and what is wrong
 * in w->bad[] in the summary. page_end() closes what page_begin() opened.
 */
void page_begin(struct web *w, int status, enum text title);
void page_end(struct web *w);

void page_paragraph(struct web *w, enum text t, const char *html_class); /* class may be NULL */

/* A form that posts to WEB_PATH page, with w->st sealed as its token. */
void page_form(struct web *w, const char *page, enum step step, uint64_t for_s);
void page_form_end(struct web *w, enum text button);
void page_field(struct web *w, const struct page_field *f);

/* A link to WEB_PATH page, with service and where it goes on. */
void page_link(struct web *w, const char *page, enum text t, const char *html_class);

/* 303 to a path of this host, with the cookies. */
void page_go(struct web *w, const char *path);

/* A page that says that nothing was done, and why; status as in web_read(). */
void page_refuse(struct web *w, int status);

#endif
