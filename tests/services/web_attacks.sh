# shellcheck shell=sh
# SPDX-License-Identifier: BSD-2-Clause
# web_attacks.sh - what a browser never sends, sent with curl. Sourced by test_web.sh.
# shellcheck disable=SC2154,SC2317 # host.sh, web_pages.sh

# jar path line...: a request with the cookies of this jar, or of none; the lines are curl's configuration, which
# is on its stdin. Says the status; the page is in $host_tmp/page.html, its headers in head.
web() {
	web_jar=/run/host-test/$1 web_path=$2
	shift 2
	[ "${web_jar##*/}" = none ] || set -- "$@" "cookie-jar = \"$web_jar\"" "cookie = \"$web_jar\""
	printf '%s\n' "url = \"$SITE$web_path\"" insecure silent max-time=30 include "$@" |
		inside curl --config - >"$host_tmp/answer" 2>&1
	tr -d '\r' <"$host_tmp/answer" | sed '/^HTTP.* 100 /,/^$/d' >"$host_tmp/whole"
	sed '/^$/q' "$host_tmp/whole" >"$host_tmp/head"
	sed '1,/^$/d' "$host_tmp/whole" >"$host_tmp/page.html"
	STATUS=$(sed -n '1s/^HTTP[^ ]* \([0-9]*\).*/\1/p' "$host_tmp/head")
}

# want: that was the status.
was() {
	[ "$STATUS" = "$1" ] && return 0
	cat "$host_tmp/whole"
	fail "answered $STATUS, not $1"
}

field() {
	printf 'data-urlencode = "%s=%s"\n' "$1" "$2"
}

token() {
	sed -n 's/.*name="token" value="\([^"]*\)".*/\1/p' "$host_tmp/page.html"
}

# jar: opens the form; its token is in TOKEN
form() {
	web "$1" /pin/accesso && was 200 && TOKEN=$(token) && [ -n "$TOKEN" ]
}

# jar token cf pin line...: sends the form
submit() {
	jar=$1 submit_token=$2 who=$3 submit_pin=$4
	shift 4
	web "$jar" /pin/accesso "$(field token "$submit_token")" "$(field cf "$who")" \
		"$(field pin "$submit_pin")" "$@"
}

# how many PINs pind has judged for the page
judged() {
	inside journalctl --sync && inside journalctl -o cat -u pind | grep -c service=inpspin-semplice
}

# command...: the PINs it sends do not come to pind
unlooked() {
	before=$(judged)
	"$@" || return 1
	[ "$(judged)" = "$before" ] || fail "a PIN was looked at"
}

forged() {
	form a || return 1
	mine=$TOKEN
	form b && web a /pin/accesso "$(field cf $CF)" "$(field pin "$1")" && was 403 &&
		submit a "$TOKEN" $CF "$1" && was 403 && submit nobody "$mine" $CF "$1" && was 403 &&
		submit a "${mine%?????}AAAAA" $CF "$1" && was 403 && submit a "${mine#?}" $CF "$1" && was 403 &&
		submit a x $CF "$1" && was 403 &&
		submit a "$mine" $CF "$1" 'header = "Origin: https://altrove.example.org"' && was 403 &&
		submit a "$mine" $CF "$1" 'header = "Sec-Fetch-Site: cross-site"' && was 403 || return 1
	# With another browser's cookie for its token; and one that was changed.
	inside sed -i 's/\(inpspin-form\t\)-/\1B/; t; s/\(inpspin-form\t\)./\1-/' /run/host-test/a && submit a "$mine" $CF "$1" && was 403
}

# A server that does not look itself how long a body is.
too_long() {
	form a && cgi_then +0 accesso "token=$TOKEN&cf=$(printf '%4500s' '' | tr ' ' A)" && was 413
}

# The right PIN each time: were the token not looked at, it would be let in.
t_forgery() {
	unlooked forged "$GOOD" && form a && submit a "$TOKEN" $CF "$GOOD" && was 303
}

