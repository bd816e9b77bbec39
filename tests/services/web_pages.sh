# shellcheck shell=sh
# SPDX-License-Identifier: BSD-2-Clause
# web_pages.sh - what people do with the page, in the browser. Sourced by test_web.sh.
# shellcheck disable=SC2154,SC2317 # host.sh

SITE=https://ufficio.example.org
CF=RSSMRA85T10A562S     # whose PIN is semplice
CHIEF=VRDLCU70A41H501I  # whose PIN is dispositivo
NEWCOMER=VRDLGI80A01H501E
GOOD='' HIGH='' FRESH='' FIRST=''

# ---- what the browser is told -------------------------------------------------------------------------

# The page that is shown: its path and heading.
here() {
	js 'location.pathname + " | " + document.querySelector("h1").textContent'
}

# path: that is where one is.
is_at() {
	js_true "location.pathname == '$1'" || fail "not at $1: $(here)"
}

# text: it is on the page, visibly.
says() {
	js 'document.body.innerText' >"$host_tmp/text"
	grep -qF -e "$1" "$host_tmp/text" && return 0
	cat "$host_tmp/text"
	fail "the page does not say: $1"
}

# name: the page is fit for everybody, and its picture is kept.
look() {
	js "$(grep -v '^//' tests/services/web_access.js)" >"$host_tmp/wrong" &&
		[ ! -s "$host_tmp/wrong" ] || [ "$(cat "$host_tmp/wrong")" = '' ] ||
		{ cat "$host_tmp/wrong" && fail "not for everybody: $1"; } || return 1
	shot "$1"
}

# id text: the field is filled as people do; what was there goes.
fill() {
	js "(() => { const e = document.getElementById('$1'); e.focus(); e.select(); return true })()" \
		>/dev/null && keys "$2"
}

# What comes next makes another page.
leave() {
	before=$(js 'performance.timeOrigin')
	"$@" && becomes "document.readyState == 'complete' && performance.timeOrigin != $before"
}

send() {
	leave press Enter
}

# The one button of the page.
go_on() {
	js "(() => { document.querySelector('button').focus(); return 1 })()" >/dev/null && send
}

follow() {
	leave js "(() => { [...document.links].find(a => a.textContent.includes('$1')).click(); return 1 })()"
}

# cf pin: at the form; the PIN last, since Enter sends the form from where the focus is
login() {
	fill cf "$1" && fill pin "$2" && send
}

# pin n: another than this one, and another for each n
slip() {
	case $1 in
	"$2"*) echo "Z${1#?}" ;;
	*) echo "$2${1#?}" ;;
	esac
}

not_good() {
	slip "$GOOD" "$1"
}

# A browser that was never here.
stranger() {
	browser_ask DELETE "/session/$browser/cookie" </dev/null >/dev/null
}

# Reads the new PIN off the page.
note_down() {
	NEW=$(js 'document.getElementById("new-pin").textContent' | tr -d -)
	[ "${#NEW}" -eq 8 ] || fail "no new PIN of 8 symbols" || return 1
	echo "$NEW" >>"$host_tmp/secrets"
}

# The right fault: the summary has the focus, and leads to the field.
blames() {
	js_true "document.activeElement.id == 'error' &&
		document.querySelector('#error a').hash == '#$1' &&
		document.getElementById('$1').getAttribute('aria-invalid') == 'true'" ||
		fail "$1 is not blamed"
}

# ---- login -----------------------------------------------------------------------------------------------

t_doors() {
	browser_open 1100 800 it || return 1
	at $SITE/ && look home && at "$SITE/dispositivo/?a=b" && is_at /pin/accesso && says 'Accesso con PIN' &&
		look login-it && at http://ufficio.example.org/semplice/ && is_at /pin/accesso &&
		js_true 'location.protocol == "https:"'
}

t_login() {
	person_ready $CF && GOOD=$PIN && stranger && at $SITE/semplice/ && login $CF "$GOOD" &&
		is_at /semplice/ && says "$CF" && says inpspin-semplice && look in-semplice || return 1
	js_true 'document.cookie == ""' || fail "a script can read a cookie"
}

# Small letters, blanks, hyphens: what people type.
t_spelling() {
	stranger && at $SITE/semplice/ && login ' rssmra85 t10a562s' \
		"$(echo "$GOOD" | sed 's/..../& - /' | tr '[:upper:]' '[:lower:]')" && is_at /semplice/ && says "$CF"
}

