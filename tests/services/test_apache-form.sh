#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_apache-form.sh - docs/services/apache-form.md on a Debian that boots. Needs root.
# shellcheck disable=SC2034,SC2317 # host.sh reads the cases and calls them by name
set -u
. "$(dirname "$0")/host.sh"
. tests/services/browse.sh
. tests/services/caller.sh

CASES='right      the right PIN: REMOTE_USER, and the body without the PIN
spelling   small letters and a PIN in groups are taken, and REMOTE_USER is as typed
wrong      a wrong PIN, an unknown person: no REMOTE_USER, the same error, one attempt
unknown    what is no codice fiscale has an error of its own
plain      without TLS it is refused
level      a level not reached: Permission denied
temporary  a PIN to be replaced: the error that says so
unlooked   multipart, GET, no person: neither person nor error, and the PIN is there
doubled    of two PINs the first is looked at, and the second not hidden
wait       during a wait the right PIN is answered as a wrong one
storm      12 forms at once with one wrong PIN are one attempt
caller     pind talks to www-data only about who proved a PIN to it
group      without the group pind-client nobody gets in
stopped    without pind nobody gets in, and the error says why
secrets    no PIN is in a log'

CF=RSSMRA85T10A562S CF_NEW=VRDLGI80A01H501E CF_CALLER=VRDLCU70A41H501I CF_WAIT=RSSMRA80A01H501U
REPLACE='Authentication token is no longer valid; new one required'
URL=https://localhost/login
GOOD=''

# An application that shows what it got.
set_up() {
	cat >"$(host_root /usr/lib/cgi-bin/login)" <<'END'
#!/bin/sh
printf 'Content-Type: text/plain\r\n\r\n'
env | grep -e '^REMOTE_USER=' -e '^EXTERNAL_' -e INPSPIN
echo "body $(tr -d '\r\n')"
END
	inside chmod 0755 /usr/lib/cgi-bin/login
	echo 'ScriptAlias /login /usr/lib/cgi-bin/login' >"$(host_root /etc/apache2/conf-enabled/zz-test.conf)"
	inside a2enmod -q cgid && inside systemctl restart apache2
}

# cf pin: the form as a browser sends it. What the application got is in $host_tmp/body.
submit() {
	answered 200 $URL '' '' "data = \"x=1&cf=$1&pin=$2&y=2\""
}

# cf pin expected...: the lines that the application got, all of them.
got() {
	submit "$1" "$2" || return 1
	shift 2
	printf '%s\n' "$@" | diff - "$host_tmp/body"
}

hidden() {
	echo "body x=1&cf=$1&pin=[REDACTED]&y=2"
}

t_right() {
	set_up && person_ready $CF && GOOD=$PIN || return 1
	got $CF "$GOOD" REMOTE_USER=$CF "$(hidden $CF)"
}

t_spelling() {
	halves="${GOOD%????}+${GOOD#????}"
	got rssmra85t10a562s "$(echo "$halves" | tr '[:upper:]' '[:lower:]')" REMOTE_USER=rssmra85t10a562s \
		"$(hidden rssmra85t10a562s)" &&
		got RSSMRA+85T10+A562S "${GOOD%????}%2D${GOOD#????}" 'REMOTE_USER=RSSMRA 85T10 A562S' \
			"$(hidden RSSMRA+85T10+A562S)"
}

t_wrong() {
	got $CF "$(other_pin 2 "$GOOD")" 'EXTERNAL_AUTH_ERROR=Authentication failure' "$(hidden $CF)" &&
		got $CF_NEW "$GOOD" 'EXTERNAL_AUTH_ERROR=Authentication failure' "$(hidden $CF_NEW)" || return 1
	[ "$(person_attempts $CF)" -eq 1 ] && submit $CF "$GOOD" && [ "$(person_attempts $CF)" -eq 0 ]
}

t_unknown() {
	got root "$GOOD" "EXTERNAL_AUTH_ERROR=User not known to the underlying authentication module" \
		"$(hidden root)"
}

