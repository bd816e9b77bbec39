# shellcheck shell=sh
# SPDX-License-Identifier: BSD-2-Clause
# cases.sh - sourced: what all shell tests stand on.
#   tmp_make NAME     the directory $tmp; tmp_end removes it, after at_end; exit does, too
#   fail TEXT...     soon COMMAND...     refused_with TEXT COMMAND...
#   cases [COMMAND...]     runs what CASES lists, on what the command sets up
# Before these are called a test may define at_end, to stop what it started; why_not WORD, to print why
# the case of that name, or "set_up", cannot be here; tell, to print more on a case that failed. It may
# set SOON_S, the seconds that soon waits, and CUT, head or tail: what is shown of a long output.
# shellcheck disable=SC2317 # called by those who source this

SOON_S=10 CUT='head'
tmp=''

at_end() { :; }
why_not() { :; }
tell() { :; }

tmp_end() {
	at_end
	[ -z "$tmp" ] || rm -rf --one-file-system "$tmp"
	tmp=''
}

tmp_make() {
	tmp=$(mktemp -d "${TMPDIR:-/tmp}/inpspin-$1.XXXXXX") || exit 1
	trap tmp_end EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
}

fail() {
	echo "$*"
	return 1
}

# command...: wait until it succeeds, and say what it said last.
soon() {
	for _ in $(seq $((SOON_S * 10))); do
		"$@" >"$tmp/soon" 2>&1 && return 0
		sleep 0.1
	done
	cat "$tmp/soon"
	fail "in vain: $*"
}

# text command...: the command fails, and says text (a grep pattern, without case) if there is one.
refused_with() {
	text=$1
	shift
	"$@" >"$tmp/refused" 2>&1 && status=0 || status=1
	cat "$tmp/refused"
	[ "$status" -ne 0 ] || fail "it did not fail: $*" || return 1
	[ -z "$text" ] || grep -qi -e "$text" "$tmp/refused" || fail "it did not say: $text"
}

# Whether t_WORD says so of the line "WORD text"; 77 is a skip, for the reason it said last.
case_judge() {
	case_why=$(why_not "$1" </dev/null)
	[ -z "$case_why" ] || { echo "ok $case_n - $2 # SKIP $case_why" && return; }
	case_status=1
	[ -n "$case_broken" ] || { "t_$1" >"$tmp/case" 2>&1 </dev/null && case_status=0 || case_status=$?; }
	case $case_status in
	0) echo "ok $case_n - $2" ;;
	77) echo "ok $case_n - $2 # SKIP $(tail -n 1 "$tmp/case")" ;;
	*)
		echo "not ok $case_n - $2"
		case_bad=1
		[ -z "$case_broken" ] || return
		"$CUT" -n 60 "$tmp/case" | tr -d '\r' | sed 's/^/# /'
		tell | sed 's/^/# | /'
		;;
	esac
}

# Lines "word text" in CASES. Where the command fails no case is run, and all fail.
cases() {
	echo "1..$(echo "$CASES" | wc -l)"
	case_n=0 case_bad=0 case_broken=''
	if [ $# -gt 0 ] && [ -z "$(why_not set_up)" ] && ! "$@" >"$tmp/log" 2>&1; then
		case_broken=1
		sed 's/^/# /' "$tmp/log"
	fi
	while read -r case_name case_text; do
		case_n=$((case_n + 1))
		case_judge "$case_name" "$case_text"
	done <<END
$CASES
END
	return $case_bad
}
