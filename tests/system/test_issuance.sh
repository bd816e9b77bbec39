#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_issuance.sh - a PIN from the request to the first login, on a Debian that boots: pind, both
# couriers as their units run them, a real mail server. And where its halves were. Needs root.
# shellcheck disable=SC2317 # the cases are called by name
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/cases.sh
. tests/system/machine.sh
. tests/system/post.sh
. tests/system/canary.sh

# name, description: run in this order, on one machine.
CASES='office    an office is set up: key, courier.conf, texts, mail server, address
couriers  both couriers run, each as its own user, and confined
score     the sandbox of both is tight
search    what is planted in memory and files is found
request   a request is opened, and the letter waits for the link
mail      the e-mail has the number, the link and characters 1-8
confirm   the link is good once
letter    the letter has characters 9-16 and the address, no code, no number
memory    no process holds a half any more
login     both halves make a first login, and that concludes the pratica
nowhere   the halves are in the delivered mail and in the letter, and nowhere else
setuid    a set-user-id sendmail delivers too, outside of the sandbox, by the units that are installed
refusal   what it refuses is reported, and tried again
again     couriers that are enabled stop and start with the sockets, as for a backup
scores    as installed, pind scores at most 0.5 and both couriers at most 1.5'

SERVICE=inpspin-test
CF=RSSMRA85T10A562S
OTHER=BNCLRA80A41H501D
THIRD=VRDLCU70A41H501I
NUMBER='' ONE='' TWO='' PIN=''

tmp_make issuance

main_pid() {
	inside systemctl show -P MainPID "$1.service"
}

# The half in the text on stdin, without its hyphen.
half_in() {
	grep -oEw "$HALF" | head -n 1 | tr -d -
}

t_office() {
	inside sh -c 'head -c 32 /dev/urandom | systemd-creds encrypt --name=pind.key - \
		/etc/credstore.encrypted/pind.key' &&
		inside systemctl enable --now pind-auth.socket pind-admin.socket pind-courier.socket &&
		post_confine || return 1
	printf '[courier]\npoll_s = 1\n[electronic]\n%s\n%s\n%s\n%s\n%s\n[post]\n%s\n' \
		'from = pin@inps.example.org' 'from_name = Università dei PIN' 'sendmail = /usr/bin/msmtp' \
		'link = https://www.example.org/pin?t=' 'fax = 800 803 164' \
		'sender = Ufficio PIN, Via Ciro il Grande 21, 00144 Roma' \
		>"$machine_dir/etc/pind/courier.conf"
	sed -i "s/meta'/metà/g" "$machine_dir/etc/pind/templates/half.txt" || return 1
	soon inside systemctl is-active exim4 || return 1
	printf 'cf;name;street;town\n%s;%s;%s;%s\n' "$CF" "Niccolò D'Amico" "Via dell'Università 12" \
		'00144 ROMA RM' | inside pinctl registry import indirizzi -
}

t_couriers() {
	inside systemctl daemon-reload &&
		inside systemctl start pin-courier@electronic pin-courier@post || return 1
	for channel in electronic post; do
		pid=$(main_pid "pin-courier@$channel")
		status=$(inside cat "/proc/$pid/status")
		for line in 'Seccomp:.2' 'NoNewPrivs:.1' 'CapEff:.0000000000000000' \
			'CapBnd:.0000000000000000'; do
			echo "$status" | grep -q "^$line\$" || fail "$channel: not so: $line" || return 1
		done
		echo "$status" | grep "^Uid:.$(inside id -u "pin-courier-$channel")[^0-9]" ||
			fail "not the user pin-courier-$channel" || return 1
		inside grep 'Max core file size *0 *0 ' "/proc/$pid/limits" || return 1
	done
	[ "$(inside stat -c '%a %U' $SPOOL)" = '700 pin-courier-post' ] || fail "$SPOOL" || return 1
	refused=$(inside setpriv --reuid pin-courier-electronic --regid pin-courier-electronic \
		--init-groups pin-courier --channel post --once --socket /run/pind/courier.sock 2>&1)
	[ $? -eq 2 ] || fail "the other's spool can be used: $refused"
}

