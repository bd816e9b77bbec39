/* SPDX-License-Identifier: BSD-2-Clause */
/* test_letter.c - the letter as it comes out of the printer: where things are, and that they are seen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "letter.h"

#define FONTS "/usr/share/fonts/truetype/dejavu/"

static char dir[] = "/tmp/inpspin-letter.XXXXXX";
static char text[1 << 16];

static struct letter sample(void)
{
	return (struct letter){ .font = FONTS "DejaVuSans.ttf",
				.font_half = FONTS "DejaVuSansMono-Bold.ttf",
				.sender = "Mittente", .name = "Nome Cognome", .street = "Strada 1",
				.town = "00144 ROMA RM", .date = "22 novembre 2026",
				.half = "Q0D8-B8G6", .body = { "Corpo.\n", "Body.\n" } };
}

/* The output of a program on the file "a.pdf" in dir. */
static void look(const char *command)
{
	char line[256];
	FILE *f;

	snprintf(line, sizeof(line), "cd %s && %s", dir, command);
	f = popen(line, "re");
	assert_non_null(f);
	memset(text, 0, sizeof(text));
	assert_true(fread(text, 1, sizeof(text) - 1, f) < sizeof(text) - 1);
	assert_int_equal(pclose(f), 0);
}

static void draw(const struct letter *l)
{
	struct trouble t = { "" };
	char path[64];
	struct pdf p;
	FILE *f;

	if (letter_draw(&p, l, &t) != 0)
		fail_msg("%s", t.text);
	snprintf(path, sizeof(path), "%s/a.pdf", dir);
	f = fopen(path, "we");
	assert_non_null(f);
	assert_int_equal(fwrite(p.bytes, 1, p.len, f), p.len);
	assert_int_equal(fclose(f), 0);
	pdf_wipe(&p);
	assert_null(p.bytes);
}

static int make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) != NULL ? 0 : -1;
}

static int remove_dir(void **state)
{
	(void)state;
	look("rm a.pdf");
	return rmdir(dir);
}

struct box {
	double x0, y0, x1, y1; /* millimetres */
};

/* Where a word is, from "pdftotext -bbox". */
static struct box box_of(const char *word)
{
	struct box b = { 0, 0, 0, 0 };
	char tail[64], *at;

	snprintf(tail, sizeof(tail), ">%s</word>", word);
	at = strstr(text, tail);
	if (at == NULL)
		fail_msg("no word %s", word);
	while (at > text && *at != '\n')
		at--;
	assert_int_equal(sscanf(at, " <word xMin=\"%lf\" yMin=\"%lf\" xMax=\"%lf\" yMax=\"%lf\"",
				&b.x0, &b.y0, &b.x1, &b.y1), 4);
	b.x0 *= 25.4 / 72, b.y0 *= 25.4 / 72, b.x1 *= 25.4 / 72, b.y1 *= 25.4 / 72;
	return b;
}

static void assert_in_window(const char *word)
{
	struct box b = box_of(word);

	if (b.x0 < 20 || b.x1 > 105 || b.y0 < 45 || b.y1 > 90)
		fail_msg("%s: %.1f..%.1f, %.1f..%.1f", word, b.x0, b.x1, b.y0, b.y1);
}

static void test_places(void **state)
{
	struct letter l = sample();
	struct box half;

	(void)state;
	draw(&l);
	look("pdftotext -q -bbox a.pdf -");
	assert_in_window("Mittente");
	assert_in_window("Cognome");
	assert_in_window("Strada");
	assert_in_window("ROMA");
	half = box_of("Q0D8-B8G6");
	assert_true(half.y0 > 105);             /* folded in three, not in the window's third */
	assert_true(half.y1 - half.y0 > 10);    /* large */
	assert_true(box_of("Corpo.").y0 > half.y1);
	assert_true(box_of("Body.").y0 > box_of("Corpo.").y0);
	look("pdftotext -q -layout a.pdf -");
	assert_non_null(strstr(text, "caratteri 9-16"));
	assert_non_null(strstr(text, "characters 9-16"));
	assert_non_null(strstr(text, "22 novembre 2026"));
	look("pdffonts a.pdf 2>/dev/null | awk 'NR > 2 && $(NF - 4) != \"yes\"'");
	assert_string_equal(text, ""); /* all of them are embedded */
}

