# preflight: refuses what cannot become a load balancer, before anything is changed.

# refuse WHAT WAY-OUT
refuse() {
    fail "$@"
}

refuse_hook() {
    refuse "$@"
}

# Whose host this is, and the version of the program that converged it last.
owner=$state/pair
converged_by=$state/version

apply() {
    examine
    # The shell's echo reads a backslash in a name as an escape.
    printf '%s\n' "$pair" >"$owner"
    echo "$version" >"$converged_by"
    store time_now "$issued"
    echo "$step $(cat "$issued")"
}

examine() {
    lower=$(uname -n | tr '[:upper:]' '[:lower:]')
    [ "$lower" = "$(echo "$node" | tr '[:upper:]' '[:lower:]')" ] ||
        refuse "node name mismatch: declared \"$node\", \"uname -n\" prints \"$(uname -n)\"" \
            "declare the host by that name, or rename it (hostnamectl set-hostname $node)"
    [ -d /run/systemd/system ] ||
        refuse 'systemd is not running' 'use a Debian or Ubuntu host that was booted with systemd'
    command -v apt-get >/dev/null ||
        refuse 'there is no apt-get' 'use Debian 12 or later, or Ubuntu 24.04 or later'
    # Heartbeat re-executes itself when it reloads. Without ExitType=cgroup (systemd 250) systemd takes that for its end, and stops the rest.
    systemd=$(systemctl --version | sed -n '1s/^systemd \([0-9]*\).*/\1/p')
    [ "${systemd:-0}" -ge 250 ] ||
        refuse "systemd $systemd is too old: it lacks ExitType=, without which a reload of Heartbeat stops it" \
            'use Debian 12 or later, or Ubuntu 24.04 or later (Ubuntu 22.04 has systemd 249)'
    for address in $own_addresses; do
        ip -o address show to "$address" | grep -q . ||
            refuse "the host does not have its declared address $address" \
                'correct hosts[].address (or heartbeat.ucast[].addresses), or give the host that address'
    done
    examine_interfaces
    is_free ||
        refuse "the host belongs to another pair: $(cat "$owner")" \
            "destroy it there first; if that pair is no more, delete $owner on the host"
    examine_version
    examine_ports
    examine_disk
    examine_other_heartbeat
    examine_hooks
    examine_managers
    examine_static_addresses
    examine_redirections
}

# The state of an older version has no selectors.
examine_interfaces() {
    taken=' '
    for selector in ${link_selectors-}; do
        resolve_interface "$selector" || {
            refuse "$why" "$way"
            continue
        }
        case $taken in
            *" $interface "*)
                # Heartbeat identifies a link by its interface, and reports the second one as dead.
                refuse "two Heartbeat links use interface $interface" \
                    'declare each link on its own interface (heartbeat.ucast, bcast, mcast)'
                ;;
        esac
        taken="$taken$interface "
    done
    while read -r virtual_ip selector; do
        if [ -z "$virtual_ip" ]; then
            continue
        elif ! resolve_interface "$selector" "$virtual_ip"; then
            refuse "$why" "$way"
        elif [ "$(family_of "$virtual_ip")" = -4 ]; then
            examine_arp
        fi
    done <<END
${virtual_ip_selectors-}
END
}

# From arp_ignore 2 on, the kernel does not answer ARP for an address with prefix /32 or scope host. It uses the larger of the two values
# (ip-sysctl, arp_ignore).
examine_arp() {
    for name in all "$interface"; do
        value=$(cat "/proc/sys/net/ipv4/conf/$name/arp_ignore")
        [ "$value" -le 1 ] ||
            refuse "net.ipv4.conf.$name.arp_ignore is $value: the kernel would not answer ARP for a virtual IP" \
                "set it to 0 or 1 (sysctl, and the file in /etc/sysctl.d that sets it)"
    done
}

# The state of an older version has no hooks.
examine_hooks() {
    for program in ${hooks-}; do
        [ -x "$program" ] || refuse_hook "hook $program does not exist or is not executable" \
            'install it on both hosts before the pair (virtualIps[].onAcquire, onRelease; fencing.command)'
    done
}

