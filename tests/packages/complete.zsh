#!/bin/zsh -f
# SPDX-License-Identifier: BSD-2-Clause
# complete.zsh - what completions/_pinctl proposes for each line on stdin, when Tab is pressed at its
# end; after each an empty line. A zsh in a pseudo terminal completes, and tells what was proposed.
zmodload zsh/zpty || exit 1
inner=$(mktemp) || exit 1
trap 'rm -f $inner' EXIT

cat >$inner <<'INNER'
PROMPT= HISTFILE=
fpath=($PWD/completions $fpath)
autoload -Uz compinit && compinit -D -u
zstyle ':completion:*' list-grouped false
zmodload zsh/zutil
bindkey ^I complete-word
unsetopt autolist beep
told() { print -r -- '<end>' }
clear-line() {
	BUFFER=
	comppostfuncs=(told) # forgotten once they ran
}
zle -N clear-line && bindkey ^U clear-line
# In the place of the real one, which is asked which of the words fit.
compadd() {
	if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then
		builtin compadd "$@"
		return
	fi
	typeset -a hits
	builtin compadd -A hits "$@"
	local suffix
	zparseopts -E -a ignored S:=suffix
	for hit in $hits; do print -r -- "<$hit${suffix[2]}>"; done
	builtin compadd "$@"
}
comppostfuncs=(told) # the first ^U may be the terminal's
print -r -- '<ready>'
INNER

zpty z zsh -f -i
# until mark: the lines up to it.
lines_until() {
	local line
	while zpty -r z line; do
		[[ $line != *$1* ]] || return 0
		print -rn -- $line
	done
	return 1
}
zpty -w z "source $inner"
lines_until '<ready>' >/dev/null || exit 1
while IFS= read -r typed; do
	zpty -w -n z $'\x15'"$typed"$'\t'
	lines_until '<end>' | tr -d '\r' | sed -n 's/.*<\([^<>]*\)>$/\1/p'
	print
done
zpty -d z
