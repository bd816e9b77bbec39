/* SPDX-License-Identifier: BSD-2-Clause */
/* rig.h - for the tests of pind: a real one on a directory of its own, and questions to it. */
#ifndef RIG_H
#define RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <cmocka.h>

#include "verdict.h"
#include "wire.h"

#define RIG_PIN   "ABCD2345EFGH6789" /* the initial PIN of everybody */
#define RIG_WRONG "ZZZZ9999"         /* nobody's PIN */
#define RIG_SERVICE "test"

/* The cheapest hashes that pind takes. A test's own settings go behind it. */
#define RIG_CONF "[hash]\nmemory_kib = 19456\npasses = 2\n"

extern struct rig {
	char dir[48];                 /* of all below; removed at the end */
	char state[64], run[64], etc[64], key[64], log[64];
	char conf[80], auth[80], admin[80], courier[80];
	const char *program;          /* $PIND; a test may put $PIND_RELEASE here */
	const char *const *wrap;      /* words in front of it, or NULL */
	const char *const *args;      /* instead of all the usual options, or NULL */
	void (*before_exec)(void);    /* called in the child, or NULL */
	pid_t pid;                    /* 0: does not run */
} rig;

/* cmocka's set up and tear down: directories, key and a configuration of RIG_CONF; nothing runs. */
int rig_open(void **state);
int rig_close(void **state);

/* Skip this test, saying why. */
void rig_skip(const char *why) __attribute__((noreturn));

/* Write a file: the root key, pind.conf, services.d/NAME.conf (text NULL: remove it), anything. */
void rig_key(const void *bytes, size_t len);
void rig_conf(const char *text);
void rig_service(const char *name, const char *text);
void rig_write(const char *path, const void *bytes, size_t len);

/* Run pind; rig_start also waits until it answers. */
void rig_spawn(void);
void rig_start(void);

/* End it: SIGKILL (it must have been alive), or SIGTERM and the status it exits with. */
void rig_kill(void);
int rig_stop(void);

/* Wait until it ends by itself: its exit status, or 128 + the signal. Kills it after 20 s: 999. */
int rig_wait(void);

/* rig_kill and rig_start. */
void rig_restart(void);

/* Is it the same process still? */
bool rig_alive(void);

/* A line of /proc/PID/status in KiB, "VmRSS" or "VmHWM", its descriptors, its CPU time. */
unsigned long rig_kib(const char *what);
unsigned int rig_files(void);
void rig_expect_files(unsigned int want); /* in the end */
double rig_cpu_s(void);

/*
 * Sockets as systemd makes them: listen at path with a file of this mode, and (in before_exec) hand
 * n of them, at most 4, over by their names, "auth:admin".
 */
int rig_listen(const char *path, mode_t mode);
void rig_pass(const int *fds, int n, const char *names);

/* May strace trace here? */
bool rig_can_trace(void);

/*
 * What pind said since the directory was made, good until the next call; how often it said text;
 * wait for the nth time.
 */
const char *rig_log(void);
unsigned int rig_said(const char *text);
void rig_say_wait(const char *text, unsigned int n);

/*
 * Ask by the socket that has the verb. The code of a VERDICT, 0 for another reply, or -errno.
 * Thread-safe; *rep is the caller's.
 */
int rig_ask(struct wire_msg *req, struct wire_msg *rep);

/* One packet by the socket at path, as it is. Length of the answer, 0: none came, or -errno. */
ssize_t rig_raw(const char *path, const void *bytes, size_t len, uint8_t answer[static WIRE_MAX]);

/* The same by somebody else, for a test that runs as root: uid, gid and one more group. */
struct rig_caller {
	uid_t uid;
	gid_t gid, also;
};
ssize_t rig_raw_as(const struct rig_caller *who, const char *path, const void *bytes, size_t len,
		   uint8_t answer[static WIRE_MAX]);

/* rig_ask, by somebody else. The socket is the one that is named. */
int rig_ask_as(const struct rig_caller *who, const char *path, struct wire_msg *req,
	       struct wire_msg *rep);

/* A connection to the socket at path: the descriptor or -errno. */
int rig_connect(const char *path);

/* The codice fiscale of the synthetic person number i, 0..9999. Returns cf. */
const char *rig_cf(char cf[static 17], unsigned int i);

/* Shorthands; the code of the answer or -errno. */
int rig_issue(const char *cf);                  /* RIG_PIN, semplice, lavoratore */
int rig_try(const char *cf, const char *pin);   /* AUTHENTICATE at RIG_SERVICE */
int rig_about(enum wire_type type, const char *cf); /* STATUS, REVOKE, UNLOCK */
int rig_status(const char *cf, struct wire_record *rec);

/* The wrong PIN number i, 0..9999, of 8 symbols: each is another attempt. Returns pin. */
const char *rig_wrong(char pin[static 17], unsigned int i);

/* AUTHENTICATE with wrong PIN number i, as if asked by service. */
int rig_guess(const char *cf, const char *service, unsigned int i);

/* Attempts charged to somebody since the last right PIN: to strangers, and to all known sources. */
unsigned int rig_spent(const char *cf);

/* A figure of pind by its name, with labels; 0 if it has none such. */
uint64_t rig_figure(const char *name);

/* The whole first login or renewal by the old PIN: V_OK and the new PIN, or what was answered. */
int rig_renew(const char *cf, const char *old, char pin[static 17]);

/* Fill a message. */
struct wire_msg rig_authenticate(const char *cf, const char *pin);
struct wire_msg rig_authorize(const char *cf);
struct wire_msg rig_renew_open(const char *cf, const char *old);
struct wire_msg rig_renew_commit(const char *cf, const char *old, const struct wire_renewal *r);
struct wire_msg rig_issue_of(const char *cf);

#endif
