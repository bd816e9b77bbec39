# SPDX-License-Identifier: BSD-2-Clause
# apparmor.awk - what a traced program did, held against an AppArmor profile, as the kernel would.
# Prints "allowed PERMS PATH" and "missing PERMS PATH" (network: the family and type), each once.
# usage: awk -v program=/usr/sbin/pind -f apparmor.awk PROFILE TRACE TRACE
# PROFILE is what apparmor_parser -p makes of it; TRACE, read twice, is of
# strace -f -y -s 200 --decode-pids=pidns -e trace=%file,%network,%process,fcntl,flock,mmap, from
# before the program was started.

# ---- the profile: file rules become regular expressions, r[i] with the permissions p[i] ----

# The value of every @{variable} in s, as {alternatives} without the slashes at their ends.
function expand(s,   name, out) {
	while (match(s, /@\{[A-Za-z_]+\}/)) {
		name = substr(s, RSTART + 2, RLENGTH - 3)
		out = value[name]
		s = substr(s, 1, RSTART - 1) "{" out "}" substr(s, RSTART + RLENGTH)
	}
	return s
}

# A glob of AppArmor's: behind a slash a star that ends the name takes at least one character. An
# empty alternative makes the group optional: "(|x)" is not portable.
function regex(glob,   i, c, two, some, out, depth, begun, filled, optional) {
	for (i = 1; i <= length(glob); i++) {
		c = substr(glob, i, 1)
		if (c == "," || c == "}") {
			if (!begun[depth])
				optional[depth] = 1
			begun[depth] = 0
			if (c == "}")
				out = out (optional[depth--] ? ")?" : ")")
			continue
		}
		if (depth > 0 && !begun[depth]) {
			out = out (filled[depth] ? "|" : "")
			begun[depth] = filled[depth] = 1
		}
		if (c == "{") {
			depth++
			begun[depth] = filled[depth] = optional[depth] = 0
			out = out "("
		} else if (c == "*") {
			two = substr(glob, i, 2) == "**"
			some = substr(glob, i - 1, 1) == "/" && substr(glob, i + 1 + two, 1) ~ /^[\/}]?$/
			out = out (some ? "[^/]" : "") (two ? ".*" : "[^/]*")
			i += two
		} else if (c == "?")
			out = out "[^/]"
		else if (index(".+()^$|\\", c))
			out = out "[" (c == "^" || c == "\\" ? "\\" : "") c "]"
		else
			out = out c
	}
	return "^" out "$"
}

