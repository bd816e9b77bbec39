#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_messages.sh - docs/messages.md is what citizens read, all of it; and that is fit for them.
# shellcheck disable=SC2317,SC2016 # the cases are called by name; marks of Markdown
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/cases.sh

CASES='module    every text of the module is on the page, word for word, and no other
styles    and is sent in the PAM style that the page says
verdicts  the other verdicts on the page say what verdict.def says
terminal  every text of pinctl self is on the page, and no other
templates every file of templates/ is on the page, with both its subjects
letters   what letters say is on the page
ascii     all of it is ASCII
width     each text fits 79 columns, with the longest value put in
both      no text lacks a language, and the same is put into both
words     one word for one thing, and none that only we know'

PAGE=docs/messages.md
TABLES='pam_inpspin/messages.def include/verdict.def'
SOURCES='pinctl/self.c pinctl/typed.c pinctl/letter.c courier/letter.c'
tmp_make messages

# What the sources have of this kind (a pattern for names), less its name unless -n.
of_sources() {
	# shellcheck disable=SC2086 # two lists of names
	awk -f tests/unit/messages.awk $TABLES $SOURCES | grep -E "^($1)	"
}

# Rows of the page's tables below the heading that begins with $1, cells between tabs, without marks.
of_page() {
	awk -v heading="## $1" '
	/^## / { on = index($0, heading) == 1 }
	on && /^\| / && !/^\| (Name|Text|File) / {
		gsub(/^\| |( ?\|)+$/, "")
		gsub(/ \| /, "\t")
		gsub(/`/, "")
		print
	}' $PAGE
}

t_module() {
	of_sources '[A-Z_]+' >"$tmp/want"
	[ "$(wc -l <"$tmp/want")" -ge 25 ] || fail "hardly any texts were found" || return 1
	of_page 'At a login' | cut -f 1-3 | diff "$tmp/want" -
}

# The contacts' prompts and what is said of them have theirs in one place.
t_styles() {
	of_page 'At a login' | cut -f 1,5 | grep PROMPT >"$tmp/prompts"
	of_page 'At a login' | cut -f 1,5 | grep -E 'INFO|ERROR' >"$tmp/told"
	while read -r name style; do
		case $name in
		PHONE | EMAIL) grep -q "PAM_$style, prompt, NULL" pam_inpspin/renewal.c ;;
		BAD_*) grep -q "PAM_$style, bad, NULL" pam_inpspin/renewal.c ;;
		*) grep -q "[ (]PAM_$style, M_${name}[,)]" pam_inpspin/*.c || {
			[ "$style" = ERROR_MSG ] && grep -q "^VERDICT($name," include/verdict.def &&
				grep -q 'tell(t, PAM_ERROR_MSG, w' pam_inpspin/talk.c
		} ;;
		esac || fail "$name is no $style" || return 1
	done <<-END
		$(cat "$tmp/prompts" "$tmp/told")
	END
	[ "$(cat "$tmp/prompts" "$tmp/told" | wc -l)" -eq $(($(of_page 'At a login' | wc -l) - 4)) ]
}

t_verdicts() {
	of_sources 'untold [A-Z_]+' | sed 's/^untold //' >"$tmp/untold"
	of_page 'At a terminal' | grep -E '^[A-Z_]+	' | cut -f 1-3 >"$tmp/rows"
	[ "$(wc -l <"$tmp/rows")" -ge 6 ] && ! grep -vxF -f "$tmp/untold" "$tmp/rows"
}

t_terminal() {
	of_sources Self | cut -f 2 | grep -v '^Livello / Level$' | sort -u >"$tmp/want"
	[ "$(wc -l <"$tmp/want")" -ge 20 ] || fail "hardly any texts were found" || return 1
	of_page 'At a terminal' | grep -vE '^[A-Z_]+	' | cut -f 1 | sort | diff "$tmp/want" -
}

t_templates() {
	for file in templates/*.txt; do
		name=${file##*/}
		[ "$name" != letter.txt ] || continue
		printf '%s\t%s\n' "$name" "$(sed -n 's/^Subject: //p' "$file" | paste -s -d '\t')"
	done | sort >"$tmp/want"
	of_page E-mails | cut -f 1-3 | sed 's/ *| */\t/g; s/\t\t\t*$/\t/; s/\(sms.txt\).*/\1\t/' | sort |
		diff "$tmp/want" - && [ -e templates/letter.txt ] && grep -q '`letter.txt`' $PAGE
}

t_letters() {
	of_sources 'Letter|Desk' | cut -f 2 >"$tmp/want"
	[ "$(wc -l <"$tmp/want")" -ge 12 ] || fail "hardly any lines were found" || return 1
	while IFS= read -r line; do
		grep -qF -e "$line" $PAGE || fail "not there: $line" || return 1
	done <"$tmp/want"
}

t_ascii() {
	# shellcheck disable=SC2086 # a list of names
	! LC_ALL=C grep -n '[^ -~	]' $PAGE $TABLES templates/*.txt pinctl/self.c pinctl/letter.c pinctl/typed.c
}

# A PIN of 16 in groups is the longest value of a prompt, "49711 giorni" of a time.
t_width() {
	of_sources '[A-Z_]+|untold (WRONG|MUST_CHANGE|BUSY|FAILED|DOCUMENT|DENIED)' >"$tmp/texts"
	sed 's/^[^	]*	//; s/fra ___/fra 49711 secondi/; s/in ___/in 49711 seconds/
		s/___/AB12-CD34-AB12-CD34/g' "$tmp/texts" | tr '\t' '\n' >"$tmp/filled"
	of_sources Self | cut -f 2 | sed 's, / ,\n,' >>"$tmp/filled"
	! awk 'length($0) > 79' "$tmp/filled" | grep .
}

t_both() {
	of_sources '(untold )?[A-Z_]+' >"$tmp/texts"
	! awk -F '\t' '{ a = gsub(/___/, "", $2); b = gsub(/___/, "", $3)
		if (NF != 3 || $2 == "" || $3 == "" || a != b) print }' "$tmp/texts" | grep . || return 1
	for file in templates/*.txt; do
		it=$(sed -n '/^== it$/,/^== en$/p' "$file" | grep -o '{{[a-z]*}}' | sort)
		en=$(sed -n '/^== en$/,$p' "$file" | grep -o '{{[a-z]*}}' | sort)
		[ "$it" = "$en" ] || fail "$file: other fields" || return 1
	done
}

t_words() {
	{
		of_sources '[A-Z_]+|Self|Letter|Desk' | cut -f 2-
		for file in templates/*.txt; do sed '1,/^== it$/d' "$file"; done
	} >"$tmp/texts"
	! grep -niE 'numero verde|password|parola|credenzial|socket|daemon|demone|verdett|hash' \
		"$tmp/texts" || return 1
	! grep -niE 'cessa|inutil|seconda parte|second part|no longer good|PIN ends|useless|good for|errore' \
		"$tmp/texts" || return 1
	# No blame: nothing is somebody's mistake; and always Lei or no person at all.
	! grep -niE '(^|[^a-z])(hai|sei|tuo|tua|tuoi|devi|puoi|sbagliat[oa]|your fault|invalid)([^a-z]|$)' \
		"$tmp/texts"
}

cases
