# packages: installs what is missing or has another version than the declared one. Nothing is started
# before it is configured, and nothing that runs is restarted: haproxy and heartbeat do that in turn.

# A word of $packages: NAME or NAME=VERSION.
apply() {
    missing=
    for package in $packages; do
        is_as_declared "$package" || missing="$missing $package"
    done
    # shellcheck disable=SC2086 # a list of package names, split on purpose
    reject_held $missing
    install_files
    release_services
    count_packages
    if [ -n "$missing" ]; then
        remember_packages
        hold_services
        # shellcheck disable=SC2086 # a list of package names, split on purpose
        install_packages $missing
        release_services
        count_packages
    fi
    done_at
}

is_as_declared() {
    is_installed "${1%%=*}" || return 1
    case $1 in *=*) [ "$(version_of "${1%%=*}")" = "${1#*=}" ] ;; esac
}

# An administrator's hold (apt-mark(8)) counts. apt refuses to change the package, too, but names neither the hold nor the way out.
reject_held() {
    apt-mark showhold >"$scratch/held"
    for package in "$@"; do
        name=${package%%=*}
        ! grep -qxF "$name" "$scratch/held" ||
            fail "package $name is on hold" "run \"apt-mark unhold $name\" on this host; or declare the version that is installed, if any"
    done
}

# Lists the installed packages before apt runs, to know afterwards which ones it added.
remember_packages() {
    [ -e "$state/packages.before" ] || store installed "$state/packages.before"
    [ -e "$state/packages.ours" ] || getent passwd hacluster >/dev/null || : >"$state/hacluster.is-new"
}

# Packages run a policy before they start or restart a service (invoke-rc.d(8)). This policy denies that only while the mark in /run
# exists, so a host that dies now boots normally.
hold_services() {
    trap 'status=$?; release_services; at_exit' EXIT
    # A policy of the administrator's stays and decides. If it lets a service start, a later step reconfigures the service.
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

install_packages() {
    # A run that was broken off can leave packages half configured, and dpkg in a question about a configuration file.
    dpkg --audit | grep -q . && dpkg --force-confold --configure -a >&2
    apt update ||
        say 'the package lists could not be renewed; trying with those that are there'
    apt install --no-install-recommends --allow-downgrades "$@" || {
        available "$@"
        fail "apt-get could not install:$(printf ' %s' "$@"); see its message above" \
            'fix the package sources, the disk or the declared version, then run "pulumi up" again'
    }
}

available() {
    for package in "$@"; do
        case $package in *=*) apt-cache madison "${package%%=*}" >&2 ;; esac
    done
}

keeps() {
    for package in $packages; do
        echo "package $(echo "$package" | tr '=' ' ')"
    done
}