t_score() {
	for channel in electronic post; do
		inside systemd-analyze security --no-pager "pin-courier@$channel" | tail -n 1
		inside systemd-analyze security --no-pager --threshold=15 "pin-courier@$channel" \
			>/dev/null || fail "$channel" || return 1
	done
}

# What the processes have written, without NULs: so UTF-16 is found as well.
memories() {
	for unit in pind pin-courier@electronic pin-courier@post; do
		inside /root/memory "$(main_pid $unit)" | tr -d '\000' >"$tmp/memory-$unit" &&
			[ "$(wc -c <"$tmp/memory-$unit")" -gt 10000 ] || fail "cannot read $unit" || return 1
	done
}

# The files in which one of the needles in $1 is: all that anything here may have written.
holders() {
	inside journalctl --sync
	inside sh -c 'journalctl -o export --no-pager >/root/journal; cat >/dev/shm/needles; cd / && {
		find . -maxdepth 1 -type f -print0
		find etc home root run tmp var srv opt dev/shm -type f ! -path dev/shm/needles -print0
	} | LC_ALL=C xargs -0 grep -laF -f /dev/shm/needles; rm /dev/shm/needles' <"$1" | sort
}

t_search() {
	half_disguises ABCD2345 >"$tmp/planted"
	for text in ABCD2345 abcd-2345 0041004200430044002D0032003300340035 QUJDRDIzNDU; do
		printf 'x%s.' "$text" | grep -qF -f "$tmp/planted" || fail "not found: $text" || return 1
	done
	inside sh -c 'printf ABCD2345 >/run/planted && logger -t planted xxabcd-2345 &&
		CANARY=ABCD2345 sleep 100 & echo $! >/run/sleeper'
	held=$(holders "$tmp/planted" | grep -v '^var/log/journal')
	sleeper=$(inside cat /run/sleeper)
	inside /root/memory "$sleeper" | grep -qaF ABCD2345
	found=$?
	inside sh -c "kill $sleeper && rm /run/planted /run/sleeper"
	[ "$(echo "$held" | tr '\n' ' ')" = 'root/journal run/planted ' ] || fail "held by: $held" ||
		return 1
	[ $found -eq 0 ] || fail "not found in a process" || return 1
	inside journalctl --quiet --rotate --vacuum-size=1
}

t_request() {
	inside pinctl request new "$CF" --category lavoratore --email mario@posta.example.org --json \
		>"$tmp/pratica" || return 1
	NUMBER=$(sed -n 's/.*"number": *"\([0-9A-Z-]*\)".*/\1/p' "$tmp/pratica")
	[ "${#NUMBER}" -eq 14 ] || fail "no number: $(cat "$tmp/pratica")"
}

# n: the nth message, which is UTF-8.
read_utf8() {
	read_mail "$1" && iconv -f UTF-8 -t UTF-8 "$tmp/mail" >/dev/null
}

# In the mail or the letter: these lines, as patterns.
reads() {
	file=$1
	shift
	for line in "$@"; do
		grep -q -e "$line" "$file" || {
			cat "$file"
			fail "it does not say: $line"
		} || return 1
	done
}

t_mail() {
	soon read_utf8 1 || return 1
	reads "$tmp/mail" "^Subject: \[$NUMBER\] Prima metà del PIN e conferma della richiesta\$" \
		'^From: Università dei PIN <pin@inps.example.org>$' '^To: mario@posta.example.org$' \
		'^Received: .*\[127.0.0.1\].*Exim' '(caratteri 1-8)' '(characters 1-8)' || return 1
	[ "$(grep -c '^From ' "$machine_dir$MBOX")" -eq 1 ] || fail "not one message" || return 1
	[ "$(inside stat -c '%a %U' $MBOX)" = '660 mario' ] || fail "$MBOX" || return 1
	! grep -i "$CF" "$tmp/mail" || fail "the code is in it" || return 1
	ONE=$(half_in <"$tmp/mail")
	read_token
	[ "${#ONE} ${#TOKEN}" = '8 32' ] || fail "no half, or no token" || return 1
	! ls "$machine_dir$SPOOL"/letter* 2>/dev/null || fail "a letter before it was confirmed"
}

