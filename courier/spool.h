/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spool.h - letters that wait for an operator to print them: files letter-SERIAL.pdf, mode 0600, in
 * a folder that nobody else may look into. Only used when there is no print command.
 */
#ifndef SPOOL_H
#define SPOOL_H

#include <stddef.h>
#include <stdint.h>

#include "say.h"

/*
 * Open the folder (made, 0700, if it is not there; its parent must be) and destroy what a crash left
 * half written. A descriptor; or -errno after one line, also when others may look into it.
 */
int spool_open(const char *dir);

/*
 * Write the letter of an order to the disk. An earlier letter of the same order, whose half
 * counts no more, is destroyed. 0, or TROUBLE.
 */
int spool_put(int spool, uint64_t serial, const void *bytes, size_t len, struct trouble *t);

/*
 * Overwrite and remove a letter, named with or without dir. 0, or -errno after one line. (What
 * a file system with copies or a worn disk keeps of it is beyond this: use encrypted disks.)
 */
int spool_destroy(int spool, const char *dir, const char *name);

#endif
