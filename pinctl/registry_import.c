/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * registry_import.c - a file of any length into a registry, line by line, in memory that does not
 * grow. Whatever ends an import, pind is told how much of it there was.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "registry.h"
#include "registry_send.h"
#include "show.h"
#include "verdict.h"

#define BLOCK       65536
#define PROGRESS_MS 200
#define SHA_LEN     crypto_hash_sha256_BYTES

struct import {
	const struct args *args;
	enum registry registry;
	int fd;
	char shown[256];       /* the file's name, as it can be printed */
	bool terminal;         /* a person watches */
	long long told_ms;     /* when they were last told how far it is */
	off_t size, at;
	struct csv csv;
	struct registry_head head;
	bool headed;
	struct sender *sender; /* NULL: lines are only checked */
	unsigned long bad;     /* complained about, by any thread */
	uint8_t sha256[SHA_LEN];
};

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
	(void)number;
	interrupted = 1;
}

static void catch_signals(void)
{
	const struct sigaction sa = { .sa_handler = on_signal };

	(void)sigaction(SIGINT, &sa, NULL);
	(void)sigaction(SIGTERM, &sa, NULL);
	(void)sigaction(SIGHUP, &sa, NULL);
}

static long long now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

/* One write each, so that they do not mix with what other threads say. */
static void complain(void *arg, unsigned long line, const char *why)
{
	struct import *im = arg;

	__atomic_add_fetch(&im->bad, 1, __ATOMIC_RELAXED);
	fprintf(stderr, "%s%s:%lu: %s\n", im->terminal ? "\r\033[K" : "", im->shown, line, why);
}

static void tell_progress(struct import *im, bool over)
{
	long long now = now_ms();

	if (!im->terminal || (!over && now - im->told_ms < PROGRESS_MS))
		return;
	im->told_ms = now;
	if (over)
		fprintf(stderr, "\r\033[K");
	else if (im->size > 0)
		fprintf(stderr, "\033[K%s %s: line %lu, %d%%\r", im->sender != NULL ? "sending" : "checking",
			im->shown, im->csv.line, (int)(im->at * 100 / im->size));
	else
		fprintf(stderr, "\033[K%s: line %lu\r", im->shown, im->csv.line);
}

/* false: nothing more can come of it. */
static bool take_row(struct import *im)
{
	struct wire_registry_put put;
	char why[REGISTRY_WHY];
	bool useful = true;

	if (!im->headed) {
		im->headed = registry_head_read(&im->head, im->registry, &im->csv, why);
		if (!im->headed)
			complain(im, im->csv.line, why);
		return im->headed;
	}
	if (!registry_line_read(&put, &im->head, &im->csv, why))
		complain(im, im->csv.line, why);
	else if (im->sender != NULL)
		useful = sender_put(im->sender, &put, im->csv.line);
	explicit_bzero(&put, sizeof(put));
	return useful;
}

static bool take_block(struct import *im, const char *in, size_t len)
{
	bool row, useful = true;

	for (size_t used = 0; useful && used < len;) {
		size_t n = csv_feed(&im->csv, in + used, len - used, &row);

		used += n;
		im->at += (off_t)n;
		if (row) {
			useful = take_row(im);
			tell_progress(im, false);
		}
	}
	return useful;
}

/* 0, or an exit status after one line. Bad lines are counted, they are no error here. */
static int read_lines(struct import *im)
{
	static char block[BLOCK];
	crypto_hash_sha256_state sha;
	ssize_t n = 1;
	bool useful = true;
	int r = 0, failed = 0;

	csv_init(&im->csv);
	im->headed = false;
	im->at = 0;
	(void)crypto_hash_sha256_init(&sha);
	while (useful && n > 0 && !interrupted) {
		n = read(im->fd, block, sizeof(block));
		failed = n < 0 ? errno : 0;
		if (failed == EINTR)
			n = 1;
		else if (n > 0) {
			(void)crypto_hash_sha256_update(&sha, (const unsigned char *)block, (size_t)n);
			useful = take_block(im, block, (size_t)n);
		}
	}
	tell_progress(im, true);
	if (n < 0)
		r = show_error(EXIT_INVALID, "%s: cannot read on: %s", im->shown,
			       strerror(failed));
	else if (interrupted)
		r = show_error(EXIT_INVALID, "interrupted: import the file again");
	else if (useful && csv_end(&im->csv))
		(void)take_row(im);
	if (r == 0 && !im->headed && im->bad == 0)
		complain(im, 1, "the file is empty: its first line must name the columns");
	(void)crypto_hash_sha256_final(&sha, im->sha256);
	sodium_memzero(block, sizeof(block));
	sodium_memzero(&im->csv, sizeof(im->csv));
	return r;
}

