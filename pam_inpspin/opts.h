/* SPDX-License-Identifier: BSD-2-Clause */
/* opts.h - the module's options, as the line in pam.d gives them. */
#ifndef OPTS_H
#define OPTS_H

#include <security/_pam_types.h>
#include <stdbool.h>
#include <sys/types.h>

enum lang { LANG_IT, LANG_EN };

enum opts_user {
	USER_UPPER, /* canonical, as printed on the card */
	USER_LOWER, /* canonical, but all lower-case */
	USER_ANY,   /* either, mixed, with blanks */
};

struct opts {                /* pointers belong to argv */
	const char *socket;  /* pind's auth socket, absolute */
	const char *service; /* policy name; NULL: PAM_SERVICE */
	unsigned int level;  /* enum level to ask for; LEVEL_NONE: what the service needs */
	unsigned int timeout_ms;
	uid_t server_uid; /* who may listen on socket besides root */
	enum lang lang;
	enum opts_user user;
	bool ignore_unavailable, quiet, debug, try_first_pass, use_first_pass;
};

/*
 * *o = the defaults and what argv changes; the last of two equal options wins. PAM_SUCCESS, or
 * PAM_SERVICE_ERR after logging every option that is unknown or malformed.
 */
int opts_read(struct opts *o, pam_handle_t *pamh, int argc, const char **argv);

#endif
