# shellcheck shell=sh
# SPDX-License-Identifier: BSD-2-Clause
# post.sh - the post of a machine: a mail server with one mailbox, and a sendmail for the electronic
# courier. Sourced after machine.sh.
# shellcheck disable=SC2034,SC2154 # those who source this read and set them

MBOX=/var/mail/mario
SPOOL=/var/lib/pin-courier/post
MAIL=/etc/systemd/system/pin-courier@electronic.service.d/sendmail.conf
HALF='[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}'
TOKEN=''

# Before the machine boots.
post_lay_out() {
	echo posta.example.org >"$machine_dir/etc/mailname"
	echo '127.0.0.1 localhost' >"$machine_dir/etc/hosts"
	printf "%s='%s'\n" dc_eximconfig_configtype local dc_other_hostnames posta.example.org \
		dc_local_interfaces 127.0.0.1 dc_localdelivery mail_spool dc_use_split_config false \
		dc_minimaldns true dc_hide_mailname false >"$machine_dir/etc/exim4/update-exim4.conf.conf"
}

# An ordinary program as sendmail, which speaks to the mail server on this machine: no more than
# its own network is given to the courier. What is so named hides the drop-in that is installed.
post_confine() {
	inside mkdir -p "${MAIL%/*}" || return 1
	printf '%s\n' '[Service]' PrivateNetwork=no RestrictAddressFamilies=AF_INET \
		IPAddressAllow=localhost >"$machine_dir$MAIL"
	printf '%s\n' defaults 'host 127.0.0.1' 'account default' 'from pin@inps.example.org' \
		>"$machine_dir/etc/msmtprc"
}

# n: the nth message as its reader sees it, in $tmp/mail.
read_mail() {
	LC_ALL=C awk -v n="$1" -f tests/system/mail.awk "$machine_dir$MBOX" >"$tmp/mail" &&
		[ -s "$tmp/mail" ]
}

# The token of the link in $tmp/mail, in TOKEN.
read_token() {
	TOKEN=$(sed -n 's,^ *https://www.example.org/pin?t=\([0-9a-f]*\)$,\1,p' "$tmp/mail" | head -n 1)
}
