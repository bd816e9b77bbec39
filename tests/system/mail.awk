# SPDX-License-Identifier: BSD-2-Clause
# mail.awk - a message of a mailbox (mbox) as its reader sees it: the header's fields unfolded and
# decoded (RFC 2047, base64 words), an empty line, the body decoded (RFC 2045, quoted-printable).
# usage: LC_ALL=C awk -v n=1 -f mail.awk MBOX    n: which message
BEGIN {
	digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for (i = 0; i < 256; i++)
		byte[sprintf("%02X", i)] = sprintf("%c", i)
	in_header = 0
}

function base64(text,   out, bits, held, i, d) {
	for (i = 1; i <= length(text); i++) {
		d = index(digits, substr(text, i, 1)) - 1
		if (d < 0)
			break
		bits = bits * 64 + d
		held += 6
		if (held >= 8) {
			held -= 8
			out = out sprintf("%c", int(bits / 2 ^ held))
			bits %= 2 ^ held
		}
	}
	return out
}

# Blanks between two words are no part of the text.
function words(text,   out, word) {
	while (match(text, /=\?[Uu][Tt][Ff]-8\?[Bb]\?[^?]*\?=/)) {
		word = substr(text, RSTART + 10, RLENGTH - 12)
		out = out substr(text, 1, RSTART - 1) base64(word)
		text = substr(text, RSTART + RLENGTH)
		sub(/^[ \t]+=\?/, "=?", text)
	}
	return out text
}

function quoted(text,   out) {
	while (match(text, /=[0-9A-F][0-9A-F]/)) {
		out = out substr(text, 1, RSTART - 1) byte[substr(text, RSTART + 1, 2)]
		text = substr(text, RSTART + 3)
	}
	return out text
}

function end_field() {
	if (field != "")
		print words(field)
	field = ""
}

/^From / { # a new message
	in_header = ++seen == n
	in_body = 0
	next
}
seen != n { next }
in_header && /^[ \t]/ {
	sub(/^[ \t]+/, " ")
	field = field $0
	next
}
in_header && /^$/ {
	end_field()
	in_header = 0
	in_body = 1
	print ""
	next
}
in_header {
	end_field()
	field = $0
	next
}
in_body && /=$/ {
	kept = kept substr($0, 1, length($0) - 1)
	next
}
in_body {
	print quoted(kept $0)
	kept = ""
}
