/* SPDX-License-Identifier: BSD-2-Clause */
/* talk.c - prompts and texts; see talk.h. No gettext, no allocation, no stdio. */
#include "talk.h"

#include <security/pam_modules.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "day.h"
#include "verdict.h"

#define TEXT_MAX 256 /* bytes of a whole message, NUL included */
#define TIME_MAX 32  /* bytes of a time in words, NUL included */

struct words {
	const char *before, *after;
};

static struct words words_of(enum message m, enum lang lang)
{
	static const struct words table[][2] = {
#define MESSAGE(NAME, it, it_after, en, en_after) \
	[M_##NAME] = { [LANG_IT] = { it, it_after }, [LANG_EN] = { en, en_after } },
#include "messages.def"
	};

	return table[m][lang];
}

/* One message, one call. Whatever the program does with resp, nothing leaks and no PIN stays. */
static int converse(const struct talk *t, int style, const char *text, char **answer)
{
	const struct pam_message m = { style, text }, *pm = &m;
	struct pam_response *resp = NULL;
	const struct pam_conv *conv;
	const void *item = NULL;
	char *said = NULL;
	int r = pam_get_item(t->pamh, PAM_CONV, &item);

	conv = item;
	if (r != PAM_SUCCESS || conv == NULL || conv->conv == NULL)
		return PAM_CONV_ERR;
	r = conv->conv(1, &pm, &resp, conv->appdata_ptr);
	if (resp != NULL)
		said = resp->resp;
	free(resp);
	if (r == PAM_SUCCESS && answer != NULL && said != NULL) {
		*answer = said;
		return PAM_SUCCESS;
	}
	talk_forget(said);
	if (r == PAM_CONV_AGAIN)
		return PAM_INCOMPLETE;
	return r == PAM_BUF_ERR ? PAM_BUF_ERR : PAM_CONV_ERR;
}

static int say(const struct talk *t, int style, struct words w, const char *insert, char **answer)
{
	char text[TEXT_MAX];
	int r;

	snprintf(text, sizeof(text), "%s%s%s", w.before, insert != NULL ? insert : "", w.after);
	r = converse(t, style, text, answer);
	explicit_bzero(text, sizeof(text)); /* a new PIN may be in it */
	return r;
}

int talk_ask(const struct talk *t, int style, enum message m, const char *insert, char **answer)
{
	*answer = NULL;
	return say(t, style, words_of(m, t->lang), insert, answer);
}

void talk_forget(char *answer)
{
	if (answer == NULL)
		return;
	explicit_bzero(answer, strlen(answer));
	free(answer);
}

static void tell(const struct talk *t, int style, struct words w, const char *insert)
{
	if (!t->silent)
		(void)say(t, style, w, insert, NULL);
}

void talk_tell(const struct talk *t, int style, enum message m, const char *insert)
{
	tell(t, style, words_of(m, t->lang), insert);
}

/* "30 secondi", "2 minuti", "1 ora": rounded up, at least 1 second. */
static const char *time_text(char out[static TIME_MAX], enum lang lang, uint64_t s)
{
	static const struct unit {
		uint64_t s;
		const char *one[2], *many[2];
	} units[] = {
#define UNIT(NAME, seconds, it1, it, en1, en) \
	{ seconds, { [LANG_IT] = it1, [LANG_EN] = en1 }, { [LANG_IT] = it, [LANG_EN] = en } },
#include "messages.def"
	};
	const struct unit *u = units + sizeof(units) / sizeof(*units) - 1;
	uint64_t n = s > 0 ? s : 1;

	while (u > units && n * u->s >= u[-1].s) {
		u--;
		n = (s + u->s - 1) / u->s;
	}
	snprintf(out, TIME_MAX, "%llu %s", (unsigned long long)n,
		 n == 1 ? u->one[lang] : u->many[lang]);
	return out;
}

void talk_warn(const struct talk *t, unsigned int days)
{
	char text[TIME_MAX];

	talk_tell(t, PAM_TEXT_INFO, M_WARN, time_text(text, t->lang, (uint64_t)days * 86400));
}

void talk_expiry(const struct talk *t, uint64_t expires_s)
{
	char text[DAY_LEN];

	if (t->lang == LANG_IT)
		day_text_it(text, expires_s);
	else
		day_text_iso(text, expires_s);
	if (text[0] != '\0')
		talk_tell(t, PAM_TEXT_INFO, M_EXPIRES, text);
}

void talk_verdict(const struct talk *t, unsigned int code, uint32_t wait_s)
{
	struct words w[2] = { { NULL, "" }, { NULL, "" } };
	char text[1 + TIME_MAX] = " ";

	switch (code) {
#define VERDICT(NAME, code, auth, acct, exit, tell, it, en) \
	case V_##NAME: \
		w[LANG_IT].before = (tell) ? it : NULL; \
		w[LANG_EN].before = (tell) ? en : NULL; \
		break;
#include "verdict.def"
	}
	if (w[t->lang].before == NULL)
		return;
	if (code == V_THROTTLED)
		time_text(text + 1, t->lang, wait_s);
	tell(t, PAM_ERROR_MSG, w[t->lang], code == V_THROTTLED ? text : NULL);
}
