# Finds the holder of the virtual IPs, sends requests to Heartbeat, and tests whether addresses answer. Used by the steps preflight,
# heartbeat, health and verify, by the survey, and by halb.

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

# ask_heartbeat COMMAND WORD: runs hb_standby or hb_takeover, with a time limit, because they block while no Heartbeat reads its pipe.
# Runs in Heartbeat's mount namespace: there this component's shell functions write a message in one write.
ask_heartbeat() {
    timeout 10 nsenter -t "$(main_pid heartbeat)" -m "/usr/share/heartbeat/$1" "$2" >&2 || :
}

# Heartbeat fails back by itself only when a host rejoins, not after an operator ran hb_standby.
take_back() {
    say "asking Heartbeat to fail back this host's virtual IPs from $peer"
    ask_heartbeat hb_takeover local
}

# The first word of the keeper's file: held, lingering, no, or silent.
peer_has() {
    sed 's/ .*//' "/run/ha-load-balancer-pair/peer/${1%%/*}" 2>/dev/null
}

peer_holds() {
    [ "$(peer_has "$1")" = held ]
}

# Whether this host holds its preferred virtual IPs (without failback the peer may hold them), and one of the hosts holds each other one.
all_held() {
    for virtual_ip in $own_virtual_ips; do
        holds "$virtual_ip" || { [ "$failback" = no ] && peer_holds "$virtual_ip"; } || return 1
    done
    for virtual_ip in $virtual_ips; do
        holds "$virtual_ip" || peer_holds "$virtual_ip" || return 1
    done
}

# Whether any host answers a ping of the virtual IP. Three attempts, because a packet can be lost.
answers() {
    for _ in 1 2 3; do
        ! ping -c 1 -W 0.2 -n -q "${1%%/*}" >/dev/null 2>&1 || return 0
    done
    return 1
}

# Whether a virtual IP answers although this host does not hold it.
another_host_answers() {
    for virtual_ip in $virtual_ips; do
        ! holds "$virtual_ip" && answers "$virtual_ip" && return 0
    done
    return 1
}

# firewall_advice PORT: prints the way out if a firewall drops packets between the hosts.
firewall_advice() {
    echo "allow UDP port $1 from $peer_address in the firewall of this host, and from $own_address in the firewall of $peer"
}

node_is_active() {
    [ "$(cl_status nodestatus "$1" 2>/dev/null)" = active ]
}

# connects HOST PORT: by the shell's own TCP, because a fresh host may have no other client.
connects() {
    # shellcheck disable=SC2016 # for bash to expand, not for this shell
    timeout 3 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$1" "$2" 2>/dev/null
}
