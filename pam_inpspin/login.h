/* SPDX-License-Identifier: BSD-2-Clause */
/* login.h - the two questions of a login: is it the person's PIN, and may they come in? */
#ifndef LOGIN_H
#define LOGIN_H

#include "call.h"

/* authenticate: one prompt, one question (two with try_first_pass), one PAM code. */
int login_prove(const struct call *c);

/* acct_mgmt: one question. Depends on nothing that login_prove() left behind. */
int login_admit(const struct call *c);

#endif
