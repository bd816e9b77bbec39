/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sandbox_probe.c - goes into pind's sandbox and tries one thing there. Not sanitized: the sandbox
 * of a sanitized program does not kill. Used by test_sandbox.c.
 * usage: sandbox_probe call NAME | thread | paths STATE_DIR CONF_DIR | process
 * Exits with 0 when all is as it should be ("call": when the call was made and the process lives),
 * 77 when this kernel has no Landlock, else the number of the line that was wrong, modulo 250, + 1.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../pind/sandbox.h"

#ifndef SYS_open
#define SYS_open 9998 /* this machine has only openat() */
#endif

#define NEED(x) ((x) ? (void)0 : _exit(__LINE__ % 250 + 1))

static int opened(int flags)
{
	return openat(AT_FDCWD, "/dev/null", flags | O_CLOEXEC, 0600);
}

static void *mapped(int prot)
{
	return mmap(NULL, 4096, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

/* What serving does. */
static void try_allowed(void)
{
	char buf[16];
	void *p = malloc(1 << 20);

	NEED(p != NULL && opened(O_RDONLY) >= 0 && mapped(PROT_READ | PROT_WRITE) != MAP_FAILED);
	NEED(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) >= 0);
	NEED(getrandom(buf, sizeof(buf), 0) == sizeof(buf) && time(NULL) > 0 && geteuid() != 12345);
	NEED(write(STDOUT_FILENO, "", 0) == 0);
	NEED(syscall(SYS_openat2, AT_FDCWD, "/dev/null", NULL, 0) == -1 && errno == ENOSYS);
	free(p);
}

#define TRY(name, what)                                                                            \
	static void try_##name(void)                                                               \
	{                                                                                          \
		(void)!(what);                                                                     \
	}

TRY(open_write, opened(O_WRONLY) >= 0)
TRY(open_both, opened(O_RDWR) >= 0)
TRY(open_create, opened(O_RDONLY | O_CREAT) >= 0)
TRY(open_truncate, opened(O_RDONLY | O_TRUNC) >= 0)
TRY(open_tmpfile, openat(AT_FDCWD, "/tmp", O_TMPFILE | O_WRONLY, 0600) >= 0)
TRY(open_old, syscall(SYS_open, "/dev/null", O_RDONLY) >= 0)
TRY(inet, socket(AF_INET, SOCK_DGRAM, 0) >= 0)
TRY(inet6, socket(AF_INET6, SOCK_STREAM, 0) >= 0)
TRY(netlink, socket(AF_NETLINK, SOCK_RAW, 0) >= 0)
TRY(unix_stream, socket(AF_UNIX, SOCK_STREAM, 0) >= 0)
TRY(unix_packet, socket(AF_UNIX, SOCK_SEQPACKET, 0) >= 0)
TRY(execve, execl("/bin/true", "true", (char *)NULL))
TRY(execveat, syscall(SYS_execveat, AT_FDCWD, "/bin/true", NULL, NULL, 0))
TRY(fork, fork() >= 0)
TRY(ptrace, ptrace(PTRACE_TRACEME, 0, NULL, NULL))
TRY(map_code, mapped(PROT_READ | PROT_EXEC) != MAP_FAILED)
TRY(protect_code, mprotect(mapped(PROT_READ | PROT_WRITE), 4096, PROT_READ | PROT_EXEC))
TRY(kill, kill(getppid(), 0))
TRY(unlink, unlink("/nonexistent"))
TRY(rename, rename("/nonexistent", "/nonexistent2"))
TRY(mkdir, mkdir("/nonexistent/x", 0700))
TRY(link, symlink("/nonexistent", "/nonexistent/x"))
TRY(chmod, chmod("/nonexistent", 0700))
TRY(setuid, setuid(0))
TRY(prctl, prctl(PR_SET_DUMPABLE, 1, 0, 0, 0))
TRY(limits, setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 }))
TRY(memory_of_others, syscall(SYS_process_vm_readv, 1, NULL, 0, NULL, 0, 0))
TRY(memfd, memfd_create("x", 0))
TRY(io_uring, syscall(SYS_io_uring_setup, 1, NULL))
TRY(bpf, syscall(SYS_bpf, 0, NULL, 0))
TRY(keyctl, syscall(SYS_keyctl, 0, 0))
TRY(unshare, unshare(0))
TRY(mount, syscall(SYS_mount, NULL, NULL, NULL, 0, NULL))
TRY(ioctl, syscall(SYS_ioctl, 0, 0x5412, "x"))
TRY(set_owner, fcntl(0, F_SETOWN, 1))
TRY(no_such_call, syscall(9999))