t_confirm() {
	! inside pinctl request confirm "0$(echo "$TOKEN" | cut -c 2-)f" || return 1
	inside pinctl request confirm "$TOKEN" || return 1
	! inside pinctl request confirm "$TOKEN" || fail "twice"
}

t_letter() {
	soon sh -c "ls '$machine_dir$SPOOL'/letter-*.pdf" || return 1
	LETTER=$(cd "$machine_dir" && ls ".$SPOOL"/letter-*.pdf)
	[ "$(echo "$LETTER" | wc -l)" -eq 1 ] || fail "$LETTER" || return 1
	[ "$(inside stat -c '%a %U' "$LETTER")" = '600 pin-courier-post' ] || fail "its mode" || return 1
	pdftotext -q -layout "$machine_dir/$LETTER" "$tmp/letter" || return 1
	reads "$tmp/letter" "Niccolò D'Amico" "Via dell'Università 12" '00144 ROMA RM' 'caratteri 9-16' \
		'characters 9-16' || return 1
	! grep -e "$CF" -e "$NUMBER" -e "$TOKEN" "$tmp/letter" || fail "more than it may" || return 1
	TWO=$(half_in <"$tmp/letter")
	[ "${#TWO}" -eq 8 ] && [ "$TWO" != "$ONE" ] || fail "no half of its own" || return 1
	half_disguises "$ONE" >"$tmp/one" && half_disguises "$TWO" >"$tmp/two" && disguises "$TOKEN" >"$tmp/token"
}

concluded() {
	inside pinctl request show "$NUMBER" --json | grep -q "\"state\": *\"$1\""
}

t_memory() {
	soon concluded letter-sent && memories || return 1
	! grep -caF -f "$tmp/one" -f "$tmp/two" -f "$tmp/token" "$tmp"/memory-* || fail "a secret" ||
		return 1
	grep -qaF 'caratteri 9-16' "$tmp/memory-pin-courier@electronic" || fail "not its memory"
}

login() {
	login_pin=$1
	shift
	PIN=$login_pin tests/system/login.exp nsenter -t "$machine_leader" -a env -i \
		PATH=/usr/sbin:/usr/bin:/sbin:/bin pamtester "$SERVICE" "$CF" "$@" >"$tmp/talk" 2>&1
	login_status=$?
	NEW=$(sed -n 's/^NEW=\([0-9A-Z-]*\).*/\1/p' "$tmp/talk")
	sed "s/$login_pin/(the PIN)/g" "$tmp/talk"
	return $login_status
}

t_login() {
	! login "$TWO$ONE" authenticate || fail "the wrong way round" || return 1
	login "$ONE$TWO" authenticate chauthtok || return 1
	PIN=$(echo "$NEW" | tr -d -)
	[ "${#PIN}" -eq 8 ] && login "$PIN" authenticate acct_mgmt || fail "no new PIN" || return 1
	! login "$ONE$TWO" authenticate || fail "the halves are still good" || return 1
	concluded concluded
}

t_nowhere() {
	half_disguises "$PIN" >"$tmp/three"
	memories || return 1
	! grep -caF -f "$tmp/one" -f "$tmp/two" -f "$tmp/three" -f "$tmp/token" "$tmp"/memory-* ||
		fail "a process holds one" || return 1
	[ "$(holders "$tmp/one")" = "${MBOX#/}" ] || fail "first: $(holders "$tmp/one")" || return 1
	[ "$(holders "$tmp/token")" = "${MBOX#/}" ] || fail "token: $(holders "$tmp/token")" || return 1
	[ "$(holders "$tmp/two")" = "${LETTER#./}" ] || fail "second: $(holders "$tmp/two")" || return 1
	[ -z "$(holders "$tmp/three")" ] || fail "the PIN: $(holders "$tmp/three")" || return 1
	! grep -aF -f "$tmp/one" -f "$tmp/two" -f "$tmp/three" "$tmp/console" || return 1
	[ "$(inside exim4 -bpc)" -eq 0 ] || fail "something is in the mail queue" || return 1
	[ -z "$(inside find / -xdev -name 'core*' -type f -size +64k ! -path '/usr/*')" ] || fail "a core"
}