# An older version does not know what a newer one keeps on the host. The state of an older version has no version.
examine_version() {
    [ -n "${version-}" ] && [ -e "$converged_by" ] || return 0
    ! dpkg --compare-versions "$(cat "$converged_by")" gt "$version" ||
        refuse "the host was converged by version $(cat "$converged_by") of ha-load-balancer-pair, and this is $version" \
            "use that version or a later one; to go back on purpose, delete $converged_by on both hosts"
}

# What the pair was called before, by the aliases of the component, counts too.
is_free() {
    [ ! -e "$owner" ] || printf '%s\n' "$pair" "${former_pairs-}" | grep -qxF -e "$(cat "$owner")"
}

# haproxy.service may have the port: this component configures it.
examine_ports() {
    for target in $listens; do
        while read -r pid; do
            if [ -z "$pid" ] || is_own_haproxy "$pid"; then
                continue
            fi
            refuse "port ${target##*:} is taken by $(tr -cd '[:print:]' <"/proc/$pid/comm") (process $pid)" \
                'stop that program, move it to another port, or declare another one for HAProxy (haproxy.listen.bind)'
            break
        done <<END
$(listeners "$target")
END
    done
}

# Prints the process id of each program that listens on ADDRESS:PORT. A program can choose the name that ss prints beside it, `x",pid=1` for example.
listeners() {
    ss -Hltnp "sport = :${1##*:}" | awk -v own="${1%:*}" '
        { sub(/:[0-9]*$/, "", $4) }
        $4 == own || $4 == "*" || $4 == "[::]" || ($4 == "0.0.0.0" && own !~ /:/) || (own == "0.0.0.0" && $4 !~ /:/)
    ' | sed -n 's/.*,pid=\([0-9]*\),fd=[0-9]*).*/\1/p'
}

# Another HAProxy would share the port with ours (SO_REUSEPORT, socket(7)), and answer a part of the clients. A process that has ended
# meanwhile has no folder.
is_own_haproxy() {
    [ ! -d "/proc/$1" ] || grep -qE '/(haproxy|ha-load-balancer-pair-bridge[^/]*)\.service(/|$)' "/proc/$1/cgroup" 2>/dev/null
}

# heartbeat.sh kills a Heartbeat that an administrator set up. With a watchdog that would reset the host, with STONITH the peer would fence
# the host, and with crm Pacemaker has the resources: this rejects all three.
examine_other_heartbeat() {
    ! grep -qxF /etc/ha.d/ha.cf "$state/managed" 2>/dev/null && is_active heartbeat || return 0
    directive=$(awk '
        /^[ \t]*(watchdog|stonith|stonith_host)[ \t]/ || tolower($0) ~ /^[ \t]*crm[ \t]+(yes|on|true|1|y|respawn|manual)/ { print $1; exit }
    ' /etc/ha.d/ha.cf 2>/dev/null || :)
    [ -z "$directive" ] ||
        refuse "Heartbeat runs there with \"$directive\" in /etc/ha.d/ha.cf, and cannot be replaced while it does" \
            "take that line out on both hosts and restart Heartbeat, first where no virtual IP is (\"systemctl restart heartbeat\")"
}

# In MiB: enough for the packages where they are not there yet, and for a few files always.
examine_disk() {
    for folder in /etc /usr /var; do
        needed=10
        is_installed heartbeat || [ "$folder" = /etc ] || needed=300
        free=$(df -Pk "$folder" | awk 'NR == 2 { print int($4 / 1024) }')
        [ "$free" -ge "$needed" ] ||
            refuse "$folder has $free MiB free, and $needed are needed" 'make room there ("apt-get clean" may help)'
        [ -w "$folder" ] || refuse "$folder is read-only" 'mount it for writing'
    done
}

# The last of a host's resources to be deleted. A claim means that another resource keeps the host: the engine creates the resource in
# its place first, and a pair that is moved to another parent or stack is created there before it is deleted here.
remove() {
    if [ ! -e "$claimed" ]; then
        undo
    elif cmp -s "$issued" "$claimed"; then
        say 'another resource keeps this host; nothing is undone'
    else
        fail "the host is in use, and the last \"pulumi up\" did not reach its health step; nothing is undone" \
            "run \"pulumi up\" to its end first; to undo the host in any case, delete $claimed on it and run the same command again"
    fi
}
