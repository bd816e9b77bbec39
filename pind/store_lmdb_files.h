/* SPDX-License-Identifier: BSD-2-Clause */
/* store_lmdb_files.h - the files of store_lmdb.c: open those there are, or make a new store. */
#ifndef STORE_LMDB_FILES_H
#define STORE_LMDB_FILES_H

#include <lmdb.h>

#include "store.h"

/*
 * Open the store in the directory where, with room bytes of address space at first; if there is no
 * data.mdb, make one. 0, an errno, or a code of LMDB's (MDB_NOTFOUND, MDB_INVALID: not ours). *env,
 * unless NULL, is the caller's to close, also after an error. One process at a time may make one.
 */
int lmdb_files_open(MDB_env **env, MDB_dbi tables[static STORE_TABLES], const char *where,
		     size_t room);

#endif
