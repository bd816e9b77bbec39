#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_passwd.sh - docs/services/passwd.md on a Debian that boots. Needs root.
# shellcheck disable=SC2317 # the cases are called by name
set -u
# shellcheck source=tests/services/host.sh
. "$(dirname "$0")/host.sh"

CASES='first    a temporary PIN is replaced, with two contacts
good     so is one that is good, and then the old one is not
wrong    a wrong PIN changes nothing, and is charged
root     root is asked for the old PIN too
local    a local user changes the password as ever
noaccount who has no account is refused
stopped  with pind stopped people are refused, a local user is not
secrets  no PIN is in a log'

CF=RSSMRA85T10A562S

# secrets user: passwd at a terminal of that user.
change() {
	talk "$1" setpriv --reuid "$2" --regid "$2" --init-groups passwd
}

good() {
	talk "$1" pamtester inpspin-host $CF authenticate acct_mgmt
}

t_first() {
	person_temporary $CF && change "$PIN" $CF && grep -q 'e-mail: ' "$host_tmp/talk" || return 1
	PIN=$NEW
	[ "${#PIN}" -eq 8 ] && good "$PIN"
}

t_good() {
	old=$PIN
	change "$PIN" $CF && ! grep 'e-mail: ' "$host_tmp/talk" || return 1
	PIN=$NEW
	[ "${#PIN}" -eq 8 ] && [ "$PIN" != "$old" ] && good "$PIN" && refused_with 'failure' good "$old" && good "$PIN"
}

t_wrong() {
	before=$(person_attempts $CF)
	refused_with 'unchanged' change "$(wrong_pin)" $CF || return 1
	[ "$(person_attempts $CF)" -eq $((before + 1)) ] || fail "not charged" || return 1
	good "$PIN"
}

t_root() {
	refused_with '' talk '' passwd $CF && grep 'PIN attuale: ' "$host_tmp/refused" || return 1
	talk "$PIN" passwd $CF && PIN=$NEW && good "$PIN"
}

t_local() {
	inside useradd -m mario && with_stdin mario:segreto1 inside chpasswd && change 'segreto1
altrosegreto
altrosegreto' mario || return 1
	talk altrosegreto setpriv --reuid mario --regid mario --init-groups su mario -c id
}

t_noaccount() {
	refused_with 'does not exist' talk '' passwd NRIGPP75C15F205O
}

t_stopped() {
	pind_stop && refused_with '' change "$PIN" $CF && change 'altrosegreto
unsegretonuovo
unsegretonuovo' mario && pind_start && good "$PIN"
}

t_secrets() {
	no_secret
}

host_open passwd
cases