function read_rule(line,   n, f) {
	sub(/^[ \t]+/, "", line)
	if (line ~ /^@\{[A-Za-z_]+\} *\+?= */) {
		n = index(line, "}")
		f = substr(line, 3, n - 3)
		sub(/^[^=]*= */, "", line)
		gsub(/"/, "", line)
		sub(/[ \t]+$/, "", line)
		gsub(/\/([ \t]|$)/, " ", line)
		sub(/ +$/, "", line)
		gsub(/ +/, ",", line)
		if (f in value)
			line = value[f] "," line
		value[f] = line
	} else if (line ~ /^(unix|network) /) {
		sockets[++n_sockets] = line
	} else if (line ~ /^(owner +)?[@\/]/ && line ~ /,[ \t]*$/) {
		sub(/^owner +/, "", line)
		sub(/ +->.*/, "", line)
		sub(/,[ \t]*$/, "", line)
		n = match(line, /[ \t]+[a-zA-Z]+$/)
		glob[++n_rules] = substr(line, 1, n - 1)
		p[n_rules] = substr(line, n)
		sub(/^[ \t]+/, "", p[n_rules])
	}
}

# How path may be used: all rules count that match it.
function allowed(path,   i, all) {
	if (path in known)
		return known[path]
	for (i = 1; i <= n_rules; i++) {
		if (!(i in r))
			r[i] = regex(expand(glob[i]))
		if (path ~ r[i])
			all = all p[i]
	}
	return known[path] = all
}

function say(good, what) {
	if (!((good, what) in said))
		print (good ? "allowed " : "missing ") what
	said[good, what] = 1
}

# path is used: perms, of r w x m k.
function need(path, perms,   i, have, good) {
	gsub(/\/\/+/, "/", path)
	sub(/ ?\(deleted\)$/, "", path)
	have = allowed(path)
	good = 1
	for (i = 1; i <= length(perms); i++)
		good = good && index(have, substr(perms, i, 1)) > 0
	say(good, perms " " path)
}

function need_socket(family, type,   i, good) {
	for (i = 1; i <= n_sockets; i++)
		if (family == "unix")
			good = good || sockets[i] ~ /^unix [^=]*create/ && (sockets[i] !~ /type=/ ||
				sockets[i] ~ ("type=" type))
		else
			good = good || sockets[i] ~ ("^network " family "( +(" type "|raw))?,")
	say(good, family " " type)
}

# ---- the trace ----

# The next path of args, which is shortened: DIRFD<dir>, "name" or "name".
function take_path(   dir, name) {
	dir = "/"
	if (match(args, /^[^"]*"/) && substr(args, 1, RLENGTH) ~ /<[^>]*>, "$/) {
		dir = substr(args, 1, RLENGTH)
		sub(/^[^<]*</, "", dir)
		sub(/>, "$/, "", dir)
	}
	sub(/^[^"]*"/, "", args)
	name = args
	sub(/".*/, "", name)
	sub(/^[^"]*"/, "", args)
	return name ~ /^\// ? name : dir "/" name
}

function opened(   path, flags) {
	path = take_path()
	match(args, /O_[A-Z_|]+/)
	flags = substr(args, RSTART, RLENGTH)
	if (flags ~ /O_PATH/)
		return
	if (match(result, /<.*>/))
		path = substr(result, RSTART + 1, RLENGTH - 2)
	if (flags ~ /O_DIRECTORY/)
		path = path "/"
	need(path, flags ~ /O_RDWR/ ? "rw" : flags ~ /O_WRONLY/ ? "w" : "r")
}

# Of a program: it stays in the profile only by a rule with i. true: it stays.
function executed(path) {
	need(path, "x")
	return allowed(path) ~ /i/
}

function fd_path(   path) {
	path = args
	sub(/^[0-9]+</, "", path)
	sub(/>.*/, "", path)
	return path
}

function judge(call) {
	if (call ~ /^(open|openat|creat)$/)
		opened()
	else if (call ~ /^rename/) {
		need(take_path(), "rw")
		need(take_path(), "w")
	} else if (call ~ /^(unlink(at)?|symlink|truncate|mknod(at)?|f?ch(mod|own)(at)?)$/)
		need(take_path(), "w")
	else if (call ~ /^mkdir/)
		need(take_path() "/", "w")
	else if (call == "socket") {
		match(args, /^AF_[A-Z0-9]+/)
		call = tolower(substr(args, 4, RLENGTH - 3))
		match(args, /SOCK_[A-Z]+/)
		need_socket(call, tolower(substr(args, RSTART + 5, RLENGTH - 5)))
	} else if (call ~ /^(connect|bind|sendto|sendmsg|sendmmsg)$/) {
		if (match(args, /sun_path="[^"]*"/))
			need(substr(args, RSTART + 10, RLENGTH - 11), call == "connect" ? "rw" : "w")
	} else if (call == "mmap") {
		if (args ~ /PROT_EXEC/ && match(args, / [0-9]+<\/[^>]*>/)) {
			args = substr(args, RSTART + 1)
			need(fd_path(), "m")
		}
	} else if (call == "flock" || (call == "fcntl" && args ~ /F_(OFD_)?SETLK/))
		need(fd_path(), "k")
	else if (call !~ no_matter)
		say(0, "no idea what " call "() needs")
}

# One whole call of pid.
function traced(pid, line,   call, stays) {
	call = line
	sub(/\(.*/, "", call)
	result = line
	if (line !~ /\) += /)
		return
	sub(/.*\) += /, "", result)
	if (turn == 2) {
		if (call ~ /^(clone3?|v?fork)$/ && match(result, /[0-9]+ in strace/))
			parent[substr(result, RSTART, RLENGTH - 10)] = pid
		else if (call ~ /^(clone3?|v?fork)$/ && result ~ /^[0-9]+$/)
			parent[result] = pid
		return
	}
	if (!(pid in inside))
		inside[pid] = pid in parent && inside[parent[pid]]
	if (result ~ /^-1 E/ && result !~ /^-1 (EACCES|EPERM|EINPROGRESS)/)
		return
	args = substr(line, length(call) + 2)
	if (call == "execve") {
		call = take_path()
		stays = inside[pid] && executed(call)
		if (result ~ /^0/)
			inside[pid] = stays || call == program
	} else if (inside[pid])
		judge(call)
}

# Looking at a file, or using what was opened, is not asked for.
BEGIN {
	no_matter = "^(access|faccessat2?|stat|lstat|newfstatat|fstatat|statx|statfs|readlink(at)?|" \
		"chdir|getcwd|fcntl|sendfile|[gs]etsockopt|getsockname|getpeername|accept4?|listen|" \
		"shutdown|recv[a-z]*|send[a-z]*|socketpair|clone3?|v?fork|wait4|waitid|exit|exit_group|" \
		"kill|tgkill|pidfd_[a-z_]*)$"
}
FNR == 1 { turn++ }
turn == 1 {
	read_rule($0)
	next
}
{
	pid = $1
	sub(/^[0-9]+ +/, "")
}
/<unfinished \.\.\.>$/ {
	sub(/ *<unfinished \.\.\.>$/, "")
	begun[turn, pid] = $0
	next
}
/^<\.\.\. [a-z0-9_]+ resumed>/ {
	sub(/^<\.\.\. [a-z0-9_]+ resumed>/, "")
	$0 = begun[turn, pid] $0
}
/^[a-z]/ { traced(pid, $0) }
