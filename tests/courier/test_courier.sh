#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_courier.sh - pin-courier's command line, configuration, manual and units.
# shellcheck disable=SC2317 # the cases are called by name
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/cases.sh

CASES='arguments  what it is asked must make sense
defaults   the courier.conf that is installed has no mistake but what must be set
mistakes   each mistake is one line that names file, line and setting
templates  a template that lacks a field stops it, naming file and field
letters    a font that is none, a text that is too long, stop it
manual     every option, setting and field is in the manual, with its default
units      systemd finds nothing to say, and the sandbox is tight'

B=${B:-build}
COURIER=${COURIER:-$B/san/pin-courier}
tmp_make courier

# status pattern channel option...: it exits so, after one line with the pattern.
says() {
	want=$1 pattern=$2 channel=$3
	shift 3
	"$COURIER" --channel "$channel" "$@" >"$tmp/out" 2>&1
	got=$?
	if [ "$got" -ne "$want" ]; then
		cat "$tmp/out"
		fail "exit status $got, not $want" || return 1
	fi
	[ "$want" -eq 0 ] && [ -z "$pattern" ] && return 0
	[ "$(wc -l <"$tmp/out")" -eq 1 ] || fail "not one line: $(cat "$tmp/out")" || return 1
	grep -q -e "$pattern" "$tmp/out" || fail "not '$pattern': $(cat "$tmp/out")"
}

# Settings with which all is well; then the given lines.
conf() {
	cat >"$tmp/c.conf" <<-END
		[courier]
		templates = ${TEMPLATES:-$PWD/templates}
		[electronic]
		from = pin@example.org
		link = https://www.example.org/pin?t=
		fax = 800 803 164
		sendmail = /bin/cat
		[post]
		spool = $tmp/spool
	END
	printf '%s\n' "$@" >>"$tmp/c.conf"
}

t_arguments() {
	conf ''
	says 2 'channel is electronic or post' carrier --check || return 1
	"$COURIER" >"$tmp/out" 2>&1
	[ $? -eq 2 ] || fail "not 2" || return 1
	grep -q 'channel must be given' "$tmp/out" || fail "no channel" || return 1
	says 2 'none.conf: No such file' post --config "$tmp/none.conf" || return 1
	says 0 '' post --config "$tmp/c.conf" --check && says 0 '' electronic --config "$tmp/c.conf" --check &&
		says 2 'is for --channel post' electronic --config "$tmp/c.conf" --printed letter-1.pdf &&
		says 2 'at most 107 bytes' post --config "$tmp/c.conf" --check --socket "$(printf %0200d 1)" &&
		[ ! -e "$tmp/spool" ] && mkdir "$tmp/spool" || return 1
	chmod 0755 "$tmp/spool" && says 2 'spool must be of mode 0700' post --config "$tmp/c.conf" --check &&
		chmod 0700 "$tmp/spool" && says 0 '' post --config "$tmp/c.conf" --check && rmdir "$tmp/spool"
}

t_defaults() {
	awk -f systemd/courier.conf.awk courier/conf.def >"$tmp/d.conf" || return 1
	sed -e 's/^#\([a-z]\)/\1/' -e "s,^templates.*,templates = ${TEMPLATES:-$PWD/templates}," \
		-e 's,^from =.*,from = a@example.org,' -e 's,^link =.*,link = https://a.example.org/?t=,' \
		-e 's,^fax =.*,fax = 1,' -e 's,^sendmail =.*,sendmail = /bin/cat,' "$tmp/d.conf" >"$tmp/e.conf"
	says 2 'from must be' electronic --config "$tmp/d.conf" --check &&
		says 0 '' electronic --config "$tmp/e.conf" --check &&
		says 0 '' post --config "$tmp/e.conf" --check
}

# channel pattern line...
mistake() {
	channel=$1 pattern=$2
	shift 2
	conf "$@"
	says 2 "c.conf.*$pattern" "$channel" --config "$tmp/c.conf" --check
}

t_mistakes() {
	mistake post ":10: there is no 'printer' in \[post\]" 'printer = /bin/cat' &&
		mistake post ":10: spool is set twice" "spool = /tmp" &&
		mistake post ":11: poll_s is a number from 1 to 3600" '[courier]' 'poll_s = 0' &&
		mistake post ":11: timeout_s is a number" '[courier]' 'timeout_s = 1x' &&
		mistake post ":10: not 'key = value'" 'spool' &&
		mistake post ":10: sender takes at most 119" "sender = $(printf %0150d 1)" &&
		mistake post ":10: longer than 199" "sender = $(printf %0300d 1)" &&
		mistake post ":10: sender is not UTF-8" "sender = $(printf 'a\033[1m')" &&
		mistake post 'print: /nonexistent/lp' 'print = /nonexistent/lp -o x' &&
		mistake post 'print must begin with /' 'print = lp' &&
		mistake post 'print: /etc: not a file' 'print = /etc' || return 1
	for change in 's,^link.*,link = http://example.org/,=link must be set' \
		's,^link.*,link = https://example.org/<x,=no link has' 's,^from.*,from = a b@example.org,=from must' \
		's,^fax.*,,=fax must be set' 's,^sendmail.*,sendmail = sendmail,=sendmail must begin'; do
		conf ''
		sed -i "${change%=*}" "$tmp/c.conf"
		says 2 "c.conf.*${change##*=}" electronic --config "$tmp/c.conf" --check || return 1
	done
}