static const struct trial {
	const char *name;
	void (*run)(void);
} trials[] = {
#define T(name) { #name, try_##name }
	T(allowed), T(open_write), T(open_both), T(open_create), T(open_truncate), T(open_tmpfile),
	T(open_old), T(inet), T(inet6), T(netlink), T(unix_stream), T(unix_packet),
	T(execve), T(execveat), T(fork), T(ptrace), T(map_code), T(protect_code), T(kill), T(unlink),
	T(rename), T(mkdir), T(link), T(chmod), T(setuid), T(prctl), T(limits), T(memory_of_others),
	T(memfd), T(io_uring), T(bpf), T(keyctl), T(unshare), T(mount), T(ioctl), T(set_owner),
	T(no_such_call),
};

#define N (sizeof(trials) / sizeof(*trials))

static int probe_call(const char *name)
{
	for (size_t i = 0; i < N; i++)
		if (strcmp(trials[i].name, name) == 0) {
			NEED(sandbox_process() == 0 && sandbox_calls() == 0);
			trials[i].run();
			return 0;
		}
	return 2;
}

/* A thread that was there before is in the sandbox too. */
static void *wait_and_fork(void *door)
{
	char c;

	NEED(read(*(int *)door, &c, 1) == 1);
	(void)!fork();
	return NULL;
}

static int probe_thread(void)
{
	pthread_t t;
	int fds[2];

	NEED(pipe(fds) == 0 && pthread_create(&t, NULL, wait_and_fork, &fds[0]) == 0);
	NEED(sandbox_process() == 0 && sandbox_calls() == 0);
	NEED(write(fds[1], "", 1) == 1);
	pthread_join(t, NULL);
	return 0;
}

/* errno of opening dir/name, or 0. */
static int open_at(const char *dir, const char *name, int flags)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, flags | O_CLOEXEC, 0600);
	return fd >= 0 ? close(fd) : errno;
}

/* Both directories hold a file "f"; conf_dir also a link to /etc/passwd. */
static int probe_paths(const char *state_dir, const char *conf_dir)
{
	char path[256];
	bool enforced;

	NEED(sandbox_process() == 0 && sandbox_paths(state_dir, conf_dir, &enforced) == 0);
	if (!enforced)
		return 77;
	NEED(open_at(conf_dir, "f", O_RDONLY) == 0);
	NEED(open_at(conf_dir, "f", O_WRONLY) == EACCES);
	NEED(open_at(conf_dir, "new", O_WRONLY | O_CREAT) == EACCES);
	NEED(open_at(conf_dir, ".", O_RDONLY | O_DIRECTORY) == 0);
	NEED(open_at(conf_dir, "link", O_RDONLY) == EACCES);
	NEED(open_at(state_dir, "f", O_RDWR) == 0);
	NEED(open_at(state_dir, "new", O_WRONLY | O_CREAT) == EACCES);
	NEED(open_at(state_dir, "..", O_RDONLY | O_DIRECTORY) == EACCES);
	NEED(open_at("/etc", "passwd", O_RDONLY) == EACCES);
	NEED(open_at("/dev", "null", O_RDWR) == EACCES);
	NEED(open_at("/", ".", O_RDONLY | O_DIRECTORY) == EACCES);
	snprintf(path, sizeof(path), "%s/f", state_dir);
	NEED(unlink(path) == -1 && errno == EACCES);
	NEED(mkdir(strcat(path, "x"), 0700) == -1 && errno == EACCES);
	NEED(execl("/bin/true", "true", (char *)NULL) == -1 && errno == EACCES);
	return 0;
}

static int probe_process(void)
{
	struct rlimit l = { 1, 1 };

	NEED(sandbox_process() == 0);
	NEED(getrlimit(RLIMIT_CORE, &l) == 0 && l.rlim_cur == 0 && l.rlim_max == 0);
	NEED(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0);
	NEED(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "call") == 0)
		return probe_call(argv[2]);
	if (argc == 4 && strcmp(argv[1], "paths") == 0)
		return probe_paths(argv[2], argv[3]);
	if (argc == 2 && strcmp(argv[1], "thread") == 0)
		return probe_thread();
	if (argc == 2 && strcmp(argv[1], "process") == 0)
		return probe_process();
	return 2;
}
