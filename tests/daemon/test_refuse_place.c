/* SPDX-License-Identifier: BSD-2-Clause */
/* test_refuse_place.c - pind with a wrong store, directory, user namespace or socket. */
#include <lmdb.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "refusal.h"

#define OTHER_UID 64321

static char clock_key[32] = "clock";

/* Change one byte of the clock's row, the first that pind reads: 0-7 its revision, 8 its format, then the seal. */
static void flip_byte(size_t at)
{
	MDB_env *env;
	MDB_txn *txn;
	MDB_cursor *cur;
	MDB_val key = { sizeof(clock_key), clock_key }, val;
	MDB_dbi dbi;
	uint8_t bytes[1100];

	assert_int_equal(mdb_env_create(&env), 0);
	assert_int_equal(mdb_env_set_maxdbs(env, 4), 0);
	assert_int_equal(mdb_env_open(env, rig.state, 0, 0600), 0);
	assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
	assert_int_equal(mdb_dbi_open(txn, "meta", 0, &dbi), 0);
	assert_int_equal(mdb_cursor_open(txn, dbi, &cur), 0);
	assert_int_equal(mdb_cursor_get(cur, &key, &val, MDB_SET_KEY), 0);
	assert_in_range(val.mv_size, at + 1, sizeof(bytes));
	memcpy(bytes, val.mv_data, val.mv_size);
	bytes[at] ^= 2;
	val.mv_data = bytes;
	assert_int_equal(mdb_cursor_put(cur, &key, &val, MDB_CURRENT), 0);
	mdb_cursor_close(cur);
	assert_int_equal(mdb_txn_commit(txn), 0);
	mdb_env_close(env);
}

static void other_format(void)
{
	flip_byte(8);
}

static void changed_row(void)
{
	flip_byte(9);
}

static void moved_row(void)
{
	flip_byte(0);
}

static void not_a_store(void)
{
	char path[96], noise[16384];

	memset(noise, 'x', sizeof(noise));
	snprintf(path, sizeof(path), "%s/data.mdb", rig.state);
	rig_write(path, noise, sizeof(noise));
}

static void empty_store(void)
{
	char path[96];

	snprintf(path, sizeof(path), "%s/data.mdb", rig.state);
	assert_int_equal(truncate(path, 0), 0);
}

/* LMDB's, but not pind's: a main database with a name of somebody else's, or with none at all. */
static void foreign_store(const char *name)
{
	char path[96];
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi;

	snprintf(path, sizeof(path), "%s/data.mdb", rig.state);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mdb_env_create(&env), 0);
	assert_int_equal(mdb_env_set_maxdbs(env, 4), 0);
	assert_int_equal(mdb_env_open(env, rig.state, 0, 0600), 0);
	assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
	if (name != NULL)
		assert_int_equal(mdb_dbi_open(txn, name, MDB_CREATE, &dbi), 0);
	assert_int_equal(mdb_txn_commit(txn), 0);
	mdb_env_close(env);
}

static void store_of_others(void)
{
	foreign_store("mail");
}

static void store_of_some_tables(void)
{
	foreign_store("pin");
}

static void store_without_tables(void)
{
	foreign_store(NULL);
}

static void cut_store(void)
{
	char path[96];

	snprintf(path, sizeof(path), "%s/data.mdb", rig.state);
	assert_int_equal(truncate(path, 8192), 0); /* the two pages that tell where all else is */
}

static void state_is_file(void)
{
	snprintf(rig.state, sizeof(rig.state), "%s", rig.key);
}

static void no_parent(void)
{
	snprintf(rig.state, sizeof(rig.state), "%s/none/state", rig.dir);
}

static void become_other(void)
{
	if (setresgid(OTHER_UID, OTHER_UID, OTHER_UID) != 0 ||
	    setresuid(OTHER_UID, OTHER_UID, OTHER_UID) != 0)
		_exit(125);
}

static void others_directory(void)
{
	refusal_need_root();
	assert_int_equal(chmod(rig.state, 0755), 0);
	assert_int_equal(chown(rig.key, OTHER_UID, OTHER_UID), 0);
	rig.before_exec = become_other;
}

static void others_files(void)
{
	refusal_need_root();
	assert_int_equal(chown(rig.state, OTHER_UID, OTHER_UID), 0);
	assert_int_equal(chown(rig.key, OTHER_UID, OTHER_UID), 0);
	rig.before_exec = become_other;
}

