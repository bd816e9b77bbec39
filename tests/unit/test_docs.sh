#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_docs.sh - the manual and the other texts name what there is, all of it, and nothing else.
# shellcheck disable=SC2317,SC2016,SC2012,SC2086 # cases are called by name; patterns; names of ours; words
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/cases.sh

CASES='built     every page is made
lint      mandoc finds nothing to say about them
narrow    they fit a terminal of 80 columns
commands  every command of pinctl and its options, and no other
daemon    every option of pind, and no other
module    every option of the module, and no other
codes     every PAM code and variable of the module
settings  every setting, with the limits that pind applies
example   pind takes the example of pind.conf(5)
keys      every key of the JSON that pinctl prints
journal   every field of a journal entry, and every exit status of pind
verdicts  every verdict, where it is answered and where it ends a program
wire      every message and field of the protocol
life      the life of a PIN is the one that was decided
links     every page and file that is referred to is there
house     the architecture names every source file, and no other
rules     each rule of the PIN is accounted for, by commands and tests that there are
key       how to keep the key is said with the same words everywhere, how to make it nowhere'

B=${B:-build}
mkdir -p "$B" && B=$(cd "$B" && pwd) || exit 1
unset MAKEFLAGS MAKELEVEL MFLAGS # of the make that runs the tests
tmp_make docs
PINCTL_RELEASE=${PINCTL_RELEASE:-$B/pinctl} PIND_RELEASE=${PIND_RELEASE:-$B/pind}
PAGES='pam_inpspin.8 pind.8 pind.conf.5 pinctl.1 pind-protocol.7 pin-courier.8'

# page: its text, words not broken.
page() {
	mandoc -Tascii -Owidth=400 "$B/man/$1" | sed 's/.\x08//g'
}

# section page: the text of one section.
section() {
	page "$2" | awk -v name="$1" '/^[A-Z]/ { on = $0 == name } on'
}

