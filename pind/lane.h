/* SPDX-License-Identifier: BSD-2-Clause */
/* lane.h - which way a packet goes through pind, and what the rota must know of it. */
#ifndef LANE_H
#define LANE_H

#include "rota.h"
#include "serve.h"

enum lane {
	LANE_NOW,    /* reads a few rows only: answered by the loop itself, never behind a hash */
	LANE_WRITE,  /* commits, or reads many rows, but does not hash: operators and couriers */
	LANE_HASH,   /* may hash */
};

/* Look at in[0..len) from who. Fills *label. Costs microseconds; makes no decision about access. */
enum lane lane_of(const struct service *sv, const struct peer *who, const uint8_t *in, size_t len,
		  struct rota_label *label);

#endif
