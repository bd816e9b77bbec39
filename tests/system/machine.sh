# shellcheck shell=sh
# SPDX-License-Identifier: BSD-2-Clause
# machine.sh - a Debian that boots: built once, each run on a layer of its own, gone afterwards.
# Sourced. machine_make, machine_up CONSOLE, inside COMMAND..., machine_stop; before machine_make,
# other MACHINE_PACKAGES, a MACHINE_HOOK, or machine_lower with what machine_layer said.

MACHINE_PACKAGES='systemd systemd-sysv dbus passwd libpam-runtime libpam-modules pamtester
	libsodium23 liblmdb0 libsystemd0 libinih1 libseccomp2 libsmartcols1 libjansson4
	libhpdf-2.3.0 fonts-dejavu-core exim4-daemon-light msmtp'
MACHINE_HOOK='' # a program that mmdebstrap runs last, with the new root as its argument
# What a real machine has and nspawn keeps from its own: Landlock, which pind confines itself with.
MACHINE_CALLS='landlock_create_ruleset landlock_add_rule landlock_restrict_self'
MACHINE_CACHE="${XDG_CACHE_HOME:-/var/cache}/inpspin-tests"

machine_dir='' machine_base='' machine_lower='' machine_nspawn='' machine_leader='' machine_cgroups=''

# Prints why no machine can boot here; nothing when one can.
machine_why() {
	[ "$(id -u)" -eq 0 ] || { echo "needs root" && return; }
	for tool in systemd-nspawn mmdebstrap nsenter expect; do
		command -v "$tool" >/dev/null 2>&1 || { echo "needs $tool" && return; }
	done
	unshare --mount --pid --uts --ipc --net --fork --mount-proc true 2>/dev/null ||
		echo "needs leave to make namespaces"
}

# Debian's own entries of this host's apt configuration: the mirror is whatever is used here.
machine_sources() {
	apt-get indextargets 'Created-By: Packages' 'Origin: Debian' \
		--format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' 2>/dev/null | sort -u
}

# Waits for its turn to build or to use $1. What nobody has used for three days goes.
machine_claim() {
	mkdir -p "$MACHINE_CACHE" || return 1
	exec 9>"$1.lock" && flock 9 && touch "$1.lock" || return 1
	find "$MACHINE_CACHE" -mindepth 1 -maxdepth 1 -name '*.lock' -mtime +3 | while read -r old; do
		rm -rf --one-file-system "${old%.lock}" "${old%.lock}".*
	done
}

