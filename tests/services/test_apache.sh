#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_apache.sh - docs/services/apache.md on a Debian that boots. Needs root.
# shellcheck disable=SC2034,SC2317 # host.sh reads the cases and calls them by name
set -u
. "$(dirname "$0")/host.sh"
. tests/services/browse.sh
. tests/services/caller.sh

CASES='right      the right PIN gets in, and REMOTE_USER is the codice fiscale and all there is
wrong      a wrong PIN, an unknown person, small letters: the same 401
each       each request is asked anew
plain      without TLS nothing is asked
level      a page for dispositivo refuses a PIN that is semplice, and takes one that is not
expired    a PIN to be replaced: 303 to the page for it, with the person and the way back
stale      12 requests at once with one wrong PIN are one attempt
parallel   12 logins of 8 people at once in one process, each with its own answer
redirects  1000 redirects: the same process, the same descriptors
hung       while pind hangs a login is refused in the end, and other pages are served at once
caller     pind talks to www-data only about who proved a PIN to it, for that service
group      without the group pind-client nobody gets in
stopped    without pind nobody gets in, and other pages are served
cached     with socache a revoked PIN still gets in: the page warns of it
proxied    an application behind mod_proxy gets the PIN, unless Authorization is taken away
secrets    no PIN is in a log'

CF=RSSMRA85T10A562S CF_SUBMIT=RSSMRA80A01H501U CF_NEW=VRDLGI80A01H501E
CF_CALLER=VRDLCU70A41H501I
BASE=https://localhost
ONE='' SUBMIT=''

# Pages, a program that shows its environment, a process that is the only one, and what the page warns of.
set_up() {
	for place in consulta domanda cached twice other; do
		inside mkdir -p "/var/www/html/$place" && inside touch "/var/www/html/$place/index.html" || return 1
	done
	cat >"$(host_root /usr/lib/cgi-bin/env)" <<'END'
#!/bin/sh
printf 'Content-Type: text/plain\r\n\r\n'
env
END
	inside chmod 0755 /usr/lib/cgi-bin/env
	cat >"$(host_root /etc/apache2/conf-enabled/zz-test.conf)" <<'END'
StartServers 1
ServerLimit 1
ThreadsPerChild 64
MaxRequestWorkers 64
MinSpareThreads 1
MaxSpareThreads 64
ScriptAlias /consulta/env /usr/lib/cgi-bin/env
ScriptAlias /back/env /usr/lib/cgi-bin/env
<Location "/back">
	CGIPassAuth On
</Location>
AuthnCacheEnable
<LocationMatch "^/(cached|twice|other)">
	AuthType Basic
	AuthName test
	AuthPAMService inpspin-apache
</LocationMatch>
<Location "/cached">
	AuthBasicProvider socache PAM
	AuthnCacheProvideFor PAM
	Require valid-user
</Location>
<Location "/twice">
	AuthBasicProvider PAM
	Require pam-account inpspin-apache
</Location>
<Location "/other">
	AuthBasicProvider PAM
	Require pam-account inpspin-apache-submit
</Location>
<Location "/consulta/proxied">
	ProxyPass http://127.0.0.1/back/env
</Location>
<Location "/consulta/bare">
	ProxyPass http://127.0.0.1/back/env
	RequestHeader unset Authorization
</Location>
END
	inside a2enmod -q cgid authn_socache proxy_http headers && inside systemctl restart apache2
}

t_right() {
	set_up && person_ready $CF && ONE=$PIN || return 1
	answered 200 $BASE/consulta/ $CF "$ONE" && answered 401 $BASE/consulta/ '' '' || return 1
	answered 200 $BASE/consulta/env $CF "$ONE" || return 1
	grep -x "REMOTE_USER=$CF" "$host_tmp/body" && ! grep INPSPIN_ "$host_tmp/body"
}

