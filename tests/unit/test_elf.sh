#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_elf.sh - how pind and pinctl were linked: what an exploit would like to find is not there.
# Environment: PIND_RELEASE, PINCTL_RELEASE: the programs as installed (default: in B).
set -u
cd "$(dirname "$0")/../.." || exit 1

B=${B:-build}
n=0

# name command...: one test, that the command succeeds; else what it said.
check() {
	name=$1
	shift
	n=$((n + 1))
	if why=$("$@" 2>&1); then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		printf '%s\n' "$why" | head -n 20 | sed 's/^/# /'
	fi
}

dynamic() { # pattern
	readelf -dW "$program" | grep -E "$1" || { readelf -dW "$program" && false; }
}

no_dynamic() { # pattern
	! readelf -dW "$program" | grep -E "$1"
}

is_pie() {
	readelf -hW "$program" | grep -E 'Type: +DYN' && dynamic 'FLAGS_1.*PIE'
}

is_relro() {
	readelf -lW "$program" | grep -q GNU_RELRO && dynamic 'FLAGS_1.*NOW' &&
		dynamic '\(FLAGS\).*BIND_NOW'
}

# No segment can be written and run; the stack is named and cannot be run.
is_nx() {
	readelf -lW "$program" | grep -E 'GNU_STACK.* RW ' &&
		! readelf -lW "$program" | grep -E ' (RWE|WE) '
}

imports() { # pattern
	nm -D --undefined-only "$program" | grep -E "$1" || { nm -D "$program" && false; }
}

# Programs export nothing of their own; pind has its own mmap() for Argon2 (arena.h).
exports_nothing() {
	! nm -D --defined-only "$program" | grep -vE ' (stdout|stdin|stderr|environ|optind|optarg|program_invocation_.*|argp_program_version|argp_program_bug_address|argp_err_exit_status|mmap|munmap|_IO_stdin_used|__.*)(@.*)?$'
}

# "LIBRARY...": no others.
needs_only() {
	for lib in $(readelf -dW "$program" | sed -n 's/.*(NEEDED).*\[\(.*\)\.so.*\].*/\1/p'); do
		case " $* " in
		*" $lib "*) ;;
		*) echo "needs $lib" && return 1 ;;
		esac
	done
}

# Not even dead: no function that starts programs or opens a network.
starts_nothing() {
	! nm -D --undefined-only "$program" | grep -E ' (exec[lv].*|fexecve|posix_spawnp?|system|popen|v?fork|getaddrinfo|gethostby.*|dlopen)(@|$)'
}

both() { # name libraries...
	whose=$1
	shift
	check "$whose: can be loaded anywhere" is_pie
	check "$whose: tables of pointers are read-only" is_relro
	check "$whose: no page is both writable and executable" is_nx
	check "$whose: no search path, no relocated code" no_dynamic 'RPATH|RUNPATH|TEXTREL'
	check "$whose: stacks are protected" imports ' __stack_chk_fail'
	check "$whose: fortified calls" imports ' __(snprintf|memcpy|vsnprintf|read)_chk'
	check "$whose: exports nothing" exports_nothing
	check "$whose: needs these libraries only" needs_only "$@"
	check "$whose: starts no programs" starts_nothing
}

program=${PIND_RELEASE:-$B/pind}
both pind libm liblmdb libsodium libsystemd libinih libseccomp libc
program=${PINCTL_RELEASE:-$B/pinctl}
both pinctl libsodium libsmartcols libjansson libc
echo "1..$n"
