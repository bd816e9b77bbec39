/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_canaries.c - after whole lives of several people, no file of pind's and no line of its log
 * holds a codice fiscale, a PIN, a contact, a document or the key, in any usual spelling.
 */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "person.h"
#include "rig.h"

#define EMAIL    "canary.bird@example.org"
#define PHONE    "+393471234567"
#define NUMBER   "CA12345XY"
#define ISSUER   "Comune di Canaria"
#define FILE_MAX (8u << 20)

static char canaries[64][65];
static size_t n_canaries;

static void remember(const char *text)
{
	assert_true(n_canaries < sizeof(canaries) / sizeof(*canaries));
	snprintf(canaries[n_canaries++], sizeof(canaries[0]), "%s", text);
}

/* ---- spellings: each writes text its own way and returns the length ---- */

static size_t as_is(char *out, const char *text)
{
	return (size_t)sprintf(out, "%s", text);
}

static size_t lower(char *out, const char *text)
{
	for (size_t i = 0; i <= strlen(text); i++)
		out[i] = (char)tolower((unsigned char)text[i]);
	return strlen(text);
}

static size_t reversed(char *out, const char *text)
{
	size_t n = strlen(text);

	for (size_t i = 0; i < n; i++)
		out[i] = text[n - 1 - i];
	return n;
}

static size_t grouped(char *out, const char *text)
{
	size_t n = 0;

	for (size_t i = 0; text[i] != '\0'; i++) {
		if (i > 0 && i % 4 == 0)
			out[n++] = '-';
		out[n++] = text[i];
	}
	return n;
}

static size_t hex(char *out, const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += (size_t)sprintf(out + n, "%02x", (unsigned char)*text);
	return n;
}

static size_t hex_upper(char *out, const char *text)
{
	size_t n = hex(out, text);

	for (size_t i = 0; i < n; i++)
		out[i] = (char)toupper((unsigned char)out[i]);
	return n;
}

static size_t utf16(char *out, const char *text)
{
	size_t n = strlen(text);

	for (size_t i = 0; i < n; i++) {
		out[2 * i] = text[i];
		out[2 * i + 1] = '\0';
	}
	return 2 * n - 1;
}

/* What base64 makes of text that stands before bytes into a group: the digits of it alone. */
static size_t base64_at(char *out, const char *text, size_t before)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t bits = 8 * (before + strlen(text)), n = 0;

	for (size_t at = (8 * before + 5) / 6 * 6; at + 6 <= bits; at += 6) {
		unsigned int v = 0;

		for (size_t b = at; b < at + 6; b++)
			v = v << 1 | ((unsigned char)text[b / 8 - before] >> (7 - b % 8) & 1);
		out[n++] = digits[v];
	}
	return n;
}

static size_t base64_0(char *out, const char *text)
{
	return base64_at(out, text, 0);
}

static size_t base64_1(char *out, const char *text)
{
	return base64_at(out, text, 1);
}

static size_t base64_2(char *out, const char *text)
{
	return base64_at(out, text, 2);
}

static size_t (*const spellings[])(char *, const char *) = {
	as_is, lower, reversed, grouped, hex, hex_upper, utf16, base64_0, base64_1, base64_2,
};

#define N_SPELLINGS (sizeof(spellings) / sizeof(*spellings))

/* ---- the search ---- */

static const char *canary_in(const char *bytes, size_t len)
{
	char spelt[256];

	for (size_t c = 0; c < n_canaries; c++)
		for (size_t s = 0; s < N_SPELLINGS; s++) {
			size_t n = spellings[s](spelt, canaries[c]);

			if (memmem(bytes, len, spelt, n) != NULL)
				return canaries[c];
		}
	return NULL;
}

static size_t read_file(const char *path, char *buf)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n = 1;

	assert_true(fd >= 0);
	while (n > 0) {
		n = read(fd, buf + len, FILE_MAX - len);
		len += n > 0 ? (size_t)n : 0;
	}
	close(fd);
	assert_in_range(len, 0, FILE_MAX - 1);
	return len;
}

/* Every file of the state directory, and the log. */
static void search_all(void)
{
	static char bytes[FILE_MAX];
	const char *found = canary_in(bytes, read_file(rig.log, bytes));
	unsigned int files = 0;
	struct dirent *e;
	char path[400];
	DIR *d;

	if (found != NULL)
		fail_msg("%s is in the log", found);
	d = opendir(rig.state);
	assert_non_null(d);
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", rig.state, e->d_name);
		found = canary_in(bytes, read_file(path, bytes));
		if (found != NULL)
			fail_msg("%s is in %s", found, e->d_name);
		files++;
	}
	closedir(d);
	assert_int_equal(files, 3); /* data.mdb, lock.mdb, pind.lock */
}

