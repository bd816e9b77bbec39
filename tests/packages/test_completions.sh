#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_completions.sh - what bash and zsh propose for pinctl is what pinctl --help says it takes: all
# of it, and nothing else. PINCTL_RELEASE: the program.
# shellcheck disable=SC2015,SC2317 # "a && b || c" is meant; the cases are called by name
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/cases.sh

CASES='table  --help lists commands, options, verbs and values
bash   bash proposes those and no others
zsh    zsh proposes those and no others
parse  both load in their shells without a word
files  files are proposed where a file is meant, in both
code   no codice fiscale, number or token is ever proposed'

B=${B:-build}
PINCTL=${PINCTL_RELEASE:-$B/pinctl}
export ARGP_HELP_FMT=rmargin=4000 # a line each
tmp_make completions

commands() {
	"$PINCTL" --help | sed -n '/^Commands:/,$s/^  \([a-z][a-z-]*\) .*/\1/p'
}

# line words...: that these should be proposed for the line; in $tmp/lines and $tmp/wanted.
expect_words() {
	printf '%s\n' "$1" >>"$tmp/lines"
	shift
	printf '%s\n' "$@" | LC_ALL=C sort -u >>"$tmp/wanted"
	echo >>"$tmp/wanted"
}

# command: its options, its verbs, and what an option or the registry can be.
expect_command() {
	"$PINCTL" "$1" --help >"$tmp/help" || return 1
	# shellcheck disable=SC2046 # words
	expect_words "pinctl $1 --" $(sed -n 's/^ *\(-[?V], \)\{0,1\}\(--[a-z-]*\).*/\2/p' "$tmp/help")
	verbs=$(sed -n "s/^[Uo ].*: *pinctl $1 \[OPTION\.\.\.\] \([a-z][a-z]*\)\( .*\)\{0,1\}\$/\1/p" "$tmp/help")
	# shellcheck disable=SC2086 # words
	[ -z "$verbs" ] || expect_words "pinctl $1 " $verbs
	tr '\n' ' ' <"$tmp/help" | sed 's/  *--/\n--/g' >"$tmp/options"
	while read -r option text; do
		case $text in
		*'one of '* | *'One of '* | 'Only those which are '*) ;;
		*) continue ;;
		esac
		end=
		case $option in --document=*) end=: ;; esac
		# shellcheck disable=SC2046 # words
		expect_words "pinctl $1 ${option%%=*}=" $(printf '%s\n' "$text" |
			sed 's/.*[Oo]ne of //; s/.*which are //; s/(default.*//; s/ or / /; s/ -.*//; s/,//g' |
			tr -s ' ' '\n' | sed "/./s/\$/$end/")
	done <"$tmp/options"
}

# shell lines: what it proposes, in the form of $tmp/wanted: sorted, without the = of options.
proposed() {
	"tests/packages/complete.$1" <"$2" | sed 's/^\(--[a-z-]*\)=$/\1/' | awk '
	function flush(    i, j, t) {
		for (i = 2; i <= n; i++)
			for (j = i; j > 1 && w[j] < w[j - 1]; j--) { t = w[j]; w[j] = w[j - 1]; w[j - 1] = t }
		for (i = 1; i <= n; i++) print w[i]
		print ""
		n = 0
	}
	$0 == "" { flush(); next }
	{ w[++n] = $0 }'
}

t_table() {
	: >"$tmp/lines"
	: >"$tmp/wanted"
	# shellcheck disable=SC2046 # words
	expect_words 'pinctl ' $(commands)
	for command in $(commands); do
		expect_command "$command" || return 1
	done
	for verb in import show; do
		expect_words "pinctl registry $verb " matricole patronati indirizzi
	done
	cat "$tmp/lines"
	[ "$(commands | wc -l)" -ge 17 ] && [ "$(wc -l <"$tmp/lines")" -ge 36 ] || fail "--help is read wrongly" ||
		return 1
	grep -qx 'patente:' "$tmp/wanted" && grep -qx 'letter-sent' "$tmp/wanted" &&
		grep -qx 'gruppo-impresa' "$tmp/wanted" && grep -qx -e '--issued-by' "$tmp/wanted" ||
		fail "--help is read wrongly"
}

same_as_help() {
	LC_ALL=C proposed "$1" "$tmp/lines" >"$tmp/$1"
	diff "$tmp/wanted" "$tmp/$1"
}

t_bash() {
	same_as_help bash
}

t_zsh() {
	same_as_help zsh
}

t_parse() {
	bash -n completions/pinctl.bash && zsh -n completions/_pinctl &&
		[ "$(head -n 1 completions/_pinctl)" = '#compdef pinctl' ] || return 1
	said=$(bash -c '. /usr/share/bash-completion/bash_completion; . completions/pinctl.bash; complete -p pinctl' 2>&1)
	[ "$said" = 'complete -F _pinctl pinctl' ] || fail "bash: $said"
}

t_files() {
	for line in 'pinctl check-cf LIC' 'pinctl registry import matricole LIC' 'pinctl convert --file=LIC' \
		'pinctl issue --print=LIC' 'pinctl --json convert --ask --file LIC'; do
		echo "$line"
	done >"$tmp/some"
	for shell in bash zsh; do
		[ "$(proposed $shell "$tmp/some" | grep -c '^LICENSE$')" = 5 ] ||
			fail "$shell: $(proposed $shell "$tmp/some")" || return 1
	done
}

t_code() {
	for line in 'pinctl status ' 'pinctl revoke ' 'pinctl request show ' 'pinctl delegation list ' \
		'pinctl request duplicate --cf=' 'pinctl recover --confirm='; do
		echo "$line"
	done >"$tmp/some"
	for shell in bash zsh; do
		proposed $shell "$tmp/some" >"$tmp/proposed"
		! grep . "$tmp/proposed" && [ "$(wc -l <"$tmp/proposed")" = 6 ] || fail "$shell" || return 1
	done
}

why_not() {
	for need in bash zsh /usr/share/bash-completion/bash_completion; do
		[ -e "$need" ] || command -v "$need" >/dev/null 2>&1 || echo "needs $need"
	done | tail -n 1
}

cases
