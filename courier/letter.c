/* SPDX-License-Identifier: BSD-2-Clause */
/* letter.c - see letter.h. Lengths are millimetres from the upper left corner, sizes are points. */
#include "letter.h"

#include <hpdf.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "plain.h"

#define PAGE_TOP     297.0f
#define LEFT         25.0f
#define RIGHT        185.0f
#define WINDOW_WIDTH 78.0f  /* of 85: envelopes slip */
#define WINDOW_FIRST 67.0f  /* base line of the first line of the address */
#define WINDOW_LAST  88.5f  /* no base line below */
#define BODY_FIRST   146.0f
#define BODY_LAST    283.0f

enum { LINE_MAX_BYTES = 400 };

struct sheet { /* being drawn */
	HPDF_Doc doc;
	HPDF_Page page;
	HPDF_Font font, font_half;
	HPDF_STATUS error; /* the first; 0: none */
	float y;           /* base line of the line before */
};

/* What libharu allocates may hold the half: its size is kept in front, to overwrite it by. */
enum { HEAD = alignof(max_align_t) };

_Static_assert(HEAD >= sizeof(size_t), "the size fits");

static void *take_block(HPDF_UINT n)
{
	const size_t size = HEAD + (size_t)n;
	unsigned char *block = malloc(size);

	if (block == NULL)
		return NULL;
	memcpy(block, &size, sizeof(size));
	return block + HEAD;
}

static void give_back(void *bytes)
{
	unsigned char *block = bytes;
	size_t size;

	if (bytes == NULL)
		return;
	block -= HEAD;
	memcpy(&size, block, sizeof(size));
	explicit_bzero(block, size);
	free(block);
}

static void on_error(HPDF_STATUS error, HPDF_STATUS detail, void *sheet)
{
	struct sheet *s = sheet;

	(void)detail;
	if (s->error == HPDF_OK)
		s->error = error;
}

static float points(float mm)
{
	return mm * 72.0f / 25.4f;
}

static void put(struct sheet *s, HPDF_Font font, float size, float x, float y, const char *text)
{
	(void)HPDF_Page_BeginText(s->page);
	(void)HPDF_Page_SetFontAndSize(s->page, font, size);
	(void)HPDF_Page_TextOut(s->page, points(x), points(PAGE_TOP - y), text);
	(void)HPDF_Page_EndText(s->page);
}

static float width_of(struct sheet *s, HPDF_Font font, float size, const char *text)
{
	(void)HPDF_Page_SetFontAndSize(s->page, font, size);
	return HPDF_Page_TextWidth(s->page, text) * 25.4f / 72.0f;
}

/*
 * The first line of text[0..n), broken between words to fit width, into line. Returns how much of
 * text it takes, with the blanks it was broken at; 0: not even one word fits.
 */
static size_t break_line(struct sheet *s, char line[static LINE_MAX_BYTES + 1], const char *text,
			 size_t n, float size, float width)
{
	size_t fits, end;

	if (n > LINE_MAX_BYTES)
		n = LINE_MAX_BYTES; /* more than a page is wide; a character cut in two is not shown */
	memcpy(line, text, n);
	line[n] = '\0';
	fits = HPDF_Font_MeasureText(s->font, (const HPDF_BYTE *)line, (HPDF_UINT)n, points(width),
				     size, 0, 0, HPDF_TRUE, NULL);
	if (s->error != HPDF_OK || fits > n)
		return 0;
	for (end = fits; end > 0 && line[end - 1] == ' ';)
		end--;
	line[end] = '\0';
	return fits;
}

/* One paragraph, from the line after s->y on. false: it goes below the last line, or is too wide. */
static bool put_paragraph(struct sheet *s, const char *text, size_t n, float size, float pitch,
			  float width, float last)
{
	char line[LINE_MAX_BYTES + 1];
	bool good = true;

	while (good && n > 0) {
		size_t used = break_line(s, line, text, n, size, width);

		s->y += pitch;
		good = used > 0 && s->y <= last;
		if (good)
			put(s, s->font, size, LEFT, s->y, line);
		text += used;
		n -= used;
	}
	explicit_bzero(line, sizeof(line));
	return good;
}

/* false: it does not fit in this size. */
static bool put_address(struct sheet *s, const struct letter *l, float size, float pitch)
{
	const char *lines[] = { l->name, l->street, l->town };
	bool good = true;

	s->y = WINDOW_FIRST - pitch;
	for (size_t i = 0; good && i < sizeof(lines) / sizeof(*lines); i++)
		good = put_paragraph(s, lines[i], strlen(lines[i]), size, pitch, WINDOW_WIDTH,
				     WINDOW_LAST);
	return good;
}

/* How many lines the address takes in this size; 99: a word is wider than the window. */
static unsigned int count_lines(struct sheet *s, const struct letter *l, float size)
{
	const char *lines[] = { l->name, l->street, l->town };
	char line[LINE_MAX_BYTES + 1];
	unsigned int n = 0;

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		for (const char *p = lines[i]; *p != '\0'; n++) {
			size_t used = break_line(s, line, p, strlen(p), size, WINDOW_WIDTH);

			if (used == 0)
				return 99;
			p += used;
		}
	return n;
}

static bool put_window(struct sheet *s, const struct letter *l)
{
	static const struct { float size, pitch; } tries[] = { { 11, 5 }, { 9, 4 }, { 7.5f, 3 } };
	const size_t n = sizeof(tries) / sizeof(*tries);
	size_t i = 0;

	if (l->sender[0] != '\0') {
		if (width_of(s, s->font, 7, l->sender) > WINDOW_WIDTH)
			return false;
		put(s, s->font, 7, LEFT, 60, l->sender);
	}
	while (i < n && WINDOW_FIRST + tries[i].pitch * (float)(count_lines(s, l, tries[i].size) - 1) >
				WINDOW_LAST)
		i++;
	return i < n && put_address(s, l, tries[i].size, tries[i].pitch);
}