# page word...: each is there, as a word.
names() {
	page "$1" >"$tmp/page"
	shift
	[ $# -gt 0 ] || fail "nothing to look for" || return 1
	for word in "$@"; do
		grep -qwF -e "$word" "$tmp/page" || fail "not there: $word" || return 1
	done
}

# what: the lines of $tmp/is are those of $tmp/said.
same() {
	[ -s "$tmp/is" ] || fail "no $1 found" || return 1
	sort -u "$tmp/is" >"$tmp/is.sorted" && sort -u "$tmp/said" >"$tmp/said.sorted" &&
		diff "$tmp/is.sorted" "$tmp/said.sorted"
}

t_built() {
	rm -rf "$B/man"
	make --no-print-directory man B="$B" || return 1
	for name in $PAGES; do
		[ -s "$B/man/$name" ] || fail "no $name" || return 1
	done
	[ "$(ls docs/*.scd.in | wc -l)" -eq "$(ls "$B/man" | wc -l)" ] || fail "not every page"
}

t_lint() {
	for name in $PAGES; do
		mandoc -Tlint "$B/man/$name"
	done >"$tmp/lint" 2>&1
	cat "$tmp/lint"
	[ ! -s "$tmp/lint" ]
}

# Examples and tables are not folded: they are too wide, or they fit.
t_narrow() {
	for name in $PAGES; do
		mandoc -Tascii "$B/man/$name" | sed 's/.\x08//g' | grep -n '.\{81\}' |
			grep -v 'systemd-creds\|new_authtok_reqd=done' && fail "in $name" && return 1
	done
	return 0
}

# Long options of a program's --help; those of argp itself, which are alike everywhere, aside.
options_of() {
	"$@" --help | grep -o -e '^ *\(-., \)\?--[a-z-]*' | grep -o -e '--[a-z-]*' |
		grep -vx -e '--help' -e '--usage' -e '--version'
}

t_commands() {
	"$PINCTL_RELEASE" --help | sed -n 's/^  \([a-z][a-z-]*\)  *[A-Z].*/\1/p' >"$tmp/is"
	section COMMANDS pinctl.1 | sed -n 's/^       \([a-z-]*\).*/\1/p' | grep -x '[a-z-]*' |
		grep -v '^$' >"$tmp/said"
	same commands || return 1
	while read -r command; do
		options_of "$PINCTL_RELEASE" "$command"
	done <"$tmp/said" >"$tmp/is"
	page pinctl.1 | grep -v document=patente | grep -o -e '--[a-z-]*' |
		grep -vx -e '--help' -e '--usage' -e '--version' >"$tmp/said"
	same options
}

t_daemon() {
	options_of "$PIND_RELEASE" >"$tmp/is"
	section OPTIONS pind.8 | grep '^ *-., ' | grep -o -e '--[a-z-]*' |
		grep -vx -e '--help' -e '--usage' -e '--version' >"$tmp/said"
	same options
}

t_module() {
	sed -n 's/^\t{ "\([a-z_]*\)", *read_[a-z]*, .*/\1/p' pam_inpspin/opts.c >"$tmp/is"
	section OPTIONS pam_inpspin.8 | sed -n 's/^       \([a-z_]*\)\(=[A-Za-z|]*\)\?$/\1/p' >"$tmp/said"
	same options
}

t_codes() {
	types=/usr/include/security/_pam_types.h
	sed -n 's/^#define \(PAM_[A-Z_]*\)[ \t]*[0-9][0-9]*[ \t].*/\1/p' $types |
		grep -v -e _PROMPT -e _MSG -e TEXT_INFO | sort >"$tmp/known"
	cat pam_inpspin/*.c include/verdict.def | grep -o 'PAM_[A-Z_]*' | sort -u >"$tmp/used"
	# the items are numbers too; and one code is only taken, never returned
	grep -v -x -e PAM_SERVICE -e PAM_USER -e PAM_TTY -e PAM_RHOST -e PAM_CONV \
		-e PAM_CONV_AGAIN "$tmp/known" | grep -x -F -f "$tmp/used" >"$tmp/codes"
	[ "$(wc -l <"$tmp/codes")" -ge 10 ] || fail "no codes found" || return 1
	# shellcheck disable=SC2046 # words
	names pam_inpspin.8 $(cat "$tmp/codes") PAM_IGNORE \
		$(grep -o 'INPSPIN_[A-Z_]*' pam_inpspin/env.c)
}

# setting value: does pind take it?
takes() {
	printf '[%s]\n%s = %s\n' "$1" "$2" "$3" >"$tmp/pind.conf"
	"$PIND_RELEASE" --check --config "$tmp/pind.conf" >"$tmp/check" 2>&1
}

# Of a setting only its own limits are looked at, not those between two settings.
refused() {
	! takes "$@" && grep -q 'write a number' "$tmp/check"
}

t_settings() {
	page pind.conf.5 | awk '
		/^   \[/ { gsub(/[][ ]/, ""); section = $0 }
		/^       [a-z_]* = NUMBER$/ { name = $1 }
		/Default: / && name != "" {
			match($0, /[0-9]+ to [0-9]+ /)
			split(substr($0, RSTART), word, / /)
			print section, name, word[1], word[3]
			name = ""
		}' >"$tmp/limits"
	awk -F '[(,] *' '/^NUMBER/ { print $2, $3 }' pind/conf.def >"$tmp/is"
	awk -F '"' '/^CATEGORY/ { print "expiry", $2 }' include/person.def >>"$tmp/is"
	cut -d ' ' -f 1,2 "$tmp/limits" >"$tmp/said"
	same settings || return 1
	while read -r in_section name min max; do
		refused "$in_section" "$name" $((max + 1)) && ! refused "$in_section" "$name" "$max" &&
			! refused "$in_section" "$name" "$min" || fail "$name: $min to $max" || return 1
		[ "$min" -eq 0 ] || refused "$in_section" "$name" $((min - 1)) ||
			fail "$name: from $min" || return 1
	done <"$tmp/limits"
	# shellcheck disable=SC2046 # words
	names pind.conf.5 $(awk -F '[(,] *' '/^(SWITCH|GROUP|USER)/ { print $3 }' pind/conf.def) \
		$(awk -F '"' '/^(GROUP|USER)/ { print $2 }' pind/conf.def)
}

t_example() {
	mkdir "$tmp/services.d" && : >"$tmp/pind.conf" || return 1
	section EXAMPLES pind.conf.5 | sed -n 's/^ *\(# \|\([a-z_]* = \)\)/\1/p' |
		awk -v dir="$tmp/services.d" '/^# / { n = split($2, part, "/"); file = dir "/" part[n] }
			{ print >file }'
	[ "$(cat "$tmp/services.d/"*.conf | grep -c ' = ')" -eq 5 ] || fail "no examples" || return 1
	"$PIND_RELEASE" --check --config "$tmp/pind.conf"
}

t_keys() {
	# shellcheck disable=SC2046 # words
	names pinctl.1 $(cat pinctl/*.c | sed -n 's/.*{ "[^"]*", "\([a-z_]*\)", SHOW_.*/\1/p') \
		$(sed -n 's/.*"\([a-z]*\)",$/\1/p; s/.*s:s, s:b.*"\([a-z]*\)",$/\1/p' pinctl/check_cf.c |
			grep -v valid) cf pin level lapses
}

