/* SPDX-License-Identifier: BSD-2-Clause */
/* stage.h - for the tests of pinctl: runs $PINCTL before a pind that says what the test wants. */
#ifndef STAGE_H
#define STAGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <cmocka.h>

#include "wire.h"

#define CF       "RSSMRA85T10A562S"
#define LAPSES_S 1800000000 /* 2027-01-15T08:00:00Z; in every record that is said */

extern struct stage {
	char dir[64], sock[96], letter[96]; /* letter: a name that is free */
	int fd;                             /* listening on sock */
	pid_t pid;                          /* of pinctl */
	int conn;                           /* its question, req, waits here for an answer */
	struct wire_msg req;
	char out[8192], err[2048];          /* what it wrote, after stage_finish() */
} stage;

/* Set up and tear down, for cmocka. */
int stage_open(void **state);
int stage_close(void **state);

/* Start pinctl --socket SOCK words... (NULL ends them), its standard output into the file out. */
void stage_start(const char *out, const char *const *words);

#define START(...)                                                                                 \
	stage_start(stage_path("out"), (const char *const[]){ __VA_ARGS__, NULL })

/* The next question must be of this type; it is put into stage.req. */
void stage_expect(enum wire_type type);

/* Answer it: with rep, with a verdict, or (waiting for a STATUS first) with a record. */
void stage_answer(struct wire_msg rep);
void stage_say(unsigned int code);
void stage_say_record(uint8_t life, uint8_t gate);

/* Wait for the end of pinctl: its exit status. */
int stage_finish(void);

/* The path of a file of this name in the test's own directory; good until the next call. */
const char *stage_path(const char *name);

/* A file's text, into buf. */
void stage_read(const char *path, char *buf, size_t cap);

size_t stage_lines(const char *text);

#endif
