#!/bin/sh
# Turns a freshly bootstrapped root file system into the base of the lab's hosts.
#
# usage: configure-base.sh ROOT
set -eu

root=$1

# Every host gets its own identity when it is made, as on real machines.
rm -f "$root"/etc/ssh/ssh_host_* "$root"/etc/machine-id "$root"/var/lib/dbus/machine-id
: >"$root/etc/machine-id"

# The only package source: the repository that is mounted into every host.
rm -f "$root"/etc/apt/sources.list.d/* "$root"/var/lib/apt/lists/*_* "$root"/var/cache/apt/*.bin
echo 'deb [trusted=yes] file:/srv/repo ./' >"$root/etc/apt/sources.list"

# Not wanted on a host that boots in a second and lives for minutes; the time
# and the disk belong to the machine around it.
for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service \
    fstrim.timer console-getty.service getty@tty1.service systemd-timesyncd.service systemd-udevd.service \
    systemd-udev-trigger.service systemd-networkd.service systemd-resolved.service systemd-logind.service \
    systemd-firstboot.service systemd-pcrphase.service systemd-modules-load.service nftables.service \
    sys-kernel-debug.mount sys-kernel-tracing.mount dev-hugepages.mount; do
    ln -sf /dev/null "$root/etc/systemd/system/$unit"
done

# systemd runs each of its generators whenever it reloads, and a converge makes it reload ten times on each host. A lab's
# hosts need one generator: systemd-sysv-generator makes a unit of Heartbeat's /etc/init.d file.
mkdir -p "$root/etc/systemd/system-generators"
for generator in "$root"/usr/lib/systemd/system-generators/*; do
    name=${generator##*/}
    [ "$name" = systemd-sysv-generator ] || ln -s /dev/null "$root/etc/systemd/system-generators/$name"
done

# A log that a test can read after a power-off.
mkdir -p "$root/var/log/journal" "$root/etc/systemd/journald.conf.d"
printf '[Journal]\nStorage=persistent\nSyncIntervalSec=1s\n' >"$root/etc/systemd/journald.conf.d/lab.conf"

# Two ways in: root by key, and a plain user who may sudo without a password.
chroot "$root" useradd --create-home --shell /bin/bash admin
echo 'admin ALL=(ALL) NOPASSWD: ALL' >"$root/etc/sudoers.d/admin"
chmod 0440 "$root/etc/sudoers.d/admin"
printf 'PasswordAuthentication no\nUseDNS no\n' >"$root/etc/ssh/sshd_config.d/lab.conf"
