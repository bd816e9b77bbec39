#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# sshd_load.sh - in the machine: logins over ssh one after the other, until the file "stop" is there,
# or kills of pind. Each leaves a line with times in microseconds:
#   "login KIND START END STATUS"     "kill TIME"     "up TIME"
# usage: sshd_load.sh login KIND CF PINFILE | kill COUNT     in the directory of the files
set -u
export SSH_ASKPASS="$PWD/askpass" SSH_ASKPASS_REQUIRE=force

now() {
	echo "${EPOCHREALTIME/[.,]/}"
}

logins() {
	export PINFILE=$3
	while [ ! -e stop ]; do
		pinctl unlock "$2" >/dev/null 2>&1 # a kill in mid-check leaves the attempt charged
		start=$(now)
		ssh -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR \
			-o PreferredAuthentications=keyboard-interactive -o NumberOfPasswordPrompts=1 \
			-o KexAlgorithms=curve25519-sha256 "$2@127.0.0.1" true </dev/null >/dev/null 2>&1
		status=$?
		echo "login $1 $start $(now) $status" >>"log.$$"
	done
}

# A good login that began after $1 has ended.
one_since() {
	awk -v since="$1" '$2 == "right" && $3 > since && $5 == 0 { found = 1 } END { exit !found }' log.*
}

# After every fifth kill pind is left alone until somebody has logged in; after the others it is hit
# while logins are under way.
kills() {
	for ((i = 1; i <= $1; i++)); do
		pid=$(systemctl show -P MainPID pind)
		echo "kill $(now)" >>log.kills
		kill -KILL "$pid"
		until new=$(systemctl show -P MainPID pind) && [ "$new" -gt 1 ] && [ "$new" != "$pid" ] &&
			pinctl ping >/dev/null 2>&1; do
			sleep 0.02
		done
		up=$(now)
		echo "up $up" >>log.kills
		until [ $((i % 5)) -ne 0 ] || one_since "$up"; do
			[ $(($(now) - up)) -lt 10000000 ] || exit 1
			sleep 0.05
		done
	done
}

case $1 in
login) logins "$2" "$3" "$4" ;;
kill) kills "$2" ;;
esac
