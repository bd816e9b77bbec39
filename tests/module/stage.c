/* SPDX-License-Identifier: BSD-2-Clause */
/* stage.c - see stage.h. */
#include "stage.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "verdict.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char lines[65536];
static size_t used;

/* ---- libpam's syslog() ends here: the host's logs stay clean, and tests can read it ---- */

int audit_open(void);
void syslog(int priority, const char *format, ...);
void __syslog_chk(int priority, int flag, const char *format, ...);

__attribute__((format(printf, 1, 0))) static void keep(const char *format, va_list args)
{
	int n;

	pthread_mutex_lock(&lock);
	n = vsnprintf(lines + used, sizeof(lines) - used, format, args);
	if (n > 0 && (size_t)n + 2 < sizeof(lines) - used) {
		used += (size_t)n;
		lines[used++] = '\n';
		lines[used] = '\0';
	}
	pthread_mutex_unlock(&lock);
}

__attribute__((visibility("default"), format(printf, 2, 3))) void syslog(int priority,
									 const char *format, ...)
{
	va_list args;

	(void)priority;
	va_start(args, format);
	keep(format, args);
	va_end(args);
}

__attribute__((visibility("default"), format(printf, 3, 4))) void
__syslog_chk(int priority, int flag, const char *format, ...)
{
	va_list args;

	(void)priority;
	(void)flag;
	va_start(args, format);
	keep(format, args);
	va_end(args);
}

/* "This kernel has no audit", says libaudit then. */
__attribute__((visibility("default"))) int audit_open(void)
{
	errno = EPROTONOSUPPORT;
	return -1;
}

const char *stage_log(void)
{
	return lines;
}

void stage_forget(void)
{
	used = 0;
	lines[0] = '\0';
}

/* ---- the stage ---- */

static void die(const char *what)
{
	perror(what);
	exit(1);
}

void stage_close(struct stage *st)
{
	DIR *d = opendir(st->dir);
	struct dirent *e;

	fake_stop(st->fake);
	while (d != NULL && (e = readdir(d)) != NULL)
		(void)unlinkat(dirfd(d), e->d_name, 0);
	if (d != NULL)
		closedir(d);
	if (rmdir(st->dir) != 0)
		die(st->dir);
}

void stage_service(const struct stage *st, const char *name, const char *text)
{
	const char *module = getenv("MODULE");
	char path[96];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", st->dir, name);
	f = fopen(path, "w");
	if (f == NULL)
		die(path);
	for (; *text != '\0'; text++) {
		if (*text == '@')
			fprintf(f, "%s socket=%s server_uid=%u", module, st->sock,
				(unsigned int)getuid());
		else if (*text == '$')
			fputs(module, f);
		else
			fputc(*text, f);
	}
	if (fclose(f) != 0)
		die(path);
}

void stage_plain(const struct stage *st, const char *name, const char *options)
{
	char text[1024];

	snprintf(text, sizeof(text),
		 "auth required @ %s\naccount required @ %s\n"
		 "password required @ %s\nsession required @ %s\n",
		 options, options, options, options);
	stage_service(st, name, text);
}

void stage_open(struct stage *st)
{
	const char *module = getenv("MODULE");

	if (module == NULL || module[0] != '/') {
		fprintf(stderr, "MODULE must be the absolute path of pam_inpspin.so\n");
		exit(1);
	}
	snprintf(st->dir, sizeof(st->dir), "/tmp/inpspin.XXXXXX");
	if (mkdtemp(st->dir) == NULL)
		die("mkdtemp");
	snprintf(st->sock, sizeof(st->sock), "%s/sock", st->dir);
	st->fake = fake_start(st->sock, (uid_t)-1, NULL);
	if (st->fake == NULL)
		die("fake_start");
	stage_service(st, "other",
		      "auth required pam_deny.so\naccount required pam_deny.so\n"
		      "password required pam_deny.so\nsession required pam_deny.so\n");
}

/* ---- actors ---- */

