# undo: gives a host back as it was before the first run, also where a run was broken off. Called by preflight. The steps packages
# and heartbeat use parts of it.

policy=/usr/sbin/policy-rc.d
hold_mark=/run/ha-load-balancer-pair.hold
agent=/etc/ha.d/resource.d/VirtualIp

# Every virtual IP that this host may hold, by the last haresources and by those before it.
known_virtual_ips=$state/virtual-ips

# apt waits for another package manager to finish, and keeps existing configuration files.
apt() {
    apt-get -qq -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold "$@" >&2
}

release_services() {
    rm -f "$hold_mark"
    ! grep -qs '^# Written by ha-load-balancer-pair' "$policy" || rm -f "$policy"
}

installed() {
    dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p' | sort
}

# Counts what our own runs of apt have installed, also one that was broken off. What others install is theirs.
count_packages() {
    [ -e "$state/packages.before" ] || return 0
    store packages_with_new_ones "$state/packages.ours"
    rm -f "$state/packages.before"
}

packages_with_new_ones() {
    installed | comm -13 "$state/packages.before" - | sort -u - "$(existing "$state/packages.ours")"
}

existing() {
    if [ -e "$1" ]; then echo "$1"; else echo /dev/null; fi
}

# Removes only packages that this component installed and that no other package needs.
remove_packages() {
    count_packages
    [ -e "$state/packages.ours" ] || return 0
    installed | comm -12 "$state/packages.ours" - >"$scratch/ours"
    # shellcheck disable=SC2046 # a list of package names, split on purpose
    if [ -s "$scratch/ours" ] && takes_only_ours; then
        apt purge --allow-change-held-packages $(cat "$scratch/ours")
    elif [ -s "$scratch/ours" ]; then
        say 'packages installed since need some of those that came with this component; these stay'
        apt purge --allow-change-held-packages $(comm -12 "$scratch/ours" "$scratch/requested")
        apt purge --allow-change-held-packages $(unneeded | comm -12 "$scratch/ours" -)
    fi
    # Heartbeat's packages leave their user and its group behind.
    if [ -e "$state/hacluster.is-new" ] && ! is_installed heartbeat; then
        ! getent passwd hacluster >/dev/null || userdel hacluster
        ! getent group haclient >/dev/null || groupdel haclient
    fi
    rm -f "$state/packages.ours" "$state/hacluster.is-new"
    systemctl daemon-reload
}

takes_only_ours() {
    printf '%s\n' ca-certificates haproxy heartbeat iputils-ping nftables python3 >"$scratch/requested"
    # shellcheck disable=SC2046 # a list of package names, split on purpose
    apt-get -s purge $(cat "$scratch/ours") | sed -n 's/^Purg \([^ ]*\).*/\1/p' | sort |
        comm -13 "$scratch/ours" - | grep -q . && return 1
    return 0
}

# A package that another one merely recommends or suggests is not needed by it.
unneeded() {
    apt-get -s -o APT::AutoRemove::RecommendsImportant=0 -o APT::AutoRemove::SuggestsImportant=0 autoremove |
        sed -n 's/^Remv \([^ ]*\).*/\1/p' | sort
}

# Stops Heartbeat, and releases what a killed Heartbeat did not release. The keeper stops after it, because it keeps what the
# peer is about to take.
leave_pair() {
    if is_installed heartbeat; then
        systemctl disable --quiet --now heartbeat
    fi
    systemctl disable --quiet --now ha-load-balancer-pair 2>/dev/null || :
    rm -rf /run/ha-load-balancer-pair/forced
    if [ -x "$agent" ] && [ -e "$known_virtual_ips" ]; then
        while read -r virtual_ip; do
            "$agent" "$virtual_ip" stop
            "$agent" "$virtual_ip" settle
            # The keeper has waited until the peer acquired the address. A Heartbeat that was here before would take an address that
            # stays for 3 s for its own, and not add it again.
            "$agent" "$virtual_ip" drop
        done <"$known_virtual_ips"
    fi
    systemctl kill --signal=KILL 'ha-load-balancer-pair-acquire-*' 'ha-load-balancer-pair-release-*' \
        'ha-load-balancer-pair-fence-*' 2>/dev/null || :
    ! command -v nft >/dev/null || nft delete table inet ha-load-balancer-pair 2>/dev/null || :
    rm -rf "$state/shellfuncs" "$state/keeper.loaded" "$state/ha-load-balancer-pair-unit.loaded" \
        "$state/peer-may-hold" "$state/former-peers" "$state/last-boot" "$known_virtual_ips" /run/ha-load-balancer-pair
}

# What the kernel had before the first run.
restore_sysctls() {
    for saved in "$state"/sysctl.*; do
        [ -e "$saved" ] || continue
        sysctl -q -w "${saved#"$state"/sysctl.}=$(cat "$saved")"
        rm -f "$saved"
    done
}

undo() {
    # shellcheck disable=SC2046 # paths of ours, without blanks
    set -- $(cat "$(existing "$state/managed")")
    [ $# -eq 0 ] || leave_pair
    ! is_ours haproxy || systemctl disable --quiet --now haproxy
    [ $# -eq 0 ] || remove_files "$@"
    rmdir /etc/haproxy/ha-load-balancer-pair 2>/dev/null || :
    release_services
    restore_sysctls
    systemctl daemon-reload
    case " $* " in *' /etc/haproxy/haproxy.cfg '*) restart_own_haproxy ;; esac
    remove_packages
    if [ -e "$state/heartbeat.was-active" ]; then
        systemctl enable --quiet --now heartbeat || say 'Heartbeat did not start again with the files that were there before'
    fi
    rm -rf "$state"
}

# Whether a package came with this component.
is_ours() {
    is_installed "$1" && grep -qxF "$1" "$(existing "$state/packages.ours")"
}

# One that was there before goes on with its own files.
restart_own_haproxy() {
    is_installed haproxy && ! is_ours haproxy || return 0
    systemctl try-restart haproxy || say 'HAProxy did not start again with the files that were there before'
}
