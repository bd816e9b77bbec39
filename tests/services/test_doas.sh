#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_doas.sh - docs/services/doas.md on a Debian that boots. Needs root.
# shellcheck disable=SC2317 # the cases are called by name
set -u
# shellcheck source=tests/services/host.sh
. "$(dirname "$0")/host.sh"

CASES='first    a temporary PIN is replaced on the way, and the command runs
right    the right PIN gets in, and nothing is passed on
wrong    a wrong PIN does not, and is charged
level    a level that is not reached is refused, one that is gets in
stopped  with pind stopped people are refused, a local user gets in
secrets  no PIN is in a log'

CF=RSSMRA85T10A562S

# secrets user: doas, at a terminal of that user.
as() {
	talk "$1" setpriv --reuid "$2" --regid "$2" --init-groups doas id -un
}

root() {
	as "$@" && grep '^root' "$host_tmp/talk"
}

t_first() {
	person_temporary $CF && root "$PIN" $CF && [ "$(grep -c 'PIN: ' "$host_tmp/talk")" -eq 1 ] || return 1
	PIN=$NEW
	[ "${#PIN}" -eq 8 ]
}

t_right() {
	root "$PIN" $CF && talk "$PIN" setpriv --reuid $CF --regid $CF --init-groups doas env &&
		grep '^USER=root' "$host_tmp/talk" && ! grep INPSPIN "$host_tmp/talk"
}

t_wrong() {
	before=$(person_attempts $CF)
	refused_with 'Authentication failed' as "$(wrong_pin)" $CF || return 1
	[ "$(grep -c 'PIN: ' "$host_tmp/refused")" -eq 1 ] || fail "asked more than once" || return 1
	[ "$(person_attempts $CF)" -eq $((before + 1)) ] || fail "not charged"
}

t_level() {
	service_level doas dispositivo && refused_with 'richiede il PIN dispositivo' as "$PIN" $CF || return 1
	person_ready $CF dispositivo && root "$PIN" $CF && service_level doas semplice
}

t_stopped() {
	inside useradd -m -G operatori mario && with_stdin mario:segreto inside chpasswd || return 1
	pind_stop && refused_with '' as "$PIN" $CF && root segreto mario && pind_start && root "$PIN" $CF
}

t_secrets() {
	no_secret
}

host_open doas
cases