static void mount_read_only(void)
{
	if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount(rig.state, rig.state, NULL, MS_BIND, NULL) != 0 ||
	    mount(NULL, rig.state, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL) != 0)
		_exit(125);
}

static void read_only(void)
{
	if (!refusal_can(mount_read_only))
		rig_skip("may not mount");
	rig.before_exec = mount_read_only;
}

static void enter_user_namespace(void)
{
	if (unshare(CLONE_NEWUSER) != 0)
		_exit(125);
}

static void hidden_uids(void)
{
	if (!refusal_can(enter_user_namespace))
		rig_skip("may not make a user namespace");
	rig.before_exec = enter_user_namespace;
}

/* ---- sockets ---- */

static const char *fd_name;
static int fd_type;

static void pass_socket(void)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX }; /* autobind: an abstract name */
	int fd = socket(AF_UNIX, fd_type, 0);
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("LISTEN_PID", pid, 1);
	setenv("LISTEN_FDS", "1", 1);
	setenv("LISTEN_FDNAMES", fd_name, 1);
	if (bind(fd, (struct sockaddr *)&sa, sizeof(sa.sun_family)) != 0 ||
	    (fd_type != SOCK_DGRAM && listen(fd, 1) != 0) || (fd != 3 && dup2(fd, 3) < 0))
		_exit(125);
}

static void pass(const char *name, int type)
{
	fd_name = name;
	fd_type = type;
	rig.before_exec = pass_socket;
}

static void unknown_name(void)
{
	pass("postman", SOCK_SEQPACKET);
}

static void stream_socket(void)
{
	pass("auth", SOCK_STREAM);
}

static void datagram_socket(void)
{
	pass("admin", SOCK_DGRAM);
}

static void same_state(void)
{
	refusal_start_other();
	snprintf(rig.run, sizeof(rig.run), "%s/run2", rig.dir);
}

static void same_sockets(void)
{
	refusal_start_other();
	snprintf(rig.state, sizeof(rig.state), "%s/state2", rig.dir);
}

static void file_at_socket(void)
{
	assert_int_equal(unlink(rig.admin), 0);
	rig_write(rig.admin, "mine\n", 5);
}

static const struct fault faults[] = {
	{ "store of another format", other_format, EXIT_IS_CONFIG,
	  "was written by another version" },
	{ "changed row", changed_row, EXIT_IS_CONFIG, "the key does not open the store" },
	{ "moved row", moved_row, EXIT_IS_CONFIG, "the key does not open the store" },
	{ "not a store", not_a_store, EXIT_IS_FAILURE, "damaged or not a store" },
	{ "empty file for a store", empty_store, EXIT_IS_FAILURE, "damaged or not a store" },
	{ "somebody else's LMDB", store_of_others, EXIT_IS_FAILURE, "damaged or not a store" },
	{ "store with a table missing", store_of_some_tables, EXIT_IS_FAILURE,
	  "damaged or not a store" },
	{ "store without tables", store_without_tables, EXIT_IS_FAILURE, "damaged or not a store" },
	{ "cut store", cut_store, EXIT_IS_FAILURE, "files were cut short" },
	{ "state is a file", state_is_file, EXIT_IS_FAILURE, "Not a directory" },
	{ "no parent directory", no_parent, EXIT_IS_FAILURE, "cannot make" },
	{ "directory of another user", others_directory, EXIT_IS_FAILURE,
	  "pind.lock: Permission denied" },
	{ "files of another user", others_files, EXIT_IS_FAILURE, "Permission denied" },
	{ "read-only file system", read_only, EXIT_IS_FAILURE, "Read-only file system" },
	{ "hidden uids", hidden_uids, EXIT_IS_FAILURE,
	  "this user namespace hides who callers are" },
	{ "socket of an unknown name", unknown_name, EXIT_IS_FAILURE, "a socket named 'postman'" },
	{ "stream socket", stream_socket, EXIT_IS_FAILURE, "use ListenSequentialPacket=" },
	{ "datagram socket", datagram_socket, EXIT_IS_FAILURE, "use ListenSequentialPacket=" },
	{ "another pind on the store", same_state, EXIT_IS_FAILURE, "another pind works on" },
	{ "another pind on the sockets", same_sockets, EXIT_IS_FAILURE,
	  "auth.sock: Address already in use" },
	{ "a file where a socket should be", file_at_socket, EXIT_IS_FAILURE,
	  "admin.sock: Address already in use" },
};

int main(void)
{
	return refusal_run(faults, sizeof(faults) / sizeof(*faults));
}
