/* SPDX-License-Identifier: BSD-2-Clause */
/* sub.h - families of commands, as "request new": which one is meant, and what they share. */
#ifndef SUB_H
#define SUB_H

#include <stddef.h>
#include <stdint.h>

#include "number.h"
#include "paper.h"
#include "pinctl.h"
#include "token.h"

struct sub {
	const char *name;
	size_t words_min, words_max; /* its name included */
	uint64_t takes;              /* SUB_TAKES() of its options */
	int (*run)(const struct args *a);
};

#define SUB_TAKES(option) (UINT64_C(1) << ((option) - OPT_SOCKET))

/* Run the one that word[0] names. The exit status, after one line if not 0. */
int sub_run(const struct args *a, const char *family, const struct sub *subs, size_t n,
	    const struct argp_option *options);

/* What a verdict means here, where its own text would mislead. Lists end with text NULL. */
struct sub_words {
	unsigned int verdict;
	const char *text;
};

/* LIVE is a PIN, or the pratica that will be one. */
#define SUB_LIVE   "there is a PIN, or a request for one: see 'pinctl status', 'pinctl request list'"
#define SUB_NO_PIN { V_UNKNOWN, "no PIN on record: is it the right codice fiscale?" }

/* Ask for one thing. 0 and *rep; or the exit status after one line. */
int sub_ask(const struct args *a, struct wire_msg *req, enum wire_type want, struct wire_msg *rep,
	    const struct sub_words *words);

/* Ask for something to be done; done is what people read then. The exit status. */
int sub_do(const struct args *a, struct wire_msg *req, const char *done,
	   const struct sub_words *words);

/* What is typed, checked. 0, or EXIT_ARGS after one line. */
int sub_cf(char out[static CF_LEN + 1], const char *text); /* anybody's, companies too */
int sub_number(char out[static NUMBER_LEN + 1], const char *text);
int sub_count(uint64_t *out, const char *text, const char *option);
int sub_token(uint8_t hash[static TOKEN_HASH_LEN], const char *text); /* "-": from standard input */
int sub_reason(char *out, size_t max, const struct args *a, const char *command);

#endif
