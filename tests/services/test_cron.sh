#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_cron.sh - docs/services/cron.md on a Debian that boots. Needs root.
# shellcheck disable=SC2317 # the cases are called by name
set -u
# shellcheck source=tests/services/host.sh
. "$(dirname "$0")/host.sh"

CASES='right    the job of a person with a PIN runs
revoked  that of a person whose PIN is revoked does not
first    nor does it with a temporary PIN
level    nor with a level that is not reached
stopped  nor with pind stopped, when root and local users still have theirs run
secrets  no PIN is in a log'

CF=RSSMRA85T10A562S

# What runs when cron starts, as each of three users.
jobs_run() {
	for user in root mario $CF; do
		echo "@reboot $user id -un >/tmp/ran-$user"
	done >"$(host_root /etc/cron.d/prova)"
	inside sh -c 'rm -f /tmp/ran-* /run/crond.reboot; systemctl reset-failed cron; systemctl restart cron' &&
		soon inside test -s /tmp/ran-mario &&
		soon inside test -s /tmp/ran-root
}

# Each job is asked for by a process of its own: it ran, or the journal says that it does not.
ran() {
	jobs_run && soon inside test -s "/tmp/ran-$CF"
}

refused() {
	cursor=$(inside journalctl -q -n 0 --show-cursor | sed -n 's/^-- cursor: //p')
	jobs_run && soon said "$1" && ! inside test -e "/tmp/ran-$CF"
}

said() {
	inside journalctl -q -o cat --no-pager --after-cursor="$cursor" -t CRON | grep -i "$1"
}

t_right() {
	inside useradd -m mario && person_ready $CF && ran
}

t_revoked() {
	inside pinctl revoke $CF --reason prova && refused 'permission denied'
}

t_first() {
	person_temporary $CF && refused 'no longer valid; new one required'
}

t_level() {
	person_ready $CF && service_level cron dispositivo && refused 'permission denied' &&
		service_level cron semplice && ran
}

t_stopped() {
	pind_stop && refused 'cannot retrieve authentication info' && pind_start && ran
}

t_secrets() {
	no_secret
}

host_open cron
cases
