/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pinctl.h - what the commands share: the command line, the question to pind, the exit status.
 *
 * Exit status:
 *   0    done
 *   1    check-cf, registry import: at least one line is not good
 *   2    bad arguments, a file that cannot be opened, no memory: nothing has changed
 *   3    pind cannot be reached, or its answer makes no sense
 *   4    the answer could not be written; if pind has done something, the message says what to do
 *   10.. pind refused: the exit column of verdict.def
 */
#ifndef PINCTL_H
#define PINCTL_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>

#include "cf.h"
#include "wire.h"

enum { EXIT_INVALID = 1, EXIT_ARGS = 2, EXIT_PIND = 3, EXIT_OUTPUT = 4 };

enum gate { GATE_OPEN, GATE_THROTTLED, GATE_BLOCKED }; /* as RECORD carries pind's enum pin_gate */

#define WORDS_MAX 3

/* What args.c knows options by; above every character, so that none has a one-letter twin. */
enum {
	OPT_SOCKET = 256, OPT_JSON, OPT_CATEGORY, OPT_LEVEL, OPT_DOCUMENT, OPT_PRINT, OPT_REASON,
	OPT_SOURCES, OPT_PROMETHEUS,
	/* From here on texts are in args.more. */
	OPT_SUBTYPE, OPT_GESTIONE, OPT_FONTE, OPT_CHANNEL, OPT_EMAIL, OPT_PHONE, OPT_SMS,
	OPT_ENGLISH, OPT_MATRICOLA, OPT_ADDRESS, OPT_COMPANY, OPT_NAME, OPT_FAX, OPT_FILE,
	OPT_CF, OPT_DELEGATE, OPT_PROXY, OPT_STATE, OPT_UNTIL, OPT_ATOMIC, OPT_FROM, OPT_CONFIRM,
	OPT_ASK, OPT_APPROVE, OPT_REJECT, OPT_SERVICE, OPT_ISSUED_BY, OPT_REV,
	OPT_END
};

#define MORE_MAX (OPT_END - OPT_SUBTYPE)

/* One command line, read by args_read(). Texts are argv's; NULL: not given. */
struct args {
	const char *socket;
	bool json, sources, prometheus;
	const char *category, *level, *document, *print, *reason;
	const char *more[MORE_MAX]; /* of OPT_SUBTYPE and those behind it; see args_more() */
	const char *word[WORDS_MAX]; /* what is no option, in order */
	size_t words;
};

struct command {
	const char *name;
	const char *operands; /* for the usage line; a newline separates alternatives */
	size_t words_min, words_max;
	const struct argp_option *options; /* its own; NULL: none */
	int (*run)(const struct args *a);  /* returns the exit status, after one line if not 0 */
	const char *doc;
};

/* args.c: --socket and --json, good before and after the command; input is struct args. */
extern const struct argp args_common;

/* Read the command's own line (argv[0] is the command) into *a. 0, or EXIT_ARGS after one line. */
int args_read(const struct command *c, struct args *a, int argc, char **argv);

/* What was given with an option, OPT_SUBTYPE or behind it; "" if it takes nothing. NULL: not given. */
static inline const char *args_more(const struct args *a, int option)
{
	return a->more[option - OPT_SUBTYPE];
}

/* args.c: the canonical code of the person named by the text. 0, or EXIT_ARGS after one line. */
int args_person(char cf[static CF_LEN + 1], const char *text);

/* args.c: a text of 1..max bytes without control characters. 0, or EXIT_ARGS after one line. */
int args_text(char *out, size_t max, const char *text, const char *option);

/*
 * ask.c: send req and wait for a reply of type want. 0 and *rep; else an exit status after one
 * line, also when pind answers with a VERDICT instead. The caller wipes *req and *rep.
 */
int ask(const struct args *a, struct wire_msg *req, enum wire_type want, struct wire_msg *rep);

/* ask.c: the same, but VERDICT UNKNOWN is 0 and *found false: there are no more of them. */
int ask_next(const struct args *a, struct wire_msg *req, enum wire_type want, struct wire_msg *rep,
	     bool *found);

/* ask.c: send req, say the verdict; done is what people read when it is OK. The exit status. */
int ask_verdict(const struct args *a, struct wire_msg *req, const char *done);

/*
 * ask.c: send req to whom it is for. 0 and *rep, any reply; or an exit status after one line, also
 * when it is another's duty.
 */
int ask_any(const struct args *a, struct wire_msg *req, struct wire_msg *rep);

/* ask.c: is the reply of this type? 0, or an exit status after one line: the verdict that it is. */
int ask_type(const struct args *a, const struct wire_msg *req, enum wire_type want,
	     const struct wire_msg *rep);

/* ask.c: send req once, say nothing. 0 and *rep, or -errno, which ask_why() tells people. */
int ask_try(const struct args *a, struct wire_msg *req, struct wire_msg *rep);
int ask_why(const struct args *a, int err);

/* ask.c: what to do when what pind has done cannot be written; NULL: it was asked to change nothing. */
const char *ask_done(void);

extern const struct argp_option issue_options[], revoke_options[], convert_options[], change_options[],
	self_options[],
	status_options[], stats_options[], request_options[], delegation_options[],
	registry_options[], audit_options[], recover_options[];

/* status.c: what is asked for, below a judgement; nothing with --json. The exit status. */
int status_print_asked(const struct args *a, const struct wire_record *r);

/* source.c: the answer to status --sources. The exit status. */
int source_list(const struct args *a, const char *cf);

/* What failed attempts have left: any at all, and the worst gate of the owner's own places. */
struct spent {
	bool any;
	enum gate known;
};

/* source.c: the same for people, below a record; nothing if nothing is spent. The exit status. */
int source_show_spent(const struct args *a, const char *cf, struct spent *spent);

int cmd_issue(const struct args *a);
int cmd_status(const struct args *a);
int cmd_revoke(const struct args *a);
int cmd_unlock(const struct args *a);
int cmd_convert(const struct args *a);
int cmd_self(const struct args *a);
int cmd_cf_change(const struct args *a);
int cmd_remind(const struct args *a);
int cmd_recover(const struct args *a);
int cmd_request(const struct args *a);
int cmd_delegation(const struct args *a);
int cmd_registry(const struct args *a);
int cmd_audit(const struct args *a);
int cmd_service(const struct args *a);
int cmd_ping(const struct args *a);
int cmd_stats(const struct args *a);
int cmd_check_cf(const struct args *a);

#endif
