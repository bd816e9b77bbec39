/* SPDX-License-Identifier: BSD-2-Clause */
/* pam_inpspin.c - what libpam calls. Nothing outlives a call but the grant (grant.h). */
#pragma GCC visibility push(default) /* the prototypes of the entry points */
#include <security/pam_modules.h>
#pragma GCC visibility pop

#include "call.h"
#include "login.h"
#include "renewal.h"

int pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct call c;
	int r = call_open(&c, pamh, flags, argc, argv);

	if (r == PAM_SUCCESS)
		r = login_prove(&c);
	return call_close(&c, r);
}

int pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct call c;
	int r = call_open(&c, pamh, flags, argc, argv);

	if (r == PAM_SUCCESS)
		r = login_admit(&c);
	return call_close(&c, r);
}

int pam_sm_chauthtok(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct call c;
	int r = call_open(&c, pamh, flags, argc, argv);

	if (r == PAM_SUCCESS)
		r = flags & PAM_PRELIM_CHECK ? renewal_check(&c) : renewal_make(&c);
	return call_close(&c, r);
}

/* There are no credentials and no session: these must work in a chroot, long after, as anybody. */

int pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_SUCCESS;
}

int pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_SUCCESS;
}

int pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_SUCCESS;
}
