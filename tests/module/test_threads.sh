#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_threads.sh - test_host.c again, under ThreadSanitizer, with a module built for it.
# Environment: B, the build directory (default build), absolute.
set -u
B=${B:-$(cd "$(dirname "$0")/../.." && pwd)/build}

# The loader's own lock is not one that ThreadSanitizer sees.
supp=$(mktemp) || exit 1
trap 'rm -f "$supp"' EXIT
echo "called_from_lib:ld-linux-x86-64.so.2" >"$supp"
MODULE="$B/tsan/pam_inpspin.so" TSAN_OPTIONS="suppressions=$supp" "$B/tsan/tests/module/test_host"
