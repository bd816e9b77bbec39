# shellcheck shell=sh
# SPDX-License-Identifier: BSD-2-Clause
# browse.sh - a browser that is asked for codice fiscale and PIN: curl, which has them on its stdin.
# Sourced after host.sh.
# shellcheck disable=SC2154 # host_tmp

# url cf pin [line...]: of curl's configuration, for one request; cf empty: none is given.
browse_lines() {
	printf '%s\n' "url = \"$1\"" insecure silent max-time=60
	[ -z "$2" ] || printf 'user = "%s:%s"\n' "$2" "$3"
	shift 3
	[ $# -eq 0 ] || printf '%s\n' "$@"
}

# url cf pin [line...]: says the status and where to; the page is in $host_tmp/body.
browse() {
	browse_lines "$@" 'write-out = "%{stderr}%{http_code} %{redirect_url}"' |
		{ inside curl -K - >"$host_tmp/body"; } 2>&1
}

# status url cf pin [line...]: it is answered so.
answered() {
	want=$1
	shift
	got=$(browse "$@")
	[ "${got%% *}" = "$want" ] || fail "$1: ${got%% *}, not $want"
}

# n url cf pin: n requests, up to 40 at a time, each on a connection of its own; says how many of
# them were answered how, as "COUNT STATUS, ".
browse_many() {
	browse_lines "$2?n=[1-$1]" "$3" "$4" parallel parallel-immediate parallel-max=40 http1.1 \
		'header = "Connection: close"' 'output = /dev/null' 'write-out = "%{http_code}\n"' |
		inside curl -K - 2>/dev/null | sort | uniq -c | awk '{ printf "%d %s, ", $1, $2 }'
}
