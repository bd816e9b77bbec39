#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_catalog.sh - systemd/pind.catalog: complete, compiled by systemd's own tool, and shown by
# "journalctl -x" below a login that was refused, on a Debian that boots (needs root).
# shellcheck disable=SC2317 # the cases are called by name
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/cases.sh
. tests/system/machine.sh

CASES='unique    no two events have the same MESSAGE_ID
complete  every MESSAGE_ID has its text in English and in Italian, and none is orphaned
only      no other program writes a MESSAGE_ID
shape     each text has a subject and its page, what it means and what to do, in ASCII lines
fields    only fields are quoted that the entry always has
commands  every command of pinctl that a text names exists
compiled  systemd compiles it without a complaint, and all of it
shown     journalctl -x tells of a refused login, in English and in Italian'

CATALOG=systemd/pind.catalog
CF=RSSMRA85T10A562S
tmp_make catalog

# "ID NAME" of every event.
ids_of_events() {
	sed -n 's/^EVENT(\([A-Z]*\), *0x\([0-9a-f]\{16\}\), *0x\([0-9a-f]\{16\}\),.*/\2\3 \1/p' \
		pind/event.def
}

# "ID LANGUAGE" of every text.
ids_of_texts() {
	sed -n 's/^-- \([0-9a-f]\{32\}\)$/\1 en/p; s/^-- \([0-9a-f]\{32\}\) \([a-z]*\)$/\1 \2/p' $CATALOG
}

t_unique() {
	[ "$(ids_of_events | wc -l)" -eq "$(grep -c '^EVENT(' pind/event.def)" ] || fail "unread rows" ||
		return 1
	twice=$(ids_of_events | cut -d ' ' -f 1 | sort | uniq -d)
	[ -z "$twice" ] || fail "twice: $twice"
}

t_complete() {
	ids_of_events | sed 's/ .*//' | sort -u | sed 's/.*/& en\n& it/' >"$tmp/want"
	ids_of_texts | sort | diff "$tmp/want" - && [ -s "$tmp/want" ]
}

t_only() {
	[ "$(grep -rl MESSAGE_ID --include='*.c' --include='*.h' --include='*.def' common courier include \
		pam_inpspin pinctl pind | tr '\n' ' ')" = 'pind/event.c pind/event.def ' ]
}

# Behind the header lines: a paragraph that explains, one that begins with what to do.
t_shape() {
	! grep -n '[^ -~]' $CATALOG || fail "not ASCII" || return 1
	! grep -nE '^.{101}|[ 	]$' $CATALOG || fail "too wide, or blanks at the end" || return 1
	awk '
	/^-- / { if (id != "" && (head != 3 || parts < 2)) { print id, head, parts; bad = 1 }
		id = $0; head = parts = 0; text = 0 }
	id == "" || /^-- / { next }
	/^$/ { text = 0; body = 1; next }
	/^(Subject: .|Defined-By: pind$|Documentation: man:)/ { head++; next }
	!text { parts++; text = 1 }
	END { if (id == "" || head != 3 || parts < 2) bad = 1; exit bad }' $CATALOG
}

# NAME: the fields its entry always has. serve.c fills in verdict and uid; who has a person, too.
fields_of() {
	case $1 in
	STARTED | STOPPED | RELOADED | KEPT | BROKEN | TROUBLE | CLOCK) ;;
	SPRAY) echo PIND_PEER_UID ;;
	DENIED | DECLINED | PRATICA | DELAYED | PARKED) echo PIND_PEER_UID PIND_VERDICT ;;
	*) echo PIND_PEER_UID PIND_VERDICT PIND_PERSON ;;
	esac
}

t_fields() {
	ids_of_events >"$tmp/events"
	while read -r id name; do
		awk -v id="$id" '/^-- / { on = $2 == id } on' $CATALOG | grep -oE '@[^@ ]+@' | tr -d @ |
			sort -u >"$tmp/quoted"
		while read -r field; do
			grep -q "\"$field\"" pind/event.c && fields_of "$name" | grep -qw "$field" ||
				fail "$name: $field" || return 1
		done <"$tmp/quoted"
	done <"$tmp/events"
	grep -q '@PIND_PERSON@' $CATALOG
}