/* The search finds what it looks for, wherever it is. */
static void test_search(void **state)
{
	char hay[512], spelt[256];

	(void)state;
	n_canaries = 0;
	remember("QQQBBB80A01H501X");
	for (size_t s = 0; s < N_SPELLINGS; s++)
		for (size_t at = 0; at < 4; at++) {
			size_t n = spellings[s](spelt, canaries[0]);

			memset(hay, 'x', sizeof(hay));
			assert_null(canary_in(hay, sizeof(hay)));
			memcpy(hay + 100 + at, spelt, n);
			assert_non_null(canary_in(hay, sizeof(hay)));
		}
	assert_int_equal(base64_at(spelt, "ABCDEF", 0), 8);
	assert_memory_equal(spelt, "QUJDREVG", 8);
	assert_int_equal(base64_at(spelt, "ABCDEF", 1), 7); /* xABCDEF is eEFCQ0RFRg */
	assert_memory_equal(spelt, "FCQ0RFR", 7);
}

static struct wire_msg issue_with_document(const char *cf)
{
	struct wire_msg m = rig_issue_of(cf);

	m.issue.level = LEVEL_DISPOSITIVO;
	m.issue.doc_kind = DOCUMENT_PASSAPORTO;
	m.issue.doc_until_s = (uint64_t)time(NULL) + 86400;
	snprintf(m.issue.doc_number, sizeof(m.issue.doc_number), NUMBER);
	snprintf(m.issue.doc_issuer, sizeof(m.issue.doc_issuer), ISSUER);
	return m;
}

static void renew_with_contacts(const char *cf, char pin[static 17])
{
	struct wire_msg req = rig_renew_open(cf, RIG_PIN), rep;
	struct wire_renewal renewal;

	assert_int_equal(rig_ask(&req, &rep), 0);
	renewal = rep.renewal;
	remember(renewal.pin);
	req = rig_renew_commit(cf, RIG_PIN, &renewal);
	snprintf(req.renew_commit.email, sizeof(req.renew_commit.email), EMAIL);
	snprintf(req.renew_commit.phone, sizeof(req.renew_commit.phone), PHONE);
	assert_int_equal(rig_ask(&req, &rep), V_OK);
	memcpy(pin, renewal.pin, sizeof(renewal.pin));
}

/* Everything that can happen to one person, wrong turns included. */
static void live(unsigned int i)
{
	struct wire_msg req, rep;
	char cf[17], pin[17];

	remember(rig_cf(cf, i));
	req = issue_with_document(cf);
	assert_int_equal(rig_ask(&req, &rep), V_OK);
	assert_int_equal(rig_ask(&req, &rep), V_LIVE);
	assert_int_equal(rig_try(cf, "WRNG7777"), V_WRONG);
	assert_int_equal(rig_try(cf, "not a PIN but typed"), V_WRONG);
	assert_int_equal(rig_try(cf, RIG_PIN), V_MUST_CHANGE);
	renew_with_contacts(cf, pin);
	assert_int_equal(rig_try(cf, pin), V_OK);
	assert_int_equal(rig_about(WIRE_UNLOCK, cf), V_OK);
	if (i % 2 == 0)
		assert_int_equal(rig_about(WIRE_REVOKE, cf), V_OK);
	assert_int_equal(rig_try(cf, pin), i % 2 == 0 ? V_WRONG : V_OK);
}

static void test_canaries(void **state)
{
	static const char *const texts[] = {
		RIG_PIN, "ABCD2345", "EFGH6789", "WRNG7777", "not a PIN but typed",
		EMAIL,   PHONE,      NUMBER,     ISSUER,     "0123456789abcdefFEDCBA9876543210"
	};
	char unknown[17];

	(void)state;
	n_canaries = 0;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		remember(texts[i]);
	rig_key(texts[9], 32);
	rig.program = getenv("PIND_RELEASE");
	rig_start();
	remember(rig_cf(unknown, 99));
	assert_int_equal(rig_try(unknown, RIG_WRONG), V_WRONG);
	for (unsigned int i = 0; i < 6; i++)
		live(i);
	search_all();
	rig_restart();
	live(6);
	assert_int_equal(rig_stop(), 0);
	search_all();
	assert_true(rig_said("PIN accepted") > 0 && rig_said("PIN refused") > 0 &&
		    rig_said("PIN revoked") > 0); /* the log was not silent */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_search),
		cmocka_unit_test_setup_teardown(test_canaries, rig_open, rig_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
