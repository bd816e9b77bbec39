# shellcheck shell=sh
# SPDX-License-Identifier: BSD-2-Clause
# host.sh - a Debian with every consumer of docs/services in it and pind set up, for one test. Sourced.
#   host_open NAME     boots it and installs docs/services/NAME.md; host_close ends it, exit too
#   inside, inside_as USER COMMAND...     talk SECRETS COMMAND...     with_stdin TEXT COMMAND...
#   person_ready CF [LEVEL], person_temporary CF: a PIN in PIN
#   wrong_pin     person_figures CF FIELD; person_attempts CF: all that failed, from wherever
#   pind_stop, pind_start     service_level NAME LEVEL     no_secret     host_root PATH
# And what cases.sh has.
# HOST_EXTRA names packages to install before the page, from those in /srv/debs; HOST_MAKE a target of
# the Makefile to install too.
# shellcheck disable=SC2317,SC2154 # called by those who source this
cd "$(dirname "$0")/../.." || exit 1
. tests/cases.sh
. tests/system/machine.sh
. tests/system/canary.sh

MACHINE_PACKAGES='systemd systemd-sysv dbus passwd login libpam-runtime libpam-modules pamtester expect
	libsodium23 liblmdb0 libsystemd0 libinih1 libseccomp2 libsmartcols1 libjansson4
	libhpdf-2.3.0 fonts-dejavu-core apparmor adduser
	openssh-server openssh-client sudo opendoas cron libnss-extrausers
	apache2 libapache2-mod-authnz-pam libapache2-mod-intercept-form-submit
	nginx-light libnginx-mod-http-auth-pam vsftpd dovecot-imapd postgresql sasl2-bin
	freeradius freeradius-utils squid openvpn ocserv openconnect cockpit-ws cockpit-bridge
	chromium chromium-driver
	ca-certificates curl openssl iproute2 iputils-ping procps lsof strace socat jq netcat-openbsd'
MACHINE_HOOK=tests/services/root.sh
HOST_SERVICE=inpspin-host # through which people get their PINs
B=${B:-build}
unset MAKEFLAGS MAKELEVEL MFLAGS # of the make that runs the tests

host_tmp='' PIN='' NEW=''

# ---- what is installed: our packages if they are newer than the sources, else "make install" -----

host_debs() {
	debs=$(ls "$B"/deb/*.deb 2>/dev/null)
	[ -n "$debs" ] || return 1
	for deb in $debs; do
		newer=$(find Makefile include common pind pam_inpspin pinctl courier systemd templates debian \
			docs/*.in -type f -newer "$deb" | head -n 1)
		[ -z "$newer" ] || return 1
	done
	echo "$debs"
}

# stage: what is to be installed comes to lie there, the same bytes for the same sources.
host_stage() {
	mkdir "$1" || return 1
	if debs=$(host_debs); then
		mkdir "$1/debs" && echo "$debs" | grep -v dbgsym | xargs cp -t "$1/debs"
	else
		flock "$B" make --no-print-directory install B="$B" DESTDIR="$1" >"$host_tmp/make" 2>&1 ||
			{ cat "$host_tmp/make" && return 1; }
		mkdir -p "$1/usr/share/pam-configs" && cp debian/pam-configs/* "$1/usr/share/pam-configs"
	fi
}

# A repository of what lies in /srv/debs, for an apt that cannot go elsewhere.
host_repository() {
	rm -f "$1"/etc/apt/sources.list "$1"/etc/apt/sources.list.d/* "$1/etc/resolv.conf"
	echo 'deb [trusted=yes] file:/srv/debs ./' >"$1/etc/apt/sources.list"
	for deb in "$1"/srv/debs/*.deb; do
		dpkg-deb -f "$deb" && printf '%s\n' "Filename: ./${deb##*/}" "Size: $(stat -c %s "$deb")" \
			"SHA256: $(sha256sum "$deb" | cut -d ' ' -f 1)" ''
	done >"$1/srv/debs/Packages" && chroot "$1" apt-get -qq update
}

