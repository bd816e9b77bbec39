/* SPDX-License-Identifier: BSD-2-Clause */
/* env.c - see env.h. */
#include "env.h"

#include <security/pam_modules.h>
#include <stdio.h>

#include "day.h"
#include "person.h"

#define LONGEST 48 /* bytes of "NAME=value", NUL included */

static int put(const struct call *c, const char *name, const char *value)
{
	char text[LONGEST];
	int n;

	if (value[0] == '\0') /* libpam complains in the log when it must unset what is not set */
		return pam_getenv(c->pamh, name) == NULL ? PAM_SUCCESS : pam_putenv(c->pamh, name);
	n = snprintf(text, sizeof(text), "%s=%s", name, value);
	return n > 0 && (size_t)n < sizeof(text) ? pam_putenv(c->pamh, text) : PAM_BUF_ERR;
}

static int put_all(const struct call *c, const char *const values[5])
{
	static const char *const names[5] = { "INPSPIN_CF", "INPSPIN_LEVEL", "INPSPIN_CATEGORY",
					      "INPSPIN_ON_BEHALF_OF", "INPSPIN_EXPIRES" };
	int r = PAM_SUCCESS;

	for (size_t i = 0; r == PAM_SUCCESS && i < 5; i++)
		r = put(c, names[i], values[i]);
	return r == PAM_SUCCESS ? PAM_SUCCESS : PAM_BUF_ERR;
}

int env_clear(const struct call *c)
{
	const char *const values[5] = { "", "", "", "", "" };

	return put_all(c, values);
}

int env_set(const struct call *c, const struct wire_verdict *v)
{
	char expires[DAY_LEN];
	const char *const values[5] = {
		c->cf,
		v->level != LEVEL_NONE ? level_name(v->level) : "",
		v->category != CATEGORY_NONE ? category_name(v->category) : "",
		c->on_behalf_of,
		day_text_iso(expires, v->expires_s),
	};

	return put_all(c, values);
}
