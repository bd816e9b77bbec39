# SPDX-License-Identifier: BSD-2-Clause
# pind.conf.awk - the pind.conf that is installed: every setting of conf.def, commented out, with
# its default; the categories under [expiry] come from person.def.
# usage: awk -f systemd/pind.conf.awk include/person.def pind/conf.def
BEGIN {
	print "# pind.conf - settings of pind. Each has a default: see pind.conf(5). Policies of"
	print "# services are in services.d/. 'pind --check' tells if pind would accept it all;"
	print "# 'systemctl reload pind' puts it in force."
	FS = "[(,)][ \t]*"
}
/^CATEGORY\(/ {
	gsub(/"/, "", $4)
	expiry = expiry "#" $4 " = " $5 "\n"
}
/^SECTION\(/ {
	printf "\n[%s]\n", $2
	if ($2 == "expiry")
		printf "%s", expiry
}
/^(GROUP|USER)\(/ {
	gsub(/"/, "", $4)
	printf "#%s = %s\n", $3, $4
}
/^NUMBER\(/ { printf "#%s = %s\n", $3, $6 }
/^SWITCH\(/ { printf "#%s = %s\n", $3, $4 == "1" ? "yes" : "no" }
