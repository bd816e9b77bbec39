/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memory.c - what a process could have written, to standard output: all its mappings that are
 * readable and writable. For tests that look for what must not be there. Needs root.
 * usage: memory PID
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PIECE = 1 << 16 };

/* What cannot be read (device memory) is left out. The number of bytes written, or -1. */
static long copy(int mem, unsigned long from, unsigned long to)
{
	static char piece[PIECE];
	long sum = 0;

	while (from < to) {
		size_t most = to - from < PIECE ? to - from : PIECE;
		ssize_t n = pread(mem, piece, most, (off_t)from);

		if (n <= 0)
			return sum;
		if (fwrite(piece, 1, (size_t)n, stdout) != (size_t)n)
			return -1;
		from += (unsigned long)n;
		sum += n;
	}
	return sum;
}

int main(int argc, char **argv)
{
	char path[64], line[512];
	unsigned long from, to;
	long n, sum = 0;
	int mem;
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%.20s/mem", argc == 2 ? argv[1] : "");
	mem = open(path, O_RDONLY | O_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/%.20s/maps", argc == 2 ? argv[1] : "");
	maps = fopen(path, "re");
	if (mem < 0 || maps == NULL) {
		perror(path);
		return EXIT_FAILURE;
	}
	while (fgets(line, sizeof(line), maps) != NULL) {
		char r, w;

		if (sscanf(line, "%lx-%lx %c%c", &from, &to, &r, &w) != 4 || r != 'r' || w != 'w')
			continue;
		n = copy(mem, from, to);
		if (n < 0)
			return EXIT_FAILURE;
		sum += n;
	}
	fclose(maps);
	close(mem);
	return sum > 0 && fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
