#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_pages.sh - the pages of docs/services: each with its test, and in the list of all.
# shellcheck disable=SC2317 # the cases are called by name
set -u
cd "$(dirname "$0")/../.." || exit 1

CASES='tested  each page has a test of its name, and each test a page
listed  each page is in the list, and begins with a heading
blocks  each block has an end, and the files in them absolute paths
links   pages that are linked exist'

# Tests of a page that has another test of its name.
more='sshd_kills pages'

names() {
	for file in docs/services/*.md; do
		name=${file##*/}
		[ "$name" = README.md ] || echo "${name%.md}"
	done
}

t_tested() {
	for name in $(names); do
		[ -x "tests/services/test_$name.sh" ] || { echo "no test of $name" && return 1; }
		grep -q "^host_open $name\$" "tests/services/test_$name.sh" || { echo "does not open $name" && return 1; }
	done
	for file in tests/services/test_*.sh; do
		name=${file##*/test_} name=${name%.sh}
		case " $more " in
		*" $name "*) ;;
		*) [ -e "docs/services/$name.md" ] || { echo "no page for $file" && return 1; } ;;
		esac
	done
}

t_listed() {
	for name in $(names); do
		grep -q "^| \[$name\]($name\.md) |" docs/services/README.md || { echo "not listed: $name" && return 1; }
		head -n 1 "docs/services/$name.md" | grep -q '^# ' || { echo "no heading: $name" && return 1; }
	done
}

t_blocks() {
	awk '
	FNR == 1 && open { print last ": a block has no end"; bad = 1; open = 0 }
	{ last = FILENAME }
	/^```/ && open { open = 0; next }
	/^```/ {
		open = 1
		if (NF > 1 && $2 !~ /^\//) { print FILENAME ": " $0; bad = 1 }
	}
	END { exit bad || open }' docs/services/*.md
}

t_links() {
	for name in $(grep -oh ']([a-z-]*\.md)' docs/services/*.md | tr -d ']()' | sort -u); do
		[ -e "docs/services/$name" ] || { echo "no $name" && return 1; }
	done
}

echo "1..$(echo "$CASES" | wc -l)"
n=0
while read -r case_name case_text; do
	n=$((n + 1))
	if said=$("t_$case_name" 2>&1); then
		echo "ok $n - $case_text"
	else
		echo "not ok $n - $case_text"
		echo "$said" | sed 's/^/# /'
	fi
done <<END
$CASES
END
