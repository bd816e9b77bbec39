/* SPDX-License-Identifier: BSD-2-Clause */
/* stats.h - figures since start. Any thread adds; readers see each exactly, not all at one instant. */
#ifndef STATS_H
#define STATS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STATS_BUCKETS 9 /* upper bounds in stats.c; the last is "more" */

struct stats_times {
	_Atomic uint64_t n[STATS_BUCKETS]; /* by duration */
	_Atomic uint64_t sum_us;
};

struct stats {
#define COUNTER(field, name, help) _Atomic uint64_t field;
#define GAUGE(field, name, help)   _Atomic uint64_t field;
#include "stats.def"
	_Atomic uint64_t answers[128][64]; /* requests by verb and verdict; 0: another kind of reply */
	struct stats_times hash;           /* one Argon2id each */
	struct stats_times wait;           /* from packet to worker */
};

struct stats_line { /* as Prometheus writes it */
	char name[96]; /* with labels */
	const char *family, *help, *type;
	uint64_t value;
};

/* Count an answer to verb; verdict is 0 for replies of another kind. */
void stats_answer(struct stats *st, unsigned int verb, unsigned int verdict);

/* Count a duration, microseconds. */
void stats_time(struct stats_times *t, uint64_t us);

/* The answers with this verdict, whatever was asked. */
uint64_t stats_verdict(const struct stats *st, unsigned int verdict);

/*
 * Line number i, 0..; *next gets the number to go on with. false: there are no more. Answers that
 * nobody got are left out.
 */
bool stats_line(const struct stats *st, uint32_t i, struct stats_line *line, uint32_t *next);

#endif
