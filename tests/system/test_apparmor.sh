#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_apparmor.sh - the AppArmor profiles: they compile, they allow all that pind, the couriers and
# the module do in a whole issuance (traced, on a Debian that boots), and hardly more. Needs root.
# shellcheck disable=SC2317 # the cases are called by name
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/cases.sh
. tests/system/machine.sh
. tests/system/post.sh

CASES='compile   the profiles compile, and so does one of a program that may use PAM
issuance  a PIN in two halves is delivered, by an inner sendmail and by a set-user-id one
pind      its profile allows all that pind does
couriers  theirs allows all that the couriers do, with their mail programs
module    the abstraction lets a confined program log in with the module, and is needed for it
needed    there is no rule that nothing needs
tight     the keys, the passwords, the other programs'"'"' files and a shell are out of reach
enforce   the same issuance in enforce mode'

CF=RSSMRA85T10A562S
OTHER=BNCLRA80A41H501D
CALLS='%file,%network,%process,fcntl,flock,mmap'

tracer='' loaded=''
at_end() {
	[ -z "$tracer" ] || kill "$tracer" 2>/dev/null
	machine_stop
	[ -z "$loaded" ] || apparmor_parser -b "$tmp/aa" -R "$tmp/enforce" >/dev/null 2>&1
}
tmp_make apparmor

# ---- the profiles ----

# /etc/apparmor.d as it is with ours installed.
lay_out() {
	mkdir -p "$tmp/aa" && cp -r /etc/apparmor.d/abi /etc/apparmor.d/abstractions \
		/etc/apparmor.d/tunables apparmor/usr.sbin.* "$tmp/aa/" || return 1
	install -D -m 0644 apparmor/abstractions/pind "$tmp/aa/abstractions/authentication.d/pind"
	printf '%s\n' 'abi <abi/3.0>,' 'include <tunables/global>' \
		'profile pamtester /usr/bin/pamtester {' 'include <abstractions/base>' \
		'include <abstractions/authentication>' 'include <abstractions/nameservice>' \
		'/usr/bin/pamtester mr,' '}' >"$tmp/aa/usr.bin.pamtester"
}

# file [more of the parser's options]: one profile; the kernel is not asked.
parse() {
	file=$1
	shift
	apparmor_parser -b "$tmp/aa" -Q -T -K "$@" "$file" 2>"$tmp/parser"
	status=$?
	grep -v 'interface file missing' "$tmp/parser"
	return $status
}

t_compile() {
	lay_out || return 1
	for name in usr.sbin.pind usr.sbin.pin-courier usr.bin.pamtester; do
		parse "$tmp/aa/$name" || fail "$name" || return 1
	done
	echo '/etc/shadow q,' >"$tmp/aa/local.bad" && mkdir -p "$tmp/aa/local" &&
		mv "$tmp/aa/local.bad" "$tmp/aa/local/usr.sbin.pind" || return 1
	! parse "$tmp/aa/usr.sbin.pind" >/dev/null || fail "local/usr.sbin.pind is not read" || return 1
	rm "$tmp/aa/local/usr.sbin.pind"
}

# profile-file program: what was traced, held against it.
hold() {
	apparmor_parser -b "$tmp/aa" -p "$1" >"$tmp/rules" 2>/dev/null && grep -q . "$tmp/rules" || return 1
	awk -v program="$2" -f tests/system/apparmor.awk "$tmp/rules" "$tmp/trace" "$tmp/trace" >"$tmp/held"
}

# words that a line of what was held must end in, each.
did() {
	for words in "$@"; do
		grep -qE "^allowed $words\$" "$tmp/held" || fail "not seen: $words" || return 1
	done
}

all_allowed() {
	! grep '^missing' "$tmp/held" || fail "$1: its profile lacks these"
}

# ---- what is traced ----

office() {
	printf '[courier]\npoll_s = 1\n[electronic]\n%s\n%s\n%s\n%s\n' 'from = pin@inps.example.org' \
		"$1" 'link = https://www.example.org/pin?t=' 'fax = 800 803 164' \
		>"$machine_dir/etc/pind/courier.conf"
}