/* The page, 4 pixels a millimetre. */
static unsigned char image[1 << 20];
static unsigned int width;

static unsigned char grey(double x_mm, double y_mm)
{
	return image[(size_t)(y_mm * 4) * width + (size_t)(x_mm * 4)];
}

static void render(void)
{
	unsigned int height;
	char line[128];
	FILE *f;

	snprintf(line, sizeof(line), "pdftoppm -q -gray -r 101.6 -singlefile %s/a.pdf", dir);
	f = popen(line, "re");
	assert_non_null(f);
	assert_int_equal(fscanf(f, "P5 %u %u 255", &width, &height), 2);
	assert_int_equal(fgetc(f), '\n');
	assert_in_range(width, 839, 842);
	assert_int_equal(fread(image, 1, sizeof(image), f), width * height);
	assert_int_equal(pclose(f), 0);
}

/* There is ink where the half is, and none beside the address in its window. */
static void test_seen(void **state)
{
	struct letter l = sample();
	size_t ink = 0, stray = 0;

	(void)state;
	l.half = "8888-8888";
	draw(&l);
	render();
	for (double y = 120; y < 134; y += 0.25)
		for (double x = 60; x < 150; x += 0.25)
			ink += grey(x, y) < 64;
	for (double y = 60; y < 95; y += 0.25)
		for (double x = 106; x < 205; x += 0.25)
			stray += grey(x, y) < 192;
	assert_true(ink > 1000);
	assert_int_equal(stray, 0);
}

static void test_same(void **state)
{
	struct letter l = sample();
	struct trouble t;
	struct pdf a, b;

	(void)state;
	assert_int_equal(letter_draw(&a, &l, &t), 0);
	assert_int_equal(letter_draw(&b, &l, &t), 0);
	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.bytes, b.bytes, a.len);
	assert_null(memmem(a.bytes, a.len, "/CreationDate", 13));
	pdf_wipe(&a);
	pdf_wipe(&b);
}

/* The longest that a registry holds still fits, in smaller print. */
static void test_long_address(void **state)
{
	struct letter l = sample();

	(void)state;
	l.name = "Associazione nazionale degli esercenti attivita' musicali e dello spettacolo ONL";
	l.street = "Strada vicinale della Madonna dei Sette Dolori, localita' Piano1";
	l.town = "01010 SAN GIOVANNI IN CASTELLO DELLE QUATTRO TORRI SUL MARE - VT";
	draw(&l);
	look("pdftotext -q -bbox a.pdf -");
	assert_in_window("Associazione");
	assert_in_window("ONL");
	assert_in_window("Piano1");
	assert_in_window("VT");
}

static void test_refused(void **state)
{
	static char body[8192];
	struct letter bad[] = { sample(), sample(), sample(), sample(), sample(), sample(), sample(),
				sample() };
	const char *const why[] = { "window", "window", "page", "font /nonexistent", "font /etc/passwd",
				    "window", "no U+5C71", "no U+1F600" };

	(void)state;
	bad[0].name = "Parolalunghissimachenonstanellafinestradellabustaperchenonhaspaziepoiancoraqualcosa";
	bad[1].sender = "Un mittente che non sta nella finestra della busta perche' e' troppo lungo per lei";
	for (size_t i = 0; i + 1 < sizeof(body); i++)
		body[i] = i % 6 == 5 ? ' ' : 'a';
	bad[2].body[0] = body;
	bad[3].font = "/nonexistent";
	bad[4].font_half = "/etc/passwd";
	bad[5].street = bad[0].name;
	bad[6].name = "\xe5\xb1\xb1 Taro";            /* a letter with boxes does not arrive */
	bad[7].town = "00144 ROMA \xf0\x9f\x98\x80"; /* nor one with a hole */
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct trouble t = { "" };
		struct pdf p;

		assert_int_equal(letter_draw(&p, &bad[i], &t), TROUBLE);
		assert_null(p.bytes);
		if (strstr(t.text, why[i]) == NULL)
			fail_msg("%zu: %s", i, t.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places),       cmocka_unit_test(test_seen),
		cmocka_unit_test(test_same),         cmocka_unit_test(test_long_address),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
