# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
# pinctl.bash - completion of pinctl(1) in bash, with bash-completion. Nothing here asks pind, and no
# codice fiscale is ever proposed. tests/packages/test_completions.sh compares it with pinctl --help.

# command: what it takes before operands; an option with = takes a value.
_pinctl_options() {
	case $1 in
	issue) echo --approve --category= --document= --issued-by= --level= --print= ;;
	status) echo --sources ;;
	revoke) echo --reason= ;;
	convert) echo --approve --ask --document= --fax= --file= --reason= --reject --rev= ;;
	cf-change) echo --document= ;;
	request)
		echo --address= --category= --cf= --channel= --company= --delegate= --document= --email= \
			--english --fax= --file= --fonte= --gestione= --matricola= --name= --phone= --proxy= \
			--reason= --rev= --sms --state= --subtype=
		;;
	delegation) echo --reason= --until= ;;
	registry) echo --atomic ;;
	audit) echo --from= ;;
	recover) echo --confirm= ;;
	self) echo --document= --email= --file= --phone= --service= ;;
	stats) echo --prometheus ;;
	esac
	echo --help --json --socket= --usage --version
}

# command [registry's verb...]: the words that may stand next.
_pinctl_words() {
	case $* in
	'')
		echo issue status revoke unlock convert cf-change request delegation registry audit recover \
			remind self service check-cf ping stats
		;;
	request) echo new confirm documents approve reject address duplicate cancel resend show list ;;
	delegation) echo add approve revoke list ;;
	registry) echo import show ;;
	'registry import' | 'registry show') echo matricole patronati indirizzi ;;
	audit) echo list head verify ;;
	self) echo status renew convert contacts ;;
	service) echo list test ;;
	'service test') _pinctl_services ;;
	esac
}

_pinctl_services() {
	local file
	echo default
	for file in /etc/pind/services.d/*.conf; do
		file=${file##*/}
		# compgen -W would run what a name says.
		[[ $file =~ ^[A-Za-z0-9._-]+$ ]] && echo "${file%.conf}"
	done
}

# option: what it may be; nothing for what only people know.
_pinctl_values() {
	case $1 in
	--category) echo lavoratore pensionato autonomo impresa intermediario patronato ;;
	--level) echo semplice dispositivo ;;
	--document) echo carta-identita: patente: passaporto: ;;
	--subtype)
		echo titolare delegato avvocato commercialista ragioniere-perito associazione-categoria \
			gruppo-impresa
		;;
	--channel) echo web telefono sede ;;
	--fonte) echo internet sede stampa patronato conoscenti altro ;;
	--gestione) echo inps inpdap enpals ;;
	--state)
		echo opened documents-asked documents-in parked printing letter-sent rejected cancelled lapsed \
			concluded
		;;
	--service) _pinctl_services ;;
	esac
}

_pinctl() {
	local cur prev words cword split word options i said=()
	_init_completion -s || return

	# What was said before, without options and their values.
	for ((i = 1; i < cword; i++)); do
		word=${words[i]}
		if [[ $word != -* || $word == - ]]; then
			said+=("$word")
		elif [[ $word != *=* && " $(_pinctl_options "${said[0]-}") " == *" $word= "* ]]; then
			((i++))
		fi
	done

	options=" $(_pinctl_options "${said[0]-}" | tr '\n' ' ')"
	if [[ $prev == --* && $options == *" $prev= "* ]]; then
		case $prev in
		--file | --print | --socket) _filedir ;;
		*) mapfile -t COMPREPLY < <(compgen -W "$(_pinctl_values "$prev")" -- "$cur") ;;
		esac
		[[ ${COMPREPLY[0]-} != *: ]] || compopt -o nospace
		return
	fi
	$split && return

	if [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
		[[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace
		return
	fi
	case ${said[*]} in
	check-cf | 'registry import '*) _filedir ;;
	*) mapfile -t COMPREPLY < <(compgen -W "$(_pinctl_words "${said[@]}")" -- "$cur") ;;
	esac
} &&
	complete -F _pinctl pinctl
