#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_install.sh - "make install" into a directory, as anybody, and what the files are worth.
# shellcheck disable=SC2317 # the cases are called by name
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/cases.sh

CASES='files     what is installed, and where
kept      a second install keeps the configuration
gone      uninstall leaves the configuration and nothing else
prefix    the unit starts the program where it was put
score     the sandbox of the unit is tight
defaults  every setting of the installed pind.conf is known'

B=${B:-build}
unset MAKEFLAGS MAKELEVEL MFLAGS # of the make that runs the tests
tmp_make install

install_into() {
	dest=$1
	shift
	make --no-print-directory install B="$B" DESTDIR="$dest" "$@"
}

t_files() {
	install_into "$tmp/root" PAMDIR=/pam || return 1
	(cd "$tmp/root" && find . -type f ! -path '*/man/*' -exec stat -c '%a %n' {} + | LC_ALL=C sort) \
		>"$tmp/files"
	diff tests/system/install.exp "$tmp/files" && [ -d "$tmp/root/etc/pind/services.d" ]
}

t_kept() {
	echo '# mine' >"$tmp/root/etc/pind/pind.conf"
	install_into "$tmp/root" PAMDIR=/pam || return 1
	[ "$(cat "$tmp/root/etc/pind/pind.conf")" = '# mine' ] || fail "pind.conf was replaced"
}

t_gone() {
	install_into "$tmp/gone" PAMDIR=/pam || return 1
	find "$tmp/gone" -name pinctl.1 | grep -q . || fail "no manual was installed" || return 1
	make --no-print-directory uninstall B="$B" DESTDIR="$tmp/gone" PAMDIR=/pam || return 1
	(cd "$tmp/gone" && find . ! -type d | sort) >"$tmp/left"
	grep '^[0-9]* \./etc/pind/' tests/system/install.exp | cut -d ' ' -f 2 | sort | diff - "$tmp/left"
}

t_prefix() {
	install_into "$tmp/local" PREFIX=/usr/local || return 1
	[ -x "$tmp/local/usr/local/sbin/pind" ] || fail "no /usr/local/sbin/pind" || return 1
	# shellcheck disable=SC2016 # a pattern
	! grep '/usr/sbin/pind' "$tmp/local/lib/systemd/system/pind.service" &&
		grep '^ExecStart=/usr/local/sbin/pind$' "$tmp/local/lib/systemd/system/pind.service"
}

# The score is 0 to 10; the threshold is ten times that.
t_score() {
	systemd-analyze security --no-pager --offline=true --threshold=5 systemd/pind.service
}

t_defaults() {
	# Groups and users are this machine's: by number, they need not be.
	mkdir -p "$tmp/conf" && sed -e 's/^#\([a-z]\)/\1/' -e '/= pin-courier-post$/s/=.*/= 64001/' \
		-e '/= pin-courier-/s/=.*/= 64002/' -e '/= pind-/s/=.*/= 64003/' \
		"$tmp/local/etc/pind/pind.conf" >"$tmp/conf/pind.conf" && grep -q '^memory_kib = ' "$tmp/conf/pind.conf" || return 1
	"$tmp/local/usr/local/sbin/pind" --check --config "$tmp/conf/pind.conf" || return 1
	rows=$(grep -cE '^(NUMBER|SWITCH|GROUP|USER)\(' pind/conf.def)
	rows=$((rows + $(grep -c '^CATEGORY(' include/person.def)))
	[ "$(grep -c '^[a-z]' "$tmp/conf/pind.conf")" -eq "$rows" ] || fail "not $rows settings"
}

why_not() {
	[ "$1" != score ] || command -v systemd-analyze >/dev/null 2>&1 || echo "needs systemd-analyze"
}

cases
