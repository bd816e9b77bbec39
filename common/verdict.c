/* SPDX-License-Identifier: BSD-2-Clause */
/* verdict.c - columns of verdict.def for pind and pinctl. */
#include "verdict.h"

_Static_assert(V_NONE == 0 && V_OK != 0, "success is never what forgotten memory holds");

const char *verdict_name(unsigned int code)
{
	switch (code) {
#define VERDICT(NAME, code, auth, acct, exit, tell, it, en) case V_##NAME: return #NAME;
#include "verdict.def"
	}
	return "?";
}

const char *verdict_text(unsigned int code)
{
	switch (code) {
#define VERDICT(NAME, code, auth, acct, exit, tell, it, en) case V_##NAME: return en;
#include "verdict.def"
	}
	return "?";
}

int verdict_exit(unsigned int code)
{
	switch (code) {
#define VERDICT(NAME, code, auth, acct, exit, tell, it, en) case V_##NAME: return exit;
#include "verdict.def"
	}
	return verdict_exit(V_FAILED);
}
