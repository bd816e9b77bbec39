#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_dovecot.sh - docs/services/dovecot.md on a Debian that boots. Needs root.
# shellcheck disable=SC2317 # the cases are called by name
set -u
# shellcheck source=tests/services/host.sh
. "$(dirname "$0")/host.sh"

# shellcheck disable=SC2034 # host.sh reads it
CASES='right      the right PIN opens a mailbox, under the name as it was typed
doveadm    the command that the page ends with says so too
wrong      a wrong PIN, a stranger and root are refused
typo       ten connections with one stale PIN are charged once
temporary  a temporary PIN is answered EXPIRED, and stays
spelling   a codice fiscale in small letters is refused
lower      with the format that is the default nobody gets in
subject    a name with a slash does not come to pind
revoked    there is no cache: a revoked PIN is refused at once
cache      with auth_cache_size and cache_key it is not
level      a level not reached is refused
stopped    without pind nobody gets in, and dovecot says so
secrets    no PIN is in a log'

CF=RSSMRA85T10A562S
NEWCOMER=VRDLCU70A41H501I
OTHER=VRDLGI80A01H501E
READY='' WRONG='' SOURCE=1

# name pin option...: lists the mailboxes. Each time from another address: dovecot makes one that
# failed wait longer and longer. What the server said is in $host_tmp/talk.
imap() {
	SOURCE=$((SOURCE + 1))
	with_stdin "user = \"$1:$2\"" inside curl --config - --silent --verbose --insecure --max-time 40 \
		--interface 127.0.0.$SOURCE imaps://127.0.0.1/ >"$host_tmp/said" 2>&1
	status=$?
	grep -a '^[<*] [A*]' "$host_tmp/said" >"$host_tmp/talk"
	rm "$host_tmp/said" # what the client said is in it too
	grep -a '^< A002' "$host_tmp/talk"
	return $status
}

imap_in() {
	imap "$1" "$2" && grep -q 'LIST .* INBOX' "$host_tmp/talk"
}

imap_out() {
	refused_with 'NO \[AUTHENTICATIONFAILED\]' imap "$1" "$2"
}

# how many questions about this service pind has answered
heard() {
	inside journalctl --sync && inside journalctl -o cat -u pind | grep -c service=inpspin-imap
}

t_right() {
	person_ready $CF && READY=$PIN WRONG=$(wrong_pin) && imap_in $CF "$READY" || return 1
	[ "$(inside stat -c %U /srv/mail/$CF)" = vmail ] || fail "no mailbox of that name"
}

t_doveadm() {
	with_stdin "$READY" inside doveadm auth test $CF | grep 'auth succeeded' || return 1
	with_stdin "$WRONG" inside doveadm auth test $CF >"$host_tmp/talk" 2>&1
	grep 'auth failed' "$host_tmp/talk"
}

t_wrong() {
	imap_out $CF "$WRONG" && imap_out $NEWCOMER "$READY" && imap_out root root &&
		[ "$(person_attempts $CF)" -eq 1 ] && imap_in $CF "$READY"
}

t_typo() (
	typo="${READY%?}2"
	[ "$typo" != "$READY" ] || typo="${READY%?}3"
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		SOURCE=$((SOURCE + 1))
		with_stdin "user = \"$CF:$typo\"" inside curl --config - --silent --insecure \
			--max-time 40 --interface 127.0.0.$((SOURCE + 100)) imaps://127.0.0.1/ &
	done
	wait
	[ "$(person_attempts $CF)" -eq 1 ] && imap_in $CF "$READY"
)

t_temporary() {
	person_temporary $NEWCOMER && refused_with 'NO \[EXPIRED\]' imap $NEWCOMER "$PIN" &&
		[ "$(person_figures $NEWCOMER life)" = temporary ]
}

t_spelling() {
	imap_out rssmra85t10a562s "$READY"
}

with_setting() {
	echo "$1" >>"$(host_root /etc/dovecot/local.conf)"
	inside systemctl restart dovecot || return 1
	shift
	"$@"
	as_wanted=$?
	inside sed -i '$d' /etc/dovecot/local.conf && inside systemctl restart dovecot && return $as_wanted
}

t_lower() {
	with_setting 'auth_username_format = %Lu' imap_out $CF "$READY" && imap_in $CF "$READY"
}

t_subject() {
	before=$(heard)
	imap_out $CF/01234567897 "$READY" && [ "$(heard)" = "$before" ]
}

t_revoked() {
	person_ready $OTHER && imap_in $OTHER "$PIN" && inside pinctl revoke $OTHER --reason prova &&
		imap_out $OTHER "$PIN"
}

cached() {
	imap_in $OTHER "$PIN" && inside pinctl revoke $OTHER --reason prova && imap_in $OTHER "$PIN"
}

t_cache() {
	conf=$(host_root /etc/dovecot/local.conf)
	person_ready $OTHER && sed -i 's/args = max/args = cache_key=%u max/' "$conf" &&
		with_setting 'auth_cache_size = 1M' cached || return 1
	sed -i 's/cache_key=%u //' "$conf"
	inside systemctl restart dovecot && imap_out $OTHER "$PIN"
}

t_level() {
	service_level inpspin-imap dispositivo && imap_out $CF "$READY" &&
		service_level inpspin-imap semplice && imap_in $CF "$READY"
}

t_stopped() {
	pind_stop && imap_out $CF "$READY" && pind_start && imap_in $CF "$READY"
}

t_secrets() {
	no_secret
}

host_open dovecot
echo 'auth_failure_delay = 0' >>"$(host_root /etc/dovecot/local.conf)" # to be done sooner
inside systemctl restart dovecot
cases
