# shellcheck shell=sh
# SPDX-License-Identifier: BSD-2-Clause
# canary.sh - the ways in which a secret may lie somewhere. Sourced.

# As it is, lower case, hex, base64 at the three offsets; one a line, for grep -aF -f.
disguises() {
	for text in "$1" "$(echo "$1" | tr '[:upper:]' '[:lower:]')"; do
		echo "$text"
		hex=$(printf '%s' "$text" | od -An -v -tx1 | tr -d ' \n')
		echo "$hex"
		echo "$hex" | tr 'a-f' 'A-F'
		printf '%s' "$text" | base64 -w 0 | sed 's/..=*$//' && echo
		printf 'x%s' "$text" | base64 -w 0 | sed 's/^..//; s/..=*$//' && echo
		printf 'xx%s' "$text" | base64 -w 0 | sed 's/^...//; s/..=*$//' && echo
	done
}

# The same of a half AB12CD34: as one word, in groups, and as a PDF writes it (hex of UTF-16).
half_disguises() {
	grouped=$(echo "$1" | sed 's/..../&-/')
	disguises "$1"
	disguises "$grouped"
	printf '%s' "$grouped" | od -An -v -tx1 | tr -d '\n' | sed 's/ /00/g' && echo
	printf '%s' "$grouped" | od -An -v -tx1 | tr -d '\n' | sed 's/ /00/g' | tr 'a-f' 'A-F' && echo
}
