#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# complete.bash - what completions/pinctl.bash proposes for each line on stdin, as if Tab were pressed
# at its end; after each an empty line.
# shellcheck disable=SC1091
set -u
. /usr/share/bash-completion/bash_completion
. completions/pinctl.bash
compopt() { :; } # only while a key is pressed; it adds or drops a blank

while IFS= read -r line; do
	COMP_LINE=$line COMP_POINT=${#line} COMPREPLY=()
	# As readline splits it: COMP_WORDBREAKS has = and :
	split=${line//=/ = }
	read -ra COMP_WORDS <<<"${split//:/ : }"
	[[ $line != *' ' ]] || COMP_WORDS+=('')
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
	_pinctl pinctl "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
	[[ ${#COMPREPLY[@]} -eq 0 ]] || printf '%s\n' "${COMPREPLY[@]}"
	echo
done
