/* SPDX-License-Identifier: BSD-2-Clause */
/* pause.h - waiting, and being told to stop. A delivery that began is never interrupted. */
#ifndef PAUSE_H
#define PAUSE_H

#include <stdbool.h>

/* Hold SIGTERM, SIGINT and SIGHUP back until pause_s() is asked. 0 or -errno. */
int pause_hold(void);

/* Wait so many seconds (0: only look). true, at once: we were told to stop, now or ever before. */
bool pause_s(unsigned int seconds);

#endif