malformed() {
	form a || return 1
	long=$(printf '%5000s' '' | tr ' ' 2)
	web a "/pin/accesso?pin=AAAA2222&cf=$CF" && was 400 &&
		submit a "$TOKEN" $CF "$long" && was 413 &&
		submit a "$TOKEN" $CF "$(printf '%64s' '' | tr ' ' 2)" && was 400 &&
		submit a "$TOKEN" $CF "$1" 'header = "Content-Type: multipart/form-data; boundary=x"' && was 415 &&
		submit a "$TOKEN" $CF "$1" 'header = "Content-Type: text/plain"' && was 415 &&
		submit a "$TOKEN" $CF "$1" "$(field admin 1)" && was 400 &&
		submit a "$TOKEN" $CF "$1" "$(field pin "$1")" && was 400 &&
		submit a "$TOKEN" $CF "$1" 'data = "pin%00"' && was 400 &&
		submit a "$TOKEN" "$CF%" "$1" && was 400 &&
		submit a "$TOKEN" $CF "$1" 'request = PUT' && was 405 &&
		submit a "$TOKEN" $CF "$1" 'request = DELETE' && was 405 &&
		web a /pin/nuovo && was 405 && web a /pin/conferma && was 405 && web a /pin/ && was 404 &&
		web a /pin/accesso/x && was 404 && web a '/pin/accesso?session' && was 400 &&
		web a '/pin/accesso?session+/etc/inpspin-web.key' && was 400 &&
		web a '/pin/accesso?service=sshd' && was 400 && web a '/pin/accesso?lang=de' && was 400
}

t_malformed() {
	unlooked malformed "$GOOD" && too_long
}

# A token opens only what it was made for, and a session is no token.
t_confused() {
	form a && web a /pin/conferma "$(field token "$TOKEN")" "$(field new AAAA2222)" && was 403 &&
		web a /pin/nuovo "$(field token "$TOKEN")" && was 403 &&
		web a /pin/rinnovo "$(field token "$TOKEN")" "$(field cf $CF)" "$(field pin "$GOOD")" && was 403 &&
		submit a "$TOKEN" $CF "$GOOD" && was 303 &&
		session=$(inside sed -n 's/.*__Host-inpspin\t//p' /run/host-test/a) && [ -n "$session" ] &&
		submit a "$session" $CF "$GOOD" && was 403 &&
		web none /semplice/ "header = \"Cookie: __Host-inpspin=$TOKEN\"" && was 303
}

t_cookies() {
	form a && submit a "$TOKEN" $CF "$GOOD" && was 303 && web a /semplice/ && was 200 || return 1
	session=$(inside sed -n 's/.*__Host-inpspin\t//p' /run/host-test/a)
	[ "$(grep -ci '^set-cookie:.*__Host-.*; Path=/; Secure; HttpOnly; SameSite=Strict$' "$host_tmp/head")" = \
		"$(grep -ci '^set-cookie:' "$host_tmp/head")" ] || fail "a cookie without its attributes" || return 1
	for other in "${session%?????}AAAAA" "A${session#?}" "${session}A" "${session#?}" "$session$session" \
		"$(printf '%3000s' '' | tr ' ' A)" x ''; do
		web none /semplice/ "header = \"Cookie: __Host-inpspin=$other\"" && was 303 || return 1
	done
	web none /dispositivo/ "header = \"Cookie: __Host-inpspin=$session\"" && was 303 &&
		web none /semplice/ "header = \"Cookie: x=1; __Host-inpspin=$session; y=2\"" && was 200 &&
		web none /semplice/ "header = \"Cookie: x__Host-inpspin=$session\"" && was 303 &&
		web none /semplice/ "header = \"INPSPIN_CF: $CF\"" "header = \"INPSPIN-SERVICE: inpspin-semplice\"" &&
		was 303 && web a '/semplice/../semplice/index.shtml' && was 200 &&
		web none '//semplice/index.shtml' && was 303 && web none '/semplice%2findex.shtml' && was 404 &&
		web none '/x/../semplice/index.shtml' 'path-as-is' && was 303 &&
		web none '/SEMPLICE/index.shtml' && was 404
}