# Ours to the mail server on this machine: then the courier may keep NoNewPrivileges=.
inner_sendmail() {
	post_confine || return 1
	office 'sendmail = /usr/bin/msmtp' && inside systemctl daemon-reload
}

outer_sendmail() {
	inside rm "$MAIL" && office '' && inside systemctl daemon-reload &&
		inside systemctl restart pin-courier@electronic
}

# cf n: a request, whose mail is the nth in the box; the token of its link in TOKEN.
ask() {
	inside pinctl request new "$1" --category lavoratore --email mario@posta.example.org || return 1
	soon read_mail "$2" || return 1
	read_token
	[ "${#TOKEN}" -eq 32 ]
}

whole_letter() {
	ls "$machine_dir$SPOOL"/letter-*.pdf
}

# From request to first login, a wrong PIN, a letter printed, another courier's mail, reload, restart.
issue() {
	rm -f "$machine_dir$MBOX"
	inner_sendmail && inside systemctl restart pin-courier@electronic pin-courier@post || return 1
	printf 'cf;name;street;town\n%s;A B;Via C 1;00144 ROMA RM\n' "$CF" |
		inside pinctl registry import indirizzi - && ask "$CF" 1 || return 1
	one=$(grep -oEw "$HALF" "$tmp/mail" | head -n 1)
	inside pinctl request confirm "$TOKEN" && soon whole_letter || return 1
	pdftotext -q -layout "$machine_dir$SPOOL"/letter-*.pdf "$tmp/letter" || return 1
	two=$(grep -oEw "$HALF" "$tmp/letter" | head -n 1)
	PIN="$one-$two" tests/system/login.exp nsenter -t "$machine_leader" -a env -i \
		PATH=/usr/sbin:/usr/bin:/sbin:/bin pamtester inpspin-test $CF authenticate chauthtok \
		>"$tmp/talk" 2>&1 || return 1
	! echo ABCD2345 | inside systemd-run -q --wait --pipe pamtester inpspin-test $CF authenticate || return 1
	letter=$(cd "$machine_dir$SPOOL" && ls letter-*.pdf)
	inside setpriv --reuid pin-courier-post --regid pin-courier-post --init-groups \
		pin-courier --channel post --printed "$letter" || return 1
	outer_sendmail && ask "$OTHER" 2 || return 1
	inside systemctl reload pind && inside systemctl restart pind && inside pinctl ping &&
		inside systemctl stop pin-courier@electronic pin-courier@post &&
		inside systemctl stop pind.service
}

t_issuance() {
	strace -f -y -s 200 --decode-pids=pidns -o "$tmp/trace" -e trace="$CALLS" -p "$machine_leader" \
		>"$tmp/strace" 2>&1 &
	tracer=$!
	soon grep -q attached "$tmp/strace" && issue
	status=$?
	kill "$tracer" && wait "$tracer"
	tracer=
	[ $status -eq 0 ] || inside journalctl --no-pager -o cat -u pind -u 'pin-courier@*' -n 12
	return $status
}

t_pind() {
	hold "$tmp/aa/usr.sbin.pind" /usr/sbin/pind || return 1
	all_allowed pind && did 'r /run/credentials/pind.service/pind.key' 'w /var/lib/pind/data.mdb' \
		'k /var/lib/pind/pind.lock' 'w /run/systemd/notify' 'w /run/systemd/journal/socket' \
		'm .*/libsodium.so.*' 'unix dgram' '[a-z]* /etc/pind/services.d/inpspin-test.conf' &&
		! grep -E '^allowed (x|m?x|inet)' "$tmp/held"
}

t_couriers() {
	hold "$tmp/aa/usr.sbin.pin-courier" /usr/sbin/pin-courier || return 1
	all_allowed pin-courier && did 'x /usr/bin/msmtp' 'r /etc/msmtprc' 'inet stream' \
		'x /usr/libexec/pind/pin-sendmail' 'rw /run/pind/sendmail-electronic.sock' \
		'rw /run/pind/courier.sock' 'unix seqpacket' \
		"w $SPOOL/letter-.*.pdf" 'r /usr/share/fonts/.*.ttf' && ! grep ' /var/spool' "$tmp/held"
}

