#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_boot.sh - what "make install" puts on a Debian, on a Debian that boots. Needs root.
# shellcheck disable=SC2317 # the cases are called by name
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/cases.sh
. tests/system/machine.sh
. tests/system/canary.sh

# name, description: run in this order, on one machine.
CASES='users      the users, groups and directories exist
score      the units are sound, and the sandbox is tight
key        a root key is made when there is none
sockets    the sockets listen, nothing else runs
unknown    a login starts pind, and nobody without a PIN gets in
first      an issued PIN is replaced at the first login
second     the new PIN is good, the initial one and others are not
confined   pind runs confined
strangers  only members of a group reach its socket
reload     a policy is in force after a reload
mistake    a bad policy fails the reload, by file and line, and changes nothing
defaults   every setting of the installed pind.conf is known
restart    a restart keeps the PIN
backup     key and store, lost and put back as the manual says, are as good as ever
kills      after 100 kills in a row the PIN is good
shortkey   with a short key pind does not start, and says why
secrets    no code and no PIN is in the journal or in the store'

SERVICE=inpspin-test
CF=RSSMRA85T10A562S
INITIAL='' PIN=''

tmp_make boot

# pin cf operation...: a PAM conversation. Its text is in $tmp/talk, a new PIN in NEW.
login() {
	login_pin=$1
	shift
	PIN=$login_pin tests/system/login.exp nsenter -t "$machine_leader" -a env -i \
		PATH=/usr/sbin:/usr/bin:/sbin:/bin pamtester "$SERVICE" "$@" >"$tmp/talk" 2>&1
	login_status=$?
	NEW=$(sed -n 's/^NEW=\([0-9A-Z-]*\).*/\1/p' "$tmp/talk")
	sed "s/$login_pin/(the PIN)/g" "$tmp/talk"
	return $login_status
}

good_login() {
	login "$PIN" "$CF" authenticate acct_mgmt
}

main_pid() {
	inside systemctl show -P MainPID pind.service
}

# Lines that pind and systemd wrote about pind since the last call.
new_log() {
	inside journalctl --quiet -o cat -u pind --cursor-file=/run/pind-log-cursor
}

t_users() {
	inside systemd-sysusers && inside systemd-tmpfiles --create && inside ldconfig || return 1
	for group in pind-client pind-admin pind-helpdesk pind-approver pind-auditor pind-portal pind-courier; do
		inside getent group $group || fail "no group $group" || return 1
	done
	inside id pin-courier-electronic && inside id pin-courier-post | grep -q pind-courier || return 1
	inside getent passwd pind | grep ':/var/lib/pind:/usr/sbin/nologin$' || return 1
	[ "$(inside stat -c '%a %U' /run/pind)" = '755 root' ] || fail "/run/pind" || return 1
	[ "$(inside stat -c '%a %U' /etc/credstore.encrypted)" = '700 root' ] || fail "credstore"
}

t_score() {
	inside systemctl daemon-reload &&
		inside systemd-analyze verify --man=no /lib/systemd/system/pind.service \
			/lib/systemd/system/pind-auth.socket \
			/lib/systemd/system/pind-admin.socket \
			/lib/systemd/system/pind-courier.socket >"$tmp/verify" 2>&1
	status=$?
	cat "$tmp/verify"
	[ $status -eq 0 ] && [ ! -s "$tmp/verify" ] || fail "systemd-analyze verify" || return 1
	inside systemd-analyze security --no-pager --threshold=5 pind.service | tail -n 2
	inside systemd-analyze security --no-pager --threshold=5 pind.service >/dev/null
}

make_key() {
	inside sh -c "head -c $1 /dev/urandom | systemd-creds encrypt --name=pind.key - \
		/etc/credstore.encrypted/pind.key"
}

t_key() {
	inside systemctl start pind-key.service || return 1
	[ "$(inside stat -c '%a %U' /etc/credstore.encrypted/pind.key)" = '600 root' ] || fail "pind.key"
}

t_sockets() {
	inside systemctl enable --now pind-auth.socket || return 1
	for role in auth:client admin:admin courier:courier; do
		[ "$(inside stat -c '%F %a %U %G' "/run/pind/${role%:*}.sock")" = \
			"socket 660 root pind-${role#*:}" ] || fail "${role%:*}.sock" || return 1
	done
	[ "$(inside systemctl is-active pind.service)" = inactive ] || fail "pind runs already"
}

t_unknown() {
	refused_with 'Authentication failure' login ABCD2345 "$CF" authenticate || return 1
	[ "$(inside systemctl is-active pind.service)" = active ] || fail "pind does not run"
}

