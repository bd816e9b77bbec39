#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_web.sh - docs/services/web.md in a real browser, on a Debian that boots. Needs root.
# Pictures of the pages come to lie in B/screenshots.
# shellcheck disable=SC2317 # the cases are called by name
set -u
# shellcheck source=tests/services/host.sh
. "$(dirname "$0")/host.sh"
# shellcheck source=tests/services/webdriver.sh
. tests/services/webdriver.sh
# shellcheck source=tests/services/web_pages.sh
. tests/services/web_pages.sh
# shellcheck source=tests/services/web_attacks.sh
. tests/services/web_attacks.sh

# shellcheck disable=SC2034 # host.sh reads it
CASES='doors      without a login both places lead to the form, and plain HTTP to HTTPS
login      the right PIN opens the place one came for, and the application knows who it is
spelling   small letters, blanks and hyphens are taken
leave      who logs out is out
wrong      a wrong PIN is refused, and the page says so
mistakes   what is no codice fiscale, or no PIN, is said at its field
level      a level not reached is refused, with the reason
high       a PIN of level dispositivo opens both places
wait       during a wait even the right PIN is refused, and the page says for how long
link       who comes by a link from elsewhere logs in again
blocked    a blocked PIN is refused, and the page says what to do
temporary  a temporary PIN leads to contacts and a new PIN, typed back; then the new one is good
wish       a PIN that is still good is replaced on its owner'\''s wish
keyboard   all of a login with the keyboard alone, in a sensible order
english    the pages are in English for who prefers it, or chooses it
phone      on a screen of 320 pixels all is readable and nothing is wider
dark       in a dark scheme too
forgery    without a token of its own, from elsewhere, or changed, no form is looked at
malformed  nor is one that is too long, of another kind, or has what does not belong
confused   a token is good for the form it is of and nothing else
cookies    a changed cookie is none; cookies have all their attributes
away       a login goes on here or not at all
script     what was typed is shown as text, a PIN never; the headers forbid scripts
replay     a renewal is done once, by the browser that began it
hidden     at work the page has no PIN in a command line, an environment or a file
basic      programs log in by PAM with each request; an expired PIN is sent to the page
map        when the program that knows sessions dies nobody is logged in
orphan     an answer that a killed worker left goes to nobody else
others     mod_auth_form keeps the PIN in a cookie, mod_intercept_form_submit tries a forged form
idle       a session ends 20 minutes after its last page, and 8 hours after its login
late       after some minutes the old PIN is asked for again
stopped    without pind nobody gets in, and the page says so
warning    when few days are left, a page in between says so
expired    an expired PIN is replaced with the old code; then the new one is good
lapsed     one that expired too long ago is refused, with the reason
secrets    no PIN is in a log'

t_secrets() {
	no_secret
}

# shellcheck disable=SC2034 # host.sh reads it
HOST_MAKE=install-web
host_open web
trap 'browser_close; host_close' EXIT
echo '127.0.0.1 ufficio.example.org' >>"$(host_root /etc/hosts)"
# A clock that can be moved, of pind's and of the page's: what expires is seen to.
cp "$(find /usr/lib -name libfaketime.so.1 | head -n 1)" "$(host_root /usr/lib/libfaketime.so.1)"
cases
