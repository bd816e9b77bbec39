#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_ocserv.sh - docs/services/ocserv.md on a Debian that boots: AnyConnect's forms, filled in with
# curl, each answer over a connection of its own. Needs root.
# shellcheck disable=SC2317 # the cases are called by name
set -u
# shellcheck source=tests/services/host.sh
. "$(dirname "$0")/host.sh"

# shellcheck disable=SC2034 # host.sh reads it
CASES='right      the right PIN gets a session
tunnel     openconnect gets a tunnel with it; scripts of the server learn whose it is
wrong      a wrong PIN, a stranger and root are refused; the same slip is charged once
first      a first login is done over the network, prompt by prompt
renewed    the new PIN gets in, the initial one does not
slip       who does not copy the new PIN in three tries keeps the old one
mingled    a login and a renewal, answer by answer in turn, stay apart
crossed    a PIN is good in the session of its owner only
crowd      eight that were asked are answered in another order
level      a level not reached is refused
stopped    without pind nobody gets in, and ocserv says so
mute       while pind keeps one waiting the others wait too, and not for long
stack      the process that answered all of this is the one that began
secrets    no PIN is in a log
unfiltered without the drop-in the new PIN would be'

CF=RSSMRA85T10A562S
NEWCOMER=VRDLCU70A41H501I
READY='' WRONG='' INITIAL=''

# ---- a client: session by session, each with its cookies and its last form ---------------------

# session path, the body on stdin: the answer is the session's form
post() {
	inside curl --silent --show-error --insecure --max-time 30 --cookie "/run/jar.$1" \
		--cookie-jar "/run/jar.$1" --user-agent 'AnyConnect Linux_64 9.01' --data-binary @- \
		--write-out '\nHTTP %{http_code}\n' "https://127.0.0.1$2" >"$host_tmp/form.$1"
}

envelope() {
	printf '<?xml version="1.0" encoding="UTF-8"?>\n' &&
		printf '<config-auth client="vpn" type="%s">%s%s</config-auth>\n' "$1" \
			'<version who="vpn">v9.01</version><device-id>linux-64</device-id>' "$2"
}

# session text: fills in the only field of the form
answer() {
	field=$(sed -n 's/.*<input type="[a-z]*" name="\([a-z_]*\)".*/\1/p' "$host_tmp/form.$1")
	[ -n "$field" ] || fail "session $1: there is no form" || return 1
	envelope auth-reply "<auth><$field>$2</$field></auth>" | post "$1" /auth
	sed -n 's/^<message>\(.*\)<\/message>$/\1/p' "$host_tmp/form.$1"
	tail -n 1 "$host_tmp/form.$1"
}

asked() {
	grep -q "<message>$2" "$host_tmp/form.$1" || fail "session $1: not asked for $2"
}

let_in() {
	grep -q '<auth id="success">' "$host_tmp/form.$1"
}

put_out() {
	! let_in "$1" || fail "got in" || return 1
	grep -q '^HTTP 401$' "$host_tmp/form.$1" || fail "no refusal"
}

# session name: until the PIN is asked for
begin() {
	rm -f "$(host_root "/run/jar.$1")"
	envelope init '<group-access>https://127.0.0.1/</group-access>' | post "$1" / &&
		answer "$1" "$2" && asked "$1" 'PIN: '
}

vpn_in() {
	begin one "$1" && answer one "$2" && let_in one
}

vpn_out() {
	begin one "$1" && answer one "$2" && put_out one
}

# session: the new PIN that its form shows
shown() {
	new=$(sed -n "s/.*Il nuovo PIN e' \([0-9A-Z-]*\)\. Digitarlo per conferma.*/\1/p" "$host_tmp/form.$1")
	[ -n "$new" ] && echo "$new" | tr -d - | tee -a "$host_tmp/secrets"
}

# ---- cases ------------------------------------------------------------------------------------------

t_right() {
	soon inside pgrep -f ocserv-sm && inside pgrep -f ocserv-sm >"$host_tmp/process" || return 1
	person_ready $CF && READY=$PIN WRONG=$(wrong_pin) && vpn_in $CF "$READY"
}

t_tunnel() {
	inside test -c /dev/net/tun || { echo 'needs /dev/net/tun' && return 77; }
	# shellcheck disable=SC2016 # expanded by the inner shell
	with_stdin "$READY" inside sh -c 'openconnect --background --pid-file /run/vpn.pid \
		--non-inter --passwd-on-stdin --script /bin/true --interface away -u "$1" \
		--servercert "pin-sha256:$(openssl x509 -pubkey -noout \
		-in /etc/ssl/certs/ssl-cert-snakeoil.pem | openssl pkey -pubin -outform DER |
		openssl dgst -sha256 -binary | base64)" https://127.0.0.1' sh $CF &&
		soon inside grep -x USERNAME=$CF /run/hello.env && inside ip -o -4 address show vpns0 &&
		! inside grep "$READY" /run/hello.env
	was_up=$?
	inside pkill -F /run/vpn.pid && return $was_up
}

