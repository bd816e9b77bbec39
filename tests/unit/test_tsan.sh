#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_tsan.sh - what threads share in pind, built with ThreadSanitizer: no race is reported.
set -u
cd "$(dirname "$0")/../.." || exit 1

B=${B:-build}
export TSAN_OPTIONS="${TSAN_OPTIONS:-halt_on_error=1}"
tmp=$(mktemp -d "${TMPDIR:-/tmp}/tsan.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
set -- "$B"/tsan/tests/unit/test_*
[ -x "$1" ] || set --
echo "1..$(($# > 0 ? $# : 1))"
[ $# -gt 0 ] || echo "not ok 1 - nothing in $B/tsan/tests/unit"
n=0
for t in "$@"; do
	n=$((n + 1))
	if "$t" >"$tmp/out" 2>&1; then
		echo "ok $n - ${t##*/}"
	else
		echo "not ok $n - ${t##*/}"
		grep -v '^ok' "$tmp/out" | head -n 60 | sed 's/^/# /'
	fi
done
