#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_check_cf.sh - pinctl check-cf as operators run it: every vector; file or stdin; exit status.
set -u

PINCTL=${PINCTL:-build/san/pinctl}
TESTDATA=${TESTDATA:-tests/data}
tmp=$(mktemp -d "${TMPDIR:-/tmp}/check-cf.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
n=0

# "name command...": one test, that the command succeeds.
check() {
	name=$1
	shift
	n=$((n + 1))
	"$@" >"$tmp/why" 2>&1 && echo "ok $n - $name" && return
	echo "not ok $n - $name"
	sed 's/^/# /' "$tmp/why"
}

# "wanted-status operand...": that status, and one line of complaint if it is neither 0 nor 1.
ends() {
	want=$1
	shift
	"$PINCTL" check-cf "$@" >"$tmp/out" 2>"$tmp/err"
	got=$?
	cat "$tmp/err"
	echo "exit status $got, $want wanted"
	[ "$got" -eq "$want" ] && [ "$(wc -l <"$tmp/err")" -eq "$((want > 1))" ]
}

rows() { # status operand...
	ends "$@" && diff "$tmp/want" "$tmp/out"
}

from_stdin() { # status operand...
	rows "$@" <"$tmp/in"
}

json() {
	ends 1 --json "$tmp/in" && [ "$(grep -c '^{"input":".*}$' "$tmp/out")" -eq "$lines" ] &&
		[ "$(wc -l <"$tmp/out")" -eq "$lines" ] &&
		grep -F '"valid":true,"kind":"omocodia","canonical":"QXZKWJ75C52F83VL",' "$tmp/out" &&
		grep -F '"birth":"75-03-12","sex":"F","place":"F839","reason":null}' "$tmp/out"
}

to_full_disk() {
	"$PINCTL" check-cf "$tmp/in" >/dev/full 2>"$tmp/err"
	got=$?
	cat "$tmp/err"
	[ "$got" -eq 4 ] && [ "$(wc -l <"$tmp/err")" -eq 1 ]
}

# The vectors that fit a line: their bytes, and the rows that must come out.
grep -v '^#' "$TESTDATA/cf_vectors.tsv" | awk -F '\t' '$1 !~ /\\n|\\r$/' >"$tmp/vectors"
lines=$(wc -l <"$tmp/vectors")
awk -F '\t' -v OFS='\t' '{ print $1, $2, $3, $8, $4, $10 }' "$tmp/vectors" >"$tmp/want"
cut -f 1 "$tmp/vectors" | LC_ALL=C awk '
	{
		for (i = 1; i <= length($0); i++) {
			c = substr($0, i, 1)
			if (c == "\\" && (c = substr($0, ++i, 1)) == "x") {
				high = index("0123456789abcdef", substr($0, ++i, 1)) - 1
				low = index("0123456789abcdef", substr($0, ++i, 1)) - 1
				printf "%c", high * 16 + low
			} else if (c == "t" && substr($0, i - 1, 1) == "\\")
				printf "\t"
			else
				printf "%s", c
		}
		printf "\n"
	}' >"$tmp/in"

echo 1..11
check "vectors are there" [ "$lines" -gt 400 ]
check "every vector, from a file" rows 1 "$tmp/in"
check "every vector, from stdin" from_stdin 1
check "every vector, from -" from_stdin 1 -
check "as JSON" json

awk -F '\t' '$2 == "valid"' "$tmp/want" | tee "$tmp/valid" | cut -f 4 | sed 's/$/\r/' >"$tmp/in"
awk -F '\t' -v OFS='\t' '{ $1 = $4; print }' "$tmp/valid" >"$tmp/want"
check "only valid codes, with CR LF" rows 0 "$tmp/in"
: >"$tmp/want"
check "no codes" rows 0 /dev/null
check "no such file" ends 2 "$tmp/none"
check "a directory" ends 2 "$tmp"
check "too many operands" ends 2 "$tmp/in" "$tmp/in"
check "an answer that cannot be written" to_full_disk
