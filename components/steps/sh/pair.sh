# What health and verify both look at: who holds the virtual IPs, and whether HAProxy answers there.

# A virtual IP is a word as the agent takes it: ADDRESS/PREFIX[/INTERFACE].
holds() {
    ip -o address show to "${1%%/*}" | grep -q .
}

held_here() {
    for virtual_ip in $virtual_ips; do
        ! holds "$virtual_ip" || echo "$virtual_ip"
    done
}

not_held_here() {
    for virtual_ip in $virtual_ips; do
        holds "$virtual_ip" || echo "$virtual_ip"
    done
}

# Starts what haresources names and this host does not hold. Heartbeat settles to the same answer.
take_virtual_ips() {
    timeout 30 /usr/share/heartbeat/ResourceManager takegroup "$first_resource" >&2
}

# Whether anybody on the network answers for a virtual IP. One lost packet is no answer to that.
answers() {
    for _ in 1 2 3; do
        ! ping -c 1 -W 0.2 -n -q "${1%%/*}" >/dev/null 2>&1 || return 0
    done
    return 1
}

# Whether a virtual IP answers although this host does not hold it.
somebody_serves() {
    for virtual_ip in $virtual_ips; do
        ! holds "$virtual_ip" && answers "$virtual_ip" && return 0
    done
    return 1
}

node_is_active() {
    [ "$(cl_status nodestatus "$1" 2>/dev/null)" = active ]
}

# connects HOST PORT: by the shell's own TCP, because a fresh host may have no other client.
connects() {
    # shellcheck disable=SC2016 # for bash to expand, not for this shell
    timeout 3 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$1" "$2" 2>/dev/null
}