# stage root: the layer of what is ours.
host_install() {
	if [ -d "$1/debs" ]; then
		cp "$1"/debs/*.deb "$2/srv/debs/" && host_repository "$2" || return 1
		printf '#!/bin/sh\nexit 101\n' >"$2/usr/sbin/policy-rc.d" && chmod 0755 "$2/usr/sbin/policy-rc.d"
		DEBIAN_FRONTEND=noninteractive chroot "$2" apt-get -qq -y install pind libpam-inpspin pind-tools
		status=$?
		rm "$2/usr/sbin/policy-rc.d"
		return $status
	fi
	host_repository "$2" && tar -C "$1" -c . | tar -C "$2" -x --keep-directory-symlink &&
		chroot "$2" systemd-sysusers
}

host_make() {
	host_stage "$host_tmp/stage" || return 1
	base=$(machine_root) || return 1
	key=$(cd "$host_tmp/stage" && { echo "$base" && cat "$OLDPWD/tests/services/host.sh" &&
		find . -type f -exec sha256sum {} + | sort; } | sha256sum | cut -c 1-16)
	machine_lower=$(machine_layer "$key" "$base" host_install "$host_tmp/stage") || return 1
	machine_make || return 1
	[ -z "${HOST_MAKE-}" ] ||
		make --no-print-directory "$HOST_MAKE" B="$B" DESTDIR="$machine_dir" || return 1
	echo ufficio >"$machine_dir/etc/hostname"
	printf '%s\n' '127.0.0.1 localhost ufficio ufficio.example.org' '::1 localhost' \
		>"$machine_dir/etc/hosts"
	printf '%s\n' 'auth required pam_inpspin.so' 'account required pam_inpspin.so' \
		'password required pam_inpspin.so' >"$machine_dir/etc/pam.d/$HOST_SERVICE"
}

# ---- the page ------------------------------------------------------------------------------------

# What is in the blocks of the page, in its order: N.path and N.file, or N.sh.
host_page() {
	mkdir "$host_tmp/page" && awk -v dir="$host_tmp/page" '
	/^```/ && open { open = 0; if (out) close(out); out = ""; next }
	/^```/ {
		open = 1
		if ($0 == "```sh")
			out = sprintf("%s/%02d.sh", dir, ++n)
		else if ($2 ~ /^\//) {
			out = sprintf("%s/%02d.file", dir, ++n)
			print $2 >(sprintf("%s/%02d.path", dir, n))
		}
		if (out) printf "" >out
		next
	}
	open && out { print >out }
	END { exit open }' "docs/services/$1.md" || fail "a block of docs/services/$1.md has no end"
}

# The path of a file of the machine, as the host sees it.
host_root() {
	echo "/proc/$machine_leader/root$1"
}

host_follow() {
	mkdir -p "$(host_root /run/host-test)"
	cp tests/services/talk.exp "$(host_root /run/host-test/talk.exp)"
	for block in "$host_tmp"/page/*; do
		case $block in
		*.file)
			path=$(host_root "$(cat "${block%.file}.path")")
			mkdir -p "${path%/*}" && cat "$block" >"$path" || return 1
			;;
		*.sh)
			cp "$block" "$(host_root /run/host-test/block)"
			inside sh -e /run/host-test/block || fail "a block of commands failed:" || {
				cat "$block"
				return 1
			}
			;;
		esac
	done
}

# ---- a machine for one page --------------------------------------------------------------------------

host_start() {
	host_page "$1" && host_make || return 1
	machine_up "$host_tmp/console" || return 1
	inside systemctl enable --now pind-auth.socket pind-admin.socket pind-courier.socket || return 1
	# shellcheck disable=SC2086 # words
	[ -z "${HOST_EXTRA-}" ] ||
		inside env DEBIAN_FRONTEND=noninteractive apt-get -qq -y install $HOST_EXTRA || return 1
	host_follow
}

host_open() {
	why=$(machine_why)
	[ -z "$why" ] || { printf '1..1\nok 1 - %s # SKIP %s\n' "$1" "$why" && exit 0; }
	tmp_make host
	host_tmp=$tmp
	: >"$host_tmp/secrets"
	host_start "$1" >"$host_tmp/log" 2>&1 </dev/null && return 0
	sed 's/^/# /' "$host_tmp/log"
	printf '1..1\nnot ok 1 - a machine with docs/services/%s.md\n' "$1"
	exit 1
}

at_end() {
	machine_stop
	machine_lower=''
}

host_close() {
	tmp_end
	host_tmp=''
}

inside_as() {
	as_user=$1
	shift
	inside setpriv --reuid "$as_user" --regid "$(inside id -g "$as_user")" --init-groups -- "$@"
}

# text command...: the command with the text, and an end of line, on stdin.
with_stdin() {
	stdin=$1
	shift
	printf '%s\n' "$stdin" | "$@"
}

# secrets command...: at a terminal of the machine, see talk.exp, whose options may come first. More
# secrets than one are lines. The text is in $host_tmp/talk, a new PIN in NEW.
talk() {
	secrets=$1
	shift
	with_stdin "$secrets" inside expect /run/host-test/talk.exp "$@" >"$host_tmp/talk" 2>&1
	talk_status=$?
	NEW=$(sed -n 's/^NEW=\([0-9A-Z-]*\).*/\1/p' "$host_tmp/talk" | tr -d -)
	[ -z "$NEW" ] || echo "$NEW" >>"$host_tmp/secrets"
	cat "$host_tmp/talk"
	return $talk_status
}

