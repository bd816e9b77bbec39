/* SPDX-License-Identifier: BSD-2-Clause */
/* opts.c - argv to struct opts, by one table; see opts.h. */
#include "opts.h"

#include <errno.h>
#include <security/pam_ext.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <syslog.h>

#include "person.h"
#include "wire.h"

#define SERVICE_MAX (sizeof(((struct wire_authenticate *)0)->service) - 1)

/* Decimal digits only, lo..hi. */
static bool read_number(const char *value, unsigned long lo, unsigned long hi, unsigned long *n)
{
	char *end;

	if (value[0] < '0' || value[0] > '9')
		return false;
	errno = 0;
	*n = strtoul(value, &end, 10);
	return errno == 0 && *end == '\0' && *n >= lo && *n <= hi;
}

static bool read_flag(const char *value, void *at)
{
	*(bool *)at = true;
	return value == NULL;
}

static bool read_socket(const char *value, void *at)
{
	*(const char **)at = value;
	return value[0] == '/' && strlen(value) < sizeof(((struct sockaddr_un *)0)->sun_path);
}

static bool read_service(const char *value, void *at)
{
	*(const char **)at = value;
	return value[0] != '\0' && strlen(value) <= SERVICE_MAX;
}

static bool read_level(const char *value, void *at)
{
	*(unsigned int *)at = level_of(value);
	return *(unsigned int *)at != LEVEL_NONE;
}

static bool read_timeout(const char *value, void *at)
{
	unsigned long s;

	if (!read_number(value, 1, 60, &s))
		return false;
	*(unsigned int *)at = (unsigned int)s * 1000;
	return true;
}

static bool read_uid(const char *value, void *at)
{
	unsigned long uid;

	if (!read_number(value, 0, (uid_t)-2, &uid)) /* -1 is nobody's uid */
		return false;
	*(uid_t *)at = (uid_t)uid;
	return true;
}

static bool read_lang(const char *value, void *at)
{
	*(enum lang *)at = strcmp(value, "en") == 0 ? LANG_EN : LANG_IT;
	return strcmp(value, "it") == 0 || strcmp(value, "en") == 0;
}

static bool read_user(const char *value, void *at)
{
	bool lower = strcmp(value, "lower") == 0, any = strcmp(value, "any") == 0;

	*(enum opts_user *)at = lower ? USER_LOWER : any ? USER_ANY : USER_UPPER;
	return lower || any || strcmp(value, "upper") == 0;
}

/* clang-format off */
static const struct option {
	const char *name;
	bool (*read)(const char *value, void *at); /* value: NULL for a flag; false: malformed */
	size_t off;
} options[] = {
	{ "socket",             read_socket,  offsetof(struct opts, socket) },
	{ "service",            read_service, offsetof(struct opts, service) },
	{ "level",              read_level,   offsetof(struct opts, level) },
	{ "lang",               read_lang,    offsetof(struct opts, lang) },
	{ "timeout",            read_timeout, offsetof(struct opts, timeout_ms) },
	{ "user",               read_user,    offsetof(struct opts, user) },
	{ "server_uid",         read_uid,     offsetof(struct opts, server_uid) },
	{ "ignore_unavailable", read_flag,    offsetof(struct opts, ignore_unavailable) },
	{ "quiet",              read_flag,    offsetof(struct opts, quiet) },
	{ "debug",              read_flag,    offsetof(struct opts, debug) },
	{ "try_first_pass",     read_flag,    offsetof(struct opts, try_first_pass) },
	{ "use_first_pass",     read_flag,    offsetof(struct opts, use_first_pass) },
};
/* clang-format on */

static const struct option *option_of(const char *arg, size_t len)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
		if (strlen(options[i].name) == len && memcmp(options[i].name, arg, len) == 0)
			return &options[i];
	return NULL;
}

/* NULL, or what is wrong with arg. */
static const char *read_one(struct opts *o, const char *arg)
{
	size_t len = strcspn(arg, "=");
	const char *value = arg[len] == '=' ? arg + len + 1 : NULL;
	const struct option *op = option_of(arg, len);

	if (op == NULL)
		return "unknown option";
	if ((op->read == read_flag) != (value == NULL))
		return value == NULL ? "option without its value" : "option takes no value";
	return op->read(value, (char *)o + op->off) ? NULL : "bad value in option";
}

int opts_read(struct opts *o, pam_handle_t *pamh, int argc, const char **argv)
{
	int r = PAM_SUCCESS;

	*o = (struct opts){ .socket = "/run/pind/auth.sock", .timeout_ms = 5000 };
	for (int i = 0; i < argc; i++) {
		const char *wrong = read_one(o, argv[i]);

		if (wrong != NULL) {
			pam_syslog(pamh, LOG_ERR, "%s '%.64s': see pam_inpspin(8)", wrong, argv[i]);
			r = PAM_SERVICE_ERR;
		}
	}
	return r;
}
