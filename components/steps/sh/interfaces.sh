# Resolves the interface selectors of the declaration to interfaces of this host. Used by preflight (rejects what cannot be resolved),
# heartbeat (writes the result to the host) and survey (compares the two).
#
# A selector is a name, an alternative name, a network in which the interface has an address (10.0.0.0/16), or an address of the
# interface. "-" selects the interface whose subnet contains the virtual IP. Routes are not used: the default route matches everything.

# own_entries -4|-6 [ip-address(8) arguments]: prints "INTERFACE ADDRESS/PREFIX" for each global address but the virtual IPs.
own_entries() {
    family=$1
    shift
    ip "$family" -o address show scope global "$@" | awk -v list="$virtual_addresses" '
        BEGIN { split(list, words, " "); for (i in words) virtual[words[i]] }
        {
            address = $4
            sub(/\/.*/, "", address)
            if ($2 != "lo" && $4 ~ /\// && !(address in virtual)) print $2, $4
        }'
}

# Prints the virtual IPs, declared and former, that this host has, as the kernel spells them. resolve_interface keeps them in a variable of
# that name: each costs a process, and a resolution looks at the addresses several times.
list_virtual_addresses() {
    for virtual_ip in $virtual_ips $(cat "$state/virtual-ips" 2>/dev/null); do
        ip -o address show to "${virtual_ip%%/*}"
    done | awk '{ sub(/\/.*/, "", $4); printf "%s ", $4 }'
}

# Prints the kernel's name of an interface, given its name or an alternative name.
kernel_name() {
    ip -j link show dev "$1" 2>/dev/null | sed -n 's/.*"ifname":"\([^"]*\)".*/\1/p'
}

family_of() {
    case $1 in *:*) echo -6 ;; *) echo -4 ;; esac
}

interfaces_in_network() {
    own_entries "$(family_of "$1")" to "$1" | cut -d ' ' -f 1 | sort -u
}

interfaces_with_address() {
    ip -o address show to "$1" | awk '{ print $2 }'
}

# interfaces_around ADDRESS: prints each interface whose subnet contains ADDRESS.
interfaces_around() {
    own_entries "$(family_of "$1")" | while read -r name own; do
        ! own_entries "$(family_of "$1")" dev "$name" to "$1/${own#*/}" | grep -qxF "$name $own" || echo "$name"
    done | sort -u
}

# resolve_interface SELECTOR [VIRTUAL-IP]: sets `interface`. If not exactly one interface matches, sets `why` and `way` for refuse, and fails.
# shellcheck disable=SC2034 # the callers use them
resolve_interface() {
    virtual_addresses=${virtual_addresses-$(list_virtual_addresses)}
    case $1 in
        -) found=$(interfaces_around "$2") why="no interface has an address in the subnet of virtual IP $2" ;;
        */*) found=$(interfaces_in_network "$1") why="no interface has an address in network $1" ;;
        *:* | [0-9]*.[0-9]*.[0-9]*.[0-9]*) found=$(interfaces_with_address "$1") why="no interface has address $1" ;;
        *) found=$(kernel_name "$1") why="network interface \"$1\" does not exist" ;;
    esac
    interface=$found
    if [ "$(echo "$found" | grep -c .)" -eq 1 ]; then
        has_plain_name
        return
    fi
    [ -z "$found" ] || why="several interfaces match ${2-$1}: $(echo "$found" | tr '\n' ' ')"
    way="set ${2+virtualIps[].}interface to one of: $(candidates)"
    return 1
}

# The name goes into ha.cf and into rules of nftables. The kernel takes almost any character.
# shellcheck disable=SC2034 # the callers of resolve_interface use them
has_plain_name() {
    case $interface in
        *[!A-Za-z0-9_.@-]*) ;;
        *) return 0 ;;
    esac
    why="network interface \"$interface\": unsupported characters in its name (allowed: letters, digits, _ . @ -)" way='rename the interface'
    return 1
}

# Prints the interfaces to choose from: "eth0 (192.168.0.100/24), eth1".
candidates() {
    ip -j link show | tr ',' '\n' | sed -n 's/.*"ifname":"\([^"]*\)".*/\1/p' | grep -vx lo | while read -r name; do
        addresses=$({ own_entries -4 dev "$name" && own_entries -6 dev "$name"; } | awk '{ printf "%s%s", sep, $2; sep = " " }')
        echo "$name${addresses:+ ($addresses)}"
    done | awk '{ printf "%s%s", sep, $0; sep = ", " }'
}

# Prints the content of the file interfaces: "VIRTUAL-IP INTERFACE" lines.
interface_table() {
    while read -r virtual_ip selector; do
        [ -n "$virtual_ip" ] || continue
        resolve_interface "$selector" "$virtual_ip" || return 1
        echo "$virtual_ip $interface"
    done <<END
$virtual_ip_selectors
END
}

# fill_in_links HA.CF: replaces each "{SELECTOR}" by its interface.
fill_in_links() {
    for selector in $link_selectors; do
        resolve_interface "$selector" || return 1
        sed -i "s|{$(echo "$selector" | sed 's/[.]/[.]/g')}|$interface|" "$1"
    done
}