# Where a login goes on: here, and nowhere else.
t_away() {
	for back in https://altrove.example.org/ //altrove.example.org/ \
		/%5caltrove.example.org %2f%2faltrove.example.org /semplice/%0d%0aSet-Cookie:x=1 \
		/semplice/%0aX:y /.//altrove.example.org javascript:alert%281%29 semplice \
		https://ufficio.example.org.altrove.example.org/ https:/altrove.example.org \
		"/$(printf '%201s' '' | tr ' ' a)" /%22%3e%3cscript%3e '/a b'; do
		web a "/pin/accesso?back=$(echo "$back" | sed 's/ /%20/g')" && was 400 || return 1
		! grep -i altrove "$host_tmp/head" || fail "it is sent to: $back" || return 1
	done
	web a "/pin/accesso?back=https%3a%2f%2fufficio.example.org%2fsemplice%2f%3fx%3d1" && was 200 &&
		submit a "$(token)" $CF "$GOOD" && was 303 && grep -x 'Location: .*/semplice/?x=1' "$host_tmp/head"
}

# What is typed comes back as text, or not at all.
t_script() {
	form a && submit a "$TOKEN" '<script>alert(1)</script>"' "$GOOD" && was 400 &&
		grep -q 'value="&lt;script&gt;' "$host_tmp/page.html" && ! grep -i '<script' "$host_tmp/page.html" &&
		! grep -F "$GOOD" "$host_tmp/whole" && submit a "$TOKEN" "$CF" "$(not_good 1)" && was 403 &&
		! grep -F "$(not_good 1)" "$host_tmp/whole" || return 1
	for header in "Content-Security-Policy: default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'" \
		'Cache-Control: no-store' 'X-Content-Type-Options: nosniff' 'Referrer-Policy: same-origin' \
		'X-Frame-Options: DENY' 'Content-Type: text/html; charset=utf-8'; do
		[ "$(grep -cixF "$header" "$host_tmp/head")" = 1 ] || fail "no, or not one: $header" || return 1
	done
}

# The new PIN on the page that came.
note_page() {
	NEW=$(sed -n 's/.*id="new-pin"[^>]*>\([0-9A-Z-]*\)<.*/\1/p' "$host_tmp/page.html" | tr -d -)
	[ "${#NEW}" -eq 8 ] && echo "$NEW" >>"$host_tmp/secrets"
}

# jar cf pin: on to the page with the new PIN, which is in NEW; its token in TOKEN
on_to_new() {
	form "$1" && submit "$1" "$TOKEN" "$2" "$3" && was 200 && FIRST_TOKEN=$(token) &&
		web "$1" /pin/nuovo "$(field token "$FIRST_TOKEN")" "$(field phone 3331234567)" \
			"$(field email nome@esempio.it)" && was 200 && TOKEN=$(token) &&
		note_page
}

t_replay() {
	person_temporary $NEWCOMER && on_to_new a $NEWCOMER "$PIN" || return 1
	web b /pin/accesso && web b /pin/conferma "$(field token "$TOKEN")" "$(field new "$NEW")" && was 403 &&
		[ "$(person_figures $NEWCOMER life)" = temporary ] || fail "another browser did it" || return 1
	web a /pin/conferma "$(field token "$TOKEN")" "$(field new "$NEW")" && was 200 || return 1
	FRESH=$NEW revision=$(person_figures $NEWCOMER rev)
	web a /pin/conferma "$(field token "$TOKEN")" "$(field new "$NEW")" && was 409 &&
		web a /pin/nuovo "$(field token "$FIRST_TOKEN")" "$(field phone 3331234567)" \
			"$(field email altro@esempio.it)" && was 409 &&
		[ "$(person_figures $NEWCOMER rev)" = "$revision" ] || fail "something changed" || return 1
	form a && submit a "$TOKEN" $NEWCOMER "$FRESH" && was 303
}

