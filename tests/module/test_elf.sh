#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_elf.sh - what the installed module is made of: symbols, libraries, data, stack, flags.
# Environment: B, the build directory (default build), with pam_inpspin.so and its objects in it.
set -u
cd "$(dirname "$0")/../.." || exit 1
B=${B:-build}
so=${MODULE_RELEASE:-$B/pam_inpspin.so}
src='pam_inpspin/*.[ch] pam_inpspin/*.def'
n=0
failed=0

check() { # name, what is wrong ("" if nothing)
	n=$((n + 1))
	if [ -z "$2" ]; then
		echo "ok $n - $1"
	else
		failed=1
		echo "not ok $n - $1"
		echo "$2" | sed 's/^/# /'
	fi
}

same() { # name, expected, found
	check "$1" "$([ "$2" = "$3" ] || printf 'expected: %s\nfound: %s' "$2" "$3")"
}

test -s "$so" || { echo "Bail out! no $so: make"; exit 1; }
objects=$(find "$B/pic" -name '*.o')
frames=$(find "$B/pic" -name '*.su')
test -n "$objects" && test -n "$frames" || { echo "Bail out! no objects in $B/pic: make"; exit 1; }

same "exports the six entry points" \
	"acct_mgmt authenticate chauthtok close_session open_session setcred " \
	"$(nm -D --defined-only "$so" | awk '{ sub(/^pam_sm_/, "", $3); print $3 }' | LC_ALL=C sort |
		tr '\n' ' ')"

same "needs libpam and libc" "libc.so.6 libpam.so.0 " \
	"$(readelf -dW "$so" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | LC_ALL=C sort | tr '\n' ' ')"

check "has no writable data of its own" "$(for o in $objects; do
	readelf -SW "$o" | sed 's/^ *\[ *[0-9]*\] *//' | awk -v o="$o" '
		$1 ~ /^\.(data|bss|tdata|tbss)/ && $1 !~ /^\.data\.rel\.ro/ && $5 !~ /^0+$/ { print o, $1, $5 }'
done)"

theirs='v?fork|clone|exec.*|posix_spawnp?|system|popen|exit|_exit|abort|atexit|__cxa_atexit|dlopen
	sigaction|signal|sigprocmask|pthread_.*|alarm|setitimer|u?sleep|nanosleep|longjmp
	(__)?(secure_)?getenv|setenv|putenv|setlocale|chdir|umask|(open|close)log|localtime.*|gmtime.*
	select|pselect|__fdelt_chk|get(pw|gr).*|getaddrinfo|gethostby.*|f?open(64)?|openat|strtok|rand'
check "calls nothing that belongs to the program" "$(nm -D --undefined-only "$so" |
	awk '{ sub(/@.*/, "", $2); print $2 }' | grep -E -x "$(printf %s "$theirs" | tr -s ' \n\t' '|')")"

same "PAM_IGNORE stands in one line" 1 "$(cat $src | grep -c PAM_IGNORE)"

check "sets no item but the two secrets" "$(grep -n 'pam_set_item' $src |
	grep -vE 'PAM_(OLD)?AUTHTOK,')"

check "prompts and prints in talk.c alone" "$(
	grep -lE 'PAM_CONV\b|pam_v?(prompt|info|error)|\b(v?f?printf|f?puts)\(' $src |
		grep -v '/talk\.c$')"

check "asks for no delay, and opens nothing but its socket" \
	"$(grep -nE 'pam_fail_delay|/etc/|/proc/' $src)"

# All frames together are deeper than any chain of calls.
check "has a stack below 16 KiB" "$(cat $frames | awk -F '\t' '
	{ sum += $2 }
	$3 ~ /dynamic/ && $3 !~ /bounded/ { print "unbounded: " $1 }
	END { if (NR < 50 || sum >= 16384) print NR " functions, " sum " bytes" }')"

dynamic=$(readelf -dW "$so")
segments=$(readelf -lW "$so")
check "is bound and read-only before it runs" "$(
	echo "$segments" | grep -q GNU_RELRO || echo 'no RELRO'
	echo "$dynamic" | grep -qE 'BIND_NOW|FLAGS_1.*NOW' || echo 'no BIND_NOW'
	echo "$segments" | grep GNU_STACK | grep -q 'RWE' && echo 'executable stack'
	echo "$dynamic" | grep -E 'TEXTREL|RPATH|RUNPATH')"

echo "1..$n"
exit $failed