t_templates() {
	cp -r "${TEMPLATES:-templates}" "$tmp/t" && conf '' && sed -i "s,^templates.*,templates = $tmp/t," "$tmp/c.conf"
	sed -i 's/{{half}}/XXXX-XXXX/' "$tmp/t/sms.txt"
	says 2 "$tmp/t/sms.txt: there is no {{half}}" electronic --config "$tmp/c.conf" --check || return 1
	says 0 '' post --config "$tmp/c.conf" --check || return 1 # it does not read that one
	echo '{{number}}' >>"$tmp/t/letter.txt"
	says 2 "$tmp/t/letter.txt: {{number}} is no field" post --config "$tmp/c.conf" --check || return 1
	rm "$tmp/t/letter.txt"
	says 2 "$tmp/t/letter.txt: No such file" post --config "$tmp/c.conf"
}

t_letters() {
	mistake_out='cannot use the font /etc/passwd'
	conf 'font = /etc/passwd'
	says 2 "$mistake_out" post --config "$tmp/c.conf" --check || return 1
	mkdir "$tmp/long" && conf '' && sed -i "s,^templates.*,templates = $tmp/long," "$tmp/c.conf"
	sed 's/^{{help}}$/&/; /^Assistenza/s/$/ '"$(yes parola | head -n 700 | tr '\n' ' ')"'/' \
		"${TEMPLATES:-templates}/letter.txt" >"$tmp/long/letter.txt"
	says 2 'does not fit the page' post --config "$tmp/c.conf" --check
}

t_manual() {
	page=docs/pin-courier.8.scd.in
	for option in $("$COURIER" --help | grep -o -e '--[a-z]*' | sort -u); do
		grep -q -e "\*$option\*" "$page" || fail "not in the manual: $option" || return 1
	done
	awk -F '[(,] *' '/^(TEXT|NUMBER)\(/ { print $3 }' courier/conf.def >"$tmp/keys"
	[ "$(wc -l <"$tmp/keys")" -gt 10 ] || fail "no settings found" || return 1
	while read -r key; do
		grep -q "\*$key\*" "$page" || fail "not in the manual: $key" || return 1
	done <"$tmp/keys"
	grep -o '^	*\[TEMPLATE_[A-Z_]*\] = { "[a-z.-]*"' courier/template.c | cut -d '"' -f 2 >"$tmp/files"
	ls templates >"$tmp/ours"
	sort "$tmp/files" | diff - "$tmp/ours" || return 1
	while read -r file; do
		grep -q "^\*$file\*$" "$page" || fail "not in the manual: $file" || return 1
	done <"$tmp/files"
}

t_units() {
	mkdir "$tmp/units" "$tmp/units/pin-courier@electronic.service.d" || return 1
	sed 's,/usr/sbin/[a-z-]*,/bin/true,' systemd/pin-courier@.service >"$tmp/units/pin-courier@.service"
	sed 's,/usr/sbin/pind,/bin/true,' systemd/pind.service >"$tmp/units/pind.service"
	cp systemd/*.socket "$tmp/units" || return 1
	mv "$tmp/units/pin-sendmail.socket" "$tmp/units/pin-sendmail-electronic.socket"
	cp systemd/pin-sendmail@.service "$tmp/units/pin-sendmail-electronic@.service" || return 1
	cp systemd/pin-courier-sendmail.conf "$tmp/units/pin-courier@electronic.service.d/sendmail.conf" || return 1
	for channel in post electronic; do
		SYSTEMD_UNIT_PATH="$tmp/units:" systemd-analyze verify --man=no \
			"$tmp/units/pin-courier@$channel.service" >"$tmp/out" 2>&1
		! grep -e 'pin-courier' -e pin-sendmail "$tmp/out" || return 1
	done
	sed 's,/usr/bin/pinctl,/bin/true,' systemd/pind-remind.service >"$tmp/units/pind-remind.service"
	cp systemd/pind-remind.timer "$tmp/units" || return 1
	SYSTEMD_UNIT_PATH="$tmp/units:" systemd-analyze verify --man=no "$tmp/units/pind-remind.timer" \
		"$tmp/units/pind-remind.service" >"$tmp/out" 2>&1
	! grep 'pind-remind' "$tmp/out" || return 1
	for unit in pin-courier@ pind-remind; do
		systemd-analyze security --no-pager --offline=true --threshold=15 systemd/$unit.service \
			>"$tmp/out" || { tail -n 3 "$tmp/out" && return 1; }
	done
}

cases
