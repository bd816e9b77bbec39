#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_pamtester.sh - docs/services/pamtester.md on a Debian that boots. Needs root.
# shellcheck disable=SC2317 # the cases are called by name
set -u
# shellcheck source=tests/services/host.sh
. "$(dirname "$0")/host.sh"

CASES='first    a temporary PIN is good for nothing but its replacement
right    the right PIN gets in
account  to root the account phase answers without a PIN, to others it does not
member   a member of pind-client may ask, another user may not
wrong    a wrong PIN does not, and is charged; one that no one could have is not
unknown  a name that is no codice fiscale is asked for nothing
level    a PIN of level semplice is refused where dispositivo is wanted
stopped  with pind stopped nobody gets in
secrets  no PIN is in a log'

CF=RSSMRA85T10A562S
OTHER=BNCLRA80A41H501D
UNAVAILABLE='cannot retrieve authentication info'

# secrets operation...
ask() {
	secret=$1
	shift
	talk "$secret" pamtester inpspin-prova $CF "$@"
}

t_first() {
	person_temporary $CF || return 1
	refused_with 'no longer valid; new one required' ask "$PIN" authenticate acct_mgmt || return 1
	ask "$PIN" authenticate chauthtok || return 1
	[ "$(grep -c 'PIN: ' "$host_tmp/talk")" -eq 1 ] || fail "asked twice" || return 1
	PIN=$NEW
	[ "${#PIN}" -eq 8 ] || fail "the new PIN has not 8 symbols"
}

t_right() {
	ask "$PIN" authenticate acct_mgmt
}

t_account() {
	ask '' acct_mgmt && inside useradd -G pind-client membro && inside useradd estraneo || return 1
	refused_with 'Permission denied' inside_as membro pamtester inpspin-prova $CF acct_mgmt
}

t_member() {
	with_stdin "$PIN" inside_as membro pamtester inpspin-prova $CF authenticate acct_mgmt || return 1
	refused_with "$UNAVAILABLE" \
		with_stdin "$PIN" inside_as estraneo pamtester inpspin-prova $CF authenticate
}

t_wrong() {
	refused_with 'Authentication failure' ask "$(wrong_pin)" authenticate || return 1
	[ "$(person_attempts $CF)" -eq 1 ] || fail "not charged" || return 1
	refused_with 'Authentication failure' ask "22$PIN" authenticate || return 1
	[ "$(person_attempts $CF)" -eq 1 ] || fail "charged for what is no PIN"
}

t_unknown() {
	refused_with 'User not known' inside pamtester inpspin-prova root authenticate &&
		! grep 'PIN: ' "$host_tmp/refused"
}

t_level() {
	service_level inpspin-prova dispositivo || return 1
	refused_with 'Permission denied' ask "$PIN" authenticate || return 1
	semplice=$PIN
	person_ready $OTHER dispositivo || return 1
	talk "$PIN" pamtester inpspin-prova $OTHER authenticate acct_mgmt || return 1
	PIN=$semplice && service_level inpspin-prova semplice && ask "$PIN" authenticate acct_mgmt
}

t_stopped() {
	pind_stop && refused_with "$UNAVAILABLE" ask "$PIN" authenticate &&
		refused_with "$UNAVAILABLE" ask '' acct_mgmt && pind_start && ask "$PIN" authenticate
}

t_secrets() {
	no_secret
}

host_open pamtester
cases
