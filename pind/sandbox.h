/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sandbox.h - what a running pind may still do, on top of its unit: open its configuration to
 * read, its store's own files, and the system calls of serving. Everything else ends the process.
 */
#ifndef SANDBOX_H
#define SANDBOX_H

#include <stdbool.h>

/* No core dump, no debugger, no new privileges. First thing in main(). 0 or -errno. */
int sandbox_process(void);

/*
 * Landlock: state_dir to read and write files, conf_dir to read; no other file, ever. Call before
 * threads start; they inherit it. *enforced is false where there is no Landlock for us. 0 or -errno.
 */
int sandbox_paths(const char *state_dir, const char *conf_dir, bool *enforced);

/* seccomp, all threads: kill the process on any system call that serving does not need. 0 or -errno. */
int sandbox_calls(void);

/* Does this user namespace show uids as they are? If not, SO_PEERCRED lies. 1, 0 or -errno. */
int sandbox_uids_are_real(void);

#endif