/* On record, whatever became of it. Words only if nothing else went wrong. */
static int record(struct import *im, uint32_t lines, int status)
{
	struct wire_msg req = { .type = WIRE_REGISTRY_DONE }, rep = { 0 };
	int r;

	req.registry_done.registry = (uint8_t)im->registry;
	req.registry_done.lines = lines;
	memcpy(req.registry_done.sha256, im->sha256, SHA_LEN);
	if (status != 0) {
		(void)ask_try(im->args, &req, &rep);
		return status;
	}
	r = ask(im->args, &req, WIRE_VERDICT, &rep);
	return r != 0 || rep.verdict.code == V_OK ? r : show_verdict(false, &rep.verdict, NULL);
}

/* On record before any line is sent: pind takes none else. */
static int begin(struct import *im)
{
	struct wire_msg req = { .type = WIRE_REGISTRY_BEGIN }, rep = { 0 };
	int r;

	req.registry_begin.registry = (uint8_t)im->registry;
	r = ask(im->args, &req, WIRE_VERDICT, &rep);
	return r != 0 || rep.verdict.code == V_OK ? r : show_verdict(false, &rep.verdict, NULL);
}

static int send_lines(struct import *im, uint32_t *lines)
{
	int r, sent;

	r = begin(im);
	if (r != 0)
		return r;
	r = sender_open(&im->sender, im->args, complain, im);
	if (r != 0)
		return r;
	r = read_lines(im);
	sent = sender_wait(im->sender, lines);
	sender_close(im->sender);
	im->sender = NULL;
	return record(im, *lines, r != 0 ? r : sent);
}

/* The whole file, before any line of it is sent. */
static int check_first(struct import *im)
{
	int r = 0;

	if (lseek(im->fd, 0, SEEK_SET) != 0)
		return show_error(EXIT_ARGS, "--atomic reads %s twice: name a file", im->shown);
	r = read_lines(im);
	if (r == 0 && im->bad > 0)
		return show_error(EXIT_INVALID, "nothing was sent: lines that are no good: %lu", im->bad);
	if (r == 0 && lseek(im->fd, 0, SEEK_SET) != 0)
		return show_error(EXIT_ARGS, "cannot read %s again: %m", im->shown);
	return r;
}

static int tell_result(const struct import *im, uint32_t lines)
{
	char sha256[2 * SHA_LEN + 1];
	const struct show_cell cells[] = {
		{ "registry", "registry", SHOW_TEXT, registry_name(im->registry), 0 },
		{ "lines put", "lines", SHOW_COUNT, "", lines },
		{ "lines refused", "refused", SHOW_COUNT, "", im->bad },
		{ "SHA-256", "sha256", SHOW_TEXT,
		  sodium_bin2hex(sha256, sizeof(sha256), im->sha256, SHA_LEN), 0 },
	};
	int r = show_record(im->args->json, cells, sizeof(cells) / sizeof(*cells));

	return r != 0 ? r : im->bad > 0 ? EXIT_INVALID : 0;
}

static int import(struct import *im)
{
	uint8_t first[SHA_LEN];
	const bool atomic = args_more(im->args, OPT_ATOMIC) != NULL;
	uint32_t lines = 0;
	int r = atomic ? check_first(im) : 0;

	memcpy(first, im->sha256, SHA_LEN);
	if (r == 0)
		r = send_lines(im, &lines);
	if (r == 0 && atomic && memcmp(first, im->sha256, SHA_LEN) != 0)
		r = show_error(EXIT_INVALID, "%s changed while it was read: import it again", im->shown);
	return r != 0 ? r : tell_result(im, lines);
}

int registry_import(const struct args *a, enum registry registry)
{
	static struct import im;
	const char *path = a->word[2];
	struct stat st;
	int r;

	im.args = a;
	im.registry = registry;
	im.terminal = isatty(STDERR_FILENO) == 1;
	snprintf(im.shown, sizeof(im.shown), "%s", path);
	for (char *c = im.shown; *c != '\0'; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
	if (sodium_init() < 0)
		return show_error(EXIT_ARGS, "cannot start libsodium");
	im.fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_NOCTTY | O_CLOEXEC);
	if (im.fd < 0)
		return show_error(EXIT_ARGS, "cannot open %s: %m", path);
	if (fstat(im.fd, &st) == 0 && S_ISREG(st.st_mode))
		im.size = st.st_size;
	catch_signals();
	r = import(&im);
	if (im.fd != STDIN_FILENO)
		close(im.fd);
	return r;
}
