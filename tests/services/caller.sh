# shellcheck shell=sh
# SPDX-License-Identifier: BSD-2-Clause
# caller.sh - a program that is not root and asks pind: what it is told and when; and a pind that
# stands still. Sourced after host.sh.
# shellcheck disable=SC2154 # host_tmp, HOST_SERVICE

# symbol pin: another PIN that could be one, for what could not is not charged to the person.
other_pin() {
	[ "$1${2#?}" != "$2" ] || set -- Z "$2"
	echo "$1${2#?}"
}

# user service cf: the account phase alone, asked by this user.
account_alone() {
	inside_as "$1" pamtester "$2" "$3" acct_mgmt
}

# user service cf command...: about the person, whose temporary PIN is in PIN, the user is told nothing
# until the command has proved the PIN to it. Others in the group, whom peers= does not name, are not
# even told with the PIN; and nobody is outside the group, whatever was proved.
told_after() {
	told_user=$1 told_service=$2 told_person=$3
	shift 3
	refused_with 'Permission denied' account_alone "$told_user" "$told_service" "$told_person" || return 1
	"$@" || return 1
	refused_with 'no longer valid' account_alone "$told_user" "$told_service" "$told_person" &&
		refused_with 'Permission denied' account_alone "$told_user" "$HOST_SERVICE" "$told_person" &&
		refused_with 'cannot retrieve authentication info' inside setpriv --reuid "$told_user" \
			--regid "$(inside id -g "$told_user")" --clear-groups \
			pamtester "$told_service" "$told_person" acct_mgmt &&
		refused_with 'Permission denied' with_stdin "$PIN" inside setpriv --reuid games --regid games \
			--groups pind-client pamtester "$told_service" "$told_person" authenticate
}

# user unit command...: it fails when the user is not in the group, and is good when it is again.
needs_group() {
	group_user=$1 group_unit=$2
	shift 2
	inside gpasswd -d "$group_user" pind-client && inside systemctl restart "$group_unit" || return 1
	"$@" && outside=in || outside=out
	inside gpasswd -a "$group_user" pind-client && inside systemctl restart "$group_unit" || return 1
	[ "$outside" = out ] || fail "it gets in without the group" || return 1
	"$@"
}

# ---- pind that stands still ------------------------------------------------------------------------------

pind_freeze() {
	frozen=$(inside systemctl show -P MainPID pind.service)
	[ "$frozen" -gt 1 ] && inside kill -STOP "$frozen"
}

pind_thaw() {
	inside kill -CONT "$frozen"
}

# n: so many have connected to it and are not served.
pind_has_waiting() {
	inside ss -xlHn src /run/pind/auth.sock >"$host_tmp/ss" &&
		[ "$(awk '{ n += $3 } END { print n + 0 }' "$host_tmp/ss")" -ge "$1" ]
}
