/* SPDX-License-Identifier: BSD-2-Clause */
/* sms.h - a text message, by whatever program the office has for it. */
#ifndef SMS_H
#define SMS_H

#include "conf.h"
#include "say.h"
#include "text.h"

/*
 * Run conf's "sms number", the text on its standard input; number is +39333..., its only argument,
 * and begins with sms_prefix. 0, or TROUBLE.
 */
int sms_send(const struct conf *conf, const char *number, const struct text *text,
	     struct trouble *t);

#endif