t_plain() {
	answered 403 http://localhost/login '' '' "data = \"cf=$CF&pin=$GOOD\"" && ! grep REMOTE_USER "$host_tmp/body"
}

t_level() {
	policy=$(host_root /etc/pind/services.d/inpspin-form.conf)
	cp "$policy" "$host_tmp/policy" && service_level inpspin-form dispositivo || return 1
	got $CF "$GOOD" 'EXTERNAL_AUTH_ERROR=Permission denied' "$(hidden $CF)"
	refused=$?
	cp "$host_tmp/policy" "$policy" && inside systemctl reload pind && soon host_served inpspin-form semplice &&
		[ $refused -eq 0 ] && got $CF "$GOOD" REMOTE_USER=$CF "$(hidden $CF)"
}

t_temporary() {
	person_temporary $CF_NEW || return 1
	got $CF_NEW "$PIN" "EXTERNAL_AUTH_ERROR=$REPLACE" "$(hidden $CF_NEW)"
}

# line...: of curl's configuration. The application got no person and no error.
nobody() {
	answered 200 "$@" && ! grep -e ^REMOTE_USER -e ^EXTERNAL "$host_tmp/body" && grep '^body' "$host_tmp/body"
}

t_unlooked() {
	nobody $URL '' '' "form = \"cf=$CF\"" "form = \"pin=$GOOD\"" && grep -q "$GOOD" "$host_tmp/body" &&
		nobody $URL '' '' 'header = "Content-Type: application/json"' "data = \"{pin:$GOOD}\"" &&
		grep -q "$GOOD" "$host_tmp/body" &&
		nobody $URL '' '' "data = \"pin=$GOOD\"" && grep -q "$GOOD" "$host_tmp/body" &&
		nobody "$URL?cf=$CF&pin=22222222" '' ''
}

t_doubled() {
	got $CF "$(other_pin 2 "$GOOD")&pin=$GOOD" 'EXTERNAL_AUTH_ERROR=Authentication failure' \
		"body x=1&cf=$CF&pin=[REDACTED]&pin=$GOOD&y=2" && submit $CF "$GOOD"
}

t_wait() {
	person_ready $CF_WAIT || return 1
	for first in 2 3 4; do
		submit $CF_WAIT "$(other_pin $first "$PIN")" || return 1
	done
	got $CF_WAIT "$PIN" 'EXTERNAL_AUTH_ERROR=Authentication failure' "$(hidden $CF_WAIT)" &&
		inside pinctl unlock $CF_WAIT && got $CF_WAIT "$PIN" REMOTE_USER=$CF_WAIT "$(hidden $CF_WAIT)"
}

t_storm() {
	browse_lines "$URL?n=[1-12]" '' '' "data = \"cf=$CF&pin=$(other_pin 3 "$GOOD")\"" parallel parallel-immediate \
		parallel-max=12 http1.1 'header = "Connection: close"' | inside curl -K - >"$host_tmp/storm" 2>/dev/null
	[ "$(grep -c '^EXTERNAL_AUTH_ERROR=Authentication failure' "$host_tmp/storm")" -eq 12 ] ||
		fail "$(cat "$host_tmp/storm")" || return 1
	[ "$(person_attempts $CF)" -eq 1 ] && submit $CF "$GOOD"
}

t_caller() {
	person_temporary $CF_CALLER &&
		told_after www-data inpspin-form $CF_CALLER got $CF_CALLER "$PIN" "EXTERNAL_AUTH_ERROR=$REPLACE" \
			"$(hidden $CF_CALLER)"
}

t_group() {
	needs_group www-data apache2 gets_in
}

t_stopped() {
	pind_stop || return 1
	got $CF "$GOOD" \
		'EXTERNAL_AUTH_ERROR=Authentication service cannot retrieve authentication info' "$(hidden $CF)" &&
		answered 200 https://localhost/ '' ''
	refused=$?
	pind_start && [ $refused -eq 0 ] && gets_in
}

t_secrets() {
	no_secret
}

gets_in() {
	got $CF "$GOOD" REMOTE_USER=$CF "$(hidden $CF)"
}

host_open apache-form
cases
