/* SPDX-License-Identifier: BSD-2-Clause */
/* store.c - choosing a backend; see store.h. */
#include "store.h"

#include <errno.h>
#include <string.h>

static const struct store_ops *const backends[] = { &store_lmdb, &store_mem };

int store_open(struct store **ret, const char *url, size_t room)
{
	for (size_t i = 0; i < sizeof(backends) / sizeof(*backends); i++) {
		size_t n = strlen(backends[i]->name);

		if (strncmp(url, backends[i]->name, n) == 0 && url[n] == ':')
			return backends[i]->open(ret, url + n + 1, room);
	}
	return -EPROTONOSUPPORT;
}

void store_close(struct store *s)
{
	if (s != NULL)
		s->ops->close(s);
}
