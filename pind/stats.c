/* SPDX-License-Identifier: BSD-2-Clause */
/* stats.c - see stats.h. */
#include "stats.h"

#include <stdio.h>
#include <string.h>

#include "verdict.h"
#include "wire.h"

#define VERBS    128
#define VERDICTS 64 /* 0xa5 (OK) is counted as 63: all others are small */
#define OK_SLOT  63

static const uint64_t bounds_us[STATS_BUCKETS - 1] = { 5000,   10000,  25000,  50000,
						       100000, 250000, 500000, 1000000 };

static const struct plain {
	size_t off;
	const char *name, *help, *type;
} plains[] = {
#define COUNTER(field, name, help) { offsetof(struct stats, field), name, help, "counter" },
#define GAUGE(field, name, help)   { offsetof(struct stats, field), name, help, "gauge" },
#include "stats.def"
};

#define PLAINS   (sizeof(plains) / sizeof(*plains))
#define ANSWERS  ((size_t)VERBS * VERDICTS)
#define TIMES    ((size_t)STATS_BUCKETS + 2) /* buckets, sum, count */
#define TO_TIMES (PLAINS + ANSWERS)
#define TO_END   (TO_TIMES + 2 * TIMES)

static unsigned int slot_of(unsigned int verdict)
{
	return verdict == V_OK ? OK_SLOT : verdict % OK_SLOT;
}

void stats_answer(struct stats *st, unsigned int verb, unsigned int verdict)
{
	st->requests++;
	st->answers[verb < VERBS ? verb : 0][slot_of(verdict)]++;
}

void stats_time(struct stats_times *t, uint64_t us)
{
	size_t i = 0;

	while (i < STATS_BUCKETS - 1 && us > bounds_us[i])
		i++;
	t->n[i]++;
	t->sum_us += us;
}

uint64_t stats_verdict(const struct stats *st, unsigned int verdict)
{
	uint64_t n = 0;

	for (size_t verb = 0; verb < VERBS; verb++)
		n += st->answers[verb][slot_of(verdict)];
	return n;
}

static const char *verb_name(size_t verb)
{
	switch (verb) {
#define MSG(NAME, name, code, doc) case (code): return #name;
#include "wire.def"
	}
	return "nonsense";
}

static void plain_line(const struct stats *st, const struct plain *p, struct stats_line *line)
{
	const _Atomic uint64_t *v = (const void *)((const char *)st + p->off);

	snprintf(line->name, sizeof(line->name), "%s", p->name);
	line->family = p->name;
	line->help = p->help;
	line->type = p->type;
	line->value = *v;
}

static void answer_line(const struct stats *st, size_t i, struct stats_line *line)
{
	size_t verb = i / VERDICTS, slot = i % VERDICTS;
	const char *verdict = slot == 0 ? "DATA" : verdict_name(slot == OK_SLOT ? V_OK : (unsigned int)slot);

	snprintf(line->name, sizeof(line->name), "inpspin_answers_total{verb=\"%s\",verdict=\"%s\"}",
		 verb_name(verb), verdict);
	line->family = "inpspin_answers_total";
	line->help = "Answers by verb and verdict.";
	line->type = "counter";
	line->value = st->answers[verb][slot];
}

/* Buckets are cumulative, as Prometheus wants them. Sums are in microseconds: they are integers. */
static void time_line(const struct stats_times *t, const char *family, const char *help, size_t i,
		      struct stats_line *line)
{
	uint64_t n = 0;

	line->family = family;
	line->help = help;
	line->type = "histogram";
	if (i == STATS_BUCKETS) {
		snprintf(line->name, sizeof(line->name), "%s_sum", family);
		line->value = t->sum_us;
		return;
	}
	for (size_t b = 0; b < STATS_BUCKETS && b <= i; b++)
		n += t->n[b];
	line->value = n;
	if (i < STATS_BUCKETS - 1)
		snprintf(line->name, sizeof(line->name), "%s_bucket{le=\"%llu\"}", family,
			 (unsigned long long)bounds_us[i]);
	else if (i < STATS_BUCKETS)
		snprintf(line->name, sizeof(line->name), "%s_bucket{le=\"+Inf\"}", family);
	else
		snprintf(line->name, sizeof(line->name), "%s_count", family);
}

static bool is_silent(const struct stats *st, uint32_t i)
{
	return i >= PLAINS && i < TO_TIMES &&
	       st->answers[(i - PLAINS) / VERDICTS][(i - PLAINS) % VERDICTS] == 0;
}

bool stats_line(const struct stats *st, uint32_t i, struct stats_line *line, uint32_t *next)
{
	while (is_silent(st, i))
		i++;
	*next = i + 1;
	if (i < PLAINS)
		plain_line(st, &plains[i], line);
	else if (i < TO_TIMES)
		answer_line(st, i - PLAINS, line);
	else if (i < TO_TIMES + TIMES)
		time_line(&st->hash, "inpspin_hash_microseconds", "One Argon2id.", i - TO_TIMES, line);
	else if (i < TO_END)
		time_line(&st->wait, "inpspin_wait_microseconds", "From packet to worker.",
			  i - TO_TIMES - TIMES, line);
	return i < TO_END;
}
