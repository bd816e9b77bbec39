# SPDX-License-Identifier: BSD-2-Clause
# pinctl.sh - for the shell tests of pinctl: a folder $D that goes away, TAP, one command at a time.
# shellcheck shell=sh disable=SC2034 # status, bad: for who reads this file in
# Set before: PINCTL.

D=$(mktemp -d "${TMPDIR:-/tmp}/pinctl.XXXXXX") || exit 1
n=0 bad=0 pid=

stop() {
	[ -z "$pid" ] || { kill "-${1:-TERM}" "$pid" && wait "$pid"; } 2>/dev/null
	pid=
}
trap 'stop KILL; rm -rf "$D"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# is NAME TEST...: one line of TAP
is() {
	name=$1
	shift
	n=$((n + 1))
	if "$@"; then
		echo "ok $n - $name"
	else
		bad=$((bad + 1))
		echo "not ok $n - $name"
		printf '# status %s\n' "$status"
		head -n 20 "$D/out" | sed 's/^/# out: /'
		head -n 20 "$D/err" | sed 's/^/# err: /'
	fi
}

skip() {
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

# p WORDS...: pinctl, with $status, $D/out, $D/err
p() {
	"$PINCTL" --socket "$D/run/admin.sock" "$@" >"$D/out" 2>"$D/err" </dev/null
	status=$?
}

# gave STATUS [TEXT...]: the status; every text on stdout; nothing on stderr when it is 0
gave() {
	[ "$status" -eq "$1" ] || return 1
	[ "$1" -ne 0 ] || [ ! -s "$D/err" ] || return 1
	shift
	for text in "$@"; do
		grep -qF -- "$text" "$D/out" || return 1
	done
}

# refused STATUS TEXT: the status, one line on stderr with the text, nothing on stdout
refused() {
	[ "$status" -eq "$1" ] && [ ! -s "$D/out" ] && [ "$(wc -l <"$D/err")" -eq 1 ] &&
		grep -qF -- "$2" "$D/err"
}

# One object on one line.
is_json() {
	[ "$(wc -l <"$D/out")" -eq 1 ] && grep -q '^[{[].*[]}]$' "$D/out"
}
