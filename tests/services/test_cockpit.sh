#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_cockpit.sh - docs/services/cockpit.md on a Debian that boots: the requests of its login page,
# made with curl. Needs root.
# shellcheck disable=SC2317 # the cases are called by name
set -u
# shellcheck source=tests/services/host.sh
. "$(dirname "$0")/host.sh"

# shellcheck disable=SC2034 # host.sh reads it
CASES='right      the right PIN gets a session, as its owner
passed     the session has the environment of the PIN
services   and the services of a user
wrong      a wrong PIN and a stranger are refused; the same slip is charged once
first      a first login is done on the page, prompt by prompt
renewed    the new PIN gets in, the initial one does not
slip       who does not copy the new PIN in three tries keeps the old one
homeless   with the right PIN and no account comes an error
shadow     without a line in shadow nobody gets in
level      a level not reached is refused
local      local users get in with their password, and are asked nothing else
root       root does not, whatever the password, while it is on the list that Debian puts there
stopped    without pind people with a PIN are refused, and local users get in
secrets    no PIN is in a log'

CF=RSSMRA85T10A562S
NEWCOMER=BNCLRA80A41H501D
HOMELESS=VRDLCU70A41H501I
READY='' WRONG='' STATUS='' INITIAL=''

# the value of Authorization: one request. Headers are in $host_tmp/talk, the body in $host_tmp/body.
request() {
	with_stdin "header = \"Authorization: $1\"" inside curl --config - --silent --show-error \
		--insecure --max-time 30 --dump-header /run/host-test/talk --output /run/host-test/body \
		--cookie /run/jar --cookie-jar /run/jar https://127.0.0.1:9090/cockpit/login || return 1
	tr -d '\r' <"$(host_root /run/host-test/talk)" >"$host_tmp/talk"
	cp "$(host_root /run/host-test/body)" "$host_tmp/body"
	STATUS=$(sed -n '1s/^HTTP[^ ]* \([0-9]*\).*/\1/p' "$host_tmp/talk")
	prompt
}

# What the page asks next: its words, or nothing.
prompt() {
	echo "$STATUS $(sed -n 's/^WWW-Authenticate: X-Conversation [^ ]* //p' "$host_tmp/talk" | base64 -d)"
}

# name pin
enter() {
	rm -f "$(host_root /run/jar)"
	request "Basic $(printf '%s:%s' "$1" "$2" | base64 -w 0)"
}

answer() {
	id=$(sed -n 's/^WWW-Authenticate: X-Conversation \([^ ]*\) .*/\1/p' "$host_tmp/talk")
	[ -n "$id" ] && request "X-Conversation $id $(printf '%s' "$1" | base64 -w 0)"
}

asked() {
	[ "$STATUS" = 401 ] && prompt | grep -F "$1"
}

let_in() {
	[ "$STATUS" = 200 ] && grep -q csrf-token "$host_tmp/body"
}

is_in() {
	enter "$1" "$2" && let_in
}

is_out() {
	enter "$1" "$2" && [ "$STATUS" = 401 ] && ! grep -q X-Conversation "$host_tmp/talk" &&
		grep -q 'Authentication failed' "$host_tmp/body"
}

bridge() {
	inside pgrep -n -u "$1" -f '^cockpit-bridge'
}

t_right() {
	person_ready $CF && READY=$PIN WRONG=$(wrong_pin) && is_in $CF "$READY" && soon bridge 30001
}

t_passed() {
	inside cat "/proc/$(bridge 30001)/environ" | tr '\0' '\n' >"$host_tmp/env"
	grep -e ^INPSPIN -e ^HOME "$host_tmp/env"
	grep -qx INPSPIN_CF=$CF "$host_tmp/env" && grep -qx INPSPIN_LEVEL=semplice "$host_tmp/env" &&
		grep -qx INPSPIN_CATEGORY=lavoratore "$host_tmp/env" &&
		grep -q '^INPSPIN_EXPIRES=20..-..-..$' "$host_tmp/env" && grep -qx HOME=/home/$CF "$host_tmp/env" &&
		! grep -q "$READY" "$host_tmp/env"
}

t_services() {
	soon inside systemctl is-active user@30001.service
}

t_wrong() {
	is_out $CF "$WRONG" && is_out $CF "$WRONG" && [ "$(person_attempts $CF)" = 1 ] &&
		is_out $NEWCOMER "$READY" && is_in $CF "$READY"
}

# Up to the new PIN, which is in NEW.
renew() {
	enter $NEWCOMER "$1" && asked 'Numero di cellulare: ' && answer '333 1234567' &&
		asked 'Indirizzo e-mail: ' && answer nome@example.org && asked "Il nuovo PIN e'" || return 1
	NEW=$(prompt | sed -n "s/.*Il nuovo PIN e' \([0-9A-Z-]*\)\. .*/\1/p" | tr -d -)
	[ -n "$NEW" ] && echo "$NEW" >>"$host_tmp/secrets"
}

t_first() {
	person_temporary $NEWCOMER && INITIAL=$PIN && renew "$INITIAL" && answer "$NEW" && let_in &&
		PIN=$NEW
}

t_renewed() {
	is_out $NEWCOMER "$INITIAL" && is_in $NEWCOMER "$PIN" &&
		[ "$(person_figures $NEWCOMER life)" = active ]
}

t_slip() {
	person_temporary $NEWCOMER && renew "$PIN" && answer AAAA2222 && answer AAAA3333 &&
		answer AAAA4444 && ! let_in && [ "$STATUS" = 401 ] &&
		[ "$(person_figures $NEWCOMER life)" = temporary ]
}

t_homeless() {
	person_ready $HOMELESS && enter $HOMELESS "$PIN" && [ "$STATUS" = 500 ]
}

# The same person, with an account but for that line.
t_shadow() {
	echo "$HOMELESS:x:30003:30003::/home/$HOMELESS:/bin/bash" \
		>>"$(host_root /var/lib/extrausers/passwd)" &&
		echo "$HOMELESS:x:30003:" >>"$(host_root /var/lib/extrausers/group)" &&
		enter $HOMELESS "$PIN" && [ "$STATUS" = 403 ]
}

t_level() {
	service_level cockpit dispositivo && enter $CF "$READY" && [ "$STATUS" = 403 ] &&
		service_level cockpit semplice && is_in $CF "$READY"
}

t_local() {
	inside useradd -m mario && with_stdin 'mario:di-casa' inside chpasswd &&
		is_in mario di-casa && is_out mario fuori
}

t_root() {
	with_stdin 'root:di-casa' inside chpasswd && enter root di-casa && ! let_in || return 1
	inside mv /etc/cockpit/disallowed-users /root/ && is_in root di-casa
	was_in=$?
	inside mv /root/disallowed-users /etc/cockpit/ && return $was_in
}

t_stopped() {
	pind_stop && is_out $CF "$READY" && is_in mario di-casa && is_out mario fuori && pind_start &&
		is_in $CF "$READY"
}

t_secrets() {
	no_secret
}

host_open cockpit
cases
