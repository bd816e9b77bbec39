# SPDX-License-Identifier: BSD-2-Clause
# courier.conf.awk - the courier.conf that is installed: every setting of conf.def, commented out,
# with its default. The electronic channel needs from, link and fax.
# usage: awk -f systemd/courier.conf.awk courier/conf.def
BEGIN {
	print "# courier.conf - settings of pin-courier, both channels: see pin-courier(8). The channel"
	print "# electronic needs from, link and fax. 'pin-courier --channel NAME --check' tells if it"
	print "# would accept all this, and the texts in templates/."
	FS = "[(,)][ \t]*"
}
/^(TEXT|NUMBER)\(/ {
	if ($2 != section)
		printf "\n[%s]\n", section = $2
	value = $0
	sub(/\)$/, "", value)
	if (/^TEXT/) {
		sub(/^[^"]*"/, "", value)
		sub(/"$/, "", value)
	} else {
		sub(/.*, */, "", value)
	}
	printf "#%s = %s\n", $3, value
}