# While pind sleeps, the page is at work: where is the PIN then?
t_hidden() {
	form a && inside pinctl ping >/dev/null || return 1
	pind=$(inside systemctl show -P MainPID pind.service)
	inside kill -STOP "$pind"
	submit a "$TOKEN" $CF "$GOOD" &
	sender=$!
	soon inside pgrep -f '^/usr/lib/inpspin-web/inpspin-web$'
	at_work=$?
	# shellcheck disable=SC2016 # expanded by the inner shell
	inside sh -c 'for p in /proc/[0-9]*; do tr "\0" "\n" <$p/cmdline; tr "\0" "\n" <$p/environ; done' \
		>"$host_tmp/processes" 2>/dev/null
	# shellcheck disable=SC2016
	inside_as www-data sh -c 'cat /proc/$(pgrep -f "^/usr/lib/inpspin-web/inpspin-web$")/environ' && peek=yes || peek=no
	printf '%s\n' "$GOOD" | inside grep -rlaF -f - /tmp /var/tmp /run /dev/shm >"$host_tmp/files" 2>/dev/null
	inside kill -CONT "$pind"
	wait $sender
	[ $at_work -eq 0 ] && grep -q '^GATEWAY_INTERFACE=' "$host_tmp/processes" || fail "it was not at work" ||
		return 1
	! grep -F -e "$GOOD" "$host_tmp/processes" || fail "in a process" || return 1
	[ $peek = no ] || fail "others of its user see its environment" || return 1
	! grep -v '^/run/host-test/' "$host_tmp/files" || fail "in a file"
}

t_stopped() {
	form a && pind_stop && submit a "$TOKEN" $CF "$GOOD"
	there=$STATUS
	grep -q 'Il servizio non risponde' "$host_tmp/page.html" && web a / && was 200
	said=$?
	pind_start && [ "$there" = 503 ] && [ $said -eq 0 ] && form a && submit a "$TOKEN" $CF "$GOOD" && was 303
}

# ---- programs, which send the PIN with each request -------------------------------------------------------

basic() {
	web none "$1" "user = \"$2:$3\""
}

t_basic() {
	basic /semplice/ $CF "$GOOD" && was 200 && basic /semplice/ $CF "$(not_good 5)" && was 401 &&
		basic /dispositivo/ $CF "$GOOD" && was 401 && basic /dispositivo/ $CHIEF "$HIGH" && was 200 &&
		person_temporary $NEWCOMER && basic '/semplice/?x=1' $NEWCOMER "$PIN" && was 303 || return 1
	there=$(sed -n "s,^Location: $SITE,,p" "$host_tmp/head")
	echo "$there" | grep '^/pin/scaduto?service=inpspin-semplice&back=' &&
		web a "$there" && was 200 && grep -q 'Il PIN va sostituito' "$host_tmp/page.html" &&
		! grep $NEWCOMER "$host_tmp/head" "$host_tmp/page.html" || return 1
	web a /pin/scaduto "$(field token "$(token)")" "$(field cf $NEWCOMER)" "$(field pin "$PIN")" && was 200 &&
		grep -q 'name="phone"' "$host_tmp/page.html"
}

# ---- time ----------------------------------------------------------------------------------------------

# offset text: what the program for sessions answers then
session_then() {
	with_stdin "$2" inside env LD_PRELOAD=/usr/lib/libfaketime.so.1 FAKETIME="$1" \
		/usr/lib/inpspin-web/inpspin-web session /etc/inpspin-web.key
}

