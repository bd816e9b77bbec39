/* SPDX-License-Identifier: BSD-2-Clause */
/* cgroup.c - memory.max (version 2) or memory.limit_in_bytes (version 1) of /proc/self/cgroup's path. */
#include "cgroup.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static uint64_t read_limit(const char *root, const char *path, const char *file)
{
	uint64_t max = UINT64_MAX;
	char name[4096];
	FILE *f;

	if (snprintf(name, sizeof(name), "%s%s/%s", root, path, file) >= (int)sizeof(name))
		return max;
	f = fopen(name, "re");
	if (f == NULL)
		return max;
	if (fscanf(f, "%" SCNu64, &max) != 1) /* "max" */
		max = UINT64_MAX;
	fclose(f);
	return max;
}

/* The limits of a group and of all above it. */
static uint64_t lowest(const char *root, char *path, const char *file)
{
	uint64_t min = UINT64_MAX, here;
	char *slash;

	do {
		here = read_limit(root, path, file);
		min = here < min ? here : min;
		slash = strrchr(path, '/');
		if (slash != NULL)
			*slash = '\0';
	} while (slash != NULL);
	return min;
}

uint64_t cgroup_memory_max(void)
{
	FILE *f = fopen("/proc/self/cgroup", "re");
	uint64_t min = UINT64_MAX, here;
	char line[4096], *path;

	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		path = strchr(line, '/');
		if (path == NULL)
			continue;
		here = UINT64_MAX;
		if (strncmp(line, "0::", 3) == 0)
			here = lowest("/sys/fs/cgroup", path, "memory.max");
		else if (strstr(line, ":memory:") != NULL)
			here = lowest("/sys/fs/cgroup/memory", path, "memory.limit_in_bytes");
		min = here < min ? here : min;
	}
	if (f != NULL)
		fclose(f);
	return min;
}

int cgroup_fits(uint64_t max, unsigned int workers, uint32_t mem_kib, char *err, size_t cap)
{
	uint64_t need = ((uint64_t)workers * mem_kib >> 10) + CGROUP_BASE_MIB, have = max >> 20;

	if (need <= have)
		return 0;
	snprintf(err, cap, "%u workers with %u KiB each need %" PRIu64 " MiB, but the control group "
			   "may have %" PRIu64 ": lower [limits] workers or [hash] memory_kib, or raise "
			   "MemoryMax=", workers, mem_kib, need, have);
	return -ENOMEM;
}