# The path of a pristine root, which is built if it is not there. What goes wrong is on stderr.
machine_root() (
	sources=$(machine_sources)
	[ -n "$sources" ] || { apt-get -qq update >&2 && sources=$(machine_sources); }
	# shellcheck disable=SC2086,SC2116 # one word after the other
	key=$(printf '%s' "$(echo $MACHINE_PACKAGES) $sources${MACHINE_HOOK:+ $(cat "$MACHINE_HOOK")}" |
		sha256sum | cut -c 1-16)
	root="$MACHINE_CACHE/root-$key"
	machine_claim "$root" || exit 1
	if [ ! -d "$root" ]; then
		rm -rf --one-file-system "$root.new" # half built
		printf '%s\n' "$sources" >"$root.list"
		mmdebstrap --quiet --variant=minbase --format=directory \
			--dpkgopt=path-exclude=/usr/share/doc/* \
			--dpkgopt=path-exclude=/usr/share/locale/* \
			--include="$(printf '%s' "$MACHINE_PACKAGES" | tr -s ' \n\t' ,)" \
			${MACHINE_HOOK:+--customize-hook="$MACHINE_HOOK"} \
			"$(. /etc/os-release && echo "$VERSION_CODENAME")" "$root.new" \
			"$root.list" >&2 </dev/null 9>&- || exit 1
		mv "$root.new" "$root" || exit 1
	fi
	echo "$root"
)

# lower new dir: mount at dir what writes to new and shows lower, which may be several (a:b).
# Nothing there outlives a crash, so nothing has to wait for the disk.
machine_mount() {
	mkdir -p "$2" "$2.work" "$3" || return 1
	for how in ,volatile ''; do
		mount -t overlay inpspin-tests -o "lowerdir=$1,upperdir=$2,workdir=$2.work$how" "$3" \
			2>/dev/null && return 0
	done
	return 1
}

machine_unmount() {
	mountpoint -q "$2" && { umount "$2" || umount -l "$2"; }
	rm -rf --one-file-system "$1.work" "$2"
}

# key lower command...: LOWER with a layer on it, on which the command did its work, with the
# directory as its last argument. Built once for a key. Where no overlay can be, it is a copy.
machine_layer() (
	layer="$MACHINE_CACHE/layer-$1" lower=$2
	shift 2
	machine_claim "$layer" || exit 1
	if [ ! -d "$layer" ]; then
		machine_unmount "$layer.new" "$layer.dir" # half built
		rm -rf --one-file-system "$layer.new"
		if machine_mount "$lower" "$layer.new" "$layer.dir"; then
			"$@" "$layer.dir" >&2 </dev/null 9>&-
		else
			cp -a --reflink=auto "$lower/." "$layer.new/" && "$@" "$layer.new" >&2 </dev/null 9>&- &&
				touch "$layer.new/.whole"
		fi
		status=$?
		machine_unmount "$layer.new" "$layer.dir"
		[ $status -eq 0 ] || exit 1
		mv "$layer.new" "$layer" || exit 1
	fi
	if [ -e "$layer/.whole" ]; then echo "$layer"; else echo "$layer:$lower"; fi
)

# A fresh root, with a name of its own: then systemd has no first questions to ask.
machine_make() {
	[ -n "$machine_lower" ] || machine_lower=$(machine_root) || return 1
	machine_base=$(mktemp -d "${TMPDIR:-/tmp}/inpspin-machine.XXXXXX") || return 1
	chmod 0755 "$machine_base" && machine_dir="$machine_base/root"
	machine_mount "$machine_lower" "$machine_base/new" "$machine_dir" ||
		cp -a --reflink=auto "$machine_lower/." "$machine_dir/" || return 1
	tr -d - </proc/sys/kernel/random/uuid >"$machine_dir/etc/machine-id"
}

# Where no systemd runs, give nspawn a cgroup of its own in each hierarchy systemd may use.
machine_enter_cgroup() {
	while IFS=: read -r _ controllers path; do
		case $controllers in
		name=systemd) base=/sys/fs/cgroup/systemd ;;
		'') base=/sys/fs/cgroup/unified && [ -d $base ] || base=/sys/fs/cgroup ;;
		*) continue ;;
		esac
		group="$base${path%/}/inpspin.$$"
		mkdir "$group" 2>/dev/null && machine_cgroups="$machine_cgroups $group"
	done </proc/self/cgroup
}

machine_child() {
	cut -d ' ' -f 1 "/proc/$1/task/$1/children" 2>/dev/null
}

inside() {
	timeout --foreground -k 5 120 nsenter -t "$machine_leader" -a env -i HOME=/root TERM=dumb \
		PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C "$@"
}

# Boot machine_dir; its console goes to the file $1.
machine_boot() {
	keep=
	[ -d /run/systemd/system ] || { keep=--keep-unit && machine_enter_cgroup; }
	# shellcheck disable=SC2016,SC2086 # expanded by the inner shell; perhaps no word
	sh -c 'console=$1; shift
		while [ "$1" != -- ]; do echo $$ >"$1/cgroup.procs"; shift; done; shift
		exec "$@" </dev/null >"$console" 2>&1' \
		sh "$1" $machine_cgroups -- systemd-nspawn --quiet --boot --directory="$machine_dir" \
		--machine="inpspin-$$" --private-network --register=no $keep --console=pipe \
		--system-call-filter="$MACHINE_CALLS" &
	machine_nspawn=$!
	for _ in $(seq 300); do
		machine_leader=$(machine_child "$machine_nspawn")
		if [ -n "$machine_leader" ] && inside test -S /run/dbus/system_bus_socket; then
			inside systemctl --wait is-system-running >/dev/null 2>&1
			return 0
		fi
		kill -0 "$machine_nspawn" 2>/dev/null || return 1
		sleep 0.2
	done
	return 1
}

# The same; what the console said if it does not.
machine_up() {
	machine_boot "$1" || { cat "$1" && echo "the machine did not boot" && return 1; }
}

# An orderly end for ten seconds, then the other kind. Leaves nothing behind.
machine_stop() {
	if [ -n "$machine_nspawn" ]; then
		kill -TERM "$machine_nspawn" 2>/dev/null
		for _ in $(seq 50); do
			kill -0 "$machine_nspawn" 2>/dev/null || break
			sleep 0.2
		done
		kill -KILL "$machine_nspawn" $machine_leader 2>/dev/null
		wait "$machine_nspawn" 2>/dev/null
	fi
	machine_nspawn='' machine_leader=''
	for group in $machine_cgroups; do
		find "$group" -depth -type d -exec rmdir {} + 2>/dev/null
	done
	machine_cgroups=''
	[ -z "$machine_dir" ] || machine_unmount "$machine_base/new" "$machine_dir"
	[ -z "$machine_base" ] || rm -rf --one-file-system "$machine_base"
	machine_dir='' machine_base=''
}

# Of tests/cases.sh, which is read in before.
at_end() {
	machine_stop
}