t_leave() {
	at $SITE/semplice/ && is_at /semplice/ && follow Esci && look leave && go_on &&
		says 'Uscita eseguita' && look left && at $SITE/semplice/ && is_at /pin/accesso
}

t_wrong() {
	stranger && at $SITE/semplice/ && login $CF "$(not_good 1)" && says 'Codice fiscale o PIN errato' &&
		js_true 'document.activeElement.getAttribute("role") == "alert"' &&
		js_true "document.getElementById('cf').value == '$CF' && document.getElementById('pin').value == ''" &&
		look wrong-it && login $CF "$GOOD" && is_at /semplice/
}

t_mistakes() {
	stranger && at $SITE/pin/accesso && login RSSMRA85T10A562X "$GOOD" && blames cf && look mistake-it &&
		at $SITE/pin/accesso && fill cf $CF && send && blames pin
}

t_level() {
	stranger && at $SITE/dispositivo/ && login $CF "$GOOD" && says 'richiede il PIN dispositivo' &&
		is_at /pin/accesso && look level-it && at $SITE/dispositivo/ && is_at /pin/accesso || return 1
	at $SITE/semplice/ && login $CF "$GOOD" && is_at /semplice/ && at $SITE/dispositivo/ && is_at /pin/accesso
}

t_high() {
	person_ready $CHIEF dispositivo && HIGH=$PIN && stranger && at $SITE/dispositivo/ &&
		login $CHIEF "$HIGH" && is_at /dispositivo/ && says "$CHIEF" && look in-dispositivo &&
		at $SITE/semplice/ && is_at /semplice/ && says "$CHIEF"
}

t_wait() {
	stranger && at $SITE/semplice/ && for i in 2 3 4; do
		login $CF "$(not_good $i)" || return 1
	done
	login $CF "$GOOD" && says 'Troppi tentativi' && says 'secondi.' && look wait-it && is_at /pin/accesso &&
		inside pinctl unlock $CF && login $CF "$GOOD" && is_at /semplice/
}

# With budgets of one attempt, for once.
t_blocked() {
	inside sh -c "cp -a /etc/pind/pind.conf /root/ && printf '[guesses]\\nfree = 1\\nlimit = 1\\nsource_limit = 1\\n' >>/etc/pind/pind.conf" &&
		inside systemctl restart pind && stranger && at $SITE/semplice/ && login $CF "$(not_good 5)" &&
		login $CF "$(not_good 6)" && login $CF "$GOOD" && says 'il PIN è bloccato' && look blocked-it
	is_blocked=$?
	inside mv /root/pind.conf /etc/pind/pind.conf && inside systemctl restart pind && inside pinctl unlock $CF &&
		[ $is_blocked -eq 0 ] && login $CF "$GOOD" && is_at /semplice/
}

# From another site, as from an e-mail: the browser keeps the cookies to itself.
t_link() {
	stranger && at $SITE/semplice/ && login $CF "$GOOD" && is_at /semplice/ && at https://localhost/ &&
		leave js "(() => { const a = document.createElement('a'); a.href = '$SITE/semplice/';
			document.body.append(a); a.click(); return 1 })()" >/dev/null && is_at /pin/accesso &&
		at $SITE/semplice/ && is_at /semplice/
}

# ---- renewal ---------------------------------------------------------------------------------------------

# From the page before the new PIN to the end, with a slip on the way.
renew() {
	go_on && says 'Il nuovo PIN' && look "$1-new" && note_down &&
		js_true 'document.getElementById("new").autocomplete == "off"' &&
		fill new "$(slip "$NEW" 2)" && send && says 'Non è il PIN mostrato' && look "$1-mistyped" || return 1
	js_true "!document.body.innerText.includes('$(echo "$NEW" | sed 's/..../&-/; s/-$//')')" ||
		fail "shown a second time" || return 1
	fill new "$(echo "$NEW" | sed 's/..../&-/; s/-$//' | tr '[:upper:]' '[:lower:]')" && send &&
		says 'PIN cambiato' && look "$1-done"
}

t_temporary() {
	person_temporary $NEWCOMER && FIRST=$PIN && stranger && at $SITE/semplice/ &&
		login $NEWCOMER "$FIRST" && says 'Il PIN va sostituito' && look replace-it || return 1
	fill phone 06123 && fill email nobody && send && blames phone && says 'Non è un indirizzo e-mail' &&
		look contacts-it && [ "$(person_figures $NEWCOMER life)" = temporary ] || return 1
	fill phone '333 1234567' && fill email nome@esempio.it && renew temporary && FRESH=$NEW &&
		follow 'Accedi con il nuovo PIN' && is_at /pin/accesso && login $NEWCOMER "$FIRST" &&
		says 'Codice fiscale o PIN errato' && login $NEWCOMER "$FRESH" && is_at /semplice/ &&
		says $NEWCOMER || return 1
	inside pinctl --json status $NEWCOMER | jq -e '.missing == []'
}

