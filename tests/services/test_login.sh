#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_login.sh - docs/services/login.md on a Debian that boots. Needs root.
# shellcheck disable=SC2317 # the cases are called by name
set -u
# shellcheck source=tests/services/host.sh
. "$(dirname "$0")/host.sh"

CASES='first    a temporary PIN is replaced on the way to the shell
right    the right PIN gets in, and the shell knows whose it is
wrong    a wrong PIN does not, and is charged
level    a level that is not reached is refused, one that is gets in
slow     the renewal may take longer than LOGIN_TIMEOUT
noaccount the right PIN of a person without an account opens nothing
stopped  with pind stopped people are refused, root and a local user get in
secrets  no PIN is in a log'

CF=RSSMRA85T10A562S
NOBODY=NRIGPP75C15F205O

# secret name: somebody at the console, who leaves a word in the session.
enter() {
	talk "$1" -c 'env; id -un | sed s/^/in:/' -u "$2" login
}

in_as() {
	grep "^in:$1" "$host_tmp/talk"
}

# It asks again, and is left to itself: that is no success.
refused() {
	enter "$@"
	! grep '^in:' "$host_tmp/talk"
}

t_first() {
	person_temporary $CF && enter "$PIN" $CF
	in_as $CF && PIN=$NEW && [ "${#PIN}" -eq 8 ]
}

t_right() {
	enter "$PIN" $CF
	for line in "INPSPIN_CF=$CF" INPSPIN_LEVEL=semplice INPSPIN_CATEGORY=lavoratore INPSPIN_EXPIRES=20; do
		grep -q "^$line" "$host_tmp/talk" || fail "not in the environment: $line" || return 1
	done
	in_as $CF
}

t_wrong() {
	before=$(person_attempts $CF)
	refused "$(wrong_pin)" $CF && grep 'Login incorrect' "$host_tmp/talk" || return 1
	[ "$(person_attempts $CF)" -eq $((before + 1)) ] || fail "not charged"
}

t_level() {
	service_level login dispositivo && refused "$PIN" $CF && grep 'richiede il PIN dispositivo' "$host_tmp/talk" || return 1
	person_ready $CF dispositivo && enter "$PIN" $CF
	in_as $CF && service_level login semplice
}

t_slow() {
	inside sed -i.orig 's/^LOGIN_TIMEOUT.*/LOGIN_TIMEOUT 3/' /etc/login.defs && person_temporary $CF || return 1
	talk "$PIN" -c 'id -un | sed s/^/in:/' -u $CF -w 5 login
	in_as $CF && [ -n "$NEW" ] && PIN=$NEW && inside mv /etc/login.defs.orig /etc/login.defs
}

t_noaccount() {
	mine=$PIN
	person_ready $NOBODY && refused "$PIN" $NOBODY && grep 'Authentication failure' "$host_tmp/talk" && PIN=$mine
}

t_stopped() {
	inside useradd -m mario && printf '%s\n' mario:segreto root:segreto | inside chpasswd && pind_stop || return 1
	refused "$PIN" $CF || return 1
	for user in root mario; do
		enter segreto $user
		in_as $user || return 1
	done
	pind_start && enter "$PIN" $CF
	in_as $CF
}

t_secrets() {
	no_secret
}

host_open login
cases
