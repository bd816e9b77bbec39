/* SPDX-License-Identifier: BSD-2-Clause */
/* cgroup.h - how much memory the control group of this process may have, and whether it is enough. */
#ifndef CGROUP_H
#define CGROUP_H

#include <stddef.h>
#include <stdint.h>

#define CGROUP_BASE_MIB 32 /* beside the hashes: threads, connections, the store's hot pages */

/* Bytes: the lowest limit on the way up; UINT64_MAX where there is none, or none can be read. */
uint64_t cgroup_memory_max(void);

/*
 * Are max bytes enough for so many workers that hash with mem_kib each? 0; or -ENOMEM, and err gets
 * one line: what is needed, what there is, what to change. Better than the OOM killer later.
 */
int cgroup_fits(uint64_t max, unsigned int workers, uint32_t mem_kib, char *err, size_t cap);

#endif
