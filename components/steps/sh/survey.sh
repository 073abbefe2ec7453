# survey: what on this host is not as this component left it, and why it could not be part of a pair.
# Reads only. Each line of its output is a keyword and its fields, between tabs.

line() {
    printf '%s\t%s\t%s\n' "$1" "$2" "${3-}"
}

# In preflight.sh a problem ends the step; here all problems are reported.
refuse() {
    line problem "$1" "$2"
}

# The same stack may install it before the pair (dependsOn).
refuse_hook() {
    line warning "$1" "$2"
}

survey() {
    payload
    examine
    echo "time	$(date +%s)"
    tell_virtual_ips
    tell_interfaces
    for manifest in "$state"/manifest/*; do
        [ -e "$manifest" ] || continue
        step=${manifest##*/}
        while read -r keyword rest; do
            "check_$keyword" "$rest" || :
        done <"$manifest"
    done
}

# The virtual IPs that this host holds, and those that an earlier run gave it.
tell_virtual_ips() {
    for virtual_ip in $virtual_ips; do
        # A released address that lingers for its open connections does not count.
        ! holds "$virtual_ip" || line holds "${virtual_ip%%/*}"
        ! is_known "$virtual_ip" || line known "${virtual_ip%%/*}"
    done
}

# Whether an earlier run gave this host the virtual IP.
is_known() {
    sed 's|/.*||' "$state/virtual-ips" 2>/dev/null | grep -qxF "${1%%/*}"
}

# The interface of each virtual IP, entries of it elsewhere, and whether another host has one that is new here.
tell_interfaces() {
    step=heartbeat
    while read -r virtual_ip selector; do
        # preflight has reported an interface that cannot be resolved.
        if [ -z "$virtual_ip" ] || ! resolve_interface "$selector" "$virtual_ip"; then
            continue
        fi
        line interface "$virtual_ip" "$interface"
        if ! is_known "$virtual_ip" && ! has "$virtual_ip" && [ -n "$(neighbour "$virtual_ip" "$interface")" ]; then
            line answers "$virtual_ip"
        fi
        pinned=$(pinned_interface "$virtual_ip")
        if [ -z "$pinned" ]; then
            line new "$virtual_ip"
            continue
        fi
        [ "$pinned" = "$interface" ] || drift "$virtual_ip belongs on $interface, and is configured for $pinned"
        ip -o address show to "$virtual_ip" | while read -r _ name _ entry _; do
            case "$name $entry" in
                "$pinned "*/32 | "$pinned "*/128) ;;
                *) drift "$name has $entry; $virtual_ip belongs on $pinned, with a host prefix" ;;
            esac
        done
    done <<END
${virtual_ip_selectors-}
END
}

drift() {
    line drift "$step" "$1"
}

check_generation() {
    line generation "$step" "$1"
}

# MODE SHA256 PATH
check_file() {
    mode=${1%% *} path=${1##* }
    sum=${1#* } sum=${sum%% *}
    if [ ! -f "$path" ] || [ -L "$path" ]; then
        drift "$path is gone"
    elif [ "$step" = authkeys ] && [ -e "$state/authkeys.new" ]; then
        drift 'a new key lies ready and is not in use yet'
    elif [ "$(sha256sum <"$path")" != "$sum  -" ]; then
        drift "$path was edited"
    elif [ "$(stat -c '%a %u:%g' "$path")" != "$mode 0:0" ]; then
        drift "$path has the mode and owner $(stat -c '%a %U:%G' "$path") instead of $mode root:root"
    fi
}

# NAME [VERSION]
check_package() {
    name=${1%% *} version=${1#"${1%% *}"}
    version=${version# }
    is_installed "$name" || {
        drift "the package $name is not installed"
        return
    }
    [ -z "$version" ] || [ "$(version_of "$name")" = "$version" ] ||
        drift "the package $name has the version $(version_of "$name") instead of $version"
}

check_unit() {
    is_active "$1" || drift "$1 is not running"
    systemctl is-enabled --quiet "$1" 2>/dev/null || drift "$1 does not start at boot"
}

# TIME
check_claim() {
    [ "$(cat "$claimed" 2>/dev/null)" = "$1" ] || drift 'no step claims this host: the one that did was replaced or deleted'
}

# KEY VALUE
check_sysctl() {
    value=$(sysctl -n "${1% *}" 2>/dev/null) || return 0
    [ "$value" = "${1##* }" ] || drift "${1% *} is $value instead of ${1##* }"
}
