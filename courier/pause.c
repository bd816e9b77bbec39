/* SPDX-License-Identifier: BSD-2-Clause */
/* pause.c - see pause.h. */
#include "pause.h"

#include <errno.h>
#include <signal.h>
#include <time.h>

static sigset_t held; /* set once, before there is anything to hold */
static bool stopped;

int pause_hold(void)
{
	if (sigemptyset(&held) != 0 || sigaddset(&held, SIGTERM) != 0 ||
	    sigaddset(&held, SIGINT) != 0 || sigaddset(&held, SIGHUP) != 0 ||
	    sigprocmask(SIG_BLOCK, &held, NULL) != 0)
		return -errno;
	return 0;
}

bool pause_s(unsigned int seconds)
{
	const struct timespec wait = { (time_t)seconds, 0 };

	if (!stopped)
		stopped = sigtimedwait(&held, NULL, &wait) > 0;
	return stopped;
}
