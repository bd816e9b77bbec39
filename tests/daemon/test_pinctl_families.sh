#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_pinctl_families.sh - pinctl request, delegation, registry and audit, on a pind of its own: all
# that needs no courier. Two operators: root, and nobody, who is in the operators' group.
# PIND, PINCTL: the programs.
# shellcheck disable=SC2015,SC2317 # "a && b || c" is meant; functions are called by name
set -u

B=${B:-build}
PIND=${PIND:-$B/san/pind} PINCTL=${PINCTL:-$B/san/pinctl}
CF=RSSMRA85T10A562S OTHER=VRDLCU70A41H501I THIRD=VRDLGI80A01H501E FIRM=00488410010
LEFT=patente:U1A2345678:MIT-UCO:2090-12-31 PAST=patente:U1A2345678:MIT-UCO:2020-12-31
TOKEN=0123456789abcdef0123456789abcdef
NOBODY=65534
unset POSIXLY_CORRECT

# shellcheck source=tests/daemon/pinctl.sh
. tests/daemon/pinctl.sh

# p2 WORDS...: the same by the other operator
p2() {
	setpriv --reuid $NOBODY --regid $NOBODY --clear-groups "$PINCTL" --socket "$D/run/admin.sock" \
		"$@" >"$D/out" 2>"$D/err" </dev/null
	status=$?
}

