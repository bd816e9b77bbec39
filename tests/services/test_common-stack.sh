#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_common-stack.sh - docs/services/common-stack.md on a Debian that boots. Needs root.
# shellcheck disable=SC2317 # the cases are called by name
set -u
# shellcheck source=tests/services/host.sh
. "$(dirname "$0")/host.sh"

CASES='first    over ssh a temporary PIN is replaced, and the session knows whose it is
person   a person with a PIN gets in by ssh, login, sudo and su, with a wrong one by none
change   passwd draws a person a new PIN, and sudo and su replace a temporary one
unix     who is in /etc/passwd gets in with a good PIN, and is asked for a password to replace another
local    a local user gets in by all four, and is never asked for a PIN
password a local user changes the password, root that of another
level    a level that is not reached is refused
stopped  with pind stopped root and a local user get in, at once, and people do not, a password or none
undone   switched off, the files are as they were, byte for byte
removed  and so they are after the removal of the package
secrets  no PIN is in a log'

CF=RSSMRA85T10A562S
OTHER=BNCLRA80A41H501D
PIN_FILES='common-account common-auth common-password common-session common-session-noninteractive'

# secrets user: each leaves "in:" and the name, and what the session knows.
SHOW='id -un | sed s/^/in:/; env'
by_ssh() {
	talk "$1" ssh -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR \
		-o PreferredAuthentications=keyboard-interactive -o NumberOfPasswordPrompts=1 "$2@127.0.0.1" "$SHOW"
}

by_login() {
	talk "$1" -c "$SHOW" -u "$2" login
}

by_sudo() {
	talk "$1" setpriv --reuid "$2" --regid "$2" --init-groups sudo -k sh -c 'echo "in:$SUDO_USER"'
}

by_su() {
	talk "$1" setpriv --reuid nobody --regid nogroup --clear-groups su "$2" -c "$SHOW"
}

in_as() {
	grep "^in:$1" "$host_tmp/talk"
}

# secret user: in by all of them.
in_by_all() {
	for way in ssh login sudo su; do
		"by_$way" "$@"
		in_as "$2" || fail "not in by $way" || return 1
	done
}

# ways secret user: by none of these.
out_by() {
	for way in $1; do
		"by_$way" "$2" "$3"
		! in_as "$3" || fail "in by $way" || return 1
	done
}

t_first() {
	inside useradd -m mario && printf '%s\n' mario:Segreto-1 root:Segreto-1 | inside chpasswd || return 1
	echo 'ALL ALL = (ALL) ALL' >"$(host_root /etc/sudoers.d/all)"
	person_temporary $CF && by_ssh "$PIN" $CF && in_as $CF && PIN=$NEW && [ "${#PIN}" -eq 8 ] || return 1
	by_ssh "$PIN" $CF && grep "^INPSPIN_CF=$CF" "$host_tmp/talk"
}

t_person() {
	out_by 'ssh login sudo su' "$(wrong_pin)" $CF && [ "$(person_attempts $CF)" -gt 0 ] && in_by_all "$PIN" $CF &&
		[ "$(person_attempts $CF)" -eq 0 ]
}

t_change() {
	talk "$PIN" setpriv --reuid $CF --regid $CF --init-groups passwd && PIN=$NEW && by_ssh "$PIN" $CF && in_as $CF ||
		return 1
	person_temporary $CF && by_sudo "$PIN" $CF && in_as $CF && PIN=$NEW && [ "${#PIN}" -eq 8 ] || return 1
	person_temporary $CF && by_su "$PIN" $CF && in_as $CF && PIN=$NEW && [ "${#PIN}" -eq 8 ] && in_by_all "$PIN" $CF
}

t_unix() {
	mine=$PIN
	inside useradd --badname -m $OTHER && person_ready $OTHER && in_by_all "$PIN" $OTHER || return 1
	person_temporary $OTHER && by_ssh "$PIN" $OTHER
	! in_as $OTHER && grep 'Current password: ' "$host_tmp/talk" && PIN=$mine
}

t_local() {
	in_by_all Segreto-1 mario && ! grep -h 'PIN' "$host_tmp/talk" && out_by ssh sbagliato mario
}

t_password() {
	talk 'Segreto-1
Altro-Segreto-2
Altro-Segreto-2' setpriv --reuid mario --regid mario --init-groups passwd && by_ssh Altro-Segreto-2 mario || return 1
	with_stdin mario:Segreto-1 inside chpasswd && by_ssh Segreto-1 mario
}

t_level() {
	service_level sshd dispositivo && refused_with 'Permission denied' by_ssh "$PIN" $CF || return 1
	service_level sshd semplice && by_ssh "$PIN" $CF
}

t_stopped() {
	pind_stop && in_by_all Segreto-1 mario && by_login Segreto-1 root
	in_as root || return 1
	with_stdin $OTHER:Segreto-1 inside chpasswd && out_by 'ssh su' Segreto-1 $OTHER || return 1
	out_by 'ssh su' "$PIN" $CF && pind_start && by_ssh "$PIN" $CF
}

# Those of a root on which nothing of ours was ever put.
same() {
	for file in $PIN_FILES; do
		diff "${machine_lower##*:}/etc/pam.d/$file" "$(host_root "/etc/pam.d/$file")" || return 1
	done
}

t_undone() {
	! same || fail "nothing had been changed" || return 1
	inside pam-auth-update --disable inpspin inpspin-password && same || return 1
	inside pam-auth-update --enable inpspin inpspin-password && ! same && by_ssh "$PIN" $CF && in_as $CF
}

t_removed() {
	inside dpkg -s libpam-inpspin >/dev/null 2>&1 || { echo "not installed as a package" && return 77; }
	inside env DEBIAN_FRONTEND=noninteractive apt-get -qq -y remove libpam-inpspin && same || return 1
	by_ssh Segreto-1 mario && in_as mario
}

t_secrets() {
	no_secret
}

host_open common-stack
cases