# ---- people ------------------------------------------------------------------------------------------

person_figures() {
	# shellcheck disable=SC2016 # expanded by the inner shell
	inside sh -c 'pinctl --json status "$1" | jq -r --arg f "$2" ".[\$f] | values"' sh "$1" "$2"
}

# The budget of a place where the person has been is apart: figures tell only about elsewhere.
person_attempts() {
	inside sh -c 'pinctl --json status --sources "$1" | jq "map(.fails) | add"' sh "$1"
}

# PIN with other symbols, each time others: it could be somebody's, and is charged.
wrong_pin() {
	echo >>"$host_tmp/wrong"
	wrong=$(printf '%.5s%03d' "${PIN#?}" "$(wc -l <"$host_tmp/wrong")")
	wrong=${wrong%????}${wrong#?????}
	case $PIN in
	2*) echo "3$wrong" ;;
	*) echo "2$wrong" ;;
	esac
}

person_issue() {
	case $(person_figures "$1" life) in
	absent | revoked | lapsed | '') ;;
	*) inside pinctl revoke "$1" --reason prova || return 1 ;;
	esac
	person=$1
	shift
	PIN=$(inside pinctl issue "$person" --print - --json "$@" |
		sed -n 's/.*"pin": *"\([0-9A-Z]\{16\}\)".*/\1/p')
	[ -n "$PIN" ] || fail "no PIN was issued" || return 1
	printf '%s\n' "$PIN" "${PIN%????????}" "${PIN#????????}" >>"$host_tmp/secrets"
}

person_temporary() {
	person_issue "$1" >"$host_tmp/issue" 2>&1 || { cat "$host_tmp/issue" && return 1; }
}

# Somebody with a definitive PIN of this level, whatever was before.
person_ready() {
	case ${2-semplice} in
	semplice) person_temporary "$1" || return 1 ;;
	*)
		person_issue "$1" --level "$2" --document patente:U1A2345678:MIT-UCO:2099-12-31 \
			>"$host_tmp/issue" 2>&1 || { cat "$host_tmp/issue" && return 1; }
		;;
	esac
	talk "$PIN" pamtester "$HOST_SERVICE" "$1" authenticate chauthtok >/dev/null ||
		{ cat "$host_tmp/talk" && return 1; }
	PIN=$NEW
	[ "${#PIN}" -eq 8 ] || fail "the new PIN has not 8 symbols"
}

# ---- pind ----------------------------------------------------------------------------------------------

pind_stop() {
	inside systemctl stop pind-auth.socket pind-admin.socket pind-courier.socket pind.service
}

pind_start() {
	inside systemctl start pind-auth.socket pind-admin.socket pind-courier.socket && inside pinctl ping
}

host_served() {
	inside pinctl service list | grep "^$1 .*$2"
}

service_level() {
	echo "level = $2" >"$(host_root "/etc/pind/services.d/$1.conf")"
	inside pinctl ping >/dev/null && inside systemctl reload pind && soon host_served "$1" "$2"
}

# ---- secrets -------------------------------------------------------------------------------------------

# No PIN that was given out here, in any disguise, is in the journal or in /var/log. What is planted
# in both is found, or the search is worth nothing.
no_secret() {
	inside sh -c 'logger "planted: QX7ZQX7Z"; printf "\\nplanted: QX7ZQX7Z\\n" >/var/log/planted; journalctl --sync'
	sort -u "$host_tmp/secrets" | while read -r secret; do
		disguises "$secret"
		disguises "$(echo "$secret" | sed 's/..../&-/g; s/-$//')"
	done >"$host_tmp/canaries"
	[ -s "$host_tmp/canaries" ] || fail "there were no PINs" || return 1
	disguises QX7ZQX7Z >>"$host_tmp/canaries"
	{ inside journalctl -o export --no-pager && inside tar -C / -c --exclude=journal var/log; } \
		>"$host_tmp/logs" 2>/dev/null
	grep -aF -f "$host_tmp/canaries" "$host_tmp/logs" >"$host_tmp/found"
	grep -aq '^MESSAGE=planted: QX7ZQX7Z' "$host_tmp/found" && grep -aq '^planted: QX7ZQX7Z' "$host_tmp/found" ||
		fail "a search that finds nothing" || return 1
	! grep -av 'planted: QX7ZQX7Z' "$host_tmp/found" || fail "a secret in a log"
}

# ---- a case that failed ---------------------------------------------------------------------------------

tell() {
	inside journalctl --quiet --no-pager -o short -n 12
}
