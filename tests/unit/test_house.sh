#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_house.sh - the rules of the house hold here, and their checks see each way of breaking them.
# shellcheck disable=SC2317 # the cases are called by name
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/cases.sh

tmp_make house

# A copy of the sources to be spoiled.
copy() {
	rm -rf "$tmp/copy" && mkdir "$tmp/copy" &&
		cp -R Makefile include common pam_inpspin pind pinctl docs tests scripts "$tmp/copy"
}

# "FILE TEXT COMMAND...": with TEXT at the end of FILE the command must fail and name FILE.
sees() {
	file=$1
	text=$2
	shift 2
	cp "$tmp/copy/$file" "$tmp/kept" || return 1
	printf '%s\n' "$text" >>"$tmp/copy/$file"
	"$@" "$tmp/copy" >"$tmp/said"
	status=$?
	cp "$tmp/kept" "$tmp/copy/$file"
	[ "$status" -eq 1 ] && grep -qF "$file" "$tmp/said" && return 0
	echo "not seen in $file: $text (exit status $status)"
	cat "$tmp/said"
	return 1
}

# n lines that are harmless.
lines() {
	awk -v n="$1" 'BEGIN { while (n-- > 0) print "/* */" }'
}

t_layers() { scripts/layers; }
t_sizes() { scripts/house sizes; }
t_bans() { scripts/house bans; }
t_memory() { scripts/house memory; }
t_licence() { scripts/house licence; }

t_layers_see() {
	copy && scripts/layers "$tmp/copy" || return 1
	sees pind/pin.c '#include "account.h"' scripts/layers &&
		sees pind/penalty.h '#include "keys.h"' scripts/layers &&
		sees pind/store_lmdb.c '#include "account.h"' scripts/layers &&
		sees pind/conf_services.c '#include "serve.h"' scripts/layers &&
		sees pind/serve.c '  #  include "conn.h"' scripts/layers &&
		sees pind/serve.c '#include "nowhere.h"' scripts/layers &&
		sees pind/serve.c '#include "../pinctl/show.h"' scripts/layers &&
		sees pinctl/show.c '#include "conf.h"' scripts/layers &&
		sees pam_inpspin/opts.c '#include "pin.h"' scripts/layers &&
		sees pam_inpspin/opts.c '#include <sodium.h>' scripts/layers &&
		sees common/wire.c '#include "record.h"' scripts/layers &&
		sees common/wire.c '#include <sodium.h>' scripts/layers &&
		sees include/wire.h '#include "keys.h"' scripts/layers &&
		sees pind/account.c '#include <lmdb.h>' scripts/layers || return 1
	cp "$tmp/copy/pind/pool.h" "$tmp/copy/pind/attic.h" &&
		sees pind/serve.c '#include "attic.h"' scripts/layers # no floor is known for it
}

t_sizes_see() {
	copy && scripts/house sizes "$tmp/copy" || return 1
	long=$(printf 'static int long_one(int a,\n\t\tint b)\n{\n%s\n}' "$(lines 56)")
	sees pind/pin.c "$(lines 400)" scripts/house sizes &&
		sees tests/unit/test_codec.c "$(lines 500)" scripts/house sizes &&
		sees include/wire.h "$(lines 400)" scripts/house sizes &&
		sees pind/recent.c "$long" scripts/house sizes
}

# "COUNT FILE TEXT": so many of the lines of TEXT must be seen in FILE.
sees_each() {
	count=$1
	file=$2
	cp "$tmp/copy/$file" "$tmp/kept" && printf '%s\n' "$3" >>"$tmp/copy/$file" || return 1
	scripts/house bans "$tmp/copy" >"$tmp/said"
	status=$?
	cp "$tmp/kept" "$tmp/copy/$file"
	[ "$status" -eq 1 ] && [ "$(grep -cF "$file" "$tmp/said")" -eq "$count" ] && return 0
	echo "not $count lines seen in $file (exit status $status)"
	cat "$tmp/said"
	return 1
}

t_bans_see() {
	copy && scripts/house bans "$tmp/copy" || return 1
	names='strcpy strcat sprintf vsprintf strtok gets system popen alloca mktemp atoi'
	each=$(for f in $names; do printf 'int x = %s(0);\n\tif (!%s (a, b))\n' "$f" "$f"; done)
	sees_each 22 pinctl/show.c "$each" || return 1
	each=$(for f in NOSYNC NOMETASYNC WRITEMAP MAPASYNC NOLOCK NOMEMINIT; do echo "int x = MDB_$f;"; done)
	sees_each 6 pind/store_lmdb.c "$each" &&
		sees_each 1 pind/prove.c 'r = strcmp(a, b);' &&
		sees_each 1 pind/hash.c 'crypto_pwhash_str_verify(a, b, c);' &&
		sees_each 1 pind/hash.c 'r = memcmp(tag, v->tag, 32);' &&
		sees_each 1 common/cf.c 'fprintf(stderr, "x");' || return 1
	echo '/* strcpy(a, b) is not used, nor MDB_NOSYNC; */ int my_system(int), snprintf_system;' \
		>>"$tmp/copy/pind/hash.c"
	scripts/house bans "$tmp/copy" # words in comments and longer names are fine
}

t_memory_see() {
	copy && scripts/house memory "$tmp/copy" || return 1
	use=$(printf 'static int f(void)\n{\n\treturn malloc(1) != NULL;\n}')
	sees pind/serve.c "$use" scripts/house memory &&
		sees pind/account.c "$use" scripts/house memory &&
		sees pind/conf.c "$use" scripts/house memory &&
		sees common/codec.c "$use" scripts/house memory &&
		sees pind/prove.c 'static char *g(const char *s) { return strdup (s); }' scripts/house memory
}

t_licence_sees() {
	copy && scripts/house licence "$tmp/copy" || return 1
	: >"$tmp/copy/pind/new.c"
	! scripts/house licence "$tmp/copy" >"$tmp/said" && grep -qF pind/new.c "$tmp/said"
}

CASES='layers       includes do not climb
sizes        files and functions are short
bans         nobody uses what is banned
memory       nothing is allocated after start
licence      every source has its SPDX line
layers_see   the check of layers sees every kind of climber
sizes_see    the check of sizes sees what is too long
bans_see     the check of bans sees each of them, and no comments
memory_see   the check of memory sees allocations
licence_sees the check of licences sees a source without'

cases