static const char *style_name(int style)
{
	switch (style) {
	case PAM_PROMPT_ECHO_OFF: return "off";
	case PAM_PROMPT_ECHO_ON: return "on";
	case PAM_TEXT_INFO: return "info";
	case PAM_ERROR_MSG: return "error";
	}
	return "?";
}

static char *answer_of(struct actor *a, const char *prompt)
{
	const char *answer = "";

	if (a->think != NULL)
		return a->think(a, prompt);
	if (a->n_answers > 0)
		answer = a->answers[a->asked < a->n_answers ? a->asked : a->n_answers - 1];
	return answer != NULL ? strdup(answer) : NULL;
}

static int act(int n, const struct pam_message **m, struct pam_response **resp, void *data)
{
	struct actor *a = data;
	int style = m[0]->msg_style;
	bool prompt = style == PAM_PROMPT_ECHO_OFF || style == PAM_PROMPT_ECHO_ON;
	int code = prompt ? a->code : a->tell_code;
	int len;

	*resp = NULL;
	len = snprintf(a->heard + a->used, sizeof(a->heard) - a->used, "%s%s:%s|",
		       n == 1 ? "" : "together ", style_name(style), m[0]->msg);
	if (len > 0 && (size_t)len < sizeof(a->heard) - a->used)
		a->used += (size_t)len;
	if (code == PAM_SUCCESS || a->litter) {
		*resp = calloc(1, sizeof(**resp));
		if (*resp == NULL)
			return PAM_BUF_ERR;
		(*resp)->resp = prompt ? answer_of(a, m[0]->msg) : NULL;
	}
	a->asked += prompt;
	a->told += !prompt;
	return code;
}

pam_handle_t *stage_start(const struct stage *st, const char *service, const char *user,
			  struct actor *a)
{
	struct pam_conv conv = { act, a };
	pam_handle_t *pamh = NULL;

	if (pam_start_confdir(service, user, &conv, st->dir, &pamh) != PAM_SUCCESS)
		die("pam_start_confdir");
	return pamh;
}

int stage_do(pam_handle_t *pamh, enum stage_call what, int flags)
{
	switch (what) {
	case DO_AUTH: return pam_authenticate(pamh, flags);
	case DO_ACCT: return pam_acct_mgmt(pamh, flags);
	case DO_CHANGE: return pam_chauthtok(pamh, flags);
	case DO_SETCRED: return pam_setcred(pamh, flags);
	case DO_OPEN: return pam_open_session(pamh, flags);
	case DO_CLOSE: return pam_close_session(pamh, flags);
	}
	return PAM_ABORT;
}

int stage_once(const struct stage *st, const char *service, const char *user, enum stage_call what,
	       int flags, struct actor *a)
{
	pam_handle_t *pamh = stage_start(st, service, user, a);
	int r = stage_do(pamh, what, flags);

	pam_end(pamh, r);
	return r;
}

void stage_hush(struct actor *a)
{
	a->used = 0;
	a->heard[0] = '\0';
}

pam_handle_t *stage_granted(const struct stage *st, const char *service, struct actor *a)
{
	struct fake_step s = fake_verdict(V_MUST_CHANGE);
	pam_handle_t *pamh = stage_start(st, service, CF, a);

	fake_script(st->fake, &s, 1);
	if (pam_authenticate(pamh, 0) != PAM_SUCCESS ||
	    pam_acct_mgmt(pamh, 0) != PAM_NEW_AUTHTOK_REQD)
		die("stage_granted");
	stage_hush(a);
	return pamh;
}

/* ---- the one stage of a program ---- */

struct stage stage;

int stage_up(void **state)
{
	(void)state;
	stage_open(&stage);
	stage_plain(&stage, "plain", "");
	return 0;
}

int stage_down(void **state)
{
	(void)state;
	stage_close(&stage);
	return 0;
}

void stage_script(const struct fake_step *steps, size_t n)
{
	fake_script(stage.fake, steps, n);
}

int stage_try(const char *service, enum stage_call what)
{
	struct actor a = { .answers = { FAKE_RIGHT }, .n_answers = 1 };

	return stage_once(&stage, service, CF, what, 0, &a);
}