t_wrong() {
	answered 401 $BASE/consulta/ $CF "$(other_pin 2 "$ONE")" && cp "$host_tmp/body" "$host_tmp/refusal" || return 1
	for pair in "$CF_NEW 22222222" "rssmra85t10a562s $ONE" 'root 22222222' "$CF$CF $ONE"; do
		# shellcheck disable=SC2086 # two words
		answered 401 $BASE/consulta/ $pair && cmp "$host_tmp/body" "$host_tmp/refusal" || return 1
	done
	[ "$(person_attempts $CF)" -eq 1 ] || fail "$(person_attempts $CF) attempts" || return 1
	answered 200 $BASE/consulta/ $CF "$ONE" && [ "$(person_attempts $CF)" -eq 0 ]
}

asked() {
	inside journalctl --sync
	inside journalctl -u pind -o cat --no-pager | grep -c '^PIN accepted .* service=inpspin-apache '
}

t_each() {
	before=$(asked)
	for _ in 1 2 3; do
		answered 200 $BASE/consulta/ $CF "$ONE" || return 1
	done
	[ $(($(asked) - before)) -eq 3 ]
}

t_plain() {
	answered 403 http://localhost/consulta/ $CF "$ONE" && answered 403 http://localhost/domanda/ '' ''
}

t_level() {
	person_ready $CF_SUBMIT dispositivo && SUBMIT=$PIN || return 1
	answered 401 $BASE/domanda/ $CF "$ONE" && answered 200 $BASE/domanda/ $CF_SUBMIT "$SUBMIT" &&
		answered 200 $BASE/consulta/ $CF_SUBMIT "$SUBMIT" && [ "$(person_attempts $CF)" -eq 0 ]
}

t_expired() {
	person_temporary $CF_NEW || return 1
	got=$(browse "$BASE/consulta/?a=1&b=2" $CF_NEW "$PIN")
	[ "$got" = "303 https://pin.example.org/rinnovo?user=$CF_NEW&back=$(
		echo "$BASE/consulta/?a=1&b=2" | sed 's/:/%3a/; s/?/%3f/; s/&/%26/; s,/,%2f,g; s/=/%3d/g'
	)" ] || fail "$got" || return 1
	answered 401 $BASE/twice/ $CF_NEW "$PIN"
}

t_stale() {
	got=$(browse_many 12 $BASE/consulta/ $CF "$(other_pin 3 "$ONE")")
	[ "$got" = '12 401, ' ] || fail "$got" || return 1
	[ "$(person_attempts $CF)" -eq 1 ] || fail "$(person_attempts $CF) attempts" || return 1
	answered 200 $BASE/consulta/ $CF "$ONE"
}

# Processes that serve, which the one that starts programs does not: it has one thread.
apache_worker() {
	inside ps -C apache2 -o pid=,user=,nlwp= | awk '$2 == "www-data" && $3 > 1 { print $1 }'
}

# Processes that serve, which the one that starts programs does not: it has one thread.
apache_worker() {
	inside ps -C apache2 -o pid=,user=,nlwp= | awk '$2 == "www-data" && $3 > 1 { print $1 }'
}

PEOPLE='QXZKWJ70A01H501B QXZKWJ72A01H501D QXZKWJ73A01H501E QXZKWJ74A01H501F
QXZKWJ75A01H501G QXZKWJ76A01H501H QXZKWJ79A01H501K QXZKWJ84A01H501H'

# person pin answer: a line of the crowd, for a page that is nobody else's.
place() {
	crowd=$((crowd + 1))
	echo "$1 $2 $BASE/consulta/?$crowd $3"
}

# Four people, each once with the PIN of the one before, and four with a PIN to be replaced.
crowd_lines() {
	crowd=0 others=$ONE
	for who in QXZKWJ70A01H501B QXZKWJ72A01H501D QXZKWJ73A01H501E QXZKWJ74A01H501F; do
		person_ready $who >&2 || return 1
		place $who "$PIN" '200 ' && place $who "$others" '401 '
		others=$PIN
	done
	for who in QXZKWJ75A01H501G QXZKWJ76A01H501H QXZKWJ79A01H501K QXZKWJ84A01H501H; do
		person_temporary $who >&2 || return 1
		place $who "$PIN" "303 https://pin.example.org/rinnovo?user=$who"
	done
}

