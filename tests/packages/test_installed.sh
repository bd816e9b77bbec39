#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_installed.sh - the packages on a Debian that boots: installed, set up in three commands, used,
# upgraded, removed, purged, installed again. Needs root. B/deb: the packages, made if they are old or
# not there.
# shellcheck disable=SC1091,SC2015,SC2016,SC2034,SC2086,SC2154,SC2317 # cases are called by name
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/cases.sh
. tests/system/machine.sh

# name, description: run in this order, on one machine.
CASES='install   apt installs them, and nothing runs, nothing is enabled, no login changes
enable    the one command opens three sockets, now and at each boot
key       it made a key that only root can read, and said how to keep it
first     an issued PIN is replaced at the first login
package   the test that the packages bring passes
upgrade   while the packages are upgraded no login fails; PINs and edited configuration stay
courier   a courier that runs is restarted by an upgrade
stock     beside local users, people with a PIN get in by the common files
renewal   by these a first login replaces the PIN, and local passwords change as ever
down      with pind down local users get in by them
second    while another architecture has the module, removing one keeps the profiles
remove    removal stops all, and leaves the common files byte for byte as they were
again     installed again, PIN and edited configuration are there
nokey     beside a store no other key is made, and what to do is said
purge     purging asks nothing, leaves key and PINs, and says so
fresh     the three commands of the README set it up again'

SERVICE=inpspin-packages
CF=RSSMRA85T10A562S OTHER=VRDLCU70A41H501I THIRD=BNCLRA80A41H501D
KEY=/etc/credstore.encrypted/pind.key
SOCKETS='pind-auth.socket pind-admin.socket pind-courier.socket'
PIN=''
MACHINE_PACKAGES='systemd systemd-sysv dbus passwd login libpam-runtime libpam-modules pamtester expect
	libsodium23 liblmdb0 libsystemd0 libinih1 libseccomp2 libsmartcols1 libjansson4
	libhpdf-2.3.0 fonts-dejavu-core libtss2-esys-3.0.2-0 libtss2-rc0'

B=${B:-build}
unset MAKEFLAGS MAKELEVEL MFLAGS # of the make that runs the tests
tmp_make installed

# debs: install these, in the machine's /srv/debs, as an administrator would, and ask nothing.
apt_install() {
	inside env DEBIAN_FRONTEND=noninteractive apt-get -y -o Dpkg::Use-Pty=0 install "$@" </dev/null
}

apt_all() {
	apt_install "/srv/debs/pind_$1.deb" "/srv/debs/libpam-inpspin_$1.deb" "/srv/debs/pind-tools_$1.deb"
}

# pin service cf operation...: a PAM conversation; a new PIN is in NEW.
login() {
	PIN=$1 tests/system/login.exp nsenter -t "$machine_leader" -a env -i \
		PATH=/usr/sbin:/usr/bin:/sbin:/bin pamtester "$2" "$3" "$4" ${5+"$5"} >"$tmp/talk" 2>&1
	login_status=$?
	NEW=$(sed -n 's/^NEW=\([0-9A-Z-]*\).*/\1/p' "$tmp/talk" | tr -d -)
	sed "s/$1/(the PIN)/g" "$tmp/talk"
	return $login_status
}

good_login() {
	login "$PIN" "$SERVICE" "$CF" authenticate acct_mgmt
}

# cf: the initial PIN is in INITIAL.
issue() {
	inside pinctl issue "$1" --print - --json >"$tmp/letter" || return 1
	INITIAL=$(sed -n 's/.*"pin": *"\([0-9A-Z]\{16\}\)".*/\1/p' "$tmp/letter")
	[ -n "$INITIAL" ] || fail "there is no PIN in the letter"
}

# state unit...: each unit is active, inactive, enabled ...
are() {
	question=is-active wanted=$1
	case $wanted in *abled) question=is-enabled ;; esac
	shift
	for unit in "$@"; do
		state=$(inside systemctl $question "$unit" 2>/dev/null)
		[ "$state" = "$wanted" ] || fail "$unit is ${state:-not there}, not $wanted" || return 1
	done
}

# All files below /etc/pam.d, by content.
pam_files() {
	inside sh -c 'cd /etc/pam.d && find . -type f -exec sha256sum {} + | sort -k 2'
}

# The same and the profiles that are enabled.
pam_same() {
	pam_files | diff "$tmp/pam-before" -
}

profiles() {
	inside grep -c pam_inpspin.so /etc/pam.d/common-auth
}

main_pid() {
	inside systemctl show -P MainPID "$1"
}

socket_inode() {
	inside stat -c %i /run/pind/auth.sock
}