t_first() {
	inside pinctl issue "$CF" --print - --json >"$tmp/letter" || return 1
	INITIAL=$(sed -n 's/.*"pin": *"\([0-9A-Z]\{16\}\)".*/\1/p' "$tmp/letter")
	[ -n "$INITIAL" ] || fail "there is no PIN in the letter" || return 1
	refused_with 'Authentication token is no longer valid' \
		login "$INITIAL" "$CF" authenticate acct_mgmt || return 1
	login "$INITIAL" "$CF" authenticate chauthtok || return 1
	PIN=$(echo "$NEW" | tr -d -)
	[ "${#PIN}" -eq 8 ] || fail "the new PIN has not 8 symbols"
}

t_second() {
	good_login || return 1
	refused_with 'Authentication failure' login "$INITIAL" "$CF" authenticate || return 1
	refused_with 'Authentication failure' login "22$PIN" "$CF" authenticate || return 1
	good_login
}

t_confined() {
	status=$(inside cat "/proc/$(main_pid)/status")
	for line in 'Seccomp:.2' 'NoNewPrivs:.1' 'CapEff:.0000000000000000' \
		'CapBnd:.0000000000000000'; do
		echo "$status" | grep -q "^$line\$" || fail "not so: $line" || return 1
	done
	echo "$status" | grep "^Uid:.$(inside id -u pind)[^0-9]" || fail "not the user pind" ||
		return 1
	[ "$(inside stat -c '%a %U' /var/lib/pind)" = '700 pind' ] || fail "/var/lib/pind"
}

# user socket: this user asks there what anybody may who can connect.
knock() {
	question=ping
	[ "$2" = auth ] || question=stats
	inside setpriv --reuid "$1" --regid "$1" --init-groups \
		pinctl --socket "/run/pind/$2.sock" $question
}

t_strangers() {
	inside useradd -m stranger && inside useradd -m -G pind-client member &&
		inside useradd -m -G pind-admin,pind-helpdesk clerk &&
		inside useradd -m -G pind-admin idle && inside useradd -m -G pind-helpdesk outside || return 1
	knock member auth && knock clerk admin || return 1
	for pair in 'stranger auth' 'stranger admin' 'member admin' 'clerk auth' 'idle admin' \
		'outside admin'; do
		# shellcheck disable=SC2086 # two words
		refused_with . knock $pair || return 1
	done
	login "$PIN" "$CF" authenticate || return 1
	refused_with . inside setpriv --reuid stranger --regid stranger --init-groups \
		sh -c "echo '$PIN' | pamtester $SERVICE $CF authenticate" || return 1
	inside setpriv --reuid member --regid member --init-groups \
		sh -c "echo '$PIN' | pamtester $SERVICE $CF authenticate acct_mgmt"
}

policy="/etc/pind/services.d/$SERVICE.conf"

served_at() {
	inside pinctl service list | grep "$SERVICE.*$1"
}

# The signal has been sent when systemctl returns; pind acts on it in its own time.
t_reload() {
	printf 'level = dispositivo\n' >"$machine_dir$policy"
	inside systemctl reload pind && soon served_at dispositivo || return 1
	refused_with 'Permission denied' good_login
}

make_mistake() {
	new_log >/dev/null
	printf '# a mistake:\nlevel = semplicissimo\n' >"$machine_dir$policy"
	refused_with 'failed' inside systemctl reload pind || return 1
	new_log | tee "$tmp/log" | grep "$SERVICE.conf:2" || {
		cat "$tmp/log"
		fail "the journal names no line"
	} || return 1
	served_at dispositivo && refused_with 'Permission denied' good_login
}

served_no_more() {
	! served_at dispositivo
}

t_mistake() {
	make_mistake
	made=$?
	rm "$machine_dir$policy"
	inside systemctl reload pind && [ $made -eq 0 ] && soon served_no_more && good_login
}

t_defaults() {
	inside sed -i.orig 's/^#\([a-z]\)/\1/' /etc/pind/pind.conf &&
		inside grep -q '^memory_kib = ' /etc/pind/pind.conf && inside pind --check || return 1
	inside mv /etc/pind/pind.conf.orig /etc/pind/pind.conf && inside pind --check
}

t_restart() {
	before=$(main_pid)
	new_log >/dev/null
	inside systemctl restart pind && good_login || return 1
	[ "$(main_pid)" != "$before" ] || fail "the same process" || return 1
	new_log >"$tmp/log"
	cat "$tmp/log"
	grep -q 'Deactivated successfully' "$tmp/log" || fail "it did not end well"
}

