#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_saslauthd.sh - docs/services/saslauthd.md on a Debian that boots. Needs root.
# shellcheck disable=SC2034,SC2317 # host.sh reads the cases and calls them by name
set -u
. "$(dirname "$0")/host.sh"
. tests/services/caller.sh

CASES='uncached   saslauthd runs without -c, and five processes of it
right      the right PIN is OK
wrong      a wrong PIN, an unknown person, small letters, root: NO, the same answer
level      a level not reached is NO
temporary  a PIN to be replaced is NO, with another reason
twenty     after 20 logins, right, wrong and expired, the same five processes run
stale      12 at once with one wrong PIN are one attempt
hung       a pind that hangs: NO, and all five go on
cached     with -c a revoked PIN is OK: the page warns of it
stopped    without pind nobody gets in
secrets    no PIN is in a log'

CF=RSSMRA85T10A562S CF_NEW=VRDLGI80A01H501E
GOOD='' TEMPORARY='' FIVE=''

counted() {
	printf '\0%b%s' "\\0$(printf %o ${#1})" "$1"
}

# cf pin [realm [folder]]: what saslauthd answers to a mail server, without the length before it.
ask() {
	{ counted "$1" && counted "$2" && counted smtp && counted "${3-}"; } |
		inside socat -t 30 - "UNIX-CONNECT:${4-/run/saslauthd}/mux" | tail -c +3
	echo
}

answers() {
	want=$1
	shift
	got=$(ask "$@")
	case $got in
	"$want"*) ;;
	*) fail "$got, not $want, for $1" ;;
	esac
}

five() {
	inside pgrep -x saslauthd | sort | tr '\n' ' '
}

t_uncached() {
	FIVE=$(five)
	inside pgrep -a -x saslauthd
	[ "$(echo "$FIVE" | wc -w)" -eq 5 ] && ! inside pgrep -a -x saslauthd | grep -e ' -c'
}

t_right() {
	person_ready $CF && GOOD=$PIN && answers 'OK' $CF "$GOOD"
}

t_wrong() {
	answers 'NO PAM auth error' $CF "$(other_pin 2 "$GOOD")" && [ "$(person_attempts $CF)" -eq 1 ] || return 1
	for pair in "$CF_NEW 22222222" "rssmra85t10a562s $GOOD" 'root 22222222' "$CF@example.org $GOOD"; do
		# shellcheck disable=SC2086 # two words
		answers 'NO PAM auth error' $pair || return 1
	done
	answers OK $CF "$GOOD" && [ "$(person_attempts $CF)" -eq 0 ]
}

t_level() {
	service_level smtp dispositivo && answers 'NO PAM auth error' $CF "$GOOD"
	refused=$?
	service_level smtp semplice && [ $refused -eq 0 ] && answers OK $CF "$GOOD"
}

t_temporary() {
	person_temporary $CF_NEW && TEMPORARY=$PIN && answers 'NO PAM acct error' $CF_NEW "$TEMPORARY"
}

t_twenty() {
	for _ in 1 2 3 4 5; do
		answers OK $CF "$GOOD" && answers NO $CF "$(other_pin 3 "$GOOD")" &&
			answers NO $CF_NEW "$TEMPORARY" && answers OK $CF "$GOOD" || return 1
	done
	[ "$(five)" = "$FIVE" ] || fail "$FIVE are now $(five)"
}

t_stale() {
	stale=$(other_pin 4 "$GOOD") pids=
	for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
		ask $CF "$stale" >"$host_tmp/ask-$i" &
		pids="$pids $!"
	done
	# shellcheck disable=SC2086 # words
	wait $pids
	[ "$(cat "$host_tmp"/ask-* | grep -c '^NO ')" -eq 12 ] && [ "$(person_attempts $CF)" -eq 1 ] &&
		answers OK $CF "$GOOD"
}

t_hung() {
	pind_freeze || return 1
	answers NO $CF "$GOOD"
	refused=$?
	pind_thaw
	[ $refused -eq 0 ] && answers OK $CF "$GOOD" && [ "$(five)" = "$FIVE" ]
}

t_cached() {
	inside mkdir /run/cached && inside saslauthd -a pam -c -m /run/cached && person_temporary $CF_NEW &&
		person_ready $CF_NEW && answers OK $CF_NEW "$PIN" '' /run/cached &&
		inside pinctl revoke $CF_NEW --reason=test && answers OK $CF_NEW "$PIN" '' /run/cached &&
		answers NO $CF_NEW "$PIN"
}

t_stopped() {
	pind_stop && answers 'NO PAM auth error' $CF "$GOOD"
	refused=$?
	pind_start && [ $refused -eq 0 ] && answers OK $CF "$GOOD"
}

t_secrets() {
	no_secret
}

host_open saslauthd
cases
