/* SPDX-License-Identifier: BSD-2-Clause */
/* sandbox.c - see sandbox.h. */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
/* The sanitizers' own calls are not ours to list, and LeakSanitizer traces its process. */
#define KILL     SCMP_ACT_LOG
#define DUMPABLE 1
#define SEEN     "/proc" /* LeakSanitizer counts the threads there */
#else
#define KILL     SCMP_ACT_KILL_PROCESS
#define DUMPABLE 0
#define SEEN     NULL
#endif

#define READ_PATHS  (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define STATE_PATHS (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE)
#define ALL_PATHS   ((LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1) /* every right of the first ABI */

int sandbox_process(void)
{
	const struct rlimit none = { 0, 0 };

	if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, DUMPABLE, 0, 0, 0) != 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return -errno;
	return 0;
}

static int allow_path(int ruleset, const char *dir, uint64_t access)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = access };
	int r = 0;

	rule.parent_fd = open(dir, O_PATH | O_CLOEXEC | O_DIRECTORY);
	if (rule.parent_fd < 0)
		return -errno;
	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
		r = -errno;
	close(rule.parent_fd);
	return r;
}

int sandbox_paths(const char *state_dir, const char *conf_dir, bool *enforced)
{
	struct landlock_ruleset_attr attr = { .handled_access_fs = ALL_PATHS };
	int r, ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);

	*enforced = ruleset >= 0;
	if (ruleset < 0) /* EPERM: a container's own filter keeps Landlock from us */
		return errno == ENOSYS || errno == EOPNOTSUPP || errno == EPERM ? 0 : -errno;
	r = allow_path(ruleset, state_dir, STATE_PATHS);
	if (r == 0)
		r = allow_path(ruleset, conf_dir, READ_PATHS);
	if (r == 0 && SEEN != NULL)
		r = allow_path(ruleset, SEEN, READ_PATHS);
	if (r == 0 && syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
		r = -errno;
	close(ruleset);
	return r;
}

/* Calls that are always fine. */
static const int calls[] = {
	SCMP_SYS(accept4), SCMP_SYS(brk), SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep),
	SCMP_SYS(close), SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_pwait2), SCMP_SYS(epoll_wait),
	SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(fdatasync), SCMP_SYS(fstat), SCMP_SYS(fsync),
	SCMP_SYS(ftruncate), SCMP_SYS(futex), SCMP_SYS(getdents64), SCMP_SYS(getegid),
	SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getpid), SCMP_SYS(getrandom),
	SCMP_SYS(getsockopt), SCMP_SYS(gettid), SCMP_SYS(getuid), SCMP_SYS(lseek), SCMP_SYS(madvise), SCMP_SYS(mremap), SCMP_SYS(munlock),
	SCMP_SYS(munmap), SCMP_SYS(newfstatat), SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(pread64),
	SCMP_SYS(pwrite64), SCMP_SYS(pwritev), SCMP_SYS(read), SCMP_SYS(recvfrom),
	SCMP_SYS(restart_syscall), SCMP_SYS(rseq), SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn), SCMP_SYS(sched_getaffinity), SCMP_SYS(sched_yield),
	SCMP_SYS(sendmsg), SCMP_SYS(sendto), SCMP_SYS(set_robust_list), SCMP_SYS(setsockopt),
	SCMP_SYS(signalfd4), SCMP_SYS(sysinfo), SCMP_SYS(time), SCMP_SYS(gettimeofday), SCMP_SYS(timerfd_create), SCMP_SYS(timerfd_settime),
	SCMP_SYS(uname), SCMP_SYS(write), SCMP_SYS(writev),
};

/* fcntl(F_GETFL) of fdopen(), and the spare descriptor of conn.c. */
static const int fcntls[] = { F_GETFL, F_SETFL, F_GETFD, F_SETFD, F_DUPFD_CLOEXEC, F_SETLK, F_GETLK };

/* Calls that a newer libc tries first, and does without when it is told that there are none. */
static const int absent[] = { SCMP_SYS(statx), SCMP_SYS(openat2), SCMP_SYS(faccessat2) };

static int allow_all(scmp_filter_ctx f)
{
	int r = 0;

	for (size_t i = 0; i < sizeof(absent) / sizeof(*absent) && r == 0; i++)
		r = seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), absent[i], 0);

	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls) && r == 0; i++)
		r = seccomp_rule_add(f, SCMP_ACT_ALLOW, calls[i], 0);
	for (size_t i = 0; i < sizeof(fcntls) / sizeof(*fcntls) && r == 0; i++)
		r = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1,
				     SCMP_A1(SCMP_CMP_EQ, (scmp_datum_t)fcntls[i], 0));
	return r;
}

/* Calls that are fine with these arguments only. */
static int allow_some(scmp_filter_ctx f)
{
	const scmp_datum_t writing = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND |
				     (O_TMPFILE & ~O_DIRECTORY);
	int r = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
				 SCMP_A2(SCMP_CMP_MASKED_EQ, writing, 0));

	if (r == 0) /* memory, but never code */
		r = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
				     SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (r == 0)
		r = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
				     SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (r == 0) /* sd_notify() and the journal: a datagram socket in the file system */
		r = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(socket), 2,
				     SCMP_A0(SCMP_CMP_EQ, AF_UNIX, 0),
				     SCMP_A1(SCMP_CMP_MASKED_EQ, 0xf, SOCK_DGRAM));
	return r;
}

int sandbox_calls(void)
{
	scmp_filter_ctx f = seccomp_init(KILL);
	int r;

	if (f == NULL)
		return -ENOMEM;
	r = seccomp_attr_set(f, SCMP_FLTATR_CTL_TSYNC, 1);
	if (r == 0)
		r = allow_all(f);
	if (r == 0)
		r = allow_some(f);
	if (r == 0)
		r = seccomp_load(f);
	seccomp_release(f);
	return r;
}

int sandbox_uids_are_real(void)
{
	unsigned long long inside = 1, outside = 1, count = 0;
	FILE *f = fopen("/proc/self/uid_map", "re");
	int n;

	if (f == NULL)
		return -errno;
	n = fscanf(f, "%llu %llu %llu", &inside, &outside, &count);
	fclose(f);
	return n == 3 && inside == 0 && outside == 0 && count >= 4294967295ULL;
}