# lines LINE...: stderr is these complaints about the file, in the order of its lines; "LINE: TEXT"
lines() {
	sort -t : -k 2n "$D/err" >"$D/err.sorted"
	[ "$(wc -l <"$D/err.sorted")" -eq $# ] || return 1
	for text in "$@"; do
		grep -qF -- "$D/csv:$text" "$D/err.sorted" || return 1
	done
}

# told STATUS TEXT: the status, one line on stderr with the text beside what is on stdout
told() {
	[ "$status" -eq "$1" ] && [ -s "$D/out" ] && [ "$(wc -l <"$D/err")" -eq 1 ] && grep -qF -- "$2" "$D/err"
}

bad_line() {
	text=$1
	shift
	p "$@"
	is "bad line: $1 ${2-}: $text" refused 2 "$text"
}

mkdir "$D/state" "$D/run" "$D/services.d"
(umask 077 && head -c 32 /dev/urandom >"$D/key")
printf '[hash]\nmemory_kib = 19456\n' >"$D/pind.conf"

# ---- the command line: nobody is asked ---------------------------------------------------------

NUMBER=2026-0000001-B
new="request new $CF --category"
# shellcheck disable=SC2086 # words
{
	bad_line "no command" request frobnicate
	bad_line "too few" request
	bad_line "too few" request new
	bad_line "too many" request list all
	bad_line "takes no --fax" request approve $NUMBER --fax 1
	bad_line "takes no --category" request show $NUMBER --category impresa
	bad_line "takes no --state" request resend $NUMBER --state opened
	bad_line "not the number" request show 2026-0000001-C
	bad_line "not the number" request cancel '' --reason x
	bad_line "--category" request new $CF --email a@b.it
	bad_line "--category" $new re --email a@b.it
	bad_line "natural person" request new $FIRM --category impresa --email a@b.it
	bad_line "--email" $new lavoratore
	bad_line "--email" $new lavoratore --email a@b
	bad_line "--phone" $new lavoratore --email a@b.it --phone 06123
	bad_line "--phone" $new lavoratore --email a@b.it --sms
	bad_line "no such name" $new lavoratore --email a@b.it --gestione x
	bad_line "no such name" $new lavoratore --email a@b.it --fonte x
	bad_line "no such name" $new lavoratore --email a@b.it --channel x
	bad_line "no such name" $new impresa --email a@b.it --subtype x
	bad_line "no --subtype" $new lavoratore --email a@b.it --subtype avvocato
	bad_line "needs --subtype titolare" $new impresa --email a@b.it
	bad_line "needs --subtype avvocato" $new intermediario --email a@b.it --subtype titolare
	bad_line "needs --matricola" $new autonomo --email a@b.it
	bad_line "no --matricola" $new lavoratore --email a@b.it --matricola A1
	bad_line "letters and digits" $new autonomo --email a@b.it --matricola A-1
	bad_line "needs --address" $new intermediario --email a@b.it --subtype avvocato
	bad_line "--address takes" $new intermediario --email a@b.it --address 'a|b'
	bad_line "two bars" $new intermediario --email a@b.it --subtype avvocato --address 'a|b|c|d'
	bad_line "street" $new intermediario --email a@b.it --address 'a||b'
	bad_line "no --address" $new lavoratore --email a@b.it --address 'a|b|c'
	bad_line "32 hexadecimal" request confirm 0123
	bad_line "32 hexadecimal" request confirm ${TOKEN}0
	bad_line "all three" request confirm $TOKEN --company $FIRM --name x
	bad_line "not a codice fiscale" request confirm $TOKEN --company x --name x --matricola y
	bad_line "what came" request documents $NUMBER
	bad_line "cannot open" request documents $NUMBER --file "$D/none"
	bad_line "cannot read" request documents $NUMBER --file "$D"
	bad_line "--fax takes" request documents $NUMBER --fax 123456789012345678901
	bad_line "--document takes" request documents $NUMBER --document patente
	bad_line "--reason" request reject $NUMBER
	bad_line "--reason" request cancel $NUMBER
	bad_line "needs --cf" request duplicate $NUMBER
	bad_line "all three" request duplicate $NUMBER --cf $CF --delegate $OTHER
	bad_line "a delegate needs one" request duplicate $NUMBER --cf $CF --delegate $OTHER --proxy 1 \
		--document $PAST
	bad_line "no state 'open': they are opened," request list --state open
	bad_line "KIND is one of carta-identita" request documents $NUMBER --document tessera:1:x:2090-01-01
	bad_line "cf-change needs one" cf-change $CF $OTHER --document $PAST
	bad_line "too few" cf-change $CF
	bad_line "needs --document" cf-change $CF $OTHER
	bad_line "natural person" cf-change $CF $FIRM --document $LEFT
	bad_line "too many" remind $CF
	bad_line "takes CF, or" recover
	bad_line "takes CF, or" recover $CF --confirm $TOKEN
	bad_line "32 hexadecimal" recover --confirm 0123
	bad_line "natural person" recover $FIRM
	bad_line "too few" delegation list
	bad_line "too few" delegation add $CF
	bad_line "too many" delegation list $CF $FIRM
	bad_line "not past" delegation add $CF $FIRM --until 2020-01-01
	bad_line "not past" delegation add $CF $FIRM --until x
	bad_line "--reason" delegation revoke $CF $FIRM
	bad_line "natural person" delegation list $FIRM
	bad_line "no registry" registry show altri $CF
	bad_line "no registry" registry import altri "$D/csv"
	bad_line "cannot open" registry import matricole "$D/none"
	bad_line "letters and digits" registry show matricole A-1
	bad_line "not a codice fiscale" registry show patronati A1
	bad_line "a serial" audit list --from 0
	bad_line "a serial" audit list --from -1
	bad_line "both" audit verify 1
	bad_line "as 'pinctl audit head'" audit verify 1 abc
}
echo cf | "$PINCTL" --socket "$D/run/admin.sock" registry import patronati - --atomic >"$D/out" 2>"$D/err"
status=$?
is "bad line: --atomic needs a file" refused 2 "twice"
for c in request delegation registry audit; do
	p $c --help
	is "help: pinctl $c" gave 0 Usage: --json --socket
done
p cf-change --help
is "help: cf-change is for good" gave 0 "for good; compare both codes"
p request list
is "no pind: one line, status 3" refused 3 "nobody listens"
printf 'cf\n%s\n' $CF >"$D/csv"
p registry import patronati "$D/csv"
is "no pind: an import says it once" refused 3 "nobody listens"
p audit verify
is "no pind: verify" refused 3 "nobody listens"

# ---- with pind ---------------------------------------------------------------------------------

# Sockets as systemd makes them, so that a group may use one; or pind's own, without a second operator.
two=no
if [ "$(id -u)" -eq 0 ] && command -v systemd-socket-activate >/dev/null &&
	setpriv --reuid $NOBODY --regid $NOBODY --clear-groups "$PINCTL" --version >/dev/null 2>&1; then
	two=yes
	group=$(getent group $NOBODY | cut -d : -f 1)
	printf '[operators]\nhelpdesk = %s\napprover = %s\nauditor = root\n' "$group" "$group" \
		>>"$D/pind.conf"
	chmod 755 "$D" "$D/run"
	systemd-socket-activate --seqpacket --fdname=admin:auth -l "$D/run/admin.sock" \
		-l "$D/run/auth.sock" -E ASAN_OPTIONS -E UBSAN_OPTIONS "$(realpath "$PIND")" \
		--config "$D/pind.conf" --state-dir "$D/state" --key-file "$D/key" \
		>"$D/log" 2>&1 </dev/null &
else
	"$PIND" --config "$D/pind.conf" --state-dir "$D/state" --runtime-dir "$D/run" \
		--key-file "$D/key" >"$D/log" 2>&1 </dev/null &
fi
pid=$!
tries=0
until [ -S "$D/run/auth.sock" ]; do
	tries=$((tries + 1))
	[ "$tries" -lt 100 ] || exit 1
	sleep 0.1
done
[ $two = no ] || { chgrp $NOBODY "$D/run/admin.sock" && chmod 660 "$D/run/admin.sock"; } || exit 1
until "$PINCTL" --socket "$D/run/auth.sock" ping >"$D/out" 2>"$D/err"; do
	tries=$((tries + 1))
	if [ "$tries" -gt 100 ] || ! kill -0 "$pid" 2>/dev/null; then
		sed 's/^/# pind: /' "$D/log"
		echo "not ok 1 - pind starts"
		exit 1
	fi
	sleep 0.1
done

# second NAME WORDS... -- TEST...: by the other operator, where there can be one
second() {
	case_name=$1
	shift
	words=
	while [ "$1" != -- ]; do
		words="$words $1"
		shift
	done
	shift
	if [ $two = yes ]; then
		# shellcheck disable=SC2086 # words
		p2 $words
		is "$case_name" "$@"
	else
		skip "$case_name" "one operator only"
	fi
}

p request list --json
is "request list: none" gave 0 '[]'
p request list
is "request list: none, in words" gave 0 none
p delegation list $CF
is "delegation list: none, in words" gave 0 none
p audit list --from 9
is "audit list: none, in words" gave 0 none

# Whose duty is what: pinctl says it as pind decides it.
# table FILE: its lines "WIRE_X DUTIES" of operators, and what its names of several duties mean
table() {
	sed -n 's/^#define \(DESK\|ANYBODY\|PUBLIC\) */\1 /p; s/^\t{ \(WIRE_[A-Z_]*\), *\(ROLE_ADMIN, *\)\{0,1\}\([A-Z_| ]*\),.*/\1 \3/p' \
		"$1" | sed 's/DUTY_//g' | grep -v -e ' ROLE_' -e ' 0$' | sort
}
table pind/verbs.c >"$D/theirs"
table pinctl/ask.c >"$D/ours"
status=$(wc -l <"$D/theirs")
is "duties: pinctl has the table of pind" test "$status" -gt 40
is "duties: the same for each" cmp "$D/theirs" "$D/ours"
p request show $NUMBER
is "request show: none" refused 19 "no such pratica"
p request show $NUMBER --json
is "request show: none, JSON" gave 19 '{"verdict":"UNKNOWN","text":"no such pratica'
p request new $CF --category lavoratore --email mario@example.it
is "request new" gave 0 "$CF" opened lavoratore inps sede "pin-courier@electronic"
p request list --json --state opened
is "request list, JSON" gave 0 '[{"number":"' "\"cf\":\"$CF\",\"state\":\"opened\""
N=$(sed 's/.*"number":"\([^"]*\)".*/\1/' "$D/out")
p request list --state concluded --json
is "request list: of another state" gave 0 '[]'
p request show "$(echo "$N" | tr -d - | tr '[:upper:]' '[:lower:]')" --json
is "request show: the number in any spelling" gave 0 "\"number\":\"$N\"" '"state":"opened"' \
	'"subtype":null' '"sent":null'
p status $CF --json
is "request new: there is a PIN to come" gave 0 '"life":"awaiting"'
p request new $CF --category pensionato --email mario@example.it
is "request new: one PIN at a time" refused 20 "or a request for one"
p request confirm $TOKEN
is "request confirm: no such link" refused 19 "no such link"
p request confirm "https://pin.example.it/conferma?a=1&t=$TOKEN"
is "request confirm: the whole link" refused 19 "no such link"
echo "https://pin.example.it/conferma?t=$TOKEN" |
	"$PINCTL" --socket "$D/run/admin.sock" request confirm - >"$D/out" 2>"$D/err"
status=$?
is "request confirm: the whole link, typed" refused 19 "no such link"
p request documents "$N" --fax F1
is "request documents: not now" refused 30 "request show"
p request documents "$N" --file "$D/key"
is "request documents: a file, not now" refused 30 "request show"
p request approve "$N"
is "request approve: not now" refused 30 "request show"
p request reject "$N" --reason x
is "request reject: not now" refused 30 "request show"
p request address "$N"
is "request address: not now" refused 30 "request show"
p request duplicate "$N" --cf $CF
is "request duplicate: not now" refused 30 "request show"
p request duplicate "$N" --cf $OTHER
is "request duplicate: of another" refused 19 "of this person"
p request duplicate "$N" --cf $CF --delegate $CF --document $LEFT --proxy 1
is "request duplicate: who is no delegate" refused 34 "another person"
second "request cancel, by the other" request cancel "$N" --reason mistake -- gave 0 cancelled
[ $two = yes ] || p request cancel "$N" --reason mistake
p request show "$N" --json
is "request cancel: state and reason" gave 0 '"state":"cancelled"' '"reason":"mistake"'
p request cancel "$N" --reason again
is "request cancel: once" refused 30 "request show"
p status $CF --json
is "request cancel: no PIN any more" gave 0 '"life":"revoked"'

p request new $OTHER --category autonomo --matricola mu1 --email l@example.it
is "request new: a matricola nobody knows" refused 33 "matricola of this person"
p request new $OTHER --category patronato --email l@example.it
is "request new: no patronato" refused 33 "not among the patronati"

# ---- registries --------------------------------------------------------------------------------

printf '\357\273\277CF;Matricola\r\n%s;mu1\r\n\r\n%s;MU1;x\n%s;MU2"\n"%s";"MU3"\n%s;MU\0004\n%s;M\350\nx;MU5\n"%s;MU6\n%s;MU7' \
	$OTHER $OTHER $OTHER $FIRM $OTHER $OTHER $OTHER $OTHER >"$D/csv"
p registry import matricole "$D/csv" --atomic
is "registry import --atomic: nothing is sent" gave 1
is "registry import --atomic: says so" grep -q 'pinctl: nothing was sent: .* 6$' "$D/err"
p registry show matricole MU1
is "registry import --atomic: nothing is there" refused 19 "registry import"
p registry import matricole "$D/csv" --json
sum=$(sha256sum "$D/csv" | cut -d ' ' -f 1)
is "registry import: the good lines" gave 1 \
	"{\"registry\":\"matricole\",\"lines\":3,\"refused\":6,\"sha256\":\"$sum\"}"
is "registry import: a line for each bad one" lines "4: not as many fields" "5: a quote" "7: it has a NUL" \
	"8: it is not UTF-8" "9: no codice" "10: a quote is opened"
p registry show matricole mu1 --json
is "registry show" gave 0 "{\"registry\":\"matricole\",\"code\":\"MU1\",\"cf\":\"$OTHER\"" '"name":null'
p registry show matricole MU3
is "registry show: quoted, of a firm" gave 0 "$FIRM"
p registry show matricole MU7
is "registry show: the last line has no end" gave 0 $OTHER
for code in MU2 MU4 MU5 MU6; do
	p registry show matricole $code
	is "registry show: no $code" refused 19 "not in the registry"
done
p request new $OTHER --category autonomo --matricola mu1 --email l@example.it --gestione enpals --json
is "request new: now the matricola is known" gave 0 '"state":"opened"' '"gestione":"enpals"'

printf 'cf,name,street,town\n%s,"Rossi, Mario","Via ""Po"" 1",00198 ROMA RM\n' $CF >"$D/csv"
p registry import indirizzi "$D/csv" --atomic
is "registry import --atomic: all good" gave 0 "lines put"
p registry show indirizzi $CF --json
is "registry show: an address" gave 0 '"name":"Rossi, Mario","street":"Via \"Po\" 1","town":"00198 ROMA RM"'
p registry import indirizzi "$D/csv"
is "registry import: again" gave 0 "lines put"

for text in '' 'matricola,x' 'cf,matricola,cf' '"cf,matricola' 'cf'; do
	printf '%s\n%s,A1\n' "$text" $CF >"$D/csv"
	[ -n "$text" ] || : >"$D/csv"
	p registry import matricole "$D/csv"
	is "registry import: a first line that is '$text'" grep -q "^$D/csv:1: " "$D/err"
	is "registry import: nothing then" gave 1 "lines put"
done

printf '\377\376c\000f\000\n\000' >"$D/csv"
p registry import patronati "$D/csv"
is "registry import: UTF-16" grep -q "^$D/csv:1: it is not UTF-8: .*or UTF-16" "$D/err"
printf 'cf\tmatricola\n' >"$D/csv"
p registry import matricole "$D/csv"
is "registry import: tabs" grep -q "^$D/csv:1: .*a tab? separate by" "$D/err"

# The same code, many times over: the last line counts, whatever travels side by side.
{ echo matricola,cf && seq 1 2000 |
	awk -v a=$CF -v b=$OTHER '{ print "S" $1 % 7 "," ($1 > 1990 ? b : a) }'; } >"$D/csv"
p registry import matricole "$D/csv"
is "registry import: 2000 lines" gave 0 "2000"
same=0
for i in 0 1 2 3 4 5 6; do
	p registry show matricole S$i
	gave 0 $OTHER && same=$((same + 1))
done
is "registry import: of lines with one code the last one counts" test $same -eq 7

p registry import matricole - <"$D/csv"
is "registry import: an empty standard input" grep -q -- '^-:1: the file is empty' "$D/err"
"$PINCTL" --socket "$D/run/admin.sock" registry import matricole - <"$D/csv" >"$D/out" 2>"$D/err"
status=$?
is "registry import: standard input" gave 0 2000

# ---- delegations -------------------------------------------------------------------------------

p delegation list $CF --json
is "delegation list: none" gave 0 '[]'
p delegation approve $CF $FIRM
is "delegation approve: none" refused 19 "no such delegation"
p delegation add $CF $CF
is "delegation add: oneself" refused 27 "somebody else"
p delegation add $CF $FIRM --until 2090-12-31
is "delegation add" gave 0 "another operator"
p delegation add $CF $FIRM
is "delegation add: once" refused 20 "already"
p delegation list $CF --json
is "delegation list" gave 0 "[{\"company\":\"$FIRM\",\"state\":\"asked\"" '"until":"2090-12-31"' \
	"\"made_by\":$(id -u),\"approved_by\":null}"
p delegation approve $CF $FIRM
is "delegation approve: not by who added it" refused 31 "another operator"
second "delegation approve, by the other" delegation approve $CF $FIRM -- gave 0 approved
second "delegation list, by the other" delegation list $CF -- gave 0 approved $NOBODY
p delegation revoke $CF $FIRM --reason "left the firm"
is "delegation revoke" gave 0 revoked
p delegation list $CF
is "delegation list: revoked" gave 0 revoked
p delegation approve $CF $FIRM
is "delegation approve: too late" refused 21 "add another"

# ---- the audit chain ---------------------------------------------------------------------------

second "audit: not for who is no auditor" audit head -- refused 18 "the group pind-auditor,"
p audit list --json
is "audit list" gave 0 '[{"serial":1,' '"act":"request_new"' "\"object\":\"$N\"" '"act":"delegation_revoke"' \
	'"detail":"left the firm"' "3 lines, sha256 $sum"
p audit list --from 3
is "audit list --from" gave 0 SERIAL delegation_add
is "audit list --from: not those before" test "$(sed -n '2s/ .*//p' "$D/out")" = 3
p audit list --from 4000 --json
is "audit list: past the last" gave 0 '[]'
p audit head --json
is "audit head" gave 0 '{"serial":'
serial=$(sed 's/.*"serial":\([0-9]*\).*/\1/' "$D/out") mac=$(sed 's/.*"mac":"\([0-9a-f]*\)".*/\1/' "$D/out")
p audit verify
is "audit verify" gave 0 "the chain holds" "$mac"
p audit verify "$serial" "$mac"
is "audit verify: what was noted" gave 0 "the chain holds"
p delegation add $CF $FIRM
p audit verify "$serial" "$mac" --json
is "audit verify: what was noted, later" gave 0 "{\"serial\":$((serial + 1)),"
p audit verify "$serial" "$(echo "$mac" | tr '0-9a-f' '1-9a-f0')"
is "audit verify: another chain" refused 35 broken
p audit verify $((serial + 9)) "$mac"
is "audit verify: acts that are gone" refused 35 broken

# ---- another codice fiscale, reminders ---------------------------------------------------------

p remind --json
is "remind: nobody" gave 0 '{"reminders":0}'
p recover $THIRD
is "recover: no PIN" refused 19 "no PIN"
p recover $OTHER
is "recover: not its owner's yet" refused 30 "their own"
p recover --confirm $TOKEN
is "recover: no such link" refused 19 "no such link"
p cf-change $THIRD $CF --document $LEFT
is "cf-change: who never had a PIN" refused 19 "ever on record"
p cf-change $CF $CF --document $LEFT
is "cf-change: the same" refused 27 "another than"
p cf-change $CF $OTHER --document $LEFT
is "cf-change: who has a PIN" refused 20 "revoke it first"
p cf-change $CF $THIRD --document $LEFT
is "cf-change" gave 0 "issue one for the new"
p cf-change $CF $OTHER --document $LEFT
is "cf-change: once" refused 36 "status"
p status $CF
is "cf-change: status of the old one" gave 0 "replaced by" "pinctl status $THIRD"
p status $CF --json
is "cf-change: status, JSON" gave 0 "\"replaced_by\":\"$THIRD\"" '"life":"revoked"'
p issue $CF --print "$D/letter"
is "cf-change: nobody issues a PIN for the old one" refused 36 "replaced by another"
p request new $CF --category lavoratore --email mario@example.it
is "cf-change: nobody asks for one" refused 36 "replaced by another"

# ---- two operators for one letter --------------------------------------------------------------

second "issue: not by one operator" issue $THIRD --print - -- told 0 "issue $THIRD --approve --issued-by $NOBODY"
second "status: who countersigns says whose it is" status $THIRD -- \
	gave 0 "issue $THIRD --approve --issued-by $NOBODY"
second "issue --approve: not by who issued" issue $THIRD --approve --issued-by $NOBODY -- \
	refused 31 "you issued it"
p issue $THIRD --approve
is "issue --approve: whose letter" refused 2 "--issued-by"
p issue $THIRD --approve --issued-by 1
if [ $two = yes ]; then
	is "issue --approve: somebody else's" refused 25 "somebody else issued"
	p issue $THIRD --approve --issued-by $NOBODY
	is "issue --approve" gave 0 "countersigned"
	p issue $THIRD --approve --issued-by $NOBODY
	is "issue --approve: once" refused 30 "nothing waits"
else
	for case_name in "somebody else's" "countersigned" "once"; do
		skip "issue --approve: $case_name" "one operator only"
	done
fi

echo "1..$n"
[ "$bad" -eq 0 ]
