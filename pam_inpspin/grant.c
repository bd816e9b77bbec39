/* SPDX-License-Identifier: BSD-2-Clause */
/* grant.c - see grant.h. */
#include "grant.h"

#include <security/pam_modules.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NAME   "pam_inpspin_grant"
#define GOOD_S 110 /* pind takes it for 2 minutes; the packet must still get there */

struct grant {
	uint8_t bytes[WIRE_GRANT_LEN];
	time_t kept_s; /* CLOCK_BOOTTIME: sleeping counts */
	char cf[sizeof(((struct call *)0)->cf)];
	char service[sizeof(((struct call *)0)->service)];
};

static time_t now_s(void)
{
	struct timespec ts = { 0, 0 };

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return ts.tv_sec;
}

static void cleanup(pam_handle_t *pamh, void *data, int error_status)
{
	(void)pamh;
	(void)error_status;
	if (data != NULL)
		explicit_bzero(data, sizeof(struct grant));
	free(data);
}

static const struct grant *kept(const struct call *c)
{
	const void *data = NULL;

	return pam_get_data(c->pamh, NAME, &data) == PAM_SUCCESS ? data : NULL;
}

int grant_keep(const struct call *c, const uint8_t grant[static WIRE_GRANT_LEN])
{
	struct grant *g = malloc(sizeof(*g));

	if (g == NULL)
		return PAM_BUF_ERR;
	memcpy(g->bytes, grant, sizeof(g->bytes));
	g->kept_s = now_s();
	memcpy(g->cf, c->cf, sizeof(g->cf));
	memcpy(g->service, c->service, sizeof(g->service));
	if (pam_set_data(c->pamh, NAME, g, cleanup) == PAM_SUCCESS)
		return PAM_SUCCESS;
	cleanup(c->pamh, g, PAM_BUF_ERR);
	return PAM_BUF_ERR;
}

bool grant_get(const struct call *c, uint8_t *out)
{
	const struct grant *g = kept(c);

	if (g == NULL || now_s() - g->kept_s >= GOOD_S || strcmp(g->cf, c->cf) != 0 ||
	    strcmp(g->service, c->service) != 0)
		return false;
	if (out != NULL)
		memcpy(out, g->bytes, sizeof(g->bytes));
	return true;
}

void grant_drop(const struct call *c)
{
	if (kept(c) != NULL)
		(void)pam_set_data(c->pamh, NAME, NULL, NULL);
}