# The commands of pind(8), THE ROOT KEY.
t_backup() {
	key=/etc/credstore.encrypted/pind.key
	inside sh -c "systemd-creds decrypt --name=pind.key --transcode=base64 $key - >/root/COPY &&
		systemctl stop pind-auth.socket pind-admin.socket pind-courier.socket pind.service &&
		mkdir /srv/backup && cp -a /var/lib/pind /srv/backup/" || return 1
	[ "$(inside systemctl is-active pind.service)" = inactive ] || fail "pind still runs" || return 1
	inside rm -r $key /var/lib/pind || return 1
	inside sh -c "base64 -d /root/COPY | systemd-creds encrypt --name=pind.key --with-key=host - $key &&
		cp -a /srv/backup/pind /var/lib/ && chown -R pind: /var/lib/pind &&
		systemctl start pind-auth.socket" || return 1
	good_login
	was_good=$?
	inside rm -r /root/COPY /srv/backup && return $was_good
}

answers_again() {
	inside pinctl ping && now=$(main_pid) && [ "$now" -gt 1 ] && [ "$now" != "$1" ]
}

# The unit waits a second before it starts pind again; here, less, to be done in time.
t_kills() {
	inside mkdir -p /run/systemd/system/pind.service.d || return 1
	printf '[Service]\nRestartSec=20ms\n' |
		inside tee /run/systemd/system/pind.service.d/test.conf >/dev/null
	inside systemctl daemon-reload && inside systemctl restart pind || return 1
	for i in $(seq 100); do
		victim=$(main_pid)
		inside sh -c "kill -KILL $victim" && soon answers_again "$victim" >/dev/null ||
			fail "no answer after kill $i" || return 1
	done
	inside systemctl show -p NRestarts pind
	good_login
}

t_shortkey() {
	inside mv /etc/credstore.encrypted/pind.key /root/pind.key && make_key 31 || return 1
	new_log >/dev/null
	refused_with 'failed' inside systemctl restart pind || return 1
	inside systemctl stop pind
	new_log | tee "$tmp/log" | grep 'the key is too short' || {
		cat "$tmp/log"
		fail "pind did not say why"
	} || return 1
	inside mv /root/pind.key /etc/credstore.encrypted/pind.key && good_login
}

t_secrets() {
	[ -n "$INITIAL" ] && [ -n "$PIN" ] || fail "there were no PINs" || return 1
	groups=$(echo "$PIN" | sed 's/..../&-/; s/-$//')
	for text in "$CF" "$INITIAL" "$(echo "$INITIAL" | cut -c 1-8)" \
		"$(echo "$INITIAL" | cut -c 9-16)" "$PIN" "$groups"; do
		disguises "$text"
	done >"$tmp/canaries"
	inside journalctl --sync
	# The journal adds the command line of who wrote: pamtester's names whom it plays.
	inside journalctl -o export --no-pager | grep -av '^_CMDLINE=pamtester ' >"$tmp/journal"
	grep -aq 'pam_inpspin' "$tmp/journal" || fail "the module logged nothing: a vain search" ||
		return 1
	! grep -aF -f "$tmp/canaries" "$tmp/journal" "$tmp/console" || fail "in the journal" || return 1
	inside tar -C / -c --exclude=journal var/lib/pind run/pind etc/pind var/log >"$tmp/files" 2>/dev/null
	[ "$(tar -tf "$tmp/files" | grep -c '^var/lib/pind/.')" -ge 2 ] || fail "no store" || return 1
	! grep -caF -f "$tmp/canaries" "$tmp/files" || fail "found in a file" || return 1
	for planted in "a$PIN." "$(printf 'x%s' "$CF" | base64)" \
		"$(echo "$groups" | tr '[:upper:]' '[:lower:]')"; do
		inside logger -t "planted-$planted" planted && inside journalctl --sync
		inside journalctl -o export --no-pager -t "planted-$planted" |
			grep -qaF -f "$tmp/canaries" || fail "a search that finds nothing" || return 1
	done
}

set_up() {
	machine_make || return 1
	make --no-print-directory install B="$B" DESTDIR="$machine_dir" || return 1
	printf '%s\n' "auth required pam_inpspin.so debug" "account required pam_inpspin.so debug" \
		"password required pam_inpspin.so debug" "session required pam_permit.so" \
		>"$machine_dir/etc/pam.d/$SERVICE" || return 1
	machine_up "$tmp/console"
}

why_not() {
	machine_why
}

tell() {
	inside journalctl --quiet --no-pager -o cat -u pind -n 6
}

B=${B:-build}
SOON_S=5
cases set_up
