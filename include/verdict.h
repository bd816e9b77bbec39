/* SPDX-License-Identifier: BSD-2-Clause */
/* verdict.h - what pind answers; see verdict.def. */
#ifndef VERDICT_H
#define VERDICT_H

enum verdict {
	V_NONE, /* no answer yet; never sent, never success */
#define VERDICT(NAME, code, auth, acct, exit, tell, it, en) V_##NAME = (code),
#include "verdict.def"
};

/* The columns of a code. For a code that is not in the table: "?", "?", 29 (V_FAILED's). */
const char *verdict_name(unsigned int code);
const char *verdict_text(unsigned int code); /* English, for operators */
int verdict_exit(unsigned int code);

#endif
