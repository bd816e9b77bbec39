/* SPDX-License-Identifier: BSD-2-Clause */
/* mine.h - kill -9 of pind at a point of its work, not at a time. Needs rig_can_trace(). */
#ifndef MINE_H
#define MINE_H

#include "rig.h"

/* pind is killed as it enters its nth call of these ("write,fsync"), counted from now. */
void mine_lay(const char *calls, int nth);

/* There is no mine any more, whether it went off or not. */
void mine_lift(void);

/* The process that waits for it, a child of ours; 0: there is no mine. */
pid_t mine_pid(void);

#endif
