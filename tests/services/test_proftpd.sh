#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_proftpd.sh - docs/services/proftpd.md on a Debian that boots. Needs root.
# shellcheck disable=SC2317 # the cases are called by name
set -u
# shellcheck source=tests/services/host.sh
. "$(dirname "$0")/host.sh"
# shellcheck source=tests/services/ftp.sh
. tests/services/ftp.sh
# shellcheck disable=SC2034 # host.sh reads it
HOST_EXTRA='proftpd-core proftpd-mod-crypto' # instead of vsftpd

# shellcheck disable=SC2034 # host.sh reads it
CASES='right      the right PIN opens the own directory and no other
plain      without TLS the PIN is not even asked for
unlisted   pind is not asked about who has no line in the file
wrong      a wrong PIN, a stranger and root are refused; the same slip is charged once
spelling   a codice fiscale in small letters is refused
file       a password in the file opens nothing; without the star in AuthOrder it would
temporary  a temporary PIN is refused, and stays
level      a level not reached is refused
stopped    without pind nobody gets in, and proftpd says so
farewell   the end of a session, shut in and unprivileged, is quick and silent, with pind or without
secrets    no PIN is in a log'

enlist() {
	# shellcheck disable=SC2016 # expanded by the inner shell
	inside sh -c 'sed "s/^[^:]*\(:.*\/\)[^:]*/$1\1$1/" /etc/proftpd/ftpd.passwd | head -n 1 \
		>>/etc/proftpd/ftpd.passwd && install -d -o ftpdata -g ftpdata "/srv/ftp/$1"' sh "$1"
}

t_unlisted() {
	before=$(ftp_heard)
	ftp_out $NEWCOMER "$READY" && [ "$(ftp_heard)" = "$before" ] && enlist $NEWCOMER &&
		ftp_out $NEWCOMER "$READY" && [ "$(ftp_heard)" -gt "$before" ]
}

t_file() {
	list=$(host_root /etc/proftpd/ftpd.passwd) conf=$(host_root /etc/proftpd/conf.d/inpspin.conf)
	hash=$(openssl passwd -6 di-casa) && sed -i "s,^$CF:x:,$CF:$hash:," "$list" &&
		ftp_out $CF di-casa && sed -i 's/mod_auth_pam.c\*/mod_auth_pam.c/' "$conf" &&
		inside systemctl reload proftpd && soon ftp_in $CF di-casa || return 1
	sed -i 's/mod_auth_pam.c/&*/' "$conf"
	sed -i "s,^$CF:[^:]*,$CF:x," "$list" && inside systemctl restart proftpd && soon ftp_in $CF "$READY"
}

# The control connection as it is spoken, for as long as the other end of the fifo is open.
session_begin() {
	mkfifo "$host_tmp/says" || return 1
	inside openssl s_client -quiet -starttls ftp -connect 127.0.0.1:21 <"$host_tmp/says" \
		>"$host_tmp/heard" 2>&1 &
	session=$!
	exec 5>"$host_tmp/says"
	printf 'USER %s\r\nPASS %s\r\n' $CF "$READY" >&5
	soon grep -q '^230 ' "$host_tmp/heard"
}

session_end() {
	printf 'QUIT\r\n' >&5
	exec 5>&-
	wait $session
	rm "$host_tmp/says"
	cat "$host_tmp/heard"
	grep -q '^221 ' "$host_tmp/heard" || fail "no farewell"
}

# Only the one that waits for callers is left.
session_gone() {
	[ "$(inside pgrep -c -x proftpd)" -eq 1 ]
}

new_log() {
	inside journalctl --sync && inside journalctl -q -o short --no-pager --cursor-file=/run/cursor
}

# Ends the session; what was written since is in $host_tmp/log.
farewell() {
	new_log >/dev/null
	: >"$(host_root /var/log/proftpd/proftpd.log)"
	session_end && soon session_gone || return 1
	{ new_log && cat "$(host_root /var/log/proftpd/proftpd.log)"; } >"$host_tmp/log"
	! grep -e 'pind\[' -e inpspin -e PAM -e pam_ "$host_tmp/log" || fail "it was not silent"
}

t_farewell() {
	session_begin && farewell && session_begin && pind_stop || return 1
	farewell
	ended=$?
	pind_start && return $ended
}

host_open proftpd
cases
