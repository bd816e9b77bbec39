/* SPDX-License-Identifier: BSD-2-Clause */
/* welch.h - two samples of durations: is their mean the same? */
#ifndef WELCH_H
#define WELCH_H

#include <stddef.h>
#include <stdint.h>

struct sample {
	uint32_t *ns; /* room of them */
	size_t n, room;
};

struct moments {
	double mean, sd; /* nanoseconds; sd of one measurement */
	size_t n, left_out;
};

/* What lies below the given part of all these samples, put together: 0 < part <= 1. */
uint32_t sample_quantile(const struct sample *samples, size_t n, double part);

/* Mean and deviation of what is not above most. */
struct moments sample_moments(const struct sample *s, uint32_t most);

/* Welch's t of two means whose deviations may differ. */
double welch_t(const struct moments *a, const struct moments *b);

/* The same of the shares that were left out: a leak may be in the slow ones alone. */
double share_t(const struct moments *a, const struct moments *b);

#endif
