/* SPDX-License-Identifier: BSD-2-Clause */
/* question.h - what the pages ask pind. A silent pind answers V_FAILED. The caller wipes *rep. */
#ifndef QUESTION_H
#define QUESTION_H

#include "web.h"

/* Is it the PIN of w->st.cf, good for w->st.service? The verdict. */
unsigned int question_login(const struct web *w, const char *pin, struct wire_msg *rep);

/*
 * A new PIN for w->st.cf, by the grant in w->st, or by the old PIN when there is none any more.
 * V_OK and rep->renewal, or the verdict.
 */
unsigned int question_offer(const struct web *w, const char *old, struct wire_msg *rep);

/* Make it the PIN: w->st has ticket and contacts. The verdict. */
unsigned int question_commit(const struct web *w, const char *old, const char *typed,
			     struct wire_msg *rep);

/* Is the grant still good, so that the old PIN need not be typed? */
bool question_has_grant(const struct web *w);

#endif
