#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_squid.sh - docs/services/squid.md on a Debian that boots. Needs root.
# shellcheck disable=SC2034,SC2317 # host.sh reads the cases and calls them by name
set -u
. "$(dirname "$0")/host.sh"
. tests/services/browse.sh
. tests/services/caller.sh

CASES='helper     basic_pam_auth, as proxy: OK for the right PIN, ERR for others and for one to be replaced
account    with -o it says OK to a PIN to be replaced: the page warns of it
right      through the proxy: the right PIN gets the page
wrong      a wrong PIN, an unknown person, small letters, nobody: 407, and one attempt
level      a level not reached is refused
temporary  a PIN to be replaced is refused
stale      12 requests at once with one wrong PIN are one attempt
cached     a revoked PIN is good for as long as credentialsttl: the page warns of it
case       without casesensitive nobody gets in: the page says so
caller     pind talks to proxy only about who proved a PIN to it
group      without the group pind-client nobody gets in
stopped    without pind nobody gets in
secrets    no PIN is in a log'

CF=RSSMRA85T10A562S CF_NEW=VRDLGI80A01H501E CF_CALLER=VRDLCU70A41H501I
GOOD='' TEMPORARY=''
HELPER='/usr/lib/squid/basic_pam_auth -n inpspin-squid'

# cf pin [option]: what the helper says to squid.
helper_says() {
	# shellcheck disable=SC2086 # words
	with_stdin "$1 $2" inside_as proxy $HELPER ${3-}
}

helper_answers() {
	want=$1
	shift
	got=$(helper_says "$@")
	case $got in
	"$want"*) ;;
	*) fail "$got, not $want, for $1" ;;
	esac
}

# cf pin: the status of a page of this host, through the proxy.
through() {
	browse http://localhost/ '' '' 'proxy = "http://127.0.0.1:3128"' 'noproxy = ""' \
		${1:+"proxy-user = \"$1:$2\""}
}

proxied() {
	want=$1
	shift
	got=$(through "$@")
	[ "${got%% *}" = "$want" ] || fail "$got, not $want, for $1"
}

squid_listens() {
	inside nc -z 127.0.0.1 3128
}

# squid forgets what it knows of people, and takes its configuration anew. It is ready before it listens.
squid_anew() {
	inside systemctl restart squid && soon squid_listens
}

set_up() {
	echo 'shutdown_lifetime 0 seconds' >"$(host_root /etc/squid/conf.d/test.conf)"
	inside systemctl reload squid && inside systemctl start apache2 && sleep 1 && squid_anew
}

t_helper() {
	person_ready $CF && GOOD=$PIN && person_temporary $CF_NEW && TEMPORARY=$PIN || return 1
	helper_answers OK $CF "$GOOD" && helper_answers ERR $CF "$(other_pin 2 "$GOOD")" &&
		helper_answers ERR $CF_NEW "$TEMPORARY" && helper_answers ERR root 22222222 &&
		helper_answers OK $CF "$GOOD"
}

t_account() {
	helper_answers OK $CF_NEW "$TEMPORARY" -o && ! echo "$HELPER" | grep -e ' -o' &&
		inside grep -q -x "auth_param basic program $HELPER" /etc/squid/conf.d/inpspin.conf
}

t_right() {
	set_up && proxied 200 $CF "$GOOD"
}

t_wrong() {
	proxied 407 $CF "$(other_pin 3 "$GOOD")" && proxied 407 $CF_CALLER 22222222 &&
		proxied 407 rssmra85t10a562s "$GOOD" && proxied 407 '' || return 1
	[ "$(person_attempts $CF)" -eq 1 ] || fail "$(person_attempts $CF) attempts" || return 1
	squid_anew && proxied 200 $CF "$GOOD" && [ "$(person_attempts $CF)" -eq 0 ]
}

t_level() {
	policy=$(host_root /etc/pind/services.d/inpspin-squid.conf)
	cp "$policy" "$host_tmp/policy" && service_level inpspin-squid dispositivo && squid_anew || return 1
	proxied 407 $CF "$GOOD"
	refused=$?
	cp "$host_tmp/policy" "$policy" && inside systemctl reload pind && soon host_served inpspin-squid semplice &&
		[ $refused -eq 0 ] && proxied 200 $CF "$GOOD"
}

t_temporary() {
	proxied 407 $CF_NEW "$TEMPORARY"
}

t_stale() {
	got=$(browse_lines 'http://localhost/?n=[1-12]' '' '' 'proxy = "http://127.0.0.1:3128"' 'noproxy = ""' \
		"proxy-user = \"$CF:$(other_pin 4 "$GOOD")\"" parallel parallel-immediate parallel-max=12 \
		'output = /dev/null' 'write-out = "%{http_code}\n"' | inside curl -K - 2>/dev/null | sort | uniq -c)
	echo "$got"
	[ "$(echo "$got" | tr -d ' ')" = 12407 ] && [ "$(person_attempts $CF)" -eq 1 ]
}

t_cached() {
	person_ready $CF_NEW && proxied 200 $CF_NEW "$PIN" && inside pinctl revoke $CF_NEW --reason=test &&
		helper_answers ERR $CF_NEW "$PIN" && proxied 200 $CF_NEW "$PIN" && squid_anew &&
		proxied 407 $CF_NEW "$PIN"
}

t_case() {
	inside sed -i.orig /casesensitive/d /etc/squid/conf.d/inpspin.conf && squid_anew && proxied 407 $CF "$GOOD"
	refused=$?
	inside mv /etc/squid/conf.d/inpspin.conf.orig /etc/squid/conf.d/inpspin.conf && squid_anew &&
		[ $refused -eq 0 ] && proxied 200 $CF "$GOOD"
}

t_caller() {
	person_temporary $CF_CALLER && told_after proxy inpspin-squid $CF_CALLER proxied 407 $CF_CALLER "$PIN"
}

gets_in() {
	soon squid_listens && proxied 200 $CF "$GOOD"
}

t_group() {
	needs_group proxy squid gets_in
}

t_stopped() {
	squid_anew && pind_stop || return 1
	proxied 407 $CF "$GOOD"
	refused=$?
	pind_start && [ $refused -eq 0 ] && proxied 200 $CF "$GOOD"
}

t_secrets() {
	no_secret
}

host_open squid
cases