t_journal() {
	# shellcheck disable=SC2046 # words
	names pind.8 $(grep -o 'PIND_[A-Z_]*=' pind/event.c | tr -d =) \
		$(sed -n 's/^EVENT(\([A-Z]*\),.*/\1/p' pind/event.def) \
		$(sed -n 's/^#define EXIT_[A-Z]* *\([0-9]*\).*/\1/p' pind/main.c) || return 1
	"$PIND_RELEASE" --no-such-option 2>/dev/null
	[ $? -eq 64 ] || fail "not exit status 64" || return 1
	"$PIND_RELEASE" --check --config "$tmp/none" 2>/dev/null
	[ $? -eq 78 ] || fail "not exit status 78"
}

t_verdicts() {
	all=$(sed -n 's/^VERDICT(\([A-Z_]*\),.*/\1/p' include/verdict.def)
	# shellcheck disable=SC2046,SC2086 # words
	names pam_inpspin.8 $all && names pind-protocol.7 $all || return 1
	awk -F '[(,] *' '/^VERDICT/ { print $6 " (" $2 ")" }' include/verdict.def |
		grep -v '^0 ' >"$tmp/is"
	section 'EXIT STATUS' pinctl.1 | sed -n 's/^       \([0-9]* ([A-Z_]*)\)$/\1/p' >"$tmp/said"
	same "exit statuses"
}

