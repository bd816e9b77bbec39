#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_pinctl.sh - every command of pinctl, on a pind of its own: what is printed, what is kept,
# which exit status. PIND, PINCTL: the programs.
# shellcheck disable=SC2015,SC2317 # "a && b || c" is meant; functions are called by name
set -u

B=${B:-build}
PIND=${PIND:-$B/san/pind} PINCTL=${PINCTL:-$B/san/pinctl}
CF=RSSMRA85T10A562S OTHER=VRDLCU70A41H501I
LEFT=patente:U1A2345678:MIT-UCO:2090-12-31 PAST=patente:U1A2345678:MIT-UCO:2020-12-31
unset POSIXLY_CORRECT

# shellcheck source=tests/daemon/pinctl.sh
. tests/daemon/pinctl.sh

start_pind() {
	"$PIND" --config "$D/pind.conf" --state-dir "$D/state" --runtime-dir "$D/run" \
		--key-file "$D/key" >"$D/log" 2>&1 </dev/null &
	pid=$!
	tries=0
	until "$PINCTL" --socket "$D/run/auth.sock" ping >"$D/out" 2>"$D/err"; do
		tries=$((tries + 1))
		if [ "$tries" -gt 100 ] || ! kill -0 "$pid" 2>/dev/null; then
			sed 's/^/# pind: /' "$D/log"
			echo "not ok 1 - pind starts"
			exit 1
		fi
		sleep 0.1
	done
}

mkdir "$D/state" "$D/run" "$D/services.d"
printf '[hash]\nmemory_kib = 19456\n' >"$D/pind.conf"
printf 'level = dispositivo\ncategories = lavoratore pensionato\n' >"$D/services.d/cassetto.conf"
(umask 077 && head -c 32 /dev/urandom >"$D/key")

# ---- the command line --------------------------------------------------------------------------

bad_line() {
	text=$1
	shift
	p "$@"
	is "bad line: ${1-nothing}: $text" refused 2 "$text"
}

# No pind runs: none of these asks one.
bad_line "which command"
bad_line "no command" frobnicate
bad_line "unrecognized option" --frobnicate
bad_line "unrecognized option" status --frobnicate "$CF"
bad_line "unrecognized option" status --reason x "$CF"
bad_line "too few" status
bad_line "too many" status "$CF" "$CF"
bad_line "too many" stats now
bad_line "not a codice fiscale" status ""
bad_line "not a codice fiscale" status RSSMRA85T10A562X
bad_line "not a codice fiscale" revoke RSSMRA85T10A562 --reason x
bad_line "natural person" issue 00488410010 --print -
bad_line "--print" issue "$CF"
bad_line "no category" issue "$CF" --print "$D/letter" --category re
bad_line "no level" issue "$CF" --print "$D/letter" --level alto
bad_line "needs --document" issue "$CF" --print "$D/letter" --level dispositivo
bad_line "expired" issue "$CF" --print "$D/letter" --level dispositivo --document "$PAST"
bad_line "--document takes" issue "$CF" --print "$D/letter" --document patente
bad_line "--document takes" issue "$CF" --print "$D/letter" --document patente:1:2090-01-01
bad_line "no document" issue "$CF" --print "$D/letter" --document tessera:1:x:2090-01-01
bad_line "number" issue "$CF" --print "$D/letter" --document patente::x:2090-01-01
bad_line "issuer" issue "$CF" --print "$D/letter" --document patente:1::2090-01-01
bad_line "number" issue "$CF" --print "$D/letter" --document \
	"patente:$(printf '%033d' 1):x:2090-01-01"
for day in 2090-02-29 2090-13-01 2090-00-01 2090-01-00 90-01-01 2090-1-01 2090-01-01x tomorrow \
	''; do
	bad_line "expiry" issue "$CF" --print "$D/letter" --document "patente:1:x:$day"
done
bad_line "--reason" revoke "$CF"
bad_line "not 0" revoke "$CF" --reason ''
bad_line "not 121" revoke "$CF" --reason "$(printf '%0121d' 1)"
bad_line "control" revoke "$CF" --reason "$(printf 'a\033b')"
bad_line "needs --document" convert "$CF"
bad_line "expired" convert "$CF" --document "$PAST"
bad_line "service list" service frobnicate
bad_line "service list" service test cassetto
bad_line "1 to 32" service test "$(printf '%033d' 1)" "$CF"
bad_line "cannot open" check-cf "$D/none"
bad_line "107 bytes" --socket "$(printf '%0108d' 1)" ping
is "nothing is left behind by refusals" test ! -e "$D/letter"

for c in '' issue status revoke unlock convert service check-cf ping stats; do
	# shellcheck disable=SC2086 # no command: no word
	p $c --help
	is "help: pinctl $c" gave 0 Usage: --json --socket