t_module() {
	hold "$tmp/aa/usr.bin.pamtester" /usr/bin/pamtester || return 1
	all_allowed pamtester && did 'm .*/security/pam_inpspin.so' 'rw /run/pind/auth.sock' || return 1
	mv "$tmp/aa/abstractions/authentication.d/pind" "$tmp/away" &&
		hold "$tmp/aa/usr.bin.pamtester" /usr/bin/pamtester || return 1
	mv "$tmp/away" "$tmp/aa/abstractions/authentication.d/pind"
	grep '^missing' "$tmp/held"
	[ "$(grep -c '^missing' "$tmp/held")" -eq 1 ] && grep -q '^missing rw /run/pind/auth.sock$' "$tmp/held"
}

# Not of this machine: without that kernel's other kind of cgroup, other mail servers and printers,
# under ProcSubset=pid.
ELSEWHERE='/sys/fs/cgroup|random/boot_id|/bin/.lp,lpr|/aliases|gnutls'

t_needed() {
	for name in pind pin-courier; do
		grep -nE '^  (owner )?[/@].*,$' "apparmor/usr.sbin.$name" | grep -vE "$ELSEWHERE" |
			cut -d : -f 1 >"$tmp/lines"
		[ "$(wc -l <"$tmp/lines")" -ge 8 ] || fail "hardly any rules" || return 1
		while read -r line; do
			sed "${line}d" "apparmor/usr.sbin.$name" >"$tmp/less"
			hold "$tmp/less" "/usr/sbin/$name" || return 1
			grep -q '^missing' "$tmp/held" ||
				fail "$name: not needed: $(sed -n "${line}p" "apparmor/usr.sbin.$name")" || return 1
		done <"$tmp/lines"
	done
}

# As if this program had opened, connected to and run all of these.
never() {
	echo '1 execve("'"$1"'", ["x"], 0x1 /* 1 vars */) = 0' >"$tmp/sins"
	for path in /etc/shadow /etc/credstore.encrypted/pind.key /root/.ssh/id_rsa /home/mario/x \
		/var/spool/exim4/input/x /etc/ssl/private/x /run/dbus/system_bus_socket $2; do
		echo '1 openat(AT_FDCWD</>, "'"$path"'", O_RDONLY) = 3<'"$path"'>' >>"$tmp/sins"
	done
	for path in /etc/passwd /etc/pind/pind.conf /etc/pam.d/sshd /usr/sbin/pind /tmp/x /run/pind/x.sock; do
		echo '1 openat(AT_FDCWD</>, "'"$path"'", O_WRONLY|O_CREAT, 0600) = 3<'"$path"'>' >>"$tmp/sins"
	done
	for path in /bin/sh /usr/bin/dash /usr/bin/python3 /tmp/x; do
		echo '1 execve("'"$path"'", ["x"], 0x1) = -1 EACCES (Permission denied)' >>"$tmp/sins"
	done
	mv "$tmp/trace" "$tmp/real" && mv "$tmp/sins" "$tmp/trace"
	hold "$tmp/aa/usr.sbin.${1##*/}" "$1"
	mv "$tmp/trace" "$tmp/sins" && mv "$tmp/real" "$tmp/trace"
	! grep '^allowed' "$tmp/held" || fail "$1 may" || return 1
	[ "$(wc -l <"$tmp/held")" -eq $(($(wc -l <"$tmp/sins") - 1)) ]
}

t_tight() {
	never /usr/sbin/pind '/var/lib/pin-courier/post/letter-1.pdf /etc/pind/courier.conf /usr/bin/msmtp.x' &&
		never /usr/sbin/pin-courier '/var/lib/pind/data.mdb /run/credentials/pind.service/pind.key' ||
		return 1
	grep -q '"/var/lib/pind/data.mdb"' "$tmp/sins"
}

