#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_postgresql.sh - docs/services/postgresql.md on a Debian that boots. Needs root.
# shellcheck disable=SC2034,SC2317 # host.sh reads the cases and calls them by name
set -u
. "$(dirname "$0")/host.sh"
. tests/services/caller.sh

CASES='right      the right PIN connects, and session_user is the codice fiscale
wrong      a wrong PIN is refused, and is one attempt
role       a person without a role is refused, and pind is not asked
plain      without TLS pind is not asked
twice      with "host" psql asks pind twice about one wrong PIN: one attempt
level      a level not reached is refused
temporary  a PIN to be replaced is refused
alarms     a storm of SIGALRM while pind is asked changes nothing
timeout    authentication_timeout cannot cut the module short: the login that hangs ends with timeout=
open       a connection outlives the revocation of its PIN: the page warns of it
caller     pind talks to postgres only about who proved a PIN to it
group      without the group pind-client nobody connects
stopped    without pind no person connects, and local users do
secrets    no PIN is in a log'

CF=RSSMRA85T10A562S CF_NEW=VRDLGI80A01H501E CF_NONE=VRDLCU70A41H501I CF_GONE=RSSMRA80A01H501U
CF_CALLER=QXZKWJ70A01H501B
GOOD=''

sql() {
	inside_as postgres psql -qAt -d postgres -c "$1"
}

# cf pin words...: of a connection; what psql says. psql takes no PIN from a pipe, but from its environment.
connect() {
	connect_cf=$1 connect_pin=$2
	shift 2
	# shellcheck disable=SC2016 # expanded by the inner shell
	with_stdin "$connect_pin" inside sh -c 'read -r PGPASSWORD && export PGPASSWORD && exec psql -qAt "$@"' \
		sh "host=127.0.0.1 dbname=postgres user=$connect_cf connect_timeout=30 $*" -c 'select session_user'
}

connects() {
	[ "$(connect "$@")" = "$1" ]
}

gets_in() {
	connects $CF "$GOOD" sslmode=require
}

# How often pind looked at a PIN for this service.
asked() {
	inside journalctl --sync
	inside journalctl -u pind -o cat --no-pager | grep -c 'service=inpspin-postgresql '
}

t_right() {
	for who in $CF $CF_NEW $CF_GONE; do
		sql "create role \"$who\" login in role inpspin" || return 1
	done
	person_ready $CF && GOOD=$PIN && connects $CF "$GOOD" sslmode=require && connects $CF "$GOOD"
}

t_wrong() {
	refused_with "PAM authentication failed for user \"$CF\"" connect $CF "$(other_pin 2 "$GOOD")" || return 1
	[ "$(person_attempts $CF)" -eq 1 ] && gets_in && [ "$(person_attempts $CF)" -eq 0 ]
}

t_role() {
	person_ready $CF_NONE && before=$(asked) || return 1
	refused_with 'authentication failed' connect $CF_NONE "$PIN" sslmode=require &&
		refused_with 'authentication failed' connect rssmra85t10a562s "$GOOD" sslmode=require &&
		[ "$(asked)" -eq "$before" ]
}

t_plain() {
	before=$(asked)
	refused_with 'password authentication failed' connect $CF "$GOOD" sslmode=disable &&
		[ "$(asked)" -eq "$before" ]
}

# The other address of this host, with the word that the page says not to use.
t_twice() {
	inside sh -c 'sed -i "1i host all +inpspin ::1/128 pam pamservice=inpspin-postgresql" \
		/etc/postgresql/*/main/pg_hba.conf && systemctl reload postgresql' || return 1
	before=$(asked)
	refused_with 'PAM authentication failed' connect $CF "$(other_pin 3 "$GOOD")" host=::1 || return 1
	[ "$(grep -c 'PAM authentication failed' "$host_tmp/refused")" -eq 2 ] &&
		[ $(($(asked) - before)) -eq 2 ] || fail "pind was not asked twice" || return 1
	[ "$(person_attempts $CF)" -eq 1 ] || fail "$(person_attempts $CF) attempts" || return 1
	gets_in
}

t_level() {
	policy=$(host_root /etc/pind/services.d/inpspin-postgresql.conf)
	cp "$policy" "$host_tmp/policy" && service_level inpspin-postgresql dispositivo || return 1
	refused_with 'PAM authentication failed' connect $CF "$GOOD"
	refused=$?
	cp "$host_tmp/policy" "$policy" && inside systemctl reload pind &&
		soon host_served inpspin-postgresql semplice && [ $refused -eq 0 ] && gets_in
}

t_temporary() {
	person_temporary $CF_NEW && refused_with 'PAM authentication failed' connect $CF_NEW "$PIN" &&
		inside sh -c 'grep "pam_acct_mgmt failed: .* no longer valid" /var/log/postgresql/*.log'
}

# pind stands still until PostgreSQL waits in the module.
hang() {
	pind_freeze || return 1
	"$@" >"$host_tmp/login" 2>&1 &
	soon pind_has_waiting 1 && backend=$(inside pgrep -f '^postgres: .* authentication') || {
		pind_thaw
		return 1
	}
}

t_alarms() {
	hang gets_in || return 1
	inside sh -c "for i in \$(seq 300); do kill -ALRM $backend && sleep 0.001; done"
	stormed=$?
	pind_thaw
	wait $! && [ $stormed -eq 0 ]
}

# One second for PostgreSQL, five for the module, which hears SIGALRM and goes on.
t_timeout() {
	sql 'alter system set authentication_timeout = 1' && sql 'select pg_reload_conf()' && sleep 0.5 || return 1
	hang connect $CF "$GOOD" sslmode=require
	hung=$?
	wait $! && refused=1 || refused=0
	pind_thaw
	sql 'alter system reset authentication_timeout' && sql 'select pg_reload_conf()' && sleep 0.5 || return 1
	cat "$host_tmp/login"
	inside sh -c 'grep "canceling authentication due to timeout" /var/log/postgresql/*.log' || return 1
	[ $hung -eq 0 ] && [ $refused -eq 0 ] && gets_in
}

t_open() {
	person_ready $CF_GONE || return 1
	# shellcheck disable=SC2016 # expanded by the inner shell
	with_stdin "$PIN" inside sh -c 'read -r PGPASSWORD && export PGPASSWORD && {
			echo "select 1;" && sleep 0.5 && echo "\! pinctl revoke $1 --reason=test" &&
			echo "select session_user;"
		} | psql -qAt "host=127.0.0.1 dbname=postgres user=$1 sslmode=require"' sh $CF_GONE >"$host_tmp/open" 2>&1
	cat "$host_tmp/open"
	[ "$(tail -n 1 "$host_tmp/open")" = $CF_GONE ] && grep -q revoked "$host_tmp/open" &&
		refused_with 'PAM authentication failed' connect $CF_GONE "$PIN"
}

t_caller() {
	sql "create role \"$CF_CALLER\" login in role inpspin" && person_temporary $CF_CALLER &&
		told_after postgres inpspin-postgresql $CF_CALLER \
			refused_with 'PAM authentication failed' connect $CF_CALLER "$PIN"
}

t_group() {
	needs_group postgres postgresql gets_in
}

t_stopped() {
	pind_stop || return 1
	refused_with 'PAM authentication failed' connect $CF "$GOOD" && [ "$(sql 'select session_user')" = postgres ]
	refused=$?
	pind_start && [ $refused -eq 0 ] && gets_in
}

t_secrets() {
	no_secret
}

host_open postgresql
cases