t_idle() {
	form a && submit a "$TOKEN" $CF "$GOOD" && was 303 || return 1
	first=$(inside sed -n 's/.*__Host-inpspin\t//p' /run/host-test/a) session=$first
	[ "$(session_then +30s "$session")" = "inpspin-semplice $CF - $session" ] || fail "30 s" || return 1
	later=$(session_then +15m "$session" | sed -n "s/^inpspin-semplice $CF \([^ ]\{50,\}\) $session$/\1/p")
	[ -n "$later" ] || fail "no fresh cookie" || return 1
	[ "$(session_then +21m "$session")" = NULL ] && [ "$(session_then +30m "$later" | cut -c 1-16)" = inpspin-semplice ] ||
		fail "20 minutes" || return 1
	[ "$(session_then -5m "$session")" = NULL ] || fail "before it began" || return 1
	for at in $(seq 10 15 480); do
		again=$(session_then "+${at}m" "$session" | cut -d ' ' -f 3)
		[ "$again" = - ] || session=$again
	done
	[ "$session" != "$first" ] && [ "$(session_then +481m "$session")" = NULL ] || fail "8 hours" || return 1
	fresh_cookie
}

# A login of five minutes ago, and a page now.
fresh_cookie() {
	form a && cgi_then -5m accesso "token=$TOKEN&cf=$CF&pin=$GOOD" && was 303 &&
		session=$(tr -d '\r' <"$host_tmp/whole" | sed -n 's/^Set-Cookie: __Host-inpspin=\([^;]*\);.*/\1/p') &&
		web none /semplice/ "header = \"Cookie: __Host-inpspin=$session\"" && was 200 || return 1
	grep -x 'Set-Cookie: __Host-inpspin=[A-Za-z0-9_-]\{50,\}; Path=/; Secure; HttpOnly; SameSite=Strict' "$host_tmp/head"
}

# offset page body: the CGI itself, by another clock, with the cookie of jar a
cgi_then() {
	id=$(inside sed -n 's/.*__Host-inpspin-form\t//p' /run/host-test/a)
	printf '%s' "$3" | inside_as www-data env -i GATEWAY_INTERFACE=CGI/1.1 REQUEST_METHOD=POST HTTPS=on \
		HTTP_HOST=ufficio.example.org PATH_INFO="/$2" CONTENT_TYPE=application/x-www-form-urlencoded \
		CONTENT_LENGTH="${#3}" HTTP_COOKIE="__Host-inpspin-form=$id" REMOTE_ADDR=127.0.0.1 \
		INPSPIN_WEB_SERVICES='inpspin-semplice inpspin-dispositivo' \
		LD_PRELOAD=/usr/lib/libfaketime.so.1 FAKETIME="$1" \
		/usr/lib/inpspin-web/inpspin-web >"$host_tmp/whole"
	STATUS=$(sed -n '1s/^Status: \([0-9]*\).*/\1/p' "$host_tmp/whole")
	tr -d '\r' <"$host_tmp/whole" | sed '1,/^$/d' >"$host_tmp/page.html"
}

asks_for() {
	grep -q "name=\"$1\"" "$host_tmp/page.html" || fail "it does not ask for: $1"
}

# Two minutes after the login the old PIN is asked for, and must be right; after ten all of it is too old.
t_late() {
	contacts='phone=3331234567&email=nome%40esempio.it'
	person_temporary $NEWCOMER && form a && submit a "$TOKEN" $NEWCOMER "$PIN" && was 200 &&
		TOKEN=$(token) && ! grep 'name="pin"' "$host_tmp/page.html" || return 1
	cgi_then +3m nuovo "token=$TOKEN&$contacts" && was 400 && asks_for pin && asks_for phone &&
		grep -q 'value="3331234567"' "$host_tmp/page.html" &&
		cgi_then +3m nuovo "token=$TOKEN&$contacts&pin=AAAA2222BBBB3333" && was 403 &&
		cgi_then +3m nuovo "token=$TOKEN&$contacts&pin=$PIN" && was 200 && asks_for new && asks_for pin &&
		note_page || return 1
	TOKEN=$(token)
	cgi_then +4m conferma "token=$TOKEN&new=$NEW" && was 400 && asks_for pin &&
		cgi_then +4m conferma "token=$TOKEN&new=$NEW&pin=CCCC2222BBBB3333" && was 403 &&
		[ "$(person_figures $NEWCOMER life)" = temporary ] &&
		cgi_then +14m conferma "token=$TOKEN&new=$NEW&pin=$PIN" && was 403 &&
		cgi_then +4m conferma "token=$TOKEN&new=$NEW&pin=$PIN" && was 200 && FRESH=$NEW || return 1
	form a && submit a "$TOKEN" $NEWCOMER "$FRESH" && was 303 && form a &&
		cgi_then +61m accesso "token=$TOKEN&cf=$NEWCOMER&pin=$FRESH" && was 403
}

