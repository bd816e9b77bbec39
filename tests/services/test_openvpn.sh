#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_openvpn.sh - docs/services/openvpn.md on a Debian that boots; the client is in it too, with a
# tunnel that ends nowhere. Needs root, and /dev/net/tun for the server's end.
# shellcheck disable=SC2317 # the cases are called by name
set -u
# shellcheck source=tests/services/host.sh
. "$(dirname "$0")/host.sh"

# shellcheck disable=SC2034 # host.sh reads it
CASES='device     there is a tunnel device
right      the right PIN gets a tunnel, in the name of its owner
wrong      a wrong PIN, a stranger and root are refused; the same slip is charged once
temporary  a temporary PIN is refused, and stays
level      a level not reached is refused
stopped    without pind nobody gets in, and openvpn says so
mute       while pind keeps one waiting, others are answered
blocking   without deferred_auth_pam they are not
words      with other words for the prompt nobody gets in
scripts    scripts of the server get the codice fiscale, and no PIN
revoked    a revoked PIN ends the tunnel when keys are renewed
secrets    no PIN is in a log'

CF=RSSMRA85T10A562S
NEWCOMER=VRDLCU70A41H501I
UNIT=openvpn-server@inpspin
CONF=/etc/openvpn/server/inpspin.conf
READY='' WRONG=''

# name pin word: someone's client; what it says is in $host_tmp/vpn.WORD, its process in PID
vpn_begin() {
	: >"$host_tmp/vpn.$3"
	with_stdin "$(printf '%s\n%s' "$1" "$2")" inside openvpn --config /root/client.conf \
		--writepid "/run/vpn.$3" >"$host_tmp/vpn.$3" 2>&1 &
	client=$!
}

vpn_says() {
	grep -q -e "$2" "$host_tmp/vpn.$1"
}

vpn_answered() {
	vpn_says "$1" 'Sequence Completed\|AUTH_FAILED\|Exiting'
}

# word: when the answer is there, was it yes?
vpn_answer() {
	soon vpn_answered "$1"
	grep -e AUTH -e Completed -e rror "$host_tmp/vpn.$1"
	vpn_says "$1" 'Sequence Completed'
}

# word process
vpn_end() {
	inside pkill -F "/run/vpn.$1" 2>/dev/null
	wait "$2"
	return 0
}

vpn_in() {
	vpn_begin "$1" "$2" one
	vpn_answer one
	was_in=$?
	vpn_end one $client
	return $was_in
}

vpn_out() {
	! vpn_in "$1" "$2" || fail "got in" || return 1
	vpn_says one AUTH_FAILED
}

# command of sed, and then a case, with a configuration that is not the page's
with_conf() {
	inside cp $CONF /root/kept && inside sed -i "$1" $CONF && inside systemctl restart $UNIT || return 1
	shift
	"$@"
	as_wanted=$?
	inside cp /root/kept $CONF && inside systemctl restart $UNIT && return $as_wanted
}

server_says() {
	inside journalctl --sync && inside journalctl -o cat -u $UNIT | grep -e "$1"
}

t_device() {
	inside systemctl is-active $UNIT && inside ip -o link show dev tun0 && server_says 'tun0 opened'
}

t_right() {
	person_ready $CF && READY=$PIN WRONG=$(wrong_pin) && vpn_in $CF "$READY" &&
		server_says "\[$CF\] Peer Connection Initiated"
}

# All at once: each answer takes the server a second.
t_wrong() {
	vpn_begin $CF "$WRONG" wrong
	wrong=$client
	vpn_begin $NEWCOMER "$READY" stranger
	stranger=$client
	vpn_begin root root local
	for word in wrong stranger local; do
		! vpn_answer $word || fail "$word got in" || return 1
		vpn_says $word AUTH_FAILED || return 1
	done
	vpn_end wrong "$wrong"
	vpn_end stranger "$stranger"
	vpn_end local "$client"
	[ "$(person_attempts $CF)" = 1 ] && vpn_out $CF "$WRONG" && [ "$(person_attempts $CF)" = 1 ] &&
		vpn_in $CF "$READY"
}

t_temporary() {
	person_temporary $NEWCOMER && vpn_out $NEWCOMER "$PIN" &&
		[ "$(person_figures $NEWCOMER life)" = temporary ]
}

t_level() {
	service_level inpspin-vpn dispositivo && vpn_out $CF "$READY" &&
		service_level inpspin-vpn semplice && vpn_in $CF "$READY"
}

t_stopped() {
	pind_stop && vpn_out $CF "$READY" && pind_start && vpn_in $CF "$READY"
}

# One waits for a pind that does not answer; is another, with whom pind has nothing to do, kept too?
two_callers() {
	inside systemctl kill --signal=STOP pind
	vpn_begin $CF "$READY" first
	first=$client
	soon vpn_says first 'Peer Connection Initiated'
	sleep 0.5 # the first is with PAM by now
	vpn_begin mario rossi second
	for _ in 1 2 3 4 5 6 7 8; do
		vpn_says second AUTH_FAILED && break
		sleep 0.25
	done
	vpn_says second AUTH_FAILED && ! vpn_answered first
	free=$?
	inside systemctl kill --signal=CONT pind
	vpn_answer first
	was_in=$?
	vpn_answer second
	vpn_end first "$first"
	vpn_end second "$client"
}

t_mute() {
	two_callers
	[ $free -eq 0 ] && [ $was_in -eq 0 ]
}

t_blocking() {
	with_conf /deferred/d two_callers
	[ $free -ne 0 ]
}

t_words() {
	with_conf 's/PIN PASSWORD/Password: PASSWORD/' vpn_out $CF "$READY" && vpn_in $CF "$READY"
}

# The page's configuration with a script, and with new keys every three seconds, not every hour.
t_scripts() {
	printf '#!/bin/sh\nenv >/run/vpn.env\n' >"$(host_root /etc/openvpn/hello)"
	chmod 0755 "$(host_root /etc/openvpn/hello)"
	printf '%s\n' 'script-security 2' 'client-connect /etc/openvpn/hello' 'reneg-sec 3' \
		>>"$(host_root $CONF)"
	inside systemctl restart $UNIT && vpn_begin $CF "$READY" long && vpn_answer long || return 1
	inside grep -e ^username= -e ^common_name= -e INPSPIN /run/vpn.env >"$host_tmp/env"
	cat "$host_tmp/env"
	[ "$(grep -c "=$CF\$" "$host_tmp/env")" -eq 2 ] && ! inside grep "$READY" /run/vpn.env
}

t_revoked() {
	! vpn_says long AUTH_FAILED && inside pinctl revoke $CF --reason prova &&
		soon vpn_says long AUTH_FAILED
	ended=$?
	vpn_end long "$client"
	return $ended
}

t_secrets() {
	no_secret
}

# nspawn hands its own on.
[ -c /dev/net/tun ] || { printf '1..1\nok 1 - openvpn # SKIP needs /dev/net/tun\n' && exit 0; }
host_open openvpn
printf '%s\n' client 'dev null' ifconfig-noexec route-noexec 'remote 127.0.0.1' \
	'ca /etc/openvpn/server/server.crt' 'remote-cert-tls server' nobind \
	'auth-user-pass /dev/stdin' 'connect-retry-max 1' >"$(host_root /root/client.conf)"
cases