t_wire() {
	sed -n 's/^MSG(\([A-Z_]*\), [a-z_]*, \(0x[0-9a-f]*\),.*/\2 \1/p
		s/^\t[A-Z0-9]* *([a-z_]*, *\([a-z0-9_]*\),.*/\1/p' include/wire.def >"$tmp/is"
	page pind-protocol.7 | sed -n '/^REQUESTS/,/^VERDICTS/p' | sed -n 's/^   \(0x.. [A-Z_]*\)$/\1/p
		s/^ *[^ ]* *\([a-z0-9_]*\), \(u8\|u32\|u64\|text\|secret\|bytes\).*/\1/p' >"$tmp/said"
	same messages
}

# Made by pin.c itself; here some of its rows as they were decided.
t_life() {
	section 'LIFE OF A PIN' pind.8 | sed '1,/right PIN/d; /^$/,$d' |
		awk '{ print $1, $2, $3, $4, $5, $6, $7 }' >"$tmp/rows"
	cat "$tmp/rows"
	[ "$(wc -l <"$tmp/rows")" -eq 8 ] || fail "not eight states" || return 1
	grep -qx 'temporary MUST_CHANGE active LIVE temporary temporary revoked' "$tmp/rows" &&
		grep -qx 'lapsed LAPSED LAPSED LIVE LAPSED LAPSED revoked' "$tmp/rows" &&
		grep -qx 'unused LAPSED LAPSED temporary LAPSED LAPSED revoked' "$tmp/rows" &&
		grep -qx 'revoked WRONG WRONG temporary REVOKED REVOKED revoked' "$tmp/rows"
}

t_links() {
	for name in $PAGES; do
		for ref in $(page "$name" | grep -o '\(pind\|pinctl\|pam_inpspin\)[a-z.-]*([0-9])'); do
			ref=$(echo "$ref" | sed 's/(\(.\))/.\1/')
			[ -e "$B/man/$ref" ] || fail "$name: $ref" || return 1
		done
	done
	for file in README.md docs/*.md; do
		for ref in $(grep -o '](\([a-zA-Z/._-]*\))' "$file" | tr -d ']()'); do
			[ -e "$(dirname "$file")/$ref" ] || [ -e "$ref" ] || fail "$file: $ref" || return 1
		done
		for ref in $(grep -o '`\(tests\|scripts\|docs\|pind\|include\|common\|systemd\)/[a-z_./]*`' \
			"$file" | tr -d '`'); do
			[ -e "$ref" ] || fail "$file: $ref" || return 1
		done
	done
}

t_house() {
	ls common/*.c pam_inpspin/*.c pind/*.c pinctl/*.c courier/*.c include/*.def pind/*.def \
		courier/*.def pam_inpspin/*.def pam_inpspin/*.map docs/services/apache/*.c \
		docs/services/apache/*.def docs/services/apache/*.css | sed 's,.*/,,' >"$tmp/is"
	for header in pind/*.h pam_inpspin/*.h pinctl/*.h courier/*.h docs/services/apache/*.h; do # what no .c file of the same name has
		[ -e "${header%.h}.c" ] || basename "$header" >>"$tmp/is"
	done
	sed -n '/^## The house/,/^## One/s/^|\([^|]*|\)\{1,2\}.*|$/&/p' docs/architecture.md |
		grep -o '`[a-z_]*\.[a-z]*`' | tr -d '`' | grep -vx store.h >"$tmp/said"
	same files
}

# COMMAND...: a command of pinctl, one of its parts, options that it takes.
is_command() {
	"$PINCTL_RELEASE" "$1" --help >"$tmp/help" 2>/dev/null || fail "no command: pinctl $1" || return 1
	command=$1
	shift
	for word in "$@"; do
		case $word in
		--*) grep -q -e "$word\>" "$tmp/help" || fail "pinctl $command takes no $word" || return 1 ;;
		*) grep -q "pinctl $command .*\] $word\>" "$tmp/help" || fail "no pinctl $command $word" || return 1 ;;
		esac
	done
}

# What stands in backquotes in this column of the rules, a line each.
quoted() {
	awk -F '|' -v column="$1" '/^\| C?[0-9]+ \|/ {
		n = split($column, part, "`")
		for (i = 2; i <= n; i += 2)
			print part[i]
	}' docs/domain-coverage.md
}

t_rules() {
	awk -F ' [|] ' '/^\| C?[0-9]+ \|/ {
		sub(/^\| /, "", $1)
		if (NF != 4 || $2 == "" || $3 == "" || $4 !~ /`tests\//)
			print "not whole: " $1
		print $1
	}' docs/domain-coverage.md >"$tmp/said"
	{ seq 50 && seq -f C%g 15; } | diff - "$tmp/said" || return 1
	quoted 4 >"$tmp/means"
	while read -r means; do
		case $means in
		pinctl\ *) is_command ${means#pinctl } || return 1 ;;
		*/*) [ -e "$means" ] || fail "not there: $means" || return 1 ;;
		*.conf) [ -e "systemd/$means.awk" ] || fail "not there: $means" || return 1 ;;
		'make man') ;;
		*) grep -qwF -e "$means" docs/*.scd.in pind/conf.def courier/conf.def ||
			fail "in no manual: $means" || return 1 ;;
		esac
	done <"$tmp/means"
	quoted 5 >"$tmp/tests"
	while read -r test; do
		case $test in
		*/*) [ -e "$test" ] || fail "not there: $test" || return 1
			file=$test ;;
		*) grep -qw -e "$test" "$file" || fail "not in $file: $test" || return 1 ;;
		esac
	done <"$tmp/tests"
}

t_key() {
	for file in systemd/pind-key docs/pind.8.scd.in debian/pind.README.Debian; do
		grep -qF -e 'systemd-creds decrypt --name=pind.key --transcode=base64 ' $file || fail "not in $file" ||
			return 1
	done
	! grep -F 'urandom |' README.md scripts/demo docs/*.in systemd/*.service debian/*.Debian ||
		fail "pind-key makes it"
}

CUT='tail'
cases