# ---- what else could be here, and why it is not -----------------------------------------------------------

# mod_auth_form and mod_intercept_form_submit at another port, as their manuals have them.
others_open() {
	cat >"$(host_root /etc/apache2/sites-available/altro.conf)" <<'END'
Listen 4443
<VirtualHost *:4443>
	SSLEngine on
	SSLCertificateFile /etc/ssl/inpspin-web.crt
	SSLCertificateKeyFile /etc/ssl/private/inpspin-web.key
	<Location /entra>
		AuthType Form
		AuthName PIN
		AuthFormProvider PAM
		AuthPAMService inpspin-semplice
		Session On
		SessionCookieName session path=/
		SetHandler form-login-handler
		AuthFormLoginSuccessLocation /
	</Location>
	ScriptAlias /pin /usr/lib/inpspin-web/inpspin-web
	<Location /pin>
		Require all granted
		SetEnv INPSPIN_WEB_SERVICES inpspin-semplice
		InterceptFormPAMService inpspin-semplice
		InterceptFormLogin cf
		InterceptFormPassword pin
		InterceptFormPasswordRedact on
	</Location>
</VirtualHost>
END
	inside a2enmod -q auth_form session session_cookie request intercept_form_submit &&
		inside a2ensite -q altro && inside systemctl restart apache2
}

others_close() {
	inside a2dissite -q altro && inside systemctl restart apache2
}

t_others() {
	others_open || return 1
	web none :4443/entra "$(field httpd_username $CF)" "$(field httpd_password "$GOOD")"
	kept=$(grep -c "^Set-Cookie:.*$GOOD" "$host_tmp/head")
	before=$(person_attempts $CF)
	web none :4443/pin/accesso 'header = "Origin: https://altrove.example.org"' "$(field cf $CF)" \
		"$(field pin "$(not_good 9)")"
	after=$(person_attempts $CF) refused=$STATUS
	others_close || return 1
	[ "$kept" = 1 ] || fail "mod_auth_form does not keep the PIN: look again" || return 1
	[ "$refused" = 403 ] && [ "$after" = $((before + 1)) ] ||
		fail "mod_intercept_form_submit did not try it: look again"
}

# The program that knows sessions dies: nobody is logged in, until Apache has it again.
t_map() {
	form a && submit a "$TOKEN" $CF "$GOOD" && was 303 && web a /semplice/ && was 200 &&
		inside pkill -f 'inpspin-web session' && web a /semplice/ && was 303 && web a / && was 200 &&
		inside systemctl reload apache2 && soon again_inside
}

again_inside() {
	web a /semplice/ && [ "$STATUS" = 200 ]
}

# A worker dies between its question and the answer: the answer is nobody else's.
t_orphan() {
	form a && submit a "$TOKEN" $CF "$GOOD" && was 303 || return 1
	program=$(inside pgrep -f 'inpspin-web session')
	inside kill -STOP "$program"
	web a /semplice/ &
	asked=$!
	sleep 1
	inside pkill -KILL -u www-data -x apache2
	inside kill -CONT "$program"
	wait $asked
	soon web none /
	orphan_asks && orphan_asks
	shut=$?
	inside systemctl reload apache2 && [ $shut -eq 0 ] && soon again_inside
}

orphan_asks() {
	web none /semplice/ 'header = "Cookie: __Host-inpspin=x"' && was 303
}
