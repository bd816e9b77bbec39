#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_nginx.sh - docs/services/nginx.md on a Debian that boots. Needs root.
# shellcheck disable=SC2034,SC2317 # host.sh reads the cases and calls them by name
set -u
. "$(dirname "$0")/host.sh"
. tests/services/browse.sh
. tests/services/caller.sh

CASES='right      the right PIN gets in
wrong      a wrong PIN, an unknown person, small letters: 401 and the window
passed     the application gets the person, not the PIN, and believes no header of the browser
unproved   without auth_pam $remote_user is what the browser says: the page warns of it
level      a level not reached is refused
temporary  a PIN to be replaced is refused, with a page that can say what to do
prompt     a wrong PIN is answered at once
stale      12 requests at once with one wrong PIN are one attempt
blocked    a pind that hangs blocks the worker, for no longer than timeout=
caller     pind talks to www-data only about who proved a PIN to it
group      without the group pind-client nobody gets in
stopped    without pind nobody gets in, and other pages are served
secrets    no PIN is in a log'

CF=RSSMRA85T10A562S CF_NEW=VRDLGI80A01H501E CF_CALLER=VRDLCU70A41H501I
BASE=https://localhost
GOOD=''

# One worker, an application, and a place without auth_pam.
set_up() {
	inside mkdir -p /var/www/html/consulta && inside touch /var/www/html/consulta/index.html || return 1
	echo 'where to go' >"$(host_root /var/www/html/pin.html)"
	inside sed -i 's/^worker_processes .*/worker_processes 1;/' /etc/nginx/nginx.conf
	cat >"$(host_root /etc/nginx/conf.d/test.conf)" <<'END'
server {
	listen 127.0.0.1:8080;
	location / {
		return 200 "user $http_x_remote_user, authorization $http_authorization, $request_uri\n";
	}
}
server {
	listen 127.0.0.1:8081;
	location / {
		proxy_set_header X-Remote-User $remote_user;
		proxy_pass http://127.0.0.1:8080;
	}
}
END
	inside systemctl restart nginx
}

t_right() {
	set_up && person_ready $CF && GOOD=$PIN || return 1
	answered 200 $BASE/consulta/ $CF "$GOOD" && answered 401 $BASE/consulta/ '' ''
}

t_wrong() {
	for pair in "$CF $(other_pin 2 "$GOOD")" "$CF_NEW 22222222" "rssmra85t10a562s $GOOD" 'root 22222222'; do
		# shellcheck disable=SC2086 # two words
		answered 401 $BASE/consulta/ $pair 'dump-header = "/run/head"' &&
			inside grep -q '^WWW-Authenticate: Basic realm="Codice fiscale e PIN"' /run/head || return 1
	done
	[ "$(person_attempts $CF)" -eq 1 ] && gets_in && [ "$(person_attempts $CF)" -eq 0 ]
}

t_passed() {
	answered 200 $BASE/domanda/x $CF "$GOOD" 'header = "X-Remote-User: ZZZZZZ00A00A000A"' &&
		echo "user $CF, authorization , /domanda/x" | diff - "$host_tmp/body" &&
		answered 401 $BASE/domanda/x $CF "$(other_pin 2 "$GOOD")" && answered 401 $BASE/domanda/x '' '' && gets_in
}

t_unproved() {
	answered 200 http://localhost:8081/ $CF 22222222 && grep "^user $CF, authorization Basic" "$host_tmp/body"
}

t_level() {
	policy=$(host_root /etc/pind/services.d/inpspin-nginx.conf)
	cp "$policy" "$host_tmp/policy" && service_level inpspin-nginx dispositivo || return 1
	answered 401 $BASE/consulta/ $CF "$GOOD"
	refused=$?
	cp "$host_tmp/policy" "$policy" && inside systemctl reload pind && soon host_served inpspin-nginx semplice &&
		[ $refused -eq 0 ] && gets_in && [ "$(person_attempts $CF)" -eq 0 ]
}

t_temporary() {
	person_temporary $CF_NEW && answered 401 $BASE/consulta/ $CF_NEW "$PIN" &&
		[ "$(cat "$host_tmp/body")" = 'where to go' ] &&
		inside grep "user '$CF_NEW' - invalid account: .* no longer valid" /var/log/nginx/error.log
}

# pam_fail_delay() would add one to three seconds to each.
t_prompt() {
	for _ in 1 2 3; do
		taken=$(browse_lines $BASE/consulta/ $CF "$(other_pin 4 "$GOOD")" 'output = /dev/null' \
			'write-out = "%{http_code} %{time_total}"' | inside curl -K -)
		echo "$taken"
		case $taken in 401\ 0.*) gets_in && return 0 ;; esac
	done
	fail "none was answered within a second"
}

t_stale() {
	got=$(browse_many 12 $BASE/consulta/ $CF "$(other_pin 3 "$GOOD")")
	[ "$got" = '12 401, ' ] || fail "$got" || return 1
	[ "$(person_attempts $CF)" -eq 1 ] || fail "$(person_attempts $CF) attempts" || return 1
	gets_in
}

# While a login waits for pind, a page that needs none waits for the login.
t_blocked() {
	pind_freeze || return 1
	browse $BASE/consulta/ $CF "$GOOD" >"$host_tmp/login" &
	soon pind_has_waiting 1
	reached=$?
	page=$(browse_lines $BASE/ '' '' 'output = /dev/null' 'write-out = "%{http_code} %{time_total}"' |
		inside curl -K -)
	wait $!
	pind_thaw
	echo "login: $(cat "$host_tmp/login"), page: $page"
	[ $reached -eq 0 ] && grep -q '^401 ' "$host_tmp/login" || return 1
	case $page in
	'200 0.'[0-4]*) fail "the page did not wait" ;;
	'200 '[0-3].*) gets_in ;;
	*) fail "no page, or after the 5 seconds that are the default" ;;
	esac
}

t_caller() {
	person_temporary $CF_CALLER &&
		told_after www-data inpspin-nginx $CF_CALLER answered 401 $BASE/consulta/ $CF_CALLER "$PIN"
}

t_group() {
	needs_group www-data nginx gets_in
}

t_stopped() {
	pind_stop || return 1
	answered 401 $BASE/consulta/ $CF "$GOOD" && answered 200 $BASE/ '' ''
	refused=$?
	pind_start && [ $refused -eq 0 ] && gets_in
}

t_secrets() {
	no_secret
}

gets_in() {
	answered 200 $BASE/consulta/ $CF "$GOOD"
}

host_open nginx
cases
