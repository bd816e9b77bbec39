#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_threads.sh - test_host.c again, under ThreadSanitizer, with a module built for it.
# Environment: B, the build directory (default build), absolute.
set -u
B=${B:-$(cd "$(dirname "$0")/../.." && pwd)/build}

MODULE="$B/tsan/pam_inpspin.so" exec "$B/tsan/tests/module/test_host"