# One's own wish: nothing has expired.
t_wish() {
	stranger && at $SITE/pin/rinnovo && look renew-it && fill cf $NEWCOMER && fill pin "$FRESH" && send &&
		says 'Il nuovo PIN' && note_down && fill new "$NEW" && send && blames pin && look wish-it &&
		fill new "$NEW" && fill pin "$(slip "$FRESH" 2)" && send && says 'PIN attuale è errato' || return 1
	fill new "$NEW" && fill pin "$FRESH" && send && says 'PIN cambiato' && FRESH=$NEW &&
		at $SITE/semplice/ && login $NEWCOMER "$FRESH" && is_at /semplice/
}

# Seven months later, by pind's clock.
later() {
	inside mkdir -p /run/systemd/system/pind.service.d
	printf '[Service]\nWatchdogSec=0\nEnvironment=LD_PRELOAD=/usr/lib/libfaketime.so.1 FAKETIME=+%s\n' "$1" |
		inside tee /run/systemd/system/pind.service.d/later.conf >/dev/null
	inside systemctl daemon-reload && inside systemctl restart pind && inside pinctl ping
}

t_expired() {
	later 214d && stranger && at $SITE/semplice/ && login $CF "$GOOD" && says 'Il PIN va sostituito' &&
		look expired-it && renew expired || return 1
	stranger && at $SITE/semplice/ && login $CF "$NEW" && is_at /semplice/ && GOOD=$NEW
}

# ---- for everybody ---------------------------------------------------------------------------------------

# n: after so many tabs the focus is there
tab_to() {
	press Tab && js_true "document.activeElement.matches('$1')" ||
		fail "Tab leads to $(js 'document.activeElement.outerHTML'), not $1"
}

t_keyboard() {
	stranger && at $SITE/semplice/ && tab_to .skip && shot keyboard && tab_to 'header p a' &&
		tab_to 'nav a' && tab_to '#cf' && keys $CF && tab_to '#pin' && keys "$(not_good 1)" && tab_to button &&
		leave press Space || return 1
	tab_to '#error a, #cf' && tab_to '#pin' && keys "$GOOD" && send && is_at /semplice/
}

t_english() {
	browser_close && browser_open 1100 800 en-GB,en && at $SITE/semplice/ && says 'Log in with your PIN' &&
		js_true 'document.documentElement.lang == "en"' && look login-en && login $CF "$(not_good 1)" &&
		says 'Wrong codice fiscale or PIN' && look wrong-en && at $SITE/semplice/ && follow Italiano &&
		says 'Accesso con PIN' && follow English && login $CF "$GOOD" && is_at /semplice/
}

t_phone() {
	browser_close && browser_open 320 640 it && at $SITE/ && look phone-home && at $SITE/semplice/ &&
		look phone-login && login $CF "$(not_good 1)" && look phone-wrong && at $SITE/pin/rinnovo &&
		login $CF "$GOOD" && note_down && look phone-new && at $SITE/semplice/ && login $CF "$GOOD" &&
		look phone-in
}

t_dark() {
	browser_close && browser_open 1100 800 it dark && at $SITE/semplice/ &&
		js_true 'matchMedia("(prefers-color-scheme: dark)").matches' && look dark-login &&
		login $CF "$(not_good 1)" && look dark-wrong && at $SITE/pin/rinnovo && login $CF "$GOOD" &&
		note_down && look dark-new && at $SITE/semplice/ && login $CF "$GOOD" && look dark-in
}

# Few days are left: a page in between, that says so.
t_warning() {
	later 175d && stranger && at $SITE/semplice/ && login $CF "$GOOD" && says 'Giorni che restano' &&
		look warning-it && follow Continua && is_at /semplice/
}

# So late that there is nothing to be renewed.
t_lapsed() {
	later 430d && stranger && at $SITE/semplice/ && login "$CHIEF" "$HIGH" && says 'scaduto da troppo tempo' &&
		at $SITE/pin/rinnovo && login "$CHIEF" "$HIGH" && says 'scaduto da troppo tempo' && look lapsed-it
}