t_setuid() {
	[ -u "$machine_dir/usr/sbin/exim4" ] && inside rm "$MAIL" &&
		sed -i '/^sendmail = /d' "$machine_dir/etc/pind/courier.conf" && inside systemctl daemon-reload &&
		inside systemctl restart pin-courier@electronic || return 1
	inside pinctl request new "$OTHER" --category lavoratore --email mario@posta.example.org || return 1
	soon read_utf8 2 || {
		inside cat /var/log/exim4/mainlog
		return 1
	} || return 1
	reads "$tmp/mail" '^To: mario@posta.example.org$' '(caratteri 1-8)' \
		'^Received: from pin-courier-electronic by ' || return 1
	inside sh -c 'journalctl --quiet -u pin-courier@electronic -o cat | tail -n 1' | grep 'delivered$'
	[ "$(inside stat -c '%a %U %G' /run/pind/sendmail-electronic.sock)" = '660 root pin-courier-electronic' ] ||
		fail "its socket" || return 1
	inside grep '^NoNewPrivs:.1$' "/proc/$(main_pid pin-courier@electronic)/status" || return 1
	[ -z "$(inside systemctl list-units --all --no-legend 'pin-sendmail-electronic@*.service')" ] ||
		fail "a message is still there"
}

retried() {
	inside journalctl --quiet -u pind -o cat -n 3 | grep "$1"
}

t_refusal() {
	inside mv /usr/sbin/sendmail /root/sendmail || return 1
	printf '#!/bin/sh\ncat >/dev/null\necho "no room in the queue" >&2\nyes | head -c 300000 >&2\nexit 75\n' \
		>"$machine_dir/usr/sbin/sendmail" && inside chmod 0755 /usr/sbin/sendmail || return 1
	inside pinctl request new "$THIRD" --category lavoratore --email mario@posta.example.org || return 1
	soon retried 'delivery failed.*pin-sendmail: exit status 75: no room in the queue'
	status=$?
	inside mv /root/sendmail /usr/sbin/sendmail && return $status
}

t_again() {
	inside systemctl enable pin-courier@electronic pin-courier@post || return 1
	inside systemctl stop pind-auth.socket pind-admin.socket pind-courier.socket pind.service || return 1
	for unit in pind pin-courier@electronic pin-courier@post; do
		[ "$(inside systemctl is-active $unit.service)" != active ] || fail "$unit runs" || return 1
	done
	inside systemctl start pind-auth.socket || return 1
	soon inside systemctl is-active pin-courier@electronic && soon inside systemctl is-active pin-courier@post
}

t_scores() {
	inside rm -f "$MAIL" && inside systemctl daemon-reload || return 1
	for unit in pind:5 pin-courier@electronic:15 pin-courier@post:15; do
		inside systemd-analyze security --no-pager "${unit%:*}.service" | tail -n 1
		inside systemd-analyze security --no-pager --threshold="${unit#*:}" "${unit%:*}.service" \
			>/dev/null || fail "$unit" || return 1
	done
}

set_up() {
	machine_make || return 1
	make --no-print-directory install B="$B" DESTDIR="$machine_dir" || return 1
	install -m 0755 "$B/plain/tests/system/memory" "$machine_dir/root/memory" || return 1
	printf '%s\n' "auth required pam_inpspin.so" "account required pam_inpspin.so" \
		"password required pam_inpspin.so" "session required pam_permit.so" \
		>"$machine_dir/etc/pam.d/$SERVICE" || return 1
	post_lay_out && machine_up "$tmp/console" || return 1
	inside systemd-sysusers && inside systemd-tmpfiles --create && inside ldconfig &&
		inside useradd -m mario
}

why_not() {
	machine_why
}

tell() {
	inside journalctl --quiet --no-pager -o cat -u pind -u 'pin-courier@*' -n 8
}

B=${B:-build}
SOON_S=20
cases set_up