# pind stands still until all twelve are in the module, in threads of the one process there is.
t_parallel() {
	crowd_lines >"$host_tmp/crowd" || return 1
	while read -r who pin url _; do
		browse_lines "$url" "$who" "$pin" parallel parallel-immediate 'output = /dev/null' \
			'write-out = "%{url} %{http_code} %{redirect_url}\n"'
		echo next
	done <"$host_tmp/crowd" | sed '$d' >"$host_tmp/requests"
	pind_freeze || return 1
	inside curl -K - <"$host_tmp/requests" 2>/dev/null | sed 's/&back=.*//' >"$host_tmp/answers" &
	soon pind_has_waiting 12
	together=$?
	processes=$(apache_worker | wc -l)
	pind_thaw
	wait $!
	[ $together -eq 0 ] && [ "$processes" -eq 1 ] || fail "$processes processes" || return 1
	cut -d ' ' -f 3- "$host_tmp/crowd" | sort >"$host_tmp/expected"
	sort "$host_tmp/answers" | diff "$host_tmp/expected" - && [ "$(wc -l <"$host_tmp/expected")" -eq 12 ]
}

apache_descriptors() {
	inside sh -c "ls /proc/$(apache_worker)/fd | wc -l"
}

back_to() {
	[ "$(apache_descriptors)" -le "$1" ]
}

t_redirects() {
	person_temporary $CF_NEW || return 1
	[ "$(browse_many 80 $BASE/consulta/ $CF_NEW "$PIN")" = '80 303, ' ] || return 1
	sleep 1
	worker=$(apache_worker) before=$(apache_descriptors)
	got=$(browse_many 1000 $BASE/consulta/ $CF_NEW "$PIN")
	[ "$got" = '1000 303, ' ] || fail "$got" || return 1
	[ "${before:-0}" -gt 3 ] && [ "$(apache_worker)" = "$worker" ] || fail "another process" || return 1
	soon back_to "$before" || fail "$before descriptors before, $(apache_descriptors) after"
}

# The page comes while the login still waits.
t_hung() {
	pind_freeze || return 1
	browse $BASE/consulta/ $CF "$ONE" >"$host_tmp/login" &
	soon pind_has_waiting 1 && answered 200 $BASE/ '' '' && [ ! -s "$host_tmp/login" ]
	meanwhile=$?
	wait $!
	pind_thaw
	[ $meanwhile -eq 0 ] && grep '^401 ' "$host_tmp/login" && answered 200 $BASE/consulta/ $CF "$ONE"
}

t_caller() {
	person_temporary $CF_CALLER &&
		told_after www-data inpspin-apache $CF_CALLER answered 303 $BASE/consulta/ $CF_CALLER "$PIN" || return 1
	answered 200 $BASE/twice/ $CF_SUBMIT "$SUBMIT" && answered 401 $BASE/other/ $CF "$ONE"
}

t_group() {
	needs_group www-data apache2 answered 200 $BASE/consulta/ $CF "$ONE"
}

t_stopped() {
	pind_stop || return 1
	answered 401 $BASE/consulta/ $CF "$ONE" && answered 200 $BASE/ '' ''
	refused=$?
	pind_start && [ $refused -eq 0 ] && answered 200 $BASE/consulta/ $CF "$ONE"
}

t_cached() {
	answered 200 $BASE/cached/ $CF_SUBMIT "$SUBMIT" && inside pinctl revoke $CF_SUBMIT --reason=test &&
		answered 401 $BASE/consulta/ $CF_SUBMIT "$SUBMIT" && answered 200 $BASE/cached/ $CF_SUBMIT "$SUBMIT"
}

t_proxied() {
	sent=$(printf '%s:%s' $CF "$ONE" | base64)
	answered 200 $BASE/consulta/proxied $CF "$ONE" || return 1
	grep -qx "HTTP_AUTHORIZATION=Basic $sent" "$host_tmp/body" || return 1
	answered 200 $BASE/consulta/bare $CF "$ONE" || return 1
	grep -x 'GATEWAY_INTERFACE=.*' "$host_tmp/body" && ! grep AUTHORIZATION "$host_tmp/body"
}

t_secrets() {
	no_secret
}

host_open apache
cases
