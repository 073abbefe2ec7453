# Finds what competes with the pair for a virtual IP: hosts that have the address, other programs that move addresses, static
# configuration, and firewall rules that take packets before HAProxy gets them. Used by preflight and survey.

# neighbour ADDRESS INTERFACE: prints the hardware address that answers for ADDRESS by ARP or neighbour discovery; nothing within 0.6 s if
# none does. The kernel asks ("use" starts a resolution, ip-neighbour(8)), so this needs no route, no ping and no further program, and
# finds hosts that drop pings.
neighbour() {
    [ -z "$(ip neigh show "$1" dev "$2" nud permanent)" ] || return 0
    ip neigh del "$1" dev "$2" 2>/dev/null || :
    ip neigh add "$1" dev "$2" use 2>/dev/null || return 0
    for _ in 1 2 3 4 5 6; do
        answer=$(ip neigh show "$1" dev "$2" nud reachable | sed -n 's/.* lladdr \([^ ]*\).*/\1/p')
        [ -z "$answer" ] || break
        sleep 0.1
    done
    ip neigh del "$1" dev "$2" 2>/dev/null || :
    echo "$answer"
}

# Programs that would move the virtual IPs, or Heartbeat's resources, as well.
examine_managers() {
    running=$(cat /proc/[0-9]*/comm 2>/dev/null || :)
    for program in keepalived pacemakerd corosync ucarp; do
        ! echo "$running" | grep -qx "$program" ||
            refuse "$program is running: it would compete with this pair" \
                'stop it for good ("systemctl disable --now" its service), or use another host'
    done
}

# A network manager would add a statically configured address on both hosts: "address 10.0.0.9" (interfaces), or "10.0.0.9/24" (netplan,
# systemd.network, NetworkManager). `virtual_ip_addresses`: the virtual IPs in their short spelling, which for IPv4 is the only one.
examine_static_addresses() {
    # shellcheck disable=SC2086 # words
    for virtual_ip in $(printf '%s\n' $virtual_ips ${virtual_ip_addresses-} | sed 's|/.*||' | sort -u); do
        address=$(echo "$virtual_ip" | sed 's/[.]/[.]/g')
        file=$(find /etc/network /etc/netplan /etc/systemd/network /run/systemd/network /etc/NetworkManager/system-connections -type f \
            \( -path '*/interfaces*' -o -name '*.yaml' -o -name '*.network' -o -name '*.nmconnection' \) -exec \
            grep -liE "^[[:space:]]*address[[:space:]]+$address([[:space:]]|\$)|^[^#]*(^|[^0-9a-f.:])$address/[0-9]" {} + 2>/dev/null | head -n 1)
        [ -z "$file" ] ||
            refuse "virtual IP $virtual_ip is configured statically in $file" \
                'remove it there, and from the interface: the pair adds it on the holder only'
    done
}

# Docker publishes a port by such a rule: clients reach the container instead of HAProxy.
examine_redirections() {
    command -v nft >/dev/null || return 0
    rules=$(nft list ruleset 2>/dev/null | grep -E '\b(dnat|redirect)\b' || :)
    for target in $listens; do
        # A rule for another destination than the virtual IP takes nothing from HAProxy.
        rule=$(echo "$rules" | awk -v address="$(echo "${target%:*}" | tr -d '[]')" -v port="${target##*:}" '
            $0 !~ /udp dport/ && $0 ~ "dport ([{][^}]*[ ,{])?" port "([ ,}-]|$)" && ($0 !~ / daddr / && $0 !~ /^[ \t]*ip6? daddr / || $0 ~ /daddr !=/ || index($0, "daddr " address " ")) {
                sub(/^[ \t]*/, "")
                print
                exit
            }')
        [ -z "$rule" ] ||
            refuse "a firewall rule redirects port ${target##*:} before HAProxy gets it: $rule" \
                'remove the rule (Docker: publish the port on an address of the host, -p ADDRESS:PORT:PORT), or declare another port'
    done
}
