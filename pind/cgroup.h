/* SPDX-License-Identifier: BSD-2-Clause */
/* cgroup.h - how much memory the control group of this process may have. */
#ifndef CGROUP_H
#define CGROUP_H

#include <stdint.h>

/* Bytes: the lowest limit on the way up; UINT64_MAX where there is none, or none can be read. */
uint64_t cgroup_memory_max(void);

#endif
