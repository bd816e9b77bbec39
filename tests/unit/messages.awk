# SPDX-License-Identifier: BSD-2-Clause
# messages.awk - the texts for citizens in our C sources, a line each: NAME, and the texts with a tab
# before each; what is put in is ___. A name begins with a capital when docs/messages.md must have it.
# usage: awk -f messages.awk pam_inpspin/messages.def include/verdict.def pinctl/self.c ...

# The strings of a source, neighbours joined: n of them in text[], what stands before each in gap[].
function strings(source,   piece) {
	n = 0
	while (match(source, /"([^"\\]|\\.)*"/)) {
		piece = substr(source, RSTART + 1, RLENGTH - 2)
		if (n > 0 && substr(source, 1, RSTART - 1) ~ /^[ \t\n]*$/)
			text[n] = text[n] piece
		else {
			text[++n] = piece
			gap[n] = substr(source, 1, RSTART - 1)
		}
		source = substr(source, RSTART + RLENGTH)
	}
}

function plain(s) {
	gsub(/%s/, "___", s)
	gsub(/\\n/, "", s)
	return s
}

function filled(before, after) {
	return before (after != "" || before ~ /[^:] $/ ? "___" : "") after
}

# A row of a table: its macro's name, arguments before the first string, its strings.
function row(source,   macro, words, i, wait) {
	macro = source
	sub(/\(.*/, "", macro)
	strings(source)
	split(gap[1], words, /[(,][ \t]*/)
	if (macro == "MESSAGE")
		print words[2] "\t" filled(text[1], text[2]) "\t" filled(text[3], text[4])
	else if (macro == "UNIT")
		print words[2] "\t" text[1] ", " text[2] "\t" text[3] ", " text[4]
	else if (macro == "VERDICT") {
		wait = words[2] == "THROTTLED" ? " ___" : ""
		sub(/[, \t\n]+$/, "", gap[1])
		print (gap[1] ~ / 1$/ ? "" : "untold ") words[2] "\t" text[1] wait "\t" text[2] wait
	}
}

function whole_file(   i) {
	strings(file)
	for (i = 1; i <= n; i++)
		if (name ~ /pinctl\/letter\.c$/ && gap[i] ~ /\{ $/ && text[i + 1] != "")
			print "Desk\t" sprintf("%-40s%s", text[i], text[i + 1])
		else if (name ~ /courier\/letter\.c$/ && text[i] ~ /9-16/)
			print "Letter\t" text[i]
		else if (text[i] ~ /[^%s] \/ [^%]/ || gap[i] ~ /typed_line\([^;]*$/)
			print "Self\t" plain(text[i])
}

FNR == 1 {
	if (file != "")
		whole_file()
	file = ""
	name = FILENAME
}
name ~ /\.c$/ { file = file $0 "\n" }
name ~ /\.def$/ && /^(MESSAGE|UNIT|VERDICT)\(/ { inside = 1; source = "" }
inside { source = source $0 "\n" }
inside && /\)$/ { row(source); inside = 0 }
END {
	if (file != "")
		whole_file()
}