t_install() {
	pam_files >"$tmp/pam-before"
	apt_all one >"$tmp/apt" 2>&1
	status=$?
	cat "$tmp/apt"
	[ $status -eq 0 ] || fail "apt-get" || return 1
	are disabled $SOCKETS && are inactive $SOCKETS pind.service pind-key.service || return 1
	inside test ! -e $KEY || fail "there is a key" || return 1
	for user in pind pin-courier-electronic pin-courier-post; do
		inside id $user || fail "no user $user" || return 1
	done
	inside dpkg --verify pind libpam-inpspin pind-tools >"$tmp/verify"
	cat "$tmp/verify"
	! grep -v ' c\? */usr/share/doc/' "$tmp/verify" | grep . || fail "dpkg --verify" || return 1
	pam_same
}

t_enable() {
	inside systemctl enable --now pind-auth.socket || return 1
	are active $SOCKETS && are enabled $SOCKETS || return 1
	for role in auth:client admin:admin courier:courier; do
		[ "$(inside stat -c '%F %a %U %G' "/run/pind/${role%:*}.sock")" = \
			"socket 660 root pind-${role#*:}" ] || fail "${role%:*}.sock" || return 1
	done
	are inactive pind.service
}

# What is to be kept is what the journal says, to the letter.
t_key() {
	for _ in $(seq 50); do
		inside test -e $KEY && break
		sleep 0.1
	done
	[ "$(inside stat -c '%a %U:%G %h' $KEY)" = '600 root:root 1' ] || fail "$KEY" || return 1
	[ "$(inside find "${KEY%/*}" -mindepth 1)" = $KEY ] || fail "something else is beside it" || return 1
	inside journalctl --sync
	inside journalctl --quiet -o cat -u pind-key >"$tmp/log"
	cat "$tmp/log"
	grep -q 'made /etc/.* encrypted with host' "$tmp/log" || fail "it did not say so" || return 1
	command=$(sed -n 's/.*elsewhere: \(systemd-creds .*\)/\1/p' "$tmp/log")
	[ "$(inside sh -c "$command" | base64 -d | wc -c)" = 32 ] || fail "not 32 bytes" || return 1
	# of 64 digits at random, four or so are 0
	[ "$(inside systemd-creds --newline=no decrypt --name=pind.key $KEY - | od -An -v -tx1 |
		tr -d ' 0\n' | wc -c)" -gt 20 ] || fail "a key of zeros"
}

t_first() {
	issue $CF || return 1
	login "$INITIAL" $SERVICE $CF authenticate chauthtok || return 1
	PIN=$NEW
	[ "${#PIN}" -eq 8 ] || fail "the new PIN has not 8 symbols" || return 1
	good_login
}

# As autopkgtest would run it, with the tree at hand.
t_package() {
	inside sh -c 'cd /srv/tree && AUTOPKGTEST_TMP=$(mktemp -d) && export AUTOPKGTEST_TMP &&
		debian/tests/login && test ! -e /etc/pam.d/inpspin-autopkgtest'
}

logins_meanwhile() {
	while [ ! -e "$tmp/enough" ]; do
		login "$PIN" $SERVICE $CF authenticate acct_mgmt >"$tmp/last" 2>&1
		echo $? >>"$tmp/logins"
	done
}

t_upgrade() {
	inside sh -c 'sed -i "s/^#simplified = .*/simplified = yes/" /etc/pind/pind.conf &&
		grep -q "^simplified = yes" /etc/pind/pind.conf &&
		echo "level = semplice" >/etc/pind/services.d/mine.conf &&
		sed -i "s/^== it$/edited\n&/" /etc/pind/templates/letter.txt && pind --check' || return 1
	inside sha256sum /etc/pind/pind.conf /etc/pind/services.d/mine.conf \
		/etc/pind/templates/letter.txt >"$tmp/edited"
	before=$(main_pid pind.service) inode=$(socket_inode)
	(logins_meanwhile) &
	logins=$!
	apt_all two
	upgraded=$?
	sleep 0.5
	touch "$tmp/enough"
	wait $logins
	rm "$tmp/enough"
	[ $upgraded -eq 0 ] || fail "apt-get" || return 1
	inside pind --version | grep -q . && [ "$(inside dpkg-query -Wf '${Version}' pind)" = "$LATER" ] ||
		fail "not upgraded" || return 1
	[ "$(main_pid pind.service)" -gt 1 ] && [ "$(main_pid pind.service)" != "$before" ] ||
		fail "pind was not restarted" || return 1
	[ "$(socket_inode)" = "$inode" ] || fail "the socket was replaced" || return 1
	echo "logins meanwhile: $(wc -l <"$tmp/logins")"
	[ "$(wc -l <"$tmp/logins")" -ge 3 ] && ! grep -qv '^0$' "$tmp/logins" ||
		fail "$(grep -cv '^0$' "$tmp/logins") failed: $(cat "$tmp/last")" || return 1
	inside sha256sum --check <"$tmp/edited" && are enabled $SOCKETS && good_login
}

t_courier() {
	inside systemctl start pin-courier@post || return 1
	before=$(main_pid pin-courier@post)
	apt_install --reinstall /srv/debs/pind_two.deb || return 1
	now=$(main_pid pin-courier@post)
	[ "$before" -gt 1 ] && [ "$now" -gt 1 ] && [ "$now" != "$before" ] || fail "it was not: $before, $now" ||
		return 1
	are active pin-courier@post && are inactive pin-courier@electronic && inside systemctl stop pin-courier@post
}

# user password: a login by the files common-*.
local_login() {
	PASSWORD=$2 tests/packages/local.exp nsenter -t "$machine_leader" -a env -i \
		PATH=/usr/sbin:/usr/bin:/sbin:/bin pamtester stock "$1" authenticate acct_mgmt
}

t_stock() {
	inside useradd -m anna && echo 'anna:old-Password-1' | inside chpasswd || return 1
	local_login anna old-Password-1 || fail "before" || return 1
	inside pam-auth-update --enable inpspin inpspin-password || return 1
	[ "$(profiles)" -ge 1 ] || fail "not enabled" || return 1
	login "$PIN" stock $CF authenticate acct_mgmt || return 1
	local_login anna old-Password-1 || return 1
	! local_login anna wrong-Password || fail "with a wrong password" || return 1
	! login 22222222 stock $CF authenticate || fail "with a wrong PIN" || return 1
	# Known to nobody, and no codice fiscale.
	! local_login nobody-there wrong-Password || fail "an unknown user"
}

t_renewal() {
	issue $OTHER || return 1
	login "$INITIAL" stock $OTHER authenticate chauthtok || return 1
	[ "${#NEW}" -eq 8 ] && login "$NEW" stock $OTHER authenticate acct_mgmt || fail "the new PIN" || return 1
	OLD=old-Password-1 NEW=new-Password-2 tests/packages/passwd.exp nsenter -t "$machine_leader" -a \
		setpriv --reuid anna --regid anna --clear-groups env -i PATH=/usr/bin:/bin passwd || return 1
	local_login anna new-Password-2 || return 1
	! local_login anna old-Password-1 || fail "the old password is good"
}

t_down() {
	inside systemctl stop $SOCKETS pind.service || return 1
	local_login anna new-Password-2 || return 1
	! login "$PIN" stock $CF authenticate || fail "with a PIN" || return 1
	inside systemctl start $SOCKETS && login "$PIN" stock $CF authenticate acct_mgmt
}

# The second copy is this one's, said to be of another architecture.
t_second() {
	inside dpkg --add-architecture "$OTHER_ARCH" || return 1
	inside dpkg --install /srv/debs/libpam-inpspin_other.deb || return 1
	inside dpkg --remove "libpam-inpspin:$OTHER_ARCH" || return 1
	[ "$(profiles)" -ge 1 ] && login "$PIN" stock $CF authenticate acct_mgmt ||
		fail "the profiles went with the other copy" || return 1
	inside dpkg --purge "libpam-inpspin:$OTHER_ARCH" && inside dpkg --remove-architecture "$OTHER_ARCH"
}

t_remove() {
	inside systemctl start pind.service pin-courier@post && are active pind.service pin-courier@post || return 1
	inside env DEBIAN_FRONTEND=noninteractive apt-get -y -o Dpkg::Use-Pty=0 remove \
		pind libpam-inpspin pind-tools || return 1
	pam_same || fail "/etc/pam.d has changed" || return 1
	! inside sh -c 'grep -lxE "pind|pin-courier" /proc/[0-9]*/comm' || fail "something runs" || return 1
	[ -z "$(inside find /run/pind -type s)" ] || fail "a socket is there" || return 1
	inside sha256sum --check <"$tmp/edited" && local_login anna new-Password-2
}

t_again() {
	apt_all two || return 1
	are enabled $SOCKETS && are active $SOCKETS || return 1
	inside sha256sum --check <"$tmp/edited" && pam_same && good_login
}

t_nokey() {
	inside systemctl stop $SOCKETS pind.service && inside mv $KEY /root/kept || return 1
	! inside systemctl start pind-key || fail "it did not fail" || return 1
	inside test ! -e $KEY || fail "there is a key" || return 1
	inside journalctl --sync
	inside journalctl --quiet -o cat -u pind-key -n 4 | tee "$tmp/log" |
		grep 'put your copy of the key back' || fail "$(cat "$tmp/log")" || return 1
	! inside systemctl start pind || fail "pind started" || return 1
	inside systemctl stop $SOCKETS pind.service && inside systemctl reset-failed
	inside mv /root/kept $KEY && inside systemctl start pind-auth.socket && are active $SOCKETS && good_login
}

t_purge() {
	inside env DEBIAN_FRONTEND=noninteractive apt-get -y -o Dpkg::Use-Pty=0 purge \
		pind libpam-inpspin pind-tools >"$tmp/apt" 2>&1 </dev/null
	status=$?
	cat "$tmp/apt"
	[ $status -eq 0 ] || fail "apt-get" || return 1
	grep -q "kept, since they are yours: $KEY, /var/lib/pind" "$tmp/apt" || fail "it did not say so" || return 1
	pam_same && inside test ! -e /run/pind || return 1
	# The policy is the administrator's file, and what it is in; users and groups are Debian's custom.
	inside find / -xdev \( -path /proc -o -path /sys -o -path /srv -o -path /root -o -path '/var/log' \
		-o -path '/var/cache' \) -prune -o \( -name '*pind*' -o -name '*pinctl*' -o -name '*pin-courier*' \
		-o -name '*pin-sendmail*' -o -name '*inpspin*' \) ! -name "$SERVICE" -print | sort >"$tmp/left"
	diff - "$tmp/left" <<-EOL
		/etc/credstore.encrypted/pind.key
		/etc/pind
		/var/lib/pin-courier
		/var/lib/pind
		/var/lib/pind/pind.lock
	EOL
}

# The first commands of the README, as they stand there.
t_fresh() {
	awk '/^## Set it up/ { here = 1 } here && sub(/^    /, "") { print; got = 1; next } got { exit }' \
		README.md | sed "s/CODICE-FISCALE/$THIRD/" >"$machine_dir/srv/new/commands"
	cat "$machine_dir/srv/new/commands"
	[ "$(wc -l <"$machine_dir/srv/new/commands")" = 3 ] || fail "the README has not three commands" || return 1
	good=$PIN
	inside sh -ec 'cd /srv/new && . ./commands && cat letter.txt' >"$tmp/set-up" 2>&1
	status=$?
	sed 's/PIN:.*/PIN: .../' "$tmp/set-up"
	[ $status -eq 0 ] && are active $SOCKETS && are enabled $SOCKETS || return 1
	grep -q "$THIRD" "$tmp/set-up" || fail "there is no letter" || return 1
	PIN=$good
	good_login
}

# Debs under the names one, two (a later version) and other (another architecture), in $1; in $2 as
# they are.
other_debs() {
	for path in "$B"/deb/pind_*.deb "$B"/deb/libpam-inpspin_*.deb "$B"/deb/pind-tools_*.deb; do
		name=${path##*/} && name=${name%%_*}
		cp "$path" "$2/" && cp "$path" "$1/${name}_one.deb" && dpkg-deb -R "$path" "$tmp/$name" &&
			sed -i "s/^Version: .*/Version: $LATER/; s/(= [^)]*)/(= $LATER)/" "$tmp/$name/DEBIAN/control" &&
			dpkg-deb -Znone -b "$tmp/$name" "$1/${name}_two.deb" || return 1
	done
	here=$tmp/libpam-inpspin
	sed -i "s/^Architecture: .*/Architecture: $OTHER_ARCH/; /^Depends:/d" "$here/DEBIAN/control" &&
		module=$(find "$here" -name pam_inpspin.so) &&
		mv "${module%/security/*}" "${module%/*/security/*}/$OTHER_ARCH-test" &&
		sed -i "s,lib/[^/]*/security,lib/$OTHER_ARCH-test/security," "$here/DEBIAN/md5sums" &&
		dpkg-deb -Znone -b "$here" "$1/libpam-inpspin_other.deb"
}

# The packages are there, and nothing that they are made of is newer.
fresh_debs() {
	set -- "$B"/deb/pind_*.deb
	[ -e "$1" ] && [ -z "$(find Makefile LICENSE apparmor common completions courier debian docs/*.in \
		docs/*.[ch] include pam_inpspin pinctl pind systemd templates -newer "$1")" ]
}

set_up() {
	fresh_debs || make --no-print-directory deb B="$B" || return 1
	set -- "$B"/deb/pind_*.deb
	LATER="$(dpkg-deb -f "$1" Version)+1"
	OTHER_ARCH=i386
	[ "$(dpkg --print-architecture)" != i386 ] || OTHER_ARCH=armhf
	machine_make && srv=$machine_dir/srv && mkdir -p "$srv/debs" "$srv/new" "$srv/tree" || return 1
	other_debs "$srv/debs" "$srv/new" && cp -a --parents debian tests/system "$srv/tree" || return 1
	printf '%s required pam_inpspin.so\n' auth account password >"$machine_dir/etc/pam.d/$SERVICE" || return 1
	printf '@include common-%s\n' auth account password session >"$machine_dir/etc/pam.d/stock" || return 1
	machine_up "$tmp/console"
}

why_not() {
	machine_why
}

CUT='tail'
cases set_up
