/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_wire.c - any bytes: decode never misbehaves, and what decodes re-encodes to the same. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *exact = malloc(size); /* of the exact size: a step too far is seen */
	uint8_t buf[WIRE_MAX];
	struct wire_msg m, zero;
	char line[2048];
	size_t len;

	must(exact != NULL || size == 0);
	if (size > 0)
		memcpy(exact, data, size);
	memset(&zero, 0, sizeof(zero));
	memset(&m, 0xff, sizeof(m));
	if (wire_decode(&m, exact, size) == 0) {
		must(strlen(wire_text(&m, line, sizeof(line))) < sizeof(line));
		must(strlen(wire_text(&m, line, 20)) < 20);
		must(wire_encode(&m, buf, sizeof(buf), &len) == 0 && len == size);
		must(memcmp(buf, data, len) == 0);
	} else {
		if (size >= 2 + WIRE_NONCE_LEN)
			must(memcmp(m.nonce, data + 2, WIRE_NONCE_LEN) == 0);
		memset(m.nonce, 0, sizeof(m.nonce));
		must(memcmp(&m, &zero, sizeof(m)) == 0);
	}
	wire_wipe(&m);
	free(exact);
	return 0;
}
