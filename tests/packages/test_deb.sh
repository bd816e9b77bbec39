#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_deb.sh - "make deb": three packages, what is in them, and that they come out the same
# elsewhere and at another time. They stay in B/deb.
# shellcheck disable=SC2015,SC2016,SC2317 # "a && b || c" is meant; the cases are called by name
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/cases.sh

CASES='build     make deb makes three packages and leaves the tree as it was
version   the changelog says the version of the programs
files     the packages hold these files, with these modes
conf      what is configuration, dpkg knows as such
hard      the programs in them are linked as the tests want it
depends   the module depends on libpam and libc alone
lintian   lintian has nothing to say, pedantic, and each override is explained
same      made elsewhere, 400 days later, under another umask and language, they are the same
catalogue publiccode.yml is what the catalogue of software for reuse wants'

B=${B:-build}
mkdir -p "$B" && B=$(cd "$B" && pwd) || exit 1
unset MAKEFLAGS MAKELEVEL MFLAGS # of the make that runs the tests
tmp_make deb

# A clone as somebody would make it, of what is here now: nobody edits it meanwhile.
copy_tree() {
	mkdir -p "$tmp/tree" && git ls-files -z --cached --others --exclude-standard |
		tar -c --null --ignore-failed-read -T - 2>/dev/null | tar -x -C "$tmp/tree" &&
		cp .gitignore "$tmp/tree/" && git -C "$tmp/tree" init -q && git -C "$tmp/tree" add -A
}

tree_state() {
	git -C "$tmp/tree" status --porcelain --ignored --untracked-files=all
	git -C "$tmp/tree" ls-files -z | (cd "$tmp/tree" && xargs -0 stat -c '%a %Y %s %n')
}

t_build() {
	copy_tree && tree_state >"$tmp/before" && grep -q ' debian/rules$' "$tmp/before" || return 1
	make --no-print-directory -C "$tmp/tree" deb B="$B" || return 1
	for name in pind libpam-inpspin pind-tools; do
		set -- "$B/deb/$name"_*.deb
		[ $# -eq 1 ] && [ -e "$1" ] || fail "not one package $name: $*" || return 1
	done
	[ ! -e "$B/deb/src" ] || fail "the copy is still there" || return 1
	tree_state | diff "$tmp/before" -
}

t_version() {
	version=$(sed -n 's/^VERSION := //p' Makefile)
	said=$(dpkg-parsechangelog -S Version)
	[ "$said" = "$version" ] || fail "Makefile: $version, debian/changelog: $said" || return 1
	dpkg-deb --fsys-tarfile "$B"/deb/pind-tools_*.deb | tar -xO ./usr/bin/pinctl >"$tmp/pinctl" &&
		chmod 755 "$tmp/pinctl" && "$tmp/pinctl" --version | grep "^pinctl $version\$"
}

# name: its files, as "mode path"; directories with a slash. /lib is /usr/lib from Debian 13 on.
listing() {
	dpkg-deb -c "$B"/deb/"$1"_*.deb | awk -v name="$1" '
		$2 != "root/root" { print name ": owner " $2, $6 }
		$6 != "./" { print name ": " $1, substr($6, 2) }' |
		sed "s,/$(dpkg-architecture -q DEB_HOST_MULTIARCH)/,/MULTIARCH/,; s, /lib/, /usr/lib/," |
		grep -v -e /usr/share/lintian/ -e ' /lib/$' -e '^[^ ]* d.* /usr/\(lib/\)\{0,1\}$' | LC_ALL=C sort -u
}

t_files() {
	for name in libpam-inpspin pind pind-tools; do
		listing $name
	done | diff tests/packages/files.exp -
}

t_conf() {
	for name in pind libpam-inpspin pind-tools; do
		dpkg-deb -c "$B/deb/$name"_*.deb | sed -n 's,^-.* \./etc/,/etc/,p' | LC_ALL=C sort >"$tmp/etc"
		dpkg-deb --ctrl-tarfile "$B/deb/$name"_*.deb | tar -xO ./conffiles 2>/dev/null |
			LC_ALL=C sort | diff "$tmp/etc" - || return 1
		[ "$name" != pind ] || grep -q '/etc/pind/templates/' "$tmp/etc" || fail "no template" || return 1
	done
}

t_hard() {
	for name in pind pind-tools; do
		dpkg-deb -x "$B/deb/$name"_*.deb "$tmp/root" || return 1
	done
	PIND_RELEASE="$tmp/root/usr/sbin/pind" PINCTL_RELEASE="$tmp/root/usr/bin/pinctl" \
		tests/unit/test_elf.sh >"$tmp/elf"
	cat "$tmp/elf"
	grep -q '^1\.\.' "$tmp/elf" && ! grep '^not ok' "$tmp/elf"
}

t_depends() {
	depends=$(dpkg-deb -f "$B"/deb/libpam-inpspin_*.deb Depends | sed 's/ ([^)]*)//g; s/t64//g')
	[ "$(echo "$depends" | tr ',' '\n' | tr -d ' ' | sort | tr '\n' ' ')" = \
		'libc6 libpam-runtime libpam0g ' ] || fail "$depends"
}

t_lintian() {
	lintian --pedantic --display-info --display-experimental --fail-on error,warning,info,pedantic,experimental \
		"$B"/deb/*.changes >"$tmp/lintian" 2>&1
	status=$?
	grep -v '^running with root privileges' "$tmp/lintian"
	[ $status -eq 0 ] && ! grep -q '^[EWIPX]: ' "$tmp/lintian" || fail "lintian" || return 1
	awk 'FNR == 1 { why = 0 }
		/^#/ { why = 1; next }
		/./ && !why { print FILENAME ": " $0; bad = 1 }
		{ why = 0 }
		END { exit bad }' debian/*.lintian-overrides || fail "without a word why"
}

t_same() {
	elsewhere=$tmp/another/place-with-a-longer-name
	mkdir -p "$elsewhere" && (
		umask 077 && env TZ=Pacific/Kiritimati LC_ALL=C.UTF-8 HOME="$elsewhere" faketime -f '+400d' \
			make --no-print-directory -C "$tmp/tree" deb B="$elsewhere"
	) || return 1
	(cd "$B/deb" && sha256sum ./*.deb) >"$tmp/here"
	(cd "$elsewhere/deb" && sha256sum ./*.deb) | diff "$tmp/here" - && [ "$(wc -l <"$tmp/here")" -ge 3 ]
}

t_catalogue() {
	tests/packages/publiccode.pl publiccode.yml
}

why_not() {
	for tool in dpkg-buildpackage dh lintian faketime git; do
		command -v $tool >/dev/null 2>&1 || { echo "needs $tool" && return; }
	done
	git rev-parse --is-inside-work-tree >/dev/null 2>&1 || echo "needs a clone of git"
}

CUT='tail'
cases
