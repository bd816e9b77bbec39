# SPDX-License-Identifier: BSD-2-Clause
# dict.awk - wire.def as a libFuzzer dictionary: how each message begins, and lengths at their limits.
function byte(n) {
	return sprintf("\\x%02x", n)
}
function hex(s,    i, n) {
	s = tolower(s)
	for (i = 3; i <= length(s); i++)
		n = n * 16 + index("0123456789abcdef", substr(s, i, 1)) - 1
	return n
}
/^MSG\(/ {
	split(substr($0, 5), f, /, */)
	print f[2] "=\"" byte(1) byte(hex(f[3])) "\""
}
/^[ \t]*(STR|SEC)\(/ {
	split($0, f, /, */)
	n = f[3] + 0
	if (!(n in seen))
		print "len" n "=\"" byte(int(n / 256)) byte(n % 256) "\""
	seen[n] = 1
}
