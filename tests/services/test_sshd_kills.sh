#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_sshd_kills.sh - pind is killed again and again while people log in over ssh, as
# docs/services/sshd.md sets it up, on a Debian that boots. Needs root.
# shellcheck disable=SC2317 # the cases are called by name
set -u
# shellcheck source=tests/services/host.sh
. "$(dirname "$0")/host.sh"

KILLS=100
CASES="people   two people have PINs
kills    pind is killed $KILLS times under logins, and comes back each time
good     whoever logs in while it runs gets in
bad      nobody ever gets in with a wrong PIN
after    the PIN is as good as before
secrets  no PIN is in a log"

CF=RSSMRA85T10A562S
OTHER=BNCLRA80A41H501D
LOAD=/run/host-test/load

t_people() {
	mkdir "$(host_root $LOAD)" && person_ready $OTHER && wrong_pin >"$(host_root $LOAD/wrong)" &&
		person_ready $CF && echo "$PIN" >"$(host_root $LOAD/right)" &&
		cp tests/services/sshd_load.sh "$(host_root $LOAD)" || return 1
	# shellcheck disable=SC2016 # expanded by the program that is made
	printf '%s\n' '#!/bin/sh' 'cat "$PINFILE"' >"$(host_root $LOAD/askpass)" || return 1
	chmod 0755 "$(host_root $LOAD/askpass)"
	# The unit waits a second before it starts pind again; here less, to be done in time.
	inside mkdir -p /run/systemd/system/pind.service.d || return 1
	printf '[Service]\nRestartSec=20ms\n' >"$(host_root /run/systemd/system/pind.service.d/test.conf)"
	printf '%s\n' '[hash]' 'memory_kib = 19456' >"$(host_root /etc/pind/pind.conf)"
	inside systemctl daemon-reload && inside systemctl restart pind
}

load() {
	inside env -C $LOAD HOME=/root bash sshd_load.sh "$@"
}

t_kills() {
	load login right $CF right &
	one=$!
	load login right $CF right &
	two=$!
	load login wrong $OTHER wrong &
	three=$!
	load kill $KILLS
	killed=$?
	touch "$(host_root $LOAD/stop)"
	wait $one $two $three
	cat "$(host_root $LOAD)"/log.* >"$host_tmp/load"
	[ $killed -eq 0 ] && [ "$(grep -c '^kill' "$host_tmp/load")" -eq $KILLS ] || fail "not $KILLS kills"
}

# A login counts here if pind was up from its start to its end.
t_good() {
	awk -v enough=$((KILLS / 5)) '
	$1 == "kill" { kill[n + 0] = $2 }
	$1 == "up" { up[n++] = $2 }
	$1 == "login" && $2 == "right" { start[m] = $3; end[m] = $4; status[m++] = $5 }
	END {
		kill[n] = 1e18
		for (i = 0; i < m; i++) {
			for (k = 0; k < n && !(up[k] <= start[i] && end[i] <= kill[k + 1]); k++)
				;
			hit = k == n
			good += !hit && status[i] == 0
			bad += !hit && status[i] != 0
			dodged += hit && status[i] == 0
			fell += hit && status[i] != 0
		}
		print good + 0, "logins between kills were good,", bad + 0, "were not; over a kill", dodged + 0, "and", fell + 0
		exit !(bad == 0 && good >= enough && fell > 0)
	}' "$host_tmp/load"
}

t_bad() {
	tried=$(grep -c '^login wrong' "$host_tmp/load")
	echo "$tried tries"
	[ "$tried" -ge $((KILLS / 5)) ] && ! grep '^login wrong.* 0$' "$host_tmp/load"
}

t_after() {
	talk "$PIN" pamtester inpspin-host $CF authenticate acct_mgmt &&
		inside systemctl show -P NRestarts pind | grep -qx "$KILLS" && inside pinctl audit verify
}

t_secrets() {
	no_secret
}

host_open sshd
cases
