/* SPDX-License-Identifier: BSD-2-Clause */
/* call.c - see call.h. */
#include "call.h"

#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "cf.h"

_Static_assert(sizeof(((struct cf *)0)->text) == sizeof(((struct call *)0)->cf), "codes fit");

/* in[0..len) as a code, written as user= wants it. */
static bool read_code(struct cf *cf, enum opts_user form, const char *in, size_t len)
{
	char upper[CF_LEN];

	if (form == USER_ANY)
		return cf_parse(cf, in, len) == CF_OK;
	if (form == USER_UPPER)
		return cf_parse_exact(cf, in, len) == CF_OK;
	if (len > sizeof(upper))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (in[i] >= 'A' && in[i] <= 'Z')
			return false;
		upper[i] = (char)(in[i] >= 'a' && in[i] <= 'z' ? in[i] - 'a' + 'A' : in[i]);
	}
	return cf_parse_exact(cf, upper, len) == CF_OK;
}

/* "CF" or "CF/COMPANY". A company never logs in, but people act for companies and for people. */
static bool read_name(struct call *c, const char *name)
{
	const char *slash = strchr(name, '/');
	size_t len = slash != NULL ? (size_t)(slash - name) : strlen(name);
	struct cf cf;

	if (!read_code(&cf, c->o.user, name, len) || !cf_is_person(&cf))
		return false;
	memcpy(c->cf, cf.text, sizeof(c->cf));
	if (slash == NULL)
		return true;
	if (!read_code(&cf, c->o.user, slash + 1, strlen(slash + 1)))
		return false;
	memcpy(c->on_behalf_of, cf.text, sizeof(c->on_behalf_of));
	return true;
}

static int read_user(struct call *c)
{
	const char *name = NULL;
	int r = pam_get_user(c->pamh, &name, NULL);

	if (r == PAM_CONV_AGAIN)
		return PAM_INCOMPLETE;
	if (r != PAM_SUCCESS)
		return r;
	if (name != NULL && read_name(c, name))
		return PAM_SUCCESS;
	if (c->o.debug) /* without the name: somebody may have typed a PIN there */
		pam_syslog(c->pamh, LOG_DEBUG,
			   "the user name is no codice fiscale as user= wants it");
	return PAM_USER_UNKNOWN;
}

static const char *text_item(const struct call *c, int type)
{
	const void *item = NULL;

	return pam_get_item(c->pamh, type, &item) == PAM_SUCCESS && item != NULL ? item : "";
}

/* A name cut short would be another service's: too long is an error. */
static int read_service(struct call *c)
{
	const char *name = c->o.service != NULL ? c->o.service : text_item(c, PAM_SERVICE);

	if (name[0] != '\0' && strlen(name) < sizeof(c->service)) {
		memcpy(c->service, name, strlen(name) + 1);
		return PAM_SUCCESS;
	}
	pam_syslog(c->pamh, LOG_ERR,
		   "the service name is empty or longer than %zu bytes: set service=",
		   sizeof(c->service) - 1);
	return PAM_SERVICE_ERR;
}

/* A claim, sometimes a name that the remote host chose: made harmless, not refused. */
static void read_rhost(struct call *c)
{
	snprintf(c->rhost, sizeof(c->rhost), "%s", text_item(c, PAM_RHOST));
	for (char *p = c->rhost; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
}

int call_open(struct call *c, pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	int r;

	memset(c, 0, sizeof(*c));
	c->pamh = pamh;
	c->flags = (unsigned int)flags;
	r = opts_read(&c->o, pamh, argc, argv);
	c->talk = (struct talk){ pamh, c->o.lang, c->o.quiet || (c->flags & PAM_SILENT) != 0 };
	if (r == PAM_SUCCESS)
		r = read_user(c);
	if (r == PAM_SUCCESS)
		r = read_service(c);
	if (r == PAM_SUCCESS)
		read_rhost(c);
	return r;
}

/* clang-format off */
static const struct code {
	int code;
	const char *name;
} codes[] = { /* all that we return */
#define CODE(name) { name, #name },
	CODE(PAM_SUCCESS)
	CODE(PAM_AUTH_ERR)
	CODE(PAM_PERM_DENIED)
	CODE(PAM_ACCT_EXPIRED)
	CODE(PAM_USER_UNKNOWN)
	CODE(PAM_NEW_AUTHTOK_REQD)
	CODE(PAM_AUTHTOK_ERR)
	CODE(PAM_AUTHTOK_RECOVERY_ERR)
	CODE(PAM_AUTHINFO_UNAVAIL)
	CODE(PAM_SERVICE_ERR)
	CODE(PAM_CONV_ERR)
	CODE(PAM_INCOMPLETE)
	CODE(PAM_BUF_ERR)
#undef CODE
};
/* clang-format on */

static const char *code_name(int r)
{
	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++)
		if (codes[i].code == r)
			return codes[i].name;
	return "?";
}

int call_close(const struct call *c, int r)
{
	if (c->o.debug)
		pam_syslog(c->pamh, LOG_DEBUG, "returns %s", code_name(r));
	/* Not while a PIN is being changed: libpam already skips us then if the check was ignored. */
	if (r == PAM_AUTHINFO_UNAVAIL && c->o.ignore_unavailable &&
	    !(c->flags & PAM_UPDATE_AUTHTOK))
		return PAM_IGNORE;
	return r;
}