t_commands() {
	grep -oE '^    pinctl [a-z]+( [a-z]+)?( .*)?$' $CATALOG | awk '{ print $2, $3 }' | sort -u \
		>"$tmp/commands"
	[ "$(wc -l <"$tmp/commands")" -ge 10 ] || fail "hardly any commands" || return 1
	while read -r word sub; do
		"$PINCTL_RELEASE" --help | grep -qE "^ +$word( |\$|,)" || fail "no $word" || return 1
		case $word:$sub in
		request:* | audit:* | service:*)
			"$PINCTL_RELEASE" "$word" --help | grep -qw "$sub" || fail "no $word $sub" || return 1
			;;
		esac
	done <"$tmp/commands"
}

t_compiled() {
	mkdir -p "$tmp/root/usr/lib/systemd/catalog" "$tmp/root/var/lib/systemd/catalog"
	cp $CATALOG "$tmp/root/usr/lib/systemd/catalog/"
	SYSTEMD_LOG_LEVEL=info journalctl --update-catalog --root="$tmp/root" >"$tmp/said" 2>&1 || return 1
	cat "$tmp/said"
	! grep -v ' wrote ' "$tmp/said" || return 1
	journalctl --list-catalog --root="$tmp/root" | cut -d ' ' -f 1 | sort -u >"$tmp/listed"
	ids_of_events | cut -d ' ' -f 1 | sort | diff - "$tmp/listed"
}

# Of the last refusal, in this locale, as an operator reads it.
explained() {
	inside env LC_ALL="$1" journalctl --no-pager -q -x -u pind PIND_VERDICT=WRONG -n 1 \
		>"$tmp/explained"
	cat "$tmp/explained"
}

t_shown() {
	machine_make && make --no-print-directory install B="$B" DESTDIR="$machine_dir" >/dev/null || return 1
	install -D -m 0644 -t "$machine_dir/usr/lib/systemd/catalog" $CATALOG
	# A locale of that name; its contents do not matter here.
	cp -r "$machine_dir/usr/lib/locale/C.utf8" "$machine_dir/usr/lib/locale/it_IT.utf8" || return 1
	printf '%s\n' "auth required pam_inpspin.so" "account required pam_inpspin.so" \
		>"$machine_dir/etc/pam.d/inpspin-test"
	machine_up "$tmp/console" || return 1
	inside systemd-sysusers && inside systemd-tmpfiles --create && inside ldconfig &&
		inside journalctl --update-catalog && inside sh -c 'head -c 32 /dev/urandom |
		systemd-creds encrypt --name=pind.key - /etc/credstore.encrypted/pind.key' &&
		inside systemctl start pind-auth.socket || return 1
	! inside sh -c "echo ABCD2345 | pamtester inpspin-test $CF authenticate" || return 1
	inside journalctl --sync
	person=$(inside journalctl -q -o json --output-fields=PIND_PERSON -u pind PIND_VERDICT=WRONG -n 1 |
		sed -n 's/.*"PIND_PERSON":"\([^"]*\)".*/\1/p')
	[ -n "$person" ] || fail "no entry" || return 1
	explained C.UTF-8
	grep -q 'Subject: A PIN was refused: WRONG$' "$tmp/explained" &&
		grep -q "journalctl -u pind PIND_PERSON=$person\$" "$tmp/explained" &&
		grep -q 'pinctl status CODICE-FISCALE$' "$tmp/explained" || return 1
	explained it_IT.UTF-8
	grep -q "Subject: Un PIN e' stato rifiutato: WRONG\$" "$tmp/explained" &&
		grep -q "journalctl -u pind PIND_PERSON=$person\$" "$tmp/explained" &&
		! grep -q 'was refused' "$tmp/explained"
}

why_not() {
	case $1 in
	shown) machine_why ;;
	compiled) command -v journalctl >/dev/null || echo "needs journalctl" ;;
	esac
}

B=${B:-build}
PINCTL_RELEASE=${PINCTL_RELEASE:-$B/pinctl}
cases
