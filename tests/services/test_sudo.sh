#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_sudo.sh - docs/services/sudo.md on a Debian that boots. Needs root.
# shellcheck disable=SC2317 # the cases are called by name
set -u
# shellcheck source=tests/services/host.sh
. "$(dirname "$0")/host.sh"

CASES='first    a temporary PIN is replaced on the way, and the command runs
right    the right PIN gets in, and the command knows whose it is
wrong    a wrong PIN does not, though sudo asks three times
level    a level that is not reached is refused, one that is gets in
revoked  within sudo'"'"'s own minutes of grace a revoked PIN is refused
alias    a codice fiscale in sudoers is taken for an alias, as the page says
stopped  with pind stopped people are refused, a local user gets in
secrets  no PIN is in a log'

CF=RSSMRA85T10A562S

# secrets user command...: sudo, at a terminal of that user.
as() {
	secret=$1 user=$2
	shift 2
	talk "$secret" setpriv --reuid "$user" --regid "$user" --init-groups sudo "$@"
}

t_first() {
	person_temporary $CF && as "$PIN" $CF -k id -un && grep -q '^root' "$host_tmp/talk" || return 1
	[ "$(grep -c 'PIN: ' "$host_tmp/talk")" -eq 1 ] || fail "asked twice" || return 1
	PIN=$NEW
	[ "${#PIN}" -eq 8 ]
}

t_right() {
	as "$PIN" $CF -k env || return 1
	for line in "INPSPIN_CF=$CF" INPSPIN_LEVEL=semplice INPSPIN_CATEGORY=lavoratore INPSPIN_EXPIRES=20; do
		grep -q "^$line" "$host_tmp/talk" || fail "not in the environment: $line" || return 1
	done
}

t_wrong() {
	first=$(wrong_pin) second=$(wrong_pin)
	refused_with '3 incorrect password attempts' as "$first
$first
$first" $CF -k id || return 1
	[ "$(person_attempts $CF)" -eq 1 ] || fail "the same PIN was charged more than once" || return 1
	as "$second
$PIN" $CF -k id -un && [ "$(person_attempts $CF)" -eq 0 ]
}

t_level() {
	mine=$PIN
	service_level sudo dispositivo && refused_with 'Sorry, try again' as "$PIN" $CF -k id || return 1
	person_ready $CF dispositivo && as "$PIN" $CF -k id || return 1
	service_level sudo semplice && [ "$PIN" != "$mine" ]
}

# Two sudo of one terminal: the second is not asked for anything.
t_revoked() {
	talk "$PIN" setpriv --reuid $CF --regid $CF --init-groups sh -c 'sudo -k; sudo id -un; sudo id -un' || return 1
	[ "$(grep -c 'PIN: ' "$host_tmp/talk") $(grep -c '^root' "$host_tmp/talk")" = '1 2' ] || return 1
	refused_with 'account management error' talk "$PIN" setpriv --reuid $CF --regid $CF --init-groups \
		sh -c 'sudo -k; sudo pinctl revoke RSSMRA85T10A562S --reason prova; sudo id -un' || return 1
	[ "$(grep -c 'PIN: ' "$host_tmp/refused")" -eq 1 ] && person_ready $CF
}

t_alias() {
	echo "$CF ALL = (ALL) ALL" >"$(host_root /etc/sudoers.d/alias)"
	inside visudo -c >"$host_tmp/visudo" 2>&1
	inside rm /etc/sudoers.d/alias
	cat "$host_tmp/visudo"
	grep -q "User_Alias \"$CF\" referenced but not defined" "$host_tmp/visudo"
}

t_stopped() {
	inside useradd -m -G operatori mario && with_stdin mario:segreto inside chpasswd || return 1
	pind_stop && refused_with '' as "$PIN" $CF -k id && as segreto mario -k id -un || return 1
	grep '^root' "$host_tmp/talk" && pind_start && as "$PIN" $CF -k id
}

t_secrets() {
	no_secret
}

host_open sudo
cases
