#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_freeradius.sh - docs/services/freeradius.md on a Debian that boots. Needs root.
# shellcheck disable=SC2034,SC2317 # host.sh reads the cases and calls them by name
set -u
. "$(dirname "$0")/host.sh"
. tests/services/caller.sh

CASES='right      the right PIN is accepted, by a freerad that can gain no privileges, and nothing is added
wrong      a wrong PIN, an unknown person, small letters are rejected, and it is one attempt
level      a level not reached is rejected
temporary  a PIN to be replaced is rejected
chap       CHAP and MS-CHAP are rejected, and pind is not asked
again      a client that asks again while pind hangs asks once
many       16 at once, half of them with the PIN of another: each gets its own answer
caller     pind talks to freerad only about who proved a PIN to it
group      without the group pind-client nobody gets in
stopped    without pind nobody gets in, and a user of FreeRADIUS itself does
secrets    no PIN is in a log
debug      freeradius -X prints PINs: the page warns of it'

CF=RSSMRA85T10A562S CF_NEW=VRDLGI80A01H501E CF_CALLER=VRDLCU70A41H501I CF_TWO=RSSMRA80A01H501U
GOOD=''

# cf pin [attribute [option...]]: what radclient says.
radius() {
	radius_pair="User-Name = \"$1\", ${3:-User-Password} = \"$2\""
	shift $(($# > 3 ? 3 : $#))
	with_stdin "$radius_pair" inside radclient "${@:--r1}" -t 20 127.0.0.1 auth testing123 2>&1
}

radius_answers() {
	want=$1
	shift
	got=$(radius "$@")
	echo "$got" | grep -q "^Received Access-$want " || fail "$got; not $want, for $1"
}

gets_in() {
	radius_answers Accept $CF "$GOOD"
}

asked() {
	inside journalctl --sync
	inside journalctl -u pind -o cat --no-pager | grep -c 'service=inpspin-radius '
}

t_right() {
	person_ready $CF && GOOD=$PIN && gets_in || return 1
	echo "$got" | grep 'Access-Accept .* length 20$' || return 1
	process=$(inside cat "/proc/$(inside pidof freeradius)/status")
	echo "$process" | grep -x 'NoNewPrivs:.1' && echo "$process" | grep "^Uid:.$(inside id -u freerad)[^0-9]"
}

t_wrong() {
	radius_answers Reject $CF "$(other_pin 2 "$GOOD")" && radius_answers Reject $CF_CALLER 22222222 &&
		radius_answers Reject rssmra85t10a562s "$GOOD" && radius_answers Reject root 22222222 || return 1
	[ "$(person_attempts $CF)" -eq 1 ] && gets_in && [ "$(person_attempts $CF)" -eq 0 ]
}

t_level() {
	policy=$(host_root /etc/pind/services.d/inpspin-radius.conf)
	cp "$policy" "$host_tmp/policy" && service_level inpspin-radius dispositivo || return 1
	radius_answers Reject $CF "$GOOD"
	refused=$?
	cp "$host_tmp/policy" "$policy" && inside systemctl reload pind && soon host_served inpspin-radius semplice &&
		[ $refused -eq 0 ] && gets_in
}

t_temporary() {
	person_temporary $CF_NEW && radius_answers Reject $CF_NEW "$PIN" &&
		inside grep 'pam_acct_mgmt failed: .* no longer valid' /var/log/freeradius/radius.log
}

t_chap() {
	before=$(asked)
	radius_answers Reject $CF "$GOOD" CHAP-Password && radius_answers Reject $CF "$GOOD" MS-CHAP-Password && [ "$(asked)" -eq "$before" ]
}

# radclient gives up after 10 tries of 1 second.
t_again() {
	before=$(asked)
	pind_freeze || return 1
	with_stdin "User-Name = \"$CF\", User-Password = \"$GOOD\"" \
		inside radclient -r 10 -t 1 127.0.0.1 auth testing123 >"$host_tmp/login" 2>&1 &
	soon pind_has_waiting 1 && sleep 2.5
	pind_thaw
	wait $!
	cat "$host_tmp/login"
	[ "$(grep -c '^Sent' "$host_tmp/login")" -ge 2 ] && grep '^Received Access-Accept' "$host_tmp/login" &&
		[ $(($(asked) - before)) -eq 1 ]
}

t_many() {
	person_ready $CF_TWO && two=$PIN || return 1
	pids=
	for i in 1 2 3 4; do
		radius $CF "$GOOD" >"$host_tmp/accept-$i" &
		pids="$pids $!"
		radius $CF_TWO "$two" >"$host_tmp/accept-2-$i" &
		pids="$pids $!"
		radius $CF "$two" >"$host_tmp/reject-$i" &
		pids="$pids $!"
		radius $CF_TWO "$GOOD" >"$host_tmp/reject-2-$i" &
		pids="$pids $!"
	done
	# shellcheck disable=SC2086 # words
	wait $pids
	[ "$(cat "$host_tmp"/accept-* | grep -c '^Received Access-Accept')" -eq 8 ] &&
		[ "$(cat "$host_tmp"/reject-* | grep -c '^Received Access-Reject')" -eq 8 ]
}

t_caller() {
	person_temporary $CF_CALLER &&
		told_after freerad inpspin-radius $CF_CALLER radius_answers Reject $CF_CALLER "$PIN"
}

t_group() {
	needs_group freerad freeradius gets_in
}

t_stopped() {
	inside sed -i '1i tecnico Cleartext-Password := "di-riserva"' /etc/freeradius/3.0/mods-config/files/authorize &&
		inside systemctl restart freeradius || return 1
	pind_stop && radius_answers Reject $CF "$GOOD" && radius_answers Accept tecnico di-riserva
	refused=$?
	pind_start && [ $refused -eq 0 ] && gets_in
}

t_secrets() {
	no_secret
}

t_debug() {
	inside systemctl stop freeradius || return 1
	inside timeout 5 freeradius -X >"$host_tmp/debug" 2>&1 &
	soon grep -q 'Ready to process requests' "$host_tmp/debug" && gets_in
	accepted=$?
	wait $!
	[ $accepted -eq 0 ] && grep -q "User-Password = \"$GOOD\"" "$host_tmp/debug"
}

host_open freeradius
cases
