/* SPDX-License-Identifier: BSD-2-Clause */
/* sms.c - see sms.h. */
#include "sms.h"

#include <string.h>

#include "child.h"
#include "contact.h"

int sms_send(const struct conf *conf, const char *number, const struct text *text,
	     struct trouble *t)
{
	const char *const argv[] = { conf->sms, number, NULL };
	char phone[CONTACT_PHONE_MAX + 1];

	if (conf->sms[0] == '\0')
		return trouble_say(t, "courier.conf has no [electronic] sms command");
	if (!contact_phone(phone, number) || strcmp(phone, number) != 0)
		return trouble_say(t, "not a mobile number");
	if (strncmp(number, conf->sms_prefix, strlen(conf->sms_prefix)) != 0)
		return trouble_say(t, "not a number that begins with %s (courier.conf: sms_prefix)",
				   conf->sms_prefix);
	return child_run(argv, text->buf, text->len, conf->timeout_s, t);
}
