#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# root.sh - the last touch on a root with every consumer: nothing of it starts at boot, and what
# cannot be installed beside the others waits as a package. mmdebstrap runs it.
# usage: root.sh ROOT
set -eu
root=$1

# proftpd and vsftpd exclude each other.
chroot "$root" apt-get clean
chroot "$root" apt-get -qq -y --download-only --no-install-recommends install \
	proftpd-core proftpd-mod-crypto
mkdir -p "$root/srv/debs"
mv "$root"/var/cache/apt/archives/*.deb "$root/srv/debs/"

# Each test starts what it is about; timers and network managers only cost time.
for unit in "$root"/etc/systemd/system/*.wants/*; do
	case $unit in
	*/getty.target.wants/* | */dbus* | */remote-fs.target) ;;
	*) rm "$unit" ;;
	esac
done
for script in "$root"/etc/init.d/*; do
	chroot "$root" update-rc.d "${script##*/}" disable >/dev/null 2>&1 || :
done
for unit in getty-static.service systemd-networkd.socket systemd-udev-trigger.service systemd-udevd.service \
	apparmor.service e2scrub_reap.service systemd-binfmt.service proc-sys-fs-binfmt_misc.automount; do
	ln -sf /dev/null "$root/etc/systemd/system/$unit"
done