done
p issue -h
is "help: -h too" gave 0 Usage: --print
p --version
is "version" gave 0 "pinctl "

p status "$CF"
is "no pind: one line, status 3" refused 3 "nobody listens"
p issue "$CF" --print "$D/letter"
is "no pind: nothing is issued" refused 3 "nobody listens"
is "no pind: no letter" test ! -e "$D/letter"

# ---- with pind ---------------------------------------------------------------------------------

start_pind
is "ping" grep -q "pind answers" "$D/out"
p --socket "$D/run/auth.sock" ping --json
is "ping, JSON" gave 0 '{"verdict":"OK","text":"accepted"}'

for c in status unlock "revoke --reason x" "convert --document $LEFT"; do
	# shellcheck disable=SC2086 # words
	p $c "$CF"
	is "nobody known: $c" refused 19 "no PIN on record: is it the right"
done
p status "$CF" --json
is "nobody known, JSON too" gave 19 '{"verdict":"UNKNOWN","text":"no PIN on record'

echo old >"$D/letter"
p issue "$CF" --print "$D/letter"
is "issue: a file that exists is refused" refused 2 "exists"
is "issue: and kept" test "$(cat "$D/letter")" = old
rm "$D/letter"
p issue "$CF" --print "$D/none/letter"
is "issue: a file that cannot be made" refused 2 "cannot make"
p status "$CF"
is "issue: nothing was recorded" refused 19 "no PIN"

p issue 'rssmra85t10 a562s' --print "$D/letter"
is "issue: to a file" gave 0 "recorded"
is "issue: the file is the owner's" test "$(stat -c %a "$D/letter")" = 600
pin=$(sed -n 's/^PIN  *\([0-9A-Z-]\{19\}\)$/\1/p' "$D/letter")
is "issue: 16 symbols in groups of 4" test "${#pin}" -eq 19
is "issue: the letter has it all" grep -q "$CF" "$D/letter"
is "issue: Italian and English" grep -q '^Al primo accesso:  *At the first login:$' "$D/letter"
is "issue: until when" \
	grep -Eq 'Valid until  *[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}$' "$D/letter"
is "issue: until when, in Italian" \
	grep -Eq 'Valido fino al  *[0-9]{2}/[0-9]{2}/[0-9]{4} [0-9]{2}:[0-9]{2}$' "$D/letter"
is "issue: the PIN is in the letter only" test -z "$(grep -lr -e "$pin" \
	-e "$(printf %s "$pin" | tr -d -)" "$D/out" "$D/err" "$D/log" "$D/state")"
p issue "$CF" --print "$D/second"
is "issue: one PIN at a time" refused 20 "or a request for one"
is "issue: no letter of a refused one" test ! -e "$D/second"

p status "$CF"
is "status" gave 0 "$CF" temporary semplice lavoratore "phone email" "pinctl revoke $CF"
p --json status "$CF"
is "status, JSON" gave 0 "\"cf\":\"$CF\"" '"life":"temporary"' '"gate":"open"' '"fails":0' \
	'"level":"semplice"' '"missing":["phone","email"]' '"expires":null' '"document":null'
is "status, JSON: one object" is_json
is "status, JSON: dates" \
	grep -Eq '"issued":"[0-9]{4}(-[0-9]{2}){2}T([0-9]{2}:){2}[0-9]{2}Z"' "$D/out"

p service list
is "service list" gave 0 "SERVICE" "default" "cassetto" "lavoratore pensionato"
p service list --json
is "service list, JSON" gave 0 '[{"name":"default","level":"semplice",' \
	'{"name":"cassetto","level":"dispositivo","categories":["lavoratore","pensionato"]'
is "service list, JSON: one array" is_json
p service test anything "$CF"
is "service test: a temporary PIN" refused 10 "renewed"
p service test cassetto "$OTHER" --json
is "service test: nobody, JSON" gave 19 '{"verdict":"UNKNOWN"'

p convert "$CF" --approve
is "convert --approve: nothing asked" refused 30 "nothing is asked for"
p convert "$CF" --ask --document "$LEFT" --fax 2026/98 --file /dev/null
is "convert --ask: a file without anything in it" refused 2 "is empty"
echo copy >"$D/copy"
p convert "$CF" --ask --document "$LEFT" --fax 2026/98 --file "$D/copy"
is "convert --ask" gave 0 "another operator"
p status "$CF"
is "convert --ask: status" gave 0 "2026/98" "$(sha256sum "$D/copy" | cut -d " " -f 1)" \
	"pinctl convert $CF --approve"
p status "$CF" --json
is "convert --ask: status, JSON" gave 0 "\"asked_by\":\"uid $(id -u)\"" '"asked_way":"fax"' \
	'"asked_document":"patente"' '"asked_until":"2090-12-31"' '"level":"semplice"'
