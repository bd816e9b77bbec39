#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_su.sh - docs/services/su.md on a Debian that boots. Needs root.
# shellcheck disable=SC2317 # the cases are called by name
set -u
# shellcheck source=tests/services/host.sh
. "$(dirname "$0")/host.sh"

CASES='first    a temporary PIN is replaced on the way to the shell
right    the right PIN gets in, and the shell knows whose it is
dash     with "-" the policy is that of su-l
wrong    a wrong PIN does not, and is charged
level    a level that is not reached is refused, one that is gets in
root     root needs no PIN, but the person needs one
noaccount a person without an account is refused
stopped  with pind stopped only root and local users do what they did
secrets  no PIN is in a log'

CF=RSSMRA85T10A562S
NOBODY=NRIGPP75C15F205O

# secrets whom options...: su, at a terminal of mario.
become() {
	secret=$1 whom=$2
	shift 2
	talk "$secret" setpriv --reuid mario --regid mario --init-groups su "$@" "$whom" -c env
}

is() {
	grep "^INPSPIN_CF=$CF" "$host_tmp/talk"
}

t_first() {
	inside useradd -m mario && with_stdin mario:segreto inside chpasswd && person_temporary $CF || return 1
	become "$PIN" $CF && [ "$(grep -c 'PIN: ' "$host_tmp/talk")" -eq 1 ] && PIN=$NEW && [ "${#PIN}" -eq 8 ]
}

t_right() {
	become "$PIN" $CF || return 1
	for line in "INPSPIN_CF=$CF" INPSPIN_LEVEL=semplice INPSPIN_CATEGORY=lavoratore INPSPIN_EXPIRES=20; do
		grep -q "^$line" "$host_tmp/talk" || fail "not in the environment: $line" || return 1
	done
}

t_dash() {
	become "$PIN" $CF - && is && service_level su-l dispositivo || return 1
	refused_with 'richiede il PIN dispositivo' become "$PIN" $CF - && become "$PIN" $CF && is &&
		service_level su-l semplice
}

t_wrong() {
	before=$(person_attempts $CF)
	refused_with 'Authentication failure' become "$(wrong_pin)" $CF || return 1
	[ "$(person_attempts $CF)" -eq $((before + 1)) ] || fail "not charged"
}

t_level() {
	service_level su dispositivo && refused_with 'richiede il PIN dispositivo' become "$PIN" $CF || return 1
	person_ready $CF dispositivo && become "$PIN" $CF && is && service_level su semplice
}

t_root() {
	person_temporary $CF && refused_with 'PIN attuale: ' talk '' su $CF -c id && talk "$PIN" su $CF -c env && is && PIN=$NEW ||
		return 1
	talk '' su $CF -c 'echo became $USER' && grep -q "became $CF" "$host_tmp/talk" || return 1
	inside pinctl revoke $CF --reason prova && refused_with 'Permission denied' talk '' su $CF -c id || return 1
	inside setpriv --reuid $CF --regid $CF --init-groups id -un && inside runuser -u $CF id && person_ready $CF
}

t_noaccount() {
	mine=$PIN
	person_ready $NOBODY && refused_with 'does not exist' become "$PIN" $NOBODY && PIN=$mine
}

t_stopped() {
	pind_stop && refused_with 'cannot retrieve authentication info' become "$PIN" $CF &&
		become segreto mario && talk '' su mario -c id && talk '' su -c id && pind_start && become "$PIN" $CF
}

t_secrets() {
	no_secret
}

host_open su
cases
