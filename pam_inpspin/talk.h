/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * talk.h - the module's only mouth and ear. One message per conversation call, because many
 * programs understand no more.
 */
#ifndef TALK_H
#define TALK_H

#include <security/_pam_types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "opts.h"

enum message {
#define MESSAGE(NAME, it, it_after, en, en_after) M_##NAME,
#include "messages.def"
};

struct talk {
	pam_handle_t *pamh;
	enum lang lang;
	bool silent; /* tell nothing; questions are still asked */
};

/*
 * Ask m, with insert (or NULL) in its middle; style is PAM_PROMPT_ECHO_OFF or _ON. PAM_SUCCESS
 * and *answer, never NULL: the caller gives it to talk_forget(). Else PAM_INCOMPLETE,
 * PAM_BUF_ERR or PAM_CONV_ERR, and *answer is NULL.
 */
int talk_ask(const struct talk *t, int style, enum message m, const char *insert, char **answer);

/* Wipe and free an answer. NULL is a no-op. */
void talk_forget(char *answer);

/* Say m. Who cannot listen misses it: a failure decides nothing. PAM_TEXT_INFO or PAM_ERROR_MSG. */
void talk_tell(const struct talk *t, int style, enum message m, const char *insert);

/* Say M_WARN or M_EXPIRES: a time to come, or the day (UTC) of a second since the epoch. */
void talk_warn(const struct talk *t, unsigned int days);
void talk_expiry(const struct talk *t, uint64_t expires_s);

/* Say what verdict.def has for the person, if anything. THROTTLED: with wait_s in words. */
void talk_verdict(const struct talk *t, unsigned int code, uint32_t wait_s);

#endif
