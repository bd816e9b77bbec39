#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_demo.sh - scripts/demo keeps what it announces, and leaves nothing behind, cut short or not.
# shellcheck disable=SC2317,SC2044 # the cases are called by name; names without blanks
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/cases.sh

CASES='play     the demo goes through, step by step
told     what it shows is what it announces
pratica  a pratica goes its way, from the request to the audit
tidy     it leaves nothing behind
broken   a program that does not do its job is noticed
talking  interrupted in a conversation it leaves nothing behind
ahead    stopped while the clock is ahead it leaves nothing behind
office   stopped in the second act it leaves nothing behind'

export B="${B:-build}"
demo=''
at_end() {
	[ -z "$demo" ] || kill -KILL -- "-$demo" 2>/dev/null
}
tmp_make demo-test

# In a session of its own, with the signals that the shell ignores for background jobs.
start_demo() {
	: >"$tmp/began"
	setsid env --default-signal=INT,QUIT scripts/demo >"$tmp/out" 2>&1 &
	demo=$!
}

end_demo() {
	wait "$demo"
	status=$?
	cat "$tmp/out"
	dir=$(sed -n 's/.* in \(\/tmp\/inpspin-demo\.[A-Za-z0-9]*\)\.$/\1/p' "$tmp/out")
}

# Processes that know its directory, the directory, libpam_wrapper's and libfaketime's things.
nothing_left() {
	[ -n "$dir" ] || fail "it did not tell its directory" || return 1
	[ ! -e "$dir" ] || fail "$dir is still there" || return 1
	echo "$dir" >"$tmp/dir" # not on grep's command line, which it would find
	grep -laF -f "$tmp/dir" /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null &&
		fail "processes are left" && return 1
	for pid in $(find /tmp/pam.? -name pid -newer "$tmp/began" 2>/dev/null); do
		kill -0 "$(cat "$pid")" 2>/dev/null || fail "left: ${pid%/pid}" || return 1
	done
	for name in $(find /dev/shm -name '*faketime*' -newer "$tmp/began"); do
		kill -0 "${name##*_}" 2>/dev/null || fail "left: $name" || return 1
	done
}

# text: wait until the demo has said it.
reached() {
	for _ in $(seq 300); do
		grep -q -e "$1" "$tmp/out" && return 0
		kill -0 "$demo" 2>/dev/null || break
		sleep 0.1
	done
	fail "it did not come to '$1'"
}

# text signal status: it gets the signal when it has said the text.
cut_short() {
	start_demo
	reached "$1" || return 1
	kill -s "$2" -- "-$demo"
	end_demo
	[ $status -eq "$3" ] || fail "exit status $status, $3 wanted" || return 1
	! grep -q 'All of it went as announced' "$tmp/out" || fail "it was over already" || return 1
	nothing_left
}

t_play() {
	start_demo
	end_demo
	[ $status -eq 0 ] || fail "exit status $status" || return 1
	[ "$(grep -c '^[0-9]*\. ' "$tmp/out")" -eq 19 ] || fail "not nineteen steps"
}

# Of the step $1: its lines, without what changes.
step() {
	sed -n "/^$1\. /,/^\$/p" "$tmp/out"
}

# step line...: these lines are in the step, in this order, whatever is between.
has() {
	step "$1" >"$tmp/step"
	shift
	for line in "$@"; do
		grep -q -e "$line" "$tmp/step" || fail "not there, or not in its place: $line" || return 1
		sed -i "0,/$line/d" "$tmp/step"
	done
}

t_told() {
	has 1 '"pin":"[0-9A-Z]\{16\}"' &&
		has 2 'PIN: [0-9A-Z]\{16\}$' 'successfully authenticated' 'new one required' &&
		has 3 'cellulare: ' 'e-mail: ' "nuovo PIN e' ....-....\. " 'PIN cambiato' 'altered' &&
		has 4 'PIN: ....-....$' 'management done' 'PIN: [0-9A-Z]\{16\}$' 'Authentication fail' &&
		has 5 'inpspin-submit' 'richiede il PIN dispositivo' 'Permission denied' &&
		has 6 'pinctl convert' 'inpspin-submit' 'management done' &&
		has 7 'Authentication failure' &&
		has 8 'successfully authenticated' 'new one required' &&
		has 9 "nuovo PIN e' ....-....\. " 'PIN cambiato' 'inpspin-submit' 'management done' &&
		has 10 'pinctl revoke' 'Authentication failure' || return 1
	! step 9 | grep -q cellulare || fail "contacts are asked twice"
}

half='[0-9A-Z]\{4\}-[0-9A-Z]\{4\}'

t_pratica() {
	has 11 'lines put' 'pinctl request new' '^   pratica  *20' 'opened' &&
		has 12 'channel electronic' 'delivered' 'To: mario' 'Subject: \[20' "$half  *(caratteri 1-8)" \
			'?t=[0-9a-f]\{32\}$' &&
		has 13 'confirmed' 'no such link' &&
		has 14 'channel post' 'letter-20[0-9]*-[0-9]*-[A-Z]\.pdf' 'ROSSI MARIO' 'ROMA RM' 'caratteri 9-16' "| $half\$" \
			'--printed' &&
		has 15 "PIN: $half-$half\$" 'cellulare: ' "nuovo PIN e' $half" 'altered' 'management done' \
			'concluded' &&
		has 17 'confirmed' 'letter-20[0-9]*-[0-9]*-[A-Z]\.pdf' 'less than a day' 'void' 'Subject.*Duplicato' \
			'Authentication failure' 'new one required' &&
		has 18 'pinctl revoke' 'Authentication failure' &&
		has 19 'request_confirm' 'posted half delivered' 'request_duplicate' 'revoke' 'chain holds' ||
		return 1
	! step 15 | grep -q 'e-mail: ' || fail "the e-mail is asked for, which the request had" || return 1
	if [ "$(id -u)" -eq 0 ] && command -v systemd-socket-activate >/dev/null; then
		has 16 'convert .* --ask' 'recorded' 'another operator must' 'richiede il PIN disp' \
			'setpriv .* --approve' 'now of level' 'management done'
	else
		has 16 'Skipped'
	fi
}

t_tidy() {
	nothing_left
}

# A module that lets everybody in, in a directory with a blank: the first refusal that does not come must end the demo.
t_broken() {
	mkdir "$tmp/a b" && cp "$B/pind" "$B/pinctl" "$B/pin-courier" "$tmp/a b" || return 1
	cat >"$tmp/yes.c" <<-'EOF'
		#include <stddef.h>
		int pam_sm_authenticate(void *h, int f, int c, const char **v);
		int pam_sm_authenticate(void *h, int f, int c, const char **v)
		{
			return h == NULL || c < 0 || v == NULL || f == -1;
		}
		int pam_sm_acct_mgmt(void *h, int f, int c, const char **v);
		int pam_sm_acct_mgmt(void *h, int f, int c, const char **v)
		{
			return pam_sm_authenticate(h, f, c, v);
		}
	EOF
	"${CC:-cc}" -shared -fPIC -o "$tmp/a b/pam_inpspin.so" "$tmp/yes.c" || return 1
	B="$tmp/a b" start_demo
	end_demo
	[ $status -eq 1 ] && grep -q '^demo: step 2 .*it was allowed' "$tmp/out" || return 1
	nothing_left
}

t_talking() {
	cut_short '^3\. ' INT 130
}

t_ahead() {
	cut_short '^8\. ' TERM 143
}

t_office() {
	cut_short 'its clock a day ahead' HUP 143
}

CUT='tail'
cases
