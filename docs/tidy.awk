# SPDX-License-Identifier: BSD-2-Clause
# tidy.awk - what scdoc writes, as "mandoc -Tlint" wants it: paragraphs begin only where text
# follows, lines of text end by column 80, the title is in capitals.
/^\.TH / { $2 = toupper($2) }

/^\.(nf|TS)/ { verbatim = 1 }
/^\.(fi|TE)/ { verbatim = 0 }

# A paragraph is not begun before the text it is for is seen; headings begin one by themselves.
/^\.PP?$/ && !verbatim { wanted = 1; next }
/^\.S[HS] / { wanted = 0; heading = 1; print; next }
/^\.RE$/ { print; next }

wanted && !heading { print ".P" }
{ wanted = heading = 0 }

# Break at blanks; a line must not begin with . or ', which would be an order to roff.
!verbatim && !/^\./ {
	n = split($0, word, / /)
	line = word[1]
	for (i = 2; i <= n; i++) {
		if (length(line) + 1 + length(word[i]) > 78 && word[i] !~ /^[.\047]/) {
			print line
			line = word[i]
		} else
			line = line " " word[i]
	}
	$0 = line
}

{ print }
