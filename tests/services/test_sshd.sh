#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_sshd.sh - docs/services/sshd.md on a Debian that boots: an ssh that logs in to it. Needs root.
# shellcheck disable=SC2317 # the cases are called by name
set -u
# shellcheck source=tests/services/host.sh
. "$(dirname "$0")/host.sh"

CASES='first    the first login replaces the temporary PIN in its dialog, with no terminal
right    the right PIN gets in, by keyboard-interactive, and the session knows whose it is
wrong    a wrong PIN does not, and is charged
local    a local user gets in by password
level    a level that is not reached is refused, one that is gets in
nobody   whoever has no account here is refused with the right PIN, and charged nothing
password by the method password the right PIN gets in, a wrong one does not
change   by that method a temporary PIN leads to passwd, or out
key      by a public key people get in while their PIN is alive
grace    a login that is killed while pind checks the PIN stays charged
waits    after too many attempts the right PIN is refused, until an unlock
stopped  with pind stopped people are refused, root and local users get in
secrets  no PIN is in a log'

CF=RSSMRA85T10A562S
OTHER=BNCLRA80A41H501D
NOBODY=NRIGPP75C15F205O
SSH='ssh -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR
	-o NumberOfPasswordPrompts=1 -o ConnectTimeout=20'
KBD='-o PreferredAuthentications=keyboard-interactive'
KEY='-o PreferredAuthentications=publickey -o BatchMode=yes'

# secrets user command...: by keyboard-interactive.
enter() {
	secret=$1 as=$2
	shift 2
	# shellcheck disable=SC2086 # words
	talk "$secret" $SSH $KBD "$as@127.0.0.1" "$@"
}

refused() {
	refused_with 'Permission denied' "$@"
}

t_first() {
	person_temporary $CF || return 1
	refused enter "$(wrong_pin)" $CF true || return 1
	enter "$PIN" $CF 'echo in as $USER' && grep -q "in as $CF" "$host_tmp/talk" || return 1
	PIN=$NEW
	[ "${#PIN}" -eq 8 ] || fail "no new PIN of 8 symbols"
}

has_manager() {
	inside journalctl -q --no-pager -u user@30001 -g Started
}

t_right() {
	enter "$PIN" $CF env || return 1
	for line in "INPSPIN_CF=$CF" INPSPIN_LEVEL=semplice INPSPIN_CATEGORY=lavoratore 'INPSPIN_EXPIRES=20..-..-..'; do
		grep -q "^$line" "$host_tmp/talk" || fail "not in the environment: $line" || return 1
	done
	soon has_manager && ! inside journalctl -q --no-pager -u user@30001 -g Failed
}

t_wrong() {
	before=$(person_attempts $CF)
	refused enter "$(wrong_pin)" $CF true || return 1
	[ "$(person_attempts $CF)" -eq $((before + 1)) ] || fail "not charged"
}

t_local() {
	inside useradd -m -s /bin/bash mario && with_stdin mario:segreto inside chpasswd &&
		enter segreto mario id -un && refused enter sbagliata mario id -un
}

t_level() {
	mine=$PIN
	service_level sshd dispositivo && refused enter "$PIN" $CF true || return 1
	person_ready $OTHER dispositivo && enter "$PIN" $OTHER env && grep 'LEVEL=dispositivo' "$host_tmp/talk" ||
		return 1
	PIN=$mine && service_level sshd semplice && enter "$PIN" $CF true
}

asked_of_sshd() {
	inside journalctl -u pind -o cat --no-pager | grep -c 'PIN refused.*service=sshd'
}

t_nobody() {
	mine=$PIN
	person_ready $NOBODY || return 1
	before=$(asked_of_sshd)
	refused enter "$PIN" $NOBODY true && PIN=$mine || return 1
	[ "$(asked_of_sshd)" -gt "$before" ] || fail "pind was not asked: nothing is shown" || return 1
	[ "$(person_attempts $NOBODY)" -eq 0 ] || fail "charged for garbage"
}

by_password() {
	inside sh -c 'echo "PasswordAuthentication yes" >/etc/ssh/sshd_config.d/a.conf; systemctl reload ssh'
}

# secrets user options...
enter_password() {
	secret=$1 as=$2
	shift 2
	# shellcheck disable=SC2086 # words
	talk "$secret" $SSH -o PreferredAuthentications=password "$@" "$as@127.0.0.1" env
}

