#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_vsftpd.sh - docs/services/vsftpd.md on a Debian that boots. Needs root.
# shellcheck disable=SC2317 # the cases are called by name
set -u
# shellcheck source=tests/services/host.sh
. "$(dirname "$0")/host.sh"
# shellcheck source=tests/services/ftp.sh
. tests/services/ftp.sh

# shellcheck disable=SC2034 # host.sh reads it
CASES='right      the right PIN opens the own directory and no other
plain      without TLS the PIN is not even asked for
wrong      a wrong PIN, a stranger and root are refused; the same slip is charged once
spelling   a codice fiscale in small letters is refused
temporary  a temporary PIN is refused, and stays
homeless   who has no directory is let in by PAM and hung up on by vsftpd
level      a level not reached is refused
stopped    without pind nobody gets in, and vsftpd says so
mute       a pind that does not answer is a refusal too
hangup     a pind that hangs up at once ends no session
secrets    no PIN is in a log'

t_homeless() {
	before=$(ftp_heard)
	inside mv /srv/ftp/$CF /srv/ftp/away
	! ftp_get $CF "$READY" atto.txt --ssl-reqd && [ "$CODE" = 000 ] && [ "$(ftp_heard)" -gt "$before" ]
	as_told=$?
	inside mv /srv/ftp/away /srv/ftp/$CF && [ $as_told -eq 0 ]
}

# What is written to such a socket raises SIGPIPE, for which vsftpd has a handler of its own.
t_hangup() {
	pind_stop && inside systemd-run --quiet --collect --unit=hangup \
		socat UNIX-LISTEN:/run/pind/auth.sock,type=5,fork EXEC:true &&
		soon inside test -S /run/pind/auth.sock || return 1
	ftp_out $CF "$READY"
	was_out=$?
	inside systemctl stop hangup && inside rm -f /run/pind/auth.sock && pind_start &&
		[ $was_out -eq 0 ] && ftp_in $CF "$READY"
}

# A pind that hears and does not answer: the module's patience ends, then FTP's answer comes.
t_mute() {
	inside systemctl kill --signal=STOP pind && ftp_out $CF "$READY"
	was_out=$?
	inside systemctl kill --signal=CONT pind && [ $was_out -eq 0 ] && ftp_in $CF "$READY"
}

host_open vsftpd
echo delay_failed_login=0 >>"$(host_root /etc/vsftpd.conf)" # to be done sooner
inside systemctl restart vsftpd
cases