t_wrong() {
	vpn_out $CF "$WRONG" && vpn_out $CF "$WRONG" && [ "$(person_attempts $CF)" = 1 ] &&
		vpn_out $NEWCOMER "$READY" && vpn_in $CF "$READY" || return 1
	! begin one root || fail "root is asked for a PIN" || return 1
	! let_in one
}

# Up to the new PIN.
renew() {
	begin "$1" $NEWCOMER && answer "$1" "$2" && asked "$1" 'Numero di cellulare: ' &&
		answer "$1" '333 1234567' && asked "$1" 'Indirizzo e-mail: ' &&
		answer "$1" nome@example.org && asked "$1" "Il nuovo PIN e'"
}

t_first() {
	person_temporary $NEWCOMER && INITIAL=$PIN && renew two "$INITIAL" && PIN=$(shown two) &&
		answer two "$PIN" && let_in two
}

t_renewed() {
	vpn_out $NEWCOMER "$INITIAL" && vpn_in $NEWCOMER "$PIN" &&
		[ "$(person_figures $NEWCOMER life)" = active ]
}

t_slip() {
	person_temporary $NEWCOMER && renew two "$PIN" && shown two >"$host_tmp/new" &&
		answer two AAAA2222 && answer two AAAA3333 && answer two AAAA4444 && put_out two &&
		[ "$(person_figures $NEWCOMER life)" = temporary ]
}

t_mingled() {
	person_temporary $NEWCOMER && begin a $NEWCOMER && begin b $CF && answer a "$PIN" &&
		asked a 'Numero di cellulare: ' && answer b "$READY" && let_in b &&
		answer a '333 1234567' && begin b $CF && answer a nome@example.org &&
		answer b "$WRONG" && put_out b && begin b $CF && PIN=$(shown a) && answer a "$PIN" &&
		let_in a && answer b "$READY" && let_in b && vpn_in $NEWCOMER "$PIN"
}

t_crossed() {
	begin a $NEWCOMER && begin b $CF && answer a "$READY" && put_out a && answer b "$PIN" && put_out b &&
		vpn_in $NEWCOMER "$PIN" && vpn_in $CF "$READY"
}

t_crowd() {
	for one in 1 2 3 4; do
		begin $one $CF && begin 5$one $NEWCOMER || return 1
	done
	for one in 4 2 3 1; do
		answer 5$one "$PIN" && let_in 5$one && answer $one "$READY" && let_in $one || return 1
	done
}

t_level() {
	service_level ocserv dispositivo && vpn_out $CF "$READY" && service_level ocserv semplice &&
		vpn_in $CF "$READY"
}

t_stopped() {
	pind_stop && vpn_out $CF "$READY" && pind_start && vpn_in $CF "$READY"
}

t_mute() {
	begin a $CF && inside systemctl kill --signal=STOP pind || return 1
	answer a "$READY" &
	answering=$!
	sleep 1
	begin b root # whom pind has nothing to do with
	! kill -0 $answering 2>/dev/null || fail "b was answered before a"
	waited=$?
	wait $answering
	inside systemctl kill --signal=CONT pind
	[ $waited -eq 0 ] && put_out a && vpn_in $CF "$READY"
}

t_stack() {
	[ -s "$host_tmp/process" ] && inside pgrep -f ocserv-sm | diff "$host_tmp/process" - ||
		fail "it died" || return 1
	inside journalctl --sync
	! inside journalctl -o cat | grep -i -e segfault -e 'dumped core' -e 'corrupt'
}

t_secrets() {
	no_secret
}

t_unfiltered() {
	inside rm /etc/systemd/system/ocserv.service.d/inpspin.conf && inside systemctl daemon-reload &&
		inside systemctl restart ocserv && person_temporary $NEWCOMER || return 1
	soon renew two "$PIN" && shown two >"$host_tmp/new" || return 1
	new=$(sed 's/..../&-/; s/-$//' "$host_tmp/new")
	inside journalctl --sync && inside journalctl -o cat | grep -F "$new"
}

host_open ocserv
printf '#!/bin/sh\nenv >/run/hello.env\n' >"$(host_root /etc/ocserv/hello)"
chmod 0755 "$(host_root /etc/ocserv/hello)"
echo 'connect-script = /etc/ocserv/hello' >>"$(host_root /etc/ocserv/ocserv.conf)"
inside systemctl restart ocserv
cases
