/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spool.h - letters that wait for an operator to print them: files letter-NUMBER.pdf, mode 0600, in
 * a folder that nobody else may look into; a pratica has one at most. Only used when there is no print command.
 */
#ifndef SPOOL_H
#define SPOOL_H

#include <stddef.h>

#include "say.h"

/*
 * Open the folder (made, 0700, if it is not there; its parent must be) and destroy what a crash left
 * half written. A descriptor; or -errno after one line, also when others may look into it.
 */
int spool_open(const char *dir);

/* Would it open? It need not be there yet. 0, or -errno after one line. */
int spool_check(const char *dir);

/*
 * Write the letter of a pratica to the disk. An earlier one, whose half counts no more, is destroyed.
 * 0, or TROUBLE.
 */
int spool_put(int spool, const char *number, const void *bytes, size_t len, struct trouble *t);

/* Destroy the letter of a pratica; it may be printed already, and not there. 0, or TROUBLE. */
int spool_void(int spool, const char *number, struct trouble *t);

/*
 * Overwrite and remove a letter, named with or without dir. 0, or -errno after one line. (What
 * a file system with copies or a worn disk keeps of it is beyond this: use encrypted disks.)
 */
int spool_destroy(int spool, const char *dir, const char *name);

#endif
