/* SPDX-License-Identifier: BSD-2-Clause */
/* arena.c - see arena.h. */
#include "arena.h"

#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define HUGE ((size_t)2 << 20) /* bytes of a huge page: the area begins and ends on one */

static _Thread_local struct {
	unsigned char *map, *area; /* what was mapped; the aligned part that is lent */
	size_t map_len, len;
	bool lent, dirty;
} own;

static void *map_pages(size_t len)
{
	return (void *)syscall(SYS_mmap, NULL, len, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0L);
}

void arena_close(void)
{
	if (own.map == NULL)
		return;
	arena_wipe();
	(void)syscall(SYS_munmap, own.map, own.map_len);
	own.map = own.area = NULL;
	own.map_len = own.len = 0;
}

size_t arena_use(uint32_t mem_kib)
{
	size_t len = (((size_t)mem_kib << 10) + HUGE - 1) & ~(HUGE - 1);

	size_t had = own.len;

	if (had >= len || own.lent)
		return 0;
	arena_close();
	own.map_len = len + HUGE;
	own.map = map_pages(own.map_len);
	if (own.map == MAP_FAILED) {
		own.map = NULL;
		return 0;
	}
	own.area = own.map + (HUGE - ((uintptr_t)own.map & (HUGE - 1)));
	own.len = len;
	(void)madvise(own.area, own.len, MADV_HUGEPAGE); /* not every kernel has them */
	(void)madvise(own.map, own.map_len, MADV_DONTDUMP);
	return own.len - had;
}

void arena_wipe(void)
{
	if (own.dirty && !own.lent)
		explicit_bzero(own.area, own.len);
	own.dirty = own.dirty && own.lent;
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) /* they interpose these, too */

/* Exactly what libsodium's Argon2 asks for, and nothing else that anybody could. */
static bool is_argon(const void *addr, size_t len, int prot, int flags, int fd)
{
	return addr == NULL && fd == -1 && prot == (PROT_READ | PROT_WRITE) &&
	       (flags & MAP_POPULATE) != 0 && (flags & MAP_ANONYMOUS) != 0 && own.area != NULL &&
	       !own.lent && len <= own.len;
}

__attribute__((visibility("default"))) void *mmap(void *addr, size_t len, int prot, int flags, int fd,
						  off_t off)
{
	if (!is_argon(addr, len, prot, flags, fd))
		return (void *)syscall(SYS_mmap, addr, len, prot, flags, fd, off);
	own.lent = true;
	own.dirty = true;
	return own.area;
}

__attribute__((visibility("default"))) int munmap(void *addr, size_t len)
{
	if (!own.lent || addr != own.area)
		return (int)syscall(SYS_munmap, addr, len);
	own.lent = false;
	return 0;
}

#endif