# Why no profile can be enforced here.
why_not_enforced() {
	[ "$(cat /sys/module/apparmor/parameters/enabled 2>/dev/null)" = Y ] ||
		{ echo "the kernel has no AppArmor" && return; }
	[ -d /sys/kernel/security/apparmor ] || echo "securityfs is not mounted"
}

# name arguments: this unit starts a copy of its program, to which a profile of the test's is attached.
use_copy() {
	inside cp "/usr/sbin/$1" "/usr/sbin/inpspin-$$-$1" || return 1
	unit=$1.service
	[ "$1" = pind ] || unit=$1@.service
	inside mkdir -p "/etc/systemd/system/$unit.d" || return 1
	printf '%s\n' '[Service]' ExecStart= "ExecStart=/usr/sbin/inpspin-$$-$1 $2" \
		"ExecPaths=/usr/sbin/inpspin-$$-$1" >"$machine_dir/etc/systemd/system/$unit.d/enforce.conf"
}

# unit: the profile that it is under.
label_of() {
	# shellcheck disable=SC2016 # expanded inside
	inside sh -c 'cat "/proc/$(systemctl show -P MainPID "$0")/attr/current"' "$1"
}

# Under names and paths of their own: no other pind of this kernel comes under these profiles.
t_enforce() {
	for name in pind pin-courier; do
		sed "s,^profile $name /usr/sbin/$name ,profile inpspin-$$-$name /usr/sbin/inpspin-$$-$name ,
			s,label=pind,label=inpspin-$$-pind,; /^abi /d; /^include <tunables/d" \
			"apparmor/usr.sbin.$name" || return 1
	done >"$tmp/both" && { printf '%s\n' 'abi <abi/3.0>,' 'include <tunables/global>' &&
		cat "$tmp/both"; } >"$tmp/enforce" &&
		apparmor_parser -b "$tmp/aa" -T -K -r "$tmp/enforce" && loaded=yes || return 1
	use_copy pind '' && use_copy pin-courier '--channel %i' && inner_sendmail || return 1
	inside sh -c 'systemctl daemon-reload; rm -rf /var/lib/pind/*; systemctl start pind \
		pin-courier@electronic pin-courier@post' || fail "they did not start" || return 1
	for unit in pind:pind pin-courier@electronic:pin-courier pin-courier@post:pin-courier; do
		label=$(label_of "${unit%:*}")
		[ "$label" = "inpspin-$$-${unit#*:} (enforce)" ] || fail "$unit is under $label" || return 1
	done
	issue || return 1
	! dmesg | grep "DENIED.*profile=\"inpspin-$$-"
}

set_up() {
	machine_make || return 1
	make --no-print-directory install B="$B" DESTDIR="$machine_dir" >/dev/null || return 1
	printf '%s\n' "auth required pam_inpspin.so" "account required pam_inpspin.so" \
		"password required pam_inpspin.so" >"$machine_dir/etc/pam.d/inpspin-test" || return 1
	echo 'level = semplice' >"$machine_dir/etc/pind/services.d/inpspin-test.conf"
	post_lay_out && machine_up "$tmp/console" || return 1
	inside systemd-sysusers && inside systemd-tmpfiles --create && inside ldconfig &&
		inside useradd -m mario && inside sh -c 'head -c 32 /dev/urandom |
		systemd-creds encrypt --name=pind.key - /etc/credstore.encrypted/pind.key' &&
		soon inside systemctl is-active exim4 &&
		inside systemctl start pind-auth.socket pind-admin.socket pind-courier.socket
}

why_not() {
	command -v apparmor_parser >/dev/null || { echo "needs apparmor_parser" && return; }
	[ "$1" != compile ] || return
	why=$(machine_why)
	command -v strace >/dev/null || why="needs strace"
	[ -n "$why" ] || [ "$1" != enforce ] || why=$(why_not_enforced)
	[ -z "$why" ] || echo "$why"
}

B=${B:-build}
SOON_S=30 # what is traced is slow
cases set_up
