# shellcheck shell=sh
# SPDX-License-Identifier: BSD-2-Clause
# machine.sh - a Debian that boots: built once, copied for each run, gone afterwards.
# Sourced. machine_make, machine_boot CONSOLE, inside COMMAND..., machine_stop.

MACHINE_PACKAGES='systemd systemd-sysv dbus passwd libpam-runtime libpam-modules pamtester
	libsodium23 liblmdb0 libsystemd0 libinih1 libseccomp2 libsmartcols1 libjansson4
	libhpdf-2.3.0 fonts-dejavu-core exim4-daemon-light msmtp'
# What a real machine has and nspawn keeps from its own: Landlock, which pind confines itself with.
MACHINE_CALLS='landlock_create_ruleset landlock_add_rule landlock_restrict_self'
MACHINE_CACHE="${XDG_CACHE_HOME:-/var/cache}/inpspin-tests"

machine_dir='' machine_nspawn='' machine_leader='' machine_cgroups=''

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

# The path of a pristine root, which is built if it is not there. What goes wrong is on stderr.
machine_root() (
	sources=$(machine_sources)
	[ -n "$sources" ] || { apt-get -qq update >&2 && sources=$(machine_sources); }
	key=$(printf '%s' "$MACHINE_PACKAGES $sources" | sha256sum | cut -c 1-16)
	root="$MACHINE_CACHE/root-$key"
	mkdir -p "$MACHINE_CACHE" || exit 1
	exec 9>"$MACHINE_CACHE/lock" && flock 9 || exit 1
	if [ ! -d "$root" ]; then
		rm -rf --one-file-system "$MACHINE_CACHE"/root-* # of other packages, or half built
		printf '%s\n' "$sources" >"$MACHINE_CACHE/sources.list"
		mmdebstrap --quiet --variant=minbase --format=directory \
			--dpkgopt=path-exclude=/usr/share/doc/* \
			--dpkgopt=path-exclude=/usr/share/locale/* \
			--include="$(printf '%s' "$MACHINE_PACKAGES" | tr -s ' \n\t' ,)" \
			"$(. /etc/os-release && echo "$VERSION_CODENAME")" "$root.new" \
			"$MACHINE_CACHE/sources.list" >&2 </dev/null 9>&- || exit 1
		mv "$root.new" "$root" || exit 1
	fi
	echo "$root"
)

# A fresh copy, with a name of its own: then systemd has no first questions to ask.
machine_make() {
	pristine=$(machine_root) || return 1
	machine_dir=$(mktemp -d "${TMPDIR:-/tmp}/inpspin-machine.XXXXXX") || return 1
	cp -a --reflink=auto "$pristine/." "$machine_dir/" || return 1
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
	[ -z "$machine_dir" ] || rm -rf --one-file-system "$machine_dir"
	machine_dir=''
}
