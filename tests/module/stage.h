/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stage.h - the module on the real libpam: a private directory with service files and the fake
 * pind's socket, actors who answer prompts, and the log lines that would have gone to syslog.
 * Environment: MODULE, the absolute path of pam_inpspin.so.
 */
#ifndef STAGE_H
#define STAGE_H

#include <security/pam_appl.h>
#include <stdbool.h>
#include <stddef.h>

#include "fake.h"

#define CF       "RSSMRA85T10A562S" /* synthetic people */
#define CF_LOW   "rssmra85t10a562s"
#define CF_OTHER "QXZKWJ75C52F839W"
#define COMPANY  "12345670017"

struct stage {
	char dir[32];
	char sock[48];
	struct fake *fake;
};

/* The directory, and a fake pind in it. exit(1) on failure: nothing can be tested then. */
void stage_open(struct stage *st);
void stage_close(struct stage *st);

/*
 * Write service file name. In text "@" stands for the module, its socket and its listener's uid,
 * "$" for the module alone.
 */
void stage_service(const struct stage *st, const char *name, const char *text);

/* The same, for "required @ options" in all four groups. */
void stage_plain(const struct stage *st, const char *name, const char *options);

enum stage_call { DO_AUTH, DO_ACCT, DO_CHANGE, DO_SETCRED, DO_OPEN, DO_CLOSE };

struct actor {
	const char *answers[8]; /* to the prompts, in order; NULL: a response without a text */
	size_t n_answers;       /* the last one is given again and again; none: "" */
	char *(*think)(struct actor *a, const char *prompt); /* instead of them, if set */
	int code;      /* what the conversation returns for a prompt */
	int tell_code; /* and for a text */
	bool litter;   /* leave a response behind even when the code is an error */
	unsigned int asked, told;
	size_t used;
	char heard[4096]; /* "off:PIN: |info:...|", as it happened */
};

/* A handle on service for user, whose conversation is a. Fails the test if there is none. */
pam_handle_t *stage_start(const struct stage *st, const char *service, const char *user,
			  struct actor *a);

int stage_do(pam_handle_t *pamh, enum stage_call what, int flags);

/* One call on a handle of its own. */
int stage_once(const struct stage *st, const char *service, const char *user, enum stage_call what,
	       int flags, struct actor *a);

/* Forget what an actor heard so far. */
void stage_hush(struct actor *a);

/* Log CF in with an expired PIN, a's first answer: the handle then holds a grant of 0x5a bytes. */
pam_handle_t *stage_granted(const struct stage *st, const char *service, struct actor *a);

/*
 * For a program that needs one stage: cmocka's set up and tear down of it, with a service "plain";
 * what pind is to answer there; and one call by CF with the PIN that FAKE_ORACLE takes for right.
 */
extern struct stage stage;
int stage_up(void **state);
int stage_down(void **state);
void stage_script(const struct fake_step *steps, size_t n);
int stage_try(const char *service, enum stage_call what);

/* What was logged since the last stage_forget(). */
const char *stage_log(void);
void stage_forget(void);

#endif
