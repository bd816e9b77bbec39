#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_release.sh - the module as it is shipped, in programs without sanitizers: memory.c, secrets.c.
# Environment: B, the build directory (default build), absolute.
set -u
B=${B:-$(cd "$(dirname "$0")/../.." && pwd)/build}
export MODULE_RELEASE="${MODULE_RELEASE:-$B/pam_inpspin.so}"
bad=0

for program in memory secrets; do
	"$B/plain/tests/module/$program" || bad=1
done
exit $bad
