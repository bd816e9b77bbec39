# SPDX-License-Identifier: BSD-2-Clause
# table.awk - medians of the figures of tests/bench/bench, what pind makes of them, and the goals.

$1 == "rss" { rss[$2] = $3; next }
$1 == "calls" { calls = $2; next }
$1 == "why" { name = $2; $1 = $2 = ""; sub(/^ */, ""); why[name] = $0; next }
{
	n = ++rounds[$1]
	for (i = 2; i <= NF; i++)
		value[$1, i, n] = $i
	refused[$1] += $6 - $7
}

function median(name, column,   n, i, j, x, list) {
	n = rounds[name]
	if (n == 0)
		return 0
	for (i = 1; i <= n; i++) {
		x = value[name, column, i]
		for (j = i - 1; j > 0 && list[j] > x; j--)
			list[j + 1] = list[j]
		list[j + 1] = x
	}
	return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
}

function rate(name) { return median(name, 2) }
function cpu(name) { return median(name, 3) }
function p50(name) { return median(name, 4) }
function p99(name) { return median(name, 5) }

function times(a, b) { return b > 0 ? a / b : 0 }

function duration(us) {
	return us == 0 ? "-" : us < 10000 ? sprintf("%.0f us", us) : sprintf("%.1f ms", us / 1000)
}

# Of one thing measured; against: what pind is beside it, goal: what it is to be.
function row(name, text, memory, against, goal) {
	if (rounds[name] == 0) {
		printf "| %s | not measured: %s | | | | | | |\n", text, why[name] != "" ? why[name] : "no figures"
		return
	}
	printf "| %s | %s | %s | %s | %s | %s | %s | %s |\n", text,
		sprintf(rate(name) < 100 ? "%.1f" : "%.0f", rate(name)), duration(cpu(name)), duration(p50(name)),
		duration(p99(name)), memory == "" ? "-" : memory " MiB", against, goal
}

# No thing beside pind, but something pind is to keep to.
function rule(text, is, goal) {
	printf "| %s | | | | | | %s | %s |\n", text, is, goal
}

function verdict(met) { return met ? "met" : "**missed**" }

# How x is written, and whether it meets the goal.
function at_least(x, format, goal) { return sprintf(format ", %s", x, verdict(x >= goal)) }
function at_most(x, format, goal) { return sprintf(format ", %s", x, verdict(x <= goal)) }

END {
	print "| what | a second | CPU each | p50 | p99 | RSS | pind beside it | goal |"
	print "|---|---|---|---|---|---|---|---|"
	row("login", "**pind**, right PIN, " 2 * cores " at once", rss["pind"], "", "")
	row("wrong", "**pind**, wrong PIN, " 2 * cores " at once", rss["pind"], "", "")
	row("stock", "`crypto_pwhash` in a loop, " cores " threads", "",
		"CPU " at_least(times(cpu("stock"), cpu("login")), "%.2f x less", 1.4), ">= 1.4 x less")
	row("arena", "the same in an area that is kept", "",
		"logins " at_least(times(rate("login"), rate("arena")), "%.2f x", 0.97), ">= 0.97 x")
	rule("CPU of a login beyond its hash: two commits and an AUTHORIZE",
		at_most((2 * cpu("commit-1") + cpu("authorize")) / 1000, "%.2f ms", 0.5), "<= 0.5 ms")
	row("dovecot", "dovecot-auth, Argon2id, " 2 * cores " at once", rss["dovecot"],
		"logins per CPU second " at_least(times(cpu("dovecot"), cpu("login")), "%.2f x", 1.5), ">= 1.5 x")
	row("ping", "**pind**, PING, 32 at once", rss["pind"], "", "")
	row("authorize", "**pind**, AUTHORIZE, 32 at once", rss["pind"], "", "")
	row("echo", "echo server, 32 at once", rss["echo"],
		"AUTHORIZE: CPU " at_most(times(cpu("authorize"), cpu("echo")), "%.2f x", 1.5) "; a second " \
		at_least(times(rate("authorize"), rate("echo")), "%.2f x", 0.8) ". PING: " \
		at_most(times(cpu("ping"), cpu("echo")), "%.2f x", 1.5) "; " \
		at_least(times(rate("ping"), rate("echo")), "%.2f x", 0.8), "CPU <= 1.5 x; a second >= 0.8 x")
	row("saslauthd", "saslauthd, pam_permit, 32 at once", rss["saslauthd"],
		"AUTHORIZE, which hashes nothing either: " \
		at_least(times(rate("authorize"), rate("saslauthd")), "%.1f x", 4.5), ">= 4.5 x")
	row("authorize-beside", "**pind**, AUTHORIZE 200/s, while 1000 logins queue", rss["pind"], "", "")
	row("echo-beside", "echo server, 200/s, beside the same hashing", rss["echo"],
		"p50 " at_most(times(p50("authorize-beside"), p50("echo-beside")), "%.2f x", 1.5) "; p99 " \
		at_most(times(p99("authorize-beside"), p99("echo-beside")), "%.2f x", 2), "p50 <= 1.5 x; p99 <= 2 x")
	row("idle", "**pind**, one uid logs in, 2/s", rss["pind"], "", "")
	row("flooded", "the same while another floods with " 20 * cores " at once", rss["pind"],
		"p99 " at_most(times(p99("flooded"), p99("idle")), "%.2f x idle", 3) "; refused " \
		at_most(refused["flooded"], "%d", 0), "<= 3 x idle; none refused")
	rule("pind's memory beside the mapped store", at_most(rss["anon"], "%d MiB", cores * kib / 1024 + 32),
		"<= " cores * kib / 1024 + 32 " MiB")
	row("module", "**pam_inpspin.so**, account phase", "", "", "")
	row("permit", "pam_permit.so, account phase", "",
		"CPU " at_most(cpu("module") - cpu("permit"), "+ %d us", 60), "<= + 60 us")
	rule("system calls of a whole account phase", at_most(calls, "%d", 60), "<= 60")
	row("commit-1", "**pind's store**, durable changes, one at a time", "", "", "")
	row("commit-64", "the same, 64 waiting", "",
		at_least(times(rate("commit-64"), rate("commit-raw")), "%.1f x raw", 4), ">= 4 x raw")
	row("commit-raw", "LMDB itself, one at a time", "",
		at_least(times(rate("commit-1"), rate("commit-raw")), "%.2f x", 0.9), ">= 0.9 x")
}
