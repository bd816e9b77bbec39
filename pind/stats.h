/* SPDX-License-Identifier: BSD-2-Clause */
/* stats.h - counters since start. Any thread adds; readers see each exactly, not all at one instant. */
#ifndef STATS_H
#define STATS_H

#include <stdatomic.h>
#include <stdint.h>

struct stats {
	uint64_t started_s;                /* written before the first thread starts */
	uint32_t workers;                  /* the same */
	_Atomic uint64_t verdicts[256];    /* VERDICT replies, by code */
	_Atomic uint64_t requests;         /* packets answered */
	_Atomic uint64_t accepted;         /* right PINs, renewals due included */
	_Atomic uint64_t renewed;          /* PINs replaced by their owners */
	_Atomic uint64_t operators;        /* changes made by operators */
	_Atomic uint32_t connections;      /* open now */
	_Atomic uint32_t queued;           /* waiting for a worker when one last began */
};

#endif
