/* SPDX-License-Identifier: BSD-2-Clause */
/* welch.c - see welch.h. */
#include "welch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

uint32_t sample_quantile(const struct sample *samples, size_t n, double part)
{
	size_t all = 0, at = 0;
	uint32_t *sorted, most;

	for (size_t i = 0; i < n; i++)
		all += samples[i].n;
	sorted = calloc(all + 1, sizeof(*sorted));
	if (sorted == NULL)
		abort();
	for (size_t i = 0; i < n; i++) {
		memcpy(sorted + at, samples[i].ns, samples[i].n * sizeof(*sorted));
		at += samples[i].n;
	}
	qsort(sorted, all, sizeof(*sorted), by_size);
	at = (size_t)(part * (double)all);
	most = sorted[at > 0 ? at - 1 : 0];
	free(sorted);
	return most;
}

struct moments sample_moments(const struct sample *s, uint32_t most)
{
	struct moments m = { .n = 0 };
	double squares = 0;

	for (size_t i = 0; i < s->n; i++) { /* Welford's way: no difference of large sums */
		double d = s->ns[i] - m.mean;

		if (s->ns[i] > most)
			continue;
		m.n++;
		m.mean += d / (double)m.n;
		squares += d * (s->ns[i] - m.mean);
	}
	m.left_out = s->n - m.n;
	m.sd = m.n > 1 ? sqrt(squares / (double)(m.n - 1)) : 0;
	return m;
}

double welch_t(const struct moments *a, const struct moments *b)
{
	double var = a->sd * a->sd / (double)a->n + b->sd * b->sd / (double)b->n;

	return var > 0 ? (a->mean - b->mean) / sqrt(var) : 0;
}

double share_t(const struct moments *a, const struct moments *b)
{
	double n = (double)(a->n + a->left_out), k = (double)(b->n + b->left_out);
	double p = (double)a->left_out / n, q = (double)b->left_out / k;
	double var = p * (1 - p) / n + q * (1 - q) / k;

	return var > 0 ? (p - q) / sqrt(var) : 0;
}
