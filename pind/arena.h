/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arena.h - Argon2's memory, kept by each worker between hashes. libsodium maps and unmaps it for
 * every hash, and the page faults of that are a third of a login. pind defines mmap() and munmap()
 * itself (ordinary ELF interposition) and hands a worker its own area back; every other call goes
 * to the kernel as it is. The area is out of core dumps, and wiped before its worker idles.
 */
#ifndef ARENA_H
#define ARENA_H

#include <stddef.h>
#include <stdint.h>

/*
 * Let this thread's next hashes of at most mem_kib use an area of its own. Failing, they map as
 * ever. Returns by how many bytes the area has grown.
 */
size_t arena_use(uint32_t mem_kib);

/* Overwrite what this thread's hashes left. Cheap when there was none since the last time. */
void arena_wipe(void);

/* Give this thread's area up. */
void arena_close(void);

#endif