t_password() {
	by_password && enter_password "$PIN" $CF && grep "INPSPIN_CF=$CF" "$host_tmp/talk" || return 1
	before=$(person_attempts $CF)
	refused enter_password "$(wrong_pin)" $CF || return 1
	[ "$(person_attempts $CF)" -eq $((before + 1)) ] || fail "not charged once"
}

# passwd wants the old PIN, and the connection ends when it is done.
t_change() {
	printf '%s\n' 'password required pam_inpspin.so' >"$(host_root /etc/pam.d/passwd)"
	mine=$PIN
	person_temporary $OTHER || return 1
	refused_with 'no TTY available' enter_password "$PIN" $OTHER || return 1
	! grep '^USER=' "$host_tmp/talk" || fail "a session" || return 1
	enter_password "$PIN
$PIN" $OTHER -tt
	[ "${#NEW}" -eq 8 ] && ! grep '^USER=' "$host_tmp/talk" || fail "no new PIN, or a session" || return 1
	enter "$NEW" $OTHER true && PIN=$mine
}

enter_key() {
	# shellcheck disable=SC2086 # words
	inside $SSH $KEY "$1@127.0.0.1" "$2"
}

t_key() {
	mine=$PIN
	inside sh -c "ssh-keygen -q -N '' -f /root/.ssh/id_ed25519 -t ed25519 && mkdir -m 700 /home/$OTHER/.ssh &&
		cp /root/.ssh/id_ed25519.pub /home/$OTHER/.ssh/authorized_keys &&
		cp /root/.ssh/id_ed25519.pub /root/.ssh/authorized_keys && chown -R $OTHER: /home/$OTHER/.ssh" || return 1
	enter_key $OTHER env | grep "INPSPIN_CF=$OTHER" || fail "not by the key" || return 1
	service_level sshd dispositivo && refused_with '' enter_key $OTHER true &&
		service_level sshd semplice && enter_key $OTHER true || return 1
	inside pinctl revoke $OTHER --reason prova && refused_with '' enter_key $OTHER true || return 1
	person_temporary $OTHER && refused_with 'no TTY available' enter_key $OTHER true || return 1
	# shellcheck disable=SC2086 # words
	talk "$PIN" $SSH $KEY -tt $OTHER@127.0.0.1 env
	[ "${#NEW}" -eq 8 ] && ! grep '^USER=' "$host_tmp/talk" && enter_key $OTHER true && PIN=$mine
}

# A check takes seconds, whoever is asked about.
slow_hash() {
	printf '%s\n' '[hash]' 'memory_kib = 786432' 'memory_max_kib = 786432' 'passes = 10' '[limits]' \
		'workers = 1' \
		>"$(host_root /etc/pind/pind.conf)"
	inside systemctl restart pind
}

judged() {
	[ "$(asked_of_sshd)" -gt "$1" ]
}

# sshd ends the connection while pind still works on the PIN; what pind says then nobody hears.
kill_login() {
	before=$(person_attempts $CF) verdicts=$(asked_of_sshd)
	refused_with '' enter "$(wrong_pin)" $CF true || return 1
	! judged "$verdicts" || fail "not killed in mid-call" || return 1
	soon judged "$verdicts" || soon judged "$verdicts" || return 1
	[ "$(person_attempts $CF)" -eq $((before + 1)) ] || fail "not charged"
}

t_grace() {
	inside cp /etc/pind/pind.conf /root/pind.conf && slow_hash || return 1
	inside sh -c 'echo "LoginGraceTime 2" >/etc/ssh/sshd_config.d/b.conf; systemctl reload ssh' || return 1
	kill_login
	killed=$?
	inside sh -c 'rm /etc/ssh/sshd_config.d/b.conf; mv /root/pind.conf /etc/pind/pind.conf; systemctl reload ssh
		systemctl restart pind' && enter "$PIN" $CF true && return $killed
}

t_waits() {
	enter "$PIN" $CF true || return 1
	for _ in 1 2 3 4; do
		enter "$(wrong_pin)" $CF true
	done
	refused enter "$PIN" $CF true && ! grep 'Troppi' "$host_tmp/refused" && inside pinctl unlock $CF && enter "$PIN" $CF true
}

t_stopped() {
	pind_stop && refused enter "$PIN" $CF true && enter segreto mario true && enter_key root true || return 1
	pind_start && enter "$PIN" $CF true
}

t_secrets() {
	no_secret
}

host_open sshd
cases