p convert "$CF" --approve
is "convert --approve: another operator" refused 31 "another operator"
p convert "$CF" --reject
is "convert --reject: why" refused 2 "--reason"
p convert "$CF" --approve --reject --reason x
is "convert: one of them" refused 2 "one of"
p convert "$CF" --fax 1 --document "$LEFT"
is "convert: a fax is for --ask" refused 2 "for --ask"
p convert "$CF" --document "$LEFT"
is "convert: not around what one asked for" refused 31 "another operator"
p revoke "$CF" --reason again
p issue "$CF" --print - --json
pin=$(sed 's/.*"pin":"//;s/".*//' "$D/out")
p convert "$CF" --document "$LEFT"
is "convert" gave 0 "dispositivo"
p status "$CF" --json
is "convert: nothing is asked any more" gave 0 '"asked":null' '"asked_by":null' '"asked_sha256":null'
p status "$CF" --json
is "convert: level and document" gave 0 '"level":"dispositivo"' '"document":"patente"' \
	'"document_until":"2090-12-31"'
p unlock "$CF"
is "unlock" gave 0 "forgotten"
p unlock "$CF" --json
is "unlock, JSON" gave 0 '{"verdict":"OK","text":"accepted"}'

p revoke "$CF" --reason "lost: perch$(printf '\303\251') s$(printf '\303\254')"
is "revoke" gave 0 "revoked"
p status "$CF" --json
is "revoke: status and reason" gave 0 '"life":"revoked"' \
	'"reason":"lost: perch\u00E9 s\u00EC"' '"level":null'
p status "$CF"
is "revoke: what next" gave 0 "pinctl issue $CF"
p unlock "$CF"
is "revoke: final" refused 21 "revoked"

p issue "$CF" --print - --json --level dispositivo --category patronato --document "$LEFT"
is "reissue, JSON" gave 0 "{\"cf\":\"$CF\",\"pin\":\"" '"level":"dispositivo","lapses":"20'
shape=$(sed 's/"pin":"[0-9A-HJKMNP-TV-Z]\{16\}"/PIN/; s/"20[-0-9T:]*Z"/DAY/' "$D/out")
is "reissue, JSON: exactly that" \
	test "$shape" = "{\"cf\":\"$CF\",PIN,\"level\":\"dispositivo\",\"lapses\":DAY}"
second=$(sed 's/.*"pin":"//;s/".*//' "$D/out")
is "reissue: another PIN" test "$second" != "$(printf %s "$pin" | tr -d -)"
p status "$CF" --json
is "reissue: on record" gave 0 '"life":"temporary"' '"category":"patronato"' \
	'"level":"dispositivo"' '"reason":null'

"$PINCTL" --socket "$D/run/admin.sock" issue "$OTHER" --print - >&- 2>"$D/err"
status=$?
: >"$D/out"
is "issue: no standard output" refused 2 "closed"
p status "$OTHER"
is "issue: nothing was recorded" refused 19 "no PIN"

# not_printed WHAT: it was recorded all the same, and must go
not_printed() {
	is "issue: $1 says what to do" refused 4 "pinctl revoke $OTHER"
	p revoke "$OTHER" --reason "not printed"
	is "issue: $1: it was recorded" gave 0 revoked
}

: >"$D/out"
"$PINCTL" --socket "$D/run/admin.sock" issue "$OTHER" --print - >/dev/full 2>"$D/err"
status=$?
not_printed "a full disk"

mkfifo "$D/pipe"
: <"$D/pipe" &
reader=$!
exec 3>"$D/pipe"
wait "$reader" # nobody reads now
: >"$D/out"
"$PINCTL" --socket "$D/run/admin.sock" issue "$OTHER" --print - >&3 3>&- 2>"$D/err"
status=$?
exec 3>&-
not_printed "a closed pipe"

{
	# shellcheck disable=SC3045 # every sh of Debian has it
	(ulimit -f 0 && exec "$PINCTL" --socket "$D/run/admin.sock" issue "$OTHER" \
		--print "$D/second" 2>&1)
	echo $? >"$D/status"
} | cat >"$D/err"
status=$(cat "$D/status")
: >"$D/out"
not_printed "a file that cannot grow"
is "issue: no half letter" test ! -e "$D/second"

