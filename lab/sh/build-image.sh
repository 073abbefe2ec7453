#!/bin/sh
# Builds what the hosts of a lab boot from, once per Debian release:
#   DIR/base  the root file system below every host's own disk
#   DIR/cloud what a load balancer has on top of it: the usual packages of Debian's cloud images, Python and Perl above all
#   DIR/web   what a back end has on top of it (nginx)
#   DIR/repo  a flat apt repository with every package a test installs; below it upgrade/, one more, with later versions
# The packages under test are in the repository and not in the base, so that a
# converge installs them with the real apt, without a network.
#
# usage: build-image.sh RELEASE DIR
set -eu

release=$1
# The kernel lists mounts without symbolic links, and what is not found there would be deleted with what is mounted on it.
dir=$(realpath -m "$2")
here=$(dirname "$0")
work=$dir.building

umount_all() {
    # Children first: a mount point listed later lies deeper.
    awk -v w="$work/" 'index($2, w) == 1 { print $2 }' /proc/self/mounts | sort -r |
        while read -r mounted; do umount -l "$mounted"; done
}

clean_up() {
    umount_all
    rm -rf --one-file-system "$work"
}

in_root() {
    root=$1
    shift
    DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 chroot "$root" "$@"
}

# A later version of a package, for tests of upgrades: Debian has one version at a time. A stand-in, the same but for
# its version number; the maintainer's scripts that an upgrade runs are the real ones.
repackage() {
    mkdir -p "$work/repo/upgrade"
    dpkg-deb -R "$work/repo/$1"_*.deb "$work/repackaged"
    sed -i 's/^Version: .*/&+later1/' "$work/repackaged/DEBIAN/control"
    dpkg-deb -b "$work/repackaged" "$work/repo/upgrade" >>"$dir.log"
    rm -rf "$work/repackaged"
}

# What some hosts have on top of the base: makes the folder NAME, with packages of the repository installed.
#
# usage: layer NAME PACKAGE…
layer() {
    name=$1
    shift
    mkdir -p "$work/$name" "$work/overlay" "$work/root"
    mount -t overlay overlay -o "lowerdir=$work/base,upperdir=$work/$name,workdir=$work/overlay" "$work/root"
    mount -t proc proc "$work/root/proc"
    mount --bind "$work/repo" "$work/root/srv/repo"
    in_root "$work/root" apt-get -qq update >>"$dir.log" 2>&1
    in_root "$work/root" apt-get -qq -y --no-install-recommends install "$@" >>"$dir.log" 2>&1
    rm -f "$work/root/usr/sbin/policy-rc.d" "$work"/root/var/lib/apt/lists/*_* "$work"/root/var/cache/apt/*.bin
    umount_all
    rm -rf "$work/overlay" "$work/root"
}

say() {
    echo "image $release: $*"
}

trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
clean_up
mkdir -p "$work/repo"

say "base system (debootstrap)"
debootstrap --variant=minbase \
    --include=systemd,systemd-sysv,dbus,openssh-server,iproute2,nftables,sudo,ca-certificates,iputils-ping,procps,curl,udev \
    "$release" "$work/base" >"$dir.log" 2>&1 || {
    echo "debootstrap failed; its last lines:" >&2
    tail -n 20 "$dir.log" >&2
    exit 1
}

# Nothing that a package starts may run in a chroot of the machine.
printf '#!/bin/sh\nexit 101\n' >"$work/base/usr/sbin/policy-rc.d"
chmod 755 "$work/base/usr/sbin/policy-rc.d"
mount -t proc proc "$work/base/proc"

say "packages for the repository"
mirror=$(awk '$1 == "deb" { print $2; exit }' "$work/base/etc/apt/sources.list")
printf 'deb %s %s-updates main\ndeb %s-security %s-security main\n' "$mirror" "$release" "$mirror" "$release" \
    >"$work/base/etc/apt/sources.list.d/more.list"
in_root "$work/base" apt-get -qq update >>"$dir.log" 2>&1
# One call each: what one installs must not be left out for the other.
cloud="python3 python3-apt perl bzip2 psmisc pciutils bind9-host"
managers="network-manager netplan.io ifupdown dnsmasq-base"
# What upgrades a host by itself, and what restarts services after an upgrade.
upgraders="unattended-upgrades needrestart"
for packages in "heartbeat haproxy" "nginx-light" "$cloud" "keepalived" "arping" "socat" "net-tools" $managers $upgraders; do
    # shellcheck disable=SC2086 # a list of package names, split on purpose
    in_root "$work/base" apt-get -qq -y --no-install-recommends --download-only install $packages >>"$dir.log" 2>&1
done
mv "$work/base"/var/cache/apt/archives/*.deb "$work/repo/"
(cd "$work/repo" && dpkg-scanpackages -m . >Packages 2>>"$dir.log")
for package in haproxy heartbeat; do
    repackage "$package"
done
(cd "$work/repo/upgrade" && dpkg-scanpackages -m . >Packages 2>>"$dir.log")

say "configuration"
sh "$here/configure-base.sh" "$work/base" >>"$dir.log" 2>&1
umount "$work/base/proc"

mkdir "$work/base/srv/repo"
say "load balancers ($cloud)"
# shellcheck disable=SC2086 # a list of package names, split on purpose
layer cloud $cloud
say "back ends (nginx)"
layer web nginx-light
rm "$work/base/usr/sbin/policy-rc.d"

rm -rf "$dir"
mv "$work" "$dir"
say "done"