/* The half between two rules, and which characters of the PIN it is. */
static void put_half(struct sheet *s, const struct letter *l)
{
	static const float rules[] = { 106, 138 };
	const float size = 36, width = width_of(s, s->font_half, size, l->half);

	put(s, s->font, 9.5f, LEFT, 112,
	    "PIN iniziale (temporaneo), seconda meta': caratteri 9-16");
	put(s, s->font, 9.5f, LEFT, 117, "Initial PIN (temporary), second half: characters 9-16");
	put(s, s->font_half, size, (LEFT + RIGHT - width) / 2, 132, l->half);
	for (size_t i = 0; i < 2; i++) {
		(void)HPDF_Page_SetLineWidth(s->page, 0.5f);
		(void)HPDF_Page_MoveTo(s->page, points(LEFT), points(PAGE_TOP - rules[i]));
		(void)HPDF_Page_LineTo(s->page, points(RIGHT), points(PAGE_TOP - rules[i]));
		(void)HPDF_Page_Stroke(s->page);
	}
}

static bool put_body(struct sheet *s, const char *text, float size, float pitch)
{
	bool good = true;

	while (good && *text != '\0') {
		size_t n = strcspn(text, "\n");

		if (n == 0)
			s->y += pitch / 2;
		good = put_paragraph(s, text, n, size, pitch, RIGHT - LEFT, BODY_LAST);
		text += n + (text[n] == '\n');
	}
	s->y += pitch;
	return good;
}

static int draw_all(struct sheet *s, const struct letter *l, struct trouble *t)
{
	(void)HPDF_Page_SetSize(s->page, HPDF_PAGE_SIZE_A4, HPDF_PAGE_PORTRAIT);
	if (!put_window(s, l))
		return trouble_say(t, "the address does not fit the window of the envelope");
	put(s, s->font, 9.5f, RIGHT - width_of(s, s->font, 9.5f, l->date), 100, l->date);
	put_half(s, l);
	s->y = BODY_FIRST - 4.8f;
	if (!put_body(s, l->body[0], 10, 4.8f) || !put_body(s, l->body[1], 9, 4.3f))
		return trouble_say(t, "the text of letter.txt does not fit the page");
	return s->error == HPDF_OK ? 0 : trouble_say(t, "libharu: error 0x%lx", s->error);
}

static HPDF_Font load(struct sheet *s, const char *file)
{
	const char *name = HPDF_LoadTTFontFromFile(s->doc, file, HPDF_TRUE);

	return name != NULL ? HPDF_GetFont(s->doc, name, "UTF-8") : NULL;
}

static int set_up(struct sheet *s, const struct letter *l, struct trouble *t)
{
	if (HPDF_UseUTFEncodings(s->doc) == HPDF_OK)
		s->font = load(s, l->font);
	if (s->font == NULL)
		return trouble_say(t, "cannot use the font %s", l->font);
	s->font_half = load(s, l->font_half);
	if (s->font_half == NULL)
		return trouble_say(t, "cannot use the font %s", l->font_half);
	s->page = HPDF_AddPage(s->doc);
	return s->page != NULL ? 0 : trouble_say(t, "libharu: error 0x%lx", s->error);
}

/* A letter with boxes, or nothing, in its address does not arrive. libharu's fonts have 16 bits. */
static int has_glyphs(const struct sheet *s, const char *text, struct trouble *t)
{
	HPDF_FontDef font = ((HPDF_FontAttr)s->font->attr)->fontdef;
	const char *end = text + strlen(text);

	while (text < end) {
		uint32_t c = plain_char(&text, end);

		if (c > UINT16_MAX || HPDF_TTFontDef_GetGlyphid(font, (HPDF_UINT16)c) == 0)
			return trouble_say(t, "the font has no U+%04X, which is in the address: "
					      "mend the registry, or set font", c);
	}
	return 0;
}

static int save(struct sheet *s, struct pdf *p, struct trouble *t)
{
	HPDF_UINT32 n = 0;

	if (HPDF_SaveToStream(s->doc) == HPDF_OK)
		n = HPDF_GetStreamSize(s->doc);
	p->bytes = n > 0 ? malloc(n) : NULL;
	if (p->bytes == NULL)
		return trouble_say(t, "cannot write the PDF: out of memory");
	p->len = n;
	if (HPDF_ReadFromStream(s->doc, p->bytes, &n) == HPDF_OK && n == p->len)
		return 0;
	pdf_wipe(p);
	return trouble_say(t, "libharu: error 0x%lx", s->error);
}

int letter_draw(struct pdf *p, const struct letter *l, struct trouble *t)
{
	struct sheet s = { .error = HPDF_OK };
	int r;

	*p = (struct pdf){ NULL, 0 };
	/* No compression: zlib's own memory would keep the text. */
	s.doc = HPDF_NewEx(on_error, take_block, give_back, 0, &s);
	if (s.doc == NULL)
		return trouble_say(t, "cannot draw: out of memory");
	r = set_up(&s, l, t);
	for (size_t i = 0; r == 0 && i < 3; i++)
		r = has_glyphs(&s, ((const char *[]){ l->name, l->street, l->town })[i], t);
	if (r == 0)
		r = draw_all(&s, l, t);
	if (r == 0)
		r = save(&s, p, t);
	HPDF_Free(s.doc);
	return r;
}

void pdf_wipe(struct pdf *p)
{
	if (p->bytes != NULL)
		explicit_bzero(p->bytes, p->len);
	free(p->bytes);
	*p = (struct pdf){ NULL, 0 };
}