p stats
is "stats" gave 0 "started" "operators' changes" "queued now"
# What is counted, by name: answers, waits, hashes, commits, arena, alarms.
figures='answers_total{verb=\"issue\",verdict=\"OK\"} queued wait_microseconds_count
	hash_microseconds_bucket{le=\"5000\"} hash_microseconds_sum commits_total arena_bytes
	spray_alarms_total'
in_json() {
	for figure in $figures; do
		grep -qF "\"$figure\":" "$D/out" || return 1
	done
}
in_table() {
	for figure in $figures; do
		awk -v name="$(printf %s "$figure" | tr -d \\\\)" \
			'$1 == name && $2 ~ /^[0-9]+$/ { n++ } END { exit n != 1 }' "$D/out" || return 1
	done
}
is "stats: every figure" in_table
p stats --json
is "stats, JSON: every figure" in_json
is "stats, JSON: 15 changes, no more" gave 0 '"operators":15,' '"accepted":0'
is "stats, JSON: one object" is_json

# The text format: HELP and TYPE once before the lines of a family, every line "name[{labels}] N".
well_formed() {
	awk '
	/^# HELP [a-z_]+ ./ { if (++help[$3] > 1) bad = 1; next }
	/^# TYPE [a-z_]+ (counter|gauge|histogram)$/ {
		if (++type[$3] > 1 || !help[$3]) bad = 1
		family = $3
		next
	}
	!/^[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9]+$/ { bad = 1 }
	index($0, family) != 1 || seen[$1]++ { bad = 1 }
	END { exit bad || NR < 30 }' "$D/out"
}
# Of a histogram: buckets that only grow, the last one for all, as many as _count, and a _sum.
histograms() {
	awk '
	/^# TYPE [a-z_]+ histogram$/ { name = $3; n++; last = -1; le = 0 }
	name && index($1, name "_bucket{le=\"") == 1 {
		bound = substr($1, length(name) + 13)
		sub(/"}$/, "", bound)
		if (inf[name] || $2 < last || (bound != "+Inf" && bound + 0 <= le)) bad = 1
		le = bound + 0
		last = $2
		if (bound == "+Inf") inf[name] = 1
	}
	name && $1 == name "_sum" { sum[name]++ }
	name && $1 == name "_count" { count[name]++; if (!inf[name] || $2 != last) bad = 1 }
	END {
		for (name in inf) if (sum[name] != 1 || count[name] != 1) bad = 1
		for (name in inf) m++
		exit bad || n != 2 || m != 2
	}' "$D/out"
}
p stats --prometheus
is "stats, Prometheus" gave 0 "inpspin_requests_total " 'inpspin_hash_microseconds_bucket{le="+Inf"}' \
	'inpspin_answers_total{verb="issue",verdict="OK"}' "inpspin_spray_alarms_total 0"
is "stats, Prometheus: well-formed" well_formed
is "stats, Prometheus: histograms" histograms
"$PINCTL" --socket "$D/run/admin.sock" stats --prometheus >/dev/full 2>"$D/err"
status=$?
: >"$D/out"
is "stats, Prometheus: a full disk" refused 4 "cannot write the answer: No space"

p status "$CF" --sources
is "status --sources" gave 0 "SPENT" "elsewhere" "open" "pinctl unlock $CF"
p status "$CF" --sources --json
is "status --sources, JSON" gave 0 '[{"from":"elsewhere",' '"fails":0,"fails_max":10,"gate":"open"'
is "status --sources, JSON: one array" is_json

# ---- check-cf needs no pind --------------------------------------------------------------------

printf '%s\n' "$CF" "$OTHER" >"$D/codes"
p check-cf "$D/codes"
is "check-cf: all valid" gave 0 "$(printf '%s\tvalid\tpersonal\t%s\t%s\t-' "$CF" "$CF" "$CF")"
p check-cf --json "$D/codes"
is "check-cf, JSON" gave 0 "\"$CF\""
echo RSSMRA85T10A562X >>"$D/codes"
p check-cf "$D/codes"
is "check-cf: one is not" gave 1 "RSSMRA85T10A562X	invalid"
"$PINCTL" check-cf <"$D/codes" >"$D/out" 2>"$D/err"
status=$?
is "check-cf: stdin" gave 1 "RSSMRA85T10A562X	invalid"

# ---- who may not, and when pind goes -----------------------------------------------------------

as_stranger() {
	if [ "$(id -u)" -eq 0 ]; then
		setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
	else
		chmod 0 "$D/run" && { "$@"; s=$?; chmod 700 "$D/run"; return $s; }
	fi
}
if as_stranger "$PINCTL" --version >/dev/null 2>&1; then
	as_stranger "$PINCTL" --socket "$D/run/admin.sock" status "$CF" >"$D/out" 2>"$D/err"
	status=$?
	is "a stranger" refused 3 "join the group pind-admin"
else
	skip "a stranger" "nobody cannot run $PINCTL"
fi

stop KILL
p status "$CF"
is "pind was killed" refused 3 "nobody listens"
start_pind
p status "$CF" --json
is "and is back" gave 0 '"life":"temporary"' '"category":"patronato"'

echo "1..$n"
[ "$bad" -eq 0 ]
