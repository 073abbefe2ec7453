# What health and verify both look at: who holds the virtual IPs, and whether HAProxy answers there.

# The heartbeat step writes the interface of each virtual IP here: "ADDRESS INTERFACE" lines.
interfaces_file=/etc/ha-load-balancer-pair/interfaces

pinned_interface() {
    [ ! -e "$interfaces_file" ] || awk -v address="${1%%/*}" '$1 == address { print $2 }' "$interfaces_file"
}

# A virtual IP is a word as the agent takes it: its address. Older versions append "/PREFIX/INTERFACE".
# A host holds a virtual IP if its interface has it permanently: an address that is being released has a lifetime. Before the first run
# of this version (adopted hosts, upgrades), and after the interface was renamed, any interface counts.
holds() {
    pinned=$(pinned_interface "$1")
    if [ -z "$pinned" ] || [ ! -e "/sys/class/net/$pinned" ]; then
        has "$1"
    else
        ip -o address show dev "$pinned" permanent to "${1%%/*}" 2>/dev/null | grep -qE '/(32|128) '
    fi
}

# has VIRTUAL-IP: permanently, on any interface.
has() {
    ip -o address show permanent to "${1%%/*}" | grep -q .
}

held_here() {
    for virtual_ip in $virtual_ips; do
        ! holds "$virtual_ip" || echo "$virtual_ip"
    done
}

# take_group FIRST-RESOURCE: starts what haresources names on that line and this host does not hold.
take_group() {
    timeout 30 /usr/share/heartbeat/ResourceManager takegroup "$1" >&2
}

# ask_heartbeat COMMAND WORD: hb_standby or hb_takeover, which hang where Heartbeat is not there to read. In Heartbeat's own
# view of the file system, where a message is one write.
ask_heartbeat() {
    timeout 10 nsenter -t "$(main_pid heartbeat)" -m "/usr/share/heartbeat/$1" "$2" >&2 || :
}

# Heartbeat gives them back by itself only when a host returns, not after an operator's hb_standby.
take_back() {
    say "taking the virtual IPs back from $peer"
    ask_heartbeat hb_takeover local
}

# The first word of the keeper's file: held, lingering, no, or silent.
peer_has() {
    sed 's/ .*//' "/run/ha-load-balancer-pair/peer/${1%%/*}" 2>/dev/null
}

peer_holds() {
    [ "$(peer_has "$1")" = held ]
}

# Whether each virtual IP is where it should be.
all_held() {
    for virtual_ip in $own_virtual_ips; do
        holds "$virtual_ip" || { [ "$failback" = no ] && peer_holds "$virtual_ip"; } || return 1
    done
    for virtual_ip in $virtual_ips; do
        holds "$virtual_ip" || peer_holds "$virtual_ip" || return 1
    done
}

# Whether anybody on the network answers for a virtual IP. One lost packet is no answer to that.
answers() {
    for _ in 1 2 3; do
        ! ping -c 1 -W 0.2 -n -q "${1%%/*}" >/dev/null 2>&1 || return 0
    done
    return 1
}

# Whether a virtual IP answers although this host does not hold it.
another_host_serves() {
    for virtual_ip in $virtual_ips; do
        ! holds "$virtual_ip" && answers "$virtual_ip" && return 0
    done
    return 1
}

# let_through PORT: the way out where a firewall drops what the hosts send each other.
let_through() {
    echo "let UDP port $1 from $peer_address in through the firewall of this host, and from $own_address through that of $peer"
}

node_is_active() {
    [ "$(cl_status nodestatus "$1" 2>/dev/null)" = active ]
}

# connects HOST PORT: by the shell's own TCP, because a fresh host may have no other client.
connects() {
    # shellcheck disable=SC2016 # for bash to expand, not for this shell
    timeout 3 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$1" "$2" 2>/dev/null
}
