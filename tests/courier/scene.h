/* SPDX-License-Identifier: BSD-2-Clause */
/* scene.h - for the tests of pin-courier: a folder, a pind that says what it is told, programs. */
#ifndef SCENE_H
#define SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <cmocka.h>

#include "../module/fake.h"

#define CF     "RSSMRA85T10A562S"
#define NUMBER "2026-0000123-M"
#define GOOD_S 1800000000 /* 15 January 2027 */

#define TEXT_MAX (256 << 10)

extern struct scene {
	char dir[64];
	struct fake *pind;   /* NULL: nobody listens */
	pid_t pid;           /* of the courier */
	char text[TEXT_MAX]; /* of the file read last */
	char err[8192];      /* what the courier wrote, after scene_end() */
} scene;

/* Set up and tear down, for cmocka: the folder with courier.conf, and the pind. */
int scene_open(void **state);
int scene_close(void **state);

/* The path of a name in the folder; good for the next three calls. */
const char *scene_path(const char *name);

/* Write a file of that name; mode 0755 when its text begins with #!. */
void scene_write(const char *name, const char *text);

/* Read a file of that name into scene.text, NUL added; its length, -1: there is none. */
ssize_t scene_read(const char *name);

/* courier.conf with these lines in [electronic] and in [post]. */
void scene_conf(const char *electronic, const char *post);

/* What pind says, in order; the last for ever. */
void scene_script(const struct fake_step *steps, size_t n);
struct fake_step scene_order(unsigned int kind, bool by_sms); /* electronic */
struct fake_step scene_letter(void);                          /* post */

/* Start the courier of a channel on the folder's courier.conf; more: another option, or NULL. */
void scene_start(const char *program, const char *channel, const char *more);
int scene_end(void);                                 /* its exit status; 128 + a signal */
int scene_run(const char *channel, const char *more); /* both, with the sanitized one */

/* A program's whole output into scene.text, through a shell: the test's own tools. */
void scene_shell(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The half in scene.text, "AB12-CD34" or any eight symbols so grouped; half gets AB12CD34. */
void scene_half(char half[static 9]);

#endif
