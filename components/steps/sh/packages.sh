# packages: installs what is missing or has another version than the declared one. Nothing is started
# before it is configured, and nothing that runs is restarted: haproxy and heartbeat do that in turn.

# A word of $packages: NAME or NAME=VERSION.
apply() {
    remember_packages
    install_files
    release_services
    missing=
    for package in $packages; do
        is_as_declared "$package" || missing="$missing $package"
    done
    if [ -n "$missing" ]; then
        hold_services
        # shellcheck disable=SC2086 # a list of package names, split on purpose
        install_packages $missing
        release_services
    fi
    done_at
}

is_as_declared() {
    is_installed "${1%%=*}" || return 1
    case $1 in *=*) [ "$(version_of "${1%%=*}")" = "${1#*=}" ] ;; esac
}

remember_packages() {
    [ ! -e "$state/packages.before" ] || return 0
    getent passwd hacluster >/dev/null || : >"$state/hacluster.is-new"
    installed >"$state/packages.new"
    sync "$state/packages.new"
    mv "$state/packages.new" "$state/packages.before"
}

installed() {
    dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p' | sort
}

# Packages ask this program before they start or restart a service (invoke-rc.d(8)). It says no only
# while the mark in /run is there, so that a host which dies now boots as ever.
policy=/usr/sbin/policy-rc.d
hold_mark=/run/ha-load-balancer-pair.hold

hold_services() {
    trap 'release_services; at_exit' EXIT
    # Somebody else's policy stays: it decides, and a service that it lets start is reconfigured later.
    [ ! -e "$policy" ] || return 0
    : >"$hold_mark"
    cat >"$policy.new" <<'POLICY'
#!/bin/sh
# Written by ha-load-balancer-pair for one run of apt; can be deleted.
[ -e /run/ha-load-balancer-pair.hold ] || exit 0
case $1 in heartbeat* | haproxy*) exit 101 ;; esac
POLICY
    chmod 0755 "$policy.new"
    mv "$policy.new" "$policy"
}

release_services() {
    rm -f "$hold_mark"
    ! grep -qs '^# Written by ha-load-balancer-pair' "$policy" || rm -f "$policy"
}

install_packages() {
    # A run that was broken off can leave packages half configured.
    dpkg --audit | grep -q . && dpkg --configure -a >&2
    apt update ||
        say 'the package lists could not be renewed; trying with those that are there'
    apt install --no-install-recommends --allow-downgrades "$@" || {
        available "$@"
        fail "apt-get could not install:$(printf ' %s' "$@"); its message is above" \
            'mend the package sources, the disk or the declared version, then run "pulumi up" again'
    }
}

available() {
    for package in "$@"; do
        case $package in *=*) apt-cache madison "${package%%=*}" >&2 ;; esac
    done
}

# apt waits for another package manager to finish, and leaves files that are there as they are.
apt() {
    apt-get -qq -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold "$@" >&2
}

keeps() {
    for package in $packages; do
        echo "package $(echo "$package" | tr '=' ' ')"
    done
}

# Only what came with this component goes, and of that only what nobody else needs by now.
remove() {
    remove_files
    if [ -e "$state/packages.before" ]; then
        installed | comm -13 "$state/packages.before" - >"$scratch/ours"
        # shellcheck disable=SC2046 # a list of package names, split on purpose
        if [ -s "$scratch/ours" ] && takes_only_ours; then
            apt purge $(cat "$scratch/ours")
        elif [ -s "$scratch/ours" ]; then
            say 'packages installed since need some of those that came with this component; these stay'
            apt purge $(comm -12 "$scratch/ours" "$scratch/requested")
            apt purge $(unneeded | comm -12 "$scratch/ours" -)
        fi
        # Heartbeat's packages leave their user and its group behind.
        if [ -e "$state/hacluster.is-new" ] && ! is_installed heartbeat; then
            ! getent passwd hacluster >/dev/null || userdel hacluster
            ! getent group haclient >/dev/null || groupdel haclient
        fi
        rm -f "$state/packages.before" "$state/hacluster.is-new"
        systemctl daemon-reload
    fi
}

takes_only_ours() {
    echo "$packages" | tr ' ' '\n' | sed 's/=.*//' | sort >"$scratch/requested"
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
