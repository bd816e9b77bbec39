# shellcheck shell=sh
# SPDX-License-Identifier: BSD-2-Clause
# ftp.sh - people at an FTP server on 127.0.0.1, and what each such server must do. Sourced after
# host.sh. FTP_SERVICE is its PAM service. The last reply's code comes to lie in CODE.

CF=RSSMRA85T10A562S
NEWCOMER=VRDLCU70A41H501I
FTP_SERVICE=inpspin-ftp
CODE='' GOT='' READY='' WRONG=''

# name pin path option...: gets the file; a PIN is on no command line
ftp_get() {
	who=$1 path=$3
	with_stdin "user = \"$1:$2\"" ftp_curl "$@"
	status=$?
	read -r CODE <"$host_tmp/code"
	GOT=$(cat "$(host_root /run/host-test/got)" 2>/dev/null)
	echo "$who /$path: $CODE"
	return $status
}

ftp_curl() {
	ftp_path=$3
	shift 3
	rm -f "$(host_root /run/host-test/got)"
	inside curl --config - --silent --show-error --insecure --max-time 30 \
		--output /run/host-test/got --write-out '%{response_code}\n' "$@" \
		"ftp://127.0.0.1/$ftp_path" >"$host_tmp/code"
}

# name pin: gets in, and has the document that lies in the person's directory
ftp_in() {
	ftp_get "$1" "$2" atto.txt --ssl-reqd && [ "$CODE" = 226 ] && [ "$GOT" = "atto di $1" ]
}

# name pin: is refused, politely: the server is there to say so
ftp_out() {
	! ftp_get "$1" "$2" atto.txt --ssl-reqd || fail "got in" || return 1
	[ "$CODE" = 530 ] && [ -z "$GOT" ]
}

ftp_document() {
	echo "atto di $1" >"$(host_root "/srv/ftp/$1/atto.txt")" &&
		inside chown --reference="/srv/ftp/$1" "/srv/ftp/$1/atto.txt"
}

t_right() {
	person_ready $CF && ftp_document $CF && ftp_in $CF "$PIN" && READY=$PIN WRONG=$(wrong_pin) || return 1
	! ftp_get $CF "$PIN" '//etc/passwd' --ssl-reqd || fail "not shut in"
}

# how many questions about this service pind has answered
ftp_heard() {
	inside journalctl --sync && inside journalctl -o cat -u pind | grep -c "service=$FTP_SERVICE"
}

t_plain() {
	before=$(ftp_heard)
	! ftp_get $CF "$READY" atto.txt || fail "got in without TLS" || return 1
	{ [ "$CODE" = 530 ] || [ "$CODE" = 550 ]; } && [ "$(ftp_heard)" = "$before" ]
}

t_wrong() {
	ftp_out $CF "$WRONG" && ftp_out $CF "$WRONG" && [ "$(person_attempts $CF)" = 1 ] &&
		ftp_out "$NEWCOMER" "$READY" && ftp_out root root && ftp_in $CF "$READY"
}

t_spelling() {
	ftp_out rssmra85t10a562s "$READY"
}

t_temporary() {
	person_temporary $NEWCOMER && ftp_out $NEWCOMER "$PIN" &&
		[ "$(person_figures $NEWCOMER life)" = temporary ]
}

t_level() {
	service_level $FTP_SERVICE dispositivo && ftp_out $CF "$READY" &&
		service_level $FTP_SERVICE semplice && ftp_in $CF "$READY"
}

t_stopped() {
	pind_stop && ftp_out $CF "$READY" && pind_start && ftp_in $CF "$READY"
}

t_secrets() {
	no_secret
}
