/* SPDX-License-Identifier: BSD-2-Clause */
/* steps.h - what each form does when it is sent. The token was opened: w->st is what it held. */
#ifndef STEPS_H
#define STEPS_H

#include "web.h"

void steps_login(struct web *w);   /* STEP_LOGIN: a session, or on to the renewal */
void steps_renew(struct web *w);   /* STEP_RENEW: the same form, to replace the PIN */
void steps_replace(struct web *w); /* STEP_REPLACE: contacts; then the new PIN is shown */
void steps_confirm(struct web *w); /* STEP_CONFIRM: typed back, it is made the PIN */

#endif
